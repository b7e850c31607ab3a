//! Names in no list that the text itself introduces.
//!
//! By their form ([`super::forms`]) or by what is said of them ([`super::introduce`]). What is found once so is then
//! looked for in the whole text.

use super::forms::{forename, numbered, operation, surname};
use super::introduce::{aliases, introduced};
use super::mention::{Mention, in_detection, in_list};
use super::phrases::{Phrases, normal};
use super::prose::{Line, Prose, Shape, words};
use super::{proof, words};
use crate::{BlockKind, EntityKind, Provenance};
use std::collections::BTreeMap;

/// Votes for one discovered form.
#[derive(Default)]
struct Candidate {
    /// As first written.
    name: String,
    actor: u32,
    malware: u32,
    tool: u32,
    campaign: u32,
    /// Introduced outright (`dubbed X`), or of an unmistakable form.
    certain: bool,
    /// Introduced as a campaign: `Operation X`, `a campaign dubbed X`.
    operation: bool,
    /// Places where it is a language, a program or a firm.
    product: u32,
    /// The form itself looks like malware's: `ZLoader`.
    shaped: bool,
    /// Sentences that voted, and the last of them.
    lines: u32,
    last: usize,
    /// Name and id of the entity that the text says it is.
    of: Option<(String, Option<String>)>,
}

/// The votes of a document.
#[derive(Default)]
pub(super) struct Ballot {
    candidates: BTreeMap<String, Candidate>,
}

impl Ballot {
    /// What stands at the words `from..to` is called a `kind` here.
    #[allow(clippy::too_many_arguments, reason = "one call for one pattern reads best flat")]
    pub fn vote(
        &mut self,
        prose: &Prose<'_>,
        line: &Line,
        from: usize,
        to: usize,
        kind: EntityKind,
        weight: u32,
        certain: bool,
    ) {
        let name = prose.span(from, to).of(prose.text);
        let c = self.candidates.entry(normal(name)).or_default();
        if c.name.is_empty() {
            name.clone_into(&mut c.name);
        }
        match kind {
            EntityKind::Actor => c.actor += weight,
            EntityKind::Tool => c.tool += weight,
            EntityKind::Campaign => c.campaign += weight,
            _ => c.malware += weight,
        }
        c.certain |= certain;
        c.operation |= certain && kind == EntityKind::Campaign;
        if c.lines == 0 || c.last != line.from {
            c.lines += 1;
            c.last = line.from;
        }
    }

    /// The word at `at` is formed like a name of malware.
    pub fn shape(&mut self, prose: &Prose<'_>, at: usize) {
        let name = prose.span(at, at + 1).of(prose.text);
        let c = self.candidates.entry(normal(name)).or_default();
        if c.name.is_empty() {
            name.clone_into(&mut c.name);
        }
        c.shaped = true;
    }

    /// The word is a language, a program or a firm here.
    pub fn product(&mut self, prose: &Prose<'_>, at: usize) {
        let name = prose.span(at, at + 1).of(prose.text);
        let c = self.candidates.entry(normal(name)).or_default();
        if c.name.is_empty() {
            name.clone_into(&mut c.name);
        }
        c.product += 1;
    }

    /// What stands at the words `from..to` is another name of `known`.
    pub fn alias(&mut self, prose: &Prose<'_>, line: &Line, from: usize, to: usize, known: &Mention) {
        self.vote(prose, line, from, to, known.kind, 3, true);
        let form = normal(prose.span(from, to).of(prose.text));
        if let Some(c) = self.candidates.get_mut(&form)
            && c.of.is_none()
        {
            c.of = Some((known.name.clone(), known.id.clone()));
        }
    }

    /// Leaves what could be a name.
    fn settle(&mut self) {
        let products: Vec<String> = self
            .candidates
            .iter()
            .filter(|(_, c)| c.product > 0 && c.product * 4 >= c.actor + c.malware + c.tool)
            .map(|(form, _)| form.clone())
            .collect();
        self.candidates.retain(|form, c| {
            let votes = c.actor + c.malware + c.tool + c.campaign;
            let first = form.split(' ').next().unwrap_or("");
            // An ordinary word needs more than one sentence that says what it is.
            let common = words::is_common(form) && !(c.lines >= 3 && votes >= 6) && c.of.is_none();
            (votes > 0 || c.shaped)
                && !words::never_a_name(form)
                && !common
                && !products.iter().any(|p| p == form || p == first)
        });
    }
}

/// Adds mentions of names by their form and by how the text introduces them.
pub(super) fn extend(prose: &Prose<'_>, mentions: &mut Vec<Mention>) {
    let mut ballot = Ballot::default();
    let mut taken = Taken { mentions, at: 0 };
    for line in &prose.lines {
        let title = prose.title_case(line);
        for i in line.from..line.to {
            if taken.holds(i) || prose.words.get(i).is_none_or(|w| w.masked) {
                continue;
            }
            if let Some(to) = operation(prose, line, i, title) {
                ballot.vote(prose, line, i, to, EntityKind::Campaign, 3, true);
                continue;
            }
            let formed = numbered(prose, line, i)
                .or_else(|| surname(prose, line, i, title))
                .or_else(|| forename(prose, line, i, title));
            if let Some(to) = formed {
                ballot.vote(prose, line, i, to, EntityKind::Actor, 3, true);
                continue;
            }
            if !title {
                introduced(prose, line, i, &mut ballot);
            }
        }
    }
    aliases(prose, mentions, &mut ballot);
    ballot.settle();
    let candidates = ballot.candidates;
    if candidates.is_empty() {
        return;
    }
    let index = Phrases::new(candidates.keys().map(|form| (form.as_str(), form.clone())));
    let counts = count(prose, mentions, &index, &candidates);
    let kinds: BTreeMap<&str, EntityKind> = candidates
        .iter()
        .filter_map(|(form, c)| {
            let &(places, company) = counts.get(form.as_str())?;
            Some((form.as_str(), elect(form, c, places, company)?))
        })
        .collect();
    let mut new = Vec::new();
    let mut taken = Taken { mentions, at: 0 };
    for (l, line) in prose.lines.iter().enumerate() {
        let mut i = line.from;
        while i < line.to {
            let free = !taken.holds(i);
            let found = index.at(prose, i, line.to).find_map(|(n, form)| {
                let (c, kind) = (candidates.get(form)?, *kinds.get(form.as_str())?);
                (free && stands(prose, line, i, i + n, c)).then_some((n, form, c, kind))
            });
            let Some((n, form, c, kind)) = found else {
                i += 1;
                continue;
            };
            // An ordinary word at the start of a sentence is itself.
            let plain = line.from == i && words::is_common(form) && !acts(prose, i + n);
            if !plain {
                new.push(Mention {
                    kind,
                    name: c.of.as_ref().map_or_else(|| c.name.clone(), |of| of.0.clone()),
                    id: c.of.as_ref().and_then(|of| of.1.clone()),
                    role: None,
                    confidence: if c.certain { proof::COINED } else { proof::VOTED },
                    provenance: Provenance::Inferred,
                    span: prose.span(i, i + n),
                    from: i,
                    to: i + n,
                    line: l,
                });
            }
            i += n;
        }
    }
    mentions.extend(new);
    mentions.sort_by_key(|m| (m.span.start, m.span.end));
}

/// How often each form stands free in the text, and how often in a list with known names.
fn count<'c>(
    prose: &Prose<'_>,
    mentions: &[Mention],
    index: &Phrases<String>,
    candidates: &'c BTreeMap<String, Candidate>,
) -> BTreeMap<&'c str, (u32, u32)> {
    let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    let mut taken = Taken { mentions, at: 0 };
    for line in &prose.lines {
        for i in line.from..line.to {
            if taken.holds(i) {
                continue;
            }
            for (n, form) in index.at(prose, i, line.to) {
                if let Some((form, c)) = candidates.get_key_value(form)
                    && stands(prose, line, i, i + n, c)
                {
                    let (places, company) = counts.entry(form).or_default();
                    *places += 1;
                    *company += u32::from(taken.beside(prose, i, i + n));
                }
            }
        }
    }
    counts
}

/// Whether the words `from..to`, which spell a candidate, are written as its name is.
fn stands(prose: &Prose<'_>, line: &Line, from: usize, to: usize, c: &Candidate) -> bool {
    if in_detection(prose, line, from) || (from..to).any(|k| prose.words.get(k).is_none_or(|w| w.masked)) {
        return false;
    }
    let written = prose.span(from, to).of(prose.text);
    // Discovered names keep their capitals; a whole line in capitals is forgiven. In `PurpleWave stealer` the noun
    // is no part of the name.
    let same = written == c.name || (written.len() > 4 && written == c.name.to_uppercase());
    let noun = to - from > 1 && prose.shape(to - 1) == Shape::Lower && prose.is(to - 1, words::MALWARE);
    same || (c.certain && prose.capital(from) && !noun)
}

/// What a form is the name of, if the votes are enough.
fn elect(form: &str, c: &Candidate, places: u32, company: u32) -> Option<EntityKind> {
    // To be listed with known names counts as a word or two.
    let shaped = if c.shaped { 2 } else { 0 };
    let said = c.actor + c.malware + c.tool + c.campaign + company.min(2);
    let votes = said + shaped;
    let camel = c.name.split(' ').any(is_camel);
    let enough = c.certain
        || votes >= 4
        || (said >= 1 && votes >= 3 && camel)
        || (said >= 2 && camel && places >= 2)
        || (said >= 2 && places >= 4 && !words::is_common(form));
    if !enough {
        return None;
    }
    // `the X campaign` is mostly called after an actor or a malware.
    let campaign = if c.operation || c.actor + c.malware == 0 { c.campaign } else { 0 };
    [
        (campaign, EntityKind::Campaign),
        (c.tool, EntityKind::Tool),
        (c.actor, EntityKind::Actor),
        (c.malware + shaped, EntityKind::Malware),
    ]
    .into_iter()
    .max_by_key(|(n, _)| *n)
    .map(|(_, kind)| kind)
}

/// Whether a verb of existence or action follows, as after a name.
fn acts(prose: &Prose<'_>, to: usize) -> bool {
    prose.gap(to.saturating_sub(1)) == " "
        && prose.shape(to) == Shape::Lower
        && (prose.is(to, words::ACTOR_VERBS)
            || prose.is(to, words!("is was has can will then also still"))
            || (prose.word(to).len() >= 4 && prose.word(to).ends_with('s')))
}

/// Walks along the words that mentions have taken.
struct Taken<'m> {
    mentions: &'m [Mention],
    at: usize,
}

impl Taken<'_> {
    fn holds(&mut self, i: usize) -> bool {
        while self.mentions.get(self.at).is_some_and(|m| m.to <= i) {
            self.at += 1;
        }
        self.mentions.get(self.at).is_some_and(|m| m.from <= i)
    }

    /// Whether the words `from..to`, which no mention has taken, stand in a list with one that is taken.
    fn beside(&self, prose: &Prose<'_>, from: usize, to: usize) -> bool {
        let threat = |m: &Mention| matches!(m.kind, EntityKind::Malware | EntityKind::Actor);
        let left = self.at.checked_sub(1).and_then(|k| self.mentions.get(k));
        left.is_some_and(|m| threat(m) && in_list(prose, m.to, from))
            || self.mentions.get(self.at).is_some_and(|m| threat(m) && in_list(prose, to, m.from))
    }
}

/// A capitalised word that could be a name.
pub(super) fn name_like(prose: &Prose<'_>, line: &Line, i: usize) -> bool {
    let word = prose.word(i);
    let capital = match prose.shape(i) {
        Shape::Title | Shape::Upper => true,
        Shape::Mixed => word.chars().any(char::is_uppercase),
        _ => false,
    };
    capital
        && (3..=24).contains(&word.len())
        && word.is_ascii()
        && !is_product(word)
        && prose.words.get(i).is_some_and(|w| !w.masked)
        && !matches!(prose.kind(line), BlockKind::Heading(_) | BlockKind::TableCell { header: true, .. })
        && !words::never_a_name(&word.to_ascii_lowercase())
        // File names and members of code.
        && !(i + 1 < line.to && matches!(prose.gap(i), "." | "_" | "(" | "=") && prose.shape(i + 1) == Shape::Lower)
        && !(i > line.from && matches!(prose.gap(i - 1), "." | "_" | "=" | "/" | "$" | "%" | "#"))
}

/// An inner capital, or letters and digits mixed: `MirrorBlast`, `FK_Undead`, `M00nD3V`.
pub(super) fn is_camel(word: &str) -> bool {
    let lower = word.chars().any(|c| c.is_ascii_lowercase());
    let inner = word.chars().skip(1).any(|c| c.is_ascii_uppercase());
    let start = word.chars().next().is_some_and(|c| c.is_ascii_uppercase());
    let digit_inside = word.len() > 4
        && word.char_indices().any(|(i, c)| c.is_ascii_digit() && i > 0 && i + 1 < word.len())
        && word.chars().filter(|c| c.is_ascii_alphabetic()).count() >= 3;
    (lower && inner && (start || word.len() >= 5)) || (digit_inside && lower)
}

/// Whether the word is a product, a format, a firm or a trade term.
pub(super) fn is_product(word: &str) -> bool {
    words::is_product(&word.to_ascii_lowercase())
}
