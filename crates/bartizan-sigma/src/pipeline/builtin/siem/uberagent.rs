//! uberAgent ESA: properties of events.
//!
//! Source: uberAgent documentation, "Event Types", "Common Event Properties" (every event has those of its process) and
//! the pages of image load, network, registry, DNS, file and remote thread events.

use super::super::Builtin;
use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Rename, Work, lookup},
    rule::LogSource,
};

pub(crate) const PIPELINES: &[Builtin] =
    &[Builtin { name: "uberagent", about: "uberAgent ESA, threat detection", apply }];

/// What the reference asks of every process.
const PROCESS: &Fields = &[("Image", "Process.Path"), ("CommandLine", "Process.CommandLine")];

/// What it asks of some.
const MORE: &Fields = &[
    ("ParentImage", "Parent.Path"),
    ("ParentCommandLine", "Parent.CommandLine"),
    ("User", "Process.User"),
    ("Company", "Process.Company"),
];

/// What every event has besides.
const COMMON: &Fields = &[
    ("ParentUser", "Parent.User"),
    ("ProcessId", "Process.Id"),
    ("ParentProcessId", "Parent.Id"),
    ("ProcessName", "Process.Path"),
    ("ParentProcessName", "Parent.Path"),
];

const NAME: &Fields = &[("OriginalFileName", "Process.Name")];

const HASHES: &Fields = &[("Hashes", "Process.Hashes")];

const IMAGE: &Fields = &[
    ("ImageLoaded", "Image.Path"),
    ("Hashes", "Image.Hashes"),
    ("Signed", "Image.IsSigned"),
    ("Signature", "Image.Signature"),
    ("SignatureStatus", "Image.SignatureStatus"),
];

const NETWORK: &Fields = &[
    ("DestinationHostname", "Net.Target.Name"),
    ("DestinationIp", "Net.Target.Ip"),
    ("DestinationPort", "Net.Target.Port"),
    ("DestinationIsIpv6", "Net.Target.IpIsV6"),
    ("SourceIp", "Net.Source.Ip"),
    ("SourcePort", "Net.Source.Port"),
];

const FIREWALL: &Fields = &[("src_ip", "Net.Source.Ip"), ("dst_ip", "Net.Target.Ip")];

const REGISTRY: &Fields = &[
    ("TargetObject", "Reg.TargetObject"),
    ("Details", "Reg.Value.Data"),
    ("EventType", "Reg.EventType"),
    ("NewName", "Reg.Key.Path.New"),
];

const DNS: &Fields = &[("QueryName", "Dns.QueryRequest"), ("QueryResults", "Dns.QueryResponse")];

const FILE: &Fields =
    &[("TargetFilename", "File.Path"), ("FileName", "File.Path"), ("SourceFilename", "File.PreviousPath")];

const THREAD: &Fields =
    &[("StartFunction", "Thread.StartFunctionName"), ("StartModule", "Thread.StartModule")];

/// The reference takes the process for the one that gets the thread.
const THREAD_TARGET: &Fields = &[("TargetImage", "Process.Path")];

fn apply(work: &mut Work) -> Result<(), Failure> {
    let Some(tables) = tables(&work.rule.log_source, work.reach) else {
        return Err(Failure::log_source("uberAgent has no events of this log source"));
    };
    let find = |field: &str| tables.iter().find_map(|table| lookup(table, field));
    for item in work.items() {
        match item.field.as_deref() {
            None => return Err(Failure::field("uberAgent has no search of whole events")),
            Some(field) if find(field).is_none() => {
                return Err(Failure::field(format!("uberAgent has no property for `{field}`")));
            }
            Some(_) => {}
        }
    }
    let original = work.items().iter().any(|item| item.field.as_deref() == Some("OriginalFileName"));
    if original && work.reach == Reach::Wide {
        let failure = Failure::field(
            "uberAgent does not know the original name of a program: `Process.Name` is the name of its file",
        );
        work.come_near("approximation.original-name", failure)?;
    }
    work.rename_fields(|field| find(field).map_or(Rename::Keep, |to| Rename::To(to.to_owned())));
    Ok(())
}

/// The properties of a log source's events; none where there are no such events.
fn tables(source: &LogSource, reach: Reach) -> Option<Vec<&'static Fields>> {
    if !matches!(source.product.as_deref(), None | Some("windows" | "macos")) {
        return None;
    }
    let (own, more): (&[&Fields], bool) = match source.category.as_deref()? {
        "process_creation" => (&[NAME, HASHES], true),
        "image_load" | "driver_load" => (&[IMAGE, NAME], false),
        "file_event" | "file_access" | "file_change" | "file_delete" | "file_rename" => (&[FILE, NAME], true),
        "network_connection" => (&[NETWORK], false),
        "firewall" => (&[FIREWALL], false),
        "dns_query" => (&[DNS], false),
        "registry_add" | "registry_delete" | "registry_event" | "registry_set" => (&[REGISTRY], false),
        "create_remote_thread" if reach == Reach::Wide => (&[THREAD], false),
        "create_remote_thread" => (&[THREAD, THREAD_TARGET], false),
        "process_tampering" => (&[], false),
        _ => return None,
    };
    let mut tables = own.to_vec();
    tables.push(PROCESS);
    if more || reach == Reach::Wide {
        tables.push(MORE);
    }
    if reach == Reach::Wide {
        tables.push(COMMON);
    }
    Some(tables)
}
