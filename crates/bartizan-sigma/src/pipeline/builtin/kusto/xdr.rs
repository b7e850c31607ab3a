//! Defender XDR.
//!
//! Source: Microsoft Defender XDR, advanced hunting schema tables.

use super::shared::{self, Kind};
use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Rename, Work},
};

/// The process that acted, in every device table.
pub(super) static ACTOR: &Fields = &[
    ("Image", "InitiatingProcessFolderPath"),
    ("CommandLine", "InitiatingProcessCommandLine"),
    ("ParentImage", "InitiatingProcessParentFileName"),
    ("ParentProcessId", "InitiatingProcessParentId"),
    ("ProcessId", "InitiatingProcessId"),
    ("IntegrityLevel", "InitiatingProcessIntegrityLevel"),
    ("User", "InitiatingProcessAccountName"),
    ("Computer", "DeviceName"),
    ("ComputerName", "DeviceName"),
    ("md5", "MD5"),
    ("sha1", "SHA1"),
    ("sha256", "SHA256"),
];

static PROCESS: &Fields = &[
    ("Image", "FolderPath"),
    ("FileVersion", "ProcessVersionInfoProductVersion"),
    ("Description", "ProcessVersionInfoFileDescription"),
    ("Product", "ProcessVersionInfoProductName"),
    ("Company", "ProcessVersionInfoCompanyName"),
    ("OriginalFileName", "ProcessVersionInfoOriginalFileName"),
    ("OriginalFilename", "ProcessVersionInfoOriginalFileName"),
    ("CommandLine", "ProcessCommandLine"),
    ("ProcessId", "ProcessId"),
    ("IntegrityLevel", "ProcessIntegrityLevel"),
    ("ParentImage", "InitiatingProcessFolderPath"),
    ("ParentProcessId", "InitiatingProcessId"),
    ("ParentCommandLine", "InitiatingProcessCommandLine"),
    ("ParentUser", "InitiatingProcessAccountName"),
    ("GrandParentImage", "InitiatingProcessParentFileName"),
    ("User", "AccountName"),
    ("LogonGuid", "LogonId"),
];

static IMAGE: &Fields = &[
    ("ImageLoaded", "FolderPath"),
    ("Description", "InitiatingProcessVersionInfoFileDescription"),
    ("OriginalFileName", "InitiatingProcessVersionInfoOriginalFileName"),
];

static FILE: &Fields = &[
    ("TargetFilename", "FolderPath"),
    ("User", "RequestAccountName"),
    ("file_name", "FileName"),
    ("file_path", "FolderPath"),
];

static REGISTRY: &Fields = &[
    ("TargetObject", "RegistryKey"),
    ("ObjectName", "RegistryKey"),
    ("Details", "RegistryValueData"),
    ("EventType", "ActionType"),
    ("ProcessName", "InitiatingProcessFolderPath"),
];

static NETWORK: &Fields = &[
    ("DestinationIp", "RemoteIP"),
    ("DestinationPort", "RemotePort"),
    ("DestinationHostname", "RemoteUrl"),
    ("SourceIp", "LocalIP"),
    ("SourcePort", "LocalPort"),
    ("SourceHostname", "DeviceName"),
    ("Protocol", "Protocol"),
];

static LOGON: &Fields = &[("LogonType", "LogonType")];

/// Columns that all device tables have.
static COMMON: &[&str] = &[
    "Timestamp",
    "DeviceId",
    "DeviceName",
    "ActionType",
    "ReportId",
    "AppGuardContainerId",
    "AdditionalFields",
    "MD5",
    "SHA1",
    "SHA256",
    "FileName",
    "FolderPath",
    "FileSize",
    "InitiatingProcessAccountDomain",
    "InitiatingProcessAccountName",
    "InitiatingProcessAccountSid",
    "InitiatingProcessAccountUpn",
    "InitiatingProcessAccountObjectId",
    "InitiatingProcessMD5",
    "InitiatingProcessSHA1",
    "InitiatingProcessSHA256",
    "InitiatingProcessFolderPath",
    "InitiatingProcessFileName",
    "InitiatingProcessFileSize",
    "InitiatingProcessVersionInfoCompanyName",
    "InitiatingProcessVersionInfoProductName",
    "InitiatingProcessVersionInfoProductVersion",
    "InitiatingProcessVersionInfoInternalFileName",
    "InitiatingProcessVersionInfoOriginalFileName",
    "InitiatingProcessVersionInfoFileDescription",
    "InitiatingProcessId",
    "InitiatingProcessCommandLine",
    "InitiatingProcessCreationTime",
    "InitiatingProcessIntegrityLevel",
    "InitiatingProcessTokenElevation",
    "InitiatingProcessParentId",
    "InitiatingProcessParentFileName",
    "InitiatingProcessParentCreationTime",
];

fn own(kind: Kind) -> Option<(&'static str, &'static Fields, &'static [&'static str])> {
    Some(match kind {
        Kind::Process => (
            "DeviceProcessEvents",
            PROCESS,
            &[
                "ProcessId",
                "ProcessCommandLine",
                "ProcessIntegrityLevel",
                "ProcessTokenElevation",
                "ProcessCreationTime",
                "AccountDomain",
                "AccountName",
                "AccountSid",
                "AccountUpn",
                "AccountObjectId",
                "LogonId",
                "InitiatingProcessLogonId",
                "ProcessVersionInfoCompanyName",
                "ProcessVersionInfoProductName",
                "ProcessVersionInfoProductVersion",
                "ProcessVersionInfoInternalFileName",
                "ProcessVersionInfoOriginalFileName",
                "ProcessVersionInfoFileDescription",
                "InitiatingProcessSignerType",
                "InitiatingProcessSignatureStatus",
            ],
        ),
        Kind::File => (
            "DeviceFileEvents",
            FILE,
            &[
                "PreviousFolderPath",
                "PreviousFileName",
                "FileOriginUrl",
                "FileOriginReferrerUrl",
                "FileOriginIP",
                "RequestProtocol",
                "RequestSourceIP",
                "RequestSourcePort",
                "RequestAccountName",
                "RequestAccountDomain",
                "RequestAccountSid",
                "ShareName",
                "SensitivityLabel",
                "SensitivitySubLabel",
                "IsAzureInfoProtectionApplied",
            ],
        ),
        Kind::Image => ("DeviceImageLoadEvents", IMAGE, &[]),
        Kind::Network => (
            "DeviceNetworkEvents",
            NETWORK,
            &[
                "RemoteIP",
                "RemotePort",
                "RemoteUrl",
                "LocalIP",
                "LocalPort",
                "Protocol",
                "LocalIPType",
                "RemoteIPType",
            ],
        ),
        Kind::Registry => (
            "DeviceRegistryEvents",
            REGISTRY,
            &[
                "RegistryKey",
                "RegistryValueType",
                "RegistryValueName",
                "RegistryValueData",
                "PreviousRegistryKey",
                "PreviousRegistryValueName",
                "PreviousRegistryValueData",
            ],
        ),
        Kind::Logon => (
            "DeviceLogonEvents",
            LOGON,
            &[
                "AccountDomain",
                "AccountName",
                "AccountSid",
                "Protocol",
                "FailureReason",
                "IsLocalAdmin",
                "LogonType",
                "LogonId",
                "RemoteDeviceName",
                "RemoteIP",
                "RemoteIPType",
                "RemotePort",
            ],
        ),
        Kind::Other => ("DeviceEvents", &[], &[]),
        Kind::Web => return None,
    })
}

pub(super) static DOMAINS: &Fields = &[
    ("AccountName", "AccountDomain"),
    ("InitiatingProcessAccountName", "InitiatingProcessAccountDomain"),
    ("RequestAccountName", "RequestAccountDomain"),
];

pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    if work.reach == Reach::Wide {
        return super::xdr_wide::apply(work);
    }
    let kind = shared::kind(work).ok_or_else(shared::no_table)?;
    let (table, fields, columns) = own(kind).ok_or_else(shared::no_table)?;
    if kind != Kind::Process {
        shared::base_names(work, "ParentImage");
    }
    shared::drop_fields(work, &["EventID", "Initiated", "ObjectType"]);
    shared::split_hashes(work, "", &["MD5", "SHA1", "SHA256"])?;
    let map = |field: &str| match Rename::by(fields, field) {
        Rename::Keep if !columns.contains(&field) => Rename::by(ACTOR, field),
        renamed => renamed,
    };
    shared::rename(work, table, map, &[COMMON, columns])?;
    shared::registry(work, "ActionType");
    shared::split_users(work, DOMAINS)?;
    shared::split_patterns(work)?;
    work.state.insert("table", table.to_owned());
    Ok(())
}
