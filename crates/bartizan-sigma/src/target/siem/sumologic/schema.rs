//! Which fields of a record are normalised, and how the others are asked.
//!
//! Source: Sumo Logic, "Cloud SIEM Schema Attributes"; "Cloud SIEM Rules Syntax", "Referencing record fields".

/// Normalised fields that Sigma's fields lead to.
const NORMALISED: &[&str] = &[
    "action",
    "baseImage",
    "changeTarget",
    "changeType",
    "commandLine",
    "description",
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
    "http_url_extension",
    "http_url_fqdn",
    "http_url_path",
    "http_url_query",
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

/// Whether a field is normalised.
pub(crate) fn normalised(field: &str) -> bool {
    NORMALISED.contains(&field)
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
