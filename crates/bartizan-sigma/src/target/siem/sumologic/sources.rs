//! What Cloud SIEM knows of a log source: vendor and product of its records, and the entities of its signals.
//!
//! Source: Sumo Logic, "Cloud SIEM Entities", "Cloud SIEM Content Catalog" (vendors and products).

use crate::rule::LogSource;

/// Vendor and product of records.
pub(super) fn vendor(source: &LogSource) -> Option<(&'static str, &'static str)> {
    let service = source.service.as_deref().unwrap_or_default();
    Some(match source.product.as_deref()? {
        "windows" if windows(source) => ("Microsoft", "Windows"),
        "aws" => ("Amazon AWS", "CloudTrail"),
        "azure" => ("Microsoft", "Azure"),
        "bitbucket" => ("Atlassian", "Bitbucket"),
        "fortigate" => ("Fortinet", "Fortigate"),
        "gcp" if service.starts_with("google_workspace") => ("Google", "Google Workspace"),
        "github" => ("GitHub", "GitHub"),
        "kubernetes" => ("Kubernetes", "Audit"),
        "m365" => ("Microsoft", "Office 365"),
        "okta" => ("Okta", "Single Sign-On"),
        "onelogin" => ("OneLogin", "OneLogin"),
        "zeek" => ("Zeek", "Zeek"),
        _ => return None,
    })
}

/// Whether the source is known, by vendor or by category.
pub(super) fn known(source: &LogSource) -> bool {
    let generic = ["antivirus", "dns", "firewall", "proxy", "webserver"];
    let by_category = || source.category.as_deref().is_some_and(|category| generic.contains(&category));
    vendor(source).is_some() || source.product.is_none() && by_category()
}

fn windows(source: &LogSource) -> bool {
    let categories =
        ["dns_query", "file_event", "image_load", "network_connection", "process_creation", "registry_event"];
    match source.category.as_deref() {
        Some(category) => categories.contains(&category),
        None => source.service.as_deref().is_none_or(|service| SERVICES.contains(&service)),
    }
}

const SERVICES: &[&str] = &[
    "application",
    "dns-server",
    "driver-framework",
    "firewall-as",
    "powershell",
    "powershell-classic",
    "security",
    "sysmon",
    "system",
    "taskscheduler",
    "windefend",
    "wmi",
];

/// The entities that a category of events should have; none for a category that is not known.
pub(super) fn expected(source: &LogSource) -> Option<&'static [&'static str]> {
    Some(match source.category.as_deref()? {
        "process_creation"
        | "process_access"
        | "process_tampering"
        | "process_termination"
        | "create_remote_thread" => &["_hostname", "_username", "_process"],
        "file_event"
        | "file_access"
        | "file_change"
        | "file_delete"
        | "file_rename"
        | "file_executable_detected"
        | "file_block_executable"
        | "create_stream_hash"
        | "driver_load"
        | "antivirus" => &["_hostname", "_file"],
        "image_load"
        | "pipe_created"
        | "ps_script"
        | "ps_module"
        | "ps_classic_start"
        | "ps_classic_provider_start"
        | "ps_classic_script"
        | "raw_access_thread"
        | "registry_add"
        | "registry_delete"
        | "registry_event"
        | "registry_set"
        | "registry_rename"
        | "wmi_event" => &["_hostname", "_username"],
        "dns" | "dns_query" => &["_hostname", "_domain"],
        "network_connection" | "firewall" => &["_hostname", "_ip"],
        "sysmon_error" | "sysmon_status" => &["_hostname"],
        "proxy" => &["_ip", "_domain"],
        "webserver" => &["_ip", "_hostname"],
        "application" => &["_username"],
        _ => return None,
    })
}

/// The entities of the signals.
pub(super) fn entities(source: &LogSource) -> &'static [&'static str] {
    if let Some(entities) = expected(source) {
        return entities;
    }
    match (source.product.as_deref(), source.service.as_deref()) {
        (Some("windows"), Some("firewall-as")) => &["_hostname", "_ip"],
        (Some("windows"), Some("windefend")) => &["_hostname", "_username", "_file"],
        (Some("windows"), _) if vendor(source).is_some() => &["_hostname", "_username", "_process"],
        (Some("windows" | "linux" | "macos"), _) => &["_hostname", "_username"],
        (Some("fortigate" | "zeek"), _) => &["_hostname", "_ip"],
        (Some("kubernetes"), _) => &["_ip"],
        _ if vendor(source).is_some() => &["_username", "_ip"],
        _ => &[],
    }
}

/// The field that holds an entity.
pub(super) fn field(entity: &str) -> &'static str {
    match entity {
        "_hostname" => "device_hostname",
        "_username" => "user_username",
        "_process" => "baseImage",
        "_file" => "file_path",
        "_domain" => "http_url_fqdn",
        _ => "srcDevice_ip",
    }
}
