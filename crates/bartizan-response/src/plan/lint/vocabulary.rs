//! Words that should come from the vocabularies of the specification, which its schemas leave open.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Finding, finding, members, object, pointer, strings};

/// Section 3.1.1.
const TYPES: [&str; 8] = [
    "attack",
    "detection",
    "engagement",
    "investigation",
    "mitigation",
    "notification",
    "prevention",
    "remediation",
];
/// Section 3.1.2.
const ACTIVITIES: [&str; 22] = [
    "compose-content",
    "deliver-content",
    "identify-audience",
    "identify-channel",
    "scan-system",
    "match-indicator",
    "analyze-collected-data",
    "identify-indicators",
    "scan-vulnerabilities",
    "configure-systems",
    "restrict-access",
    "disconnect-system",
    "eliminate-risk",
    "revert-system",
    "restore-data",
    "restore-capabilities",
    "map-network",
    "identify-steps",
    "step-sequence",
    "prepare-engagement",
    "execute-operation",
    "analyze-engagement-results",
];
/// Section 5.2.
const COMMANDS: [&str; 12] = [
    "manual",
    "bash",
    "caldera-cmd",
    "elastic",
    "http-api",
    "jupyter",
    "kestrel",
    "openc2-http",
    "powershell",
    "sigma",
    "ssh",
    "yara",
];
/// Section 7.2.
const ACTORS: [&str; 10] = [
    "group",
    "individual",
    "location",
    "organization",
    "sector",
    "http-api",
    "linux",
    "net-address",
    "security-category",
    "ssh",
];
/// Section 7.12.
const CATEGORIES: [&str; 26] = [
    "aaa",
    "analytics",
    "caldera",
    "content-gateway",
    "desktop",
    "endpoint",
    "firewall",
    "handset",
    "ids",
    "ips",
    "kali",
    "manx",
    "orchestrator",
    "os-linux",
    "os-mac",
    "os-windows",
    "redcanary-atomicred",
    "ragdoll",
    "router",
    "sandcat",
    "server",
    "siem",
    "switch",
    "ticketing",
    "tip",
    "wireless",
];
/// Section 10.18.
const VARIABLES: [&str; 15] = [
    "bool",
    "dictionary",
    "float",
    "hexstring",
    "integer",
    "ipv4-addr",
    "ipv6-addr",
    "long",
    "mac-addr",
    "hash",
    "md5-hash",
    "sha256-hash",
    "string",
    "uri",
    "uuid",
];

pub(super) fn check(playbook: &Map<String, Value>, out: &mut Vec<Finding>) {
    let mut word = |word: Option<&str>, of: &[&str], path: &str| {
        if let Some(word) = word.filter(|word| !of.contains(word)) {
            out.push(finding("vocabulary", path, format!("{word} is not in the vocabulary")));
        }
    };
    strings(playbook, "playbook_types").for_each(|t| word(Some(t), &TYPES, "/playbook_types"));
    strings(playbook, "playbook_activities").for_each(|a| word(Some(a), &ACTIVITIES, "/playbook_activities"));
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for (_, path, step) in members(playbook, "workflow") {
        for command in step.get("commands").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| command.get(name).and_then(Value::as_str);
            word(text("type"), &COMMANDS, &path);
            word(text("playbook_activity"), &ACTIVITIES, &path);
            done.extend(text("playbook_activity"));
        }
    }
    for name in ["agent_definitions", "target_definitions"] {
        for (_, path, definition) in members(playbook, name) {
            word(definition.get("type").and_then(Value::as_str), &ACTORS, &path);
            strings(definition, "category").for_each(|c| word(Some(c), &CATEGORIES, &path));
        }
    }
    for (key, value) in object(playbook, "playbook_variables").into_iter().flatten() {
        word(value.get("type").and_then(Value::as_str), &VARIABLES, &pointer("playbook_variables", key));
    }
    if playbook.contains_key("playbook_types") && !playbook.contains_key("playbook_activities") {
        out.push(finding("required", "", "playbook_activities is not there, playbook_types is"));
    }
    for activity in strings(playbook, "playbook_activities").filter(|activity| !done.contains(activity)) {
        out.push(finding("activity", "/playbook_activities", format!("{activity} is in no step")));
    }
}
