//! ElastAlert: a rule file around a Lucene query.
//!
//! The file is YAML, folded past column 80 as the usual Python writer does.

use super::lucene::LUCENE;
use crate::{
    error::Failure,
    expr::Expr,
    rule::Text,
    target::{Context, Dialect, Grammar, Piece, Query},
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
        let rule = context.rule;
        let priority = match rule.level.as_deref() {
            Some("critical") => 4,
            Some("high") => 3,
            Some("low") => 1,
            Some("informational") => 0,
            _ => 2,
        };
        let description = entry(0, "description", rule.description.as_deref().unwrap_or_default());
        let query = entry(6, "query", &query.unwrap_or_default());
        let name = entry(0, "name", &rule.title);
        Ok(Query::Text(format!(
            "{description}filter:\n- query:\n    query_string:\n{query}index: '*'\n{name}priority: {priority}\ntype: any\n"
        )))
    }
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
