//! What must hold for every document, however hostile the input: used by the property tests of all readers.

use super::Document;

/// Panics if the document breaks an invariant.
pub(super) fn check(document: &Document) {
    let text = &document.text;
    let mut last = 0;
    for block in &document.blocks {
        let range = block.span.range();
        assert!(range.start >= last && range.end > range.start, "blocks in order: {block:?}");
        assert!(text.get(range.clone()).is_some(), "on boundaries: {block:?}");
        last = range.end;
    }
    let mut last = 0;
    for sentence in &document.sentences {
        let block = &document.blocks[sentence.block as usize];
        assert!(block.span.contains(sentence.span), "{sentence:?} in {block:?}");
        assert!(sentence.span.start >= last && !sentence.span.is_empty(), "sentences in order");
        assert!(text.get(sentence.span.range()).is_some(), "on boundaries: {sentence:?}");
        last = sentence.span.end;
    }
    for link in &document.links {
        assert!(link.span.is_none_or(|s| text.get(s.range()).is_some()), "{link:?}");
    }
    for reading in &document.readings {
        assert!(text.get(reading.span.range()).is_some() && !reading.text.is_empty(), "{reading:?}");
    }
    if let Some((_, Some(span))) = document.metadata.marking {
        assert!(text.get(span.range()).is_some());
    }
}
