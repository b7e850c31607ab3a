//! Regular expressions for products that have none.

use crate::{
    error::Failure,
    pipeline::Work,
    rule::{
        Value,
        pattern::{Leave, strings},
    },
};

/// Writes regular expressions as strings with wildcards, for a product whose letters match either case: those that ask no
/// more, and by leave of the user those that come near. The others stay, for the dialect to refuse. `lines` says whether a
/// field may hold line breaks, which `.` does not match and `*` does.
///
/// # Errors
/// None that was not allowed.
pub(in super::super) fn wildcards(work: &mut Work, lines: impl Fn(&str) -> bool) -> Result<(), Failure> {
    rewrite(work, |field| Leave { lines: !lines(field), ..Leave::default() });
    let loose = Leave { case: true, lines: true, sets: true };
    let near = work.items().iter().any(|item| {
        let found = |value: &Value| matches!(value, Value::Regex(regex) if strings(regex, loose).is_some());
        item.values.iter().any(found)
    });
    if work.approximate && near {
        let failure = Failure::expression(
            "a regular expression is asked as strings with wildcards, which find letters of either case and any character for a set of them",
        );
        work.come_near("approximation.wildcards", failure)?;
        rewrite(work, |_| loose);
    }
    Ok(())
}

fn rewrite(work: &mut Work, leave: impl Fn(&str) -> Leave) {
    work.each_item(|item| {
        let leave = leave(item.field.as_deref().unwrap_or_default());
        for value in &mut item.values {
            let Value::Regex(regex) = value else { continue };
            let Some(texts) = strings(regex, leave) else { continue };
            let mut texts: Vec<Value> =
                texts.into_iter().map(|text| Value::Text { text, cased: false }).collect();
            *value = if texts.len() == 1 { texts.remove(0) } else { Value::AnyOf(texts) };
        }
    });
}
