//! Values as PCRE2 that stands in XML.
//!
//! Characters that XML or Wazuh's own reader would take for theirs (`<`, `>`, `&`, `$` before a name, quotes, outer
//! spaces) are written as `\xHH`. Windows events arrive as JSON in JSON, so that a `\` of theirs may be two; a run of
//! `\` matches both.

use super::super::super::{dialect::placeholder, network};
use crate::{
    error::Failure,
    rule::{Regex, Text, Value},
    target::regex_flags,
};

/// Flags of strings: either case or not, `.` over line breaks too.
const CASELESS: &str = "is";
const CASED: &str = "s";

/// One expression for alternatives.
pub(super) fn of(values: &[&Value]) -> Result<String, Failure> {
    let mut all = Vec::with_capacity(values.len());
    for value in values {
        alternatives(value, &mut all)?;
    }
    let first = all.first().map_or("", |(_, flags)| *flags);
    if !first.is_empty() && all.iter().all(|(_, flags)| *flags == first) {
        let each: Vec<String> = all.into_iter().map(|(pattern, _)| pattern).collect();
        return Ok(format!("(?{first}){}", each.join("|")));
    }
    let each: Vec<String> = all.into_iter().map(|(pattern, flags)| format!("(?{flags}:{pattern})")).collect();
    Ok(each.join("|"))
}

/// The expressions of one value, each with its flags.
fn alternatives(value: &Value, all: &mut Vec<(String, &'static str)>) -> Result<(), Failure> {
    match value {
        Value::Text { text, cased } => all.push((whole(text)?, if *cased { CASED } else { CASELESS })),
        Value::Number(number) => all.push((format!("^{}$", number.text().replace('.', "\\.")), CASELESS)),
        Value::Bool(yes) => all.push((format!("^{yes}$"), CASELESS)),
        Value::Exists(true) => all.push((".".to_owned(), CASED)),
        Value::Regex(regex) => all.push((expression(regex)?, "")),
        Value::Cidr(cidr) => {
            for text in network::patterns(cidr) {
                all.push((whole(&text)?, CASELESS));
            }
        }
        Value::AnyOf(values) => values.iter().try_for_each(|value| alternatives(value, all))?,
        _ => return Err(Failure::expression("Wazuh compares a field with regular expressions only")),
    }
    Ok(())
}

fn whole(text: &Text) -> Result<String, Failure> {
    if let Some(name) = text.placeholder() {
        return Err(placeholder(name));
    }
    if text.is_empty() {
        return Ok("^$".to_owned());
    }
    let (open, close) = (text.opens_any(), text.closes_any());
    let from = usize::from(open);
    let parts = text.parts().len();
    let to = parts - usize::from(close && parts > from);
    let body = text.slice(from, to).render(".*", ".", plain);
    let start = if open { "" } else { "^" };
    let end = if close { "" } else { "$" };
    Ok(match body.is_empty() {
        true => ".".to_owned(),
        false => format!("{start}{body}{end}"),
    })
}

/// Characters that are written by number.
fn numbered(c: char) -> bool {
    c.is_control() || "<>&\"'$".contains(c)
}

fn plain(run: &str, out: &mut String) {
    let mut chars = run.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let mut length = 1;
                while chars.next_if_eq(&'\\').is_some() {
                    length += 1;
                }
                out.push_str(&if length == 1 { "\\\\+".to_owned() } else { format!("\\\\{{{length},}}") });
            }
            c if numbered(c) => out.push_str(&number(c)),
            // The engine trims what an element opens and ends with.
            ' ' if out.is_empty() || chars.peek().is_none() => out.push_str("\\x20"),
            c => {
                if ".^*+?{}[]|()/".contains(c) {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
}

fn number(c: char) -> String {
    format!("\\x{{{:02x}}}", u32::from(c))
}

/// An expression of a rule.
fn expression(regex: &Regex) -> Result<String, Failure> {
    let mut out = regex_flags(regex, true);
    let mut chars = regex.pattern.chars().peekable();
    let mut before = ['\0'; 2];
    let mut class = false;
    while let Some(c) = chars.next() {
        let next = match c {
            '\\' => chars.next(),
            _ => None,
        };
        match (c, next) {
            ('\\', Some(c)) if numbered(c) => out.push_str(&number(c)),
            ('\\', Some('\\')) if !class && !chars.peek().is_some_and(|c| "*+?{".contains(*c)) => {
                out.push_str("\\\\+");
            }
            ('\\', Some(c)) => out.extend(['\\', c]),
            ('\\', None) => return Err(Failure::value("a regular expression ends in a lone `\\`")),
            ('<' | '>' | '\'', _) if before == ['(', '?'] => {
                return Err(Failure::expression(
                    "XML takes no `<` of a group, which stands in the expression",
                ));
            }
            ('$', _) if !chars.peek().is_some_and(|c| c.is_alphanumeric() || *c == '_') => out.push('$'),
            (c, _) if c != '$' && numbered(c) => out.push_str(&number(c)),
            (' ', _) if chars.peek().is_none() => out.push_str("\\x20"),
            (c, _) => out.push(c),
        }
        class = match c {
            '[' if !class => true,
            ']' => false,
            _ => class,
        };
        before = [before[1], if next.is_some() { '\0' } else { c }];
    }
    Ok(out)
}
