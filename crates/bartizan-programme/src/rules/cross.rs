//! What the parts of the rules say of each other.

use std::collections::{BTreeMap, BTreeSet};

use super::act::{Act, ActRule};
use super::parts::{
    Check, Edition, Level, LevelRule, Requirement, Role, Separation, Severity, Side, Suite, WindowRule,
};
use super::read::Placed;
use crate::fault::Code;
use crate::table::Found;
use crate::word::Id;

/// The parts that could be read, and where they stand.
pub(super) struct Read<'r> {
    pub(super) checks: &'r Placed<Check>,
    pub(super) roles: &'r Placed<(Id, Role)>,
    pub(super) separations: &'r Placed<Separation>,
    pub(super) acts: Option<&'r BTreeMap<Act, ActRule>>,
    pub(super) agreements: &'r Placed<Requirement>,
    pub(super) levels: &'r Placed<(Level, LevelRule)>,
    pub(super) suites: &'r Placed<Suite>,
    pub(super) severities: &'r Placed<Severity>,
    pub(super) editions: &'r Placed<Edition>,
    pub(super) pauses: Option<&'r (WindowRule, Placed<Id>)>,
    pub(super) at: usize,
}

pub(super) fn look(read: &Read<'_>, found: &mut Found<'_>) {
    once(read.checks, |check| check.id.as_str(), "check", found);
    once(read.roles, |(id, _)| id.as_str(), "role", found);
    once(read.agreements, |one| one.kind.as_str(), "agreement", found);
    once(read.levels, |(id, _)| id.as_str(), "level", found);
    once(read.suites, |suite| suite.id.as_str(), "suite", found);
    once(read.severities, |one| one.id.as_str(), "severity", found);
    once(read.editions, |one| one.id.as_str(), "edition", found);
    if let Some((_, pauses)) = read.pauses {
        once(pauses, Id::as_str, "window.pause", found);
    }
    for (some, what) in [
        (read.roles.is_empty(), "role"),
        (read.levels.is_empty(), "level"),
        (read.severities.is_empty(), "severity"),
        (read.editions.is_empty(), "edition"),
    ] {
        if some {
            found.add(Code::RulesMissing, read.at, format!("there is no [[{what}]]"));
        }
    }
    roles(read, found);
    if let Some(acts) = read.acts {
        two_people(read, acts, found);
    }
    agreements(read, found);
    levels(read.levels, found);
    editions(read.editions, found);
}

fn once<T>(all: &Placed<T>, name: impl Fn(&T) -> &str, what: &str, found: &mut Found<'_>) {
    let mut seen = BTreeSet::new();
    for (one, at) in all {
        if !seen.insert(name(one)) {
            found.add(Code::RulesTwice, *at, format!("[[{what}]] `{}` is there twice", name(one)));
        }
    }
}

/// Every role that is named is there.
fn roles(read: &Read<'_>, found: &mut Found<'_>) {
    let known: BTreeSet<&Id> = read.roles.iter().map(|((id, _), _)| id).collect();
    let mut look = |role: &Id, at: usize, place: &str| {
        if !known.contains(role) {
            found.add(
                Code::RulesReference,
                at,
                format!("{place} names the role `{role}`, which no [[role]] has"),
            );
        }
    };
    for (pair, at) in read.separations {
        look(&pair.roles.0, *at, "[[separation]]");
        look(&pair.roles.1, *at, "[[separation]]");
    }
    for (act, rule) in read.acts.into_iter().flatten() {
        rule.by.iter().chain(&rule.second).for_each(|role| look(role, rule.at, &format!("acts.{act}")));
    }
}

/// An act that needs two people can have two; the determination does.
fn two_people(read: &Read<'_>, acts: &BTreeMap<Act, ActRule>, found: &mut Found<'_>) {
    for (act, rule) in acts {
        if rule.by.is_empty() {
            found.add(Code::RulesNobody, rule.at, format!("nobody may do `{act}`"));
        }
        // The first event has no window in which a second person could stand.
        if *act == Act::Submit && !rule.second.is_empty() {
            found.add(Code::RulesTwoPeople, rule.at, "`submit` has no second person: name one for `accept`");
        }
    }
    let Some(rule) = acts.get(&Act::Determine) else { return };
    if rule.second.is_empty() || rule.by.intersection(&rule.second).next().is_some() {
        let message = "a determination is signed off by two roles: `by` and `second` have no role in common";
        found.add(Code::RulesTwoPeople, rule.at, message);
    }
    let sides: BTreeMap<&Id, Side> = read.roles.iter().map(|((id, role), _)| (id, role.side)).collect();
    let developer = |role: &&Id| sides.get(role) == Some(&Side::Developer);
    if let Some(role) = rule.by.iter().chain(&rule.second).find(developer) {
        let message = format!("`{role}` is of the developer, who does not determine about its own model");
        found.add(Code::RulesTwoPeople, rule.at, message);
    }
}

fn agreements(read: &Read<'_>, found: &mut Found<'_>) {
    let given: BTreeSet<Level> = read.levels.iter().map(|((level, _), _)| *level).collect();
    for (requirement, at) in read.agreements {
        if let Some(level) = requirement.levels.iter().find(|level| !given.contains(level)) {
            let message =
                format!("[[agreement]] `{}` is for {level}, which no [[level]] has", requirement.kind);
            found.add(Code::RulesReference, *at, message);
        }
        if requirement.signed_by.is_empty() || requirement.levels.is_empty() {
            let message = format!(
                "[[agreement]] `{}` has nobody who signs it, or no level that needs it",
                requirement.kind
            );
            found.add(Code::RulesValue, *at, message);
        }
    }
}

/// A deeper level permits what the one above it does.
fn levels(levels: &Placed<(Level, LevelRule)>, found: &mut Found<'_>) {
    let mut sorted: Vec<_> = levels.iter().collect();
    sorted.sort_by_key(|((level, _), _)| *level);
    for pair in sorted.windows(2) {
        let (((lower, less), _), ((higher, more), at)) = (pair[0], pair[1]);
        let holds = less.endpoints.is_subset(&more.endpoints)
            && less.internals.is_subset(&more.internals)
            && (!less.safeguards_off || more.safeguards_off);
        if !holds {
            found.add(Code::RulesOrder, *at, format!("{higher} does not permit all that {lower} does"));
        }
    }
    for ((level, rule), at) in levels {
        if rule.endpoints.is_empty() {
            found.add(Code::RulesValue, *at, format!("{level} permits no endpoint"));
        }
    }
}

/// An edition shows nothing that the one before it does not.
fn editions(editions: &Placed<Edition>, found: &mut Found<'_>) {
    for pair in editions.windows(2) {
        let ((more, _), (less, at)) = (&pair[0], &pair[1]);
        if let Some(label) = less.shows.iter().find(|label| !more.shows.contains(label)) {
            let message = format!(
                "[[edition]] `{}` shows `{}`, which `{}` before it does not: order them from who sees most",
                less.id,
                label.as_str(),
                more.id
            );
            found.add(Code::RulesOrder, *at, message);
        }
    }
}
