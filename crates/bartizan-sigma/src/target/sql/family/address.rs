//! Networks: as an expression over the text of an address, or as bounds of a range.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::Sql;
use crate::{
    error::Failure,
    rule::{Cidr, Regex, Text},
};

/// The first and the last address.
pub(super) fn bounds(cidr: &Cidr) -> (IpAddr, IpAddr) {
    match cidr.address {
        IpAddr::V4(first) => {
            let rest = u32::MAX.checked_shr(u32::from(cidr.prefix)).unwrap_or(0);
            (first.into(), IpAddr::V4((u32::from(first) | rest).into()))
        }
        IpAddr::V6(first) => {
            let rest = u128::MAX.checked_shr(u32::from(cidr.prefix)).unwrap_or(0);
            (first.into(), IpAddr::V6((u128::from(first) | rest).into()))
        }
    }
}

/// A single IPv6 address as Windows writes it, every group and no `::`.
pub(super) fn written_out(cidr: &Cidr) -> Option<Text> {
    let IpAddr::V6(address) = cidr.address else { return None };
    let groups = address.segments().map(|group| format!("{group:x}"));
    (cidr.prefix == 128).then(|| Text::plain(&groups.join(":")))
}

/// As a regular expression over the text, for engines that know no addresses.
pub(super) fn as_regex(sql: &Sql, field: &str, cidr: &Cidr) -> Result<String, Failure> {
    let (first, last) = bounds(cidr);
    let pattern = match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => four(first.octets(), last.octets()),
        (IpAddr::V6(first), IpAddr::V6(last)) => six(first.segments(), last.segments()),
        _ => return Err(Failure::value("a network of two kinds")),
    };
    let regex = Regex { pattern, ignore_case: true, multi_line: false, dot_all: false };
    Ok((sql.regex)(field, &regex, sql.literal))
}

fn four(first: [u8; 4], last: [u8; 4]) -> String {
    let octets = first.iter().zip(last).map(|(first, last)| decimal(*first, last));
    format!("^{}$", octets.collect::<Vec<_>>().join("[.]"))
}

/// The numbers from `first` to `last`, without leading zeros.
fn decimal(first: u8, last: u8) -> String {
    if first == last {
        return first.to_string();
    }
    if (first, last) == (0, 255) {
        return "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])".into();
    }
    let each: Vec<String> = (first..=last).map(|octet| octet.to_string()).collect();
    format!("({})", each.join("|"))
}

/// All ways to write the addresses: eight groups, or fewer with `::` in the place of groups of zeros.
fn six(first: [u16; 8], last: [u16; 8]) -> String {
    let groups: Vec<String> = first.iter().zip(last).map(|(a, b)| group(*a, b)).collect();
    // Groups in which every value is good, from here to the end.
    let free = (0..8).rev().take_while(|i| (first[*i], last[*i]) == (0, u16::MAX)).last().unwrap_or(8);
    let tail = "[0-9a-f:.]*";
    let mut ways = Vec::new();
    if free < 8 {
        let head: String = groups[..free].iter().map(|group| format!("{group}:")).collect();
        ways.push(format!("{head}{tail}"));
    } else {
        ways.push(groups.join(":"));
    }
    // `::` stands for the groups `from..to`, all of them zeros.
    for from in 0..free {
        for to in from + 1..=8 {
            if first[from..to].iter().any(|group| *group != 0) {
                break;
            }
            let head = groups[..from].join(":");
            if to > free {
                ways.push(format!("{head}::{tail}"));
                break;
            }
            let mut way = format!("{head}::{}", groups[to..free].join(":"));
            if free < 8 {
                let colon = if to < free { ":" } else { "" };
                let _ = write!(way, "{colon}{tail}");
            }
            ways.push(way);
        }
    }
    ways.dedup();
    format!("^({})$", ways.join("|"))
}

/// The groups of hexadecimal digits from `first` to `last`, which differ in whole bits at their end.
fn group(first: u16, last: u16) -> String {
    if first == last {
        return format!("0{{0,3}}{first:x}");
    }
    if (first, last) == (0, u16::MAX) {
        return "[0-9a-f]{1,4}".into();
    }
    let (first, last) = (format!("{first:04x}"), format!("{last:04x}"));
    let mut leading = true;
    let mut out = String::new();
    for (at, (a, b)) in first.chars().zip(last.chars()).enumerate() {
        if a == b {
            out.push(a);
        } else {
            out.push_str(&digits(a, b));
        }
        leading &= a == '0';
        // A zero in front may be left out.
        if leading && at < 3 {
            out.push('?');
        }
    }
    out
}

/// The hexadecimal digits from one to another.
fn digits(first: char, last: char) -> String {
    match (first, last) {
        ('0', 'f') => "[0-9a-f]".into(),
        (first, last) if last <= '9' || first >= 'a' => format!("[{first}-{last}]"),
        (first, last) => format!("[{first}-9a-{last}]"),
    }
}
