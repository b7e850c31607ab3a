//! Fields as far as QRadar's documented properties go.
//!
//! Source: IBM, "Ariel Query Language Guide" (event fields); IBM, "QRadar content extensions" (custom properties: Linux,
//! Carbon Black, ReaQta, Cisco AMP and others; names since the common schema of 7.4.3); the mapping of Sigma's fields that
//! IBM publishes with its converter; IBM's connector for STIX-shifter (registry, hashes, names of hosts).

use super::{PAYLOAD, columns, members, source, values};
use crate::{
    error::Failure,
    pipeline::{Fields, Work, lookup},
    rule::{Detection, Item, Link, Text, Value},
};

/// Where a query would only come near to its rule: code, and what is said.
pub(super) type Near = Vec<(&'static str, Failure)>;

/// The path of a loaded image.
pub(super) const IMAGE_LOADED: &str = "CONCAT(\"File Directory\", '\\', Filename)";

/// Several properties are separated by `|`.
const FIELDS: &Fields = &[
    ("AccessMask", "Access Mask"),
    ("AttributeLDAPDisplayName", "Username|Account Name|Distinguished Name"),
    ("AttributeValue", "Attribute Old Value|Attribute New Value"),
    ("CallTrace", "Call Trace"),
    ("CallerProcessName", "Process Path"),
    ("CommandLine", "Command"),
    ("ComputerName", "Machine Identifier"),
    ("DestinationHostname", "Destination Hostname"),
    ("DestinationIp", "destinationip"),
    ("DestinationPort", "destinationport"),
    ("EventID", "Event ID"),
    ("FileName", "Filename"),
    ("GrantedAccess", "Granted Access"),
    ("Image", "Process Path|Process Name"),
    ("ImageLoaded", IMAGE_LOADED),
    ("ImagePath", "Process Path"),
    ("Imphash", "IMP Hash"),
    ("Initiated", "Initiated"),
    ("IntegrityLevel", "Integrity Level"),
    ("IpAddress", "sourceip"),
    ("IpPort", "sourceport"),
    ("LogonId", "Logon ID"),
    ("LogonType", "Logon Type"),
    ("NewTargetUserName", "Target Username"),
    ("ObjectName", "Object Name"),
    ("ObjectType", "Object Type"),
    ("OriginalFileName", "Filename"),
    ("ParentCommandLine", "Parent Command"),
    ("ParentImage", "Parent Process Path"),
    ("ParentProcessId", "Parent Process ID"),
    ("Path", "File Path"),
    ("Payload", PAYLOAD),
    ("PipeName", "Pipe Name"),
    ("ProcessGuid", "Process Guid"),
    ("ProcessId", "Process ID"),
    ("ProcessName", "Process Name"),
    ("QueryName", "DNS Request Domain"),
    ("SamAccountName", "SAM Account Name"),
    ("ScriptBlockText", "Message"),
    ("ServiceFileName", "Service Filename"),
    ("ServiceName", "Service Name"),
    ("Signed", "Signed"),
    ("SourceImage", "Source Process Path"),
    ("SourceIp", "sourceip"),
    ("SourcePort", "sourceport"),
    ("StartAddress", "Start Address"),
    ("Status", "Status"),
    ("TargetFilename", "File Path|Filename"),
    ("TargetImage", "Target Process Path"),
    ("TargetObject", "Object Name|Registry Key"),
    ("TargetUserName", "Target Username"),
    ("TaskName", "Task Name"),
    ("TicketEncryptionType", "Ticket Encryption Type"),
    ("USER", "Username"),
    ("User", "Username"),
    ("c-ip", "sourceip"),
    ("c-uri", "URL"),
    ("c-uri-query", "URL"),
    ("c-useragent", "User Agent"),
    ("cs-host", "URL Host"),
    ("cs-method", "Method"),
    ("cs-uri", "URL"),
    ("cs-uri-query", "URL"),
    ("cs-uri-stem", "URL"),
    ("cs-user-agent", "User Agent"),
    ("cs-username", "Username"),
    ("destination.port", "destinationport"),
    ("dst_ip", "destinationip"),
    ("dst_port", "destinationport"),
    ("md5", "MD5 Hash"),
    ("properties.message", "Message"),
    ("query", "DNS Request Domain"),
    ("sha1", "SHA1 Hash"),
    ("sha256", "SHA256 Hash"),
    ("src_ip", "sourceip"),
    ("src_port", "sourceport"),
    ("userAgent", "User Agent"),
];

/// The properties of hashes, by Sysmon's names.
const HASHES: &[(&str, usize, &str)] = &[
    ("MD5", 32, "MD5 Hash"),
    ("SHA1", 40, "SHA1 Hash"),
    ("SHA256", 64, "SHA256 Hash"),
    ("IMPHASH", 32, "IMP Hash"),
];

/// Properties, and with `payload` what has none in the payload, without being asked again.
pub(super) fn apply(work: &mut Work, payload: bool) -> Result<(), Failure> {
    let mut near = Near::new();
    let log_source = work.rule.log_source.clone();
    columns(work, FIELDS);
    work.replace_items(|item| replace(item, &mut near, |field| members::form(&log_source, field)).map(Some))?;
    source::require(work, &mut near);
    near.into_iter().try_for_each(|(code, failure)| {
        // Who names the pipeline of the payload has asked for it; it is noted all the same.
        let allowed = work.approximate;
        work.approximate |= payload && code == values::IN_PAYLOAD;
        let result = work.come_near(code, failure);
        work.approximate = allowed;
        result
    })
}

fn replace(
    item: &Item,
    near: &mut Near,
    form: impl Fn(&str) -> Option<members::Form>,
) -> Result<Detection, Failure> {
    let Some(field) = item.field.as_deref() else {
        return one(item, PAYLOAD, values::each(&item.values, &mut values::keyword)?);
    };
    if let Some(form) = form(field) {
        let members = item.values.iter().map(|value| members::member(form, field, value));
        return one(item, PAYLOAD, members.collect::<Result<_, _>>()?);
    }
    if field == "Hashes" || field == "Hash" {
        return hashes(item);
    }
    let Some(to) = lookup(FIELDS, field) else {
        let values = values::payload(item, near)?;
        return one(item, PAYLOAD, values);
    };
    let values = match to {
        "Message" | PAYLOAD => values::each(&item.values, &mut |value| values::part(field, value, near)),
        "URL" => values::each(&item.values, &mut |value| values::url(field, value, near)),
        "destinationip" | "sourceip" => values::each(&item.values, &mut |value| values::address(value, near)),
        "destinationport" | "sourceport" => values::each(&item.values, &mut values::port),
        _ => values::each(&item.values, &mut named),
    }?;
    if values.is_empty() && !item.values.is_empty() {
        return Err(Failure::value(format!("QRadar cannot ask `{field}` for any of its values")));
    }
    let each = to.split('|').map(|to| one(item, to, values.clone()));
    let mut parts: Vec<Detection> = each.collect::<Result<_, _>>()?;
    match parts.pop() {
        Some(part) if parts.is_empty() => Ok(part),
        part => {
            parts.extend(part);
            // None of them may hold where the item is negated.
            Ok(if item.negated { Detection::all(parts) } else { Detection::any(parts) })
        }
    }
}

/// The same item of another field.
fn one(item: &Item, field: &str, values: Vec<Value>) -> Result<Detection, Failure> {
    Ok(Detection::Item(Item { field: Some(field.to_owned()), values, ..item.clone() }))
}

/// A reference to another field, by the name of its property.
fn named(value: &Value) -> Result<Option<Value>, Failure> {
    let Value::FieldRef { field, starts, ends } = value else { return Ok(Some(value.clone())) };
    match lookup(FIELDS, field) {
        Some(to) if !to.contains('|') => {
            Ok(Some(Value::FieldRef { field: to.to_owned(), starts: *starts, ends: *ends }))
        }
        _ => Err(Failure::field(format!("QRadar has no single property for `{field}`"))),
    }
}

/// Sysmon's list of hashes: each stands in a property of its own.
fn hashes(item: &Item) -> Result<Detection, Failure> {
    if item.negated {
        return Err(Failure::expression("`Hashes` under `neq`"));
    }
    let mut by_property: Vec<(&str, Vec<Value>)> = Vec::new();
    for value in &item.values {
        let Value::Text { text, .. } = value else {
            return Err(Failure::value("`Hashes` is compared with texts"));
        };
        let (property, hash) = hash(text)
            .ok_or_else(|| Failure::value(format!("`{}` is no whole hash with its kind", text.bare())))?;
        let value = Value::plain(&hash);
        match by_property.iter_mut().find(|(known, _)| *known == property) {
            Some((_, values)) => values.push(value),
            None => by_property.push((property, vec![value])),
        }
    }
    let parts = by_property.into_iter().map(|(property, values)| one(item, property, values));
    let parts: Vec<Detection> = parts.collect::<Result<_, _>>()?;
    Ok(match item.link {
        Link::And => Detection::all(parts),
        Link::Or => Detection::any(parts),
    })
}

/// The property and the digits of `MD5=…`; a hash without kind is known by its length, where only one kind has it.
fn hash(text: &Text) -> Option<(&'static str, String)> {
    let bare = text.inner().as_plain()?.to_ascii_lowercase();
    let digits =
        |text: &str, length: usize| text.len() == length && text.chars().all(|c| c.is_ascii_hexdigit());
    match bare.split_once('=') {
        Some((kind, hash)) => {
            let (_, length, property) = HASHES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(kind))?;
            digits(hash, *length).then(|| (*property, hash.to_owned()))
        }
        None => {
            let found = HASHES.iter().find(|(_, length, _)| *length > 32 && digits(&bare, *length))?;
            Some((found.2, bare))
        }
    }
}
