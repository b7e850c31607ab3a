//! What the families share while one text is scanned: the text, the look-ups and the findings so far.

use super::Known;
use crate::{ObservableKind, Span};

/// One thing found at one place, before findings of the same value are merged.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub kind: ObservableKind,
    pub value: String,
    pub start: usize,
    pub end: usize,
    pub defanged: bool,
    pub role: Role,
    pub attributes: Vec<(String, String)>,
}

/// What a finding is to the text around it, where the family that found it knows more than the verdict can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    /// Stands for itself.
    Plain,
    /// The host inside a URL or a mail address.
    UrlHost,
    /// Target of a link written into the text, as Markdown does.
    LinkTarget,
}

/// Something looked at and not taken.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub kind: ObservableKind,
    pub start: usize,
    pub end: usize,
    pub reason: &'static str,
}

/// Most refusals kept of one document: they explain, they are not the result.
const REFUSED_MAX: usize = 2_000;

/// One scan of one text.
pub(super) struct Scan<'t> {
    pub text: &'t str,
    pub known: &'t Known,
    pub found: Vec<Found>,
    pub refused: Vec<Refused>,
    /// Spans (in order, not overlapping) of paths, registry keys and other things inside which dots mean nothing.
    pub covered: Vec<(usize, usize)>,
}

impl<'t> Scan<'t> {
    pub fn new(text: &'t str, known: &'t Known) -> Self {
        Self { text, known, found: Vec::new(), refused: Vec::new(), covered: Vec::new() }
    }

    pub fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    /// The byte before `at`; a line break at the start of the text, a blank for punctuation outside ASCII (curly
    /// quotes, dashes), which is no part of a word.
    pub fn before(&self, at: usize) -> u8 {
        match at.checked_sub(1).and_then(|i| self.bytes().get(i)).copied() {
            None => b'\n',
            Some(b) if b >= 0x80 && self.char_before(at).is_some_and(|c| !c.is_alphanumeric()) => b' ',
            Some(b) => b,
        }
    }

    /// The byte at `at`; a line break at the end of the text, a blank for punctuation outside ASCII.
    pub fn at(&self, at: usize) -> u8 {
        match self.bytes().get(at).copied() {
            None => b'\n',
            Some(b) if b >= 0x80 && self.char_at(at).is_some_and(|c| !c.is_alphanumeric()) => b' ',
            Some(b) => b,
        }
    }

    /// The character that ends at `at`.
    pub fn char_before(&self, at: usize) -> Option<char> {
        self.text.get(..at)?.chars().next_back()
    }

    /// The character that starts at `at`.
    pub fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    /// The line around `at`, at most `reach` bytes to either side, cut on character boundaries.
    pub fn line(&self, at: usize, reach: usize) -> (usize, usize) {
        let bytes = self.bytes();
        let at = at.min(bytes.len());
        let low = self.floor(at.saturating_sub(reach));
        let high = self.floor((at + reach).min(bytes.len()));
        let start = memchr::memrchr(b'\n', &bytes[low..at]).map_or(low, |i| low + i + 1);
        let end = memchr::memchr(b'\n', &bytes[at..high]).map_or(high, |i| at + i);
        (start, end)
    }

    /// What stands before `at` on its line, at most `reach` bytes.
    pub fn lead(&self, at: usize, reach: usize) -> &'t str {
        let (start, _) = self.line(at, reach);
        self.text.get(start..at).unwrap_or("")
    }

    /// What stands from `at` on its line, at most `reach` bytes.
    pub fn tail(&self, at: usize, reach: usize) -> &'t str {
        let (_, end) = self.line(at, reach);
        self.text.get(at..end).unwrap_or("")
    }

    /// The largest character boundary that is not above `at`.
    pub fn floor(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    pub fn find(
        &mut self,
        kind: ObservableKind,
        value: impl Into<String>,
        start: usize,
        end: usize,
    ) -> &mut Found {
        self.found.push(Found {
            kind,
            value: value.into(),
            start,
            end,
            defanged: false,
            role: Role::Plain,
            attributes: Vec::new(),
        });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    pub fn refuse(&mut self, kind: ObservableKind, start: usize, end: usize, reason: &'static str) {
        if self.refused.len() < REFUSED_MAX && end > start && end - start <= 512 {
            self.refused.push(Refused { kind, start, end, reason });
        }
    }

    /// Whether `at` lies in a covered span.
    pub fn is_covered(&self, at: usize) -> bool {
        let i = self.covered.partition_point(|(_, end)| *end <= at);
        self.covered.get(i).is_some_and(|(start, _)| *start <= at)
    }

    /// Marks the spans of what was found since `from` as covered.
    pub fn cover(&mut self, from: usize) {
        self.covered.extend(self.found[from..].iter().map(|f| (f.start, f.end)));
        self.covered.sort_unstable();
        let mut merged: Vec<(usize, usize)> = Vec::with_capacity(self.covered.len());
        for (start, end) in self.covered.drain(..) {
            match merged.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        self.covered = merged;
    }
}

impl Found {
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }

    pub fn attribute(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    pub fn defanged(&mut self, yes: bool) -> &mut Self {
        self.defanged = yes;
        self
    }

    pub fn role(&mut self, role: Role) -> &mut Self {
        self.role = role;
        self
    }
}

/// Whether the byte can be part of a word; text outside ASCII counts as one.
pub(super) fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

/// The largest character boundary of `text` that is not above `at`.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
