//! Variables: declared in the right form, and used only where declared (section 10.18).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Finding, finding, members, object, pointer, strings};

pub(super) fn check(playbook: &Map<String, Value>, out: &mut Vec<Finding>) {
    let global = declared(playbook, "playbook_variables", "", out);
    let mut used: BTreeSet<String> = BTreeSet::new();
    for (_, path, step) in members(playbook, "workflow") {
        let own = declared(step, "step_variables", &path, out);
        let mut here = BTreeSet::new();
        let members = step.iter().filter(|(name, _)| *name != "step_variables");
        members.for_each(|(_, value)| mentions(value, &mut here, 0));
        here.extend(strings(step, "in_args").chain(strings(step, "out_args")).map(str::to_owned));
        for name in here.iter().filter(|name| !own.contains(*name) && !global.contains(*name)) {
            out.push(finding("variable", &path, format!("{name} is not declared")));
        }
        used.extend(here);
    }
    for name in ["agent_definitions", "target_definitions", "authentication_info_definitions"] {
        let mut here = BTreeSet::new();
        if let Some(value) = playbook.get(name) {
            mentions(value, &mut here, 0);
        }
        for variable in here.iter().filter(|variable| !global.contains(*variable)) {
            out.push(finding("variable", format!("/{name}"), format!("{variable} is not declared")));
        }
        used.extend(here);
    }
    for name in global.iter().filter(|name| !used.contains(*name)) {
        out.push(finding("variable-unused", pointer("playbook_variables", name), "nothing uses it"));
    }
}

/// Names that are declared; findings about their form.
fn declared(of: &Map<String, Value>, name: &str, path: &str, out: &mut Vec<Finding>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (key, value) in object(of, name).into_iter().flatten() {
        let at = format!("{path}{}", pointer(name, key));
        if !is_name(key) {
            out.push(finding("variable", &at, format!("{key} is not of the form __name__")));
        }
        if !value.get("type").is_some_and(Value::is_string) {
            out.push(finding("variable", &at, "it has no type"));
        }
        if value.get("value").is_some_and(|v| !v.is_string() && !v.is_null()) {
            out.push(finding("variable", &at, "its value is no string"));
        }
        names.insert(key.clone());
    }
    names
}

/// `__name__` with letters, digits, `_` and `-`.
fn is_name(text: &str) -> bool {
    let inner = text.strip_prefix("__").and_then(|rest| rest.strip_suffix("__")).unwrap_or_default();
    let first = inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    first && inner.len() <= 200 && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// Names in `__name__:value` anywhere below.
fn mentions(value: &Value, out: &mut BTreeSet<String>, depth: usize) {
    if depth > 64 {
        return;
    }
    match value {
        Value::String(text) => out.extend(names_in(text)),
        Value::Array(all) => all.iter().for_each(|one| mentions(one, out, depth + 1)),
        Value::Object(all) => all.values().for_each(|one| mentions(one, out, depth + 1)),
        _ => {}
    }
}

fn names_in(text: &str) -> Vec<String> {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let ends = text.match_indices("__:value").map(|(at, _)| at + 2);
    let names = ends.filter_map(|end| {
        let before = text.get(..end)?;
        let run = before.get(before.trim_end_matches(is_inside).len()..)?;
        let name = run.get(run.find("__")?..)?;
        is_name(name).then(|| name.to_owned())
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_text() {
        assert_eq!(names_in("block __a_b__:value, then ($__c-d__:value)"), ["__a_b__", "__c-d__"]);
        assert!(names_in("é__:value __x__ ____:value").is_empty());
        assert!(is_name("__a__") && !is_name("a") && !is_name("____") && !is_name("__1a__"));
    }
}
