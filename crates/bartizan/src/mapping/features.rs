//! What the model sees of a sentence: hashed words and word pairs. Used by `cargo xtask train` and in use.

use super::tokens::{self, Class, Token};

/// One feature of a sentence and the tokens that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Hash that the model's dictionary holds.
    pub hash: u32,
    /// Index of the first token.
    pub first: u16,
    /// Index of the last token.
    pub last: u16,
}

/// Tokens of one sentence that are looked at; a longer "sentence" is data.
const MOST_TOKENS: usize = 400;

/// Tells pairs across a word from pairs of neighbours.
const SKIP: u32 = 0x5151_1515;

/// Hash under which a file name counts by its kind only.
fn extension_mask(text: &str, token: Token) -> u32 {
    let name = text.get(token.start as usize..token.end as usize).unwrap_or("");
    let extension = name.rsplit('.').next().unwrap_or("");
    let mut lower = [0u8; 8];
    for (to, from) in lower.iter_mut().zip(extension.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    tokens::pair(tokens::hash(b"<file>"), tokens::hash(&lower))
}

/// Hashes the words of a name in camel case (`RegSetValueExW`, `disableAntiSpyware`): each word apart from prose.
fn camel(name: &str, mut give: impl FnMut(u32)) {
    let b = name.as_bytes();
    let starts: Vec<usize> = (1..b.len())
        .filter(|&i| {
            let (before, here) = (b[i - 1], b[i]);
            let after = b.get(i + 1).copied().unwrap_or(b'0');
            here.is_ascii_uppercase()
                && (before.is_ascii_lowercase()
                    || (before.is_ascii_uppercase() && after.is_ascii_lowercase()))
        })
        .collect();
    if starts.is_empty() || !name.is_ascii() {
        return;
    }
    let mut from = 0;
    for to in starts.into_iter().chain([b.len()]) {
        if to - from > 2
            && let Some(part) = name.get(from..to)
        {
            give(tokens::pair(tokens::hash(b"<camel>"), tokens::stem_hash(part)));
        }
        from = to;
    }
}

/// The features of the sentence `text` with tokens `tokens`: each once, sorted by hash.
pub fn features(text: &str, tokens: &[Token], out: &mut Vec<Feature>) {
    out.clear();
    let tokens = &tokens[..tokens.len().min(MOST_TOKENS)];
    let mut previous: Option<(u32, u16)> = None;
    let mut last_but_one: Option<(u32, u16)> = None;
    for (i, token) in tokens.iter().enumerate() {
        let i = i as u16;
        // What an id means is read by rule; a model that saw ids would learn tables, not behaviour.
        if token.class == Class::TechniqueId {
            (previous, last_but_one) = (None, None);
            continue;
        }
        out.push(Feature { hash: token.hash, first: i, last: i });
        if token.class == Class::Word && token.end - token.start > 6 {
            let name = text.get(token.start as usize..token.end as usize).unwrap_or("");
            camel(name, |hash| out.push(Feature { hash, first: i, last: i }));
        }
        let as_part = match token.class {
            Class::File => {
                let kind = extension_mask(text, *token);
                out.push(Feature { hash: kind, first: i, last: i });
                kind
            }
            Class::Part => {
                // Parts follow the token for the whole path, which pairs with its neighbours instead.
                continue;
            }
            _ => token.hash,
        };
        if let Some((hash, first)) = previous {
            out.push(Feature { hash: tokens::pair(hash, as_part), first, last: i });
        }
        // Across one word: "dumped (the|its) credentials".
        if let Some((hash, first)) = last_but_one {
            let skip = tokens::pair(SKIP ^ hash, as_part);
            out.push(Feature { hash: skip, first, last: i });
        }
        last_but_one = previous;
        previous = Some((as_part, i));
    }
    // One number compares faster than two.
    out.sort_unstable_by_key(|f| u64::from(f.hash) << 16 | u64::from(f.first));
    out.dedup_by_key(|f| f.hash);
}
