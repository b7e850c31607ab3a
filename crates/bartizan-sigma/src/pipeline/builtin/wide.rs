//! What the wide pipelines have in common: Sigma's fields put to a product's by tables, and values put right.

use crate::{
    error::{Failure, Reason},
    pipeline::{Fields, Work, lookup},
    rule::{Detection, Item, Link, LogSource, Shape, Text, Value},
};

/// Stands between names of a table when Sigma's field is found in any of them.
const OR: char = '|';

/// Fields that the pipelines see to themselves.
const OWN: &[&str] = &["Hashes", "Hash", "hashes", "EventID", "Provider_Name"];

/// Puts every item to the product's fields: first by `special`, then by `tables`. What neither knows is refused.
///
/// # Errors
/// The first failure of `special`, and a field or a keyword that the product has no place for.
pub(super) fn map(
    work: &mut Work,
    product: &str,
    tables: &[&Fields],
    special: impl Fn(&Item) -> Result<Option<Detection>, Failure>,
) -> Result<(), Failure> {
    let find = |field: &str| tables.iter().find_map(|table| lookup(table, field));
    leave_out(work, product, |field| OWN.contains(&field) || find(field).is_some())?;
    let absent = |field: &str| Failure::field(format!("{product} has no field for `{field}` here"));
    work.replace_items(|item| {
        if let Some(new) = special(item)? {
            return Ok(Some(new));
        }
        let Some(field) = item.field.as_deref() else {
            return Err(Failure::field(format!("{product} has no search of whole events")));
        };
        let mut item = item.clone();
        for value in &mut item.values {
            if let Value::FieldRef { field, .. } = value {
                let to = find(field).filter(|to| !to.contains(OR)).ok_or_else(|| absent(field))?;
                *field = to.to_owned();
            }
        }
        let names = find(field).ok_or_else(|| absent(field))?;
        Ok(Some(spread(&item, names)))
    })?;
    let shown = |field: &String| find(field).filter(|to| to.chars().all(plain_name)).map(str::to_owned);
    work.rule.fields = work.rule.fields.iter().filter_map(shown).collect();
    Ok(())
}

/// Refuses events of a category that no sensor on an endpoint sees: those of an appliance or an application.
///
/// # Errors
/// A product that is no operating system.
pub(super) fn endpoint(source: &LogSource, product: &str) -> Result<(), Failure> {
    match source.product.as_deref() {
        None | Some("windows" | "linux" | "macos") => Ok(()),
        Some(other) => Err(Failure::log_source(format!("{product} has no events of `{other}`"))),
    }
}

/// Leaves out what is asked of fields the product does not have, by leave of the user only.
///
/// # Errors
/// Nothing would be left of a selection.
pub(super) fn leave_out(work: &mut Work, product: &str, known: impl Fn(&str) -> bool) -> Result<(), Failure> {
    if !work.approximate {
        return Ok(());
    }
    let unknown = |item: &Item| item.field.as_deref().filter(|field| !known(field)).map(str::to_owned);
    let mut fields: Vec<String> = work.items().iter().filter_map(|item| unknown(item)).collect();
    fields.dedup();
    for field in fields {
        let emptied = work.rule.selections.iter().any(|(_, detection)| {
            let items = detection.items();
            !items.is_empty() && items.iter().all(|item| item.field.as_ref() == Some(&field))
        });
        let failure = Failure::field(format!("{product} has no field for `{field}` here"));
        if emptied {
            return Err(failure);
        }
        work.drop_items(|item| item.field.as_ref() == Some(&field));
        let message = format!(
            "{}: it is not asked, which may find more, or less where it was part of an exception",
            failure.message
        );
        work.come_near("approximation.field", Failure::field(message))?;
    }
    Ok(())
}

/// What a name that is no expression is made of.
fn plain_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.')
}

/// The item asked of each of these fields.
pub(super) fn spread(item: &Item, names: &str) -> Detection {
    let parts =
        names.split(OR).map(|name| Detection::Item(Item { field: Some(name.to_owned()), ..item.clone() }));
    let mut parts: Vec<Detection> = parts.collect();
    // No value in any of the fields is no value in all of them.
    let absent = |value: &Value| matches!(value, Value::Null | Value::Exists(false));
    match parts.len() {
        1 => parts.remove(0),
        _ if item.negated || item.values.iter().any(absent) => Detection::all(parts),
        _ => Detection::any(parts),
    }
}

/// The same item of another field with other values.
pub(super) fn with(item: &Item, field: &str, values: Vec<Value>) -> Detection {
    Detection::Item(Item { field: Some(field.to_owned()), values, ..item.clone() })
}

/// `true` or `false`, however the rule writes it.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::Text { text, .. } => match text.as_plain()?.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Every value of an item as a truth value.
///
/// # Errors
/// A value that is none.
pub(super) fn truths(item: &Item) -> Result<Vec<bool>, Failure> {
    let field = item.field.as_deref().unwrap_or_default();
    let bad = || Failure::value(format!("`{field}` is true or false"));
    item.values.iter().map(|value| truth(value).ok_or_else(bad)).collect()
}

/// Hashes as Sysmon writes them (`MD5=…,SHA256=…`), one field for each algorithm.
///
/// # Errors
/// An algorithm that `field_of` has no field for, and a hash with wildcards inside.
pub(super) fn hashes(
    item: &Item,
    field_of: impl Fn(&str) -> Option<&'static str>,
) -> Result<Detection, Failure> {
    let parts = item.values.iter().map(|value| {
        let text = value.as_text().map(Text::bare).unwrap_or_default();
        let bare = text.trim_matches('*');
        let (name, hash) = match bare.split_once('=') {
            Some((name, hash)) => (name.to_ascii_uppercase(), hash),
            None => (by_length(bare).to_owned(), bare),
        };
        let hex = !hash.is_empty() && hash.chars().all(|c| c.is_ascii_hexdigit());
        match field_of(&name).filter(|_| hex) {
            Some(field) => Ok(spread(&Item { values: vec![Value::plain(hash)], ..item.clone() }, field)),
            None => Err(Failure::value(format!("no field for the hash `{bare}`"))),
        }
    });
    let link = if item.negated { Link::And } else { item.link };
    Ok(Detection::Group { link, parts: parts.collect::<Result<_, _>>()? })
}

fn by_length(hash: &str) -> &'static str {
    match hash.len() {
        32 => "MD5",
        40 => "SHA1",
        64 => "SHA256",
        _ => "",
    }
}

/// Mandatory integrity levels: name, and the number that ends the SID.
///
/// Source: Microsoft, "Well-known SIDs".
const LEVELS: &[(&str, i128)] = &[
    ("Untrusted", 0),
    ("Low", 4096),
    ("Medium", 8192),
    ("MediumPlus", 8448),
    ("High", 12288),
    ("System", 16384),
    ("Protected", 20480),
];

/// The levels of integrity that an item asks for, by name and number, each once.
///
/// # Errors
/// A value that is no level.
pub(super) fn levels(item: &Item) -> Result<Vec<(&'static str, i128)>, Failure> {
    let mut out = Vec::new();
    for value in &item.values {
        let text = value.as_text().map(Text::bare).unwrap_or_default();
        let number = text.strip_prefix("S-1-16-").and_then(|number| number.parse().ok());
        let level = LEVELS.iter().find(|(name, n)| name.eq_ignore_ascii_case(&text) || number == Some(*n));
        match level {
            Some(level) if out.contains(level) => {}
            Some(level) => out.push(*level),
            None => return Err(Failure::value(format!("`{text}` is no level of integrity"))),
        }
    }
    Ok(out)
}

/// The digits of a value as a number: `0x` is hexadecimal.
pub(super) fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => number.text().parse().ok(),
        Value::Text { text, .. } => {
            let text = text.as_plain()?;
            match text.strip_prefix("0x") {
                Some(hex) => i128::from_str_radix(hex, 16).ok(),
                None => text.parse().ok(),
            }
        }
        _ => None,
    }
}

/// The item with its values as numbers; comparisons, null and the like stay.
///
/// # Errors
/// A string that is no number.
pub(super) fn numbers(item: &Item, field: &str) -> Result<Detection, Failure> {
    let mut item = item.clone();
    for value in &mut item.values {
        if let Some(text) = value.as_text() {
            let bad = || Failure::value(format!("`{field}` holds numbers, not `{}`", text.bare()));
            *value = Value::integer(integer(value).ok_or_else(bad)?);
        }
    }
    Ok(spread(&item, field))
}

/// The item with its numbers as strings, for fields that hold strings only.
pub(super) fn strings(item: &Item, field: &str) -> Detection {
    let mut item = item.clone();
    for value in &mut item.values {
        if let Value::Number(number) = value {
            *value = Value::plain(number.text());
        }
    }
    spread(&item, field)
}

/// Regular expressions for a product that knows no case in them: by leave of the user only, as they find more.
///
/// # Errors
/// An expression with letters where case counts, unless the user takes approximations.
pub(super) fn caseless(work: &mut Work, product: &str) -> Result<(), Failure> {
    let mut found = None;
    work.each_item(|item| {
        for value in &mut item.values {
            let Value::Regex(regex) = value else { continue };
            if case_counts(&regex.pattern) && !regex.ignore_case && !regex.pattern.starts_with("(?i)") {
                found.get_or_insert_with(|| regex.pattern.clone());
            }
            regex.ignore_case = true;
        }
    });
    match found {
        None => Ok(()),
        Some(pattern) => {
            let message = format!("{product} finds letters of either case by `{pattern}`");
            work.come_near("approximation.case", Failure::new(Reason::Expression, message))
        }
    }
}

/// Whether an expression has letters of its own: not those of classes as `\\d`, nor of ranges over both cases.
fn case_counts(pattern: &str) -> bool {
    let mut both = pattern.to_owned();
    for range in ["a-z", "A-Z", "a-f", "A-F"] {
        let other: String = range
            .chars()
            .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        if pattern.contains(&other) {
            both = both.replace(range, "");
        }
    }
    let mut chars = both.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            c if c.is_alphabetic() => return true,
            _ => {}
        }
    }
    false
}

/// Registry hives in a product's words: what a key opens with is replaced.
pub(super) fn hives(item: &Item, hives: &Fields) -> Item {
    let mut item = item.clone();
    for value in &mut item.values {
        let Value::Text { text, .. } = value else { continue };
        let mut first = true;
        *text = text.map_plain(|run| match std::mem::replace(&mut first, false) {
            true => hive(run, hives),
            false => run.to_owned(),
        });
    }
    item
}

fn hive(run: &str, hives: &Fields) -> String {
    for (from, to) in hives {
        // `\HKLM\…` and `HKLM\…` name the same key.
        let bare = run.strip_prefix('\\').unwrap_or(run);
        if let (Some(head), Some(rest)) = (bare.get(..from.len()), bare.get(from.len()..))
            && head.eq_ignore_ascii_case(from)
            && (rest.is_empty() || rest.starts_with('\\'))
        {
            return format!("{to}{rest}");
        }
    }
    run.to_owned()
}

/// Sysmon's `DWORD (0x00000001)` as the number it stands for.
pub(super) fn registry_data(value: &Value) -> Value {
    let number = value.as_text().and_then(Text::as_plain).and_then(|text| {
        let inner = ["DWORD (0x", "QWORD (0x"].iter().find_map(|open| text.strip_prefix(open))?;
        let hex = inner.strip_suffix(')')?.replace("-0x", "");
        i128::from_str_radix(&hex, 16).ok()
    });
    number.map_or_else(|| value.clone(), |number| Value::plain(&number.to_string()))
}

/// Paths asked of a column that holds only the name of the file.
///
/// # Errors
/// A folder that is asked for too.
pub(super) fn file_names(item: &Item, product: &str) -> Result<Vec<Value>, Failure> {
    let name = |value: &Value| {
        let Value::Text { text, cased } = value else { return Some(value.clone()) };
        let inner = text.inner();
        let plain = inner.as_plain()?;
        let text = match (text.shape(), plain.rsplit_once('\\')) {
            (Shape::Ends, Some(("", name))) => Text::plain(name),
            (Shape::Ends | Shape::Contains, None) => text.clone(),
            (Shape::Contains, Some(("", name))) => Text::plain(name).close(),
            _ => return None,
        };
        Some(Value::Text { text, cased: *cased })
    };
    let bad = || Failure::value(format!("{product} has the name of this file only, not its path"));
    item.values.iter().map(|value| name(value).ok_or_else(bad)).collect()
}
