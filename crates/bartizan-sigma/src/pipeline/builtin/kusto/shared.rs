//! What the schemas of Microsoft have in common.

use crate::{
    error::Failure,
    pipeline::{Fields, Rename, Work},
    rule::{Detection, Item, LogSource, Modifier, Part, Shape, Text, Value},
};

/// What a table holds, whatever the schema calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Process,
    File,
    Image,
    Network,
    Registry,
    Logon,
    Other,
    Web,
}

/// The kind by category; without one by the Windows event numbers asked for.
pub(super) fn kind(work: &Work) -> Option<Kind> {
    let source = &work.rule.log_source;
    match source.category.as_deref() {
        Some(category) => of_category(category, source),
        None => {
            if !source.product("windows") || source.service.is_none() {
                return None;
            }
            let items = work.items();
            let asked = items.iter().filter(|item| item.field.as_deref() == Some("EventID"));
            asked.flat_map(|item| &item.values).find_map(of_event)
        }
    }
}

fn of_category(category: &str, source: &LogSource) -> Option<Kind> {
    Some(match category {
        "process_creation" => Kind::Process,
        "image_load" => Kind::Image,
        "file_access" | "file_change" | "file_delete" | "file_event" | "file_rename" => Kind::File,
        "registry_add" | "registry_delete" | "registry_event" | "registry_set" => Kind::Registry,
        "network_connection" => Kind::Network,
        "proxy" | "webserver" if source.product.is_none() => Kind::Web,
        _ => return None,
    })
}

/// Windows security log and Sysmon.
fn of_event(value: &Value) -> Option<Kind> {
    let text = match value {
        Value::Number(number) => number.text().to_owned(),
        Value::Text { text, .. } => text.as_plain()?.to_owned(),
        _ => return None,
    };
    Some(match text.as_str() {
        "1" | "5" | "8" | "10" | "25" | "4688" | "4689" => Kind::Process,
        "2" | "11" | "15" | "23" | "26" | "27" | "28" | "29" | "5140" | "5145" => Kind::File,
        "3" | "22" | "5156" | "5157" => Kind::Network,
        "7" => Kind::Image,
        "12" | "13" | "14" | "4656" | "4657" | "4658" | "4660" | "4661" | "4662" | "4663" => Kind::Registry,
        "4624" | "4625" | "4634" | "4647" | "4648" | "4800" | "4801" => Kind::Logon,
        "17" | "18" | "19" | "20" | "21" => Kind::Other,
        _ => return None,
    })
}

pub(super) fn no_table() -> Failure {
    Failure::log_source("no table for this log source")
}

/// `DOMAIN\user` asked of a name and a domain column.
pub(super) fn split_users(work: &mut Work, columns: &Fields) -> Result<(), Failure> {
    work.replace_items(|item| {
        let Some(field) = item.field.as_deref() else { return Ok(None) };
        let Some(domain) = crate::pipeline::lookup(columns, field) else { return Ok(None) };
        let mut parts = Vec::new();
        let mut split = false;
        for value in &item.values {
            let with = |field: &str, value| {
                let mut one = item.clone();
                one.field = Some(field.to_owned());
                one.values = vec![value];
                one.negated = false;
                Detection::Item(one)
            };
            match value {
                Value::Text { text, cased: false } => match text.bare().split_once('\\') {
                    Some((d, user)) => {
                        split = true;
                        parts.push(Detection::all(vec![
                            with(field, Value::text(user)),
                            with(domain, Value::text(d)),
                        ]));
                    }
                    None => parts.push(with(field, value.clone())),
                },
                Value::FieldRef { .. } => {
                    return Err(Failure::value("a user cannot be compared with another field"));
                }
                other => parts.push(with(field, other.clone())),
            }
        }
        Ok(split.then_some(Detection::Group { link: item.link, parts }))
    })
}

/// `Hashes` as one column an algorithm: `SHA256=…`, or by the length.
pub(super) fn split_hashes(work: &mut Work, prefix: &str, known: &[&str]) -> Result<(), Failure> {
    work.replace_items(|item| {
        if !matches!(item.field.as_deref(), Some("Hashes" | "Hash" | "hashes" | "hash")) {
            return Ok(None);
        }
        let mut by: Vec<(String, Vec<Value>)> = Vec::new();
        for value in &item.values {
            let Some(text) = value.as_text() else { continue };
            let bare = text.bare();
            let (name, hash) = match bare.split_once('=') {
                Some((name, hash)) => (name.trim_start_matches('*').to_uppercase(), hash.to_owned()),
                None => {
                    let hash = bare.trim_matches('*');
                    let name = match hash.len() {
                        32 => "MD5",
                        40 => "SHA1",
                        64 => "SHA256",
                        _ => continue,
                    };
                    (name.to_owned(), bare.clone())
                }
            };
            if !known.contains(&name.as_str()) {
                continue;
            }
            let value = Value::text(&hash);
            match by.iter_mut().find(|(n, _)| *n == name) {
                Some((_, values)) => values.push(value),
                None => by.push((name, vec![value])),
            }
        }
        if by.is_empty() {
            return Err(Failure::value("no hash of an algorithm that the table has"));
        }
        let parts = by.into_iter().map(|(name, values)| {
            let mut one = item.clone();
            one.field = Some(format!("{prefix}{name}"));
            one.values = values;
            Detection::Item(one)
        });
        Ok(Some(Detection::any(parts.collect())))
    })
}

/// Hives as the agents write them.
static HIVES: &[(&str, &str)] = &[
    ("hklm\\system\\currentcontrolset", "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet001"),
    ("hklm", "HKEY_LOCAL_MACHINE"),
    ("hku", "HKEY_USERS"),
    ("hkcr", "HKEY_LOCAL_MACHINE\\CLASSES"),
];

/// Registry keys and actions of Sysmon in the words of Defender.
pub(super) fn registry(work: &mut Work, action: &str) {
    work.each_item(|item| {
        let Some(field) = item.field.as_deref() else { return };
        if matches!(field, "RegistryKey" | "RegistryPreviousKey" | "PreviousRegistryKey") {
            for value in &mut item.values {
                if let Value::Text { text, .. } = value {
                    *text = Text::parse(&hive(&text.bare()));
                }
            }
        } else if field == action {
            let old = std::mem::take(&mut item.values);
            item.values = old.into_iter().flat_map(actions).collect();
        }
    });
}

fn hive(key: &str) -> String {
    for (from, to) in HIVES {
        match (key.get(..from.len()), key.get(from.len()..)) {
            (Some(head), Some(rest)) if head.eq_ignore_ascii_case(from) => return format!("{to}{rest}"),
            _ => {}
        }
    }
    key.to_owned()
}

fn actions(value: Value) -> Vec<Value> {
    let plain = value.as_text().and_then(Text::as_plain).map(str::to_ascii_lowercase);
    let names: &[&str] = match plain.as_deref() {
        Some("createkey") => &["RegistryKeyCreated"],
        Some("deletekey") => &["RegistryKeyDeleted", "RegistryValueDeleted"],
        Some("setvalue") => &["RegistryValueSet"],
        Some("renamekey") => &["RegistryValueSet", "RegistryKeyCreated"],
        _ => return vec![value],
    };
    names.iter().map(|name| Value::plain(name)).collect()
}

/// Removes items of these fields; a rule that asks nothing else has no query.
pub(super) fn drop_fields(work: &mut Work, fields: &[&str]) {
    work.drop_items(|item| item.field.as_deref().is_some_and(|field| fields.contains(&field)));
    if work.items().is_empty() {
        work.rule.conditions.clear();
    }
}

/// Renames by table, then refuses what the schema does not have.
pub(super) fn rename(
    work: &mut Work,
    table: &str,
    map: impl Fn(&str) -> Rename,
    columns: &[&[&str]],
) -> Result<(), Failure> {
    let unknown = work.items().iter().filter_map(|item| item.field.as_deref()).find_map(|field| {
        let known = map(field) != Rename::Keep || columns.iter().any(|c| c.contains(&field));
        (!known).then(|| field.to_owned())
    });
    if let Some(field) = unknown {
        return Err(Failure::field(format!("`{field}` has no column in {table}")));
    }
    work.rename_fields(map);
    Ok(())
}

/// Paths asked of a column that holds only a file's name.
pub(super) fn base_names(work: &mut Work, column: &str) {
    work.each_item(|item| {
        if item.field.as_deref() != Some(column) {
            return;
        }
        for value in &mut item.values {
            if let Value::Text { text, .. } = value {
                let bare = text.bare();
                if let Some((_, name)) = bare.rsplit_once('\\') {
                    *text = Text::parse(name);
                }
            }
        }
    });
}

/// Under `all`, each plain run of a pattern is asked for by itself.
pub(super) fn split_patterns(work: &mut Work) -> Result<(), Failure> {
    let pattern = |value: &Value| match value {
        Value::Text { text, .. } => text.shape() == Shape::Pattern && text.placeholder().is_none(),
        _ => false,
    };
    work.replace_items(|item| {
        if !item.has(Modifier::All) || item.negated || !item.values.iter().any(pattern) {
            return Ok(None);
        }
        let with = |value| Detection::Item(Item { values: vec![value], ..item.clone() });
        let parts = item.values.iter().map(|value| match value {
            Value::Text { text, cased } if pattern(value) => {
                let runs = text.parts().iter().filter_map(|part| match part {
                    Part::Plain(run) => Some(Text::parse(run).open().close()),
                    _ => None,
                });
                Detection::all(runs.map(|text| with(Value::Text { text, cased: *cased })).collect())
            }
            other => with(other.clone()),
        });
        Ok(Some(Detection::all(parts.collect())))
    })
}
