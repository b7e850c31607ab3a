//! One rule for one target.

use crate::{
    error::{Failure, Note},
    expr, guard,
    pipeline::{Reach, Work},
    rule::Rule,
    target::{Context, Job, Query},
};

/// What a rule became.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion {
    /// A query for each condition.
    pub queries: Vec<Query>,
    /// Where the queries only come near to the rule; empty unless the job allows it. Of a correlation also what the
    /// Sigma specification lets a converter do with a warning (windows that begin at fixed times).
    pub notes: Vec<Note>,
}

/// A rule after the pipelines of a job, as its target's language will write it.
///
/// # Errors
/// What a pipeline refuses; in the wide reach also names that no language can be trusted with.
pub fn prepare(rule: &Rule, job: &Job) -> Result<Work, Failure> {
    let mut work = Work::new(rule.clone());
    work.reach = job.reach;
    work.approximate = job.approximate;
    let odd = guard::odd_names(&work.rule);
    for pipeline in &job.pipelines {
        (pipeline.apply)(&mut work)?;
    }
    for pipeline in &job.user {
        pipeline.apply(&mut work)?;
    }
    if job.reach == Reach::Wide {
        let dialect = job.target.dialect.wide().unwrap_or(job.target.dialect);
        guard::check(&mut work.rule, &odd, dialect.grammar().quotes_names())?;
    }
    Ok(work)
}

/// Converts a rule: its pipelines, then one query for each condition.
///
/// # Errors
/// A [`Failure`] where the target or a pipeline cannot express the rule.
pub fn convert(rule: &Rule, job: &Job) -> Result<Conversion, Failure> {
    let work = prepare(rule, job)?;
    let dialect = job.dialect();
    let mut queries = Vec::with_capacity(work.rule.conditions.len());
    for (index, condition) in work.rule.conditions.iter().enumerate() {
        let tree = expr::build(&work.rule, condition);
        let mut context = Context {
            rule: &work.rule,
            state: &work.state,
            reach: job.reach,
            format: job.format,
            index,
            deferred: Vec::new(),
            negations: 0,
            alternatives: 0,
        };
        let query = dialect.expr(&mut context, &tree)?;
        let query = dialect.finish(&context, query)?;
        queries.push(match query {
            Query::Text(text) => Query::Text(
                job.user.iter().try_fold(text, |text, pipeline| pipeline.finish_query(&work, text))?,
            ),
            json => json,
        });
    }
    Ok(Conversion { queries, notes: work.notes })
}

/// Whether the conversions of a set must go through [`settle`] before they are used together.
pub fn settles(job: &Job) -> bool {
    job.dialect().settles()
}

/// Puts the conversions of a set for one job right together: ids that no two rules of a platform may share. Which ids a
/// rule gets does not depend on the order of the set. Gives the numbers of those for which none are left, with the reason.
pub fn settle(job: &Job, set: &mut [&mut Conversion]) -> Vec<(usize, Failure)> {
    let left = job.dialect().settle(set).into_iter();
    let failure = || Failure::expression("the platform has no id left for a rule in a set of this size");
    left.map(|at| (at, failure())).collect()
}

/// What the finalizers of the user's pipelines make of all queries of a job; none where no pipeline has any.
///
/// # Errors
/// A template that cannot be filled.
pub fn finalize(job: &Job, queries: &[serde_json::Value]) -> Result<Option<String>, Failure> {
    let mut done = None;
    for pipeline in job.user.iter().filter(|pipeline| pipeline.has_finalizers()) {
        done = match &done {
            None => pipeline.finish_all(queries)?,
            Some(text) => pipeline.finish_all(&[serde_json::json!(text)])?,
        };
    }
    Ok(done)
}
