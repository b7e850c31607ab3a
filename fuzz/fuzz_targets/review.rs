#![no_main]

mod check;

use bartizan::exchange::{self, read};
use bartizan::{Input, Limits, ObservableKind};
use bartizan_clearinghouse::review::{
    Decision, Review, Source, Technique, Vocabulary, labels, reviewed, value_labels,
};
use bartizan_knowledge::Pack;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Case {
    analysis: Value,
    decisions: Vec<Decision>,
}

struct Known;

impl Vocabulary for Known {
    fn technique(&self, id: &str) -> Option<Technique> {
        Pack::built_in().technique(id).map(|t| Technique {
            id: t.id.to_owned(),
            name: t.name.to_owned(),
            domain: t.domain.as_str().to_owned(),
            tactics: t.tactics.iter().map(|&tactic| tactic.to_owned()).collect(),
        })
    }

    fn display(&self, kind: &str, value: &str) -> Option<String> {
        let kind = ObservableKind::parse(kind).filter(|&kind| read::is_value(kind, value))?;
        Some(exchange::defang(kind, value))
    }
}

// Whatever is decided about an analysis that is read, the corrected one is read too; nothing ever panics.
libfuzzer_sys::fuzz_target!(init: check::warm(), |data: &[u8]| {
    check::bounded(64 << 20, || {
        let Ok(Case { analysis, decisions }) = serde_json::from_slice(data) else { return };
        let limits = Limits { text_bytes: 16 << 20, ..Limits::default() };
        let reads = |value: &Value| read::analysis(&Input::new("analysis.json", value.to_string()), &limits);
        let good = reads(&analysis).is_ok();
        let Ok(source) = Source::read(analysis) else { return };
        let review = Review::fold(&source, &decisions, &Known);
        labels(&source, &review, "x");
        value_labels(&source, &review, "x");
        let corrected = reviewed(&source, &review, &Known);
        if good {
            reads(&corrected).expect("the corrected analysis");
            Source::read(corrected).expect("it can be reviewed again");
        }
    });
});
