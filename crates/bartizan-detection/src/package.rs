//! The files of `detections/`: rules, queries, verdicts.

use serde_json::{Value, json};

use bartizan::Analysis;

use crate::{Detection, Detections, Platform};

/// Folder of the files in a package.
pub const FOLDER: &str = "detections";

/// Names below [`FOLDER`] and contents, in order.
pub fn files(analysis: &Analysis, found: &Detections, platforms: &[&Platform]) -> Vec<(String, Vec<u8>)> {
    let rules =
        found.rules.iter().map(|rule| (format!("sigma/{}", file_name(rule)), rule.yaml.clone().into_bytes()));
    let queries = platforms
        .iter()
        .map(|platform| (format!("queries/{}.jsonl", platform.name), platform.lines(&found.rules)));
    let verdicts = [("verdicts.json".to_owned(), pretty(&verdicts(analysis, found)))];
    rules.chain(queries).chain(verdicts).collect()
}

/// `proc_creation_vssadmin_execution_with_delete_shadows_1a2b3c4d.yml`
pub fn file_name(rule: &Detection) -> String {
    let source = rule.log_source.category.as_deref().or(rule.log_source.service.as_deref()).unwrap_or("any");
    let title = rule.title.split(" - ").next().unwrap_or_default();
    let mut slug = String::new();
    for c in title.chars().take(60) {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let source = source.replace("process_creation", "proc_creation");
    format!("{source}_{}_{}.yml", slug.trim_matches('_'), rule.id.get(..8).unwrap_or_default())
}

/// What every rule was tried on, what was refused, and where every technique and indicator ended.
pub fn verdicts(analysis: &Analysis, found: &Detections) -> Value {
    let observable = |index: &usize| {
        let found = analysis.observables.get(*index);
        found.map(|o| json!({ "kind": o.kind.as_str(), "value": o.value }))
    };
    let rules = found.rules.iter().map(|rule| {
        let what = |samples: &[crate::Sample]| samples.iter().map(|s| s.what.clone()).collect::<Vec<_>>();
        json!({
            "id": rule.id, "title": rule.title, "file": format!("sigma/{}", file_name(rule)),
            "kind": rule.kind.as_str(), "level": rule.level.as_str(), "level_reason": rule.level_reason,
            "log_source": rule.log_source.name(),
            "techniques": rule.techniques.iter().filter_map(|i| Some(analysis.techniques.get(*i)?.id.clone())).collect::<Vec<_>>(),
            "must_match": what(&rule.proof.positives), "must_not_match": what(&rule.proof.negatives),
            "passed": rule.proof.holds(),
        })
    });
    let refused = found.refused.iter().map(|refused| {
        json!({ "code": refused.code, "reason": refused.reason,
            "observables": refused.observables.iter().filter_map(observable).collect::<Vec<_>>() })
    });
    let techniques = found.techniques.iter().filter_map(|account| {
        let technique = analysis.techniques.get(account.technique)?;
        let rules: Vec<_> =
            account.rules.iter().filter_map(|i| Some(found.rules.get(*i)?.id.clone())).collect();
        let covered =
            if rules.is_empty() { "no log-visible observable in this report" } else { "generated rule" };
        Some(json!({ "id": technique.id, "name": technique.name, "covered": covered, "rules": rules,
            "log_sources": account.log_sources }))
    });
    let left = found.undetectable.iter().filter_map(|left| {
        let mut line = observable(&left.observable)?;
        line["reason"] = json!(left.reason);
        Some(line)
    });
    json!({
        "version": 1,
        "rules": rules.collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
        "techniques": techniques.collect::<Vec<_>>(),
        "undetectable": left.collect::<Vec<_>>(),
    })
}

fn pretty(value: &Value) -> Vec<u8> {
    let mut text = format!("{value:#}");
    text.push('\n');
    text.into_bytes()
}
