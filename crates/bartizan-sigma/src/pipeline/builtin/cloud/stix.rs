//! Sigma's fields as paths of STIX 2 objects.
//!
//! Source: STIX 2.1 (OASIS), section 6 "STIX Cyber-observable Objects". A path of a file is a name and the path of
//! its directory there, so that one value becomes two comparisons.

use super::Work;
use crate::{
    error::Failure,
    rule::{Detection, Item, Part, Text, Value},
};

/// Fields whose value stands in one path, or in any of several.
static PLAIN: &[(&str, &[&str])] = &[
    ("CommandLine", &["process:command_line"]),
    ("ParentCommandLine", &["process:parent_ref.command_line"]),
    ("ImageLoaded", &["process:extensions.'windows-service-ext'.service_dll_refs[*].name"]),
    ("ImagePath", &["process:binary_ref.parent_directory_ref.path"]),
    ("TargetObject", &["windows-registry-key:key"]),
    ("NewName", &["windows-registry-key:key"]),
    ("Details", &["windows-registry-key:values[*].data"]),
    ("User", &["user-account:user_id"]),
    ("USER", &["user-account:user_id"]),
    ("name", &["file:name"]),
    ("DestinationHostname", &["network-traffic:dst_ref.value"]),
    ("DestinationIp", &["ipv4-addr:value", "ipv6-addr:value", "network-traffic:dst_ref.value"]),
    ("SourceIp", &["ipv4-addr:value", "ipv6-addr:value", "network-traffic:src_ref.value"]),
    ("dst_ip", &["ipv4-addr:value", "ipv6-addr:value", "network-traffic:dst_ref.value"]),
    ("src_ip", &["ipv4-addr:value", "ipv6-addr:value", "network-traffic:src_ref.value"]),
    ("DestinationPort", &["network-traffic:dst_port"]),
    ("destination.port", &["network-traffic:dst_port"]),
    ("c-uri", &["network-traffic:extensions.'http-request-ext'.request_value", "url:value"]),
    ("c-uri-query", &["network-traffic:extensions.'http-request-ext'.request_value", "url:value"]),
    ("c-useragent", &["network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"]),
    ("cs-cookie", &["network-traffic:extensions.'http-request-ext'.request_header.Cookie"]),
    ("cs-method", &["network-traffic:extensions.'http-request-ext'.request_method"]),
    ("cs-host", &["domain-name:value"]),
    ("query", &["domain-name:value", "url:value"]),
    ("host.scan.vuln", &["vulnerability:external_references[*].external_id"]),
];

/// Fields that hold a path: the file object.
static PATHS: &[(&str, &str)] = &[
    ("Image", "process:binary_ref"),
    ("SourceImage", "process:binary_ref"),
    ("TargetImage", "process:binary_ref"),
    ("ParentImage", "process:parent_ref.binary_ref"),
    ("TargetFilename", "file"),
    ("Device", "file"),
];

pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    let separator = match work.rule.log_source.product.as_deref() {
        Some("linux") => '/',
        // The reference set leaves the paths of macOS whole.
        Some("macos") => '\0',
        _ => '\\',
    };
    work.replace_items(|item| match &item.field {
        None => Ok(None),
        Some(field) => mapped(item, field, separator).map(Some),
    })
}

fn mapped(item: &Item, field: &str, separator: char) -> Result<Detection, Failure> {
    if let Some((_, paths)) = PLAIN.iter().find(|(name, _)| *name == field) {
        let each = paths
            .iter()
            .map(|path| Detection::Item(Item { field: Some((*path).to_owned()), ..item.clone() }));
        return Ok(Detection::any(each.collect()));
    }
    let Some((_, object)) = PATHS.iter().find(|(name, _)| *name == field) else {
        return Err(Failure::field(format!("no STIX object holds `{field}`")));
    };
    // Once a value is split, the values are alternatives even where the rule asks for all.
    let parts = item.values.iter().map(|value| split(object, value, separator));
    Ok(Detection::any(parts.collect::<Result<Vec<_>, _>>()?))
}

fn split(object: &str, value: &Value, separator: char) -> Result<Detection, Failure> {
    let (name_path, directory_path) = match object {
        "file" => ("file:name".to_owned(), "file:parent_directory_ref.path".to_owned()),
        object => (format!("{object}.name"), format!("{object}.parent_directory_ref.path")),
    };
    let item = |path: &str, text: Text| Detection::item(path, vec![Value::Text { text, cased: false }]);
    let text = match value {
        Value::Text { text, .. } if !text.is_empty() => text,
        Value::AnyOf(values) => {
            let parts = values.iter().map(|value| split(object, value, separator));
            return Ok(Detection::any(parts.collect::<Result<Vec<_>, _>>()?));
        }
        // A pattern over several directories cannot be split.
        Value::Regex(regex) if !regex.pattern.contains(separator) => {
            return Ok(Detection::item(&name_path, vec![value.clone()]));
        }
        Value::Regex(_) => return Err(Failure::value("a regular expression over directories")),
        _ => return Err(Failure::value("a path of a file must be a string")),
    };
    let Some((directory, name)) = at_last(text, separator) else {
        return Ok(item(&name_path, text.clone()));
    };
    let only_any = |text: &Text| text.parts() == [Part::Any];
    if only_any(&name) || name.is_empty() {
        let end = [Part::Plain(separator.to_string())];
        let parts = directory.parts().iter().cloned().chain(end).chain(name.parts().iter().cloned());
        return Ok(item(&directory_path, Text::from_parts(parts)));
    }
    if directory.is_empty() {
        return Ok(item(&name_path, name));
    }
    if only_any(&directory) {
        return Ok(item(&name_path, name.open()));
    }
    Ok(Detection::all(vec![item(&name_path, name), item(&directory_path, directory)]))
}

/// What stands before the last separators, and behind.
fn at_last(text: &Text, separator: char) -> Option<(Text, Text)> {
    let parts = text.parts();
    let (i, run, at) = parts.iter().enumerate().rev().find_map(|(i, part)| match part {
        Part::Plain(run) => run.rfind(separator).map(|at| (i, run, at)),
        _ => None,
    })?;
    let before = run.get(..at)?.trim_end_matches(separator);
    let behind = run.get(at + separator.len_utf8()..)?;
    let directory = parts.iter().take(i).cloned().chain([Part::Plain(before.to_owned())]);
    let name = [Part::Plain(behind.to_owned())].into_iter().chain(parts.iter().skip(i + 1).cloned());
    Some((Text::from_parts(directory), Text::from_parts(name)))
}
