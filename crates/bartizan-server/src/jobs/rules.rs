//! The rules in a package, with how their proof went: `detections/verdicts.json` and the files beside it.

use std::collections::BTreeMap;

use bartizan_store::KeptRule;
use serde_json::Value;

const FOLDER: &str = "detections";

/// The rules of a package; none where it holds none that can be read.
pub(super) fn rules(files: &BTreeMap<String, Vec<u8>>) -> Vec<KeptRule> {
    let verdicts = files.get(&format!("{FOLDER}/verdicts.json"));
    let verdicts: Value = verdicts.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    let mut techniques: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for technique in list(&verdicts, "techniques") {
        for rule in list(technique, "rules").filter_map(Value::as_str) {
            techniques.entry(rule).or_default().push(text(technique, "id").to_owned());
        }
    }
    let rule = |rule: &Value| {
        let id = text(rule, "id");
        let body = files.get(&format!("{FOLDER}/sigma/{}", text(rule, "file")));
        KeptRule {
            id: id.to_owned(),
            title: text(rule, "title").to_owned(),
            level: text(rule, "level").to_owned(),
            source: text(rule, "log_source").to_owned(),
            verdict: verdict(rule),
            proven: rule["holds"].as_bool().unwrap_or_default(),
            body: body.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default(),
            techniques: techniques.get(id).cloned().unwrap_or_default(),
        }
    };
    list(&verdicts, "rules").map(rule).collect()
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// `fires on 3 of 3, silent on 40 of 40`.
fn verdict(rule: &Value) -> String {
    let number = |name: &str| rule[name].as_u64().unwrap_or_default();
    let (positives, negatives) = (number("positives"), number("negatives"));
    let without = |all: u64, name: &str| all.saturating_sub(list(rule, name).count() as u64);
    format!(
        "fires on {} of {positives}, silent on {} of {negatives}",
        without(positives, "missed"),
        without(negatives, "false_alarms")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_its_verdict_its_text_and_its_techniques() {
        let verdicts = serde_json::json!({
            "rules": [{ "id": "r1", "title": "A task", "file": "a.yml", "level": "high", "log_source": "windows",
                "positives": 3, "negatives": 40, "missed": ["x"], "false_alarms": [], "holds": false }, 7],
            "techniques": [{ "id": "T1053.005", "rules": ["r1"] }, { "id": "T1059", "rules": [] }],
        });
        let files = BTreeMap::from([
            ("detections/verdicts.json".to_owned(), verdicts.to_string().into_bytes()),
            ("detections/sigma/a.yml".to_owned(), b"title: A task\n".to_vec()),
        ]);
        let rules = rules(&files);
        assert_eq!(rules[0].verdict, "fires on 2 of 3, silent on 40 of 40");
        assert_eq!(
            (rules[0].body.as_str(), &rules[0].techniques[..]),
            ("title: A task\n", &["T1053.005".to_owned()][..])
        );
        assert!(rules[1].id.is_empty() && super::rules(&BTreeMap::new()).is_empty());
    }
}
