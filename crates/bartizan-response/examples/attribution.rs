//! How often the techniques of one campaign or software lead to its group, when the pack is asked without it.
//!
//! `cargo run --release -p bartizan-response --example attribution` prints three tables for ACCURACY.md: hits with 95 %
//! intervals (bootstrap over the cases, 1,000 resamples), how often the first and the next groups were right by the likelihood
//! told, with the logistic curves that fit best. `-- --rows` prints each case before them.

use bartizan::learning::SplitMix64;
use bartizan_knowledge::{ObjectKind, Pack};
use bartizan_response::correlation::profiles::Profiles;
use std::collections::BTreeSet;

/// Of noise, of resamples and of folds.
const SEED: u64 = 20_261_130;
const RESAMPLES: usize = 1000;
/// Upper ends of the bins of likelihood.
const BINS: [f64; 7] = [0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 1.01];

/// A campaign or software with the groups it belongs to.
struct Case {
    id: String,
    groups: BTreeSet<String>,
    techniques: Vec<String>,
    kind: &'static str,
}

/// What became of a case.
struct Outcome {
    kind: &'static str,
    noise: bool,
    /// Place of the first right group by us, and by Jaccard, from 0.
    place: Option<usize>,
    plain: Option<usize>,
    /// Of the first three groups: share, likelihood told, and whether it is right.
    first: [(f64, f64, bool); 3],
}

fn cases(pack: &Pack) -> Vec<Case> {
    let mut out = Vec::new();
    for object in pack.objects() {
        let targets = pack.links_from(object.id).iter();
        let techniques: Vec<String> = targets
            .clone()
            .filter(|l| l.kind == "uses" && pack.technique(l.target).is_some())
            .map(|l| l.target.to_owned())
            .collect();
        let (groups, kind): (BTreeSet<String>, _) = match object.kind {
            ObjectKind::Campaign => {
                let of = targets.filter(|l| l.kind == "attributed-to").map(|l| l.target.to_owned());
                (of.collect(), "campaigns")
            }
            ObjectKind::Malware => {
                let users =
                    pack.links_to(object.id).filter(|l| l.kind == "uses" && l.source.starts_with('G'));
                (users.map(|l| l.source.to_owned()).collect(), "malware")
            }
            _ => continue,
        };
        // Software of many groups says nothing about one.
        if techniques.len() >= 5 && !groups.is_empty() && groups.len() <= 2 {
            out.push(Case { id: object.id.to_owned(), groups, techniques, kind });
        }
    }
    out
}

fn outcome(pack: &Pack, case: &Case, noise: Option<(&mut SplitMix64, &[String])>, rows: bool) -> Outcome {
    let mut asked: Vec<(String, f64)> = case.techniques.iter().map(|t| (t.clone(), 1.0)).collect();
    let noisy = noise.is_some();
    if let Some((random, all)) = noise {
        asked.retain(|_| random.unit() >= 0.3);
        for _ in 0..case.techniques.len() / 5 {
            asked.push((all[random.below(all.len())].clone(), 1.0));
        }
    }
    let profiles = Profiles::new(pack, &[&case.id]);
    let ranked = profiles.rank(&asked, &[]);
    let right = |id: &String| case.groups.contains(id);
    let outcome = Outcome {
        kind: case.kind,
        noise: noisy,
        place: ranked.iter().position(|l| right(&l.id)),
        plain: profiles.jaccard(&asked).iter().position(|(id, _)| right(id)),
        first: [0, 1, 2]
            .map(|i| ranked.get(i).map_or((0.0, 0.0, false), |l| (l.share, l.likelihood, right(&l.id)))),
    };
    if rows {
        let place = outcome.place.map_or(0, |p| p + 1);
        let (share, told, _) = outcome.first[0];
        println!("{},{noisy},{},{},{place},{share:.4},{told:.4}", case.kind, case.id, asked.len());
    }
    outcome
}

/// Share of hits, with its 95 % interval.
fn share(hits: &[bool]) -> String {
    let rate = |count: usize| count as f64 / hits.len().max(1) as f64;
    let mut random = SplitMix64::new(SEED);
    let mut draw = || rate((0..hits.len()).filter(|_| hits[random.below(hits.len())]).count());
    let mut drawn: Vec<f64> = (0..RESAMPLES).map(|_| draw()).collect();
    drawn.sort_by(f64::total_cmp);
    let (low, high) = (drawn[RESAMPLES / 40], drawn[RESAMPLES - 1 - RESAMPLES / 40]);
    let rate = rate(hits.iter().filter(|h| **h).count());
    format!("{} [{}–{}]", decimals(rate), decimals(low), decimals(high))
}

/// `.458`
fn decimals(rate: f64) -> String {
    format!("{rate:.3}").trim_start_matches('0').to_owned()
}

fn hits(outcomes: &[Outcome]) {
    println!("| cases | top 1 | top 3 | top 10 | Jaccard top 1 | 3 | 10 |\n|---|---|---|---|---|---|---|");
    for noise in [false, true] {
        for kind in ["campaigns", "malware"] {
            let own: Vec<&Outcome> = outcomes.iter().filter(|o| o.kind == kind && o.noise == noise).collect();
            let cells: Vec<String> = [false, true]
                .into_iter()
                .flat_map(|plain| [1, 3, 10].map(|most| (plain, most)))
                .map(|(plain, most)| {
                    let place = |o: &&Outcome| if plain { o.plain } else { o.place };
                    share(&own.iter().map(|o| place(o).is_some_and(|p| p < most)).collect::<Vec<_>>())
                })
                .collect();
            let with = if noise { ", with noise" } else { "" };
            println!("| {} {kind}{with} | {} |", own.len(), cells.join(" | "));
        }
    }
}

fn reliability(outcomes: &[Outcome], title: &str, places: std::ops::Range<usize>) {
    println!("\n| likelihood told | groups | mean told | {title} right |\n|---|---|---|---|");
    let groups: Vec<_> = outcomes.iter().flat_map(|o| &o.first[places.clone()]).collect();
    let mut below = 0.0;
    for end in BINS {
        let own: Vec<_> = groups.iter().filter(|(_, told, _)| (below..end).contains(told)).collect();
        if !own.is_empty() {
            let mean = own.iter().map(|o| o.1).sum::<f64>() / own.len() as f64;
            let right = share(&own.iter().map(|o| o.2).collect::<Vec<_>>());
            println!("| {below} to {} | {} | {} | {right} |", end.min(1.0), own.len(), decimals(mean));
        }
        below = end;
    }
    println!(
        "\nBrier score of shares {:.4}, of likelihoods {:.4}",
        brier(groups.iter().map(|o| (o.0, f64::from(o.2)))),
        brier(groups.iter().map(|o| (o.1, f64::from(o.2))))
    );
}

/// Mean square of likelihood less truth.
fn brier(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (sum, n) = pairs.fold((0.0, 0.0), |(sum, n), (p, y)| (sum + (p - y).powi(2), n + 1.0));
    sum / f64::max(n, 1.0)
}

fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    (p / (1.0 - p)).ln()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The logistic curve a + b · logit(share) of greatest likelihood, by Newton's method.
fn fit(pairs: &[(f64, f64)]) -> (f64, f64) {
    let (mut a, mut b) = (0.0, 1.0);
    for _ in 0..50 {
        let (mut ga, mut gb, mut aa, mut ab, mut bb) = (0.0, 0.0, 1e-9, 0.0, 1e-9);
        for &(share, y) in pairs {
            let x = logit(share);
            let p = sigmoid(a + b * x);
            let w = p * (1.0 - p);
            (ga, gb) = (ga + (y - p), gb + (y - p) * x);
            (aa, ab, bb) = (aa + w, ab + w * x, bb + w * x * x);
        }
        let det = aa * bb - ab * ab;
        a += (bb * ga - ab * gb) / det;
        b += (aa * gb - ab * ga) / det;
    }
    (a, b)
}

/// The curve of all outcomes, and what curves of four fifths do for the last fifth.
fn curve(outcomes: &[Outcome], places: std::ops::Range<usize>) {
    let pairs = |inside: &dyn Fn(usize) -> bool| -> Vec<(f64, f64)> {
        let own = outcomes.iter().enumerate().filter(|(i, _)| inside(*i));
        own.flat_map(|(_, o)| &o.first[places.clone()]).map(|o| (o.0, f64::from(o.2))).collect()
    };
    let (a, b) = fit(&pairs(&|_| true));
    let mut held = Vec::new();
    for fold in 0..5 {
        // A case and the same with noise are half the list apart: they stay in one fold.
        let inside = |i: usize| i % (outcomes.len() / 2) % 5 == fold;
        let (a, b) = fit(&pairs(&|i| !inside(i)));
        held.extend(pairs(&inside).into_iter().map(|(share, y)| (sigmoid(a + b * logit(share)), y)));
    }
    println!(
        "best curve {a:.3} + {b:.3} · logit(share); cross-validated Brier score {:.4}",
        brier(held.into_iter())
    );
}

fn main() {
    let pack = Pack::built_in();
    let all: Vec<String> =
        pack.techniques().iter().map(|t| t.id.to_owned()).filter(|t| t.starts_with('T')).collect();
    let rows = std::env::args().any(|a| a == "--rows");
    let cases = cases(pack);
    let mut outcomes = Vec::new();
    for noise in [false, true] {
        for kind in ["campaigns", "malware"] {
            let mut random = SplitMix64::new(SEED);
            for case in cases.iter().filter(|c| c.kind == kind) {
                let noise = noise.then_some((&mut random, all.as_slice()));
                outcomes.push(outcome(pack, case, noise, rows));
            }
        }
    }
    hits(&outcomes);
    for (title, places) in [("first group", 0..1), ("second or third group", 1..3)] {
        reliability(&outcomes, title, places.clone());
        curve(&outcomes, places);
    }
}
