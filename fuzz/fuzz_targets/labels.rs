#![no_main]

use bartizan::learning::{IdCounts, LabelledDocument};
use bartizan_knowledge::Pack;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut ids = IdCounts::default();
    let Ok(labelled) = LabelledDocument::read(data, Pack::built_in(), &mut ids) else { return };
    let document = labelled.document();
    assert_eq!(document.sentences.len(), labelled.sentences.len());
    for id in labelled.all_techniques() {
        assert!(Pack::built_in().technique(&id).is_some(), "{id}");
    }
});
