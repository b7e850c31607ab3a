//! Sumo Logic Cloud SIEM: which of its fields Sigma's fields are.
//!
//! Source: Sumo Logic, "Cloud SIEM Schema Attributes", and what the reference conversions show of the names and of the
//! figures printed with them.

use crate::{pipeline::Fields, rule::LogSource};

const PROCESS: &Fields = &[
    ("CommandLine", "commandLine"),
    ("Image", "baseImage"),
    ("ParentImage", "parentBaseImage"),
    ("ParentCommandLine", "parentCommandLine"),
    ("CurrentDirectory", "file_path"),
    ("User", "user_username"),
    ("LogonId", "sessionId"),
    ("IntegrityLevel", "severity"),
    ("OriginalFileName", "file_basename"),
    ("Description", "description"),
    ("sha256", "file_hash_sha256"),
    ("SHA256", "file_hash_sha256"),
    ("Hashes", "file_hash_sha256"),
];

const FILE: &Fields = &[("TargetFilename", "file_path"), ("Image", "baseImage"), ("User", "user_username")];

const MODULE: &Fields =
    &[("ImageLoaded", "file_path"), ("Image", "baseImage"), ("Signature", "threat_identifier")];

const NETWORK: &Fields = &[
    ("SourceIp", "srcDevice_ip"),
    ("SourcePort", "srcPort"),
    ("DestinationIp", "dstDevice_ip"),
    ("DestinationPort", "dstPort"),
    ("Protocol", "ipProtocol"),
    ("Image", "baseImage"),
    ("User", "user_username"),
    ("Initiated", "action"),
    ("DestinationHostname", "dstDevice_hostname"),
    ("SourceHostname", "srcDevice_hostname"),
    ("source.ip", "srcDevice_ip"),
    ("source.port", "srcPort"),
    ("destination.ip", "dstDevice_ip"),
    ("destination.port", "dstPort"),
    ("network.transport", "ipProtocol"),
];

const DNS_QUERY: &Fields = &[("QueryName", "dns_query"), ("Image", "baseImage")];

const REGISTRY: &Fields =
    &[("TargetObject", "changeTarget"), ("EventType", "changeType"), ("Image", "baseImage")];

const DNS: &Fields = &[
    ("query", "dns_query"),
    ("record_type", "dns_queryType"),
    ("dns.question.name", "dns_query"),
    ("dns.question.type", "dns_queryType"),
];

const FIREWALL: &Fields = &[
    ("src_ip", "srcDevice_ip"),
    ("dst_ip", "dstDevice_ip"),
    ("src_port", "srcPort"),
    ("dst_port", "dstPort"),
    ("action", "action"),
];

const PROXY: &Fields = &[
    ("c-uri", "http_url"),
    ("c-uri-extension", "http_url_extension"),
    ("c-uri-query", "http_url_query"),
    ("c-uri-stem", "http_url_path"),
    ("cs-uri-query", "http_url_query"),
    ("cs-uri-stem", "http_url_path"),
    ("cs-method", "http_method"),
    ("cs-host", "http_url_fqdn"),
    ("r-dns", "http_url_fqdn"),
    ("c-useragent", "http_userAgent"),
    ("cs-user-agent", "http_userAgent"),
    ("cs-referer", "http_referer"),
    ("cs-referrer", "http_referer"),
    ("sc-status", "http_response_statusCode"),
    ("r-ip", "dstDevice_ip"),
    ("src_ip", "srcDevice_ip"),
    ("dst_ip", "dstDevice_ip"),
    ("url", "http_url"),
];

const WEB_SERVER: &Fields = &[
    ("cs-method", "http_method"),
    ("cs-uri-stem", "http_url_path"),
    ("cs-uri-query", "http_url_query"),
    ("cs-host", "http_url_fqdn"),
    ("cs-user-agent", "http_userAgent"),
    ("sc-status", "http_response_statusCode"),
    ("cs-referer", "http_referer"),
];

const ANTIVIRUS: &Fields = &[("Signature", "threat_identifier"), ("Filename", "file_path")];

const CLOUD_TRAIL: &Fields = &[
    ("eventName", "action"),
    ("eventSource", "application"),
    ("errorCode", "errorCode"),
    ("errorMessage", "errorText"),
    ("userIdentity.arn", "user_userId"),
    ("sourceIPAddress", "srcDevice_ip"),
    ("userAgent", "http_userAgent"),
];

const AZURE_ACTIVITY: &Fields =
    &[("operationName", "action"), ("properties.message", "description"), ("status", "action")];

const SECURITY: &Fields = &[
    ("TargetUserName", "user_username"),
    ("TargetDomainName", "user_authDomain"),
    ("SubjectUserName", "user_username"),
    ("SubjectDomainName", "user_authDomain"),
    ("Status", "errorCode"),
    ("SubStatus", "errorText"),
    ("LogonType", "logonType"),
    ("IpAddress", "srcDevice_ip"),
    ("WorkstationName", "srcDevice_hostname"),
    ("SourceNetworkAddress", "srcDevice_ip"),
    ("TargetLogonId", "user_userId"),
    ("LogonProcessName", "application"),
    ("AuthenticationPackageName", "authProvider"),
];

const SYSTEM: &Fields = &[("ServiceName", "application"), ("ImagePath", "file_path")];

/// Any event of Windows.
const WINDOWS: &Fields = &[
    ("TargetUserName", "user_username"),
    ("TargetUserSid", "user_userId"),
    ("TargetDomainName", "user_authDomain"),
    ("SubjectUserName", "user_username"),
    ("SubjectUserSid", "user_userId"),
    ("SubjectDomainName", "user_authDomain"),
    ("IpAddress", "srcDevice_ip"),
    ("IpPort", "srcPort"),
    ("SourceIp", "srcDevice_ip"),
    ("SourcePort", "srcPort"),
    ("SourceAddress", "srcDevice_ip"),
    ("DestinationIp", "dstDevice_ip"),
    ("DestinationPort", "dstPort"),
    ("DestAddress", "dstDevice_ip"),
    ("DestPort", "dstPort"),
    ("LogonType", "logonType"),
    ("AuthenticationPackageName", "authProvider"),
    ("LogonProcessName", "application"),
    ("Image", "baseImage"),
    ("User", "user_username"),
];

const SECURITY_MORE: &Fields = &[
    ("ImpersonationLevel", "fields.EventData.ImpersonationLevel"),
    ("NewProcessName", "baseImage"),
    ("WorkstationName", "srcDevice_hostname"),
    ("KeyLength", "fields.EventData.KeyLength"),
    ("Status", "errorCode"),
    ("TargetServerName", "dstDevice_hostname"),
    ("Application", "application"),
];

const SYSMON: &Fields = &[
    ("TargetFilename", "file_path"),
    ("ImageLoaded", "file_path"),
    ("SourceImage", "baseImage"),
    ("TargetImage", "file_path"),
];

/// Any event.
const EVERY: &Fields = &[
    ("EventID", "metadata_deviceEventId"),
    ("EventId", "metadata_deviceEventId"),
    ("User", "user_username"),
    ("Username", "user_username"),
    ("UserName", "user_username"),
    ("SourceUser", "user_username"),
    ("SubjectUserName", "user_username"),
    ("IpAddress", "srcDevice_ip"),
    ("SourceIp", "srcDevice_ip"),
    ("SourceIpAddress", "srcDevice_ip"),
    ("DestinationIp", "dstDevice_ip"),
    ("DestinationIpAddress", "dstDevice_ip"),
    ("DestinationHostname", "dstDevice_hostname"),
    ("Workstation", "srcDevice_hostname"),
    ("FilePath", "file_path"),
    ("FileName", "file_basename"),
    ("FileHash", "file_hash_sha256"),
    ("ProcessName", "baseImage"),
    ("ParentProcessName", "parentBaseImage"),
    ("DestinationPort", "dstPort"),
    ("SourcePort", "srcPort"),
    ("Action", "action"),
    ("Status", "action"),
];

/// What the schema has and the reference does not use.
pub(super) const WIDE: &Fields = &[
    ("c-uri-query", "http_url_queryParameters"),
    ("cs-uri-query", "http_url_queryParameters"),
    ("md5", "file_hash_md5"),
    ("sha1", "file_hash_sha1"),
    ("Imphash", "file_hash_imphash"),
    ("imphash", "file_hash_imphash"),
    ("ProcessId", "pid"),
    ("ParentProcessId", "parentPid"),
];

/// What the reference asks of a field that holds something else, by the schema's own words.
const MISTAKEN: &Fields = &[
    ("AuthenticationPackageName", "authProvider"),
    ("CurrentDirectory", "file_path"),
    ("Description", "description"),
    ("Hashes", "file_hash_sha256"),
    ("ImpersonationLevel", "fields.EventData.ImpersonationLevel"),
    ("Initiated", "action"),
    ("IntegrityLevel", "severity"),
    ("KeyLength", "fields.EventData.KeyLength"),
    ("LogonProcessName", "application"),
    ("OriginalFileName", "file_basename"),
    ("Status", "action"),
    ("SubStatus", "errorText"),
    ("TargetImage", "file_path"),
    ("c-uri-extension", "http_url_extension"),
    ("properties.message", "description"),
    ("status", "action"),
];

/// See [`MISTAKEN`]. The signature of malware is a threat, that of a file is none.
pub(super) fn mistaken(source: &LogSource, from: &str, to: &str) -> bool {
    MISTAKEN.contains(&(from, to)) || from == "Signature" && !source.category("antivirus")
}

/// The tables for a log source, in the order they are asked.
pub(super) fn of(source: &LogSource) -> Vec<&'static Fields> {
    let mut tables: Vec<&'static Fields> = Vec::new();
    tables.extend(of_category(source));
    let service = source.service.as_deref();
    match (source.product.as_deref(), service) {
        (Some("windows"), Some("security")) => tables.push(SECURITY),
        (Some("windows"), Some("system")) => tables.push(SYSTEM),
        (Some("aws"), Some("cloudtrail")) => tables.push(CLOUD_TRAIL),
        (Some("azure"), Some("activitylogs")) => tables.push(AZURE_ACTIVITY),
        _ => {}
    }
    if source.product("windows") {
        tables.push(WINDOWS);
        match service {
            Some("security") => tables.push(SECURITY_MORE),
            Some("sysmon") => tables.push(SYSMON),
            _ => {}
        }
    }
    tables.push(EVERY);
    tables
}

fn of_category(source: &LogSource) -> Option<&'static Fields> {
    Some(match source.category.as_deref()? {
        "process_creation" => PROCESS,
        "file_event" => FILE,
        "image_load" => MODULE,
        "network_connection" => NETWORK,
        "dns_query" => DNS_QUERY,
        "registry_event" => REGISTRY,
        "dns" => DNS,
        "firewall" => FIREWALL,
        "proxy" => PROXY,
        "webserver" => WEB_SERVER,
        "antivirus" => ANTIVIRUS,
        _ => return None,
    })
}
