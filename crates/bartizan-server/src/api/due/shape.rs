//! What the list looks like outside.

use bartizan_clearinghouse::due::{Because, Remedy};
use bartizan_clearinghouse::priority::{Asked, Decision, Known};
use bartizan_clearinghouse::time;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::ask::Asker;
use super::super::shapes::Named;
use super::{Date, date};
use crate::due::{Decided, Line, List, Rule, Word};

/// Something to do.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DueItem")]
pub(super) struct Due {
    id: String,
    /// `open`, `overdue`, `excepted`, `closed`.
    state: String,
    inventory: Named,
    asset: String,
    /// Whether the asset can be reached from the internet: `yes`, `no`, `unknown`.
    exposed: String,
    owner: Option<String>,
    location: Option<String>,
    component: String,
    /// Package URL without version, or CPE name.
    identifier: String,
    versions: Vec<String>,
    vulnerability: String,
    title: String,
    /// `affected`, or `unknown`: it cannot be told.
    verdict: String,
    /// The earliest date that is possible by what is known: what to plan for.
    due: Date,
    /// The latest; the same if everything is known that matters.
    due_at_latest: Date,
    /// Whether to look for signs of compromise: `no`, `perhaps`, `yes`.
    forensics: String,
    /// Keys of the possible outcomes of BOD 26-04: `FSU`, `60D`, `14D`, `3D`, `3DF`.
    outcomes: Vec<String>,
    /// From when the days count.
    #[schemars(extend("format" = "date-time"))]
    since: String,
    exception: Option<Excepted>,
    closure: Option<Closed>,
    /// The newer document does not have it any more: the evidence to close it with.
    proposed_evidence: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DueException")]
struct Excepted {
    reason: String,
    #[schemars(extend("format" = "date-time"))]
    until: String,
    by: Option<Named>,
    #[schemars(extend("format" = "date-time"))]
    at: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DueClosure")]
pub(super) struct Closed {
    how: String,
    evidence: String,
    by: Option<Named>,
    #[schemars(extend("format" = "date-time"))]
    pub(super) at: String,
}

/// Something that was done and is in no inventory any more.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PastDueItem")]
pub(super) struct Past {
    pub(super) id: String,
    asset: String,
    component: String,
    versions: Vec<String>,
    vulnerability: String,
    title: String,
    pub(super) closed: Closed,
}

/// An item with everything.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WholeDueItem")]
pub(super) struct Whole {
    #[serde(flatten)]
    line: Due,
    /// Each decision point, what is known of it, and from where.
    why: Vec<Point>,
    /// What to find out, and what would follow.
    find_out: Vec<Find>,
    advisories: Vec<Said>,
    /// What removes it.
    fix: Vec<Help>,
    /// What helps until then.
    until_then: Vec<Help>,
    /// What the publishers say of a fix that is not there.
    outlook: Vec<Help>,
    /// Rules of your library with which signs of exploitation are hunted.
    hunt: Vec<HuntRule>,
    /// Where the component stands in the document.
    places: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DuePoint")]
struct Point {
    id: String,
    name: String,
    /// Keys of the values that are possible.
    possible: Vec<String>,
    /// Whether the sources contradict each other.
    disagree: bool,
    evidence: Vec<Source>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DueEvidence")]
struct Source {
    source: String,
    #[schemars(extend("format" = "date-time"))]
    date: String,
    words: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DueFind")]
struct Find {
    point: String,
    value: String,
    /// Keys of the outcomes there would be.
    outcomes: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DueAdvisory")]
struct Said {
    /// The advisory on this node.
    id: String,
    tracking: String,
    title: String,
    publisher: String,
    version: String,
    #[schemars(extend("format" = "date-time"))]
    published: String,
    /// `affected`, `not affected`, `unknown`.
    verdict: String,
    /// A stable word, see docs/inventories.md.
    reason: String,
    /// The comparison that decided.
    comparison: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DueHelp")]
struct Help {
    /// A word of CSAF: `vendor_fix`, `workaround`, …
    kind: String,
    details: String,
    url: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DueHuntRule")]
struct HuntRule {
    report: String,
    rule: String,
    title: String,
    level: String,
    proven: bool,
}

fn closed(asker: &Asker, word: &Word<bartizan_clearinghouse::due::Closure>) -> Closed {
    Closed {
        how: word.said.how.to_string(),
        evidence: word.said.evidence.clone(),
        by: asker.person(word.person),
        at: time::text(word.at),
    }
}

pub(super) fn due_shape(asker: &Asker, list: &List, line: &Line) -> Due {
    let item = list.item(line);
    let inventory = list.inventory(item);
    let mut versions: Vec<String> = item.places.iter().map(|place| place.version.clone()).collect();
    versions.dedup();
    let forensics = match item.due.forensics {
        Asked::No => "no",
        Asked::Perhaps => "perhaps",
        Asked::Yes => "yes",
    };
    Due {
        id: item.id.clone(),
        state: line.state.to_string(),
        inventory: Named { id: inventory.entry.uuid.clone(), name: inventory.holding.title.clone() },
        asset: item.asset.clone(),
        exposed: item.exposure.as_str().into(),
        owner: item.owner.clone(),
        location: item.location.clone(),
        component: item.component.clone(),
        identifier: item.identifier.clone(),
        versions,
        vulnerability: item.vulnerability.clone(),
        title: item.title.clone(),
        verdict: item.verdict.as_str().into(),
        due: date(item.due.earliest),
        due_at_latest: date(item.due.latest),
        forensics: forensics.into(),
        outcomes: item.decision.keys().into_iter().map(str::to_owned).collect(),
        since: time::text(item.since),
        exception: line.exception.as_ref().map(|word| Excepted {
            reason: word.said.reason.clone(),
            until: time::text(word.said.until),
            by: asker.person(word.person),
            at: time::text(word.at),
        }),
        closure: line.closure.as_ref().map(|word| closed(asker, word)),
        proposed_evidence: line.proposed().then(|| list.evidence(item)),
    }
}

pub(super) fn past(asker: &Asker, decided: &Decided) -> Past {
    let subject = &decided.subject;
    Past {
        id: decided.item.clone(),
        asset: subject.asset.clone(),
        component: subject.component.clone(),
        versions: subject.versions.clone(),
        vulnerability: subject.vulnerability.clone(),
        title: subject.title.clone(),
        closed: closed(asker, &decided.word),
    }
}

fn points(decision: &Decision) -> Vec<Point> {
    let point = |known: &Known| Point {
        id: known.point.id.clone(),
        name: known.point.name.clone(),
        possible: known.keys().into_iter().map(str::to_owned).collect(),
        disagree: known.disagree,
        evidence: known
            .evidence
            .iter()
            .map(|e| Source { source: e.source.clone(), date: time::text(e.date), words: e.words.clone() })
            .collect(),
    };
    decision.known.iter().map(point).collect()
}

fn help(all: &[Remedy]) -> Vec<Help> {
    let one = |r: &Remedy| Help { kind: r.kind.to_string(), details: r.details.clone(), url: r.url.clone() };
    all.iter().map(one).collect()
}

pub(super) fn whole(asker: &Asker, list: &List, line: &Line, rules: Vec<Rule>) -> Whole {
    let item = list.item(line);
    let said = |because: &Because| {
        let notice = &list.notices()[because.notice];
        let comparison = if because.words.is_empty() {
            because.reason.to_string()
        } else {
            format!("{}; {}", because.words, because.reason)
        };
        Said {
            id: notice.key.clone(),
            tracking: notice.id.clone(),
            title: notice.title.clone(),
            publisher: notice.publisher.clone(),
            version: notice.version.clone(),
            published: time::text(notice.published),
            verdict: because.verdict.as_str().into(),
            reason: because.reason.code.as_str().into(),
            comparison,
        }
    };
    Whole {
        line: due_shape(asker, list, line),
        why: points(&item.decision),
        find_out: item
            .decision
            .changes
            .iter()
            .filter(|change| change.possible)
            .map(|c| Find { point: c.point.clone(), value: c.value.clone(), outcomes: c.outcomes.clone() })
            .collect(),
        advisories: item.because.iter().map(said).collect(),
        fix: help(&item.fixes),
        until_then: help(&item.bridges),
        outlook: help(&item.outlook),
        hunt: rules
            .into_iter()
            .map(|r| HuntRule {
                report: r.report,
                rule: r.id,
                title: r.title,
                level: r.level,
                proven: r.proven,
            })
            .collect(),
        places: item.places.iter().map(|place| place.place.clone()).collect(),
    }
}
