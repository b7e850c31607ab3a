//! Name matching (NISTIR 7696): how the set of products of one name lies to that of another.

use super::{Attribute, Cpe, Value, symbols};

/// The relation of a source to a target (tables 6-1 and 6-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The source means more than the target, or as much.
    Superset,
    /// The source means less than the target, or as much.
    Subset,
    /// Both mean the same.
    Equal,
    /// Nothing is meant by both.
    Disjoint,
    /// Not defined: the target has a wildcard, or the attributes point in different directions.
    Undefined,
}

/// Compares one attribute (section 6.3, table 6-2).
pub fn compare_attributes(source: &Value, target: &Value) -> Relation {
    match (source, target) {
        (_, target) if target.has_wildcard() => Relation::Undefined,
        (source, target) if source == target => Relation::Equal,
        (Value::Any, _) => Relation::Superset,
        (_, Value::Any) => Relation::Subset,
        (Value::NotApplicable, _) | (_, Value::NotApplicable) => Relation::Disjoint,
        (Value::Text(source), Value::Text(target)) => {
            let target: Vec<char> = symbols(target).map(|(c, _)| c).collect();
            let pattern: Vec<_> = symbols(source).collect();
            if covers(&pattern, &target) { Relation::Superset } else { Relation::Disjoint }
        }
    }
}

/// Compares names (section 6.2, table 6-4).
pub fn compare_names(source: &Cpe, target: &Cpe) -> Relation {
    let (mut superset, mut subset) = (true, true);
    let mut undefined = false;
    for attribute in Attribute::ALL {
        match compare_attributes(source.get(attribute), target.get(attribute)) {
            Relation::Disjoint => return Relation::Disjoint,
            Relation::Equal => {}
            Relation::Superset => subset = false,
            Relation::Subset => superset = false,
            Relation::Undefined => undefined = true,
        }
    }
    match (superset, subset) {
        _ if undefined => Relation::Undefined,
        (true, true) => Relation::Equal,
        (true, false) => Relation::Superset,
        (false, true) => Relation::Subset,
        (false, false) => Relation::Undefined,
    }
}

/// Wildcards stand at the ends only: an asterisk for any characters, each question mark for at most one.
fn covers(pattern: &[(char, bool)], target: &[char]) -> bool {
    let wild = |p: &(char, bool)| !p.1 && matches!(p.0, '*' | '?');
    let lead = pattern.iter().take_while(|p| wild(p)).count();
    let trail = pattern[lead..].iter().rev().take_while(|p| wild(p)).count();
    let room = |part: &[(char, bool)]| if part.iter().any(|p| p.0 == '*') { usize::MAX } else { part.len() };
    let (before, after) = (room(&pattern[..lead]), room(&pattern[pattern.len() - trail..]));
    let core: Vec<char> = pattern[lead..pattern.len() - trail].iter().map(|p| p.0).collect();
    if core.len() > target.len() {
        return false;
    }
    (0..=target.len() - core.len())
        .take_while(|at| *at <= before)
        .any(|at| target[at..].starts_with(&core) && target.len() - core.len() - at <= after)
}
