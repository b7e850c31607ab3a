//! What reports say relates to a name, each with the sentence that says so.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_store::{NamedIn, name_key};
use bartizan_workbench::{Named, Piece, RelationLine};
use serde_json::Value;

use super::address;
use crate::app::App;
use crate::jobs::Sentences;
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;

/// Reports that are read for it, the newest.
const REPORTS: usize = 8;
/// Lines shown.
const MOST: usize = 30;

/// A claim of an analysis, as relations name it: kind, key, as shown.
type Node<'a> = (&'a str, String, String);

/// The relations of the newest reports that name it. The same one of several reports is told once.
pub(super) async fn related(
    app: &App,
    visit: &Visit,
    kind: &str,
    name: &str,
    found: &[NamedIn],
) -> Result<Vec<RelationLine>, Stop> {
    let (mut lines, mut seen) = (Vec::new(), BTreeSet::new());
    for NamedIn { report, .. } in found.iter().take(REPORTS) {
        let Some(digest) = report.content("analysis.json") else { continue };
        let Some(bytes) = app.store.content(&digest).await.map_err(|e| visit.stop(&e))? else { continue };
        let analysis: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let sentences = Sentences::of(&analysis);
        for (words, other, place) in relations(&analysis, kind, &name_key(kind, name)) {
            let (of, key, shown) = other;
            if lines.len() == MOST || !seen.insert((words.clone(), of.to_owned(), key.clone())) {
                continue;
            }
            let pieces = place.map(|(start, end)| sentences.pieces(start, end)).unwrap_or_default();
            lines.push(RelationLine {
                words,
                other: Named { kind: of.to_owned(), name: address(of, &key, &shown), shown, reports: 0 },
                sentence: pieces.into_iter().map(|(text, hit)| Piece { text, hit }).collect(),
                report: report.uuid.clone(),
                title: report.title.clone(),
            });
        }
    }
    Ok(lines)
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// How something is related, what it is, and where it is said.
type Related<'a> = (String, Node<'a>, Option<(usize, usize)>);

/// What is related to a name: how, to what, and where it is said. Read from the other end a relation is turned around in words.
fn relations<'a>(analysis: &'a Value, kind: &str, key: &str) -> Vec<Related<'a>> {
    let mut nodes: BTreeMap<&str, Node<'a>> = BTreeMap::new();
    for item in list(analysis, "techniques") {
        let shown = format!("{} {}", text(item, "id"), text(item, "name"));
        nodes.insert(text(item, "claim"), ("technique", name_key("technique", text(item, "id")), shown));
    }
    for item in list(analysis, "entities") {
        let (of, name) = (text(item, "type"), text(item, "name"));
        nodes.insert(text(item, "id"), (of, name_key(of, name), name.to_owned()));
    }
    for item in list(analysis, "observables").filter(|item| text(item, "verdict") == "indicator") {
        let node = ("indicator", text(item, "value").to_owned(), text(item, "display").to_owned());
        nodes.insert(text(item, "id"), node);
    }
    let is = |node: &Node<'_>| node.0 == kind && node.1 == key;
    let mut found = Vec::new();
    for item in list(analysis, "relations") {
        let ends = (nodes.get(text(item, "source")), nodes.get(text(item, "target")));
        let (Some(source), Some(target)) = ends else { continue };
        let word = text(item, "type").replace(['-', '_'], " ");
        let (words, other) = match (is(source), is(target)) {
            (true, false) => (word, target),
            (false, true) => (format!("{word}, said of"), source),
            _ => continue,
        };
        let place = list(item, "evidence").next().and_then(|e| {
            let point = |name: &str| usize::try_from(e[name].as_u64()?).ok();
            Some((point("start")?, point("end")?))
        });
        found.push((words, other.clone(), place));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_related_from_either_end() {
        let analysis = json!({
            "techniques": [{ "claim": "t1", "id": "T1105", "name": "Ingress Tool Transfer" }],
            "entities": [{ "id": "e1", "type": "malware", "name": "Tarrask" }, { "id": "e2", "type": "actor", "name": "APT29" }],
            "observables": [{ "id": "o1", "value": "evil.example", "display": "evil[.]example", "verdict": "reference" }],
            "relations": [
                { "type": "uses", "source": "e1", "target": "t1", "evidence": [{ "start": 3, "end": 9 }] },
                { "type": "attributed-to", "source": "e1", "target": "e2" },
                { "type": "uses", "source": "e2", "target": "o1" }, { "source": "x" }, 7,
            ],
        });
        let found = relations(&analysis, "malware", "tarrask");
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].0.as_str(), found[0].1.2.as_str(), found[0].2),
            ("uses", "T1105 Ingress Tool Transfer", Some((3, 9)))
        );
        assert_eq!(
            (found[1].0.as_str(), found[1].1.1.as_str(), found[1].2),
            ("attributed to", "apt29", None)
        );
        let other = relations(&analysis, "actor", "apt29");
        assert_eq!((other.len(), other[0].0.as_str()), (1, "attributed to, said of"));
        assert!(relations(&json!(null), "actor", "apt29").is_empty());
    }
}
