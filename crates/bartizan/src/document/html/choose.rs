//! Which pieces of a page are the report.
//!
//! The readability algorithm finds the article; it also drops tables, listings and lists of indicators that it
//! takes for clutter. So its answer is used to find the *element* that holds the article, and the page's own
//! pieces in that element are kept unless they stand in furniture. Outside of it only what looks like an
//! indicator appendix is kept.

use super::walk::{Container, Piece, Walked, walk};
use crate::document::{BlockKind, Region};
use dom_query::{Document, NodeData};
use dom_smoothie::{Config, Readability};
use std::collections::BTreeSet;

/// The region of each piece; none for what is left out.
pub(super) fn choose(walked: &Walked, article: Option<&BTreeSet<u64>>) -> Vec<Option<Region>> {
    let matched: Vec<bool> = walked
        .pieces
        .iter()
        .map(|piece| article.is_some_and(|a| a.contains(&fingerprint(&piece.text))))
        .collect();
    // A class name is only a hint: an element that holds a third of the page's text, or what the algorithm
    // takes for the article, is not a side bar.
    let mut chosen = vec![0usize; walked.asides.len()];
    for (piece, _) in walked.pieces.iter().zip(&matched).filter(|(p, m)| **m && p.text.len() >= 60) {
        if let Some(size) = piece.aside.and_then(|number| chosen.get_mut(number)) {
            *size += piece.text.len();
        }
    }
    let aside = |number: usize| {
        let size = walked.asides.get(number).copied().unwrap_or(0);
        size * 3 < walked.size && chosen.get(number).is_none_or(|c| c * 2 < size)
    };
    let clutter: Vec<bool> = walked.pieces.iter().map(|piece| is_clutter(piece, &aside)).collect();
    let weight =
        |i: usize, piece: &Piece| if matched[i] && piece.text.len() >= 20 { piece.text.len() } else { 0 };
    let mut body = smallest(walked, 0.85, weight);
    let plain = |i: usize, piece: &Piece| {
        if clutter[i] { 0 } else { piece.text.len() - piece.linked.min(piece.text.len()) }
    };
    let size = |c: &Container, f: &dyn Fn(usize, &Piece) -> usize| -> usize {
        (c.first..c.end).filter_map(|i| walked.pieces.get(i).map(|p| f(i, p))).sum()
    };
    let whole = Container { declared: false, first: 0, end: walked.pieces.len() };
    let all = size(&whole, &plain);
    // Without an article, or with one that is a small part of the page's text, what the page itself declares.
    let found = body.map_or(0, |c| size(c, &plain));
    if found * 4 < all {
        let declared = walked
            .containers
            .iter()
            .filter(|c| c.declared)
            .map(|c| (size(c, &plain), c))
            .max_by_key(|(n, c)| (*n, usize::MAX - c.first));
        body = match declared {
            Some((n, c)) if n * 10 >= all * 4 => Some(c),
            _ if found * 10 >= all => body,
            _ => smallest(walked, 0.7, plain),
        };
    }
    let (first, end) = body.map_or((0, walked.pieces.len()), |c| (c.first, c.end));
    let mut regions: Vec<Option<Region>> = Vec::with_capacity(walked.pieces.len());
    for (i, piece) in walked.pieces.iter().enumerate() {
        let inside = (first..end).contains(&i);
        let linked = piece.linked * 10 > piece.text.len() * 7;
        let indicators = holds_indicators(&piece.text);
        let region = if clutter[i] {
            (piece.text.len() < 200 && piece.text.contains("TLP:")).then_some(Region::Furniture)
        } else if inside {
            match piece.kind {
                BlockKind::Heading(_) | BlockKind::Code => Some(Region::Main),
                _ if matched[i] || !linked || indicators => Some(Region::Main),
                _ => None,
            }
        } else {
            match piece.kind {
                BlockKind::Code | BlockKind::TableCell { .. } if !linked => Some(Region::Appendix),
                BlockKind::Heading(1) if i < first && !linked => Some(Region::Main),
                _ if indicators && !linked => Some(Region::Appendix),
                _ if piece.text.len() < 200 && piece.text.contains("TLP:") => Some(Region::Furniture),
                _ => None,
            }
        };
        regions.push(region);
    }
    // The headings that name a kept appendix come with it.
    for i in (0..regions.len().saturating_sub(1)).rev() {
        if regions[i].is_none()
            && !clutter[i]
            && matches!(walked.pieces[i].kind, BlockKind::Heading(_))
            && regions[i + 1] == Some(Region::Appendix)
        {
            regions[i] = Some(Region::Appendix);
        }
    }
    regions
}

/// Whether a piece stands in page furniture; `aside` judges elements that only their class gives away.
fn is_clutter(piece: &Piece, aside: &dyn Fn(usize) -> bool) -> bool {
    piece.furniture
        || piece.aside.is_some_and(aside)
        || piece.kind == BlockKind::Code
            && piece.text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_whitespace())
}

/// The smallest container that holds `share` of the total weight.
fn smallest(walked: &Walked, share: f64, weight: impl Fn(usize, &Piece) -> usize) -> Option<&Container> {
    let mut sums = Vec::with_capacity(walked.pieces.len() + 1);
    let mut sum = 0usize;
    sums.push(0);
    for (i, piece) in walked.pieces.iter().enumerate() {
        sum += weight(i, piece);
        sums.push(sum);
    }
    if sum == 0 {
        return None;
    }
    walked
        .containers
        .iter()
        .filter(|c| (sums[c.end] - sums[c.first]) as f64 >= sum as f64 * share)
        .min_by_key(|c| (c.end - c.first, c.first))
}

/// Most bytes that may be looked at to write the page out.
const WRITING: usize = 1 << 30;

/// Whether the readability algorithm, which writes the page out as HTML, can do so in reasonable time: at each
/// character that is escaped the writer looks through all that follows in the same text or attribute value
/// (`write_escaped` of html5ever), so that megabytes of `&` or of no-break spaces would take hours.
pub(super) fn can_write(page: &Document) -> bool {
    let cost = |text: &str| {
        let escaped = text.bytes().filter(|b| matches!(b, b'&' | b'"' | b'<' | b'>' | 0xC2)).count();
        escaped.saturating_mul(text.len())
    };
    let tree = &page.tree;
    let mut all = 0usize;
    for id in tree.descendant_ids_of_it(&page.root().id) {
        let own = tree.query_node_or(&id, 0, |node| match &node.data {
            NodeData::Text { contents } => cost(contents),
            NodeData::Element(element) => element.attrs.iter().map(|a| cost(&a.value)).sum(),
            _ => 0,
        });
        all = all.saturating_add(own);
    }
    all <= WRITING
}

/// Fingerprints of the text blocks of the article that the readability algorithm finds in `page`.
pub(super) fn article(page: Document) -> Option<BTreeSet<u64>> {
    let config = Config { disable_json_ld: true, ..Config::default() };
    let article = Readability::with_document(page, None, Some(config)).ok()?.parse().ok()?;
    let content = Document::from(article.content);
    let walked = walk(&content.tree, content.root().id);
    let prints: BTreeSet<u64> = walked.pieces.iter().map(|piece| fingerprint(&piece.text)).collect();
    (!prints.is_empty()).then_some(prints)
}

/// A hash of the letters and digits only (FNV-1a): the algorithm moves blanks about.
fn fingerprint(text: &str) -> u64 {
    text.bytes()
        .filter(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
        .fold(0xCBF2_9CE4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3))
}

/// Whether text holds a defanged value, a long hash or a vulnerability id: what an indicator appendix is made of.
fn holds_indicators(text: &str) -> bool {
    const MARKS: &[&str] = &["[.]", "(.)", "[:]", "hxxp", "hXXp", "[dot]", "[at]", "[@]"];
    MARKS.iter().any(|mark| text.contains(mark)) || {
        let mut run = 0usize;
        text.bytes().any(|b| {
            run = if b.is_ascii_hexdigit() { run + 1 } else { 0 };
            run >= 32
        })
    }
}
