//! The table of a text dialect. What the table cannot say, a target says by
//! overriding a method of [`super::Dialect`].

use crate::rule::Shape;

/// An operator, for precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `not`
    Not,
    /// `and`
    And,
    /// `or`
    Or,
}

/// A template: `{field}` and `{value}` are replaced, nothing else.
pub type Template = &'static str;

/// A text dialect as a table.
///
/// `None` for a template means that the language has no such expression: a
/// rule that needs it is refused.
#[derive(Clone, Copy, Debug)]
pub struct Grammar {
    /// Operators from the tightest to the loosest.
    pub order: [Op; 3],
    /// Brackets around every operator inside another one, whatever `order`.
    pub brackets_always: bool,
    /// Around a group.
    pub group: (&'static str, &'static str),
    /// Between two parts of an `and`, spaces included.
    pub and: &'static str,
    /// Between two parts of an `or`, spaces included.
    pub or: &'static str,
    /// Before what is negated, space included.
    pub not: &'static str,

    /// Around a field name that [`Grammar::field_bare`] does not accept; empty
    /// for a language without quoted names.
    pub field_quote: &'static str,
    /// Whether a field name stands without quotes.
    pub field_bare: fn(&str) -> bool,
    /// Characters of a field name that get [`Grammar::field_escape`] before them.
    pub field_escaped: &'static str,
    /// See [`Grammar::field_escaped`].
    pub field_escape: &'static str,

    /// Around a string; empty for a language that writes them bare.
    pub quote: &'static str,
    /// `*` in a string.
    pub any: &'static str,
    /// `?` in a string.
    pub one: &'static str,
    /// Stands before a character of [`Grammar::escaped`] in a string.
    pub escape: &'static str,
    /// Characters that are escaped in strings.
    pub escaped: &'static str,

    /// A whole string. Further: `{field}` is `{value}`.
    pub equals: Template,
    /// A string that begins like this; `{value}` is without wildcard. `None`:
    /// [`Grammar::pattern`], then [`Grammar::equals`] with wildcards in the value.
    pub starts: Option<Template>,
    /// A string that ends like this.
    pub ends: Option<Template>,
    /// A string that contains this.
    pub contains: Option<Template>,
    /// A string with wildcards, where equality does not know them.
    pub pattern: Option<Template>,
    /// The same five under `cased`; `None` refuses the modifier.
    pub cased: Option<Cased>,
    /// A number.
    pub number: Template,
    /// A truth value: template, true, false.
    pub boolean: (Template, &'static str, &'static str),
    /// The field is null.
    pub null: Option<Template>,
    /// The field is there, and is not there.
    pub exists: Option<(Template, Template)>,
    /// A regular expression.
    pub regex: Option<Template>,
    /// The same where the rule wants letters of either case.
    pub regex_caseless: Option<Template>,
    /// Stands before [`Grammar::regex_escaped`] in a regular expression.
    pub regex_escape: &'static str,
    /// Characters escaped in regular expressions.
    pub regex_escaped: &'static str,
    /// A network; `{value}` is `address/prefix`. `None`: as wildcard strings
    /// of its octets.
    pub cidr: Option<Template>,
    /// A comparison; `{op}` is the sign, `{value}` the number.
    pub compare: Option<Template>,
    /// Two fields; `{value}` is the other one. Whole, starts, ends, contains.
    pub field_ref: [Option<Template>; 4],

    /// Several strings or numbers of one field, joined by `or`.
    pub in_or: Option<Template>,
    /// The same joined by `and`.
    pub in_and: Option<Template>,
    /// Whether such a list may hold strings with wildcards.
    pub in_wildcards: bool,
    /// Between the members of a list.
    pub separator: &'static str,

    /// A string anywhere in the event.
    pub keyword: Option<Template>,
    /// A number anywhere in the event.
    pub keyword_number: Option<Template>,
    /// A regular expression anywhere in the event.
    pub keyword_regex: Option<Template>,
}

/// Templates of strings where case counts.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Cased {
    pub equals: Template,
    pub starts: Option<Template>,
    pub ends: Option<Template>,
    pub contains: Option<Template>,
    pub pattern: Option<Template>,
}

/// A name of letters, digits and `_`, that opens with no digit.
pub fn word(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Grammar {
    /// The commonest choices, to be overridden.
    pub const BASE: Self = Self {
        order: [Op::Not, Op::And, Op::Or],
        brackets_always: false,
        group: ("(", ")"),
        and: " AND ",
        or: " OR ",
        not: "NOT ",
        field_quote: "",
        field_bare: |_| true,
        field_escaped: "",
        field_escape: "\\",
        quote: "\"",
        any: "*",
        one: "?",
        escape: "\\",
        escaped: "\\\"",
        equals: "{field}={value}",
        starts: None,
        ends: None,
        contains: None,
        pattern: None,
        cased: None,
        number: "{field}={value}",
        boolean: ("{field}={value}", "true", "false"),
        null: None,
        exists: None,
        regex: None,
        regex_caseless: None,
        regex_escape: "\\",
        regex_escaped: "",
        cidr: None,
        compare: None,
        field_ref: [None; 4],
        in_or: None,
        in_and: None,
        in_wildcards: false,
        separator: ", ",
        keyword: None,
        keyword_number: None,
        keyword_regex: None,
    };

    /// Whether any name can stand in a query: between quotes, with those in it escaped.
    pub fn quotes_names(&self) -> bool {
        !self.field_quote.is_empty() && self.field_escaped.contains(self.field_quote)
    }

    /// The template for a string of this shape, and whether its value is
    /// written without the outer wildcards.
    pub(super) fn text(&self, shape: Shape, cased: bool) -> Option<(Template, bool)> {
        let (equals, starts, ends, contains, pattern) = if cased {
            let c = self.cased?;
            (c.equals, c.starts, c.ends, c.contains, c.pattern)
        } else {
            (self.equals, self.starts, self.ends, self.contains, self.pattern)
        };
        let anchored = match shape {
            Shape::Starts => starts,
            Shape::Ends => ends,
            Shape::Contains => contains,
            Shape::Whole | Shape::Pattern => None,
        };
        Some(match (anchored, shape) {
            (Some(template), _) => (template, true),
            (None, Shape::Whole) => (equals, false),
            (None, _) => (pattern.unwrap_or(equals), false),
        })
    }
}

/// Fills a template.
pub fn fill(template: &str, field: &str, value: &str) -> String {
    let mut out = String::with_capacity(template.len() + field.len() + value.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("{field}") {
            out.push_str(field);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{value}") {
            out.push_str(value);
            rest = after;
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}
