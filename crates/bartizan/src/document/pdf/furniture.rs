//! Page headers, footers and page numbers: short lines at the edge that return page after page.

use super::line::Line;
use std::collections::BTreeMap;

/// Most lines looked at from each edge of a page.
const DEEP: usize = 4;

/// One page's lines and height.
pub(super) struct Page {
    pub(super) lines: Vec<Line>,
    pub(super) height: f64,
}

/// For each page, which of its lines (by position in `lines`) are furniture.
pub(super) fn find(pages: &[Page]) -> Vec<Vec<bool>> {
    let edges: Vec<Vec<usize>> = pages.iter().map(edge_lines).collect();
    // Text with digits masked, and height to a few points: on how many pages?
    let mut seen: BTreeMap<(String, i64), usize> = BTreeMap::new();
    let key = |line: &Line, y: i64| (masked(&line.text), y);
    for (page, edge) in pages.iter().zip(&edges) {
        let mut own: Vec<(String, i64)> =
            edge.iter().map(|&i| key(&page.lines[i], level(&page.lines[i]))).collect();
        own.sort();
        own.dedup();
        for k in own {
            *seen.entry(k).or_default() += 1;
        }
    }
    let text_pages = pages.iter().filter(|p| !p.lines.is_empty()).count();
    // Left and right pages may differ, chapters change their titles.
    let needed = (text_pages / 4).clamp(2, 8).max(if text_pages > 3 { 3 } else { 2 });
    pages
        .iter()
        .zip(&edges)
        .map(|(page, edge)| {
            let mut marks = vec![false; page.lines.len()];
            for &i in edge {
                let line = &page.lines[i];
                let y = level(line);
                let count: usize = (y - 1..=y + 1).filter_map(|y| seen.get(&key(line, y))).sum();
                let number = is_page_number(&line.text);
                // A number alone says nothing else than which page it is, if other pages have one there too.
                if count >= needed || number && count >= 2 && at_edge(line, page.height, 0.09) {
                    marks[i] = true;
                }
            }
            marks
        })
        .collect()
}

fn level(line: &Line) -> i64 {
    (line.y / 4.0).round() as i64
}

/// The first and last few lines that lie near the upper and lower edge.
fn edge_lines(page: &Page) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..page.lines.len())
        .filter(|&i| page.lines[i].angle == 0 && at_edge(&page.lines[i], page.height, 0.14))
        .collect();
    indices.sort_by(|&a, &b| page.lines[b].y.total_cmp(&page.lines[a].y));
    let middle = page.height / 2.0;
    let above = indices.iter().copied().filter(|&i| page.lines[i].y > middle);
    let below = indices.iter().rev().copied().filter(|&i| page.lines[i].y <= middle);
    above.take(2 * DEEP).chain(below.take(2 * DEEP)).collect()
}

fn at_edge(line: &Line, height: f64, share: f64) -> bool {
    line.y > (1.0 - share) * height || line.y < share * height
}

/// The text with runs of digits as one mark, so that page numbers and times do not tell lines apart. A value of a
/// list is never masked: the addresses at the top of two pages are different lines.
fn masked(text: &str) -> String {
    let value = |word: &str| word.len() >= 7 && (word.contains(['.', '@', '/', '_']) || word.len() >= 16);
    let mut out = String::with_capacity(text.len());
    for word in text.split(' ').take(60) {
        let keep = value(word) && word.bytes().filter(u8::is_ascii_digit).count() < word.len() - 2
            || word.bytes().filter(|&b| b == b'.').count() >= 3;
        for c in word.chars().take(100) {
            let c = if c.is_ascii_digit() && !keep { '#' } else { c };
            if !(c == '#' && out.ends_with('#')) {
                out.push(c);
            }
        }
        out.push(' ');
    }
    out
}

/// `12`, `Page 3`, `3 of 9`, `- 4 -`, `3/9`.
fn is_page_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let rest: String = text.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    (1..=8).contains(&digits)
        && text.len() <= 20
        && matches!(&*rest, "" | "page" | "of" | "pageof" | "p" | "seite" | "pg")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(lines: &[(&str, f64)]) -> Page {
        let lines = lines
            .iter()
            .map(|(t, y)| Line { text: (*t).to_owned(), y: *y, size: 10.0, x1: 100.0, ..Line::default() })
            .collect();
        Page { lines, height: 800.0 }
    }

    #[test]
    fn repeated_edges_are_furniture_and_the_body_is_not() {
        let pages: Vec<Page> = (1..=4)
            .map(|n| {
                page(&[
                    ("Quarterly threat notes", 780.0),
                    ("Quarterly threat notes", 400.0),
                    (&format!("198.51.100.{n}"), 700.0),
                    (&format!("Page {n} of 4"), 20.0),
                ])
            })
            .collect();
        for marks in find(&pages) {
            assert_eq!(marks, [true, false, false, true]);
        }
        assert_eq!(find(&[page(&[("Title", 780.0), ("12", 20.0)])]), [[false, false]]);
    }
}
