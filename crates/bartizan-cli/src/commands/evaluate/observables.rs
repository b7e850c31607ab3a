//! `bartizan evaluate --kind observables`: what the extractor finds in labelled texts, scored as `score_iocs.py` does.

use std::collections::{BTreeMap, BTreeSet};

use bartizan::learning::measure::{Bootstrap, Figures, Pairs};
use bartizan::observable::Extractor;
use bartizan::{Format, Input, Limits, Options};
use bartizan_knowledge::Pack;
use serde_json::{Value, json};

use super::canonical::{canonical, derived};
use super::shown;
use crate::args::{EvaluateArgs, Global};
use crate::exit::{Exit, Failure};
use crate::{labels, out};

/// Values of a kind from which on it counts in the mean over kinds.
const SUPPORT: usize = 20;

/// One labelled text. The values are canonical, kind first.
struct Text {
    doc_id: String,
    text: String,
    required: BTreeSet<(String, String)>,
    accepted: BTreeSet<(String, String)>,
    /// Kinds of which everything in the text is labelled; none if the line does not say.
    exhaustive: Option<BTreeSet<String>>,
}

/// Measures on labelled texts.
pub fn run(global: &Global, args: &EvaluateArgs, pack: &'static Pack) -> Result<Exit, Failure> {
    let mut texts = Vec::new();
    labels::lines(&args.labels, |place, line| {
        texts.push(read(line).map_err(|what| {
            let form = r#"{"doc_id": "a", "text": "...", "iocs": [{"type": "domain", "value": "evil.com"}]}"#;
            Failure::new(Exit::BadData, "labels.bad-line", format!("{place}: {what}; a line is {form}"))
        })?);
        Ok(())
    })?;
    if texts.iter().all(|t| t.required.is_empty()) {
        let message =
            format!("no text of {} has a value in \"iocs\", so nothing can be measured", args.labels);
        return Err(Failure::new(Exit::BadData, "labels.empty", message));
    }
    let every: BTreeSet<String> =
        texts.iter().flat_map(|t| &t.required).map(|(kind, _)| kind.clone()).collect();
    let extractor = Extractor::new(pack);
    let mut all = Pairs::default();
    let mut kinds: BTreeMap<String, Pairs> = BTreeMap::new();
    let limits = Limits::default();
    let options = Options { limits, ..Options::default() };
    for t in &texts {
        let input = Input::new(t.doc_id.clone(), t.text.clone());
        let (_, extraction) = extractor.observe(&input, Some(Format::Text), &options)?;
        let found = extraction.observables.iter().map(|o| canonical(o.kind.as_str(), &o.value));
        let known: BTreeSet<(String, String)> = t.required.union(&t.accepted).cloned().collect();
        let derived = derived(&known);
        let exhaustive = t.exhaustive.as_ref().unwrap_or(&every);
        let judged: BTreeSet<(String, String)> = found
            .filter(|f| {
                t.required.contains(f)
                    || (exhaustive.contains(&f.0) && !known.contains(f) && !derived.contains(f))
            })
            .collect();
        let of = |set: &BTreeSet<(String, String)>, kind: Option<&str>| -> BTreeSet<String> {
            set.iter()
                .filter(|(k, _)| kind.is_none_or(|kind| k == kind))
                .map(|(k, v)| format!("{k} {v}"))
                .collect()
        };
        let unit = |pairs: &mut Pairs, kind: Option<&str>| {
            let scores = of(&judged, kind).into_iter().map(|v| (v, 1.0)).collect();
            pairs.document();
            pairs.unit(&of(&t.required, kind), &scores, true);
        };
        unit(&mut all, None);
        let here: BTreeSet<&String> = judged.iter().chain(&t.required).map(|(kind, _)| kind).collect();
        for kind in here {
            unit(kinds.entry(kind.clone()).or_default(), Some(kind));
        }
    }
    let bootstrap = Bootstrap { samples: args.bootstrap, seed: args.seed };
    let at = [("found".to_owned(), 0.5)];
    let whole = all.figures(&at, bootstrap);
    let kinds: Vec<(String, Figures)> =
        kinds.into_iter().map(|(kind, pairs)| (kind, pairs.figures(&at, bootstrap))).collect();
    let large = || kinds.iter().filter(|k| k.1.gold >= SUPPORT).filter_map(|k| k.1.rows.first());
    let mean = large().map(|r| r.f1.value).sum::<f64>() / large().count().max(1) as f64;
    if global.json {
        out::json(&as_json(texts.len(), &whole, &kinds, mean, bootstrap))?;
    } else {
        out::text(&as_text(texts.len(), &whole, &kinds, mean))?;
    }
    Ok(Exit::Ok)
}

/// One line: {doc_id, text, iocs: [{type, value, level?}], exhaustive?}.
fn read(line: &[u8]) -> Result<Text, String> {
    let record: Value = serde_json::from_slice(line).map_err(|e| e.to_string())?;
    let id = &record["doc_id"];
    let doc_id = id.as_str().map(str::to_owned).or_else(|| id.as_i64().map(|n| n.to_string()));
    let doc_id = doc_id.ok_or("no doc_id that is a string or a number")?;
    let text = record["text"].as_str().ok_or("no text that is a string")?.to_owned();
    let iocs = record["iocs"].as_array().ok_or("no iocs that are a list")?;
    let (mut required, mut accepted) = (BTreeSet::new(), BTreeSet::new());
    for ioc in iocs {
        let (Some(kind), Some(value)) = (ioc["type"].as_str(), ioc["value"].as_str()) else {
            return Err("an ioc without a type or a value".into());
        };
        match ioc["level"].as_str().unwrap_or("required") {
            "required" => required.insert(canonical(kind, value)),
            "accepted" => accepted.insert(canonical(kind, value)),
            other => return Err(format!("level {other:?} is neither required nor accepted")),
        };
    }
    let list =
        |v: &Value| v.as_array().map(|l| l.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    Ok(Text { doc_id, text, required, accepted, exhaustive: list(&record["exhaustive"]) })
}

fn as_text(texts: usize, whole: &Figures, kinds: &[(String, Figures)], mean: f64) -> String {
    let mut text = format!("{texts} texts, {} labelled values\n\n", whole.gold);
    text += &format!("  {:<16} {:>7} {:<18} {:<18} {:<18}\n", "kind", "values", "precision", "recall", "F1");
    let mut line = |name: &str, f: &Figures| {
        if let Some(r) = f.rows.first() {
            text += &format!(
                "  {name:<16} {:>7} {:<18} {:<18} {:<18}\n",
                f.gold,
                shown::estimate(r.precision),
                shown::estimate(r.recall),
                shown::estimate(r.f1)
            );
        }
    };
    kinds.iter().for_each(|(kind, f)| line(kind, f));
    line("all", whole);
    text += &format!("  mean F1 over kinds with {SUPPORT} values or more: {mean:.3}\n");
    text
}

fn as_json(
    texts: usize,
    whole: &Figures,
    kinds: &[(String, Figures)],
    mean: f64,
    bootstrap: Bootstrap,
) -> Value {
    let one = |kind: &str, f: &Figures| {
        let mut value = f.rows.first().map_or(Value::Null, shown::row_json);
        if let Some(object) = value.as_object_mut() {
            for unused in ["name", "threshold", "macro_f1", "false_alarms"] {
                object.remove(unused);
            }
            object.insert("kind".into(), json!(kind));
            object.insert("labelled".into(), json!(f.gold));
        }
        value
    };
    json!({
        "texts": texts,
        "bootstrap": { "samples": bootstrap.samples, "seed": bootstrap.seed },
        "all": one("all", whole),
        "macro_f1": mean,
        "kinds": kinds.iter().map(|(kind, f)| one(kind, f)).collect::<Vec<_>>(),
    })
}
