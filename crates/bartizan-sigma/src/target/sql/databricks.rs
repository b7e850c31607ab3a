//! Databricks.
//!
//! Source: Databricks SQL language manual, `contains`, `startswith`, `endswith`, `rlike`: all of them know case.

use super::super::{
    Context, Dialect, Grammar, Op, Piece, Target, dialect::placeholder, fill, one_field, op_of, regex_flags,
    word,
};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    pipeline::Reach,
    rule::{Part, Regex, Shape, Text, Value},
};

struct Databricks;

pub(super) const TARGET: Target = Target {
    name: "databricks",
    about: "Databricks SQL, a condition over a table of events",
    formats: &["default"],
    own: &[],
    dialect: &Databricks,
};

static GRAMMAR: Grammar = Grammar {
    field_quote: "`",
    field_bare: |name| name.split('.').all(word),
    quote: "'",
    any: "",
    one: "",
    pattern: Some("{field} rlike {value}"),
    escaped: "\\'",
    equals: "lower({field}) = lower({value})",
    starts: Some("startswith(lower({field}), lower({value}))"),
    ends: Some("endswith(lower({field}), lower({value}))"),
    contains: Some("contains(lower({field}), lower({value}))"),
    number: "{field} = {value}",
    boolean: ("{field} = {value}", "true", "false"),
    null: Some("{field} is null"),
    regex: Some("{field} rlike '{value}'"),
    regex_escaped: "\\'",
    cidr: Some("ip_cidr_contains('{value}', try_ip_as_binary({field}))"),
    compare: Some("{field} {op} {value}"),
    field_ref: [Some("{field} = {value}"), None, None, None],
    ..Grammar::BASE
};

impl Dialect for Databricks {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        if !text.has_wildcard() {
            return Ok(format!(
                "'{}'",
                text.render("", "", |run, out| super::super::escape(run, "\\'", "\\", out))
            ));
        }
        let regex = text.render(".*", ".", |run, out| out.push_str(&literal(&Text::plain(run))));
        Ok(format!("'(?isu)^{regex}$'"))
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        context.negations += 1;
        let piece = self.expr(context, inner);
        context.negations -= 1;
        // Alternatives of one value are one expression, or two of them that the reference sets no brackets around.
        let alternatives = matches!(inner, Expr::Match(Match { value: Value::AnyOf(_), .. }));
        let grouped = op_of(inner).is_some() || alternatives && context.reach == Reach::Wide;
        Ok(piece?.map(|text| format!("NOT {}", if grouped { self.group(text) } else { text })))
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if cased {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        }
        let name = self.field(field);
        if anything(text) {
            return Ok(Some(format!("startswith(lower({name}), lower(''))")));
        }
        let Some((template, inner)) = GRAMMAR.text(text.shape(), false) else {
            return Err(Failure::expression("strings"));
        };
        let value = if inner { self.string(&text.inner())? } else { self.string(text)? };
        Ok(Some(fill(template, &name, &value)))
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        // `u`: letters beyond ASCII have their cases too.
        let flags = regex_flags(regex, true).replace('i', "iu");
        Ok(Some(format!("{} rlike '{flags}{}'", self.field(field), self.pattern(regex)?)))
    }

    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        match value {
            Value::Text { text, .. } if text.has_wildcard() => self.text(context, "raw", text, false),
            Value::Text { text, .. } => {
                Ok(Some(format!("contains(lower(raw), lower({}))", self.string(text)?)))
            }
            Value::Number(number) => Ok(Some(format!("contains(lower(raw), lower({number}))"))),
            Value::AnyOf(values) => self.any_of(context, None, values),
            _ => Err(Failure::expression("keywords of this kind")),
        }
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        if let Some((field, values)) = one_field(parts).filter(|(_, values)| values.len() > 2) {
            let texts: Vec<&Text> = values.iter().filter_map(|value| value.as_text()).collect();
            // What matches anything is of every shape.
            let first = texts.iter().find(|text| !anything(text));
            let shape = first.map_or(Shape::Whole, |text| text.shape());
            let alike = texts.len() == values.len()
                && texts.iter().all(|text| anything(text) || text.shape() == shape);
            let (before, after) = match shape {
                Shape::Starts => ("^(", ")"),
                Shape::Ends => ("(", ")$"),
                Shape::Contains => (".*(", ").*"),
                Shape::Whole | Shape::Pattern => return self.join(context, Op::Or, " OR ", parts),
            };
            if alike && texts.iter().all(|text| text.placeholder().is_none()) {
                let inner =
                    |text: &&Text| if anything(text) { String::new() } else { literal(&text.inner()) };
                let each: Vec<String> = texts.iter().map(inner).collect();
                let name = self.field(field);
                return Ok(Some(format!("{name} rlike '(?iu){before}{}{after}'", each.join("|"))));
            }
        }
        self.join(context, Op::Or, " OR ", parts)
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let parts: Vec<Expr<'_>> = values.iter().map(|value| Expr::Match(Match { field, value })).collect();
        self.or(context, &parts)
    }
}

/// Whether it is `*` alone.
fn anything(text: &Text) -> bool {
    matches!(text.parts(), [Part::Any])
}

/// A regular expression for a plain text, as it stands in a literal.
fn literal(text: &Text) -> String {
    let special = "()[]{}?*+-|^$\\.&~# \t\n\r";
    let mut regex = String::new();
    super::super::escape(&text.bare(), special, "\\", &mut regex);
    let mut out = String::new();
    super::super::escape(&regex, "\\'", "\\", &mut out);
    out
}
