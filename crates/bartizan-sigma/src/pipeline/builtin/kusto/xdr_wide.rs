//! Defender XDR as far as its documented schema goes.

use super::{
    super::wide,
    shared::no_table,
    xdr::DOMAINS,
    xdr_cloud,
    xdr_tables::{self as tables, Events},
};
use crate::{
    error::Failure,
    pipeline::{Work, lookup},
    rule::{Detection, Item, Link, LogSource, Part, Text, Value},
};

const PRODUCT: &str = "Defender XDR";

/// Tables and columns of advanced hunting.
pub(super) fn apply(work: &mut Work) -> Result<(), Failure> {
    let source = work.rule.log_source.clone();
    if xdr_cloud::apply(work, &source)? {
        return Ok(());
    }
    let numbers = numbers(work, &source)?;
    let (events, actions) = match source.category.as_deref() {
        Some(category) if numbers.is_empty() => {
            wide::endpoint(&source, PRODUCT)?;
            let inbound = inbound(work);
            let events = tables::of_category(category, inbound).ok_or_else(no_table)?;
            let actions = events.actions.to_vec();
            (events, actions)
        }
        None if source.is(None, Some("azure"), Some("signinlogs")) => (tables::SIGN_INS, Vec::new()),
        _ => by_number(&numbers)?,
    };
    wide::map(work, PRODUCT, &events.fields, |item| special(item, &events))?;
    if let Some(direction) = direction(&source) {
        work.require_value("tostring(parse_json(AdditionalFields).direction)", Value::plain(direction));
    }
    if !actions.is_empty() {
        let actions = actions.into_iter().map(Value::plain).collect();
        work.require(Detection::item("ActionType", actions));
    }
    work.state.insert("table", events.table.to_owned());
    Ok(())
}

/// Whether all that the rule asks of is a connection that was accepted.
fn inbound(work: &Work) -> bool {
    let items = work.items();
    let mut asked = items.iter().filter(|item| item.field.as_deref() == Some("Initiated")).peekable();
    asked.peek().is_some()
        && asked.all(|item| !item.negated && wide::truths(item).is_ok_and(|all| all == [false]))
}

/// A proxy sees requests that go out, a web server those that come in.
fn direction(source: &LogSource) -> Option<&'static str> {
    match source.category.as_deref()? {
        "proxy" => Some("Out"),
        "webserver" => Some("In"),
        _ => None,
    }
}

/// The numbers of the Windows events that a rule without category asks for.
fn numbers(work: &Work, source: &LogSource) -> Result<Vec<i128>, Failure> {
    let service = source.service.as_deref().unwrap_or_default();
    if source.category.is_some() || !source.product("windows") || !matches!(service, "security" | "system") {
        return Ok(Vec::new());
    }
    if !super::super::eventlog::always_asks(work, "EventID") {
        return Err(no_table());
    }
    let items = work.items();
    let asked = items.iter().filter(|item| item.field.as_deref() == Some("EventID"));
    let values = asked.flat_map(|item| &item.values);
    values.map(|value| wide::integer(value).ok_or_else(no_table)).collect()
}

/// The table that all these events are in.
fn by_number(numbers: &[i128]) -> Result<(Events, Vec<&'static str>), Failure> {
    let found: Option<Vec<Events>> = numbers.iter().map(|number| tables::of_number(*number)).collect();
    let mut found = found.ok_or_else(no_table)?;
    let first = found.pop().ok_or_else(no_table)?;
    if found
        .iter()
        .any(|events| events.table != first.table || !std::ptr::eq(events.fields[0], first.fields[0]))
    {
        return Err(no_table());
    }
    Ok((first, Vec::new()))
}

/// Items whose values are written otherwise.
fn special(item: &Item, events: &Events) -> Result<Option<Detection>, Failure> {
    let Some(field) = item.field.as_deref() else { return Ok(None) };
    let find = |field: &str| events.fields.iter().find_map(|table| lookup(table, field));
    match field {
        "Hashes" | "Hash" | "hashes" => {
            return wide::hashes(item, |name| find(&name.to_ascii_lowercase())).map(Some);
        }
        "EventID" => return numbered(item).map(Some),
        "Provider_Name" => return provider(item).map(Some),
        _ => {}
    }
    let Some(to) = find(field) else { return Ok(None) };
    let with = |values| Ok(Some(wide::with(item, to, values)));
    match (field, to) {
        ("IntegrityLevel" | "ParentIntegrityLevel", _) => {
            with(wide::levels(item)?.into_iter().map(|(name, _)| Value::plain(name)).collect())
        }
        ("User" | "ParentUser" | "SourceUser", _) => Ok(Some(user(item, to))),
        ("Initiated", _) => {
            with(wide::truths(item)?.into_iter().flat_map(initiated).map(|name| Value::plain(name)).collect())
        }
        ("EventType", "ActionType") => with(registry_actions(item)?),
        ("LogonType", "LogonType") => with(logon_types(item)?),
        ("PipeName", _) => with(item.values.iter().map(pipe).collect()),
        ("TargetObject", tables::REGISTRY_PATH) => {
            let item = wide::hives(item, tables::HIVES);
            Ok(Some(wide::with(&item, to, item.values.iter().map(control_set).collect())))
        }
        ("Details", _) => with(item.values.iter().map(wide::registry_data).collect()),
        ("sc-status", _) => Ok(Some(wide::strings(item, to))),
        (_, "InitiatingProcessParentFileName") => with(wide::file_names(item, PRODUCT)?),
        _ if tables::NUMBERS.contains(&to) => wide::numbers(item, to).map(Some),
        _ => Ok(None),
    }
}

/// `DOMAIN\\user`, which are two columns here; a name alone is the user's.
fn user(item: &Item, to: &str) -> Detection {
    let Some(domain) = lookup(DOMAINS, to) else { return wide::with(item, to, item.values.clone()) };
    let both = format!("strcat({domain}, \"\\\\\", {to})");
    let parts = item.values.iter().map(|value| {
        let alone =
            value.as_text().is_none_or(|text| text.as_plain().is_some_and(|plain| !plain.contains('\\')));
        wide::with(item, if alone { to } else { &both }, vec![value.clone()])
    });
    let link = if item.negated { Link::And } else { item.link };
    Detection::Group { link, parts: parts.collect() }
}

fn initiated(yes: bool) -> &'static [&'static str] {
    if yes { &["ConnectionSuccess", "ConnectionRequest"] } else { &["InboundConnectionAccepted"] }
}

/// The number of a Windows event as Defender's name for it.
fn numbered(item: &Item) -> Result<Detection, Failure> {
    let name = |value: &Value| {
        let events = wide::integer(value).and_then(tables::of_number).ok_or_else(no_table)?;
        Ok(events.actions.iter().map(|action| Value::plain(action)))
    };
    let names: Result<Vec<_>, Failure> = item.values.iter().map(name).collect();
    Ok(wide::with(item, "ActionType", names?.into_iter().flatten().collect()))
}

/// The writer of an event goes without saying, if it is the one that the number belongs to.
fn provider(item: &Item) -> Result<Detection, Failure> {
    let known = ["Service Control Manager", "Microsoft-Windows-Security-Auditing"];
    let all = item.values.iter().all(|value| {
        let plain = value.as_text().and_then(Text::as_plain);
        plain.is_some_and(|name| known.iter().any(|known| known.eq_ignore_ascii_case(name)))
    });
    match all && !item.negated {
        true => Ok(Detection::item("ActionType", vec![Value::Exists(true)])),
        false => Err(Failure::field(format!("{PRODUCT} has no field for `Provider_Name` here"))),
    }
}

fn registry_actions(item: &Item) -> Result<Vec<Value>, Failure> {
    let action = |value: &Value| {
        let word = value.as_text().and_then(Text::as_plain).unwrap_or_default().to_ascii_lowercase();
        lookup(tables::REGISTRY_ACTIONS, &word).map(Value::plain)
    };
    let bad = || Failure::value("a change of the registry that Defender has no name for");
    item.values.iter().map(|value| action(value).ok_or_else(bad)).collect()
}

fn logon_types(item: &Item) -> Result<Vec<Value>, Failure> {
    let name = |value: &Value| {
        let number = wide::integer(value)?;
        let known = tables::LOGON_TYPES.iter().find(|(n, _)| *n == number);
        known.map(|(_, name)| Value::plain(name))
    };
    let bad = || Failure::value("a type of logon that Defender has no name for");
    item.values.iter().map(|value| name(value).ok_or_else(bad)).collect()
}

/// A pipe's name is its path below the device.
fn pipe(value: &Value) -> Value {
    match value {
        Value::Text { text, cased } if matches!(text.parts().first(), Some(Part::Plain(run)) if run.starts_with('\\')) =>
        {
            let device = [Part::Plain("\\Device\\NamedPipe".to_owned())];
            Value::Text {
                text: Text::from_parts(device.into_iter().chain(text.parts().iter().cloned())),
                cased: *cased,
            }
        }
        other => other.clone(),
    }
}

/// The control set in use has a number in the sensor's paths.
fn control_set(value: &Value) -> Value {
    const SET: &str = "CurrentControlSet";
    let Value::Text { text, cased } = value else { return value.clone() };
    let mut parts = Vec::new();
    for part in text.parts() {
        let Part::Plain(run) = part else {
            parts.push(part.clone());
            continue;
        };
        let mut rest = run.as_str();
        while let Some(at) = rest.to_ascii_lowercase().find(&SET.to_ascii_lowercase()) {
            parts.extend([
                Part::Plain(rest[..at].to_owned()),
                Part::Any,
                Part::Plain("ControlSet".to_owned()),
                Part::Any,
            ]);
            rest = &rest[at + SET.len()..];
        }
        parts.push(Part::Plain(rest.to_owned()));
    }
    parts.retain(|part| !matches!(part, Part::Plain(run) if run.is_empty()));
    Value::Text { text: Text::from_parts(parts), cased: *cased }
}
