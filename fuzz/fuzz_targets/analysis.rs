#![no_main]

mod check;

use bartizan::exchange::{self, Format, read};
use bartizan::{Input, Limits};
use bartizan_knowledge::Pack;

// What is read keeps every promise of an analysis, writes itself, and is the same read again.
libfuzzer_sys::fuzz_target!(init: check::warm(), |data: &[u8]| {
    check::bounded(64 << 20, || {
        let limits = Limits { text_bytes: 16 << 20, ..Limits::default() };
        let Ok(analysis) = read::analysis(&Input::new("analysis.json", data), &limits) else { return };
        check::document(&analysis.document);
        check::references(&analysis);
        let first = exchange::render(Format::Json, &analysis, Pack::built_in());
        let again = read::analysis(&Input::new("analysis.json", first.clone()), &Limits::default());
        let again = again.expect("our own file");
        assert!(exchange::render(Format::Json, &again, Pack::built_in()) == first);
    });
});
