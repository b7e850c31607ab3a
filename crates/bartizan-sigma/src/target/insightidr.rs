//! Rapid7 InsightIDR: LEQL.
//!
//! Source: Log Entry Query Language reference. Strings stand as they are, in
//! the quotes that they do not contain.

use super::{
    Context, Dialect, Grammar, Label, Op, Piece, Query, Target, delimited, is_any_of, one_field, op_of,
};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Cidr, Number, Regex, Shape, Text, Value},
};

struct InsightIdr {
    wide: bool,
}

pub(super) const TARGETS: &[Target] = &[Target {
    name: "insight_idr",
    about: "Rapid7 InsightIDR (LEQL)",
    formats: &["leql_advanced_search"],
    own: &["insight_idr"],
    dialect: &InsightIdr { wide: false },
}];

pub(super) const LABELS: &[Label] = &[Label {
    name: "insightidr-leql",
    target: "insight_idr",
    pipelines: &[],
    format: "leql_advanced_search",
}];

static GRAMMAR: Grammar = Grammar {
    equals: "{field} = NOCASE({value})",
    starts: Some("{field} ISTARTS-WITH {value}"),
    contains: Some("{field} ICONTAINS {value}"),
    null: Some("{field} = null"),
    compare: Some("{field}{op}{value}"),
    keyword: Some("{value}"),
    ..Grammar::BASE
};

/// What must be there, wildcards inside it as they are written.
fn bare(text: &Text) -> String {
    text.render("*", "?", |run, out| super::escape(run, "*?", "\\", out))
}

/// Without the outer wildcards.
fn trimmed(text: &Text) -> String {
    bare(text).trim_matches('*').to_owned()
}

/// A string at the end, as regular expression: LEQL has no operator for it.
fn at_end(text: &Text) -> String {
    let text = text.render("*", "?", |run, out| out.push_str(run));
    let mut out = String::from(".*");
    super::escape(text.trim_matches('*'), "\\.^$*+?{}[]|()-&~#/ ", "\\", &mut out);
    out.push('$');
    out
}

/// How a text is anchored; wildcards inside it do not count.
fn anchor(text: &Text) -> Shape {
    match (text.opens_any(), text.closes_any()) {
        (true, true) => Shape::Contains,
        (true, false) => Shape::Ends,
        (false, true) => Shape::Starts,
        (false, false) => Shape::Whole,
    }
}

impl Dialect for InsightIdr {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&InsightIdr { wide: true })
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        context.negations += 1;
        let piece = self.expr(context, inner);
        context.negations -= 1;
        let grouped = op_of(inner).is_some() || (self.wide && is_any_of(inner));
        Ok(piece?.map(|text| format!("NOT {}", if grouped { self.group(text) } else { text })))
    }

    fn part(&self, context: &mut Context<'_>, outer: Op, part: &Expr<'_>) -> Piece {
        let piece = self.expr(context, part)?;
        let bracketed = match op_of(part) {
            Some(inner) => self.brackets(outer, inner, part),
            None => outer == Op::And && matches!(part, Expr::Match(Match { value: Value::AnyOf(_), .. })),
        };
        Ok(match piece {
            Some(text) if bracketed => Some(self.group(text)),
            other => other,
        })
    }

    fn and(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        if let Some((field, _, texts)) = one_anchor(parts) {
            let has = |shape| texts.iter().any(|text| anchor(text) == shape);
            if has(Shape::Contains) || (has(Shape::Starts) && has(Shape::Ends)) {
                return Ok(Some(format!("{} ICONTAINS-ALL [{}]", self.field(field), self.strings(&texts)?)));
            }
        }
        self.join(context, Op::And, GRAMMAR.and, parts)
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        if let Some((field, shape, texts)) = one_anchor(parts) {
            let field = self.field(field);
            match shape {
                Shape::Contains => {
                    return Ok(Some(format!("{field} ICONTAINS-ANY [{}]", self.strings(&texts)?)));
                }
                Shape::Starts => {
                    return Ok(Some(format!("{field} ISTARTS-WITH-ANY [{}]", self.strings(&texts)?)));
                }
                Shape::Ends => {
                    let each: Vec<String> = texts.into_iter().map(at_end).collect();
                    return Ok(Some(format!("{field}=/({})/i", each.join("|"))));
                }
                _ => {
                    return Ok(Some(format!("{field} IIN [{}]", self.strings(&texts)?)));
                }
            }
        }
        if let Some(list) = self.list(context, parts, "{field} IIN [{value}]")? {
            return Ok(Some(list));
        }
        self.join(context, Op::Or, GRAMMAR.or, parts)
    }

    fn member(&self, _context: &mut Context<'_>, value: &Value) -> Result<String, Failure> {
        match value {
            Value::Number(number) => Ok(format!("\"{}\"", number.text())),
            Value::Text { text, .. } => self.string(text),
            _ => Err(Failure::expression("only strings and numbers stand in a list")),
        }
    }

    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        if text.placeholder().is_some() && anchor(text) != Shape::Contains {
            self.string(text)?;
        }
        let field = self.field(field);
        let flag = if cased { "" } else { "i" };
        Ok(Some(match anchor(text) {
            Shape::Ends => format!("{field}=/{}/{flag}", at_end(text)),
            Shape::Contains if cased => format!("{field} CONTAINS {}", self.quoted(&trimmed(text))?),
            Shape::Contains => format!("{field} ICONTAINS {}", self.quoted(&trimmed(text))?),
            Shape::Starts if cased => format!("{field} STARTS-WITH {}", self.quoted(&trimmed(text))?),
            Shape::Starts => format!("{field} ISTARTS-WITH {}", self.quoted(&trimmed(text))?),
            _ if cased => format!("{field} = {}", self.quoted(&bare(text))?),
            _ => format!("{field} = NOCASE({})", self.quoted(&bare(text))?),
        }))
    }

    fn number(&self, _context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        Ok(Some(format!("{}={}", self.field(field), number.text())))
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let pattern = if self.wide { delimited(&regex.pattern, '/') } else { regex.pattern.clone() };
        Ok(Some(format!("{}=/{pattern}/i", self.field(field))))
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        Ok(Some(format!("{} = IP({cidr})", self.field(field))))
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(super::dialect::placeholder(name));
        }
        self.quoted(&bare(text))
    }

    fn finish(&self, _context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Ok(Query::Text(format!("where({})", query.unwrap_or_default())))
    }
}

impl InsightIdr {
    /// In quotes that the text does not contain.
    fn quoted(&self, body: &str) -> Result<String, Failure> {
        let quote = match (body.contains('"'), body.contains('\'')) {
            (_, true) => "\"\"\"",
            (true, false) => "'",
            _ => "\"",
        };
        if self.wide
            && quote.len() == 3
            && (body.contains(quote) || body.starts_with('"') || body.ends_with('"'))
        {
            return Err(Failure::value("a string that no quotation marks can hold"));
        }
        Ok(format!("{quote}{body}{quote}"))
    }

    fn strings(&self, texts: &[&Text]) -> Result<String, Failure> {
        if let Some(name) = texts.iter().find_map(|text| text.placeholder()) {
            return Err(super::dialect::placeholder(name));
        }
        if texts.iter().any(|text| text.is_empty()) {
            return Err(Failure::value("an empty string stands in no list"));
        }
        let all: Vec<String> =
            texts.iter().map(|text| self.quoted(&trimmed(text))).collect::<Result<_, _>>()?;
        Ok(all.join(GRAMMAR.separator))
    }
}

/// One field and its strings, with the anchor of the first, which all of a list get.
fn one_anchor<'r>(parts: &[Expr<'r>]) -> Option<(&'r str, Shape, Vec<&'r Text>)> {
    let (field, values) = one_field(parts)?;
    let mut texts = Vec::with_capacity(values.len());
    for value in values {
        match value {
            Value::Text { text, cased: false } => texts.push(text),
            _ => return None,
        }
    }
    let anchors: Vec<Shape> = texts.iter().map(|text| anchor(text)).collect();
    let first = *anchors.first()?;
    let mixed = anchors.iter().any(|shape| *shape != first);
    // Ends and containments stand one by one.
    let open = texts.iter().all(|text| text.opens_any());
    (texts.len() > 1 && !(mixed && open)).then_some((field, first, texts))
}
