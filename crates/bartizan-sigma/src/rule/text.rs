//! A Sigma string: plain runs between wildcards and placeholders.
//!
//! Source: Sigma Rules Specification 2.1, section "String Wildcard": `*` and
//! `?` are wildcards, `\` before one of them (or before `\`) makes it plain,
//! any other `\` is plain itself.

/// A run of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Plain characters, never empty.
    Plain(String),
    /// `*`: any number of characters.
    Any,
    /// `?`: one character.
    One,
    /// `%name%` under the modifier `expand`.
    Placeholder(String),
}

/// A Sigma string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text {
    parts: Vec<Part>,
}

impl Text {
    /// Reads the notation of a rule.
    pub fn parse(source: &str) -> Self {
        let mut text = Self::default();
        let mut run = String::new();
        let mut chars = source.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if matches!(chars.peek(), Some('*' | '?' | '\\')) => {
                    run.extend(chars.next());
                }
                '*' | '?' => {
                    text.push_plain(&std::mem::take(&mut run));
                    text.parts.push(if c == '*' { Part::Any } else { Part::One });
                }
                _ => run.push(c),
            }
        }
        text.push_plain(&run);
        text
    }

    /// A text of plain characters only.
    pub fn plain(plain: &str) -> Self {
        let mut text = Self::default();
        text.push_plain(plain);
        text
    }

    /// A text of these parts; neighbours of plain characters become one.
    pub fn from_parts(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut text = Self::default();
        for part in parts {
            match part {
                Part::Plain(run) => text.push_plain(&run),
                other => text.parts.push(other),
            }
        }
        text
    }

    fn push_plain(&mut self, run: &str) {
        if run.is_empty() {
            return;
        }
        match self.parts.last_mut() {
            Some(Part::Plain(last)) => last.push_str(run),
            _ => self.parts.push(Part::Plain(run.to_owned())),
        }
    }

    /// The parts in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether it has a wildcard.
    pub fn has_wildcard(&self) -> bool {
        self.parts.iter().any(|p| matches!(p, Part::Any | Part::One))
    }

    /// Whether wildcards stand elsewhere than at its ends.
    pub fn has_inner_wildcard(&self) -> bool {
        self.shape() == Shape::Pattern && self.parts.as_slice() != [Part::Any]
    }

    /// The first placeholder left in it.
    pub fn placeholder(&self) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::Placeholder(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The characters, if it is plain from end to end (empty counts).
    pub fn as_plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Plain(run)] => Some(run),
            _ => None,
        }
    }

    /// Whether the first part is `*`.
    pub fn opens_any(&self) -> bool {
        self.parts.first() == Some(&Part::Any)
    }

    /// Whether the last part is `*`.
    pub fn closes_any(&self) -> bool {
        self.parts.last() == Some(&Part::Any)
    }

    /// The text of the parts `from..to` (as indexes into [`Text::parts`]).
    pub fn slice(&self, from: usize, to: usize) -> Self {
        Self { parts: self.parts.get(from..to).unwrap_or_default().to_vec() }
    }

    /// How it is anchored: `x*` starts, `*x` ends, `*x*` contains, where x
    /// has no wildcard; anything else is whole or a pattern.
    pub fn shape(&self) -> Shape {
        let n = self.parts.len();
        let wild = |parts: &[Part]| parts.iter().any(|p| matches!(p, Part::Any | Part::One));
        match self.parts.as_slice() {
            parts if !wild(parts) => Shape::Whole,
            [Part::Any, inner @ .., Part::Any] if n > 2 && !wild(inner) => Shape::Contains,
            [Part::Any, inner @ ..] if n > 1 && !wild(inner) => Shape::Ends,
            [inner @ .., Part::Any] if n > 1 && !wild(inner) => Shape::Starts,
            _ => Shape::Pattern,
        }
    }

    /// Without the outer `*` that [`Text::shape`] speaks of.
    pub fn inner(&self) -> Self {
        let n = self.parts.len();
        match self.shape() {
            Shape::Contains => self.slice(1, n - 1),
            Shape::Ends => self.slice(1, n),
            Shape::Starts => self.slice(0, n - 1),
            Shape::Whole | Shape::Pattern => self.clone(),
        }
    }

    /// With `*` in front, unless one is there.
    pub fn open(mut self) -> Self {
        if !self.opens_any() {
            self.parts.insert(0, Part::Any);
        }
        self
    }

    /// With `*` behind, unless one is there.
    pub fn close(mut self) -> Self {
        if !self.closes_any() {
            self.parts.push(Part::Any);
        }
        self
    }

    /// Written out: plain runs through `plain`, wildcards as given.
    /// Placeholders are written as `%name%`.
    pub fn render(&self, any: &str, one: &str, mut plain: impl FnMut(&str, &mut String)) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Plain(run) => plain(run, &mut out),
                Part::Any => out.push_str(any),
                Part::One => out.push_str(one),
                Part::Placeholder(name) => {
                    out.push('%');
                    out.push_str(name);
                    out.push('%');
                }
            }
        }
        out
    }

    /// Written out with `*` and `?` bare and plain runs as they are: for
    /// messages, hashes of names and value look-ups, not for queries.
    pub fn bare(&self) -> String {
        self.render("*", "?", |run, out| out.push_str(run))
    }

    /// The same text with its plain runs changed.
    pub fn map_plain(&self, mut change: impl FnMut(&str) -> String) -> Self {
        Self::from_parts(self.parts.iter().map(|part| match part {
            Part::Plain(run) => Part::Plain(change(run)),
            other => other.clone(),
        }))
    }

    /// `%name%` in plain runs as placeholders.
    pub(crate) fn with_placeholders(&self) -> Self {
        let mut out = Self::default();
        for part in &self.parts {
            let Part::Plain(run) = part else {
                out.parts.push(part.clone());
                continue;
            };
            let mut rest = run.as_str();
            while let Some((before, name, after)) = next_placeholder(rest) {
                out.push_plain(before);
                out.parts.push(Part::Placeholder(name.to_owned()));
                rest = after;
            }
            out.push_plain(rest);
        }
        out
    }
}

/// The first `%name%`: what stands before it, the name, what follows.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let open = from + text.get(from..)?.find('%')?;
        let close = open + 1 + text.get(open + 1..)?.find('%')?;
        let name = &text[open + 1..close];
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        if !name.is_empty() && name.chars().all(word) {
            return Some((&text[..open], name, &text[close + 1..]));
        }
        from = close;
    }
}

/// How a text is anchored, see [`Text::shape`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// No wildcard.
    Whole,
    /// `x*`.
    Starts,
    /// `*x`.
    Ends,
    /// `*x*`.
    Contains,
    /// Any other use of wildcards.
    Pattern,
}
