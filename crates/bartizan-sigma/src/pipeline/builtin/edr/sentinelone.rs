//! SentinelOne: fields of Deep Visibility and PowerQuery, by kind of event.
//!
//! Source: SentinelOne, Deep Visibility event fields.

use super::{Kind, check, rename};
use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Work, lookup},
    rule::{Detection, Value},
};

/// Every name in both languages: Sigma's, Deep Visibility's, PowerQuery's.
type Names = [(&'static str, &'static str, &'static str)];

const PROCESS: &Names = &[
    ("ProcessId", "TgtProcPID", "tgt.process.pid"),
    ("Image", "TgtProcImagePath", "tgt.process.image.path"),
    ("Description", "TgtProcDisplayName", "tgt.process.displayName"),
    ("Publisher", "TgtProcPublisher", "tgt.process.publisher"),
    ("Product", "TgtProcDisplayName", "tgt.process.displayName"),
    ("Company", "TgtProcPublisher", "tgt.process.publisher"),
    ("CommandLine", "TgtProcCmdLine", "tgt.process.cmdline"),
    ("CurrentDirectory", "TgtProcImagePath", "tgt.process.image.path"),
    ("User", "TgtProcUser", "tgt.process.user"),
    ("TerminalSessionId", "TgtProcSessionId", "tgt.process.sessionid"),
    ("IntegrityLevel", "TgtProcIntegrityLevel", "tgt.process.integrityLevel"),
    ("md5", "TgtProcMD5", "tgt.process.image.md5"),
    ("sha1", "TgtProcSHA1", "tgt.process.image.sha1"),
    ("sha256", "TgtProcSHA256", "tgt.process.image.sha256"),
    ("ParentProcessId", "SrcProcPID", "src.process.pid"),
    ("ParentImage", "SrcProcImagePath", "src.process.image.path"),
    ("ParentCommandLine", "SrcProcCmdLine", "src.process.cmdline"),
];

/// The process that did it, in every other kind of event.
const ACTOR: &Names = &[
    ("Image", "SrcProcImagePath", "src.process.image.path"),
    ("CommandLine", "SrcProcCmdLine", "src.process.cmdline"),
    ("ParentImage", "SrcProcParentImagePath", "src.process.parent.image.path"),
    ("ParentCommandLine", "SrcProcParentCmdline", "src.process.parent.cmdline"),
    ("ProcessId", "SrcProcPID", "src.process.pid"),
    ("ParentProcessId", "SrcProcParentPID", "src.process.parent.pid"),
];

const FILE: &Names = &[
    ("TargetFilename", "TgtFilePath", "tgt.file.path"),
    ("SourceFilename", "TgtFileOldPath", "tgt.file.oldPath"),
    ("User", "SrcProcUser", "src.process.user"),
];

const MODULE: &Names = &[
    ("ImageLoaded", "ModulePath", "module.path"),
    ("sha1", "ModuleSha1", "module.sha1"),
    ("md5", "ModuleMd5", "module.md5"),
];

const REGISTRY: &Names = &[
    ("TargetObject", "RegistryKeyPath", "registry.keyPath"),
    ("Details", "RegistryValue", "registry.value"),
];

const DNS: &Names = &[
    ("QueryName", "DnsRequest", "event.dns.request"),
    ("QueryResults", "DnsResponse", "event.dns.response"),
    ("query", "DnsRequest", "event.dns.request"),
    ("answer", "DnsResponse", "event.dns.response"),
    ("record_type", "DnsResponse", "event.dns.response"),
];

const NETWORK: &Names = &[
    ("DestinationHostname", "Url DnsRequest", "url.address event.dns.request"),
    ("DestinationPort", "DstPort", "dst.port.number"),
    ("DestinationIp", "DstIP", "dst.ip.address"),
    ("User", "SrcProcUser", "src.process.user"),
    ("SourceIp", "SrcIP", "src.ip.address"),
    ("SourcePort", "SrcPort", "src.port.number"),
    ("Protocol", "NetProtocolName", "NetProtocolName"),
    ("dst_ip", "DstIP", "dst.ip.address"),
    ("src_ip", "SrcIP", "src.ip.address"),
    ("dst_port", "DstPort", "dst.port.number"),
    ("src_port", "SrcPort", "src.port.number"),
];

const ALL: &[&Names] = &[PROCESS, ACTOR, FILE, MODULE, REGISTRY, DNS, NETWORK];

fn tables(kind: Kind) -> [&'static Names; 2] {
    match kind {
        Kind::Process => [PROCESS, &[]],
        Kind::File => [ACTOR, FILE],
        Kind::Module => [ACTOR, MODULE],
        Kind::Registry => [ACTOR, REGISTRY],
        Kind::Dns => [ACTOR, DNS],
        Kind::Network => [ACTOR, NETWORK],
    }
}

const OS: &Fields = &[("windows", "windows"), ("linux", "linux"), ("macos", "osx")];

/// What an event is called in either language.
struct Language {
    power: bool,
    os: &'static str,
    kind: &'static str,
    class: &'static str,
}

/// Fields and events of Deep Visibility.
pub(super) fn deep(work: &mut Work) -> Result<(), Failure> {
    apply(work, &Language { power: false, os: "EndpointOS", kind: "EventType", class: "ObjectType" })
}

/// Fields and events of PowerQuery.
pub(super) fn power(work: &mut Work) -> Result<(), Failure> {
    apply(work, &Language { power: true, os: "endpoint.os", kind: "event.type", class: "event.category" })
}

fn apply(work: &mut Work, language: &Language) -> Result<(), Failure> {
    if work.reach == Reach::Wide {
        return super::sentinelone_wide::apply(work);
    }
    let targets = [language.os, language.kind, language.class];
    let known = |field: &str| {
        targets.contains(&field) || ALL.iter().any(|names| names.iter().any(|(sigma, ..)| *sigma == field))
    };
    check(work, known, "SentinelOne")?;
    let source = work.rule.log_source.clone();
    let Some(kind) = Kind::of(&source) else {
        return Err(Failure::log_source("SentinelOne has no events of this log source"));
    };
    let table: Vec<(&str, &str)> = tables(kind)
        .into_iter()
        .flatten()
        .map(|(sigma, deep, power)| (*sigma, if language.power { *power } else { *deep }))
        .collect();
    rename(work, &table);
    if let Some(os) = source.product.as_deref().and_then(|product| lookup(OS, product)) {
        work.require_value(language.os, Value::plain(os));
    }
    let category = source.category.as_deref().unwrap_or_default();
    let class = |name: &str, power: &str| Value::plain(if language.power { power } else { name });
    let (field, values) = match (kind, category) {
        (Kind::Process, _) => (language.kind, vec![Value::plain("Process Creation")]),
        (Kind::File, "file_change") => (language.kind, vec![Value::plain("File Modification")]),
        (Kind::File, "file_delete") => (language.kind, vec![Value::plain("File Delete")]),
        (Kind::File, "file_rename") => (language.kind, vec![Value::plain("File Rename")]),
        (Kind::File, _) => (language.class, vec![class("File", "file")]),
        (Kind::Module, _) => (language.kind, vec![class("ModuleLoad", "Module Load")]),
        (Kind::Registry, _) => (language.class, vec![class("Registry", "registry")]),
        (Kind::Dns, _) => (language.class, vec![class("DNS", "dns")]),
        (Kind::Network, "network_connection") => {
            (language.class, vec![class("DNS", "dns"), class("Url", "url"), class("IP", "ip")])
        }
        (Kind::Network, _) => return Ok(()),
    };
    work.require(Detection::item(field, values));
    Ok(())
}
