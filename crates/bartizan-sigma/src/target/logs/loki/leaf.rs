//! Comparisons: label filters and line filters.

use super::{super::re2, Op, bracketed, tree::Node};
use crate::{
    error::Failure,
    pipeline::Reach,
    rule::{Order, Part, Text, Value},
    target::{escape, placeholder, quoted, regex_flags},
};

/// Writes the parts of one query.
pub(super) struct Writer {
    reach: Reach,
    /// `label_format` stages that the label filters stand on.
    pub(super) formats: Vec<String>,
    /// How many labels are taken.
    taken: usize,
}

/// Characters that get a backslash in an expression, as the reference set has them; RE2 takes each.
const SPECIAL: &str = "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}";

/// A field as the parsers name its label.
pub(super) fn label(field: &str) -> String {
    let mut out: String =
        field.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    out
}

/// A literal: between backticks where nothing in it speaks against.
pub(super) fn literal(text: &str) -> String {
    match text.contains(|c: char| c == '`' || c.is_control()) {
        true => quoted(text),
        false => format!("`{text}`"),
    }
}

impl Writer {
    pub(super) fn new(reach: Reach) -> Self {
        Self { reach, formats: Vec::new(), taken: 0 }
    }

    fn wide(&self) -> bool {
        self.reach == Reach::Wide
    }

    /// The label filter of what must hold together.
    pub(super) fn labels(
        &mut self,
        parts: &[&Node<'_>],
        whole: &Node<'_>,
    ) -> Result<Option<String>, Failure> {
        let alone = parts.len() == 1 && !matches!(whole, Node::Join { op: Op::And, .. });
        let mut out = Vec::with_capacity(parts.len());
        for part in parts {
            out.push(if alone { self.node(part)? } else { self.part(Op::And, part)? });
        }
        Ok((!out.is_empty()).then(|| out.join(" and ")))
    }

    fn part(&mut self, outer: Op, part: &Node<'_>) -> Result<String, Failure> {
        let text = self.node(part)?;
        let Node::Join { op, parts, of_one } = part else { return Ok(text) };
        // The reference set leaves alternatives of one value without brackets.
        let bare = (*of_one && !self.wide()) || (parts.len() < 2 && self.wide());
        Ok(if bracketed(outer, *op) && !bare { format!("({text})") } else { text })
    }

    /// A label filter.
    pub(super) fn node(&mut self, node: &Node<'_>) -> Result<String, Failure> {
        match node {
            Node::Join { op, parts, .. } => match parts.as_slice() {
                [only] => self.part(*op, only),
                parts => {
                    let texts =
                        parts.iter().map(|part| self.part(*op, part)).collect::<Result<Vec<_>, _>>()?;
                    Ok(texts.join(if *op == Op::And { " and " } else { " or " }))
                }
            },
            Node::Leaf { field: Some(field), value, negated } => self.leaf(field, value, *negated),
            Node::Leaf { field: None, value, negated } => self.in_line(value, *negated),
        }
    }

    /// A keyword beside label filters: of a label that holds the line.
    fn in_line(&mut self, value: &Value, negated: bool) -> Result<String, Failure> {
        const FORMAT: &str = "label_format log_line=`{{ __line__ }}`";
        if !self.formats.iter().any(|format| format == FORMAT) {
            self.formats.push(FORMAT.to_owned());
        }
        let sign = if negated { "!~" } else { "=~" };
        let found = format!("(?s:.*){}(?s:.*)", self.keyword(value, true)?);
        Ok(format!("log_line{sign}{}", literal(&found)))
    }

    fn leaf(&mut self, field: &str, value: &Value, negated: bool) -> Result<String, Failure> {
        let name = label(field);
        let equal = if negated { "!=" } else { "=" };
        let like = if negated { "!~" } else { "=~" };
        Ok(match value {
            Value::Text { text, cased } => format!("{name}{like}{}", literal(&self.anchored(text, *cased)?)),
            Value::Number(number) if self.wide() => format!("{name}{equal}`{number}`"),
            Value::Number(number) => format!("{name}{equal}{number}"),
            Value::Bool(yes) if self.wide() => format!("{name}{like}`(?i){yes}`"),
            Value::Null => format!("{name}{equal}``"),
            Value::Exists(yes) => format!("{name}{}``", if *yes == negated { "=" } else { "!=" }),
            Value::Regex(regex) if self.wide() => {
                // A label filter matches the whole value, a rule any part of it.
                let inner = re2::wide(regex)?;
                format!("{name}{like}{}", literal(&format!("(?s:.*)(?:{inner})(?s:.*)")))
            }
            Value::Regex(regex) => {
                let pattern = format!("{}{}", regex_flags(regex, true), regex.pattern);
                format!("{name}{like}{}", literal(&pattern))
            }
            Value::Cidr(cidr) if self.wide() => format!("{name}{equal}ip(\"{cidr}\")"),
            Value::Cidr(cidr) => format!("{field}{equal}ip(\"{cidr}\")"),
            Value::Compare(order, number) if !negated => format!("{name}{}{number}", order.sign()),
            Value::Compare(order, number) => {
                let sign = match order {
                    Order::Less => ">=",
                    Order::LessEqual => ">",
                    Order::Greater => "<=",
                    Order::GreaterEqual => "<",
                };
                match self.wide() {
                    // A field that is absent is not in order, and its negation holds.
                    true => format!("({name}{sign}{number} or {name}=``)"),
                    false => format!("{name}{sign}{number}"),
                }
            }
            Value::FieldRef { field: other, starts, ends } => {
                self.reference(&name, &label(other), (*starts, *ends), negated)
            }
            _ => return Err(Failure::expression("values of this kind cannot be expressed")),
        })
    }

    /// Two fields: a template compares them, its answer is a label.
    fn reference(&mut self, name: &str, other: &str, anchor: (bool, bool), negated: bool) -> String {
        let test = match anchor {
            (false, false) if self.wide() => format!("eq (lower .{other}) (lower .{name})"),
            (false, false) => format!("eq .{other} .{name}"),
            (true, false) => format!("hasPrefix (lower .{other}) (lower .{name})"),
            (false, true) => format!("hasSuffix (lower .{other}) (lower .{name})"),
            (true, true) => format!("contains (lower .{other}) (lower .{name})"),
        };
        let label = format!("match_{}", self.taken);
        self.taken += 1;
        self.formats
            .push(format!("label_format {label}=`{{{{ if {test} }}}}true{{{{ else }}}}false{{{{ end }}}}`"));
        format!("{label}{}`true`", if negated { "!=" } else { "=" })
    }

    /// A string as an expression over the whole value.
    fn anchored(&self, text: &Text, cased: bool) -> Result<String, Failure> {
        let (open, close) = re2::anchors(text);
        Ok(format!("{}{open}{}{close}", self.flags(cased), expression(text, self.reach)?))
    }

    fn flags(&self, cased: bool) -> &'static str {
        match (self.wide(), cased) {
            (true, false) => "(?is)",
            (true, true) => "(?s)",
            (false, false) => "(?i)",
            (false, true) => "",
        }
    }

    /// Line filters.
    pub(super) fn lines(&self, node: &Node<'_>, out: &mut String) -> Result<(), Failure> {
        match node {
            Node::Leaf { value, negated, .. } => {
                let sign = if *negated { "!~" } else { "|~" };
                out.push_str(&format!(" {sign} {}", literal(&self.keyword(value, true)?)));
            }
            Node::Join { op: Op::Or, parts, .. } => {
                let mut all = Vec::with_capacity(parts.len());
                self.alternatives(parts, &mut all)?;
                let joined = match self.wide() {
                    true => all.join("|"),
                    // One letter case for all.
                    false => format!("(?i){}", all.join("|")),
                };
                out.push_str(&format!(" |~ {}", literal(&joined)));
            }
            Node::Join { parts, .. } => parts.iter().try_for_each(|part| self.lines(part, out))?,
        }
        Ok(())
    }

    fn alternatives(&self, parts: &[Node<'_>], out: &mut Vec<String>) -> Result<(), Failure> {
        for part in parts {
            match part {
                Node::Leaf { value, negated: false, .. } => out.push(self.keyword(value, self.wide())?),
                Node::Join { op: Op::Or, parts, .. } => self.alternatives(parts, out)?,
                _ => return Err(Failure::expression("`and` or `not` between keywords inside an `or`")),
            }
        }
        Ok(())
    }

    /// A keyword as an expression that finds it in a line.
    fn keyword(&self, value: &Value, flagged: bool) -> Result<String, Failure> {
        let flags = |cased| if flagged { self.flags(cased) } else { "" };
        Ok(match value {
            Value::Text { text, cased } => {
                // A line filter finds a part of a line anyway.
                let found = expression(&trimmed(text), self.reach)?;
                match self.wide() {
                    true => format!("(?:{}{found})", flags(*cased)),
                    false => format!("{}{found}", flags(*cased)),
                }
            }
            Value::Number(number) => number.text().to_owned(),
            Value::Regex(regex) => format!("(?:{})", re2::wide(regex)?),
            _ => return Err(Failure::expression("keywords of this kind")),
        })
    }
}

fn expression(text: &Text, reach: Reach) -> Result<String, Failure> {
    match (text.placeholder(), reach) {
        (Some(name), Reach::Wide) => Err(placeholder(name)),
        (None, Reach::Wide) => Ok(re2::pattern(text, |run, out| escape(run, SPECIAL, "\\", out))),
        // A placeholder without value stays one there.
        (_, Reach::Reference) => Ok(re2::pattern(text, as_reference)),
    }
}

/// A plain `*` or `?` becomes a backslash and a wildcard in the reference set.
fn as_reference(run: &str, out: &mut String) {
    for c in run.chars() {
        match c {
            '*' => out.push_str("\\\\.*"),
            '?' => out.push_str("\\\\."),
            c => escape(c.encode_utf8(&mut [0; 4]), SPECIAL, "\\", out),
        }
    }
}

/// Without `*` at its ends.
fn trimmed(text: &Text) -> Text {
    let n = text.parts().len();
    let open = usize::from(text.parts().first() == Some(&Part::Any));
    let close = usize::from(n > 1 && text.parts().last() == Some(&Part::Any));
    text.slice(open, n - close)
}
