//! Steps in a row: by phase, then by urgency, and never before what they depend on.

use super::Step;

/// The steps in order, with `after` as indexes into it. What `after` says is believed only as far as it makes no circle.
pub(crate) fn ordered(steps: Vec<Step>) -> Vec<Step> {
    let mut left: Vec<usize> = (0..steps.len()).collect();
    left.sort_by_key(|i| steps.get(*i).map(|s| (s.phase, s.urgency, *i)));
    let mut row: Vec<usize> = Vec::with_capacity(steps.len());
    while !left.is_empty() {
        let free = |i: &usize| {
            steps.get(*i).is_some_and(|s| s.after.iter().all(|a| row.contains(a) || !left.contains(a)))
        };
        let next = left.iter().position(free).unwrap_or(0);
        row.push(left.remove(next));
    }
    let place = |old: &usize| row.iter().position(|i| i == old);
    let mut by_index: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    let mut out = Vec::with_capacity(row.len());
    for (new, old) in row.iter().enumerate() {
        if let Some(mut step) = by_index.get_mut(*old).and_then(Option::take) {
            step.after = step.after.iter().filter_map(place).filter(|a| *a < new).collect();
            step.after.sort_unstable();
            step.after.dedup();
            out.push(step);
        }
    }
    out
}

/// The steps in the three parts of a playbook (in any case before the decision, only if something was found, in any case after
/// it), each part as layers whose members can be done at the same time.
pub(crate) fn parts(steps: &[Step]) -> [Vec<Vec<usize>>; 3] {
    let of = |wanted: fn(&Step) -> bool| layers(steps, wanted);
    [
        of(|s| !s.affected && s.phase <= super::Phase::Decide),
        of(|s| s.affected),
        of(|s| !s.affected && s.phase > super::Phase::Decide),
    ]
}

/// Phase by phase; within a phase a step stands one layer below the last it depends on.
fn layers(steps: &[Step], wanted: fn(&Step) -> bool) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = Vec::new();
    for phase in super::Phase::ALL {
        let here: Vec<usize> = (0..steps.len())
            .filter(|i| steps.get(*i).is_some_and(|s| s.phase == *phase && wanted(s)))
            .collect();
        let mut depth: Vec<(usize, usize)> = Vec::with_capacity(here.len());
        for i in &here {
            let after = steps.get(*i).map(|s| s.after.as_slice()).unwrap_or_default();
            let below = depth.iter().filter(|(step, _)| after.contains(step)).map(|(_, d)| d + 1).max();
            depth.push((*i, below.unwrap_or(0)));
        }
        let deepest = depth.iter().map(|(_, d)| d + 1).max().unwrap_or(0);
        out.extend(
            (0..deepest).map(|d| depth.iter().filter(|(_, own)| *own == d).map(|(i, _)| *i).collect()),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Phase, Urgency};
    use super::*;

    pub(crate) fn step(id: &str, phase: Phase, urgency: Urgency, after: &[usize]) -> Step {
        Step {
            id: id.to_owned(),
            title: id.to_owned(),
            phase,
            affected: phase >= Phase::Evidence,
            urgency,
            after: after.to_vec(),
            ..Step::default()
        }
    }

    #[test]
    fn urgent_steps_come_first_but_never_before_what_they_need() {
        let steps = vec![
            step("remove", Phase::Eradicate, Urgency::Now, &[3]),
            step("later", Phase::Hunt, Urgency::Week, &[]),
            step("first", Phase::Hunt, Urgency::Now, &[1]),
            step("isolate", Phase::Contain, Urgency::Now, &[]),
            step("hunt", Phase::Hunt, Urgency::Now, &[]),
        ];
        let row = ordered(steps);
        let ids: Vec<&str> = row.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids, ["hunt", "later", "first", "isolate", "remove"]);
        assert_eq!(row[2].after, [1]);
        assert_eq!(row[4].after, [3]);
        assert_eq!(parts(&row), [vec![vec![0, 1], vec![2]], vec![vec![3], vec![4]], vec![]]);
    }

    #[test]
    fn a_circle_is_cut() {
        let steps =
            vec![step("a", Phase::Hunt, Urgency::Now, &[1]), step("b", Phase::Hunt, Urgency::Now, &[0])];
        assert_eq!(ordered(steps).len(), 2);
    }
}
