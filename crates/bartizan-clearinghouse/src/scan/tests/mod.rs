//! Intents, leases, owners, overlap, and what the blind answer does not tell.

mod blind;
mod joined;
mod rules;

use super::intent::Entry;
use super::{Intent, Rules, Target, Wire};
use crate::time;

pub(super) fn at(text: &str) -> i64 {
    time::parse(text).expect("a time")
}

pub(super) const HOUR: i64 = 3_600_000_000;

pub(super) fn target(text: &str) -> Target {
    let entry = Entry::of_line(text);
    Target::read(&entry, "scope[0]").unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
}

pub(super) fn wire(scope: &[&str]) -> Wire {
    let targets: Vec<Target> = scope.iter().map(|text| target(text)).collect();
    let live = targets.iter().any(Target::live);
    Wire {
        scope: targets.iter().map(Target::entry).collect(),
        method: "fuzzing".into(),
        until: "2026-12-03T12:00:00Z".into(),
        sources: if live { vec!["203.0.113.9".into()] } else { Vec::new() },
        contact: "scans@lab.example".into(),
        ..Wire::default()
    }
}

pub(super) fn intent(scope: &[&str]) -> Intent {
    Intent::of(&wire(scope), at("2026-12-01T10:00:00Z"), &Rules::default()).expect("an intent")
}
