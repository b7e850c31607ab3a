#![no_main]

mod check;
mod pieces;

use bartizan::observable::{Extractor, refang};
use bartizan::{Input, document};
use bartizan_knowledge::Pack;
use std::sync::LazyLock;

static EXTRACTOR: LazyLock<Extractor> = LazyLock::new(|| Extractor::new(Pack::built_in()));

libfuzzer_sys::fuzz_target!(init: check::warm(), |data: &[u8]| {
    let text = pieces::text(data);
    let _ = refang(&text);
    let options = check::options();
    let Ok(document) = document::read(&Input::new("input.txt", text), &options) else { return };
    let extraction = check::bounded(64 << 20, || EXTRACTOR.extract(&document, &options));
    check::observables(&document.text, &extraction.observables, &extraction.withheld);
});
