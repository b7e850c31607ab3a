//! The blind answer.

use std::collections::{BTreeMap, BTreeSet};

use super::target::Target;
use super::{DAY, Rules};
use crate::set::closed_set;
use crate::token;

closed_set! {
    /// What is told of a part of a scope.
    Seen {
        /// Nobody is at it, or was lately.
        Clear = "clear",
        /// Somebody was at a part of it lately.
        Lately = "lately",
        /// Somebody is at a part of it, or has announced it.
        Now = "now",
        /// Nothing is told; the coordinator sees it and writes where there is something to say.
        Mediated = "mediated",
    }
}

/// The block that a cell is in, and how many members it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The block: a number of the catalogue.
    pub block: i64,
    /// How many projects are in it.
    pub members: usize,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The name of the intent outside.
    pub intent: &'a str,
    /// What it is about.
    pub targets: &'a [Target],
    /// Where cells are in the catalogue; a cell that is not here is in none.
    pub places: &'a BTreeMap<String, Placed>,
    /// How many other organisations there are on the node that could be the one.
    pub others: usize,
}

/// Somebody else's intent in a block. Intents of the asker's own organisation, and those that wait for an owner, are none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Presence {
    /// `net:…`, or the number of a block of the catalogue.
    pub block: String,
    /// Since when it is active, microseconds since 1970.
    pub began: i64,
    /// Until when it means to be.
    pub until: i64,
    /// Until when it is held.
    pub lease: i64,
    /// When it was ended (stopped, withdrawn), if it was.
    pub ended: Option<i64>,
}

/// What is told of a part of the asker's scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What to call it by towards the coordinator: made from the asker's own intent, and the same whatever others do.
    pub handle: String,
    /// The asker's own targets in it.
    pub scope: Vec<String>,
    /// What is told.
    pub seen: Seen,
    /// Until about when somebody means to be at it: the end of a day (UTC), microseconds since 1970.
    pub until: Option<i64>,
}

/// The beginning of the period of a moment: answers are about it.
pub fn tick(now: i64, rules: &Rules) -> i64 {
    now.div_euclid(rules.period.max(1)) * rules.period.max(1)
}

/// The names of the blocks in which a target is; `None` if it is in a place of which nothing is told.
pub fn blocks(target: &Target, places: &BTreeMap<String, Placed>, k: usize) -> Option<BTreeSet<String>> {
    let cells = target.cells();
    let block = |cell: &String| match cell.strip_prefix("net:") {
        Some(_) => Some(cell.clone()),
        None => {
            places.get(cell).filter(|p| p.block > 0 && p.members >= k.max(2)).map(|p| p.block.to_string())
        }
    };
    let found: BTreeSet<String> = cells.iter().map(block).collect::<Option<_>>()?;
    (!found.is_empty()).then_some(found)
}

/// What is told to who asks, part by part, in the order of their targets.
pub fn answer(asking: &Asking<'_>, presences: &[Presence], rules: &Rules, now: i64) -> Vec<Part> {
    let tick = tick(now, rules);
    let enough = asking.others >= rules.k.max(2);
    let mut parts: Vec<(Option<BTreeSet<String>>, Vec<String>)> = Vec::new();
    for target in asking.targets {
        let key = blocks(target, asking.places, rules.k).filter(|_| enough);
        match parts.iter_mut().find(|(known, _)| *known == key) {
            Some((_, scope)) => scope.push(target.text()),
            None => parts.push((key, vec![target.text()])),
        }
    }
    parts
        .into_iter()
        .map(|(key, scope)| {
            let handle =
                format!("p-{}", &token::digest(&format!("{}\n{}", asking.intent, scope.join("\n")))[..12]);
            let (seen, until) = match key {
                None => (Seen::Mediated, None),
                Some(blocks) => seen(&blocks, presences, rules, tick),
            };
            Part { handle, scope, seen, until }
        })
        .collect()
}

fn seen(blocks: &BTreeSet<String>, presences: &[Presence], rules: &Rules, tick: i64) -> (Seen, Option<i64>) {
    let here = || presences.iter().filter(|p| blocks.contains(&p.block) && p.began <= tick);
    let active =
        |p: &&Presence| p.lease >= tick && p.until > tick && p.ended.is_none_or(|ended| ended > tick);
    if let Some(until) = here().filter(active).map(|p| p.until).max() {
        return (Seen::Now, Some(day_after(until)));
    }
    let lately = here().any(|p| {
        let end = p.lease.min(p.until).min(p.ended.unwrap_or(i64::MAX));
        // What was held for a moment only claims nothing.
        end >= p.began.saturating_add(rules.period) && end >= tick.saturating_sub(rules.lately)
    });
    (if lately { Seen::Lately } else { Seen::Clear }, None)
}

/// The end of the day, UTC.
fn day_after(moment: i64) -> i64 {
    moment.div_euclid(DAY).saturating_add(i64::from(moment.rem_euclid(DAY) != 0)).saturating_mul(DAY)
}
