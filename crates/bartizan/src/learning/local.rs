//! A model of one's own: the linear layer of a base model, continued with an analyst's labels.
//!
//! For each technique that the labels speak of, the weights are moved as little as the labels allow (see
//! [`super::solver`]). Three things keep the rest of the model as it was: the bias stays, so a technique does not become
//! more frequent as such; only words and word pairs that are rare in the base model's texts can be learned from, so
//! "the attacker" never becomes a sign; and the forest, the document layer and all other techniques are not touched.
//! Words that the base model has never seen join its dictionary once they stand in two labelled sentences.

use super::ids::parent;
use super::labels::LabelledDocument;
use super::solver::{Effort, Example, Matrix, Start, train};
use crate::mapping::features::features;
use crate::mapping::model::{Label, MOST_LABELS, Model, Row, Scratch, Writer, idf};
use crate::mapping::tokens::tokenize;
use crate::mapping::verdict::CLEAR;
use bartizan_knowledge::{Pack, Resolution};
use std::collections::{BTreeMap, BTreeSet};

/// What decides the result. Kept in the recipe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Cost of an error on one labelled sentence; the base model's own examples had 0.5.
    pub cost: f32,
    /// Labelled sentences in which a new word must stand to be learned.
    pub frequency: usize,
    /// Least inverse document frequency of a feature whose weight may change: 1 + ln(100), one sentence in a hundred.
    pub rare: f32,
    /// Most passes over the labels of a technique.
    pub passes: usize,
    /// Seed of their order.
    pub seed: u64,
    /// Labels that are absent say that the technique is absent, also in sentences that nobody calls reviewed.
    pub complete: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { cost: 2.0, frequency: 2, rare: 5.6, passes: 100, seed: 1, complete: false }
    }
}

/// What was learned about one technique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Technique.
    pub id: String,
    /// Sentences that show it.
    pub positives: usize,
    /// Reviewed sentences that do not.
    pub negatives: usize,
    /// Weights that changed.
    pub weights: usize,
    /// The base model did not know the technique.
    pub new: bool,
}

/// A continued model.
#[derive(Debug)]
pub struct Continued {
    /// The model, ready for a recipe and to be written.
    pub writer: Writer,
    /// By technique.
    pub lessons: Vec<Lesson>,
    /// Words and word pairs that the base model did not know.
    pub features: usize,
}

/// A sentence with something to say.
struct Sentence<'l> {
    techniques: BTreeSet<&'l str>,
    reviewed: bool,
    universe: Option<&'l BTreeSet<String>>,
    hashes: Vec<u32>,
    /// Labels of the base model that score clearly here.
    clear: Vec<usize>,
}

/// Continues `base` with the labels of `documents`.
pub fn continue_from(
    base: &Model,
    pack: &Pack,
    documents: &[&LabelledDocument],
    settings: &Settings,
) -> Continued {
    let sentences = sentences(base, documents, settings);
    let mut writer = base.writer();
    let mut columns = Columns::new(&writer, &sentences, settings);
    let features = columns.added.len();
    writer.features.extend(columns.added.iter().map(|(hash, q)| (*hash, *q, Vec::new())));
    columns.rows = writer.features.iter().zip(0..).map(|(row, at)| (row.0, at)).collect();
    let vectors = Vectors::new(&writer, &columns, &sentences, settings);
    let current: Vec<Option<&str>> = writer
        .labels
        .iter()
        .map(|l| match pack.resolve(&l.id) {
            Resolution::Current => pack.technique(&l.id).map(|t| t.id),
            Resolution::Replaced(now) => Some(now),
            Resolution::Deprecated | Resolution::Unknown => None,
        })
        .collect();
    let mut lessons = Vec::new();
    for id in taught(&sentences, &current) {
        let examples = examples(&sentences, id, settings);
        let positives = examples.iter().filter(|e| e.positive).count();
        // Ids that were merged since training have several labels: the one of the same name learns.
        let own = |(_, c): &(usize, &Option<&str>)| **c == Some(id);
        let known = current
            .iter()
            .enumerate()
            .filter(own)
            .map(|(i, _)| i)
            .max_by_key(|i| writer.labels.get(*i).is_some_and(|l| l.id == id));
        if known.is_none() && (positives == 0 || writer.labels.len() >= MOST_LABELS) {
            continue;
        }
        let label = known.unwrap_or_else(|| {
            // Silent until words speak for it, as far below 0 as the labels of the base model.
            writer.labels.push(Label { id: id.to_owned(), bias: UNHEARD, scale: 0.0, support: 0.0 });
            writer.labels.len() - 1
        });
        let weights = teach(&mut writer, label, &vectors, &examples, settings);
        // What the base model says of its own examples stays true of a technique that it knows.
        if let Some(l) = writer.labels.get_mut(label).filter(|_| known.is_none()) {
            l.support = (positives as f32).ln();
        }
        let negatives = examples.len() - positives;
        lessons.push(Lesson { id: id.to_owned(), positives, negatives, weights, new: known.is_none() });
    }
    Continued { writer, lessons, features }
}

/// Bias of a technique that the base model does not know.
const UNHEARD: f32 = -1.0;

fn sentences<'l>(base: &Model, documents: &[&'l LabelledDocument], settings: &Settings) -> Vec<Sentence<'l>> {
    let (mut tokens, mut found, mut scratch) = (Vec::new(), Vec::new(), Scratch::default());
    let mut out = Vec::new();
    for document in documents {
        for s in &document.sentences {
            let reviewed = settings.complete || s.reviewed == Some(true);
            if s.techniques.is_empty() && !reviewed {
                continue;
            }
            tokens.clear();
            tokenize(&s.text, &mut tokens);
            features(&s.text, &tokens, &mut found);
            base.score(&s.text, &tokens, &mut scratch);
            let clear = scratch.scores.iter().enumerate().filter(|(_, score)| **score >= CLEAR);
            out.push(Sentence {
                techniques: s.techniques.iter().map(String::as_str).collect(),
                reviewed,
                universe: document.universe.as_ref(),
                hashes: found.iter().map(|f| f.hash).collect(),
                clear: clear.map(|(label, _)| label).collect(),
            });
        }
    }
    out
}

/// Techniques that the labels speak of: shown, with their parents, or claimed by the base model and not shown.
fn taught<'s>(sentences: &'s [Sentence], current: &'s [Option<&'s str>]) -> BTreeSet<&'s str> {
    let mut out = BTreeSet::new();
    for s in sentences {
        out.extend(s.techniques.iter().flat_map(|id| [*id, parent(id)]));
        if s.reviewed {
            out.extend(s.clear.iter().filter_map(|label| *current.get(*label)?));
        }
    }
    out
}

/// What the sentences say about one technique; those that say nothing are left out.
fn examples(sentences: &[Sentence], id: &str, settings: &Settings) -> Vec<Example> {
    let own_parent = parent(id);
    let mut out = Vec::new();
    for (row, s) in sentences.iter().enumerate() {
        let positive = s.techniques.iter().any(|t| *t == id || parent(t) == id);
        // "Some kind of X": whether it is this kind is unknown.
        let parent_only = own_parent != id && s.techniques.contains(own_parent);
        let asked = s.universe.is_none_or(|u| u.contains(id) || u.contains(own_parent));
        if positive || (s.reviewed && asked && !parent_only) {
            out.push(Example { row: row as u32, positive, cost: settings.cost });
        }
    }
    out
}

/// Which features count.
struct Columns {
    /// New features with their quantised inverse document frequency.
    added: Vec<(u32, u8)>,
    /// Place of each feature of the model in the writer.
    rows: BTreeMap<u32, usize>,
}

impl Columns {
    fn new(writer: &Writer, sentences: &[Sentence], settings: &Settings) -> Self {
        let known: BTreeSet<u32> = writer.features.iter().map(|f| f.0).collect();
        let mut counts: BTreeMap<u32, (usize, bool)> = BTreeMap::new();
        for s in sentences {
            for hash in s.hashes.iter().filter(|h| !known.contains(h)) {
                let entry = counts.entry(*hash).or_default();
                entry.0 += 1;
                entry.1 |= !s.techniques.is_empty();
            }
        }
        // A word that the base model never saw is as rare as its rarest.
        let rarest = writer.features.iter().map(|f| f.1).max().unwrap_or(u8::MAX);
        let added = counts
            .into_iter()
            .filter(|(_, (count, shown))| *count >= settings.frequency && *shown)
            .map(|(hash, _)| (hash, rarest))
            .collect();
        Self { added, rows: BTreeMap::new() }
    }
}

/// The sentences as the model will see them, split into what may be learned from and the rest.
struct Vectors {
    /// Columns are features that may be learned from.
    matrix: Matrix,
    squares: Vec<f32>,
    /// Place in the writer of each column.
    features: Vec<usize>,
    /// The other features of each row.
    frozen: Vec<Vec<(usize, f32)>>,
}

impl Vectors {
    fn new(writer: &Writer, columns: &Columns, sentences: &[Sentence], settings: &Settings) -> Self {
        let mut numbers: BTreeMap<usize, u32> = BTreeMap::new();
        let mut out = Self {
            matrix: Matrix { starts: vec![0], items: vec![], columns: 0 },
            squares: Vec::with_capacity(sentences.len()),
            features: Vec::new(),
            frozen: Vec::with_capacity(sentences.len()),
        };
        for s in sentences {
            let known: Vec<(usize, f32)> = s
                .hashes
                .iter()
                .filter_map(|h| columns.rows.get(h))
                .filter_map(|at| Some((*at, idf(writer.features.get(*at)?.1))))
                .collect();
            let norm = known.iter().map(|(_, x)| x * x).sum::<f32>().sqrt();
            let scale = norm.max(writer.parameters.norm_floor).max(f32::MIN_POSITIVE);
            let (mut square, mut frozen) = (0.0, Vec::new());
            for (at, x) in known {
                if x < settings.rare {
                    frozen.push((at, x / scale));
                    continue;
                }
                let next = numbers.len() as u32;
                let column = *numbers.entry(at).or_insert(next);
                if column == next {
                    out.features.push(at);
                }
                let value = x / scale;
                out.matrix.items.push((column, value));
                square += value * value;
            }
            out.matrix.starts.push(out.matrix.items.len() as u32);
            out.squares.push(square);
            out.frozen.push(frozen);
        }
        out.matrix.columns = out.features.len();
        out
    }
}

/// All weights of a label, by place of the feature.
fn dense(writer: &Writer, label: usize, scale: f32) -> Vec<f32> {
    let of = |row: &Row| row.2.iter().find(|(l, _)| usize::from(*l) == label).map_or(0, |(_, w)| *w);
    writer.features.iter().map(|row| f32::from(of(row)) * scale).collect()
}

/// Trains one label and writes what changed. Returns how many weights did.
fn teach(
    writer: &mut Writer,
    label: usize,
    vectors: &Vectors,
    examples: &[Example],
    settings: &Settings,
) -> usize {
    let Some(Label { bias, scale, .. }) = writer.labels.get(label).cloned() else { return 0 };
    let weights = dense(writer, label, scale);
    let of = |at: usize| weights.get(at).copied().unwrap_or(0.0);
    let before: Vec<f32> = vectors.features.iter().map(|at| of(*at)).collect();
    let offsets: Vec<f32> =
        vectors.frozen.iter().map(|row| row.iter().map(|(at, x)| of(*at) * x).sum()).collect();
    let effort = Effort { passes: settings.passes, tolerance: 1e-3, seed: settings.seed };
    let start = Start { weights: &before, bias, fixed_bias: true, offsets: &offsets };
    let (after, _) = train(&vectors.matrix, &vectors.squares, examples, effort, &start);
    let top = after.iter().map(|w| w.abs()).fold(0.0f32, f32::max);
    if !top.is_finite() {
        return 0;
    }
    let scale = rescale(writer, label, top);
    let mut changed = 0;
    for ((at, old), new) in vectors.features.iter().zip(&before).zip(&after) {
        if old == new || scale == 0.0 {
            continue;
        }
        let byte = (new / scale).round().clamp(-127.0, 127.0) as i8;
        let Some(row) = writer.features.get_mut(*at) else { continue };
        changed += usize::from(set(row, label, byte));
    }
    changed
}

/// Makes room for a weight of `top`: bytes go up to 127 times the label's scale. Returns the scale.
fn rescale(writer: &mut Writer, label: usize, top: f32) -> f32 {
    let Some(l) = writer.labels.get_mut(label) else { return 0.0 };
    if top <= l.scale * 127.0 {
        return l.scale;
    }
    let (old, new) = (l.scale, top / 127.0);
    l.scale = new;
    for row in &mut writer.features {
        let byte = row.2.iter().find(|(l, _)| usize::from(*l) == label).map(|(_, w)| *w);
        if let Some(byte) = byte {
            set(row, label, (f32::from(byte) * old / new).round().clamp(-127.0, 127.0) as i8);
        }
    }
    new
}

/// Sets a weight; 0 takes it away. Returns whether that changed anything.
fn set(row: &mut Row, label: usize, byte: i8) -> bool {
    let Ok(number) = u16::try_from(label) else { return false };
    match (row.2.iter().position(|(l, _)| *l == number), byte) {
        (None, 0) => false,
        (None, byte) => {
            let at = row.2.partition_point(|(l, _)| *l < number);
            row.2.insert(at, (number, byte));
            true
        }
        (Some(at), 0) => {
            row.2.remove(at);
            true
        }
        (Some(at), byte) => match row.2.get_mut(at) {
            Some(weight) if weight.1 != byte => {
                weight.1 = byte;
                true
            }
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::labels::LabelledSentence;
    use super::*;
    use crate::mapping::model::{Parameters, quantise_idf};
    use crate::mapping::tokens::hash;

    /// A model of one technique that knows three words: one common, two rare.
    fn base() -> Vec<u8> {
        let row = |word: &[u8], idf, weights: &[(u16, i8)]| (hash(word), quantise_idf(idf), weights.to_vec());
        Writer {
            labels: vec![Label { id: "T1105".into(), bias: -1.0, scale: 0.02, support: 3.0 }],
            parameters: Parameters { norm_floor: 1.0, ..Parameters::default() },
            features: vec![
                row(b"the", 2.0, &[(0, 3)]),
                row(b"download", 7.0, &[(0, 100)]),
                row(b"ledger", 9.0, &[]),
            ],
        }
        .bytes()
    }

    fn labelled(sentences: &[(&str, &[&str])]) -> LabelledDocument {
        let sentence = |(text, ids): &(&str, &[&str])| LabelledSentence {
            text: (*text).to_owned(),
            techniques: ids.iter().map(|id| (*id).to_owned()).collect(),
            reviewed: Some(true),
        };
        LabelledDocument {
            doc_id: "r".into(),
            sentences: sentences.iter().map(sentence).collect(),
            ..LabelledDocument::default()
        }
    }

    fn score(bytes: &[u8], text: &str, id: &str) -> f32 {
        let model = Model::open(bytes).expect("a model");
        let (mut tokens, mut scratch) = (Vec::new(), Scratch::default());
        tokenize(text, &mut tokens);
        model.score(text, &tokens, &mut scratch);
        let label = model.labels.iter().position(|l| l.id == id).expect("the label");
        scratch.scores[label]
    }

    fn taught(labels: &LabelledDocument) -> (Vec<u8>, Vec<Lesson>) {
        let bytes = base();
        let model = Model::open(&bytes).expect("a model");
        let done = continue_from(&model, Pack::built_in(), &[labels], &Settings::default());
        (done.writer.bytes(), done.lessons)
    }

    #[test]
    fn a_new_technique_joins_and_the_others_keep_their_bytes() {
        let labels = labelled(&[
            ("they frobnicated the ledger", &["T1486"]),
            ("who frobnicated the ledger", &["T1486"]),
            ("nothing happened", &[]),
        ]);
        let (bytes, lessons) = taught(&labels);
        assert_eq!(lessons.len(), 1, "{lessons:?}");
        assert!(lessons[0].new && (lessons[0].positives, lessons[0].negatives) == (2, 1));
        assert!(score(&bytes, "he frobnicated the ledger", "T1486") > 0.0);
        assert!(score(&bytes, "nothing else", "T1486") <= -0.99, "without the words it stays at its bias");
        let model = Model::open(&bytes).expect("a model").writer();
        let old: Vec<i8> =
            model.features.iter().flat_map(|f| &f.2).filter(|w| w.0 == 0).map(|w| w.1).collect();
        let before = Model::open(&base()).expect("a model").writer();
        let kept: Vec<i8> = before.features.iter().flat_map(|f| &f.2).map(|w| w.1).collect();
        assert_eq!(old, kept);
        assert_eq!(model.labels[0], before.labels[0]);
    }

    /// "the" stands in more than one sentence in a hundred: no technique may lean on it.
    #[test]
    fn common_words_are_not_learned_from() {
        let labels = labelled(&[("the the", &["T1486"]), ("the", &["T1486"])]);
        let (bytes, _) = taught(&labels);
        let writer = Model::open(&bytes).expect("a model").writer();
        let the = writer.features.iter().find(|f| f.0 == hash(b"the")).expect("the word");
        assert_eq!(the.2, [(0, 3)]);
    }

    #[test]
    fn what_was_rejected_scores_lower_and_what_nobody_reviewed_stays() {
        let text = "downloads";
        let before = score(&base(), text, "T1105");
        assert!(before > 0.5);
        let mut labels = labelled(&[(text, &[])]);
        assert!(score(&taught(&labels).0, text, "T1105") < before - 0.5);
        labels.sentences[0].reviewed = None;
        assert_eq!(score(&taught(&labels).0, text, "T1105"), before);
    }

    /// A model file comes from a disk: whatever is in it, training ends.
    #[test]
    fn a_damaged_base_does_no_harm() {
        let good = base();
        let labels = labelled(&[("they frobnicated the ledger", &["T1486"]), ("downloads", &["T1105"])]);
        let (head, tail) = (0..120, good.len() - 60..good.len());
        for at in head.chain(tail).chain((1000..good.len() - 60).step_by(9973)) {
            for byte in [0, 0x7f, 0xff] {
                let mut bytes = good.clone();
                bytes[at] = byte;
                if let Some(model) = Model::open(&bytes) {
                    let done = continue_from(&model, Pack::built_in(), &[&labels], &Settings::default());
                    assert!(done.writer.bytes().len() < good.len() + 4096, "{at} {byte}");
                }
            }
        }
    }

    #[test]
    fn a_sub_technique_teaches_its_parent() {
        let labels = labelled(&[("ledger downloads", &["T1059.001"])]);
        let ids: Vec<String> = taught(&labels).1.into_iter().map(|l| l.id).collect();
        assert_eq!(ids, ["T1059", "T1059.001", "T1105"]);
    }
}
