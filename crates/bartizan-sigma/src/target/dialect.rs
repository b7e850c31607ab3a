//! From a tree to a text: the walk that all text dialects share.

use std::collections::BTreeMap;

use super::{
    Grammar, Op,
    correlate::{self, Plan},
    fill,
};
use crate::{
    convert::Conversion,
    error::{Failure, Reason},
    expr::{Expr, Match},
    pipeline::Reach,
    rule::{Cidr, Correlation, Number, Regex, Rule, Text, TimePart, Value},
};

/// A converted condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// A text.
    Text(String),
    /// A document: what its format holds. Its keys are sorted; a format where their order counts is written as a text.
    Json(serde_json::Value),
}

/// What a dialect may look at, and leave for the end, while it writes.
#[derive(Debug)]
pub struct Context<'r> {
    /// The rule after its pipelines.
    pub rule: &'r Rule,
    /// What the pipelines have said.
    pub state: &'r BTreeMap<&'static str, String>,
    /// Whether the query is what the reference tools write, or what the platform can do.
    pub reach: Reach,
    /// The output format asked for (`default`, `savedsearches`, …).
    pub format: &'r str,
    /// The number of the condition, from 0.
    pub index: usize,
    /// Expressions that do not stand in the query itself (Splunk's `| regex`).
    pub deferred: Vec<String>,
    /// Inside how many negations the walk is.
    pub negations: usize,
    /// Inside how many `or`s, for dialects that count them.
    pub alternatives: usize,
}

/// A piece of query; `None` where all of it was deferred.
pub type Piece = Result<Option<String>, Failure>;

/// A text dialect.
///
/// The defaults follow the table of [`Dialect::grammar`]; a target overrides
/// what its language does otherwise.
pub trait Dialect: Sync {
    /// The table.
    fn grammar(&self) -> &Grammar;

    /// The dialect of [`Reach::Wide`], where it is not this one with other branches.
    fn wide(&self) -> Option<&'static dyn Dialect> {
        None
    }

    /// Any tree.
    fn expr(&self, context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        self.walk(context, expr)
    }

    /// Any tree, by its kind.
    fn walk(&self, context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        match expr {
            Expr::And(parts) => self.and(context, parts),
            Expr::Or(parts) => self.or(context, parts),
            Expr::Not(inner) => self.not(context, inner),
            Expr::Match(m) => self.item(context, *m),
        }
    }

    /// A part of an operator, in brackets where the language needs them.
    fn part(&self, context: &mut Context<'_>, outer: Op, part: &Expr<'_>) -> Piece {
        let piece = self.expr(context, part)?;
        let bracketed = match op_of(part) {
            Some(inner) => self.brackets(outer, inner, part),
            None => {
                // Alternatives of one value stand in an `or` without brackets of their own.
                let op = self.any_of_op().or((context.reach == Reach::Wide).then_some(Op::Or));
                let inner = op.filter(|_| is_any_of(part));
                inner.is_some_and(|inner| inner != outer && self.brackets(outer, inner, part))
            }
        };
        Ok(match piece {
            Some(text) if bracketed => Some(self.group(text)),
            other => other,
        })
    }

    /// The operator that [`Dialect::any_of`] writes, if the reference tools give its text brackets. In the wide reach
    /// it gets them as any `or`.
    fn any_of_op(&self) -> Option<Op> {
        None
    }

    /// Whether `inner` needs brackets inside `outer`.
    fn brackets(&self, outer: Op, inner: Op, _part: &Expr<'_>) -> bool {
        let grammar = self.grammar();
        let rank = |op| grammar.order.iter().position(|o| *o == op);
        grammar.brackets_always || rank(inner) > rank(outer)
    }

    /// In brackets.
    fn group(&self, text: String) -> String {
        let (open, close) = self.grammar().group;
        format!("{open}{text}{close}")
    }

    /// All of these.
    fn and(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        if let Some(template) = self.grammar().in_and
            && let Some(list) = self.list(context, parts, template)?
        {
            return Ok(Some(list));
        }
        self.join(context, Op::And, self.grammar().and, parts)
    }

    /// One of these.
    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        if let Some(template) = self.grammar().in_or
            && let Some(list) = self.list(context, parts, template)?
        {
            return Ok(Some(list));
        }
        self.join(context, Op::Or, self.grammar().or, parts)
    }

    /// Parts with an operator between them.
    fn join(&self, context: &mut Context<'_>, op: Op, between: &str, parts: &[Expr<'_>]) -> Piece {
        self.join_flat(context, op, between, parts)
    }

    /// Parts with an operator between them, one after the other.
    fn join_flat(&self, context: &mut Context<'_>, op: Op, between: &str, parts: &[Expr<'_>]) -> Piece {
        let mut out: Option<String> = None;
        for part in parts {
            let Some(text) = self.part(context, op, part)? else {
                continue;
            };
            match &mut out {
                None => out = Some(text),
                Some(out) => {
                    out.push_str(between);
                    out.push_str(&text);
                }
            }
        }
        Ok(out)
    }

    /// Values of one field as a list, if all of them may stand in one.
    fn list(
        &self,
        context: &mut Context<'_>,
        parts: &[Expr<'_>],
        template: &str,
    ) -> Result<Option<String>, Failure> {
        let Some((field, values)) = one_field(parts) else {
            return Ok(None);
        };
        if values.len() < 2 || !values.iter().all(|v| self.listed(v)) {
            return Ok(None);
        }
        let mut out = String::new();
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                out.push_str(self.grammar().separator);
            }
            out.push_str(&self.member(context, value)?);
        }
        Ok(Some(fill(template, &self.field(field), &out)))
    }

    /// Whether a value may stand in a list.
    fn listed(&self, value: &Value) -> bool {
        match value {
            Value::Text { text, cased } => !cased && (self.grammar().in_wildcards || !text.has_wildcard()),
            Value::Number(_) => true,
            _ => false,
        }
    }

    /// A member of a list.
    fn member(&self, _context: &mut Context<'_>, value: &Value) -> Result<String, Failure> {
        match value {
            Value::Text { text, .. } => self.string(text),
            Value::Number(number) => Ok(number.text().to_owned()),
            _ => Err(Failure::expression("only strings and numbers stand in a list")),
        }
    }

    /// Not this.
    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        context.negations += 1;
        let piece = self.expr(context, inner);
        context.negations -= 1;
        let Some(text) = piece? else { return Ok(None) };
        // The reference tools leave alternatives of one value without brackets, so that only the first is negated.
        let alternatives = context.reach == Reach::Wide && is_any_of(inner);
        let grouped = op_of(inner).is_some() || alternatives;
        let text = if grouped { self.group(text) } else { text };
        Ok(Some(format!("{}{text}", self.grammar().not)))
    }

    /// One field against one value, or a keyword.
    fn item(&self, context: &mut Context<'_>, m: Match<'_>) -> Piece {
        let Some(field) = m.field else {
            return self.keyword(context, m.value);
        };
        match m.value {
            Value::Text { text, cased } => self.text(context, field, text, *cased),
            Value::Number(number) => self.number(context, field, number),
            Value::Bool(yes) => self.boolean(context, field, *yes),
            Value::Null => self.null(context, field),
            Value::Regex(regex) => self.regex(context, field, regex),
            Value::Cidr(cidr) => self.cidr(context, field, cidr),
            Value::Compare(order, number) => self.compare(context, field, order.sign(), number),
            Value::FieldRef { field: other, starts, ends } => {
                self.field_ref(context, field, other, *starts, *ends)
            }
            Value::Exists(yes) => self.exists(context, field, *yes),
            Value::Time(part, number) => self.time(context, field, *part, number),
            Value::AnyOf(values) => self.any_of(context, m.field, values),
            Value::Raw(raw) => Ok(Some(fill(raw, &self.field(field), ""))),
        }
    }

    /// Alternatives made by a modifier. As an `or`, never as a list.
    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let parts: Vec<Expr<'_>> = values.iter().map(|value| Expr::Match(Match { field, value })).collect();
        self.join(context, Op::Or, self.grammar().or, &parts)
    }

    /// A string.
    fn text(&self, _context: &mut Context<'_>, field: &str, text: &Text, cased: bool) -> Piece {
        let Some((template, inner)) = self.grammar().text(text.shape(), cased) else {
            return Err(Failure::expression("case-sensitive strings (`cased`)"));
        };
        let value = if inner { self.string(&text.inner())? } else { self.string(text)? };
        Ok(Some(fill(template, &self.field(field), &value)))
    }

    /// A number.
    fn number(&self, _context: &mut Context<'_>, field: &str, number: &Number) -> Piece {
        Ok(Some(fill(self.grammar().number, &self.field(field), number.text())))
    }

    /// A truth value.
    fn boolean(&self, _context: &mut Context<'_>, field: &str, yes: bool) -> Piece {
        let (template, t, f) = self.grammar().boolean;
        Ok(Some(fill(template, &self.field(field), if yes { t } else { f })))
    }

    /// A field without value.
    fn null(&self, _context: &mut Context<'_>, field: &str) -> Piece {
        with(self.grammar().null, "null values", &self.field(field), "")
    }

    /// A field that is there, or not.
    fn exists(&self, _context: &mut Context<'_>, field: &str, yes: bool) -> Piece {
        let template = self.grammar().exists.map(|(is, not)| if yes { is } else { not });
        with(template, "`exists`", &self.field(field), "")
    }

    /// A regular expression.
    fn regex(&self, _context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let grammar = self.grammar();
        let (template, flags) = match (regex.ignore_case, grammar.regex_caseless) {
            (true, Some(template)) => (Some(template), regex_flags(regex, false)),
            _ => (grammar.regex, regex_flags(regex, true)),
        };
        let pattern = format!("{flags}{}", self.pattern(regex)?);
        with(template, "regular expressions", &self.field(field), &pattern)
    }

    /// A regular expression as it stands in a query, without its flags.
    fn pattern(&self, regex: &Regex) -> Result<String, Failure> {
        let grammar = self.grammar();
        let mut out = String::with_capacity(regex.pattern.len());
        escape(&regex.pattern, grammar.regex_escaped, grammar.regex_escape, &mut out);
        Ok(out)
    }

    /// A network.
    fn cidr(&self, context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        if let Some(template) = self.grammar().cidr {
            return Ok(Some(fill(template, &self.field(field), &cidr.to_string())));
        }
        let texts = super::network::patterns(cidr);
        let values: Vec<Value> = texts.into_iter().map(|text| Value::Text { text, cased: false }).collect();
        match values.as_slice() {
            [Value::Text { text, .. }] => self.text(context, field, text, false),
            values => {
                let parts: Vec<Expr<'_>> =
                    values.iter().map(|value| Expr::Match(Match { field: Some(field), value })).collect();
                self.or(context, &parts)
            }
        }
    }

    /// A comparison by order.
    fn compare(&self, _context: &mut Context<'_>, field: &str, sign: &str, number: &Number) -> Piece {
        let template = self.grammar().compare.map(|t| t.replace("{op}", sign));
        with(template.as_deref(), "comparisons", &self.field(field), number.text())
    }

    /// Two fields.
    fn field_ref(
        &self,
        _context: &mut Context<'_>,
        field: &str,
        other: &str,
        starts: bool,
        ends: bool,
    ) -> Piece {
        let template = self.grammar().field_ref[usize::from(starts) + 2 * usize::from(ends)];
        with(template, "references to other fields", &self.field(field), &self.field(other))
    }

    /// A part of a time.
    fn time(&self, _context: &mut Context<'_>, _: &str, _: TimePart, _: &Number) -> Piece {
        Err(Failure::expression("parts of a time"))
    }

    /// A value anywhere in the event.
    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        let grammar = self.grammar();
        match value {
            Value::Text { text, .. } => with(grammar.keyword, "keywords", "", &self.string(text)?),
            Value::Number(number) => {
                with(grammar.keyword_number.or(grammar.keyword), "keywords", "", number.text())
            }
            Value::Regex(regex) => {
                with(grammar.keyword_regex, "regular expressions as keywords", "", &self.pattern(regex)?)
            }
            Value::AnyOf(values) => self.any_of(context, None, values),
            _ => Err(Failure::expression("keywords of this kind")),
        }
    }

    /// A field name as it stands in a query.
    fn field(&self, name: &str) -> String {
        let grammar = self.grammar();
        let mut out = String::with_capacity(name.len() + 2);
        let quote = if (grammar.field_bare)(name) { "" } else { grammar.field_quote };
        out.push_str(quote);
        escape(name, grammar.field_escaped, grammar.field_escape, &mut out);
        out.push_str(quote);
        out
    }

    /// A string as it stands in a query, quotes included.
    fn string(&self, text: &Text) -> Result<String, Failure> {
        let grammar = self.grammar();
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        // A plain `*` is no wildcard where the language would take it for one.
        let mut escaped = grammar.escaped.to_owned();
        for wildcard in [grammar.any, grammar.one] {
            if wildcard.chars().count() == 1 && !escaped.contains(wildcard) {
                escaped.push_str(wildcard);
            }
        }
        let body = text.render(grammar.any, grammar.one, |run, out| {
            escape(run, &escaped, grammar.escape, out);
        });
        Ok(format!("{0}{body}{0}", grammar.quote))
    }

    /// How the rule of this number (from 0) of a correlation is written, where that is not the target's first format;
    /// [`Context::format`] says so to [`Dialect::finish`].
    fn part_format(&self, _correlation: &Correlation, _number: usize) -> Option<&'static str> {
        None
    }

    /// The query of a correlation.
    ///
    /// # Errors
    /// Where the language cannot express it.
    fn correlate(&self, plan: &Plan<'_>) -> Result<Conversion, Failure> {
        match correlate::sql(plan.target) {
            Some(sql) => sql.correlate(plan),
            None => Err(Failure::expression("correlations cannot be expressed")),
        }
    }

    /// The query of a correlation in a format other than the target's first, if it has that.
    fn document(&self, _format: &str, _about: &Rule, _query: &str) -> Option<String> {
        None
    }

    /// Whether the queries of a set must be put right together, by [`Dialect::settle`].
    fn settles(&self) -> bool {
        false
    }

    /// Puts the queries of a set right together (ids that no two of them may share). Gives the numbers of the conversions
    /// for which there is no room.
    fn settle(&self, _set: &mut [&mut Conversion]) -> Vec<usize> {
        Vec::new()
    }

    /// The query of one condition in the format asked for.
    ///
    /// # Errors
    /// Where the format cannot hold it.
    fn finish(&self, _context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Ok(Query::Text(query.unwrap_or_default()))
    }
}

/// The failure of a placeholder without value.
pub(crate) fn placeholder(name: &str) -> Failure {
    Failure::new(
        Reason::Placeholder,
        format!("the placeholder `%{name}%` has no value: give one in a pipeline"),
    )
}

/// A template filled, or the refusal of what it stands for.
pub fn with(template: Option<&str>, what: &str, field: &str, value: &str) -> Piece {
    match template {
        Some(template) => Ok(Some(fill(template, field, value))),
        None => Err(Failure::expression(format!("{what} cannot be expressed"))),
    }
}

/// The operator of a tree; none for a leaf.
pub fn op_of(expr: &Expr<'_>) -> Option<Op> {
    match expr {
        Expr::And(_) => Some(Op::And),
        Expr::Or(_) => Some(Op::Or),
        Expr::Not(_) => Some(Op::Not),
        Expr::Match(_) => None,
    }
}

pub(crate) fn is_any_of(expr: &Expr<'_>) -> bool {
    matches!(expr, Expr::Match(Match { value: Value::AnyOf(values), .. }) if values.len() > 1)
}

/// The field and the values, if all parts ask the same field.
pub fn one_field<'r>(parts: &[Expr<'r>]) -> Option<(&'r str, Vec<&'r Value>)> {
    let mut values = Vec::with_capacity(parts.len());
    let mut field = None;
    for part in parts {
        let Expr::Match(Match { field: Some(name), value }) = part else {
            return None;
        };
        if *field.get_or_insert(*name) != *name {
            return None;
        }
        values.push(*value);
    }
    Some((field?, values))
}

/// `(?i)`, `(?ims)` or nothing.
pub fn regex_flags(regex: &Regex, with_case: bool) -> String {
    let flags: String =
        [(regex.ignore_case && with_case, 'i'), (regex.multi_line, 'm'), (regex.dot_all, 's')]
            .iter()
            .filter_map(|(on, flag)| on.then_some(*flag))
            .collect();
    match flags.is_empty() {
        true => flags,
        false => format!("(?{flags})"),
    }
}

/// Appends `run` with `escape` before every character of `escaped`.
pub fn escape(run: &str, escaped: &str, escape: &str, out: &mut String) {
    if escaped.is_empty() {
        out.push_str(run);
        return;
    }
    for c in run.chars() {
        if escaped.contains(c) {
            out.push_str(escape);
        }
        out.push(c);
    }
}
