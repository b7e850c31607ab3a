//! Reports of vulnerabilities: strict JSON, several parts, e-mail files, results of scanners.
#![no_main]

use bartizan_clearinghouse::intake::{Submission, mail, mixed, read, sarif};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(report) = read(bytes) {
        // What was read can be written, and is read as the same.
        let text = serde_json::to_string(&Submission { attachments: Vec::new(), ..report.clone() }).expect("JSON");
        let again = read(text.as_bytes()).expect("read again");
        assert_eq!(again, Submission { attachments: Vec::new(), ..report });
    }
    let _ = mixed("b", bytes);
    let _ = mail(bytes);
    let _ = sarif(bytes, &Submission::default());
});
