//! Findings about correlations and filters.
//!
//! Source: Sigma Correlation Rules Specification and Sigma Filters Specification 2.1.

use super::{Finding, Severity, of_error};
use crate::{
    collection::Collection,
    error::Place,
    rule::{
        Correlation, Document, Filter,
        correlation::{Kind, Sign, Test},
    },
};

/// What the documents of one or several files say of each other: the number of the document with each finding.
pub fn references(documents: impl IntoIterator<Item = Document>) -> Vec<(usize, Finding)> {
    let (_, problems) = Collection::new(documents);
    problems.iter().map(|problem| (problem.document, of_error(&problem.error))).collect()
}

pub(super) fn check_filter(filter: &Filter, findings: &mut Vec<Finding>) {
    if !filter.excludes() {
        findings.push(Finding {
            code: "sigma.filter-keeps",
            severity: Severity::Warning,
            place: filter.place,
            message: "the filter keeps what its selections match and nothing else; write `not selection` to exclude it"
                .into(),
        });
    }
}

pub(super) fn check_correlation(correlation: &Correlation, findings: &mut Vec<Finding>) {
    let mut say = |code, place: Place, message: String| {
        findings.push(Finding { code, severity: Severity::Warning, place, message });
    };
    if correlation.group_by.is_empty() {
        let message = "name fields in `group-by`: without it events of all hosts and users count together";
        say("sigma.group-by", correlation.place, message.into());
    }
    for alias in &correlation.aliases {
        if !correlation.group_by.contains(&alias.name) {
            let message = format!("`group-by` does not name the alias `{}`", alias.name);
            say("sigma.alias", correlation.place, message);
        }
        for rule in &correlation.rules {
            if !alias.fields.iter().any(|(reference, _)| reference.name == rule.name) {
                let message = format!("the alias `{}` has no field for `{}`", alias.name, rule.name);
                say("sigma.alias", rule.place, message);
            }
        }
    }
    let Test::Measure { checks, percentile, .. } = &correlation.test else { return };
    if correlation.kind == Kind::ValuePercentile && percentile.is_none() {
        let message = "say which percentile is compared: `percentile: 95` in the condition";
        say("sigma.percentile", correlation.place, message.into());
    }
    let most = correlation.rules.len() as f64;
    let above = |(sign, number): &(Sign, _)| {
        let number: &crate::rule::Number = number;
        match sign {
            Sign::Greater => number.value() >= most,
            Sign::GreaterEqual | Sign::Equal => number.value() > most,
            Sign::Less | Sign::LessEqual | Sign::NotEqual => false,
        }
    };
    if correlation.kind.is_temporal() && checks.iter().any(above) {
        let message = format!("it asks for more rules than the {most} it names");
        say("sigma.never-true", correlation.place, message);
    }
}
