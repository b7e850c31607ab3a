//! Keeping what a report names, in the transaction that keeps the report.

use std::collections::BTreeSet;

use super::{Named, name_key};
use crate::error::Error;
use crate::sql::{Tx, Value, places};

/// The most names of a report; what comes later in it is left out.
const MOST: usize = 2_000;
/// Rows of a statement.
const ROWS: usize = 200;
/// Longest text of a column, in characters.
const LONGEST: usize = 600;

fn cut(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect()
}

/// Keeps them; the first of two that are the same counts.
pub(crate) async fn keep(tx: &mut Tx, report: i64, names: &[Named]) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for name in names {
        let key = (cut(&name.kind), name_key(&name.kind, &name.value));
        if key.0.is_empty() || key.1.is_empty() || !seen.insert(key.clone()) {
            continue;
        }
        rows.push((key, [cut(&name.shown), cut(&name.sure), cut(&name.sentence)], name.hit));
        if rows.len() == MOST {
            break;
        }
    }
    for some in rows.chunks(ROWS) {
        let mut values = Vec::with_capacity(some.len() * 8);
        let mut places_of = Vec::with_capacity(some.len());
        for ((kind, value), [shown, sure, sentence], hit) in some {
            places_of.push(format!("({})", places(values.len() + 1, 8)));
            values.push(Value::Number(report));
            values.extend([kind, value, shown, sure, sentence].map(|text| Value::Text(text)));
            values.extend([Value::Number(hit.0), Value::Number(hit.1)]);
        }
        let sql = format!(
            "INSERT INTO report_name (report, kind, value, shown, sure, sentence, hit_from, hit_to) VALUES {}",
            places_of.join(", ")
        );
        tx.run(&sql, &values).await?;
    }
    Ok(())
}
