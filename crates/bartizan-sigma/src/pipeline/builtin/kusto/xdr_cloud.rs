//! Defender XDR's tables of the cloud, which keep the event as its source wrote it.
//!
//! Source: Microsoft, "CloudAuditEvents" (<https://learn.microsoft.com/defender-xdr/advanced-hunting-cloudauditevents-table>):
//! `DataSource` is `AWS`, `GCP`, `Azure` or `Kubernetes Audit`, `RawEventData` the event as its source wrote it, in JSON;
//! "CloudAppEvents" (<https://learn.microsoft.com/defender-xdr/advanced-hunting-cloudappevents-table>): `RawEventData`.

use super::super::wide;
use crate::{
    error::Failure,
    pipeline::{Fields, Work, lookup},
    rule::{Item, LogSource, Value},
};

/// Azure's own columns.
static AZURE: &Fields = &[
    ("operationName", "OperationName"),
    ("OperationNameValue", "OperationName"),
    ("ResourceId", "ResourceId"),
];

/// Google's fields, by the names that Elastic's agent gives them.
static GCP: &Fields = &[("gcp.audit.method_name", "protoPayload.methodName")];

/// Applies the pipeline of a cloud's log source; whether it is one.
pub(super) fn apply(work: &mut Work, source: &LogSource) -> Result<bool, Failure> {
    let service = source.service.as_deref().unwrap_or_default();
    let audit = |name| ("CloudAuditEvents", "DataSource", name);
    let (table, column, name) = match (source.product.as_deref(), service) {
        (Some("aws"), "cloudtrail") => audit("AWS"),
        (Some("gcp"), "gcp.audit") => audit("GCP"),
        (Some("azure"), "activitylogs") => audit("Azure"),
        (Some("kubernetes"), "audit") => audit("Kubernetes Audit"),
        (Some("m365"), "audit") => ("CloudAppEvents", "Application", "Microsoft 365"),
        _ => return Ok(false),
    };
    let azure = name == "Azure";
    work.rule.fields.clear();
    work.replace_items(|item| {
        let Some(field) = item.field.as_deref() else {
            return Err(Failure::field("no search of whole events here"));
        };
        if let Some(to) = lookup(AZURE, field).filter(|_| azure) {
            return Ok(Some(wide::spread(item, to)));
        }
        let path = lookup(GCP, field)
            .or_else(|| field.strip_prefix("data.").filter(|f| f.starts_with("protoPayload.")));
        raw(item, path.unwrap_or(field), azure).map(Some)
    })?;
    // The name of the application depends on the workload; its raw events are told by what they hold.
    if table != "CloudAppEvents" {
        work.require_value(column, Value::plain(name));
    }
    work.state.insert("table", table.to_owned());
    Ok(true)
}

/// A member of the event as its source wrote it.
fn raw(item: &Item, path: &str, azure: bool) -> Result<crate::rule::Detection, Failure> {
    let names = path.split('.').all(crate::target::word);
    let reference = item.values.iter().any(|value| matches!(value, Value::FieldRef { .. }));
    if azure || !names || reference {
        return Err(Failure::field(format!("Defender XDR has no column for `{path}` here")));
    }
    let mut item = item.clone();
    for value in &mut item.values {
        // Members are read as strings.
        if let Value::Bool(yes) = value {
            *value = Value::plain(if *yes { "true" } else { "false" });
        }
    }
    Ok(wide::strings(&item, &format!("tostring(RawEventData.{path})")))
}
