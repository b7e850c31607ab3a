//! FortiSIEM: event types and attributes.
//!
//! Source: FortiSIEM documentation, "Event data model": process creation, file activity, Windows registry activity,
//! network traffic. An attribute that a model does not list is refused.

use super::super::Builtin;
use crate::{
    error::Failure,
    pipeline::{Fields, Work, lookup},
    rule::{Detection, Item, Link, Value},
};

pub(crate) const PIPELINES: &[Builtin] =
    &[Builtin { name: "fortisiem", about: "FortiSIEM's event types and attributes", apply }];

const PROCESS: &Fields = &[
    ("Image", "procName"),
    ("CommandLine", "command"),
    ("ParentImage", "parentProcName"),
    ("ProcessId", "procId"),
    ("ParentProcessId", "parentProcId"),
    ("md5", "hashMD5"),
    ("sha1", "hashSHA1"),
    ("sha256", "hashSHA256"),
    ("Imphash", "hashIMP"),
];

const FILE: &Fields = &[("TargetFilename", "fileName"), ("Image", "procName")];

const REGISTRY: &Fields = &[("TargetObject", "regKeyPath"), ("Details", "newRegValue")];

const NETWORK: &Fields = &[
    ("SourceIp", "srcIpAddr"),
    ("SourceHostname", "srcName"),
    ("SourcePort", "srcIpPort"),
    ("DestinationIp", "destIpAddr"),
    ("DestinationHostname", "destName"),
    ("DestinationPort", "destIpPort"),
    ("src_ip", "srcIpAddr"),
    ("src_port", "srcIpPort"),
    ("dst_ip", "destIpAddr"),
    ("dst_port", "destIpPort"),
];

/// Category and product; event types; attributes.
type Model = (&'static str, &'static str, &'static [&'static str], &'static Fields);

const MODELS: &[Model] = &[
    ("process_creation", "windows", &["Win-Sysmon-1-Create-Process"], PROCESS),
    ("process_creation", "linux", &["LINUX_PROCESS_EXEC"], PROCESS),
    ("file_event", "windows", &["Win-Sysmon-11-FileCreate"], FILE),
    ("file_event", "linux", &["FSM_LINUX_FILE_CREATE"], FILE),
    (
        "file_delete",
        "windows",
        &["Win-Sysmon-11-FileDelete", "Win-Sysmon-11-FileDelete-archived", "FINS-Windows-file-deleted"],
        FILE,
    ),
    ("file_rename", "windows", &["FINS-Windows-file-renamed"], FILE),
    ("file_access", "windows", &["FINS-Windows-file-read"], FILE),
    ("registry_set", "windows", &["Win-Sysmon-13-Registry-SetValue"], REGISTRY),
    (
        "registry_add",
        "windows",
        &["Win-Sysmon-12-Registry-CreateKey", "Win-Sysmon-12-Registry-CreateValue"],
        REGISTRY,
    ),
    (
        "registry_delete",
        "windows",
        &["Win-Sysmon-12-Registry-DeleteKey", "Win-Sysmon-12-Registry-DeleteValue"],
        REGISTRY,
    ),
    (
        "registry_event",
        "windows",
        &[
            "Win-Sysmon-12-Registry-CreateKey",
            "Win-Sysmon-12-Registry-CreateValue",
            "Win-Sysmon-12-Registry-DeleteKey",
            "Win-Sysmon-12-Registry-DeleteValue",
            "Win-Sysmon-13-Registry-SetValue",
            "Win-Sysmon-14-Registry-RenameKey",
            "Win-Sysmon-14-Registry-RenameValue",
        ],
        REGISTRY,
    ),
    (
        "network_connection",
        "windows",
        &["Win-Sysmon-3-Network-Connect-IPv4", "Win-Sysmon-3-Network-Connect-IPv6"],
        NETWORK,
    ),
];

fn apply(work: &mut Work) -> Result<(), Failure> {
    let source = &work.rule.log_source;
    let model = MODELS.iter().find(|(category, product, ..)| source.is(Some(category), Some(product), None));
    let Some((_, _, types, fields)) = model else {
        return Err(Failure::log_source("FortiSIEM's event data model has no such events"));
    };
    if *types == ["Win-Sysmon-1-Create-Process"] {
        work.replace_items(hashes)?;
    }
    for item in work.items() {
        match item.field.as_deref() {
            None => {
                return Err(Failure::field("FortiSIEM finds the beginnings of words in a raw event only"));
            }
            Some(field) if lookup(fields, field).is_none() && !HASHES.iter().any(|(_, to)| *to == field) => {
                return Err(Failure::field(format!(
                    "no attribute of FortiSIEM's event data model for `{field}`"
                )));
            }
            Some(_) => {}
        }
    }
    work.rename_by(fields);
    work.require(Detection::item("eventType", types.iter().map(|name| Value::plain(name)).collect()));
    Ok(())
}

const HASHES: &Fields =
    &[("md5", "hashMD5"), ("sha1", "hashSHA1"), ("sha256", "hashSHA256"), ("imphash", "hashIMP")];

/// `Hashes` by algorithm.
fn hashes(item: &Item) -> Result<Option<Detection>, Failure> {
    if item.field.as_deref() != Some("Hashes") {
        return Ok(None);
    }
    let each: Result<Vec<Detection>, Failure> = item
        .values
        .iter()
        .map(|value| {
            let text = value.as_text().map(|text| text.inner());
            let plain = text.as_ref().and_then(|text| text.as_plain()).unwrap_or_default();
            let (kind, hash) = plain.split_once('=').unwrap_or_default();
            match lookup(HASHES, &kind.to_lowercase()) {
                Some(to) if hash.len() >= 32 => Ok(Detection::item(to, vec![Value::plain(hash)])),
                _ => Err(Failure::value("FortiSIEM compares whole hashes of a named algorithm")),
            }
        })
        .collect();
    match (item.negated, item.link) {
        (false, Link::Or) => Ok(Some(Detection::any(each?))),
        (false, Link::And) => Ok(Some(Detection::all(each?))),
        (true, _) => Err(Failure::expression("`neq` on hashes")),
    }
}
