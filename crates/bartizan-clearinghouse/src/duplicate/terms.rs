//! What a text is about, as far as it survives being told by somebody else, or in another language: identifiers, paths, numbers.
//! And its words, for the same language.

use std::collections::BTreeSet;

/// Most bytes of a text that are looked at.
const LONGEST: usize = 64 << 10;
/// Most terms and most word sequences of a text that are kept.
const MOST: usize = 1024;
/// How many words make a sequence.
const SEQUENCE: usize = 3;

/// The terms of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Names of code: with an underscore, a capital inside, `::`, `()`; and paths.
    pub names: BTreeSet<String>,
    /// Numbers of three digits and more, hexadecimal ones, versions.
    pub numbers: BTreeSet<String>,
    /// Hashes of sequences of words.
    pub sequences: BTreeSet<u64>,
    /// Numbers of weaknesses that are named.
    pub weaknesses: BTreeSet<u32>,
}

impl Terms {
    /// Of texts one after the other.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut terms = Self::default();
        let mut left = LONGEST;
        for text in texts {
            let mut end = text.len().min(left);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            left -= end;
            terms.take(&text[..end]);
        }
        terms
    }

    fn take(&mut self, text: &str) {
        let mut words: Vec<String> = Vec::new();
        let inside = |c: char| c.is_alphanumeric() || "_:./\\-()#$>".contains(c);
        for token in text.split(|c: char| !inside(c)) {
            let token = token.trim_matches(|c: char| !c.is_alphanumeric() && !"_)/".contains(c));
            // A bracket at the end belongs to the sentence unless it is that of a call.
            let token = if token.ends_with("()") { token } else { token.trim_end_matches(')') };
            self.token(token);
            words.extend(
                token.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase),
            );
        }
        for window in words.windows(SEQUENCE).take(MOST * 8) {
            if self.sequences.len() < MOST {
                self.sequences.insert(hash(window));
            }
        }
    }

    fn token(&mut self, token: &str) {
        let lower = token.to_ascii_lowercase();
        if let Some(number) = lower.strip_prefix("cwe-") {
            self.weaknesses.extend(number.parse::<u32>().ok());
            return;
        }
        if self.names.len() + self.numbers.len() >= MOST || token.len() > 200 {
            return;
        }
        if is_number(&lower) {
            self.numbers.insert(lower);
        } else if is_name(token) {
            // By its last part: `ns::Box::open()` and `open` are told of the same thing.
            let parts = if token.contains(['/', '\\']) {
                super::normal::path(token)
            } else {
                super::normal::symbol(token)
            };
            self.names.extend(parts.into_iter().next_back().filter(|part| part.len() >= 3));
        }
    }
}

fn is_number(token: &str) -> bool {
    let hex = token
        .strip_prefix("0x")
        .is_some_and(|rest| rest.len() >= 2 && rest.bytes().all(|b| b.is_ascii_hexdigit()));
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    let plain = token.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    hex || (plain && digits >= 3)
}

/// Whether a word is one of code and not of a language.
fn is_name(token: &str) -> bool {
    if !token.is_ascii() || token.contains("://") {
        return false;
    }
    let body = token.trim_end_matches("()");
    let called = body.len() < token.len() && body.len() >= 2;
    let joined = body.contains('_') || body.contains("::") || body.contains("->");
    let file = body.contains(['/', '\\']) && body.contains('.')
        || body.rsplit_once('.').is_some_and(|(name, end)| {
            let ends = [
                "c", "h", "cc", "cpp", "hpp", "rs", "go", "py", "js", "ts", "java", "rb", "php", "cs",
                "swift", "kt", "m",
            ];
            !name.is_empty() && ends.contains(&end)
        });
    let letters = body.as_bytes();
    let inner = letters.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    body.bytes().any(|b| b.is_ascii_alphabetic()) && (called || joined || file || inner)
}

/// FNV-1a: the same everywhere.
fn hash(words: &[String]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Share of the smaller set that is in the other: what somebody added does not count against it.
pub fn contained<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> f64 {
    let smaller = a.len().min(b.len());
    if smaller == 0 { 0.0 } else { a.intersection(b).count() as f64 / smaller as f64 }
}
