//! The index of the pack's names, with the spellings writers use for them.

use super::phrases::{Phrases, normal};
use bartizan_knowledge::{Entry, Name, NameKind};
use std::collections::BTreeMap;

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

/// Builds the index from the pack's lists.
pub(super) fn index(entries: &'static [Entry<'static>], names: &'static [Name<'static>]) -> NameIndex {
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
            || super::words::never_a_name(&form)
            || is_id(name.text)
        {
            continue;
        }
        let ambiguous = name.ambiguous || letters <= 3 || super::words::is_common(&form);
        let sense =
            Sense { entry: name.entry, kind: entry.kind, listed: name.text, ambiguous, variant: false };
        let mut add = |form: String, variant: bool| {
            let senses = forms.entry(form).or_default();
            if !senses.iter().any(|s| s.entry == sense.entry && s.variant == variant) {
                senses.push(Sense { variant, ..sense });
            }
        };
        if !ambiguous {
            for other in variants(name.text, &form) {
                add(other, true);
            }
        }
        add(form, false);
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
        !(senses.iter().all(|s| s.variant)
            && (super::words::never_a_name(form) || super::words::is_common(form)))
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

/// Where the only inner capital of `SmokeLoader` stands.
fn camel(name: &str) -> Option<usize> {
    let mut at = name.char_indices().skip(1).filter(|(_, c)| c.is_uppercase()).map(|(i, _)| i);
    match (at.next(), at.next()) {
        (Some(i), None) if name.chars().next().is_some_and(char::is_uppercase) => Some(i),
        _ => None,
    }
}
