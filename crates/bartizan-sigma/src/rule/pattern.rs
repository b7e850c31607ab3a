//! Regular expressions of rules, written again for the engine that runs them.
//!
//! Rules mean the common part of PCRE with `\d`, `\w`, `\s` and `\b` of ASCII, as nearly every platform reads them. What
//! an engine writes otherwise is replaced; what it lacks, or would read as something else, is refused.

use std::iter::Peekable;
use std::str::Chars;

use super::Regex;

/// How an engine writes what engines write differently.
#[derive(Clone, Copy, Debug)]
pub struct Flavour {
    /// `.` that matches no line break.
    pub dot: &'static str,
    /// `\b`; empty where there is no such thing.
    pub boundary: &'static str,
    /// `\B`.
    pub no_boundary: &'static str,
    /// The beginning of the text, whatever the flags.
    pub begin: &'static str,
    /// The end of the text.
    pub end: &'static str,
    /// Whether `\d`, `\w` and `\s` are written as sets of ASCII.
    pub sets: bool,
    /// Whether groups may be `(?:…)` and `(?i:…)`.
    pub plain_groups: bool,
    /// Whether `(?=…)` and its kin are known.
    pub look: bool,
    /// Whether `\n` and the like are known; else the characters stand for themselves.
    pub named: bool,
    /// Whether an expression must match the whole text; then `^` and `$` stand at the ends only, and are left out.
    pub whole: bool,
    /// Further characters that mean something.
    pub special: &'static str,
    /// The highest count of `{n,m}`.
    pub most: u32,
}

impl Flavour {
    /// RE2, and what follows it.
    pub const RE2: Self = Self {
        dot: ".",
        boundary: r"\b",
        no_boundary: r"\B",
        begin: r"\A",
        end: r"\z",
        sets: false,
        plain_groups: true,
        look: false,
        named: true,
        whole: false,
        special: "",
        most: 1000,
    };
}

/// The same expression for `flavour`. Flags at its beginning become the flags of the result.
///
/// # Errors
/// What the engine does not know, in words.
pub fn rewrite(regex: &Regex, flavour: &Flavour) -> Result<Regex, String> {
    let mut regex = regex.clone();
    let source = std::mem::take(&mut regex.pattern);
    let source = leading_flags(&source, &mut regex)?;
    let mut writer = Writer {
        chars: source.chars().peekable(),
        flavour,
        dot: if regex.dot_all { "." } else { flavour.dot },
        out: String::with_capacity(source.len() + 8),
        atom: 0,
        groups: Vec::new(),
        counted: false,
        ends: (false, false),
        choice: false,
    };
    writer.all()?;
    regex.pattern = if flavour.whole { writer.widened()? } else { writer.out };
    Ok(regex)
}

/// Takes `(?i)` and the like from the beginning.
fn leading_flags<'s>(source: &'s str, regex: &mut Regex) -> Result<&'s str, String> {
    let mut rest = source;
    while let Some(after) = rest.strip_prefix("(?") {
        let Some((flags, behind)) = after.split_once(')') else { break };
        if flags.is_empty() || !flags.chars().all(|c| c.is_ascii_lowercase()) {
            break;
        }
        for flag in flags.chars() {
            match flag {
                'i' => regex.ignore_case = true,
                'm' => regex.multi_line = true,
                's' => regex.dot_all = true,
                other => return Err(format!("the flag `{other}` of a regular expression")),
            }
        }
        rest = behind;
    }
    Ok(rest)
}

struct Writer<'a> {
    chars: Peekable<Chars<'a>>,
    flavour: &'a Flavour,
    dot: &'static str,
    out: String,
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

impl Writer<'_> {
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
    fn character(&mut self, c: char) -> Result<char, String> {
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

    fn literal(&mut self, c: char, special: &str) {
        match c {
            '\n' if self.flavour.named => self.out.push_str(r"\n"),
            '\r' if self.flavour.named => self.out.push_str(r"\r"),
            '\t' if self.flavour.named => self.out.push_str(r"\t"),
            c if special.contains(c) || self.flavour.special.contains(c) => self.out.extend(['\\', c]),
            c => self.out.push(c),
        }
    }

    /// A set, its `[` taken.
    fn set(&mut self) -> Result<(), String> {
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
    fn ascii(&self, c: char) -> &'static str {
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
