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
        let chars: Vec<char> = text.chars().collect();
        let last = chars.len().saturating_sub(1);
        let mut run = String::new();
        for (i, c) in chars.iter().enumerate() {
            let escaped = match c {
                '"' => Some("\\\"".to_owned()),
                '\\' => Some("\\\\".to_owned()),
                '\n' => Some("\\n".to_owned()),
                '\t' => Some("\\t".to_owned()),
                '\r' => Some("\\r".to_owned()),
                '\u{a0}' => Some("\\_".to_owned()),
                ' '..='~' => None,
                c if u32::from(*c) < 256 => Some(format!("\\x{:02X}", u32::from(*c))),
                c if u32::from(*c) < 65536 => Some(format!("\\u{:04X}", u32::from(*c))),
                c => Some(format!("\\U{:08X}", u32::from(*c))),
            };
            let pending = run.chars().count();
            if let Some(escaped) = escaped {
                self.put(&std::mem::take(&mut run));
                self.put(&escaped);
                // After an escape a line may end before any character.
                if i > 0 && i < last && self.column > WIDTH {
                    self.wrap(chars.get(i + 1));
                }
                continue;
            }
            if *c == ' ' && i > 0 && i < last && self.column + pending > WIDTH {
                self.put(&std::mem::take(&mut run));
                self.wrap(Some(c));
            }
            run.push(*c);
        }
        self.put(&run);
        self.put("\"");
    }

    fn wrap(&mut self, next: Option<&char>) {
        self.put("\\");
        self.fold();
        if next == Some(&' ') {
            self.put("\\");
        }
    }
}
