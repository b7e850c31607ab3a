//! One walk over the sentences that collects the evidence for every technique, then the verdict on each.

use super::context::{Reading, Role, places};
use super::features::Feature;
use super::field::Field;
use super::lexicon::{Named, Naming};
use super::model::Scratch;
use super::stated::{self, Stated};
use super::tokens::{Class, Token, tokenize};
use super::verdict::{CLEAR, Echo, LOWEST, NO_SCORE, SPEAKS, Signal, Standing, Stating, sigmoid};
use super::{MOST_EVIDENCE, Mapper, NAMED, STATED, STATED_IN_ADVICE};
use crate::{BlockKind, Diagnostic, Document, Options, Provenance, Reason, Span};
use std::collections::{BTreeMap, BTreeSet};

/// What one sentence gives for a technique.
#[derive(Clone, Debug, PartialEq)]
pub struct Support {
    /// Index of the sentence.
    pub sentence: u32,
    /// The exact words: the id, the name, else the sentence.
    pub span: Span,
    /// The sentence or table row.
    pub around: Span,
    /// How it supports.
    pub provenance: Provenance,
    /// What the verdict looks at.
    pub signal: Signal,
    /// Logit of the sentence model.
    pub logit: f32,
    /// Hash of the sentence's words, to tell repetitions.
    words: u32,
}

/// A technique with its evidence and the verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Index into [`bartizan_knowledge::Pack::techniques`].
    pub technique: u32,
    /// The revoked id that the text used.
    pub mapped_from: Option<String>,
    /// Calibrated.
    pub probability: f32,
    /// Best of the supports.
    pub provenance: Provenance,
    /// Best first, one for each sentence, not repeating themselves.
    pub supports: Vec<Support>,
    /// What the document model looked at.
    pub standing: Standing,
}

/// Scores below this are not listened to, unless the technique is named too.
pub(super) const LISTEN: f32 = -0.7;
/// A score from which on a technique counts as one that the sentence may speak for.
const RIVAL: f32 = -0.6;
/// Fewer tokens than this describe nothing.
const FEWEST_TOKENS: usize = 4;
/// Fewer of them that can be read describe nothing either: a row of addresses and hashes is data.
const FEWEST_WORDS: usize = 3;
/// Sure techniques a text must have before a mere name is taken for a claim: policy and advertising drop names.
const COMPANY: usize = 3;
/// A line with no more tokens than this for each id is a label of the id.
const LABEL_TOKENS: usize = 12;
/// Sentences between looks at the stop flag.
const LOOK: usize = 512;

/// Evidence for one technique as it comes in; bounded.
#[derive(Debug, Default)]
struct Pile {
    supports: Vec<Support>,
    none: f32,
    speaking: u32,
    named: BTreeSet<u32>,
    mapped_from: Option<String>,
    stated: bool,
    stated_as_claim: bool,
}

impl Pile {
    fn add(&mut self, support: Support) {
        let p = sigmoid(support.logit);
        // Repetitions (page headers, quoted summaries) are not further evidence.
        if let Some(same) = self.supports.iter_mut().find(|s| s.words == support.words) {
            if (support.provenance, -support.logit) < (same.provenance, -same.logit) {
                *same = support;
            }
            return;
        }
        self.none += (1.0 - p.min(0.999)).ln();
        self.speaking += u32::from(p >= SPEAKS);
        if support.signal.naming.is_some() && self.named.len() < 64 {
            self.named.insert(support.words);
        }
        let at = self.supports.partition_point(|s| s.rank() >= support.rank());
        if at < MOST_EVIDENCE {
            self.supports.insert(at, support);
            self.supports.truncate(MOST_EVIDENCE);
        }
    }
}

impl Support {
    /// Stated before others, then by logit.
    fn rank(&self) -> (bool, f32) {
        (self.provenance == Provenance::Stated, self.logit)
    }
}

/// Columns of tables whose header speaks of techniques.
fn technique_columns(document: &Document) -> BTreeSet<(u16, u16)> {
    document
        .blocks
        .iter()
        .filter_map(|b| match b.kind {
            BlockKind::TableCell { table, row, column, header } if header || row == 0 => {
                let text = b.span.of(&document.text);
                (text.len() < 80
                    && memchr::memmem::find(text.to_ascii_lowercase().as_bytes(), b"technique").is_some())
                .then_some((table, column))
            }
            _ => None,
        })
        .collect()
}

/// Reusable buffers of one walk.
#[derive(Default)]
struct Buffers<'l> {
    /// Labels whose score is worth listening to.
    loud: Vec<u32>,
    names: Vec<Named<'l>>,
    reading: Reading,
    scratch: Scratch,
}

pub(super) fn candidates(
    mapper: &Mapper,
    document: &Document,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
    each: &mut dyn FnMut(u32, &Support),
) -> Vec<Candidate> {
    let places = places(document, &mapper.cues);
    let read = Read::new(document, &places);
    let field = field_of(mapper, &read);
    let columns = technique_columns(document);
    let techniques = mapper.pack.techniques();
    let stated = stated::find(document, mapper.pack, &places, diagnostics);
    let list = List::new(mapper, &stated);
    let mut heard: Vec<(u32, Support)> = Vec::new();
    let mut buffers = Buffers::default();
    let mut counted = 0u32;
    for (i, sentence) in document.sentences.iter().enumerate() {
        if i % LOOK == 0 && options.stop.is_stopped() {
            return Vec::new();
        }
        let place = places.get(i).copied().unwrap_or(Role::Claim);
        if place == Role::Reference {
            continue;
        }
        let text = sentence.span.of(&document.text);
        let tokens = read.of(i);
        mapper.cues.read(tokens, &mut buffers.reading);
        let in_technique_column = match document.blocks.get(sentence.block as usize).map(|b| b.kind) {
            Some(BlockKind::TableCell { table, column, .. }) => columns.contains(&(table, column)),
            _ => false,
        };
        sentence_supports(
            mapper,
            (text, tokens),
            sentence.span,
            place,
            in_technique_column,
            &mut buffers,
            |technique, mut s| {
                if techniques.get(technique as usize).is_some_and(|t| field.admits(t.domain)) {
                    s.sentence = i as u32;
                    heard.push((technique, s));
                }
            },
        );
        counted += u32::from(tokens.len() >= FEWEST_TOKENS);
    }
    // Stable: sentences stay in order within a technique.
    heard.sort_by_key(|h| h.0);
    let mut piles: BTreeMap<u32, Pile> = BTreeMap::new();
    let mut speaking: BTreeSet<u32> = BTreeSet::new();
    let mut alive = Vec::new();
    for same in heard.chunk_by_mut(|a, b| a.0 == b.0) {
        echo(same);
        let Some(technique) = same.first().map(|s| s.0) else { continue };
        let pile = piles.entry(technique).or_default();
        for (_, s) in same.iter_mut() {
            (s.signal.stating, s.signal.states) = (list.stating(technique, Some(s.sentence)), list.states());
            s.logit = mapper.sentence_logit(&s.signal, &mut alive);
            if sigmoid(s.logit) >= SPEAKS && s.signal.tokens as usize >= FEWEST_TOKENS {
                speaking.insert(s.sentence);
            }
            each(technique, s);
            pile.stated |= s.provenance == Provenance::Stated;
            pile.stated_as_claim |= s.provenance == Provenance::Stated
                && places.get(s.sentence as usize) != Some(&Role::Defensive);
            pile.add(s.clone());
        }
    }
    let speaking = speaking.len() as u32;
    add_stated(mapper, stated, &places, &mut piles, each);
    verdicts(mapper, piles, &list, counted, speaking)
}

/// The techniques that a document states by id.
struct List {
    /// Technique and the sentence that states it, sorted.
    stated: BTreeSet<(u32, u32)>,
    /// Parents and children of these.
    relatives: BTreeSet<u32>,
    /// How many there are.
    count: u32,
}

impl List {
    fn new(mapper: &Mapper, stated: &[Stated]) -> Self {
        let techniques = mapper.pack.techniques();
        let ids: BTreeSet<&str> = stated.iter().map(|s| s.id.as_str()).collect();
        let mut list = Self { stated: BTreeSet::new(), relatives: BTreeSet::new(), count: ids.len() as u32 };
        if ids.is_empty() {
            return list;
        }
        let parents: BTreeSet<&str> = ids.iter().filter_map(|id| mapper.pack.technique(id)?.parent).collect();
        for (technique, t) in (0u32..).zip(techniques) {
            if ids.contains(t.id) {
                let here = stated.iter().filter(|s| s.id == t.id);
                list.stated.extend(here.map(|s| (technique, s.sentence)));
            }
            if t.parent.is_some_and(|p| ids.contains(p)) || parents.contains(t.id) {
                list.relatives.insert(technique);
            }
        }
        list
    }

    /// How many techniques are stated.
    fn states(&self) -> u32 {
        self.count
    }

    fn stating(&self, technique: u32, sentence: Option<u32>) -> Stating {
        if sentence.is_some_and(|s| self.stated.contains(&(technique, s))) {
            Stating::Here
        } else if self.stated.range((technique, 0)..=(technique, u32::MAX)).next().is_some() {
            Stating::Elsewhere
        } else if self.relatives.contains(&technique) {
            Stating::Relative
        } else {
            Stating::No
        }
    }
}

/// Tells each sentence what the others give for the same technique. In order of sentences, one entry each.
fn echo(same: &mut [(u32, Support)]) {
    let clear = same.iter().filter(|(_, s)| s.signal.score >= CLEAR).count() as u32;
    let named = same.iter().filter(|(_, s)| s.signal.naming.is_some()).count() as u32;
    let (mut best, mut second) = (NO_SCORE, NO_SCORE);
    for (_, s) in same.iter() {
        if s.signal.score >= best {
            (best, second) = (s.signal.score, best);
        } else {
            second = second.max(s.signal.score);
        }
    }
    // At most two entries on each side lie within two sentences.
    let around = |same: &[(u32, Support)], at: usize, distance: i64| -> f32 {
        let here = same.get(at).map_or(0, |(_, s)| i64::from(s.sentence));
        let (from, to) = (at.saturating_sub(2), (at + 3).min(same.len()));
        same.get(from..to)
            .unwrap_or_default()
            .iter()
            .filter(|(_, s)| i64::from(s.sentence) - here == distance)
            .map(|(_, s)| s.signal.score)
            .fold(NO_SCORE, f32::max)
    };
    let echoes: Vec<Echo> = (0..same.len())
        .map(|i| Echo {
            before: around(same, i, -1),
            after: around(same, i, 1),
            near: around(same, i, -2).max(around(same, i, 2)),
            elsewhere: if same.get(i).is_some_and(|(_, s)| s.signal.score >= best) { second } else { best },
            clear,
            named,
        })
        .collect();
    for ((_, s), echo) in same.iter_mut().zip(echoes) {
        s.signal.echo = echo;
    }
}

/// The tokens of all sentences that are read, one sentence after the other.
pub(super) struct Read {
    tokens: Vec<Token>,
    /// Where each sentence's tokens end.
    ends: Vec<usize>,
}

impl Read {
    pub(super) fn new(document: &Document, places: &[Role]) -> Self {
        let mut read = Self {
            tokens: Vec::with_capacity(document.text.len() / 6),
            ends: Vec::with_capacity(places.len()),
        };
        for (i, sentence) in document.sentences.iter().enumerate() {
            if places.get(i) != Some(&Role::Reference) {
                tokenize(sentence.span.of(&document.text), &mut read.tokens);
            }
            read.ends.push(read.tokens.len());
        }
        read
    }

    fn of(&self, sentence: usize) -> &[Token] {
        let from = sentence.checked_sub(1).and_then(|i| self.ends.get(i)).copied().unwrap_or(0);
        self.ends.get(sentence).and_then(|to| self.tokens.get(from..*to)).unwrap_or_default()
    }
}

/// The matrices that the document's words admit.
pub(super) fn field_of(mapper: &Mapper, read: &Read) -> Field {
    let mut field = Field::default();
    for i in 0..read.ends.len() {
        mapper.fields.count(read.of(i), &mut field);
    }
    field
}

/// The best score of a label that has a technique, and which of these labels are worth listening to.
fn listen(scores: &[f32], silence: &[f32], loud: &mut Vec<u32>) -> f32 {
    // In blocks, of which only the maximum is looked at, eight labels at a time: most sentences say nothing about
    // most techniques.
    const BLOCK: usize = 64;
    loud.clear();
    let mut best = -3.0f32;
    for (block, (scores, silence)) in scores.chunks(BLOCK).zip(silence.chunks(BLOCK)).enumerate() {
        let ((eights, rest), (silences, silence_rest)) = (scores.as_chunks::<8>(), silence.as_chunks::<8>());
        let mut lanes = [f32::NEG_INFINITY; 8];
        for (scores, silence) in eights.iter().zip(silences) {
            for ((lane, score), silence) in lanes.iter_mut().zip(scores).zip(silence) {
                let heard = score + silence;
                *lane = if heard > *lane { heard } else { *lane };
            }
        }
        let rest = rest.iter().zip(silence_rest).map(|(score, silence)| score + silence);
        let most = lanes.into_iter().chain(rest).fold(f32::NEG_INFINITY, f32::max);
        if most >= LISTEN {
            let heard = scores.iter().zip(silence).map(|(score, silence)| score + silence);
            let labels = ((block * BLOCK) as u32..).zip(heard);
            loud.extend(labels.filter(|(_, heard)| *heard >= LISTEN).map(|(label, _)| label));
        }
        best = best.max(most);
    }
    best
}

/// How many techniques a sentence may speak for, and the second best score among them.
fn rivals(scores: &[f32], loud: &[u32]) -> (u32, f32) {
    let (mut count, mut best, mut second) = (0, NO_SCORE, NO_SCORE);
    for score in loud.iter().filter_map(|l| scores.get(*l as usize)) {
        count += u32::from(*score >= RIVAL);
        if *score > best {
            (best, second) = (*score, best);
        } else {
            second = second.max(*score);
        }
    }
    (count, second)
}

/// Whether the tokens can describe something.
fn describes(tokens: &[Token]) -> bool {
    let readable = |t: &&Token| matches!(t.class, Class::Word | Class::File | Class::Part);
    tokens.len() >= FEWEST_TOKENS && tokens.iter().filter(readable).take(FEWEST_WORDS).count() == FEWEST_WORDS
}

/// Names and inferences in one sentence.
fn sentence_supports<'l>(
    mapper: &'l Mapper,
    (text, tokens): (&str, &[Token]),
    span: Span,
    place: Role,
    in_technique_column: bool,
    buffers: &mut Buffers<'l>,
    mut give: impl FnMut(u32, Support),
) {
    let Buffers { loud, names, reading, scratch } = buffers;
    // A line of a table that states ids is read by rule; its words are the technique's name, not a description.
    let ids = tokens.iter().filter(|t| t.class == Class::TechniqueId).count();
    if ids > 0 && tokens.len() <= ids * LABEL_TOKENS {
        return;
    }
    let words = tokens.iter().fold(0u32, |h, t| super::tokens::pair(h, t.hash));
    let role = match place {
        Role::Claim if reading.defensive => Role::Defensive,
        Role::Claim if reading.hypothetical => Role::Hypothetical,
        other => other,
    };
    let scored = mapper.model.as_ref().filter(|m| describes(tokens) && m.score(text, tokens, scratch));
    let top = if scored.is_some() { listen(&scratch.scores, &mapper.silence, loud) } else { NO_SCORE };
    let (rivals, second) = match scored {
        Some(_) => rivals(&scratch.scores, loud),
        None => (0, NO_SCORE),
    };
    let signal = |score: f32, naming, support| Signal {
        score: score.max(NO_SCORE),
        behind: (top - score).max(0.0),
        lead: if score >= top { (score - second).max(0.0) } else { 0.0 },
        rivals,
        echo: Echo::default(),
        stating: Stating::No,
        states: 0,
        naming,
        role,
        advising_section: place == Role::Defensive,
        negates: reading.negates(),
        tokens: tokens.len() as u32,
        support,
    };
    let support = |span_of: Span, provenance, signal| Support {
        sentence: 0,
        span: span_of,
        around: span,
        provenance,
        signal,
        logit: 0.0,
        words,
    };
    mapper.lexicon.find(tokens, names);
    // The best naming of each technique in this sentence.
    let mut named: BTreeMap<u32, (Naming, Span)> = BTreeMap::new();
    for n in names.iter() {
        if reading.is_negated(n.first) {
            continue;
        }
        let (Some(first), Some(last)) = (tokens.get(n.first), tokens.get(n.end - 1)) else { continue };
        let at = Span { start: span.start + first.start, end: span.start + last.end };
        for &technique in n.techniques {
            named
                .entry(technique)
                .and_modify(|e| {
                    if n.naming < e.0 {
                        *e = (n.naming, at);
                    }
                })
                .or_insert((n.naming, at));
        }
    }
    if let Some(model) = scored {
        // What is named is listened to as well.
        for technique in named.keys() {
            let from = mapper.labels.partition_point(|l| l.0 < *technique);
            let own = mapper.labels[from..].iter().take_while(|l| l.0 == *technique);
            loud.extend(own.map(|l| l.1));
        }
        loud.sort_unstable();
        loud.dedup();
        for label in loud.iter().map(|l| *l as usize) {
            let (Some(Some(technique)), Some(score), Some(label)) =
                (mapper.techniques.get(label), scratch.scores.get(label), model.labels.get(label))
            else {
                continue;
            };
            let technique = *technique;
            let naming = named.remove(&technique);
            if naming.is_none() && *score < LISTEN {
                continue;
            }
            let provenance = provenance(naming.map(|n| n.0), in_technique_column);
            let at = naming.map_or(span, |n| n.1);
            give(technique, support(at, provenance, signal(*score, naming.map(|n| n.0), label.support)));
        }
    }
    for (technique, (naming, at)) in named {
        give(
            technique,
            support(at, provenance(Some(naming), in_technique_column), signal(NO_SCORE, Some(naming), 0.0)),
        );
    }
}

fn provenance(naming: Option<Naming>, in_technique_column: bool) -> Provenance {
    match naming {
        Some(Naming::Full | Naming::Name) if in_technique_column => Provenance::Stated,
        Some(_) => Provenance::Named,
        None => Provenance::Inferred,
    }
}

fn add_stated(
    mapper: &Mapper,
    stated: Vec<Stated>,
    places: &[Role],
    piles: &mut BTreeMap<u32, Pile>,
    each: &mut dyn FnMut(u32, &Support),
) {
    let techniques = mapper.pack.techniques();
    for s in stated {
        let Some(index) = techniques.iter().position(|t| t.id == s.id) else { continue };
        let place = places.get(s.sentence as usize).copied().unwrap_or(Role::Claim);
        let advising = place == Role::Defensive;
        let p = if advising { STATED_IN_ADVICE } else { STATED };
        let support = Support {
            sentence: s.sentence,
            span: s.span,
            around: s.around,
            provenance: Provenance::Stated,
            signal: Signal {
                score: NO_SCORE,
                behind: 0.0,
                naming: None,
                role: place,
                advising_section: advising,
                negates: false,
                tokens: 0,
                support: 0.0,
                lead: 0.0,
                rivals: 0,
                echo: Echo::default(),
                stating: Stating::Here,
                states: 0,
            },
            logit: (p / (1.0 - p)).ln(),
            words: s.span.start ^ 0x8000_0000,
        };
        each(index as u32, &support);
        let pile = piles.entry(index as u32).or_default();
        pile.stated = true;
        pile.stated_as_claim |= !advising;
        if pile.mapped_from.is_none() {
            pile.mapped_from = s.mapped_from;
        }
        let at = pile.supports.partition_point(|o| o.rank() >= support.rank());
        if at < MOST_EVIDENCE {
            pile.supports.insert(at, support);
            pile.supports.truncate(MOST_EVIDENCE);
        }
    }
}

fn verdicts(
    mapper: &Mapper,
    piles: BTreeMap<u32, Pile>,
    list: &List,
    counted: u32,
    speaking: u32,
) -> Vec<Candidate> {
    let techniques = mapper.pack.techniques();
    let best = |pile: &Pile| pile.supports.iter().map(|s| s.logit).fold(LOWEST, f32::max);
    let by_id: BTreeMap<&str, f32> =
        piles.iter().filter_map(|(i, p)| Some((techniques.get(*i as usize)?.id, best(p)))).collect();
    let mut below: BTreeMap<&str, f32> = BTreeMap::new();
    for (id, logit) in &by_id {
        if let Some((parent, _)) = id.rsplit_once('.') {
            let entry = below.entry(parent).or_insert(LOWEST);
            *entry = entry.max(*logit);
        }
    }
    let speaking_techniques = piles.values().filter(|p| p.speaking > 0).count() as u32;
    let density = if counted == 0 { 0.0 } else { speaking as f32 / counted as f32 };
    let mut out: Vec<Candidate> = Vec::with_capacity(piles.len());
    let mut by_own_name = Vec::new();
    for (index, mut pile) in piles {
        let Some(technique) = techniques.get(index as usize) else { continue };
        // What a stated id adds is not the sentence model's business.
        let mut logits =
            pile.supports.iter().filter(|s| s.signal.tokens > 0).map(|s| s.logit).collect::<Vec<_>>();
        logits.sort_by(|a, b| b.total_cmp(a));
        let relative = technique
            .parent
            .and_then(|p| by_id.get(p).copied())
            .into_iter()
            .chain(below.get(technique.id).copied())
            .fold(LOWEST, f32::max);
        let standing = Standing {
            best: logits.first().copied().unwrap_or(LOWEST),
            second: logits.get(1).copied().unwrap_or(LOWEST),
            none: pile.none,
            speaking: pile.speaking,
            named: pile.named.len() as u32,
            support: pile.supports.iter().map(|s| s.signal.support).fold(0.0, f32::max),
            sentences: counted,
            density,
            others: speaking_techniques.saturating_sub(u32::from(pile.speaking > 0)),
            relative,
            stating: list.stating(index, None),
            states: list.states(),
        };
        let inferred = sigmoid(mapper.layer.document(&standing));
        let claims = |s: &Support| s.signal.role == Role::Claim && !s.signal.negates;
        let named =
            |naming: Naming| pile.supports.iter().any(|s| s.signal.naming == Some(naming) && claims(s));
        let probability = match (pile.stated, pile.stated_as_claim) {
            (true, true) => inferred.max(STATED),
            (true, false) => inferred.max(STATED_IN_ADVICE),
            // "Parent: Sub-technique" is written by nobody who means something else.
            _ if named(Naming::Full) => inferred.max(NAMED),
            _ => inferred,
        };
        if named(Naming::Name) {
            by_own_name.push(out.len());
        }
        // Readers are shown sentences that speak for it, at least the best one.
        pile.supports.retain(|s| {
            let speaks = s.logit >= standing.best - 2.5 && sigmoid(s.logit) >= SPEAKS;
            s.provenance != Provenance::Inferred || speaks || s.logit >= standing.best
        });
        let provenance = pile.supports.iter().map(|s| s.provenance).min().unwrap_or(Provenance::Inferred);
        out.push(Candidate {
            technique: index,
            mapped_from: pile.mapped_from,
            probability,
            provenance,
            supports: pile.supports,
            standing,
        });
    }
    let strict = mapper.layer.thresholds[0];
    if out.iter().filter(|c| c.probability >= strict).count() >= COMPANY {
        for i in by_own_name {
            if let Some(c) = out.get_mut(i) {
                c.probability = c.probability.max(NAMED);
            }
        }
    }
    out
}

/// Most reasons given for one mapping.
pub(super) const MOST_REASONS: usize = 8;
/// Contributions smaller than this decide nothing.
const LEAST_REASON: f32 = 0.03;

/// What decided, in words, best first.
pub(super) fn reasons(mapper: &Mapper, document: &Document, candidate: &Candidate) -> Vec<Reason> {
    let mut out: Vec<Reason> = Vec::new();
    let mut push = |text: String, weight: f32| {
        if out.len() < MOST_REASONS && !out.iter().any(|r: &Reason| r.text == text) {
            out.push(Reason { text, weight });
        }
    };
    if let Some(s) = candidate.supports.iter().find(|s| s.provenance == Provenance::Stated) {
        push(format!("stated: {}", s.span.of(&document.text)), s.logit);
    }
    if let Some(s) = candidate.supports.iter().find(|s| s.signal.naming.is_some()) {
        push(format!("name: {}", s.span.of(&document.text)), s.logit);
    }
    let Some(model) = &mapper.model else { return out };
    let Some(label) = mapper.techniques.iter().position(|t| *t == Some(candidate.technique)) else {
        return out;
    };
    let best = candidate
        .supports
        .iter()
        .filter(|s| s.signal.score > NO_SCORE)
        .max_by(|a, b| a.signal.score.total_cmp(&b.signal.score));
    let Some(sentence) = best.and_then(|s| document.sentences.get(s.sentence as usize)) else { return out };
    let text = sentence.span.of(&document.text);
    let mut tokens = Vec::new();
    tokenize(text, &mut tokens);
    let mut scratch = Scratch::default();
    model.score(text, &tokens, &mut scratch);
    for (feature, weight) in model.explain(label, &scratch) {
        if weight.abs() < LEAST_REASON {
            break;
        }
        let words = words(text, &tokens, feature);
        push(format!("words: {words}"), weight);
    }
    for (flag, text) in [
        (best.is_some_and(|s| s.signal.role == Role::Hypothetical), "context: hypothetical"),
        (best.is_some_and(|s| s.signal.role == Role::Defensive), "context: defensive"),
        (best.is_some_and(|s| s.signal.role == Role::Label), "context: heading or caption"),
    ] {
        if flag {
            push(text.to_owned(), 0.0);
        }
    }
    out
}

/// A feature as readers know it: the words it was made of, an observable by its class.
pub(super) fn words(text: &str, tokens: &[Token], feature: Feature) -> String {
    let show = |i: u16| {
        tokens.get(usize::from(i)).map_or("", |t| {
            t.class
                .mask()
                .map_or_else(|| text.get(t.start as usize..t.end as usize).unwrap_or(""), |(_, n)| n)
        })
    };
    if feature.first == feature.last {
        show(feature.first).to_owned()
    } else {
        format!("{} {}", show(feature.first), show(feature.last))
    }
}
