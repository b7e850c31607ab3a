//! Targets, pipelines and labels hang together.

use std::collections::BTreeSet;

use bartizan_sigma::{
    convert,
    pipeline::builtin,
    target::{self, Job},
};

use crate::rule;

#[test]
fn every_label_leads_to_a_target_its_pipelines_and_format() {
    for label in target::labels() {
        if let Err(error) = Job::of_label(label) {
            panic!("{}: {error}", label.name);
        }
    }
}

#[test]
fn names_are_given_once() {
    let once = |names: Vec<&str>| {
        let unique: BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "{names:?}");
    };
    once(target::targets().map(|t| t.name).collect());
    once(target::labels().map(|l| l.name).collect());
    once(builtin::all().map(|p| p.name).collect());
}

/// A rule of every kind of value is converted or refused by every label, never a panic.
#[test]
fn every_kind_of_value() {
    let rule = rule(
        "  s:\n    A: 1\n    B|re|i: 'a/\"b'\n    C|cidr: 10.0.0.0/9\n    D: null\n    E|exists: true\n    F|gt: 5\n    G|fieldref: H\n    I|windash|contains: ' -x'\n    J|cased: X\n    K: true\n    L: ''\n    M|expand: '%p%'\n    N: ['*', '?', 'a*b']\n    O|hour: 3\n  k:\n    - one\n    - 'two*'\n    - 3\n  condition: s or not k\n",
    );
    for label in target::labels() {
        let Ok(job) = Job::of_label(label) else { continue };
        let _ = convert(&rule, &job);
    }
    // Each value alone, so that one refusal does not hide the others.
    for (_, detection) in &rule.selections {
        for item in detection.items() {
            let mut single = rule.clone();
            single.selections = vec![
                ("s".into(), bartizan_sigma::rule::Detection::Item(item.clone())),
                ("k".into(), bartizan_sigma::rule::Detection::Item(item.clone())),
            ];
            for label in target::labels() {
                let Ok(job) = Job::of_label(label) else { continue };
                let _ = convert(&single, &job);
            }
        }
    }
}
