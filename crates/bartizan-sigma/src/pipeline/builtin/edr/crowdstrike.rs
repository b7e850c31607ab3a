//! CrowdStrike: event names and fields.
//!
//! Source: CrowdStrike Falcon, "Events Data Dictionary".

use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Rename, Work, lookup},
    rule::{Detection, Item, Part, Text, Value},
};

/// Events as Falcon Data Replicator writes them.
pub(super) fn replicator(work: &mut Work) -> Result<(), Failure> {
    apply(work, "event_simpleName", false)
}

/// Events as Falcon's own search shows them.
pub(super) fn falcon(work: &mut Work) -> Result<(), Failure> {
    apply(work, "#event_simpleName", true)
}

const PROCESS: &Fields = &[
    ("Image", "ImageFileName"),
    ("ParentImage", "ParentBaseFileName"),
    ("OriginalFileName", "OriginalFilename"),
    ("User", "UserName"),
];

const NETWORK: &Fields = &[
    ("Image", "ContextBaseFileName"),
    ("DestinationIp", "RemoteAddressIP4"),
    ("DestinationPort", "RemotePort"),
    ("SourceIp", "LocalAddressIP4"),
    ("SourcePort", "LocalPort"),
];

const DNS: &Fields =
    &[("Image", "ContextBaseFileName"), ("QueryName", "DomainName"), ("record_type", "RequestType")];

const IMAGE: &Fields = &[("ImageLoaded", "ImageFileName"), ("Image", "TargetImageFileName")];

const DRIVER: &Fields = &[("ImageLoaded", "ImageFileName")];

/// Fields of Sigma's taxonomy that the events of a category do not have.
const ABSENT: &[(&str, &[&str])] = &[
    (
        "process_creation",
        &[
            "Description",
            "ParentCommandLine",
            "Product",
            "CurrentDirectory",
            "FileVersion",
            "Company",
            "ParentProcessGuid",
        ],
    ),
    ("image_load", &["OriginalFileName", "Signed", "Description", "CommandLine"]),
    ("driver_load", &["Hashes"]),
    ("dns_query", &["QueryStatus"]),
];

/// Mandatory integrity levels, by Microsoft's "Well-known SIDs".
const INTEGRITY: &Fields =
    &[("Untrusted", "0"), ("Low", "4096"), ("Medium", "8192"), ("High", "12288"), ("System", "16384")];

const PLATFORMS: &Fields = &[("windows", "Win"), ("linux", "Lin"), ("macos", "Mac")];

fn apply(work: &mut Work, event: &'static str, falcon: bool) -> Result<(), Failure> {
    let source = work.rule.log_source.clone();
    let Some(platform) = source.product.as_deref().and_then(|product| lookup(PLATFORMS, product)) else {
        return Ok(());
    };
    let windows = platform == "Win";
    let category = source.category.as_deref().unwrap_or_default();
    let (fields, events): (&Fields, &[&str]) = match category {
        "process_creation" if windows || falcon => (PROCESS, &["ProcessRollup2", "SyntheticProcessRollup2"]),
        "process_creation" => (PROCESS, &[]),
        "network_connection" if windows => (NETWORK, &[]),
        "dns_query" if windows => (DNS, &["DnsRequest"]),
        "image_load" if windows => (IMAGE, &["ClassifiedModuleLoad"]),
        "driver_load" if windows => (DRIVER, &["DriverLoad"]),
        "ps_script" if windows => (&[], &["CommandHistory", "ScriptControlScanTelemetry"]),
        _ => {
            work.each_item(|item| change_values(item, &[]));
            return Ok(());
        }
    };
    if let Some((_, absent)) = ABSENT.iter().find(|(name, _)| windows && *name == category) {
        for item in work.items() {
            if let Some(field) = item.field.as_deref().filter(|field| absent.contains(field)) {
                return Err(Failure::field(format!("CrowdStrike's events have no `{field}` here")));
            }
        }
    }
    work.each_item(|item| change_values(item, fields));
    work.replace_items(|item| Ok(replaced(item, category)))?;
    base_names(work)?;
    work.rename_fields(|field| Rename::by(fields, field));
    if !events.is_empty() {
        let values = events.iter().map(|name| Value::plain(name)).collect();
        work.require(Detection::item(event, values));
    }
    if category == "network_connection" {
        if let Some(name) = direction(work) {
            work.require_value(event, Value::plain(name));
        }
    } else {
        work.require_value("event_platform", Value::plain(platform));
    }
    Ok(())
}

/// Paths begin with a volume, levels of integrity are numbers.
fn change_values(item: &mut Item, fields: &Fields) {
    let Some(field) = item.field.as_deref() else { return };
    if field == "IntegrityLevel" {
        for value in &mut item.values {
            let level = value.as_text().and_then(Text::as_plain).and_then(|level| lookup(INTEGRITY, level));
            if let Some(level) = level {
                *value = Value::plain(level);
            }
        }
    }
    if lookup(fields, field).is_some_and(|to| to.ends_with("ImageFileName")) {
        for value in &mut item.values {
            if let Value::Text { text, .. } = value {
                *text = volume(text);
            }
        }
    }
}

/// `C:\x` as `\Device\HarddiskVolume?\x`, and `:\x` as `\x`.
fn volume(text: &Text) -> Text {
    let parts = text.parts();
    let first = usize::from(text.opens_any());
    if let Some(Part::Plain(run)) = parts.get(first) {
        let mut chars = run.chars();
        let drive = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
        if let Some(rest) = chars.as_str().strip_prefix(":\\").filter(|_| drive) {
            let mut out = parts[..first].to_vec();
            out.extend([
                Part::Plain("\\Device\\HarddiskVolume".into()),
                Part::One,
                Part::Plain(format!("\\{rest}")),
            ]);
            out.extend_from_slice(&parts[first + 1..]);
            return Text::from_parts(out);
        }
    }
    text.map_plain(|run| {
        run.strip_prefix(':').filter(|rest| rest.starts_with('\\')).unwrap_or(run).to_owned()
    })
}

/// Items that become something else than one field.
fn replaced(item: &Item, category: &str) -> Option<Detection> {
    let field = item.field.as_deref().unwrap_or_default();
    match (category, field) {
        ("ps_script", "ScriptBlockText") => {
            let with = |field: &str| Detection::Item(Item { field: Some(field.into()), ..item.clone() });
            Some(Detection::any(vec![with("CommandHistory"), with("ScriptContent")]))
        }
        _ => None,
    }
}

/// What `Initiated` says is the event itself.
fn direction(work: &mut Work) -> Option<&'static str> {
    let mut found = None;
    work.drop_items(|item| {
        if item.field.as_deref() != Some("Initiated") {
            return false;
        }
        let connects = item.values.iter().any(|value| match value {
            Value::Bool(yes) => *yes,
            Value::Text { text, .. } => text.as_plain() == Some("true"),
            _ => false,
        });
        found = Some(if connects { "NetworkConnectIP4" } else { "NetworkReceiveAcceptIP4" });
        true
    });
    found
}

/// A field that holds the name of a file without its folder: `*\x.exe` is `x.exe`, and `*/x` is `x`, which the reference
/// leaves as it is.
fn base_names(work: &mut Work) -> Result<(), Failure> {
    let category = work.rule.log_source.category.clone().unwrap_or_default();
    let reference = work.reach == Reach::Reference;
    let separators: &[char] = if reference { &['\\'] } else { &['\\', '/'] };
    let mut refused = None;
    work.each_item(|item| {
        let base = match item.field.as_deref() {
            Some("ParentImage") => category == "process_creation",
            Some("Image") => category == "network_connection" || category == "dns_query",
            _ => false,
        };
        if !base {
            return;
        }
        for value in &mut item.values {
            let Value::Text { text, cased } = value else { continue };
            let name = match text.parts() {
                [Part::Any, Part::Plain(run), rest @ ..] if run.len() > 1 && run.starts_with(separators) => {
                    let head = Part::Plain(run[1..].to_owned());
                    Some(Text::from_parts(std::iter::once(head).chain(rest.iter().cloned())))
                }
                _ => None,
            };
            match name.filter(|name| !name.bare().contains(separators)) {
                Some(text) => *value = Value::Text { text, cased: *cased },
                None if text.bare().contains(separators) || reference && !text.opens_any() => {
                    refused.get_or_insert_with(|| text.bare());
                }
                None => {}
            }
        }
    });
    match refused {
        Some(path) => Err(Failure::value(format!("the field holds a file name, not the path `{path}`"))),
        None => Ok(()),
    }
}
