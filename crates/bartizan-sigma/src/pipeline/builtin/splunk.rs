//! Pipelines of the targets in `target/splunk.rs`.
//!
//! Source: Splunk Add-on for Microsoft Windows: `source` is the channel with `WinEventLog:` before it, the event's id
//! is `EventCode`. Splunk Common Information Model: data models Endpoint and Web.

use super::{Builtin, channels::CHANNELS};
use crate::{
    error::Failure,
    pipeline::{Fields, Rename, Work, lookup},
    rule::{Detection, Value},
};

pub(super) const PIPELINES: &[Builtin] = &[
    Builtin {
        name: "splunk_windows",
        about: "Windows event logs as the Splunk add-on writes them",
        apply: windows,
    },
    Builtin {
        name: "splunk_cim",
        about: "Data models of Splunk's Common Information Model",
        apply: common_model,
    },
];

fn windows(work: &mut Work) -> Result<(), Failure> {
    let windows = work.rule.log_source.product("windows");
    let service = work.rule.log_source.service.clone().filter(|_| windows).unwrap_or_default();
    if let Some((_, channels)) = CHANNELS.iter().find(|(name, _)| *name == service) {
        let values = channels.iter().map(|channel| Value::plain(&format!("WinEventLog:{channel}")));
        work.require(Detection::item("source", values.collect()));
    }
    work.rename_by(&[("EventID", "EventCode")]);
    Ok(())
}

/// A data set of a data model, and its fields in the order a search lists them.
struct DataSet {
    model: &'static str,
    name: &'static str,
    prefix: &'static str,
    fields: &'static Fields,
}

static PROCESSES: DataSet = DataSet {
    model: "Endpoint",
    name: "Processes",
    prefix: "Processes",
    fields: &[
        ("CommandLine", "process"),
        ("Computer", "dest"),
        ("CurrentDirectory", "process_current_directory"),
        ("Image", "process_path"),
        ("IntegrityLevel", "process_integrity_level"),
        ("OriginalFileName", "original_file_name"),
        ("ParentCommandLine", "parent_process"),
        ("ParentImage", "parent_process_path"),
        ("ParentProcessGuid", "parent_process_guid"),
        ("ParentProcessId", "parent_process_id"),
        ("ProcessGuid", "process_guid"),
        ("ProcessId", "process_id"),
        ("User", "user"),
    ],
};

static REGISTRY: DataSet = DataSet {
    model: "Endpoint",
    name: "Registry",
    prefix: "Registry",
    fields: &[
        ("Computer", "dest"),
        ("Details", "registry_value_data"),
        ("EventType", "action"),
        ("Image", "process_path"),
        ("ProcessGuid", "process_guid"),
        ("ProcessId", "process_id"),
        ("TargetObject", "registry_key_name"),
    ],
};

static FILES: DataSet = DataSet {
    model: "Endpoint",
    name: "Filesystem",
    prefix: "Filesystem",
    fields: &[
        ("Computer", "dest"),
        ("CreationUtcTime", "file_create_time"),
        ("Image", "process_path"),
        ("ProcessGuid", "process_guid"),
        ("ProcessId", "process_id"),
        ("TargetFilename", "file_path"),
    ],
};

static WEB: DataSet = DataSet {
    model: "Web",
    name: "Proxy",
    prefix: "Web",
    fields: &[
        ("c-uri", "url"),
        ("c-uri-query", "uri_query"),
        ("c-uri-stem", "uri_path"),
        ("c-useragent", "http_user_agent"),
        ("cs-method", "http_method"),
        ("cs-host", "dest"),
        ("cs-referrer", "http_referrer"),
        ("src_ip", "src"),
        ("dst_ip", "dest_ip"),
    ],
};

fn common_model(work: &mut Work) -> Result<(), Failure> {
    let source = &work.rule.log_source;
    let category = source.category.as_deref().unwrap_or_default();
    let set = match (category, source.product.as_deref().unwrap_or_default()) {
        ("process_creation", "windows" | "linux") => &PROCESSES,
        ("registry_add" | "registry_delete" | "registry_event" | "registry_set", "windows") => &REGISTRY,
        ("file_event", "windows") => &FILES,
        ("proxy", _) => &WEB,
        _ => {
            return Err(Failure::log_source(
                "the data models of `splunk_cim` have no set for this log source",
            ));
        }
    };
    for item in work.items() {
        let Some(field) = &item.field else {
            return Err(Failure::field("a search over a data model has no keywords"));
        };
        if lookup(set.fields, field).is_none() {
            let (model, name) = (set.model, set.name);
            return Err(Failure::field(format!("the data model {model}.{name} has no field for `{field}`")));
        }
    }
    work.rename_fields(|field| match lookup(set.fields, field) {
        Some(to) => Rename::To(format!("{}.{to}", set.prefix)),
        None => Rename::Keep,
    });
    let fields: Vec<String> = set.fields.iter().map(|(_, to)| format!("{}.{to}", set.prefix)).collect();
    work.state.insert("data_model", set.model.to_owned());
    work.state.insert("data_set", set.name.to_owned());
    work.state.insert("fields", fields.join(" "));
    Ok(())
}
