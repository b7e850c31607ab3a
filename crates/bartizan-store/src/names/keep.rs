//! Keeping what a report names, in the transaction that keeps the report.

use std::collections::BTreeSet;

use super::{Named, name_key};
use crate::error::Error;
use crate::sql::{Tx, Value, values};

/// The most names of a report; what comes later in it is left out.
const MOST: usize = 2_000;
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
    let columns = ["report", "kind", "value", "shown", "sure", "sentence", "hit_from", "hit_to"];
    let rows: Vec<Vec<Value<'_>>> = rows
        .iter()
        .map(|((kind, value), [shown, sure, sentence], hit)| {
            values![report, kind, value, shown, sure, sentence, hit.0, hit.1].to_vec()
        })
        .collect();
    tx.fill("report_name", &columns, &rows).await
}
