//! The figures that the reference conversions print for each pair of names.

/// How good a pair is, each part from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Score {
    /// Of all parts together.
    pub(super) confidence: f64,
    /// Likeness of the names, what of the value is kept, likeness of the types, how special the field is.
    pub(super) parts: [f64; 4],
    /// Whether the pair is known to be right, whatever its parts.
    pub(super) known: bool,
}

/// Of a pair.
pub(super) fn score(from: &str, to: &str) -> Score {
    let known = KNOWN.iter().find(|(f, t, _)| *f == from && *t == to);
    if let Some((.., confidence)) = known {
        return Score { confidence: *confidence, parts: [1.0; 4], known: true };
    }
    let found = MEASURED.iter().find(|(f, t, _)| *f == from && *t == to);
    let parts = found.map_or([0.0, 1.0, 1.0, 1.0], |(.., parts)| *parts);
    let [likeness, kept, kind, special] = parts;
    let sum = 0.35 * likeness + 0.3 * kept + 0.2 * kind + 0.15 * special;
    Score { confidence: rounded(sum), parts, known: false }
}

/// To three digits, as people write it.
pub(super) fn rounded(number: f64) -> f64 {
    format!("{number:.3}").parse().unwrap_or(number)
}

/// The mean, to three digits; of nothing it is one. The error of each addition is carried along, so that a mean that
/// lies between two figures falls to the right one.
pub(super) fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = numbers.len();
    if count == 0 {
        return 1.0;
    }
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for number in numbers {
        let next = sum + number;
        lost += if sum >= number { (sum - next) + number } else { (number - next) + sum };
        sum = next;
    }
    rounded((sum + lost) / count as f64)
}

/// Pairs that are known to be right.
const KNOWN: &[(&str, &str, f64)] = &[
    ("Action", "action", 1.0),
    ("EventID", "metadata_deviceEventId", 0.95),
    ("EventId", "metadata_deviceEventId", 0.95),
    ("IpAddress", "srcDevice_ip", 0.9),
    ("Signature", "threat_identifier", 0.95),
    ("User", "user_username", 0.85),
    ("Username", "user_username", 0.95),
    ("action", "action", 1.0),
    ("c-uri", "http_url", 0.95),
    ("c-useragent", "http_userAgent", 0.95),
    ("cs-host", "http_url_fqdn", 0.95),
    ("cs-method", "http_method", 0.95),
    ("cs-user-agent", "http_userAgent", 0.95),
    ("destination.ip", "dstDevice_ip", 0.95),
    ("destination.port", "dstPort", 0.95),
    ("dns.question.name", "dns_query", 0.95),
    ("dns.question.type", "dns_queryType", 0.9),
    ("dst_ip", "dstDevice_ip", 0.95),
    ("errorCode", "errorCode", 1.0),
    ("eventName", "action", 0.95),
    ("eventSource", "application", 0.9),
    ("query", "dns_query", 0.95),
    ("record_type", "dns_queryType", 0.9),
    ("sc-status", "http_response_statusCode", 0.95),
    ("source.ip", "srcDevice_ip", 0.95),
    ("source.port", "srcPort", 0.95),
    ("userAgent", "http_userAgent", 0.95),
];

/// Other pairs.
const MEASURED: &[(&str, &str, [f64; 4])] = &[
    ("Application", "application", [1.0, 1.0, 1.0, 0.4]),
    ("AuthenticationPackageName", "authProvider", [0.0, 1.0, 1.0, 0.72]),
    ("CommandLine", "commandLine", [0.118, 1.0, 1.0, 1.0]),
    ("CurrentDirectory", "file_path", [0.0, 0.8, 1.0, 1.0]),
    ("Description", "description", [0.067, 0.9, 1.0, 0.5]),
    ("DestAddress", "dstDevice_ip", [0.071, 1.0, 1.0, 1.0]),
    ("DestPort", "dstPort", [0.091, 1.0, 1.0, 1.0]),
    ("DestinationHostname", "dstDevice_hostname", [0.071, 1.0, 1.0, 1.0]),
    ("DestinationIp", "dstDevice_ip", [0.071, 1.0, 1.0, 1.0]),
    ("DestinationIpAddress", "dstDevice_ip", [0.143, 1.0, 1.0, 1.0]),
    ("DestinationPort", "dstPort", [0.091, 1.0, 1.0, 1.0]),
    ("EventType", "changeType", [0.042, 1.0, 0.4, 1.0]),
    ("FileHash", "file_hash_sha256", [0.2, 1.0, 1.0, 1.0]),
    ("FileName", "file_basename", [0.167, 1.0, 1.0, 1.0]),
    ("FilePath", "file_path", [0.286, 1.0, 1.0, 1.0]),
    ("Hashes", "file_hash_sha256", [0.0, 0.5, 1.0, 1.0]),
    ("Image", "baseImage", [0.125, 1.0, 1.0, 1.0]),
    ("ImageLoaded", "file_path", [0.0, 1.0, 1.0, 1.0]),
    ("ImagePath", "file_path", [0.125, 1.0, 1.0, 1.0]),
    ("ImpersonationLevel", "fields.EventData.ImpersonationLevel", [0.25, 1.0, 1.0, 0.72]),
    ("Initiated", "action", [0.0, 1.0, 0.8, 0.5]),
    ("IntegrityLevel", "severity", [0.111, 1.0, 1.0, 1.0]),
    ("IpPort", "srcPort", [0.1, 1.0, 1.0, 1.0]),
    ("KeyLength", "fields.EventData.KeyLength", [0.25, 1.0, 1.0, 0.72]),
    ("LogonId", "sessionId", [0.059, 1.0, 0.4, 1.0]),
    ("LogonProcessName", "application", [0.0, 1.0, 1.0, 0.4]),
    ("LogonType", "logonType", [0.2, 1.0, 0.4, 1.0]),
    ("NewProcessName", "baseImage", [0.222, 1.0, 1.0, 1.0]),
    ("OriginalFileName", "file_basename", [0.154, 1.0, 1.0, 1.0]),
    ("ParentCommandLine", "parentCommandLine", [0.167, 1.0, 1.0, 1.0]),
    ("ParentImage", "parentBaseImage", [0.143, 1.0, 1.0, 1.0]),
    ("ParentProcessName", "parentBaseImage", [0.214, 1.0, 1.0, 1.0]),
    ("ProcessName", "baseImage", [0.25, 1.0, 1.0, 1.0]),
    ("Protocol", "ipProtocol", [0.077, 1.0, 1.0, 1.0]),
    ("QueryName", "dns_query", [0.083, 1.0, 1.0, 1.0]),
    ("SHA256", "file_hash_sha256", [0.2, 1.0, 1.0, 1.0]),
    ("ServiceName", "application", [0.0, 1.0, 1.0, 0.4]),
    ("SourceAddress", "srcDevice_ip", [0.077, 1.0, 1.0, 1.0]),
    ("SourceHostname", "srcDevice_hostname", [0.077, 1.0, 1.0, 1.0]),
    ("SourceImage", "baseImage", [0.111, 0.7, 1.0, 1.0]),
    ("SourceIp", "srcDevice_ip", [0.077, 1.0, 1.0, 1.0]),
    ("SourceIpAddress", "srcDevice_ip", [0.154, 1.0, 1.0, 1.0]),
    ("SourceNetworkAddress", "srcDevice_ip", [0.154, 1.0, 1.0, 1.0]),
    ("SourcePort", "srcPort", [0.1, 1.0, 1.0, 1.0]),
    ("SourceUser", "user_username", [0.167, 0.7, 1.0, 1.0]),
    ("Status", "action", [0.0, 1.0, 0.4, 0.5]),
    ("Status", "errorCode", [0.0, 1.0, 0.4, 1.0]),
    ("SubjectDomainName", "user_authDomain", [0.091, 0.7, 1.0, 1.0]),
    ("SubjectUserName", "user_username", [0.143, 0.7, 1.0, 1.0]),
    ("SubjectUserSid", "user_userId", [0.077, 0.7, 0.4, 1.0]),
    ("TargetDomainName", "user_authDomain", [0.091, 0.7, 1.0, 1.0]),
    ("TargetFilename", "file_path", [0.0, 0.7, 1.0, 1.0]),
    ("TargetImage", "file_path", [0.0, 0.7, 1.0, 1.0]),
    ("TargetLogonId", "user_userId", [0.077, 0.7, 0.4, 1.0]),
    ("TargetObject", "changeTarget", [0.0526, 0.7, 1.0, 1.0]),
    ("TargetServerName", "dstDevice_hostname", [0.067, 1.0, 1.0, 1.0]),
    ("TargetUserName", "user_username", [0.143, 0.7, 1.0, 1.0]),
    ("TargetUserSid", "user_userId", [0.077, 0.7, 0.4, 1.0]),
    ("UserName", "user_username", [0.167, 1.0, 1.0, 1.0]),
    ("Workstation", "srcDevice_hostname", [0.0, 1.0, 1.0, 1.0]),
    ("WorkstationName", "srcDevice_hostname", [0.077, 1.0, 1.0, 1.0]),
    ("c-uri-extension", "http_url_extension", [0.0, 1.0, 1.0, 0.72]),
    ("c-uri-query", "http_url_query", [0.0, 1.0, 1.0, 0.72]),
    ("c-uri-stem", "http_url_path", [0.0, 1.0, 1.0, 1.0]),
    ("cs-referer", "http_referer", [0.0, 1.0, 1.0, 1.0]),
    ("cs-uri-query", "http_url_query", [0.0, 1.0, 1.0, 0.72]),
    ("cs-uri-stem", "http_url_path", [0.0, 1.0, 1.0, 1.0]),
    ("dst_port", "dstPort", [0.2, 1.0, 1.0, 1.0]),
    ("errorMessage", "errorText", [0.111, 1.0, 1.0, 1.0]),
    ("network.transport", "ipProtocol", [0.0, 1.0, 0.4, 1.0]),
    ("operationName", "action", [0.067, 1.0, 1.0, 0.5]),
    ("properties.message", "description", [0.0, 1.0, 1.0, 0.5]),
    ("r-dns", "http_url_fqdn", [0.0, 1.0, 1.0, 1.0]),
    ("r-ip", "dstDevice_ip", [0.0, 1.0, 1.0, 1.0]),
    ("sha256", "file_hash_sha256", [0.2, 1.0, 1.0, 1.0]),
    ("status", "action", [0.0, 1.0, 0.4, 0.5]),
    ("url", "http_url", [0.091, 1.0, 1.0, 1.0]),
    ("userIdentity.arn", "user_userId", [0.083, 1.0, 0.4, 1.0]),
];
