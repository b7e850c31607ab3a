//! Sumo Logic Cloud SIEM: match rules.
//!
//! Source: Sumo Logic, "Cloud SIEM Rules Syntax", "Write a Match Rule".

mod document;
mod fields;
mod schema;
mod sources;

pub(crate) use schema::{normalised, parsed};

use super::super::{
    Context, Dialect, Grammar, Label, Op, Piece, Query, Target, dialect::placeholder, escape, fill,
    network_heads, one_field, op_of,
};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    pipeline::Reach,
    rule::{Cidr, Number, Regex, Shape, Text, Value},
};

struct CloudSiem;

pub(crate) const TARGETS: &[Target] = &[Target {
    name: "sumologic_cse",
    about: "Sumo Logic Cloud SIEM, a match rule",
    formats: &["default"],
    own: &["sumologic_cse"],
    dialect: &CloudSiem,
}];

pub(crate) const LABELS: &[Label] =
    &[Label { name: "sumologic-cse", target: "sumologic_cse", pipelines: &[], format: "default" }];

static GRAMMAR: Grammar = Grammar {
    not: "!",
    escaped: "\\\"",
    equals: "{field}={value}",
    number: "{field}={value}",
    boolean: ("{field}={value}", "true", "false"),
    null: Some("isEmpty({field})"),
    exists: Some(("!isEmpty({field})", "isEmpty({field})")),
    compare: Some("{field}{op}{value}"),
    ..Grammar::BASE
};

/// What is escaped in a regular expression between strokes.
const SPECIAL: &str = "\\/.^$|?*+()[]{}";

impl Dialect for CloudSiem {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    /// The reference sets no brackets around negated alternatives of one value, so that only the first is negated.
    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        context.negations += 1;
        let piece = self.expr(context, inner);
        context.negations -= 1;
        let reference = context.reach == Reach::Reference;
        let grouped = op_of(inner).is_some() || !reference && matches!(inner, Expr::Match(_));
        Ok(piece?.map(|text| format!("!{}", if grouped { self.group(text) } else { text })))
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        if context.reach == Reach::Reference
            && let Some(list) = self.list(context, parts, "{field} in ({value})")?
        {
            return Ok(Some(list));
        }
        self.join(context, Op::Or, GRAMMAR.or, parts)
    }

    /// The reference alone writes lists. It leaves placeholders in them as they stand.
    fn list(
        &self,
        context: &mut Context<'_>,
        parts: &[Expr<'_>],
        template: &str,
    ) -> Result<Option<String>, Failure> {
        let Some((field, values)) = one_field(parts).filter(|(_, values)| values.len() > 1) else {
            return Ok(None);
        };
        let member = |value: &&Value| match value {
            Value::Text { text, cased: false } if !text.has_wildcard() => Some(quoted(text)),
            Value::Number(number) if strings(field, context.reach) => Some(format!("\"{number}\"")),
            Value::Number(number) => Some(number.text().to_owned()),
            _ => None,
        };
        let members: Option<Vec<String>> = values.iter().map(member).collect();
        Ok(members.map(|members| fill(template, field, &members.join(", "))))
    }

    fn number(&self, context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        let quote = if strings(field, context.reach) { "\"" } else { "" };
        Ok(Some(format!("{field}={quote}{number}{quote}")))
    }

    fn text(&self, context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        if context.reach == Reach::Wide
            && schema::is_number(field)
            && let Some(digits) = text.as_plain().filter(|text| text.parse::<u32>().is_ok())
        {
            return Ok(Some(format!("{field}={digits}")));
        }
        // Ids of events are written by the platform itself.
        let exact = context.reach == Reach::Reference || field == "metadata_deviceEventId";
        if exact && !cased && !text.has_wildcard() {
            return Ok(Some(fill("{field}={value}", field, &quoted(text))));
        }
        let pattern = match context.reach {
            Reach::Reference if cased => return Err(Failure::expression("case-sensitive strings (`cased`)")),
            Reach::Reference => loose(text),
            Reach::Wide => exactly(text, cased),
        };
        Ok(Some(format!("{field} matches /{pattern}/")))
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let mut pattern = String::new();
        if context.reach == Reach::Reference {
            escape(&regex.pattern, "\\./", "\\", &mut pattern);
        } else {
            let flags = super::super::regex_flags(regex, true);
            pattern = format!("^[\\s\\S]*(?:{flags}{})[\\s\\S]*$", strokes(&regex.pattern));
        }
        Ok(Some(format!("{field} matches /{pattern}/")))
    }

    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        if context.reach == Reach::Wide && cidr.address.is_ipv4() {
            return Ok(Some(format!(
                "compareCIDRPrefix({field}, \"{}\", toInt({}))",
                cidr.address, cidr.prefix
            )));
        }
        let texts = network_heads(cidr);
        if context.reach == Reach::Reference && texts.iter().all(|text| !text.has_wildcard()) {
            let addresses: Vec<String> = match texts.as_slice() {
                [_] => vec![format!("\"{}\"", cidr.address)],
                texts => texts.iter().map(quoted).collect(),
            };
            return Ok(Some(format!("{field} in ({})", addresses.join(", "))));
        }
        let values: Vec<Value> = texts.into_iter().map(|text| Value::Text { text, cased: false }).collect();
        let parts: Vec<Expr<'_>> =
            values.iter().map(|value| Expr::Match(Match { field: Some(field), value })).collect();
        let piece = self.join(context, Op::Or, GRAMMAR.or, &parts)?;
        let grouped = context.reach == Reach::Wide && parts.len() > 1;
        Ok(piece.map(|text| if grouped { self.group(text) } else { text }))
    }

    fn field_ref(
        &self,
        context: &mut Context<'_>,
        field: &str,
        other: &str,
        starts: bool,
        ends: bool,
    ) -> Piece {
        if context.reach == Reach::Reference || starts || ends {
            return Err(Failure::expression("references to other fields cannot be expressed"));
        }
        Ok(Some(format!("{field} = {other}")))
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let source = &context.rule.log_source;
        let wide = context.reach == Reach::Wide;
        let mut query = query.unwrap_or_default();
        if !wide && (source.product.is_some() || source.category.is_none()) {
            query = fields::wrap(&query, source.product("windows"));
        }
        if !wide {
            query = fields::tidy(&query);
        }
        if let Some((vendor, product)) = sources::vendor(source)
            && (source.category.is_none()
                || query.contains("fields['")
                || query.contains("metadata_deviceEventId"))
        {
            // The reference leaves out the brackets, so that only the first alternative is of this vendor.
            let query_part = if wide { self.group(query) } else { query };
            query =
                format!("metadata_vendor=\"{vendor}\" AND metadata_product=\"{product}\" AND {query_part}");
        }
        Ok(Query::Text(document::document(context, &query)))
    }
}

/// Whether a field holds strings though the rule's value may be a number. The reference knows only ports as numbers.
fn strings(field: &str, reach: Reach) -> bool {
    let number = match reach {
        Reach::Reference => field.ends_with("Port"),
        Reach::Wide => schema::is_number(field),
    };
    normalised(field, reach) && !number
}

/// In quotes. Before a plain `*` or `?` the rule has a backslash, which is written too.
fn quoted(text: &Text) -> String {
    let body = text.render("*", "?", |run, out| {
        for c in run.chars() {
            match c {
                '*' | '?' => out.push_str("\\\\"),
                '\\' | '"' => out.push('\\'),
                _ => {}
            }
            out.push(c);
        }
    });
    format!("\"{body}\"")
}

/// A regular expression as the reference writes it: faults included.
fn loose(text: &Text) -> String {
    let (before, after) = match text.shape() {
        Shape::Starts => ("", ".*"),
        Shape::Ends => (".*", ""),
        Shape::Contains => (".*", ".*"),
        Shape::Pattern if text.parts().len() == 1 => return "\"\".*".to_owned(),
        Shape::Whole | Shape::Pattern => ("", ""),
    };
    let inner = text.inner();
    let body = match inner.bare().contains('"') {
        true => quoted(&inner),
        false => inner.render("*", "\\?", |run, out| {
            for c in run.chars() {
                match c {
                    '*' => out.push_str("\\\\*"),
                    '?' => out.push_str("\\\\\\?"),
                    c => escape(c.encode_utf8(&mut [0; 4]), SPECIAL, "\\", out),
                }
            }
        }),
    };
    format!("{before}{body}{after}")
}

/// A regular expression for this text and no other.
fn exactly(text: &Text, cased: bool) -> String {
    let body = text.render("[\\s\\S]*", "[\\s\\S]", |run, out| escape(run, SPECIAL, "\\", out));
    let flags = if cased { "" } else { "(?i)" };
    format!("{flags}^{body}$")
}

/// A regular expression in which no stroke ends it.
fn strokes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut escaped = false;
    for c in pattern.chars() {
        if c == '/' && !escaped {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}
