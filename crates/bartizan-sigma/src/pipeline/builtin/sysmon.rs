//! Sigma's categories as events of Windows logs, and its services as their channels.
//!
//! Source: Sysmon, <https://learn.microsoft.com/sysinternals/downloads/sysmon>, "Events"; about_Logging_Windows of
//! PowerShell.

use super::{Builtin, channels::CHANNELS};
use crate::{
    error::Failure,
    pipeline::Work,
    rule::{Detection, Value},
};

pub(super) const PIPELINES: &[Builtin] = &[
    Builtin { name: "sysmon", about: "categories as events of Sysmon and PowerShell", apply: events },
    Builtin { name: "windows-logsources", about: "services as channels of Windows logs", apply: channels },
];

/// Categories, the service whose log they are in, and the ids of their events.
const EVENTS: &[(&str, &str, &[i128])] = &[
    ("process_creation", "sysmon", &[1]),
    ("file_change", "sysmon", &[2]),
    ("network_connection", "sysmon", &[3]),
    ("sysmon_status", "sysmon", &[4, 16]),
    ("process_termination", "sysmon", &[5]),
    ("driver_load", "sysmon", &[6]),
    ("image_load", "sysmon", &[7]),
    ("create_remote_thread", "sysmon", &[8]),
    ("raw_access_thread", "sysmon", &[9]),
    ("process_access", "sysmon", &[10]),
    ("file_event", "sysmon", &[11]),
    ("registry_add", "sysmon", &[12]),
    ("registry_delete", "sysmon", &[12]),
    ("registry_set", "sysmon", &[13]),
    ("registry_rename", "sysmon", &[14]),
    ("registry_event", "sysmon", &[12, 13, 14]),
    ("create_stream_hash", "sysmon", &[15]),
    ("pipe_created", "sysmon", &[17, 18]),
    ("wmi_event", "sysmon", &[19, 20, 21]),
    ("dns_query", "sysmon", &[22]),
    ("file_delete", "sysmon", &[23]),
    ("clipboard_capture", "sysmon", &[24]),
    ("process_tampering", "sysmon", &[25]),
    ("file_delete_detected", "sysmon", &[26]),
    ("file_block_executable", "sysmon", &[27]),
    ("file_block_shredding", "sysmon", &[28]),
    ("file_executable_detected", "sysmon", &[29]),
    ("sysmon_error", "sysmon", &[255]),
    ("ps_classic_start", "powershell-classic", &[400]),
    ("ps_classic_provider_start", "powershell-classic", &[600]),
    ("ps_classic_script", "powershell-classic", &[800]),
    ("ps_module", "powershell", &[4103]),
    ("ps_script", "powershell", &[4104]),
];

fn events(work: &mut Work) -> Result<(), Failure> {
    let source = &work.rule.log_source;
    if !source.product("windows") {
        return Ok(());
    }
    let found = EVENTS.iter().find(|(category, ..)| source.category(category));
    if let Some((_, service, ids)) = found {
        work.require(Detection::item("EventID", ids.iter().map(|id| Value::integer(*id)).collect()));
        work.rule.log_source.service = Some((*service).to_owned());
    }
    Ok(())
}

fn channels(work: &mut Work) -> Result<(), Failure> {
    let source = &work.rule.log_source;
    let service = source.service.as_deref().filter(|_| source.product("windows")).unwrap_or_default();
    if let Some((_, channels)) = CHANNELS.iter().find(|(name, _)| *name == service) {
        let values = channels.iter().map(|channel| Value::plain(channel));
        work.require(Detection::item("Channel", values.collect()));
    }
    Ok(())
}
