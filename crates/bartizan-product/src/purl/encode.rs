//! Percent-encoding (ECMA-427, clause 5.4).

use crate::error::{Code, Error};
use std::fmt;

/// Writes text percent-encoded: letters, digits, `.-_~` and `:` stay.
pub(super) struct Encoded<'a>(pub &'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &byte in self.0.as_bytes() {
            if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
                fmt::Write::write_char(f, char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// Decodes every `%XX`, once.
pub(super) fn decode(text: &str) -> Result<String, Error> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (Some(high), Some(low)) = (rest.next().and_then(digit), rest.next().and_then(digit)) else {
            return Err(Error::about(Code::Purl, "a percent sign without two hexadecimal digits", text));
        };
        bytes.push(high << 4 | low);
    }
    String::from_utf8(bytes).map_err(|_| Error::about(Code::Purl, "not UTF-8 when decoded", text))
}

/// The value of a hexadecimal digit.
fn digit(byte: u8) -> Option<u8> {
    u8::try_from(char::from(byte).to_digit(16)?).ok()
}
