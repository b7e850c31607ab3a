//! EQL as its engines run it, where the reference's form means something else.
//!
//! Source: Elasticsearch Guide, "EQL syntax reference" (`:` and `==` compare strings with strings; `regex` is Lucene's and
//! must match the whole value; `*` and `?` cannot be escaped; optional fields), "EQL function reference" (`string`).

use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{
        Number, Part, Regex, Text, Value,
        pattern::{Flavour, rewrite},
    },
    target::{Context, Dialect, Grammar, Op, Piece, placeholder, word},
};

pub(super) struct Wide;

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    and: " and ",
    or: " or ",
    not: "not ",
    field_quote: "`",
    field_bare: |name| name.split('.').all(word),
    null: Some("?{field} == null"),
    exists: Some(("?{field} != null", "?{field} == null")),
    ..Grammar::BASE
};

const LUCENE: Flavour = Flavour {
    dot: "[^\n]",
    boundary: "",
    no_boundary: "",
    sets: true,
    plain_groups: false,
    named: false,
    whole: true,
    special: "\"#&<>@~",
    ..Flavour::RE2
};

impl Wide {
    /// A test that a field without value fails, where a negation stands before it.
    fn guarded(context: &Context<'_>, field: &str, test: String) -> Piece {
        Ok(Some(match context.negations {
            0 => test,
            _ => format!("(?{field} != null and {test})"),
        }))
    }

    fn name(&self, field: &str) -> Result<String, Failure> {
        match field.contains('`') {
            true => Err(Failure::field(format!("the field `{field}` has a backtick in its name"))),
            false => Ok(self.field(field)),
        }
    }
}

/// Whether `like` cannot ask it: `?` is not known to all engines, a plain `*` or `?` to none.
fn needs_regex(text: &Text) -> bool {
    text.parts().iter().any(|part| match part {
        Part::Plain(run) => run.contains(['*', '?']),
        part => *part == Part::One,
    })
}

/// A string in quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str(r"\n"),
            '\r' => out.push_str(r"\r"),
            '\t' => out.push_str(r"\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text as one of Lucene's expressions.
fn expression(text: &Text) -> String {
    text.render("(.|\n)*", "(.|\n)", |run, out| {
        for c in run.chars() {
            if r#"\.+*?()|[]{}^$"#.contains(c) || LUCENE.special.contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
    })
}

impl Dialect for Wide {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        context.negations += 1;
        let piece = self.expr(context, inner);
        context.negations -= 1;
        Ok(piece?.map(|text| format!("not {}", self.group(text))))
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        let mut listed = Vec::new();
        let mut of = None;
        for part in parts {
            let Expr::Match(Match { field: Some(field), value: Value::Text { text, cased: false } }) = part
            else {
                return self.join(context, Op::Or, GRAMMAR.or, parts);
            };
            if *of.get_or_insert(*field) != *field || needs_regex(text) || text.placeholder().is_some() {
                return self.join(context, Op::Or, GRAMMAR.or, parts);
            }
            listed.push(quoted(&text.bare()));
        }
        let Some(field) = of else { return Ok(Some("false".to_owned())) };
        let field = self.name(field)?;
        Self::guarded(context, &field, format!("{field} like~ ({})", listed.join(", ")))
    }

    fn join(&self, context: &mut Context<'_>, op: Op, between: &str, parts: &[Expr<'_>]) -> Piece {
        let mut out = Vec::with_capacity(parts.len());
        for part in parts {
            out.extend(self.part(context, op, part)?);
        }
        Ok(Some(match (out.is_empty(), op) {
            // A selection that asks for nothing.
            (true, Op::Or) => "false".to_owned(),
            (true, _) => "true".to_owned(),
            (false, _) => out.join(between),
        }))
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let parts: Vec<Expr<'_>> = values.iter().map(|value| Expr::Match(Match { field, value })).collect();
        self.or(context, &parts)
    }

    fn text(&self, context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        let field = self.name(field)?;
        let tilde = if cased { "" } else { "~" };
        let test = if needs_regex(text) {
            format!("{field} regex{tilde} {}", quoted(&expression(text)))
        } else if text.is_empty() {
            format!("{field} == \"\"")
        } else {
            let sign = match (cased, text.has_wildcard()) {
                (false, _) => ":",
                (true, false) => "==",
                (true, true) => "like",
            };
            format!("{field} {sign} {}", quoted(&text.bare()))
        };
        Self::guarded(context, &field, test)
    }

    fn number(&self, context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        let field = self.name(field)?;
        let digits = number.text().strip_suffix(".0").unwrap_or(number.text());
        Self::guarded(context, &field, format!("string({field}) == \"{digits}\""))
    }

    fn boolean(&self, context: &mut Context<'_>, field: &str, yes: bool) -> Piece {
        let field = self.name(field)?;
        Self::guarded(context, &field, format!("string({field}) : \"{yes}\""))
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        if regex.multi_line {
            return Err(Failure::expression("regular expressions over lines"));
        }
        let field = self.name(field)?;
        let regex = rewrite(regex, &LUCENE).map_err(Failure::expression)?;
        let tilde = if regex.ignore_case { "~" } else { "" };
        Self::guarded(context, &field, format!("{field} regex{tilde} {}", quoted(&regex.pattern)))
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &crate::rule::Cidr) -> Piece {
        let field = self.name(field)?;
        Self::guarded(context, &field, format!("cidrMatch({field}, \"{cidr}\")"))
    }

    fn compare(&self, context: &mut Context<'_>, field: &str, sign: &str, number: &Number) -> Piece {
        let field = self.name(field)?;
        Self::guarded(context, &field, format!("{field} {sign} {number}"))
    }

    fn keyword(&self, _context: &mut Context<'_>, _value: &Value) -> Piece {
        Err(Failure::expression("keywords: EQL asks fields only"))
    }
}
