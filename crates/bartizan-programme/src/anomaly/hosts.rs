//! Whether a host is one of those that may be reached.

use std::net::IpAddr;

/// Whether `host` is named by `allowed`: a name, `*.name` for what lies below it, an address, a network.
pub(super) fn allows(allowed: &str, host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let allowed = allowed.trim_end_matches('.').to_ascii_lowercase();
    if let Ok(address) = host.parse::<IpAddr>() {
        return network(&allowed).is_some_and(|(net, bits)| within(net, bits, address.to_canonical()));
    }
    match allowed.strip_prefix("*.") {
        Some(above) => host.strip_suffix(above).is_some_and(|below| below.len() > 1 && below.ends_with('.')),
        None => host == allowed,
    }
}

fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
    (bits <= most).then_some((address, bits))
}

fn within(net: IpAddr, bits: u8, address: IpAddr) -> bool {
    match (net, address) {
        (IpAddr::V4(net), IpAddr::V4(address)) => {
            same(u32::from(net).into(), u32::from(address).into(), 32, bits)
        }
        (IpAddr::V6(net), IpAddr::V6(address)) => same(u128::from(net), u128::from(address), 128, bits),
        _ => false,
    }
}

fn same(net: u128, address: u128, width: u32, bits: u8) -> bool {
    let shift = width - u32::from(bits);
    shift >= 128 || net >> shift == address >> shift
}

#[cfg(test)]
mod tests {
    use super::allows;

    #[test]
    fn names_networks_and_what_lies_below() {
        for (allowed, host, yes) in [
            ("models.example", "Models.Example.", true),
            ("models.example", "evil-models.example", false),
            ("*.example.org", "a.b.example.org", true),
            ("*.example.org", "example.org", false),
            ("*.example.org", "badexample.org", false),
            ("10.0.0.0/8", "10.255.1.2", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("0.0.0.0/0", "192.0.2.1", true),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1/99", "192.0.2.1", false),
            ("*.2.1", "192.0.2.1", false),
        ] {
            assert_eq!(allows(allowed, host), yes, "{allowed} {host}");
        }
    }
}
