//! Debian (deb-version(7)), RPM (rpm-version(7)) and Arch Linux (vercmp(8)).

use super::token::{Num, is_digits, take, take_digits};
use std::cmp::Ordering;

/// Epoch, version and, after the last hyphen, revision.
fn split(text: &str) -> (Num<'_>, &str, Option<&str>) {
    let text = text.trim();
    let (epoch, rest) = match text.split_once(':') {
        Some((epoch, rest)) if is_digits(epoch) => (Num::new(epoch), rest),
        _ => (Num::ZERO, text),
    };
    match rest.rsplit_once('-') {
        Some((version, revision)) => (epoch, version, Some(revision)),
        None => (epoch, rest, None),
    }
}

/// deb-version(7): a tilde before the end, the end and digits before letters, letters before the rest.
fn deb_rank(byte: Option<u8>) -> u32 {
    match byte {
        Some(b'~') => 0,
        None => 1,
        Some(b) if b.is_ascii_digit() => 1,
        Some(b) if b.is_ascii_alphabetic() => 2 + u32::from(b),
        Some(b) => 300 + u32::from(b),
    }
}

fn deb_part(mut a: &str, mut b: &str) -> Ordering {
    let text = |rest: &mut &str| -> Vec<u32> {
        let end = rest.bytes().position(|b| b.is_ascii_digit()).unwrap_or(rest.len());
        let ranks = rest.bytes().take(end).map(|b| deb_rank(Some(b))).chain([deb_rank(None)]).collect();
        *rest = &rest[end..];
        ranks
    };
    while !a.is_empty() || !b.is_empty() {
        let order = text(&mut a).cmp(&text(&mut b));
        let order = order.then_with(|| Num::new(take_digits(&mut a)).cmp(&Num::new(take_digits(&mut b))));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

pub(super) fn compare_deb(a: &str, b: &str) -> Ordering {
    let ((e, v, r), (f, w, s)) = (split(a), split(b));
    e.cmp(&f).then_with(|| deb_part(v, w)).then_with(|| deb_part(r.unwrap_or(""), s.unwrap_or("")))
}

/// Starts with a digit, as deb-version(7) asks.
pub(super) fn valid_deb(text: &str) -> bool {
    let (_, version, _) = split(text);
    version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(char::is_whitespace)
}

/// A segment of an RPM version: in the order of the enumeration, with the end between `~` and `^`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Tilde,
    End,
    Caret,
    Letters(&'a str),
    Number(Num<'a>),
}

fn rpm_segment<'a>(rest: &mut &'a str) -> Segment<'a> {
    // Other characters separate, and nothing more.
    *rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && c != '~' && c != '^');
    match rest.bytes().next() {
        None => Segment::End,
        Some(b'~') => {
            *rest = &rest[1..];
            Segment::Tilde
        }
        Some(b'^') => {
            *rest = &rest[1..];
            Segment::Caret
        }
        Some(b) if b.is_ascii_digit() => Segment::Number(Num::new(take_digits(rest))),
        Some(_) => Segment::Letters(take(rest, |b| b.is_ascii_alphabetic())),
    }
}

fn rpm_part(mut a: &str, mut b: &str) -> Ordering {
    loop {
        let (x, y) = (rpm_segment(&mut a), rpm_segment(&mut b));
        let order = x.cmp(&y);
        if order.is_ne() || x == Segment::End {
            return order;
        }
    }
}

pub(super) fn compare_rpm(a: &str, b: &str) -> Ordering {
    let ((e, v, r), (f, w, s)) = (split(a), split(b));
    e.cmp(&f).then_with(|| rpm_part(v, w)).then_with(|| rpm_part(r.unwrap_or(""), s.unwrap_or("")))
}

/// Arch's variant of the comparison: separators count, and letters at the end make a version older.
fn alpm_part(mut a: &str, mut b: &str) -> Ordering {
    let separator = |b: u8| !b.is_ascii_alphanumeric() && b.is_ascii();
    while !a.is_empty() && !b.is_empty() {
        let (p, q) = (take(&mut a, separator), take(&mut b, separator));
        if a.is_empty() || b.is_empty() {
            break;
        }
        if p.len() != q.len() {
            return p.len().cmp(&q.len());
        }
        let order = if a.starts_with(|c: char| c.is_ascii_digit()) {
            let (x, y) = (take_digits(&mut a), take_digits(&mut b));
            if y.is_empty() { Ordering::Greater } else { Num::new(x).cmp(&Num::new(y)) }
        } else {
            // Bytes beyond ASCII are no letters to vercmp; here they are, so that each step takes something.
            let letter = |c: char| c.is_ascii_alphabetic() || !c.is_ascii();
            let word = |rest: &mut &str| {
                let end = rest.find(|c| !letter(c)).unwrap_or(rest.len());
                let (taken, left) = rest.split_at(end);
                let taken = taken.to_owned();
                *rest = left;
                taken
            };
            let mut left = (a, b);
            let (x, y) = (word(&mut left.0), word(&mut left.1));
            (a, b) = left;
            if y.is_empty() { Ordering::Less } else { x.cmp(&y) }
        };
        if order.is_ne() {
            return order;
        }
    }
    let letters = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => {
            if letters(b) {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
        (false, true) => {
            if letters(a) {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
        (false, false) => {
            if letters(a) {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
    }
}

/// A release is compared only where both have one, so `1-1` and `1-2` both equal `1`: as vercmp(8) has it, and the one
/// place where equality does not carry over.
pub(super) fn compare_alpm(a: &str, b: &str) -> Ordering {
    let ((e, v, r), (f, w, s)) = (split(a), split(b));
    let release = || match (r, s) {
        (Some(r), Some(s)) => alpm_part(r, s),
        _ => Ordering::Equal,
    };
    e.cmp(&f).then_with(|| alpm_part(v, w)).then_with(release)
}
