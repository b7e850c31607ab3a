//! SPDX licence expressions (SPDX 3.0.1, annex B) with the restrictions of CSAF 2.1, section 3.2.2.7.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The deepest nesting of parentheses.
const MAX_DEPTH: usize = 64;

/// The keys of ScanCode LicenseDB with whether they are deprecated.
static SCANCODE: LazyLock<BTreeMap<&'static str, bool>> = LazyLock::new(|| {
    let lines = include_str!("../data/scancode.tsv").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').map_or((line, false), |(key, _)| (key, true)))
        .collect()
});

/// What an expression names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    /// A licence of the SPDX list, or what could be one.
    Licence(&'a str),
    /// An exception, after `WITH`.
    Exception(&'a str),
    /// `LicenseRef-…`, without the prefix.
    LicenceReference(&'a str),
    /// `AdditionRef-…`, without the prefix.
    AdditionReference(&'a str),
}

/// What a registry says of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It is there.
    Known,
    /// It is there and deprecated.
    Deprecated,
    /// The registry that it claims does not have it.
    Missing,
    /// It claims another registry.
    Elsewhere,
}

impl Name<'_> {
    /// As written.
    pub(crate) fn text(&self) -> String {
        match self {
            Name::Licence(id) | Name::Exception(id) => (*id).to_owned(),
            Name::LicenceReference(id) => format!("LicenseRef-{id}"),
            Name::AdditionReference(id) => format!("AdditionRef-{id}"),
        }
    }

    /// What the SPDX list or ScanCode LicenseDB says.
    pub(crate) fn state(&self) -> State {
        match self {
            Name::Licence(id) => match spdx::license_id(id) {
                Some(licence) if licence.is_deprecated() => State::Deprecated,
                Some(_) => State::Known,
                None => State::Missing,
            },
            Name::Exception(id) => match spdx::exception_id(id) {
                Some(exception) if exception.is_deprecated() => State::Deprecated,
                Some(_) => State::Known,
                None => State::Missing,
            },
            Name::LicenceReference(id) | Name::AdditionReference(id) => match id.strip_prefix("scancode-") {
                None => State::Elsewhere,
                Some(key) => match SCANCODE.get(key) {
                    Some(true) => State::Deprecated,
                    Some(false) => State::Known,
                    None => State::Missing,
                },
            },
        }
    }
}

/// The names of an expression; `None` when it is no expression, or uses a `DocumentRef`, which CSAF forbids.
pub(crate) fn names(expression: &str) -> Option<Vec<Name<'_>>> {
    let mut tokens = Vec::new();
    for word in expression.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        while let Some(rest) = word.strip_prefix('(') {
            tokens.push("(");
            word = rest;
        }
        let inner = word.trim_end_matches(')');
        if !inner.is_empty() {
            tokens.push(inner);
        }
        tokens.extend(std::iter::repeat_n(")", word.len() - inner.len()));
    }
    let mut reader = Reader { tokens, at: 0, names: Vec::new() };
    (reader.expression(0) && reader.at == reader.tokens.len()).then_some(reader.names)
}

struct Reader<'a> {
    tokens: Vec<&'a str>,
    at: usize,
    names: Vec<Name<'a>>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let token = self.tokens.get(self.at).copied();
        self.at += usize::from(token.is_some());
        token
    }

    /// Operands joined by `AND` and `OR`. Which binds closer does not matter here. Operators are all upper or all lower case.
    fn expression(&mut self, depth: usize) -> bool {
        loop {
            if !self.operand(depth) {
                return false;
            }
            match self.tokens.get(self.at).copied() {
                Some("AND" | "OR" | "and" | "or") => self.at += 1,
                _ => return true,
            }
        }
    }

    fn operand(&mut self, depth: usize) -> bool {
        let Some(token) = self.next() else { return false };
        if token == "(" {
            return depth < MAX_DEPTH && self.expression(depth + 1) && self.next() == Some(")");
        }
        if let Some(id) = token.strip_prefix("LicenseRef-") {
            if !is_id(id) {
                return false;
            }
            self.names.push(Name::LicenceReference(id));
        } else {
            let id = token.strip_suffix('+').unwrap_or(token);
            // A reference whose prefix is not written as it must be would pass for a licence's name.
            let lower = id.to_ascii_lowercase();
            let reference = ["licenseref-", "additionref-", "documentref-"]
                .iter()
                .any(|prefix| lower.starts_with(prefix));
            if !is_id(id) || reference || matches!(lower.as_str(), "and" | "or" | "with") {
                return false;
            }
            self.names.push(Name::Licence(id));
        }
        if matches!(self.tokens.get(self.at).copied(), Some("WITH" | "with")) {
            self.at += 1;
            let Some(token) = self.next() else { return false };
            let name =
                token.strip_prefix("AdditionRef-").map_or(Name::Exception(token), Name::AdditionReference);
            let (Name::Exception(id) | Name::AdditionReference(id)) = name else { return false };
            if !is_id(id) {
                return false;
            }
            self.names.push(name);
        }
        true
    }
}

/// `idstring = 1*(ALPHA / DIGIT / "-" / ".")`
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        for good in [
            "MIT",
            "GPL-2.0-or-later WITH Bison-exception-2.2",
            "(MIT OR Apache-2.0) AND BSD-3-Clause",
            "CDDL-1.0+",
            "LicenseRef-www.example.org-Own-1.0",
            "MIT or any-OSI",
            "MIT WITH AdditionRef-x",
        ] {
            assert!(names(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "MIT OR",
            "OR MIT",
            "MIT Apache-2.0",
            "(MIT",
            "MIT)",
            "LicenseRef-a+",
            "LicenseRef-",
            "licenseref-a",
            "DocumentRef-a:LicenseRef-b",
            "a/b",
            "MIT WITH",
            "MIT OR OR BSD",
            "()",
        ] {
            assert!(names(bad).is_none(), "{bad}");
        }
        assert_eq!(Name::Licence("GFDL-1.1").state(), State::Deprecated);
        assert_eq!(Name::Licence("MIT").state(), State::Known);
        assert_eq!(Name::LicenceReference("scancode-public-domain").state(), State::Known);
        assert_eq!(Name::LicenceReference("www.example.org-a").state(), State::Elsewhere);
    }
}
