//! One pass over an expression.

use std::iter::Peekable;
use std::str::Chars;

use super::Flavour;

/// An expression on its way.
pub(super) struct Writer<'a> {
    pub(super) chars: Peekable<Chars<'a>>,
    pub(super) flavour: &'a Flavour,
    dot: &'static str,
    pub(super) out: String,
    /// Where the last atom begins in `out`.
    atom: usize,
    /// Where the open groups begin.
    groups: Vec<usize>,
    /// Whether the last thing was a quantifier.
    counted: bool,
    /// Whether `^` and `$` have stood at the ends.
    ends: (bool, bool),
    /// Whether a `|` stands outside of all groups.
    choice: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(source: &'a str, flavour: &'a Flavour, dot_all: bool) -> Self {
        Self {
            chars: source.chars().peekable(),
            flavour,
            dot: if dot_all { "." } else { flavour.dot },
            out: String::with_capacity(source.len() + 8),
            atom: 0,
            groups: Vec::new(),
            counted: false,
            ends: (false, false),
            choice: false,
        }
    }

    /// The expression for the engine.
    ///
    /// # Errors
    /// What it does not know, in words.
    pub(super) fn write(mut self) -> Result<String, String> {
        self.all()?;
        if self.flavour.whole { self.widened() } else { Ok(self.out) }
    }

    fn all(&mut self) -> Result<(), String> {
        while let Some(c) = self.chars.next() {
            if matches!(c, '*' | '+' | '?') {
                self.quantifier(c)?;
                continue;
            }
            if c == '{'
                && let Some((least, most)) = self.count()
            {
                self.repeat(least, most);
                self.counted = true;
                continue;
            }
            self.counted = false;
            let from = self.out.len();
            match c {
                '\\' => self.escaped()?,
                '[' => self.set()?,
                '.' => self.out.push_str(self.dot),
                '(' => {
                    self.groups.push(from);
                    self.open()?;
                }
                ')' => {
                    self.out.push(')');
                    self.atom = self.groups.pop().ok_or("a `)` without `(`")?;
                    continue;
                }
                '{' | '}' | ']' => self.out.extend(['\\', c]),
                '^' | '$' if self.flavour.whole => self.end(c)?,
                '|' => {
                    self.choice |= self.groups.is_empty();
                    self.out.push(c);
                }
                c if self.flavour.special.contains(c) => self.out.extend(['\\', c]),
                c => self.out.push(c),
            }
            self.atom = from;
        }
        Ok(())
    }

    /// An end of the text, where every expression begins and ends.
    fn end(&mut self, c: char) -> Result<(), String> {
        let begins = c == '^' && self.out.is_empty();
        let closes = c == '$' && self.chars.peek().is_none();
        self.ends = (self.ends.0 || begins, self.ends.1 || closes);
        match begins || closes {
            true => Ok(()),
            false => Err(format!("`{c}` inside a regular expression")),
        }
    }

    /// What may stand before and behind, unless an end says otherwise.
    fn widened(self) -> Result<String, String> {
        if self.choice && self.ends != (false, false) {
            return Err("an end of the text in one of several alternatives".into());
        }
        let any = |end| if end { "" } else { ".*" };
        let (open, close) = if self.choice { ("(", ")") } else { ("", "") };
        Ok(format!("{}{open}{}{close}{}", any(self.ends.0), self.out, any(self.ends.1)))
    }

    /// Lazy quantifiers find the same texts as greedy ones, and not every engine knows them.
    fn quantifier(&mut self, c: char) -> Result<(), String> {
        if !self.counted {
            self.out.push(c);
            self.counted = true;
            return Ok(());
        }
        self.counted = false;
        match c {
            '?' => Ok(()),
            _ => Err("possessive or doubled quantifiers".into()),
        }
    }

    /// `n}`, `n,}` or `n,m}` behind a `{`; takes nothing if it is something else.
    fn count(&mut self) -> Option<(u32, Option<u32>)> {
        let rest: String = self.chars.clone().take_while(|c| *c != '}').take(16).collect();
        let (least, most) = match rest.split_once(',') {
            None => (rest.parse().ok()?, rest.parse().ok()),
            Some((least, "")) => (least.parse().ok()?, None),
            Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
        };
        if self.chars.clone().nth(rest.chars().count()) != Some('}') {
            return None;
        }
        (0..=rest.chars().count()).for_each(|_| {
            self.chars.next();
        });
        Some((least, most))
    }

    /// A count above the engine's limit is written as several in a row.
    fn repeat(&mut self, mut least: u32, mut most: Option<u32>) {
        let limit = self.flavour.most;
        let atom = self.out.get(self.atom..).unwrap_or_default().to_owned();
        // A row of this length is no longer an expression anybody means; the engine will say so itself.
        for _ in 0..16 {
            if least > limit {
                self.out.push_str(&format!("{{{limit}}}{atom}"));
                least -= limit;
                most = most.map(|most| most.saturating_sub(limit));
            } else if most.is_some_and(|most| most > limit) {
                self.out.push_str(&format!("{{{least},{limit}}}{atom}"));
                most = most.map(|most| most - limit);
                least = 0;
            } else {
                break;
            }
        }
        let count = match most {
            Some(most) if most == least => format!("{{{least}}}"),
            Some(most) => format!("{{{least},{most}}}"),
            None => format!("{{{least},}}"),
        };
        self.out.push_str(&count);
    }

    /// What follows a `(`.
    fn open(&mut self) -> Result<(), String> {
        if self.chars.peek() != Some(&'?') {
            self.out.push('(');
            return Ok(());
        }
        self.chars.next();
        let rest: String = self.chars.clone().take(64).collect();
        let (take, text) = if rest.starts_with(':') {
            (1, "(?:".to_owned())
        } else if let Some(look) = ["=", "!", "<=", "<!"].into_iter().find(|look| rest.starts_with(look)) {
            if !self.flavour.look {
                return Err("look-around in regular expressions".into());
            }
            (look.len(), format!("(?{look}"))
        } else if rest.starts_with("P<") || rest.starts_with('<') {
            let end = rest.find('>').ok_or("a group's name without its end")?;
            (rest[..=end].chars().count(), "(".to_owned())
        } else if self.flavour.plain_groups && rest.starts_with("i:") {
            (2, "(?i:".to_owned())
        } else {
            return Err("groups of this kind in regular expressions".into());
        };
        (0..take).for_each(|_| {
            self.chars.next();
        });
        self.out.push_str(if text == "(?:" && !self.flavour.plain_groups { "(" } else { &text });
        Ok(())
    }

    /// What follows a `\` outside of a set.
    fn escaped(&mut self) -> Result<(), String> {
        let c = self.chars.next().ok_or("a `\\` at the end of a regular expression")?;
        match c {
            'b' | 'B' if self.flavour.boundary.is_empty() => {
                return Err("boundaries of words in regular expressions".into());
            }
            'b' => self.out.push_str(self.flavour.boundary),
            'B' => self.out.push_str(self.flavour.no_boundary),
            'A' | 'z' | 'Z' if self.flavour.whole => self.end(if c == 'A' { '^' } else { '$' })?,
            'A' => self.out.push_str(self.flavour.begin),
            'z' | 'Z' => self.out.push_str(self.flavour.end),
            'd' | 'w' | 's' | 'D' | 'W' | 'S' if self.flavour.sets => {
                let no = if c.is_ascii_uppercase() { "^" } else { "" };
                self.out.push_str(&format!("[{no}{}]", self.ascii(c)));
            }
            'd' | 'w' | 's' | 'D' | 'W' | 'S' => self.out.extend(['\\', c]),
            c => {
                let c = self.character(c)?;
                self.literal(c, r"\.+*?()|[]{}^$");
            }
        }
        Ok(())
    }

    /// The character that `\` and `c` stand for.
    pub(super) fn character(&mut self, c: char) -> Result<char, String> {
        let code = match c {
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            't' => return Ok('\t'),
            'f' => return Ok('\u{c}'),
            'v' => return Ok('\u{b}'),
            'a' => return Ok('\u{7}'),
            'e' => return Ok('\u{1b}'),
            'x' if self.chars.peek() == Some(&'{') => {
                let code: String = self.chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                code
            }
            'x' => self.chars.by_ref().take(2).collect(),
            'u' => self.chars.by_ref().take(4).collect(),
            c if c.is_ascii_alphanumeric() => {
                return Err(format!("`\\{c}` in regular expressions"));
            }
            c => return Ok(c),
        };
        let code = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
        code.filter(|c| *c != '\0').ok_or_else(|| "a character's number in a regular expression".into())
    }

    pub(super) fn literal(&mut self, c: char, special: &str) {
        match c {
            '\n' if self.flavour.named => self.out.push_str(r"\n"),
            '\r' if self.flavour.named => self.out.push_str(r"\r"),
            '\t' if self.flavour.named => self.out.push_str(r"\t"),
            c if special.contains(c) || self.flavour.special.contains(c) => self.out.extend(['\\', c]),
            c => self.out.push(c),
        }
    }
}
