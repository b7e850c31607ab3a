//! The ATT&CK board: how many reports name each technique.

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_knowledge::{Domain, Pack};
use bartizan_store::{Facet, FacetCount, ReportFilter, facet_key};
use bartizan_workbench::{BoardCell, Choice, Coverage, Show, TacticColumn};
use serde_json::{Value, json};

use super::home::count;
use super::html;
use super::name::reader;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::download::download;

/// Actors to choose from.
const ACTORS: usize = 60;

/// How often something is counted, by the technique's id.
type Counts = BTreeMap<String, u64>;

/// `GET /coverage`
pub(super) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    reader(&visit)?;
    let asked = Asked::read(&query.unwrap_or_default());
    let readable = visit.readable();
    let board = asked.board(&app, &visit, &readable).await?;
    let all = ReportFilter { newest: true, ..ReportFilter::default() };
    let actors = app.store.facet(&readable, &all, Facet::Actor, ACTORS).await.map_err(|e| visit.stop(&e))?;
    let source = app.pack.sources().iter().find(|s| s.name == "ATT&CK Enterprise");
    let version = source.map(|s| format!("{} {}", s.name, s.version)).unwrap_or_default();
    let mut shell = visit.shell.clone();
    // The counts say something of every report that may be read.
    let markings = readable.iter().filter_map(|id| visit.directory.audiences.get(id)).map(|a| a.marking);
    shell.marking = markings.max().unwrap_or(shell.marking);
    let choice = |c: FacetCount| Choice {
        chosen: asked.actor.as_ref() == Some(&c.value),
        value: c.value,
        label: c.shown,
    };
    let anyone = Choice { value: String::new(), label: "anyone".into(), chosen: asked.actor.is_none() };
    let mut actors: Vec<Choice> = std::iter::once(anyone).chain(actors.into_iter().map(choice)).collect();
    if let Some(actor) = asked.actor.as_ref().filter(|_| !actors.iter().any(|c| c.chosen)) {
        actors.push(Choice { value: actor.clone(), label: actor.clone(), chosen: true });
    }
    let page = Coverage {
        shell,
        show: asked.show,
        actors,
        since: asked.since.clone().unwrap_or_default(),
        until: asked.until.clone().unwrap_or_default(),
        tactics: board.columns(app.pack),
        version,
    };
    Ok(html(page.render()))
}

/// `GET /coverage/layer.json`: the board as a layer of ATT&CK Navigator, format 4.5.
pub(super) async fn layer(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    reader(&visit)?;
    let asked = Asked::read(&query.unwrap_or_default());
    let board = asked.board(&app, &visit, &visit.readable()).await?;
    app.store.note(&visit.by(), "coverage.export", "coverage", "{}").await.map_err(|e| visit.stop(&e))?;
    let layer = board.layer(&asked, app.pack);
    let bytes = serde_json::to_vec_pretty(&layer).unwrap_or_default();
    Ok(download(bytes, "application/json", "coverage-layer.json"))
}

/// What is asked of the board.
#[derive(Default)]
struct Asked {
    show: Show,
    actor: Option<String>,
    since: Option<String>,
    until: Option<String>,
    facets: Vec<(Facet, String)>,
}

impl Asked {
    fn read(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "show" => asked.show = Show::parse(&value),
                "actor" if !value.is_empty() => {
                    asked.actor = Some(facet_key(Facet::Actor, &value.chars().take(200).collect::<String>()));
                }
                "since" if is_day(&value) => asked.since = Some(value.into_owned()),
                "until" if is_day(&value) => asked.until = Some(value.into_owned()),
                _ => {}
            }
        }
        asked.facets = asked.actor.iter().map(|actor| (Facet::Actor, actor.clone())).collect();
        asked
    }

    async fn board(&self, app: &App, visit: &Visit, readable: &[i64]) -> Result<Board, Stop> {
        let filter = ReportFilter {
            newest: true,
            since: self.since.as_deref(),
            until: self.until.as_deref(),
            facets: &self.facets,
            ..ReportFilter::default()
        };
        let reports = async |families| {
            let counted = app.store.technique_counts_of(readable, &filter, families).await;
            let counted = counted.map_err(|e| visit.stop(&e))?;
            Ok::<Counts, Stop>(counted.into_iter().map(|(id, n)| (id, count(n))).collect())
        };
        // A rule sees a technique whoever it was found with.
        let rules = async |families| {
            let counted = app.store.rule_counts(readable, families).await.map_err(|e| visit.stop(&e))?;
            Ok::<Counts, Stop>(counted.into_iter().map(|(id, n)| (id, count(n))).collect())
        };
        Ok(Board {
            reports: (reports(true).await?, reports(false).await?),
            rules: (rules(true).await?, rules(false).await?),
        })
    }
}

/// `2026`, `2026-03` or `2026-03-04`.
fn is_day(text: &str) -> bool {
    matches!(text.len(), 4 | 7 | 10)
        && text
            .bytes()
            .enumerate()
            .all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() })
}

/// Counts of families and of each technique.
struct Board {
    reports: (Counts, Counts),
    rules: (Counts, Counts),
}

impl Board {
    /// Each technique that a report names or a rule sees, scored by its reports.
    fn layer(&self, asked: &Asked, pack: &'static Pack) -> Value {
        let ids: std::collections::BTreeSet<&String> =
            self.reports.1.keys().chain(self.rules.1.keys()).collect();
        let of = |counts: &Counts, id: &str| counts.get(id).copied().unwrap_or_default();
        let domain = |id: &str| pack.technique(id).is_some_and(|t| t.domain == Domain::Enterprise);
        let techniques: Vec<Value> = ids
            .into_iter()
            .filter(|id| domain(id))
            .map(|id| {
                let (reports, rules) = (of(&self.reports.1, id), of(&self.rules.1, id));
                json!({ "techniqueID": id, "score": reports, "enabled": true, "showSubtechniques": true,
                    "comment": format!("{reports} reports, {rules} rules"),
                    "metadata": [{ "name": "rules", "value": rules.to_string() }] })
            })
            .collect();
        let source = pack.sources().iter().find(|s| s.name == "ATT&CK Enterprise");
        let attack = source.and_then(|s| s.version.split('.').next()).unwrap_or_default();
        let most = self.reports.1.values().copied().max().unwrap_or_default().max(1);
        let mut name = "Coverage".to_owned();
        for (word, value) in [("actor", &asked.actor), ("since", &asked.since), ("until", &asked.until)] {
            if let Some(value) = value {
                name += &format!(", {word} {value}");
            }
        }
        json!({
            "name": name, "domain": "enterprise-attack",
            "versions": { "attack": attack, "navigator": "5.1.0", "layer": "4.5" },
            "description": "Reports that name a technique, as score; rules that would see it in the metadata.",
            "techniques": techniques,
            "gradient": { "colors": ["#ffffff", "#2f6fde"], "minValue": 0, "maxValue": most },
        })
    }

    fn columns(&self, pack: &'static Pack) -> Vec<TacticColumn> {
        let techniques = || pack.techniques().iter().filter(|t| t.domain == Domain::Enterprise);
        let cell = |id: &str, name: &str, (reports, rules): (&Counts, &Counts)| BoardCell {
            id: id.to_owned(),
            name: name.to_owned(),
            reports: reports.get(id).copied().unwrap_or_default(),
            rules: rules.get(id).copied().unwrap_or_default(),
            subs: Vec::new(),
        };
        let mut subs: BTreeMap<&str, Vec<BoardCell>> = BTreeMap::new();
        for technique in techniques() {
            if let Some(parent) = technique.parent {
                let sub = cell(technique.id, technique.name, (&self.reports.1, &self.rules.1));
                subs.entry(parent).or_default().push(sub);
            }
        }
        let column = |short: &str| {
            let inside = techniques().filter(|t| t.parent.is_none() && t.tactics.contains(&short));
            inside
                .map(|t| BoardCell {
                    subs: subs.get(t.id).cloned().unwrap_or_default(),
                    ..cell(t.id, t.name, (&self.reports.0, &self.rules.0))
                })
                .collect()
        };
        let tactics = pack.tactics(Domain::Enterprise).iter();
        tactics.map(|t| TacticColumn { name: t.name.to_owned(), techniques: column(t.short_name) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_scores_techniques_by_reports_and_tells_of_rules() {
        let counts = |id: &str, n| Counts::from([(id.to_owned(), n)]);
        let board = Board {
            reports: (Counts::new(), counts("T1053.005", 2)),
            rules: (Counts::new(), Counts::from([("T1053.005".to_owned(), 4), ("T9999".to_owned(), 1)])),
        };
        let asked = Asked::read("actor=APT29&since=2026-01&until=2026-13-99x&show=gaps");
        assert_eq!(
            (asked.actor.as_deref(), asked.since.as_deref(), asked.until.as_deref()),
            (Some("apt29"), Some("2026-01"), None)
        );
        let layer = board.layer(&asked, Pack::built_in());
        assert_eq!(
            layer["techniques"].as_array().map(Vec::len),
            Some(1),
            "what ATT&CK does not have is left out"
        );
        assert_eq!(
            (&layer["techniques"][0]["techniqueID"], &layer["techniques"][0]["score"]),
            (&json!("T1053.005"), &json!(2))
        );
        assert_eq!(layer["name"], "Coverage, actor apt29, since 2026-01");
        assert!(layer["versions"]["attack"].as_str().is_some_and(|v| v.parse::<u32>().is_ok()), "{layer}");
    }

    #[test]
    fn a_technique_stands_in_all_its_tactics_with_its_sub_techniques() {
        let counts = |id: &str, n| Counts::from([(id.to_owned(), n)]);
        let board = Board {
            reports: (counts("T1053", 3), counts("T1053.005", 2)),
            rules: (Counts::new(), counts("T1053.005", 1)),
        };
        let columns = board.columns(Pack::built_in());
        assert!(columns.len() >= 14);
        let cells = columns.iter().flat_map(|c| &c.techniques).filter(|c| c.id == "T1053");
        let cells: Vec<&BoardCell> = cells.collect();
        assert_eq!(cells.len(), 3, "execution, persistence, privilege escalation");
        assert_eq!(cells[0].reports, 3);
        let sub = cells[0].subs.iter().find(|s| s.id == "T1053.005").expect("a sub-technique");
        assert_eq!((sub.reports, sub.rules), (2, 1));
    }
}
