//! Reports that may be one.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::duplicate::{Prepared, Report};
use bartizan_store::VulnerabilityReport;
use bartizan_workbench::{ActForm, Compare, CompareLine, FieldKind, PairLine, Pairs};

use super::super::html;
use super::super::stop::Stop;
use super::super::visit::Visit;
use super::acts::{field, needed};
use super::{may_open, opening};
use crate::app::App;
use crate::cases::reports::{self, compared};
use crate::intake;

/// Pairs in a list.
const SHOWN: usize = 100;

fn named(report: &VulnerabilityReport) -> (String, String) {
    let title = if report.title.is_empty() { "Without a title".to_owned() } else { report.title.clone() };
    (report.uuid.clone(), title)
}

/// `GET /duplicates`
pub(in crate::pages) async fn pairs(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let found = reports::pairs(&app, &visit.actor(), None).await;
    let found = found.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let lines = found.iter().take(SHOWN).map(|pair| PairLine {
        first: named(&pair.first),
        second: named(&pair.second),
        tier: pair.found.tier.to_string(),
        automatic: pair.found.automatic,
        because: pair.found.because.clone(),
    });
    let page = Pairs { pairs: lines.collect(), more: found.len() > SHOWN, shell: visit.shell };
    Ok(html(page.render()))
}

/// `GET /duplicates/{first}/{second}`
pub(in crate::pages) async fn compare(
    State(app): State<App>,
    Path((first, second)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    let actor = visit.actor();
    let one = intake::find(&app, &actor, &first, Verb::Review).await.map_err(stop)?;
    let two = intake::find(&app, &actor, &second, Verb::Review).await.map_err(stop)?;
    let (a, b) = (compared(&one), compared(&two));
    let because = Prepared::of(&a).compare(&Prepared::of(&b)).map(|c| c.because).unwrap_or_default();
    let acts = match (&one.case, &two.case) {
        _ if !may_open(&visit) => Vec::new(),
        (Some(case), None) => vec![merging(&case.uuid, &two.uuid)],
        (None, Some(case)) => vec![merging(&case.uuid, &one.uuid)],
        (None, None) => vec![together(&one, &two)],
        (Some(_), Some(_)) => Vec::new(),
    };
    let page = Compare {
        first: named(&one),
        second: named(&two),
        because,
        lines: lines(&a, &b),
        acts,
        shell: visit.shell.clone(),
    };
    Ok(html(page.render()))
}

/// Putting a report into the case of the other.
fn merging(case: &str, report: &str) -> ActForm {
    ActForm {
        id: "merge".into(),
        title: "They are one".into(),
        action: format!("/cases/{case}/reports"),
        hidden: vec![("report", report.to_owned())],
        fields: vec![
            field("same_cause", "The root cause is the same", FieldKind::Flag),
            field("same_fix", "Fixing one fixes the other", FieldKind::Flag),
            needed("because", "On what that is based", FieldKind::Line),
        ],
        button: "Put it into the case of the other".into(),
    }
}

/// Opening a case of both.
fn together(one: &VulnerabilityReport, two: &VulnerabilityReport) -> ActForm {
    let mut act = opening(&one.uuid);
    act.title = "They are one: open a case of both".into();
    act.hidden = vec![("report", format!("{} {}", one.uuid, two.uuid))];
    act
}

fn lines(a: &Report, b: &Report) -> Vec<CompareLine> {
    let or = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |n: Option<u32>, before: &str| n.map(|n| format!("{before}{n}")).unwrap_or_default();
    let credits = |r: &Report| r.credits.iter().map(|c| c.0.as_str()).collect::<Vec<_>>().join(", ");
    let pairs = [
        ("Product", a.product.clone(), b.product.clone()),
        ("Known as", a.upstream.join(", "), b.upstream.join(", ")),
        ("Mended by", or(&a.fixed_by), or(&b.fixed_by)),
        ("Weakness", number(a.cwe, "CWE-"), number(b.cwe, "CWE-")),
        ("File", or(&a.path), or(&b.path)),
        ("Function", or(&a.symbol), or(&b.symbol)),
        ("Line", number(a.line, ""), number(b.line, "")),
        ("Crash", or(&a.trace), or(&b.trace)),
        ("Credit", credits(a), credits(b)),
        ("In words", a.text.trim().to_owned(), b.text.trim().to_owned()),
    ];
    let shape =
        |(name, first, second): (&str, String, String)| CompareLine { name: name.to_owned(), first, second };
    pairs.into_iter().filter(|(_, a, b)| !a.is_empty() || !b.is_empty()).map(shape).collect()
}
