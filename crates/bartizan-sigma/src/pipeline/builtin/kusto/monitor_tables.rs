//! Tables of Log Analytics by log source.
//!
//! Source: Microsoft, "Azure Monitor Logs table reference": `SecurityEvent`, `SigninLogs`, `AuditLogs`,
//! `AADUserRiskEvents`, `AzureActivity`, `OfficeActivity`, `AWSCloudTrail`, `GCPAuditLogs`, `W3CIISLog`, `CommonSecurityLog`,
//! `DnsEvents`. Only columns that rules ask for are listed.

use crate::{pipeline::Fields, rule::LogSource};

/// A table: Sigma's names that are not its columns', and its columns.
pub(super) struct Table {
    pub name: &'static str,
    pub fields: &'static Fields,
    pub columns: &'static [&'static str],
    /// Columns of numbers.
    pub numbers: &'static [&'static str],
    /// Columns that hold objects.
    pub dynamic: &'static [&'static str],
}

const EMPTY: Table = Table { name: "", fields: &[], columns: &[], numbers: &[], dynamic: &[] };

static SECURITY: Table = Table {
    name: "SecurityEvent",
    fields: &[("Provider_Name", "EventSourceName")],
    columns: &[
        "AccessMask",
        "AccountName",
        "AllowedToDelegateTo",
        "AuditPolicyChanges",
        "AuthenticationPackageName",
        "CallerProcessName",
        "CommandLine",
        "Computer",
        "EventID",
        "FailureReason",
        "ImpersonationLevel",
        "IpAddress",
        "IpPort",
        "KeyLength",
        "LogonProcessName",
        "LogonType",
        "MandatoryLabel",
        "MemberName",
        "MemberSid",
        "NewProcessName",
        "NewUacValue",
        "NewValue",
        "ObjectName",
        "ObjectServer",
        "ObjectType",
        "ObjectValueName",
        "OldUacValue",
        "OldValue",
        "OperationType",
        "ParentProcessName",
        "PrivilegeList",
        "ProcessName",
        "Properties",
        "RelativeTargetName",
        "SamAccountName",
        "ServiceAccount",
        "ServiceFileName",
        "ServiceName",
        "ServiceStartType",
        "ServiceType",
        "ShareLocalPath",
        "ShareName",
        "SidHistory",
        "Status",
        "SubcategoryGuid",
        "SubjectDomainName",
        "SubjectLogonId",
        "SubjectUserName",
        "SubjectUserSid",
        "SubStatus",
        "TargetDomainName",
        "TargetLogonId",
        "TargetOutboundUserName",
        "TargetServerName",
        "TargetSid",
        "TargetUserName",
        "TargetUserSid",
        "TokenElevationType",
        "UserAccountControl",
        "Workstation",
        "WorkstationName",
    ],
    numbers: &["EventID", "LogonType"],
    ..EMPTY
};

static SIGN_INS: Table = Table {
    name: "SigninLogs",
    fields: &[
        ("Username", "UserPrincipalName"),
        ("callerIpAddress", "IPAddress"),
        ("ClientApp", "ClientAppUsed"),
    ],
    columns: &[
        "AppDisplayName",
        "AppId",
        "AuthenticationRequirement",
        "ClientAppUsed",
        "ConditionalAccessStatus",
        "DeviceDetail",
        "HomeTenantId",
        "IPAddress",
        "Location",
        "LocationDetails",
        "NetworkLocationDetails",
        "ResourceDisplayName",
        "ResourceTenantId",
        "ResultDescription",
        "ResultType",
        "RiskLevelDuringSignIn",
        "RiskState",
        "Status",
        "UserAgent",
        "UserPrincipalName",
    ],
    dynamic: &["DeviceDetail", "LocationDetails", "Status"],
    ..EMPTY
};

static AUDIT: Table = Table {
    name: "AuditLogs",
    columns: &[
        "ActivityDisplayName",
        "AdditionalDetails",
        "Category",
        "InitiatedBy",
        "LoggedByService",
        "OperationName",
        "Result",
        "ResultReason",
        "TargetResources",
    ],
    ..EMPTY
};

static RISKS: Table = Table {
    name: "AADUserRiskEvents",
    columns: &[
        "RiskEventType",
        "RiskLevel",
        "RiskState",
        "RiskDetail",
        "UserPrincipalName",
        "IpAddress",
        "Source",
    ],
    ..EMPTY
};

static ACTIVITY: Table = Table {
    name: "AzureActivity",
    fields: &[("operationName", "OperationNameValue"), ("ResourceId", "_ResourceId")],
    columns: &[
        "ActivityStatusValue",
        "Caller",
        "CallerIpAddress",
        "CategoryValue",
        "OperationNameValue",
        "ResourceProviderValue",
        "ResourceGroup",
        "Level",
    ],
    ..EMPTY
};

static OFFICE: Table = Table {
    name: "OfficeActivity",
    fields: &[("Workload", "OfficeWorkload"), ("ObjectId", "OfficeObjectId")],
    columns: &["Operation", "Parameters", "ResultStatus", "UserId", "ClientIP", "UserAgent", "RecordType"],
    ..EMPTY
};

static AWS: Table = Table {
    name: "AWSCloudTrail",
    fields: &[
        ("eventType", "EventTypeName"),
        ("userIdentity.type", "UserIdentityType"),
        ("userIdentity.arn", "UserIdentityArn"),
        ("userIdentity.userName", "UserIdentityUserName"),
        ("userIdentity.sessionContext.sessionIssuer.type", "SessionIssuerType"),
    ],
    columns: &[
        "EventName",
        "EventSource",
        "ErrorCode",
        "ErrorMessage",
        "RequestParameters",
        "ResponseElements",
        "SourceIpAddress",
        "UserAgent",
        "AdditionalEventData",
    ],
    ..EMPTY
};

static GCP: Table = Table {
    name: "GCPAuditLogs",
    fields: &[
        ("gcp.audit.method_name", "MethodName"),
        ("data.protoPayload.methodName", "MethodName"),
        ("data.protoPayload.serviceName", "ServiceName"),
        ("data.protoPayload.logName", "LogName"),
    ],
    ..EMPTY
};

static WEB_SERVER: Table = Table {
    name: "W3CIISLog",
    fields: &[
        ("cs-method", "csMethod"),
        ("cs-uri-stem", "csUriStem"),
        ("cs-uri-query", "csUriQuery"),
        ("cs-user-agent", "csUserAgent"),
        ("cs-referer", "csReferer"),
        ("cs-host", "csHost"),
        ("cs-username", "csUserName"),
        ("cs-cookie", "csCookie"),
        ("sc-status", "scStatus"),
        ("c-ip", "cIP"),
    ],
    ..EMPTY
};

static PROXY: Table = Table {
    name: "CommonSecurityLog",
    fields: &[
        ("c-uri", "RequestURL"),
        ("cs-method", "RequestMethod"),
        ("c-useragent", "RequestClientApplication"),
        ("cs-host", "DestinationHostName"),
        ("r-dns", "DestinationHostName"),
        ("dst_ip", "DestinationIP"),
        ("dst_port", "DestinationPort"),
        ("src_ip", "SourceIP"),
    ],
    numbers: &["DestinationPort"],
    ..EMPTY
};

static DNS: Table =
    Table { name: "DnsEvents", fields: &[("query", "Name"), ("record_type", "QueryType")], ..EMPTY };

/// The table of a log source.
pub(super) fn of(source: &LogSource) -> Option<&'static Table> {
    let parts = (source.product.as_deref(), source.category.as_deref(), source.service.as_deref());
    Some(match parts {
        (Some("windows"), None, Some("security")) => &SECURITY,
        (Some("azure"), _, Some("signinlogs")) => &SIGN_INS,
        (Some("azure"), _, Some("auditlogs")) => &AUDIT,
        (Some("azure"), _, Some("riskdetection")) => &RISKS,
        (Some("azure"), _, Some("activitylogs")) => &ACTIVITY,
        (Some("m365"), _, Some("audit" | "exchange")) => &OFFICE,
        (Some("aws"), _, Some("cloudtrail")) => &AWS,
        (Some("gcp"), _, Some("gcp.audit")) => &GCP,
        (None, Some("webserver"), _) => &WEB_SERVER,
        (None, Some("proxy"), _) => &PROXY,
        (None, Some("dns"), _) => &DNS,
        _ => return None,
    })
}

/// The events of Sysmon that Sigma's categories stand for.
///
/// Source: Sigma's log-source taxonomy; Microsoft, "Sysmon", events.
pub(super) fn sysmon(category: &str) -> Option<&'static [i128]> {
    Some(match category {
        "process_creation" => &[1],
        "file_change" => &[2],
        "network_connection" => &[3],
        "process_termination" => &[5],
        "driver_load" => &[6],
        "image_load" => &[7],
        "create_remote_thread" => &[8],
        "raw_access_thread" => &[9],
        "process_access" => &[10],
        "file_event" => &[11],
        "registry_add" | "registry_delete" => &[12],
        "registry_set" => &[13],
        "registry_rename" => &[14],
        "registry_event" => &[12, 13, 14],
        "create_stream_hash" => &[15],
        "pipe_created" => &[17, 18],
        "wmi_event" => &[19, 20, 21],
        "dns_query" => &[22],
        "file_delete" => &[23, 26],
        "clipboard_capture" => &[24],
        "process_tampering" => &[25],
        _ => return None,
    })
}

/// Which changes of the registry a category stands for, where one event of Sysmon has several.
pub(super) fn changes(category: &str) -> Option<&'static [&'static str]> {
    match category {
        "registry_add" => Some(&["CreateKey"]),
        "registry_delete" => Some(&["DeleteKey", "DeleteValue"]),
        _ => None,
    }
}
