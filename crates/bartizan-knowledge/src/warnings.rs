//! Tables behind the warning lists. Each value carries a mask of the lists it is on, so there may be 64.

use crate::Error;
use crate::facts::{bytes, decode};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Most lists a pack may have: one bit each.
pub(crate) const MAX_LISTS: usize = 64;

fn bit(list: u8) -> Result<u64, Error> {
    1u64.checked_shl(u32::from(list))
        .ok_or_else(|| Error::new(format!("warning list {list}: at most {MAX_LISTS}")))
}

/// Names in a block: one is found whole, the others are read as what differs from the one before.
const BLOCK: usize = 16;

/// Host names to masks: names spelt backwards, sorted, front-coded in blocks of [`BLOCK`].
///
/// An `fst` would be a third smaller, but its reader panics on bytes made to mislead it, and a pack comes from
/// outside. Nothing is decoded before it is looked up.
///
/// Wire: number of names, masks in use, block offsets (all `u32`/`u64` little endian), rows. A row is the number of
/// bytes shared with the name before, the number of further bytes, those bytes, and the position of the mask.
#[derive(Debug, Default)]
pub(crate) struct Domains<'a> {
    masks: Vec<u64>,
    blocks: Vec<u32>,
    rows: &'a [u8],
}

impl<'a> Domains<'a> {
    pub(crate) fn encode(rows: &[(&str, u8)]) -> Result<Vec<u8>, Error> {
        let mut names: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
        for (name, list) in rows {
            if name.len() > 255 || name.is_empty() {
                return Err(Error::new(format!("warning domains: {name:?} is no host name")));
            }
            *names.entry(name.bytes().rev().collect()).or_default() |= bit(*list)?;
        }
        let mut masks: Vec<u64> = names.values().copied().collect();
        masks.sort_unstable();
        masks.dedup();
        if masks.len() > 256 {
            return Err(Error::new("warning domains: more than 256 combinations of lists".into()));
        }
        let (mut blocks, mut out, mut before) = (Vec::<u32>::new(), Vec::new(), &[][..]);
        for (i, (name, mask)) in names.iter().enumerate() {
            let shared = if i % BLOCK == 0 {
                blocks.push(out.len() as u32);
                0
            } else {
                name.iter().zip(before).take_while(|(a, b)| a == b).count()
            };
            out.extend([shared as u8, (name.len() - shared) as u8]);
            out.extend_from_slice(&name[shared..]);
            out.push(masks.binary_search(mask).unwrap_or_default() as u8);
            before = name;
        }
        bytes(&(masks, blocks, serde_bytes(&out)))
    }

    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, Error> {
        let (masks, blocks, rows): (Vec<u64>, Vec<u32>, &'a [u8]) = decode(bytes, "warning domains")?;
        Ok(Self { masks, blocks, rows })
    }

    /// Whether every row can be read and the names rise.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let mut before = Vec::new();
        for (i, &at) in self.blocks.iter().enumerate() {
            let end = self.blocks.get(i + 1).map_or(self.rows.len(), |&e| e as usize);
            let rows = self.rows.get(at as usize..end);
            let mut rows =
                rows.ok_or_else(|| Error::new("section warning domains: a block is out of range".into()))?;
            let mut name = Vec::new();
            while let Some((mask, rest)) = row(rows, &mut name) {
                if name <= before || usize::from(mask) >= self.masks.len() {
                    return Err(Error::new("section warning domains: not sorted".into()));
                }
                before.clone_from(&name);
                rows = rest;
            }
            if !rows.is_empty() {
                return Err(Error::new("section warning domains: a row is cut off".into()));
            }
        }
        Ok(())
    }

    pub(crate) fn mask(&self, host: &str) -> u64 {
        let key: Vec<u8> = host.bytes().rev().collect();
        // The first name of a block is written whole.
        let first = |at: u32| match self.rows.get(at as usize..)? {
            [0, more, rest @ ..] => rest.get(..usize::from(*more)),
            _ => None,
        };
        let after = self.blocks.partition_point(|&at| first(at).is_some_and(|name| name <= &key[..]));
        let Some(at) = after.checked_sub(1).and_then(|i| self.blocks.get(i)) else { return 0 };
        let mut rows = self.rows.get(*at as usize..).unwrap_or_default();
        let mut name = Vec::new();
        for _ in 0..BLOCK {
            let Some((mask, rest)) = row(rows, &mut name) else { return 0 };
            if name == key {
                return self.masks.get(usize::from(mask)).copied().unwrap_or(0);
            }
            rows = rest;
        }
        0
    }
}

/// Reads one row over the name before it; returns its mask and what follows.
fn row<'b>(rows: &'b [u8], name: &mut Vec<u8>) -> Option<(u8, &'b [u8])> {
    let [shared, more, rest @ ..] = rows else { return None };
    let text = rest.get(..usize::from(*more))?;
    let [mask, rest @ ..] = rest.get(usize::from(*more)..)? else { return None };
    if usize::from(*shared) > name.len() {
        return None;
    }
    name.truncate(usize::from(*shared));
    name.extend_from_slice(text);
    Some((*mask, rest))
}

/// Bytes as serde bytes, which postcard gives back without copying.
fn serde_bytes(bytes: &[u8]) -> impl serde::Serialize + '_ {
    struct Raw<'a>(&'a [u8]);
    impl serde::Serialize for Raw<'_> {
        fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            s.serialize_bytes(self.0)
        }
    }
    Raw(bytes)
}

/// A range on the wire: distance from the end of the range before it, and its length less one.
type Deltas<N> = Vec<(N, N)>;

/// Address ranges of each list; IPv4 apart, as nearly all are and half the width decodes in half the time.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    v4: Vec<(u8, Vec<(u32, u32)>)>,
    v6: Vec<(u8, Vec<(u128, u128)>)>,
}

/// The two tables on the wire.
type Tables = (Vec<(u8, Deltas<u32>)>, Vec<(u8, Deltas<u128>)>);

impl Addresses {
    pub(crate) fn encode(rows: &[(IpAddr, IpAddr, u8)]) -> Result<Vec<u8>, Error> {
        let mut v4: BTreeMap<u8, Vec<(u128, u128)>> = BTreeMap::new();
        let mut v6: BTreeMap<u8, Vec<(u128, u128)>> = BTreeMap::new();
        for (first, last, list) in rows {
            bit(*list)?;
            let (table, first, last) = match (first, last) {
                (IpAddr::V4(a), IpAddr::V4(b)) => (&mut v4, u32::from(*a).into(), u32::from(*b).into()),
                (IpAddr::V6(a), IpAddr::V6(b)) => (&mut v6, u128::from(*a), u128::from(*b)),
                _ => {
                    return Err(Error::new(format!(
                        "warning addresses: {first} and {last} are of two families"
                    )));
                }
            };
            if first > last {
                return Err(Error::new("warning addresses: a range ends before it starts".into()));
            }
            table.entry(*list).or_default().push((first, last));
        }
        let v4 = v4.into_iter().map(|(list, ranges)| {
            // Differences of IPv4 numbers fit.
            (list, deltas(ranges).into_iter().map(|(a, b)| (a as u32, b as u32)).collect())
        });
        let wire: Tables =
            (v4.collect(), v6.into_iter().map(|(list, ranges)| (list, deltas(ranges))).collect());
        bytes(&wire)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let (v4, v6): Tables = decode(bytes, "warning addresses")?;
        let overflow = || Error::new("section warning addresses: a range overflows".into());
        let mut table = Self::default();
        for (list, deltas) in v4 {
            bit(list)?;
            table.v4.push((list, ranges(&deltas, u32::checked_add).ok_or_else(overflow)?));
        }
        for (list, deltas) in v6 {
            bit(list)?;
            table.v6.push((list, ranges(&deltas, u128::checked_add).ok_or_else(overflow)?));
        }
        Ok(table)
    }

    pub(crate) fn mask(&self, ip: IpAddr) -> u64 {
        let ip = match ip {
            IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4),
            ip => ip,
        };
        match ip {
            IpAddr::V4(ip) => mask(&self.v4, u32::from(ip)),
            IpAddr::V6(ip) => mask(&self.v6, u128::from(ip)),
        }
    }
}

/// Sorts and joins ranges, and writes each as distance and length.
fn deltas(mut ranges: Vec<(u128, u128)>) -> Deltas<u128> {
    ranges.sort_unstable();
    let mut merged: Vec<(u128, u128)> = Vec::new();
    for (first, last) in ranges {
        match merged.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    let mut at = 0;
    let delta = |(first, last)| {
        let row = (first - at, last - first);
        at = last;
        row
    };
    merged.into_iter().map(delta).collect()
}

fn ranges<N: Copy + Default>(deltas: &[(N, N)], add: impl Fn(N, N) -> Option<N>) -> Option<Vec<(N, N)>> {
    let mut at = N::default();
    let mut ranges = Vec::with_capacity(deltas.len());
    for (skip, length) in deltas {
        let first = add(at, *skip)?;
        at = add(first, *length)?;
        ranges.push((first, at));
    }
    Some(ranges)
}

fn mask<N: Copy + Ord>(lists: &[(u8, Vec<(N, N)>)], ip: N) -> u64 {
    let holds = |ranges: &[(N, N)]| {
        let after = ranges.partition_point(|r| r.0 <= ip);
        after.checked_sub(1).and_then(|i| ranges.get(i)).is_some_and(|r| ip <= r.1)
    };
    lists.iter().filter(|(_, ranges)| holds(ranges)).fold(0, |mask, (list, _)| mask | bit(*list).unwrap_or(0))
}

/// Bytes kept of a hash: all of an MD5, and of longer ones enough that no accident makes two agree.
const KEPT: usize = 16;

/// Hashes, by list, as sorted rows of [`KEPT`] bytes.
#[derive(Debug, Default)]
pub(crate) struct Hashes<'a> {
    lists: Vec<(u8, &'a [u8])>,
}

impl<'a> Hashes<'a> {
    pub(crate) fn encode(rows: &[(Vec<u8>, u8)]) -> Result<Vec<u8>, Error> {
        let mut lists: BTreeMap<u8, std::collections::BTreeSet<&[u8]>> = BTreeMap::new();
        for (hash, list) in rows {
            bit(*list)?;
            let kept =
                hash.get(..KEPT).ok_or_else(|| Error::new("warning hashes: shorter than an MD5".into()))?;
            lists.entry(*list).or_default().insert(kept);
        }
        let wire: Vec<(u8, Vec<u8>)> = lists
            .into_iter()
            .map(|(list, set)| (list, set.into_iter().flatten().copied().collect()))
            .collect();
        bytes(&wire)
    }

    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, Error> {
        let lists: Vec<(u8, &'a [u8])> = decode(bytes, "warning hashes")?;
        for (list, rows) in &lists {
            bit(*list)?;
            let (rows, rest) = rows.as_chunks::<KEPT>();
            if !rest.is_empty() || !rows.is_sorted_by(|a, b| a < b) {
                return Err(Error::new("section warning hashes: not sorted".into()));
            }
        }
        Ok(Self { lists })
    }

    pub(crate) fn mask(&self, hash: &str) -> u64 {
        let Some(key) = hex(hash) else { return 0 };
        let holds = |rows: &[u8]| rows.as_chunks::<KEPT>().0.binary_search(&key).is_ok();
        self.lists
            .iter()
            .filter(|(_, rows)| holds(rows))
            .fold(0, |mask, (list, _)| mask | bit(*list).unwrap_or(0))
    }
}

/// First bytes of a hash written in hexadecimal; `None` if it is no hash of a usual length.
fn hex(hash: &str) -> Option<[u8; KEPT]> {
    if !matches!(hash.len(), 32 | 40 | 56 | 64 | 96 | 128) || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; KEPT];
    for (byte, pair) in key.iter_mut().zip(hash.as_bytes().as_chunks::<2>().0) {
        let digit = |b: u8| (b as char).to_digit(16).unwrap_or(0) as u8;
        *byte = digit(pair[0]) << 4 | digit(pair[1]);
    }
    Some(key)
}
