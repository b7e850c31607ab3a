//! Text of a rule never ends the literal it stands in, whatever the target writes.
//!
//! A hostile value opens with `qpre` and closes with `zq9`. The query is read with the literals of its language: both
//! marks must lie in one literal, and every literal must be closed.

use std::sync::LazyLock;

use bartizan_sigma::{
    Conversion, convert,
    pipeline::Reach,
    rule::{Detection, Item, Part, Regex, Rule, Text, Value},
    target::{self, Job, Query},
    yaml,
};
use proptest::prelude::*;

use crate::rule;

/// What stands for a literal's end inside it.
#[derive(Clone, Copy)]
enum Escape {
    None,
    Backslash,
    Doubled,
    Both,
}

struct Style {
    /// Opening and closing mark, and the escape.
    literals: &'static [(&'static str, &'static str, Escape)],
    /// Whether strings also stand bare, with backslashes.
    bare: bool,
}

const fn quotes(literals: &'static [(&'static str, &'static str, Escape)]) -> Style {
    Style { literals, bare: false }
}

const C: Style = quotes(&[("\"", "\"", Escape::Backslash)]);
const SQL: Style = quotes(&[("'", "'", Escape::Doubled)]);
const SQL_BACKSLASH: Style = quotes(&[("'", "'", Escape::Both)]);
const LUCENE: Style =
    Style { literals: &[("\"", "\"", Escape::Backslash), ("/", "/", Escape::Backslash)], bare: true };
const SPL2: Style = quotes(&[("\"", "\"", Escape::Backslash), ("/", "/", Escape::Backslash)]);
const PPL: Style = quotes(&[("\"", "\"", Escape::Backslash), ("'", "'", Escape::Both)]);
const SLASHES: Style = quotes(&[("/", "/", Escape::Backslash)]);
const SURREAL: Style = quotes(&[("'", "'", Escape::Backslash), ("/", "/", Escape::Backslash)]);
const EITHER: Style = quotes(&[("\"", "\"", Escape::None), ("'", "'", Escape::None)]);
const DOUBLE: Style = quotes(&[("\"", "\"", Escape::None)]);
const LEQL: Style = quotes(&[
    ("\"\"\"", "\"\"\"", Escape::None),
    ("\"", "\"", Escape::None),
    ("'", "'", Escape::None),
    ("/", "/", Escape::Backslash),
]);
const GO: Style = quotes(&[("`", "`", Escape::None), ("\"", "\"", Escape::Backslash)]);
const BARE: Style = Style { literals: &[("\"", "\"", Escape::Backslash)], bare: true };
const STIX: Style = quotes(&[("'", "'", Escape::Backslash)]);
const PYTHON: Style = quotes(&[("\"", "\"", Escape::Backslash), ("'", "'", Escape::Backslash)]);

/// The literals of a target's language. A new target adds its line.
fn style(target: &str) -> Option<&'static Style> {
    Some(match target {
        "splunk" | "eql" | "esql" | "kusto" => &C,
        "splunk_spl2" => &SPL2,
        "lucene" | "opensearch_lucene" | "elastalert" | "quickwit" => &LUCENE,
        "open_search_ppl" => &PPL,
        "log_scale" => &SLASHES,
        "sqlite" | "openobserve" => &SQL,
        "clickhouse" | "databricks" => &SQL_BACKSLASH,
        "surrealql" => &SURREAL,
        "datadog" => &BARE,
        "net_witness" | "logpoint" => &EITHER,
        "victorialogs" | "loki" => &GO,
        "stix" => &STIX,
        "insight_idr" => &LEQL,
        "panther" => &PYTHON,
        "sentinel_one" | "sentinel_one_pq" => &C,
        "cortex_xdr" => &DOUBLE,
        "carbon_black" => &BARE,
        "uberagent" => &C,
        "qradar" | "ibm-qradar-aql" | "qradar-aql-community" => &SQL,
        "secops" | "sumologic_cse" | "tql" => &SPL2,
        "graylog" => &LUCENE,
        "postgresql" | "duckdb" | "athena" => &SQL,
        "snowflake" => &SQL_BACKSLASH,
        _ => return None,
    })
}

/// Targets whose wide reach is still that of the reference tools, faults included.
fn unsafe_yet(name: &str) -> bool {
    matches!(name, "cortex_xdr" | "sentinel_one" | "sentinel_one_pq" | "carbon_black")
        && target::target(name).is_some_and(|target| target.dialect.wide().is_none())
}

/// The literals of a query, and what stands outside them.
fn literals(query: &str, style: &Style) -> Result<(Vec<String>, String), String> {
    let (mut found, mut outside, mut rest) = (Vec::new(), String::new(), query);
    'outside: while let Some(c) = rest.chars().next() {
        if style.bare && c == '\\' {
            let after = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
            outside.push_str(&rest[..after]);
            rest = &rest[after..];
            continue;
        }
        for (open, close, escape) in style.literals {
            if let Some(inner) = rest.strip_prefix(open) {
                let length = closed(inner, close, *escape)
                    .ok_or_else(|| format!("a literal is not closed: {rest}"))?;
                found.push(inner[..length].to_owned());
                outside.push('S');
                rest = &inner[length + close.len()..];
                continue 'outside;
            }
        }
        outside.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Ok((found, outside))
}

/// Where a literal ends.
fn closed(inner: &str, close: &str, escape: Escape) -> Option<usize> {
    let mut at = 0;
    while at < inner.len() {
        let rest = &inner[at..];
        let next = rest.chars().next()?;
        if next == '\\' && matches!(escape, Escape::Backslash | Escape::Both) {
            at += 1 + rest[1..].chars().next()?.len_utf8();
        } else if let Some(after) = rest.strip_prefix(close) {
            if !(matches!(escape, Escape::Doubled | Escape::Both) && after.starts_with(close)) {
                return Some(at);
            }
            at += 2 * close.len();
        } else {
            at += next.len_utf8();
        }
    }
    None
}

/// Parts of bare text between unescaped white space and brackets.
fn terms(outside: &str) -> Vec<String> {
    let (mut terms, mut chars) = (vec![String::new()], outside.chars());
    while let Some(c) = chars.next() {
        let term = terms.last_mut().expect("one is there");
        match c {
            '\\' => term.extend(chars.next()),
            // White space by the grammar of Lucene's query parser.
            c if " \t\n\r\u{3000}()[]{}:".contains(c) => terms.push(String::new()),
            c => term.push(c),
        }
    }
    terms
}

/// The strings that hold a query: itself, or the leaves of a document.
///
/// # Panics
/// Where a document cannot be read: what is in it has left its scalar.
fn texts(query: &Query, job: &Job) -> Vec<String> {
    let mut out = Vec::new();
    match query {
        Query::Json(value) => leaves(value, &mut out),
        Query::Text(text) if job.target.name == "elastalert" || job.format == "sdyaml" => {
            if let Err(error) = yaml::parse(text) {
                panic!("{}: {error}\n{text}", job.name);
            }
        }
        Query::Text(text) => out.push(text.clone()),
    }
    out
}

fn leaves(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => out.push(text.clone()),
        serde_json::Value::Array(values) => values.iter().for_each(|value| leaves(value, out)),
        serde_json::Value::Object(values) => values.values().for_each(|value| leaves(value, out)),
        _ => {}
    }
}

/// What is wrong with a conversion.
fn fault(conversion: &Conversion, job: &Job) -> Option<String> {
    let style = style(job.target.name).filter(|_| !unsafe_yet(job.target.name))?;
    for query in &conversion.queries {
        for text in texts(query, job) {
            let (found, outside) = match literals(&text, style) {
                Ok(read) => read,
                Err(error) => return Some(error),
            };
            let bare = if style.bare { terms(&outside) } else { vec![outside] };
            let marks = |text: &str| (text.matches("qpre").count(), text.matches("zq9").count());
            for piece in found.iter().chain(&bare) {
                let (opened, closed) = marks(piece);
                if opened != closed || (!style.bare && opened > 0 && !found.contains(piece)) {
                    return Some(format!("`{piece}` in {text}"));
                }
            }
        }
    }
    None
}

/// Every label, and every target in each of its formats, as far as the platforms go.
static JOBS: LazyLock<Vec<Job>> = LazyLock::new(|| {
    let labels = target::labels().filter_map(|label| Job::of_label(label).ok());
    let targets = target::targets().flat_map(|target| {
        target.formats.iter().filter_map(|format| Job::new(target.name, &[], Some(format)).ok())
    });
    labels.chain(targets).map(|job| Job { reach: Reach::Wide, approximate: true, ..job }).collect()
});

/// Every label with its rule: one field, keyword or list of `values`.
fn check(base: &Rule, item: Item) -> Result<(), TestCaseError> {
    let mut rule = base.clone();
    let expression = item.values.iter().any(|value| matches!(value, Value::Regex(_)));
    rule.selections = vec![("s".to_owned(), Detection::Item(item))];
    // Where expressions become strings they lose their marks; strings have their own test.
    let strings = |job: &&Job| !(expression && job.target.name == "carbon_black");
    for job in JOBS.iter().filter(strings) {
        if let Ok(conversion) = convert(&rule, job)
            && let Some(fault) = fault(&conversion, job)
        {
            return Err(TestCaseError::fail(format!("{} {}: {fault}", job.name, job.format)));
        }
    }
    Ok(())
}

fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\"", "'", "`", "\\", "\\\\", "\"\"", "''", "\"\"\"", "\n", "\r", "\t", "/", "//", "/*", "*/", "--",
        "#", ";", "|", "(", ")", "[", "]", "{", "}", "{{", "}}", "*", "?", "%", "_", "$", "^", "~", "@", "&",
        "&&", "||", "<", ">", "=", ":", ",", "!", "+", " ", " or ", " AND ", "x", "\u{a0}", "\u{2028}", "é",
        "\\\"", "\\'", "\\/", "\0", ".",
    ]);
    prop::collection::vec(pieces, 0..7).prop_map(|pieces| {
        // No letter that a backslash before it gives a meaning.
        format!("qpre{}qzq9", pieces.concat())
    })
}

fn shaped(text: &str, shape: u8) -> Value {
    let plain = Part::Plain(text.to_owned());
    let parts = match shape {
        0 => vec![plain],
        1 => vec![Part::Any, plain],
        2 => vec![plain, Part::Any],
        3 => vec![Part::Any, plain, Part::Any],
        _ => vec![plain, Part::Any, Part::Plain("qprexzq9".to_owned()), Part::One],
    };
    Value::Text { text: Text::from_parts(parts), cased: shape == 5 }
}

fn bases() -> [(Rule, &'static str); 2] {
    let process = rule("  s:\n    CommandLine: x\n  condition: s\n");
    let mut cloud = process.clone();
    cloud.log_source.category = None;
    cloud.log_source.product = Some("aws".to_owned());
    cloud.log_source.service = Some("cloudtrail".to_owned());
    [(process, "CommandLine"), (cloud, "eventName")]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn strings_stay_in_their_literals(text in hostile(), other in hostile(), shape in 0u8..6, keyword: bool, list: bool) {
        for (base, field) in bases() {
            let mut values = vec![shaped(&text, shape)];
            if list {
                values.push(shaped(&other, shape));
            }
            let field = (!keyword).then(|| field.to_owned());
            check(&base, Item { field, values, ..Item::default() })?;
        }
    }

    /// Titles and descriptions stay in the scalars and settings of documents.
    #[test]
    fn texts_stay_in_their_documents(title in hostile(), description in hostile()) {
        let formats =
            [("splunk", "savedsearches"), ("elastalert", "default"), ("panther", "sdyaml"), ("loki", "ruler")];
        for (target, format) in formats {
            for (base, field) in bases() {
                let mut rule = base.clone();
                rule.selections = vec![("s".to_owned(), Detection::item(field, vec![Value::plain("x")]))];
                rule.title = "t".to_owned();
                rule.description = Some("d".to_owned());
                rule.false_positives = vec!["f".to_owned()];
                rule.author = Some("a".to_owned());
                let pipelines = if target == "panther" { vec!["panther".to_owned()] } else { Vec::new() };
                let job = Job::new(target, &pipelines, Some(format)).expect("a format");
                let Some(expected) = outline(&rule, &job) else { continue };
                rule.title.clone_from(&title);
                rule.description = Some(description.clone());
                rule.false_positives = vec![description.clone()];
                rule.author = Some(title.clone());
                prop_assert_eq!(outline(&rule, &job), Some(expected), "{} {}", target, format);
            }
        }
    }

    #[test]
    fn expressions_stay_in_their_literals(pattern in hostile(), ignore_case: bool, keyword: bool) {
        for (base, field) in bases() {
            let regex = Regex { pattern: pattern.clone(), ignore_case, multi_line: false, dot_all: false };
            let field = (!keyword).then(|| field.to_owned());
            check(&base, Item { field, values: vec![Value::Regex(regex)], ..Item::default() })?;
        }
    }
}

/// A document's keys, without its texts.
fn keys(node: &yaml::Node) -> String {
    match (node.map(), node.list()) {
        (Some(map), _) => {
            let entries =
                map.iter().map(|(key, value)| format!("{}:{}", key.text().unwrap_or_default(), keys(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        (None, Some(list)) => format!("[{}]", list.iter().map(keys).collect::<Vec<_>>().join(",")),
        (None, None) => "x".to_owned(),
    }
}

/// The settings of a `.conf` file; a line that ends with a backslash goes on.
fn settings(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let names = joined.split(['\n', '\r']).filter(|line| !line.is_empty());
    names
        .map(|line| match line.starts_with('[') {
            true => "[]".to_owned(),
            false => line.split('=').next().unwrap_or_default().trim().to_owned(),
        })
        .collect()
}

/// What a document looks like without the texts of its rule.
fn outline(rule: &Rule, job: &Job) -> Option<String> {
    let conversion = convert(rule, job).ok()?;
    let Some(Query::Text(text)) = conversion.queries.first() else { return None };
    if job.format == "savedsearches" {
        return Some(format!("{:?}", settings(text)));
    }
    let documents = yaml::parse(text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", job.name));
    Some(documents.iter().map(keys).collect())
}

/// Names do not stand in literals: what is no name is refused.
#[test]
fn names_that_hold_more_are_refused() {
    let (base, _) = &bases()[0];
    for name in ["qpre=1 or b", "qpre\"", "qpre'", "qpre`", "qpre|b", "qpre\nb", "qpre)", "qpre\\", "qpre;b"]
    {
        let mut rule = base.clone();
        let item = Item { field: Some(name.to_owned()), values: vec![Value::plain("x")], ..Item::default() };
        rule.selections = vec![("s".to_owned(), Detection::Item(item))];
        let mut asked = base.clone();
        asked.fields = vec![name.to_owned()];
        let mut source = base.clone();
        source.log_source.service = Some(format!("x {name}|"));
        for job in JOBS.iter() {
            if job.target.dialect.wide().unwrap_or(job.target.dialect).grammar().quotes_names() {
                continue;
            }
            for rule in [&rule, &asked, &source] {
                // Where a pipeline has no place for a name, it is not in the query either.
                let Ok(conversion) = convert(rule, job) else { continue };
                let all = conversion.queries.iter().flat_map(|query| match query {
                    Query::Text(text) => vec![text.clone()],
                    json => texts(json, job),
                });
                let held = all.into_iter().any(|text| text.contains(name));
                assert!(!held, "{}: {name:?} in {conversion:?}", job.name);
            }
        }
    }
}

#[test]
fn an_escape_is_seen() {
    assert!(literals("a=\"qpre\" or 1=1 zq9\"", &C).is_err());
    let (found, outside) = literals("a=\"qpre\" or \"zq9\"", &C).expect("closed");
    assert_eq!((found.len(), outside.as_str()), (2, "a=S or S"));
    assert_eq!(terms("a:qpre\\ zq9 b").len(), 3);
}
