//! Trellix Helix: fields and classes of its taxonomy.
//!
//! Source: Trellix Helix documentation, "Taxonomy" ("Windows", "Process event").

use super::super::Builtin;
use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Work, lookup},
    rule::{Part, Text, Value},
};

pub(crate) const PIPELINES: &[Builtin] =
    &[Builtin { name: "helix", about: "Trellix Helix: fields and classes of events", apply }];

/// Fields of events; in the reference those of other systems than Windows keep their names.
const FIELDS: &Fields = &[
    ("Application", "application"),
    ("Channel", "channel"),
    ("CommandLine", "args"),
    ("CurrentDirectory", "processpath"),
    ("Description", "errormessage"),
    ("DestPort", "dstport"),
    ("DestinationIp", "dstipv4"),
    ("DestinationPort", "dstport"),
    ("EventID", "eventid"),
    ("FileName", "filename"),
    ("Image", "process"),
    ("IntegrityLevel", "integritylevel"),
    ("IpAddress", "srcipv4"),
    ("LogonId", "logonid"),
    ("OriginalFileName", "original_file_name"),
    ("ParentCommandLine", "pargs"),
    ("ParentImage", "pprocess"),
    ("PipeName", "pipename"),
    ("ProcessName", "process"),
    ("Product", "product"),
    ("Provider_Name", "source"),
    ("QueryName", "query"),
    ("SourceIp", "srcipv4"),
    ("SourcePort", "srcport"),
    ("TargetFilename", "filename"),
    ("User", "username"),
    ("query", "query"),
];

fn apply(work: &mut Work) -> Result<(), Failure> {
    for item in work.items() {
        let field = item.field.as_deref().ok_or_else(|| Failure::field("Helix: no keywords here"))?;
        lookup(FIELDS, field).ok_or_else(|| Failure::field(format!("Helix has no field for `{field}`")))?;
    }
    // Pieces of TQL: an event may have several metaclasses, so that these need only be contained.
    let class = match work.rule.log_source.category.as_deref() {
        Some("process_creation") => {
            Some("({field} : [\"process create (rule: processcreate)\",\"process creation\"])")
        }
        Some("dns_query") => Some("{field}:\"dns query (rule: dnsquery)\""),
        Some("file_event" | "network_connection") => None,
        _ => return Err(Failure::log_source("Helix has no class of events for this log source")),
    };
    if work.reach == Reach::Wide {
        described(work)?;
        wildcards(work)?;
    }
    let windows = work.rule.log_source.product("windows");
    if windows || work.reach == Reach::Wide {
        work.rename_by(FIELDS);
    }
    if windows {
        work.require_value("metaclass", Value::Raw("{field}:\"windows\"".to_owned()));
    }
    if let Some(class) = class {
        work.require_value("category", Value::Raw(class.to_owned()));
    }
    Ok(())
}

/// Refuses what no field of the taxonomy holds: the description of a program is no message of an error.
fn described(work: &Work) -> Result<(), Failure> {
    let items = work.items();
    let bad = items.iter().any(|item| item.field.as_deref() == Some("Description"));
    match bad {
        true => Err(Failure::field("Helix has no field for `Description`")),
        false => Ok(()),
    }
}

/// `*` is the only wildcard: it takes more than the one character that `?` stands for.
fn wildcards(work: &mut Work) -> Result<(), Failure> {
    fn one(values: &mut [Value]) -> bool {
        values.iter_mut().fold(false, |found, value| match value {
            Value::AnyOf(values) => one(values) || found,
            Value::Text { text, .. } if text.parts().contains(&Part::One) => {
                let parts = text.parts().iter().map(|part| match part {
                    Part::One => Part::Any,
                    part => part.clone(),
                });
                *text = Text::from_parts(parts);
                true
            }
            _ => found,
        })
    }
    let mut found = false;
    work.each_item(|item| found |= one(&mut item.values));
    match found {
        true => work.come_near(
            "approximation.wildcard",
            Failure::value(
                "TQL has no wildcard for one character: any number of characters is taken for `?`",
            ),
        ),
        false => Ok(()),
    }
}
