//! Hashes and fingerprints: what a run of hex digits is, by its length and by the words beside it.

use super::scan::{Scan, is_word};
use crate::ObservableKind as Kind;

/// What the words before a run of hex digits call it.
fn named(scan: &Scan<'_>, start: usize) -> String {
    let line = scan.lead(start, 64);
    if !line.trim_matches([' ', '\t', '|', '`', '*']).is_empty() {
        return line.to_ascii_lowercase();
    }
    // `import hash` may stand on the line above.
    let (line_start, _) = scan.line(start, 256);
    scan.lead(line_start.saturating_sub(1), 64).to_ascii_lowercase()
}

fn last_words(lead: &str, words: &[&str]) -> bool {
    let tail = &lead[super::scan::floor(lead, lead.len().saturating_sub(28))..];
    words.iter().any(|w| tail.contains(w))
}

/// A run of at least 32 hex digits.
pub(super) fn hex(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let len = end - start;
    let before = scan.before(start);
    let after = scan.at(end);
    let raw = &scan.text[start..end];
    if (is_word(before) && before != b'_' && before < 0x80)
        || (is_word(after) && after != b'_' && after < 0x80)
    {
        if let Some(next) = fused(scan, start, end) {
            return next;
        }
        scan.refuse(Kind::Sha256, start, end.min(start + 200), "hex digits inside a longer word");
        return end;
    }
    if raw.bytes().all(|b| b == raw.as_bytes()[0]) {
        scan.refuse(Kind::Sha256, start, end.min(start + 200), "one digit repeated");
        return end;
    }
    // A bare run of decimal digits that long is a number; a hash without a letter is a one-in-a-million case
    // (32 digits: (10/16)^32).
    if len < 64 && raw.bytes().all(|b| b.is_ascii_digit()) {
        scan.refuse(Kind::Md5, start, end, "a decimal number");
        return end;
    }
    // Words in hexadecimal: of random bytes, one in ten million would be all letters, digits and marks (16 bytes:
    // (95/256)^16).
    if spells_words(raw) {
        scan.refuse(Kind::Sha256, start, end.min(start + 200), "text in hexadecimal, not a hash");
        return end;
    }
    let value = raw.to_ascii_lowercase();
    let lead = named(scan, start);
    let serial = last_words(&lead, &["serial"]);
    let thumb = last_words(&lead, &["thumbprint", "fingerprint", "certificate sha", "cert sha", "ssl sha"]);
    let kind = match len {
        32 if serial => Kind::CertSerial,
        32 if last_words(&lead, &["imphash", "import hash", "imp hash", "imphash:"]) => Kind::Imphash,
        32 if last_words(&lead, &["ja3"]) => Kind::Ja3,
        32 => Kind::Md5,
        40 if thumb => Kind::CertThumbprint,
        40 => Kind::Sha1,
        64 if last_words(&lead, &["authentihash", "authenti hash", "authenticode"]) => Kind::Authentihash,
        64 if thumb => Kind::CertThumbprint,
        64 => Kind::Sha256,
        56 => Kind::Sha224,
        96 => Kind::Sha384,
        128 => Kind::Sha512,
        70 if last_words(&lead, &["tlsh"]) => Kind::Tlsh,
        33..=39 if serial => Kind::CertSerial,
        _ => {
            if let Some(next) = two(scan, start, end) {
                return next;
            }
            scan.refuse(Kind::Sha256, start, end.min(start + 200), "no hash has this many digits");
            return end;
        }
    };
    let found = scan.find(kind, value, start, end);
    if kind == Kind::CertThumbprint {
        found.attribute("algorithm", if len == 40 { "sha1" } else { "sha256" });
        // Lists of hashes hold it under its algorithm's name too; the attribute says what it is a hash of.
        let value = scan.text[start..end].to_ascii_lowercase();
        let plain = if len == 40 { Kind::Sha1 } else { Kind::Sha256 };
        scan.find(plain, value, start, end).attribute("of", "certificate");
    }
    end
}

/// Whether every byte that the digits stand for is a printable character of ASCII.
fn spells_words(digits: &str) -> bool {
    digits.len().is_multiple_of(2)
        && digits
            .as_bytes()
            .chunks(2)
            .all(|pair| matches!(pair, [b'2'..=b'6', _] | [b'7', b'0'..=b'9' | b'a'..=b'e' | b'A'..=b'E']))
}

/// Whether a hash stands on the line of `at`, within 160 bytes.
pub(super) fn on_line(scan: &Scan<'_>, at: usize) -> bool {
    let (start, end) = scan.line(at, 160);
    let mut run = 0;
    scan.bytes()[start..end].iter().any(|b| {
        run = if b.is_ascii_hexdigit() { run + 1 } else { 0 };
        run >= 32
    })
}

/// Hashes of known lengths printed without a blank between (MD5+SHA-1, SHA-1+SHA-256, MD5+SHA-256, twice the
/// same), as table cells come out of some converters.
fn two(scan: &mut Scan<'_>, start: usize, end: usize) -> Option<usize> {
    let kinds = [(32, Kind::Md5), (40, Kind::Sha1), (64, Kind::Sha256)];
    let len = end - start;
    // Only lengths that one pair alone explains.
    let (first, second) = match len {
        72 => (kinds[0], kinds[1]),
        104 => (kinds[1], kinds[2]),
        80 => (kinds[1], kinds[1]),
        _ => return None,
    };
    let lead = named(scan, start);
    if !last_words(&lead, &["md5", "sha", "hash"]) {
        return None;
    }
    for (kind, from, to) in [(first.1, start, start + first.0), (second.1, start + first.0, end)] {
        let value = scan.text[from..to].to_ascii_lowercase();
        scan.find(kind, value, from, to).attribute("split-from", "cells without a blank");
    }
    Some(end)
}

/// A hash with a word glued to it: `…0b1fsample.exe`, `MD5d41d8…`.
fn fused(scan: &mut Scan<'_>, start: usize, end: usize) -> Option<usize> {
    let before = scan.before(start);
    let lead = scan.lead(start, 12).to_ascii_lowercase();
    let named = ["md5", "sha1", "sha256", "sha-1", "sha-256", "x"].iter().any(|n| lead.ends_with(n))
        || !is_word(before);
    let len = end - start;
    let kind = match len {
        32 => Kind::Md5,
        40 => Kind::Sha1,
        64 => Kind::Sha256,
        _ => return None,
    };
    // `0x` before 64 digits is a transaction or a number, not a file.
    if !named || lead.ends_with("0x") || is_word(scan.at(end)) {
        return None;
    }
    let value = scan.text[start..end].to_ascii_lowercase();
    scan.find(kind, value, start, end);
    Some(end)
}

/// `AB:CD:…` or `AB CD …`: a certificate's serial number or thumbprint, if the words before say so, or a MAC
/// address that the pattern for longer runs took.
pub(super) fn hex_pairs(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let raw = &scan.text[start..end];
    let lead = named(scan, start);
    if is_word(scan.before(start)) || is_word(scan.at(end)) {
        return end;
    }
    let digits: String = raw.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
    let kind = if last_words(&lead, &["serial"]) {
        Kind::CertSerial
    } else if last_words(&lead, &["thumbprint", "fingerprint", "sha1", "sha-1", "sha256", "sha-256", "md5"])
        && matches!(digits.len(), 32 | 40 | 64)
    {
        Kind::CertThumbprint
    } else {
        return end;
    };
    let found = scan.find(kind, digits.clone(), start, end);
    if kind == Kind::CertThumbprint {
        found.attribute(
            "algorithm",
            match digits.len() {
                32 => "md5",
                40 => "sha1",
                _ => "sha256",
            },
        );
    }
    end
}

/// ssdeep: block size and two signatures. Block sizes are 3·2ⁿ.
pub(super) fn ssdeep(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let raw = &scan.text[start..end];
    let mut parts = raw.splitn(3, ':');
    let (Some(size), Some(one), Some(two)) = (parts.next(), parts.next(), parts.next()) else { return end };
    let size: u64 = size.parse().unwrap_or(0);
    let ok = size >= 3
        && size.is_multiple_of(3)
        && (size / 3).is_power_of_two()
        && one.len() >= 6
        && two.len() >= 3
        && one.len() + two.len() >= 16
        && !is_word(scan.before(start))
        && !raw.contains("//");
    let named = last_words(&named(scan, start), &["ssdeep", "fuzzy"]);
    let mixed = one.bytes().any(|b| b.is_ascii_lowercase()) && one.bytes().any(|b| b.is_ascii_uppercase());
    if ok && (named || (mixed && one.len() >= 20)) {
        scan.find(Kind::Ssdeep, raw, start, end);
        return end;
    }
    // Not one: go on behind the first colon, where hashes may stand.
    start + raw.find(':').map_or(1, |i| i + 1)
}

/// TLSH with its version prefix (`T1` and 70 hex digits).
pub(super) fn tlsh(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if !is_word(scan.before(start)) && !is_word(scan.at(end)) {
        let value = scan.text[start..end].to_ascii_uppercase();
        scan.find(Kind::Tlsh, value, start, end);
    }
    end
}

/// JA4, JA4S and their kin, by their shape alone.
pub(super) fn ja4(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if !is_word(scan.before(start)) && !is_word(scan.at(end)) {
        let value = scan.text[start..end].to_owned();
        scan.find(Kind::Ja4, value, start, end);
    }
    end
}
