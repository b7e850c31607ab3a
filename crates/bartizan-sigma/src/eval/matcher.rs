//! One condition as something that can be asked of an event.

use std::net::IpAddr;

use regex_automata::meta;

use super::{
    event::{Field, lower},
    names::{Names, View},
};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{
        Cidr, Order, Part, Regex, Shape, Text, TimePart, Value,
        pattern::{Flavour, rewrite},
    },
};

/// The most memory a rule's regular expression may take, in bytes.
const REGEX_BYTES: usize = 4 << 20;

/// A tree of tests.
#[derive(Debug)]
pub(super) enum Test {
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    /// A field by its number in [`Names`].
    Field {
        field: usize,
        ask: Ask,
    },
    Keyword(Ask),
}

/// What one value is asked.
#[derive(Debug)]
pub(super) enum Ask {
    Text(Pattern),
    Null,
    Exists(bool),
    Regex(Box<meta::Regex>),
    Cidr(Cidr),
    Compare(Order, f64),
    FieldRef { field: usize, starts: bool, ends: bool },
    Time(TimePart, f64),
    AnyOf(Vec<Ask>),
}

/// A string with wildcards, ready to compare.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) cased: bool,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Whole(String),
    Starts(String),
    Ends(String),
    Contains(String),
    /// Runs between wildcards.
    Wild(Vec<Part>),
}

impl Pattern {
    /// A number or a truth value: its text, which both sides write alike.
    fn whole(text: &str) -> Self {
        Self { cased: false, kind: Kind::Whole(text.to_owned()) }
    }

    fn new(text: &Text, cased: bool) -> Self {
        let fold = |s: &str| if cased { s.to_owned() } else { lower(s) };
        let inner = || fold(text.inner().as_plain().unwrap_or_default());
        let kind = match text.shape() {
            Shape::Whole => Kind::Whole(inner()),
            Shape::Starts => Kind::Starts(inner()),
            Shape::Ends => Kind::Ends(inner()),
            Shape::Contains => Kind::Contains(inner()),
            Shape::Pattern => Kind::Wild(text.map_plain(fold).parts().to_vec()),
        };
        Self { cased, kind }
    }

    fn is(&self, value: &str) -> bool {
        match &self.kind {
            Kind::Whole(text) => value == text,
            Kind::Starts(text) => value.starts_with(text.as_str()),
            Kind::Ends(text) => value.ends_with(text.as_str()),
            Kind::Contains(text) => value.contains(text.as_str()),
            Kind::Wild(parts) => wild(parts, value),
        }
    }

    fn of(&self, field: &Field) -> bool {
        match self.cased {
            true => field.any(|text| self.is(text)),
            false => field.lower().iter().any(|text| self.is(text)),
        }
    }
}

/// Wildcard matching with one point of return: linear in practice, at worst
/// the product of the lengths.
fn wild(parts: &[Part], value: &str) -> bool {
    let (mut part, mut rest) = (0, value);
    let mut back: Option<(usize, &str)> = None;
    loop {
        let ok = match parts.get(part) {
            None => rest.is_empty(),
            Some(Part::Any) => {
                back = Some((part + 1, rest));
                part += 1;
                continue;
            }
            Some(Part::One) => match rest.chars().next() {
                Some(c) => {
                    rest = &rest[c.len_utf8()..];
                    part += 1;
                    continue;
                }
                None => false,
            },
            Some(Part::Plain(run)) => match rest.strip_prefix(run.as_str()) {
                Some(after) => {
                    rest = after;
                    part += 1;
                    continue;
                }
                None => false,
            },
            Some(Part::Placeholder(_)) => false,
        };
        if ok {
            return true;
        }
        // One character more for the last `*`.
        let Some((from, at)) = back else { return false };
        let Some(c) = at.chars().next() else { return false };
        let at = &at[c.len_utf8()..];
        back = Some((from, at));
        part = from;
        rest = at;
    }
}

impl Test {
    pub(super) fn new(expr: &Expr<'_>, names: &mut Names) -> Result<Self, Failure> {
        let mut all = |parts: &[Expr<'_>]| {
            parts.iter().map(|part| Self::new(part, names)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match expr {
            Expr::And(parts) => Self::And(all(parts)?),
            Expr::Or(parts) => Self::Or(all(parts)?),
            Expr::Not(inner) => Self::Not(Box::new(Self::new(inner, names)?)),
            Expr::Match(Match { field: Some(name), value }) => {
                Self::Field { field: names.number(name), ask: Ask::new(value, names)? }
            }
            Expr::Match(Match { field: None, value }) => Self::Keyword(Ask::keyword(value, names)?),
        })
    }

    /// Whether the event passes.
    pub(super) fn holds(&self, event: &View<'_>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(event)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(event)),
            Self::Not(inner) => !inner.holds(event),
            Self::Field { field, ask } => ask.of(event, event.get(*field)),
            Self::Keyword(ask) => event.all().iter().any(|field| ask.of(event, Some(field))),
        }
    }

    /// Whether the event passes; `seen` gets field and value of what matched.
    pub(super) fn explain(&self, event: &View<'_>, names: &Names, seen: &mut Vec<(String, String)>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.explain(event, names, seen)),
            Self::Or(parts) => parts.iter().any(|part| part.explain(event, names, seen)),
            // What a negation did not find is no evidence.
            Self::Not(inner) => !inner.holds(event),
            Self::Field { field: number, ask } => {
                let field = event.get(*number);
                let yes = ask.of(event, field);
                if let (true, Some(field)) = (yes, field) {
                    seen.push((names.name(*number).to_owned(), field.first().unwrap_or_default()));
                }
                yes
            }
            Self::Keyword(ask) => {
                let found = event.all().iter().find(|field| ask.of(event, Some(field)));
                if let Some(field) = found {
                    seen.push((field.name.clone(), field.first().unwrap_or_default()));
                }
                found.is_some()
            }
        }
    }
}

impl Ask {
    fn new(value: &Value, names: &mut Names) -> Result<Self, Failure> {
        Ok(match value {
            Value::Text { text, cased } => {
                if let Some(name) = text.placeholder() {
                    return Err(crate::target::placeholder(name));
                }
                Self::Text(Pattern::new(text, *cased))
            }
            Value::Number(number) => {
                Self::Text(Pattern::whole(number.text().strip_suffix(".0").unwrap_or(number.text())))
            }
            Value::Bool(yes) => Self::Text(Pattern::whole(if *yes { "true" } else { "false" })),
            Value::Null => Self::Null,
            Value::Exists(yes) => Self::Exists(*yes),
            Value::Regex(regex) => Self::Regex(Box::new(compile(regex)?)),
            Value::Cidr(cidr) => Self::Cidr(*cidr),
            Value::Compare(order, number) => Self::Compare(*order, number.value()),
            Value::FieldRef { field, starts, ends } => {
                Self::FieldRef { field: names.number(field), starts: *starts, ends: *ends }
            }
            Value::Time(part, number) => Self::Time(*part, number.value()),
            Value::AnyOf(values) => {
                Self::AnyOf(values.iter().map(|value| Self::new(value, names)).collect::<Result<_, _>>()?)
            }
            Value::Raw(_) => return Err(Failure::expression("a piece of another language")),
        })
    }

    /// A keyword may stand anywhere in a value.
    fn keyword(value: &Value, names: &mut Names) -> Result<Self, Failure> {
        match value {
            Value::Text { text, cased } => {
                Self::new(&Value::Text { text: text.clone().open().close(), cased: *cased }, names)
            }
            Value::Number(number) => Self::new(
                &Value::Text { text: Text::plain(number.text()).open().close(), cased: false },
                names,
            ),
            Value::AnyOf(values) => {
                let each = values.iter().map(|value| Self::keyword(value, names));
                Ok(Self::AnyOf(each.collect::<Result<_, _>>()?))
            }
            other => Self::new(other, names),
        }
    }

    fn of(&self, event: &View<'_>, field: Option<&Field>) -> bool {
        let Some(field) = field else {
            return matches!(self, Self::Null | Self::Exists(false));
        };
        let any = |test: &dyn Fn(&str) -> bool| field.lower().iter().any(|text| test(text));
        match self {
            Self::Text(pattern) => pattern.of(field),
            Self::Null => field.value.is_null(),
            Self::Exists(yes) => *yes != field.value.is_null(),
            Self::Regex(regex) => field.any(|text| regex.is_match(text)),
            Self::Cidr(cidr) => any(&|text| text.parse().is_ok_and(|ip| within(cidr, ip))),
            Self::Compare(order, than) => any(&|text| {
                decimal(text).is_some_and(|value| match order {
                    Order::Less => value < *than,
                    Order::LessEqual => value <= *than,
                    Order::Greater => value > *than,
                    Order::GreaterEqual => value >= *than,
                })
            }),
            Self::FieldRef { field: other, starts, ends } => {
                let Some(other) = event.get(*other) else { return false };
                any(&|text| {
                    other.lower().iter().any(|other| match (starts, ends) {
                        (false, false) => text == other,
                        (true, false) => text.starts_with(other.as_str()),
                        (false, true) => text.ends_with(other.as_str()),
                        (true, true) => text.contains(other.as_str()),
                    })
                })
            }
            Self::Time(part, value) => any(&|text| time_part(text, *part) == Some(*value)),
            Self::AnyOf(asks) => asks.iter().any(|ask| ask.of(event, Some(field))),
        }
    }
}

/// The number that a text is: decimal digits, as every platform reads them. No `inf`, no spaces.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    text.parse().ok().filter(|_| plain)
}

/// As the platforms read expressions: classes and word boundaries of ASCII.
const FLAVOUR: Flavour = Flavour { boundary: r"(?-u:\b)", sets: true, most: 1 << 20, ..Flavour::RE2 };

pub(super) fn compile(regex: &Regex) -> Result<meta::Regex, Failure> {
    let fails = |error: &dyn std::fmt::Display| {
        Failure::expression(format!("the regular expression `{}`: {error}", regex.pattern))
    };
    let regex = &rewrite(regex, &FLAVOUR).map_err(|error| fails(&error))?;
    let syntax = regex_automata::util::syntax::Config::new()
        .case_insensitive(regex.ignore_case)
        .multi_line(regex.multi_line)
        .dot_matches_new_line(regex.dot_all);
    meta::Regex::builder()
        .configure(meta::Config::new().nfa_size_limit(Some(REGEX_BYTES)))
        .syntax(syntax)
        .build(&regex.pattern)
        .map_err(|error| fails(&error))
}

fn within(cidr: &Cidr, address: IpAddr) -> bool {
    let shift = |bits: u32| bits.saturating_sub(u32::from(cidr.prefix));
    match (cidr.address, address) {
        (IpAddr::V4(net), IpAddr::V4(ip)) => {
            let same = u32::from(net) ^ u32::from(ip);
            same.checked_shr(shift(32)).unwrap_or(0) == 0
        }
        (IpAddr::V6(net), IpAddr::V6(ip)) => {
            let same = u128::from(net) ^ u128::from(ip);
            same.checked_shr(shift(128)).unwrap_or(0) == 0
        }
        _ => false,
    }
}

/// The part of an RFC 3339 time. Weeks need a calendar and are not read.
fn time_part(text: &str, part: TimePart) -> Option<f64> {
    let digits = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok().map(f64::from);
    match part {
        TimePart::Year => digits(0, 4),
        TimePart::Month => digits(5, 7),
        TimePart::Day => digits(8, 10),
        TimePart::Hour => digits(11, 13),
        TimePart::Minute => digits(14, 16),
        TimePart::Week => None,
    }
}
