//! Graylog: the forms of "Search syntax reference".

use crate::{rule, written};

fn graylog(detection: &str) -> Result<String, String> {
    let head = "winlogbeat_winlog_channel:\"Microsoft-Windows-Sysmon/Operational\" AND (winlogbeat_winlog_event_id:1 AND ";
    written("graylog", &[], None, &rule(detection))
        .map(|q| q.strip_prefix(head).and_then(|q| q.strip_suffix(')')).map_or(q.clone(), str::to_owned))
}

#[test]
fn either_case_by_expression() {
    assert_eq!(
        graylog("  s:\n    Image|endswith: '\\a.exe'\n  condition: s\n").as_deref(),
        Ok("winlogbeat_winlog_event_data_Image:/.*\\\\[aA]\\.[eE][xX][eE]/")
    );
    assert_eq!(
        graylog("  s:\n    Image|cased: 'a\"b'\n  condition: s\n").as_deref(),
        Ok("winlogbeat_winlog_event_data_Image:\"a\\\"b\"")
    );
}

#[test]
fn presence_numbers_and_negation() {
    assert_eq!(
        graylog("  s:\n    A: 5\n  f:\n    B: null\n  condition: s and not f\n").as_deref(),
        Ok("(winlogbeat_winlog_event_data_A:5 AND (_exists_:winlogbeat_winlog_event_data_B))")
    );
    assert_eq!(
        graylog("  s:\n    A|gte: 5\n  condition: s\n").as_deref(),
        Ok("winlogbeat_winlog_event_data_A:>=5")
    );
    assert_eq!(
        graylog("  s:\n    A|exists: true\n  condition: s\n").as_deref(),
        Ok("_exists_:winlogbeat_winlog_event_data_A")
    );
}

#[test]
fn expressions_match_whole_values() {
    assert_eq!(
        graylog("  s:\n    A|re: 'a+/b$'\n  condition: s\n").as_deref(),
        Ok("winlogbeat_winlog_event_data_A:/.*a+\\/b/")
    );
    for refused in ["a\\d", "(?i)a", "a^b", "^a|b", "a+?"] {
        assert!(graylog(&format!("  s:\n    A|re: '{refused}'\n  condition: s\n")).is_err(), "{refused}");
    }
    let long = "x".repeat(300);
    assert!(graylog(&format!("  s:\n    A: '{long}'\n  condition: s\n")).is_err());
}
