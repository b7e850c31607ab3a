//! Versions of a document: a number, or Semantic Versioning 2.0.0 (CSAF section 3.1.11, type `version_t`).

use std::cmp::Ordering;

/// A version of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revision<'a> {
    /// Major, minor, patch; a number N is N, 0, 0. As texts without leading zeros, for they may be of any length.
    core: [&'a str; 3],
    /// Whether it is one number.
    pub(crate) is_integer: bool,
    /// What stands after `-`; empty for none.
    pub(crate) pre_release: &'a str,
    /// What stands after `+`; empty for none.
    pub(crate) build: &'a str,
}

/// Reads a version. The JSON schema has the exact form; this takes what can be compared.
pub(crate) fn parse(text: &str) -> Option<Revision<'_>> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(text) {
        return Some(Revision { core: [trim(text), "0", "0"], is_integer: true, pre_release: "", build: "" });
    }
    let (rest, build) = text.split_once('+').unwrap_or((text, ""));
    let (core, pre_release) = rest.split_once('-').unwrap_or((rest, ""));
    let mut parts = core.split('.');
    let core = [parts.next()?, parts.next()?, parts.next()?];
    if parts.next().is_some() || !core.iter().all(|part| is_number(part)) {
        return None;
    }
    Some(Revision { core: core.map(trim), is_integer: false, pre_release, build })
}

fn trim(number: &str) -> &str {
    let trimmed = number.trim_start_matches('0');
    if trimmed.is_empty() { "0" } else { trimmed }
}

/// Compares numbers of any length, written without leading zeros.
pub(crate) fn compare_numbers(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

impl Revision<'_> {
    /// The major version; `None` when it is beyond any use.
    pub(crate) fn major(&self) -> Option<u64> {
        self.core[0].parse().ok()
    }

    /// Whether it is 0 or 0.y.z.
    pub(crate) fn is_zero(&self) -> bool {
        self.core[0] == "0"
    }

    /// The same without build metadata and, if told, without the part before the release.
    pub(crate) fn same_as(&self, other: &Self, without_pre_release: bool) -> bool {
        self.core == other.core
            && self.is_integer == other.is_integer
            && (without_pre_release || self.pre_release == other.pre_release)
    }
}

impl PartialOrd for Revision<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The precedence of Semantic Versioning, section 11; build metadata does not count.
impl Ord for Revision<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        for (a, b) in self.core.iter().zip(&other.core) {
            let order = compare_numbers(a, b);
            if order != Ordering::Equal {
                return order;
            }
        }
        compare_pre_releases(self.pre_release, other.pre_release)
    }
}

/// The precedence of the parts after `-`.
pub(crate) fn compare_pre_releases(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => {
                let numeric = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                match (numeric(a), numeric(b)) {
                    (true, true) => compare_numbers(trim(a), trim(b)),
                    (true, false) => Ordering::Less,
                    (false, true) => Ordering::Greater,
                    (false, false) => a.cmp(b),
                }
            }
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Semantic Versioning 2.0.0, section 11.4.4.
    #[test]
    fn precedence() {
        let order = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "2",
            "2.0.1",
            "10.0.0",
            "99999999999999999999999",
        ];
        for pair in order.windows(2) {
            assert!(parse(pair[0]) < parse(pair[1]), "{pair:?}");
        }
        assert!(parse("1.0").is_none() && parse("v1").is_none() && parse("").is_none());
    }
}
