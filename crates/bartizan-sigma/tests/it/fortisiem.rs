//! FortiSIEM: the operators of "Structured search operators".

use crate::{rule, written};

fn filter(detection: &str) -> Result<String, String> {
    written("fortisiem", &[], Some("filter"), &rule(detection)).map(|q| {
        q.strip_prefix("(eventType IN (\"Win-Sysmon-1-Create-Process\") AND ")
            .and_then(|q| q.strip_suffix(')'))
            .map_or(q.clone(), str::to_owned)
    })
}

#[test]
fn operators() {
    assert_eq!(
        filter("  s:\n    Image: ['C:\\a.exe', b]\n    CommandLine|contains: 'x\"y'\n  condition: s\n")
            .as_deref(),
        Ok("(procName IN (\"C:\\\\a.exe\", \"b\") AND command REGEXP \"(?i)x\\\"y\")")
    );
    assert_eq!(
        filter(
            "  s:\n    Image: a\n  f:\n    CommandLine: b\n    ParentImage: null\n  condition: s and not f\n"
        )
        .as_deref(),
        Ok(
            "(procName IN (\"a\") AND ((command NOT IN (\"b\") OR command IS NULL) OR parentProcName IS NOT NULL))"
        )
    );
    assert!(filter("  s:\n    OriginalFileName: a\n  condition: s\n").is_err());
    assert!(filter("  s:\n    - a\n  condition: s\n").is_err());
}
