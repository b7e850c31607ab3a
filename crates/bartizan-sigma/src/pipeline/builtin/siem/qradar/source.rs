//! Where QRadar keeps the events of a log source.
//!
//! Source: IBM, "QRadar DSM Configuration Guide" (names of log source types); Microsoft, "Sysmon" and the audit events of
//! Windows (numbers of events).

use super::wide::Near;
use crate::{
    error::Failure,
    pipeline::Work,
    rule::{Detection, LogSource, Value},
};

/// The name of a log source type.
pub(super) const TYPE_NAME: &str = "LOGSOURCETYPENAME(devicetype)";

/// Types that are known by number: Microsoft Windows Security Event Log, Microsoft Windows Defender ATP, Linux OS,
/// Mac OS X, and the types of Amazon AWS.
fn numbers(product: &str, service: &str) -> Option<&'static str> {
    Some(match (product, service) {
        ("windows", "windefend") => " IN(433, 12)",
        ("windows", _) => "=12",
        ("linux", _) => "=11",
        ("macos", _) => "=102",
        ("aws", _) => " IN(516, 519, 456, 460, 436, 501, 502, 507, 440, 347)",
        _ => return None,
    })
}

/// What the names of the other types contain.
fn names(product: &str, service: &str) -> &'static [&'static str] {
    match (product, service) {
        ("azure", _) => &["Azure", "Entra ID"],
        ("cisco", _) => &["Cisco"],
        ("fortigate" | "fortios", _) => &["Fortinet"],
        ("gcp", service) if service.starts_with("google_workspace") => &["Google"],
        ("gcp", _) => &["Google Cloud"],
        ("huawei", _) => &["Huawei"],
        ("juniper", _) => &["Juniper"],
        ("kubernetes", _) => &["Kubernetes"],
        ("m365", _) => &["Office 365", "Microsoft 365"],
        ("okta", _) => &["Okta"],
        ("onelogin", _) => &["OneLogin"],
        ("paloalto", _) => &["Palo Alto"],
        _ => &[],
    }
}

/// Numbers of the events of Windows that a category stands for; none where it is known by its properties.
fn events(category: &str) -> &'static [i128] {
    match category {
        "process_creation" => &[1, 4688],
        "file_change" => &[2],
        "network_connection" => &[3, 5156],
        "sysmon_status" => &[4, 16],
        "driver_load" => &[6],
        "image_load" => &[7],
        "create_remote_thread" => &[8],
        "raw_access_thread" => &[9],
        "process_access" => &[10],
        "file_event" => &[11],
        "registry_add" | "registry_delete" => &[12, 4657],
        "registry_set" => &[13, 4657],
        "registry_rename" => &[14],
        "registry_event" => &[12, 13, 14, 4657],
        "create_stream_hash" => &[15],
        "pipe_created" => &[17, 18],
        "wmi_event" => &[19, 20, 21],
        "dns_query" => &[22],
        "file_delete" => &[23, 26],
        "process_tampering" => &[25],
        "file_executable_detected" => &[29],
        "sysmon_error" => &[255],
        "ps_module" => &[4103],
        "ps_script" => &[4104],
        "ps_classic_start" => &[400],
        _ => &[],
    }
}

/// Asks for the events of the rule's log source. A source without product may be any type.
pub(super) fn require(work: &mut Work, near: &mut Near) {
    let LogSource { product, service, category, .. } = work.rule.log_source.clone();
    let Some(product) = product else { return };
    let service = service.unwrap_or_default();
    if product == "windows"
        && let Some(category) = category
    {
        let numbers: Vec<Value> = events(&category).iter().map(|number| Value::integer(*number)).collect();
        if !numbers.is_empty() {
            work.require(Detection::item("Event ID", numbers));
        }
    }
    if let Some(types) = numbers(&product, &service) {
        work.state.insert("devices", format!("devicetype{types}"));
        return;
    }
    let names = names(&product, &service);
    if names.is_empty() {
        near.push((
            "approximation.log-source",
            Failure::log_source(format!(
                "QRadar has no log source type for `{product}`; events of every type are asked"
            )),
        ));
        return;
    }
    let values = names.iter().map(|name| Value::text(&format!("*{name}*"))).collect();
    work.require(Detection::item(TYPE_NAME, values));
}
