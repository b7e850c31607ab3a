//! One item: why, by when, what helps, how to hunt.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::due::{How, Item, Remedy, State as Standing};
use bartizan_clearinghouse::priority::{AUTOMATABLE, BuiltIn, Known, TECHNICAL_IMPACT};
use bartizan_workbench::{Choice, DueAdvisory, DueHelp, DueItem, DueNote, DuePoint, DueRule, Moment};

use super::super::html;
use super::super::stop::Stop;
use super::words::{day, line, possible, when};
use super::{DAY, visited};
use crate::app::App;
use crate::due::{self, List, Rule};

fn help(all: &[Remedy]) -> Vec<DueHelp> {
    let one = |r: &Remedy| DueHelp {
        kind: r.kind.as_str().replace('_', " "),
        details: r.details.clone(),
        url: r.url.clone().unwrap_or_default(),
    };
    all.iter().map(one).collect()
}

fn points(item: &Item, may: bool) -> Vec<DuePoint> {
    let point = |known: &Known| {
        let open = may && [AUTOMATABLE, TECHNICAL_IMPACT].contains(&known.point.id.as_str());
        let values = known.point.values.iter().filter(|_| open);
        DuePoint {
            id: known.point.id.clone(),
            name: known.point.name.clone(),
            possible: possible(known),
            disagree: known.disagree,
            evidence: known
                .evidence
                .iter()
                .map(|e| (e.source.clone(), Moment(e.date), e.words.clone()))
                .collect(),
            answers: values
                .map(|v| Choice { value: v.key.clone(), label: v.name.clone(), chosen: false })
                .collect(),
        }
    };
    item.decision.known.iter().map(point).collect()
}

/// Outcomes by their names, from keys.
fn named(keys: &[String]) -> String {
    let table = BuiltIn::Bod2604.table();
    let name = |key: &String| {
        table.outcome.values.iter().find(|v| v.key == *key).map_or(key.clone(), |v| v.name.to_lowercase())
    };
    keys.iter().map(name).collect::<Vec<_>>().join(" or ")
}

fn find(item: &Item) -> Vec<(String, String)> {
    let changes = item.decision.changes.iter().filter(|change| change.possible);
    changes
        .map(|change| {
            let known = item.decision.known.iter().find(|known| known.point.id == change.point);
            let value = known.and_then(|k| k.point.values.iter().find(|v| v.key == change.value));
            let name = known.map(|k| k.point.name.clone()).unwrap_or_default();
            let value = value.map(|v| v.name.to_lowercase()).unwrap_or_default();
            (format!("If {name} is {value}"), named(&change.outcomes))
        })
        .collect()
}

fn advisories(list: &List, item: &Item) -> Vec<DueAdvisory> {
    let said = item.because.iter().map(|because| {
        let notice = &list.notices()[because.notice];
        let words = &because.words;
        let reason = because.reason.to_string();
        DueAdvisory {
            tracking: notice.id.clone(),
            title: notice.title.clone(),
            publisher: notice.publisher.clone(),
            version: notice.version.clone(),
            published: Moment(notice.published),
            verdict: because.verdict.as_str().into(),
            reason: if words.is_empty() { reason } else { format!("{words}; {reason}") },
        }
    });
    said.collect()
}

fn rules(all: Vec<Rule>) -> Vec<DueRule> {
    all.into_iter()
        .map(|rule| DueRule {
            href: format!(
                "/rules/{}/{}",
                rule.report,
                form_urlencoded::byte_serialize(rule.id.as_bytes()).collect::<String>()
            ),
            title: rule.title,
            level: rule.level,
            proven: rule.proven,
        })
        .collect()
}

/// `GET /due/{id}`
pub(in crate::pages) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let (visit, list) = visited(&app, &headers, &uri).await?;
    let found = list.find(&id).ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let item = list.item(found);
    let hunted = due::hunt(&app, &visit.actor(), &item.vulnerability).await;
    let hunted = hunted.map_err(|e| Stop::because(&visit.shell, e))?;
    let opened = list.inventory(item);
    let thing = Thing::Inventory(opened.entry.organisation);
    let may_close = visit.may(Verb::Add, &thing);
    let outcomes: Vec<String> = item.decision.keys().into_iter().map(str::to_owned).collect();
    let by = |person| visit.person(Some(person));
    let page = DueItem {
        line: line(&list, found),
        due: when(item.due.earliest),
        overdue: found.state == Standing::Overdue,
        since: Moment(item.since),
        inventory_href: format!("/inventories/{}", opened.entry.uuid),
        owner: item.owner.clone().unwrap_or_default(),
        location: item.location.clone().unwrap_or_default(),
        identifier: item.identifier.clone(),
        places: item.places.iter().map(|p| (p.version.clone(), p.place.clone())).collect(),
        points: points(item, may_close),
        outcomes: outcomes.iter().map(|key| named(std::slice::from_ref(key))).collect(),
        find: find(item),
        advisories: advisories(&list, item),
        fixes: help(&item.fixes),
        bridges: help(&item.bridges),
        outlook: help(&item.outlook),
        rules: rules(hunted),
        name_href: if item.vulnerability.starts_with("CVE-") {
            format!("/names/vulnerability/{}", item.vulnerability)
        } else {
            String::new()
        },
        exception: found.exception.as_ref().map(|word| DueNote {
            text: word.said.reason.clone(),
            until: Some(Moment(word.said.until)),
            holds: visit.now() < word.said.until,
            by: by(word.person),
            at: Moment(word.at),
        }),
        closure: found.closure.as_ref().map(|word| DueNote {
            text: format!("{}: {}", word.said.how, word.said.evidence),
            until: None,
            holds: found.state == Standing::Closed,
            by: by(word.person),
            at: Moment(word.at),
        }),
        evidence: if found.proposed() { list.evidence(item) } else { String::new() },
        may_except: visit.may(Verb::Review, &thing) && found.state != Standing::Closed,
        may_close: may_close && found.state != Standing::Closed,
        hows: How::ALL
            .iter()
            .map(|how| Choice {
                value: how.to_string(),
                label: how.as_str().replace('-', " "),
                chosen: false,
            })
            .collect(),
        days: (day(visit.now() + DAY), day(visit.now() + 730 * DAY)),
        shell: visit.shell,
    };
    Ok(html(page.render()))
}
