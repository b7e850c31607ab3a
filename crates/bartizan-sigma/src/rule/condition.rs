//! Conditions: `selection and not 1 of filter_*`.
//!
//! Source: Sigma Rules Specification 2.1, section "Condition". The old
//! aggregations (`| count() by …`) are refused: correlation rules took their
//! place.

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All of these.
    And(Vec<Condition>),
    /// One of these.
    Or(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// The selection of this name.
    Selection(String),
    /// Some or all of the selections whose name matches.
    Of(Quantity, String),
}

/// How many of the selections must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// `1 of`, `any of`
    One,
    /// `all of`
    All,
}

/// The deepest nesting of brackets and negations.
const MOST_DEPTH: usize = 64;

/// Reads a condition.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn parse(source: &str) -> Result<Condition, String> {
    if source.contains('|') {
        return Err("aggregations in conditions (`| count() …`) were removed from Sigma: \
             write a correlation rule"
            .into());
    }
    let mut parser = Parser { tokens: tokens(source)?, at: 0 };
    let condition = parser.or(0)?;
    match parser.peek() {
        None => Ok(condition),
        Some(token) => Err(format!("`{token}` is not expected here")),
    }
}

fn tokens(source: &str) -> Result<Vec<&str>, String> {
    let mut out = Vec::new();
    let mut rest = source;
    loop {
        rest = rest.trim_start();
        let Some(c) = rest.chars().next() else {
            return Ok(out);
        };
        let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '*' | '.');
        let len = if matches!(c, '(' | ')') { 1 } else { rest.find(|c| !name(c)).unwrap_or(rest.len()) };
        if len == 0 {
            return Err(format!("`{c}` is not expected here"));
        }
        out.push(&rest[..len]);
        rest = &rest[len..];
    }
}

struct Parser<'s> {
    tokens: Vec<&'s str>,
    at: usize,
}

impl<'s> Parser<'s> {
    fn peek(&self) -> Option<&'s str> {
        self.tokens.get(self.at).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|t| t.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn or(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.and(depth)?];
        while self.take("or") {
            parts.push(self.and(depth)?);
        }
        Ok(one_or(parts, Condition::Or))
    }

    fn and(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.not(depth)?];
        while self.take("and") {
            parts.push(self.not(depth)?);
        }
        Ok(one_or(parts, Condition::And))
    }

    fn not(&mut self, depth: usize) -> Result<Condition, String> {
        if depth > MOST_DEPTH {
            return Err(format!("more than {MOST_DEPTH} levels of nesting"));
        }
        if self.take("not") {
            return Ok(Condition::Not(Box::new(self.not(depth + 1)?)));
        }
        let Some(token) = self.peek() else {
            return Err("it ends where a selection is expected".into());
        };
        self.at += 1;
        if token == "(" {
            let inner = self.or(depth + 1)?;
            if !self.take(")") {
                return Err("a `)` is missing".into());
            }
            return Ok(inner);
        }
        let quantity = match token.to_ascii_lowercase().as_str() {
            "1" | "any" => Some(Quantity::One),
            "all" => Some(Quantity::All),
            _ => None,
        };
        if let Some(quantity) = quantity
            && self.take("of")
        {
            let Some(pattern) = self.peek().filter(|t| !matches!(*t, "(" | ")")) else {
                return Err("a pattern or `them` must follow `of`".into());
            };
            self.at += 1;
            return Ok(Condition::Of(quantity, pattern.to_owned()));
        }
        let reserved = ["and", "or", "not", "of", ")"];
        if reserved.iter().any(|r| token.eq_ignore_ascii_case(r)) {
            return Err(format!("`{token}` is not expected here"));
        }
        Ok(Condition::Selection(token.to_owned()))
    }
}

fn one_or(mut parts: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

/// Whether a selection's name matches a pattern of `of`: `them` is every name
/// that does not open with `_`, `*` stands for any characters.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    if pattern == "them" {
        return !name.starts_with('_');
    }
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
