//! Glyphs to lines of words.
//!
//! The order of the content stream is kept: nearly every producer writes in reading order, cell by cell and
//! column by column, which geometry alone cannot recover. Geometry decides what belongs together: where a word
//! ends, where a cell or column begins, and which pieces drawn apart are one line.

use super::content::{Glyph, Shown};
use std::collections::HashSet;

/// A jump to the right of more than this many times the font size starts a new piece: a cell, a column, a tab.
const CELL: f64 = 0.9;
/// A gap of more than this many times the font size is a blank.
const BLANK: f64 = 0.115;

/// A piece of one line: words on one baseline with no wide gap between them.
///
/// Positions are in a frame turned by `angle`, so that text runs to the right and lines go down as `y` falls.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// The words, separated by one blank.
    pub(super) text: String,
    /// Where each word is.
    pub(super) words: Vec<Word>,
    /// Left edge.
    pub(super) x0: f64,
    /// Right edge.
    pub(super) x1: f64,
    /// Baseline.
    pub(super) y: f64,
    /// Font size: the mean over the characters.
    pub(super) size: f64,
    /// Direction in degrees.
    pub(super) angle: u16,
    /// Whether (nearly) all of it is bold.
    pub(super) bold: bool,
    /// Whether (nearly) all of it is in a font of one width.
    pub(super) mono: bool,
    /// Place in the content stream.
    pub(super) order: usize,
}

/// A word of a [`Line`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// Start in the line's text.
    pub(super) start: u32,
    /// End in the line's text.
    pub(super) end: u32,
    /// Left edge.
    pub(super) x0: f32,
    /// Right edge.
    pub(super) x1: f32,
}

impl Line {
    /// The text of the word at `index`.
    pub(super) fn word(&self, index: usize) -> &str {
        self.words.get(index).and_then(|w| self.text.get(w.start as usize..w.end as usize)).unwrap_or("")
    }

    /// Mean width of a character.
    pub(super) fn pitch(&self) -> f64 {
        ((self.x1 - self.x0) / self.text.chars().count().max(1) as f64).max(0.1)
    }

    /// Appends the words of `other`, after a blank or directly.
    pub(super) fn append(&mut self, other: &Line, blank: bool) {
        if blank {
            self.text.push(' ');
        }
        let shift = self.text.len() as u32;
        let (n, m) = (self.text.len() as f64, other.text.len() as f64);
        self.text.push_str(&other.text);
        let mut words = other.words.iter().map(|w| Word { start: w.start + shift, end: w.end + shift, ..*w });
        if !blank && let (Some(last), Some(first)) = (self.words.last_mut(), words.next()) {
            (last.end, last.x1) = (first.end, first.x1);
        }
        self.words.extend(words);
        self.x1 = self.x1.max(other.x1);
        self.x0 = self.x0.min(other.x0);
        self.size = (self.size * n + other.size * m) / (n + m).max(1.0);
        if m > n {
            (self.order, self.y) = (other.order, other.y);
        }
        self.bold &= other.bold;
        self.mono &= other.mono;
    }
}

/// The lines of a page, in reading order as far as the content stream has it.
pub(super) fn lines(shown: &Shown) -> Vec<Line> {
    let mut lines = without_doubles(pieces(shown));
    stitch(&mut lines);
    lines.sort_by_key(|l| l.order);
    lines
}

/// A line that is being filled.
struct Open {
    line: Line,
    end: f64,
    blank: bool,
    last: (f64, u32, u16),
    chars: usize,
    bold: usize,
    mono: usize,
    sizes: f64,
    largest: f64,
}

impl Open {
    fn new(glyph: &Glyph, order: usize, x: f64, y: f64) -> Self {
        let line = Line { x0: x, x1: x, y, size: glyph.size, angle: glyph.angle, order, ..Line::default() };
        Self {
            line,
            end: x,
            blank: false,
            last: (f64::MIN, 0, 0),
            chars: 0,
            bold: 0,
            mono: 0,
            sizes: 0.0,
            largest: glyph.size,
        }
    }

    fn close(mut self, into: &mut Vec<Line>) {
        let n = self.chars.max(1);
        self.line.size = self.sizes / n as f64;
        self.line.bold = self.bold * 10 >= n * 9;
        self.line.mono = self.mono * 10 >= n * 9;
        if !self.line.words.is_empty() {
            into.push(self.line);
        }
    }

    fn push(&mut self, glyph: &Glyph, text: &str, x: f64, end: f64) {
        let line = &mut self.line;
        if self.blank || line.words.is_empty() {
            if !line.words.is_empty() {
                line.text.push(' ');
            }
            let start = line.text.len() as u32;
            line.words.push(Word { start, end: start, x0: x as f32, x1: end as f32 });
        }
        line.text.push_str(text);
        if let Some(word) = line.words.last_mut() {
            word.end = line.text.len() as u32;
            word.x1 = word.x1.max(end as f32);
        }
        line.x1 = line.x1.max(end);
        self.blank = false;
        self.end = end;
        self.last = (x, glyph.start, glyph.len);
        self.chars += 1;
        self.bold += usize::from(glyph.bold);
        self.mono += usize::from(glyph.mono);
        self.sizes += glyph.size;
    }
}

/// Runs of glyphs that follow each other in the content stream and on the page.
fn pieces(shown: &Shown) -> Vec<Line> {
    let mut out = Vec::new();
    let mut open: Option<Open> = None;
    for (order, glyph) in shown.glyphs.iter().enumerate() {
        let text =
            shown.text.get(glyph.start as usize..glyph.start as usize + usize::from(glyph.len)).unwrap_or("");
        let (sin, cos) = f64::from(glyph.angle).to_radians().sin_cos();
        let turn = |x: f64, y: f64| (x * cos + y * sin, y * cos - x * sin);
        let ((x, y), (end, _)) = (turn(glyph.x, glyph.y), turn(glyph.end_x, glyph.end_y));
        let blank = text.trim().is_empty();
        if let Some(line) = &mut open {
            let size = glyph.size.max(line.largest);
            let (jump, rise) = (x - line.end, (y - line.line.y).abs());
            let level = rise < 0.2 * size;
            // Superscripts and subscripts: smaller or larger, and directly beside.
            let script = rise < 0.6 * size
                && (glyph.size < 0.88 * line.largest || line.largest < 0.88 * glyph.size)
                && (-0.35..0.35).contains(&(jump / size));
            let same = glyph.angle == line.line.angle && (level || script);
            // The same glyph once more, a hair aside, is how some producers make bold.
            let last = shown.text.get(line.last.1 as usize..line.last.1 as usize + usize::from(line.last.2));
            if same && !blank && (x - line.last.0).abs() < 0.2 * size && jump < 0.0 && last == Some(text) {
                continue;
            }
            if same && (-0.4..CELL).contains(&(jump / size)) {
                if script && glyph.size > line.largest {
                    line.line.y = y;
                }
                line.largest = size;
                if blank {
                    line.blank = true;
                    line.end = end.max(line.end);
                } else {
                    line.blank |= jump > size * if glyph.mono { 2.0 * BLANK } else { BLANK };
                    line.push(glyph, text, x, end.max(x));
                }
                continue;
            }
        }
        if blank {
            continue;
        }
        if let Some(done) = open.take() {
            done.close(&mut out);
        }
        let mut line = Open::new(glyph, order, x, y);
        line.push(glyph, text, x, end.max(x));
        open = Some(line);
    }
    if let Some(done) = open {
        done.close(&mut out);
    }
    out
}

/// Takes out pieces drawn twice at nearly the same place: shadows, outlines, fake bold.
fn without_doubles(lines: Vec<Line>) -> Vec<Line> {
    let mut seen: HashSet<(u16, i64, i64, String)> = HashSet::new();
    let cell = |v: f64| (v / 2.0).floor() as i64;
    lines
        .into_iter()
        .filter(|line| {
            let (x, y) = (cell(line.x0), cell(line.y));
            let mut key = (line.angle, x, y, line.text.clone());
            for (dx, dy) in (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy))) {
                (key.1, key.2) = (x + dx, y + dy);
                if seen.contains(&key) {
                    return false;
                }
            }
            (key.1, key.2) = (x, y);
            seen.insert(key)
        })
        .collect()
}

/// Joins pieces that stand side by side on one baseline but were drawn apart, as when all bold words of a page
/// come after all regular ones.
fn stitch(lines: &mut Vec<Line>) {
    let mut sorted: Vec<Line> = std::mem::take(lines);
    sorted.sort_by(|a, b| {
        (a.angle.cmp(&b.angle))
            .then(b.y.total_cmp(&a.y))
            .then(a.x0.total_cmp(&b.x0))
            .then(a.order.cmp(&b.order))
    });
    let mut at = 0;
    while at < sorted.len() {
        // A row: baselines within a fifth of the size of the first.
        let (angle, y, size) = (sorted[at].angle, sorted[at].y, sorted[at].size);
        let end =
            at + sorted[at..].iter().take_while(|l| l.angle == angle && y - l.y < 0.2 * size).count().max(1);
        let row = &mut sorted[at..end];
        row.sort_by(|a, b| a.x0.total_cmp(&b.x0).then(a.order.cmp(&b.order)));
        let spread = justified(row);
        let mut current: Option<Line> = None;
        for (piece, spread) in row.iter_mut().map(std::mem::take).zip(spread) {
            match &mut current {
                Some(line) if spread || beside(line, &piece) => {
                    let blank = piece.x0 - line.x1 > BLANK * line.size.max(piece.size);
                    line.append(&piece, blank);
                }
                _ => lines.extend(current.replace(piece)),
            }
        }
        lines.extend(current);
        at = end;
    }
}

/// Which pieces of a row go on with the one before although the gap is wide: words that follow each other in the
/// content stream at equal distances are a line stretched to the margin. Cells stand at equal positions instead.
fn justified(row: &[Line]) -> Vec<bool> {
    let mut spread = vec![false; row.len()];
    let gap = |i: usize| row[i].x0 - row[i - 1].x1;
    let mut start = 1;
    while start < row.len() {
        let (first, size) = (gap(start), row[start].size);
        let goes_on = |i: usize| {
            let words = row[i].words.len() == 1 && row[i - 1].words.len() == 1;
            words && row[i].order > row[i - 1].order && (gap(i) - first).abs() < 0.06 * first
        };
        let mut end = start;
        while (0.6 * size..6.0 * size).contains(&first) && end < row.len() && goes_on(end) {
            end += 1;
        }
        if end >= start + 2 {
            spread[start..end].fill(true);
        }
        start = end.max(start + 1);
    }
    spread
}

fn beside(left: &Line, right: &Line) -> bool {
    let size = left.size.max(right.size);
    let gap = (right.x0 - left.x1) / size;
    (-0.12..0.7).contains(&gap) && (0.7..1.43).contains(&(left.size / right.size.max(0.1)))
}
