//! `Data` of Windows events: `Name=value` in it is a field of its own.

use crate::{
    error::Failure,
    pipeline::Work,
    rule::{Detection, Item, Part, Text, Value},
};

/// Replaces `Data` by the one field its value names.
///
/// # Errors
/// Where it names none, or several.
pub(super) fn split(work: &mut Work) -> Result<(), Failure> {
    if !work.rule.log_source.product("windows") {
        return Ok(());
    }
    work.replace_items(|item| {
        if item.field.as_deref() != Some("Data") {
            return Ok(None);
        }
        let [value] = item.values.as_slice() else {
            return Err(Failure::field("`Data` is asked for several values"));
        };
        let Some((name, rest)) = value.as_text().and_then(named) else {
            return Err(Failure::field("`Data` is asked for a text that names no field"));
        };
        let value = Value::Text { text: rest, cased: false };
        let item = Item { field: Some(format!("EventData.{name}")), values: vec![value], ..item.clone() };
        Ok(Some(Detection::Item(item)))
    })
}

/// The name before `=` or `:`, and the text with what stands behind it.
fn named(text: &Text) -> Option<(String, Text)> {
    let at = usize::from(text.opens_any());
    let Some(Part::Plain(run)) = text.parts().get(at) else {
        return None;
    };
    let (name, value) = run.split_once(['=', ':'])?;
    let word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !word || value.is_empty() {
        return None;
    }
    let before = text.parts().iter().take(at).cloned();
    let after = text.parts().iter().skip(at + 1).cloned();
    let parts = before.chain([Part::Plain(value.trim_start().to_owned())]).chain(after);
    Some((name.to_owned(), Text::from_parts(parts)))
}
