//! Rows of tables (RFC 4180) that spreadsheets can be trusted with.
//!
//! It stands here because every crate that writes a table, above as beside the analysis, must use the same guard.

/// Longest cell in characters: what spreadsheets hold (32,767), rounded down.
const CELL: usize = 32_000;

/// Adds one row: cells quoted as RFC 4180 says, CRLF at the end, control characters left out.
///
/// A cell that a spreadsheet would read as a formula (first character `=`, `+`, `-`, `@`, tab or carriage
/// return, also their full-width forms) gets a `'` in front, as OWASP recommends against CSV injection.
pub fn row<C: AsRef<str>>(out: &mut String, cells: impl IntoIterator<Item = C>) {
    for (i, cell) in cells.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        field(out, cell.as_ref());
    }
    out.push_str("\r\n");
}

fn field(out: &mut String, cell: &str) {
    // Control characters have no place in a table; a NUL ends the cell in some readers.
    let clean: String =
        cell.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).take(CELL).collect();
    let formula = clean.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quoted = clean.contains([',', '"', '\n', '\r', '\'', ';', '\t']) || formula || clean.trim() != clean;
    if quoted {
        out.push('"');
    }
    if formula {
        out.push('\'');
    }
    for c in clean.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    if quoted {
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut out = String::new();
        field(&mut out, text);
        out
    }

    #[test]
    fn cells_are_quoted_as_rfc_4180_says() {
        assert_eq!(cell("plain"), "plain");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("say \"x\""), "\"say \"\"x\"\"\"");
        assert_eq!(cell("two\r\nlines"), "\"two\r\nlines\"");
        assert_eq!(cell("a\u{0}b\u{1b}c"), "abc");
    }

    #[test]
    fn formulas_are_defused() {
        for text in ["=1+1", "+49", "-2", "@SUM(A1)", "\tx", "\rx", "＝1"] {
            assert_eq!(cell(text), format!("\"'{text}\""));
        }
        assert_eq!(cell("=cmd|'/c calc'!A1,\"x\""), "\"'=cmd|'/c calc'!A1,\"\"x\"\"\"");
    }
}
