//! The files of `detections/`: rules, queries, verdicts, lists, rules for networks and files.

use bartizan::Analysis;
use serde_json::json;

use crate::{Detections, Queries, lists, report, select, suricata, yara};

/// Folder of the files in a package.
pub const FOLDER: &str = "detections";

/// Names below [`FOLDER`] and contents, in order.
pub fn files(
    analysis: &Analysis,
    found: &Detections,
    queries: &[Queries],
    chosen: Option<report::Chosen<'_>>,
) -> Vec<(String, Vec<u8>)> {
    let mut out: Vec<(String, Vec<u8>)> = Vec::new();
    for rule in &found.rules {
        out.push((format!("sigma/{}", rule.file_name()), rule.yaml.clone().into_bytes()));
    }
    for one in queries {
        out.push((format!("queries/{}.jsonl", one.platform), one.lines(&found.rules)));
    }
    out.push(("verdicts.json".to_owned(), report::verdicts(analysis, found, chosen)));
    out.push(("junit.xml".to_owned(), report::junit(found)));
    out.extend(chosen.map(|chosen| ("selected.jsonl".to_owned(), selected(analysis, chosen))));
    out.extend(lists::all(analysis).into_iter().map(|list| (format!("lists/{}", list.path), list.bytes)));
    out.extend(suricata::rules(analysis).map(|bytes| ("suricata.rules".to_owned(), bytes)));
    out.extend(yara::rules(analysis).map(|bytes| ("indicators.yar".to_owned(), bytes)));
    out
}

/// Rules of the user's corpus that fit the report, a line each, best first.
fn selected(analysis: &Analysis, (corpus, selected): (&select::Corpus, &[select::Selected])) -> Vec<u8> {
    let mut out = Vec::new();
    for one in selected {
        let Some(rule) = corpus.rules().get(one.rule) else { continue };
        let techniques =
            one.techniques.iter().filter_map(|i| analysis.techniques.get(*i)).map(|t| t.id.as_str());
        let line = json!({
            "id": rule.id, "title": rule.title, "file": rule.file, "score": (f64::from(one.score) * 100.0).round() / 100.0, "reasons": one.reasons,
            "techniques": techniques.collect::<Vec<_>>(),
        });
        out.extend_from_slice(line.to_string().as_bytes());
        out.push(b'\n');
    }
    out
}
