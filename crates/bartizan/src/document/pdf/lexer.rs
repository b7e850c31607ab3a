//! Tokens of content streams and character maps (ISO 32000-2, 7.2 and 7.3).
//!
//! One pass, no look back: the time is linear in the bytes whatever they are.

/// A token. Arrays and dictionaries are not nested here; their brackets are tokens.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// An integer or real.
    Number(f64),
    /// A name, without the solidus, `#xx` resolved.
    Name(Vec<u8>),
    /// A literal or hexadecimal string, decoded.
    String(Vec<u8>),
    /// `[`, `]`, `<<` or `>>`.
    Open,
    /// The end of an array or dictionary.
    Close,
    /// Anything else: an operator or keyword.
    Word(&'a [u8]),
}

/// Reads tokens from bytes.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

fn is_blank(b: u8) -> bool {
    matches!(b, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

fn is_delimiter(b: u8) -> bool {
    matches!(b, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn hex(b: u8) -> Option<u8> {
    (b as char).to_digit(16).map(|d| d as u8)
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The next token, or nothing at the end.
    pub(super) fn next_token(&mut self) -> Option<Token<'a>> {
        loop {
            let b = self.peek()?;
            self.at += 1;
            match b {
                b if is_blank(b) => {}
                b'%' => {
                    while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                        self.at += 1;
                    }
                }
                b'/' => return Some(Token::Name(self.name())),
                b'(' => return Some(Token::String(self.literal())),
                b'<' if self.peek() == Some(b'<') => {
                    self.at += 1;
                    return Some(Token::Open);
                }
                b'<' => return Some(Token::String(self.hexadecimal())),
                b'>' => {
                    if self.peek() == Some(b'>') {
                        self.at += 1;
                    }
                    return Some(Token::Close);
                }
                b'[' => return Some(Token::Open),
                b']' => return Some(Token::Close),
                // Unbalanced or PostScript-only: of no use in a content stream.
                b')' | b'{' | b'}' => {}
                _ => return Some(self.regular()),
            }
        }
    }

    fn regular(&mut self) -> Token<'a> {
        let start = self.at - 1;
        while self.peek().is_some_and(|b| !is_blank(b) && !is_delimiter(b)) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        number(word).map_or(Token::Word(word), Token::Number)
    }

    fn name(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while let Some(b) = self.peek().filter(|&b| !is_blank(b) && !is_delimiter(b)) {
            self.at += 1;
            let escaped = (b == b'#')
                .then(|| Some((hex(*self.bytes.get(self.at)?)?, hex(*self.bytes.get(self.at + 1)?)?)))
                .flatten();
            match escaped {
                Some((high, low)) => {
                    self.at += 2;
                    out.push(high << 4 | low);
                }
                None => out.push(b),
            }
        }
        out
    }

    fn literal(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut open = 1usize;
        while let Some(b) = self.peek() {
            self.at += 1;
            match b {
                b'(' => {
                    open += 1;
                    out.push(b);
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                    out.push(b);
                }
                b'\\' => self.escape(&mut out),
                b'\r' => {
                    if self.peek() == Some(b'\n') {
                        self.at += 1;
                    }
                    out.push(b'\n');
                }
                _ => out.push(b),
            }
        }
        out
    }

    fn escape(&mut self, out: &mut Vec<u8>) {
        let Some(b) = self.peek() else { return };
        self.at += 1;
        match b {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\n' => {}
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
            }
            b'0'..=b'7' => {
                let mut value = u32::from(b - b'0');
                for _ in 0..2 {
                    match self.peek() {
                        Some(d @ b'0'..=b'7') => {
                            value = value * 8 + u32::from(d - b'0');
                            self.at += 1;
                        }
                        _ => break,
                    }
                }
                out.push(value as u8);
            }
            other => out.push(other),
        }
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut high = None;
        while let Some(b) = self.peek() {
            self.at += 1;
            if b == b'>' {
                break;
            }
            let Some(digit) = hex(b) else { continue };
            match high.take() {
                None => high = Some(digit),
                Some(h) => out.push(h << 4 | digit),
            }
        }
        if let Some(h) = high {
            out.push(h << 4);
        }
        out
    }

    /// Steps over an inline image after its `BI`: to behind the `EI` that ends the data.
    ///
    /// The data may hold the two letters by chance, so what follows has to look like a content stream.
    pub(super) fn skip_inline_image(&mut self) {
        while let Some(token) = self.next_token() {
            if token == Token::Word(b"ID") {
                break;
            }
        }
        let mut from = self.at;
        while let Some(found) = memchr::memmem::find(&self.bytes[from..], b"EI") {
            let at = from + found;
            let before = at == 0 || is_blank(self.bytes[at - 1]);
            let after = &self.bytes[at + 2..self.bytes.len().min(at + 18)];
            let ends = after.first().is_none_or(|&b| is_blank(b));
            if before && ends && after.iter().all(|&b| is_blank(b) && b != 0 || (0x20..0x7F).contains(&b)) {
                self.at = at + 2;
                return;
            }
            from = at + 2;
        }
        self.at = self.bytes.len();
    }
}

/// A PDF number; like other readers, forgiving about doubled signs and stray minus signs inside.
fn number(word: &[u8]) -> Option<f64> {
    if !matches!(word.first()?, b'0'..=b'9' | b'+' | b'-' | b'.') {
        return None;
    }
    let digits = word.iter().position(|b| !matches!(b, b'+' | b'-')).unwrap_or(word.len());
    let negative = word[..digits].contains(&b'-');
    let (mut value, mut scale, mut seen) = (0f64, 0f64, false);
    for &b in &word[digits..] {
        match b {
            b'0'..=b'9' => {
                seen = true;
                let d = f64::from(b - b'0');
                if scale == 0.0 {
                    value = value * 10.0 + d;
                } else {
                    value += d * scale;
                    scale /= 10.0;
                }
            }
            b'.' if scale == 0.0 => scale = 0.1,
            b'-' if seen => break,
            _ => return None,
        }
    }
    if !seen && scale == 0.0 {
        return None;
    }
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(bytes: &[u8]) -> Vec<Token<'_>> {
        let mut lexer = Lexer::new(bytes);
        std::iter::from_fn(|| lexer.next_token()).collect()
    }

    #[test]
    fn reads_every_kind_of_token() {
        assert_eq!(
            all(b"/F1 12 Tf [(a\\)(b)\\101) -20.5 <6a6B7>]TJ % note\n<</A#20B true>>BDC"),
            vec![
                Token::Name(b"F1".to_vec()),
                Token::Number(12.0),
                Token::Word(b"Tf"),
                Token::Open,
                Token::String(b"a)(b)A".to_vec()),
                Token::Number(-20.5),
                Token::String(b"jkp".to_vec()),
                Token::Close,
                Token::Word(b"TJ"),
                Token::Open,
                Token::Name(b"A B".to_vec()),
                Token::Word(b"true"),
                Token::Close,
                Token::Word(b"BDC"),
            ]
        );
    }

    #[test]
    fn inline_images_are_stepped_over() {
        let mut lexer = Lexer::new(b"BI /W 1 /H 1 ID \xffEI\x01 EI\xf0\x00 EI Q (x) Tj");
        assert_eq!(lexer.next_token(), Some(Token::Word(b"BI")));
        lexer.skip_inline_image();
        assert_eq!(lexer.next_token(), Some(Token::Word(b"Q")));
        assert_eq!(lexer.next_token(), Some(Token::String(b"x".to_vec())));
    }

    proptest! {
        #[test]
        fn ends_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(all(&bytes).len() <= bytes.len());
            let mut lexer = Lexer::new(&bytes);
            lexer.skip_inline_image();
            while lexer.next_token().is_some() {}
        }
    }
}
