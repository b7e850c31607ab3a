//! Techniques by name: the pack's names and a curated list of other names ([`LIST`], `lexicon.txt`).

use super::phrases::{Match, Phrases};
use super::tokens::{Token, tokenize};
use bartizan_knowledge::{Domain, Pack, Resolution};
use std::collections::BTreeMap;

/// The curated list. Its head says how to read it.
pub const LIST: &str = include_str!("lexicon.txt");

/// One line of [`LIST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The technique; none for a phrase that names nothing.
    pub id: Option<&'a str>,
    /// The phrase.
    pub phrase: &'a str,
    /// Why it is listed.
    pub reason: &'a str,
}

/// The entries of [`LIST`], in order.
pub fn lines() -> impl Iterator<Item = Line<'static>> {
    LIST.lines().filter(|l| !l.starts_with('#')).filter_map(|l| {
        let mut fields = l.split(" | ").map(str::trim);
        let (id, phrase, reason) = (fields.next()?, fields.next()?, fields.next()?);
        Some(Line { id: (id != "-").then_some(id), phrase, reason })
    })
}

/// How a phrase came to name a technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naming {
    /// `Parent: Sub-technique`, as ATT&CK writes it.
    Full,
    /// The technique's name.
    Name,
    /// A listed other name.
    Alias,
}

/// What one phrase means: the techniques of that name, one for each domain it occurs in.
#[derive(Debug)]
struct Meaning {
    naming: Naming,
    techniques: Vec<u32>,
}

/// A name found in a sentence.
#[derive(Clone, Copy, Debug)]
pub struct Named<'l> {
    /// First token.
    pub first: usize,
    /// One past the last token.
    pub end: usize,
    /// How it names.
    pub naming: Naming,
    /// Indices into [`Pack::techniques`], at most one for each domain.
    pub techniques: &'l [u32],
}

/// All names, ready to be found.
#[derive(Debug)]
pub struct Lexicon {
    phrases: Phrases,
    meanings: Vec<Meaning>,
}

/// A phrase as its token hashes: what matching compares.
fn key(phrase: &str) -> Vec<u32> {
    let mut tokens = Vec::new();
    tokenize(phrase, &mut tokens);
    tokens.iter().map(|t| t.hash).collect()
}

impl Lexicon {
    /// Reads the pack's names and the list.
    pub fn new(pack: &Pack) -> Self {
        let techniques = pack.techniques();
        let index: BTreeMap<&str, u32> =
            techniques.iter().enumerate().map(|(i, t)| (t.id, i as u32)).collect();
        let mut stop = Vec::new();
        let mut named: BTreeMap<Vec<u32>, (&str, Naming, Vec<u32>)> = BTreeMap::new();
        for line in lines() {
            match line.id {
                None => stop.push(key(line.phrase)),
                Some(id) => {
                    let current = match pack.resolve(id) {
                        Resolution::Current => id,
                        Resolution::Replaced(new) => new,
                        Resolution::Deprecated | Resolution::Unknown => continue,
                    };
                    if let Some(&i) = index.get(current) {
                        let k = key(line.phrase);
                        // A name of one word ("Kerberoasting") is listed where it means nothing else.
                        let own = techniques.get(i as usize).is_some_and(|t| key(t.name) == k);
                        let naming = if own { Naming::Name } else { Naming::Alias };
                        named.entry(k).or_insert((line.phrase, naming, vec![])).2.push(i);
                    }
                }
            }
        }
        stop.sort_unstable();
        // Several techniques of one domain share a name ("Domains"): alone it says nothing.
        let mut bare: BTreeMap<Vec<u32>, (&str, Vec<u32>)> = BTreeMap::new();
        let mut full = Vec::new();
        for (i, t) in techniques.iter().enumerate() {
            let simple = t.name.split(" (").next().unwrap_or(t.name);
            let k = key(simple);
            if k.len() > 1 && stop.binary_search(&k).is_err() {
                bare.entry(k).or_insert((simple, vec![])).1.push(i as u32);
            }
            if let Some(parent) =
                t.parent.and_then(|p| index.get(p)).and_then(|&p| techniques.get(p as usize))
            {
                full.push((format!("{}: {}", parent.name, t.name), i as u32));
            }
        }
        for (k, (phrase, ids)) in bare {
            let mut domains: Vec<Domain> =
                ids.iter().filter_map(|&i| techniques.get(i as usize)).map(|t| t.domain).collect();
            domains.sort_unstable();
            let before = domains.len();
            domains.dedup();
            if domains.len() == before {
                // A name of the pack outranks a listed one for the same words.
                named.insert(k, (phrase, Naming::Name, ids));
            }
        }
        let mut phrases = Phrases::default();
        let mut meanings = Vec::with_capacity(named.len() + full.len());
        for (phrase, naming, techniques) in named.into_values() {
            phrases.add(phrase, meanings.len() as u32);
            meanings.push(Meaning { naming, techniques });
        }
        for (phrase, technique) in &full {
            phrases.add(phrase, meanings.len() as u32);
            meanings.push(Meaning { naming: Naming::Full, techniques: vec![*technique] });
        }
        Self { phrases: phrases.finish(), meanings }
    }

    /// Names in a sentence. Where one lies inside another, only the longer counts.
    pub fn find<'l>(&'l self, tokens: &[Token], out: &mut Vec<Named<'l>>) {
        out.clear();
        let mut matches: Vec<Match> = Vec::new();
        self.phrases.find(tokens, |m| matches.push(m));
        if matches.is_empty() {
            return;
        }
        // Matches come by first token; the furthest end so far decides what lies inside.
        matches.sort_unstable_by_key(|m| (m.first, std::cmp::Reverse(m.end)));
        let (mut reach, mut reach_first) = (0, usize::MAX);
        for m in matches {
            let inside = m.end < reach || (m.end == reach && m.first > reach_first);
            if inside {
                continue;
            }
            if m.end > reach {
                (reach, reach_first) = (m.end, m.first);
            }
            if let Some(meaning) = self.meanings.get(m.payload as usize) {
                out.push(Named {
                    first: m.first,
                    end: m.end,
                    naming: meaning.naming,
                    techniques: &meaning.techniques,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_an_id_a_phrase_and_a_reason() {
        let listed = LIST.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).count();
        assert_eq!(lines().count(), listed);
        for line in lines() {
            assert!(!key(line.phrase).is_empty(), "{line:?}");
            assert!(!line.reason.is_empty(), "{line:?}");
        }
    }
}
