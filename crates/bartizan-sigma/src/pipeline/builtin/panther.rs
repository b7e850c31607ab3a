//! Pipeline of the target in `target/panther`.
//!
//! Source: Panther's list of supported logs; Google Cloud's `LogEntry` and `AuditLog`, whose payload Sigma's rules name
//! as Elastic's `gcp.audit` or with `data.` before it.

use super::Builtin;
use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Rename, Work, lookup},
    rule::LogSource,
};

pub(super) const PIPELINES: &[Builtin] =
    &[Builtin { name: "panther", about: "Log types and fields of Panther", apply }];

/// Product, service, log type.
static LOG_TYPES: &[(&str, &str, &str)] = &[
    ("aws", "cloudtrail", "AWS.CloudTrail"),
    ("gcp", "gcp.audit", "GCP.AuditLog"),
    ("github", "audit", "GitHub.Audit"),
    ("okta", "okta", "Okta.SystemLog"),
];

static GOOGLE_FIELDS: &Fields = &[("gcp.audit.method_name", "protoPayload.methodName")];

fn apply(work: &mut Work) -> Result<(), Failure> {
    let Some(log_type) = log_type(&work.rule.log_source) else {
        return Err(Failure::log_source("Panther has no log type for this log source"));
    };
    if log_type == "GCP.AuditLog" {
        work.rename_fields(|field| {
            match lookup(GOOGLE_FIELDS, field).or_else(|| field.strip_prefix("data.")) {
                Some(to) => Rename::To(to.to_owned()),
                None => Rename::Keep,
            }
        });
    }
    work.state.insert("log_type", log_type.to_owned());
    if work.reach == Reach::Wide && work.approximate {
        let failure = Failure::value("Panther compares letters as they are written, the rule in either case");
        work.come_near("approximation.case", failure)?;
        work.state.insert("approximate", String::new());
    }
    Ok(())
}

fn log_type(source: &LogSource) -> Option<&'static str> {
    let found = LOG_TYPES.iter().find(|(product, service, _)| source.is(None, Some(product), Some(service)));
    found.map(|(_, _, log_type)| *log_type)
}
