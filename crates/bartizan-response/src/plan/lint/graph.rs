//! The ways through the steps: one start, an end, no dead step, no way round in a circle.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Finding, finding, members, object, pointer, strings, type_of};

pub(super) fn check(playbook: &Map<String, Value>, out: &mut Vec<Finding>) {
    let Some(workflow) = object(playbook, "workflow") else { return };
    let of_type = |kind: &str| -> Vec<&str> {
        let is = |value: &Value| value.get("type").and_then(Value::as_str) == Some(kind);
        workflow.iter().filter(|(_, value)| is(value)).map(|(key, _)| key.as_str()).collect()
    };
    for (key, _) in workflow.iter().filter(|(_, value)| !value.is_object()) {
        out.push(finding("value", pointer("workflow", key), "a step is an object"));
    }
    let (starts, ends) = (of_type("start"), of_type("end"));
    let named = playbook.get("workflow_start").and_then(Value::as_str);
    if starts.len() != 1 {
        out.push(finding("start", "/workflow", format!("there are {} start steps", starts.len())));
    } else if named.is_some() && named != starts.first().copied() {
        out.push(finding("start", "/workflow_start", "it does not name the start step"));
    }
    if ends.is_empty() {
        out.push(finding("end", "/workflow", "there is no end step"));
    }
    if of_type("action").is_empty() && of_type("playbook-action").is_empty() {
        out.push(finding("action", "/workflow", "there is no action step"));
    }
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, path, step) in members(playbook, "workflow") {
        let ways = ways(step);
        transitions(&path, step, &ways, out);
        for id in &ways {
            if !workflow.contains_key(*id) && type_of(id) != Some("playbook") {
                out.push(finding("missing-step", &path, format!("{id} does not exist")));
            }
        }
        next.insert(key, ways);
    }
    let exception = playbook.get("workflow_exception").and_then(Value::as_str);
    if let Some(exception) = exception.filter(|id| !workflow.contains_key(*id)) {
        out.push(finding("missing-step", "/workflow_exception", format!("{exception} does not exist")));
    }
    let seen = reached(&next, named.into_iter().chain(exception));
    for key in next.keys().filter(|key| !seen.contains(**key)) {
        out.push(finding("unreachable", pointer("workflow", key), "no way leads to it from the start"));
    }
    if let Some(key) = circle(&next) {
        out.push(finding("cycle", pointer("workflow", key), "a way leads from it back to it"));
    }
}

/// Ids of steps that may follow. What a while-condition repeats comes back by itself, so a way back to it is no circle; it is
/// one in the steps, and therefore a finding.
fn ways(step: &Map<String, Value>) -> Vec<&str> {
    let one = ["on_completion", "on_success", "on_failure", "on_true", "on_false"];
    let mut ways: Vec<&str> = one.iter().filter_map(|name| step.get(*name).and_then(Value::as_str)).collect();
    ways.extend(strings(step, "next_steps"));
    let cases = step.get("cases").and_then(Value::as_object).into_iter().flatten();
    ways.extend(cases.filter_map(|(_, id)| id.as_str()));
    ways
}

fn transitions(path: &str, step: &Map<String, Value>, ways: &[&str], out: &mut Vec<Finding>) {
    let kind = step.get("type").and_then(Value::as_str).unwrap_or_default();
    if kind == "end" {
        if !ways.is_empty() {
            out.push(finding("end", path, "an end step leads on"));
        }
        return;
    }
    let has = |name: &str| step.contains_key(name);
    if has("on_completion") && (has("on_success") || has("on_failure")) {
        out.push(finding("transition", path, "on_completion stands beside on_success or on_failure"));
    }
    if kind == "start" && (has("on_success") || has("on_failure")) {
        out.push(finding("transition", path, "a start step has on_completion only"));
    }
    let later = ["on_completion", "on_success"].iter().any(|name| has(name));
    if !later && kind != "start" {
        out.push(finding("transition", path, "nothing follows the step"));
    }
}

/// Everything that can be reached.
fn reached<'v>(
    next: &BTreeMap<&'v str, Vec<&'v str>>,
    from: impl Iterator<Item = &'v str>,
) -> BTreeSet<&'v str> {
    let mut open: Vec<&str> = from.collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(next.get(id).into_iter().flatten());
        }
    }
    seen
}

/// A step on a circle that no while-condition is part of. A while-condition is left out: its ways back are its meaning.
fn circle<'v>(next: &BTreeMap<&'v str, Vec<&'v str>>) -> Option<&'v str> {
    let is_while = |id: &str| id.starts_with("while-condition--");
    // Steps without a way in are taken away until none is left; what stays lies on or behind a circle.
    let mut ways_in: BTreeMap<&str, usize> = BTreeMap::new();
    let edges = |id: &'v str| {
        let all = next.get(id).into_iter().flatten().copied();
        all.filter(move |to| next.contains_key(to) && !is_while(to) && !is_while(id))
    };
    for id in next.keys() {
        ways_in.entry(id).or_insert(0);
        for to in edges(id) {
            *ways_in.entry(to).or_insert(0) += 1;
        }
    }
    let mut free: Vec<&'v str> = ways_in.iter().filter(|(_, n)| **n == 0).map(|(id, _)| *id).collect();
    let mut left: BTreeSet<&'v str> = next.keys().copied().collect();
    while let Some(id) = free.pop() {
        left.remove(id);
        for to in edges(id) {
            if let Some(n) = ways_in.get_mut(to) {
                *n -= 1;
                if *n == 0 {
                    free.push(to);
                }
            }
        }
    }
    left.first().copied()
}
