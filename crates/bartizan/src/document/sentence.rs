//! Sentences inside blocks.
//!
//! The rules are those of UAX #29 section 5, seen from the full stop: a terminator, closing marks, a blank, and
//! then something that can start a sentence. What reports need on top is decided at the full stop itself
//! (defanged dots, abbreviations, initials, list numbers), so a break never falls inside a token: there is
//! always a blank at a break. Code breaks at line ends only.

use super::{Block, BlockKind, Sentence};
use crate::Span;

/// Sentences longer than this many bytes are cut at a blank: what follows works sentence by sentence.
const LONGEST: usize = 4096;
/// Table cells up to this many bytes are one sentence.
const CELL: usize = 240;

/// The sentences of all `blocks` of `text`, in order.
pub(super) fn split(text: &str, blocks: &[Block]) -> Vec<Sentence> {
    let mut sentences = Vec::with_capacity(text.len() / 80 + blocks.len());
    for (index, block) in blocks.iter().enumerate() {
        let index = index as u32;
        let base = block.span.start as usize;
        let body = block.span.of(text);
        let mut add = |start: usize, end: usize| {
            push(&mut sentences, text, base + start, base + end, index);
        };
        match block.kind {
            BlockKind::Code => {
                let mut start = 0;
                for line in body.split_inclusive('\n') {
                    add(start, start + line.len());
                    start += line.len();
                }
            }
            BlockKind::Heading(_) => add(0, body.len()),
            BlockKind::TableCell { .. } if body.len() <= CELL => add(0, body.len()),
            _ => {
                let mut start = 0;
                let mut from = 0;
                while let Some(end) = next_break(body, from) {
                    add(start, end);
                    start = end;
                    from = end;
                }
                add(start, body.len());
            }
        }
    }
    sentences
}

/// Adds `[start, end)` without the blanks around it, in pieces of bounded length.
fn push(sentences: &mut Vec<Sentence>, text: &str, start: usize, end: usize, block: u32) {
    let Some(body) = text.get(start..end) else { return };
    let mut start = start + (body.len() - body.trim_start().len());
    let end = start + body.trim().len();
    while end > start && end - start > LONGEST {
        let bytes = &text.as_bytes()[start..end];
        // The last blank within reach, else the first one after it: never inside a token.
        let cut = memchr::memrchr(b' ', &bytes[..LONGEST])
            .filter(|&at| at > LONGEST / 2)
            .or_else(|| memchr::memchr(b' ', &bytes[LONGEST..]).map(|at| at + LONGEST));
        let Some(cut) = cut else { break };
        sentences.push(Sentence { span: trimmed(text, start, start + cut), block });
        start += cut;
        start += text[start..end].len() - text[start..end].trim_start().len();
    }
    if end > start {
        sentences.push(Sentence { span: trimmed(text, start, end), block });
    }
}

fn trimmed(text: &str, start: usize, end: usize) -> Span {
    let body = &text[start..end];
    let lead = body.len() - body.trim_start().len();
    Span::new(start + lead, start + lead + body.trim().len())
}

/// The first place at or after `from` where a sentence of `text` ends (before the blank that follows).
fn next_break(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|&b| CANDIDATE[b as usize])?;
        match bytes[at] {
            b'.' | b'!' | b'?' => {
                let first = at;
                while bytes.get(at).is_some_and(|b| matches!(b, b'.' | b'!' | b'?')) {
                    at += 1;
                }
                if let Some(end) = ends_here(text, from, first, at) {
                    return Some(end);
                }
            }
            _ => {
                let c = text.get(at..).and_then(|rest| rest.chars().next())?;
                let next = at + c.len_utf8();
                match c {
                    // Chinese and Japanese put no blank after the full stop.
                    '。' | '！' | '？' | '｡' => return Some(closers(text, next)),
                    '…' | '؟' | '۔' | '।' => {
                        if let Some(end) = ends_here(text, from, at, next) {
                            return Some(end);
                        }
                    }
                    // A bullet inside running text is a list that lost its line ends.
                    '•' | '●' | '▪' if at > from && bytes.get(at - 1) == Some(&b' ') => {
                        return Some(at);
                    }
                    _ => {}
                }
                at = next;
            }
        }
    }
}

/// Where the sentence ends if the terminators `[first, next)` end it. `from` is where the sentence starts.
fn ends_here(text: &str, from: usize, first: usize, next: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let dot = bytes[first] == b'.' && next == first + 1;
    // `[.]`, `(.)` and `{.}` are defanged dots wherever they stand.
    if dot && first > 0 && matches!(bytes[first - 1], b'[' | b'(' | b'{') {
        return None;
    }
    let end = closers(text, next);
    let rest = text.get(end..)?;
    let following = rest.trim_start();
    if following.len() == rest.len() {
        return None;
    }
    // SB8: a lower-case word, or punctuation, goes on with the sentence.
    let opener =
        |c: char| matches!(c, '"' | '\'' | '“' | '‘' | '«' | '(' | '[' | '{' | '*' | '_' | '`' | '„');
    let word = following.trim_start_matches(opener);
    let start = word.chars().next()?;
    if start.is_lowercase() && !starts_like_token(word) || matches!(start, ',' | ';' | ':' | ')' | ']' | '}')
    {
        return None;
    }
    if matches!(following.as_bytes().first(), Some(b'-' | b'=' | b'|' | b'/' | b'&')) {
        // "and so on. - next" is a list; a dash after an exclamation is not a new sentence.
        return (bytes.get(end) == Some(&b' ') && dot && following.starts_with("- ")).then_some(end);
    }
    if !dot {
        return Some(end);
    }
    let before = &text[from..first];
    let token =
        before.rsplit([' ', '\t', '\n', '(', '[', '“', '"', '‘', '\'', ',', '/']).next().unwrap_or("");
    if token.is_empty() {
        return Some(end);
    }
    // "1. First step", "a. First", "iv. Fourth" at the start of the sentence.
    if before.trim_start().len() == token.len() && token.len() <= 4 && is_ordinal(token) {
        return None;
    }
    (!holds_together(token, word)).then_some(end)
}

/// Past closing quotes and brackets and reference marks such as `[12]`.
fn closers(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { return at };
        match c {
            '"' | '\'' | ')' | ']' | '}' | '”' | '’' | '»' | '*' | '`' | '」' | '』' | '）' => {
                at += c.len_utf8()
            }
            '[' => {
                let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
                if (1..=3).contains(&digits) && rest.as_bytes().get(1 + digits) == Some(&b']') {
                    at += digits + 2;
                } else {
                    return at;
                }
            }
            _ => return at,
        }
    }
}

/// A lower-case start that is a value rather than a word: `hxxp://…`, `evil[.]com`, `explorer.exe`.
fn starts_like_token(word: &str) -> bool {
    let end = word.find([' ', '\n', '\t']).unwrap_or(word.len());
    let token = word[..end].trim_end_matches(['.', ',', ';', ':', ')', '"', '\'']);
    token.contains("://") || token.contains("[.]") || token.contains('\\')
}

fn is_ordinal(token: &str) -> bool {
    token.bytes().all(|b| b.is_ascii_digit())
        || token.len() == 1 && token.bytes().all(|b| b.is_ascii_alphabetic())
        || token.bytes().all(|b| matches!(b, b'i' | b'v' | b'x' | b'I' | b'V' | b'X'))
}

/// Whether the full stop after `token` belongs to it and the sentence goes on with `word`.
fn holds_together(token: &str, word: &str) -> bool {
    let digit = word.starts_with(|c: char| c.is_ascii_digit() || c == '#');
    let mut lower = [0u8; 8];
    let Some(lower) = lower.get_mut(..token.len()) else { return false };
    lower.copy_from_slice(token.as_bytes());
    lower.make_ascii_lowercase();
    let lower: &[u8] = lower;
    if BEFORE_ANYTHING.contains(&lower) {
        return true;
    }
    let initial = token.len() == 1 && token.bytes().all(|b| b.is_ascii_uppercase());
    if BEFORE_NUMBER.contains(&lower) && !initial {
        return digit;
    }
    // Months and the like: "Nov. 23" goes on, "in Nov. The" does not.
    if MAY_END.contains(&lower) || is_acronym(token) {
        return digit || !starts_sentence(word);
    }
    false
}

/// `U.S`, `J`, `a.k.a`: single letters joined by dots (the last dot is the one in question).
fn is_acronym(token: &str) -> bool {
    token.split('.').all(|part| part.len() == 1 && part.bytes().all(|b| b.is_ascii_alphabetic()))
        && (token.len() > 1 || token.bytes().all(|b| b.is_ascii_uppercase()))
}

/// Whether `word` begins with a word that opens sentences much more often than it follows an abbreviation.
fn starts_sentence(word: &str) -> bool {
    let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
    OPENERS.binary_search(&&word[..end]).is_ok()
}

/// Abbreviations that are followed by what they belong to.
const BEFORE_ANYTHING: &[&[u8]] = &[
    b"mr", b"mrs", b"ms", b"dr", b"prof", b"gen", b"sen", b"rep", b"col", b"lt", b"sgt", b"capt", b"cmdr",
    b"hon", b"st", b"vs", b"e.g", b"eg", b"i.e", b"ie", b"cf", b"viz", b"approx", b"ca", b"resp", b"incl",
    b"excl", b"fig", b"figs", b"aka", b"a.k.a", b"messrs", b"supt", b"adm", b"maj",
];
/// Abbreviations that are ordinary words unless a number follows.
const BEFORE_NUMBER: &[&[u8]] = &[
    b"no", b"nos", b"nr", b"v", b"ver", b"vers", b"vol", b"p", b"pp", b"pg", b"ch", b"chap", b"sec", b"sect",
    b"art", b"para", b"par", b"app", b"tab", b"eq", b"ref", b"refs", b"rev", b"ed", b"ext", b"tel", b"op",
    b"cap", b"pt", b"stat", b"reg", b"cir", b"c", b"s", b"r", b"id", b"num", b"att",
];
/// Abbreviations that may also end a sentence; the next word decides.
const MAY_END: &[&[u8]] = &[
    b"inc", b"ltd", b"co", b"corp", b"llc", b"bros", b"gmbh", b"plc", b"pty", b"s.a", b"s.p.a", b"jr", b"sr",
    b"etc", b"al", b"ph.d", b"m.sc", b"b.sc", b"a.m", b"p.m", b"dept", b"div", b"univ", b"est", b"assn",
    b"intl", b"int'l", b"govt", b"jan", b"feb", b"mar", b"apr", b"jun", b"jul", b"aug", b"sep", b"sept",
    b"oct", b"nov", b"dec", b"mon", b"tue", b"tues", b"wed", b"thu", b"thur", b"thurs", b"fri", b"sat",
    b"sun",
];
/// Sorted (byte order), for binary search.
const OPENERS: &[&str] = &[
    "A",
    "According",
    "Additionally",
    "After",
    "All",
    "Also",
    "Although",
    "An",
    "And",
    "Another",
    "Any",
    "As",
    "At",
    "Based",
    "Because",
    "Before",
    "Both",
    "But",
    "By",
    "Despite",
    "Due",
    "During",
    "Each",
    "Even",
    "Every",
    "Finally",
    "First",
    "Following",
    "For",
    "From",
    "Further",
    "Furthermore",
    "Given",
    "He",
    "Her",
    "Here",
    "His",
    "How",
    "However",
    "If",
    "In",
    "Instead",
    "It",
    "Its",
    "Later",
    "Many",
    "Meanwhile",
    "More",
    "Moreover",
    "Most",
    "My",
    "Next",
    "No",
    "Not",
    "Note",
    "Now",
    "Of",
    "On",
    "Once",
    "One",
    "Only",
    "Or",
    "Other",
    "Our",
    "Over",
    "Several",
    "She",
    "Since",
    "So",
    "Some",
    "Such",
    "That",
    "The",
    "Their",
    "Then",
    "There",
    "Therefore",
    "These",
    "They",
    "This",
    "Those",
    "Through",
    "Thus",
    "To",
    "Two",
    "Under",
    "Unlike",
    "Until",
    "Upon",
    "Using",
    "We",
    "What",
    "When",
    "Where",
    "Which",
    "While",
    "Who",
    "Why",
    "With",
    "Within",
    "Without",
    "You",
    "Your",
];

/// Bytes at which a sentence can end: terminators, and first bytes of the terminators outside ASCII.
static CANDIDATE: [bool; 256] = {
    let mut table = [false; 256];
    table[b'.' as usize] = true;
    table[b'!' as usize] = true;
    table[b'?' as usize] = true;
    table[0xD8] = true;
    table[0xDB] = true;
    table[0xE0] = true;
    table[0xE2] = true;
    table[0xE3] = true;
    table[0xEF] = true;
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Region;
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    fn of(kind: BlockKind, text: &str) -> Vec<&str> {
        let block = Block { kind, span: Span::new(0, text.len()), page: None, region: Region::Main };
        split(text, &[block]).iter().map(|s| s.span.of(text)).collect()
    }

    /// `|` marks the expected breaks.
    fn check(marked: &str) {
        let expected: Vec<String> = marked.split('|').map(|s| s.trim().to_owned()).collect();
        let text = marked.split('|').map(str::trim).collect::<Vec<_>>().join(" ");
        assert_eq!(of(BlockKind::Paragraph, &text), expected, "{text}");
    }

    #[test]
    fn survives_what_reports_hold() {
        for marked in [
            "The loader calls evil[.]com.|It then sleeps.",
            "Traffic goes to 1.2.3[.]4.|The port is 8080.",
            "It was fixed in v. 2.0 of the agent.|Older ones stay open.",
            "Version 2.0.1 runs C:\\Windows\\Temp\\a.exe. |Then it deletes itself.",
            "They used tools, e.g. Mimikatz and i.e. PsExec, at night.",
            "They hit Contoso Inc.|The loss was small.",
            "Contoso Inc. Chief Officer Jane Roe spoke.|He left.",
            "The U.S. Department of State warned users.|The U.K. did too.",
            "See Fig. 2 for details.|Mr. Smith wrote rule No. 5 himself.",
            "The group, a.k.a. Some Bear, is old.|Miller et al. report the same.",
            "Open hxxp://evil[.]com/a?b=c.|Now?|Yes!|Done.",
            "It asked \"What now?\" and left.|Then nothing.",
            "He said \"stop.\"|Nobody did.",
            "This was known.[12]|That was not.",
            "1. Open the console.|Press the key.",
            "On Nov. 23 the actor came back.|It stayed until Dec.|The end came later.",
            "J. Doe and K. R. Roe wrote it.",
            "Is it .NET or ASP.NET? |Both.",
            "We saw evil . com in it . |Next one .",
            "No.|That is wrong.",
            "Wait... what happened?|Nothing...|Really.",
            "攻撃者は侵入した。|次に移動した。",
            "It drops run.|hxxp://evil[.]com/x was next.",
        ] {
            check(marked);
        }
    }

    #[test]
    fn code_breaks_at_lines_and_cells_do_not_break() {
        assert_eq!(of(BlockKind::Code, "a. B c\n\n  d e. F"), ["a. B c", "d e. F"]);
        let cell = BlockKind::TableCell { table: 0, row: 0, column: 0, header: false };
        assert_eq!(of(cell, "One. Two."), ["One. Two."]);
        assert_eq!(of(cell, &"A long cell goes on here. ".repeat(20)).len(), 20);
    }

    #[test]
    fn long_sentences_are_cut_at_blanks_and_tokens_stay_whole() {
        let words = "word ".repeat(4000);
        let parts = of(BlockKind::Paragraph, &words);
        assert!(parts.len() >= 4 && parts.iter().all(|p| p.len() <= LONGEST));
        let token = "x".repeat(100_000);
        assert_eq!(of(BlockKind::Paragraph, &token), [token.as_str()]);
    }

    /// On prose without abbreviations the Unicode rules are the oracle.
    #[test]
    fn agrees_with_uax_29_on_plain_prose() {
        let prose = "The actor sent mail to staff. Nobody opened it! Why would they? “It looked odd,” one said. \
            The second wave (sent in May) worked. It ran a script, which fetched a file; the file was signed. \
            Twelve hosts fell within 3.5 hours. By then, logs were gone.";
        let oracle: Vec<&str> = prose.unicode_sentences().map(str::trim).collect();
        assert_eq!(of(BlockKind::Paragraph, prose), oracle);
    }

    #[test]
    fn openers_are_sorted() {
        assert!(OPENERS.is_sorted());
    }

    proptest! {
        #[test]
        fn sentences_lie_in_order_on_boundaries(text in "(\\PC|[.!?…。\\[\\] \\n\"A-c]){0,400}") {
            for kind in [BlockKind::Paragraph, BlockKind::Code, BlockKind::ListItem(1)] {
                let block = Block { kind, span: Span::new(0, text.len()), page: None, region: Region::Main };
                let mut last = 0;
                let mut kept = String::new();
                for s in split(&text, &[block]) {
                    let range = s.span.range();
                    prop_assert!(range.start >= last && range.end > range.start && range.end <= text.len());
                    prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
                    kept.push_str(&text[range.clone()]);
                    last = range.end;
                }
                // Nothing but blanks is lost.
                let strip = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                prop_assert_eq!(strip(&kept), strip(&text));
            }
        }
    }
}
