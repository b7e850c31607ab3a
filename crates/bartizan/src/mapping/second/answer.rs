//! Reading an answer: claims that the text and the pack bear out, and why the others were discarded.

use super::{Catalogue, Question};
use crate::{Document, Span};
use bartizan_knowledge::Resolution;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Longest body that is read, in bytes; an honest answer has a few thousand.
const LONGEST: usize = 1 << 20;
/// Most claims read of one answer.
const MOST: usize = 500;
/// Most techniques that one sentence is believed to show.
const MOST_IN_SENTENCE: usize = 4;
/// A quotation has at least this many letters and digits.
const SHORTEST_QUOTE: usize = 3;
/// A technique that is claimed of more sentences than this, and of more than a third of those asked about, is a
/// refrain: an answer that repeats itself, not one that reads.
const REFRAIN: usize = 8;

/// A claim that stands: the words are in the sentence, the technique is in the pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// Index of the sentence.
    pub(super) sentence: u32,
    /// The quoted words.
    pub(super) span: Span,
    /// Index of the technique in the pack.
    pub(super) technique: u32,
    /// That the sentence shows it, or that it does not.
    pub(super) yes: bool,
}

/// Why a claim was discarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Discard {
    Form,
    Sentence,
    Id,
    Quote,
    Field,
    Repeated,
    TooMany,
    Refrain,
}

impl Discard {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Form => "not of the wanted form",
            Self::Sentence => "about sentences that were not shown",
            Self::Id => "with ids that are no technique of the knowledge pack",
            Self::Quote => "with words that are not in the sentence",
            Self::Field => "of a matrix that the report is not about",
            Self::Repeated => "said twice or contradicting",
            Self::TooMany => "beyond what one sentence or answer can hold",
            Self::Refrain => "repeated for most sentences",
        }
    }
}

/// The part of an OpenAI-compatible answer that is looked at.
#[derive(Deserialize)]
struct Envelope {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    claims: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    sentence: u32,
    quote: String,
    id: String,
    verdict: Verdict,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Yes,
    No,
}

/// The list of claims of an answer, not yet looked at; else why there is none.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Value>, &'static str> {
    if bytes.len() > LONGEST {
        return Err("its answer is longer than 1 MiB");
    }
    let envelope: Envelope =
        serde_json::from_slice(bytes).map_err(|_| "its answer is no chat completion with text in it")?;
    let content = envelope.choices.first().map_or("", |c| c.message.content.as_str());
    serde_json::from_str::<Claims>(content)
        .map(|c| c.claims)
        .map_err(|_| "its answer is not the JSON object that was asked for")
}

/// Holds claims against text and catalogue; those that stand are added to `claims`.
pub(super) fn check(
    catalogue: &Catalogue,
    document: &Document,
    question: &Question,
    raw: Vec<Value>,
    claims: &mut Vec<Claim>,
    discarded: &mut BTreeMap<Discard, u32>,
) {
    let mut discard = |why| *discarded.entry(why).or_default() += 1;
    for _ in MOST..raw.len() {
        discard(Discard::TooMany);
    }
    let mut said: BTreeMap<(u32, u32), Claim> = BTreeMap::new();
    for value in raw.into_iter().take(MOST) {
        match claim(catalogue, document, question, value) {
            Err(why) => discard(why),
            Ok(claim) => {
                let pair = (claim.sentence, claim.technique);
                match said.get(&pair) {
                    None => {
                        said.insert(pair, claim);
                    }
                    Some(old) => {
                        let contradicts = old.yes && !claim.yes;
                        discard(Discard::Repeated);
                        // Who says both says no.
                        if contradicts {
                            said.insert(pair, claim);
                        }
                    }
                }
            }
        }
    }
    let mut yes: BTreeMap<u32, usize> = BTreeMap::new();
    for claim in said.into_values() {
        let here = yes.entry(claim.sentence).or_default();
        *here += usize::from(claim.yes);
        if claim.yes && *here > MOST_IN_SENTENCE {
            discard(Discard::TooMany);
        } else {
            claims.push(claim);
        }
    }
}

fn claim(
    catalogue: &Catalogue,
    document: &Document,
    question: &Question,
    value: Value,
) -> Result<Claim, Discard> {
    let raw: Raw = serde_json::from_value(value).map_err(|_| Discard::Form)?;
    let number = (raw.sentence as usize).checked_sub(1).ok_or(Discard::Sentence)?;
    let sentence = *question.sentences.get(number).ok_or(Discard::Sentence)?;
    let id = match catalogue.pack.resolve(&raw.id) {
        Resolution::Current => raw.id.as_str(),
        Resolution::Replaced(new) => new,
        Resolution::Deprecated | Resolution::Unknown => return Err(Discard::Id),
    };
    let technique = *catalogue.index.get(id).ok_or(Discard::Id)?;
    let domain = catalogue.pack.techniques().get(technique as usize).ok_or(Discard::Id)?.domain;
    let within = document.sentences.get(sentence as usize).ok_or(Discard::Sentence)?.span;
    let span = find(within, &document.text, &raw.quote).ok_or(Discard::Quote)?;
    let yes = raw.verdict == Verdict::Yes;
    if yes && !catalogue.field.admits(domain) {
        return Err(Discard::Field);
    }
    Ok(Claim { sentence, span, technique, yes })
}

/// Where whole words stand in a sentence, letter for letter but for white space.
fn find(sentence: Span, text: &str, quote: &str) -> Option<Span> {
    let wanted: Vec<&str> = quote.split_whitespace().collect();
    if wanted.iter().flat_map(|w| w.chars()).filter(|c| c.is_alphanumeric()).count() < SHORTEST_QUOTE {
        return None;
    }
    let (first, rest) = wanted.split_first()?;
    let from = sentence.start as usize;
    let text = sentence.of(text);
    let whole = |start: usize, end: usize| {
        let touches = |a: Option<char>, b: Option<char>| {
            a.is_some_and(char::is_alphanumeric) && b.is_some_and(char::is_alphanumeric)
        };
        let (before, here, after) = (&text[..start], &text[start..end], &text[end..]);
        !touches(before.chars().next_back(), here.chars().next())
            && !touches(here.chars().next_back(), after.chars().next())
    };
    text.match_indices(first).find_map(|(start, _)| {
        let mut end = start + first.len();
        for word in rest {
            let gap = text.get(end..)?;
            let next = gap.trim_start();
            if next.len() == gap.len() || !next.starts_with(word) {
                return None;
            }
            end = text.len() - next.len() + word.len();
        }
        whole(start, end).then(|| Span::new(from + start, from + end))
    })
}

/// Takes out claims of a technique that is said to be nearly everywhere.
pub(super) fn distrust_refrains(claims: &mut Vec<Claim>, discarded: &mut BTreeMap<Discard, u32>, asked: u32) {
    let most = REFRAIN.max(asked as usize / 3);
    let mut count: BTreeMap<(u32, bool), usize> = BTreeMap::new();
    for claim in claims.iter() {
        *count.entry((claim.technique, claim.yes)).or_default() += 1;
    }
    let refrains: BTreeSet<(u32, bool)> =
        count.into_iter().filter(|(_, n)| *n > most).map(|(technique, _)| technique).collect();
    let before = claims.len();
    claims.retain(|c| !refrains.contains(&(c.technique, c.yes)));
    let gone = (before - claims.len()) as u32;
    if gone > 0 {
        *discarded.entry(Discard::Refrain).or_default() += gone;
    }
}

#[cfg(test)]
mod tests;
