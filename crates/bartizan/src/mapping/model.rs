//! The trained linear model: one weight vector for each technique over the features of a sentence.
//!
//! Read in place from the pack's bytes; opening it looks at the header and the label table only. All numbers
//! are little-endian. `cargo xtask train` writes it with [`Writer`], so that writer and reader stay together.

use super::features::{Feature, features};
use super::tokens::Token;

/// First bytes of the file.
const MAGIC: &[u8; 4] = b"BZTM";
/// Version of the layout and of what a feature is: a local model from before a change of either would read worse
/// without a word.
const VERSION: u32 = 3;
/// Most numbers of the forest that are read.
const FOREST: usize = 1 << 16;
/// Bytes of a label id in the table.
const ID: usize = 12;
/// Steps of the quantised inverse document frequency: `1 + q / IDF_STEPS`.
const IDF_STEPS: f32 = 24.0;
/// Entries of the bucket table over the upper half of a feature hash, and one for the end.
const BUCKETS: usize = 65_537;

/// Number of a feature that the model does not have.
const UNKNOWN: usize = usize::MAX;
/// Most labels of a model; a power of two, so that a label's number needs no check.
pub(crate) const MOST_LABELS: usize = 2048;
/// Weights that are multiplied at once.
const BLOCK: usize = 16;

/// One label of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Technique id in the ATT&CK version of the training data.
    pub id: String,
    /// Added to the score.
    pub bias: f32,
    /// What a weight's byte is multiplied with.
    pub scale: f32,
    /// Natural logarithm of the number of training examples.
    pub support: f32,
}

/// Numbers beside the weights.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Parameters {
    /// A sentence's feature vector is divided by at least this, so that very short lines stay short.
    pub norm_floor: f32,
    /// SHA-256 of the recipe that made the file.
    pub recipe: [u8; 32],
    /// Coefficients of the document layer, see [`super::verdict`].
    pub document: Vec<f32>,
    /// Numbers of [`super::forest::Forest`].
    pub forest: Vec<f32>,
}

/// The model, borrowed from the pack.
#[derive(Debug)]
pub struct Model<'m> {
    /// Labels, in the order of their numbers.
    pub labels: Vec<Label>,
    /// Further numbers.
    pub parameters: Parameters,
    /// Scales and biases of the labels, each apart, so that one pass over the scores takes several at a time.
    scales: Vec<f32>,
    biases: Vec<f32>,
    buckets: &'m [u8],
    lows: &'m [u8],
    idfs: &'m [u8],
    starts: &'m [u8],
    numbers: &'m [u8],
    weights: &'m [u8],
}

/// Takes parts off the front of the bytes.
struct Cursor<'m>(&'m [u8]);

impl<'m> Cursor<'m> {
    fn take(&mut self, n: usize) -> Option<&'m [u8]> {
        let (head, tail) = self.0.split_at_checked(n)?;
        self.0 = tail;
        Some(head)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn f32(&mut self) -> Option<f32> {
        let x = f32::from_bits(self.u32()?);
        x.is_finite().then_some(x)
    }
}

fn u32_at(bytes: &[u8], i: usize) -> usize {
    bytes.get(i * 4..i * 4 + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes) as usize
}

fn u16_at(bytes: &[u8], i: usize) -> u16 {
    bytes.get(i * 2..i * 2 + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

/// Quantises an inverse document frequency.
pub fn quantise_idf(idf: f32) -> u8 {
    ((idf - 1.0) * IDF_STEPS).round().clamp(0.0, 255.0) as u8
}

/// The value behind [`quantise_idf`].
pub fn idf(quantised: u8) -> f32 {
    1.0 + f32::from(quantised) / IDF_STEPS
}

impl<'m> Model<'m> {
    /// Opens a model; none if the bytes are not one of this version.
    pub fn open(bytes: &'m [u8]) -> Option<Self> {
        let mut c = Cursor(bytes);
        if c.take(4)? != MAGIC || c.u32()? != VERSION {
            return None;
        }
        let (labels, features, weights) = (c.u32()? as usize, c.u32()? as usize, c.u32()? as usize);
        let (document, forest) = (c.u32()? as usize, c.u32()? as usize);
        if labels > MOST_LABELS || document > 256 || forest > FOREST {
            return None;
        }
        let norm_floor = c.f32()?;
        let recipe = c.take(32)?.try_into().ok()?;
        let document = (0..document).map(|_| c.f32()).collect::<Option<Vec<f32>>>()?;
        let forest = (0..forest).map(|_| c.f32()).collect::<Option<Vec<f32>>>()?;
        let labels = (0..labels)
            .map(|_| {
                let id = std::str::from_utf8(c.take(ID)?).ok()?.trim_end_matches('\0').to_owned();
                Some(Label { id, bias: c.f32()?, scale: c.f32()?, support: c.f32()? })
            })
            .collect::<Option<Vec<Label>>>()?;
        let buckets = c.take(BUCKETS * 4)?;
        let lows = c.take(features.checked_mul(2)?)?;
        let idfs = c.take(features)?;
        let starts = c.take(features.checked_add(1)?.checked_mul(4)?)?;
        // What a look-up walks over is bounded here: hashes of a bucket differ in 16 bits, labels of a row differ.
        let rises = |table: &[u8], step: usize, most: usize| {
            let (rows, _) = table.as_chunks::<4>();
            let mut before = 0;
            rows.iter().all(|row| {
                let at = u32::from_le_bytes(*row) as usize;
                let fits = at >= before && at - before <= step && at <= most;
                before = at;
                fits
            })
        };
        if !rises(buckets, 1 << 16, features) || !rises(starts, MOST_LABELS, weights) {
            return None;
        }
        Some(Self {
            scales: labels.iter().map(|l| l.scale).collect(),
            biases: labels.iter().map(|l| l.bias).collect(),
            labels,
            parameters: Parameters { norm_floor, recipe, document, forest },
            buckets,
            lows,
            idfs,
            starts,
            numbers: c.take(weights.checked_mul(2)?)?,
            weights: c.take(weights)?,
        })
    }

    /// Number of the feature with this hash, [`UNKNOWN`] if the model has none. Most buckets hold two or fewer: these
    /// are compared without a branch, which no predictor could guess.
    fn feature(&self, hash: u32) -> usize {
        let bucket = (hash >> 16) as usize;
        let low = (hash & 0xffff) as u16;
        let (from, to) = (u32_at(self.buckets, bucket), u32_at(self.buckets, bucket + 1));
        let mut found = UNKNOWN;
        for i in [from, from + 1] {
            let same = (i < to) & (u16_at(self.lows, i) == low);
            found = if same & (found == UNKNOWN) { i } else { found };
        }
        if to > from + 2 && found == UNKNOWN {
            found = (from + 2..to).find(|&i| u16_at(self.lows, i) == low).unwrap_or(UNKNOWN);
        }
        found
    }

    /// Labels and weights of a feature, as they lie in the file.
    fn row_bytes(&self, feature: usize) -> (&'m [u8], &'m [u8]) {
        let (from, to) = (u32_at(self.starts, feature), u32_at(self.starts, feature + 1));
        let numbers = self.numbers.get(from * 2..to * 2).unwrap_or(&[]);
        (numbers, self.weights.get(from..to).unwrap_or(&[]))
    }

    /// Weights of a feature: (label, byte).
    fn row(&self, feature: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let (numbers, weights) = self.row_bytes(feature);
        numbers
            .chunks_exact(2)
            .zip(weights)
            .map(|(n, w)| (usize::from(u16::from_le_bytes([n[0], n[1]])), f32::from(w.cast_signed())))
    }

    /// Adds `x` times the weights of a feature. A block is multiplied at once before it is scattered: the scattering
    /// is the only part that must go one by one. Most rows are shorter than a block.
    fn add_row(&self, feature: usize, x: f32, scores: &mut [f32; MOST_LABELS]) {
        let mut add = |number: &[u8; 2], product: f32| {
            // In range whatever the file says, without a comparison.
            scores[usize::from(u16::from_le_bytes(*number)) % MOST_LABELS] += product;
        };
        let (numbers, weights) = self.row_bytes(feature);
        let (numbers, _) = numbers.as_chunks::<2>();
        let (number_blocks, last_numbers) = numbers.as_chunks::<BLOCK>();
        let (weight_blocks, last_weights) = weights.as_chunks::<BLOCK>();
        for (numbers, weights) in number_blocks.iter().zip(weight_blocks) {
            let products = weights.map(|w| x * f32::from(w.cast_signed()));
            numbers.iter().zip(products).for_each(|(number, product)| add(number, product));
        }
        for (number, weight) in last_numbers.iter().zip(last_weights) {
            add(number, x * f32::from(weight.cast_signed()));
        }
    }

    /// Scores a sentence for every label into `scratch.scores`. Returns whether the sentence had any feature the
    /// model knows; if not, the scores are the biases.
    pub fn score(&self, text: &str, tokens: &[Token], scratch: &mut Scratch) -> bool {
        features(text, tokens, &mut scratch.features);
        // Looking up is one loop and the rest another, so that many look-ups are under way at once.
        scratch.known.clear();
        scratch.known.resize(scratch.features.len(), (UNKNOWN, 0, 0.0));
        let mut known = 0;
        for (i, feature) in scratch.features.iter().enumerate() {
            let number = self.feature(feature.hash);
            if let Some(slot) = scratch.known.get_mut(known) {
                *slot = (number, i, 0.0);
            }
            known += usize::from(number != UNKNOWN);
        }
        scratch.known.truncate(known);
        let (mut square, mut touched) = (0.0f32, 0u8);
        for (number, _, x) in &mut scratch.known {
            *x = idf(self.idfs.get(*number).copied().unwrap_or(0));
            square += *x * *x;
            // The rows are fetched together here; one by one below each would be waited for.
            let (numbers, weights) = self.row_bytes(*number);
            touched ^= numbers.first().copied().unwrap_or(0) ^ weights.first().copied().unwrap_or(0);
        }
        std::hint::black_box(touched);
        let inverse = 1.0 / square.sqrt().max(self.parameters.norm_floor).max(f32::MIN_POSITIVE);
        let sums = &mut *scratch.sums;
        for (number, _, x) in &mut scratch.known {
            *x *= inverse;
            self.add_row(*number, *x, sums);
        }
        scratch.scores.clear();
        scratch.scores.extend(
            sums.iter_mut()
                .zip(&self.scales)
                .zip(&self.biases)
                .map(|((sum, scale), bias)| std::mem::take(sum) * scale + bias),
        );
        !scratch.known.is_empty()
    }

    /// Everything the model holds, to be changed and written again. The tables of a damaged file may overlap; nothing
    /// is taken twice, so the result is never larger than the file.
    pub fn writer(&self) -> Writer {
        let mut features: Vec<Row> = Vec::with_capacity(self.idfs.len());
        let mut weights_taken = 0;
        for bucket in 0..BUCKETS - 1 {
            let to = u32_at(self.buckets, bucket + 1).min(self.idfs.len());
            for feature in features.len()..to {
                let hash = ((bucket as u32) << 16) | u32::from(u16_at(self.lows, feature));
                let from = u32_at(self.starts, feature).max(weights_taken);
                let end = u32_at(self.starts, feature + 1).max(from);
                weights_taken = end;
                let numbers = self.numbers.get(from * 2..end * 2).unwrap_or(&[]);
                let (numbers, _) = numbers.as_chunks::<2>();
                let numbers = numbers.iter().map(|n| u16::from_le_bytes(*n));
                let weights = self.weights.get(from..end).unwrap_or(&[]).iter().map(|w| w.cast_signed());
                let idf = self.idfs.get(feature).copied().unwrap_or(0);
                features.push((hash, idf, numbers.zip(weights).collect()));
            }
        }
        Writer { labels: self.labels.clone(), parameters: self.parameters.clone(), features }
    }

    /// What spoke for and against `label` in the sentence last scored: (feature, contribution), strongest first.
    pub fn explain(&self, label: usize, scratch: &Scratch) -> Vec<(Feature, f32)> {
        let scale = self.labels.get(label).map_or(0.0, |l| l.scale);
        let mut out: Vec<(Feature, f32)> = scratch
            .known
            .iter()
            .filter_map(|&(number, at, x)| {
                let weight = self.row(number).find(|&(l, _)| l == label)?.1;
                Some((*scratch.features.get(at)?, x * weight * scale))
            })
            .collect();
        out.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.hash.cmp(&b.0.hash)));
        out
    }
}

/// Buffers for scoring, reused from sentence to sentence.
#[derive(Debug)]
pub struct Scratch {
    features: Vec<Feature>,
    /// (number of the feature, index into `features`, value).
    known: Vec<(usize, usize, f32)>,
    /// Zero between sentences.
    sums: Box<[f32; MOST_LABELS]>,
    /// One score for each label, after [`Model::score`].
    pub scores: Vec<f32>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            features: Vec::new(),
            known: Vec::new(),
            sums: Box::new([0.0; MOST_LABELS]),
            scores: Vec::new(),
        }
    }
}

/// One feature to write: hash, quantised idf, weights as (label, byte).
pub type Row = (u32, u8, Vec<(u16, i8)>);

/// Assembles a model file. For `cargo xtask train`, [`crate::learning`] and tests.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    /// Labels in the order of their numbers.
    pub labels: Vec<Label>,
    /// Further numbers.
    pub parameters: Parameters,
    /// In any order; hashes distinct.
    pub features: Vec<Row>,
}

impl Writer {
    /// The bytes that [`Model::open`] reads.
    pub fn bytes(mut self) -> Vec<u8> {
        self.features.sort_unstable_by_key(|f| f.0);
        let weights: usize = self.features.iter().map(|f| f.2.len()).sum();
        let mut out = Vec::new();
        out.extend_from_slice(MAGIC);
        for n in [
            VERSION as usize,
            self.labels.len(),
            self.features.len(),
            weights,
            self.parameters.document.len(),
            self.parameters.forest.len(),
        ] {
            out.extend_from_slice(&(n as u32).to_le_bytes());
        }
        out.extend_from_slice(&self.parameters.norm_floor.to_le_bytes());
        out.extend_from_slice(&self.parameters.recipe);
        for x in self.parameters.document.iter().chain(&self.parameters.forest) {
            out.extend_from_slice(&x.to_le_bytes());
        }
        for label in &self.labels {
            let mut id = [0u8; ID];
            for (to, from) in id.iter_mut().zip(label.id.bytes()) {
                *to = from;
            }
            out.extend_from_slice(&id);
            for x in [label.bias, label.scale, label.support] {
                out.extend_from_slice(&x.to_le_bytes());
            }
        }
        let mut at = 0;
        for bucket in 0..BUCKETS as u64 {
            while self.features.get(at).is_some_and(|f| u64::from(f.0 >> 16) < bucket) {
                at += 1;
            }
            out.extend_from_slice(&(at as u32).to_le_bytes());
        }
        self.features.iter().for_each(|f| out.extend_from_slice(&((f.0 & 0xffff) as u16).to_le_bytes()));
        self.features.iter().for_each(|f| out.push(f.1));
        let mut start = 0u32;
        for f in &self.features {
            out.extend_from_slice(&start.to_le_bytes());
            start += f.2.len() as u32;
        }
        out.extend_from_slice(&start.to_le_bytes());
        let all = || self.features.iter().flat_map(|f| &f.2);
        all().for_each(|w| out.extend_from_slice(&w.0.to_le_bytes()));
        all().for_each(|w| out.push(w.1.cast_unsigned()));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::{hash, tokenize};
    use super::*;

    fn small() -> Vec<u8> {
        Writer {
            labels: vec![
                Label { id: "T1059.001".into(), bias: -1.0, scale: 0.02, support: 2.0 },
                Label { id: "T1105".into(), bias: -1.0, scale: 0.02, support: 3.0 },
            ],
            parameters: Parameters {
                norm_floor: 1.0,
                recipe: [7; 32],
                document: vec![0.5, 1.5],
                forest: vec![0.25],
            },
            features: vec![
                (hash(b"download"), quantise_idf(3.0), vec![(1, 100)]),
                (hash(b"powershell"), quantise_idf(5.0), vec![(0, 120), (1, -10)]),
            ],
        }
        .bytes()
    }

    /// A look-up in a bucket of four thousand million features would hang.
    #[test]
    fn tables_that_lead_out_of_the_file_are_refused() {
        let good = small();
        let tables = good.len() - BUCKETS * 4 - (2 * 2 + 2 + 3 * 4 + 3 * 2 + 3);
        let last_start = good.len() - 3 * 3 - 4;
        for at in [tables, tables + 4 * 700, tables + 4 * (BUCKETS - 1), last_start - 4, last_start] {
            let mut bytes = good.clone();
            bytes[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
            assert!(Model::open(&bytes).is_none(), "{at}");
        }
        assert!(Model::open(&good).is_some());
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = small();
        let model = Model::open(&bytes).expect("own bytes");
        assert_eq!(model.labels[1].id, "T1105");
        assert_eq!(model.parameters.document, [0.5, 1.5]);
        assert_eq!(model.parameters.forest, [0.25]);
        let mut tokens = Vec::new();
        let text = "PowerShell";
        tokenize(text, &mut tokens);
        let mut scratch = Scratch::default();
        assert!(model.score(text, &tokens, &mut scratch));
        // One feature, so its normalised value is 1: 1 * 120 * 0.02 - 1 and 1 * -10 * 0.02 - 1.
        assert!((scratch.scores[0] - 1.4).abs() < 1e-5 && (scratch.scores[1] + 1.2).abs() < 1e-5);
        let why = model.explain(0, &scratch);
        assert_eq!(why.len(), 1);
        assert!((why[0].1 - 2.4).abs() < 1e-5);
    }

    #[test]
    fn what_is_taken_apart_is_put_together_again() {
        let bytes = small();
        assert_eq!(Model::open(&bytes).expect("own bytes").writer().bytes(), bytes);
        let shipped = bartizan_knowledge::Pack::built_in().model();
        assert!(Model::open(shipped).expect("the pack's model").writer().bytes() == shipped);
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = small();
        for n in (0..400).chain(bytes.len() - 40..bytes.len()) {
            assert!(Model::open(&bytes[..n]).is_none(), "{n}");
        }
    }
}
