//! `…_cond_expr`: `and`, `or`, `not` and brackets over the names of conditions.

/// The deepest nesting of brackets and `not`.
const MOST_DEPTH: usize = 64;

/// An expression over conditions, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    Name(usize),
}

impl Expression {
    /// Reads an expression; every name must be one of `names`, and each of them must be used.
    pub(super) fn parse(source: &str, names: &[&str]) -> Result<Self, String> {
        let spaced = source.replace('(', " ( ").replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut reader = Reader { words: &words, at: 0, names, used: vec![false; names.len()], depth: 0 };
        let expression = reader.or()?;
        if let Some(word) = reader.peek() {
            return Err(format!("`{word}` stands where the expression should end"));
        }
        let unused = reader.used.iter().position(|used| !used).and_then(|at| names.get(at));
        match unused {
            Some(name) => Err(format!("the expression does not use the condition `{name}`")),
            None => Ok(expression),
        }
    }

    /// Whether it holds, given whether each condition does.
    pub(super) fn holds(&self, test: &dyn Fn(usize) -> bool) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(test)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(test)),
            Self::Not(inner) => !inner.holds(test),
            Self::Name(at) => test(*at),
        }
    }
}

struct Reader<'w> {
    words: &'w [&'w str],
    at: usize,
    names: &'w [&'w str],
    used: Vec<bool>,
    depth: usize,
}

impl<'w> Reader<'w> {
    fn peek(&self) -> Option<&'w str> {
        self.words.get(self.at).copied()
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.and()?];
        while self.accept("or") {
            parts.push(self.and()?);
        }
        Ok(joined(parts, Expression::Or))
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.not()?];
        while self.accept("and") {
            parts.push(self.not()?);
        }
        Ok(joined(parts, Expression::And))
    }

    fn not(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err("the expression is nested too deep".into());
        }
        let expression = if self.accept("not") {
            Expression::Not(Box::new(self.not()?))
        } else if self.accept("(") {
            let inner = self.or()?;
            if !self.accept(")") {
                return Err("a bracket is not closed".into());
            }
            inner
        } else {
            self.name()?
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn name(&mut self) -> Result<Expression, String> {
        let word = self.peek().ok_or("the expression ends where a name should stand")?;
        let at = self.names.iter().position(|name| *name == word);
        let at = at.ok_or_else(|| format!("there is no condition `{word}`"))?;
        self.at += 1;
        if let Some(used) = self.used.get_mut(at) {
            *used = true;
        }
        Ok(Expression::Name(at))
    }
}

fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence_and_errors() {
        let names = ["a", "b", "c"];
        let holds = |source: &str, yes: &[usize]| {
            Expression::parse(source, &names).map(|e| e.holds(&|at| yes.contains(&at)))
        };
        assert_eq!(holds("a or b and not c", &[0, 2]), Ok(true));
        assert_eq!(holds("(a or b) and not c", &[0, 2]), Ok(false));
        assert_eq!(holds("a AND (b OR c)", &[0, 2]), Ok(true));
        for wrong in ["", "a and", "a b c", "(a or b or c", "a and b", "a and b and d", &"not ".repeat(99)] {
            assert!(holds(wrong, &[]).is_err(), "{wrong}");
        }
    }
}
