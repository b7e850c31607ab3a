//! Numbers that name a person, by their form and check digits.

use super::{Found, at, before, joins};
use crate::privacy::Kind;

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let mut start = 0;
    while start < text.len() {
        let Some(c) = at(text, start) else { break };
        let free = !joins(before(text, start)) && !ends_with_number(&text[..start]);
        if free && c.is_ascii_digit() {
            if let Some(end) = ssn(text, start) {
                found.push(Found { kind: Kind::NationalId, start, end });
                start = end;
                continue;
            }
            if let Some(end) = card(text, start) {
                found.push(Found { kind: Kind::Card, start, end });
                start = end;
                continue;
            }
        }
        if free
            && c.is_ascii_uppercase()
            && let Some(end) = iban(text, start)
        {
            found.push(Found { kind: Kind::Iban, start, end });
            start = end;
            continue;
        }
        start += c.len_utf8();
    }
}

/// Whether digits go on there: `1.`, `5-`, `:3`.
fn ends_with_number(head: &str) -> bool {
    let mut back = head.chars().rev();
    matches!(back.next(), Some('.' | '-' | '/' | ':' | ',' | '+'))
        && back.next().is_some_and(|c| c.is_ascii_digit())
        || head.ends_with(['.', '#', '$', '/', '=', '-', '+'])
}

fn goes_on(text: &str, end: usize) -> bool {
    let mut rest = text[end..].chars();
    match rest.next() {
        Some(c) if c.is_alphanumeric() || c == '_' => true,
        Some('-' | '.' | '/' | ':' | ',') => rest.next().is_some_and(|c| c.is_ascii_alphanumeric()),
        _ => false,
    }
}

/// A US social security number, with its hyphens (SSA: no area 000, 666 or 9xx, no group 00, no serial 0000).
fn ssn(text: &str, start: usize) -> Option<usize> {
    let number = text.get(start..start + 11)?;
    let b = number.as_bytes();
    let form =
        b.iter().enumerate().all(|(n, b)| if n == 3 || n == 6 { *b == b'-' } else { b.is_ascii_digit() });
    if !form || goes_on(text, start + 11) {
        return None;
    }
    let (area, group, serial) = (&number[..3], &number[4..6], &number[7..]);
    let good = area != "000" && area != "666" && !area.starts_with('9') && group != "00" && serial != "0000";
    // Numbers that were never anybody's: in advertisements.
    (good && number != "078-05-1120" && number != "219-09-9999").then_some(start + 11)
}

/// A payment card: 13 to 19 digits of a known issuer, in groups or not, the check digit of Luhn right (ISO/IEC 7812).
fn card(text: &str, start: usize) -> Option<usize> {
    let (mut digits, mut ends, mut sign) = (Vec::new(), Vec::new(), None);
    for (n, c) in text[start..].char_indices() {
        match c {
            '0'..='9' => {
                digits.push(u32::from(c) - u32::from('0'));
                ends.push(start + n + 1);
            }
            ' ' | '-' if sign.is_none_or(|s| s == c) && ends.last() == Some(&(start + n)) => sign = Some(c),
            _ => break,
        }
        if digits.len() > 19 {
            break;
        }
    }
    // The longest that is one: other numbers may follow.
    (13..=digits.len().min(19)).rev().find_map(|long| {
        let end = ends[long - 1];
        let whole = ends.get(long).is_none_or(|next| *next > end + 1);
        (whole && of_card(&text[start..end], &digits[..long]) && !goes_on(text, end)).then_some(end)
    })
}

fn of_card(text: &str, digits: &[u32]) -> bool {
    let groups: Vec<usize> = text.split([' ', '-']).map(str::len).collect();
    let fours = groups.len() >= 4 && groups.iter().rev().skip(1).all(|g| *g == 4);
    let grouped = groups.len() == 1 || groups == [4, 6, 5] || groups == [4, 6, 4] || fours;
    let first = |n: usize| digits.iter().take(n).fold(0, |sum, d| sum * 10 + d);
    let long = digits.len();
    let issuer = match (first(1), first(2), first(4)) {
        (4, ..) => matches!(long, 13 | 16 | 19),
        (_, 51..=55, _) | (.., 2221..=2720) => long == 16,
        (_, 34 | 37, _) => long == 15,
        (_, 36 | 38 | 30, _) => long == 14,
        (.., 6011) | (_, 64 | 65, _) | (.., 3528..=3589) => matches!(long, 16..=19),
        _ => false,
    };
    grouped && issuer && digits.iter().any(|d| *d != digits[0]) && luhn(digits)
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(n, d)| match n % 2 {
            0 => *d,
            _ if *d > 4 => 2 * d - 9,
            _ => 2 * d,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Lengths of IBANs (ISO 13616, the SWIFT registry), for where most are.
const IBANS: [(&str, usize); 40] = [
    ("AD", 24),
    ("AE", 23),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("SA", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("TR", 26),
    ("UA", 29),
];

/// An IBAN: the length of its country, the remainder of 97 right; in groups of four or not.
fn iban(text: &str, start: usize) -> Option<usize> {
    let country = text.get(start..start + 2)?;
    let (_, long) = IBANS.iter().find(|(code, _)| *code == country)?;
    let (mut plain, mut end) = (String::new(), start);
    let grouped = text.as_bytes().get(start + 4) == Some(&b' ');
    for (n, c) in text[start..].char_indices() {
        match c {
            '0'..='9' | 'A'..='Z' => {
                plain.push(c);
                end = start + n + 1;
            }
            ' ' if grouped && plain.len().is_multiple_of(4) => {}
            _ => break,
        }
        if plain.len() == *long {
            break;
        }
    }
    if plain.len() != *long || !plain[2..4].bytes().all(|b| b.is_ascii_digit()) || joins(at(text, end)) {
        return None;
    }
    let turned = plain[4..].chars().chain(plain[..4].chars());
    let remainder = turned.fold(0u32, |sum, c| match c.to_digit(36) {
        Some(d) if d < 10 => (sum * 10 + d) % 97,
        Some(d) => (sum * 100 + d) % 97,
        None => sum,
    });
    (remainder == 1).then_some(end)
}
