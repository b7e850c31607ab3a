//! Fields and log source types as the reference tools have them, faults included: expressions that compare names instead of
//! properties, one property for several fields.

use super::{EVENT_NAME, PAYLOAD, columns};
use crate::{
    error::Failure,
    pipeline::{Fields, Rename, Work, lookup},
    rule::{Cidr, Item, LogSource, Part, Text, Value},
};

/// Compares the names of properties, not what they hold.
pub(super) const HASHES: &str =
    "CONCAT('MD5=', 'MD5 Hash ', 'SHA1=', 'SHA1 Hash ', 'SHA256=', 'SHA256 Hash ', 'IMPHASH=', 'IMP HASH')";
/// The same.
pub(super) const IMAGE_LOADED: &str = "CONCAT('file directory', '/', filename)";

/// Several properties are separated by `|`.
const FIELDS: &Fields = &[
    ("AccessList", "Rule Name"),
    ("AccessMask", "Access Mask"),
    ("AttributeLDAPDisplayName", "Username|Account Name|Distinguished Name"),
    ("AttributeValue", "Attribute Old Value|Attribute New Value"),
    ("CallTrace", "Call Trace"),
    ("CallerProcessName", "Process Path"),
    ("CommandLine", "Command"),
    ("DestinationHostname", "Destination Hostname"),
    ("DestinationIp", "destinationip"),
    ("DestinationPort", "destinationport"),
    ("EventID", "Event ID"),
    ("FileName", "Filename"),
    ("GrantedAccess", "Granted Access"),
    ("Hashes", HASHES),
    ("Image", "Process Path|Process Name"),
    ("ImageLoaded", IMAGE_LOADED),
    ("ImagePath", "Process Path"),
    ("Initiated", "Initiated"),
    ("IntegrityLevel", "Integrity Level"),
    ("LogonType", "Logon Type"),
    ("NewTargetUserName", "Target Username"),
    ("ObjectName", "Object Name"),
    ("ObjectType", "Object Type"),
    ("OriginalFileName", "Filename"),
    ("ParentCommandLine", "Parent Command"),
    ("ParentImage", "Parent Process Path"),
    ("Path", "File Path"),
    ("Payload", PAYLOAD),
    ("PipeName", "Pipe Name"),
    ("ProcessName", "Process Name"),
    ("SamAccountName", "SAM Account Name"),
    ("ScriptBlockText", "Message"),
    ("ServiceFileName", "Service Filename"),
    ("ServiceName", "Service Name"),
    ("Signed", "Signed"),
    ("SourceFilename", "filename"),
    ("SourceImage", "Source Process Path"),
    ("SourceIp", "sourceip"),
    ("SourcePort", "sourceport"),
    ("StartAddress", "Start Address"),
    ("Status", "Status"),
    ("TargetFilename", "Filename"),
    ("TargetImage", "Target Process Path"),
    ("TargetObject", "Process Name|Target Process Name|Object Name"),
    ("TargetUserName", "Target Username"),
    ("TaskName", "Task Name"),
    ("TicketEncryptionType", "Ticket Encryption Type"),
    ("USER", "Username"),
    ("User", "Username"),
    ("c-uri", "URL"),
    ("c-uri-query", "URL"),
    ("c-useragent", "User Agent"),
    ("cs-method", "Method"),
    ("cs-uri", "URL"),
    ("cs-uri-query", "URL"),
    ("cs-uri-stem", "URL"),
    ("cs-user-agent", "User Agent"),
    ("destination.port", "destinationport"),
    ("dst_ip", "destinationip"),
    ("dst_port", "destinationport"),
    ("eventName", EVENT_NAME),
    ("eventSource", "eventSource"),
    ("properties.message", "Message"),
    ("src_ip", "sourceip"),
    ("src_port", "sourceport"),
    ("userAgent", "User Agent"),
];

pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    let source = work.rule.log_source.clone();
    for item in work.items() {
        let field = item.field.as_deref().ok_or_else(|| Failure::field("QRadar: no keywords here"))?;
        lookup(FIELDS, field)
            .ok_or_else(|| Failure::field(format!("QRadar has no property for `{field}`")))?;
    }
    if let Some(devices) = devices(work, &source) {
        work.state.insert("devices", devices);
    }
    columns(work, FIELDS);
    let mut failure = None;
    work.each_item(|item| {
        if let Err(e) = values(item) {
            failure.get_or_insert(e);
        }
    });
    work.rename_fields(|field| match lookup(FIELDS, field) {
        None => Rename::Keep,
        Some(to) if to.contains('|') => Rename::AnyOf(to.split('|').map(str::to_owned).collect()),
        Some(to) => Rename::To(to.to_owned()),
    });
    failure.map_or(Ok(()), Err)
}

/// The types of log sources, as numbers of QRadar.
fn devices(work: &Work, source: &LogSource) -> Option<String> {
    let service = source.service.as_deref().unwrap_or_default();
    let types = match (source.product.as_deref()?, service) {
        ("windows", "windefend") => " IN(433, 12)",
        ("windows", "taskscheduler") => " IN(11, 12)",
        ("windows", _) => "=12",
        ("linux", _) => "=11",
        ("macos", _) => "=102",
        ("aws", _) if guards(work) => " IN(516, 519, 456, 460, 436, 501, 502, 507, 440, 347)",
        ("aws", _) => " IN(516, 519, 456, 460, 501, 502, 507, 440, 347)",
        _ => return None,
    };
    Some(format!("devicetype{types}"))
}

/// Whether a rule speaks of GuardDuty, whose findings are a type of their own.
fn guards(work: &Work) -> bool {
    let items = work.items();
    let mut sources = items.iter().filter(|item| item.field.as_deref() == Some("eventSource"));
    sources.any(|item| {
        item.values.iter().any(|v| v.as_text().is_some_and(|text| text.bare().starts_with("guardduty.")))
    })
}

/// What becomes of the values of an item.
fn values(item: &mut Item) -> Result<(), Failure> {
    let field = item.field.as_deref().unwrap_or_default();
    if field == "eventSource" {
        // The types of log sources say it.
        item.values = vec![Value::Raw(String::new())];
        return Ok(());
    }
    let change = match lookup(FIELDS, field) {
        Some("URL" | "Message") => anywhere,
        Some("destinationip" | "sourceip" | "destinationport" | "sourceport") => address,
        _ => return Ok(()),
    };
    let old = std::mem::take(&mut item.values);
    item.values = old.into_iter().map(change).collect::<Result<_, _>>()?;
    Ok(())
}

/// A text that may stand anywhere in the property.
fn anywhere(value: Value) -> Result<Value, Failure> {
    match value {
        Value::Text { text, cased } => Ok(Value::Text { text: text.open().close(), cased }),
        Value::AnyOf(values) => Ok(Value::AnyOf(values.into_iter().map(anywhere).collect::<Result<_, _>>()?)),
        _ => Err(Failure::value("only texts are looked for in `URL` and `Message`")),
    }
}

/// A text of an address; with wildcards it is a network.
fn address(value: Value) -> Result<Value, Failure> {
    let Value::Text { text, .. } = &value else {
        return Err(Failure::value("only texts are compared with addresses and ports"));
    };
    if !text.has_wildcard() {
        return Ok(value);
    }
    let network = network(text).ok_or_else(|| Failure::value(format!("`{}` is no network", text.bare())))?;
    Ok(Value::Cidr(network))
}

/// `10.*` and its like.
pub(super) fn network(text: &Text) -> Option<Cidr> {
    let [Part::Plain(head), Part::Any] = text.parts() else { return None };
    let octets: Vec<u8> =
        head.strip_suffix('.')?.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    let mut address = [0; 4];
    address.get_mut(..octets.len())?.copy_from_slice(&octets);
    let prefix = u8::try_from(octets.len() * 8).ok()?;
    (prefix < 32).then_some(Cidr { address: std::net::Ipv4Addr::from(address).into(), prefix })
}
