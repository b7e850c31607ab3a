//! The registered decision points of SSVC (data/ssvc.tsv) and namespaces (CERT/CC, SSVC, "Namespaces").

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A decision point.
pub(crate) struct Point {
    pub(crate) name: &'static str,
    /// Keys and names of its values, in order.
    pub(crate) values: Vec<(&'static str, &'static str)>,
}

type Points = BTreeMap<(&'static str, &'static str, &'static str), Point>;

static POINTS: LazyLock<Points> = LazyLock::new(|| {
    let mut points = BTreeMap::new();
    for line in include_str!("../data/ssvc.tsv").lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        if let [namespace, key, version, name, values @ ..] = cells.as_slice() {
            let values = values.iter().filter_map(|value| value.split_once('=')).collect();
            points.insert((*namespace, *key, *version), Point { name, values });
        }
    }
    points
});

/// A namespace taken apart: `ssvc//.example.test#refined` is an extension of `ssvc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Namespace<'a> {
    /// What stands before the first slash.
    pub(crate) base: &'a str,
    /// What stands after it; empty for none.
    pub(crate) extension: &'a str,
}

/// What a base namespace is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It has published decision points.
    Registered,
    /// `example` and `test`: for documentation and tests, always accepted.
    Reserved,
    /// `invalid`: never accepted.
    Invalid,
    /// `x_…` and all else.
    Unregistered,
}

/// Takes a namespace apart.
pub(crate) fn namespace(text: &str) -> Namespace<'_> {
    let (base, extension) = text.split_once('/').unwrap_or((text, ""));
    Namespace { base, extension }
}

impl Namespace<'_> {
    /// What its base is. A fragment (`test#part`) belongs to the base's owner.
    pub(crate) fn kind(&self) -> Kind {
        match self.base.split('#').next().unwrap_or("") {
            "example" | "test" => Kind::Reserved,
            "invalid" => Kind::Invalid,
            _ if self.base.starts_with("x_") => Kind::Unregistered,
            _ if POINTS.keys().any(|(namespace, _, _)| *namespace == self.base) => Kind::Registered,
            _ => Kind::Unregistered,
        }
    }
}

/// A decision point.
pub(crate) fn point(namespace: &str, key: &str, version: &str) -> Option<&'static Point> {
    // Some two hundred: looking through them is quick.
    let wanted = (namespace, key, version);
    POINTS
        .iter()
        .find(|((space, name, number), _)| (*space, *name, *number) == wanted)
        .map(|(_, point)| point)
}

/// The newest version of a decision point.
pub(crate) fn newest(namespace: &str, key: &str) -> Option<&'static str> {
    let numbers =
        |text: &str| text.split('.').map(|part| part.parse::<u64>().unwrap_or(0)).collect::<Vec<_>>();
    let versions = POINTS
        .keys()
        .filter(|(space, name, _)| (*space, *name) == (namespace, key))
        .map(|(_, _, version)| *version);
    versions.max_by_key(|version| numbers(version))
}
