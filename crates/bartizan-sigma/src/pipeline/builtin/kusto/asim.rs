//! Microsoft Sentinel's ASIM.
//!
//! Source: Advanced Security Information Model schema reference.

use super::shared::{self, Kind};
use crate::{
    error::Failure,
    pipeline::{Rename, Work},
};

/// A field and the fields it is asked of.
type Many = [(&'static str, &'static [&'static str])];

static PROCESS: &Many = &[
    ("Image", &["TargetProcessName"]),
    ("CommandLine", &["TargetProcessCommandLine"]),
    ("ParentCommandLine", &["ActingProcessCommandLine"]),
    ("ParentImage", &["ParentProcessName", "ActingProcessName"]),
    ("ParentProcessId", &["ParentProcessId", "ActingProcessId"]),
    ("ProcessId", &["TargetProcessId"]),
    ("ProcessGuid", &["TargetProcessGuid"]),
    ("ParentProcessGuid", &["ParentProcessGuid", "ActingProcessGuid"]),
    ("User", &["TargetUsername"]),
    ("ParentUser", &["ActorUsername"]),
    ("LogonId", &["TargetUserSessionId"]),
    ("LogonGuid", &["TargetUserSessionGuid"]),
    ("CurrentDirectory", &["TargetProcessCurrentDirectory"]),
    ("Description", &["TargetProcessFileDescription"]),
    ("Product", &["TargetProcessFileProduct"]),
    ("Company", &["TargetProcessFileCompany"]),
    ("FileVersion", &["TargetProcessFileVersion"]),
    ("IntegrityLevel", &["TargetProcessIntegrityLevel"]),
    ("ParentIntegrityLevel", &["ParentProcessIntegrityLevel"]),
    ("SourceImage", &["ActingProcessName"]),
    ("TargetImage", &["TargetProcessName"]),
    ("md5", &["TargetProcessMD5"]),
    ("sha1", &["TargetProcessSHA1"]),
    ("sha256", &["TargetProcessSHA256"]),
    ("Imphash", &["TargetProcessIMPHASH"]),
];

static FILE: &Many = &[
    ("Image", &["TargetFilePath"]),
    ("TargetFilename", &["TargetFileName"]),
    ("CommandLine", &["ActingProcessCommandLine"]),
    ("ParentImage", &["ActingProcessName"]),
    ("ParentCommandLine", &["ActingProcessCommandLine"]),
    ("User", &["ActorUsername"]),
];

static REGISTRY: &Many = &[
    ("TargetObject", &["RegistryKey"]),
    ("ObjectName", &["RegistryKey"]),
    ("NewName", &["RegistryKey"]),
    ("ObjectValueName", &["RegistryValue"]),
    ("Details", &["RegistryValueData"]),
    ("EventType", &["EventType"]),
    ("Image", &["ActingProcessName"]),
    ("ProcessName", &["ActingProcessName"]),
    ("CommandLine", &["ActingProcessCommandLine"]),
    ("User", &["ActorUsername"]),
];

static NETWORK: &Many = &[
    ("Image", &["SrcProcessName", "DstProcessName"]),
    ("DestinationIp", &["DstIpAddr"]),
    ("DestinationPort", &["DstPortNumber"]),
    ("DestinationHostname", &["DstHostname"]),
    ("SourcePort", &["SrcPortNumber"]),
    ("SourceIp", &["SrcIpAddr"]),
    ("Initiated", &["NetworkDirection"]),
    ("Protocol", &["NetworkProtocol"]),
    ("DestinationIsIpv6", &["NetworkProtocolVersion"]),
    ("User", &["SrcUsername", "DstUsername"]),
];

static LOGON: &Many = &[("IpAddress", &["SrcIpAddr", "TargetIpAddr"])];

static WEB: &Many = &[
    ("c-useragent", &["HttpUserAgent"]),
    ("cs-method", &["HttpRequestMethod"]),
    ("c-uri", &["Url"]),
    ("c-uri-query", &["Url"]),
    ("cs-host", &["HttpHost"]),
    ("cs-referrer", &["HttpReferrer"]),
    ("cs-version", &["HttpVersion"]),
    ("r-dns", &["HttpHost"]),
    ("c-ip", &["SrcIpAddr"]),
    ("sc-status", &["HttpStatusCode"]),
];

/// The parser, its fields, the prefix of its hashes, and what else it has.
fn own(kind: Kind) -> Option<(&'static str, &'static Many, &'static str, &'static [&'static str])> {
    Some(match kind {
        Kind::Process => ("imProcessCreate", PROCESS, "TargetProcess", &["EventType", "DvcHostname"]),
        Kind::File => ("imFileEvent", FILE, "TargetFile", &["FileName", "EventType", "DvcHostname"]),
        Kind::Registry => {
            ("imRegistry", REGISTRY, "", &["RegistryKey", "RegistryValue", "RegistryValueData"])
        }
        Kind::Network => ("imNetworkSession", NETWORK, "", &["EventType", "DvcHostname"]),
        Kind::Logon => ("imAuthentication", LOGON, "", &[]),
        Kind::Web => ("imWebSession", WEB, "File", &["Url", "HttpUserAgent", "HttpStatusCode"]),
        Kind::Image | Kind::Other => return None,
    })
}

pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    let kind = shared::kind(work).ok_or_else(shared::no_table)?;
    let (table, fields, prefix, columns) = own(kind).ok_or_else(shared::no_table)?;
    shared::drop_fields(work, &["EventID", "ObjectType"]);
    let known = ["MD5", "SHA1", "SHA256", "SHA512", "IMPHASH"];
    shared::split_hashes(work, prefix, &known)?;
    let hashed: Vec<String> = known.iter().map(|name| format!("{prefix}{name}")).collect();
    let hashed: Vec<&str> = hashed.iter().map(String::as_str).collect();
    let map = |field: &str| match fields.iter().find(|(from, _)| *from == field) {
        Some((_, [to])) => Rename::To((*to).to_owned()),
        Some((_, to)) => Rename::AnyOf(to.iter().map(|to| (*to).to_owned()).collect()),
        None => Rename::Keep,
    };
    shared::rename(work, table, map, &[columns, &hashed])?;
    shared::registry(work, "EventType");
    shared::split_patterns(work)?;
    work.state.insert("table", table.to_owned());
    Ok(())
}
