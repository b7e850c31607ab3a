//! Reading order where the content stream has none: recursive cuts along white space (the XY cut of Nagy and
//! Seth, 1984).

use super::line::Line;

/// Deepest recursion; what is left uncut is read from top to bottom.
const DEPTH: usize = 24;

/// Puts lines in reading order if the content stream visibly was not.
pub(super) fn order(lines: Vec<Line>) -> Vec<Line> {
    if in_order(&lines) {
        return lines;
    }
    let mut sorted = Vec::with_capacity(lines.len());
    let mut angles: Vec<u16> = lines.iter().map(|l| l.angle).collect();
    angles.sort_unstable();
    angles.dedup();
    for angle in angles {
        cut(lines.iter().filter(|l| l.angle == angle).collect(), 0, &mut sorted);
    }
    sorted.into_iter().cloned().collect()
}

/// Whether few lines stand above the line before them in the same column.
fn in_order(lines: &[Line]) -> bool {
    // The line before in the same column may be a few lines back where columns are drawn across.
    let back = (1..lines.len())
        .filter(|&i| {
            let b = &lines[i];
            let before = lines[i.saturating_sub(4)..i].iter().rev().find(|a| {
                let shared = a.x1.min(b.x1) - a.x0.max(b.x0);
                a.angle == b.angle && shared > 0.5 * (a.x1 - a.x0).min(b.x1 - b.x0)
            });
            // A jump of half a page up is the next column or a footer.
            before.is_some_and(|a| (0.5..12.0).contains(&((b.y - a.y) / a.size.max(b.size).max(0.1))))
        })
        .count();
    back < 4 || back * 7 < lines.len()
}

fn cut<'l>(mut lines: Vec<&'l Line>, depth: usize, out: &mut Vec<&'l Line>) {
    let size = lines.iter().map(|l| l.size).sum::<f64>() / lines.len().max(1) as f64;
    if depth < DEPTH && lines.len() > 1 {
        // A gutter through the whole region divides columns; else the largest gap divides above from below.
        let columns = split(&lines, 1.1 * size, |l| (l.x0, l.x1));
        if let Some(x) = columns {
            let (left, right) = lines.into_iter().partition(|l| l.x0 < x);
            cut(left, depth + 1, out);
            cut(right, depth + 1, out);
            return;
        }
        let rows = split(&lines, 0.25 * size, |l| (-l.y - 0.8 * l.size, -l.y + 0.2 * l.size));
        if let Some(y) = rows {
            let (above, below) = lines.into_iter().partition(|l| -l.y - 0.8 * l.size < y);
            cut(above, depth + 1, out);
            cut(below, depth + 1, out);
            return;
        }
    }
    lines.sort_by(|a, b| b.y.total_cmp(&a.y).then(a.x0.total_cmp(&b.x0)).then(a.order.cmp(&b.order)));
    out.extend(lines);
}

/// The middle of the widest gap of at least `least` between the intervals, if there is one.
fn split(lines: &[&Line], least: f64, interval: impl Fn(&Line) -> (f64, f64)) -> Option<f64> {
    let mut intervals: Vec<(f64, f64)> = lines.iter().map(|l| interval(l)).collect();
    intervals.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut reach = intervals.first()?.1;
    let mut best: Option<(f64, f64)> = None;
    for &(start, end) in &intervals {
        let gap = start - reach;
        if gap >= least && best.is_none_or(|b| gap > b.0) {
            best = Some((gap, (start + reach) / 2.0));
        }
        reach = reach.max(end);
    }
    best.map(|b| b.1)
}
