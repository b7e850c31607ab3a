//! Databricks.
//!
//! Source: Databricks SQL language manual, `contains`, `startswith`, `endswith`, `rlike`: all of them know case.

use super::super::{Context, Dialect, Grammar, Piece, Target, dialect::placeholder, one_field, word};
use crate::{
    error::Failure,
    expr::Expr,
    rule::{Shape, Text, Value},
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
    keyword: Some("contains(lower(raw), lower({value}))"),
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

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        if let Some((field, values)) = one_field(parts).filter(|(_, values)| values.len() > 2) {
            let texts: Vec<&Text> = values.iter().filter_map(|value| value.as_text()).collect();
            let shape = texts.first().map_or(Shape::Whole, |text| text.shape());
            let alike = texts.len() == values.len() && texts.iter().all(|text| text.shape() == shape);
            let (before, after) = match shape {
                Shape::Starts => ("^(", ")"),
                Shape::Ends => ("(", ")$"),
                Shape::Contains => (".*(", ").*"),
                Shape::Whole | Shape::Pattern => return self.join(context, super::Op::Or, " OR ", parts),
            };
            if alike && texts.iter().all(|text| text.placeholder().is_none()) {
                let each: Vec<String> = texts.iter().map(|text| literal(&text.inner())).collect();
                let name = self.field(field);
                return Ok(Some(format!("{name} rlike '(?iu){before}{}{after}'", each.join("|"))));
            }
        }
        self.join(context, super::Op::Or, " OR ", parts)
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let parts: Vec<Expr<'_>> =
            values.iter().map(|value| Expr::Match(crate::expr::Match { field, value })).collect();
        self.or(context, &parts)
    }
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
