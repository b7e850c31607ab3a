//! Opening and describing cases; which reports are in them.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::case::Tooling;
use bartizan_clearinghouse::duplicate::Grounds;
use bartizan_stix::Tlp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::ROOT;
use super::super::ask::{Asker, Body, Place, Query};
use super::super::once::{Made, Once};
use super::super::problem::Problem;
use super::super::shapes::{LINE, Marking};
use super::super::tagged;
use super::whole;
use crate::app::App;
use crate::cases::{self, Opening};
use crate::sharing::Wrong;

/// A case to be opened.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CaseOpening")]
pub(super) struct Opened {
    /// Reports of your desk that it is about; their senders take part in it.
    #[serde(default)]
    #[schemars(length(max = 64))]
    reports: Vec<String>,
    /// Without it: the title of the first report.
    #[serde(default)]
    #[schemars(length(max = 200))]
    title: Option<String>,
    #[serde(default)]
    #[schemars(length(max = 65536))]
    summary: String,
    /// TLP:AMBER+STRICT, if it is not said.
    #[serde(default)]
    marking: Option<Marking>,
    /// What the reports were made with, if that is known better than they say.
    #[serde(default)]
    tooling: Option<ToolingName>,
    #[serde(default)]
    #[schemars(length(max = 64))]
    cves: Vec<String>,
    /// Your own products that may have it, if you make them.
    #[serde(default)]
    #[schemars(length(max = 1024))]
    products: Vec<String>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "CaseTooling")]
enum ToolingName {
    Unknown,
    Private,
    PublicAi,
}

impl From<ToolingName> for Tooling {
    fn from(name: ToolingName) -> Self {
        match name {
            ToolingName::Unknown => Self::Unknown,
            ToolingName::Private => Self::Private,
            ToolingName::PublicAi => Self::PublicAi,
        }
    }
}

/// `POST /cases`
pub(super) async fn open(
    State(app): State<App>,
    asker: Asker,
    query: Query,
    once: Once,
    body: Body<Opened>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let Body { value, digest } = body;
    let app = &app;
    let acting = &asker.acting();
    // It may be more or less theirs by now: told anew.
    let still = async |uuid: String| {
        let room = cases::find(app, acting, &uuid, Verb::List).await?;
        let made = whole(app, &asker, &room).await?;
        Ok(Some(Made::new(StatusCode::CREATED, format!("{ROOT}/cases/{uuid}"), &made)))
    };
    once.run(app, &asker, &digest, still, async |uuid: String| {
        let opening = Opening {
            reports: value.reports,
            title: value.title.unwrap_or_default(),
            summary: value.summary,
            marking: value.marking.map_or(Tlp::AmberStrict, Tlp::from),
            tooling: value.tooling.map(Tooling::from),
            cves: value.cves,
            products: value.products,
        };
        cases::open(app, acting, &uuid, opening).await?;
        let room = cases::find(app, acting, &uuid, Verb::List).await?;
        let made = whole(app, &asker, &room).await?;
        Ok(Made::new(StatusCode::CREATED, format!("{ROOT}/cases/{uuid}"), &made))
    })
    .await
}

/// What a case says of itself; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CaseDescription")]
pub(super) struct Described {
    #[schemars(length(max = 200), regex(pattern = LINE))]
    title: Option<String>,
    #[schemars(length(max = 65536))]
    summary: Option<String>,
    marking: Option<Marking>,
    #[schemars(length(max = 64))]
    cves: Option<Vec<String>>,
}

/// `PATCH /cases/{id}`
pub(super) async fn describe(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
    body: Body<Described>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let room = cases::find(&app, &acting, &id, Verb::Manage).await?;
    // What makes no sense is told before anything is compared.
    let Described { title, summary, cves, .. } = &body.value;
    let line = |text: &String| {
        !text.trim().is_empty() && text.chars().count() <= 200 && !text.contains(char::is_control)
    };
    let fits = title.as_ref().is_none_or(line)
        && summary.as_ref().is_none_or(|text| text.chars().count() <= 65_536)
        && cves.as_ref().is_none_or(|all| all.len() <= 64);
    if !fits {
        let text = "A title is one line of 1 to 200 characters, a summary has at most 65,536, and there are at most 64 CVE identifiers.";
        return Err(Problem::unprocessable(text));
    }
    let exactly = tagged::guard_begin(&headers, &super::revision(&room))?;
    let Described { title, summary, marking, cves } = body.value;
    let change = cases::Description { title, summary, marking: marking.map(Tlp::from), cves };
    cases::describe(&app, &acting, &room, change, exactly).await.map_err(|wrong| match wrong {
        Wrong::Late(_) if exactly => Problem::changed(),
        other => other.into(),
    })?;
    let room = cases::find(&app, &acting, &id, Verb::Manage).await?;
    let whole = whole(&app, &asker, &room).await?;
    let tag = super::tag(&room, &whole);
    Ok(tagged::with(tagged::json(StatusCode::OK, &whole), &tag))
}

/// That a report is about the same.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CaseMerge")]
pub(super) struct Merged {
    report: String,
    /// The root cause is the same.
    same_cause: bool,
    /// Fixing one fixes the other.
    same_fix: bool,
    /// On what that is based.
    #[schemars(length(max = 500), regex(pattern = LINE))]
    because: String,
}

/// `POST /cases/{id}/reports`
pub(super) async fn merge(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<Merged>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let Merged { report, same_cause, same_fix, because } = body.value;
    let grounds = Grounds { same_cause, same_fix, because };
    let room = cases::reports::merge(&app, &asker.acting(), &id, &report, &grounds).await?;
    Ok(tagged::json(StatusCode::OK, &whole(&app, &asker, &room).await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CaseSplit")]
pub(super) struct Split {
    /// Why it is not the same after all.
    #[schemars(length(max = 500), regex(pattern = LINE))]
    because: String,
}

/// `POST /cases/{id}/reports/{report}/split`
pub(super) async fn split(
    State(app): State<App>,
    asker: Asker,
    Place((id, report)): Place<(String, String)>,
    query: Query,
    body: Body<Split>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = cases::reports::split(&app, &asker.acting(), &id, &report, &body.value.because).await?;
    Ok(tagged::json(StatusCode::OK, &whole(&app, &asker, &room).await?))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DuplicateList")]
pub(super) struct Pairs {
    items: Vec<PairLine>,
}

/// Two reports that may be about the same.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Duplicate")]
struct PairLine {
    first: String,
    second: String,
    /// What they have in common: `upstream`, `crash`, `place`, `text`.
    tier: String,
    /// How alike they are, 0 to 1.
    score: f64,
    /// Whether nothing contradicts it: what may be merged without a person.
    automatic: bool,
    /// What it is seen by.
    because: String,
}

/// `GET /duplicates`
pub(super) async fn duplicates(
    State(app): State<App>,
    asker: Asker,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["report"])?;
    let pairs = cases::reports::pairs(&app, &asker.acting(), query.one("report")?).await?;
    let shape = |pair: &cases::reports::Pair| PairLine {
        first: pair.first.uuid.clone(),
        second: pair.second.uuid.clone(),
        tier: pair.found.tier.to_string(),
        score: pair.found.score,
        automatic: pair.found.automatic,
        because: pair.found.because.clone(),
    };
    Ok(tagged::json(StatusCode::OK, &Pairs { items: pairs.iter().map(shape).collect() }))
}
