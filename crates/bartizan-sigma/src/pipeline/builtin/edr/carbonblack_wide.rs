//! Carbon Black Cloud as far as its documented search fields go.
//!
//! Source: Carbon Black Cloud, "Search Fields - Processes and Enriched Events"
//! (<https://developer.carbonblack.com/reference/carbon-black-cloud/platform/latest/platform-search-fields/>). Fields of
//! requests and of DNS are those of Carbon Black XDR.

use super::{
    super::{eventlog, wide},
    carbonblack_values::{addresses, url, words},
};
use crate::{
    error::Failure,
    pipeline::{Fields, Work, lookup},
    rule::{Detection, Item, LogSource, Value},
};

const PRODUCT: &str = "Carbon Black";

const PROCESS: &Fields = &[
    ("ProcessId", "process_pid"),
    ("Image", "process_name"),
    ("OriginalFileName", "process_original_filename"),
    ("Description", "process_file_description"),
    ("Product", "process_product_name"),
    ("Company", "process_company_name"),
    ("CommandLine", "process_cmdline"),
    ("User", "process_username"),
    ("IntegrityLevel", "process_integrity_level"),
    ("md5", "process_hash"),
    ("sha256", "process_hash"),
    ("ParentProcessId", "parent_pid"),
    ("ParentImage", "parent_name"),
    ("ParentCommandLine", "parent_cmdline"),
    ("ParentUser", "parent_username"),
];

/// The process that did it, in every other kind of event.
const ACTOR: &Fields = &[
    ("ProcessId", "process_pid"),
    ("Image", "process_name"),
    ("CommandLine", "process_cmdline"),
    ("User", "process_username"),
    ("IntegrityLevel", "process_integrity_level"),
    ("ParentProcessId", "parent_pid"),
    ("ParentImage", "parent_name"),
    ("ParentCommandLine", "parent_cmdline"),
    ("ParentUser", "parent_username"),
];

const FILE: &Fields =
    &[("TargetFilename", "filemod_name"), ("md5", "filemod_hash"), ("sha256", "filemod_hash")];

/// Of a file that is read, Sigma's taxonomy has the path as `FileName`.
const READ: &Fields = &[("FileName", "filemod_name")];

const MODULE: &Fields = &[
    ("ImageLoaded", "modload_name"),
    ("md5", "modload_hash"),
    ("sha256", "modload_hash"),
    ("Signed", "modload_publisher_state"),
    ("Signature", "modload_publisher"),
];

/// The states of a file's signature that say whether it has one.
const SIGNED: [&str; 2] = ["FILE_SIGNATURE_STATE_NOT_SIGNED", "FILE_SIGNATURE_STATE_SIGNED"];

/// Fields that may hold line breaks.
const LINES: &[&str] =
    &["process_cmdline", "parent_cmdline", "scriptload_content", "fileless_scriptload_cmdline"];

const REGISTRY: &Fields = &[("TargetObject", "regmod_name"), ("EventType", "regmod_action")];

const NETWORK: &Fields = &[
    ("DestinationHostname", "netconn_domain"),
    ("DestinationPort", "netconn_port"),
    ("DestinationIp", "netconn_ipv"),
    ("SourceIp", "netconn_local_ipv"),
    ("SourcePort", "netconn_local_port"),
    ("Protocol", "netconn_protocol"),
    ("Initiated", "netconn_inbound"),
    ("dst_ip", "netconn_ipv"),
    ("src_ip", "netconn_local_ipv"),
    ("dst_port", "netconn_port"),
    ("src_port", "netconn_local_port"),
];

const DNS: &Fields = &[
    ("QueryName", "netconn_dns_query_name"),
    ("query", "netconn_dns_query_name"),
    ("answer", "netconn_dns_answer_data"),
    ("record_type", "netconn_dns_query_type"),
];

const WEB: &Fields = &[
    ("c-uri", "netconn_request_url"),
    ("cs-uri", "netconn_request_url"),
    ("cs-uri-query", "netconn_request_url"),
    ("c-uri-query", "netconn_request_url"),
    ("cs-uri-stem", "netconn_request_url"),
    ("c-uri-stem", "netconn_request_url"),
    ("c-uri-extension", "netconn_request_url"),
    ("cs-method", "netconn_request_method"),
    ("cs-host", "netconn_domain"),
    ("r-dns", "netconn_domain"),
    ("sc-status", "netconn_response_status_code"),
    ("dst_ip", "netconn_ipv"),
    ("dst_port", "netconn_port"),
];

/// One process that acts on another.
const CROSS: &Fields = &[
    ("SourceImage", "process_name"),
    ("SourceCommandLine", "process_cmdline"),
    ("SourceUser", "process_username"),
    ("SourceParentImage", "parent_name"),
    ("SourceProcessId", "process_pid"),
    ("TargetImage", "crossproc_name"),
];

/// Content of scripts on disk, and of those that AMSI hands over, which PowerShell does.
const SCRIPT: &Fields = &[("ScriptBlockText", "scriptload_content|fileless_scriptload_cmdline")];

/// What the sensor itself found to be malicious.
const THREAT: &Fields = &[("Signature", "threat_name")];

/// Windows logons.
///
/// Source: Carbon Black Cloud, "Auth Event Schema" and User Guide, "Auth Events".
const LOGON: &Fields = &[
    ("TargetUserName", "auth_username"),
    ("TargetDomainName", "auth_domain_name"),
    ("TargetUserSid", "auth_user_id"),
    ("IpAddress", "auth_remote_ipv"),
    ("IpPort", "auth_remote_port"),
    ("WorkstationName", "auth_remote_device"),
    ("AuthenticationPackageName", "auth_package"),
    ("Status", "auth_failure_status"),
    ("SubStatus", "auth_failure_sub_status"),
    ("KeyLength", "auth_key_length"),
];

/// The events of the security log that the sensor collects.
const LOGONS: &[i128] = &[4624, 4625, 4634, 4647, 4672, 4740];

const OS: &Fields = &[("windows", "WINDOWS"), ("linux", "LINUX"), ("macos", "MAC")];

const REGISTRY_ACTIONS: &Fields = &[
    ("createkey", "ACTION_CREATE_KEY"),
    ("deletekey", "ACTION_DELETE_KEY"),
    ("deletevalue", "ACTION_DELETE_VALUE"),
    ("setvalue", "ACTION_WRITE_VALUE"),
    ("renamekey", "ACTION_RENAME_KEY"),
];

/// What names the events of a category, and their fields.
struct Events {
    tables: [&'static Fields; 2],
    require: &'static [(&'static str, &'static [&'static str])],
}

fn events(source: &LogSource) -> Option<Events> {
    let of = |tables, require| Some(Events { tables, require });
    match source.category.as_deref()? {
        "process_creation" => of([PROCESS, &[]], &[]),
        "file_event" => {
            of([ACTOR, FILE], &[("filemod_action", &["ACTION_FILE_CREATE", "ACTION_FILE_WRITE"])])
        }
        "file_access" => of([ACTOR, READ], &[("filemod_action", &["ACTION_FILE_OPEN_READ"])]),
        "file_rename" => of([ACTOR, FILE], &[("filemod_action", &["ACTION_FILE_RENAME"])]),
        "file_delete" => of([ACTOR, FILE], &[("filemod_action", &["ACTION_FILE_DELETE"])]),
        "image_load" => of([ACTOR, MODULE], &[]),
        "registry_event" => of([ACTOR, REGISTRY], &[]),
        "registry_add" => {
            of([ACTOR, REGISTRY], &[("regmod_action", &["ACTION_CREATE_KEY", "ACTION_WRITE_VALUE"])])
        }
        "registry_set" => of([ACTOR, REGISTRY], &[("regmod_action", &["ACTION_WRITE_VALUE"])]),
        "registry_delete" => {
            of([ACTOR, REGISTRY], &[("regmod_action", &["ACTION_DELETE_KEY", "ACTION_DELETE_VALUE"])])
        }
        "dns" | "dns_query" => of([ACTOR, DNS], &[]),
        "network_connection" | "firewall" => of([ACTOR, NETWORK], &[]),
        "proxy" => of([ACTOR, WEB], &[("netconn_inbound", &["false"])]),
        "webserver" => of([ACTOR, WEB], &[("netconn_inbound", &["true"])]),
        "process_access" => {
            of([CROSS, &[]], &[CROSSING, ("crossproc_action", &["ACTION_OPEN_PROCESS_HANDLE"])])
        }
        "create_remote_thread" => {
            of([CROSS, &[]], &[CROSSING, ("crossproc_action", &["ACTION_CREATE_REMOTE_THREAD"])])
        }
        "antivirus" => of([ACTOR, THREAT], &[]),
        "ps_script" => of([ACTOR, SCRIPT], &[]),
        _ => None,
    }
}

/// The process acts, and is not acted on.
const CROSSING: (&str, &[&str]) = ("crossproc_target", &["false"]);

/// Fields of process search.
pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    let source = work.rule.log_source.clone();
    wide::endpoint(&source, PRODUCT)?;
    let none = || Failure::log_source(format!("{PRODUCT} has no events of this log source"));
    if source.is(None, Some("windows"), Some("security")) {
        return logons(work);
    }
    let events = events(&source).ok_or_else(none)?;
    wide::map(work, PRODUCT, &events.tables, |item| special(item, &events.tables))?;
    wide::wildcards(work, |field| LINES.contains(&field))?;
    for (field, values) in events.require {
        work.require(Detection::item(field, values.iter().map(|value| Value::plain(value)).collect()));
    }
    if let Some(os) = source.product.as_deref().and_then(|product| lookup(OS, product)) {
        work.require_value("device_os", Value::plain(os));
    }
    Ok(())
}

/// Logons, by the numbers that Windows gives them.
fn logons(work: &mut Work) -> Result<(), Failure> {
    if !eventlog::always_asks(work, "EventID") {
        return Err(Failure::log_source(format!("{PRODUCT} has logons only of the security log")));
    }
    wide::map(work, PRODUCT, &[LOGON], |item| match item.field.as_deref() {
        Some("EventID") => {
            match item.values.iter().all(|v| wide::integer(v).is_some_and(|n| LOGONS.contains(&n))) {
                true => wide::numbers(item, "windows_event_id").map(Some),
                false => Err(Failure::log_source(format!(
                    "{PRODUCT} does not collect this event of the security log"
                ))),
            }
        }
        Some("IpAddress") => Ok(Some(addresses(item, "auth_remote_ipv"))),
        _ => Ok(None),
    })
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
        "IntegrityLevel" => {
            let levels = wide::levels(item)?.into_iter();
            with(levels.map(|(name, _)| Value::plain(&name.to_ascii_uppercase())).collect())
        }
        "Initiated" => with(wide::truths(item)?.into_iter().map(|yes| Value::Bool(!yes)).collect()),
        "Signed" if to == "modload_publisher_state" => {
            let states = wide::truths(item)?.into_iter().map(|yes| Value::plain(SIGNED[usize::from(yes)]));
            with(states.collect())
        }
        "EventType" => with(words(item, REGISTRY_ACTIONS)?),
        "Protocol" => with(words(item, &[("tcp", "PROTO_TCP"), ("udp", "PROTO_UDP")])?),
        "DestinationIp" | "SourceIp" | "dst_ip" | "src_ip" => Ok(Some(addresses(item, to))),
        _ if to == "netconn_request_url" => url(item, field, to).map(Some),
        _ => Ok(None),
    }
}
