//! Every published version of CWE: names, states and usage for mapping (data/cwe.tsv, made by scripts/advisory-tables.py).

use std::collections::BTreeMap;
use std::sync::LazyLock;

static VERSIONS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let lines = include_str!("../data/cwe-versions.tsv").lines();
    lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')).collect()
});

static WEAKNESSES: LazyLock<BTreeMap<u32, Vec<Weakness>>> = LazyLock::new(|| {
    let mut weaknesses: BTreeMap<u32, Vec<Weakness>> = BTreeMap::new();
    for line in include_str!("../data/cwe.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let mut next = || cells.next().unwrap_or("");
        let (number, first, last, state, usage, name) = (next(), next(), next(), next(), next(), next());
        if let (Ok(number), Ok(first), Ok(last)) = (number.parse(), first.parse(), last.parse()) {
            let weakness = Weakness { first, last, is_deprecated: state == "deprecated", usage, name };
            weaknesses.entry(number).or_default().push(weakness);
        }
    }
    weaknesses
});

/// A weakness in a run of versions.
pub(crate) struct Weakness {
    first: usize,
    last: usize,
    pub(crate) is_deprecated: bool,
    /// `Allowed`, `Allowed-with-Review`, `Discouraged`, `Prohibited`; empty before CWE 4.12.
    pub(crate) usage: &'static str,
    pub(crate) name: &'static str,
}

/// The place of a version in the order of publication; `None` for one not known here.
pub(crate) fn version(text: &str) -> Option<usize> {
    VERSIONS.iter().position(|(version, _)| *version == text)
}

/// Whether a version comes after all that are known here.
pub(crate) fn is_newer(text: &str) -> bool {
    let parts = |text: &str| text.split('.').map(|part| part.parse::<u64>().unwrap_or(0)).collect::<Vec<_>>();
    VERSIONS.last().is_some_and(|(last, _)| parts(text) > parts(last))
}

/// The version that was the newest on a day (`2024-01-21`).
pub(crate) fn newest_on(day: &str) -> Option<&'static str> {
    VERSIONS.iter().rev().find(|(_, released)| *released <= day).map(|(version, _)| *version)
}

/// The day of the newest version known here.
pub(crate) fn known_until() -> &'static str {
    VERSIONS.last().map_or("", |(_, day)| day)
}

/// A weakness of `CWE-79` form in a version.
pub(crate) fn weakness(id: &str, version: usize) -> Option<&'static Weakness> {
    runs(id).iter().find(|weakness| (weakness.first..=weakness.last).contains(&version))
}

/// A weakness in all versions.
pub(crate) fn runs(id: &str) -> &'static [Weakness] {
    let number = id.strip_prefix("CWE-").and_then(|number| number.parse().ok());
    number.and_then(|number: u32| WEAKNESSES.get(&number)).map_or(&[], Vec::as_slice)
}
