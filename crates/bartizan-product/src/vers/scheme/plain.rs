//! The general schemes of VERS: integers with dots, timestamps; and Perl's and R's numbers.

use super::token::{Num, by_key, is_digits, take, take_digits};
use std::cmp::Ordering;

/// `intdot`: integers between dots; what follows the first other character does not count.
fn intdot(text: &str) -> Vec<Num<'_>> {
    let mut rest = text.trim();
    let numbers = take(&mut rest, |b| b.is_ascii_digit() || b == b'.');
    numbers.split('.').filter(|n| !n.is_empty()).map(Num::new).collect()
}

pub(super) fn compare_intdot(a: &str, b: &str) -> Ordering {
    super::token::without_trailing_zeros(intdot(a)).cmp(&super::token::without_trailing_zeros(intdot(b)))
}

pub(super) fn valid_intdot(text: &str) -> bool {
    text.trim().starts_with(|c: char| c.is_ascii_digit())
}

/// Haskell's and R's: integers between dots or hyphens; `1` is before `1.0`.
pub(super) fn compare_integers(a: &str, b: &str) -> Ordering {
    let key = |text| {
        let numbers: Option<Vec<Num<'_>>> = str::split(text, ['.', '-']).map(Num::read).collect();
        numbers
    };
    by_key(key, a.trim(), b.trim())
}

/// Perl: with two dots or a `v`, integers; otherwise a decimal number, whose fraction is cut into threes.
pub(super) fn compare_cpan(a: &str, b: &str) -> Ordering {
    let key = |text: &'_ str| -> Option<Vec<u64>> {
        let text = text.trim().replace('_', "");
        let dotted = text.strip_prefix('v').map(str::to_owned);
        let mut numbers = Vec::new();
        if let Some(text) = dotted.or_else(|| (text.matches('.').count() > 1).then(|| text.clone())) {
            for part in text.split('.') {
                numbers.push(part.parse().ok()?);
            }
        } else {
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            numbers.push(whole.parse().ok()?);
            if !fraction.is_empty() && !is_digits(fraction) {
                return None;
            }
            for group in fraction.as_bytes().chunks(3) {
                numbers.push((0..3).fold(0, |n, i| n * 10 + u64::from(group.get(i).map_or(0, |b| b - b'0'))));
            }
        }
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(numbers)
    };
    by_key(key, a, b)
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Months counted from March, so that the leap day is the last of the year.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// RFC 3339, section 5.6: seconds since 1970, and the digits of the fraction without zeros at the end.
fn instant(text: &str) -> Option<(i64, &str)> {
    let number =
        |from: usize, to: usize| -> Option<i64> { text.get(from..to).filter(|t| is_digits(t))?.parse().ok() };
    let sign = |at: usize, allowed: &str| text.get(at..=at).filter(|c| allowed.contains(c));
    sign(4, "-").and(sign(7, "-")).and(sign(10, "Tt ")).and(sign(13, ":")).and(sign(16, ":"))?;
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = text.get(19..)?;
    let mut fraction = "";
    if let Some(mut after) = rest.strip_prefix('.') {
        let digits = take_digits(&mut after);
        if digits.is_empty() {
            return None;
        }
        fraction = digits.trim_end_matches('0');
        rest = after;
    }
    let offset = match rest {
        "Z" | "z" => 0,
        _ => {
            let sign = if rest.starts_with('+') {
                1
            } else if rest.starts_with('-') {
                -1
            } else {
                return None;
            };
            let (hours, minutes) = rest[1..].split_once(':')?;
            let two = |t: &str| -> Option<i64> { (t.len() == 2 && is_digits(t)).then(|| t.parse().ok())? };
            let (hours, minutes) = (two(hours)?, two(minutes)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            sign * (hours * 3600 + minutes * 60)
        }
    };
    Some((days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset, fraction))
}

pub(super) fn compare_datetime(a: &str, b: &str) -> Ordering {
    by_key(instant, a, b)
}

pub(super) fn valid_datetime(text: &str) -> bool {
    instant(text).is_some()
}
