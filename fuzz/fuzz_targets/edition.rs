//! Sources of editions: read or refused; what an audience reads passes its own check unless the source says it twice.
#![no_main]

use bartizan_programme::edition::{Audience, Output, Sealed, Source, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(source) = Source::parse(text) else { return };
    let nobody = Audience::new("nobody", "", []);
    let edition = source.edition(&nobody);
    let html = edition.html();
    assert!(!html.to_ascii_lowercase().contains("<script"));
    let _ = check(&Sealed::of(&source, &nobody), &[Output::text("edition.html", html.as_bytes())]);
});
