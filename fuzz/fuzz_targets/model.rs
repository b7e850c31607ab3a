#![no_main]

use bartizan::learning::local::{Settings, continue_from};
use bartizan::learning::{LabelledDocument, LabelledSentence};
use bartizan::mapping::model::Model;
use bartizan_knowledge::Pack;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(model) = Model::open(data) else { return };
    let sentence = LabelledSentence {
        text: "They downloaded the ledger.".into(),
        techniques: ["T1105".to_owned()].into(),
        reviewed: Some(true),
    };
    let labels = LabelledDocument { sentences: vec![sentence], ..LabelledDocument::default() };
    let continued = continue_from(&model, Pack::built_in(), &[&labels], &Settings::default());
    assert!(Model::open(&continued.writer.bytes()).is_some(), "what is written can be read");
});
