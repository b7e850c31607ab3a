//! Numbers in text, in the ways people write them.

/// How long a number may be; longer ones are identifiers.
const LONGEST: usize = 18;

/// A number as written: where, and which decimals it can mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Byte offsets in the text.
    pub at: std::ops::Range<usize>,
    /// Its values as decimals without leading or trailing zeros, e.g. `0.42`; more than one where a separator can be read two ways or
    /// it is a percentage.
    pub values: Vec<String>,
}

/// The numbers of `text`, digits and words.
pub(super) fn numbers(text: &str) -> Vec<Found> {
    let mut found = digits(text);
    found.extend(words(text));
    found.sort_by_key(|one| one.at.start);
    found
}

fn digits(text: &str) -> Vec<Found> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let mut end = at;
        while end < bytes.len() {
            let step = if bytes[end].is_ascii_digit() { Some(1) } else { separator(&text[end..]) };
            match step {
                Some(step) => end += step,
                None => break,
            }
        }
        at = end.max(start + 1);
        let inside_a_word =
            text[..start].chars().next_back().is_some_and(|before| before.is_alphabetic() || before == '_');
        if inside_a_word {
            continue;
        }
        let mut values = readings(&text[start..end]);
        scale(&text[end..], &mut values);
        values.sort();
        values.dedup();
        if !values.is_empty() {
            found.push(Found { at: start..end, values });
        }
    }
    found
}

/// The length of a separator that has a digit after it.
fn separator(rest: &str) -> Option<usize> {
    let next = rest.chars().next()?;
    let known = matches!(next, '.' | ',' | '\'' | '\u{2019}' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '_')
        || next == ' ' && thousands(rest);
    let digit = rest[next.len_utf8()..].starts_with(|after: char| after.is_ascii_digit());
    (known && digit).then(|| next.len_utf8())
}

/// Whether a space is followed by exactly three digits.
fn thousands(rest: &str) -> bool {
    let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
    digits == 3
}

/// What the characters of a number can mean.
fn readings(written: &str) -> Vec<String> {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    if digits.len() > LONGEST {
        return Vec::new();
    }
    let points: Vec<(usize, char)> =
        written.char_indices().filter(|(_, one)| !one.is_ascii_digit()).collect();
    let mut values = vec![decimal(&digits, 0)];
    if let Some((last, sign)) = points.last().copied()
        && matches!(sign, '.' | ',')
        && points.iter().filter(|(_, one)| *one == sign).count() == 1
    {
        let places = written.len() - last - 1;
        let value = decimal(&digits, places);
        // `1,234` and `1.234` are read both ways; anything but three places is no thousand.
        if places != 3 {
            values.clear();
        }
        values.push(value);
    }
    values
}

/// The decimal of `digits` with so many of them behind the point, without zeros that say nothing.
pub(super) fn decimal(digits: &str, places: usize) -> String {
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, part) = padded.split_at(padded.len() - places);
    let whole = whole.trim_start_matches('0');
    let part = part.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}

/// Moves the point of a decimal by `by` places to the right, or to the left if negative.
pub(super) fn moved(value: &str, by: i32) -> String {
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let digits = format!("{whole}{part}");
    let places = i32::try_from(part.len()).unwrap_or(i32::MAX).saturating_sub(by);
    match usize::try_from(places) {
        Ok(places) => decimal(&digits, places),
        Err(_) => {
            decimal(&format!("{digits}{}", "0".repeat(usize::try_from(-places).unwrap_or(0).min(LONGEST))), 0)
        }
    }
}

/// What follows a number and changes what it means: per cent, thousand, million.
fn scale(rest: &str, values: &mut Vec<String>) {
    let rest = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '-']);
    let word: String =
        rest.chars().take_while(|one| one.is_alphabetic()).flat_map(char::to_lowercase).take(12).collect();
    let by = match word.as_str() {
        "percent" => -2,
        "per" if rest.get(..8).is_some_and(|text| text.eq_ignore_ascii_case("per cent")) => -2,
        "k" | "thousand" => 3,
        "m" | "million" => 6,
        "bn" | "billion" => 9,
        _ if rest.starts_with('%') => -2,
        _ => return,
    };
    let scaled: Vec<String> = values.iter().map(|value| moved(value, by)).collect();
    values.extend(scaled);
}

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

type Run = (std::ops::Range<usize>, u64);

/// Numbers in English words. `one` alone is a pronoun more often than a number and is not read.
fn words(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut open: Option<Run> = None;
    let mut at = 0;
    for word in text.split_inclusive(|one: char| !one.is_alphabetic()) {
        let start = at;
        at += word.len();
        let letters = word.trim_end_matches(|one: char| !one.is_alphabetic());
        let here = start..start + letters.len();
        let letters = letters.to_lowercase();
        open = match open {
            Some(run) if letters.is_empty() || letters == "and" => Some(run),
            Some(run) => match joined(&run, &letters, here.end) {
                Some(longer) => Some(longer),
                None => {
                    found.extend(value(run));
                    begun(&letters, here)
                }
            },
            None => begun(&letters, here),
        };
        // Anything but a space or a hyphen ends a number.
        if word.ends_with(|one: char| !one.is_alphabetic() && !matches!(one, ' ' | '-')) {
            found.extend(open.take().and_then(value));
        }
    }
    found.extend(open.and_then(value));
    found
}

fn one(word: &str) -> Option<u64> {
    ONES.iter().position(|name| *name == word).and_then(|value| u64::try_from(value).ok())
}

fn ten(word: &str) -> Option<u64> {
    TENS.iter().position(|name| *name == word).and_then(|value| u64::try_from((value + 2) * 10).ok())
}

fn begun(word: &str, here: std::ops::Range<usize>) -> Option<Run> {
    one(word).or_else(|| ten(word)).map(|value| (here, value))
}

/// The number that `run` becomes with one more word.
fn joined((range, value): &Run, word: &str, end: usize) -> Option<Run> {
    let more = match word {
        "hundred" if *value < 100 => value * 100,
        "thousand" if *value < 1000 => value * 1000,
        _ if *value == 0 => return None,
        _ => match (one(word), ten(word)) {
            (Some(one), _) if one < 10 && value % 10 == 0 || value % 100 == 0 => value + one,
            (_, Some(ten)) if value % 100 == 0 => value + ten,
            _ => return None,
        },
    };
    Some((range.start..end, more))
}

fn value((at, value): Run) -> Option<Found> {
    (value != 1).then(|| Found { at, values: vec![value.to_string()] })
}
