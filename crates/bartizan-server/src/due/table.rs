//! The list as a table, for a spreadsheet or a ticket system.

use bartizan_clearinghouse::priority::{Asked, When};
use bartizan_clearinghouse::time;

use super::{Line, List};

/// A date, or that there is none.
fn when(when: When) -> String {
    match when {
        When::By(at) => time::text(at).get(..10).unwrap_or_default().to_owned(),
        When::OnUpgrade => "with the next upgrade".into(),
    }
}

/// RFC 4180; no cell is read as a formula.
pub(crate) fn csv(list: &List, lines: &[&Line]) -> String {
    let head = [
        "id",
        "state",
        "due",
        "due_at_latest",
        "forensics",
        "verdict",
        "vulnerability",
        "title",
        "inventory",
        "asset",
        "exposed",
        "owner",
        "location",
        "component",
        "version",
        "identifier",
        "advisories",
        "fix",
        "until_then",
        "excepted_until",
        "closed",
        "evidence",
    ];
    let mut text = String::new();
    bartizan_stix::csv::row(&mut text, head);
    for line in lines {
        let item = list.item(line);
        let joined = |parts: Vec<String>| parts.join("; ");
        let advisories = item.because.iter().map(|because| list.notices()[because.notice].id.clone());
        let mut advisories: Vec<String> = advisories.collect();
        advisories.sort();
        advisories.dedup();
        let remedies = |all: &[bartizan_clearinghouse::due::Remedy]| {
            joined(all.iter().map(|r| r.details.clone()).collect())
        };
        let row: Vec<String> = vec![
            item.id.clone(),
            line.state.to_string(),
            when(item.due.earliest),
            when(item.due.latest),
            match item.due.forensics {
                Asked::No => "no",
                Asked::Perhaps => "perhaps",
                Asked::Yes => "yes",
            }
            .into(),
            item.verdict.as_str().into(),
            item.vulnerability.clone(),
            item.title.clone(),
            list.inventory(item).holding.title.clone(),
            item.asset.clone(),
            item.exposure.as_str().into(),
            item.owner.clone().unwrap_or_default(),
            item.location.clone().unwrap_or_default(),
            item.component.clone(),
            joined(item.places.iter().map(|place| place.version.clone()).collect()),
            item.identifier.clone(),
            joined(advisories),
            remedies(&item.fixes),
            remedies(&item.bridges),
            line.exception.as_ref().map(|e| time::text(e.said.until)).unwrap_or_default(),
            line.closure.as_ref().map(|c| c.said.how.to_string()).unwrap_or_default(),
            line.closure.as_ref().map(|c| c.said.evidence.clone()).unwrap_or_default(),
        ];
        bartizan_stix::csv::row(&mut text, row);
    }
    text
}
