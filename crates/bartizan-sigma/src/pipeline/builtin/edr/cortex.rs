//! Cortex XDR: presets, events and fields of XQL.
//!
//! Source: Cortex XQL schema reference.

use super::{Kind, check, rename};
use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Work, lookup},
    rule::{Detection, Number, Value},
};

const PROCESS: &Fields = &[
    ("ProcessId", "action_process_os_pid"),
    ("Image", "action_process_image_path"),
    ("Product", "action_process_signature_product"),
    ("Company", "action_process_signature_vendor"),
    ("CommandLine", "action_process_image_command_line"),
    ("CurrentDirectory", "action_process_cwd"),
    ("User", "action_process_username"),
    ("TerminalSessionId", "action_process_logon_id"),
    ("LogonId", "action_process_logon_id"),
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
    ("Product", "actor_process_signature_product"),
    ("Company", "actor_process_signature_vendor"),
    ("CommandLine", "actor_process_command_line"),
    ("CurrentDirectory", "actor_process_cwd"),
    ("User", "actor_effective_username"),
    ("LogonId", "actor_process_logon_id"),
    ("IntegrityLevel", "actor_process_integrity_level"),
    ("ParentProcessId", "causality_actor_process_os_pid"),
    ("ParentImage", "causality_actor_process_image_path"),
    ("ParentCommandLine", "causality_actor_process_command_line"),
    ("ParentUser", "causality_actor_effective_username"),
    ("ParentIntegrityLevel", "causality_actor_process_integrity_level"),
];

const FILE: &Fields = &[
    ("TargetFilename", "action_file_path"),
    ("SourceFilename", "action_file_previous_file_path"),
    ("md5", "action_file_md5"),
    ("sha256", "action_file_sha256"),
];

const MODULE: &Fields = &[
    ("ImageLoaded", "action_module_path"),
    ("md5", "action_module_md5"),
    ("sha256", "action_module_sha256"),
];

const REGISTRY: &Fields = &[
    ("TargetObject", "action_registry_key_name"),
    ("Details", "action_registry_value_name action_registry_data"),
];

const NETWORK: &Fields = &[
    ("DestinationHostname", "action_external_hostname"),
    ("DestinationPort", "action_remote_port"),
    ("DestinationIp", "action_remote_ip"),
    ("SourceHostname", "agent_hostname"),
    ("SourceIp", "action_local_ip"),
    ("SourcePort", "action_local_port"),
    ("Protocol", "action_network_protocol"),
    ("Initiated", "action_network_success"),
    ("dst_ip", "action_remote_ip"),
    ("src_ip", "action_local_ip"),
    ("dst_port", "action_remote_port"),
    ("src_port", "action_local_port"),
];

const OS: &Fields = &[
    ("windows", "{field} = ENUM.AGENT_OS_WINDOWS"),
    ("linux", "{field} = ENUM.AGENT_OS_LINUX"),
    ("macos", "{field} = ENUM.AGENT_OS_MAC"),
];

/// Fields that hold numbers.
const NUMBERS: &[&str] = &[
    "IntegrityLevel",
    "ParentIntegrityLevel",
    "LogonId",
    "ProcessId",
    "ParentProcessId",
    "DestinationPort",
    "SourcePort",
    "dst_port",
    "src_port",
];

const LEVELS: &Fields = &[
    ("Untrusted", "0"),
    ("Low", "4096"),
    ("Medium", "8192"),
    ("High", "12288"),
    ("System", "16384"),
    ("Protected", "20480"),
];

/// Presets, events and fields of Cortex XDR.
pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    if work.reach == Reach::Wide {
        return super::cortex_wide::apply(work);
    }
    let source = work.rule.log_source.clone();
    let category = source.category.as_deref().unwrap_or_default();
    let (preset, event, sub_event, fields): (_, _, _, [&Fields; 2]) = match (Kind::of(&source), category) {
        (Some(Kind::Process), _) => {
            ("xdr_process", "PROCESS", "{field} = ENUM.PROCESS_START", [PROCESS, &[]])
        }
        (Some(Kind::File), _) => {
            let sub_event = match category {
                "file_delete" => "{field} = ENUM.FILE_REMOVE",
                "file_rename" => "{field} = ENUM.FILE_RENAME",
                _ => "",
            };
            ("xdr_file", "FILE", sub_event, [ACTOR, FILE])
        }
        (Some(Kind::Module), _) => ("xdr_image_load", "LOAD_IMAGE", "", [ACTOR, MODULE]),
        (Some(Kind::Registry), _) => {
            let sub_event = match category {
                "registry_add" => "{field} = ENUM.REGISTRY_CREATE_KEY",
                "registry_delete" => "({field} in (ENUM.REGISTRY_DELETE_KEY, ENUM.REGISTRY_DELETE_VALUE))",
                "registry_set" => "{field} = ENUM.REGISTRY_SET_VALUE",
                _ => "",
            };
            ("xdr_registry", "REGISTRY", sub_event, [ACTOR, REGISTRY])
        }
        (Some(Kind::Network), _) => ("network_story", "NETWORK", "", [ACTOR, NETWORK]),
        _ => return Err(Failure::log_source("Cortex XDR has no preset for this log source")),
    };
    let table: Vec<(&str, &str)> = fields.into_iter().flatten().copied().collect();
    check(work, |field| lookup(&table, field).is_some(), "Cortex XDR")?;
    numbers(work)?;
    rename(work, &table);
    work.state.insert("preset", preset.to_owned());
    if let Some(os) = source.product.as_deref().and_then(|product| lookup(OS, product)) {
        work.require_value("agent_os_type", Value::Raw(os.to_owned()));
    }
    let raw = |field: &str, raw: String| Detection::item(field, vec![Value::Raw(raw)]);
    let event = raw("event_type", format!("{{field}} = ENUM.{event}"));
    work.require(match sub_event {
        "" => event,
        sub_event => Detection::all(vec![event, raw("event_sub_type", sub_event.to_owned())]),
    });
    Ok(())
}

/// Makes numbers of the values of number fields.
fn numbers(work: &mut Work) -> Result<(), Failure> {
    let mut bad = None;
    work.each_item(|item| {
        let Some(field) = item.field.as_deref().filter(|field| NUMBERS.contains(field)) else { return };
        for value in &mut item.values {
            let Some(text) = value.as_text().map(|text| text.bare()) else { continue };
            let level = if field.ends_with("IntegrityLevel") { lookup(LEVELS, &text) } else { None };
            let digits = level.unwrap_or(&text);
            let number = match digits.strip_prefix("0x") {
                Some(hex) => i128::from_str_radix(hex, 16).ok(),
                None => digits.parse().ok(),
            };
            match number {
                Some(number) => *value = Value::Number(Number::from_integer(number)),
                None => bad = Some(format!("`{field}` holds numbers, not `{text}`")),
            }
        }
    });
    bad.map_or(Ok(()), |message| Err(Failure::value(message)))
}
