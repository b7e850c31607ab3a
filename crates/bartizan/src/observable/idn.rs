//! Internationalised names (RFC 5890): what an ASCII form (`xn--…`) says to a reader, and look-alike letters in it.

use super::verdict::host_part;
use crate::ObservableKind as Kind;

/// Attributes of a value whose host has labels in ASCII form: `unicode`, and `look-alike` where a label mixes Latin
/// letters with those of a script that has letters of the same shape.
pub(super) fn notes(kind: Kind, value: &str) -> Vec<(String, String)> {
    let host = match kind {
        Kind::Domain => value,
        Kind::Url => host_part(value),
        Kind::Email => value.rsplit('@').next().unwrap_or(""),
        _ => return Vec::new(),
    };
    let Some(unicode) = unicode(host) else { return Vec::new() };
    let mut notes = Vec::new();
    if unicode.split('.').any(is_mixed) {
        let what = "Latin letters mixed with Cyrillic or Greek ones in one label";
        notes.push(("look-alike".to_owned(), what.to_owned()));
    }
    notes.push(("unicode".to_owned(), unicode));
    notes
}

/// The name with its labels decoded; nothing if no label is encoded or one is encoded badly.
fn unicode(ascii: &str) -> Option<String> {
    if !ascii.split('.').any(|label| label.starts_with("xn--")) {
        return None;
    }
    let labels: Option<Vec<String>> = ascii
        .split('.')
        .map(|label| label.strip_prefix("xn--").map_or_else(|| Some(label.to_owned()), decode))
        .collect();
    labels.map(|labels| labels.join("."))
}

/// Punycode (RFC 3492, section 6.2).
fn decode(label: &str) -> Option<String> {
    let (basic, extended) = label.rsplit_once('-').unwrap_or(("", label));
    let mut out: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = extended.bytes().peekable();
    while digits.peek().is_some() {
        let old = i;
        let (mut weight, mut k) = (1_u32, 36_u32);
        loop {
            let digit = match digits.next()? {
                b @ b'a'..=b'z' => u32::from(b - b'a'),
                b @ b'A'..=b'Z' => u32::from(b - b'A'),
                b @ b'0'..=b'9' => u32::from(b - b'0') + 26,
                _ => return None,
            };
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k = k.checked_add(36)?;
        }
        let count = u32::try_from(out.len()).ok()? + 1;
        bias = adapt(i - old, count, old == 0);
        n = n.checked_add(i / count)?;
        i %= count;
        out.insert(i as usize, char::from_u32(n).filter(|c| c.is_alphanumeric() || *c == '\u{B7}')?);
        i += 1;
    }
    Some(out.into_iter().collect())
}

/// The bias for the next letter (RFC 3492, section 6.1).
fn adapt(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

fn is_mixed(label: &str) -> bool {
    let latin = |c: char| c.is_ascii_alphabetic() || matches!(c, '\u{C0}'..='\u{24F}');
    let other = |c: char| matches!(c, '\u{370}'..='\u{3FF}' | '\u{400}'..='\u{52F}');
    label.chars().any(latin) && label.chars().any(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pairs are of RFC 3492, section 7.1, and IANA's test domains.
    #[test]
    fn labels_are_decoded() {
        for (ascii, meant) in [
            ("xn--bcher-kva.example", "bücher.example"),
            ("xn--e1afmkfd.xn--80akhbyknj4f", "пример.испытание"),
            ("xn--ihqwcrb4cv8a8dqg056pqjye.test", "他们为什么不说中文.test"),
        ] {
            assert_eq!(unicode(ascii).as_deref(), Some(meant));
        }
        assert_eq!(unicode("plain.example"), None);
        assert_eq!(unicode("xn--!!.example"), None);
        assert_eq!(unicode("xn--99999999999.example"), None);
    }

    #[test]
    fn mixed_scripts_are_told() {
        let notes = notes(Kind::Url, "https://xn--pple-43d.com/login");
        assert_eq!(notes.len(), 2, "{notes:?}");
    }
}
