//! The ATT&CK board: how many reports name each technique.

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_knowledge::{Domain, Pack};
use bartizan_workbench::{BoardCell, Coverage, Show, TacticColumn};

use super::home::count;
use super::html;
use super::name::reader;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

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
    let query = query.unwrap_or_default();
    let show = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "show");
    let show = show.map_or(Show::Seen, |(_, value)| Show::parse(&value));
    let readable = visit.readable();
    let counts = async |families| {
        let counted = app.store.technique_counts(&readable, families).await.map_err(|e| visit.stop(&e))?;
        Ok::<Counts, Stop>(counted.into_iter().map(|(id, n)| (id, count(n))).collect())
    };
    let (families, each) = (counts(true).await?, counts(false).await?);
    let rules = async |families| {
        let counted = app.store.rule_counts(&readable, families).await.map_err(|e| visit.stop(&e))?;
        Ok::<Counts, Stop>(counted.into_iter().map(|(id, n)| (id, count(n))).collect())
    };
    let board = Board { reports: (families, each), rules: (rules(true).await?, rules(false).await?) };
    let source = app.pack.sources().iter().find(|s| s.name == "ATT&CK Enterprise");
    let version = source.map(|s| format!("{} {}", s.name, s.version)).unwrap_or_default();
    let mut shell = visit.shell.clone();
    // The counts say something of every report that may be read.
    let markings = readable.iter().filter_map(|id| visit.directory.audiences.get(id)).map(|a| a.marking);
    shell.marking = markings.max().unwrap_or(shell.marking);
    let page = Coverage { shell, show, tactics: board.columns(app.pack), version };
    Ok(html(page.render()))
}

/// Counts of families and of each technique.
struct Board {
    reports: (Counts, Counts),
    rules: (Counts, Counts),
}

impl Board {
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
