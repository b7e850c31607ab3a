//! Rapid7 InsightIDR's fields.
//!
//! Source: InsightIDR, log sets and the fields of their events.

use super::Builtin;
use crate::{
    error::Failure,
    pipeline::{Fields, Work},
};

pub(super) const PIPELINES: &[Builtin] =
    &[Builtin { name: "insight_idr", about: "Rapid7 InsightIDR: event types and their fields", apply }];

static PROCESS: &Fields = &[
    ("Image", "process.exe_path"),
    ("OriginalFileName", "process.name"),
    ("CommandLine", "process.cmd_line"),
    ("Description", "process.exe_file.description"),
    ("Product", "process.exe_file.product_name"),
    ("Company", "process.exe_file.author"),
    ("FileVersion", "process.exe_file.version"),
    ("User", "process.username"),
    ("ProcessId", "process.pid"),
    ("ParentImage", "parent_process.exe_path"),
    ("ParentCommandLine", "parent_process.cmd_line"),
    ("ParentUser", "parent_process.username"),
    ("ParentProcessId", "parent_process.pid"),
    ("ParentName", "parent_process.name"),
    ("md5", "process.exe_file.hashes.md5"),
    ("sha1", "process.exe_file.hashes.sha1"),
    ("sha256", "process.exe_file.hashes.sha256"),
];

static DNS: &Fields = &[("QueryName", "query"), ("Computer", "asset"), ("record_type", "query_type")];

static PROXY: &Fields = &[
    ("c-uri", "url"),
    ("c-uri-query", "url_path"),
    ("cs-host", "url_host"),
    ("cs-method", "http_method"),
    ("cs-bytes", "outgoing_bytes"),
    ("r-dns", "url_host"),
    ("sc-bytes", "incoming_bytes"),
    ("src_ip", "source_ip"),
    ("dst_ip", "destination_ip"),
];

static FIREWALL: &Fields = &[
    ("src_ip", "source_address"),
    ("src_port", "source_port"),
    ("dst_ip", "destination_address"),
    ("dst_port", "destination_port"),
    ("username", "user"),
    ("action", "connection_status"),
];

static SIGN_IN: &Fields = &[
    ("ResultType", "source_json.resultType"),
    ("ResultDescription", "source_json.resultDescription"),
    ("userAgent", "user_agent"),
    ("ResourceDisplayName", "authentication_target"),
    ("conditionalAccessStatus", "source_json.properties.conditionalAccessStatus"),
    ("AuthenticationRequirement", "source_json.properties.authenticationRequirement"),
    ("ActivityDetails", "source_json.operationName"),
    ("ClientApp", "source_json.properties.appDisplayName"),
    ("Username", "account"),
];

fn apply(work: &mut Work) -> Result<(), Failure> {
    let source = &work.rule.log_source;
    let windows = source.product("windows");
    let (fields, without): (&Fields, &[&str]) = match source.category.as_deref() {
        Some("process_creation") if windows => (
            PROCESS,
            &[
                "CurrentDirectory",
                "IntegrityLevel",
                "imphash",
                "Imphash",
                "LogonId",
                "ParentProcessGuid",
                "ParentIntegrityLevel",
            ],
        ),
        Some("dns_query") if windows => {
            (DNS, &["ProcessID", "ProcessId", "QueryStatus", "QueryResults", "Image", "answer"])
        }
        Some("dns") if source.product.is_none() => {
            (DNS, &["ProcessID", "ProcessId", "QueryStatus", "QueryResults", "Image", "answer"])
        }
        Some("proxy") if source.product.is_none() => (
            PROXY,
            &[
                "c-uri-extension",
                "c-uri-stem",
                "c-useragent",
                "cs-cookie",
                "cs-referrer",
                "cs-version",
                "sc-status",
            ],
        ),
        Some("firewall") if source.product.is_none() => (FIREWALL, &[]),
        None if source.is(None, Some("azure"), Some("signinlogs")) => (SIGN_IN, &[]),
        _ => return Err(Failure::log_source("no event type for this log source")),
    };
    let unknown =
        work.items().into_iter().filter_map(|item| item.field.as_deref()).find(|f| without.contains(f));
    if let Some(field) = unknown {
        return Err(Failure::field(format!("`{field}` is in no event of this type")));
    }
    work.rename_by(fields);
    Ok(())
}
