//! The coordinator's catalogue: what is answered about, in blocks of whole projects.
//!
//! A line of the catalogue is one *project* with all the names that it goes by (package URLs, repositories, CPE names), and the block is
//! that of the project. If each name had a block of its own, whoever scans a project under three names would be seen in three blocks at
//! once, and their intersection is the project.
//!
//! Blocks are made when projects are added, in an order that a secret decides, and are never filled up: so nobody can choose with what a
//! project shares its block. What is removed is not answered about any more, and still stands for what was scanned while it was there:
//! if its scans vanished with it, the vanishing would tell that it was they. A block that has fewer than *k* left is silent from then on;
//! after a [`Rules::rest`], when nothing of that time is told any more, what it has left waits for a new one.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::Rules;
use super::answer::Placed;
use super::fault::{Code, Fault};
use super::intent::Entry;
use super::target::Target;

/// The most lines that may be added at once.
pub const MOST: usize = 20_000;
/// The most names of one project.
pub const MOST_NAMES: usize = 64;

/// All names of a project, as cells.
pub type Names = BTreeSet<String>;

/// A name of a project, as the catalogue keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The project: the first of the names that it was added with.
    pub project: String,
    /// The project's block, or 0 while it waits until there are enough for one.
    pub block: i64,
    /// Since when the name is in that block, microseconds since 1970. A scan that began before is not told there: otherwise the block
    /// would turn occupied in the hour in which the name was added.
    pub placed: i64,
    /// When it was removed.
    pub removed: Option<i64>,
}

/// A catalogue: names in their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// By name (cell).
    pub units: BTreeMap<String, Unit>,
}

/// When and how something is added.
#[derive(Clone, Copy, Debug)]
pub struct Adding<'a> {
    /// Microseconds since 1970.
    pub now: i64,
    /// The node's rules: *k* and the rest.
    pub rules: &'a Rules,
    /// Decides which projects come together; never used again.
    pub secret: &'a [u8; 32],
    /// The number of the first new block.
    pub next: i64,
}

/// A line has names of projects that are apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash(pub Vec<String>);

impl std::fmt::Display for Clash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} are in the catalogue as projects of their own", self.0.join(" and "))
    }
}

impl std::error::Error for Clash {}

/// A line of a catalogue: the names of one project, with blanks between them. Package URLs, CPE names, addresses of repositories;
/// networks have their blocks anyway.
///
/// # Errors
/// What is wrong with it.
pub fn names(line: &str, at: &str) -> Result<Names, Fault> {
    let names: Names = line.split_whitespace().map(|name| cell(name, at)).collect::<Result<_, _>>()?;
    if names.is_empty() || names.len() > MOST_NAMES {
        return Err(Fault::new(Code::Target, at, format!("a project has 1 to {MOST_NAMES} names")));
    }
    Ok(names)
}

fn cell(name: &str, at: &str) -> Result<String, Fault> {
    let given = Some(name.to_owned());
    let entry = match name {
        _ if name.starts_with("pkg:") => Entry { purl: given, ..Entry::default() },
        _ if name.starts_with("cpe:") => Entry { cpe: given, ..Entry::default() },
        _ => Entry { repository: given, ..Entry::default() },
    };
    Ok(Target::read(&entry, at)?.cells().swap_remove(0))
}

/// How many blocks [`Catalogue::add`] will make of so many projects.
pub fn blocks(projects: usize, k: usize) -> usize {
    projects / k.max(2)
}

/// Lines that share a name are one project.
fn joined(lines: &[Names]) -> Vec<Names> {
    let mut groups: Vec<Names> = Vec::new();
    let mut place: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines {
        let known: BTreeSet<usize> = line.iter().filter_map(|name| place.get(name).copied()).collect();
        let group = known.first().copied().unwrap_or(groups.len());
        if group == groups.len() {
            groups.push(Names::new());
        }
        let mut all = line.clone();
        for other in known {
            all.append(&mut groups[other]);
        }
        place.extend(all.iter().map(|name| (name.clone(), group)));
        groups[group] = all;
    }
    groups.retain(|group| !group.is_empty());
    groups
}

impl Catalogue {
    /// Adds projects, or more names to one that is there. What was placed stays; what waited is placed with the new, in blocks of *k*
    /// (the last of up to 2*k* - 1), in an order that the secret decides. What was removed comes back to its place, and is as good as
    /// new after a rest.
    ///
    /// # Errors
    /// A line joins what is apart. Nothing is changed.
    pub fn add(&mut self, lines: &[Names], adding: &Adding<'_>) -> Result<(), Clash> {
        let mut after = self.clone();
        after.release(adding);
        for names in joined(lines) {
            after.put(&names, adding)?;
        }
        after.place(adding);
        *self = after;
        Ok(())
    }

    /// Removes the project that has this name. `false`: it is not there.
    pub fn remove(&mut self, name: &str, now: i64) -> bool {
        let found = self.units.get(name).filter(|unit| unit.removed.is_none()).map(|u| u.project.clone());
        let Some(project) = found else { return false };
        for unit in self.units.values_mut().filter(|unit| unit.project == project) {
            unit.removed = unit.removed.or(Some(now));
        }
        true
    }

    /// What blocks that are silent for long have left waits for new ones.
    fn release(&mut self, Adding { now, rules, .. }: &Adding<'_>) {
        let live = self.live();
        let mut silent: BTreeMap<i64, i64> = BTreeMap::new();
        for unit in self.units.values().filter(|unit| unit.block != 0) {
            if let Some(removed) = unit.removed {
                let last = silent.entry(unit.block).or_default();
                *last = removed.max(*last);
            }
        }
        silent.retain(|block, last| {
            let left = live.get(block).map_or(0, BTreeSet::len);
            left < rules.k.max(2) && last.saturating_add(rules.rest()) <= *now
        });
        let left = |unit: &&Unit| unit.removed.is_none() && silent.contains_key(&unit.block);
        let left: BTreeSet<String> = self.units.values().filter(left).map(|u| u.project.clone()).collect();
        // With all names, so that a project is never in two blocks.
        for unit in self.units.values_mut().filter(|unit| left.contains(&unit.project)) {
            unit.block = 0;
        }
    }

    /// Puts one project in, without a block if it has none.
    fn put(&mut self, names: &Names, Adding { now, rules, .. }: &Adding<'_>) -> Result<(), Clash> {
        let long_ago = |unit: &Unit| unit.removed.is_some_and(|at| at.saturating_add(rules.rest()) <= *now);
        let known: BTreeMap<String, &String> = names
            .iter()
            .filter_map(|name| {
                self.units.get(name).filter(|unit| !long_ago(unit)).map(|u| (u.project.clone(), name))
            })
            .collect();
        if known.len() > 1 {
            return Err(Clash(known.into_values().cloned().collect()));
        }
        let project = match known.into_keys().next() {
            Some(project) => project,
            None => self.unused(names, *now),
        };
        let mut of_it = self.units.values().filter(|unit| unit.project == project && !long_ago(unit));
        let block = of_it.next().map_or(0, |unit| unit.block);
        for name in names {
            let there = self.units.get_mut(name).filter(|unit| unit.project == project && !long_ago(unit));
            match there {
                Some(unit) => unit.removed = None,
                None => {
                    let unit = Unit { project: project.clone(), block, placed: *now, removed: None };
                    self.units.insert(name.clone(), unit);
                }
            }
        }
        Ok(())
    }

    /// What to call a new project: its first name, if none is called so that once had it.
    fn unused(&self, names: &Names, now: i64) -> String {
        let first = names.first().cloned().unwrap_or_default();
        let taken = self.units.iter().any(|(name, unit)| unit.project == first && !names.contains(name));
        if taken { format!("{first} {now}") } else { first }
    }

    /// Makes blocks of what waits.
    fn place(&mut self, Adding { now, rules, secret, next }: &Adding<'_>) {
        let k = rules.k.max(2);
        let waiting = self.units.values().filter(|unit| unit.block == 0 && unit.removed.is_none());
        let waiting: BTreeSet<&String> = waiting.map(|unit| &unit.project).collect();
        let mut order: Vec<([u8; 32], String)> = waiting
            .into_iter()
            .map(|p| (Sha256::new().chain_update(secret).chain_update(p).finalize().into(), p.clone()))
            .collect();
        order.sort();
        let full = order.len() / k;
        if full == 0 {
            return;
        }
        let block = |n: usize| next.saturating_add(i64::try_from((n / k).min(full - 1)).unwrap_or(i64::MAX));
        let places: BTreeMap<String, i64> =
            order.into_iter().enumerate().map(|(n, (_, project))| (project, block(n))).collect();
        // Names that were removed while it waited go with it, so that they find their place when they come back.
        for unit in self.units.values_mut().filter(|unit| unit.block == 0) {
            if let Some(block) = places.get(&unit.project) {
                (unit.block, unit.placed) = (*block, *now);
            }
        }
    }

    /// The projects of each block that are not removed.
    fn live(&self) -> BTreeMap<i64, BTreeSet<&str>> {
        let mut live: BTreeMap<i64, BTreeSet<&str>> = BTreeMap::new();
        for unit in self.units.values().filter(|unit| unit.block != 0 && unit.removed.is_none()) {
            live.entry(unit.block).or_default().insert(&unit.project);
        }
        live
    }

    /// Where a name is, if it is answered about at all.
    pub fn place_of(&self, name: &str) -> Option<Placed> {
        let unit = self.units.get(name).filter(|unit| unit.block != 0 && unit.removed.is_none())?;
        let with = self.units.values().filter(|u| u.block == unit.block && u.removed.is_none());
        let members = with.map(|u| u.project.as_str()).collect::<BTreeSet<_>>().len();
        Some(Placed { block: unit.block, members })
    }

    /// In which blocks a scan of these names is told, if it began then.
    pub fn told<'n>(&self, names: impl IntoIterator<Item = &'n String>, began: i64) -> BTreeSet<i64> {
        let units = names.into_iter().filter_map(|name| self.units.get(name));
        units.filter(|unit| unit.block != 0 && unit.placed <= began).map(|unit| unit.block).collect()
    }
}
