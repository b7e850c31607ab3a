//! `bartizan knowledge diff`

use std::collections::BTreeMap;
use std::path::Path;

use bartizan_knowledge::{Change, ChangeKind, Pack, changes};
use serde_json::{Value, json as value};

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::{knowledge, out, terminal};

/// Compares two packs; exit code 0 whether they differ or not.
pub fn run(global: &Global, old: Option<&Path>, new: Option<&Path>) -> Result<Exit, Failure> {
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (knowledge::load(old)?, knowledge::load(new)?),
        (Some(old), None) => (knowledge::load(old)?, knowledge::open(global)?),
        (None, _) => (Pack::built_in(), knowledge::open(global)?),
    };
    let list = changes(old, new);
    if global.json {
        out::json(&value!({ "old": { "built": old.built(), "version": old.version_line() },
            "new": { "built": new.built(), "version": new.version_line() }, "changes": json(&list) }))?;
        return Ok(Exit::Ok);
    }
    let style = terminal::Style::stdout();
    let mut text = format!(
        "old: {} ({})\nnew: {} ({})\n",
        old.built(),
        old.version_line(),
        new.built(),
        new.version_line()
    );
    for change in &list {
        let tail = match change.kind {
            ChangeKind::Replaced(by) => format!(" → {by}"),
            ChangeKind::Renamed(was) => format!(" (was {was})"),
            ChangeKind::Added | ChangeKind::Deprecated | ChangeKind::Removed => String::new(),
        };
        let id = format!("{:<15}", change.id);
        text += &format!(
            "{:<10} {:<14} {} {}{tail}\n",
            change.kind.as_str(),
            change.subject,
            style.bold(&id),
            change.name
        );
    }
    text += &summary(&list);
    out::text(&text)?;
    Ok(Exit::Ok)
}

/// Changes as JSON.
pub fn json(list: &[Change<'_>]) -> Vec<Value> {
    list.iter()
        .map(|c| {
            let mut item =
                value!({ "change": c.kind.as_str(), "subject": c.subject, "id": c.id, "name": c.name });
            match c.kind {
                ChangeKind::Replaced(by) => item["successor"] = value!(by),
                ChangeKind::Renamed(was) => item["old_name"] = value!(was),
                ChangeKind::Added | ChangeKind::Deprecated | ChangeKind::Removed => {}
            }
            item
        })
        .collect()
}

/// Counts, one line for each subject.
pub fn summary(list: &[Change<'_>]) -> String {
    let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for change in list {
        *counts.entry(change.subject).or_default().entry(change.kind.as_str()).or_default() += 1;
    }
    if counts.is_empty() {
        return "No tactic, technique, object or exploited vulnerability differs.\n".into();
    }
    let mut text = String::new();
    for (subject, kinds) in counts {
        let kinds: Vec<String> = kinds.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        text += &format!("{subject}: {}\n", kinds.join(", "));
    }
    text
}
