//! One rule for one target.

use crate::{
    error::Failure,
    expr,
    pipeline::{Work, builtin},
    rule::Rule,
    target::{self, Context, Label, Query},
};

/// Converts a rule for a label of the reference set.
///
/// # Errors
/// A [`Failure`] where the target or its pipeline cannot express the rule.
pub fn convert(rule: &Rule, label: &Label) -> Result<Vec<Query>, Failure> {
    let Some(target) = target::target(label.target) else {
        return Err(Failure::expression(format!("no target `{}`", label.target)));
    };
    let mut work = Work::new(rule.clone());
    for name in target.own.iter().chain(label.pipelines) {
        if let Some(pipeline) = builtin::by_name(name) {
            (pipeline.apply)(&mut work)?;
        }
    }
    let dialect = target.dialect;
    let mut queries = Vec::with_capacity(work.rule.conditions.len());
    for (index, condition) in work.rule.conditions.iter().enumerate() {
        let tree = expr::build(&work.rule, condition);
        let mut context = Context {
            rule: &work.rule,
            state: &work.state,
            format: label.format,
            index,
            deferred: Vec::new(),
            negations: 0,
        };
        let query = dialect.expr(&mut context, &tree)?;
        queries.push(dialect.finish(&context, query)?);
    }
    Ok(queries)
}
