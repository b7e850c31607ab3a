//! Wazuh: groups of rules and names of fields.
//!
//! Sources: Wazuh documentation, "Windows event channel" (`win.system`, `win.eventdata`, whose names open with a small
//! letter), "Monitoring AWS", "Monitoring GitHub", "Monitoring Office 365", "Monitoring GCP" and "Monitoring system
//! calls" (`aws`, `github`, `office365`, `gcp`, `audit`); its ruleset for the groups, which each event of a kind passes:
//! `0595-win-sysmon_rules.xml` (`sysmon_event1` to `sysmon_event9`, then `sysmon_event_10` and on), `0580-win-…`
//! (`windows`), `0245-web_rules.xml` (`web`), `0350-amazon_rules.xml`, `0365-auditd_rules.xml`.

use super::super::{Builtin, channels::CHANNELS};
use crate::{
    error::Failure,
    pipeline::{Fields, Rename, Work, lookup},
    rule::{Detection, LogSource, Value},
};

pub(crate) const PIPELINES: &[Builtin] =
    &[Builtin { name: "wazuh", about: "Wazuh's groups and decoded fields", apply }];

/// Where the target looks for the groups of rules under which the events arrive.
const GROUPS: &str = "if_group";

/// Sysmon's events.
const SYSMON: &Fields = &[
    ("process_creation", "sysmon_event1"),
    ("file_change", "sysmon_event2"),
    ("network_connection", "sysmon_event3"),
    ("sysmon_status", "sysmon_event4"),
    ("process_termination", "sysmon_event5"),
    ("driver_load", "sysmon_event6"),
    ("image_load", "sysmon_event7"),
    ("create_remote_thread", "sysmon_event8"),
    ("raw_access_thread", "sysmon_event9"),
    ("process_access", "sysmon_event_10"),
    ("file_event", "sysmon_event_11"),
    ("registry_add", "sysmon_event_12"),
    ("registry_delete", "sysmon_event_12"),
    ("registry_set", "sysmon_event_13"),
    ("registry_rename", "sysmon_event_14"),
    ("create_stream_hash", "sysmon_event_15"),
    ("dns_query", "sysmon_event_22"),
    ("file_delete", "sysmon_event_23"),
    ("clipboard_capture", "sysmon_event_24"),
    ("process_tampering", "sysmon_event_25"),
];

/// Categories of several events, or of none of Sysmon: channel and event ids.
const EVENTS: &[(&str, &str, &[&str])] = &[
    ("registry_event", SYSMON_CHANNEL, &["12", "13", "14"]),
    ("pipe_created", SYSMON_CHANNEL, &["17", "18"]),
    ("wmi_event", SYSMON_CHANNEL, &["19", "20", "21"]),
    ("ps_script", "Microsoft-Windows-PowerShell/Operational", &["4104"]),
    ("ps_module", "Microsoft-Windows-PowerShell/Operational", &["4103"]),
    ("ps_classic_start", "Windows PowerShell", &["400"]),
    ("ps_classic_provider_start", "Windows PowerShell", &["600"]),
];

const SYSMON_CHANNEL: &str = "Microsoft-Windows-Sysmon/Operational";

const SYSTEM: &Fields = &[
    ("EventID", "win.system.eventID"),
    ("Provider_Name", "win.system.providerName"),
    ("Channel", "win.system.channel"),
    ("Computer", "win.system.computer"),
    ("Level", "win.system.level"),
];

const AUDIT: &Fields = &[
    ("type", "audit.type"),
    ("exe", "audit.exe"),
    ("comm", "audit.command"),
    ("key", "audit.key"),
    ("euid", "audit.euid"),
    ("uid", "audit.uid"),
    ("auid", "audit.auid"),
    ("success", "audit.success"),
    ("name", "audit.file.name"),
    ("cwd", "audit.cwd"),
    ("a0", "audit.execve.a0"),
    ("a1", "audit.execve.a1"),
    ("a2", "audit.execve.a2"),
    ("a3", "audit.execve.a3"),
    ("a4", "audit.execve.a4"),
    ("a5", "audit.execve.a5"),
    ("a6", "audit.execve.a6"),
    ("a7", "audit.execve.a7"),
];

/// The decoder of access logs fills the engine's fixed fields, which have elements of their own.
const WEB: &Fields = &[
    ("c-uri", "=url"),
    ("cs-uri", "=url"),
    ("cs-uri-query", "=url"),
    ("cs-uri-stem", "=url"),
    ("cs-method", "=protocol"),
    ("sc-status", "=id"),
];

const GCP: &Fields = &[
    ("gcp.audit.method_name", "gcp.protoPayload.methodName"),
    ("gcp.audit.service_name", "gcp.protoPayload.serviceName"),
];

fn apply(work: &mut Work) -> Result<(), Failure> {
    let source = work.rule.log_source.clone();
    let (product, service) = (source.product.as_deref(), source.service.as_deref());
    let group = match (product, source.category.as_deref(), service) {
        (Some("windows"), _, _) => return windows(work, &source),
        (_, Some("webserver"), _) => web(work)?,
        (Some("linux"), None, Some("auditd")) => named(work, AUDIT, "audit")?,
        (Some("linux"), None, _) => named(work, &[], "syslog")?,
        (Some("aws"), None, Some("cloudtrail")) => prefixed(work, "aws.", "amazon"),
        (Some("github"), None, Some("audit")) => prefixed(work, "github.", "github"),
        (Some("m365"), None, Some("audit" | "exchange")) => prefixed(work, "office365.", "office365"),
        (Some("gcp"), None, Some("gcp.audit")) => named(work, GCP, "gcp")?,
        _ => return Err(Failure::log_source("Wazuh's ruleset decodes no such events")),
    };
    work.state.insert(GROUPS, group.to_owned());
    Ok(())
}

fn windows(work: &mut Work, source: &LogSource) -> Result<(), Failure> {
    let category = source.category.as_deref();
    let sysmon = category.and_then(|category| lookup(SYSMON, category));
    let events = EVENTS.iter().find(|(name, ..)| Some(*name) == category);
    let service = source.service.as_deref();
    let channels = CHANNELS.iter().find(|(name, _)| Some(*name) == service && category.is_none());
    work.rename_fields(|field| Rename::To(event_field(field)));
    match (sysmon, events, channels) {
        (Some(group), ..) => {
            work.state.insert(GROUPS, group.to_owned());
            return Ok(());
        }
        (None, Some((_, channel, ids)), _) => {
            let ids = ids.iter().map(|id| Value::plain(id)).collect();
            work.require(Detection::item("win.system.eventID", ids));
            work.require_value("win.system.channel", Value::plain(channel));
        }
        (None, None, Some((_, channels))) => {
            let values = channels.iter().map(|channel| Value::plain(channel)).collect();
            work.require(Detection::item("win.system.channel", values));
        }
        _ => return Err(Failure::log_source("no event channel or Sysmon event for this log source")),
    }
    work.state.insert(GROUPS, "windows".to_owned());
    Ok(())
}

/// `CommandLine` as `win.eventdata.commandLine`.
fn event_field(field: &str) -> String {
    if let Some(system) = lookup(SYSTEM, field) {
        return system.to_owned();
    }
    let mut chars = field.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    format!("win.eventdata.{}{}", first.map(String::from).unwrap_or_default(), chars.as_str())
}

/// The fixed fields of access logs: an address is one field, so its parts can only be held by it.
fn web(work: &mut Work) -> Result<&'static str, Failure> {
    for item in work.items() {
        let part = matches!(item.field.as_deref(), Some("cs-uri-query" | "cs-uri-stem"));
        let loose = |value: &Value| value.as_text().is_some_and(|text| text.opens_any() && text.closes_any());
        if part && !item.values.iter().all(loose) {
            return Err(Failure::value("Wazuh keeps path and query of an address in one field"));
        }
    }
    let failure = Failure::field("Wazuh keeps path and query of an address in one field");
    if work.items().iter().any(|item| matches!(item.field.as_deref(), Some("cs-uri-query" | "cs-uri-stem"))) {
        work.come_near("approximation.field", failure)?;
    }
    named(work, WEB, "web")
}

fn named(work: &mut Work, table: &Fields, group: &'static str) -> Result<&'static str, Failure> {
    for item in work.items() {
        if let Some(field) = item.field.as_deref()
            && lookup(table, field).is_none()
        {
            return Err(Failure::field(format!("Wazuh decodes no field for `{field}`")));
        }
    }
    work.rename_by(table);
    Ok(group)
}

fn prefixed(work: &mut Work, prefix: &str, group: &'static str) -> &'static str {
    work.rename_fields(|field| Rename::To(format!("{prefix}{field}")));
    group
}
