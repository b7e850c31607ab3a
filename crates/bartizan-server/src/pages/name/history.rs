//! When a name was in reports.

use bartizan_workbench::Moment;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Most months of a history; what is older is in the first of them.
const MOST: usize = 60;

/// First and last day, and reports a month without gaps.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct History {
    pub(super) seen: Option<(Moment, Moment)>,
    pub(super) months: Vec<(String, u64)>,
}

/// Of the days of publication as reports say them (a report that says none counts by when it came).
pub(super) fn history(days: &[(String, i64)]) -> History {
    let mut days: Vec<Date> =
        days.iter().filter_map(|(said, came)| day(said).or_else(|| at(*came))).collect();
    days.sort_unstable();
    let (Some(first), Some(last)) = (days.first().copied(), days.last().copied()) else {
        return History::default();
    };
    let mut months: Vec<(Date, u64)> = Vec::new();
    let mut month = last.first_of_month();
    while month >= first.first_of_month() && months.len() < MOST {
        months.push((month, 0));
        let Ok(before) = month.checked_sub(1.month()) else { break };
        month = before;
    }
    months.reverse();
    for day in days {
        let at = months.partition_point(|(month, _)| *month <= day).max(1) - 1;
        if let Some((_, n)) = months.get_mut(at) {
            *n += 1;
        }
    }
    let moment = |day: Date| {
        let zoned = day.to_zoned(TimeZone::UTC).map(|z| z.timestamp().as_microsecond());
        Moment(zoned.unwrap_or_default())
    };
    let word = |(month, n): (Date, u64)| (month.strftime("%Y-%m").to_string(), n);
    History { seen: Some((moment(first), moment(last))), months: months.into_iter().map(word).collect() }
}

fn day(text: &str) -> Option<Date> {
    let day: Date = text.get(..10)?.parse().ok()?;
    // A year that no report is of would make a history of nothing but gaps.
    (1990..=2100).contains(&day.year()).then_some(day)
}

fn at(microseconds: i64) -> Option<Date> {
    Some(Timestamp::from_microsecond(microseconds).ok()?.to_zoned(TimeZone::UTC).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_no_gaps_and_reports_without_a_day_count_by_when_they_came() {
        // 1,772,623,205 s is 2026-03-04.
        let days = [
            ("2025-12-31".to_owned(), 0),
            (String::new(), 1_772_623_205_000_000),
            ("0001-01-01".to_owned(), 1_772_623_205_000_000),
        ];
        let History { seen, months } = history(&days);
        let months: Vec<(&str, u64)> = months.iter().map(|(m, n)| (m.as_str(), *n)).collect();
        assert_eq!(months, [("2025-12", 1), ("2026-01", 0), ("2026-02", 0), ("2026-03", 2)]);
        let (first, last) = seen.expect("days");
        assert_eq!((first.0 / 86_400_000_000, last.0 / 86_400_000_000), (20_453, 20_516));
        assert_eq!(history(&[]), History::default());
        let long = [("1999-01-01".to_owned(), 0), ("2026-03-04".to_owned(), 0)];
        let months = history(&long).months;
        assert_eq!((months.len(), months[0].1, months[59].1), (60, 1, 1), "what is older is in the first");
    }
}
