//! Findings about rules: what the specification asks for, and what a reader of the rule would trip over.
//!
//! Source: Sigma Rules Specification 2.1 and its JSON schema; each code says which part.

mod fix;
mod meta;

pub use meta::references;

use std::collections::HashSet;

pub use fix::{Fix, Fixed, fix};

use crate::{
    error::Place,
    rule::{self, Condition, Detection, Document, Modifier, Rule, Value, matches},
    yaml::{self, Node},
};

/// How bad a finding is; the words are SARIF's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The rule cannot be used as it stands.
    Error,
    /// The rule says something else than it seems to, or breaks the specification.
    Warning,
    /// The specification recommends otherwise.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// One of [`CODES`].
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What is wrong and what to do.
    pub message: String,
}

impl Finding {
    /// A file that could not be read at all.
    pub fn unreadable(message: String) -> Self {
        Self { code: "sigma.unreadable", severity: Severity::Error, place: Place::default(), message }
    }
}

/// Every code with what it means.
pub const CODES: &[(&str, &str)] = &[
    ("sigma.unreadable", "The file cannot be read, or is no UTF-8"),
    ("sigma.yaml", "The file is no YAML"),
    ("sigma.too-large", "The file is over a limit of size, nodes or nesting"),
    ("sigma.rule", "A required part is missing or of the wrong type"),
    ("sigma.condition", "The condition cannot be read, or names a selection that is not there"),
    ("sigma.modifier", "An unknown modifier, or one that cannot be applied to the value"),
    ("sigma.value", "A value that is no scalar"),
    ("sigma.title", "The title is missing or longer than 256 characters"),
    ("sigma.id", "The id is missing or no UUID"),
    ("sigma.level", "The level is none of the specification's"),
    ("sigma.status", "The status is none of the specification's"),
    ("sigma.date", "A date is not YYYY-MM-DD"),
    ("sigma.tag", "A tag has no namespace, or characters that tags do not have"),
    ("sigma.log-source", "The log source names neither category, product nor service"),
    ("sigma.duplicate-key", "A key stands twice; only the last one counts"),
    ("sigma.unused-selection", "A selection that no condition uses"),
    ("sigma.single-all", "`all` with one value changes nothing"),
    ("sigma.unknown-key", "A key that the specification does not know"),
    ("sigma.trailing-space", "Spaces at the end of a line"),
    ("sigma.duplicate-item", "A tag, reference, false positive or field stands twice in its list"),
    ("sigma.pattern-in-re", "A regular expression that cannot be compiled without look-around"),
    ("sigma.correlation", "A part of a correlation is missing or cannot be read"),
    ("sigma.timespan", "The timespan of a correlation is missing, or no number with s, m, h or d"),
    ("sigma.filter", "A part of a filter is missing, or it names a correlation"),
    ("sigma.unknown-rule", "A correlation or filter names a rule that is not in the files given"),
    ("sigma.ambiguous-rule", "A correlation names an id or name that several rules have"),
    ("sigma.cycle", "A correlation is built on itself"),
    ("sigma.filter-log-source", "A filter names a rule of another log source"),
    ("sigma.filter-keeps", "A filter that excludes nothing: it keeps what its selections match"),
    ("sigma.group-by", "A correlation without `group-by`"),
    ("sigma.alias", "An alias that is not used, or has no field for a rule"),
    ("sigma.percentile", "A `value_percentile` does not say which"),
    ("sigma.never-true", "A correlation asks for more rules than it names"),
];

const LEVELS: &[&str] = &["informational", "low", "medium", "high", "critical"];
const STATUS: &[&str] = &["stable", "test", "experimental", "deprecated", "unsupported"];
/// Keys beyond the specification that the public corpus uses.
const KNOWN: &[&str] =
    &["scope", "regression_tests_path", "simulation", "correlation", "filter", "action", "generate"];

/// Checks the documents of a rule file.
pub fn check(source: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let nodes = match yaml::parse(source) {
        Ok(nodes) => nodes,
        Err(error) => {
            findings.push(of_error(&error));
            return findings;
        }
    };
    for node in &nodes {
        duplicate_keys(node, &mut findings);
    }
    findings.extend(fix::findings(source, &nodes));
    match rule::whole(nodes) {
        Err(error) => findings.push(of_error(&error)),
        Ok(nodes) => nodes.iter().for_each(|node| check_document(node, &mut findings)),
    }
    findings.sort_by_key(|finding| finding.place);
    findings
}

fn check_document(node: &Node, findings: &mut Vec<Finding>) {
    match rule::document(node) {
        Err(error) => findings.push(of_error(&error)),
        Ok(Document::Rule(rule)) => check_rule(&rule, node, findings),
        Ok(Document::Correlation(correlation)) => {
            check_about(&correlation.about, node, findings);
            meta::check_correlation(&correlation, findings);
        }
        Ok(Document::Filter(filter)) => {
            check_about(&filter.about, node, findings);
            meta::check_filter(&filter, findings);
        }
        Ok(Document::Other(_)) => {}
    }
}

fn of_error(error: &crate::Error) -> Finding {
    Finding {
        code: error.code(),
        severity: Severity::Error,
        place: error.place(),
        message: error.message().to_owned(),
    }
}

fn duplicate_keys(node: &Node, findings: &mut Vec<Finding>) {
    if let Some(entries) = node.map() {
        let mut seen = HashSet::new();
        for (key, value) in entries {
            if let Some(text) = key.text()
                && !seen.insert(text)
            {
                findings.push(Finding {
                    code: "sigma.duplicate-key",
                    severity: Severity::Warning,
                    place: key.place,
                    message: format!("`{text}` stands twice; join the values in one list"),
                });
            }
            duplicate_keys(value, findings);
        }
    }
    for item in node.list().unwrap_or_default() {
        duplicate_keys(item, findings);
    }
}

/// What a document says about itself.
fn check_about(rule: &Rule, node: &Node, findings: &mut Vec<Finding>) {
    let at = |key: &str| node.get(key).map_or(node.place, |n| n.place);
    let mut say = |code, severity, key: &str, message: String| {
        findings.push(Finding { code, severity, place: at(key), message });
    };
    let length = rule.title.chars().count();
    if length == 0 || length > 256 {
        say("sigma.title", Severity::Warning, "title", "give a title of 1 to 256 characters".into());
    }
    match &rule.id {
        Some(id) if is_uuid(id) => {}
        Some(id) => say("sigma.id", Severity::Warning, "id", format!("`{id}` is no UUID")),
        None => say("sigma.id", Severity::Note, "id", "give the rule an id (UUID version 4)".into()),
    }
    let listed = |value: &Option<String>, list: &[&str]| {
        value.as_deref().filter(|v| !list.contains(v)).map(str::to_owned)
    };
    if let Some(level) = listed(&rule.level, LEVELS) {
        let message = format!("`{level}` is no level; use one of {}", LEVELS.join(", "));
        say("sigma.level", Severity::Warning, "level", message);
    }
    if let Some(status) = listed(&rule.status, STATUS) {
        let message = format!("`{status}` is no status; use one of {}", STATUS.join(", "));
        say("sigma.status", Severity::Warning, "status", message);
    }
    for (key, date) in [("date", &rule.date), ("modified", &rule.modified)] {
        if let Some(date) = date.as_deref().filter(|d| !is_date(d)) {
            say("sigma.date", Severity::Warning, key, format!("`{date}` is not written YYYY-MM-DD"));
        }
    }
    for tag in rule.tags.iter().filter(|tag| !is_tag(tag)) {
        let message = format!("`{tag}` is no tag: lower case, `namespace.name`");
        say("sigma.tag", Severity::Warning, "tags", message);
    }
    for (key, _) in rule.custom.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str())) {
        let message = format!("`{key}` is no key of a rule; the specification keeps own keys apart");
        say("sigma.unknown-key", Severity::Note, key, message);
    }
}

fn check_rule(rule: &Rule, node: &Node, findings: &mut Vec<Finding>) {
    check_about(rule, node, findings);
    let mut say = |code, severity, key: &str, message: String| {
        let place = node.get(key).map_or(node.place, |n| n.place);
        findings.push(Finding { code, severity, place, message });
    };
    let source = &rule.log_source;
    if source.category.is_none() && source.product.is_none() && source.service.is_none() {
        let message = "name a category, product or service".into();
        say("sigma.log-source", Severity::Warning, "logsource", message);
    }
    for (name, _) in &rule.selections {
        if !rule.conditions.iter().any(|condition| uses(condition, name)) {
            let message = format!("no condition uses `{name}`: remove it or name it");
            say("sigma.unused-selection", Severity::Warning, "detection", message);
        }
    }
    for (_, detection) in &rule.selections {
        check_items(detection, findings);
    }
}

fn check_items(detection: &Detection, findings: &mut Vec<Finding>) {
    for item in detection.items() {
        if item.field.is_some() && item.has(Modifier::All) && item.values.len() < 2 {
            findings.push(Finding {
                code: "sigma.single-all",
                severity: Severity::Note,
                place: item.place,
                message: "`all` has one value: leave it out, or list the others".into(),
            });
        }
        for value in &item.values {
            let Value::Regex(regex) = value else { continue };
            if let Some(why) = crate::eval::refused(regex) {
                findings.push(Finding {
                    code: "sigma.pattern-in-re",
                    severity: Severity::Note,
                    place: item.place,
                    message: why,
                });
            }
        }
    }
}

fn uses(condition: &Condition, name: &str) -> bool {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(|part| uses(part, name)),
        Condition::Not(inner) => uses(inner, name),
        Condition::Selection(selection) => selection == name,
        Condition::Of(_, pattern) => matches(pattern, name),
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|g| g.len()).collect();
    lengths == [8, 4, 4, 4, 12] && groups.concat().bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits =
        |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|b| b.iter().all(u8::is_ascii_digit));
    let number =
        |range: std::ops::Range<usize>| text.get(range).and_then(|t| t.parse::<u32>().ok()).unwrap_or(0);
    bytes.len() == 10
        && digits(0..4)
        && bytes.get(4) == Some(&b'-')
        && digits(5..7)
        && bytes.get(7) == Some(&b'-')
        && digits(8..10)
        && (1..=12).contains(&number(5..7))
        && (1..=31).contains(&number(8..10))
}

fn is_tag(text: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    text.chars().all(good)
        && text.split_once('.').is_some_and(|(space, name)| !space.is_empty() && !name.is_empty())
}
