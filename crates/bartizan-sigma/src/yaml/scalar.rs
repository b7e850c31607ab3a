//! What a plain scalar means: the implicit types of YAML 1.1
//! (<https://yaml.org/type/>), which the Sigma tools in use read.

use crate::rule::Number;

/// A resolved scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Left out, `~` or `null`.
    Null,
    /// `true`, `yes`, `on` and their opposites.
    Bool(bool),
    /// An integer or a decimal fraction.
    Number(Number),
    /// Anything else.
    Text(String),
}

/// Resolves a scalar; only plain ones are anything but text.
pub fn resolve(text: &str, plain: bool) -> Scalar {
    if !plain {
        return Scalar::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Scalar::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Scalar::Bool(false),
        _ => match number(text) {
            Some(number) => Scalar::Number(number),
            None => Scalar::Text(text.to_owned()),
        },
    }
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let first = digits.as_bytes().first()?;
    if !first.is_ascii_digit() && *first != b'.' {
        return None;
    }
    let negative = text.starts_with('-');
    let whole = |digits: &str, base: u32| -> Option<Number> {
        let clean: String = digits.chars().filter(|c| *c != '_').collect();
        // `from_str_radix` would take a second sign.
        if clean.is_empty() || clean.starts_with(['-', '+']) {
            return None;
        }
        let value = i128::from_str_radix(&clean, base).ok()?;
        Some(Number::from_integer(if negative { -value } else { value }))
    };
    if let Some(hex) = digits.strip_prefix("0x") {
        return whole(hex, 16);
    }
    if let Some(binary) = digits.strip_prefix("0b") {
        return whole(binary, 2);
    }
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(octal) {
        return whole(&digits[1..], 8);
    }
    if digits.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        // 08 and 09 are no octal and no decimal: text, as YAML 1.1 has it.
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        return whole(digits, 10);
    }
    // A fraction needs its point: `1e5` is text in YAML 1.1.
    let (int, fraction) = digits.split_once('.')?;
    let (fraction, exponent) = match fraction.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (fraction, None),
    };
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let signed = |s: &str| {
        let rest = s.strip_prefix(['-', '+']);
        rest.is_some_and(|r| !r.is_empty() && r.bytes().all(|b| b.is_ascii_digit()))
    };
    if (int.is_empty() && fraction.is_empty())
        || !plain(int)
        || !plain(fraction)
        || exponent.is_some_and(|e| !signed(e))
    {
        return None;
    }
    let clean: String = text.chars().filter(|c| *c != '_').collect();
    Number::from_fraction(clean.parse().ok()?)
}

fn octal(byte: u8) -> bool {
    (b'0'..=b'7').contains(&byte) || byte == b'_'
}
