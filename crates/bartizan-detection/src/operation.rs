//! Operations that a report names in its prose, by the name that an audit log has: calls of cloud interfaces, event types of
//! identity platforms, commands of ESXi. One list for each log, what reads apart from what changes.
//!
//! Names stand in `data/operations.tsv`; operations of Azure and Google Cloud are known by their form. A name counts where no
//! letter or digit stands around it and, where it could mean something else, only in a report that speaks of its platform.

use std::collections::BTreeMap;

use bartizan::{Analysis, Evidence, Region, Span};
use serde_json::{Value, json};

use crate::draft::{Draft, Field, Kind, Level, LogSource, Sample, Selection};
use crate::{link, platforms, write};

static TABLE: &str = include_str!("../data/operations.tsv");

/// A log that has operations by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Log {
    Aws,
    Azure,
    Google,
    Okta,
    M365,
    Esxi,
}

impl Log {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "aws" => Self::Aws,
            "okta" => Self::Okta,
            "m365" => Self::M365,
            "esxi" => Self::Esxi,
            _ => return None,
        })
    }

    /// The product that a report must speak of; none where the name is enough.
    fn product(self) -> Option<&'static str> {
        match self {
            Self::Aws => Some("aws"),
            Self::Okta => Some("okta"),
            Self::M365 => Some("m365"),
            Self::Azure | Self::Google | Self::Esxi => None,
        }
    }

    fn source(self) -> LogSource {
        match self {
            Self::Aws => LogSource::service("aws", "cloudtrail"),
            Self::Azure => LogSource::service("azure", "activitylogs"),
            Self::Google => LogSource::service("gcp", "gcp.audit"),
            Self::Okta => LogSource::service("okta", "okta"),
            Self::M365 => LogSource::service("m365", "exchange"),
            Self::Esxi => LogSource::of("process_creation", "linux"),
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::Aws | Self::M365 => "eventName",
            Self::Azure => "operationName",
            Self::Google => "gcp.audit.method_name",
            Self::Okta => "eventType",
            Self::Esxi => "CommandLine",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Aws => "AWS Calls",
            Self::Azure => "Azure Operations",
            Self::Google => "Google Cloud Calls",
            Self::Okta => "Okta Events",
            Self::M365 => "Exchange Online Operations",
            Self::Esxi => "ESXi Commands",
        }
    }
}

/// An operation that the report names.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    source: String,
    evidence: Vec<Evidence>,
}

/// The rules of all operations that the report names.
pub(crate) fn drafts(analysis: &Analysis, out: &mut Vec<Draft>) {
    let text = &analysis.document.text;
    let spoken = platforms::of(text);
    let mut found: BTreeMap<(Log, bool), BTreeMap<String, Named>> = BTreeMap::new();
    let mut add = |log: Log, changes: bool, name: &str, source: &str, start: usize, end: usize| {
        let span = Span::new(start, end);
        if let Some(evidence) = place(analysis, span) {
            let all = found.entry((log, changes)).or_default();
            let named = || Named { name: name.to_owned(), source: source.to_owned(), evidence: Vec::new() };
            all.entry(name.to_lowercase()).or_insert_with(named).evidence.push(evidence);
        }
    };
    for (log, name, source, changes) in TABLE.lines().filter_map(row) {
        if log.product().is_some_and(|product| !spoken.contains(product)) {
            continue;
        }
        for (at, _) in text.match_indices(name).filter(|(at, _)| stands_alone(text, *at, name.len())) {
            add(log, changes, name, source, at, at + name.len());
        }
    }
    for (log, start, end) in by_form(text) {
        let name = &text[start..end];
        let last = name.rsplit(['/', '.']).next().unwrap_or_default().to_ascii_lowercase();
        let reads = ["read", "list", "get", "describe"].iter().any(|verb| last.starts_with(verb));
        add(log, !reads, name, "", start, end);
    }
    for ((log, changes), named) in found {
        let named: Vec<Named> = named.into_values().collect();
        out.push(draft(analysis, log, changes, &named));
    }
}

/// A row of the table.
fn row(line: &'static str) -> Option<(Log, &'static str, &'static str, bool)> {
    let mut cells = line.split('\t');
    let log = Log::parse(cells.next()?)?;
    Some((log, cells.next()?, cells.next()?, cells.next()? == "w"))
}

fn stands_alone(text: &str, at: usize, length: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + length..].chars().next();
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    !joins(before) && !joins(after)
}

/// Names that their form tells: `Microsoft.Compute/snapshots/write`, `google.iam.admin.v1.CreateServiceAccountKey`.
fn by_form(text: &str) -> Vec<(Log, usize, usize)> {
    let mut out = Vec::new();
    let mut at = 0;
    for word in text.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '"' | '\'' | '`' | '“' | '”' | '<' | '>')
    }) {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        debug_assert!(start >= at);
        at = start;
        let name = word.trim_end_matches(['.', ':', '!', '?']);
        let plain =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let lower = name.to_ascii_lowercase();
        if let Some(rest) = lower.strip_prefix("microsoft.")
            && !rest.starts_with("com/")
            && rest.matches('/').count() >= 2
            && rest.split(['/', '.']).all(plain)
            && ["/write", "/delete", "/read", "/action"].iter().any(|verb| rest.ends_with(verb))
        {
            out.push((Log::Azure, start, start + name.len()));
        }
        if let Some(rest) = name.strip_prefix("google.")
            && rest.matches('.').count() >= 2
            && rest.split('.').all(plain)
            && rest.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_uppercase()))
        {
            out.push((Log::Google, start, start + name.len()));
        }
    }
    out
}

/// The place of a name in what the report says itself.
fn place(analysis: &Analysis, span: Span) -> Option<Evidence> {
    let block = analysis.document.block_of(span)?;
    let own = !matches!(block.region, Region::Furniture | Region::References);
    own.then(|| Evidence { span, sentence: analysis.document.sentence_of(span) })
}

fn draft(analysis: &Analysis, log: Log, changes: bool, named: &[Named]) -> Draft {
    let mut evidence: Vec<Evidence> = named.iter().flat_map(|n| n.evidence.iter().copied()).collect();
    evidence.sort_by_key(|e| (e.span.start, e.span.end));
    let log_source = log.source();
    let names = named.iter().map(|n| n.name.clone());
    let selection = match log {
        Log::Esxi => Selection::all("selection", vec![Field::new("CommandLine|contains", names)]),
        Log::Aws => {
            let sources: std::collections::BTreeSet<&str> = named.iter().map(|n| n.source.as_str()).collect();
            Selection::all(
                "selection",
                vec![Field::new("eventSource", sources), Field::new(log.field(), names)],
            )
        }
        Log::M365 => Selection::all(
            "selection",
            vec![Field::new("eventSource", ["Exchange"]), Field::new(log.field(), names)],
        ),
        _ => Selection::all("selection", vec![Field::new(log.field(), names)]),
    };
    let verb = if changes { "change" } else { "read" };
    let (level, level_reason) = match (changes, log) {
        (true, Log::Esxi) => (Level::Medium, "changes of a hypervisor that administrators make too"),
        (true, _) => (Level::Low, "operations that administrators and their tools use too: for hunting"),
        (false, _) => (Level::Low, "operations that only read: for hunting and correlation"),
    };
    Draft {
        kind: Kind::Behaviour,
        body: write::body(&log_source, &[selection], "selection"),
        log_source,
        title: format!("{} Named In A Report That {}", log.title(), if changes { "Change" } else { "Read" }),
        about: format!("Detects operations that a report names, of those that {verb}."),
        level,
        level_reason: level_reason.to_owned(),
        false_positives: vec!["Administrators and their tools, infrastructure as code".to_owned()],
        techniques: link::techniques(analysis, &evidence),
        evidence,
        observables: Vec::new(),
        positives: named.iter().map(|n| Sample::new(format!("{} as named", n.name), event(log, n))).collect(),
        negatives: negatives(log, &named[0]),
    }
}

fn event(log: Log, named: &Named) -> Value {
    let name = &named.name;
    match log {
        Log::Aws => json!({ "eventSource": named.source, "eventName": name }),
        Log::M365 => json!({ "eventSource": "Exchange", "eventName": name }),
        Log::Azure => json!({ "operationName": name.to_uppercase() }),
        Log::Google => json!({ "gcp.audit.method_name": name }),
        Log::Okta => json!({ "eventType": name }),
        Log::Esxi => {
            let program = name.split(' ').next().unwrap_or_default();
            json!({ "Image": format!("/bin/{program}"), "CommandLine": format!("/bin/{name} 17") })
        }
    }
}

fn negatives(log: Log, named: &Named) -> Vec<Sample> {
    let other = |name: &str| event(log, &Named { name: name.to_owned(), ..named.clone() });
    let mut out = vec![Sample::new(
        "an operation that the report does not name",
        other(match log {
            Log::Esxi => "esxcli hardware clock get",
            Log::Azure => "Microsoft.Resources/tags/read",
            Log::Okta => "user.session.start",
            _ => "GetServiceStatusOverview",
        }),
    )];
    if log == Log::Aws {
        let source = "health.amazonaws.com".to_owned();
        out.push(Sample::new(
            "the same name of another service",
            event(log, &Named { source, ..named.clone() }),
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_azure_and_google_are_known_by_their_form() {
        let text = "They called Microsoft.Compute/snapshots/write, then “google.iam.admin.v1.CreateServiceAccountKey”. \
                    Microsoft.NET is none, nor is google.com/a/b, nor microsoft.com/en/read.";
        let found: Vec<&str> = by_form(text).into_iter().map(|(_, a, b)| &text[a..b]).collect();
        assert_eq!(
            found,
            ["Microsoft.Compute/snapshots/write", "google.iam.admin.v1.CreateServiceAccountKey"]
        );
    }

    #[test]
    fn every_row_is_read_and_none_stands_twice() {
        let lines = TABLE.lines().filter(|l| !l.starts_with('#'));
        let mut seen = std::collections::BTreeSet::new();
        for line in lines {
            let (log, name, source, _) = row(line).unwrap_or_else(|| panic!("{line}"));
            assert!(seen.insert((log, name.to_lowercase())), "{line}");
            assert_eq!(log == Log::Aws, source.ends_with(".amazonaws.com"), "{line}");
        }
    }
}
