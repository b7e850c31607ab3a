//! Windows events in LogPoint.
//!
//! Sources: LogPoint documentation, "Taxonomy" and the Windows and Sysmon label packages; Microsoft's event
//! channels. A field that no table names is written in snake case, as LogPoint's normalisers do.

use super::super::channels::CHANNELS;
use crate::{
    error::Failure,
    pipeline::{Fields, Rename, Work, lookup},
    rule::{Detection, Item, Link, Part, Text, Value},
};

/// The labels of Sysmon's events by Sigma's category, the narrowest first.
static LABELS: &[(&str, &[&str])] = &[
    ("process_creation", &["Create", "Process"]),
    ("process_termination", &["Terminate", "Process"]),
    ("process_access", &["Access", "Process"]),
    ("process_tampering", &["Tamper", "Process"]),
    ("network_connection", &["Detect", "Connection", "Network"]),
    ("image_load", &["Load", "Image"]),
    ("driver_load", &["Load", "Driver"]),
    ("create_remote_thread", &["Create", "Thread", "Remote"]),
    ("raw_access_thread", &["Read", "Access", "Raw"]),
    ("file_event", &["Overwrite", "Create", "File"]),
    ("file_delete", &["Delete", "File"]),
    ("file_change", &["Change", "Time", "Create", "File"]),
    ("create_stream_hash", &["Hash", "Stream", "Create", "File"]),
    ("registry_add", &["Map", "Key", "Registry"]),
    ("registry_delete", &["Map", "Key", "Registry"]),
    ("registry_set", &["Set", "Value", "Registry"]),
    ("dns_query", &["Execute", "Query", "DNS"]),
    ("sysmon_status", &["Change", "State", "Service"]),
    ("sysmon_error", &["Error", "Service"]),
];

/// Sysmon's event numbers where LogPoint has no labels.
static NUMBERS: &[(&str, &str)] =
    &[("pipe_created", "17, 18"), ("registry_event", "12, 13, 14"), ("wmi_event", "19, 20, 21")];

/// Services that the Windows Server normaliser reads.
static SERVER: &[&str] = &[
    "security",
    "system",
    "application",
    "windefend",
    "firewall-as",
    "msexchange-management",
    "ntlm",
    "taskscheduler",
    "powershell",
    "powershell-classic",
    "wmi",
    "capi2",
    "diagnosis-scripted",
    "driver-framework",
    "openssh",
    "microsoft-servicebus-client",
];

/// Fields whatever the log source.
static COMMON: &Fields = &[
    ("AppName", "application"),
    ("CommandLine", "command"),
    ("Company", "vendor"),
    ("CreationUtcTime", "creation_ts"),
    ("CurrentDirectory", "path"),
    ("DestPort", "destination_port"),
    ("DestinationHostname", "destination_host"),
    ("DestinationIp", "destination_address"),
    ("DestinationIsIpv6", "is_destination_ipv6"),
    ("PreviousCreationUtcTime", "previous_creation_ts"),
    ("Details", "detail"),
    ("FileName", "file"),
    ("GrantedAccess", "access"),
    ("Image", "process"),
    ("ImageLoaded", "image"),
    ("Initiated", "is_initiated"),
    ("IpAddress", "source_address"),
    ("IpPort", "source_port"),
    ("OriginalFileName", "file"),
    ("ParentCommandLine", "parent_command"),
    ("ParentImage", "parent_process"),
    ("PipeName", "pipe"),
    ("ProcessName", "process"),
    ("Product", "application"),
    ("Provider_Name", "event_source"),
    ("QueryName", "query"),
    ("ScriptBlockText", "script_block"),
    ("SignatureStatus", "status"),
    ("Signed", "is_signed"),
    ("SourceHostname", "source_host"),
    ("SourceIp", "source_address"),
    ("TargetFilename", "target_file"),
    ("WorkstationName", "workstation"),
];

/// Fields of one category or service.
static OWN: &[(&[&str], &Fields)] = &[
    (&["file_access", "raw_access_thread"], &[("Image", "image")]),
    (&["create_stream_hash", "file_change", "pipe_created"], &[("Image", "source_image")]),
    (&["process_access", "create_remote_thread"], &[("SourceImage", "process"), ("TargetImage", "image")]),
    (&["process_creation", "image_load"], &[("Description", "message")]),
    (&["powershell-classic"], &[("Data", "msg")]),
    (&["wmi_event"], &[("Destination", "destination_address")]),
    (&["smbserver-connectivity"], &[("ClientAddress", "source_address")]),
];

/// Events of the service control manager.
static SERVICES: &Fields = &[
    ("Binary", "binary_data"),
    ("ImagePath", "path"),
    ("ServiceName", "service"),
    ("param1", "service"),
    ("param2", "status"),
];

/// Fields of single events of the security log.
static EVENTS: &[(&[&str], &Fields)] = &[
    (
        &["4624", "4625", "4648", "4776"],
        &[
            ("SubjectUserName", "caller_user"),
            ("SubjectUserSid", "caller_id"),
            ("SubjectDomainName", "caller_domain"),
            ("SubjectLogonId", "caller_logon_id"),
        ],
    ),
    (&["4720", "4722", "4723", "4724", "4725", "4726", "4738", "4781"], &[("TargetUserName", "target_user")]),
    (
        &["4728", "4729", "4730", "4731", "4732", "4733", "4734", "4735", "4737", "4756", "4757", "4799"],
        &[("TargetUserName", "group")],
    ),
    (&["4741", "4742", "4743"], &[("TargetUserName", "computer")]),
    (&["4611"], &[("LogonProcessName", "process")]),
    (&["4661", "4674"], &[("ObjectName", "object")]),
    (&["5449"], &[("ProviderContextName", "context")]),
];

/// The security log, where the event is known.
static SECURITY: &Fields = &[
    ("AccessList", "access"),
    ("AdditionalInfo", "additional_information"),
    ("AllowedToDelegateTo", "allowed_to_delegate"),
    ("AttributeLDAPDisplayName", "ldap_display"),
    ("AuditPolicyChanges", "policy"),
    ("AuditSourceName", "audit_source"),
    ("AuthenticationPackageName", "package"),
    ("CallerProcessName", "process"),
    ("ClassName", "class"),
    ("ClientProcessId", "process_id"),
    ("DestAddress", "destination_address"),
    ("FilterName", "filter"),
    ("LayerRTID", "layer_id"),
    ("LogonProcessName", "logon_process"),
    ("NewTargetUserName", "new_user"),
    ("NewUacValue", "new_value"),
    ("ObjectClass", "class"),
    ("ObjectDN", "object"),
    ("ObjectValueName", "object_value"),
    ("OldTargetUserName", "old_user"),
    ("OldUacValue", "old_value"),
    ("PreAuthType", "pre_authentication_type"),
    ("PrivilegeList", "privilege"),
    ("ProviderContextName", "filter"),
    ("RelativeTargetName", "relative_target"),
    ("ServiceFileName", "file"),
    ("ServiceName", "service"),
    ("ServicePrincipalNames", "service"),
    ("ServiceStartType", "start_type"),
    ("ServiceType", "object_type"),
    ("Status", "status_code"),
    ("SubStatus", "sub_status_code"),
    ("SubcategoryGuid", "sub_category_guid"),
    ("SubjectDomainName", "domain"),
    ("SubjectLogonId", "logon_id"),
    ("SubjectUserName", "user"),
    ("SubjectUserSid", "user_id"),
    ("TargetLogonId", "logon_id"),
    ("TargetName", "target"),
    ("TargetServerName", "server"),
    ("TargetSid", "group_id"),
    ("TargetUserName", "user"),
    ("TargetUserSid", "user_id"),
    ("TaskContentNew", "content"),
    ("TaskName", "task"),
    ("TicketEncryptionType", "encryption_type"),
    ("TicketOptions", "ticket_option"),
    ("param1", "file"),
];

pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    let source = work.rule.log_source.clone();
    if source.product("azure") {
        return work.replace_items(|item| Ok(resource(item)));
    }
    if !source.product("windows") {
        return Ok(());
    }
    let category = source.category.as_deref().unwrap_or_default();
    let service = source.service.as_deref().unwrap_or_default();
    let own = tables(work, category, service);
    work.replace_items(|item| Ok(hashes(item)))?;
    work.each_item(|item| {
        if let [Value::Text { text, .. }] = item.values.as_slice()
            && text.as_plain() == Some("-")
        {
            item.values = vec![Value::Null];
        }
    });
    work.rename_fields(|field| {
        let known = own.iter().find_map(|table| lookup(table, field)).or_else(|| lookup(COMMON, field));
        Rename::To(known.map_or_else(|| snake(field), str::to_owned))
    });
    source_of(work, category, service);
    Ok(())
}

/// The tables for a rule, the narrowest first.
fn tables(work: &Work, category: &str, service: &str) -> Vec<&'static Fields> {
    let values = |field: &str| -> Vec<String> {
        let items = work.items().into_iter().filter(|item| item.field.as_deref() == Some(field));
        let values = items.flat_map(|item| &item.values);
        values
            .filter_map(|value| match value {
                Value::Number(number) => Some(number.text().to_owned()),
                Value::Text { text, .. } => Some(text.bare()),
                _ => None,
            })
            .collect()
    };
    let mut tables: Vec<&Fields> = Vec::new();
    let events = values("EventID");
    if service == "security" && !events.is_empty() {
        let known = EVENTS.iter().filter(|(ids, _)| events.iter().any(|id| ids.contains(&id.as_str())));
        tables.extend(known.map(|(_, fields)| *fields));
        tables.push(SECURITY);
    }
    if service == "system" && values("Provider_Name").iter().any(|name| name == "Service Control Manager") {
        tables.push(SERVICES);
    }
    let own = OWN.iter().filter(|(names, _)| names.contains(&category) || names.contains(&service));
    tables.extend(own.map(|(_, fields)| *fields));
    tables
}

/// `Hashes` by algorithm, each in a field of its own.
fn hashes(item: &Item) -> Option<Detection> {
    if item.field.as_deref() != Some("Hashes") {
        return None;
    }
    let mut fields: Vec<(&str, Vec<Value>)> = Vec::new();
    for value in &item.values {
        let text = value.as_text()?.inner();
        let (algorithm, digest) = text.as_plain()?.split_once('=')?;
        let field = match algorithm.to_ascii_uppercase().as_str() {
            "MD5" => "hash",
            "SHA1" => "hash_sha1",
            "SHA256" => "hash_sha256",
            "IMPHASH" => "hash_import",
            _ => return None,
        };
        let value = Value::plain(digest);
        match fields.iter_mut().find(|(name, _)| *name == field) {
            Some((_, values)) => values.push(value),
            None => fields.push((field, vec![value])),
        }
    }
    let parts = fields.into_iter().map(|(field, values)| Detection::item(field, values)).collect();
    Some(match item.link {
        Link::Or => Detection::any(parts),
        Link::And => Detection::all(parts),
    })
}

/// What an audit log of Azure says of its targets is one text of JSON.
fn resource(item: &Item) -> Option<Detection> {
    let field = item.field.as_deref()?.to_ascii_lowercase();
    let key = field.strip_prefix("targetresources.modifiedproperties")?;
    let values = match key.strip_prefix('.') {
        None => item.values.clone(),
        Some(key) => {
            let wrap = |value: &Value| {
                let before = [Part::Any, Part::Plain(format!("\"{key}\": \""))];
                let after = [Part::Plain("\"".to_owned()), Part::Any];
                let parts = value.as_text()?.parts().iter().cloned();
                let text = Text::from_parts(before.into_iter().chain(parts).chain(after));
                Some(Value::Text { text, cased: false })
            };
            item.values.iter().map(wrap).collect::<Option<Vec<Value>>>()?
        }
    };
    Some(Detection::Item(Item { field: Some("targetresources".to_owned()), values, ..item.clone() }))
}

/// What tells the log source stands before the query.
fn source_of(work: &mut Work, category: &str, service: &str) {
    let mut pieces: Vec<String> = Vec::new();
    if let Some((_, labels)) = LABELS.iter().find(|(name, _)| *name == category) {
        pieces.extend(labels.iter().map(|label| format!("label=\"{label}\"")));
    }
    if let Some((_, numbers)) = NUMBERS.iter().find(|(name, _)| *name == category) {
        pieces.push(format!("event_id IN [{numbers}]"));
        pieces.push("norm_id=\"WindowsSysmon\"".to_owned());
    }
    if let Some((_, channels)) = CHANNELS.iter().find(|(name, _)| *name == service) {
        if SERVER.contains(&service) {
            pieces.push("norm_id=\"WinServer\"".to_owned());
        }
        pieces.push(match channels {
            [channel] => format!("channel=\"{channel}\""),
            channels => format!("channel IN [\"{}\"]", channels.join("\", \"")),
        });
    }
    if !pieces.is_empty() {
        work.state.insert("logpoint_source", pieces.join(" "));
        pieces.reverse();
        work.state.insert("logpoint_source_first", pieces.join(" "));
    }
}

/// `SubjectUserName` as `subject_user_name`.
fn snake(field: &str) -> String {
    let chars: Vec<char> = field.chars().collect();
    let mut out = String::with_capacity(field.len() + 4);
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| chars.get(i));
        let after = chars.get(i + 1);
        let opens = c.is_ascii_uppercase()
            && match before {
                None => false,
                Some(b) if b.is_ascii_lowercase() || b.is_ascii_digit() => true,
                Some(b) => b.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase),
            };
        if opens {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
