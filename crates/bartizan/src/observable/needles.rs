//! Whether a text holds one of many words, in one pass.

/// Words to look for: of each place three bytes are looked up before any word is compared.
#[derive(Debug)]
pub(super) struct Needles {
    words: &'static [&'static str],
    /// By the low five bits of two bytes, the low five bits that the third may have.
    thirds: [u32; 1024],
}

impl Needles {
    /// From words of at least two bytes.
    pub const fn new(words: &'static [&'static str]) -> Self {
        let (mut thirds, mut i) = ([0; 1024], 0);
        while i < words.len() {
            let word = words[i].as_bytes();
            let third = if word.len() > 2 { 1 << (word[2] & 31) } else { u32::MAX };
            thirds[Self::pair(word[0], word[1])] |= third;
            i += 1;
        }
        Self { words, thirds }
    }

    const fn pair(first: u8, second: u8) -> usize {
        ((first & 31) as usize) << 5 | (second & 31) as usize
    }

    /// Whether `text` holds one of the words, as written.
    pub fn any_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        bytes.windows(2).enumerate().any(|(i, two)| {
            let third = bytes.get(i + 2).copied().unwrap_or(0);
            self.thirds[Self::pair(two[0], two[1])] >> (third & 31) & 1 == 1
                && self.words.iter().any(|w| bytes[i..].starts_with(w.as_bytes()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_contains_finds() {
        static NEEDLES: Needles = Needles::new(&["c2", "cnc ", "loader", "web shell"]);
        for text in ["", "c", "the c2", "cnc", "cnc x", "a downloader.", "webshell", "my web shell", "loade"]
        {
            let expected = NEEDLES.words.iter().any(|w| text.contains(w));
            assert_eq!(NEEDLES.any_in(text), expected, "{text}");
        }
    }
}
