//! Items in words.

use bartizan_clearinghouse::due::Item;
use bartizan_clearinghouse::priority::{Asked, Known, When};
use bartizan_clearinghouse::time;
use bartizan_product::matching::Verdict;
use bartizan_workbench::DueLine;

use super::DAY;
use crate::due::{Line, List};

pub(super) fn day(at: i64) -> String {
    time::text(at).get(..10).unwrap_or_default().to_owned()
}

pub(super) fn when(when: When) -> String {
    match when {
        When::By(at) => day(at),
        When::OnUpgrade => "with the next upgrade".into(),
    }
}

/// How far a time is from now, in days.
pub(super) fn away(at: i64, now: i64) -> String {
    match (at - now).div_euclid(DAY) {
        -1 | 0 => "today".into(),
        n if n < 0 => format!("{} days ago", -n),
        1 => "tomorrow".into(),
        n => format!("in {n} days"),
    }
}

pub(super) fn forensics(asked: Asked) -> String {
    match asked {
        Asked::No => String::new(),
        Asked::Perhaps => "look for signs of compromise, unless it turns out that it is not asked for".into(),
        Asked::Yes => "look for signs of compromise".into(),
    }
}

pub(super) fn possible(known: &Known) -> String {
    let names = known.values.iter().filter_map(|v| known.point.values.get(usize::from(v)));
    names.map(|value| value.name.clone()).collect::<Vec<_>>().join(" or ")
}

pub(super) fn why(item: &Item) -> Vec<String> {
    let mut all = Vec::new();
    for known in &item.decision.known {
        if known.evidence.is_empty() {
            all.push(format!("{}: not known", known.point.name));
        }
        for evidence in &known.evidence {
            let (words, day) = (&evidence.words, day(evidence.date));
            all.push(format!(
                "{}: {}; {words} ({}, {day})",
                known.point.name,
                possible(known),
                evidence.source
            ));
        }
    }
    all
}

pub(super) fn line(list: &List, line: &Line) -> DueLine {
    let item = list.item(line);
    let mut versions: Vec<&str> = item.places.iter().map(|place| place.version.as_str()).collect();
    versions.dedup();
    DueLine {
        id: item.id.clone(),
        state: line.state.to_string(),
        vulnerability: item.vulnerability.clone(),
        title: item.title.clone(),
        component: item.component.clone(),
        versions: versions.join(", "),
        asset: item.asset.clone(),
        inventory: list.inventory(item).holding.title.clone(),
        exposed: item.exposure.as_str().into(),
        certain: item.verdict == Verdict::Affected,
        exact: item.due.earliest == item.due.latest,
        latest: when(item.due.latest),
        forensics: forensics(item.due.forensics),
        fix: item.fixes.first().map(|fix| fix.details.clone()).unwrap_or_default(),
        why: why(item),
        proposed: line.proposed(),
    }
}
