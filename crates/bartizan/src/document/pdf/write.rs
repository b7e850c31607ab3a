//! Groups to blocks of the document: roles, regions, readings, links.

use super::annotation::Target;
use super::furniture::{self, Page};
use super::group::{Group, Piece, group, starts_item};
use super::joins::joins;
use super::line::Line;
use crate::Span;
use crate::document::{BlockKind, Builder, Region, canonical::clean};

/// Most joined readings of one document.
const READINGS: usize = 50_000;

/// Most places in the text of one link: its area may run over several paragraphs or cells, not over everything.
const SPANS: u8 = 4;

/// What all pages share.
struct Style {
    /// Size of the running text.
    body: f64,
    /// Widest distance of baselines inside a paragraph, in sizes.
    leading: f64,
    /// Heading sizes, largest first; a few.
    headings: Vec<f64>,
}

/// Writes the pages into `builder`. `targets` are the links of each page.
pub(super) fn write(mut pages: Vec<Page>, targets: &[Vec<Target>], builder: &mut Builder) {
    let marks = furniture::find(&pages);
    let style = Style::of(&pages, &marks);
    let mut writer = Writer { builder, style, table: 0, references: false, readings: 0 };
    for (index, (page, marks)) in pages.iter_mut().zip(&marks).enumerate() {
        if writer.builder.is_full() {
            break;
        }
        let number = Some(u32::try_from(index + 1).unwrap_or(u32::MAX));
        let mut body = Vec::new();
        let mut edge = Vec::new();
        for (line, &mark) in std::mem::take(&mut page.lines).into_iter().zip(marks) {
            if mark { edge.push(line) } else { body.push(line) }
        }
        let none = Vec::new();
        let targets = targets.get(index).unwrap_or(&none);
        let mut used = vec![0u8; targets.len()];
        for piece in group(body, writer.style.leading) {
            match piece {
                Piece::Flow(group) => writer.flow(&group, number, targets, &mut used),
                Piece::Table(rows) => writer.table(&rows, number, targets, &mut used),
            }
        }
        for line in edge {
            let group = Group::of(line);
            writer.put(BlockKind::Paragraph, Region::Furniture, number, &group, targets, &mut used);
        }
        for (target, used) in targets.iter().zip(used) {
            if used == 0 {
                writer.builder.link(target.uri.clone(), None);
            }
        }
    }
}

impl Style {
    fn of(pages: &[Page], marks: &[Vec<bool>]) -> Self {
        let mut sizes: std::collections::BTreeMap<i64, usize> = std::collections::BTreeMap::new();
        let mut steps: std::collections::BTreeMap<i64, usize> = std::collections::BTreeMap::new();
        for (page, marks) in pages.iter().zip(marks) {
            let mut above: Option<&Line> = None;
            for (line, _) in page.lines.iter().zip(marks).filter(|(_, mark)| !**mark) {
                *sizes.entry((line.size * 2.0).round() as i64).or_default() += line.text.len();
                if let Some(above) = above {
                    let step = (above.y - line.y) / line.size;
                    let wide = above.text.len() > 40 && (above.x0 - line.x0).abs() < line.size;
                    if wide && (0.95..2.3).contains(&step) && above.angle == line.angle {
                        *steps.entry((step * 20.0).round() as i64).or_default() += line.text.len();
                    }
                }
                above = Some(line);
            }
        }
        let body = sizes.iter().max_by_key(|(_, n)| **n).map_or(10.0, |(size, _)| *size as f64 / 2.0);
        // The usual distance is the one with most text, in steps of a twentieth of the size.
        let usual = steps.iter().max_by_key(|(_, n)| **n).map_or(1.25, |(step, _)| *step as f64 / 20.0);
        let headings = sizes
            .keys()
            .rev()
            .map(|s| *s as f64 / 2.0)
            .filter(|s| *s >= 1.14 * body)
            .take(40)
            .collect::<Vec<_>>();
        Self { body, leading: (usual * 1.22).clamp(1.5, 2.5), headings }
    }

    fn heading(&self, group: &Group) -> Option<u8> {
        let line = group.first();
        let chars: usize = group.lines.iter().map(|l| l.text.len()).sum();
        let letters = group.lines.iter().flat_map(|l| l.text.chars()).filter(|c| c.is_alphabetic()).count();
        if group.lines.len() > 4 || chars > 240 || letters < 2 || letters * 2 < chars || line.angle != 0 {
            return None;
        }
        // Nearby sizes are one level.
        let size = (line.size * 2.0).round() / 2.0;
        if size >= 1.14 * self.body {
            let above = self.headings.iter().filter(|s| **s > 1.06 * size).count();
            return Some((above.min(4) + 1) as u8);
        }
        let ended = group.lines.last().is_some_and(|l| l.text.ends_with(['.', ',', ';']));
        let bold = group.lines.iter().all(|l| l.bold) && chars <= 140 && !ended && group.lines.len() <= 2;
        let lower = line.text.starts_with(|c: char| c.is_lowercase());
        (bold && !lower && size >= 0.95 * self.body && !starts_bullet(&line.text))
            .then_some(6.min(self.headings.len() + 1) as u8)
    }
}

fn starts_bullet(text: &str) -> bool {
    starts_item(text) && !text.starts_with(|c: char| c.is_ascii_digit())
}

struct Writer<'b> {
    builder: &'b mut Builder,
    style: Style,
    table: u16,
    references: bool,
    readings: usize,
}

impl Writer<'_> {
    fn region(&self) -> Region {
        if self.references { Region::References } else { Region::Main }
    }

    fn flow(&mut self, group: &Group, page: Option<u32>, targets: &[Target], used: &mut [u8]) {
        let text = &group.first().text;
        let kind = if let Some(level) = self.style.heading(group) {
            self.references = is_references(group);
            BlockKind::Heading(level)
        } else if group.item || starts_item(text) {
            BlockKind::ListItem(1)
        } else if group.lines.iter().all(|l| l.mono) {
            BlockKind::Code
        } else if is_caption(text) {
            BlockKind::Caption
        } else {
            BlockKind::Paragraph
        };
        let region = if matches!(kind, BlockKind::Heading(_)) { Region::Main } else { self.region() };
        self.put(kind, region, page, group, targets, used);
    }

    fn table(&mut self, rows: &[Vec<(u16, Group)>], page: Option<u32>, targets: &[Target], used: &mut [u8]) {
        let bold = |row: &Vec<(u16, Group)>| row.iter().all(|(_, c)| c.lines.iter().all(|l| l.bold));
        let heads = rows.first().is_some_and(&bold) && rows.iter().skip(1).any(|r| !bold(r));
        for (index, row) in rows.iter().enumerate() {
            for (column, cell) in row {
                let kind = BlockKind::TableCell {
                    table: self.table,
                    row: index as u32,
                    column: *column,
                    header: heads && index == 0,
                };
                self.put(kind, self.region(), page, cell, targets, used);
            }
        }
        self.table = self.table.saturating_add(1);
    }

    /// Writes one block with its readings and links.
    fn put(
        &mut self,
        kind: BlockKind,
        region: Region,
        page: Option<u32>,
        group: &Group,
        targets: &[Target],
        used: &mut [u8],
    ) {
        let mut text = String::new();
        // For each line, its words and where they went.
        let mut places: Vec<Vec<(usize, usize)>> = Vec::with_capacity(group.lines.len());
        let separator = if kind == BlockKind::Code { '\n' } else { ' ' };
        let mut soft = false;
        for line in &group.lines {
            let mut own = Vec::with_capacity(line.words.len());
            for (i, _) in line.words.iter().enumerate() {
                let raw = line.word(i);
                let word = clean(raw);
                let word = word.trim();
                if word.is_empty() {
                    own.push((text.len(), text.len()));
                    continue;
                }
                if !text.is_empty() && !std::mem::take(&mut soft) {
                    text.push(if own.is_empty() { separator } else { ' ' });
                }
                let start = text.len();
                text.push_str(word);
                own.push((start, text.len()));
                // A soft hyphen at a line end is no character of the word.
                soft = i + 1 == line.words.len() && raw.ends_with('\u{AD}');
            }
            places.push(own);
        }
        let Some(span) = self.builder.block(kind, region, page, &text) else { return };
        let base = span.start as usize;
        let words: Vec<Vec<&str>> = places
            .iter()
            .map(|own| own.iter().filter(|p| p.0 < p.1).filter_map(|p| text.get(p.0..p.1)).collect())
            .collect();
        let filled = |line: usize| places.get(line).into_iter().flatten().filter(|p| p.0 < p.1);
        if group.lines.len() > 1 {
            for join in joins(&group.lines, &words) {
                let (Some(start), Some(end)) = (filled(join.from).next_back(), filled(join.to).next()) else {
                    continue;
                };
                if self.readings < READINGS && start.0 < end.1 {
                    self.readings += 1;
                    self.builder.reading(Span::new(base + start.0, base + end.1), join.text);
                }
            }
        }
        for (target, used) in targets.iter().zip(used).filter(|(t, used)| **used < SPANS && t.meets(group)) {
            let mut covered: Option<(usize, usize)> = None;
            for (line, own) in group.lines.iter().zip(&places).filter(|(l, _)| target.touches(l)) {
                for (word, place) in line.words.iter().zip(own).filter(|(w, p)| p.0 < p.1 && target.covers(w))
                {
                    let _ = word;
                    covered = Some(covered.map_or(*place, |c| (c.0.min(place.0), c.1.max(place.1))));
                }
            }
            if let Some((start, end)) = covered {
                *used += 1;
                self.builder.link(target.uri.clone(), Some(Span::new(base + start, base + end)));
            }
        }
    }
}

/// Whether a heading begins the list of sources.
fn is_references(group: &Group) -> bool {
    let text: String = group.lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join(" ");
    let words = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ').to_lowercase();
    let words = words.trim_end_matches(':');
    matches!(
        words,
        "references"
            | "reference"
            | "bibliography"
            | "sources"
            | "endnotes"
            | "works cited"
            | "further reading"
    )
}

fn is_caption(text: &str) -> bool {
    ["Figure ", "Fig. ", "FIGURE ", "Table ", "TABLE "].iter().any(|start| {
        text.strip_prefix(start).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    })
}
