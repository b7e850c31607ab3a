//! `info.yml` of SigmaHQ's regression data: rules by their ids, each with a file of events that it must find.
//!
//! ```yaml
//! rule_metadata:
//!     - id: 63b16abe-2d5c-4a2f-b0ae-f1bc4580e40c
//! regression_tests_info:
//!     - name: Positive Detection Test
//!       type: evtx
//!       path: regression_data/rules/…/63b16abe-….evtx
//!       match_count: 1
//! ```
//!
//! `match_count` is the least number of matches: four of the 172 files that have one hold more events that match.

use std::path::{Component, Path, PathBuf};

use bartizan_sigma::yaml::{self, Node};

use super::case::{Case, Expected, Given};
use crate::commands::sigma::rules;

/// The file that a rule names as `regression_tests_path`; it counts from the root of the rules.
pub fn beside(rule: &Path, node: &Node) -> Option<PathBuf> {
    let text = node.text().filter(|text| !text.is_empty())?;
    // Named, but not there: the test says so.
    Some(under(rule, text).unwrap_or_else(|| PathBuf::from(text)))
}

/// The tests of a file.
pub fn cases(file: &Path) -> Vec<Case> {
    let documents = match rules::text(file).map(|text| yaml::parse(&text)) {
        Ok(Ok(documents)) => documents,
        Ok(Err(error)) => return vec![Case::broken(file, error.code(), error.to_string())],
        Err(failure) => return vec![Case::broken(file, &failure.code, failure.message)],
    };
    documents.iter().flat_map(|document| of(file, document)).collect()
}

fn of(file: &Path, document: &Node) -> Vec<Case> {
    let list = |key| document.get(key).and_then(Node::list).unwrap_or_default();
    let mut cases = Vec::new();
    for rule in list("rule_metadata").iter().filter_map(|rule| rule.get("id")?.text()) {
        for test in list("regression_tests_info") {
            let name = test.get("name").and_then(Node::text).unwrap_or("regression test").to_owned();
            cases.push(Case { name, file: file.to_owned(), given: given(file, rule, test) });
        }
    }
    cases
}

fn given(file: &Path, rule: &str, test: &Node) -> Result<Given, (String, String)> {
    let wrong = |message: String| ("sigma.test".to_owned(), message);
    let path = test.get("path").and_then(Node::text).ok_or_else(|| wrong("`path` is missing".into()))?;
    let events = under(file, path).ok_or_else(|| {
        ("input.unreadable".to_owned(), format!("there is no file {path} beside it, nor above it"))
    })?;
    let expected = match test.get("match_count") {
        None => Expected::AtLeast(1),
        Some(count) => match count.text().and_then(|text| text.parse().ok()) {
            // Data that must stay quiet.
            Some(0) => Expected::Count(0),
            Some(number) => Expected::AtLeast(number),
            None => return Err(wrong("`match_count` is a whole number".into())),
        },
    };
    Ok(Given { rule: rule.to_owned(), inline: Vec::new(), files: vec![events], expected })
}

/// A relative path, counted from the folder of `file` or one above it; else the file of that name beside it.
fn under(file: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return None;
    }
    let here = file.parent().map(Path::to_owned).unwrap_or_default();
    let whole = here.canonicalize().unwrap_or_else(|_| here.clone());
    let above = whole.ancestors().map(|folder| folder.join(path)).find(|path| path.is_file());
    above.or_else(|| Some(here.join(path.file_name()?)).filter(|path| path.is_file()))
}
