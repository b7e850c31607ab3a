//! Steps: types, what they must have, what they name, and what would run by itself.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Finding, finding, members, object, pointer, strings, type_of};

/// Section 4.1 and those of each type: common properties.
const COMMON: [&str; 12] = [
    "type",
    "name",
    "description",
    "external_references",
    "delay",
    "timeout",
    "step_variables",
    "owner",
    "on_completion",
    "on_success",
    "on_failure",
    "step_extensions",
];

/// Type, what it must have, what it may have besides (sections 4.3 to 4.10).
const TYPES: [(&str, &[&str], &[&str]); 8] = [
    ("start", &["on_completion"], &[]),
    ("end", &[], &[]),
    ("action", &["commands", "agent"], &["targets", "in_args", "out_args"]),
    ("playbook-action", &["playbook_id"], &["playbook_version", "in_args", "out_args"]),
    ("parallel", &["next_steps"], &[]),
    ("if-condition", &["condition", "on_true"], &["on_false"]),
    ("while-condition", &["condition", "on_true"], &[]),
    ("switch-condition", &["switch", "cases"], &[]),
];

/// Commands a person carries out, or that only look.
const HARMLESS: [&str; 5] = ["manual", "sigma", "yara", "kestrel", "elastic"];
/// Activities that take something away.
const TAKING: [&str; 5] =
    ["restrict-access", "disconnect-system", "eliminate-risk", "revert-system", "configure-systems"];
/// Words of commands that take something away.
const WORDS: [&str; 26] = [
    "rm -",
    "rm\t",
    "del ",
    "rmdir",
    "remove-",
    "uninstall",
    "format ",
    "mkfs",
    "dd if=",
    "shutdown",
    "stop-",
    "disable",
    "systemctl stop",
    "kill",
    "drop ",
    "iptables",
    "deny",
    "delete",
    "revoke",
    "reset-",
    "quarantine",
    "isolate",
    "wipe",
    "cipher /w",
    "vssadmin",
    "clear-",
];

pub(super) fn check(playbook: &Map<String, Value>, out: &mut Vec<Finding>) {
    let agents: BTreeSet<&str> = keys(playbook, "agent_definitions");
    let targets: BTreeSet<&str> = keys(playbook, "target_definitions");
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for (key, path, step) in members(playbook, "workflow") {
        properties(key, &path, step, out);
        let agent = step.get("agent").and_then(Value::as_str);
        for (id, defined) in
            agent.into_iter().map(|id| (id, &agents)).chain(strings(step, "targets").map(|id| (id, &targets)))
        {
            used.insert(id);
            if !defined.contains(id) {
                out.push(finding("missing-definition", &path, format!("{id} is not defined")));
            }
        }
        used.extend(step.get("owner").and_then(Value::as_str));
        for (number, command) in
            step.get("commands").and_then(Value::as_array).into_iter().flatten().enumerate()
        {
            command_of(&format!("{path}/commands/{number}"), command, out);
        }
    }
    for name in ["agent_definitions", "target_definitions"] {
        for (key, path, definition) in members(playbook, name) {
            definition_of(key, &path, definition, out);
            if !used.contains(key) {
                out.push(finding("orphan", pointer(name, key), "no step uses it"));
            }
        }
    }
}

fn keys<'v>(playbook: &'v Map<String, Value>, name: &str) -> BTreeSet<&'v str> {
    object(playbook, name).into_iter().flat_map(Map::keys).map(String::as_str).collect()
}

fn properties(key: &str, path: &str, step: &Map<String, Value>, out: &mut Vec<Finding>) {
    let Some(kind) = step.get("type").and_then(Value::as_str) else {
        out.push(finding("required", path, "type is not there"));
        return;
    };
    let Some((_, required, further)) = TYPES.iter().find(|(name, _, _)| *name == kind) else {
        out.push(finding("step-type", path, format!("{kind} is no type of step")));
        return;
    };
    if type_of(key).is_some_and(|of| of != kind) {
        out.push(finding("step-type", path, format!("the step is {kind}, its key is not")));
    }
    for name in required.iter().filter(|name| !step.contains_key(**name)) {
        out.push(finding("required", path, format!("{name} is not there")));
    }
    let knows = |name: &str| COMMON.contains(&name) || required.contains(&name) || further.contains(&name);
    for name in step.keys().filter(|name| !knows(name)) {
        out.push(finding("property", path, format!("{name} is no property of {kind}")));
    }
    let least = if kind == "parallel" { 2 } else { 1 };
    for name in ["commands", "next_steps", "targets", "in_args", "out_args"] {
        if step.get(name).is_some_and(|value| value.as_array().is_none_or(|all| all.len() < least)) {
            out.push(finding("value", path, format!("{name} is a list of at least {least}")));
        }
    }
    for name in ["condition", "switch"] {
        if step.get(name).is_some_and(|value| value.as_str().is_none_or(|text| text.trim().is_empty())) {
            out.push(finding("value", path, format!("{name} is empty")));
        }
    }
}

fn command_of(path: &str, command: &Value, out: &mut Vec<Finding>) {
    let Some(command) = command.as_object() else {
        out.push(finding("value", path, "a command is an object"));
        return;
    };
    let Some(kind) = command.get("type").and_then(Value::as_str) else {
        out.push(finding("required", path, "type is not there"));
        return;
    };
    let text = command.get("command").and_then(Value::as_str).map(str::to_owned);
    let encoded = command.get("command_b64").and_then(Value::as_str);
    if kind == "manual" && text.is_none() && encoded.is_none() {
        out.push(finding("required", path, "neither command nor command_b64 is there"));
    }
    if HARMLESS.contains(&kind) {
        return;
    }
    let activity = command.get("playbook_activity").and_then(Value::as_str).unwrap_or_default();
    let text =
        [text, encoded.map(decoded)].into_iter().flatten().collect::<Vec<_>>().join("\n").to_lowercase();
    let word = WORDS.iter().find(|word| text.contains(**word));
    if TAKING.contains(&activity) || word.is_some() {
        let why = word.map_or(activity, |word| word.trim());
        out.push(finding(
            "auto-run",
            path,
            format!("a {kind} command that takes something away ({why}) is not manual"),
        ));
    }
}

/// RFC 4648 base64, as far as it goes; what is no text is left out.
fn decoded(text: &str) -> String {
    let digit = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    let (mut bits, mut have, mut bytes) = (0u32, 0u32, Vec::new());
    for value in text.bytes().filter_map(digit) {
        bits = (bits << 6 | u32::from(value)) & 0xFFFF;
        have += 6;
        if have >= 8 {
            have -= 8;
            bytes.push((bits >> have & 0xFF) as u8);
        }
    }
    // UTF-16, as PowerShell wants it, reads the same without its zeros.
    bytes.retain(|b| *b != 0);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn definition_of(key: &str, path: &str, definition: &Map<String, Value>, out: &mut Vec<Finding>) {
    for name in ["type", "name"] {
        if !definition.contains_key(name) {
            out.push(finding("required", path, format!("{name} is not there")));
        }
    }
    let kind = definition.get("type").and_then(Value::as_str);
    if kind.is_some() && type_of(key).is_some() && kind != type_of(key) {
        out.push(finding("identifier", path, "the key is not of the type of what it defines"));
    }
    if kind == Some("security-category") && strings(definition, "category").next().is_none() {
        out.push(finding("required", path, "category is not there"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_in_both_alphabets_and_in_utf_16() {
        assert_eq!(decoded("cm0gLXJmIC8="), "rm -rf /");
        assert_eq!(decoded("cgBtACAALQByAA=="), "rm -r");
        assert_eq!(decoded("%%%"), "");
    }
}
