//! Byte offsets inside, Unicode code points on the wire: both ways.

use crate::Span;

/// Bytes between two entries of the index.
const STEP: usize = 64;

/// Converts byte offsets of one text into offsets in Unicode code points: one pass to build, at most
/// 64 bytes of text read for each look-up, nothing at all for ASCII texts.
///
/// ```
/// use bartizan::{Span, exchange::offsets::CodePoints};
/// let points = CodePoints::new("naïve 🐍 text");
/// assert_eq!(points.span(Span::new(7, 11)), (6, 7));
/// ```
#[derive(Clone, Debug)]
pub struct CodePoints<'t> {
    text: &'t str,
    /// Code points before byte `i * STEP`; empty if the text is ASCII.
    before: Vec<u32>,
}

impl<'t> CodePoints<'t> {
    /// Reads the text once.
    pub fn new(text: &'t str) -> Self {
        let mut before = Vec::new();
        if !text.is_ascii() {
            before.reserve(text.len() / STEP + 1);
            let mut count = 0u32;
            for chunk in text.as_bytes().chunks(STEP) {
                before.push(count);
                count += starts(chunk);
            }
            before.push(count);
        }
        Self { text, before }
    }

    /// The offset in code points of the character that starts at `byte`; offsets past the end count as the end.
    pub fn at(&self, byte: u32) -> u32 {
        let byte = (byte as usize).min(self.text.len());
        let Some(&count) = self.before.get(byte / STEP) else { return byte as u32 };
        let rest = self.text.as_bytes().get(byte / STEP * STEP..byte).unwrap_or_default();
        count + starts(rest)
    }

    /// Start and end of a span in code points.
    pub fn span(&self, span: Span) -> (u32, u32) {
        (self.at(span.start), self.at(span.end))
    }
}

/// The way back: offsets in code points of one text into byte offsets, at most 64 characters walked for each look-up,
/// nothing at all for ASCII texts.
///
/// ```
/// use bartizan::exchange::offsets::Bytes;
/// let bytes = Bytes::new("naïve 🐍 text");
/// assert_eq!((bytes.at(6), bytes.at(7), bytes.at(12), bytes.at(13)), (Some(7), Some(11), Some(16), None));
/// ```
#[derive(Clone, Debug)]
pub struct Bytes<'t> {
    text: &'t str,
    /// Bytes before character `i * STEP`; empty if the text is ASCII.
    before: Vec<u32>,
}

impl<'t> Bytes<'t> {
    /// Reads the text once.
    pub fn new(text: &'t str) -> Self {
        let before = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().step_by(STEP).map(|(byte, _)| byte as u32).collect()
        };
        Self { text, before }
    }

    /// The byte at which character number `point` starts, or the end of the text; none past the end.
    pub fn at(&self, point: u32) -> Option<u32> {
        if self.before.is_empty() {
            return (point as usize <= self.text.len()).then_some(point);
        }
        let point = point as usize;
        // The end of a text whose last step is full is reached from that step.
        let step = (point / STEP).min(self.before.len() - 1);
        let start = *self.before.get(step)? as usize;
        let rest = self.text.get(start..)?;
        let ends = rest.char_indices().map(|(byte, _)| byte).chain([rest.len()]);
        ends.take(STEP + 1).nth(point - step * STEP).map(|byte| (start + byte) as u32)
    }
}

/// How many characters start in these bytes of UTF-8.
fn starts(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&b| (b as i8) >= -0x40).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn offsets_across_many_steps_count_characters() {
        let text = "aé€🐍".repeat(500);
        let points = CodePoints::new(&text);
        for (n, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(points.at(byte as u32), n as u32);
        }
        assert_eq!(points.at(u32::MAX), 2000);
    }

    proptest! {
        #[test]
        fn agrees_with_counting(text in "(?s).{0,900}", at in any::<prop::sample::Index>()) {
            let bounds: Vec<usize> = text.char_indices().map(|(b, _)| b).chain([text.len()]).collect();
            let byte = bounds[at.index(bounds.len())];
            let point = CodePoints::new(&text).at(byte as u32);
            prop_assert_eq!(point as usize, text[..byte].chars().count());
            prop_assert_eq!(Bytes::new(&text).at(point), Some(byte as u32));
            prop_assert_eq!(Bytes::new(&text).at(text.chars().count() as u32 + 1), None);
        }
    }
}
