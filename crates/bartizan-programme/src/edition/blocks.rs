//! Blocks of a source: headings, paragraphs, lists, tables, verbatim, fences.

use super::fault::{Code, Fault};
use super::inline::{Label, nodes};
use super::source::{Block, Line, Part};

/// How many fences may stand in each other.
const DEEPEST: usize = 8;

/// The blocks of `lines`, the first of which is line `first` of the source.
pub(super) fn read(lines: &[&str], first: usize, marks: &mut usize, faults: &mut Vec<Fault>) -> Vec<Block> {
    let mut reader = Reader { lines, first, at: 0, fences: Vec::new(), blocks: Vec::new(), marks, faults };
    while reader.at < lines.len() {
        reader.block();
    }
    if let Some((_, line)) = reader.fences.last() {
        let fault = Fault { code: Code::Fence, line: *line };
        reader.faults.push(fault);
    }
    reader.blocks
}

struct Reader<'t> {
    lines: &'t [&'t str],
    first: usize,
    at: usize,
    fences: Vec<(Label, usize)>,
    blocks: Vec<Block>,
    marks: &'t mut usize,
    faults: &'t mut Vec<Fault>,
}

impl Reader<'_> {
    fn block(&mut self) {
        let line = self.lines[self.at].trim_end();
        if line.trim().is_empty() {
            self.at += 1;
        } else if let Some(fence) = line.strip_prefix(":::") {
            self.fence(fence.trim());
        } else if line.starts_with("```") {
            self.verbatim();
        } else if let Some((level, text)) = heading(line) {
            let line = self.line(text, self.at);
            self.at += 1;
            self.push(Part::Heading(level, line));
        } else if item(line).is_some() {
            self.list();
        } else if line.starts_with('|') {
            self.table();
        } else {
            self.paragraph();
        }
    }

    fn push(&mut self, part: Part) {
        let labels = self.fences.iter().map(|(label, _)| label.clone()).collect();
        self.blocks.push(Block { part, labels });
    }

    fn line(&mut self, text: &str, at: usize) -> Line {
        Line { nodes: nodes(text, self.first + at, self.marks, self.faults), at: self.first + at }
    }

    fn fault(&mut self, code: Code) {
        self.faults.push(Fault { code, line: self.first + self.at });
    }

    fn fence(&mut self, label: &str) {
        if label.is_empty() {
            if self.fences.pop().is_none() {
                self.fault(Code::Fence);
            }
        } else if self.fences.len() == DEEPEST {
            self.fault(Code::Nesting);
        } else {
            match Label::parse(label) {
                Some(label) => {
                    *self.marks += 1;
                    self.fences.push((label, self.first + self.at));
                }
                None => self.fault(Code::Label),
            }
        }
        self.at += 1;
    }

    fn verbatim(&mut self) {
        let opened = self.at;
        let mut lines = Vec::new();
        self.at += 1;
        while self.at < self.lines.len() && !self.lines[self.at].starts_with("```") {
            lines.push(self.line(self.lines[self.at], self.at));
            self.at += 1;
        }
        if self.at == self.lines.len() {
            self.at = opened;
            self.fault(Code::Fence);
            self.at = self.lines.len();
        }
        self.at += 1;
        self.push(Part::Verbatim(lines));
    }

    fn list(&mut self) {
        let mut items = Vec::new();
        while let Some(text) = self.lines.get(self.at).and_then(|line| item(line)) {
            let begun = self.at;
            let mut text = text.to_owned();
            self.at += 1;
            // A line that is set in goes on with the item.
            while let Some(more) =
                self.lines.get(self.at).filter(|line| line.starts_with("  ") && !line.trim().is_empty())
            {
                text.push(' ');
                text.push_str(more.trim());
                self.at += 1;
            }
            items.push(self.line(&text, begun));
        }
        self.push(Part::List(items));
    }

    fn table(&mut self) {
        let mut rows = Vec::new();
        while let Some(line) = self.lines.get(self.at).filter(|line| line.starts_with('|')) {
            let ruler = line.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' '));
            if !(ruler && rows.len() == 1) {
                let cells = cells(line);
                let row = cells.iter().map(|cell| self.line(cell, self.at)).collect();
                rows.push(row);
            }
            self.at += 1;
        }
        self.push(Part::Table(rows));
    }

    fn paragraph(&mut self) {
        let begun = self.at;
        let mut text = String::new();
        while let Some(line) = self.lines.get(self.at).map(|line| line.trim_end()) {
            let other = line.trim().is_empty()
                || line.starts_with(":::")
                || line.starts_with("```")
                || line.starts_with('|')
                || heading(line).is_some()
                || item(line).is_some();
            if other {
                break;
            }
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(line.trim());
            self.at += 1;
        }
        let line = self.line(&text, begun);
        self.push(Part::Paragraph(line));
    }
}

fn heading(line: &str) -> Option<(u8, &str)> {
    let text = line.trim_start_matches('#');
    let level = u8::try_from(line.len() - text.len()).ok()?;
    ((1..=4).contains(&level) && text.starts_with(' ')).then(|| (level, text.trim()))
}

fn item(line: &str) -> Option<&str> {
    line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")).map(str::trim)
}

/// The cells of a row: `|` outside of marks parts them, `\|` is the character.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut depth = 0usize;
    let mut rest = line.trim().trim_start_matches('|');
    rest = rest.strip_suffix('|').unwrap_or(rest);
    while let Some(next) = rest.chars().next() {
        let step = if rest.starts_with("\\|") {
            2
        } else if rest.starts_with("\\[[") || rest.starts_with("\\]]") {
            3
        } else if rest.starts_with("[[") {
            depth += 1;
            2
        } else if rest.starts_with("]]") {
            depth = depth.saturating_sub(1);
            2
        } else {
            next.len_utf8()
        };
        if let Some(cell) = cells.last_mut() {
            match &rest[..step] {
                "|" if depth == 0 => cells.push(String::new()),
                "\\|" => cell.push('|'),
                text => cell.push_str(text),
            }
        }
        rest = &rest[step..];
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}
