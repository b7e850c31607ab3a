//! The dates of the list, for calendars.

use bartizan_clearinghouse::due::State;
use bartizan_clearinghouse::priority::When;
use bartizan_product::matching::Verdict;

use super::{Line, List};
use crate::ics::{At, Entry, calendar};

/// Most dates of a file: what comes first.
const MOST: usize = 5_000;

/// What is to be done on which day: open items on their earliest date, those that were put off on the day when that ends. What is closed,
/// and what waits for the next upgrade, has no date. `base` is the node's address.
pub(crate) fn ics(list: &List, lines: &[&Line], base: &str, now: i64) -> String {
    let mut dated: Vec<(i64, &Line)> =
        lines.iter().filter_map(|line| Some((date(list, line)?, *line))).collect();
    dated.sort_by(|a, b| (a.0, &list.item(a.1).id).cmp(&(b.0, &list.item(b.1).id)));
    dated.truncate(MOST);
    let entries: Vec<Entry> = dated.into_iter().map(|(at, line)| entry(list, line, at, base)).collect();
    calendar("Due", now, &entries)
}

fn date(list: &List, line: &Line) -> Option<i64> {
    match (line.state, list.item(line).due.earliest, &line.exception) {
        (State::Closed, _, _) => None,
        (State::Excepted, _, Some(word)) => Some(word.said.until),
        (_, When::By(at), _) => Some(at),
        (_, When::OnUpgrade, _) => None,
    }
}

fn entry(list: &List, line: &Line, at: i64, base: &str) -> Entry {
    let item = list.item(line);
    let mut versions: Vec<&str> = item.places.iter().map(|place| place.version.as_str()).collect();
    versions.dedup();
    let what =
        format!("{} in {} {} on {}", item.vulnerability, item.component, versions.join(", "), item.asset);
    let summary = match line.state {
        State::Overdue => format!("overdue: {what}"),
        State::Excepted => format!("put off until today: {what}"),
        State::Open | State::Closed => what,
    };
    let mut told = vec![item.title.clone()];
    if item.verdict == Verdict::Unknown {
        told.push("Perhaps affected.".into());
    }
    told.extend(item.fixes.first().map(|fix| fix.details.clone()));
    told.retain(|text| !text.is_empty());
    Entry {
        of: (item.id.clone(), "due".into()),
        at: At::Day(at),
        summary,
        description: told.join("\n"),
        url: format!("{base}/due/{}", item.id),
    }
}
