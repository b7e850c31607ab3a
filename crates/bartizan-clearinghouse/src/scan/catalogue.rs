//! The coordinator's catalogue: what is answered about, in blocks.
//!
//! Blocks are made when things are added, in an order that a secret decides, and never change: a thing that has a block keeps it, and a
//! block never gets a member more. So nobody can choose with what a thing shares its block, and nobody learns anything from a block that
//! was made anew.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::fault::Fault;
use super::intent::Entry;
use super::target::Target;

/// The most members that may be added at once.
pub const MOST: usize = 20_000;

/// Things in their places: a block, or 0 for what waits until there are enough for one.
pub type Places = BTreeMap<String, i64>;

/// The cell of one line of a catalogue: a package URL, a CPE name, or the address of a repository. Networks have their blocks anyway.
///
/// # Errors
/// What is wrong with it.
pub fn cell(line: &str, at: &str) -> Result<String, Fault> {
    let given = Some(line.to_owned());
    let entry = match line {
        _ if line.starts_with("pkg:") => Entry { purl: given, ..Entry::default() },
        _ if line.starts_with("cpe:") => Entry { cpe: given, ..Entry::default() },
        _ => Entry { repository: given, ..Entry::default() },
    };
    let target = Target::read(&entry, at)?;
    Ok(target.cells().swap_remove(0))
}

/// Puts new things into blocks of `k` (the last of up to `2k - 1`), in an order that the secret decides. `next` is the number of the
/// first new block. What was placed stays; what waited is placed with the new. Returns what is to be kept: all that is new or has moved
/// from waiting.
pub fn grow(known: &Places, new: &BTreeSet<String>, k: usize, secret: &[u8; 32], next: i64) -> Places {
    let k = k.max(2);
    let waiting = known.iter().filter(|(_, block)| **block == 0).map(|(cell, _)| cell);
    let fresh: BTreeSet<&String> =
        new.iter().filter(|cell| !known.contains_key(*cell)).chain(waiting).collect();
    let mut order: Vec<([u8; 32], &String)> = fresh
        .into_iter()
        .map(|cell| (Sha256::new().chain_update(secret).chain_update(cell).finalize().into(), cell))
        .collect();
    order.sort();
    let full = order.len() / k;
    let block = |n: usize| match full {
        0 => 0,
        full => next.saturating_add(i64::try_from((n / k).min(full - 1)).unwrap_or(i64::MAX)),
    };
    order.iter().enumerate().map(|(n, (_, cell))| ((*cell).clone(), block(n))).collect()
}

/// How many blocks [`grow`] will make of so many things.
pub fn blocks(things: usize, k: usize) -> usize {
    things / k.max(2)
}
