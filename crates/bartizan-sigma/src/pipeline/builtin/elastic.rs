//! Pipelines of the targets in `target/elastic`.
//!
//! Source: Elastic Common Schema, field reference; Winlogbeat, exported fields.

use super::{super::Fields, Builtin};
use crate::{
    error::Failure,
    pipeline::{Rename, Work, lookup},
    rule::{Detection, Value},
};

pub(super) const PIPELINES: &[Builtin] = &[
    Builtin {
        name: "ecs_windows",
        about: "Windows events as Winlogbeat writes them (ECS)",
        apply: ecs_windows,
    },
    Builtin {
        name: "quickwit_windows",
        about: "Windows and Sysmon events under their own field names",
        apply: quickwit_windows,
    },
];

fn quickwit_windows(work: &mut Work) -> Result<(), Failure> {
    if work.rule.log_source.product("windows") {
        let category = work.rule.log_source.category.clone().unwrap_or_default();
        if let Some((_, id)) = SYSMON.iter().find(|(name, _)| *name == category) {
            work.require_value("EventID", Value::integer(*id));
        }
        if let Some((_, ids)) = SEVERAL.iter().find(|(name, _)| *name == category) {
            let ids = ids.iter().map(|id| Value::integer(*id)).collect();
            work.require(Detection::item("EventID", ids));
        }
    }
    Ok(())
}

/// Categories that are several events of Sysmon.
static SEVERAL: &[(&str, &[i128])] = &[
    ("sysmon_status", &[4, 16]),
    ("registry_event", &[12, 13, 14]),
    ("pipe_created", &[17, 18]),
    ("wmi_event", &[19, 20, 21]),
];

/// The Sysmon event of each category.
static SYSMON: &[(&str, i128)] = &[
    ("process_creation", 1),
    ("file_change", 2),
    ("network_connection", 3),
    ("process_termination", 5),
    ("driver_load", 6),
    ("image_load", 7),
    ("create_remote_thread", 8),
    ("raw_access_thread", 9),
    ("process_access", 10),
    ("file_event", 11),
    ("registry_add", 12),
    ("registry_delete", 12),
    ("registry_set", 13),
    ("registry_rename", 14),
    ("create_stream_hash", 15),
    ("dns_query", 22),
    ("file_delete", 23),
    ("clipboard_capture", 24),
    ("process_tampering", 25),
    ("file_delete_detected", 26),
    ("file_block_executable", 27),
    ("file_block_shredding", 28),
    ("file_executable_detected", 29),
    ("sysmon_error", 255),
];

fn ecs_windows(work: &mut Work) -> Result<(), Failure> {
    if !work.rule.log_source.product("windows") {
        return Ok(());
    }
    let security = work.rule.log_source.service("security");
    let special: &Fields = match work.rule.log_source.category.as_deref() {
        Some("process_creation") => PROCESS,
        Some("image_load") => IMAGE,
        Some("create_remote_thread" | "process_access") => SOURCE,
        Some("wmi_event") => WMI,
        None if security => SECURITY,
        None if work.rule.log_source.service("sysmon") => SOURCE,
        _ => &[],
    };
    work.rename_fields(|field| {
        let known = lookup(special, field).or_else(|| lookup(COMMON, field));
        Rename::To(known.map_or_else(|| format!("winlog.event_data.{field}"), str::to_owned))
    });
    // Winlogbeat indexes the numbers of events as keywords.
    work.each_item(|item| {
        let field = item.field.as_deref().unwrap_or_default();
        let long = field.ends_with(".port") || field.ends_with(".pid");
        let direction = field == "network.direction";
        for value in &mut item.values {
            match value {
                Value::Number(number) if !long => *value = Value::plain(number.text()),
                Value::Bool(yes) if direction => {
                    *value = Value::plain(if *yes { "egress" } else { "ingress" });
                }
                // Only a field that is asked gets the prefix.
                Value::FieldRef { field, .. } => {
                    if let Some(bare) = field.strip_prefix("winlog.event_data.") {
                        *field = bare.to_owned();
                    }
                }
                _ => {}
            }
        }
    });
    let service = work.rule.log_source.service.clone().unwrap_or_default();
    if let Some((_, channels)) = super::channels::CHANNELS.iter().find(|(name, _)| *name == service) {
        let values = channels.iter().map(|channel| Value::plain(channel)).collect();
        work.require(Detection::item("winlog.channel", values));
    }
    Ok(())
}

static PROCESS: &Fields = &[
    ("CommandLine", "process.command_line"),
    ("Company", "process.pe.company"),
    ("Description", "process.pe.description"),
    ("FileVersion", "process.pe.file_version"),
    ("OriginalFileName", "process.pe.original_file_name"),
    ("Product", "process.pe.product"),
];

static IMAGE: &Fields = &[
    ("Company", "file.pe.company"),
    ("Description", "file.pe.description"),
    ("FileVersion", "file.pe.file_version"),
    ("OriginalFileName", "file.pe.original_file_name"),
    ("Product", "file.pe.product"),
];

static SOURCE: &Fields = &[("SourceImage", "process.executable.caseless")];

static WMI: &Fields = &[("Destination", "process.executable.caseless")];

static SECURITY: &Fields = &[
    ("Application", "process.executable.caseless"),
    ("DestAddress", "destination.ip"),
    ("DestPort", "destination.port"),
    ("ServiceName", "service.name"),
    ("SourceAddress", "source.ip"),
];

static COMMON: &Fields = &[
    ("Channel", "winlog.channel"),
    ("ClientAddress", "source.ip"),
    ("ClientProcessId", "winlog.event_data.ClientProcessId"),
    ("ComputerName", "winlog.computer_name"),
    ("CurrentDirectory", "process.working_directory"),
    ("Device", "file.path"),
    ("DestinationHostname", "destination.domain"),
    ("DestinationIp", "destination.ip"),
    ("DestinationPort", "destination.port"),
    ("EventID", "event.code"),
    ("FileName", "file.path"),
    ("Image", "process.executable.caseless"),
    ("ImageLoaded", "file.path"),
    ("Initiated", "network.direction"),
    ("IpAddress", "source.ip"),
    ("IpPort", "source.port"),
    ("NewProcessName", "process.executable"),
    ("ParentCommandLine", "process.parent.command_line"),
    ("ParentImage", "process.parent.executable.caseless"),
    ("ParentProcessId", "process.parent.pid"),
    ("Payload", "powershell.file.script_block_text"),
    ("PipeName", "file.name"),
    ("ProcessId", "process.pid"),
    ("ProcessName", "process.executable.caseless"),
    ("Protocol", "network.transport"),
    ("Provider_Name", "winlog.provider_name"),
    ("QueryName", "dns.question.name"),
    ("ScriptBlockText", "powershell.file.script_block_text"),
    ("SignatureStatus", "file.code_signature.status"),
    ("Signed", "file.code_signature.signed"),
    ("SourceHostname", "source.domain"),
    ("SourceIp", "source.ip"),
    ("SourcePort", "source.port"),
    ("SubjectDomainName", "user.domain"),
    ("SubjectLogonId", "winlog.logon.id"),
    ("SubjectUserName", "user.name"),
    ("SubjectUserSid", "user.id"),
    ("TargetFilename", "file.path"),
    ("TargetLogonId", "winlog.logon.id"),
    ("TargetObject", "registry.path"),
    ("User", "user.name"),
    ("WorkstationName", "source.domain"),
];
