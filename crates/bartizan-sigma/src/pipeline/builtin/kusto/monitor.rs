//! Azure Monitor: the tables of a Log Analytics workspace, Microsoft Sentinel's among them.
//!
//! Source: Microsoft, "Azure Monitor Logs table reference", one page a table
//! (<https://learn.microsoft.com/azure/azure-monitor/reference/tables-index>).

use super::{
    super::{eventlog, wide},
    monitor_tables::{self as tables, Table},
    shared::no_table,
};
use crate::{
    error::Failure,
    pipeline::{Work, lookup},
    rule::{Detection, Item, LogSource, Shape, Value},
};

/// Tables and columns.
pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    let source = work.rule.log_source.clone();
    if let Some(table) = tables::of(&source) {
        columns(work, table)?;
    } else if source.product("linux") && source.category.is_none() {
        syslog(work, &source)?;
    } else {
        windows(work, &source)?;
    }
    work.rule.fields.clear();
    Ok(())
}

/// A table with a column for each field, or a column that holds it.
fn columns(work: &mut Work, table: &Table) -> Result<(), Failure> {
    work.replace_items(|item| column(item, table).map(Some))?;
    work.state.insert("table", table.name.to_owned());
    Ok(())
}

fn column(item: &Item, table: &Table) -> Result<Detection, Failure> {
    let field = item
        .field
        .as_deref()
        .ok_or_else(|| Failure::field(format!("no search of whole events in {}", table.name)))?;
    let absent = || Failure::field(format!("`{field}` has no column in {}", table.name));
    if item.values.iter().any(|value| matches!(value, Value::FieldRef { .. })) {
        return Err(Failure::value("columns are not compared with each other here"));
    }
    // The service's own export puts most columns under `properties`.
    let bare = field.strip_prefix("properties.").unwrap_or(field);
    let known = |name: &str| table.columns.iter().find(|column| column.eq_ignore_ascii_case(name)).copied();
    if let Some(to) = lookup(table.fields, field).or_else(|| known(bare)) {
        return match table.numbers.contains(&to) {
            true => wide::numbers(item, to),
            false => Ok(wide::strings(item, to)),
        };
    }
    let (first, path) = bare.split_once('.').ok_or_else(absent)?;
    let column = known(first).filter(|column| table.dynamic.contains(column)).ok_or_else(absent)?;
    match path.split('.').all(crate::target::word) {
        true => Ok(wide::strings(&unquoted(item), &format!("tostring({column}.{path})"))),
        false => Err(absent()),
    }
}

/// Truth values as the strings that `tostring` makes of them.
fn unquoted(item: &Item) -> Item {
    let mut item = item.clone();
    for value in &mut item.values {
        if let Value::Bool(yes) = value {
            *value = Value::plain(if *yes { "true" } else { "false" });
        }
    }
    item
}

/// Messages of Linux services.
///
/// Source: "Syslog": `Facility`, `ProcessName`, `SyslogMessage`.
fn syslog(work: &mut Work, source: &LogSource) -> Result<(), Failure> {
    let (column, values) = match source.service.as_deref() {
        Some("auth") => ("Facility", vec!["auth", "authpriv"]),
        Some("cron") => ("Facility", vec!["cron"]),
        Some("sshd") => ("ProcessName", vec!["sshd"]),
        Some("sudo") => ("ProcessName", vec!["sudo"]),
        Some("syslog") | None => ("", Vec::new()),
        Some(_) => return Err(no_table()),
    };
    work.replace_items(|item| match item.field {
        None => Ok(Some(message(item)?)),
        Some(_) => Err(Failure::field("messages of services have no fields")),
    })?;
    if !values.is_empty() {
        work.require(Detection::item(column, values.into_iter().map(Value::plain).collect()));
    }
    work.state.insert("table", "Syslog".to_owned());
    Ok(())
}

/// A keyword stands anywhere in the message.
fn message(item: &Item) -> Result<Detection, Failure> {
    let mut item = item.clone();
    for value in &mut item.values {
        match value {
            Value::Text { text, .. } if matches!(text.shape(), Shape::Whole | Shape::Contains) => {
                *text = std::mem::take(text).open().close();
            }
            Value::Regex(_) => {}
            _ => return Err(Failure::value("only strings are looked for in a message")),
        }
    }
    Ok(wide::spread(&item, "SyslogMessage"))
}

/// Windows event logs, Sysmon's for the categories that Sigma takes from it.
///
/// Source: "WindowsEvent": `Channel`, `Provider`, `EventID`, `EventData` (dynamic).
fn windows(work: &mut Work, source: &LogSource) -> Result<(), Failure> {
    if !source.product("windows") {
        return Err(no_table());
    }
    let sysmon = source.category.as_deref().and_then(tables::sysmon);
    let (channels, numbers) = match (sysmon, eventlog::of(source)) {
        (Some(numbers), _) => (vec!["Microsoft-Windows-Sysmon/Operational"], numbers.to_vec()),
        (None, Some(log)) => (log.channels, log.event.into_iter().collect()),
        (None, None) => return Err(no_table()),
    };
    work.replace_items(|item| event(item).map(Some))?;
    let changes = source.category.as_deref().and_then(tables::changes);
    if let Some(changes) = changes {
        let changes = changes.iter().map(|change| Value::plain(change)).collect();
        work.require(Detection::item("tostring(EventData.EventType)", changes));
    }
    if !numbers.is_empty() {
        work.require(Detection::item("EventID", numbers.into_iter().map(Value::integer).collect()));
    }
    work.require(Detection::item("Channel", channels.into_iter().map(Value::plain).collect()));
    work.state.insert("table", "WindowsEvent".to_owned());
    Ok(())
}

fn event(item: &Item) -> Result<Detection, Failure> {
    let Some(field) = item.field.as_deref() else {
        // Every column of the table.
        return Ok(Detection::Item(item.clone()));
    };
    let member = |name: &str| format!("tostring(EventData.{name})");
    match field {
        "EventID" => wide::numbers(item, "EventID"),
        "Provider_Name" => Ok(wide::spread(item, "Provider")),
        "Channel" => Ok(wide::spread(item, "Channel")),
        "Computer" | "ComputerName" => Ok(wide::spread(item, "Computer")),
        "Level" => wide::numbers(item, "EventLevel"),
        // Data without a name, and what the table does not keep.
        "Data" | "Message" | "Opcode" | "Version" => {
            Err(Failure::field(format!("`{field}` has no column in WindowsEvent")))
        }
        "md5" | "sha1" | "sha256" | "Imphash" => hash(item, field),
        _ if crate::target::word(field) => {
            let mut item = unquoted(item);
            for value in &mut item.values {
                if let Value::FieldRef { field, .. } = value {
                    *field = member(field);
                }
            }
            Ok(wide::strings(&item, &member(field)))
        }
        _ => Err(Failure::field(format!("`{field}` is no name in the event's data"))),
    }
}

/// One of the hashes that Sysmon writes into one field.
fn hash(item: &Item, field: &str) -> Result<Detection, Failure> {
    let name = field.to_ascii_uppercase();
    let value = |value: &Value| {
        let plain = value.as_text().and_then(|text| text.as_plain())?;
        Some(Value::text(&format!("*{name}={plain}*")))
            .filter(|_| plain.chars().all(|c| c.is_ascii_hexdigit()))
    };
    let bad = || Failure::value(format!("`{field}` is asked for whole hashes only"));
    let values: Result<Vec<Value>, Failure> = item.values.iter().map(|v| value(v).ok_or_else(bad)).collect();
    Ok(wide::with(item, "tostring(EventData.Hashes)", values?))
}
