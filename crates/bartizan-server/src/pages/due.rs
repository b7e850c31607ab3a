//! The due list, one item of it, and what is decided there.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::due::{Closure, Exception, How, Item, Remedy, State as Standing};
use bartizan_clearinghouse::priority::{AUTOMATABLE, Asked, Known, TECHNICAL_IMPACT, When};
use bartizan_clearinghouse::time;
use bartizan_product::matching::Verdict;
use bartizan_workbench::{
    Choice, DueAdvisory, DueGroup, DueHelp, DueItem, DueLine, DueList, DueNote, DuePoint, DueRule, Flash, Moment,
    PastLine,
};
use serde::Deserialize;

use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::due::{self, Line, List, Rule};

/// Items on a page.
const SHOWN: usize = 100;
const DAY: i64 = 86_400_000_000;

async fn visited(app: &App, headers: &HeaderMap, uri: &Uri) -> Result<(Visit, List), Stop> {
    let visit = Visit::new(app, headers, uri).await?;
    let list = due::list(app, &visit.actor()).await.map_err(|e| Stop::because(&visit.shell, e))?;
    Ok((visit, list))
}

fn day(at: i64) -> String {
    time::text(at).get(..10).unwrap_or_default().to_owned()
}

fn when(when: When) -> String {
    match when {
        When::By(at) => day(at),
        When::OnUpgrade => "with the next upgrade".into(),
    }
}

/// How far a time is from now, in days.
fn away(at: i64, now: i64) -> String {
    match (at - now).div_euclid(DAY) {
        -1 | 0 => "today".into(),
        n if n < 0 => format!("{} days ago", -n),
        1 => "tomorrow".into(),
        n => format!("in {n} days"),
    }
}

fn forensics(asked: Asked) -> String {
    match asked {
        Asked::No => String::new(),
        Asked::Perhaps => "look for signs of compromise, unless it turns out that it is not asked for".into(),
        Asked::Yes => "look for signs of compromise".into(),
    }
}

fn possible(known: &Known) -> String {
    let names = known.values.iter().filter_map(|v| known.point.values.get(usize::from(v)));
    names.map(|value| value.name.clone()).collect::<Vec<_>>().join(" or ")
}

fn why(item: &Item) -> Vec<String> {
    let mut all = Vec::new();
    for known in &item.decision.known {
        if known.evidence.is_empty() {
            all.push(format!("{}: not known", known.point.name));
        }
        for evidence in &known.evidence {
            let (words, day) = (&evidence.words, day(evidence.date));
            all.push(format!("{}: {}; {words} ({}, {day})", known.point.name, possible(known), evidence.source));
        }
    }
    all
}

fn line(list: &List, line: &Line) -> DueLine {
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

/// What a question narrows to.
struct Narrowed {
    state: Option<Standing>,
    verdict: Option<Verdict>,
    inventory: String,
    from: usize,
}

impl Narrowed {
    fn read(query: Option<String>) -> Self {
        let query = query.unwrap_or_default();
        let pairs: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let value = |name: &str| pairs.get(name).map(String::as_str).unwrap_or_default();
        Self {
            state: Standing::ALL.iter().copied().find(|state| state.as_str() == value("state")),
            verdict: [Verdict::Affected, Verdict::Unknown].into_iter().find(|v| v.as_str() == value("verdict")),
            inventory: value("inventory").to_owned(),
            from: value("from").parse().unwrap_or(0),
        }
    }

    fn fits(&self, list: &List, line: &Line, any_state: bool) -> bool {
        let item = list.item(line);
        // Without a state: everything that is to do.
        let state = match self.state {
            Some(state) => line.state == state,
            None => matches!(line.state, Standing::Open | Standing::Overdue),
        };
        (any_state || state)
            && self.verdict.is_none_or(|verdict| item.verdict == verdict)
            && (self.inventory.is_empty() || list.inventory(item).entry.uuid == self.inventory)
    }
}

fn choices(list: &List, narrowed: &Narrowed) -> Vec<(Choice, u64)> {
    let count = |wanted: &dyn Fn(Standing) -> bool| {
        let fit = list.lines.iter().filter(|l| narrowed.fits(list, l, true) && wanted(l.state));
        fit.count() as u64
    };
    let to_do = |state| matches!(state, Standing::Open | Standing::Overdue);
    let all = Choice { value: String::new(), label: "to do".into(), chosen: narrowed.state.is_none() };
    let each = Standing::ALL.iter().map(|state| {
        let word = state.as_str();
        let choice = Choice { value: word.into(), label: word.into(), chosen: narrowed.state == Some(*state) };
        (choice, count(&|other| other == *state))
    });
    [(all, count(&to_do))].into_iter().chain(each).collect()
}

/// `GET /due`
pub(super) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let (visit, list) = visited(&app, &headers, &uri).await?;
    let narrowed = Narrowed::read(query);
    let fitting: Vec<&Line> = list.lines.iter().filter(|l| narrowed.fits(&list, l, false)).collect();
    let mut groups: Vec<DueGroup> = Vec::new();
    for one in fitting.iter().skip(narrowed.from).take(SHOWN) {
        let earliest = list.item(one).due.earliest;
        let label = when(earliest);
        if groups.last().is_none_or(|group| group.label != label) {
            let (overdue, away) = match earliest {
                When::By(at) => (at < visit.now(), away(at, visit.now())),
                When::OnUpgrade => (false, String::new()),
            };
            groups.push(DueGroup { label, overdue, away, lines: Vec::new() });
        }
        if let Some(group) = groups.last_mut() {
            group.lines.push(line(&list, one));
        }
    }
    let verdict = |value: &str, label: &str| Choice {
        value: value.into(),
        label: label.into(),
        chosen: narrowed.verdict.map_or("", Verdict::as_str) == value,
    };
    let inventories = list.inventories.iter().map(|o| Choice {
        value: o.entry.uuid.clone(),
        label: o.holding.title.clone(),
        chosen: o.entry.uuid == narrowed.inventory,
    });
    let any = Choice { value: String::new(), label: "any".into(), chosen: narrowed.inventory.is_empty() };
    let end = narrowed.from + SHOWN;
    let page = DueList {
        inventories: !list.inventories.is_empty(),
        advisories: list.notices().len() as u64,
        states: choices(&list, &narrowed),
        verdicts: vec![verdict("", "any"), verdict("affected", "for certain"), verdict("unknown", "perhaps")],
        chosen: [any].into_iter().chain(inventories).collect(),
        groups,
        found: fitting.len() as u64,
        next: (end < fitting.len()).then_some(end as u64),
        catalogues: list.catalogues.shown().into_iter().map(|(n, at, c)| (n, Moment(at), c)).collect(),
        past: past(&visit, &list),
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

fn past(visit: &Visit, list: &List) -> Vec<PastLine> {
    let mut all: Vec<PastLine> = list
        .past
        .iter()
        .map(|decided| PastLine {
            vulnerability: decided.subject.vulnerability.clone(),
            component: format!("{} {}", decided.subject.component, decided.subject.versions.join(", ")),
            asset: decided.subject.asset.clone(),
            how: decided.word.said.how.to_string(),
            evidence: decided.word.said.evidence.clone(),
            by: visit.person(Some(decided.word.person)),
            at: Moment(decided.word.at),
        })
        .collect();
    all.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.vulnerability.cmp(&b.vulnerability)));
    all.truncate(SHOWN);
    all
}

/// `GET /due/table`
pub(super) async fn table(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let (_, list) = visited(&app, &headers, &uri).await?;
    let narrowed = Narrowed::read(query);
    let lines: Vec<&Line> = list.lines.iter().filter(|l| narrowed.fits(&list, l, false)).collect();
    let mut response = due::csv(&list, &lines).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"due.csv\""));
    Ok(response)
}

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
    let table = bartizan_clearinghouse::priority::BuiltIn::Bod2604.table();
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
            href: format!("/rules/{}/{}", rule.report, form_urlencoded::byte_serialize(rule.id.as_bytes()).collect::<String>()),
            title: rule.title,
            level: rule.level,
            proven: rule.proven,
        })
        .collect()
}

/// `GET /due/{id}`
pub(super) async fn one(
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
            .map(|how| Choice { value: how.to_string(), label: how.as_str().replace('-', " "), chosen: false })
            .collect(),
        days: (day(visit.now() + DAY), day(visit.now() + 730 * DAY)),
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

fn kept(app: &App, visit: &Visit, id: &str, done: Result<(), crate::sharing::Wrong>) -> Result<Response, Stop> {
    done.map_err(|e| Stop::because(&visit.shell, e))?;
    visit.say(app, Flash { text: "Kept.".into(), ..Flash::default() });
    Ok(Redirect::to(&format!("/due/{id}")).into_response())
}

#[derive(Deserialize)]
pub(super) struct Excepted {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    until: String,
}

/// `POST /due/{id}/exceptions`
pub(super) async fn except(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Excepted>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    // A day is meant whole.
    let until = time::parse(&format!("{}T23:59:59.999999Z", form.until)).unwrap_or(0);
    let exception = Exception { reason: form.reason.replace("\r\n", "\n"), until };
    let done = due::except(&app, &visit.actor(), &id, exception).await;
    kept(&app, &visit, &id, done)
}

#[derive(Deserialize)]
pub(super) struct Closed {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    how: String,
    #[serde(default)]
    evidence: String,
}

/// `POST /due/{id}/closures`
pub(super) async fn close(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Closed>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let how = How::ALL.iter().copied().find(|how| how.as_str() == form.how);
    // Whoever may not is told so, whatever was sent.
    let closure = Closure { how: how.unwrap_or(How::Patched), evidence: if how.is_some() { form.evidence } else { String::new() } };
    let done = due::close(&app, &visit.actor(), &id, closure).await;
    kept(&app, &visit, &id, done)
}

#[derive(Deserialize)]
pub(super) struct Answered {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    point: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    reason: String,
}

/// `POST /due/{id}/answers`
pub(super) async fn answer(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Answered>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let done = due::answer(&app, &visit.actor(), &id, (&form.point, &form.value, &form.reason)).await;
    kept(&app, &visit, &id, done)
}
