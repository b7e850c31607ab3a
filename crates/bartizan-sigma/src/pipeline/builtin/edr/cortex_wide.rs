//! Cortex XDR as far as its documented schema goes.
//!
//! Source: Palo Alto Networks, "Cortex XQL Schema Reference", section "XDR_DATA Fields by Actor". The members of
//! `action_process_file_info` (`original_name`, `company`, `description`, …) are those that Unit 42's threat assessments
//! query with `->`.

use super::super::{eventlog, wide};
use crate::{
    error::Failure,
    pipeline::{Fields, Work, lookup},
    rule::{Detection, Item, LogSource, Shape, Value},
};

const PRODUCT: &str = "Cortex XDR";

const PROCESS: &Fields = &[
    ("ProcessId", "action_process_os_pid"),
    ("Image", "action_process_image_path"),
    ("OriginalFileName", "action_process_file_info -> original_name"),
    ("Description", "action_process_file_info -> description"),
    ("Company", "action_process_file_info -> company"),
    ("CommandLine", "action_process_image_command_line"),
    ("User", "action_process_username"),
    ("IntegrityLevel", "action_process_integrity_level"),
    ("md5", "action_process_image_md5"),
    ("sha256", "action_process_image_sha256"),
    ("ParentProcessId", "actor_process_os_pid"),
    ("ParentImage", "actor_process_image_path"),
    ("ParentCommandLine", "actor_process_command_line"),
    ("ParentUser", "actor_effective_username"),
    ("ParentIntegrityLevel", "actor_process_integrity_level"),
];

/// The process that did it, in every other kind of event.
const ACTOR: &Fields = &[
    ("ProcessId", "actor_process_os_pid"),
    ("Image", "actor_process_image_path"),
    ("CommandLine", "actor_process_command_line"),
    ("User", "actor_effective_username"),
    ("IntegrityLevel", "actor_process_integrity_level"),
    ("ParentProcessId", "causality_actor_process_os_pid"),
];

const FILE: &Fields = &[
    ("TargetFilename", "action_file_path"),
    ("SourceFilename", "action_file_previous_file_path"),
    ("md5", "action_file_md5"),
    ("sha256", "action_file_sha256"),
];

/// Of a file that is read, Sigma's taxonomy has the path as `FileName`.
const READ: &Fields = &[("FileName", "action_file_path")];

const MODULE: &Fields = &[
    ("ImageLoaded", "action_module_path"),
    ("Signed", "action_module_signature_status"),
    ("md5", "action_module_md5"),
    ("sha256", "action_module_sha256"),
];

/// Sysmon writes key and value as one path.
const REGISTRY: &Fields = &[
    (
        "TargetObject",
        "if(action_registry_value_name != null, concat(action_registry_key_name, \"\\\", action_registry_value_name), \
         action_registry_key_name)",
    ),
    ("Details", "action_registry_data"),
];

const HIVES: &Fields = &[
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKU", "HKEY_USERS"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKCU", "HKEY_CURRENT_USER"),
];

const NETWORK: &Fields = &[
    ("DestinationHostname", "action_external_hostname"),
    ("DestinationPort", "action_remote_port"),
    ("DestinationIp", "action_remote_ip"),
    ("SourceHostname", "agent_hostname"),
    ("SourceIp", "action_local_ip"),
    ("SourcePort", "action_local_port"),
    ("Protocol", "action_network_protocol"),
    ("Initiated", "action_network_is_server"),
    ("SourceIsIpv6", "action_network_is_ipv6"),
    ("DestinationIsIpv6", "action_network_is_ipv6"),
    ("dst_ip", "action_remote_ip"),
    ("src_ip", "action_local_ip"),
    ("dst_port", "action_remote_port"),
    ("src_port", "action_local_port"),
];

/// Source: Palo Alto Networks, Cortex XSOAR content, "XQL Query Engine", built-in DNS query.
const DNS: &Fields = &[("QueryName", "dns_query_name"), ("query", "dns_query_name")];

/// Fields of the schema's type INTEGER.
const NUMBERS: &[&str] = &[
    "action_process_os_pid",
    "actor_process_os_pid",
    "causality_actor_process_os_pid",
    "action_remote_port",
    "action_local_port",
];

/// "Internet protocol number based on IPPROTO".
const PROTOCOLS: &[(&str, i128)] = &[("icmp", 1), ("tcp", 6), ("udp", 17)];

const OS: &Fields = &[
    ("windows", "{field} = ENUM.AGENT_OS_WINDOWS"),
    ("linux", "{field} = ENUM.AGENT_OS_LINUX"),
    ("macos", "{field} = ENUM.AGENT_OS_MAC"),
];

/// The event, its subtypes (none: any), and the fields of a category.
fn events(source: &LogSource) -> Option<(&'static str, &'static [&'static str], [&'static Fields; 2])> {
    Some(match source.category.as_deref()? {
        "process_creation" => ("PROCESS", &["PROCESS_START"], [PROCESS, &[]]),
        "file_event" => ("FILE", &["FILE_CREATE_NEW", "FILE_WRITE"], [ACTOR, FILE]),
        "file_access" => ("FILE", &["FILE_OPEN"], [ACTOR, READ]),
        "file_delete" => ("FILE", &["FILE_REMOVE"], [ACTOR, FILE]),
        "file_rename" => ("FILE", &["FILE_RENAME"], [ACTOR, FILE]),
        "image_load" => ("LOAD_IMAGE", &[], [ACTOR, MODULE]),
        "registry_add" => ("REGISTRY", &["REGISTRY_CREATE_KEY", "REGISTRY_SET_VALUE"], [ACTOR, REGISTRY]),
        "registry_delete" => {
            ("REGISTRY", &["REGISTRY_DELETE_KEY", "REGISTRY_DELETE_VALUE"], [ACTOR, REGISTRY])
        }
        "registry_set" => ("REGISTRY", &["REGISTRY_SET_VALUE"], [ACTOR, REGISTRY]),
        "registry_event" => ("REGISTRY", &[], [ACTOR, REGISTRY]),
        "network_connection" | "firewall" => ("NETWORK", &[], [ACTOR, NETWORK]),
        "dns" | "dns_query" => ("STORY", &[], [ACTOR, DNS]),
        _ => return None,
    })
}

/// Events and fields of `xdr_data`.
pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    let source = work.rule.log_source.clone();
    wide::endpoint(&source, PRODUCT)?;
    if let Some(log) = eventlog::of(&source) {
        return event_log(work, &log);
    }
    let none = || Failure::log_source(format!("{PRODUCT} has no events of this log source"));
    let (event, kinds, tables) = events(&source).ok_or_else(none)?;
    wide::map(work, PRODUCT, &tables, |item| special(item, &tables))?;
    if let Some(os) = source.product.as_deref().and_then(|product| lookup(OS, product)) {
        work.require_value("agent_os_type", Value::Raw(os.to_owned()));
    }
    let kinds = match kinds {
        [] => None,
        [kind] => Some(format!("{{field}} = ENUM.{kind}")),
        kinds => Some(format!("{{field}} in (ENUM.{})", kinds.join(", ENUM."))),
    };
    require_event(work, event, kinds);
    Ok(())
}

fn require_event(work: &mut Work, event: &str, kinds: Option<String>) {
    let raw = |field: &str, raw: String| Detection::item(field, vec![Value::Raw(raw)]);
    let event = raw("event_type", format!("{{field}} = ENUM.{event}"));
    work.require(match kinds {
        None => event,
        Some(kinds) => Detection::all(vec![event, raw("event_sub_type", kinds)]),
    });
}

/// Items whose values are written otherwise.
fn special(item: &Item, tables: &[&Fields]) -> Result<Option<Detection>, Failure> {
    let Some(field) = item.field.as_deref() else { return Ok(None) };
    if field == "Hashes" {
        return wide::hashes(item, |name| {
            tables.iter().find_map(|table| lookup(table, &name.to_ascii_lowercase()))
        })
        .map(Some);
    }
    let Some(to) = tables.iter().find_map(|table| lookup(table, field)) else { return Ok(None) };
    let with = |values| Ok(Some(wide::with(item, to, values)));
    match field {
        "IntegrityLevel" | "ParentIntegrityLevel" => {
            with(wide::levels(item)?.into_iter().map(|(_, number)| Value::integer(number)).collect())
        }
        // A connection that was not begun here is one to a server here.
        "Initiated" => with(wide::truths(item)?.into_iter().map(|yes| Value::Bool(!yes)).collect()),
        "Signed" => with(wide::truths(item)?.into_iter().map(signed).collect()),
        "SourceIsIpv6" | "DestinationIsIpv6" => {
            with(wide::truths(item)?.into_iter().map(Value::Bool).collect())
        }
        "Protocol" => with(protocols(item)?),
        "TargetObject" => Ok(Some(wide::spread(&wide::hives(item, HIVES), to))),
        "Details" => with(item.values.iter().map(wide::registry_data).collect()),
        _ if NUMBERS.contains(&to) => wide::numbers(item, to).map(Some),
        _ => Ok(None),
    }
}

/// "Signed = 1, SignedInvalid = 2, Unsigned = 3, …".
fn signed(yes: bool) -> Value {
    Value::Raw(format!("{{field}} = ENUM.{}", if yes { "SIGNED" } else { "UNSIGNED" }))
}

fn protocols(item: &Item) -> Result<Vec<Value>, Failure> {
    let number = |value: &Value| {
        let text = value.as_text().and_then(|text| text.as_plain());
        let known = text.and_then(|text| PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)));
        known.map(|(_, number)| Value::integer(*number))
    };
    let bad = || Failure::value("`Protocol` is the number of a protocol here");
    item.values.iter().map(|value| number(value).ok_or_else(bad)).collect()
}

/// Windows event logs as the agent collects them.
fn event_log(work: &mut Work, log: &eventlog::Log) -> Result<(), Failure> {
    let providers: Vec<&str> = match log.channels.as_slice() {
        ["Security"] => vec!["Microsoft-Windows-Security-Auditing", "Microsoft-Windows-Eventlog"],
        channels => channels.iter().filter_map(|channel| eventlog::provider(channel)).collect(),
    };
    // The schema has the provider of an event, not its channel.
    if providers.is_empty() && !eventlog::always_asks(work, "Provider_Name") {
        return Err(Failure::log_source(format!(
            "{PRODUCT} knows events by provider, and the rule names none"
        )));
    }
    work.replace_items(|item| event_data(item).map(Some))?;
    work.rule.fields.clear();
    if let Some(id) = log.event {
        work.require_value("action_evtlog_event_id", Value::integer(id));
    }
    if !providers.is_empty() {
        let providers = providers.into_iter().map(Value::plain).collect();
        work.require(Detection::item("action_evtlog_provider_name", providers));
    }
    require_event(work, "EVENT_LOG", None);
    Ok(())
}

fn event_data(item: &Item) -> Result<Detection, Failure> {
    let Some(field) = item.field.as_deref() else { return keyword(item) };
    match field {
        "EventID" => wide::numbers(item, "action_evtlog_event_id"),
        "Level" => wide::numbers(item, "action_evtlog_level"),
        "Provider_Name" => Ok(wide::spread(item, "action_evtlog_provider_name")),
        "Message" => Ok(wide::spread(item, "action_evtlog_message")),
        // What an event has outside its data, and data without a name.
        "Channel" | "Computer" | "ComputerName" | "Data" | "Keywords" | "Task" | "Opcode" | "Version" => {
            Err(Failure::field(format!("{PRODUCT} has no field for `{field}` here")))
        }
        _ if crate::target::word(field) => {
            if item.values.iter().any(|value| matches!(value, Value::FieldRef { .. })) {
                return Err(Failure::value("members of the event's data cannot be compared with each other"));
            }
            Ok(wide::strings(item, &format!("action_evtlog_data_fields -> {field}")))
        }
        _ => Err(Failure::field(format!("`{field}` is no name in the event's data"))),
    }
}

/// A keyword: in the event's message, or in its data as they are kept, which is JSON.
fn keyword(item: &Item) -> Result<Detection, Failure> {
    let mut item = item.clone();
    for value in &mut item.values {
        let Value::Text { text, .. } = value else {
            return Err(Failure::value("only strings are looked for in a whole event"));
        };
        let bare = text.bare();
        if bare.contains(['\\', '"']) || !matches!(text.shape(), Shape::Whole | Shape::Contains) {
            return Err(Failure::value(format!("`{bare}` cannot be looked for in a whole event")));
        }
        *text = std::mem::take(text).open().close();
    }
    Ok(wide::spread(&item, "action_evtlog_message|action_evtlog_data_fields"))
}
