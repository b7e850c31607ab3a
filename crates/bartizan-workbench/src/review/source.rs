//! The text with the words of claims marked. Offsets stand at each block, so that a selection can be named by them.

use super::{Claim, Review};
use bartizan::exchange::offsets::CodePoints;
use bartizan::{Block, BlockKind, Region, Span};
use bartizan_page::Markup;
use std::collections::BTreeSet;

/// Where the text names addresses: their dots are drawn in brackets.
pub(super) struct Addresses<'a> {
    text: &'a str,
    spans: Vec<Span>,
}

impl<'a> Addresses<'a> {
    pub(super) fn new(review: &'a Review) -> Self {
        let claimed = review.claims.iter().filter(|c| c.dangerous);
        let mut spans: Vec<Span> = claimed.flat_map(|c| c.evidence.iter().map(|e| e.span)).collect();
        spans.extend(&review.addresses);
        spans.sort_unstable();
        Addresses { text: &review.text, spans }
    }

    fn has(&self, at: u32) -> bool {
        // Addresses are short: one that covers `at` begins close before it.
        let after = self.spans.partition_point(|s| s.start <= at);
        self.spans[..after].iter().rev().take(8).any(|s| s.end > at)
    }

    /// The words of a place with its addresses defanged in the letters, for a form field.
    pub(super) fn words(&self, piece: Span) -> String {
        let mut out = String::new();
        let mut before = ' ';
        for (at, c) in piece.of(self.text).char_indices() {
            let dot =
                c == '.' && !matches!(before, '[' | '(' | '{' | '\\') && self.has(piece.start + at as u32);
            if dot {
                out.push_str("[.]")
            } else {
                out.push(c)
            }
            before = c;
        }
        out
    }

    /// Text whose every character counts as one: what is written by name stands in an element that says so.
    pub(super) fn write(&self, out: &mut Markup, piece: Span) {
        let text = piece.of(self.text);
        let mut from = 0;
        let mut before = ' ';
        for (at, c) in text.char_indices() {
            let mut one = [0; 4];
            let one: &str = c.encode_utf8(&mut one);
            let by_name = bartizan_page::shown(one) != one;
            // What the text itself wrote in brackets needs no second pair.
            let dot =
                c == '.' && !matches!(before, '[' | '(' | '{' | '\\') && self.has(piece.start + at as u32);
            before = c;
            if !by_name && !dot {
                continue;
            }
            out.text(&text[from..at]);
            if by_name {
                out.raw("<b data-n=\"");
                out.num(u32::from(c));
                out.raw("\">");
            } else {
                out.raw("<i>");
            }
            out.text(one);
            out.raw(if by_name { "</b>" } else { "</i>" });
            from = at + c.len_utf8();
        }
        out.text(&text[from..]);
    }
}

/// All blocks as markup.
pub(super) fn markup(review: &Review) -> Markup {
    let points = CodePoints::new(&review.text);
    let mut marks: Vec<Mark<'_>> = Vec::new();
    for claim in &review.claims {
        marks.extend(claim.evidence.iter().map(|e| Mark { span: e.span, claim }));
    }
    marks.retain(|m| !m.span.of(&review.text).is_empty());
    marks.sort_by_key(|m| (m.span.start, m.span.end));
    let mut walk = Walk {
        addresses: Addresses::new(review),
        points,
        marks,
        out: Markup::default(),
        table: None,
        row: None,
        at: BTreeSet::new(),
    };
    for block in &review.blocks {
        walk.block(block);
    }
    walk.end_table();
    walk.out
}

struct Mark<'a> {
    span: Span,
    claim: &'a Claim,
}

struct Walk<'a> {
    addresses: Addresses<'a>,
    points: CodePoints<'a>,
    marks: Vec<Mark<'a>>,
    out: Markup,
    table: Option<u16>,
    row: Option<u32>,
    /// Starts that have an anchor already; ids are unique.
    at: BTreeSet<u32>,
}

impl Walk<'_> {
    fn end_table(&mut self) {
        if self.row.take().is_some() {
            self.out.raw("</tr>\n");
        }
        if self.table.take().is_some() {
            self.out.raw("</table></div>\n");
        }
    }

    fn block(&mut self, block: &Block) {
        if let BlockKind::TableCell { table, row, header, .. } = block.kind {
            if self.table != Some(table) {
                self.end_table();
                self.out.raw(
                    "<div class=\"tw\" tabindex=\"0\" role=\"region\" aria-label=\"Table of the report\"><table>\n",
                );
                self.table = Some(table);
            }
            if self.row != Some(row) {
                self.out.raw(if self.row.is_some() { "</tr>\n<tr>" } else { "<tr>" });
                self.row = Some(row);
            }
            return self.element(block, if header { ("<th", "</th>") } else { ("<td", "</td>") });
        }
        self.end_table();
        let tag = match block.kind {
            BlockKind::Heading(1) => ("<h3 class=\"r1\"", "</h3>\n"),
            BlockKind::Heading(2) => ("<h4 class=\"r2\"", "</h4>\n"),
            BlockKind::Heading(_) => ("<h5 class=\"r3\"", "</h5>\n"),
            BlockKind::ListItem(1) => ("<p class=\"li\"", "</p>\n"),
            BlockKind::ListItem(_) => ("<p class=\"li d2\"", "</p>\n"),
            BlockKind::Code => ("<pre", "</pre>\n"),
            BlockKind::Caption => ("<p class=\"cap\"", "</p>\n"),
            BlockKind::Quote => ("<blockquote", "</blockquote>\n"),
            _ if block.region == Region::Furniture => ("<p class=\"furn\"", "</p>\n"),
            _ => ("<p", "</p>\n"),
        };
        self.element(block, tag);
    }

    fn element(&mut self, block: &Block, (open, close): (&'static str, &'static str)) {
        self.out.raw(open);
        self.out.raw(" dir=\"auto\" data-o=\"");
        self.out.num(self.points.at(block.span.start));
        self.out.raw("\">");
        self.words(block.span);
        self.out.raw(close);
    }

    /// The words of a block, cut wherever a mark begins or ends.
    fn words(&mut self, block: Span) {
        let first = self.marks.partition_point(|m| m.span.start < block.start.saturating_sub(20_000));
        let near: Vec<(Span, &Claim)> = self.marks[first..]
            .iter()
            .take_while(|m| m.span.start < block.end)
            .filter(|m| m.span.overlaps(block))
            .map(|m| (m.span, m.claim))
            .collect();
        let mut cuts: Vec<u32> =
            near.iter().flat_map(|(s, _)| [s.start.max(block.start), s.end.min(block.end)]).collect();
        cuts.extend([block.start, block.end]);
        cuts.sort_unstable();
        cuts.dedup();
        for pair in cuts.windows(2) {
            let piece = Span { start: pair[0], end: pair[1] };
            let over: Vec<&(Span, &Claim)> = near.iter().filter(|(s, _)| s.contains(piece)).collect();
            self.piece(piece, &over);
        }
    }

    fn piece(&mut self, piece: Span, over: &[&(Span, &Claim)]) {
        // Blanks between two lines of a mark are nothing to follow.
        let blank = piece.of(self.addresses.text).trim().is_empty();
        let Some((_, first)) = over.first().filter(|_| !blank) else {
            return self.addresses.write(&mut self.out, piece);
        };
        self.out.raw("<mark data-c=\"");
        for (i, (_, claim)) in over.iter().enumerate() {
            self.out.raw(if i > 0 { " " } else { "" });
            self.out.text(&claim.tag());
        }
        if self.at.insert(piece.start) {
            self.out.raw("\" id=\"m");
            self.out.num(self.points.at(piece.start));
        }
        self.out.raw("\" class=\"");
        self.out.raw(class(over));
        self.out.raw("\"><a href=\"#c-");
        self.out.text(&first.tag());
        self.out.raw("\">");
        self.addresses.write(&mut self.out, piece);
        self.out.raw("</a></mark>");
    }
}

/// How a piece looks: by the strongest of its claims.
fn class(over: &[&(Span, &Claim)]) -> &'static str {
    let any = |state: &str| over.iter().any(|(_, c)| c.state() == state);
    if any("open") {
        "open"
    } else if any("accepted") || any("edited") || any("added") {
        "yes"
    } else {
        "no"
    }
}
