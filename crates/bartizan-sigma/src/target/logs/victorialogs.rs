//! VictoriaLogs: LogsQL.
//!
//! Source: VictoriaMetrics documentation, "LogsQL": exact (`:=`), prefix (`:="x"*`), phrase (`:"x"`), regular
//! expression (`:~`), multi-exact (`:in`), range, IPv4/IPv6 and `eq_field` filters; string literals are those of Go.
//! All but expressions mind letter case, and a phrase is found between words only. The reference tools write them
//! nevertheless; the wide reach writes expressions.

use super::{
    super::{Context, Dialect, Grammar, Op, Piece, Target, escape, is_any_of, op_of, placeholder, quoted},
    re2,
};
use crate::{
    error::Failure,
    expr::Expr,
    pipeline::Reach,
    rule::{Cidr, Number, Part, Regex, Shape, Text, Value},
};

struct VictoriaLogs;

pub(super) const TARGET: Target = Target {
    name: "victorialogs",
    about: "VictoriaLogs, LogsQL",
    formats: &["default"],
    own: &[],
    dialect: &VictoriaLogs,
};

static GRAMMAR: Grammar = Grammar {
    field_quote: "\"",
    field_bare: |name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
    },
    field_escaped: "\"\\",
    equals: "{field}:={value}",
    starts: Some("{field}:={value}*"),
    contains: Some("{field}:{value}"),
    number: "{field}:={value}",
    boolean: ("{field}:={value}", "true", "false"),
    null: Some("{field}:\"\""),
    exists: Some(("{field}:*", "{field}:\"\"")),
    compare: Some("{field}:{op}{value}"),
    field_ref: [Some("{field}:eq_field({value})"), None, None, None],
    in_or: Some("{field}:in({value})"),
    keyword: Some("{value}"),
    ..Grammar::BASE
};

/// What stands for something else in an expression.
const SPECIAL: &str = ".^$*+?()[]{}|\\";

impl Dialect for VictoriaLogs {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn any_of_op(&self) -> Option<Op> {
        Some(Op::Or)
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        let text = self.expr(context, inner)?;
        // The reference gives alternatives of one value no brackets.
        let alternatives = context.reach == Reach::Wide && is_any_of(inner);
        let grouped = op_of(inner).is_some() || alternatives;
        Ok(text.map(|text| format!("NOT {}", if grouped { self.group(text) } else { text })))
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        let template = GRAMMAR.in_or.filter(|_| context.reach == Reach::Reference);
        if let Some(template) = template
            && let Some(list) = self.list(context, parts, template)?
        {
            return Ok(Some(list));
        }
        self.join(context, Op::Or, GRAMMAR.or, parts)
    }

    fn text(&self, context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        let field = self.field(field);
        if text.parts() == [Part::Any] {
            return Ok(Some(format!("{field}:*")));
        }
        if context.reach == Reach::Wide {
            return Ok(Some(format!("{field}:{}", wide(text, cased)?)));
        }
        let inner = text.inner();
        Ok(Some(match text.shape() {
            Shape::Whole => format!("{field}:={}", self.string(text)?),
            Shape::Starts => format!("{field}:={}*", self.string(&inner)?),
            Shape::Contains => format!("{field}:{}", self.string(&inner)?),
            Shape::Ends => format!("{field}:~{}", quoted(&format!("{}$", expression(&inner)?))),
            Shape::Pattern => format!("{field}:~{}", quoted(&expression(text)?)),
        }))
    }

    fn number(&self, context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        let field = self.field(field);
        Ok(Some(match context.reach {
            Reach::Reference => format!("{field}:={number}"),
            Reach::Wide => format!("{field}:=\"{number}\""),
        }))
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        Ok(Some(format!("{}:{}", self.field(field), found(context, regex)?)))
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        let version = if cidr.address.is_ipv6() { 6 } else { 4 };
        Ok(Some(format!("{}:ipv{version}_range(\"{cidr}\")", self.field(field))))
    }

    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        match value {
            Value::Text { text, cased } if context.reach == Reach::Wide => {
                Ok(Some(wide(&text.clone().open().close(), *cased)?))
            }
            Value::Text { text, .. } => Ok(Some(self.string(text)?)),
            Value::Number(number) => Ok(Some(format!("\"{number}\""))),
            Value::Regex(regex) => Ok(Some(found(context, regex)?)),
            Value::AnyOf(values) => self.any_of(context, None, values),
            _ => Err(Failure::expression("keywords of this kind")),
        }
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        match text.placeholder() {
            Some(name) => Err(placeholder(name)),
            None => Ok(quoted(&text.bare())),
        }
    }
}

/// A string as an expression without anchors.
fn expression(text: &Text) -> Result<String, Failure> {
    match text.placeholder() {
        Some(name) => Err(placeholder(name)),
        None => Ok(re2::pattern(text, |run, out| escape(run, SPECIAL, "\\", out))),
    }
}

/// A filter for a string as Sigma means it: anywhere, in either case.
fn wide(text: &Text, cased: bool) -> Result<String, Failure> {
    let (open, close) = re2::anchors(text);
    let flags = if cased { "(?s)" } else { "(?is)" };
    let outer = match text.shape() {
        Shape::Starts | Shape::Ends | Shape::Contains => text.inner(),
        Shape::Whole | Shape::Pattern => text.clone(),
    };
    Ok(format!("~{}", quoted(&format!("{flags}{open}{}{close}", expression(&outer)?))))
}

fn found(context: &Context<'_>, regex: &Regex) -> Result<String, Failure> {
    let pattern = match context.reach {
        Reach::Reference => format!("{}{}", crate::target::regex_flags(regex, true), regex.pattern),
        Reach::Wide => re2::wide(regex)?,
    };
    Ok(format!("~{}", quoted(&pattern)))
}
