//! Ids of rules: the same for the same rule, and different ones within a set.
//!
//! Source: Wazuh documentation, "Custom rules": ids 100000 to 120000 are the user's.

use crate::{convert::Conversion, rule::Rule, target::Query};

/// The first of the user's ids.
const FIRST: u64 = 100_000;
/// How many there are.
const COUNT: u64 = 20_001;

/// Before an id of a rule, and before those of its parents.
const MARKS: [&str; 2] = ["<rule id=\"", "<if_sid>"];

/// The first of so many ids in a row: the same for the same rule, wherever and whenever it is converted (FNV-1a).
pub(super) fn first(rule: &Rule, index: usize, count: u64) -> u64 {
    let name = rule.id.as_deref().unwrap_or(&rule.title);
    let bytes = name.bytes().chain(index.to_string().into_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    FIRST + hash % COUNT.saturating_sub(count).max(1)
}

/// The ids of one query, in a row.
struct Row {
    /// Which conversion, which of its queries.
    place: (usize, usize),
    first: u64,
    count: u64,
}

/// Moves the ids of rules that would have those of another one: to the next ones that are free, round the end. Of rules that
/// want the same, the one whose text comes first keeps them, so that the order of files is of no matter. Gives the
/// conversions for which none are left.
pub(super) fn settle(set: &mut [&mut Conversion]) -> Vec<usize> {
    let mut rows = Vec::new();
    for (at, conversion) in set.iter().enumerate() {
        for (number, query) in conversion.queries.iter().enumerate() {
            let Query::Text(text) = query else { continue };
            let (first, count) = row(text);
            rows.push(Row { place: (at, number), first, count });
        }
    }
    let text = |row: &Row| match set.get(row.place.0).and_then(|c| c.queries.get(row.place.1)) {
        Some(Query::Text(text)) => text.as_str(),
        _ => "",
    };
    rows.sort_by(|a, b| (a.first, text(a)).cmp(&(b.first, text(b))));
    let mut taken = vec![false; COUNT as usize];
    let mut left = Vec::new();
    for row in rows {
        let Some(first) = free(&taken, row.first, row.count) else {
            left.push(row.place.0);
            continue;
        };
        let from = (first - FIRST) as usize;
        taken.iter_mut().skip(from).take(row.count as usize).for_each(|taken| *taken = true);
        if first == row.first {
            continue;
        }
        if let Some(Query::Text(text)) = set.get_mut(row.place.0).and_then(|c| c.queries.get_mut(row.place.1))
        {
            *text = moved(text, |id| id - row.first + first);
        }
    }
    left.sort_unstable();
    left.dedup();
    left
}

/// The first id of a query, and how many it has.
fn row(text: &str) -> (u64, u64) {
    let mut ids = text.split(MARKS[0]).skip(1).map(|rest| digits(rest).0);
    let first = ids.next().unwrap_or(FIRST);
    (first, 1 + ids.count() as u64)
}

/// The number at the beginning of a text, and what follows.
fn digits(text: &str) -> (u64, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    (number.parse().unwrap_or(FIRST), rest)
}

/// The first of `count` free ids in a row, from `wanted` on and then from the beginning.
fn free(taken: &[bool], wanted: u64, count: u64) -> Option<u64> {
    let count = usize::try_from(count).ok()?;
    let wanted = usize::try_from(wanted.saturating_sub(FIRST)).ok()?;
    let fits = |from: &usize| {
        let row = taken.get(*from..from.saturating_add(count));
        row.is_some_and(|row| row.iter().all(|taken| !taken))
    };
    let found = (wanted..taken.len()).chain(0..wanted).find(fits)?;
    Some(FIRST + found as u64)
}

/// A query with other ids.
fn moved(text: &str, to: impl Fn(u64) -> u64) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, mark)) = MARKS.iter().filter_map(|mark| Some((rest.find(mark)?, *mark))).min() {
        out.push_str(rest.get(..at + mark.len()).unwrap_or_default());
        rest = rest.get(at + mark.len()..).unwrap_or_default();
        // Several parents are separated by `, `.
        loop {
            let (id, after) = digits(rest);
            out.push_str(&to(id).to_string());
            rest = after;
            let Some(next) = rest.strip_prefix(", ") else { break };
            out.push_str(", ");
            rest = next;
        }
    }
    out.push_str(rest);
    out
}
