//! Carbon Black EDR, once Carbon Black Response.
//!
//! Source: VMware Carbon Black EDR User Guide, "Advanced Search Queries", "Fields in Process and Binary Searches": a
//! process is found by its `path`, its parent by name only; `crossproc_type` is `processopen` or `remotethread`.

use super::super::wide;
use crate::{
    error::Failure,
    pipeline::{Fields, Work, lookup},
    rule::{Detection, Item, LogSource, Value},
};

const PRODUCT: &str = "Carbon Black EDR";

const PROCESS: &Fields = &[
    ("ProcessId", "process_pid"),
    ("Image", "path"),
    ("OriginalFileName", "original_filename"),
    ("Description", "file_desc"),
    ("Product", "product_name"),
    ("Company", "company_name"),
    ("FileVersion", "file_version"),
    ("CommandLine", "cmdline"),
    ("User", "username"),
    ("Computer", "hostname"),
    ("md5", "process_md5"),
    ("sha256", "process_sha256"),
    ("ParentProcessId", "parent_pid"),
    ("ParentImage", "parent_name"),
];

/// The process that did it, in every other kind of event.
const ACTOR: &Fields = &[
    ("ProcessId", "process_pid"),
    ("Image", "path"),
    ("CommandLine", "cmdline"),
    ("User", "username"),
    ("Computer", "hostname"),
    ("ParentProcessId", "parent_pid"),
    ("ParentImage", "parent_name"),
];

const FILE: &Fields = &[("TargetFilename", "filemod")];
const MODULE: &Fields = &[("ImageLoaded", "modload")];
const REGISTRY: &Fields = &[("TargetObject", "regmod")];
const SCRIPT: &Fields = &[("ScriptBlockText", "fileless_scriptload_cmdline")];

const NETWORK: &Fields = &[
    ("DestinationHostname", "domain"),
    ("DestinationIp", "ipaddr"),
    ("DestinationPort", "ipport"),
    ("dst_ip", "ipaddr"),
    ("dst_port", "ipport"),
];

const CROSS: &Fields = &[
    ("SourceImage", "path"),
    ("SourceCommandLine", "cmdline"),
    ("SourceUser", "username"),
    ("SourceParentImage", "parent_name"),
    ("TargetImage", "crossproc_name"),
];

const OS: &Fields = &[("windows", "windows"), ("linux", "linux"), ("macos", "osx")];

/// The fields of a category, and the kind of access it asks for.
fn events(source: &LogSource) -> Option<([&'static Fields; 2], Option<&'static str>)> {
    Some(match source.category.as_deref()? {
        "process_creation" => ([PROCESS, &[]], None),
        "file_event" => ([ACTOR, FILE], None),
        "image_load" => ([ACTOR, MODULE], None),
        "registry_event" => ([ACTOR, REGISTRY], None),
        "network_connection" => ([ACTOR, NETWORK], None),
        "ps_script" => ([ACTOR, SCRIPT], None),
        "process_access" => ([CROSS, &[]], Some("processopen")),
        "create_remote_thread" => ([CROSS, &[]], Some("remotethread")),
        _ => return None,
    })
}

/// Fields of process search.
pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    let source = work.rule.log_source.clone();
    wide::endpoint(&source, PRODUCT)?;
    let none = || Failure::log_source(format!("{PRODUCT} has no events of this log source"));
    let (tables, access) = events(&source).ok_or_else(none)?;
    wide::map(work, PRODUCT, &tables, |item| special(item, &tables))?;
    wide::wildcards(work, |field| field == "cmdline")?;
    if let Some(access) = access {
        work.require_value("crossproc_type", Value::plain(access));
    }
    if let Some(os) = source.product.as_deref().and_then(|product| lookup(OS, product)) {
        work.require_value("os_type", Value::plain(os));
    }
    Ok(())
}

/// Items whose values are written otherwise.
fn special(item: &Item, tables: &[&Fields]) -> Result<Option<Detection>, Failure> {
    let find = |field: &str| tables.iter().find_map(|table| lookup(table, field));
    match item.field.as_deref() {
        Some("Hashes") => wide::hashes(item, |name| find(&name.to_ascii_lowercase())).map(Some),
        Some("TargetObject") => wide::no_hives(item, PRODUCT).map(|()| None),
        Some("ParentImage" | "SourceParentImage") => {
            Ok(Some(wide::with(item, "parent_name", wide::file_names(item, PRODUCT)?)))
        }
        _ => Ok(None),
    }
}
