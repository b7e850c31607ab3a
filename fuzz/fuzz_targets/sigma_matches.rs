#![no_main]

mod memory;

use bartizan_sigma::eval::{Evaluator, Event};
use bartizan_sigma::rule::{self, Document};
use std::sync::LazyLock;

const RULES: &[&str] = &[
    include_str!("../seeds/sigma_rules/every-kind.yml"),
    include_str!("../seeds/sigma_rules/keywords.yml"),
    include_str!("../seeds/sigma_rules/windows.yml"),
];

static EVALUATOR: LazyLock<Evaluator> = LazyLock::new(|| {
    let mut evaluator = Evaluator::default();
    for source in RULES {
        for document in rule::parse(source).unwrap_or_default() {
            if let Document::Rule(rule) = document {
                let _ = evaluator.add(&rule);
            }
        }
    }
    evaluator
});

// An event in JSON, asked rules of every kind.
libfuzzer_sys::fuzz_target!(init: { let _ = EVALUATOR.run(&Event::new(serde_json::json!({})), true); }, |data: &[u8]| {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(data) else { return };
    memory::bounded(64 << 20, || {
        let event = Event::new(value);
        let all = EVALUATOR.run(&event, false);
        let routed = EVALUATOR.run(&event, true);
        assert!(routed.iter().all(|hit| all.contains(hit)), "routing only leaves rules out");
        assert_eq!(all, EVALUATOR.run(&event, false), "twice the same");
    });
});
