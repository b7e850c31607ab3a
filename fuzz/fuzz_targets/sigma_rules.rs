#![no_main]

mod memory;

use bartizan_sigma::eval::Evaluator;
use bartizan_sigma::pipeline::Reach;
use bartizan_sigma::rule::{self, Document};
use bartizan_sigma::target::{self, Job};
use bartizan_sigma::{Collection, convert, convert_correlation, lint};
use std::sync::LazyLock;

/// Every label, as the reference tools write and as far as the platforms go.
static JOBS: LazyLock<Vec<Job>> = LazyLock::new(|| {
    let jobs = target::labels().filter_map(|label| Job::of_label(label).ok());
    jobs.flat_map(|job| {
        let wide = Job { reach: Reach::Wide, approximate: true, ..job.clone() };
        [job, wide]
    })
    .collect()
});

/// How many correlations of an input are converted.
const MOST: usize = 4;

// YAML: read, looked over, converted for every label, made ready for events. `windash` and `base64offset` make several
// values of one, IPv6 networks some more; half the bound is for what they make.
libfuzzer_sys::fuzz_target!(init: { let _ = JOBS.len(); }, |data: &[u8]| {
    let Ok(source) = std::str::from_utf8(data) else { return };
    memory::bounded(128 << 20, || {
        let findings = lint::check(source);
        let Ok(documents) = rule::parse(source) else {
            assert!(!findings.is_empty(), "what cannot be read is found");
            return;
        };
        for document in documents {
            let Document::Rule(rule) = document else { continue };
            for job in JOBS.iter() {
                // A refusal says why.
                if let Err(failure) = convert(&rule, job) {
                    assert!(!failure.message.is_empty());
                }
            }
            let _ = Evaluator::default().add(&rule);
        }
        let (set, _) = Collection::new(rule::parse(source).unwrap_or_default());
        for at in 0..set.correlations.len().min(MOST) {
            for job in JOBS.iter() {
                if let Err(failure) = convert_correlation(&set, at, job) {
                    assert!(!failure.message.is_empty());
                }
            }
        }
    });
});
