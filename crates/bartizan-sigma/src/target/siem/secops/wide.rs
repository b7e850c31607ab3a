//! UDM search and YARA-L as their documentation describes them.
//!
//! Sources: Google SecOps, "YARA-L 2.0: expressions, operators, and constructs" (literals, `nocase`, `not`,
//! comparisons of fields), "re.regex" (expressions find parts; `(?s)` reaches beyond the first line) and "UDM search
//! best practices" (no expressions on words of the schema; a comparison with a repeated field asks for any of its
//! values, so a negation stands before the comparison and is no `!=`).

use crate::{
    error::{Failure, Reason},
    expr::{Expr, Match},
    rule::{Cidr, Number, Regex, Text, Value},
    target::{
        Context, Dialect, Grammar, Op, Piece, Query, expression, one_field, op_of, placeholder, regex_flags,
    },
};

/// Fields of words of the schema.
const WORDS: &[&str] =
    &["metadata.event_type", "network.direction", "network.ip_protocol", "extensions.auth.mechanism"];

/// Fields of numbers.
const NUMBERS: &[&str] = &[
    "principal.port",
    "target.port",
    "network.http.response_code",
    "network.dns.questions.type",
    "target.process.integrity_level_rid",
    "target.process.access_mask",
    "principal.process.access_mask",
];

/// Fields that may hold several lines.
const LINES: &[&str] = &["command_line", "registry_value_data", "detection_fields.value", "dns.answers.data"];

/// Operators of a search. Source: "UDM search best practices".
const MOST: usize = 169;

/// One of the two spellings.
struct Udm {
    grammar: Grammar,
    prefix: &'static str,
}

// The documentation does not say which operator binds tighter, so brackets do.
static SEARCH: Udm = Udm { grammar: Grammar { brackets_always: true, ..Grammar::BASE }, prefix: "" };

const fn of_event(prefix: &'static str) -> Udm {
    Udm { grammar: Grammar { and: " and ", or: " or ", not: "not ", ..Grammar::BASE }, prefix }
}

/// One for each event variable.
static RULES: [Udm; 4] =
    [of_event("$event1."), of_event("$event2."), of_event("$event3."), of_event("$event4.")];

pub(super) fn query(context: &mut Context<'_>, expr: &Expr<'_>) -> Result<String, Failure> {
    let prefix = super::prefix(context.format);
    let search = prefix.is_empty();
    let udm = RULES.iter().find(|udm| udm.prefix == prefix).unwrap_or(&SEARCH);
    if search && udm.operators(expr)? > MOST {
        return Err(Failure::expression(format!(
            "a search takes {MOST} operators; a rule of YARA-L has no such limit"
        )));
    }
    udm.expr(context, expr).map(Option::unwrap_or_default)
}

/// A string in quotes.
pub(super) fn quoted(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + 2);
    out.push('"');
    for c in plain.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn checked(text: &Text) -> Result<&Text, Failure> {
    text.placeholder().map_or(Ok(text), |name| Err(placeholder(name)))
}

fn lines(field: &str) -> &'static str {
    if LINES.iter().any(|name| field.ends_with(name)) { "(?s)" } else { "" }
}

impl Dialect for Udm {
    fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    fn field(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn part(&self, context: &mut Context<'_>, outer: Op, part: &Expr<'_>) -> Piece {
        let piece = self.expr(context, part)?;
        let Some(inner) = op_of(part) else { return Ok(piece) };
        let closed = match part {
            Expr::Or(parts) => self.alternatives(parts)?.is_some(),
            Expr::Not(_) => true,
            _ => !self.brackets(outer, inner, part),
        };
        Ok(piece.map(|text| if closed { text } else { self.group(text) }))
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        match self.alternatives(parts)? {
            Some(text) => Ok(Some(text)),
            None => self.join(context, Op::Or, self.grammar.or, parts),
        }
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let parts: Vec<Expr<'_>> = values.iter().map(|value| Expr::Match(Match { field, value })).collect();
        match self.alternatives(&parts)? {
            Some(text) => Ok(Some(text)),
            None => {
                self.join(context, Op::Or, self.grammar.or, &parts).map(|text| text.map(|t| self.group(t)))
            }
        }
    }

    fn text(&self, context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        let nocase = if cased { "" } else { " nocase" };
        let name = self.field(field);
        let plain = checked(text)?.as_plain();
        if NUMBERS.contains(&field) {
            let number = plain.and_then(|plain| plain.parse::<u64>().ok());
            let number = number.ok_or_else(|| Failure::value(format!("`{field}` holds numbers")))?;
            return self.number(context, field, &Number::from_integer(number.into()));
        }
        if WORDS.contains(&field) {
            let word = plain.filter(|plain| plain.chars().all(|c| c.is_ascii_uppercase() || c == '_'));
            let word = word.ok_or_else(|| Failure::value(format!("`{field}` holds words of the schema")))?;
            return Ok(Some(format!("{name} = \"{word}\"")));
        }
        Ok(Some(match plain {
            // A field without value is an empty string.
            Some("") => format!("{name} = \"\""),
            Some(plain) if !plain.contains(|c: char| c.is_control() && !"\n\r\t".contains(c)) => {
                format!("{name} = {}{nocase}", quoted(plain))
            }
            _ if text.parts().iter().all(|part| *part == crate::rule::Part::Any) => format!("{name} != \"\""),
            _ => format!("{name} = /{}{}/{nocase}", lines(field), expression::whole(text)),
        }))
    }

    fn number(&self, _context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        let name = self.field(field);
        Ok(Some(match NUMBERS.contains(&field) {
            true => format!("{name} = {}", number.text()),
            false => format!("{name} = \"{}\"", number.text()),
        }))
    }

    fn boolean(&self, _context: &mut Context<'_>, field: &str, yes: bool) -> Piece {
        Ok(Some(format!("{} = \"{yes}\" nocase", self.field(field))))
    }

    fn null(&self, _context: &mut Context<'_>, field: &str) -> Piece {
        let empty = if NUMBERS.contains(&field) { "0" } else { "\"\"" };
        Ok(Some(format!("{} = {empty}", self.field(field))))
    }

    fn exists(&self, _context: &mut Context<'_>, field: &str, yes: bool) -> Piece {
        let empty = if NUMBERS.contains(&field) { "0" } else { "\"\"" };
        Ok(Some(format!("{} {} {empty}", self.field(field), if yes { "!=" } else { "=" })))
    }

    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        if NUMBERS.contains(&field) || WORDS.contains(&field) {
            return Err(Failure::value(format!("`{field}` holds no text")));
        }
        if expression::needs_backtracking(regex) {
            return Err(Failure::expression("RE2 has no look-around and no references back"));
        }
        let nocase = if regex.ignore_case { " nocase" } else { "" };
        let flags = regex_flags(regex, false);
        let flags = if flags.is_empty() { lines(field) } else { flags.as_str() };
        Ok(Some(format!("{} = /{flags}{}/{nocase}", self.field(field), slashes(&regex.pattern))))
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        Ok(Some(format!("net.ip_in_range_cidr({}, \"{cidr}\")", self.field(field))))
    }

    fn compare(&self, _context: &mut Context<'_>, field: &str, sign: &str, number: &Number) -> Piece {
        match NUMBERS.contains(&field) {
            true => Ok(Some(format!("{} {sign} {}", self.field(field), number.text()))),
            false => Err(Failure::expression(format!("`{field}` holds text, which has no order"))),
        }
    }

    fn field_ref(&self, _: &mut Context<'_>, field: &str, other: &str, starts: bool, ends: bool) -> Piece {
        if starts || ends {
            return Err(Failure::expression("a part of one field against another"));
        }
        let lower = |name: &str| format!("strings.to_lower({})", self.field(name));
        Ok(Some(format!("{} = {}", lower(field), lower(other))))
    }

    fn keyword(&self, _context: &mut Context<'_>, _value: &Value) -> Piece {
        Err(Failure::new(Reason::Expression, "UDM has no search of whole events"))
    }

    fn finish(&self, _context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Ok(Query::Text(query.unwrap_or_default()))
    }
}

impl Udm {
    /// How many operators the text of a tree has.
    fn operators(&self, expr: &Expr<'_>) -> Result<usize, Failure> {
        match expr {
            Expr::Not(inner) => Ok(1 + self.operators(inner)?),
            Expr::Or(parts) if self.alternatives(parts)?.is_some() => Ok(0),
            Expr::And(parts) | Expr::Or(parts) => parts
                .iter()
                .try_fold(parts.len().saturating_sub(1), |sum, part| Ok(sum + self.operators(part)?)),
            Expr::Match(_) => Ok(0),
        }
    }

    /// Strings of one field as one expression, which spares operators.
    fn alternatives(&self, parts: &[Expr<'_>]) -> Result<Option<String>, Failure> {
        let Some((field, values)) = one_field(parts) else { return Ok(None) };
        if values.len() < 2 || WORDS.contains(&field) || NUMBERS.contains(&field) {
            return Ok(None);
        }
        let mut all = Vec::with_capacity(values.len());
        for value in values {
            match value {
                Value::Text { text, cased: false } if !text.is_empty() => {
                    all.push(expression::whole(checked(text)?));
                }
                Value::Number(number) => all.push(format!("^{}$", number.text().replace('.', "\\."))),
                Value::Regex(regex) if plain_caseless(regex) => {
                    all.push(format!("(?:{})", slashes(&regex.pattern)));
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(format!("{} = /{}{}/ nocase", self.field(field), lines(field), all.join("|"))))
    }
}

/// An expression that may stand beside strings.
fn plain_caseless(regex: &Regex) -> bool {
    regex.ignore_case && !regex.multi_line && !regex.dot_all && !expression::needs_backtracking(regex)
}

/// With `\` before every `/` that has none, and control characters as escapes.
fn slashes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut escaped = false;
    for c in pattern.chars() {
        match c {
            '/' if !escaped => out.push_str("\\/"),
            // Behind a `\` the character itself is meant too.
            c if c.is_control() => {
                out.push_str(if escaped { "" } else { "\\" });
                out.push_str(&format!("x{{{:x}}}", u32::from(c)));
            }
            c => out.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    // A last `\` would take the closing slash with it.
    if escaped {
        out.push('\\');
    }
    out
}
