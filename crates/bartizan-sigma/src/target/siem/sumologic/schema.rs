//! Which fields of a record are normalised, and how the others are asked.
//!
//! Source: Sumo Logic, Cloud SIEM Content Catalog, "Schema: Full Schema"; "Cloud SIEM Rules Syntax", "Referencing
//! record fields".

use crate::pipeline::Reach;

/// Normalised fields that Sigma's fields lead to.
const NORMALISED: &[&str] = &[
    "action",
    "baseImage",
    "changeTarget",
    "changeType",
    "commandLine",
    "device_hostname",
    "dns_query",
    "dns_queryType",
    "dstDevice_hostname",
    "dstDevice_ip",
    "dstPort",
    "errorCode",
    "errorText",
    "file_basename",
    "file_hash_sha256",
    "file_path",
    "http_method",
    "http_referer",
    "http_response_statusCode",
    "http_url",
    "http_url_fqdn",
    "http_url_path",
    "http_userAgent",
    "ipProtocol",
    "logonType",
    "metadata_deviceEventId",
    "metadata_product",
    "metadata_vendor",
    "parentBaseImage",
    "parentCommandLine",
    "sessionId",
    "severity",
    "srcDevice_hostname",
    "srcDevice_ip",
    "srcPort",
    "threat_identifier",
    "user_authDomain",
    "user_userId",
    "user_username",
];

/// What the reference takes for normalised besides.
const REFERENCE: &[&str] = &["description", "http_url_extension", "http_url_query"];

/// What it does not know.
const MORE: &[&str] = &[
    "application",
    "authProvider",
    "file_hash_imphash",
    "file_hash_md5",
    "file_hash_sha1",
    "http_url_queryParameters",
    "parentPid",
    "pid",
];

/// Whether a field is normalised.
pub(crate) fn normalised(field: &str, reach: Reach) -> bool {
    let more = match reach {
        Reach::Reference => REFERENCE,
        Reach::Wide => MORE,
    };
    NORMALISED.contains(&field) || more.contains(&field)
}

/// Whether a normalised field holds numbers.
pub(super) fn is_number(field: &str) -> bool {
    matches!(field, "srcPort" | "dstPort" | "http_response_statusCode" | "pid" | "parentPid")
}

/// A field as the source names it. Events of Windows have theirs in two parts.
pub(crate) fn parsed(field: &str, windows: bool) -> String {
    let field = field.strip_prefix("fields.").unwrap_or(field);
    let name = match field {
        "Provider_Name" => "Provider.Name".to_owned(),
        "Keywords" | "Channel" | "Computer" | "Level" | "Task" | "Opcode" => field.to_owned(),
        _ if windows && !field.starts_with("EventData.") => format!("EventData.{field}"),
        _ => field.to_owned(),
    };
    format!("fields['{name}']")
}
