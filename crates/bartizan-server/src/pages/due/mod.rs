//! The due list.

mod decide;
mod item;
mod words;

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::due::State as Standing;
use bartizan_clearinghouse::priority::When;
use bartizan_product::matching::Verdict;
use bartizan_workbench::{Choice, DueGroup, DueList, Moment, PastLine};

use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::advisories::provider::base;
use crate::app::App;
use crate::due::{self, Line, List};
use crate::ics;
use words::{away, line, when};

pub(super) use decide::{answer, close, except};
pub(super) use item::one;

/// Items on a page.
const SHOWN: usize = 100;
const DAY: i64 = 86_400_000_000;

async fn visited(app: &App, headers: &HeaderMap, uri: &Uri) -> Result<(Visit, List), Stop> {
    let visit = Visit::new(app, headers, uri).await?;
    let list = due::list(app, &visit.actor()).await.map_err(|e| Stop::because(&visit.shell, e))?;
    Ok((visit, list))
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
            verdict: [Verdict::Affected, Verdict::Unknown]
                .into_iter()
                .find(|v| v.as_str() == value("verdict")),
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
        let choice =
            Choice { value: word.into(), label: word.into(), chosen: narrowed.state == Some(*state) };
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

/// `GET /due.ics`
pub(super) async fn dates(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let (visit, list) = visited(&app, &headers, &uri).await?;
    let narrowed = Narrowed::read(query);
    let lines: Vec<&Line> = list.lines.iter().filter(|l| narrowed.fits(&list, l, false)).collect();
    let text = due::ics(&list, &lines, &base(&app.config), visit.now());
    Ok(ics::answer(text, "attachment; filename=\"due.ics\""))
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
