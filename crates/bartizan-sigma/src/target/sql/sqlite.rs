//! SQLite.
//!
//! Source: SQLite documentation, "SQL Language Expressions": `LIKE` knows no case for ASCII letters and takes its
//! escape character from the query; a comparison with an absent value is null, so a negation needs `COALESCE`.

use super::super::{Context, Dialect, Grammar, Op, Piece, Query, Target, dialect::placeholder, word};
use super::family::SQLITE;
use crate::{
    error::Failure,
    expr::Expr,
    pipeline::Reach,
    rule::{Cidr, Text, Value},
    target::{network_heads, network_patterns},
};

struct Sqlite;

pub(super) const TARGET: Target = Target {
    name: "sqlite",
    about: "SQLite, a table of events",
    formats: &["default", "zircolite"],
    own: &[],
    dialect: &Sqlite,
};

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    field_quote: "`",
    field_escaped: "`",
    field_escape: "`",
    field_bare: |name| word(name) && !KEYWORDS.contains(&name.to_ascii_uppercase().as_str()),
    quote: "'",
    any: "%",
    one: "_",
    escape: "'",
    escaped: "'",
    boolean: ("({field}={value})", "", ""),
    null: Some("{field} IS NULL"),
    exists: Some(("{field} IS NOT NULL", "{field} IS NULL")),
    regex: Some("{field} REGEXP '{value}'"),
    regex_escape: "'",
    regex_escaped: "'",
    compare: Some("{field}{op}{value}"),
    field_ref: [Some("{field}={value}"), None, None, None],
    ..Grammar::BASE
};

/// An `or` of more parts is written in groups: SQLite reads expressions to a depth of 1000, and each part adds to it.
pub(super) const MOST_ALTERNATIVES: usize = 100;
/// The parts of such a group.
pub(super) const GROUP: usize = 50;

/// <https://www.sqlite.org/lang_keywords.html>
const KEYWORDS: &[&str] = &[
    "ABORT",
    "ACTION",
    "ADD",
    "AFTER",
    "ALL",
    "ALTER",
    "ALWAYS",
    "ANALYZE",
    "AND",
    "AS",
    "ASC",
    "ATTACH",
    "AUTOINCREMENT",
    "BEFORE",
    "BEGIN",
    "BETWEEN",
    "BY",
    "CASCADE",
    "CASE",
    "CAST",
    "CHECK",
    "COLLATE",
    "COLUMN",
    "COMMIT",
    "CONFLICT",
    "CONSTRAINT",
    "CREATE",
    "CROSS",
    "CURRENT",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "DATABASE",
    "DEFAULT",
    "DEFERRABLE",
    "DEFERRED",
    "DELETE",
    "DESC",
    "DETACH",
    "DISTINCT",
    "DO",
    "DROP",
    "EACH",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXCLUDE",
    "EXCLUSIVE",
    "EXISTS",
    "EXPLAIN",
    "FAIL",
    "FILTER",
    "FIRST",
    "FOLLOWING",
    "FOR",
    "FOREIGN",
    "FROM",
    "FULL",
    "GENERATED",
    "GLOB",
    "GROUP",
    "GROUPS",
    "HAVING",
    "IF",
    "IGNORE",
    "IMMEDIATE",
    "IN",
    "INDEX",
    "INDEXED",
    "INITIALLY",
    "INNER",
    "INSERT",
    "INSTEAD",
    "INTERSECT",
    "INTO",
    "IS",
    "ISNULL",
    "JOIN",
    "KEY",
    "LAST",
    "LEFT",
    "LIKE",
    "LIMIT",
    "MATCH",
    "MATERIALIZED",
    "NATURAL",
    "NO",
    "NOT",
    "NOTHING",
    "NOTNULL",
    "NULL",
    "NULLS",
    "OF",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OTHERS",
    "OUTER",
    "OVER",
    "PARTITION",
    "PLAN",
    "PRAGMA",
    "PRECEDING",
    "PRIMARY",
    "QUERY",
    "RAISE",
    "RANGE",
    "RECURSIVE",
    "REFERENCES",
    "REGEXP",
    "REINDEX",
    "RELEASE",
    "RENAME",
    "REPLACE",
    "RESTRICT",
    "RETURNING",
    "RIGHT",
    "ROLLBACK",
    "ROW",
    "ROWS",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "TABLE",
    "TEMP",
    "TEMPORARY",
    "THEN",
    "TIES",
    "TO",
    "TRANSACTION",
    "TRIGGER",
    "UNBOUNDED",
    "UNION",
    "UNIQUE",
    "UPDATE",
    "USING",
    "VACUUM",
    "VALUES",
    "VIEW",
    "VIRTUAL",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
    "WITHOUT",
];

impl Dialect for Sqlite {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn expr(&self, context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        match context.reach {
            Reach::Wide => SQLITE.expr(context, expr),
            Reach::Reference => self.walk(context, expr),
        }
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn join(&self, context: &mut Context<'_>, op: Op, between: &str, parts: &[Expr<'_>]) -> Piece {
        if op != Op::Or || parts.len() <= MOST_ALTERNATIVES {
            return self.join_flat(context, op, between, parts);
        }
        let mut groups = Vec::new();
        for some in parts.chunks(GROUP) {
            groups.extend(self.join_flat(context, op, between, some)?.map(|text| self.group(text)));
        }
        Ok(Some(groups.join(between)))
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        let texts = match context.format {
            "zircolite" if cidr.prefix < 128 => network_heads(cidr),
            _ => network_patterns(cidr),
        };
        let values: Vec<Value> = texts.into_iter().map(|text| Value::Text { text, cased: false }).collect();
        match values.as_slice() {
            [Value::Text { text, .. }] => self.text(context, field, text, false),
            values => self.any_of(context, Some(field), values),
        }
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        let Some(text) = self.expr(context, inner)? else { return Ok(None) };
        let text = self.group(text);
        Ok(Some(format!("NOT COALESCE({text}, 0)")))
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        let field = self.field(field);
        if cased {
            let glob = text.render("*", "?", |run, out| {
                for c in run.chars() {
                    match c {
                        '*' | '?' | '[' => out.extend(['[', c, ']']),
                        '\'' => out.push_str("''"),
                        c => out.push(c),
                    }
                }
            });
            return Ok(Some(format!("{field} GLOB '{glob}'")));
        }
        if let Some(plain) = text.as_plain().filter(|plain| !plain.contains(['\\', '%', '_'])) {
            return Ok(Some(format!("{field}='{}'", plain.replace('\'', "''"))));
        }
        let like = text.render("%", "_", |run, out| {
            for c in run.chars() {
                match c {
                    '\\' | '%' | '_' => out.extend(['\\', c]),
                    '\'' => out.push_str("''"),
                    c => out.push(c),
                }
            }
        });
        Ok(Some(format!("{field} LIKE '{like}' ESCAPE '\\'")))
    }

    fn boolean(&self, _context: &mut Context<'_>, field: &str, yes: bool) -> Piece {
        let field = self.field(field);
        Ok(Some(format!("({field}='{yes}' OR {field}={})", u8::from(yes))))
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let query = format!("SELECT * FROM logs WHERE {}", query.unwrap_or_default());
        Ok(Query::Text(match context.format {
            "zircolite" => super::zircolite::document(context, &query),
            _ => query,
        }))
    }
}
