//! The index of the pack's names, with the spellings writers use for them.

use super::phrases::{Phrases, normal};
use super::words;
use bartizan_knowledge::{Entry, Name, NameKind, Pack};
use std::collections::{BTreeMap, BTreeSet};

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
pub(super) type NameIndex = Phrases<Vec<Sense>>;

/// Dual-use programs that the pack's lists do not hold.
const EXTRA_TOOLS: &str = include_str!("../../data/extra-tools.txt");

/// The pack's entries and names with our own few added.
pub(super) fn lists(pack: &'static Pack) -> (Vec<Entry<'static>>, Vec<Name<'static>>) {
    let (mut entries, mut names) = (pack.entries().to_vec(), pack.names().to_vec());
    let known: BTreeSet<String> = names.iter().map(|n| normal(n.text)).collect();
    for tool in words::lines(EXTRA_TOOLS) {
        if !known.contains(&normal(tool)) {
            names.push(Name { text: tool, entry: entries.len() as u32, ambiguous: false });
            entries.push(Entry { kind: NameKind::Tool, name: tool, id: None, country: None });
        }
    }
    (entries, names)
}

/// Builds the index.
pub(super) fn index(entries: &[Entry<'static>], names: &[Name<'static>]) -> NameIndex {
    let mut forms: BTreeMap<String, Vec<Sense>> = BTreeMap::new();
    for name in names {
        let Some(entry) = entries.get(name.entry as usize) else { continue };
        if matches!(entry.kind, NameKind::Sector | NameKind::Country | NameKind::Vendor) {
            continue;
        }
        let form = normal(name.text);
        let letters = form.chars().filter(|c| c.is_alphanumeric()).count();
        // Ids ("G0016") and bare numbers are read elsewhere or mean nothing.
        if letters < 2
            || !form.chars().any(char::is_alphabetic)
            || words::never_a_name(&form)
            || is_id(name.text)
        {
            continue;
        }
        let ambiguous = name.ambiguous || letters <= 3 || words::is_common(&form);
        let sense =
            Sense { entry: name.entry, kind: entry.kind, listed: name.text, ambiguous, variant: false };
        let mut add = |form: String, variant: bool, ambiguous: bool| {
            let senses = forms.entry(form).or_default();
            if !senses.iter().any(|s| s.entry == sense.entry && s.variant == variant) {
                senses.push(Sense { variant, ambiguous, ..sense });
            }
        };
        if !ambiguous {
            for other in variants(name.text, &form) {
                add(other, true, false);
            }
        }
        // `Raccoon` for `Raccoon Stealer`, once the text has said the whole.
        if let Some(short) = headless(&form) {
            add(short.to_owned(), true, true);
        }
        add(form, false, ambiguous);
    }
    // A listed spelling drives out a made one.
    for senses in forms.values_mut() {
        if senses.iter().any(|s| !s.variant) {
            senses.retain(|s| !s.variant);
        }
        senses.sort_by_key(|s| (s.kind, s.entry));
    }
    // A made spelling that is an ordinary word is none.
    forms.retain(|form, senses| {
        !(senses.iter().all(|s| s.variant) && (words::never_a_name(form) || words::is_common(form)))
    });
    Phrases::new(forms)
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

/// Where the only inner capital of `SmokeLoader` stands.
fn camel(name: &str) -> Option<usize> {
    let mut at = name.char_indices().skip(1).filter(|(_, c)| c.is_uppercase()).map(|(i, _)| i);
    match (at.next(), at.next()) {
        (Some(i), None) if name.chars().next().is_some_and(char::is_uppercase) => Some(i),
        _ => None,
    }
}
