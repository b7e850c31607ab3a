//! Cryptocurrency addresses. An address is taken only if its checksum holds, or, where the chain has none
//! (Solana), if the text says whose address it is.

use super::scan::{Scan, is_word};
use crate::ObservableKind as Kind;
use sha2::{Digest, Sha256};
use sha3::{Keccak256, Sha3_256};

const BITCOIN_ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const RIPPLE_ALPHABET: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

/// Base58 to bytes (draft-msporny-base58). `None` for a character outside the alphabet.
fn base58(text: &str, alphabet: &[u8; 58]) -> Option<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    for c in text.bytes() {
        let mut carry = alphabet.iter().position(|a| *a == c)? as u32;
        for byte in &mut bytes {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push((carry & 0xff) as u8);
            carry >>= 8;
        }
    }
    bytes.extend(text.bytes().take_while(|c| *c == alphabet[0]).map(|_| 0));
    bytes.reverse();
    Some(bytes)
}

/// Base58 with the four-byte double SHA-256 checksum; the payload, version byte included.
fn base58check(text: &str, alphabet: &[u8; 58]) -> Option<Vec<u8>> {
    let bytes = base58(text, alphabet)?;
    let (payload, sum) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
    let digest = Sha256::digest(Sha256::digest(payload));
    (digest[..4] == *sum).then(|| payload.to_vec())
}

const BECH32_ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Whether `text` is valid Bech32 (BIP 173) or Bech32m (BIP 350); the data part in groups of five bits.
fn bech32(text: &str) -> Option<Vec<u8>> {
    let (prefix, data) = text.rsplit_once('1')?;
    let values: Option<Vec<u8>> =
        data.bytes().map(|c| BECH32_ALPHABET.iter().position(|a| *a == c).map(|p| p as u8)).collect();
    let values = values?;
    let mut check: u32 = 1;
    let mut step = |v: u8| {
        let top = check >> 25;
        check = ((check & 0x1ff_ffff) << 5) ^ u32::from(v);
        for (i, generator) in
            [0x3b6a_57b2u32, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3].iter().enumerate()
        {
            if (top >> i) & 1 == 1 {
                check ^= generator;
            }
        }
    };
    prefix.bytes().for_each(|b| step(b >> 5));
    step(0);
    prefix.bytes().for_each(|b| step(b & 31));
    values.iter().for_each(|v| step(*v));
    (matches!(check, 1 | 0x2bc8_30a3) && values.len() >= 6).then(|| values[..values.len() - 6].to_vec())
}

/// Whether `data` (without prefix) is a valid Bitcoin Cash address under prefix `bitcoincash`
/// (CashAddr specification).
fn cashaddr(data: &str) -> bool {
    let mut check: u64 = 1;
    let mut step = |v: u8| {
        let top = (check >> 35) as u8;
        check = ((check & 0x07_ffff_ffff) << 5) ^ u64::from(v);
        for (i, generator) in
            [0x98_f2bc_8e61u64, 0x79_b76d_99e2, 0xf3_3e5f_b3c4, 0xae_2eab_e2a8, 0x1e_4f43_e470]
                .iter()
                .enumerate()
        {
            if (top >> i) & 1 == 1 {
                check ^= generator;
            }
        }
    };
    "bitcoincash".bytes().for_each(|b| step(b & 31));
    step(0);
    for c in data.bytes() {
        match BECH32_ALPHABET.iter().position(|a| *a == c) {
            Some(v) => step(v as u8),
            None => return false,
        }
    }
    check ^ 1 == 0
}

/// Monero: base58 in blocks of 8 bytes (11 characters), Keccak-256 checksum of four bytes. Network bytes 18
/// (standard), 19 (integrated), 42 (subaddress).
fn is_monero(text: &str) -> bool {
    if !matches!(text.len(), 95 | 106) {
        return false;
    }
    let mut bytes = Vec::with_capacity(80);
    for block in text.as_bytes().chunks(11) {
        let size = match block.len() {
            11 => 8,
            7 => 5,
            _ => return false,
        };
        let mut number: u128 = 0;
        for c in block {
            let Some(v) = BITCOIN_ALPHABET.iter().position(|a| a == c) else { return false };
            number = number * 58 + v as u128;
        }
        let wide = number.to_be_bytes();
        if wide[..16 - size].iter().any(|b| *b != 0) {
            return false;
        }
        bytes.extend_from_slice(&wide[16 - size..]);
    }
    let Some((payload, sum)) = bytes.split_at_checked(bytes.len().saturating_sub(4)) else { return false };
    matches!(payload.first(), Some(18 | 19 | 42)) && Keccak256::digest(payload)[..4] == *sum
}

/// Onion service version 3: 32 bytes of key, two of checksum, version 3 (rend-spec-v3, section 6).
pub(super) fn is_onion_v3(label: &str) -> bool {
    if label.len() != 56 {
        return false;
    }
    let mut bits: u64 = 0;
    let mut count = 0;
    let mut bytes = Vec::with_capacity(35);
    for c in label.bytes() {
        let v = match c.to_ascii_lowercase() {
            c @ b'a'..=b'z' => c - b'a',
            c @ b'2'..=b'7' => c - b'2' + 26,
            _ => return false,
        };
        bits = (bits << 5) | u64::from(v);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    let [key @ .., a, b, version] = bytes.as_slice() else { return false };
    let mut hash = Sha3_256::new();
    hash.update(b".onion checksum");
    hash.update(key);
    hash.update([3]);
    let sum = hash.finalize();
    *version == 3 && sum[0] == *a && sum[1] == *b
}

/// Whether mixed-case hex is what EIP-55 prescribes; one-case addresses carry no checksum and pass.
fn is_ethereum(hex: &str) -> bool {
    let lower = hex.to_ascii_lowercase();
    let digest = Keccak256::digest(lower.as_bytes());
    let mixed = hex.bytes().any(|b| b.is_ascii_lowercase()) && hex.bytes().any(|b| b.is_ascii_uppercase());
    !mixed
        || hex.bytes().enumerate().all(|(i, b)| {
            let nibble = (digest[i / 2] >> (if i % 2 == 0 { 4 } else { 0 })) & 15;
            !b.is_ascii_alphabetic() || b.is_ascii_uppercase() == (nibble >= 8)
        })
}

/// What the text before says about the chain or the purpose.
fn says_wallet(scan: &Scan<'_>, start: usize, words: &[&str]) -> bool {
    let lead = scan.lead(start, 120).to_ascii_lowercase();
    words.iter().any(|w| lead.contains(w))
}

fn whole(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    let before = scan.before(start);
    let after = scan.at(end);
    !is_word(before)
        && !is_word(after)
        && !matches!(before, b'/' | b'+' | b'=')
        && !matches!(after, b'+' | b'=')
}

/// `0x` and at least 40 hex digits.
pub(super) fn ethereum(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let hex = &scan.text[start + 2..end];
    if is_word(scan.before(start)) || is_word(scan.at(end)) {
        return end;
    }
    if hex.len() != 40 {
        if hex.len() == 64 {
            scan.refuse(
                Kind::Sha256,
                start,
                end,
                "0x and 64 digits: transaction or constant, not a file hash",
            );
        }
        return end;
    }
    if !is_ethereum(hex) {
        scan.refuse(Kind::Eth, start, end, "checksum of the capitals (EIP-55) is wrong");
        return end;
    }
    let value = scan.text[start..end].to_owned();
    scan.find(Kind::Eth, format!("0x{}", &value[2..]), start, end);
    end
}

/// A run of base58 characters.
pub(super) fn base58_run(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let raw = &scan.text[start..end];
    if !whole(scan, start, end) && scan.before(start) != b'/' {
        return end;
    }
    if raw.len() >= 95 {
        if is_monero(raw) {
            scan.find(Kind::Xmr, raw, start, end);
        }
        return end;
    }
    let first = raw.as_bytes()[0];
    if (26..=35).contains(&raw.len())
        && let Some(payload) = base58check(raw, BITCOIN_ALPHABET)
    {
        let chain = match (payload.len(), payload.as_slice()) {
            (21, [0x00 | 0x05, ..]) => {
                scan.find(Kind::Btc, raw, start, end);
                return end;
            }
            (21, [0x30 | 0x32, ..]) => "litecoin",
            (21, [0x1e | 0x16, ..]) => "dogecoin",
            (21, [0x4c | 0x10, ..]) => "dash",
            (21, [0x41, ..]) => "tron",
            (22, [0x1c, 0xb8 | 0xbd, ..]) => "zcash",
            (23, [0x06, 0xa1, 0x9f | 0xa1 | 0xa4, ..]) => "tezos",
            _ => "",
        };
        if !chain.is_empty() {
            scan.find(Kind::Wallet, raw, start, end).attribute("chain", chain);
            return end;
        }
    }
    if first == b'r'
        && (25..=35).contains(&raw.len())
        && base58check(raw, RIPPLE_ALPHABET).is_some_and(|p| p.len() == 21 && p[0] == 0)
    {
        scan.find(Kind::Wallet, raw, start, end).attribute("chain", "ripple");
        return end;
    }
    let address = matches!(first, b'1' | b'3') && (26..=35).contains(&raw.len());
    if address && says_wallet(scan, start, &["bitcoin", "btc", "wallet"]) {
        scan.refuse(Kind::Btc, start, end, "checksum of the address is wrong");
    }
    // Ed25519 keys of Solana: no checksum, so the text must say so.
    if (32..=44).contains(&raw.len())
        && says_wallet(scan, start, &["solana", "(sol)", "sol:", "sol wallet", "sol address", "phantom"])
        && base58(raw, BITCOIN_ALPHABET).is_some_and(|b| b.len() == 32)
    {
        scan.find(Kind::Wallet, raw, start, end).attribute("chain", "solana").attribute("checksum", "none");
    }
    end
}

/// `bc1…`, `ltc1…`, `addr1…`.
pub(super) fn bech32_run(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let raw = &scan.text[start..end];
    if !whole(scan, start, end) {
        return end;
    }
    if bech32(raw).is_none() {
        scan.refuse(Kind::Wallet, start, end, "checksum of the address is wrong");
        return end;
    }
    let chain = match raw.split('1').next().unwrap_or("") {
        "bc" | "tb" => {
            scan.find(Kind::Btc, raw, start, end);
            return end;
        }
        "ltc" => "litecoin",
        "addr" | "stake" => "cardano",
        "cosmos" => "cosmos",
        "osmo" => "osmosis",
        "zs" => "zcash",
        "bnb" => "bnb-beacon",
        _ => "thorchain",
    };
    scan.find(Kind::Wallet, raw, start, end).attribute("chain", chain);
    end
}

/// Bitcoin Cash in its own form, with or without `bitcoincash:`.
pub(super) fn cash_run(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let raw = &scan.text[start..end];
    let data = raw.rsplit(':').next().unwrap_or(raw);
    if whole(scan, start, end) && cashaddr(data) {
        scan.find(Kind::Wallet, format!("bitcoincash:{data}"), start, end).attribute("chain", "bitcoin-cash");
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_the_specifications() {
        // BIP 173 and BIP 350 test vectors.
        assert!(bech32("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4").is_some());
        assert!(bech32("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0").is_some());
        assert!(bech32("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5").is_none());
        // The genesis block's address, and the same with one letter changed.
        assert!(base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", BITCOIN_ALPHABET).is_some());
        assert!(base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", BITCOIN_ALPHABET).is_none());
        // CashAddr specification, "Examples of address translation".
        assert!(cashaddr("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"));
        assert!(!cashaddr("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b"));
        // EIP-55, "Test cases".
        assert!(is_ethereum("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
        assert!(!is_ethereum("5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
        // XRP Ledger documentation, "Address encodings": ACCOUNT_ZERO is all zeros.
        assert!(base58check("rrrrrrrrrrrrrrrrrrrrrhoLvTp", RIPPLE_ALPHABET).is_some());
        // Monero's donation address of the project's own documentation.
        assert!(is_monero(
            "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H"
        ));
        // Tor Project's own v3 address.
        assert!(is_onion_v3("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid"));
        assert!(!is_onion_v3("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wie"));
    }
}
