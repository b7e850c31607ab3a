//! Block lists: the indicators of a report, one file for each kind, as text and as CSV.
//!
//! Values are raw, for machines. What stands on a list of common names is commented out in the text form: blocking it would
//! hurt more than it helps until somebody has looked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use bartizan::{Analysis, NodeRef, ObservableKind as Kind, Verdict, exchange};

use super::{Item, Plan, facts, words};

/// Kinds that something can block or alert on by value alone.
const KINDS: [Kind; 21] = [
    Kind::Ipv4,
    Kind::Ipv6,
    Kind::Cidr,
    Kind::Domain,
    Kind::Onion,
    Kind::Url,
    Kind::Email,
    Kind::Md5,
    Kind::Sha1,
    Kind::Sha256,
    Kind::Sha384,
    Kind::Sha512,
    Kind::Imphash,
    Kind::Ja3,
    Kind::Ja4,
    Kind::UserAgent,
    Kind::CertThumbprint,
    Kind::CertSerial,
    Kind::Npm,
    Kind::Pypi,
    Kind::AndroidPackage,
];

/// Indicators of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockList {
    /// The kind.
    pub kind: Kind,
    /// Its members, each once, in the order of the text.
    pub items: Vec<Item>,
}

/// The lists of an analysis: indicators only.
pub(crate) fn of(analysis: &Analysis) -> Vec<BlockList> {
    let mut by_kind: BTreeMap<Kind, (BTreeSet<&str>, Vec<Item>)> = BTreeMap::new();
    for (i, o) in analysis.observables.iter().enumerate() {
        if o.verdict == Verdict::Indicator && KINDS.contains(&o.kind) {
            let (seen, items) = by_kind.entry(o.kind).or_default();
            if seen.insert(&o.value) {
                items.push(facts::item(i, o));
            }
        }
    }
    by_kind.into_iter().map(|(kind, (_, items))| BlockList { kind, items }).collect()
}

/// `response/blocklists/ipv4.txt`, `.csv` and so on.
pub(crate) fn files(plan: &Plan, analysis: &Analysis) -> Vec<(String, Vec<u8>)> {
    let marking = exchange::marking(analysis).as_str();
    let title = words::title(analysis);
    let mut files = Vec::with_capacity(2 * plan.lists.len());
    for list in &plan.lists {
        let path = |end: &str| format!("response/blocklists/{}.{end}", list.kind.as_str());
        files.push((path("txt"), text(list, marking, &title).into_bytes()));
        files.push((path("csv"), csv(list, marking, &title, analysis).into_bytes()));
    }
    files
}

/// One value on a line; comments begin with `#`.
fn text(list: &BlockList, marking: &str, title: &str) -> String {
    let mut out = format!(
        "# {marking}\n# {title}\n# {} of the report, for review before blocking\n",
        list.kind.as_str()
    );
    for item in &list.items {
        if item.caution.is_empty() && !item.value.starts_with('#') {
            let _ = writeln!(out, "{}", item.value);
        } else {
            let _ = writeln!(out, "# look first ({}): {}", item.caution, item.value);
        }
    }
    out
}

/// RFC 4180, with the marking as a comment in front; no cell is read as a formula.
fn csv(list: &BlockList, marking: &str, title: &str, analysis: &Analysis) -> String {
    let mut out = format!("# {marking}\r\nvalue,type,confidence,caution,report\r\n");
    for item in &list.items {
        let confidence = match item.node {
            NodeRef::Observable(i) => {
                analysis.observables.get(i as usize).map_or(0.0, |o| o.confidence.get())
            }
            _ => 0.0,
        };
        // What begins like a comment would be read as one.
        let comment = if item.value.starts_with('#') { "'" } else { "" };
        let value = format!("{comment}{}", item.value);
        let sure = format!("{confidence:.2}");
        let cells = [value.as_str(), list.kind.as_str(), &sure, &item.caution, title];
        exchange::csv::row(&mut out, cells);
    }
    out
}
