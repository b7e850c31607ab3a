//! Tables and columns of Defender XDR that Sigma's fields are found in.
//!
//! Source: Microsoft, "Advanced hunting schema tables" (<https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables>),
//! one page a table; the members of `AdditionalFields` from "Find miscellaneous events in advanced hunting" and
//! Microsoft's training for Defender (`DnsQueryString`), those of inspected HTTP connections from "Enrich your advanced
//! hunting experience using network layer signals from Zeek".

use super::xdr::ACTOR;
use crate::pipeline::Fields;

/// A table, the kinds of its events asked for (none: all), and its fields.
pub(super) struct Events {
    pub table: &'static str,
    pub actions: &'static [&'static str],
    pub fields: [&'static Fields; 2],
}

static PROCESS: &Fields = &[
    ("Image", "FolderPath"),
    ("Description", "ProcessVersionInfoFileDescription"),
    ("Product", "ProcessVersionInfoProductName"),
    ("Company", "ProcessVersionInfoCompanyName"),
    ("OriginalFileName", "ProcessVersionInfoOriginalFileName"),
    ("OriginalFilename", "ProcessVersionInfoOriginalFileName"),
    ("CommandLine", "ProcessCommandLine"),
    ("ProcessId", "ProcessId"),
    ("IntegrityLevel", "ProcessIntegrityLevel"),
    ("LogonId", "LogonId"),
    ("ParentImage", "InitiatingProcessFolderPath"),
    ("ParentProcessId", "InitiatingProcessId"),
    ("ParentCommandLine", "InitiatingProcessCommandLine"),
    ("ParentIntegrityLevel", "InitiatingProcessIntegrityLevel"),
    ("ParentUser", "InitiatingProcessAccountName"),
    ("GrandParentImage", "InitiatingProcessParentFileName"),
    ("User", "AccountName"),
];

static IMAGE: &Fields = &[("ImageLoaded", "FolderPath")];

static FILE: &Fields =
    &[("TargetFilename", "FolderPath"), ("file_name", "FileName"), ("file_path", "FolderPath")];

/// Sysmon writes key and value as one path.
pub(super) const REGISTRY_PATH: &str =
    "iff(isempty(RegistryValueName), RegistryKey, strcat(RegistryKey, \"\\\\\", RegistryValueName))";

static REGISTRY: &Fields =
    &[("TargetObject", REGISTRY_PATH), ("Details", "RegistryValueData"), ("EventType", "ActionType")];

static NETWORK: &Fields = &[
    ("DestinationIp", "RemoteIP"),
    ("DestinationPort", "RemotePort"),
    ("DestinationHostname", "RemoteUrl"),
    ("SourceIp", "LocalIP"),
    ("SourcePort", "LocalPort"),
    ("SourceHostname", "DeviceName"),
    ("Protocol", "Protocol"),
    ("Initiated", "ActionType"),
    ("dst_ip", "RemoteIP"),
    ("dst_port", "RemotePort"),
    ("src_ip", "LocalIP"),
    ("src_port", "LocalPort"),
];

/// The other end of a connection that was accepted is its source.
static INBOUND: &Fields = &[
    ("DestinationIp", "LocalIP"),
    ("DestinationPort", "LocalPort"),
    ("DestinationHostname", "DeviceName"),
    ("SourceIp", "RemoteIP"),
    ("SourcePort", "RemotePort"),
    ("Protocol", "Protocol"),
    ("Initiated", "ActionType"),
];

/// One process that acts on another.
static CROSS: &Fields = &[
    ("SourceImage", "InitiatingProcessFolderPath"),
    ("SourceCommandLine", "InitiatingProcessCommandLine"),
    ("SourceParentImage", "InitiatingProcessParentFileName"),
    ("SourceUser", "InitiatingProcessAccountName"),
    ("TargetImage", "FolderPath"),
];

static PIPE: &Fields = &[("PipeName", "tostring(parse_json(AdditionalFields).PipeName)")];

static SCRIPT: &Fields = &[("ScriptBlockText", "tostring(parse_json(AdditionalFields).ScriptContent)")];

static DNS: &Fields = &[
    ("QueryName", "tostring(parse_json(AdditionalFields).DnsQueryString)"),
    ("query", "tostring(parse_json(AdditionalFields).DnsQueryString)"),
];

const URI: &str = "tostring(parse_json(AdditionalFields).uri)";
const URL: &str = "strcat(\"http://\", tostring(parse_json(AdditionalFields).host), tostring(parse_json(AdditionalFields).uri))";
const STEM: &str = "tostring(split(tostring(parse_json(AdditionalFields).uri), \"?\")[0])";
const QUERY: &str = "extract(@\"\\?(.*)$\", 1, tostring(parse_json(AdditionalFields).uri))";

static HTTP: &Fields = &[
    ("c-uri", URL),
    ("cs-uri", URI),
    ("c-uri-stem", STEM),
    ("cs-uri-stem", STEM),
    ("c-uri-query", QUERY),
    ("cs-uri-query", QUERY),
    ("c-useragent", "tostring(parse_json(AdditionalFields).user_agent)"),
    ("cs-user-agent", "tostring(parse_json(AdditionalFields).user_agent)"),
    ("cs-method", "tostring(parse_json(AdditionalFields).method)"),
    ("cs-host", "tostring(parse_json(AdditionalFields).host)"),
    ("r-dns", "tostring(parse_json(AdditionalFields).host)"),
    ("sc-status", "tostring(parse_json(AdditionalFields).status_code)"),
    ("direction", "tostring(parse_json(AdditionalFields).direction)"),
    ("dst_ip", "RemoteIP"),
    ("dst_port", "RemotePort"),
];

/// What Defender Antivirus found.
static THREAT: &Fields =
    &[("Signature", "tostring(parse_json(AdditionalFields).ThreatName)"), ("Filename", "FolderPath")];

static LOGON: &Fields = &[
    ("TargetUserName", "AccountName"),
    ("TargetDomainName", "AccountDomain"),
    ("TargetUserSid", "AccountSid"),
    ("IpAddress", "RemoteIP"),
    ("IpPort", "RemotePort"),
    ("WorkstationName", "RemoteDeviceName"),
    ("LogonType", "LogonType"),
    ("ProcessName", "InitiatingProcessFolderPath"),
];

static TASK: &Fields = &[("TaskName", "tostring(parse_json(AdditionalFields).TaskName)")];

static SERVICE: &Fields = &[("ServiceName", "tostring(parse_json(AdditionalFields).ServiceName)")];

static ACCOUNT: &Fields = &[("TargetUserName", "AccountName"), ("TargetDomainName", "AccountDomain")];

static SIGN_IN: &Fields = &[
    ("ResultType", "ErrorCode"),
    ("resultType", "ErrorCode"),
    ("AuthenticationRequirement", "AuthenticationRequirement"),
    ("properties.authenticationRequirement", "AuthenticationRequirement"),
    ("userAgent", "UserAgent"),
    ("UserAgent", "UserAgent"),
    ("ClientApp", "ClientAppUsed"),
    ("ClientAppUsed", "ClientAppUsed"),
    ("ResourceDisplayName", "ResourceDisplayName"),
    ("AppId", "ApplicationId"),
    ("properties.appId", "ApplicationId"),
    ("DeviceDetail.trusttype", "DeviceTrustType"),
    ("Username", "AccountUpn"),
    ("callerIpAddress", "IPAddress"),
    ("location", "Country"),
];

const fn device(table: &'static str, actions: &'static [&'static str], own: &'static Fields) -> Events {
    Events { table, actions, fields: [own, ACTOR] }
}

/// The events of a category.
pub(super) fn of_category(category: &str, inbound: bool) -> Option<Events> {
    Some(match category {
        "process_creation" => device("DeviceProcessEvents", &["ProcessCreated"], PROCESS),
        "file_event" => device("DeviceFileEvents", &["FileCreated", "FileModified"], FILE),
        "file_delete" => device("DeviceFileEvents", &["FileDeleted"], FILE),
        "file_rename" => device("DeviceFileEvents", &["FileRenamed"], FILE),
        "image_load" => device("DeviceImageLoadEvents", &["ImageLoaded"], IMAGE),
        "driver_load" => device("DeviceEvents", &["DriverLoad"], IMAGE),
        "registry_set" => device("DeviceRegistryEvents", &["RegistryValueSet"], REGISTRY),
        "registry_add" => {
            device("DeviceRegistryEvents", &["RegistryKeyCreated", "RegistryValueSet"], REGISTRY)
        }
        "registry_delete" => {
            device("DeviceRegistryEvents", &["RegistryKeyDeleted", "RegistryValueDeleted"], REGISTRY)
        }
        "registry_event" => device("DeviceRegistryEvents", &[], REGISTRY),
        "network_connection" if inbound => {
            device("DeviceNetworkEvents", &["InboundConnectionAccepted"], INBOUND)
        }
        "network_connection" => device(
            "DeviceNetworkEvents",
            &["ConnectionSuccess", "ConnectionRequest", "InboundConnectionAccepted"],
            NETWORK,
        ),
        "process_access" => device("DeviceEvents", &["OpenProcessApiCall"], CROSS),
        "create_remote_thread" => device("DeviceEvents", &["CreateRemoteThreadApiCall"], CROSS),
        "antivirus" => device("DeviceEvents", &["AntivirusDetection"], THREAT),
        "pipe_created" => device("DeviceEvents", &["NamedPipeEvent"], PIPE),
        // What is handed to the antimalware interface, which PowerShell does with every block it runs.
        "ps_script" => device("DeviceEvents", &["ScriptContent"], SCRIPT),
        "dns" | "dns_query" => device("DeviceEvents", &["DnsQueryResponse"], DNS),
        "proxy" | "webserver" => device("DeviceNetworkEvents", &["HttpConnectionInspected"], HTTP),
        _ => return None,
    })
}

/// The event that Defender has for one of the Windows security or system log.
pub(super) fn of_number(number: i128) -> Option<Events> {
    Some(match number {
        4624 => device("DeviceLogonEvents", &["LogonSuccess"], LOGON),
        4625 => device("DeviceLogonEvents", &["LogonFailed"], LOGON),
        4697 | 7045 => device("DeviceEvents", &["ServiceInstalled"], SERVICE),
        4698 => device("DeviceEvents", &["ScheduledTaskCreated"], TASK),
        4699 => device("DeviceEvents", &["ScheduledTaskDeleted"], TASK),
        4700 => device("DeviceEvents", &["ScheduledTaskEnabled"], TASK),
        4701 => device("DeviceEvents", &["ScheduledTaskDisabled"], TASK),
        4720 => device("DeviceEvents", &["UserAccountCreated"], ACCOUNT),
        4723 | 4724 => device("DeviceEvents", &["PasswordChangeAttempt"], ACCOUNT),
        _ => return None,
    })
}

/// Sign-ins to Microsoft Entra ID.
pub(super) const SIGN_INS: Events =
    Events { table: "EntraIdSignInEvents", actions: &[], fields: [SIGN_IN, &[]] };

/// Columns of numbers.
pub(super) static NUMBERS: &[&str] = &[
    "ProcessId",
    "InitiatingProcessId",
    "InitiatingProcessParentId",
    "LogonId",
    "RemotePort",
    "LocalPort",
    "ErrorCode",
];

/// Logon types by the number that Windows gives them.
pub(super) static LOGON_TYPES: &[(i128, &str)] =
    &[(2, "Interactive"), (3, "Network"), (4, "Batch"), (5, "Service"), (10, "RemoteInteractive")];

pub(super) static REGISTRY_ACTIONS: &Fields = &[
    ("createkey", "RegistryKeyCreated"),
    ("deletekey", "RegistryKeyDeleted"),
    ("deletevalue", "RegistryValueDeleted"),
    ("setvalue", "RegistryValueSet"),
    ("renamekey", "RegistryKeyRenamed"),
];

pub(super) static HIVES: &Fields = &[
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKU", "HKEY_USERS"),
    ("HKCR", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes"),
    ("HKCU", "HKEY_CURRENT_USER"),
];
