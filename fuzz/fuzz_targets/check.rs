//! What must hold for every document, shared by the targets.

use bartizan::{Input, Limits, Options, document};

/// Reads `bytes` under a name and panics if an invariant is broken.
pub fn read(name: &str, bytes: &[u8]) {
    let limits = Limits { expanded_bytes: 16 << 20, text_bytes: 16 << 20, ..Limits::default() };
    let Ok(document) = document::read(&Input::new(name, bytes), &Options { limits, ..Options::default() }) else {
        return;
    };
    let text = &document.text;
    let mut last = 0;
    for block in &document.blocks {
        let range = block.span.range();
        assert!(range.start >= last && range.end > range.start && text.get(range.clone()).is_some());
        last = range.end;
    }
    let mut last = 0;
    for sentence in &document.sentences {
        let block = &document.blocks[sentence.block as usize];
        assert!(block.span.contains(sentence.span) && sentence.span.start >= last && !sentence.span.is_empty());
        assert!(text.get(sentence.span.range()).is_some());
        last = sentence.span.end;
    }
    assert!(document.links.iter().all(|l| l.span.is_none_or(|s| text.get(s.range()).is_some())));
    assert!(document.readings.iter().all(|r| text.get(r.span.range()).is_some()));
}
