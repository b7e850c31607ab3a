//! Regular expressions that ask no more than strings with `*` and `?` can.

use std::iter::Peekable;
use std::str::Chars;

use super::{super::Text, Regex, leading_flags};
use crate::rule::Part;

/// The most strings one expression becomes.
const MOST: usize = 64;
/// The longest row of one part that is written out.
const LONGEST: u32 = 1024;

/// What is of no matter to the one who asks for strings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leave {
    /// Letter case: the strings find letters of either.
    pub case: bool,
    /// Line breaks: the field has none, so that `.` is any character.
    pub lines: bool,
    /// A set of characters, which becomes any one: more may be found than the expression finds.
    pub sets: bool,
}

/// Strings that together find what the expression finds in a field, in an engine where letters match either case; none
/// where that cannot be said with so many.
pub fn strings(regex: &Regex, leave: Leave) -> Option<Vec<Text>> {
    let mut regex = regex.clone();
    let source = std::mem::take(&mut regex.pattern);
    let source = leading_flags(&source, &mut regex).ok()?;
    if regex.multi_line {
        return None;
    }
    let mut reader = Reader {
        chars: source.chars().peekable(),
        any_case: regex.ignore_case || leave.case,
        any_line: regex.dot_all || leave.lines,
        sets: leave.sets,
    };
    let found = reader.alternatives(0)?;
    reader.chars.next().is_none().then_some(())?;
    let mut texts: Vec<Text> = Vec::with_capacity(found.len());
    for row in found {
        let text = row.text()?;
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    Some(texts)
}

/// What one alternative asks, in a row.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    parts: Vec<Part>,
    /// Whether `^` stood before the first part, `$` behind the last.
    ends: (bool, bool),
}

impl Row {
    fn of(part: Part) -> Self {
        Self { parts: vec![part], ..Self::default() }
    }

    /// This row and then another one.
    fn then(&self, next: &Self) -> Option<Self> {
        let (begun, over) = (!self.parts.is_empty() || self.ends.0, self.ends.1);
        // An end of the text inside of what is asked.
        if next.ends.0 && begun || over && (!next.parts.is_empty() || next.ends.1) {
            return None;
        }
        let parts = self.parts.iter().chain(&next.parts).cloned().collect();
        Some(Self { parts, ends: (self.ends.0 || next.ends.0, self.ends.1 || next.ends.1) })
    }

    /// As a string over the whole of a value; one `*` says as much as several.
    fn text(self) -> Option<Text> {
        let mut parts = self.parts;
        if !self.ends.0 {
            parts.insert(0, Part::Any);
        }
        if !self.ends.1 {
            parts.push(Part::Any);
        }
        parts.dedup_by(|a, b| *a == Part::Any && *b == Part::Any);
        let text = Text::from_parts(parts);
        // What finds everything is no question.
        text.parts().iter().any(|part| matches!(part, Part::Plain(_) | Part::One)).then_some(text)
    }
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    any_case: bool,
    any_line: bool,
    sets: bool,
}

impl Reader<'_> {
    /// Up to the end, or to the `)` of a group.
    fn alternatives(&mut self, depth: usize) -> Option<Vec<Row>> {
        (depth < 16).then_some(())?;
        let mut all = Vec::new();
        loop {
            all.extend(self.row(depth)?);
            (all.len() <= MOST).then_some(())?;
            match self.chars.peek() {
                Some('|') => {
                    self.chars.next();
                }
                _ => return Some(all),
            }
        }
    }

    fn row(&mut self, depth: usize) -> Option<Vec<Row>> {
        let mut rows = vec![Row::default()];
        while let Some(c) = self.chars.peek().copied() {
            if matches!(c, '|' | ')') {
                break;
            }
            self.chars.next();
            let atom = self.atom(c, depth)?;
            let atom = self.repeated(atom)?;
            let joined = rows.iter().flat_map(|row| atom.iter().map(|next| row.then(next)));
            rows = joined.collect::<Option<Vec<_>>>()?;
            (rows.len() <= MOST).then_some(())?;
        }
        Some(rows)
    }

    fn atom(&mut self, c: char, depth: usize) -> Option<Vec<Row>> {
        Some(match c {
            '^' => vec![Row { ends: (true, false), ..Row::default() }],
            '$' => vec![Row { ends: (false, true), ..Row::default() }],
            '.' => vec![self.any()?],
            '(' => {
                if self.chars.peek() == Some(&'?') {
                    self.chars.next();
                    (self.chars.next()? == ':').then_some(())?;
                }
                let inner = self.alternatives(depth + 1)?;
                (self.chars.next()? == ')').then_some(())?;
                inner
            }
            '[' => self.set()?,
            '\\' => {
                let c = self.chars.next()?;
                match c {
                    'd' | 'w' | 's' | 'D' | 'W' | 'S' if self.sets => vec![Row::of(Part::One)],
                    c if c.is_ascii_alphanumeric() => return None,
                    c => vec![self.letter(c)?],
                }
            }
            '*' | '+' | '?' | '{' | '}' | ']' => return None,
            c => vec![self.letter(c)?],
        })
    }

    fn any(&self) -> Option<Row> {
        (self.any_line || self.sets).then(|| Row::of(Part::One))
    }

    fn letter(&self, c: char) -> Option<Row> {
        let cased = c.is_lowercase() || c.is_uppercase();
        (!c.is_control() && (self.any_case || !cased)).then(|| Row::of(Part::Plain(c.to_string())))
    }

    /// A set of a few characters, or of both cases of a letter; its `[` is taken.
    fn set(&mut self) -> Option<Vec<Row>> {
        let mut members: Vec<char> = Vec::new();
        let (mut plain, mut first) = (true, true);
        loop {
            let c = self.chars.next()?;
            match c {
                ']' if !first => break,
                '^' if first => plain = false,
                '[' => return None,
                '\\' => {
                    let c = self.chars.next()?;
                    plain &= !c.is_ascii_alphanumeric();
                    members.push(c);
                }
                '-' if !first && self.chars.peek() != Some(&']') => plain = false,
                c => members.push(c),
            }
            first = false;
        }
        if !plain || members.is_empty() {
            return self.sets.then(|| vec![Row::of(Part::One)]);
        }
        let mut rows = Vec::new();
        for c in &members {
            let lower = crate::rule::lower(*c);
            let both = members.iter().any(|other| other != c && crate::rule::lower(*other) == lower);
            let cased = c.is_lowercase() || c.is_uppercase();
            (!c.is_control() && (self.any_case || !cased || both)).then_some(())?;
            let row = Row::of(Part::Plain(lower.to_string()));
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        Some(rows)
    }

    /// An atom with the quantifier that follows it; greedy or lazy, the same is found.
    fn repeated(&mut self, atom: Vec<Row>) -> Option<Vec<Row>> {
        let (least, most) = match self.chars.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(atom),
            _ => return Some(atom),
        };
        self.chars.next();
        self.times(atom, least, most)
    }

    fn counted(&mut self, atom: Vec<Row>) -> Option<Vec<Row>> {
        self.chars.next();
        let count: String = self.chars.by_ref().take_while(|c| *c != '}').collect();
        let (least, most) = match count.split_once(',') {
            None => (count.parse().ok()?, Some(count.parse().ok()?)),
            Some((least, "")) => (least.parse().ok()?, None),
            Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
        };
        self.times(atom, least, most)
    }

    fn times(&mut self, atom: Vec<Row>, least: u32, most: Option<u32>) -> Option<Vec<Row>> {
        if self.chars.peek() == Some(&'?') {
            self.chars.next();
        }
        if matches!(self.chars.peek(), Some('*' | '+' | '?' | '{')) || least > LONGEST {
            return None;
        }
        let one = match atom.as_slice() {
            [row] if row.ends == (false, false) => row,
            // Alternatives, or an end of the text, at most once.
            rows if (least, most) == (0, Some(1)) && rows.iter().all(|row| row.ends == (false, false)) => {
                return Some([vec![Row::default()], atom].concat());
            }
            _ => return None,
        };
        let repeat = |count: u32| {
            let parts = (0..count).flat_map(|_| one.parts.iter().cloned());
            Row { parts: parts.collect(), ..Row::default() }
        };
        let any = one.parts.as_slice() == [Part::One];
        match most {
            None if any => repeat(least).then(&Row::of(Part::Any)).map(|row| vec![row]),
            // More of the same are found among any characters, and more than that.
            None if self.sets => repeat(least).then(&Row::of(Part::Any)).map(|row| vec![row]),
            Some(most) if most >= least && ((most - least) as usize) < MOST && most <= LONGEST => {
                Some((least..=most).map(repeat).collect())
            }
            Some(most) if most >= least && any && self.sets => {
                repeat(least).then(&Row::of(Part::Any)).map(|row| vec![row])
            }
            _ => None,
        }
    }
}
