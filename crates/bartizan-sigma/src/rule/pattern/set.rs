//! Sets of characters.

use super::writer::Writer;

impl Writer<'_> {
    /// A set, its `[` taken.
    pub(super) fn set(&mut self) -> Result<(), String> {
        const SPECIAL: &str = r"\]^-[&~";
        self.out.push('[');
        if self.chars.peek() == Some(&'^') {
            self.chars.next();
            self.out.push('^');
        }
        // A `]` that comes first is plain; a `-` is one between two characters only.
        let (mut first, mut single, mut ranged) = (true, false, false);
        loop {
            let c = self.chars.next().ok_or("a set without its `]`")?;
            match c {
                ']' if !first => break,
                '-' if single && !matches!(self.chars.peek(), Some(']')) => {
                    self.out.push('-');
                    (single, ranged) = (false, true);
                    continue;
                }
                '[' if self.chars.peek() == Some(&':') => {
                    let name: String = self.chars.by_ref().take_while(|c| *c != ']').collect();
                    self.out.push_str(posix(&name)?);
                    single = false;
                }
                '\\' => {
                    let c = self.chars.next().ok_or("a `\\` at the end of a regular expression")?;
                    if matches!(c, 'd' | 'w' | 's' | 'D' | 'W' | 'S') {
                        self.class(c)?;
                        single = false;
                    } else {
                        // In a set `\b` is the backspace.
                        let c = if c == 'b' { '\u{8}' } else { self.character(c)? };
                        self.literal(c, SPECIAL);
                        single = !ranged;
                    }
                }
                c => {
                    self.literal(c, SPECIAL);
                    single = !ranged;
                }
            }
            (first, ranged) = (false, false);
        }
        self.out.push(']');
        Ok(())
    }

    /// `\d` and its kin inside a set.
    fn class(&mut self, c: char) -> Result<(), String> {
        match (self.flavour.sets, c.is_ascii_uppercase()) {
            (false, _) => self.out.extend(['\\', c]),
            (true, false) => {
                let set = self.ascii(c);
                self.out.push_str(set);
            }
            (true, true) => return Err(format!("`\\{c}` inside a set of a regular expression")),
        }
        Ok(())
    }

    /// `\d`, `\w` and `\s` as members of a set.
    pub(super) fn ascii(&self, c: char) -> &'static str {
        match c.to_ascii_lowercase() {
            'd' => "0-9",
            'w' => "0-9A-Za-z_",
            _ if self.flavour.named => r" \t\n\v\f\r",
            _ => " \t\n\u{b}\u{c}\r",
        }
    }
}

/// `[:name:]` as members of a set, its `[` and `]` taken.
fn posix(name: &str) -> Result<&'static str, String> {
    Ok(match name.trim_matches(':') {
        "alpha" => "A-Za-z",
        "digit" => "0-9",
        "alnum" => "0-9A-Za-z",
        "upper" => "A-Z",
        "lower" => "a-z",
        "xdigit" => "0-9A-Fa-f",
        "word" => "0-9A-Za-z_",
        _ => return Err(format!("the set `[{name}]`")),
    })
}
