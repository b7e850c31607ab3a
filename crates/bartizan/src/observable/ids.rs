//! Ids of public catalogues, network numbers and GUIDs.

use super::scan::{Scan, is_word};
use crate::ObservableKind as Kind;

fn whole(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    !is_word(scan.before(start)) && !is_word(scan.at(end))
}

/// `CVE-2024-3400`, also with blanks, underscores and typographic hyphens (CVE numbering rules, section 4).
pub(super) fn cve(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let raw = &scan.text[start..end];
    let before = scan.before(start);
    if before.is_ascii_alphanumeric() || scan.at(end).is_ascii_digit() {
        return end;
    }
    let digits: Vec<String> =
        raw.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if let [year, number] = digits.as_slice() {
        scan.find(Kind::Cve, format!("CVE-{year}-{number}"), start, end);
    }
    end
}

/// `CWE-79`, `CAPEC-66`.
pub(super) fn weakness(scan: &mut Scan<'_>, kind: Kind, prefix: &str, start: usize, end: usize) -> usize {
    if whole(scan, start, end) {
        let digits: String = scan.text[start..end].chars().filter(char::is_ascii_digit).collect();
        let number = digits.trim_start_matches('0');
        if !number.is_empty() {
            scan.find(kind, format!("{prefix}-{number}"), start, end);
        }
    }
    end
}

/// `GHSA-xxxx-xxxx-xxxx`.
pub(super) fn ghsa(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if whole(scan, start, end) {
        let value = format!("GHSA{}", scan.text[start + 4..end].to_ascii_lowercase());
        scan.find(Kind::Ghsa, value, start, end);
    }
    end
}

/// CPE 2.3 formatted string or 2.2 URI (NISTIR 7695).
pub(super) fn cpe(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let raw = scan.text[start..end].trim_end_matches(['.', ',', ';', ')', '\'', ']']);
    if !is_word(scan.before(start)) {
        scan.find(Kind::Cpe, raw, start, start + raw.len());
    }
    end
}

/// ATT&CK ids: techniques with sub-techniques, tactics, groups, software, mitigations, campaigns, data sources.
pub(super) fn attack(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let raw = &scan.text[start..end];
    let before = scan.before(start);
    let after = scan.at(end);
    // `T1156.0012` is no sub-technique, `TA0001FUN` no tactic; `_T1059_` in emphasis is.
    let glued = (is_word(before) && before != b'_') || (is_word(after) && after != b'_');
    if glued
        || matches!(before, b'-' | b'.' | b'$' | b'#')
        || (after == b'-' && scan.at(end + 1).is_ascii_alphanumeric())
    {
        return end;
    }
    if after == b'.' && scan.at(end + 1).is_ascii_digit() {
        return end;
    }
    let kind = raw.as_bytes()[0];
    // Groups, software, mitigations and campaigns are one letter and four digits, as part numbers are too: the
    // pack must know them, or the text must speak of ATT&CK.
    if matches!(kind, b'G' | b'S' | b'M' | b'C' | b'D') && !known_object(scan, raw, start) {
        scan.refuse(Kind::AttackId, start, end, "letter and number, but no id that ATT&CK has");
        return end;
    }
    let value = raw.replace('/', ".");
    scan.find(Kind::AttackId, value, start, end);
    end
}

fn known_object(scan: &Scan<'_>, id: &str, start: usize) -> bool {
    use bartizan_knowledge::Resolution;
    if !matches!(scan.known.pack.resolve(id), Resolution::Unknown) {
        return true;
    }
    // Data sources and detection strategies are ATT&CK's alone in their shape, mitigations start at M1001 (the
    // older ones M0801 are of ICS).
    let number: u32 = id.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap_or(0);
    match id.as_bytes()[0] {
        b'D' => true,
        b'M' => (1001..=1100).contains(&number) || (800..=960).contains(&number),
        _ => {
            let lead = scan.lead(start, 80).to_ascii_lowercase();
            lead.contains("att&ck") || lead.contains("mitre") || lead.contains("attack.mitre.org")
        }
    }
}

/// `AML.T0051.000`.
pub(super) fn atlas(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if whole(scan, start, end) {
        let value = scan.text[start..end].to_owned();
        scan.find(Kind::AtlasId, value, start, end);
    }
    end
}

/// `D3-PSA`: the pack must know it, for part numbers look the same.
pub(super) fn d3fend(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let value = scan.text[start..end].to_owned();
    let known = scan.known.pack.object(&value).is_some()
        || scan.lead(start, 80).to_ascii_lowercase().contains("d3fend")
        || scan.tail(end, 80).to_ascii_lowercase().contains("d3fend");
    if whole(scan, start, end) && scan.before(start) != b'-' && known {
        scan.find(Kind::D3fend, value, start, end);
    }
    end
}

/// `AS64500`, `ASN 64500`, `AS 64500` (RFC 5396). Small numbers after "as" are prose: "as 2014".
pub(super) fn asn(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let raw = &scan.text[start..end];
    if !whole(scan, start, end) || matches!(scan.before(start), b'-' | b'.' | b'/' | b'@') {
        return end;
    }
    let number = raw.trim_start_matches(|c: char| !c.is_ascii_digit());
    let word = &raw[..raw.len() - number.len()];
    let letters: String = word.chars().filter(char::is_ascii_alphabetic).collect();
    let glued = word.len() == letters.len();
    let upper = letters.bytes().all(|b| b.is_ascii_uppercase());
    let lead = scan.lead(start, 60).to_ascii_lowercase();
    let says_so = ["asn", "autonomous system", "network", "hosting", "provider", "registered"]
        .iter()
        .any(|w| lead.contains(w));
    // With a blank: `ASN 64500` in any case, `AS 64500` only in capitals and not before what may be a year.
    let value: u64 = number.parse().unwrap_or(0);
    let year = (1900..=2100).contains(&value) && !glued;
    let ok = letters.len() == 3
        || (glued && (upper || scan.before(start) == b'\n' || says_so))
        || (upper && (!year || says_so));
    let four = matches!(scan.at(end), b'.' | b'-' | b'/') && is_word(scan.at(end + 1));
    if ok && !four && (1..=u64::from(u32::MAX)).contains(&value) {
        scan.find(Kind::Asn, format!("AS{value}"), start, end);
    }
    end
}

/// MAC address with colons, hyphens or Cisco's dots (IEEE 802: 48 bits).
pub(super) fn mac(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    let before = scan.before(start);
    let after = scan.at(end);
    if is_word(before)
        || is_word(after)
        || matches!(before, b':' | b'-' | b'.')
        || (matches!(after, b':' | b'-') && is_word(scan.at(end + 1)))
    {
        return end;
    }
    let digits: String = scan.text[start..end]
        .chars()
        .filter(char::is_ascii_hexdigit)
        .collect::<String>()
        .to_ascii_lowercase();
    // A run of decimal pairs is a date and time: `20-03-23-10-26-15`.
    let dotted = scan.text[start..end].contains('.');
    if digits.len() == 12 && (!digits.bytes().all(|b| b.is_ascii_digit()) || says_mac(scan, start)) {
        let pairs: Vec<&str> = (0..6).map(|i| &digits[2 * i..2 * i + 2]).collect();
        scan.find(Kind::Mac, pairs.join(":"), start, end);
    } else if dotted || !digits.is_empty() {
        scan.refuse(Kind::Mac, start, end, "only decimal digits: a date or number");
    }
    end
}

fn says_mac(scan: &Scan<'_>, start: usize) -> bool {
    let lead = scan.lead(start, 40).to_ascii_lowercase();
    lead.contains("mac") || lead.contains("bssid") || lead.contains("ether")
}

/// GUID, UUID or CLSID (RFC 9562).
pub(super) fn guid(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if whole(scan, start, end) && scan.before(start) != b'-' && scan.at(end) != b'-' {
        let value = scan.text[start..end].to_ascii_lowercase();
        scan.find(Kind::Guid, value, start, end);
    }
    end
}

/// Amazon resource name. The last part may hold blanks; they are followed while the line holds nothing else.
pub(super) fn arn(scan: &mut Scan<'_>, start: usize, end: usize) -> usize {
    if is_word(scan.before(start)) {
        return end;
    }
    let (line_start, line_end) = scan.line(start, 300);
    let alone = scan.text[line_start..start].trim_matches([' ', '\t', '-', '*', '`', '"', '|']).is_empty();
    let rest = scan.text.get(end..line_end).unwrap_or("");
    let plain =
        rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '/' | '*' | '_' | '-' | ':'));
    let mut stop = if alone && plain && rest.split(' ').count() <= 7 { line_end } else { end };
    let trimmed = scan.text[start..stop].trim_end().trim_end_matches(['.', ')', ']', '}', ':']);
    stop = start + trimmed.len();
    scan.find(Kind::Arn, trimmed, start, stop);
    stop.max(end)
}
