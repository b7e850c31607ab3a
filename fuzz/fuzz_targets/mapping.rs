#![no_main]

mod check;
mod pieces;

use bartizan::mapping::Mapper;
use bartizan::{Document, Input, OperatingPoint, Options, document};
use bartizan_knowledge::Pack;
use std::sync::LazyLock;

static MAPPER: LazyLock<Mapper> = LazyLock::new(|| Mapper::new(Pack::built_in()));

fn scores(document: &Document, options: &Options) {
    let scores = MAPPER.scores(document, options);
    assert_eq!(scores.sentences.len(), document.sentences.len());
    for scored in scores.sentences.iter().flatten().chain(&scores.document) {
        assert!((0.0..=1.0).contains(&scored.score), "{scored:?}");
        assert!(Pack::built_in().technique(scored.id).is_some(), "{scored:?}");
    }
}

libfuzzer_sys::fuzz_target!(init: check::warm(), |data: &[u8]| {
    let text = pieces::text(data);
    let options = Options { point: OperatingPoint::All, ..check::options() };
    // As `evaluate` gives them, each line a sentence, and as a report.
    let lines: Vec<&str> = text.lines().collect();
    scores(&Document::from_sentences(&lines), &options);
    let Ok(document) = document::read(&Input::new("input.txt", text.as_str()), &options) else { return };
    check::bounded(64 << 20, || scores(&document, &options));
    let mapped = MAPPER.map(&document, &Default::default(), &options, &mut Vec::new());
    for t in &mapped {
        assert!((0.0..=1.0).contains(&t.confidence.get()) && !t.evidence.is_empty(), "{t:?}");
        for e in &t.evidence {
            assert!(document.text.get(e.span.range()).is_some_and(|q| !q.is_empty()), "{t:?}");
            assert!(document.text.get(e.sentence.range()).is_some_and(|q| !q.is_empty()), "{t:?}");
        }
        assert!(t.reasons.iter().all(|r| r.weight.is_finite()), "{t:?}");
    }
});
