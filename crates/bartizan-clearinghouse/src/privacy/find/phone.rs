//! Telephone numbers: international (ITU-T E.164, as E.123 writes them), and North American with their hyphens.

use super::{Found, at, before, joins};
use crate::privacy::Kind;

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let mut start = 0;
    while start < text.len() {
        let Some(c) = at(text, start) else { break };
        let end = match c {
            '+' => international(text, start),
            '(' | '0'..='9' => american(text, start),
            _ => None,
        };
        match end {
            Some(end) => {
                found.push(Found { kind: Kind::Phone, start, end });
                start = end;
            }
            None => start += c.len_utf8(),
        }
    }
}

fn free(text: &str, start: usize) -> bool {
    let c = before(text, start);
    !joins(c) && !c.is_some_and(|c| matches!(c, '.' | '-' | '/' | '+' | '=' | '#' | '@'))
}

fn ends(text: &str, end: usize) -> bool {
    let mut rest = text[end..].chars();
    match rest.next() {
        Some(c) if c.is_alphanumeric() || matches!(c, '_' | '@' | '=') => false,
        Some('-' | '.' | ':' | '/') => !rest.next().is_some_and(|c| c.is_alphanumeric()),
        _ => true,
    }
}

/// `+49 30 901820`, `+1 (202) 555-0143`, `+442079460958`: 8 to 15 digits, one sign between groups.
fn international(text: &str, start: usize) -> Option<usize> {
    if !free(text, start) || !at(text, start + 1).is_some_and(|c| ('1'..='9').contains(&c)) {
        return None;
    }
    let (mut digits, mut end, mut open, mut gap, mut groups) = (0, start + 1, false, 0, 1);
    let (mut dot, mut dots) = (0, 0);
    for (n, c) in text[start + 1..].char_indices() {
        match c {
            '0'..='9' => {
                digits += 1;
                dots += std::mem::take(&mut dot);
                end = start + 1 + n + 1;
                gap = 0;
            }
            '(' if !open && gap <= 1 => open = true,
            ')' if open => open = false,
            ' ' | '-' | '.' | '/' | '\u{a0}' if gap == 0 || (gap == 1 && c == ' ') => {
                gap += 1;
                groups += 1;
                dot = usize::from(c == '.');
            }
            _ => break,
        }
        if digits > 15 {
            return None;
        }
    }
    // Few digits in one piece are a number in a sum or a line of a patch; dots make versions and decimals.
    let good = digits >= 8 && (groups > 1 || digits >= 10) && (dots == 0 || digits >= 10 && dots >= 2);
    (good && ends(text, end)).then_some(end)
}

/// `(202) 555-0143` and `202-555-0143`: area and exchange begin with 2 to 9 (NANP).
fn american(text: &str, start: usize) -> Option<usize> {
    if !free(text, start) {
        return None;
    }
    let rest = &text[start..];
    let shape = |pattern: &str| {
        let fits = rest.len() >= pattern.len()
            && rest.bytes().zip(pattern.bytes()).all(|(b, p)| match p {
                b'n' => (b'2'..=b'9').contains(&b),
                b'd' => b.is_ascii_digit(),
                p => b == p,
            });
        fits.then_some(start + pattern.len())
    };
    let end =
        ["(ndd) ndd-dddd", "(ndd)ndd-dddd", "ndd-ndd-dddd", "1-ndd-ndd-dddd"].into_iter().find_map(shape)?;
    ends(text, end).then_some(end)
}
