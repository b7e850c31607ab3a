//! STIX patterns (STIX 2.1 section 9): one observation expression of equalities.

use std::fmt;

/// One comparison expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    path: &'static str,
    operator: &'static str,
    literal: String,
}

impl Comparison {
    /// `path = 'value'`. The path is an object path as section 9.7 writes it, e.g. `file:hashes.'SHA-256'`.
    pub fn equals(path: &'static str, value: &str) -> Self {
        Self { path, operator: "=", literal: string_literal(value) }
    }

    /// `path = number`.
    pub fn equals_number(path: &'static str, value: u64) -> Self {
        Self { path, operator: "=", literal: value.to_string() }
    }

    /// `path ISSUBSET 'value'`, for address blocks.
    pub fn is_subset(path: &'static str, value: &str) -> Self {
        Self { path, operator: "ISSUBSET", literal: string_literal(value) }
    }
}

/// A pattern, correct by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// One observation in which all comparisons hold for the same object.
    pub fn observation(comparisons: &[Comparison]) -> Self {
        let parts: Vec<String> =
            comparisons.iter().map(|c| format!("{} {} {}", c.path, c.operator, c.literal)).collect();
        Self(format!("[{}]", parts.join(" AND ")))
    }

    /// The pattern text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The pattern text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A string constant (section 9.3): single quotes, with `\` and `'` escaped by `\` and nothing else.
fn string_literal(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('\'');
    for c in value.chars() {
        if matches!(c, '\\' | '\'') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_are_escaped_and_nothing_else() {
        let p = Pattern::observation(&[
            Comparison::equals("file:name", "it's \"x\".exe"),
            Comparison::equals("file:parent_directory_ref.path", r"C:\Temp"),
        ]);
        assert_eq!(
            p.as_str(),
            r#"[file:name = 'it\'s "x".exe' AND file:parent_directory_ref.path = 'C:\\Temp']"#
        );
        let n = Pattern::observation(&[Comparison::equals_number("autonomous-system:number", 64500)]);
        assert_eq!(n.to_string(), "[autonomous-system:number = 64500]");
        let s = Pattern::observation(&[Comparison::is_subset("ipv4-addr:value", "198.51.100.0/24")]);
        assert_eq!(s.into_string(), "[ipv4-addr:value ISSUBSET '198.51.100.0/24']");
    }
}
