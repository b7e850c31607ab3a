//! How often the techniques of one campaign or software lead to its group, when the pack is asked without it.
//!
//! `cargo run --release -p bartizan-response --example attribution`

#![allow(clippy::disallowed_methods, missing_docs)]

use bartizan_knowledge::{ObjectKind, Pack};
use bartizan_response::correlation::profiles::Profiles;
use std::collections::BTreeSet;

struct Case {
    id: String,
    groups: BTreeSet<String>,
    techniques: Vec<String>,
    kind: &'static str,
}

/// A fixed sequence of numbers (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
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
                (of.collect(), "campaign")
            }
            ObjectKind::Malware => {
                let users =
                    pack.links_to(object.id).filter(|l| l.kind == "uses" && l.source.starts_with('G'));
                (users.map(|l| l.source.to_owned()).collect(), "software")
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

fn main() {
    let pack = Pack::built_in();
    let all: Vec<String> =
        pack.techniques().iter().map(|t| t.id.to_owned()).filter(|t| t.starts_with('T')).collect();
    let cases = cases(pack);
    println!("set,noise,cases,top1,top3,top10,jaccard1,jaccard3,jaccard10");
    for noise in [false, true] {
        for kind in ["campaign", "software"] {
            let mut random = Random(20_261_130);
            let (mut hits, mut base, mut n) = ([0; 3], [0; 3], 0);
            for case in cases.iter().filter(|c| c.kind == kind) {
                let profiles = Profiles::new(pack, &[&case.id]);
                let mut asked: Vec<(String, f64)> = Vec::new();
                for t in &case.techniques {
                    if !noise || random.unit() >= 0.3 {
                        asked.push((t.clone(), 1.0));
                    }
                }
                if noise {
                    for _ in 0..case.techniques.len() / 5 {
                        asked.push((all[(random.next() % all.len() as u64) as usize].clone(), 1.0));
                    }
                }
                let ranked = profiles.rank(&asked, &[]);
                let place = ranked.iter().position(|l| case.groups.contains(&l.id));
                let plain = profiles.jaccard(&asked);
                let other = plain.iter().position(|(id, _)| case.groups.contains(id));
                n += 1;
                for (i, most) in [1, 3, 10].into_iter().enumerate() {
                    hits[i] += usize::from(place.is_some_and(|p| p < most));
                    base[i] += usize::from(other.is_some_and(|p| p < most));
                }
                if std::env::args().any(|a| a == "--rows") {
                    let score = |i: usize| ranked.get(i).map_or(0.0, |l| l.score);
                    println!(
                        "row,{kind},{noise},{},{},{:.4},{:.4},{},{},{:.4}",
                        case.id,
                        asked.len(),
                        score(0),
                        score(1),
                        usize::from(place == Some(0)),
                        ranked.first().map_or(0, |l| l.shared.len()),
                        ranked.first().map_or(0.0, |l| l.likelihood),
                    );
                }
            }
            let rate = |x: usize| format!("{:.3}", x as f64 / f64::from(n).max(1.0));
            let cells: Vec<String> = hits.into_iter().chain(base).map(rate).collect();
            println!("{kind},{noise},{n},{}", cells.join(","));
        }
    }
}
