#![no_main]

use bartizan_advisory::csaf::{MAX_FINDINGS, Options, validate};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let options = Options { now: Some("2026-11-30T00:00:00Z".into()), ..Options::default() };
    let report = validate(data, &options);
    assert!(report.findings.len() <= MAX_FINDINGS);
    assert!(report.findings.iter().all(|finding| finding.pointer.is_empty() || finding.pointer.starts_with('/')));
    // The same again, and less is found by less.
    assert_eq!(report, validate(data, &options));
    let mandatory = validate(data, &Options { mandatory_only: true, ..options });
    assert_eq!(mandatory.is_valid(), report.is_valid());
});
