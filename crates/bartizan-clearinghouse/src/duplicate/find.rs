//! All candidates among many reports, and the groups that can be merged without a person.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{Candidate, Prepared};

/// A word shared by more reports than this says little: then only neighbours by name are compared under it.
const MOST_UNDER_A_KEY: usize = 64;

/// Every candidate, the automatic ones first, then by how alike they are.
pub fn candidates(reports: &[Prepared]) -> Vec<Candidate> {
    let mut under: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, report) in reports.iter().enumerate() {
        for key in report.keys() {
            under.entry(key).or_default().push(number);
        }
    }
    let mut pairs = BTreeSet::new();
    for (key, mut numbers) in under {
        let strong = key.starts_with("id ") || key.starts_with("commit ") || key.starts_with("crash ");
        numbers.sort_by(|a, b| reports[*a].id.cmp(&reports[*b].id));
        let reach = if numbers.len() > MOST_UNDER_A_KEY && !strong { 4 } else { MOST_UNDER_A_KEY };
        for (at, &a) in numbers.iter().enumerate() {
            pairs.extend(numbers[at + 1..].iter().take(reach).map(|&b| (a.min(b), a.max(b))));
        }
    }
    let mut found: Vec<Candidate> =
        pairs.into_iter().filter_map(|(a, b)| reports[a].compare(&reports[b])).collect();
    let order = |c: &Candidate| (!c.automatic, c.tier);
    found.sort_by(|a, b| {
        let score = b.score.total_cmp(&a.score);
        order(a).cmp(&order(b)).then(score).then_with(|| (&a.first, &a.second).cmp(&(&b.first, &b.second)))
    });
    found
}

/// Groups of reports that are one by automatic candidates alone. Two groups stay apart if any of one contradicts any of the other:
/// what each pair allows, the chain may not.
pub fn automatic_groups(reports: &[Prepared], candidates: &[Candidate]) -> Vec<BTreeSet<String>> {
    let number: BTreeMap<&str, usize> = reports.iter().enumerate().map(|(n, r)| (r.id.as_str(), n)).collect();
    let mut group_of: Vec<usize> = (0..reports.len()).collect();
    let mut groups: Vec<Vec<usize>> = group_of.iter().map(|&one| vec![one]).collect();
    for candidate in candidates.iter().filter(|candidate| candidate.automatic) {
        let ends = [&candidate.first, &candidate.second].map(|id| number.get(id.as_str()).copied());
        let [Some(a), Some(b)] = ends else { continue };
        let (into, from) = (group_of[a].min(group_of[b]), group_of[a].max(group_of[b]));
        let contradicts = |x: &usize| groups[from].iter().any(|y| reports[*x].clash(&reports[*y]).is_some());
        if into == from || groups[into].iter().any(contradicts) {
            continue;
        }
        let moved = std::mem::take(&mut groups[from]);
        moved.iter().for_each(|&one| group_of[one] = into);
        groups[into].extend(moved);
    }
    let names = |group: Vec<usize>| group.into_iter().map(|one| reports[one].id.clone()).collect();
    groups.into_iter().filter(|group| group.len() > 1).map(names).collect()
}
