//! Finding reports.

mod searches;
mod snippet;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::{Facet as Way, NameCount, Report, ReportFilter, ReportId, facet_key};
use bartizan_workbench::{Facet, FacetValue, Hit, Library, Moment, SavedLine};

use super::graph::href;
use super::home::{count, marking};
use super::html;
use super::name::address;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use snippet::snippet;

pub(super) use searches::{fresh, remove, save};

/// Reports on a page.
const PAGE: usize = 25;
/// Names before them.
const NAMES: usize = 5;
/// Values shown of a facet.
const VALUES: usize = 8;
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

/// What is asked of the library.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    words: String,
    facets: Vec<(Way, String)>,
    /// With editions that newer ones have taken the place of.
    all: bool,
    before: Option<ReportId>,
    /// The kept search that this is.
    saved: Option<String>,
}

impl Asked {
    /// From what stands behind the question mark; what is not known is left out.
    pub(super) fn read(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let short = || value.chars().take(200).collect::<String>();
            match name.as_ref() {
                "q" => asked.words = short(),
                "editions" => asked.all = value == "all",
                "after" => asked.before = value.parse().ok().map(ReportId),
                "saved" => asked.saved = Some(short()),
                other => {
                    if let Some(way) = Way::parse(other).filter(|_| !value.is_empty()) {
                        asked.facets.push((way, facet_key(way, &short())));
                    }
                }
            }
        }
        asked.facets.sort();
        asked.facets.dedup();
        asked.facets.truncate(40);
        asked
    }

    /// As it stands behind the question mark, without the page.
    fn query(&self) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        if !self.words.is_empty() {
            pairs.append_pair("q", &self.words);
        }
        for (way, value) in &self.facets {
            pairs.append_pair(way.as_str(), value);
        }
        if self.all {
            pairs.append_pair("editions", "all");
        }
        pairs.finish()
    }

    pub(super) fn filter(&self) -> ReportFilter<'_> {
        ReportFilter {
            words: &self.words,
            newest: !self.all,
            facets: &self.facets,
            before: self.before,
            ..ReportFilter::default()
        }
    }
}

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
    let asked = Asked::read(&query.unwrap_or_default());
    let (readable, filter) = (visit.readable(), asked.filter());
    let failed = |e: bartizan_store::Error| visit.stop(&e);
    let mut found = app.store.reports(&readable, &filter, PAGE + 1).await.map_err(failed)?;
    let whole = app.store.count_reports(&readable, &filter, None).await.map_err(failed)?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let facets = facets(&app, &visit, &readable, &asked).await?;
    let mut hits = Vec::with_capacity(found.len());
    if asked.before.is_none() && asked.facets.is_empty() {
        hits.extend(called(&app, &visit, &readable, &asked.words).await?);
    }
    for report in &found {
        hits.push(hit(&app, &visit, report, &asked.words).await);
    }
    // An empty library teaches the first step; a search without a result does not.
    let any = app.store.reports(&readable, &ReportFilter::default(), 1).await.map_err(failed)?;
    let stored = count(whole).max(any.len() as u64);
    let mut saved = Vec::new();
    if let Some(person) = visit.principal.person {
        if let Some(uuid) = &asked.saved {
            // Looking at a kept search is what makes its hits known.
            app.store.seen_search(person, uuid).await.map_err(failed)?;
        }
        for search in app.store.saved_searches(person).await.map_err(failed)? {
            saved.push(SavedLine {
                shown: asked.saved.as_ref() == Some(&search.uuid),
                href: format!("/library?{}&saved={}", search.query, search.uuid),
                id: search.uuid,
                name: search.name,
                fresh: 0,
            });
        }
    }
    let mut shell = visit.shell;
    shell.marking = hits.iter().map(|hit| hit.marking).max().unwrap_or(shell.marking);
    let page = Library {
        shell,
        query: asked.query(),
        q: asked.words,
        facets,
        next: more.then(|| found.last().map(|r| r.id.0.to_string())).flatten(),
        hits,
        found: count(whole),
        found_more: false,
        is_later: asked.before.is_some(),
        stored,
        saved,
    };
    Ok(html(page.render()))
}

/// The ways to narrow, each counted with the choices of the others.
async fn facets(app: &App, visit: &Visit, readable: &[i64], asked: &Asked) -> Result<Vec<Facet>, Stop> {
    let filter = asked.filter();
    let mut facets = Vec::new();
    for way in Way::ALL {
        let counted = app.store.facet(readable, &filter, way, VALUES).await.map_err(|e| visit.stop(&e))?;
        let chosen = |value: &str| asked.facets.iter().any(|(of, v)| *of == way && v == value);
        let mut values: Vec<FacetValue> = counted
            .into_iter()
            .map(|c| FacetValue {
                chosen: chosen(&c.value),
                label: label(way, &c.value, c.shown),
                value: c.value,
                count: count(c.reports),
            })
            .collect();
        // What is chosen can be taken away again, whether or not it is among the most frequent.
        let rare = asked.facets.iter().filter(|(of, _)| *of == way);
        let rare = rare.filter(|(_, value)| !values.iter().any(|v| v.value == *value)).map(|(_, value)| {
            let label = label(way, value, value.clone());
            FacetValue { value: value.clone(), label, count: 0, chosen: true }
        });
        let rare: Vec<FacetValue> = rare.collect();
        values.extend(rare);
        // One label says something even if it is the only one: most reports have none.
        if values.len() > 1 || way == Way::Pap && !values.is_empty() || values.iter().any(|v| v.chosen) {
            facets.push(Facet { name: way.as_str().into(), label: heading(way).into(), values });
        }
    }
    let all = ReportFilter { newest: false, ..filter.clone() };
    let all = app.store.count_reports(readable, &all, None).await.map_err(|e| visit.stop(&e))?;
    let newest = ReportFilter { newest: true, ..filter };
    let newest = app.store.count_reports(readable, &newest, None).await.map_err(|e| visit.stop(&e))?;
    if all > newest || asked.all {
        let value = FacetValue {
            value: "all".into(),
            label: "older ones too".into(),
            count: count(all),
            chosen: asked.all,
        };
        facets.push(Facet { name: "editions".into(), label: "Editions".into(), values: vec![value] });
    }
    Ok(facets)
}

fn heading(way: Way) -> &'static str {
    match way {
        Way::Kind => "Kind",
        Way::Marking => "Marking",
        Way::Pap => "What may be done with it",
        Way::Publisher => "Source",
        Way::Month => "Published in",
        Way::Language => "Language",
        Way::Reviewed => "Review",
        Way::Actor => "Actor",
        Way::Malware => "Malware",
        Way::Technique => "Technique",
        Way::Sector => "Sector",
        Way::Country => "Country",
    }
}

fn label(way: Way, value: &str, shown: String) -> String {
    match (way, value) {
        (Way::Reviewed, "open") => "not begun".into(),
        (Way::Reviewed, "begun") => "begun".into(),
        (Way::Reviewed, "done") => "done".into(),
        _ => shown,
    }
}

async fn hit(app: &App, visit: &Visit, report: &Report, words: &str) -> Hit {
    Hit {
        kind: "report".into(),
        title: report.title.clone(),
        href: format!("/reports/{}", report.uuid),
        byline: [&report.publisher, &report.published]
            .into_iter()
            .filter(|text| !text.is_empty())
            .cloned()
            .collect(),
        snippet: if words.trim().is_empty() { Vec::new() } else { snippet(app, report, words).await },
        marking: marking(visit, report),
        pap: report.pap.map(|pap| pap.as_str().to_owned()).unwrap_or_default(),
        added: Moment(report.created),
        review: format!("{} of {} decided", report.reviewed, report.claims),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_what_its_address_says_and_nothing_else() {
        let asked = Asked::read(
            "q=relay&actor=APT29&actor=apt29&marking=TLP%3AGREEN&nonsense=1&after=7&saved=x&kind=",
        );
        assert_eq!(
            (asked.words.as_str(), asked.before, asked.saved.as_deref()),
            ("relay", Some(ReportId(7)), Some("x"))
        );
        assert_eq!(asked.facets, [(Way::Marking, "TLP:GREEN".to_owned()), (Way::Actor, "apt29".to_owned())]);
        assert_eq!(asked.query(), "q=relay&marking=TLP%3AGREEN&actor=apt29");
        let again = Asked::read(&asked.query());
        assert_eq!((again.words, again.facets), (asked.words, asked.facets));
        assert_eq!(Asked::read(&format!("q={}", "x".repeat(9_000))).words.len(), 200);
    }
}
