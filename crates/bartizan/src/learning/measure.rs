//! Figures of a labelled set, defined as in the protocol's scorer (`eval_mapping.py`): pairs of a unit (sentence or
//! report) and a technique, right or not.

use super::random::Random;
use std::collections::{BTreeMap, BTreeSet};

/// The score of a labelled pair that the mapper does not even consider.
const NEVER: f32 = f32::NEG_INFINITY;

/// One technique in one unit.
#[derive(Clone, Copy, Debug)]
struct Pair {
    document: u32,
    label: u32,
    /// 0 to 1, or [`NEVER`].
    score: f32,
    gold: bool,
}

/// A sentence or a report.
#[derive(Clone, Copy, Debug)]
struct Unit {
    /// It has labels.
    gold: bool,
    /// Best score of any technique in it.
    best: f32,
}

/// All pairs of a set, as they come in. A pair costs 16 bytes.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    pairs: Vec<Pair>,
    units: Vec<Unit>,
    documents: u32,
    labels: BTreeMap<String, u32>,
    /// Scored pairs that were left out, because nobody says whether they are right.
    pub unknown: usize,
}

impl Pairs {
    /// A new report begins.
    pub fn document(&mut self) {
        self.documents += 1;
    }

    /// A unit of the report: its labels and the scores. Where not all is known, scores without a label are left out.
    pub fn unit(&mut self, gold: &BTreeSet<String>, scores: &BTreeMap<String, f32>, known: bool) {
        let document = self.documents.saturating_sub(1);
        let mut best = NEVER;
        for id in gold.iter().chain(scores.keys().filter(|id| !gold.contains(*id))) {
            let is_gold = gold.contains(id);
            let score = scores.get(id).copied().unwrap_or(NEVER);
            if !is_gold && !known {
                self.unknown += 1;
                continue;
            }
            let next = self.labels.len() as u32;
            let label = *self.labels.entry(id.clone()).or_insert(next);
            best = best.max(score);
            self.pairs.push(Pair { document, label, score, gold: is_gold });
        }
        self.units.push(Unit { gold: !gold.is_empty(), best });
    }

    /// Reports.
    pub fn documents(&self) -> usize {
        self.documents as usize
    }

    /// Labelled pairs.
    pub fn gold(&self) -> usize {
        self.pairs.iter().filter(|p| p.gold).count()
    }
}

/// A figure with the interval in which it lies in 95 % of resamples of the reports.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// On the set as it is.
    pub value: f64,
    /// Its interval; none without resamples.
    pub interval: Option<(f64, f64)>,
}

/// Figures at one threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Name of the threshold.
    pub name: String,
    /// A pair is predicted from this score on.
    pub threshold: f32,
    /// Predicted pairs, and how many of them are right.
    pub predicted: usize,
    /// See `predicted`.
    pub right: usize,
    /// Share of the predicted pairs that are right.
    pub precision: Estimate,
    /// Share of the labelled pairs that are predicted.
    pub recall: Estimate,
    /// Harmonic mean of the two.
    pub f1: Estimate,
    /// Mean F1 over techniques with a label in the set.
    pub macro_f1: Estimate,
    /// Mean F1 over reports with a label.
    pub document_f1: f64,
    /// Share of units without a label that got a technique.
    pub false_alarms: f64,
}

/// Pairs with a score in one tenth of the scale.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decile {
    /// Mean score.
    pub score: f64,
    /// Share that is right.
    pub right: f64,
    /// How many.
    pub count: usize,
}

/// All figures of a set.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Sentences or reports.
    pub units: usize,
    /// Those without a label.
    pub negatives: usize,
    /// Labelled pairs.
    pub gold: usize,
    /// Techniques with a label.
    pub labels: usize,
    /// At the thresholds that were asked for, then at the best one of this very set: an upper bound.
    pub rows: Vec<Row>,
    /// Area under the curve of precision over recall.
    pub average_precision: f64,
    /// Best recall at a precision of at least 0.8 and 0.9, at any threshold.
    pub recall_at_80: Estimate,
    /// See `recall_at_80`.
    pub recall_at_90: Estimate,
    /// Calibration: scores from 0.0, 0.1 … on.
    pub deciles: [Decile; 10],
}

/// How to resample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// Resamples; 0 for no intervals.
    pub samples: usize,
    /// Seed. With 7 the intervals of F1 are those of the protocol's scorer.
    pub seed: u32,
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn harmonic(precision: f64, recall: f64) -> f64 {
    share(2.0 * precision * recall, precision + recall)
}

/// Right, wrong and missed pairs.
#[derive(Clone, Copy, Debug, Default)]
struct Counts([f64; 3]);

impl Counts {
    fn add(&mut self, predicted: bool, gold: bool, weight: f64) {
        match (predicted, gold) {
            (true, true) => self.0[0] += weight,
            (true, false) => self.0[1] += weight,
            (false, true) => self.0[2] += weight,
            (false, false) => {}
        }
    }

    fn plus(&mut self, other: &Self, weight: f64) {
        self.0.iter_mut().zip(other.0).for_each(|(x, y)| *x += y * weight);
    }

    fn precision(&self) -> f64 {
        share(self.0[0], self.0[0] + self.0[1])
    }

    fn recall(&self) -> f64 {
        share(self.0[0], self.0[0] + self.0[2])
    }

    fn f1(&self) -> f64 {
        share(2.0 * self.0[0], 2.0 * self.0[0] + self.0[1] + self.0[2])
    }
}

/// One point of the curve of precision over recall.
#[derive(Clone, Copy)]
struct At {
    threshold: f32,
    precision: f64,
    recall: f64,
}

/// The curve; pairs with the same score move together. `sorted` by falling score, `weights` by report.
fn curve(sorted: &[Pair], weights: &[f64], gold: f64, mut each: impl FnMut(At)) {
    let (mut right, mut predicted) = (0.0, 0.0);
    for same in sorted.chunk_by(|a, b| a.score == b.score) {
        for p in same {
            let weight = weights.get(p.document as usize).copied().unwrap_or(0.0);
            right += if p.gold { weight } else { 0.0 };
            predicted += weight;
        }
        let threshold = same.first().map_or(NEVER, |p| p.score);
        if threshold > NEVER && predicted > 0.0 {
            each(At { threshold, precision: right / predicted, recall: share(right, gold) });
        }
    }
}

impl Pairs {
    fn sorted(&self) -> Vec<Pair> {
        let mut sorted = self.pairs.clone();
        sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
        sorted
    }

    /// The threshold with the best F1 on these pairs.
    pub fn best_threshold(&self) -> f32 {
        let (mut best, mut at) = (-1.0, 0.0);
        curve(&self.sorted(), &vec![1.0; self.documents()], self.gold() as f64, |point| {
            let f1 = harmonic(point.precision, point.recall);
            if f1 > best {
                (best, at) = (f1, point.threshold);
            }
        });
        at
    }

    /// Thresholds for these pairs by the rule that set the shipped ones: strict is the lowest with a precision of 0.8,
    /// balanced the one with the best F1; in steps of a hundredth.
    pub fn thresholds(&self) -> [f32; 2] {
        let grid = (5..95u8).map(|i| f32::from(i) / 100.0);
        let grid: Vec<(f32, Counts)> = grid.map(|t| (t, self.counts(t))).collect();
        let strict = grid.iter().find(|g| g.1.precision() >= 0.8).map_or(0.9, |g| g.0);
        let balanced = grid.iter().max_by(|a, b| a.1.f1().total_cmp(&b.1.f1())).map_or(0.5, |g| g.0);
        [strict.max(balanced), balanced]
    }

    fn counts(&self, threshold: f32) -> Counts {
        let mut counts = Counts::default();
        self.pairs.iter().for_each(|p| counts.add(p.score >= threshold, p.gold, 1.0));
        counts
    }

    /// All figures at the given thresholds and at the best one.
    pub fn figures(&self, thresholds: &[(String, f32)], bootstrap: Bootstrap) -> Figures {
        let sorted = self.sorted();
        let whole = vec![1.0; self.documents()];
        let weights = self.resamples(bootstrap);
        let gold = self.gold();
        let (mut average, mut before) = (0.0, 0.0);
        curve(&sorted, &whole, gold as f64, |point| {
            average += point.precision * (point.recall - before);
            before = point.recall;
        });
        let at_precision = |least: f64| {
            estimate(&whole, &weights, |w| {
                let of = |p: &&Pair| w.get(p.document as usize).copied().unwrap_or(0.0);
                let gold = sorted.iter().filter(|p| p.gold).map(|p| of(&p)).sum();
                let mut best = 0.0f64;
                curve(&sorted, w, gold, |point| {
                    if point.precision >= least {
                        best = best.max(point.recall);
                    }
                });
                best
            })
        };
        let best = ("best for this set".to_owned(), self.best_threshold());
        let gold_labels: BTreeSet<u32> = self.pairs.iter().filter(|p| p.gold).map(|p| p.label).collect();
        Figures {
            units: self.units.len(),
            negatives: self.units.iter().filter(|u| !u.gold).count(),
            gold,
            labels: gold_labels.len(),
            rows: thresholds
                .iter()
                .chain([&best])
                .map(|(name, threshold)| self.row(name, *threshold, &whole, &weights))
                .collect(),
            average_precision: average,
            recall_at_80: at_precision(0.8),
            recall_at_90: at_precision(0.9),
            deciles: self.deciles(),
        }
    }

    /// How often each report stands in each resample.
    fn resamples(&self, bootstrap: Bootstrap) -> Vec<Vec<f64>> {
        let n = self.documents();
        let mut random = Random::new(bootstrap.seed);
        let draw = |_| {
            let mut weights = vec![0.0; n];
            for _ in 0..n {
                if let Some(w) = weights.get_mut(random.below(n)) {
                    *w += 1.0;
                }
            }
            weights
        };
        (0..bootstrap.samples).map(draw).collect()
    }

    fn row(&self, name: &str, threshold: f32, whole: &[f64], resamples: &[Vec<f64>]) -> Row {
        let mut documents = vec![Counts::default(); self.documents()];
        // Sorted by report and label, so that sums come in one order.
        let mut labels: BTreeMap<(u32, u32), Counts> = BTreeMap::new();
        for p in &self.pairs {
            let predicted = p.score >= threshold;
            if let Some(d) = documents.get_mut(p.document as usize) {
                d.add(predicted, p.gold, 1.0);
            }
            if predicted || p.gold {
                labels.entry((p.document, p.label)).or_default().add(predicted, p.gold, 1.0);
            }
        }
        let sum = |w: &[f64]| {
            let mut counts = Counts::default();
            documents.iter().zip(w).for_each(|(d, w)| counts.plus(d, *w));
            counts
        };
        let macro_f1 = |w: &[f64]| {
            let mut by_label = vec![Counts::default(); self.labels.len()];
            for ((document, label), counts) in &labels {
                let weight = w.get(*document as usize).copied().unwrap_or(0.0);
                if let Some(l) = by_label.get_mut(*label as usize) {
                    l.plus(counts, weight);
                }
            }
            let supported = || by_label.iter().filter(|c| c.0[0] + c.0[2] > 0.0);
            share(supported().map(Counts::f1).sum(), supported().count() as f64)
        };
        let counts = sum(whole);
        let with_gold = || documents.iter().filter(|d| d.0[0] + d.0[2] > 0.0);
        let negatives = || self.units.iter().filter(|u| !u.gold);
        Row {
            name: name.to_owned(),
            threshold,
            predicted: (counts.0[0] + counts.0[1]) as usize,
            right: counts.0[0] as usize,
            precision: estimate(whole, resamples, |w| sum(w).precision()),
            recall: estimate(whole, resamples, |w| sum(w).recall()),
            f1: estimate(whole, resamples, |w| sum(w).f1()),
            macro_f1: estimate(whole, resamples, macro_f1),
            document_f1: share(with_gold().map(Counts::f1).sum(), with_gold().count() as f64),
            false_alarms: share(
                negatives().filter(|u| u.best >= threshold).count() as f64,
                negatives().count() as f64,
            ),
        }
    }

    fn deciles(&self) -> [Decile; 10] {
        let mut deciles = [Decile::default(); 10];
        for p in self.pairs.iter().filter(|p| p.score > NEVER) {
            if let Some(d) = deciles.get_mut(((p.score * 10.0) as usize).min(9)) {
                d.score += f64::from(p.score);
                d.right += f64::from(u8::from(p.gold));
                d.count += 1;
            }
        }
        for d in &mut deciles {
            d.score = share(d.score, d.count as f64);
            d.right = share(d.right, d.count as f64);
        }
        deciles
    }
}

/// A figure on the whole set and its percentiles over the resamples.
fn estimate(whole: &[f64], resamples: &[Vec<f64>], figure: impl Fn(&[f64]) -> f64) -> Estimate {
    let mut all: Vec<f64> = resamples.iter().map(|w| figure(w)).collect();
    all.sort_by(f64::total_cmp);
    let n = all.len() as f64;
    let at = |q: f64| all.get((q * n) as usize).copied();
    Estimate { value: figure(whole), interval: at(0.025).zip(at(0.975)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|i| (*i).to_owned()).collect()
    }

    fn scores(list: &[(&str, f32)]) -> BTreeMap<String, f32> {
        list.iter().map(|(i, s)| ((*i).to_owned(), *s)).collect()
    }

    /// Two reports, counted by hand. At 0.5: report 1 has A right and B wrong, report 2 has A missed and C right.
    fn two() -> Pairs {
        let mut pairs = Pairs::default();
        pairs.document();
        pairs.unit(&set(&["A"]), &scores(&[("A", 0.9), ("B", 0.6)]), true);
        pairs.document();
        pairs.unit(&set(&["A", "C"]), &scores(&[("C", 0.7), ("D", 0.2)]), true);
        pairs
    }

    #[test]
    fn figures_counted_by_hand() {
        let f = two().figures(&[("half".into(), 0.5)], Bootstrap { samples: 0, seed: 7 });
        assert_eq!((f.units, f.gold, f.labels), (2, 3, 2));
        let row = &f.rows[0];
        assert_eq!((row.predicted, row.right), (3, 2));
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(row.precision.value, 2.0 / 3.0);
        near(row.recall.value, 2.0 / 3.0);
        near(row.f1.value, 2.0 / 3.0);
        // A: 1 right, 1 missed: F1 2/3. C: 1. (B and D have no label.)
        near(row.macro_f1.value, (2.0 / 3.0 + 1.0) / 2.0);
        // Report 1: 1 right, 1 wrong: 2/3. Report 2: 1 right, 1 missed: 2/3.
        near(row.document_f1, 2.0 / 3.0);
        // Curve: .9 -> P 1 R 1/3; .7 -> P 1 R 2/3; .6 -> P 2/3; .2 -> P 1/2.
        near(f.average_precision, 2.0 / 3.0);
        near(f.recall_at_90.value, 2.0 / 3.0);
        // The best threshold is .7: P 1, R 2/3, F1 0.8.
        assert_eq!(f.rows[1].threshold, 0.7);
        near(f.rows[1].f1.value, 0.8);
        assert_eq!((f.deciles[2].count, f.deciles[9].count), (1, 1));
        near(f.deciles[9].right, 1.0);
    }

    #[test]
    fn what_nobody_judged_is_left_out() {
        let mut pairs = Pairs::default();
        pairs.document();
        pairs.unit(&set(&["A"]), &scores(&[("A", 0.9), ("B", 0.8)]), false);
        let f = pairs.figures(&[("half".into(), 0.5)], Bootstrap { samples: 10, seed: 7 });
        assert_eq!((f.rows[0].predicted, pairs.unknown), (1, 1));
        assert_eq!(f.rows[0].f1.interval, Some((1.0, 1.0)));
    }
}
