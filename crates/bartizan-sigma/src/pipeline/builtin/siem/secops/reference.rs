//! The fields and event types of the reference tools.

use super::EVENT_TYPES;
use crate::{
    error::Failure,
    pipeline::{Fields, Work, lookup},
    rule::{LogSource, Number, Value},
};

const FIELDS: &Fields = &[
    ("CommandLine", "target.process.command_line"),
    ("CurrentDirectory", "target.process.file.full_path"),
    ("DestinationHostname", "target.hostname"),
    ("DestinationIp", "target.ip"),
    ("DestinationPort", "target.port"),
    ("Details", "target.registry.registry_value_data"),
    ("EventID", "metadata.product_event_type"),
    ("EventType", "metadata.event_type"),
    ("Hashes", "hash"),
    ("Image", "target.process.file.full_path"),
    ("Initiated", DIRECTION),
    ("IntegrityLevel", "target.process.integrity_level_rid"),
    ("IpAddress", "principal.ip"),
    ("NewName", "target.registry.registry_key"),
    ("ObjectName", "target.file.full_path"),
    ("OriginalFileName", "target.process.file.names"),
    ("ParentCommandLine", "principal.process.command_line"),
    ("ParentImage", "principal.process.file.full_path"),
    ("ParentUser", "principal.user.userid"),
    ("Protocol", "network.ip_protocol"),
    ("Provider_Name", "metadata.product_name"),
    ("QueryName", "network.dns.questions.name"),
    ("ServiceFileName", "file_path"),
    ("ServiceName", "target.process.file.names"),
    ("SourceHostname", "principal.hostname"),
    ("SourceIp", "principal.ip"),
    ("SourcePort", "principal.port"),
    ("TargetFilename", "target.file.names"),
    ("TargetObject", "target.registry.registry_key"),
    ("TargetUserName", "target.user.userid"),
    ("User", "target.user.userid"),
    ("WorkstationName", "hostname"),
];

/// Where the process that acts is the principal.
const ACTOR: &Fields = &[("Image", "principal.process.file.full_path"), ("User", "principal.user.userid")];

const DIRECTION: &str = "network.direction";

const CATEGORIES: &Fields = &[
    ("create_remote_thread", "PROCESS_INJECTION"),
    ("create_stream_hash", "FILE_CREATION"),
    ("dns_query", "NETWORK_DNS"),
    ("driver_load", "PROCESS_MODULE_LOAD"),
    ("file_change", "FILE_MODIFICATION"),
    ("file_delete", "FILE_DELETION"),
    ("file_event", "FILE_UNCATEGORIZED"),
    ("image_load", "PROCESS_MODULE_LOAD"),
    ("network_connection", "NETWORK_CONNECTION"),
    ("pipe_created", "FILE_CREATION"),
    ("process_creation", "PROCESS_LAUNCH"),
    ("registry_add", "REGISTRY_CREATION"),
    ("registry_delete", "REGISTRY_DELETION"),
    ("registry_event", "REGISTRY_UNCATEGORIZED"),
    ("registry_set", "REGISTRY_MODIFICATION"),
    ("webserver", "NETWORK_HTTP"),
];

const SERVICES: &Fields =
    &[("apache", "NETWORK_HTTP"), ("nginx", "NETWORK_HTTP"), ("powershell", "PROCESS_LAUNCH")];

/// Event types of rules without category or service of these tables, by their event ids.
const EVENT_IDS: &Fields = &[
    ("1", "PROCESS_LAUNCH"),
    ("16", "STATUS_UPDATE"),
    ("24", "PROCESS_UNCATEGORIZED"),
    ("20", "PROCESS_LAUNCH"),
    ("4624", "USER_LOGIN"),
    ("4625", "USER_LOGIN"),
    ("4656", "FILE_ACCESS"),
    ("4657", "REGISTRY_CHANGE"),
    ("4660", "FILE_DELETE"),
    ("4663", "FILE_ACCESS"),
    ("4697", "SERVICE_INSTALL"),
    ("4720", "USER_CREATION"),
    ("4728", "GROUP_MEMBER_ADD"),
    ("4732", "GROUP_MEMBER_ADD"),
    ("4756", "GROUP_MEMBER_ADD"),
];

pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    for item in work.items() {
        if let Some(field) = item.field.as_deref()
            && lookup(FIELDS, field).is_none()
        {
            return Err(Failure::field(format!("UDM has no field for `{field}`")));
        }
    }
    let kinds = event_types(work);
    let acts = kinds.iter().any(|kind| kind.starts_with("NETWORK_") || kind.starts_with("REGISTRY_"));
    let table: Vec<(&str, &str)> = ACTOR.iter().filter(|_| acts).chain(FIELDS).copied().collect();
    work.rename_by(&table);
    work.each_item(|item| {
        if item.field.as_deref() == Some(DIRECTION) {
            for value in &mut item.values {
                if let Some(text) = value.as_text() {
                    let yes = text.bare().eq_ignore_ascii_case("true");
                    *value = Value::plain(if yes { "OUTBOUND" } else { "INBOUND" });
                }
            }
        }
    });
    work.state.insert(EVENT_TYPES, kinds.join(" "));
    Ok(())
}

fn event_types(work: &Work) -> Vec<&'static str> {
    let LogSource { category, service, .. } = &work.rule.log_source;
    let of = |table: &Fields, name: &Option<String>| name.as_deref().and_then(|name| lookup(table, name));
    if let Some(kind) = of(CATEGORIES, category).or_else(|| of(SERVICES, service)) {
        return vec![kind];
    }
    let items = work.items();
    let ids = items.iter().filter(|item| item.field.as_deref() == Some("EventID"));
    let ids = ids.flat_map(|item| &item.values).filter_map(|value| match value {
        Value::Number(number) => Some(Number::text(number)),
        _ => None,
    });
    let mut kinds = Vec::new();
    for kind in ids.filter_map(|id| lookup(EVENT_IDS, id)) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}
