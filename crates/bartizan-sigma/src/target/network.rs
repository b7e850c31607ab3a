//! Networks as strings with wildcards, for languages that know no addresses.

use std::net::IpAddr;

use crate::rule::{Cidr, Part, Text};

/// The patterns that together match the addresses of a network as they are
/// commonly written: IPv4 by octets, IPv6 by groups.
pub fn patterns(cidr: &Cidr) -> Vec<Text> {
    match cidr.address {
        IpAddr::V4(address) => {
            let octets = address.octets();
            let whole = usize::from(cidr.prefix / 8);
            let bits = u32::from(cidr.prefix % 8);
            if whole == 4 {
                return vec![Text::plain(&address.to_string())];
            }
            let head: String = octets[..whole].iter().map(|o| format!("{o}.")).collect();
            if bits == 0 {
                return vec![open(&head)];
            }
            let count = 1u32 << (8 - bits);
            let first = u32::from(octets[whole]);
            (first..first + count)
                .map(|octet| match whole {
                    3 => Text::plain(&format!("{head}{octet}")),
                    _ => open(&format!("{head}{octet}.")),
                })
                .collect()
        }
        IpAddr::V6(address) => {
            if cidr.prefix == 128 {
                return vec![Text::plain(&address.to_string())];
            }
            let segments = address.segments();
            let whole = usize::from(cidr.prefix / 16);
            let bits = usize::from(cidr.prefix % 16);
            let head: String = segments[..whole].iter().map(|s| format!("{s:x}:")).collect();
            if bits == 0 {
                return vec![open(&head)];
            }
            let digits = bits / 4;
            let group = format!("{:04x}", segments[whole]);
            let loose = bits % 4;
            let count = if loose == 0 { 1 } else { 1u32 << (4 - loose) };
            let fixed = &group[..digits];
            let next = u32::from_str_radix(group.get(digits..=digits).unwrap_or("0"), 16);
            let next = next.unwrap_or(0);
            (0..count)
                .map(|i| {
                    let mut known = fixed.to_owned();
                    if loose != 0 {
                        known.push_str(&format!("{:x}", next + i));
                    }
                    let free = 4 - known.len();
                    let mut parts = vec![Part::Plain(format!("{head}{known}"))];
                    parts.extend(std::iter::repeat_n(Part::One, free));
                    parts.push(Part::Plain(":".into()));
                    parts.push(Part::Any);
                    Text::from_parts(parts)
                })
                .collect()
        }
    }
}

fn open(head: &str) -> Text {
    Text::from_parts([Part::Plain(head.to_owned()), Part::Any])
}

/// A network as strings; of IPv6 only the known digits, zeros at their end left out as `::` leaves them out.
pub fn heads(cidr: &Cidr) -> Vec<Text> {
    if cidr.address.is_ipv6() && cidr.prefix == 128 {
        return vec![Text::plain(&cidr.to_string())];
    }
    let texts = patterns(cidr).into_iter();
    texts
        .map(|text| match text.parts() {
            [Part::Plain(head), ..] if cidr.address.is_ipv6() => open(&unpadded(head)),
            _ => text,
        })
        .collect()
}

/// Without groups of zeros at the end; a whole last group without its leading zeros, and with its colon.
fn unpadded(head: &str) -> String {
    let mut groups: Vec<&str> = head.trim_end_matches(':').split(':').collect();
    let whole = head.ends_with(':') || groups.last().is_some_and(|group| group.len() == 4);
    let known = groups.len();
    while groups.len() > 1 && groups.last().is_some_and(|group| group.chars().all(|c| c == '0')) {
        groups.pop();
    }
    let colon = if whole || groups.len() < known { ":" } else { "" };
    let groups: Vec<&str> = groups
        .iter()
        .map(|group| if group.len() == 4 { group.trim_start_matches('0') } else { group })
        .collect();
    format!("{}{colon}", groups.join(":"))
}
