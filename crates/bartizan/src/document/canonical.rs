//! The canonical spelling of text: what every reader applies to the characters it found.
//!
//! Text stays as the author wrote it, with three exceptions: characters that are invisible go away (they break
//! tokens apart and hide words), all kinds of blanks become one blank, and characters that exist only for
//! typesetting (ligatures, full-width Latin letters, the non-breaking hyphen) are spelt out. Everything else is
//! Unicode NFC (UAX #15). Full NFKC is not applied: it would turn `½`, `™` and `²` into other text.

use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// `text` in canonical spelling; borrowed when nothing had to change. Line ends become `\n`, tabs stay.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let Some(first) = bytes.iter().position(|&b| !PLAIN[b as usize]) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    let (mut composed, mut wide) = (true, false);
    // Start of the run that needs no change and was not copied yet.
    let mut run = 0;
    let mut at = first;
    while at < bytes.len() {
        if PLAIN[bytes[at] as usize] {
            at += 1;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        let next = at + c.len_utf8();
        if let Some(change) = change(c, text, at, next) {
            out.push_str(&text[run..at]);
            out.push_str(change);
            run = next;
        } else {
            wide |= matches!(c, '\u{FF01}'..='\u{FF5E}');
            composed &= !may_compose(c);
        }
        at = next;
    }
    if run == 0 && composed && !wide {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[run..]);
    if wide {
        out = half_width(&out);
    }
    if !composed && is_nfc_quick(out.chars()) != IsNormalized::Yes {
        out = out.nfc().collect();
    }
    Cow::Owned(out)
}

/// What `c` becomes, if it is one of those that never stay.
fn change(c: char, text: &str, at: usize, next: usize) -> Option<&'static str> {
    Some(match c {
        '\r' => {
            if text.as_bytes().get(next) == Some(&b'\n') {
                ""
            } else {
                "\n"
            }
        }
        // Form feed is a page break in text that came out of a page layout.
        '\x0B' | '\x0C' | '\u{85}' | '\u{2028}' | '\u{2029}' => "\n",
        '\0'..='\x08' | '\x0E'..='\x1F' | '\x7F'..='\u{9F}' => " ",
        '\u{A0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200A}'
        | '\u{202F}'
        | '\u{205F}'
        | '\u{3000}'
        | '\u{FFFC}' => " ",
        // Soft hyphen, zero-width, bidirectional controls, byte order mark, tag characters.
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' => "",
        '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}' => "",
        '\u{E0000}'..='\u{E007F}' => "",
        // Joiners carry meaning in Arabic and Indic scripts and in emoji, never after a Latin letter.
        '\u{200C}' | '\u{200D}' => {
            let before = text[..at].chars().next_back();
            let joining = |b| {
                matches!(b, '\u{620}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{FE0F}')
                    || matches!(b, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}')
            };
            if before.is_some_and(joining) { return None } else { "" }
        }
        '\u{2010}' | '\u{2011}' => "-",
        '\u{2024}' | '\u{FE52}' => ".",
        '\u{FB00}' => "ff",
        '\u{FB01}' => "fi",
        '\u{FB02}' => "fl",
        '\u{FB03}' => "ffi",
        '\u{FB04}' => "ffl",
        '\u{FB05}' | '\u{FB06}' => "st",
        _ => return None,
    })
}

/// Full-width Latin letters and digits as ASCII. Full-width punctuation is proper in Chinese and Japanese, so it
/// changes only between two Latin letters or digits, where it is part of a token.
fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c => c,
    };
    let token = |c: Option<char>| c.map(narrow).is_some_and(|c| c.is_ascii_alphanumeric() || c == '/');
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let latin = narrow(c);
        let changes = latin.is_ascii_alphanumeric() || token(before) && token(chars.peek().copied());
        out.push(if changes { latin } else { c });
        before = Some(c);
    }
    out
}

/// Whether `c` may take part in composition, so that NFC has to be checked.
fn may_compose(c: char) -> bool {
    !matches!(c, '\u{80}'..='\u{2FF}' | '\u{400}'..='\u{482}' | '\u{48A}'..='\u{52F}' | '\u{2010}'..='\u{205E}'
        | '\u{20A0}'..='\u{20BF}' | '\u{2190}'..='\u{2328}' | '\u{2500}'..='\u{27BF}' | '\u{3001}'..='\u{3029}'
        | '\u{4E00}'..='\u{9FFF}')
}

/// Bytes that stay as they are without a closer look: printable ASCII, tab, line feed.
static PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0x20;
    while b < 0x7F {
        table[b] = true;
        b += 1;
    }
    table[b'\n' as usize] = true;
    table[b'\t' as usize] = true;
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spells_tokens_out() {
        for (from, to) in [
            ("plain text\twith tab\n", "plain text\twith tab\n"),
            ("evil\u{200B}.com", "evil.com"),
            ("ev\u{AD}il[.]com", "evil[.]com"),
            ("\u{FEFF}start", "start"),
            ("a\u{A0}b\u{2009}c\u{3000}d", "a b c d"),
            ("pro\u{FB01}le o\u{FB03}ce", "profile office"),
            ("us\u{2011}cert.cisa.gov", "us-cert.cisa.gov"),
            ("\u{FF45}\u{FF56}\u{FF49}\u{FF4C}\u{FF0E}\u{FF43}\u{FF4F}\u{FF4D}", "evil.com"),
            ("攻撃、\u{FF1A}注意\u{FF01}", "攻撃、\u{FF1A}注意\u{FF01}"),
            ("cafe\u{301}", "caf\u{e9}"),
            ("one\r\ntwo\rthree\u{2028}four\u{C}five", "one\ntwo\nthree\nfour\nfive"),
            ("gpj.\u{202E}exe", "gpj.exe"),
            ("a\0b", "a b"),
            ("½ ™ ² “quoted” — dash…", "½ ™ ² “quoted” — dash…"),
            ("می\u{200C}شود", "می\u{200C}شود"),
            ("e\u{200D}vil", "evil"),
        ] {
            assert_eq!(clean(from), to, "{from:?}");
        }
    }

    proptest! {
        #[test]
        fn is_idempotent_and_composed(text in "\\PC*|[\\x00-\\u{3ff}\\u{2000}-\\u{2070}\\u{fb00}-\\u{ffff}]*") {
            let once = clean(&text).into_owned();
            prop_assert_eq!(clean(&once), once.as_str());
            prop_assert!(unicode_normalization::is_nfc(&once));
            let gone = ['\r', '\0', '\u{200B}', '\u{202E}', '\u{FEFF}'];
            prop_assert!(!once.contains(gone));
        }
    }
}
