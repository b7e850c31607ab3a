//! Values put right: what rules write in Sysmon's words, in those of the products.

use super::spread;
use crate::{
    error::{Failure, Reason},
    pipeline::{Fields, Work},
    rule::{Detection, Item, Link, Shape, Text, Value},
};

/// `true` or `false`, however the rule writes it.
pub(crate) fn truth(value: &Value) -> Option<bool> {
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
pub(crate) fn truths(item: &Item) -> Result<Vec<bool>, Failure> {
    let field = item.field.as_deref().unwrap_or_default();
    let bad = || Failure::value(format!("`{field}` is true or false"));
    item.values.iter().map(|value| truth(value).ok_or_else(bad)).collect()
}

/// Hashes as Sysmon writes them (`MD5=…,SHA256=…`), one field for each algorithm.
///
/// # Errors
/// An algorithm that `field_of` has no field for, and a hash with wildcards inside.
pub(crate) fn hashes(
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
pub(crate) fn levels(item: &Item) -> Result<Vec<(&'static str, i128)>, Failure> {
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
pub(crate) fn integer(value: &Value) -> Option<i128> {
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
pub(crate) fn numbers(item: &Item, field: &str) -> Result<Detection, Failure> {
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
pub(crate) fn strings(item: &Item, field: &str) -> Detection {
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
pub(crate) fn caseless(work: &mut Work, product: &str) -> Result<(), Failure> {
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

/// Refuses keys that open with a hive, for products whose documents do not say how they write one.
///
/// # Errors
/// A key that opens so.
pub(crate) fn no_hives(item: &Item, product: &str) -> Result<(), Failure> {
    for text in item.values.iter().filter_map(Value::as_text) {
        if text.bare().trim_start_matches('\\').to_ascii_uppercase().starts_with("HK") {
            return Err(Failure::value(format!(
                "how {product} writes the hive of `{}` is not documented",
                text.bare()
            )));
        }
    }
    Ok(())
}

/// Registry hives in a product's words: what a key opens with is replaced.
pub(crate) fn hives(item: &Item, hives: &Fields) -> Item {
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
pub(crate) fn registry_data(value: &Value) -> Value {
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
pub(crate) fn file_names(item: &Item, product: &str) -> Result<Vec<Value>, Failure> {
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
