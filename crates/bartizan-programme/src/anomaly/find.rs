//! Every look that is taken at a run.

use std::collections::{BTreeMap, BTreeSet};

use super::{Anomaly, Kind, Policy, Run, hosts, measure, tools};

/// Clocks of two machines may differ by so much, in milliseconds.
const SKEW: i64 = 2_000;

/// What looks wrong about a run, in order.
pub fn find(run: &Run, policy: &Policy) -> Vec<Anomaly> {
    let mut found = Vec::new();
    egress(run, policy, &mut found);
    tools::find(run, policy, &mut found);
    measure::identical(run, policy, &mut found);
    measure::budget(run, &mut found);
    clock(run, policy, &mut found);
    samples(run, policy, &mut found);
    model(run, policy, &mut found);
    found.sort();
    found.dedup();
    found
}

fn egress(run: &Run, policy: &Policy, found: &mut Vec<Anomaly>) {
    let mut by_host: BTreeMap<(&str, u16), (u64, u64)> = BTreeMap::new();
    for one in run.egress.iter().flatten() {
        if !policy.hosts.iter().any(|allowed| hosts::allows(allowed, &one.host)) {
            let (count, bytes) = by_host.entry((&one.host, one.port)).or_default();
            *count += 1;
            *bytes = bytes.saturating_add(one.bytes);
        }
    }
    for ((host, port), (count, bytes)) in by_host {
        let host: String = host.chars().filter(|one| !one.is_control()).take(255).collect();
        found.push(Anomaly {
            kind: Kind::Egress,
            sample: None,
            seen: format!("{count} connections to {host}:{port}, {bytes} bytes sent"),
        });
    }
}

fn clock(run: &Run, policy: &Policy, found: &mut Vec<Anomaly>) {
    let mut tell = |sample, seen: String| found.push(Anomaly { kind: Kind::Clock, sample, seen });
    let (begun, ended) = run.span;
    let (opens, closes) = policy.window;
    if ended < begun {
        tell(None, "the run ends before it begins".to_owned());
    }
    if begun < opens || ended > closes {
        tell(None, "the run lies outside the window".to_owned());
    }
    let inside = |at: i64| at >= begun.saturating_sub(SKEW) && at <= ended.saturating_add(SKEW);
    for sample in &run.samples {
        let about = || Some((sample.id.clone(), sample.epoch));
        if sample.times.windows(2).any(|pair| pair[1] < pair[0].saturating_sub(SKEW)) {
            tell(about(), "the times of its events run backwards".to_owned());
        }
        if sample.times.iter().any(|at| !inside(*at)) {
            tell(about(), "events before the run begins or after it ends".to_owned());
        }
    }
    if let Some(calls) = &run.calls {
        let outside = calls.iter().filter(|call| !inside(call.at)).count();
        if outside > 0 {
            tell(None, format!("{outside} calls before the run begins or after it ends"));
        }
    }
}

fn samples(run: &Run, policy: &Policy, found: &mut Vec<Anomaly>) {
    let mut tell = |sample, seen: String| found.push(Anomaly { kind: Kind::Samples, sample, seen });
    let mut have = BTreeSet::new();
    for sample in &run.samples {
        if !have.insert((sample.id.as_str(), sample.epoch)) {
            tell(Some((sample.id.clone(), sample.epoch)), "the log has it twice".to_owned());
        }
    }
    if policy.samples.is_empty() {
        return;
    }
    let wanted: BTreeSet<(&str, u32)> = policy
        .samples
        .iter()
        .flat_map(|id| (1..=policy.epochs).map(move |epoch| (id.as_str(), epoch)))
        .collect();
    let missing = wanted.difference(&have).count();
    if missing > 0 {
        tell(None, format!("{missing} of {} samples are missing", wanted.len()));
    }
    for (id, epoch) in have.difference(&wanted) {
        tell(Some(((*id).to_owned(), *epoch)), "the plan does not have it".to_owned());
    }
}

fn model(run: &Run, policy: &Policy, found: &mut Vec<Anomaly>) {
    let mut tell = |seen: String| found.push(Anomaly { kind: Kind::Model, sample: None, seen });
    let short = |name: &str| name.chars().filter(|one| !one.is_control()).take(120).collect::<String>();
    if !policy.model.is_empty() && run.model != policy.model {
        tell(format!("the log names the model {}, granted is {}", short(&run.model), short(&policy.model)));
    }
    let others: BTreeSet<&str> = run
        .calls
        .iter()
        .flatten()
        .map(|call| call.checkpoint.as_str())
        .filter(|one| *one != policy.checkpoint)
        .collect();
    if !policy.checkpoint.is_empty() && !others.is_empty() {
        let names: Vec<String> = others.into_iter().take(5).map(short).collect();
        tell(format!("calls went to {}, granted is {}", names.join(", "), short(&policy.checkpoint)));
    }
}
