//! Foreign text in templates.

use askama::filters::Escaper;
use std::fmt::{self, Write};

/// The escaper of all templates (`askama.toml` names it): HTML, and invisible or direction characters by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown;

impl Escaper for Shown {
    fn write_escaped_str<W: Write>(&self, mut out: W, text: &str) -> fmt::Result {
        let text = bartizan_page::shown(text);
        let mut from = 0;
        for (at, c) in text.char_indices() {
            let escaped = match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                _ => continue,
            };
            out.write_str(&text[from..at])?;
            out.write_str(escaped)?;
            from = at + c.len_utf8();
        }
        out.write_str(&text[from..])
    }
}

/// A count as templates hand it over: by value or by reference.
pub(crate) trait Count {
    /// The number.
    fn number(&self) -> u64;
}

impl Count for u64 {
    fn number(&self) -> u64 {
        *self
    }
}

impl Count for usize {
    fn number(&self) -> u64 {
        u64::try_from(*self).unwrap_or(u64::MAX)
    }
}

impl<T: Count> Count for &T {
    fn number(&self) -> u64 {
        (**self).number()
    }
}

/// `1 report`, `2 reports`.
pub(crate) fn count(n: impl Count, one: &str, many: &str) -> String {
    let n = n.number();
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// As far as objects are counted: what is more is said to be more.
pub(crate) const COUNTED: u64 = 10_000;

/// A count that ends at [`COUNTED`].
pub(crate) fn few(n: impl Count) -> String {
    if n.number() > COUNTED { format!("more than {}", grouped(COUNTED)) } else { grouped(n) }
}

/// `12 345`, with a thin space that does not break.
pub(crate) fn grouped(n: impl Count) -> String {
    let digits = n.number().to_string();
    let mut out = String::with_capacity(digits.len() + 4);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// `12.4 MB`.
pub(crate) fn bytes(n: impl Count) -> String {
    let n = n.number();
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if n < 1000 {
        return format!("{n} bytes");
    }
    let mut value = n as f64 / 1000.0;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if value < 10.0 && value.fract() > 0.05 {
        format!("{value:.1} {}", UNITS[unit])
    } else {
        format!("{value:.0} {}", UNITS[unit])
    }
}

/// Whole percent of `part` in `whole`, never 100 before it is done.
pub(crate) fn percent(part: impl Count, whole: impl Count) -> u64 {
    let (part, whole) = (part.number(), whole.number());
    if whole == 0 {
        return 0;
    }
    let (part, whole) = (u128::from(part.min(whole)), u128::from(whole));
    u64::try_from(part * 100 / whole).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_their_tricks_visible() {
        let mut out = String::new();
        Shown.write_escaped_str(&mut out, "<b a=\"1\">'&\u{202e}x").unwrap();
        assert_eq!(out, "&lt;b a=&quot;1&quot;&gt;&#39;&amp;⟦U+202E⟧x");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(999u64), "999");
        assert_eq!(grouped(1_234_567u64), "1\u{202f}234\u{202f}567");
        assert_eq!(bytes(999u64), "999 bytes");
        assert_eq!(bytes(12_400_000u64), "12 MB");
        assert_eq!(bytes(1_500u64), "1.5 KB");
        assert_eq!(percent(999u64, 1000u64), 99);
        assert_eq!(percent(5u64, 0u64), 0);
        assert_eq!(count(1u64, "report", "reports"), "1 report");
    }
}
