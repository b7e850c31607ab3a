//! SentinelOne as far as the documented schema of Deep Visibility 2.0 goes; PowerQuery has the same fields.
//!
//! Source: Panther, "SentinelOne logs", schema `SentinelOne.DeepVisibilityV2`
//! (<https://docs.panther.com/data-onboarding/supported-logs/sentinel-one>); Google, "Collect SentinelOne Cloud Funnel
//! logs" (<https://cloud.google.com/chronicle/docs/ingestion/default-parsers/collect-sentinelone-cf>); Elastic,
//! "SentinelOne Cloud Funnel", exported fields. Cloud Funnel exports the events that both query languages search.

use super::super::{eventlog, wide};
use crate::{
    error::Failure,
    pipeline::{Fields, Work, lookup},
    rule::{Detection, Item, LogSource, Value},
};

const PRODUCT: &str = "SentinelOne";

const PROCESS: &Fields = &[
    ("ProcessId", "tgt.process.pid"),
    ("Image", "tgt.process.image.path"),
    ("OriginalFileName", "tgt.process.image.originalFileName"),
    // The display name of a process is the description of its file.
    ("Description", "tgt.process.displayName"),
    ("CommandLine", "tgt.process.cmdline"),
    ("User", "tgt.process.user"),
    ("TerminalSessionId", "tgt.process.sessionId"),
    ("IntegrityLevel", "tgt.process.integrityLevel"),
    ("md5", "tgt.process.image.md5"),
    ("sha1", "tgt.process.image.sha1"),
    ("sha256", "tgt.process.image.sha256"),
    ("ParentProcessId", "src.process.pid"),
    ("ParentImage", "src.process.image.path"),
    ("ParentCommandLine", "src.process.cmdline"),
    ("ParentUser", "src.process.user"),
    ("ParentIntegrityLevel", "src.process.integrityLevel"),
    ("GrandParentImage", "src.process.parent.image.path"),
];

/// The process that did it, in every other kind of event.
const ACTOR: &Fields = &[
    ("ProcessId", "src.process.pid"),
    ("Image", "src.process.image.path"),
    ("CommandLine", "src.process.cmdline"),
    ("User", "src.process.user"),
    ("IntegrityLevel", "src.process.integrityLevel"),
    ("ParentProcessId", "src.process.parent.pid"),
    ("ParentImage", "src.process.parent.image.path"),
    ("ParentCommandLine", "src.process.parent.cmdline"),
    ("ParentUser", "src.process.parent.user"),
];

const FILE: &Fields = &[
    ("TargetFilename", "tgt.file.path"),
    ("SourceFilename", "tgt.file.oldPath"),
    ("md5", "tgt.file.md5"),
    ("sha1", "tgt.file.sha1"),
    ("sha256", "tgt.file.sha256"),
];

const MODULE: &Fields = &[("ImageLoaded", "module.path"), ("md5", "module.md5"), ("sha1", "module.sha1")];

const DRIVER: &Fields =
    &[("ImageLoaded", "tgt.file.path"), ("sha1", "driver.peSha1"), ("sha256", "driver.peSha256")];

const REGISTRY: &Fields = &[("TargetObject", "registry.keyPath"), ("Details", "registry.value")];

const DNS: &Fields = &[
    ("QueryName", "event.dns.request"),
    ("QueryResults", "event.dns.response"),
    ("query", "event.dns.request"),
    ("answer", "event.dns.response"),
];

const NETWORK: &Fields = &[
    ("DestinationPort", "dst.port.number"),
    ("DestinationIp", "dst.ip.address"),
    ("SourceIp", "src.ip.address"),
    ("SourcePort", "src.port.number"),
    ("Protocol", "event.network.protocolName"),
    ("Initiated", "event.network.direction"),
    ("dst_ip", "dst.ip.address"),
    ("src_ip", "src.ip.address"),
    ("dst_port", "dst.port.number"),
    ("src_port", "src.port.number"),
];

/// Host names stand in requests, not in connections.
const REQUEST: &Fields =
    &[("DestinationHostname", "url.address|event.dns.request"), ("Initiated", "event.network.direction")];

/// One process that acts on another.
const CROSS: &Fields = &[
    ("SourceImage", "src.process.image.path"),
    ("SourceCommandLine", "src.process.cmdline"),
    ("SourceUser", "src.process.user"),
    ("SourceParentImage", "src.process.parent.image.path"),
    ("SourceProcessId", "src.process.pid"),
    ("TargetImage", "tgt.process.image.path"),
    ("TargetUser", "tgt.process.user"),
    ("TargetProcessId", "tgt.process.pid"),
];

const SCRIPT: &Fields = &[("ScriptBlockText", "cmdScript.content")];

const WEB: &Fields =
    &[("c-uri", "url.address"), ("cs-uri", "url.address"), ("cs-method", "event.url.action")];

/// Fields that hold numbers.
const NUMBERS: &[&str] = &[
    "tgt.process.pid",
    "src.process.pid",
    "src.process.parent.pid",
    "tgt.process.sessionId",
    "dst.port.number",
    "src.port.number",
];

const OS: &Fields = &[("windows", "windows"), ("linux", "linux"), ("macos", "osx")];

/// What names the events, and their fields.
type Events = (&'static str, &'static [&'static str], [&'static Fields; 2]);

const TYPE: &str = "event.type";
const CATEGORY: &str = "event.category";

fn events(work: &Work, source: &LogSource) -> Option<Events> {
    let hostname = || work.items().iter().any(|i| i.field.as_deref() == Some("DestinationHostname"));
    Some(match source.category.as_deref()? {
        "process_creation" => (TYPE, &["Process Creation"], [PROCESS, &[]]),
        "file_event" => (TYPE, &["File Creation", "File Modification"], [ACTOR, FILE]),
        "file_delete" => (TYPE, &["File Deletion"], [ACTOR, FILE]),
        "file_rename" => (TYPE, &["File Rename"], [ACTOR, FILE]),
        "image_load" => (TYPE, &["Module Load"], [ACTOR, MODULE]),
        "driver_load" => (TYPE, &["Driver Load"], [DRIVER, &[]]),
        "registry_set" => (TYPE, &["Registry Value Create", "Registry Value Modified"], [ACTOR, REGISTRY]),
        "registry_add" => (TYPE, &["Registry Key Create", "Registry Value Create"], [ACTOR, REGISTRY]),
        "registry_delete" => (TYPE, &["Registry Key Delete", "Registry Value Delete"], [ACTOR, REGISTRY]),
        "registry_event" => (CATEGORY, &["registry"], [ACTOR, REGISTRY]),
        "dns" | "dns_query" => (CATEGORY, &["dns"], [ACTOR, DNS]),
        "network_connection" if hostname() => (CATEGORY, &["dns", "url"], [ACTOR, REQUEST]),
        "network_connection" | "firewall" => (CATEGORY, &["ip"], [ACTOR, NETWORK]),
        "process_access" => (TYPE, &["Open Remote Process Handle"], [CROSS, &[]]),
        "create_remote_thread" => (TYPE, &["Remote Thread Creation"], [CROSS, &[]]),
        "ps_script" => (TYPE, &["Command Script"], [ACTOR, SCRIPT]),
        "proxy" => (CATEGORY, &["url"], [ACTOR, WEB]),
        _ => return None,
    })
}

/// Events and fields of either language.
pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    wide::caseless(work, PRODUCT)?;
    let source = work.rule.log_source.clone();
    wide::endpoint(&source, PRODUCT)?;
    let none = || Failure::log_source(format!("{PRODUCT} has no events of this log source"));
    let Some((name, values, tables)) = events(work, &source) else {
        let log = eventlog::of(&source).ok_or_else(none)?;
        return event_log(work, &log);
    };
    wide::map(work, PRODUCT, &tables, |item| special(item, &tables))?;
    if let Some(os) = source.product.as_deref().and_then(|product| lookup(OS, product)) {
        work.require_value("endpoint.os", Value::plain(os));
    }
    if source.category("ps_script") {
        // Of the applications that hand scripts to AMSI, PowerShell.
        work.require_value("cmdScript.applicationName", Value::text("PowerShell_*"));
    }
    work.require(Detection::item(name, values.iter().map(|value| Value::plain(value)).collect()));
    Ok(())
}

/// Items whose values are written otherwise.
fn special(item: &Item, tables: &[&Fields]) -> Result<Option<Detection>, Failure> {
    let Some(field) = item.field.as_deref() else { return Ok(None) };
    let find = |field: &str| tables.iter().find_map(|table| lookup(table, field));
    if field == "Hashes" {
        return wide::hashes(item, |name| find(&name.to_ascii_lowercase())).map(Some);
    }
    let Some(to) = find(field) else { return Ok(None) };
    let with = |values| Ok(Some(wide::with(item, to, values)));
    match field {
        "TargetObject" => wide::no_hives(item, PRODUCT).map(|()| None),
        "IntegrityLevel" | "ParentIntegrityLevel" => {
            with(wide::levels(item)?.into_iter().map(|(name, _)| Value::plain(name)).collect())
        }
        // A request goes out, and does not say so.
        "Initiated" if tables.iter().any(|table| lookup(table, "DestinationHostname").is_some()) => {
            match wide::truths(item)?.as_slice() {
                [true] if !item.negated => {
                    Ok(Some(Detection::item("src.process.image.path", vec![Value::Exists(true)])))
                }
                _ => {
                    Err(Failure::value(format!("{PRODUCT} has names of hosts for outgoing connections only")))
                }
            }
        }
        "Initiated" => with(wide::truths(item)?.into_iter().map(direction).collect()),
        _ if NUMBERS.contains(&to) => wide::numbers(item, to).map(Some),
        _ => Ok(None),
    }
}

fn direction(initiated: bool) -> Value {
    Value::plain(if initiated { "OUTGOING" } else { "INCOMING" })
}

/// Windows event logs that the agent collects.
///
/// Source: SentinelOne, PowerQuery examples for "Windows Event Logs": `winEventLog.id`, `winEventLog.channel`,
/// `winEventLog.data.event.eventData.targetUserName`.
fn event_log(work: &mut Work, log: &eventlog::Log) -> Result<(), Failure> {
    work.replace_items(|item| event_data(item).map(Some))?;
    work.rule.fields.clear();
    if let Some(id) = log.event {
        work.require_value("winEventLog.id", Value::integer(id));
    }
    let channels = log.channels.iter().map(|channel| Value::plain(channel)).collect();
    work.require(Detection::item("winEventLog.channel", channels));
    work.require_value("dataSource.name", Value::plain("Windows Event Logs"));
    Ok(())
}

fn event_data(item: &Item) -> Result<Detection, Failure> {
    let absent = |name: &str| Err(Failure::field(format!("{PRODUCT} has no field for `{name}` here")));
    let Some(field) = item.field.as_deref() else {
        let mut item = item.clone();
        for value in &mut item.values {
            if let Value::Text { text, .. } = value {
                *text = std::mem::take(text).open().close();
            }
        }
        return Ok(wide::spread(&item, "winEventLog.description"));
    };
    match field {
        "EventID" => wide::numbers(item, "winEventLog.id"),
        "Provider_Name" => Ok(wide::spread(item, "winEventLog.providerName")),
        "Channel" => Ok(wide::spread(item, "winEventLog.channel")),
        "Message" => Ok(wide::spread(item, "winEventLog.description")),
        // What an event has outside its data, and data without a name.
        "Computer" | "ComputerName" | "Data" | "Level" | "Keywords" | "Task" | "Opcode" | "Version" => {
            absent(field)
        }
        _ if crate::target::word(field) => {
            if item.values.iter().any(|value| matches!(value, Value::FieldRef { .. })) {
                return Err(Failure::value("members of the event's data cannot be compared with each other"));
            }
            Ok(wide::strings(item, &format!("winEventLog.data.event.eventData.{}", lower_camel(field))))
        }
        _ => absent(field),
    }
}

/// `TargetUserName` as `targetUserName`.
fn lower_camel(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}
