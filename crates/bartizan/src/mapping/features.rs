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

/// The features of the sentence `text` with tokens `tokens`: each once, sorted by hash.
pub fn features(text: &str, tokens: &[Token], out: &mut Vec<Feature>) {
    out.clear();
    let tokens = &tokens[..tokens.len().min(MOST_TOKENS)];
    let mut previous: Option<(u32, u16)> = None;
    for (i, token) in tokens.iter().enumerate() {
        let i = i as u16;
        // What an id means is read by rule; a model that saw ids would learn tables, not behaviour.
        if token.class == Class::TechniqueId {
            previous = None;
            continue;
        }
        out.push(Feature { hash: token.hash, first: i, last: i });
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
        previous = Some((as_part, i));
    }
    out.sort_unstable_by_key(|f| (f.hash, f.first));
    out.dedup_by_key(|f| f.hash);
}
