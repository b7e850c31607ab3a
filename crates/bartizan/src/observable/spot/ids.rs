//! Hashes, ids and wallets: all start in a run of ASCII letters and digits, and most runs are words that a look at
//! their length, their digits and the byte behind them rules out.

use super::{
    ALNUM, BASE58, BECH32, CLASS, DIGIT, HEX, at, caseless, class, exactly, literal, one_of, run as run_of,
    walk, width,
};

/// What may start at a place; of two the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Id {
    Hex,
    HexColons,
    Ssdeep,
    Tlsh,
    Ja4,
    Cve,
    Cwe,
    Capec,
    Ghsa,
    Cpe,
    Attack,
    Atlas,
    D3fend,
    Asn,
    Mac,
    MacDots,
    Guid,
    Arn,
    EthLike,
    Base58,
    Bech32,
    CashAddr,
}

/// Calls `take` for each match; it returns where the walk goes on.
pub(in super::super) fn run(text: &str, take: impl FnMut(Id, usize, usize) -> usize) {
    let bytes = text.as_bytes();
    let mut runs = Runs::default();
    walk(text, |at| next(bytes, at, &mut runs), take);
}

/// Ends of the runs of one class that were measured last, so that no run is measured from each of its bytes.
#[derive(Default)]
struct Runs {
    hex: usize,
    base58: usize,
    word: usize,
    /// Behind the last digit of that word.
    digit: usize,
}

impl Runs {
    /// End of the run of letters and digits at `i`, and whether there is a digit in it from `i` on.
    fn word(&mut self, bytes: &[u8], i: usize) -> (usize, bool) {
        if self.word <= i {
            self.word = run_of(bytes, i, ALNUM, usize::MAX);
            let last = bytes[i..self.word].iter().rposition(u8::is_ascii_digit);
            self.digit = last.map_or(i, |at| i + at + 1);
        }
        (self.word, self.digit > i)
    }

    fn hex(&mut self, bytes: &[u8], i: usize) -> usize {
        if self.hex <= i {
            self.hex = run_of(bytes, i, HEX, usize::MAX);
        }
        self.hex
    }

    fn base58(&mut self, bytes: &[u8], i: usize) -> usize {
        if self.base58 <= i {
            self.base58 = run_of(bytes, i, BASE58, usize::MAX);
        }
        self.base58
    }
}

/// Shortest run that is a candidate for its length alone (base58).
const LONG: usize = 26;

fn next(bytes: &[u8], from: usize, runs: &mut Runs) -> Option<(Id, usize, usize)> {
    let mut p = from;
    loop {
        p += bytes.get(p..)?.iter().position(|b| CLASS[usize::from(*b)] & ALNUM != 0)?;
        let (end, numbered) = runs.word(bytes, p);
        // Without a digit and not for its length, only the end of a run may announce an id.
        let first = match numbered || end - p >= LONG {
            true => p,
            false if goes_on(bytes, p, end) => p.max(end.saturating_sub(TAIL)),
            false => end,
        };
        for i in first..end {
            if let Some((id, stop)) = here(bytes, i, runs) {
                return Some((id, i, stop));
            }
        }
        p = end;
    }
}

/// Longest word that announces an id by itself: `bitcoincash`.
const TAIL: usize = 11;

/// Whether the run of letters `p..end` may go on as an id behind the byte that ends it.
fn goes_on(bytes: &[u8], p: usize, end: usize) -> bool {
    let next = class(bytes, end + 1);
    // The last letters of the words that announce ids (`cve`, `AML`, `kaspa` …), or a pair of hex digits.
    let pair = || end >= p + 2 && class(bytes, end - 1) & class(bytes, end - 2) & HEX != 0;
    let word = || matches!(bytes[end - 1] | 0x20, b'a' | b'c' | b'e' | b'h' | b'n' | b's');
    match at(bytes, end) {
        b' ' if next & DIGIT != 0 => word() || pair(),
        // Two blanks, or pairs of hex digits.
        b' ' => {
            matches!(at(bytes, end + 1), b' ' | b':' | b'#' | b'-')
                && class(bytes, end + 2) & DIGIT != 0
                && word()
                || next & HEX != 0
                    && matches!(at(bytes, end + 3), b' ' | b':')
                    && class(bytes, end + 2) & HEX != 0
                    && pair()
        }
        b':' | b'-' | b'#' => word() || pair(),
        b'.' => next & ALNUM != 0 && (bytes[end - 1] == b'L' || next & HEX != 0 && pair()),
        b'_' => next & DIGIT != 0 && word(),
        b => b >= 0x80 && word(),
    }
}

/// The id that starts at `i`, and its end.
fn here(bytes: &[u8], i: usize, runs: &mut Runs) -> Option<(Id, usize)> {
    let b = bytes[i];
    let kinds = CLASS[usize::from(b)];
    if kinds & DIGIT != 0 {
        if let Some(end) = ssdeep(bytes, i) {
            return Some((Id::Ssdeep, end));
        }
        if b == b'0'
            && matches!(at(bytes, i + 1), b'x' | b'X')
            && let end = run_of(bytes, i + 2, HEX, usize::MAX)
            && end - (i + 2) >= 40
        {
            return Some((Id::EthLike, end));
        }
    } else if b == b'T'
        && at(bytes, i + 1) == b'1'
        && let Some(end) = exactly(bytes, i + 2, HEX, 70)
    {
        return Some((Id::Tlsh, end));
    } else if matches!(b, b't' | b'q' | b'd')
        && let Some(end) = ja4(bytes, i)
    {
        return Some((Id::Ja4, end));
    }
    if kinds & HEX != 0
        && let Some(found) = hex(bytes, i, runs)
    {
        return Some(found);
    }
    if let Some(found) = named(bytes, i) {
        return Some(found);
    }
    if let Some(end) = cash(bytes, i) {
        return Some((Id::CashAddr, end));
    }
    if let Some(end) = bech32(bytes, i) {
        return Some((Id::Bech32, end));
    }
    (kinds & BASE58 != 0)
        .then(|| runs.base58(bytes, i))
        .filter(|end| end - i >= LONG)
        .map(|end| (Id::Base58, end.min(i + 110)))
}

/// `3072:…:…`
fn ssdeep(bytes: &[u8], i: usize) -> Option<usize> {
    let is = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+');
    let part = |i: usize| {
        let len = bytes.get(i..)?.iter().take(64).take_while(is).count();
        (len >= 3).then_some(i + len)
    };
    let size = run_of(bytes, i, DIGIT, 8);
    part(literal(bytes, part(literal(bytes, size, b":")?)?, b":")?)
}

/// `t13d1516h2_8daaf6152771_02713d6af862`
fn ja4(bytes: &[u8], i: usize) -> Option<usize> {
    let digit = |i: usize| class(bytes, i) & DIGIT != 0;
    let low = |i: usize| matches!(at(bytes, i), b'0'..=b'9' | b'a'..=b'z');
    if !(digit(i + 1) || at(bytes, i + 1) == b's')
        || !(digit(i + 2) || at(bytes, i + 2) == b'd')
        || !(digit(i + 3) || matches!(at(bytes, i + 3), b'd' | b'i'))
        || !(digit(i + 4) && digit(i + 5))
    {
        return None;
    }
    let hash = |i: usize| {
        let part = bytes.get(i..i + 12)?;
        part.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).then_some(i + 12)
    };
    // Two to four digits, then two characters, which may be digits as well.
    (2..=4).rev().filter(|n| (4..4 + n).all(|k| digit(i + k)) && low(i + 4 + n) && low(i + 5 + n)).find_map(
        |n| {
            let one = hash(literal(bytes, i + 6 + n, b"_")?)?;
            hash(literal(bytes, one, b"_")?)
        },
    )
}

/// What a run of hex digits at `i` starts.
fn hex(bytes: &[u8], i: usize, runs: &mut Runs) -> Option<(Id, usize)> {
    let end = runs.hex(bytes, i);
    let part = |i: usize, mark: u8, n: usize| {
        (at(bytes, i) == mark).then(|| exactly(bytes, i + 1, HEX, n)).flatten()
    };
    match end - i {
        8 => {
            let four = |i: usize| part(i, b'-', 4);
            let end = part(four(four(four(end)?)?)?, b'-', 12)?;
            Some((Id::Guid, end))
        }
        2 => {
            let pair = |i: usize| part(i, b':', 2).or_else(|| part(i, b' ', 2));
            let (mut stop, mut pairs) = (end, 0);
            while pairs < 63
                && let Some(next) = pair(stop)
            {
                stop = next;
                pairs += 1;
            }
            if pairs >= 7 {
                return Some((Id::HexColons, stop));
            }
            let five = |mark: u8| (0..5).try_fold(end, |at, _| part(at, mark, 2));
            five(b':').or_else(|| five(b'-')).map(|end| (Id::Mac, end))
        }
        4 => part(part(end, b'.', 4)?, b'.', 4).map(|end| (Id::MacDots, end)),
        n if n >= 32 => Some((Id::Hex, end)),
        _ => None,
    }
}

/// Any of the hyphens that word processors put in: ASCII, U+2010–U+2015, U+2212.
fn dash(bytes: &[u8], i: usize) -> Option<usize> {
    match at(bytes, i) {
        b'-' => Some(i + 1),
        0xE2 => match (at(bytes, i + 1), at(bytes, i + 2)) {
            (0x80, 0x90..=0x95) | (0x88, 0x92) => Some(i + 3),
            _ => None,
        },
        _ => None,
    }
}

/// End of `low` to `high` digits at `i`.
fn digits(bytes: &[u8], i: usize, low: usize, high: usize) -> Option<usize> {
    let end = run_of(bytes, i, DIGIT, high);
    (end - i >= low).then_some(end)
}

/// Ids that a prefix announces.
fn named(bytes: &[u8], i: usize) -> Option<(Id, usize)> {
    match bytes[i] {
        b'c' | b'C' => {
            if let Some(end) = caseless(bytes, i, b"cve").and_then(|end| cve(bytes, end)) {
                return Some((Id::Cve, end));
            }
            if let Some(end) = literal(bytes, i, b"CWE").and_then(|end| cwe(bytes, end)) {
                return Some((Id::Cwe, end));
            }
            if let Some(end) = literal(bytes, i, b"CAPEC")
                .and_then(|end| digits(bytes, dash(bytes, end).or_else(|| literal(bytes, end, b" "))?, 1, 3))
            {
                return Some((Id::Capec, end));
            }
            if let Some(end) = cpe(bytes, i) {
                return Some((Id::Cpe, end));
            }
            attack(bytes, i)
        }
        b'g' | b'G' => ghsa(bytes, i).map(|end| (Id::Ghsa, end)).or_else(|| attack(bytes, i)),
        b'A' | b'a' => {
            if let Some(end) = literal(bytes, i, b"AML.").and_then(|end| {
                let kind = one_of(bytes, end, &[b"TA", b"T", b"M", b"CS"])?;
                let end = exactly(bytes, kind, DIGIT, 4)?;
                Some(literal(bytes, end, b".").and_then(|sub| exactly(bytes, sub, DIGIT, 3)).unwrap_or(end))
            }) {
                return Some((Id::Atlas, end));
            }
            if let Some(end) = asn(bytes, i) {
                return Some((Id::Asn, end));
            }
            arn(bytes, i).map(|end| (Id::Arn, end))
        }
        b'D' => {
            if let Some(start) = literal(bytes, i, b"D3-") {
                let upper = |b: &&u8| b.is_ascii_uppercase();
                let len = bytes.get(start..).unwrap_or_default().iter().take(7).take_while(upper).count();
                if len >= 2 {
                    return Some((Id::D3fend, start + len));
                }
            }
            attack(bytes, i)
        }
        b'T' | b'S' | b'M' => attack(bytes, i),
        _ => None,
    }
}

/// The numbers behind `CVE`.
fn cve(bytes: &[u8], i: usize) -> Option<usize> {
    let mark = dash(bytes, i).or_else(|| one_of(bytes, i, &[b" ", b"_", b":"]))?;
    let year = literal(bytes, mark, b" ").unwrap_or(mark);
    let year = exactly(bytes, year, DIGIT, 4)?;
    digits(bytes, dash(bytes, year).or_else(|| one_of(bytes, year, &[b" ", b"_"]))?, 4, 7)
}

/// The number behind `CWE`.
fn cwe(bytes: &[u8], i: usize) -> Option<usize> {
    digits(bytes, dash(bytes, i).or_else(|| one_of(bytes, i, &[b" ", b": ", b":"]))?, 1, 4)
}

fn ghsa(bytes: &[u8], i: usize) -> Option<usize> {
    let is = |b: &u8| {
        matches!(
            b.to_ascii_lowercase(),
            b'2'..=b'9' | b'c' | b'f' | b'g' | b'h' | b'j' | b'm' | b'p' | b'q' | b'r' | b'v' | b'w' | b'x'
        )
    };
    let four = |i: usize| {
        let start = literal(bytes, i, b"-")?;
        bytes.get(start..start + 4)?.iter().all(is).then_some(start + 4)
    };
    four(four(four(caseless(bytes, i, b"ghsa")?)?)?)
}

/// `cpe:2.3:a:vendor:product:…`, `cpe:/a:vendor:product`
fn cpe(bytes: &[u8], i: usize) -> Option<usize> {
    let start = one_of(bytes, literal(bytes, i, b"cpe:")?, &[b"2.3:", b"/"])?;
    let part = |i: usize| {
        let start = literal(bytes, i, b":")?;
        let mut end = start;
        for _ in 0..64 {
            match at(bytes, end) {
                0..=b' ' | b':' | b'"' | b'<' | b'>' | b'|' | b'`' => break,
                b => end += width(b),
            }
        }
        (end > start).then_some(end)
    };
    let kind = usize::from(matches!(at(bytes, start), b'a' | b'h' | b'o' | b'*' | b'-'));
    let mut end = part(start + kind)?;
    for _ in 1..11 {
        match part(end) {
            Some(next) => end = next,
            None => break,
        }
    }
    Some(end)
}

/// `TA0001`, `T1059.001`, `G0016`, `DS0001`, `DET0001`
fn attack(bytes: &[u8], i: usize) -> Option<(Id, usize)> {
    let four = |i: usize| exactly(bytes, i, DIGIT, 4);
    let end = match bytes[i] {
        b'T' => match literal(bytes, i + 1, b"A").and_then(four) {
            Some(end) => end,
            None => {
                let end = four(i + 1)?;
                one_of(bytes, end, &[b".", b"/"]).and_then(|sub| exactly(bytes, sub, DIGIT, 3)).unwrap_or(end)
            }
        },
        b'G' | b'S' | b'M' | b'C' => four(i + 1)?,
        b'D' => four(one_of(bytes, i + 1, &[b"S", b"ET"])?)?,
        _ => return None,
    };
    Some((Id::Attack, end))
}

/// `AS64500`, `ASN 64500`
fn asn(bytes: &[u8], i: usize) -> Option<usize> {
    let end = caseless(bytes, i, b"as")?;
    let end = end + usize::from(matches!(at(bytes, end), b'n' | b'N'));
    let marks = (0..2).take_while(|k| matches!(at(bytes, end + k), b' ' | b':' | b'#' | b'-')).count();
    digits(bytes, end + marks, 1, 10)
}

/// `arn:aws:s3:::bucket`
fn arn(bytes: &[u8], i: usize) -> Option<usize> {
    let part = |i: usize, low: usize, high: usize, is: fn(u8) -> bool| {
        let len = bytes.get(i..)?.iter().take(high).take_while(|b| is(**b)).count();
        (len >= low).then(|| literal(bytes, i + len, b":")).flatten()
    };
    let low = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let service = part(literal(bytes, i, b"arn:aws")?, 0, 10, |b| b.is_ascii_lowercase() || b == b'-')?;
    let region = part(service, 2, 40, low)?;
    let account =
        part(region, 0, 24, |b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'*' | b'-'))?;
    let resource = part(account, 0, 12, |b| b.is_ascii_digit() || b == b'*')?;
    let is = |b: &&u8| !matches!(b, 0..=b' ' | b'"' | b'\'' | b'<' | b'>' | b'|' | b'`' | b',' | b';');
    let len = bytes.get(resource..)?.iter().take_while(is).count();
    (len > 0).then_some(resource + len)
}

/// `bitcoincash:q…`, with the prefix or without.
fn cash(bytes: &[u8], i: usize) -> Option<usize> {
    let start = if bytes[i] == b'b' { literal(bytes, i, b"bitcoincash:")? } else { i };
    if !matches!(at(bytes, start), b'q' | b'p') {
        return None;
    }
    exactly(bytes, start + 1, BECH32, 41)
}

/// `bc1…`, `ltc1…`, `kaspa:…`
fn bech32(bytes: &[u8], i: usize) -> Option<usize> {
    let prefixes: &[&[u8]] = match bytes[i] {
        b'b' => &[b"bc1", b"bnb1"],
        b't' => &[b"tb1", b"thor1"],
        b'l' => &[b"ltc1"],
        b'a' => &[b"addr1"],
        b'c' => &[b"cosmos1"],
        b's' => &[b"stake1"],
        b'z' => &[b"zs1"],
        b'o' => &[b"osmo1"],
        b'k' => &[b"kaspa:"],
        _ => return None,
    };
    let start = one_of(bytes, i, prefixes)?;
    let end = run_of(bytes, start, BECH32, 110);
    (end - start >= 20).then_some(end)
}
