//! The document as words and sentences: tokenised once, shared by every rule of this stage.

use crate::observable::Extraction;
use crate::{BlockKind, Document, ObservableKind, Region, Span};

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `group`
    Lower,
    /// `Group`
    Title,
    /// `GROUP`
    Upper,
    /// `LockBit`, `njRAT`
    Mixed,
    /// `2026`: no letter in it.
    Number,
}

/// A run of letters, digits and underscores.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    start: u32,
    end: u32,
    /// [`hash`] of the lower-case form.
    pub hash: u32,
    pub shape: Shape,
    /// Inside a URL, path, hash, address: no name starts there.
    pub masked: bool,
}

impl Word {
    pub fn span(self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

/// A sentence that claims may come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub span: Span,
    /// First word, and one past the last.
    pub from: usize,
    pub to: usize,
    pub block: u32,
}

/// Words and sentences of the parts of a document that claims are taken from.
#[derive(Debug)]
pub(super) struct Prose<'d> {
    pub text: &'d str,
    pub document: &'d Document,
    pub words: Vec<Word>,
    pub lines: Vec<Line>,
}

const FNV_START: u32 = 0x811c_9dc5;
const FNV_PRIME: u32 = 0x0100_0193;

/// FNV-1a over the lower-case form, so that look-ups need no allocation.
pub(super) fn hash(word: &str) -> u32 {
    let mut state = FNV_START;
    if word.is_ascii() {
        for b in word.bytes() {
            state = (state ^ u32::from(b.to_ascii_lowercase())).wrapping_mul(FNV_PRIME);
        }
    } else {
        let mut buffer = [0; 4];
        for c in word.chars().flat_map(char::to_lowercase) {
            for b in c.encode_utf8(&mut buffer).bytes() {
                state = (state ^ u32::from(b)).wrapping_mul(FNV_PRIME);
            }
        }
    }
    state
}

/// How many words a list has.
pub(super) const fn count(list: &str) -> usize {
    let (bytes, mut n, mut i) = (list.as_bytes(), 0, 0);
    while i < bytes.len() {
        let starts = !bytes[i].is_ascii_whitespace() && (i == 0 || bytes[i - 1].is_ascii_whitespace());
        n += starts as usize;
        i += 1;
    }
    n
}

/// [`hash`] of each word of a list of lower-case ASCII words, at compile time.
pub(super) const fn hashes<const N: usize>(list: &str) -> [u32; N] {
    let (bytes, mut out, mut n, mut i) = (list.as_bytes(), [0; N], 0, 0);
    while i < bytes.len() {
        if bytes[i].is_ascii_whitespace() {
            i += 1;
            continue;
        }
        let mut state = FNV_START;
        while i < bytes.len() && !bytes[i].is_ascii_whitespace() {
            assert!(bytes[i].is_ascii_lowercase() || bytes[i].is_ascii_digit(), "a list holds plain words");
            state = (state ^ bytes[i] as u32).wrapping_mul(FNV_PRIME);
            i += 1;
        }
        out[n] = state;
        n += 1;
    }
    out
}

/// A list of lower-case words, as hashes, with a filter that most other words do not pass.
#[derive(Debug)]
pub(super) struct Words {
    seen: [u64; 4],
    hashes: &'static [u32],
}

impl Words {
    /// From the [`hash`]es of the words.
    pub const fn new(hashes: &'static [u32]) -> Self {
        let (mut seen, mut i) = ([0u64; 4], 0);
        while i < hashes.len() {
            seen[(hashes[i] >> 6 & 3) as usize] |= 1 << (hashes[i] & 63);
            i += 1;
        }
        Self { seen, hashes }
    }

    /// Whether a word with this hash is in the list.
    #[inline]
    pub fn has(&self, hash: u32) -> bool {
        self.seen[(hash >> 6 & 3) as usize] >> (hash & 63) & 1 == 1 && self.hashes.contains(&hash)
    }
}

/// [`Words`] from a list in one string, at compile time.
macro_rules! words {
    ($list:literal) => {
        const {
            const N: usize = $crate::entity::prose::count($list);
            const HASHES: &[u32] = &$crate::entity::prose::hashes::<N>($list);
            &$crate::entity::prose::Words::new(HASHES)
        }
    };
}
pub(super) use words;

/// Splits into words; calls `f` with byte range, shape and [`hash`].
pub(super) fn split(text: &str, mut f: impl FnMut(usize, usize, Shape, u32)) {
    let bytes = text.as_bytes();
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        if b < 0x80 && !(b.is_ascii_alphanumeric() || b == b'_') {
            i += 1;
            continue;
        }
        let start = i;
        let (mut upper, mut lower, mut first_upper, mut inner_upper) = (false, false, false, false);
        let (mut state, mut ascii) = (FNV_START, true);
        while let Some(&b) = bytes.get(i) {
            if b < 0x80 {
                if b.is_ascii_lowercase() {
                    lower = true;
                } else if b.is_ascii_uppercase() {
                    upper = true;
                    if i == start { first_upper = true } else { inner_upper = true }
                } else if !(b.is_ascii_digit() || b == b'_') {
                    break;
                }
                state = (state ^ u32::from(b.to_ascii_lowercase())).wrapping_mul(FNV_PRIME);
                i += 1;
            } else {
                let Some(c) = text.get(i..).and_then(|t| t.chars().next()) else { break };
                if !c.is_alphanumeric() {
                    break;
                }
                ascii = false;
                if c.is_uppercase() {
                    upper = true;
                    if i == start { first_upper = true } else { inner_upper = true }
                } else {
                    lower |= c.is_alphabetic();
                }
                i += c.len_utf8();
            }
        }
        if i == start {
            // A character outside ASCII that is no letter: a quotation mark, a dash.
            i += text.get(i..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8);
            continue;
        }
        let shape = match (upper, lower) {
            (false, false) => Shape::Number,
            (false, true) => Shape::Lower,
            (true, false) => Shape::Upper,
            (true, true) if first_upper && !inner_upper => Shape::Title,
            (true, true) => Shape::Mixed,
        };
        let hash = if ascii { state } else { hash(text.get(start..i).unwrap_or("")) };
        f(start, i, shape, hash);
    }
}

impl<'d> Prose<'d> {
    pub fn new(document: &'d Document, extraction: &Extraction) -> Self {
        let text = document.text.as_str();
        let masks = masks(text, extraction);
        let mut words = Vec::with_capacity(text.len() / 7);
        let mut lines = Vec::with_capacity(document.sentences.len());
        let mut mask = 0;
        for sentence in &document.sentences {
            let Some(block) = document.blocks.get(sentence.block as usize) else { continue };
            if matches!(block.region, Region::Furniture | Region::References) || block.kind == BlockKind::Code
            {
                continue;
            }
            let Some(slice) = text.get(sentence.span.range()) else { continue };
            let (base, from) = (sentence.span.start, words.len());
            split(slice, |start, end, shape, hash| {
                let (start, end) = (base + start as u32, base + end as u32);
                while masks.get(mask).is_some_and(|m| m.end <= start) {
                    mask += 1;
                }
                let masked = masks.get(mask).is_some_and(|m| m.start < end);
                words.push(Word { start, end, hash, shape, masked });
            });
            lines.push(Line { span: sentence.span, from, to: words.len(), block: sentence.block });
        }
        Self { text, document, words, lines }
    }

    /// Text of a word, empty if there is no such word.
    pub fn word(&self, i: usize) -> &'d str {
        self.words.get(i).map_or("", |w| w.span().of(self.text))
    }

    /// Span of the words `from..to`, which must not be empty.
    pub fn span(&self, from: usize, to: usize) -> Span {
        match (self.words.get(from), to.checked_sub(1).and_then(|i| self.words.get(i))) {
            (Some(a), Some(b)) => Span { start: a.start, end: b.end.max(a.end) },
            _ => Span::default(),
        }
    }

    /// What stands between a word and the next one.
    pub fn gap(&self, i: usize) -> &'d str {
        match (self.words.get(i), self.words.get(i + 1)) {
            (Some(a), Some(b)) => {
                let gap = self.text.get(a.end as usize..b.start as usize).unwrap_or("");
                // A blank that forbids a line break is a blank to every rule.
                match gap {
                    "\u{a0}" | "\u{202f}" => " ",
                    ",\u{a0}" => ", ",
                    "\u{a0}(" => " (",
                    ")\u{a0}" => ") ",
                    _ => gap,
                }
            }
            _ => "",
        }
    }

    /// Whether word `i` is one of a list made by [`words!`], ignoring case.
    #[inline]
    pub fn is(&self, i: usize, list: &Words) -> bool {
        self.words.get(i).is_some_and(|w| list.has(w.hash))
    }

    pub fn shape(&self, i: usize) -> Shape {
        self.words.get(i).map_or(Shape::Lower, |w| w.shape)
    }

    /// Whether the word starts with a capital.
    pub fn capital(&self, i: usize) -> bool {
        self.word(i).chars().next().is_some_and(char::is_uppercase)
    }

    /// The block kind of a line.
    pub fn kind(&self, line: &Line) -> BlockKind {
        self.document.blocks.get(line.block as usize).map_or(BlockKind::Paragraph, |b| b.kind)
    }

    /// Index of the line that holds `span`.
    pub fn line_at(&self, span: Span) -> Option<usize> {
        let i = self.lines.partition_point(|l| l.span.end <= span.start);
        self.lines.get(i).filter(|l| l.span.start <= span.start).map(|_| i)
    }

    /// First word that ends after `at`.
    pub fn word_at(&self, at: u32) -> usize {
        self.words.partition_point(|w| w.end <= at)
    }

    /// Whether most words of a line are capitalised: a heading or a title, where capitals mean nothing.
    pub fn title_case(&self, line: &Line) -> bool {
        // What ends like a sentence is one.
        if line.span.of(self.text).trim_end_matches(['”', '"', '’', ')', ' ']).ends_with(['.', '!', ';'])
        {
            return false;
        }
        let mut letters = 0;
        let mut capitals = 0;
        for w in self.words.get(line.from..line.to).unwrap_or_default() {
            if w.shape != Shape::Number && w.span().len() > 3 {
                letters += 1;
                capitals += usize::from(w.shape != Shape::Lower);
            }
        }
        // A row of a table that no reader took apart is none either.
        letters >= 3 && capitals * 10 >= letters * 7 && !line.span.of(self.text).contains(" | ")
    }
}

/// Places where no name stands: observables, and whatever is plainly an address or a path.
fn masks(text: &str, extraction: &Extraction) -> Vec<Span> {
    let mut masks: Vec<Span> = extraction
        .observables
        .iter()
        .filter(|o| {
            !matches!(
                o.kind,
                ObservableKind::Cve
                    | ObservableKind::Cwe
                    | ObservableKind::AttackId
                    | ObservableKind::AtlasId
                    | ObservableKind::Capec
                    | ObservableKind::D3fend
                    | ObservableKind::Npm
                    | ObservableKind::Pypi
                    | ObservableKind::Service
                    | ObservableKind::Task
            )
        })
        .flat_map(|o| o.evidence.iter().map(|e| e.span))
        .chain(extraction.withheld.iter().map(|w| w.span))
        .collect();
    for mark in ["://", "\\", "@"] {
        let mut run = Span::default();
        for at in memchr::memmem::find_iter(text.as_bytes(), mark) {
            if at >= run.end as usize {
                run = run_around(text.as_bytes(), at);
            }
            masks.push(near(text, run, at));
        }
    }
    masks.retain(|m| !m.is_empty());
    masks.sort_unstable();
    // Overlaps are merged, so that one pointer can walk along.
    let mut merged: Vec<Span> = Vec::with_capacity(masks.len());
    for m in masks {
        match merged.last_mut() {
            Some(last) if m.start <= last.end => last.end = last.end.max(m.end),
            _ => merged.push(m),
        }
    }
    merged
}

/// Most bytes before and behind a mark that are its token.
const BEFORE: usize = 512;
const BEHIND: usize = 2048;

/// The run of non-blank, non-bracket bytes around `at`; its start only as far back as a mark there reaches.
fn run_around(bytes: &[u8], at: usize) -> Span {
    let stop = |b: &u8| b.is_ascii_whitespace() || b"()<>\"|".contains(b);
    let low = at.saturating_sub(BEFORE);
    let start = bytes.get(low..at).unwrap_or_default().iter().rposition(stop).map_or(low, |i| low + i + 1);
    let end = bytes.get(at..).unwrap_or_default().iter().position(stop).map_or(bytes.len(), |i| at + i);
    Span::new(start, end)
}

/// The part of a run that is a token with a mark at `at`. A run is measured once, and each of its marks takes no more
/// than this of it, so that one long run without blanks is no whole masked text.
fn near(text: &str, run: Span, at: usize) -> Span {
    let start = (run.start as usize).max(at.saturating_sub(BEFORE));
    let end = (run.end as usize).min(at + BEHIND);
    let boundary = |mut i: usize| {
        while !text.is_char_boundary(i) {
            i -= 1;
        }
        i
    };
    Span::new(boundary(start), boundary(end))
}
