//! Technique ids of labels: followed to the pack in use, counted where they could not be.

use bartizan_knowledge::{Pack, Resolution};
use std::collections::{BTreeMap, BTreeSet};

/// What became of the ids of a labelled set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdCounts {
    /// Revoked ids and how often each was followed to its successor.
    pub followed: BTreeMap<(String, String), usize>,
    /// Withdrawn ids without a successor and how often each was left out.
    pub deprecated: BTreeMap<String, usize>,
    /// Ids that the pack does not know and how often each was left out.
    pub unknown: BTreeMap<String, usize>,
}

/// What counts as the same technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credit {
    /// The id must match.
    Exact,
    /// A sub-technique counts as its parent.
    Parent,
}

/// The parent of a sub-technique, else the technique itself.
pub fn parent(id: &str) -> &str {
    match id.rsplit_once('.') {
        Some((head, _)) if head != "AML" => head,
        _ => id,
    }
}

/// The id as the pack writes it: `t1059/001` is `T1059.001`.
fn tidy(id: &str) -> String {
    id.trim().to_ascii_uppercase().replace('/', ".")
}

impl IdCounts {
    /// The live id behind `id`; none, and counted, if there is none.
    pub(super) fn follow(&mut self, pack: &Pack, id: &str) -> Option<String> {
        let id = tidy(id);
        match pack.resolve(&id) {
            Resolution::Current if pack.technique(&id).is_some() => Some(id),
            Resolution::Replaced(now) if pack.technique(now).is_some() => {
                *self.followed.entry((id, now.to_owned())).or_default() += 1;
                Some(now.to_owned())
            }
            Resolution::Deprecated => {
                *self.deprecated.entry(id).or_default() += 1;
                None
            }
            // Groups and software have ids and successors as well.
            Resolution::Current | Resolution::Replaced(_) | Resolution::Unknown => {
                *self.unknown.entry(id).or_default() += 1;
                None
            }
        }
    }
}

/// Into a closed list of labels, where there is one (a finer id counts for its parent on the list), then to the credit.
pub(super) fn project(id: &str, universe: Option<&BTreeSet<String>>, credit: Credit) -> Option<String> {
    let id = match universe {
        Some(u) if !u.contains(id) => parent(id),
        _ => id,
    };
    if universe.is_some_and(|u| !u.contains(id)) {
        return None;
    }
    Some(if credit == Credit::Parent { parent(id) } else { id }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ATT&CK 17 merged DLL side-loading (T1574.002) into T1574.001; T1064 was deprecated.
    #[test]
    fn ids_are_followed_or_counted() {
        let pack = Pack::built_in();
        let mut counts = IdCounts::default();
        assert_eq!(counts.follow(pack, " t1059/001 ").as_deref(), Some("T1059.001"));
        assert_eq!(counts.follow(pack, "T1574.002").as_deref(), Some("T1574.001"));
        assert_eq!(counts.follow(pack, "T1064"), None);
        assert_eq!(counts.follow(pack, "T9999"), None);
        assert_eq!((counts.followed.len(), counts.deprecated.len(), counts.unknown.len()), (1, 1, 1));
    }

    /// S0209 (Darkmoon) was revoked by S0012 (PoisonIvy): software, no technique.
    #[test]
    fn software_is_no_label() {
        let mut counts = IdCounts::default();
        assert_eq!(Pack::built_in().resolve("S0209"), Resolution::Replaced("S0012"));
        assert_eq!(counts.follow(Pack::built_in(), "S0209"), None);
        assert_eq!(counts.follow(Pack::built_in(), "S0012"), None);
        assert_eq!((counts.followed.len(), counts.unknown.len()), (0, 2));
    }

    #[test]
    fn a_closed_list_takes_children_of_its_parents() {
        let universe: BTreeSet<String> = ["T1027", "T1003.001"].map(String::from).into();
        let exact = |id| project(id, Some(&universe), Credit::Exact);
        assert_eq!(exact("T1027.009").as_deref(), Some("T1027"));
        assert_eq!(exact("T1003.001").as_deref(), Some("T1003.001"));
        assert_eq!(exact("T1003.002"), None);
        assert_eq!(project("AML.T0051.001", None, Credit::Parent).as_deref(), Some("AML.T0051"));
    }
}
