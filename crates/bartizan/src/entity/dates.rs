//! Dates as reports write them, normalised to a first and a last possible day.
//!
//! Month, day and year in any usual order, months, quarters, halves, years, ranges, "early" and "late", and words
//! relative to the day of publication, which are read only when that day is known.

use super::prose::{Line, Prose, Shape, Words, words};
use crate::Span;
use jiff::ToSpan;
use jiff::civil::{Date, date};

/// A date in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DateHit {
    /// Words covered.
    pub from: usize,
    pub to: usize,
    pub span: Span,
    pub earliest: Option<Date>,
    pub latest: Option<Date>,
    /// Year alone, without a day or month.
    pub year_only: bool,
}

/// Words after which a bare year or month is a date.
const BEFORE: &Words = words!(
    "in since during until till by from after before of early late mid to between and through throughout
     around least last spring summer fall autumn winter back year than on"
);

/// All dates of one sentence, leftmost and longest, in order.
pub(super) fn find(prose: &Prose<'_>, line: &Line, published: Option<Date>) -> Vec<DateHit> {
    let reader = Reader { prose, line, published };
    let mut hits: Vec<DateHit> = Vec::new();
    let mut i = line.from;
    while i < line.to {
        let hit = if reader.may_start(i) { reader.date(i) } else { None };
        match hit {
            Some((to, point)) => {
                let (from, point) = reader.soften(i, point);
                hits.push(DateHit {
                    from,
                    to,
                    span: reader.span(from, to),
                    earliest: Some(point.first),
                    latest: Some(point.last),
                    year_only: point.grain == Grain::Year,
                });
                i = to;
            }
            None => i += 1,
        }
    }
    let mut hits = reader.ranges(hits);
    for hit in &mut hits {
        reader.open_ended(hit);
    }
    hits
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grain {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    first: Date,
    last: Date,
    grain: Grain,
    /// The year was taken from the day of publication.
    guessed_year: bool,
}

struct Reader<'a, 'd> {
    prose: &'a Prose<'d>,
    line: &'a Line,
    published: Option<Date>,
}

impl Reader<'_, '_> {
    fn span(&self, from: usize, to: usize) -> Span {
        self.prose.span(from, to)
    }

    /// Cheap gate: digits, a capital, or one of the relative words.
    fn may_start(&self, i: usize) -> bool {
        let Some(word) = self.prose.words.get(i) else { return false };
        if word.masked && !self.prose.word(i).starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        match word.shape {
            Shape::Number | Shape::Title => true,
            Shape::Upper => word.span().len() >= 2,
            Shape::Mixed => self.prose.word(i).starts_with(|c: char| c.is_ascii_digit()),
            Shape::Lower => {
                let text = self.prose.word(i);
                text.starts_with(|c: char| c.is_ascii_digit())
                    || self.prose.is(
                        i,
                        words!(
                            "yesterday last this earlier the today a two three four several first second
                             third fourth"
                        ),
                    )
            }
        }
    }

    fn number(&self, i: usize) -> Option<i16> {
        let word = if i < self.line.to { self.prose.word(i) } else { "" };
        (word.len() <= 4 && word.bytes().all(|b| b.is_ascii_digit())).then(|| word.parse().ok()).flatten()
    }

    /// `2`, `02`, `2nd`, `02T12`
    fn day(&self, i: usize) -> Option<i8> {
        let word = if i < self.line.to { self.prose.word(i) } else { "" };
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let rest = word.get(digits..)?;
        let suffix = rest.is_empty()
            || ["st", "nd", "rd", "th"].iter().any(|s| s.eq_ignore_ascii_case(rest))
            || (rest.starts_with('T')
                && rest.get(1..).is_some_and(|r| r.bytes().all(|b| b.is_ascii_digit())));
        if !(1..=2).contains(&digits) || !suffix {
            return None;
        }
        word.get(..digits)?.parse().ok().filter(|d| (1..=31).contains(d))
    }

    fn year(&self, i: usize) -> Option<i16> {
        let word = if i < self.line.to { self.prose.word(i) } else { "" };
        if word.len() != 4 {
            return None;
        }
        self.number(i).filter(|y| (1985..=2100).contains(y))
    }

    /// `June`, `Jun`, `JUNE`
    fn month(&self, i: usize) -> Option<i8> {
        if i >= self.line.to || !self.prose.capital(i) {
            return None;
        }
        let word = self.prose.word(i);
        if !word.is_ascii() || word.len() < 3 {
            return None;
        }
        let at = crate::MONTHS.iter().position(|m| {
            m.eq_ignore_ascii_case(word)
                || ((word.len() == 3 || word.eq_ignore_ascii_case("sept"))
                    && m.get(..word.len()).is_some_and(|p| p.eq_ignore_ascii_case(word)))
        })?;
        i8::try_from(at + 1).ok()
    }

    fn gap(&self, i: usize, allowed: &[&str]) -> bool {
        allowed.contains(&self.prose.gap(i))
    }

    fn blank(&self, i: usize) -> bool {
        self.gap(i, &[" ", "\u{a0}", "\n", "  ", ". "])
    }

    fn comma(&self, i: usize) -> bool {
        self.gap(i, &[" ", ", ", "\u{a0}", "\n", "  ", ",", " , ", ",\u{a0}"])
    }

    /// A date that starts at word `i`: one past its last word, and what it means.
    fn date(&self, i: usize) -> Option<(usize, Point)> {
        self.iso(i)
            .or_else(|| self.month_first(i))
            .or_else(|| self.day_first(i))
            .or_else(|| self.part_of_year(i))
            .or_else(|| self.bare_year(i))
            .or_else(|| self.relative(i))
    }

    fn iso(&self, i: usize) -> Option<(usize, Point)> {
        let before = if i > self.line.from { self.prose.gap(i - 1) } else { " " };
        if before.ends_with(['-', '/', '.', '=', '&']) {
            return None;
        }
        if let Some(y) = self.year(i) {
            let sep = self.prose.gap(i);
            if !matches!(sep, "-" | "/" | "\u{2011}") || self.prose.gap(i + 1) != sep {
                return None;
            }
            let m = self.number(i + 1).filter(|_| self.prose.word(i + 1).len() <= 2)?;
            let d = self.day(i + 2)?;
            return day_point(y, i8::try_from(m).ok()?, d).map(|p| (i + 3, p));
        }
        // `25/06/2026`, `06/25/2026`: read only where just one order is possible.
        if self.prose.gap(i) == "/" && self.prose.gap(i + 1) == "/" {
            let (a, b, y) = (self.day(i)?, self.day(i + 1)?, self.year(i + 2)?);
            let point = match (a > 12, b > 12) {
                (true, false) => day_point(y, b, a),
                (false, true) => day_point(y, a, b),
                _ if a == b => day_point(y, a, b),
                _ => None,
            };
            return point.map(|p| (i + 3, p));
        }
        None
    }

    /// `June 2, 2026`, `June 2`, `June 2026`, `June of 2026`, `June`
    fn month_first(&self, i: usize) -> Option<(usize, Point)> {
        let m = self.month(i)?;
        if self.blank(i)
            && let Some(d) = self.day(i + 1)
        {
            if self.comma(i + 1)
                && let Some(y) = self.year(i + 2)
            {
                return day_point(y, m, d).map(|p| (i + 3, p));
            }
            // `June 2-5, 2026`
            if matches!(self.prose.gap(i + 1), "-" | "–" | " - " | " – " | " to " | "—")
                && let (Some(last), Some(y)) = (self.day(i + 2), self.year(i + 3))
                && self.comma(i + 2)
            {
                let (a, b) = (day_point(y, m, d)?, day_point(y, m, last)?);
                return (a.first <= b.last).then_some((i + 4, Point { last: b.last, ..a }));
            }
            if !self.followed_by_number(i + 1) {
                return self.without_year(m, Some(d)).map(|p| (i + 2, p));
            }
            return None;
        }
        if self.comma(i)
            && let Some(y) = self.year(i + 1)
        {
            return month_point(y, m).map(|p| (i + 2, p));
        }
        if self.blank(i)
            && self.prose.is(i + 1, words!("of"))
            && i + 1 < self.line.to
            && self.blank(i + 1)
            && let Some(y) = self.year(i + 2)
        {
            return month_point(y, m).map(|p| (i + 3, p));
        }
        // A month alone: `in October`. `May` and `March` are verbs too, so the preposition must be a clear one.
        let clear: &Words = if matches!(m, 3 | 5) {
            words!("in since early late mid until during between last")
        } else {
            words!("in since early late mid until during between last by from of and to")
        };
        let full = self.prose.word(i).len() > 3 || m == 5;
        if full
            && i > self.line.from
            && self.prose.is(i - 1, clear)
            && matches!(self.prose.gap(i - 1), " " | "-" | "\u{a0}")
        {
            let next_title = self.prose.gap(i) == " "
                && matches!(self.prose.shape(i + 1), Shape::Title | Shape::Mixed)
                && i + 1 < self.line.to;
            if !next_title {
                return self.without_year(m, None).map(|p| (i + 1, p));
            }
        }
        None
    }

    fn followed_by_number(&self, i: usize) -> bool {
        i + 1 < self.line.to
            && self.prose.gap(i).len() == 1
            && self.prose.gap(i) != " "
            && self.number(i + 1).is_some()
    }

    /// `2 June 2026`, `27th of February of 2020`, `2 June`
    fn day_first(&self, i: usize) -> Option<(usize, Point)> {
        let d = self.day(i)?;
        if i > self.line.from && self.prose.gap(i - 1).ends_with(['.', '-', ':', '/']) {
            return None;
        }
        let mut k = i + 1;
        if self.gap(i, &[" ", "\u{a0}"]) && self.prose.is(k, words!("of")) && k < self.line.to {
            k += 1;
        }
        if !self.gap(k - 1, &[" ", "-", "\u{a0}", "\n"]) {
            return None;
        }
        let m = self.month(k)?;
        let mut y = k + 1;
        if self.prose.is(y, words!("of")) && y < self.line.to {
            y += 1;
        }
        if self.gap(y - 1, &[" ", ", ", "-", "\u{a0}", "\n"])
            && let Some(year) = self.year(y)
        {
            return day_point(year, m, d).map(|p| (y + 1, p));
        }
        if self.prose.word(k).len() < 4 && m != 5 {
            return None;
        }
        self.without_year(m, Some(d)).map(|p| (k + 1, p))
    }

    /// Year of a month or day that is given without one: the last such before publication.
    fn without_year(&self, m: i8, d: Option<i8>) -> Option<Point> {
        let published = self.published?;
        let point = |y| match d {
            Some(d) => day_point(y, m, d),
            None => month_point(y, m),
        };
        let mut p = point(published.year())?;
        // Up to three months ahead is read as an announcement, later ones as last year's.
        if p.first > published.checked_add(92.days()).unwrap_or(published) {
            p = point(published.year() - 1)?;
        }
        p.guessed_year = true;
        Some(p)
    }

    /// `Q2 2026`, `second quarter of 2026`, `H1 2026`, `first half of 2026`
    fn part_of_year(&self, i: usize) -> Option<(usize, Point)> {
        let word = self.prose.word(i);
        let (size, n, mut k) = match word.as_bytes() {
            [b'Q' | b'q', n @ b'1'..=b'4'] => (3, n - b'0', i + 1),
            [b'H' | b'h', n @ b'1'..=b'2'] => (6, n - b'0', i + 1),
            _ => {
                let n = ["first", "second", "third", "fourth"]
                    .iter()
                    .position(|w| w.eq_ignore_ascii_case(word))?;
                let size = if self.prose.is(i + 1, words!("quarter")) {
                    3
                } else if self.prose.is(i + 1, words!("half")) && n < 2 {
                    6
                } else {
                    return None;
                };
                (size, u8::try_from(n).ok()? + 1, i + 2)
            }
        };
        while k < self.line.to && self.prose.is(k, words!("of the year")) {
            k += 1;
        }
        let y = self.year(k)?;
        let n = i8::try_from(n).ok()?;
        let first = Date::new(y, (n - 1) * size + 1, 1).ok()?;
        let last = Date::new(y, n * size, 1).ok()?.last_of_month();
        Some((k + 1, Point { first, last, grain: Grain::Quarter, guessed_year: false }))
    }

    fn bare_year(&self, i: usize) -> Option<(usize, Point)> {
        let y = self.year(i)?;
        if i == self.line.from
            || !self.prose.is(i - 1, BEFORE)
            || !matches!(self.prose.gap(i - 1), " " | "-" | "\u{a0}" | "\n")
        {
            return None;
        }
        // `in 2019-nCoV`, `of 2016 servers`, `in 2021.3`
        let next = self.prose.gap(i);
        let number =
            next.len() == 1 && next != " " && i + 1 < self.line.to && !matches!(next, "," | "–" | "-" | "/");
        let counted =
            self.prose.is(i - 1, words!("of than on to and least after before between from around"))
                && next == " "
                && i + 1 < self.line.to
                && self.prose.shape(i + 1) == Shape::Lower
                && !self.prose.is(
                    i + 1,
                    words!(
                    "and to the as in when by with a is was were has for that through until but we or have
                     which on onward onwards"
                ),
                );
        if number || counted {
            return None;
        }
        let first = Date::new(y, 1, 1).ok()?;
        Some((i + 1, Point { first, last: first.last_of_year(), grain: Grain::Year, guessed_year: false }))
    }

    /// `yesterday`, `last week`, `two weeks ago`: only with a known day of publication.
    fn relative(&self, i: usize) -> Option<(usize, Point)> {
        let today = self.published?;
        let day = |d: Date| Point { first: d, last: d, grain: Grain::Day, guessed_year: false };
        if self.prose.is(i, words!("yesterday")) {
            return Some((i + 1, day(today.yesterday().ok()?)));
        }
        let unit = |k: usize| -> Option<&'static str> {
            let units = ["day", "week", "month", "year"];
            (k < self.line.to)
                .then(|| {
                    units.into_iter().find(|u| {
                        self.prose.word(k).eq_ignore_ascii_case(u)
                            || self.prose.word(k).strip_suffix('s').is_some_and(|w| w.eq_ignore_ascii_case(u))
                    })
                })
                .flatten()
        };
        let whole = |u: &str, back: i32| -> Option<Point> {
            let (first, last, grain) = match u {
                "week" => {
                    let monday =
                        today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
                    let first = monday.checked_sub(back.weeks()).ok()?;
                    (first, first.checked_add(6.days()).ok()?, Grain::Week)
                }
                "month" => {
                    let first = today.first_of_month().checked_sub(back.months()).ok()?;
                    (first, first.last_of_month(), Grain::Month)
                }
                "year" => {
                    let first = today.first_of_year().checked_sub(back.years()).ok()?;
                    (first, first.last_of_year(), Grain::Year)
                }
                _ => return None,
            };
            Some(Point { first, last, grain, guessed_year: false })
        };
        if self.prose.is(i, words!("last")) && self.prose.gap(i) == " " {
            return whole(unit(i + 1).filter(|_| !self.prose.word(i + 1).ends_with('s'))?, 1)
                .map(|p| (i + 2, p));
        }
        if self.prose.is(i, words!("this")) && self.prose.gap(i) == " " {
            return whole(unit(i + 1).filter(|_| !self.prose.word(i + 1).ends_with('s'))?, 0)
                .map(|p| (i + 2, p));
        }
        let count = match self.prose.word(i).to_ascii_lowercase().as_str() {
            "a" => 1,
            "two" => 2,
            "three" => 3,
            "four" => 4,
            _ => self.number(i).map(i32::from).filter(|n| (1..=90).contains(n))?,
        };
        let u = unit(i + 1)?;
        if !(self.prose.gap(i) == " " && self.prose.is(i + 2, words!("ago")) && i + 2 < self.line.to) {
            return None;
        }
        let point = match u {
            "day" => day(today.checked_sub(count.days()).ok()?),
            _ => whole(u, count)?,
        };
        Some((i + 3, point))
    }

    /// `early`, `mid-`, `late`, `the end of` before a month or a year narrow it.
    fn soften(&self, i: usize, p: Point) -> (usize, Point) {
        if i == self.line.from || !matches!(self.prose.gap(i - 1), " " | "-" | "\u{2011}" | " - ") {
            return (i, p);
        }
        let (mut from, mut word) = (i - 1, i - 1);
        if self.prose.is(word, words!("of")) && word > self.line.from {
            word -= 1;
            from -= 1;
        }
        let part = if self.prose.is(word, words!("early beginning start")) {
            0
        } else if self.prose.is(word, words!("mid middle")) {
            1
        } else if self.prose.is(word, words!("late end")) {
            2
        } else {
            return (i, p);
        };
        if self.prose.is(i - 1, words!("of")) && !self.prose.is(word, words!("beginning start middle end")) {
            return (i, p);
        }
        let thirds = |days: [i8; 2]| -> Option<(Date, Date)> {
            let (y, m) = (p.first.year(), p.first.month());
            let last = p.first.last_of_month();
            Some(match part {
                0 => (p.first, Date::new(y, m, days[0]).ok()?),
                1 => (Date::new(y, m, days[0] + 1).ok()?, Date::new(y, m, days[1]).ok()?),
                _ => (Date::new(y, m, days[1] + 1).ok()?, last),
            })
        };
        let narrowed = match p.grain {
            Grain::Month => thirds([10, 20]),
            Grain::Year => {
                let y = p.first.year();
                let (a, b) = [(1, 4), (5, 8), (9, 12)].get(part).copied().unwrap_or((1, 12));
                Some((date(y, a, 1), date(y, b, 1).last_of_month()))
            }
            _ => None,
        };
        match narrowed {
            Some((first, last)) => (
                from,
                Point {
                    first,
                    last,
                    grain: if p.grain == Grain::Year { Grain::Month } else { p.grain },
                    ..p
                },
            ),
            None => (i, p),
        }
    }

    /// Joins `between March and May 2025`, `from 2019 to 2021`, `March–May 2025`.
    fn ranges(&self, hits: Vec<DateHit>) -> Vec<DateHit> {
        let mut out: Vec<DateHit> = Vec::with_capacity(hits.len());
        for hit in hits {
            let start = out.last().map(|last| (last.to, last.earliest));
            if let Some((end, Some(earliest))) = start
                && self.range_words(end, hit.from, out.last().map_or(0, |h| h.from))
                && hit.latest.is_some_and(|l| l >= earliest)
                && let Some(last) = out.last_mut()
            {
                last.to = hit.to;
                last.latest = hit.latest;
                last.span = self.prose.span(last.from, hit.to);
                last.year_only = last.year_only && hit.year_only;
                continue;
            }
            // `June 2 to June 5, 2024`
            if hit.from >= self.line.from + 3
                && self.prose.is(hit.from - 1, words!("to through and until"))
                && let (Some(m), Some(d), Some(latest)) =
                    (self.month(hit.from - 3), self.day(hit.from - 2), hit.latest)
                && let Some(p) = day_point(latest.year(), m, d)
                && p.first <= latest
                && out.last().is_none_or(|h| h.to <= hit.from - 3)
            {
                let from = hit.from - 3;
                let span = self.prose.span(from, hit.to);
                out.push(DateHit { from, span, earliest: Some(p.first), ..hit });
                continue;
            }
            // `between March and May 2025`: the first month has no year of its own.
            let mut hit = hit;
            if let Some((from, m)) = self.month_before(hit.from)
                && let Some(latest) = hit.latest
            {
                let y = hit.earliest.unwrap_or(latest).year();
                if let Some(p) = month_point(y, m)
                    && p.first <= latest
                    && out.last().is_none_or(|h| h.to <= from)
                {
                    hit.from = from;
                    hit.earliest = Some(p.first);
                    hit.span = self.prose.span(from, hit.to);
                }
            }
            out.push(hit);
        }
        out
    }

    /// `between A and B`, `from A to B`, `A–B`, `A through B`
    fn range_words(&self, end: usize, start: usize, first: usize) -> bool {
        match start.checked_sub(end) {
            Some(0) => matches!(self.prose.gap(end - 1), "-" | "–" | " – " | " - " | "—"),
            Some(1) => {
                self.prose.is(end, words!("to through until"))
                    || (self.prose.is(end, words!("and"))
                        && first > self.line.from
                        && self.prose.is(first - 1, words!("between")))
            }
            _ => false,
        }
    }

    /// A month without a year that a range joins to the date at `at`.
    fn month_before(&self, at: usize) -> Option<(usize, i8)> {
        let k = at.checked_sub(1)?;
        if k < self.line.from {
            return None;
        }
        if matches!(self.prose.gap(k), "-" | "–" | " – " | "—") {
            return self.month(k).map(|m| (k, m));
        }
        let before = k.checked_sub(1).filter(|b| *b >= self.line.from)?;
        let m = self.month(before)?;
        let opens = before > self.line.from && self.prose.is(before - 1, words!("between from"));
        (opens && self.prose.is(k, words!("and to through until"))).then_some((before, m))
    }

    /// `since 2023`, `until May 2025`: one end is open.
    fn open_ended(&self, hit: &mut DateHit) {
        let mut k = hit.from;
        for _ in 0..3 {
            let Some(b) = k.checked_sub(1).filter(|b| *b >= self.line.from) else { return };
            if self.prose.is(b, words!("since")) {
                hit.latest = None;
                hit.from = b;
                hit.span = self.prose.span(b, hit.to);
                return;
            }
            if self.prose.is(b, words!("until till")) && b + 1 == hit.from {
                hit.earliest = None;
                return;
            }
            if !self.prose.is(b, words!("at least as early the of")) {
                return;
            }
            k = b;
        }
    }
}

fn day_point(y: i16, m: i8, d: i8) -> Option<Point> {
    let day = Date::new(y, m, d).ok()?;
    Some(Point { first: day, last: day, grain: Grain::Day, guessed_year: false })
}

fn month_point(y: i16, m: i8) -> Option<Point> {
    let first = Date::new(y, m, 1).ok()?;
    Some(Point { first, last: first.last_of_month(), grain: Grain::Month, guessed_year: false })
}
