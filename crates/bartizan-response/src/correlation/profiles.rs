//! What the pack knows each group to use, and how like a set of techniques is to it.
//!
//! Naive Bayes with smoothing: a technique counts by how much likelier it is of the group than of any group, less where only
//! its parent or a sub-technique is known, and less where only the group's software is known to do it. A long list counts
//! against a group, or well-studied ones would win every time. The share of a group among all is flattened by a temperature,
//! and the likelihood is read from a curve over the share; both were fitted on held-out campaigns and software
//! (`examples/attribution.rs`; figures in ACCURACY.md).

use bartizan_knowledge::{ObjectKind, Pack};
use std::collections::{BTreeMap, BTreeSet};

/// Weight of a technique that only software of the group is known for.
const BY_SOFTWARE: f64 = 0.35;
/// Weight of a match between a technique and its parent or a sub-technique.
const RELATED: f64 = 0.2;
/// What a long list of known techniques costs.
const BREADTH: f64 = 0.2;
/// Share of its information that software named by the report counts with: reports name software of others too.
const NAMED_SOFTWARE: f64 = 0.6;
/// Techniques of one intrusion are not independent: their ratios count by this part.
pub const TEMPERATURE: f64 = 6.0;
/// How often the first group was right, by its share: a + b · logit(share) is the logit of the likelihood.
const FIRST: (f64, f64) = (-0.37, 0.43);
/// The same of the second and third group.
const OTHERS: (f64, f64) = (-1.42, 0.33);

/// A group with what it is known to use.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its id, `G0016`.
    pub id: String,
    /// Techniques with their weight: 1 where its own, less where its software's.
    pub techniques: BTreeMap<String, f64>,
    /// Ids of its software.
    pub software: BTreeSet<String>,
}

/// All groups.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    groups: Vec<Profile>,
    /// Share of the groups that use a technique.
    common: BTreeMap<String, f64>,
    /// Groups that use a software.
    users: BTreeMap<String, usize>,
}

/// How like a group is.
#[derive(Clone, Debug, PartialEq)]
pub struct Likeness {
    /// The group.
    pub id: String,
    /// Logarithm of its likelihood ratio against any group.
    pub score: f64,
    /// Its share among all groups, 0–1.
    pub share: f64,
    /// How often a group with this share and place was right, 0–1. Those of all groups need not make one.
    pub likelihood: f64,
    /// Techniques that made it, heaviest first, with their part of the score.
    pub shared: Vec<(String, f64)>,
    /// Named software that made it.
    pub software: Vec<String>,
}

impl Profiles {
    /// Of the pack, leaving out what `without` names: a campaign or a software, to measure with.
    pub fn new(pack: &Pack, without: &[&str]) -> Self {
        let uses = |id: &str| {
            let links = pack.links_from(id).iter().filter(|l| l.kind == "uses");
            links.map(|l| l.target).filter(|t| !without.contains(t)).collect::<Vec<_>>()
        };
        let mut groups = Vec::new();
        for object in pack.objects().iter().filter(|o| o.kind == ObjectKind::Group) {
            let mut profile =
                Profile { id: object.id.to_owned(), techniques: BTreeMap::new(), software: BTreeSet::new() };
            let campaigns = pack.links_to(object.id).filter(|l| l.kind == "attributed-to").map(|l| l.source);
            let sources: Vec<&str> =
                [object.id].into_iter().chain(campaigns.filter(|c| !without.contains(c))).collect();
            for target in sources.into_iter().flat_map(uses) {
                if pack.technique(target).is_some() {
                    profile.techniques.insert(target.to_owned(), 1.0);
                } else {
                    profile.software.insert(target.to_owned());
                }
            }
            for software in profile.software.clone() {
                for technique in uses(&software).into_iter().filter(|t| pack.technique(t).is_some()) {
                    profile.techniques.entry(technique.to_owned()).or_insert(BY_SOFTWARE);
                }
            }
            groups.push(profile);
        }
        Self::weighed(groups)
    }

    fn weighed(groups: Vec<Profile>) -> Self {
        let mut counts: BTreeMap<String, f64> = BTreeMap::new();
        let mut users: BTreeMap<String, usize> = BTreeMap::new();
        for group in &groups {
            for (technique, weight) in &group.techniques {
                *counts.entry(technique.clone()).or_default() += weight;
            }
            for software in &group.software {
                *users.entry(software.clone()).or_default() += 1;
            }
        }
        let all = groups.len() as f64;
        let common = counts.into_iter().map(|(t, n)| (t, (n + 0.5) / (all + 1.0))).collect();
        Self { groups, common, users }
    }

    /// The groups.
    pub fn groups(&self) -> &[Profile] {
        &self.groups
    }

    fn common(&self, technique: &str) -> f64 {
        self.common.get(technique).copied().unwrap_or_else(|| 0.5 / (self.groups.len() as f64 + 1.0))
    }

    /// All groups by likelihood given techniques (each with its confidence) and named software, best first.
    pub fn rank(&self, techniques: &[(String, f64)], software: &[String]) -> Vec<Likeness> {
        let mass: f64 = techniques.iter().map(|(_, c)| c).sum();
        let mut out: Vec<Likeness> = Vec::new();
        for group in &self.groups {
            let mut shared: Vec<(String, f64)> = Vec::new();
            // A group with a long list is met by chance more often.
            let known: f64 = group.techniques.values().sum();
            let mut score = -BREADTH * (1.0 + known).ln() * mass;
            for (technique, confidence) in techniques {
                let common = self.common(technique);
                let weight = group.weight(technique);
                let ratio = ((weight.unwrap_or(0.0) + common) / 2.0 / common).ln() * confidence;
                // (weight + α·common)/(1 + α) against common, with α = 1.
                score += ratio;
                if weight.is_some() {
                    shared.push((technique.clone(), ratio));
                }
            }
            shared.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            let named: Vec<String> =
                software.iter().filter(|s| group.software.contains(*s)).cloned().collect();
            score += named
                .iter()
                .map(|s| {
                    let users = self.users.get(s).copied().unwrap_or(1) as f64;
                    NAMED_SOFTWARE * (self.groups.len() as f64 / users).ln()
                })
                .sum::<f64>();
            let id = group.id.clone();
            out.push(Likeness { id, score, share: 0.0, likelihood: 0.0, shared, software: named });
        }
        out.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
        let best = out.first().map_or(0.0, |l| l.score);
        let sum: f64 = out.iter().map(|l| ((l.score - best) / TEMPERATURE).exp()).sum();
        for (place, likeness) in out.iter_mut().enumerate() {
            likeness.share = ((likeness.score - best) / TEMPERATURE).exp() / sum.max(1.0);
            likeness.likelihood = calibrated(likeness.share, if place == 0 { FIRST } else { OTHERS });
        }
        out
    }

    /// Plain Jaccard of the sets, for comparison.
    pub fn jaccard(&self, techniques: &[(String, f64)]) -> Vec<(String, f64)> {
        let own: BTreeSet<&str> = techniques.iter().map(|(t, _)| t.as_str()).collect();
        let mut out: Vec<(String, f64)> = Vec::new();
        for group in &self.groups {
            let both = group.techniques.keys().filter(|t| own.contains(t.as_str())).count();
            let any = own.len() + group.techniques.len() - both;
            out.push((group.id.clone(), both as f64 / any.max(1) as f64));
        }
        out.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        out
    }
}

/// A logistic curve over the logit of a share.
fn calibrated(share: f64, (a, b): (f64, f64)) -> f64 {
    let share = share.clamp(1e-9, 1.0 - 1e-9);
    let logit = a + b * (share / (1.0 - share)).ln();
    1.0 / (1.0 + (-logit).exp())
}

impl Profile {
    /// How well the group is known for a technique, its parent or a sub-technique of it.
    fn weight(&self, technique: &str) -> Option<f64> {
        if let Some(weight) = self.techniques.get(technique) {
            return Some(*weight);
        }
        let (parent, sub) = technique.split_once('.').map_or((technique, false), |(p, _)| (p, true));
        let related = if sub {
            self.techniques.get(parent).copied()
        } else {
            let below = format!("{parent}.");
            let from = self.techniques.range(below.clone()..);
            from.take_while(|(t, _)| t.starts_with(&below)).map(|(_, w)| *w).reduce(f64::max)
        };
        related.map(|weight| weight * RELATED)
    }
}
