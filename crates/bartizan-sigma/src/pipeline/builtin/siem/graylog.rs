//! Graylog: fields of its Beats input, and of its own schema.
//!
//! Sources: Graylog documentation, "Beats input" (fields get the name of the beat in front, dots become `_`); Elastic,
//! "Winlogbeat exported fields" (`winlog.event_id`, `winlog.channel`, `winlog.provider_name`, `winlog.event_data`);
//! Graylog documentation, "Graylog schema" (Illuminate) for network, web and name queries.

use super::super::{Builtin, channels::CHANNELS};
use crate::{
    error::Failure,
    pipeline::{Fields, Rename, Work, lookup},
    rule::{Detection, Text, Value},
};

pub(crate) const PIPELINES: &[Builtin] =
    &[Builtin { name: "graylog", about: "Graylog: Winlogbeat's fields and Graylog's schema", apply }];

const ID: &str = "winlogbeat_winlog_event_id";
const CHANNEL: &str = "winlogbeat_winlog_channel";
const SYSMON: &str = "Microsoft-Windows-Sysmon/Operational";
const POWERSHELL: &str = "Microsoft-Windows-PowerShell/Operational";

const SYSTEM: &Fields = &[
    ("EventID", ID),
    ("Channel", CHANNEL),
    ("Provider_Name", "winlogbeat_winlog_provider_name"),
    ("Computer", "winlogbeat_winlog_computer_name"),
];

/// Channels and event ids of Windows' categories. Source: Microsoft, "Sysmon" and "About PowerShell logging".
const EVENTS: &[(&str, &str, &[i128])] = &[
    ("process_creation", SYSMON, &[1]),
    ("file_change", SYSMON, &[2]),
    ("network_connection", SYSMON, &[3]),
    ("sysmon_status", SYSMON, &[4, 16]),
    ("process_termination", SYSMON, &[5]),
    ("driver_load", SYSMON, &[6]),
    ("image_load", SYSMON, &[7]),
    ("create_remote_thread", SYSMON, &[8]),
    ("raw_access_thread", SYSMON, &[9]),
    ("process_access", SYSMON, &[10]),
    ("file_event", SYSMON, &[11]),
    ("registry_add", SYSMON, &[12]),
    ("registry_delete", SYSMON, &[12]),
    ("registry_set", SYSMON, &[13]),
    ("registry_rename", SYSMON, &[14]),
    ("registry_event", SYSMON, &[12, 13, 14]),
    ("create_stream_hash", SYSMON, &[15]),
    ("pipe_created", SYSMON, &[17, 18]),
    ("wmi_event", SYSMON, &[19, 20, 21]),
    ("dns_query", SYSMON, &[22]),
    ("file_delete", SYSMON, &[23, 26]),
    ("clipboard_capture", SYSMON, &[24]),
    ("process_tampering", SYSMON, &[25]),
    ("file_block_executable", SYSMON, &[27]),
    ("file_executable_detected", SYSMON, &[29]),
    ("sysmon_error", SYSMON, &[255]),
    ("ps_module", POWERSHELL, &[4103]),
    ("ps_script", POWERSHELL, &[4104]),
    ("ps_classic_start", "Windows PowerShell", &[400]),
    ("ps_classic_provider_start", "Windows PowerShell", &[600]),
];

/// Graylog schema: HTTP, network, name queries.
const SCHEMA: &Fields = &[
    ("c-uri", "http_uri"),
    ("cs-uri", "http_uri"),
    ("cs-method", "http_request_method"),
    ("sc-status", "http_response_code"),
    ("c-useragent", "http_user_agent"),
    ("cs-user-agent", "http_user_agent"),
    ("cs-referer", "http_referrer"),
    ("cs-referrer", "http_referrer"),
    ("cs-host", "http_host"),
    ("cs-username", "user_name"),
    ("c-ip", "source_ip"),
    ("src_ip", "source_ip"),
    ("src_port", "source_port"),
    ("dst_ip", "destination_ip"),
    ("dst_port", "destination_port"),
    ("query", "query_request"),
    ("answer", "query_response"),
    ("record_type", "query_record_type"),
];

fn apply(work: &mut Work) -> Result<(), Failure> {
    if work.items().iter().any(|item| item.field.is_none()) {
        work.come_near(
            "approximation.tokens",
            Failure::expression("a phrase is searched in words, not in parts of them"),
        )?;
    }
    let source = work.rule.log_source.clone();
    if source.product("windows") {
        return windows(work);
    }
    if !matches!(source.category.as_deref(), Some("proxy" | "webserver" | "dns" | "firewall"))
        && work.items().iter().any(|item| item.field.is_some())
    {
        return Err(Failure::log_source("Graylog documents no fields for this log source"));
    }
    for item in work.items() {
        if let Some(field) = item.field.as_deref()
            && lookup(SCHEMA, field).is_none()
        {
            return Err(Failure::field(format!("Graylog's schema has no field for `{field}`")));
        }
    }
    work.rename_by(SCHEMA);
    Ok(())
}

fn windows(work: &mut Work) -> Result<(), Failure> {
    let source = work.rule.log_source.clone();
    let events =
        source.category.as_deref().map(|category| EVENTS.iter().find(|(name, ..)| *name == category));
    let service = source.service.as_deref().map(|service| CHANNELS.iter().find(|(name, _)| *name == service));
    work.rename_fields(|field| {
        Rename::To(lookup(SYSTEM, field).map_or_else(
            || format!("winlogbeat_winlog_event_data_{}", field.replace(['.', ' '], "_")),
            str::to_owned,
        ))
    });
    // Names of channels are written in one way only.
    let exact = |channel: &&str| Value::Text { text: Text::plain(channel), cased: true };
    match (events, service) {
        (Some(Some((_, channel, ids))), None) => {
            work.require(Detection::item(ID, ids.iter().map(|id| Value::integer(*id)).collect()));
            work.require(Detection::item(CHANNEL, vec![exact(channel)]));
        }
        (None, Some(Some((_, channels)))) => {
            work.require(Detection::item(CHANNEL, channels.iter().map(exact).collect()));
        }
        _ => return Err(Failure::log_source("no event channel for this log source")),
    }
    Ok(())
}
