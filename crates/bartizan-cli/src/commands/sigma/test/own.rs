//! Tests of one's own: a YAML file with `tests:`.
//!
//! ```yaml
//! tests:
//!   - name: shadow copies deleted
//!     rule: shadow_copies.yml      # a file beside this one, or an id, name or title
//!     events:                      # here, or a file: events: shadow_copies.evtx
//!       - Image: C:\Windows\System32\vssadmin.exe
//!         CommandLine: vssadmin delete shadows /all
//!     match: true                  # or false, or how many events match
//! ```

use std::path::{Path, PathBuf};

use bartizan_sigma::yaml::{Kind, Node, Scalar};
use serde_json::{Map, Value, json};

use super::case::{Case, Expected, Given};
use super::known::Files;

const KEYS: [&str; 4] = ["name", "rule", "events", "match"];

type Wrong = (String, String);

fn wrong(node: &Node, message: impl std::fmt::Display) -> Wrong {
    ("sigma.test".into(), format!("line {}: {message}", node.place.line))
}

/// The tests of a document. Rules that it names by their file are read.
pub fn cases(file: &Path, document: &Node, known: &mut Files) -> Vec<Case> {
    let tests = document.get("tests").and_then(Node::list).unwrap_or_default();
    if tests.is_empty() {
        return vec![Case::broken(file, "sigma.test", "`tests` is a list of tests".into())];
    }
    let named = |(index, test): (usize, &Node)| {
        let name = test.get("name").and_then(Node::text).map(str::to_owned);
        let name = name.unwrap_or_else(|| format!("test {}", index + 1));
        Case { name, file: file.to_owned(), given: given(file, test, known) }
    };
    tests.iter().enumerate().map(named).collect()
}

fn given(file: &Path, test: &Node, known: &mut Files) -> Result<Given, Wrong> {
    for (key, _) in test.map().ok_or_else(|| wrong(test, "a test is a mapping"))? {
        if !key.text().is_some_and(|key| KEYS.contains(&key)) {
            return Err(wrong(key, format!("a test has {}, no other keys", KEYS.join(", "))));
        }
    }
    let need = |key: &str| test.get(key).ok_or_else(|| wrong(test, format!("`{key}` is missing")));
    let rule = need("rule")?;
    let rule = rule.text().ok_or_else(|| wrong(rule, "a rule is named by its file, id, name or title"))?;
    let (inline, files) = events(file, need("events")?)?;
    Ok(Given { rule: rule_name(file, rule, known), inline, files, expected: expected(test.get("match"))? })
}

/// A rule that is named by its file is read.
fn rule_name(file: &Path, rule: &str, known: &mut Files) -> String {
    let path = beside(file, rule);
    if !path.is_file() {
        return rule.to_owned();
    }
    known.add(&path);
    path.display().to_string()
}

fn beside(file: &Path, path: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(path)
}

fn events(file: &Path, node: &Node) -> Result<(Vec<Value>, Vec<PathBuf>), Wrong> {
    let paths = node.texts();
    if !paths.is_empty() {
        let files = paths.iter().map(|path| beside(file, path));
        return Ok((Vec::new(), files.collect()));
    }
    let list = node.list().unwrap_or(std::slice::from_ref(node));
    if !list.iter().all(|event| event.map().is_some()) {
        return Err(wrong(node, "`events` is a list of mappings, or of files"));
    }
    Ok((list.iter().map(json_of).collect(), Vec::new()))
}

fn expected(node: Option<&Node>) -> Result<Expected, Wrong> {
    let Some(node) = node else { return Ok(Expected::AtLeast(1)) };
    let count = |number: &str| number.parse().ok().map(Expected::Count);
    let expected = match node.scalar() {
        Some(Scalar::Bool(true)) => Some(Expected::AtLeast(1)),
        Some(Scalar::Bool(false)) => Some(Expected::Count(0)),
        Some(Scalar::Number(number)) => count(number.text()),
        _ => None,
    };
    expected.ok_or_else(|| wrong(node, "`match` is true, false or a number of events"))
}

fn json_of(node: &Node) -> Value {
    match &node.kind {
        Kind::List(items) => items.iter().map(json_of).collect(),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|(k, v)| (k.text().unwrap_or_default().to_owned(), json_of(v)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Kind::Scalar { .. } => match node.scalar() {
            Some(Scalar::Bool(yes)) => json!(yes),
            Some(Scalar::Number(number)) => {
                number.text().parse().map(Value::Number).unwrap_or_else(|_| json!(number.text()))
            }
            Some(Scalar::Text(text)) => json!(text),
            Some(Scalar::Null) | None => Value::Null,
        },
    }
}
