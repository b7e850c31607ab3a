//! Microsoft Sentinel's ASIM.
//!
//! Source: Advanced Security Information Model schema reference.

use super::{
    super::wide,
    shared::{self, Kind},
};
use crate::{
    error::Failure,
    pipeline::{Reach, Rename, Work},
    rule::{Detection, Item, Text, Value},
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

/// What the reference tools do not know.
static PROCESS_WIDE: &Many = &[("OriginalFileName", &["TargetProcessFileOriginalName"])];

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

/// What `implied` asks instead of a number.
const ASKED: &[&str] = &["EventType", "EventResult"];

/// Items that the parser stands for: the number of a Windows event, the type of an object.
///
/// Source: ASIM authentication and process schemas, `EventType` and `EventResult`.
fn implied(item: &Item, kind: Kind) -> Result<Option<Detection>, Failure> {
    let field = item.field.as_deref().unwrap_or_default();
    let asks = |field: &str, value: &str| Detection::item(field, vec![Value::plain(value)]);
    let logon = |result| Detection::all(vec![asks("EventType", "Logon"), asks("EventResult", result)]);
    let one = |value: &Value| {
        let number = wide::integer(value)?;
        Some(match (kind, number) {
            (Kind::Process, 1 | 4688) => asks("EventType", "ProcessCreated"),
            (Kind::Logon, 4624) => logon("Success"),
            (Kind::Logon, 4625) => logon("Failure"),
            (Kind::Logon, 4634 | 4647) => asks("EventType", "Logoff"),
            _ => return None,
        })
    };
    match field {
        "EventID" if !item.negated => {
            let parts: Option<Vec<Detection>> = item.values.iter().map(one).collect();
            parts.map(Detection::any).map(Some).ok_or_else(shared::no_table)
        }
        "EventID" | "ObjectType" => Err(shared::no_table()),
        _ => Ok(None),
    }
}

/// Refuses hashes that no column holds.
fn known_hashes(work: &Work, known: &[&str]) -> Result<(), Failure> {
    let hash = |item: &&&Item| matches!(item.field.as_deref(), Some("Hashes" | "Hash" | "hashes" | "hash"));
    for value in work.items().iter().filter(hash).flat_map(|item| &item.values) {
        let text = value.as_text().map(Text::bare).unwrap_or_default();
        let name = text.split_once('=').map(|(name, _)| name.trim_start_matches('*').to_uppercase());
        if name.is_some_and(|name| !known.contains(&name.as_str())) {
            return Err(Failure::value(format!("no column for the hash `{text}`")));
        }
    }
    Ok(())
}

pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    let kind = shared::kind(work).ok_or_else(shared::no_table)?;
    let (table, fields, prefix, columns) = own(kind).ok_or_else(shared::no_table)?;
    let known = ["MD5", "SHA1", "SHA256", "SHA512", "IMPHASH"];
    match work.reach {
        Reach::Reference => shared::drop_fields(work, &["EventID", "ObjectType"]),
        Reach::Wide => {
            known_hashes(work, &known)?;
            work.replace_items(|item| implied(item, kind))?;
        }
    }
    shared::split_hashes(work, prefix, &known)?;
    let hashed: Vec<String> = known.iter().map(|name| format!("{prefix}{name}")).collect();
    let hashed: Vec<&str> = hashed.iter().map(String::as_str).collect();
    let wide = work.reach == Reach::Wide;
    let more: &Many = if wide && kind == Kind::Process { PROCESS_WIDE } else { &[] };
    let map = |field: &str| match fields.iter().chain(more).find(|(from, _)| *from == field) {
        _ if wide && ASKED.contains(&field) => Rename::To(field.to_owned()),
        Some((_, [to])) => Rename::To((*to).to_owned()),
        Some((_, to)) => Rename::AnyOf(to.iter().map(|to| (*to).to_owned()).collect()),
        None => Rename::Keep,
    };
    shared::rename(work, table, map, &[columns, &hashed])?;
    shared::registry(work, "EventType");
    if !wide {
        shared::split_patterns(work)?;
    }
    work.state.insert("table", table.to_owned());
    Ok(())
}
