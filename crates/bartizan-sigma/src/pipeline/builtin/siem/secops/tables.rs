//! Where the fields of a log source are in UDM.
//!
//! Sources, by the names used below:
//! - UDM: Google SecOps, "Unified Data Model field list" and "UDM usage guide";
//! - EVT: "Collect Microsoft Windows Event data" (label `WINEVTLOG`, common fields and events of Sysmon);
//! - SYS: "Collect Microsoft Windows Sysmon data" and "Change log for WINDOWS_SYSMON" (label `WINDOWS_SYSMON`);
//! - PSH: "Collect PowerShell logs" (label `POWERSHELL`);
//! - AWS: the mapping table of CloudTrail records in "Collect AWS Control Tower logs";
//! - DR: Google's published rules, `chronicle/detection-rules`, for products' names and what their fields ask.

use super::{
    events::{self, COMMON},
    special,
};
use crate::{
    error::Failure,
    rule::{Detection, LogSource, Value},
};

/// Where a field is.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// In one field.
    Field(&'static str),
    /// In one of several, depending on the parser.
    AnyOf(&'static [&'static str]),
    /// In another form.
    Made(fn(&Value) -> Result<Detection, Failure>),
}

use Place::{AnyOf, Field, Made};

impl Place {
    /// Whether both are the same place.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Field(one), Field(other)) => one == other,
            (AnyOf(one), AnyOf(other)) => one == other,
            (Made(one), Made(other)) => std::ptr::fn_addr_eq(*one, *other),
            _ => false,
        }
    }
}

/// Fields of Sigma's taxonomy and their places.
pub(super) type Table = [(&'static str, Place)];

/// The events of a log source.
#[derive(Clone, Copy)]
pub(super) struct Source {
    /// Values of `metadata.event_type`; none leaves it open.
    pub kinds: &'static [&'static str],
    /// What else must hold: a field and its values.
    pub gates: &'static [(&'static str, &'static [&'static str])],
    /// Whether the rule itself must name the provider.
    pub needs_provider: bool,
    /// Whether the place of a field depends on the event's id.
    by_id: bool,
    tables: &'static [&'static Table],
}

impl Source {
    /// The place of a field in events of these ids.
    pub(super) fn place(&self, field: &str, ids: &[u32]) -> Result<&'static Place, Failure> {
        let mut all = self.tables.iter().copied().flatten();
        let found = match self.by_id {
            true => events::place(field, ids),
            false => all.find(|(name, _)| *name == field).map(|(_, place)| place),
        };
        found.ok_or_else(|| Failure::field(format!("no documented place in UDM for `{field}`")))
    }
}

const ID: &str = "metadata.product_event_type";
const PRODUCT: &str = "metadata.product_name";
const VENDOR: &str = "metadata.vendor_name";
const LOG: &str = "metadata.log_type";
const SYSMON: (&str, &[&str]) = (PRODUCT, &["Microsoft-Windows-Sysmon"]);

/// UDM usage guide, `PROCESS_LAUNCH`: the principal's process launches the target's. SYS for file properties.
const PROCESS: &Table = &[
    ("Image", Field("target.process.file.full_path")),
    ("CommandLine", Field("target.process.command_line")),
    ("ParentImage", Field("principal.process.file.full_path")),
    ("ParentCommandLine", Field("principal.process.command_line")),
    ("GrandParentImage", Field("principal.process.parent_process.file.full_path")),
    ("ProcessId", Field("target.process.pid")),
    ("ParentProcessId", Field("principal.process.pid")),
    ("IntegrityLevel", Made(special::integrity)),
];

/// Everything else that a process does, it does as the principal (UDM usage guide).
const ACTOR: &Table = &[
    ("Image", Field("principal.process.file.full_path")),
    ("CommandLine", Field("principal.process.command_line")),
    ("ParentImage", Field("principal.process.parent_process.file.full_path")),
    ("ParentCommandLine", Field("principal.process.parent_process.command_line")),
    ("ProcessId", Field("principal.process.pid")),
];

/// EVT: `EventData.User`.
const USER: &Table = &[("User", Made(special::user))];

/// Properties of a program or module: UDM, `ExifInfo`; SYS (2024-04-24) for `target.asset.software`.
const PROGRAM: &Table = &[
    (
        "OriginalFileName",
        AnyOf(&["target.process.file.exif_info.original_file", "target.process.file.names"]),
    ),
    ("Product", AnyOf(&["target.process.file.exif_info.product", "target.asset.software.name"])),
    ("Company", AnyOf(&["target.process.file.exif_info.company", "target.asset.software.vendor_name"])),
    (
        "Description",
        AnyOf(&["target.process.file.exif_info.file_description", "target.asset.software.description"]),
    ),
    ("FileVersion", Field("target.asset.software.version")),
    ("Hashes", Made(special::process_hashes)),
    ("md5", Field("target.process.file.md5")),
    ("sha1", Field("target.process.file.sha1")),
    ("sha256", Field("target.process.file.sha256")),
    ("Imphash", Field("target.process.file.pe_file.imphash")),
];

/// UDM usage guide, `FILE_*`.
const FILE: &Table = &[
    ("TargetFilename", Field("target.file.full_path")),
    ("SourceFilename", Field("src.file.full_path")),
    ("Hashes", Made(special::file_hashes)),
];

/// UDM usage guide, `REGISTRY_*`; SYS for ids 12 to 14.
const REGISTRY: &Table = &[
    ("TargetObject", Field("target.registry.registry_key")),
    ("NewName", Field("target.registry.registry_key")),
    ("Details", Field("target.registry.registry_value_data")),
    ("EventType", Made(special::registry)),
    ("EventID", Field(ID)),
];

/// UDM usage guide, `NETWORK_*`.
const NETWORK: &Table = &[
    ("DestinationHostname", Field("target.hostname")),
    ("DestinationIp", Field("target.ip")),
    ("DestinationPort", Field("target.port")),
    ("SourceHostname", Field("principal.hostname")),
    ("SourceIp", Field("principal.ip")),
    ("SourcePort", Field("principal.port")),
    ("Protocol", Made(special::protocol)),
    ("Initiated", Made(special::direction)),
    ("dst_ip", Field("target.ip")),
    ("dst_port", Field("target.port")),
    ("src_ip", Field("principal.ip")),
    ("src_port", Field("principal.port")),
];

/// UDM, `Dns`.
const DNS: &Table = &[
    ("QueryName", Field("network.dns.questions.name")),
    ("QueryResults", Field("network.dns.answers.data")),
    ("query", Field("network.dns.questions.name")),
    ("answer", Field("network.dns.answers.data")),
    ("answers", Field("network.dns.answers.data")),
    ("record_type", Made(special::record)),
    ("qtype_name", Made(special::record)),
    ("src_ip", Field("principal.ip")),
];

/// DR (`soc_prime_rules/threat_hunting/image_load`): the module is the target's file.
const MODULE: &Table = &[("ImageLoaded", Field("target.process.file.full_path"))];

/// DR (`adfs_db_suspicious_named_pipe_connection`).
const PIPE: &Table =
    &[("PipeName", Field("target.resource.name")), ("Image", Field("target.process.file.full_path"))];

/// DR (`password_dumper_remote_thread_in_lsass`); UDM, `Process.access_mask`.
const PAIR: &Table = &[
    ("SourceImage", Field("principal.process.file.full_path")),
    ("TargetImage", Field("target.process.file.full_path")),
    ("SourceCommandLine", Field("principal.process.command_line")),
    ("SourceParentImage", Field("principal.process.parent_process.file.full_path")),
    ("GrantedAccess", Made(special::access)),
    ("Provider_Name", Field(PRODUCT)),
];

/// UDM usage guide, `NETWORK_HTTP`; DR (`soc_prime_rules/…/webserver`, `…/proxy`) for `target.url`.
const HTTP: &Table = &[
    ("c-uri", Field("target.url")),
    ("cs-uri", Field("target.url")),
    ("cs-uri-query", Made(special::query)),
    ("c-uri-query", Made(special::query)),
    ("cs-uri-stem", Made(special::path)),
    ("c-uri-extension", Made(special::extension)),
    ("cs-method", Field("network.http.method")),
    ("c-useragent", Field("network.http.user_agent")),
    ("cs-user-agent", Field("network.http.user_agent")),
    ("cs-referer", Field("network.http.referral_url")),
    ("cs-referrer", Field("network.http.referral_url")),
    ("sc-status", Field("network.http.response_code")),
    ("cs-host", Field("target.hostname")),
    ("r-dns", Field("target.hostname")),
    ("cs-username", Field("principal.user.userid")),
    ("c-ip", Field("principal.ip")),
    ("src_ip", Field("principal.ip")),
    ("dst_ip", Field("target.ip")),
];

/// UDM, `SecurityResult.threat_name`.
const VIRUS: &Table = &[("Signature", Field("security_result.threat_name"))];

/// PSH.
const SCRIPT: &Table = &[
    ("ScriptBlockText", Field("security_result.detection_fields.value")),
    ("Path", Field("target.process.file.full_path")),
    ("EventID", Field(ID)),
];

/// AWS; DR (`aws_cloudtrail_logging_tampered`) for vendor and product.
const CLOUDTRAIL: &Table = &[
    ("eventName", Field(ID)),
    ("eventSource", Field("target.application")),
    ("errorCode", Field("security_result.rule_id")),
    ("errorMessage", Field("security_result.description")),
    ("userAgent", Field("network.http.user_agent")),
    ("sourceIPAddress", Field("principal.ip")),
    ("awsRegion", Field("principal.location.name")),
    ("userIdentity.type", Field("principal.resource.type")),
    ("userIdentity.arn", Field("principal.user.attribute.labels.value")),
    ("userIdentity.principalId", Field("principal.user.product_object_id")),
];

/// "Collect Okta logs"; DR (`okta_user_account_lockout`) for vendor and product.
const OKTA: &Table = &[
    ("eventType", Field(ID)),
    ("eventtype", Field(ID)),
    ("displayMessage", Field("security_result.summary")),
    ("displaymessage", Field("security_result.summary")),
    ("outcome.reason", Field("security_result.category_details")),
    ("legacyEventType", Field("security_result.detection_fields.value")),
    ("actor.alternateId", AnyOf(&["principal.user.email_addresses", "principal.user.userid"])),
    ("debugContext.debugData.requestUri", Field("extensions.auth.auth_details")),
    ("client.ipAddress", Field("principal.ip")),
    ("client.userAgent.rawUserAgent", Field("network.http.user_agent")),
];

/// "Collect Microsoft Azure AD logs"; DR (`entra_id_…`) for vendor and products.
const ENTRA: &Table = &[
    ("operationName", Field(ID)),
    ("OperationName", Field(ID)),
    ("ActivityDisplayName", Field(ID)),
    ("Category", Field("security_result.category_details")),
    ("category", Field("security_result.category_details")),
    ("LoggedByService", Field("observer.application")),
    ("ResultDescription", Field("security_result.description")),
    ("Resultdescription", Field("security_result.description")),
    ("ResourceDisplayName", Field("target.resource.name")),
    ("RiskState", Field("security_result.detection_fields.value")),
    ("riskEventType", Field("security_result.detection_fields.value")),
    ("userAgent", Field("network.http.user_agent")),
    ("DeviceDetail.deviceId", Field("principal.asset.asset_id")),
];

/// DR (`o365_entra_id_application_creation`).
const OFFICE: &Table = &[("Operation", Field(ID))];

/// DR (`gcp_storage_bucket_opened_to_public`).
const GCP: &Table = &[
    ("gcp.audit.method_name", Field(ID)),
    ("data.protoPayload.methodName", Field(ID)),
    ("data.protoPayload.serviceName", Field("target.application")),
];

/// DR (`github_dependabot_vulnerability_alerts_disabled`).
const GITHUB: &Table = &[("action", Field(ID))];

const fn source(kinds: &'static [&'static str], tables: &'static [&'static Table]) -> Source {
    Source { kinds, gates: &[], needs_provider: false, by_id: false, tables }
}

const fn gated(
    gates: &'static [(&'static str, &'static [&'static str])],
    tables: &'static [&'static Table],
) -> Source {
    Source { kinds: &[], gates, needs_provider: false, by_id: false, tables }
}

/// The source of a rule.
pub(super) fn of(source: &LogSource) -> Option<Source> {
    let category = source.category.as_deref().filter(|category| *category != "application");
    match (category, source.product.as_deref(), source.service.as_deref()) {
        (Some(category), product, None) => of_category(category, product),
        (None, Some("windows"), Some(service)) => of_channel(service),
        (None, Some(product), Some(service)) => of_cloud(product, service),
        _ => None,
    }
}

fn of_category(category: &str, product: Option<&str>) -> Option<Source> {
    const REGISTRY_ALL: &[&str] =
        &["REGISTRY_CREATION", "REGISTRY_MODIFICATION", "REGISTRY_DELETION", "REGISTRY_UNCATEGORIZED"];
    Some(match category {
        "process_creation" => source(&["PROCESS_LAUNCH"], &[PROCESS, PROGRAM, USER]),
        "image_load" => source(&["PROCESS_MODULE_LOAD"], &[MODULE, ACTOR, PROGRAM, USER]),
        "driver_load" => source(&["PROCESS_MODULE_LOAD"], &[MODULE, PROGRAM]),
        "file_event" => source(&["FILE_CREATION"], &[FILE, ACTOR, USER]),
        "file_change" => source(&["FILE_MODIFICATION"], &[FILE, ACTOR, USER]),
        "file_delete" => source(&["FILE_DELETION"], &[FILE, ACTOR, USER]),
        "file_rename" => source(&["FILE_MOVE"], &[FILE, ACTOR, USER]),
        "registry_set" => source(&["REGISTRY_MODIFICATION"], &[REGISTRY, ACTOR, USER]),
        "registry_add" => source(&["REGISTRY_CREATION"], &[REGISTRY, ACTOR, USER]),
        "registry_delete" => source(&["REGISTRY_DELETION"], &[REGISTRY, ACTOR, USER]),
        "registry_event" => source(REGISTRY_ALL, &[REGISTRY, ACTOR, USER]),
        "network_connection" => source(&["NETWORK_CONNECTION"], &[NETWORK, ACTOR, USER]),
        "firewall" => source(&["NETWORK_CONNECTION"], &[NETWORK]),
        "dns_query" => source(&["NETWORK_DNS"], &[DNS, ACTOR, USER]),
        "dns" => source(&["NETWORK_DNS"], &[DNS]),
        "proxy" | "webserver" => source(&["NETWORK_HTTP"], &[HTTP]),
        "antivirus" => source(&[], &[VIRUS]),
        "create_stream_hash" => gated(&[SYSMON, (ID, &["15"])], &[FILE, ACTOR]),
        "file_executable_detected" => gated(&[SYSMON, (ID, &["29"])], &[FILE, ACTOR]),
        "pipe_created" => gated(&[SYSMON, (ID, &["17", "18"])], &[PIPE]),
        "create_remote_thread" => gated(&[SYSMON, (ID, &["8"])], &[PAIR]),
        "process_access" => gated(&[SYSMON, (ID, &["10"])], &[PAIR]),
        "ps_script" if product == Some("windows") => {
            gated(&[(PRODUCT, &["Microsoft-Windows-PowerShell"]), (ID, &["4104"])], &[SCRIPT])
        }
        _ => return None,
    })
}

fn of_channel(service: &str) -> Option<Source> {
    if matches!(service, "system" | "application") {
        return Some(Source { needs_provider: true, by_id: true, ..gated(&[], &[]) });
    }
    Some(match service {
        "security" => Source {
            by_id: true,
            ..gated(&[(PRODUCT, &["Microsoft-Windows-Security-Auditing", "Microsoft-Windows-Eventlog"])], &[])
        },
        "sysmon" => gated(&[SYSMON], &[COMMON]),
        "powershell" => gated(&[(PRODUCT, &["Microsoft-Windows-PowerShell"])], &[SCRIPT]),
        "windefend" => gated(&[(PRODUCT, &["Microsoft-Windows-Windows Defender"])], &[COMMON]),
        "taskscheduler" => gated(&[(PRODUCT, &["Microsoft-Windows-TaskScheduler"])], &[COMMON]),
        "bits-client" => gated(&[(PRODUCT, &["Microsoft-Windows-Bits-Client"])], &[COMMON]),
        "applocker" => gated(&[(PRODUCT, &["Microsoft-Windows-AppLocker"])], &[COMMON]),
        "codeintegrity-operational" => gated(&[(PRODUCT, &["Microsoft-Windows-CodeIntegrity"])], &[COMMON]),
        "firewall-as" => {
            gated(&[(PRODUCT, &["Microsoft-Windows-Windows Firewall With Advanced Security"])], &[COMMON])
        }
        "dns-client" => gated(&[(PRODUCT, &["Microsoft-Windows-DNS-Client"])], &[COMMON, DNS]),
        "dns-server" => gated(&[(PRODUCT, &["Microsoft-Windows-DNS-Server-Service"])], &[COMMON]),
        "ntlm" => gated(&[(PRODUCT, &["Microsoft-Windows-NTLM"])], &[COMMON]),
        "wmi" => gated(&[(PRODUCT, &["Microsoft-Windows-WMI-Activity"])], &[COMMON]),
        "driver-framework" => {
            gated(&[(PRODUCT, &["Microsoft-Windows-DriverFrameworks-UserMode"])], &[COMMON])
        }
        "appxdeployment-server" => {
            gated(&[(PRODUCT, &["Microsoft-Windows-AppXDeployment-Server"])], &[COMMON])
        }
        "capi2" => gated(&[(PRODUCT, &["Microsoft-Windows-CAPI2"])], &[COMMON]),
        "certificateservicesclient-lifecycle-system" => {
            gated(&[(PRODUCT, &["Microsoft-Windows-CertificateServicesClient-Lifecycle-System"])], &[COMMON])
        }
        _ => return None,
    })
}

fn of_cloud(product: &str, service: &str) -> Option<Source> {
    Some(match (product, service) {
        ("aws", "cloudtrail") => {
            gated(&[(VENDOR, &["AMAZON"]), (PRODUCT, &["AWS CloudTrail"])], &[CLOUDTRAIL])
        }
        ("okta", "okta") => gated(&[(VENDOR, &["Okta"]), (PRODUCT, &["Okta"])], &[OKTA]),
        ("azure", "auditlogs") => {
            gated(&[(VENDOR, &["Microsoft"]), (PRODUCT, &["Azure AD Directory Audit"])], &[ENTRA])
        }
        // "Collect Microsoft Azure Activity and Entra ID logs": risk events arrive with the sign-ins.
        ("azure", "signinlogs" | "riskdetection") => {
            gated(&[(VENDOR, &["Microsoft"]), (PRODUCT, &["Azure AD"])], &[ENTRA])
        }
        ("m365", "audit" | "exchange") => {
            gated(&[(VENDOR, &["Microsoft"]), (PRODUCT, &["Office 365"])], &[OFFICE])
        }
        ("gcp", "gcp.audit") => {
            gated(&[(LOG, &["GCP_CLOUDAUDIT"]), (VENDOR, &["Google Cloud Platform"])], &[GCP])
        }
        ("github", "audit") => gated(&[(VENDOR, &["GITHUB"]), (PRODUCT, &["GITHUB"])], &[GITHUB]),
        ("zeek", "dns") => source(&["NETWORK_DNS"], &[DNS]),
        _ => return None,
    })
}
