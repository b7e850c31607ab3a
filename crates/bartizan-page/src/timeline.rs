//! Dated events: a drawing of what has a date, a list of everything.

use crate::claims::Sure;
use crate::key::Key;
use crate::safe::{Markup, clipped};
use crate::source::{Quote, Source};
use bartizan::{Analysis, EventKind, When};
use jiff::civil::Date;

/// Events in the drawing; the list has all.
const MOST_DRAWN: usize = 40;
const WIDTH: f64 = 1000.0;
const EDGE: f64 = 16.0;
/// Width left for words beside bars so long that they leave none.
const WORDS: f64 = 430.0;
const ROW: u32 = 26;
const TOP: u32 = 14;

/// An event in the list.
#[derive(Debug)]
pub(crate) struct EventRow {
    pub key: Key,
    pub kind: &'static str,
    pub when: String,
    /// As days, where the text gives them otherwise.
    pub days: String,
    pub summary: String,
    pub sure: Sure,
    /// Where it stands.
    pub at: Option<u32>,
    /// The words, unless the summary already gives them.
    pub quote: Option<Quote>,
}

fn same_words(sentence: &str, summary: &str) -> bool {
    sentence.trim().trim_end_matches('.') == summary.trim().trim_end_matches('.')
}

pub(crate) fn events(analysis: &Analysis, source: &Source<'_>) -> Vec<EventRow> {
    analysis
        .events
        .iter()
        .enumerate()
        .map(|(i, v)| EventRow {
            key: Key::event(i),
            kind: v.kind.as_str(),
            when: clipped(&v.when.text, 80),
            days: days(&v.when),
            summary: clipped(&v.summary, 240),
            sure: v.confidence.into(),
            at: v.evidence.first().map(|e| e.span.start),
            quote: v
                .evidence
                .first()
                .filter(|e| !same_words(e.sentence.of(&analysis.document.text), &v.summary))
                .map(|e| source.quote(e)),
        })
        .collect()
}

fn days(when: &When) -> String {
    let dates = match (&when.earliest, &when.latest) {
        (Some(a), Some(b)) if a == b => a.clone(),
        (Some(a), Some(b)) => format!("{a} to {b}"),
        (Some(a), None) => format!("from {a}"),
        (None, Some(b)) => format!("until {b}"),
        (None, None) => String::new(),
    };
    match (when.days, dates.is_empty()) {
        (Some(1), true) => "1 day".into(),
        (Some(n), true) => format!("{n} days"),
        (Some(n), false) => format!("{dates} · {n} days"),
        (None, _) => dates,
    }
}

/// The drawing, and how many events are in it.
#[derive(Debug)]
pub(crate) struct Drawing {
    pub svg: Markup,
    pub drawn: usize,
}

struct Bar {
    from: f64,
    to: f64,
    /// Only one end is known.
    open: bool,
    event: usize,
}

/// Draws the dated events, if there are at least two; one date needs no picture.
pub(crate) fn drawing(analysis: &Analysis) -> Option<Drawing> {
    let day = |text: &Option<String>| text.as_deref().and_then(|t| t.parse::<Date>().ok());
    let mut bars: Vec<(Date, Date, bool, usize)> = analysis
        .events
        .iter()
        .enumerate()
        .filter_map(|(i, v)| match (day(&v.when.earliest), day(&v.when.latest)) {
            (Some(a), Some(b)) => Some((a.min(b), a.max(b), false, i)),
            (Some(a), None) | (None, Some(a)) => Some((a, a, true, i)),
            (None, None) => None,
        })
        .collect();
    bars.sort();
    bars.truncate(MOST_DRAWN);
    if bars.len() < 2 {
        return None;
    }
    let number = |d: Date| f64::from(days_from_epoch(d));
    let first = bars.iter().map(|b| number(b.0)).fold(f64::MAX, f64::min);
    let last = bars.iter().map(|b| number(b.1)).fold(f64::MIN, f64::max);
    let length = (last - first).max(1.0);
    // A little room at both ends.
    let (first, length) = (first - 0.02 * length, 1.04 * length);
    let place = |width: f64| -> Vec<Bar> {
        let x = |d: Date| EDGE + (number(d) - first) / length * (width - 2.0 * EDGE);
        let bar =
            |&(a, b, open, event): &(Date, Date, bool, usize)| Bar { from: x(a), to: x(b), open, event };
        bars.iter().map(bar).collect()
    };
    let fits = |bar: &Bar| bar.to + WORDS < WIDTH || bar.from > WORDS;
    let (width, bars) = match place(WIDTH) {
        whole if whole.iter().all(fits) => (WIDTH, whole),
        _ => (WIDTH - WORDS, place(WIDTH - WORDS)),
    };
    Some(Drawing { svg: draw(analysis, &bars, first, length, width), drawn: bars.len() })
}

fn days_from_epoch(date: Date) -> i32 {
    // Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
    let (y, m, d) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + d - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn draw(analysis: &Analysis, bars: &[Bar], first: f64, length: f64, plot: f64) -> Markup {
    // Each bar goes to the first row where it and its words fit.
    let mut ends: Vec<f64> = Vec::new();
    let mut rows = Vec::with_capacity(bars.len());
    let mut labels = Vec::with_capacity(bars.len());
    for bar in bars {
        let event = &analysis.events[bar.event];
        let label = format!("{} · {}", clipped(&event.when.text, 24), clipped(&event.summary, 46));
        let width = label.chars().count() as f64 * 6.3 + 14.0;
        let left = bar.to + width > WIDTH - EDGE && bar.from - width > 0.0;
        let (start, end) = if left { (bar.from - width, bar.to + 8.0) } else { (bar.from, bar.to + width) };
        let row = ends.iter().position(|e| *e + 8.0 < start).unwrap_or(ends.len());
        if row == ends.len() {
            ends.push(end);
        } else {
            ends[row] = end;
        }
        rows.push(row as u32);
        labels.push((label, left));
    }
    let axis = TOP + ROW * ends.len() as u32 + 6;
    let mut out = Markup::default();
    out.raw("<svg class=\"tl\" viewBox=\"0 0 1000 ");
    out.num(axis + 26);
    out.raw("\" role=\"group\" aria-label=\"Timeline of the dated events; the list below says the same\">");
    ticks(&mut out, first, length, plot, axis);
    for ((bar, row), (label, left)) in bars.iter().zip(rows).zip(labels) {
        let event = &analysis.events[bar.event];
        let y = TOP + row * ROW + ROW / 2;
        let (from, to) = (bar.from.round() as u32, bar.to.round() as u32);
        out.raw("<a href=\"#c-");
        out.text(&Key::event(bar.event).to_string());
        out.raw(match event.kind {
            EventKind::Obligation => "\" class=\"ob\">",
            _ => "\">",
        });
        if to > from + 3 {
            shape(
                &mut out,
                "<rect rx=\"3\" class=\"rg\" x=\"",
                from,
                "\" y=\"",
                y - 5,
                "\" height=\"10\" width=\"",
                to - from,
            );
        } else if bar.open {
            shape(&mut out, "<circle class=\"un\" r=\"5\" cx=\"", from, "\" cy=\"", y, "\" data-x=\"", 0);
        } else if event.kind == EventKind::Obligation {
            shape(
                &mut out,
                "<rect class=\"pt\" width=\"10\" x=\"",
                from.saturating_sub(5),
                "\" y=\"",
                y - 5,
                "\" height=\"",
                10,
            );
        } else {
            shape(&mut out, "<circle class=\"pt\" cx=\"", from, "\" cy=\"", y, "\" r=\"", 5);
        }
        if left {
            shape(
                &mut out,
                "<text text-anchor=\"end\" x=\"",
                from.saturating_sub(9),
                "\" y=\"",
                y + 4,
                "\" dx=\"",
                0,
            );
        } else {
            shape(&mut out, "<text x=\"", to + 9, "\" y=\"", y + 4, "\" dx=\"", 0);
        }
        // `shape` closes its element; the words follow in one of their own kind.
        out.text(&label);
        out.raw("</text></a>");
    }
    out.raw("</svg>");
    out
}

/// An element with three numbers; `<text` stays open for its words.
fn shape(out: &mut Markup, a: &'static str, x: u32, b: &'static str, y: u32, c: &'static str, z: u32) {
    out.raw(a);
    out.num(x);
    out.raw(b);
    out.num(y);
    out.raw(c);
    out.num(z);
    out.raw(if a.starts_with("<text") { "\">" } else { "\"/>" });
}

fn ticks(out: &mut Markup, first: f64, length: f64, plot: f64, axis: u32) {
    out.raw("<path class=\"ax\" d=\"M0 ");
    out.num(axis);
    out.raw("H1000\"/>");
    // The finest step that leaves room for its labels.
    let months = [1.0, 3.0, 6.0, 12.0, 24.0, 60.0, 120.0, 600.0, 2400.0];
    let days = [1.0, 2.0, 7.0, 14.0];
    let fits = |step: f64| length / step <= 12.0 * plot / WIDTH;
    let start = Date::new(1970, 1, 1).ok();
    let Some(date) =
        start.and_then(|d| d.checked_add(jiff::Span::new().try_days(first.ceil() as i64).ok()?).ok())
    else {
        return;
    };
    let mut at = Vec::new();
    if let Some(step) = days.into_iter().find(|s| fits(*s)) {
        let mut next = Some(date);
        while let Some(d) = next.filter(|d| f64::from(days_from_epoch(*d)) <= first + length) {
            at.push((d, d.to_string()));
            next = d.checked_add(jiff::Span::new().days(step as i64)).ok();
        }
    } else {
        let step = months.into_iter().find(|s| fits(s * 30.44)).unwrap_or(2400.0) as i32;
        let index = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
        let mut index = index.div_euclid(step) * step;
        loop {
            let Ok(d) = Date::new(index.div_euclid(12) as i16, index.rem_euclid(12) as i8 + 1, 1) else {
                break;
            };
            if f64::from(days_from_epoch(d)) > first + length {
                break;
            }
            if f64::from(days_from_epoch(d)) >= first {
                at.push((d, if step < 12 { d.strftime("%Y-%m").to_string() } else { d.year().to_string() }));
            }
            index += step;
        }
    }
    for (date, label) in at {
        let x = EDGE + (f64::from(days_from_epoch(date)) - first) / length * (plot - 2.0 * EDGE);
        let x = x.round().clamp(0.0, WIDTH) as u32;
        shape(out, "<path class=\"tk\" d=\"M", x, " ", 0, "V", axis + 4);
        shape(
            out,
            "<text class=\"tt\" text-anchor=\"middle\" x=\"",
            x.clamp(32, 968),
            "\" y=\"",
            axis + 19,
            "\" dx=\"",
            0,
        );
        out.text(&label);
        out.raw("</text>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        for (y, m, d, want) in
            [(1970, 1, 1, 0), (2000, 3, 1, 11_017), (1969, 12, 31, -1), (2026, 6, 2, 20_606)]
        {
            assert_eq!(days_from_epoch(Date::constant(y, m, d)), want);
        }
    }
}
