//! The index of the pack's names, with the spellings writers use for them.

use super::phrases::{Phrases, normal};
use super::prose::Prose;
use super::words;
use bartizan_knowledge::{Entry, Name, NameKind, Pack};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// One reading of a name: which entry it would be, and how far to trust it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sense {
    /// Index into the pack's entries.
    pub entry: u32,
    pub kind: NameKind,
    /// The spelling in the list.
    pub listed: &'static str,
    /// Needs context.
    pub ambiguous: bool,
    /// A spelling we made from a listed one (joined, split, with a hyphen).
    pub variant: bool,
}

/// Names and what they may mean.
#[derive(Debug)]
pub(super) struct NameIndex {
    /// Each form with its part of `senses`.
    forms: Phrases<(u32, u32)>,
    senses: Vec<Sense>,
}

impl NameIndex {
    /// Names that start at word `i` and end before word `to`, longest first: number of words and senses.
    pub fn at<'a>(
        &'a self,
        prose: &'a Prose<'_>,
        i: usize,
        to: usize,
    ) -> impl Iterator<Item = (usize, &'a [Sense])> + 'a {
        self.forms.at(prose, i, to).map(|(words, &(from, to))| {
            (words, self.senses.get(from as usize..to as usize).unwrap_or_default())
        })
    }
}

/// Dual-use programs that the pack's lists do not hold.
const EXTRA_TOOLS: &str = include_str!("../../data/extra-tools.txt");

/// Names that two sources give to different things, so that no list's word for whose they are can be taken:
/// `IRIDIUM` is Sandworm to one vendor and an Iranian group to another, and a list takes TrueBot for FlawedAmmyy.
const CONTESTED: &[(&str, NameKind)] = &[("IRIDIUM", NameKind::Actor), ("TrueBot", NameKind::Malware)];

/// The pack's entries and names with our own few added, and each name's normal form.
pub(super) fn lists(pack: &'static Pack) -> (Vec<Entry<'static>>, Vec<(Name<'static>, String)>) {
    let mut entries = pack.entries().to_vec();
    let mut names: Vec<_> = pack.names().iter().map(|n| (n.clone(), normal(n.text))).collect();
    let tools: Vec<(String, &str)> = words::lines(EXTRA_TOOLS).map(|tool| (normal(tool), tool)).collect();
    let extra: BTreeSet<&str> = tools.iter().map(|(form, _)| form.as_str()).collect();
    // A list of malware that holds a dual-use program does not make it malware.
    names.retain(|(n, form)| {
        let malware =
            entries.get(n.entry as usize).is_some_and(|e| e.kind == NameKind::Malware && e.id.is_none());
        !(malware && extra.contains(form.as_str()))
    });
    // An actor may be called so as well (`Iodine`); the program is meant more often.
    let mut missing: BTreeSet<String> = tools.iter().map(|(form, _)| form.clone()).collect();
    for (name, form) in &names {
        let acts = entries
            .get(name.entry as usize)
            .is_some_and(|e| matches!(e.kind, NameKind::Actor | NameKind::Campaign));
        if !acts {
            missing.remove(form);
        }
    }
    for (form, tool) in tools.into_iter().filter(|(form, _)| missing.contains(form)) {
        names.push((Name { text: tool, entry: entries.len() as u32, ambiguous: false }, form));
        entries.push(Entry { kind: NameKind::Tool, name: tool, id: None, country: None });
    }
    names.retain(|(n, _)| !CONTESTED.iter().any(|(name, _)| name.eq_ignore_ascii_case(n.text)));
    for &(name, kind) in CONTESTED {
        names.push((Name { text: name, entry: entries.len() as u32, ambiguous: false }, normal(name)));
        entries.push(Entry { kind, name, id: None, country: None });
    }
    (entries, names)
}

/// Builds the index.
pub(super) fn index<'f>(entries: &[Entry<'static>], names: &'f [(Name<'static>, String)]) -> NameIndex {
    // (hash of the form, order, form, sense): sorting numbers costs less than a tree of strings, and this happens at
    // every start of the program.
    let mut all: Vec<(u64, u32, Cow<'f, str>, Sense)> = Vec::with_capacity(names.len() * 3 / 2);
    for (name, form) in names {
        let Some(entry) = entries.get(name.entry as usize) else { continue };
        if matches!(entry.kind, NameKind::Sector | NameKind::Country | NameKind::Vendor) {
            continue;
        }
        let letters = form.chars().filter(|c| c.is_alphanumeric()).count();
        // Ids ("G0016") and bare numbers are read elsewhere or mean nothing.
        if letters < 2
            || !form.chars().any(char::is_alphabetic)
            || words::never_a_name(form)
            || is_id(name.text)
        {
            continue;
        }
        // `AutoIt` is an alias of some malware and a language in most reports.
        let product = entry.kind != NameKind::Tool && words::is_product(form);
        let ambiguous = name.ambiguous || letters <= 3 || words::is_common(form) || product;
        let sense =
            Sense { entry: name.entry, kind: entry.kind, listed: name.text, ambiguous, variant: false };
        let mut add = |form: Cow<'f, str>, variant: bool, ambiguous: bool| {
            let (hash, order) = (words::long_hash(&form), all.len() as u32);
            all.push((hash, order, form, Sense { variant, ambiguous, ..sense }));
        };
        if !ambiguous {
            for other in variants(name.text, form) {
                add(other.into(), true, false);
            }
        }
        // `Raccoon` for `Raccoon Stealer`, once the text has said the whole.
        if let Some(short) = headless(form) {
            add(short.into(), true, true);
        }
        add(form.as_str().into(), false, ambiguous);
    }
    all.sort_unstable_by_key(|(hash, order, ..)| (*hash, *order));
    let mut senses: Vec<Sense> = Vec::with_capacity(all.len());
    let mut forms = Vec::with_capacity(all.len());
    for group in all.chunk_by(|a, b| a.0 == b.0) {
        let from = senses.len();
        // A listed spelling drives out a made one. But a group may be called so in short beside a malware: `Gorgon`
        // for the Gorgon Group.
        let made = group.iter().all(|(.., s)| s.variant);
        let actor = group.iter().any(|(.., s)| !s.variant && s.kind == NameKind::Actor);
        let stays = |s: &Sense| made || !s.variant || (s.ambiguous && s.kind == NameKind::Actor && !actor);
        for (.., sense) in group.iter().filter(|(.., s)| stays(s)) {
            let known = senses.get(from..).unwrap_or_default();
            if !known.iter().any(|s| s.entry == sense.entry && s.variant == sense.variant) {
                senses.push(*sense);
            }
        }
        let form = group.first().map_or("", |(_, _, form, _)| form);
        // A made spelling that is an ordinary word is none.
        let needs_context = senses.get(from..).unwrap_or_default().iter().all(|s| s.ambiguous);
        if made && (words::never_a_name(form) || (words::is_common(form) && !needs_context)) {
            senses.truncate(from);
            continue;
        }
        senses[from..].sort_by_key(|s| (s.kind, s.entry));
        forms.push((form, (from as u32, senses.len() as u32)));
    }
    NameIndex { forms: Phrases::new(forms), senses }
}

/// `G0016`, `S0154`, `C0024`.
fn is_id(name: &str) -> bool {
    let mut chars = name.chars();
    matches!(chars.next(), Some('G' | 'S' | 'C')) && name.len() == 5 && chars.all(|c| c.is_ascii_digit())
}

/// Spellings writers use for a listed one: `APT 28` for `APT28`, `SmokeLoader` for `Smoke Loader`, and back.
fn variants(listed: &str, form: &str) -> Vec<String> {
    let mut out = Vec::new();
    let words: Vec<&str> = form.split(' ').collect();
    let letters = form.len() - (words.len() - 1);
    match words.as_slice() {
        [one] => {
            // `APT28` -> `apt 28`
            let digits = one.find(|c: char| c.is_ascii_digit()).unwrap_or(one.len());
            if (2..=6).contains(&digits)
                && digits < one.len()
                && one.get(digits..).is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()))
            {
                out.push(format!("{} {}", one.get(..digits).unwrap_or(""), one.get(digits..).unwrap_or("")));
            }
            // `SmokeLoader` -> `smoke loader`
            if let Some(split) = camel(listed)
                && split >= 3
                && one.len() - split >= 3
                && one.is_ascii()
                && one.get(split..).is_some_and(|tail| {
                    [
                        "loader", "stealer", "rat", "bot", "locker", "miner", "door", "dropper", "strike",
                        "kit", "crypt",
                    ]
                    .iter()
                    .any(|end| tail.ends_with(end))
                })
            {
                out.push(format!("{} {}", one.get(..split).unwrap_or(""), one.get(split..).unwrap_or("")));
            }
        }
        [a, b] if letters >= 5 && b.bytes().all(|c| c.is_ascii_digit()) => out.push(format!("{a}{b}")),
        [a, b] if letters >= 8 && a.len() >= 3 && b.len() >= 3 => out.push(format!("{a}{b}")),
        _ => {}
    }
    out
}

/// A name without its head noun, where enough remains.
fn headless(form: &str) -> Option<&str> {
    let short = match form.rsplit_once(' ') {
        Some((short, head))
            if words::MALWARE.has(super::prose::hash(head)) || matches!(head, "group" | "gang" | "team") =>
        {
            short
        }
        Some(_) => return None,
        None => form.strip_suffix("rat").or_else(|| form.strip_suffix("stealer"))?,
    };
    (short.len() >= 4 && !words::never_a_name(short) && !words::is_product(short)).then_some(short)
}

/// What is left of a normal form without its head noun: `winnti` of `winnti group`.
pub(super) fn stem(form: &str) -> &str {
    headless(form).unwrap_or(form)
}

/// Where the only inner capital of `SmokeLoader` stands.
fn camel(name: &str) -> Option<usize> {
    let mut at = name.char_indices().skip(1).filter(|(_, c)| c.is_uppercase()).map(|(i, _)| i);
    match (at.next(), at.next()) {
        (Some(i), None) if name.chars().next().is_some_and(char::is_uppercase) => Some(i),
        _ => None,
    }
}
