#![no_main]

mod check;

use bartizan_response::profile;
use bartizan_response::risk::{epss, severity};

// By the first byte: a file of EPSS estimates, a profile, a CVSS vector.
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&kind, bytes)) = data.split_first() else { return };
    check::bounded(16 << 20, || match kind % 3 {
        0 => estimates(bytes),
        1 => {
            let _ = std::str::from_utf8(bytes).map(profile::parse);
        }
        _ => {
            let _ = std::str::from_utf8(bytes).map(vector);
        }
    });
});

fn estimates(bytes: &[u8]) {
    let Ok(epss) = epss::parse(bytes) else { return };
    assert!(epss.count() > 0 && epss.count() <= bytes.len());
    for cve in ["CVE-2024-3400", "CVE-2020-1", "CVE-", ""] {
        let Some(estimate) = epss.of(cve) else { continue };
        assert!((0.0..=1.0).contains(&estimate.probability) && (0.0..=1.0).contains(&estimate.percentile));
    }
    for fault in &epss.faults {
        assert!(fault.line > 0 && fault.count > 0 && !fault.to_string().is_empty());
    }
}

fn vector(text: &str) {
    let Some(scores) = severity::scores(text) else { return };
    for score in [scores.base, scores.temporal, scores.environmental] {
        assert!((0.0..=10.0).contains(&score), "{text}");
        // One decimal.
        assert!((score * 10.0 - (score * 10.0).round()).abs() < 1e-9, "{text}");
    }
    let _ = scores.rating().as_str();
}
