//! Correlations as queries: what dialects share.

mod limits;
mod piped;
mod plan;
pub(super) mod sequence;
mod sql;
pub(super) mod tables;

pub(super) use piped::short;
pub use piped::{Piped, Several};
pub use plan::{Judged, Part, Plan, Source};
pub use sql::Sql;
pub(super) use tables::sql;

use super::{Context, Job, Query};
use crate::{
    collection::Collection,
    convert::{Conversion, prepare},
    error::Failure,
    expr::{self, Expr},
    pipeline::Work,
    rule::{Detection, Item, Part as TextPart, Rule, Text, Value},
};

/// The most rules in one query, counted through correlations over each other.
const MOST_PARTS: usize = 256;

/// A rule through its pipelines, as condition and as query in `format`.
fn written<'c>(rule: &Rule, job: &Job, format: &str) -> Result<(Work, Source<'c>), Failure> {
    let mut work = prepare(rule, job)?;
    // Commands that choose fields would take those away that are grouped by.
    work.rule.fields.clear();
    let trees = work.rule.conditions.iter().map(|condition| expr::build(&work.rule, condition));
    let mut trees: Vec<Expr<'_>> = trees.collect();
    let tree = match trees.len() {
        1 => trees.remove(0),
        _ => Expr::Or(trees),
    };
    let mut context = Context {
        rule: &work.rule,
        state: &work.state,
        reach: job.reach,
        format,
        index: 0,
        deferred: Vec::new(),
        negations: 0,
        alternatives: usize::from(work.rule.conditions.len() > 1),
    };
    let dialect = job.dialect();
    let condition = dialect.expr(&mut context, &tree)?;
    let stream = match dialect.finish(&context, condition.clone())? {
        Query::Text(text) => text,
        Query::Json(_) => return Err(Failure::expression("correlations as documents")),
    };
    let condition = condition.unwrap_or_default();
    Ok((work, Source::Rule { condition, stream }))
}

/// What a field of a rule is called behind the pipelines, as it stands in a query: the rule is sent through them with
/// the field in an item that no condition asks for.
fn field(rule: &Rule, name: &str, job: &Job) -> Result<String, Failure> {
    const PROBE: &str = "_field_of_correlation";
    let mut rule = rule.clone();
    let any = Value::Text { text: Text::from_parts([TextPart::Any]), cased: false };
    rule.selections.push((PROBE.into(), Detection::item(name, vec![any])));
    let work = prepare(&rule, job)?;
    let found = work.rule.selections.iter().find(|(selection, _)| selection == PROBE);
    let items = found.map(|(_, detection)| detection.items()).unwrap_or_default();
    match items.as_slice() {
        [Item { field: Some(field), .. }] => rendered(field, job),
        _ => Err(Failure::field(format!("`{name}` is not one field in the target's schema"))),
    }
}

/// A field name as it stands in a query; it must not hold anything that could end it.
fn rendered(name: &str, job: &Job) -> Result<String, Failure> {
    let dialect = job.dialect();
    let quoted = !dialect.grammar().field_quote.is_empty();
    let good = |c: char| c.is_alphanumeric() || "_.@#-".contains(c) || (quoted && " :/".contains(c));
    match !name.is_empty() && name.len() <= 256 && name.chars().all(good) {
        true => Ok(dialect.field(name)),
        false => Err(Failure::field(format!("`{name}` cannot stand in `group-by` or as a measured field"))),
    }
}

/// The query of a correlation. Its rules are not converted on their own: [`Collection::stands_alone`] says which are.
///
/// # Errors
/// A [`Failure`] where the target cannot express it, or a pipeline cannot express one of its rules.
pub fn convert_correlation(collection: &Collection, at: usize, job: &Job) -> Result<Conversion, Failure> {
    let first = job.target.formats.first().copied().unwrap_or("default");
    let mut notes = Vec::new();
    let mut left = MOST_PARTS;
    let plan = Plan::new(collection, at, job, &mut left, &mut notes)?;
    let mut conversion = job.target.dialect.correlate(&plan)?;
    if job.format != first {
        let about = &plan.correlation.about;
        for query in &mut conversion.queries {
            let document = match query {
                Query::Text(text) => job.target.dialect.document(job.format, about, text),
                Query::Json(_) => None,
            };
            let refused = || Failure::expression(format!("correlations in the format `{}`", job.format));
            *query = Query::Text(document.ok_or_else(refused)?);
        }
    }
    for note in notes.into_iter().chain(std::mem::take(&mut conversion.notes)) {
        if !conversion.notes.contains(&note) {
            conversion.notes.push(note);
        }
    }
    Ok(conversion)
}
