//! Character maps: codes of a composite font to CIDs, and codes to text (ISO 32000-2, 9.7.5 and 9.10.3).
//!
//! Own, because maps in real files are often cut short or sloppy, and what can be read of them is worth having.

use super::lexer::{Lexer, Token};

/// Most ranges kept of one map; Unicode has fewer characters than that.
const MOST: usize = 200_000;

/// A `ToUnicode` map.
#[derive(Debug, Default)]
pub(super) struct ToUnicode {
    /// First code, last code, text of the first; sorted by first code.
    ranges: Vec<(u32, u32, Box<str>)>,
}

impl ToUnicode {
    /// Reads the bytes of a `ToUnicode` stream.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut ranges: Vec<(u32, u32, Box<str>)> = Vec::new();
        sections(bytes, |section, operands| match section {
            Section::BfChar => {
                for pair in operands.chunks(2) {
                    if let [Item::Code(code, _), Item::Code(_, text)] = pair {
                        ranges.push((*code, *code, utf16(text)));
                    }
                }
            }
            Section::BfRange => {
                let mut at = 0;
                while let (Some(Item::Code(first, _)), Some(Item::Code(last, _))) =
                    (operands.get(at), operands.get(at + 1))
                {
                    at += 2;
                    match operands.get(at) {
                        Some(Item::Code(_, text)) => {
                            ranges.push((*first, *last, utf16(text)));
                            at += 1;
                        }
                        Some(Item::Open) => {
                            at += 1;
                            let mut code = *first;
                            while let Some(Item::Code(_, text)) = operands.get(at) {
                                ranges.push((code, code, utf16(text)));
                                code = code.saturating_add(1);
                                at += 1;
                            }
                            at += usize::from(matches!(operands.get(at), Some(Item::Close)));
                        }
                        _ => break,
                    }
                    if ranges.len() > MOST {
                        break;
                    }
                }
            }
            _ => {}
        });
        ranges.truncate(MOST);
        ranges.sort_by_key(|r| r.0);
        Self { ranges }
    }

    /// The text of a code.
    pub(super) fn get(&self, code: u32) -> Option<(&str, u32)> {
        let at = self.ranges.partition_point(|r| r.0 <= code);
        let (first, last, text) = self.ranges.get(at.checked_sub(1)?)?;
        (code <= *last && !text.is_empty()).then(|| (&**text, code - first))
    }
}

/// Codes of a composite font: how long they are and which CID they stand for.
#[derive(Debug)]
pub(super) struct Codes {
    /// Bytes of a code, lowest and highest code.
    spaces: Vec<(u8, u32, u32)>,
    /// Bytes of a code, first and last code, CID of the first; sorted.
    cids: Vec<(u8, u32, u32, u32)>,
    /// Whether the map is the identity on two bytes.
    identity: bool,
    /// Whether text runs downward.
    pub(super) vertical: bool,
    /// Whether the codes themselves are UTF-16 (the predefined `Uni…` maps).
    pub(super) unicode: bool,
}

impl Codes {
    /// A predefined map by its name. Of those, the identity and the Unicode-coded ones can be read without a
    /// table; the others are read as two-byte codes so that a `ToUnicode` map still works.
    pub(super) fn predefined(name: &[u8]) -> Self {
        let contains = |part: &[u8]| memchr::memmem::find(name, part).is_some();
        Self {
            spaces: vec![(2, 0, 0xFFFF)],
            cids: Vec::new(),
            identity: true,
            vertical: name.ends_with(b"-V"),
            unicode: contains(b"UCS2") || contains(b"UTF16"),
        }
    }

    /// Reads an embedded map.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut codes =
            Self { spaces: Vec::new(), cids: Vec::new(), identity: false, vertical: false, unicode: false };
        sections(bytes, |section, operands| match section {
            Section::CodeSpace => {
                for pair in operands.chunks(2) {
                    if let [Item::Code(low, raw), Item::Code(high, _)] = pair {
                        codes.spaces.push((raw.len() as u8, *low, *high));
                    }
                }
            }
            Section::CidRange => {
                for triple in operands.chunks(3) {
                    if let [Item::Code(first, raw), Item::Code(last, _), Item::Number(cid)] = triple {
                        codes.cids.push((raw.len() as u8, *first, *last, *cid));
                    }
                }
            }
            Section::CidChar => {
                for pair in operands.chunks(2) {
                    if let [Item::Code(code, raw), Item::Number(cid)] = pair {
                        codes.cids.push((raw.len() as u8, *code, *code, *cid));
                    }
                }
            }
            Section::Mode => {
                codes.vertical |= operands.iter().any(|o| matches!(o, Item::Number(1)));
            }
            _ => {}
        });
        codes.spaces.retain(|s| (1..=4).contains(&s.0));
        codes.spaces.truncate(256);
        codes.cids.truncate(MOST);
        codes.cids.sort_unstable();
        if codes.spaces.is_empty() {
            codes.spaces.push((2, 0, 0xFFFF));
        }
        codes.identity = codes.cids.is_empty();
        codes
    }

    /// The next code of a string and its length in bytes; the length is at least 1.
    pub(super) fn next(&self, bytes: &[u8]) -> (u32, usize) {
        let mut code = 0;
        for (i, &b) in bytes.iter().take(4).enumerate() {
            code = code << 8 | u32::from(b);
            let fits = |s: &&(u8, u32, u32)| usize::from(s.0) == i + 1 && in_space(code, s.1, s.2);
            if self.spaces.iter().any(|s| fits(&s)) {
                return (code, i + 1);
            }
        }
        // No range fits: take the shortest length there is, as the specification says.
        let n = self.spaces.iter().map(|s| usize::from(s.0)).min().unwrap_or(1).clamp(1, bytes.len().max(1));
        (bytes.iter().take(n).fold(0, |code, &b| code << 8 | u32::from(b)), n)
    }

    /// The CID of a code of `len` bytes.
    pub(super) fn cid(&self, code: u32, len: usize) -> u32 {
        if self.identity {
            return code;
        }
        let at = self.cids.partition_point(|r| (usize::from(r.0), r.1) <= (len, code));
        match at.checked_sub(1).and_then(|i| self.cids.get(i)) {
            Some(r) if usize::from(r.0) == len && code <= r.2 => r.3.saturating_add(code - r.1),
            _ => 0,
        }
    }
}

/// Whether each byte of `code` lies between those of `low` and `high`.
fn in_space(code: u32, low: u32, high: u32) -> bool {
    (0..4).all(|i| {
        let byte = |n: u32| n >> (8 * i) & 0xFF;
        (byte(low)..=byte(high)).contains(&byte(code))
    })
}

enum Section {
    CodeSpace,
    CidRange,
    CidChar,
    BfRange,
    BfChar,
    Mode,
}

enum Item {
    /// A string as a number, and its bytes.
    Code(u32, Vec<u8>),
    Number(u32),
    Open,
    Close,
}

/// Calls `each` with the operands of every section of a map.
fn sections(bytes: &[u8], mut each: impl FnMut(Section, &[Item])) {
    let mut lexer = Lexer::new(bytes);
    let mut items = Vec::new();
    let mut mode = false;
    while let Some(token) = lexer.next_token() {
        match token {
            Token::String(s) => {
                let code = s.iter().take(4).fold(0, |n, &b| n << 8 | u32::from(b));
                items.push(Item::Code(code, s));
            }
            Token::Number(n) => {
                let number = Item::Number(n.clamp(0.0, f64::from(u32::MAX)) as u32);
                if std::mem::take(&mut mode) {
                    each(Section::Mode, &[number]);
                } else {
                    items.push(number);
                }
            }
            Token::Open => items.push(Item::Open),
            Token::Close => items.push(Item::Close),
            Token::Name(name) => mode = name == b"WMode",
            Token::Word(word) => {
                let section = match word {
                    b"endcodespacerange" => Some(Section::CodeSpace),
                    b"endcidrange" => Some(Section::CidRange),
                    b"endcidchar" => Some(Section::CidChar),
                    b"endbfrange" => Some(Section::BfRange),
                    b"endbfchar" => Some(Section::BfChar),
                    _ => None,
                };
                if let Some(section) = section {
                    each(section, &items);
                }
                items.clear();
            }
        }
        if items.len() > 4 * MOST {
            break;
        }
    }
    // A map that is cut short inside a section still gives what it has of pairs.
    if items.len() >= 2 {
        each(Section::BfChar, &items);
    }
}

/// UTF-16BE as text; a single byte stands for itself.
fn utf16(bytes: &[u8]) -> Box<str> {
    if let [one] = bytes {
        return char::from(*one).to_string().into();
    }
    let units = bytes.as_chunks::<2>().0.iter().take(64).map(|b| u16::from_be_bytes(*b));
    char::decode_utf16(units).filter_map(Result::ok).filter(|&c| c != '\0').collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_chars_ranges_and_arrays() {
        let map = ToUnicode::parse(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
              2 beginbfchar <0003> <0020> <0100> <00660069> endbfchar\n\
              2 beginbfrange <0010> <0012> <0041> <0020> <0022> [<0061> <0062> <D83DDE00>] endbfrange",
        );
        assert_eq!(map.get(3), Some((" ", 0)));
        assert_eq!(map.get(0x100), Some(("fi", 0)));
        assert_eq!(map.get(0x12), Some(("A", 2)));
        assert_eq!(map.get(0x21), Some(("b", 0)));
        assert_eq!(map.get(0x22), Some(("\u{1F600}", 0)));
        assert_eq!(map.get(0x13), None);
    }

    #[test]
    fn codes_of_mixed_length() {
        let codes = Codes::parse(
            b"2 begincodespacerange <00> <7F> <8140> <9FFC> endcodespacerange\n\
              1 begincidrange <20> <7e> 1 endcidrange 1 begincidchar <8140> 633 endcidchar /WMode 1 def",
        );
        assert_eq!(codes.next(b"A\x81\x40"), (0x41, 1));
        assert_eq!(codes.next(b"\x81\x40"), (0x8140, 2));
        assert_eq!(codes.cid(0x41, 1), 0x22);
        assert_eq!(codes.cid(0x8140, 2), 633);
        assert!(codes.vertical);
        assert_eq!(codes.next(b"\xff"), (0xff, 1));
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "[<>0-9a-f \\[\\]]{0,200}") {
            for data in [bytes, format!("beginbfrange {text} endbfrange begincidrange {text} endcidrange").into()] {
                let map = ToUnicode::parse(&data);
                let codes = Codes::parse(&data);
                for code in [0, 1, 0xFF, 0x1234, u32::MAX] {
                    map.get(code);
                    codes.cid(code, 2);
                }
                prop_assert!(codes.next(&data).1 >= 1);
            }
        }
    }
}
