//! The report's own words as blocks, with every evidence span marked.
//!
//! Spans of claims nest and overlap; HTML elements cannot. So each block is cut at every start and end of a span,
//! and a piece between two cuts is one `<mark>` that knows all claims over it. The first piece of a span carries
//! the id `m` + start, which is where links to the evidence lead.

use crate::key::Key;
use crate::safe::Markup;
use bartizan::{Analysis, Block, BlockKind, Evidence, ObservableKind, Provenance, Region, Span, Verdict};
use std::collections::BTreeSet;

/// Claims listed on one piece of text. More than that on the same words is a hostile or a broken text.
const MOST_CLAIMS: usize = 24;
/// Longest text, in bytes, that is shown whole; of a longer one only what stands near evidence.
const WHOLE: usize = 2 << 20;
/// Empty cells put in where a table has holes.
const MOST_GAP: u16 = 64;

/// One claim over some words.
#[derive(Clone, Copy, Debug)]
struct Note {
    span: Span,
    key: Key,
    look: Look,
}

/// How the words of a claim look, most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    Stated,
    Named,
    Inferred,
    Indicator,
    Observable,
    /// A value that was not taken, the place of a diagnostic or of a detection: can be reached, is not drawn.
    Quiet,
}

impl From<Provenance> for Look {
    fn from(provenance: Provenance) -> Self {
        match provenance {
            Provenance::Stated => Look::Stated,
            Provenance::Named => Look::Named,
            Provenance::Inferred => Look::Inferred,
        }
    }
}

/// Text with the places of all claims.
pub(crate) struct Source<'a> {
    analysis: &'a Analysis,
    notes: Vec<Note>,
    /// Where addresses stand, merged: their dots are drawn as `[.]`.
    addresses: Vec<Span>,
}

impl<'a> Source<'a> {
    /// `rules` are the places of the detections, with the key of each.
    pub fn new(analysis: &'a Analysis, rules: &[(Key, Evidence)]) -> Self {
        let text = &analysis.document.text;
        let mut notes: Vec<Note> = Vec::new();
        let mut add = |evidence: &[Evidence], key: Key, look: Look| {
            notes.extend(evidence.iter().filter(|e| !e.span.of(text).is_empty()).map(|e| Note {
                span: e.span,
                key,
                look,
            }));
        };
        for (i, t) in analysis.techniques.iter().enumerate() {
            add(&t.evidence, Key::technique(i), t.provenance.into());
        }
        for (i, r) in analysis.relations.iter().enumerate() {
            add(&r.evidence, Key::relation(i), r.provenance.into());
        }
        for (i, v) in analysis.events.iter().enumerate() {
            add(&v.evidence, Key::event(i), Look::Stated);
        }
        for (i, m) in analysis.mitigations.iter().enumerate() {
            add(&m.evidence, Key::mitigation(i), m.provenance.into());
        }
        for (i, e) in analysis.entities.iter().enumerate() {
            add(&e.evidence, Key::entity(i), e.provenance.into());
        }
        let mut addresses: Vec<Span> = Vec::new();
        for (i, o) in analysis.observables.iter().enumerate() {
            let look = if o.verdict == Verdict::Indicator { Look::Indicator } else { Look::Observable };
            add(&o.evidence, Key::observable(i), look);
            if is_address(o.kind) {
                addresses.extend(o.evidence.iter().map(|e| e.span));
            }
        }
        let mut quiet = |span: Span, key: Key| {
            if !span.of(text).is_empty() {
                notes.push(Note { span, key, look: Look::Quiet });
            }
        };
        for (i, w) in analysis.withheld.iter().enumerate() {
            quiet(w.span, Key::withheld(i));
        }
        for (i, d) in analysis.diagnostics.iter().enumerate() {
            // What concerns a whole document is no place in it.
            if let Some(span) = d.span.filter(|s| s.len() < 2_000) {
                quiet(span, Key::diagnostic(i));
            }
        }
        // What is said of a fix is said of its vulnerability.
        for fix in &analysis.fixes {
            for evidence in &fix.evidence {
                quiet(evidence.span, Key::entity(fix.about as usize));
            }
        }
        for (key, evidence) in rules {
            quiet(evidence.span, *key);
        }
        // At the same start the longest first, so that what lies inside follows.
        notes.sort_by_key(|n| (n.span.start, std::cmp::Reverse(n.span.end), n.key));
        Self { analysis, notes, addresses: merged(addresses) }
    }

    /// Writes the words of `range`, escaped, addresses with their dots in brackets.
    pub fn write(&self, out: &mut Markup, range: Span) {
        let text = &self.analysis.document.text;
        let mut at = range.start;
        let first = self.addresses.partition_point(|a| a.end <= range.start);
        for a in self.addresses[first..].iter().take_while(|a| a.start < range.end) {
            let (start, end) = (a.start.max(at), a.end.min(range.end));
            out.text(Span { start: at, end: start }.of(text));
            out.dotted(Span { start, end }.of(text));
            at = end;
        }
        out.text(Span { start: at, end: range.end }.of(text));
    }

    /// All blocks.
    pub fn markup(&self) -> Markup {
        let document = &self.analysis.document;
        let mut out = Markup::default();
        let mut walk =
            Walk { source: self, out: &mut out, note: 0, live: BTreeSet::new(), named: BTreeSet::new() };
        let whole = document.text.len() <= WHOLE;
        let mut open = Open::Nothing;
        let mut page = None;
        let mut left_out = 0u32;
        for (i, block) in document.blocks.iter().enumerate() {
            if !whole && !self.is_near(i) {
                left_out += 1;
                continue;
            }
            if left_out > 0 {
                open.close(walk.out);
                open = Open::Nothing;
                gap(walk.out, &mut left_out);
            }
            if block.page.is_some() && block.page != page {
                open.close(walk.out);
                open = Open::Nothing;
                page = block.page;
                page_mark(walk.out, page);
            }
            open = open.next(block, walk.out);
            walk.block(block);
        }
        open.close(walk.out);
        gap(walk.out, &mut left_out);
        out
    }

    /// Whether a block, or one beside it, holds evidence.
    fn is_near(&self, block: usize) -> bool {
        let blocks = &self.analysis.document.blocks;
        let first = blocks[block.saturating_sub(1)].span.start;
        let last = blocks[(block + 1).min(blocks.len() - 1)].span.end;
        let at = self.notes.partition_point(|n| n.span.start < first);
        self.notes.get(at).is_some_and(|n| n.span.start < last)
    }
}

fn gap(out: &mut Markup, left_out: &mut u32) {
    if *left_out > 0 {
        out.raw("<p class=\"gap\">… ");
        out.num(*left_out);
        out.raw(" blocks without evidence left out; the whole text is in <code>analysis.json</code> …</p>\n");
        *left_out = 0;
    }
}

fn page_mark(out: &mut Markup, page: Option<u32>) {
    if let Some(page) = page {
        out.raw("<p class=\"pg\" id=\"p");
        out.num(page);
        out.raw("\">page ");
        out.num(page);
        out.raw("</p>\n");
    }
}

/// Whether values of the kind lead somewhere when a program makes links of them.
pub(crate) fn is_address(kind: ObservableKind) -> bool {
    use ObservableKind as K;
    matches!(kind, K::Ipv4 | K::Cidr | K::Domain | K::Url | K::Email | K::Onion)
}

fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|s| !s.is_empty());
    spans.sort();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out
}

/// The list or table being written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    List,
    /// Number, row, next column.
    Table(u16, u32, u16),
}

impl Open {
    fn close(self, out: &mut Markup) {
        match self {
            Open::Nothing => {}
            Open::List => out.raw("</ul>\n"),
            Open::Table(..) => out.raw("</tr></table></div>\n"),
        }
    }

    /// Closes and opens so that `block` can follow.
    fn next(self, block: &Block, out: &mut Markup) -> Open {
        match (self, block.kind) {
            (Open::List, BlockKind::ListItem(_)) => self,
            (Open::Table(t, r, c), BlockKind::TableCell { table, row, column, .. }) if t == table => {
                let mut next = c;
                if r != row {
                    out.raw("</tr><tr>");
                    next = 0;
                }
                fill(out, next, column);
                Open::Table(t, row, column.saturating_add(1))
            }
            (_, BlockKind::ListItem(_)) => {
                self.close(out);
                out.raw("<ul>\n");
                Open::List
            }
            (_, BlockKind::TableCell { table, row, column, .. }) => {
                self.close(out);
                out.raw("<div class=\"tw\" tabindex=\"0\" role=\"region\" aria-label=\"Table of the report\"><table><tr>");
                fill(out, 0, column);
                Open::Table(table, row, column.saturating_add(1))
            }
            _ => {
                self.close(out);
                Open::Nothing
            }
        }
    }
}

/// Empty cells from column `next` up to `column`.
fn fill(out: &mut Markup, next: u16, column: u16) {
    for _ in 0..column.saturating_sub(next).min(MOST_GAP) {
        out.raw("<td></td>");
    }
}

/// The pass over all blocks, in text order.
struct Walk<'s, 'a> {
    source: &'s Source<'a>,
    out: &'s mut Markup,
    /// Notes before this one have begun.
    note: usize,
    /// Notes over the current place: end and index.
    live: BTreeSet<(u32, usize)>,
    /// Starts that already have an id in the page.
    named: BTreeSet<u32>,
}

impl Walk<'_, '_> {
    fn block(&mut self, block: &Block) {
        let furniture = block.region == Region::Furniture;
        match (block.kind, furniture) {
            (BlockKind::TableCell { header: true, .. }, _) => {
                self.element("<th scope=\"col\" dir=\"auto\">", block, "</th>")
            }
            (BlockKind::TableCell { .. }, _) => self.element("<td dir=\"auto\">", block, "</td>"),
            (BlockKind::ListItem(0 | 1), _) => self.element("<li dir=\"auto\">", block, "</li>\n"),
            (BlockKind::ListItem(2), _) => self.element("<li class=\"d2\" dir=\"auto\">", block, "</li>\n"),
            (BlockKind::ListItem(_), _) => self.element("<li class=\"d3\" dir=\"auto\">", block, "</li>\n"),
            (_, true) => self.element("<p class=\"furn\" dir=\"auto\">", block, "</p>\n"),
            // The page's own headings are h1 and h2; the report's begin below them.
            (BlockKind::Heading(0 | 1), _) => {
                self.element("<h3 class=\"r1\" dir=\"auto\">", block, "</h3>\n")
            }
            (BlockKind::Heading(2), _) => self.element("<h4 class=\"r2\" dir=\"auto\">", block, "</h4>\n"),
            (BlockKind::Heading(3), _) => self.element("<h5 class=\"r3\" dir=\"auto\">", block, "</h5>\n"),
            (BlockKind::Heading(_), _) => self.element("<h6 class=\"r4\" dir=\"auto\">", block, "</h6>\n"),
            (BlockKind::Code, _) => {
                self.element(
                    "<pre tabindex=\"0\" role=\"region\" aria-label=\"Code of the report\"><code>",
                    block,
                    "</code></pre>\n",
                );
            }
            (BlockKind::Quote, _) => self.element("<blockquote dir=\"auto\">", block, "</blockquote>\n"),
            (BlockKind::Caption, _) => self.element("<p class=\"cap\" dir=\"auto\">", block, "</p>\n"),
            (BlockKind::Paragraph, _) if block.region == Region::References => {
                self.element("<p class=\"ref\" dir=\"auto\">", block, "</p>\n");
            }
            (BlockKind::Paragraph, _) => self.element("<p dir=\"auto\">", block, "</p>\n"),
        }
    }

    fn element(&mut self, open: &'static str, block: &Block, close: &'static str) {
        self.out.raw(open);
        let sentences = &self.source.analysis.document.sentences;
        let mut at = block.span.start;
        let first = sentences.partition_point(|s| s.span.end <= block.span.start);
        for s in sentences[first..].iter().take_while(|s| s.span.start < block.span.end) {
            let (start, end) = (s.span.start.max(at), s.span.end.min(block.span.end));
            if start >= end {
                continue;
            }
            self.pieces(Span { start: at, end: start });
            self.out.raw("<span class=\"s\">");
            self.pieces(Span { start, end });
            self.out.raw("</span>");
            at = end;
        }
        self.pieces(Span { start: at, end: block.span.end });
        self.out.raw(close);
    }

    /// Writes a stretch of text, cut at all borders of notes.
    fn pieces(&mut self, range: Span) {
        let mut at = range.start;
        while at < range.end {
            self.advance(at);
            let mut end = range.end;
            if let Some(&(first_end, _)) = self.live.first() {
                end = end.min(first_end);
            }
            if let Some(next) = self.source.notes.get(self.note) {
                end = end.min(next.span.start);
            }
            self.piece(Span { start: at, end });
            at = end;
        }
    }

    /// Brings `live` to the notes over `at`.
    fn advance(&mut self, at: u32) {
        let notes = &self.source.notes;
        while let Some(note) = notes.get(self.note)
            && note.span.start <= at
        {
            if note.span.end > at {
                self.live.insert((note.span.end, self.note));
            }
            self.note += 1;
        }
        while let Some(&(end, _)) = self.live.first()
            && end <= at
        {
            self.live.pop_first();
        }
    }

    fn piece(&mut self, span: Span) {
        let text = &self.source.analysis.document.text;
        if self.live.is_empty() || span.of(text).trim().is_empty() {
            return self.source.write(self.out, span);
        }
        let over: Vec<Note> = self
            .live
            .iter()
            .take(MOST_CLAIMS)
            .filter_map(|&(_, i)| self.source.notes.get(i).copied())
            .collect();
        let look = over.iter().map(|n| n.look).min().unwrap_or(Look::Quiet);
        let is_value = |l: &Look| matches!(l, Look::Indicator | Look::Observable);
        let value = over.iter().map(|n| n.look).filter(is_value).min();
        self.out.raw("<mark class=\"");
        self.out.raw(match look {
            Look::Stated => "ps",
            Look::Named => "pn",
            Look::Inferred => "pf",
            Look::Indicator | Look::Observable => "po",
            Look::Quiet => "pq",
        });
        match value {
            Some(Look::Indicator) => self.out.raw(" oi"),
            Some(_) => self.out.raw(" oo"),
            None => {}
        }
        self.out.raw("\"");
        // Links lead to the start of a span, so the piece that begins there carries the id.
        let begins =
            |&(_, i): &(u32, usize)| self.source.notes.get(i).is_some_and(|n| n.span.start == span.start);
        if self.live.iter().any(begins) && self.named.insert(span.start) {
            self.out.raw(" id=\"m");
            self.out.num(span.start);
            self.out.raw("\"");
        }
        self.out.raw(" data-c=\"");
        let mut keys: Vec<Key> = Vec::with_capacity(over.len());
        for note in &over {
            if !keys.contains(&note.key) {
                keys.push(note.key);
            }
        }
        // The telling claim first: the link of a piece leads to it.
        let rank = |key: &Key| over.iter().filter(|n| n.key == *key).map(|n| n.look).min();
        keys.sort_by_key(rank);
        for (i, key) in keys.iter().enumerate() {
            self.out.raw(if i > 0 { " " } else { "" });
            self.out.text(&key.to_string());
        }
        self.out.raw("\"><a href=\"#c-");
        self.out.text(&keys.first().map(Key::to_string).unwrap_or_default());
        self.out.raw("\">");
        self.source.write(self.out, span);
        self.out.raw("</a></mark>");
    }
}

/// A quotation: the sentence around the exact words, shortened.
#[derive(Clone, Debug)]
pub(crate) struct Quote {
    /// Id of the first piece in the text.
    pub at: u32,
    pub words: Markup,
    pub page: Option<u32>,
}

impl Source<'_> {
    /// The quotation for a piece of evidence.
    pub fn quote(&self, evidence: &Evidence) -> Quote {
        const BEFORE: usize = 90;
        const AFTER: usize = 130;
        const INSIDE: usize = 320;
        let text = &self.analysis.document.text;
        let (span, sentence) = (evidence.span, evidence.sentence);
        let sentence = Span { start: sentence.start.min(span.start), end: sentence.end.max(span.end) };
        let start = back(text, sentence.start as usize, span.start as usize, BEFORE);
        let inside = forth(text, span.start as usize, span.end as usize, INSIDE);
        let end = if inside < span.end {
            span.end
        } else {
            forth(text, span.end as usize, sentence.end as usize, AFTER)
        };
        let mut words = Markup::default();
        words.raw(if start > sentence.start { "… " } else { "" });
        self.write(&mut words, Span { start, end: span.start });
        words.raw("<mark>");
        self.write(&mut words, Span { start: span.start, end: inside });
        words.raw(if inside < span.end { "…</mark>" } else { "</mark>" });
        self.write(&mut words, Span { start: span.end, end });
        words.raw(if end < sentence.end && inside == span.end { " …" } else { "" });
        Quote { at: span.start, words, page: self.analysis.document.page_of(span) }
    }
}

/// The start of at most `most` characters before `end`, moved to a word's start where one is near.
fn back(text: &str, start: usize, end: usize, most: usize) -> u32 {
    let Some(part) = text.get(start..end) else { return end as u32 };
    match part.char_indices().rev().nth(most) {
        None => start as u32,
        Some((at, _)) => {
            let rest = &part[at..];
            let skip = rest
                .char_indices()
                .take(24)
                .find(|(_, c)| c.is_whitespace())
                .map_or(0, |(i, c)| i + c.len_utf8());
            (start + at + skip) as u32
        }
    }
}

/// The end of at most `most` characters after `start`.
fn forth(text: &str, start: usize, end: usize, most: usize) -> u32 {
    let Some(part) = text.get(start..end) else { return start as u32 };
    match part.char_indices().nth(most) {
        None => end as u32,
        Some((at, _)) => {
            let cut = part[..at]
                .char_indices()
                .rev()
                .take(24)
                .find(|(_, c)| c.is_whitespace())
                .map_or(at, |(i, _)| i);
            (start + cut) as u32
        }
    }
}
