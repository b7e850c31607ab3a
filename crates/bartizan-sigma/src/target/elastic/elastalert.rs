//! ElastAlert: a rule file around a Lucene query.
//!
//! The file is YAML, folded past column 80 as the usual Python writer does.

use super::lucene::LUCENE;
use crate::{
    convert::Conversion,
    error::Failure,
    expr::Expr,
    rule::{
        Rule, Text,
        correlation::{Kind, Sign},
    },
    target::{Context, Dialect, Grammar, Piece, Query, correlate::Plan, word},
};

pub(super) struct ElastAlert;

pub(super) static ELASTALERT: ElastAlert = ElastAlert;

const WIDTH: usize = 80;

impl Dialect for ElastAlert {
    fn grammar(&self) -> &Grammar {
        LUCENE.grammar()
    }

    fn expr(&self, context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        LUCENE.expr(context, expr)
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        LUCENE.string(text)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Ok(Query::Text(file(context.rule, &query.unwrap_or_default(), "", "type: any")))
    }

    /// Source: ElastAlert 2 documentation, rule types `frequency` and `cardinality`: both look at a window that ends at
    /// each event.
    fn correlate(&self, plan: &Plan<'_>) -> Result<Conversion, Failure> {
        let rules = plan.rules()?;
        let refused =
            || Failure::expression("a correlation other than at least so many events, or values of a field");
        let checks = plan.checks().unwrap_or_default();
        let [(sign, number)] = checks.as_slice() else { return Err(refused()) };
        let least: u64 = match (sign, number.parse::<u64>()) {
            (Sign::GreaterEqual, Ok(number)) if number > 0 => number,
            (Sign::Greater, Ok(number)) if number < u64::MAX => number + 1,
            _ => return Err(refused()),
        };
        let (middle, kind) = match plan.correlation.kind {
            Kind::EventCount => (format!("num_events: {least}\n"), "frequency"),
            Kind::ValueCount => {
                let field = plan.one_field()?;
                let most = least - 1;
                (format!("cardinality_field: {field}\nmax_cardinality: {most}\n"), "cardinality")
            }
            _ => return Err(refused()),
        };
        if plan.parts.iter().any(|part| part.keys != plan.keys) {
            return Err(Failure::expression("fields that are called differently in the rules"));
        }
        // They stand in YAML and in the query.
        let simple = |name: &&str| name.split('.').all(word);
        let names =
            plan.keys.iter().map(String::as_str).chain(plan.one_field().ok().filter(|f| !f.is_empty()));
        if let Some(name) = names.into_iter().find(|name| !simple(name)) {
            return Err(Failure::field(format!("`{name}` cannot stand in a rule file of ElastAlert")));
        }
        let conditions: Vec<String> =
            rules.iter().map(|(_, condition, _)| format!("({condition})")).collect();
        let mut query = match rules.as_slice() {
            [(_, condition, _)] => (*condition).to_owned(),
            _ => conditions.join(" OR "),
        };
        if !plan.keys.is_empty() {
            // An event without the field would be one of the value `_missing_`.
            let known: String = plan.keys.iter().map(|key| format!(" AND _exists_:{key}")).collect();
            query = format!("({query}){known}");
        }
        let keys: String = plan.keys.iter().map(|key| format!("- {key}\n")).collect();
        let keys = if keys.is_empty() { keys } else { format!("query_key:\n{keys}") };
        let unit = match plan.timespan().unit {
            'd' => "days",
            'h' => "hours",
            'm' => "minutes",
            _ => "seconds",
        };
        let count = plan.timespan().count;
        let text = file(
            &plan.correlation.about,
            &query,
            &middle,
            &format!("{keys}timeframe:\n  {unit}: {count}\ntype: {kind}"),
        );
        Ok(Conversion { queries: vec![Query::Text(text)], notes: Vec::new() })
    }
}

/// A rule file, with keys of its type after the name and at the end.
fn file(rule: &Rule, query: &str, middle: &str, end: &str) -> String {
    let priority = match rule.level.as_deref() {
        Some("critical") => 4,
        Some("high") => 3,
        Some("low") => 1,
        Some("informational") => 0,
        _ => 2,
    };
    let description = entry(0, "description", rule.description.as_deref().unwrap_or_default());
    let query = entry(6, "query", query);
    let name = entry(0, "name", &rule.title);
    format!(
        "{description}filter:\n- query:\n    query_string:\n{query}index: '*'\n{name}{middle}priority: {priority}\n{end}\n"
    )
}

/// A key with a string.
fn entry(indent: usize, key: &str, text: &str) -> String {
    let mut out = Lines {
        out: format!("{}{key}: ", " ".repeat(indent)),
        column: indent + key.len() + 2,
        indent: indent + 2,
    };
    let special = text.chars().any(|c| c != '\n' && !(' '..='~').contains(&c));
    let doubled = special || text.contains(" \n") || text.contains("\n ");
    if doubled {
        out.doubled(text);
    } else if plain(text) {
        out.words(text, false);
    } else {
        out.put("'");
        out.words(text, true);
        out.put("'");
    }
    out.out.push('\n');
    out.out
}

/// Whether a string needs no quotes.
fn plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let marked = "-?:".contains(first) && text.chars().nth(1).is_none_or(|c| c == ' ');
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "~" | "=" | "<<"
    );
    !(marked
        || word
        || "#,[]{}&*!|>'\"%@` ".contains(first)
        || text.starts_with("---")
        || text.starts_with("...")
        || text.ends_with([' ', ':'])
        || text.contains('\n')
        || text.contains(": ")
        || text.contains(" #")
        || text.parse::<f64>().is_ok())
}

struct Lines {
    out: String,
    column: usize,
    indent: usize,
}

impl Lines {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn fold(&mut self) {
        self.out.push('\n');
        self.out.push_str(&" ".repeat(self.indent));
        self.column = self.indent;
    }

    /// Folds at single blanks; a line break of the text is an empty line.
    fn words(&mut self, text: &str, quoted: bool) {
        let kind = |c: char| match c {
            ' ' => 0,
            '\n' => 1,
            _ => 2,
        };
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c| kind(c) != kind(first)).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            match first {
                ' ' => {
                    let inside = rest.len() < text.len() && !after.is_empty();
                    if run.len() == 1 && self.column > WIDTH && (inside || !quoted) {
                        self.fold();
                    } else {
                        self.put(run);
                    }
                }
                '\n' => {
                    self.out.push_str(run);
                    self.fold();
                }
                _ => self.put(&if quoted { run.replace('\'', "''") } else { run.to_owned() }),
            }
            rest = after;
        }
    }

    /// Between double quotes, with escapes.
    fn doubled(&mut self, text: &str) {
        self.put("\"");
        let mut chars = text.chars().peekable();
        let (mut first, mut blank) = (true, false);
        while let Some(c) = chars.next() {
            if c == ' ' && !blank && !first && self.column > WIDTH && chars.peek().is_some() {
                self.fold();
                if chars.peek() == Some(&' ') {
                    self.put("\\");
                }
            } else {
                match c {
                    '"' => self.put("\\\""),
                    '\\' => self.put("\\\\"),
                    '\n' => self.put("\\n"),
                    '\t' => self.put("\\t"),
                    '\r' => self.put("\\r"),
                    '\u{a0}' => self.put("\\_"),
                    ' '..='~' => self.put(c.encode_utf8(&mut [0; 4])),
                    c if u32::from(c) < 0x100 => self.put(&format!("\\x{:02X}", u32::from(c))),
                    c if u32::from(c) < 0x1_0000 => self.put(&format!("\\u{:04X}", u32::from(c))),
                    c => self.put(&format!("\\U{:08X}", u32::from(c))),
                }
            }
            blank = c == ' ';
            first = false;
        }
        self.put("\"");
    }
}
