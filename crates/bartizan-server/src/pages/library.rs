//! Finding reports.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::pap::Pap;
use bartizan_store::{NameCount, Report, ReportFilter, ReportId};
use bartizan_workbench::{Facet, FacetValue, Hit, Library, Moment, Piece};

use super::graph::href;
use super::home::{count, marking};
use super::html;
use super::name::address;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

/// Reports on a page.
const PAGE: usize = 25;
/// Names before them.
const NAMES: usize = 5;
/// Kinds of names that are looked for.
const KINDS: [&str; 15] = [
    "technique",
    "indicator",
    "actor",
    "malware",
    "tool",
    "campaign",
    "vulnerability",
    "weakness",
    "country",
    "sector",
    "organization",
    "group",
    "policy",
    "product",
    "person",
];
/// Characters of a snippet on either side of the first word found.
const AROUND: usize = 120;

/// `GET /library`
pub(super) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    if let Some(own) = visit.principal.organisation.map(Thing::Library) {
        visit.must(Verb::Read, &own, "Your roles do not include reading the library.")?;
    }
    let (mut words, mut kind, mut before, mut pap) = (String::new(), None, None, None);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "q" => words = value.chars().take(200).collect(),
            "kind" => kind = Some(value.into_owned()),
            "pap" => pap = Pap::ALL.into_iter().find(|pap| pap.as_str() == value),
            "after" => before = value.parse().ok().map(ReportId),
            _ => {}
        }
    }
    let readable = visit.readable();
    let filter = ReportFilter { words: &words, kind: kind.as_deref(), open: false, before, pap };
    let mut found = app.store.reports(&readable, &filter, PAGE + 1).await.map_err(|e| visit.stop(&e))?;
    let kinds = app.store.report_kinds(&readable, &filter).await.map_err(|e| visit.stop(&e))?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let whole: i64 = kinds.iter().filter(|(k, _)| kind.as_ref().is_none_or(|c| c == k)).map(|(_, n)| n).sum();
    let facet = Facet {
        name: "kind".into(),
        label: "Kind".into(),
        values: kinds
            .iter()
            .map(|(value, n)| FacetValue {
                value: value.clone(),
                label: value.clone(),
                count: count(*n),
                chosen: kind.as_deref() == Some(value),
            })
            .collect(),
    };
    let counts = app.store.report_paps(&readable, &filter).await.map_err(|e| visit.stop(&e))?;
    let paps = Facet {
        name: "pap".into(),
        label: "What may be done with it".into(),
        values: counts
            .iter()
            .map(|(label, n)| FacetValue {
                value: label.as_str().into(),
                label: label.as_str().into(),
                count: count(*n),
                chosen: pap == Some(*label),
            })
            .collect(),
    };
    let mut hits = Vec::with_capacity(found.len());
    if before.is_none() && kind.is_none() && pap.is_none() {
        hits.extend(called(&app, &visit, &readable, &words).await?);
    }
    for report in &found {
        let snippet = if words.trim().is_empty() { Vec::new() } else { snippet(&app, report, &words).await };
        hits.push(Hit {
            kind: "report".into(),
            title: report.title.clone(),
            href: format!("/reports/{}", report.uuid),
            byline: [&report.publisher, &report.published]
                .into_iter()
                .filter(|text| !text.is_empty())
                .cloned()
                .collect(),
            snippet,
            marking: marking(&visit, report),
            pap: report.pap.map(|pap| pap.as_str().to_owned()).unwrap_or_default(),
            added: Moment(report.created),
            review: format!("{} of {} decided", report.reviewed, report.claims),
        });
    }
    // An empty library teaches the first step; a search without a result does not.
    let any = app.store.reports(&readable, &ReportFilter::default(), 1).await.map_err(|e| visit.stop(&e))?;
    let stored = count(whole).max(any.len() as u64);
    let mut shell = visit.shell;
    shell.marking = hits.iter().map(|hit| hit.marking).max().unwrap_or(shell.marking);
    let page = Library {
        shell,
        q: words,
        facets: if kinds.len() > 1 || kind.is_some() { vec![facet, paps] } else { vec![paps] },
        next: more.then(|| found.last().map(|r| r.id.0.to_string())).flatten(),
        hits,
        found: count(whole),
        found_more: false,
        is_later: before.is_some(),
        stored,
    };
    Ok(html(page.render()))
}

/// Names that the words are: their pages stand before the reports.
async fn called(app: &App, visit: &Visit, readable: &[i64], words: &str) -> Result<Vec<Hit>, Stop> {
    let found = app.store.names_called(readable, &KINDS, words, NAMES).await.map_err(|e| visit.stop(&e))?;
    let hit = |n: &NameCount| Hit {
        kind: n.kind.clone(),
        title: n.shown.clone(),
        href: href(&n.kind, &address(&n.kind, &n.value, &n.shown)),
        byline: vec![format!("named in {} of your reports", n.reports)],
        snippet: Vec::new(),
        marking: n.marking,
        pap: String::new(),
        added: Moment(n.first),
        review: String::new(),
    };
    Ok(found.iter().map(hit).collect())
}

/// The place of the first word in the report's text.
async fn snippet(app: &App, report: &Report, words: &str) -> Vec<Piece> {
    let Some(digest) = report.content("analysis.json") else { return Vec::new() };
    let Ok(Some(bytes)) = app.store.content(&digest).await else { return Vec::new() };
    let analysis: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let text = analysis["document"]["text"].as_str().unwrap_or_default();
    cut(text, words)
}

fn cut(text: &str, words: &str) -> Vec<Piece> {
    let wanted: Vec<String> = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let letters: Vec<char> = text.chars().collect();
    let lower: Vec<char> = letters.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    let at = |word: &str| {
        let word: Vec<char> = word.chars().collect();
        lower.windows(word.len()).position(|w| w == word.as_slice()).map(|at| (at, word.len()))
    };
    let Some((at, long)) = wanted.iter().filter_map(|word| at(word)).min() else { return Vec::new() };
    let piece = |from: usize, to: usize, hit| Piece { text: letters[from..to].iter().collect(), hit };
    let (from, to) = (at.saturating_sub(AROUND), (at + long + AROUND).min(letters.len()));
    vec![piece(from, at, false), piece(at, at + long, true), piece(at + long, to, false)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_shows_the_first_word_that_occurs() {
        let pieces = cut("Ein Bericht über Tarrask und mehr.", "mehr tarrask");
        assert_eq!(pieces[1].text, "Tarrask");
        assert!(pieces[1].hit && pieces[0].text.ends_with("über "));
        assert!(cut("nothing here", "absent").is_empty());
    }
}
