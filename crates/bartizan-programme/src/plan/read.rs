//! Plans taken out of a catalogue.

use std::collections::{BTreeMap, BTreeSet};

use super::settings::{Effort, Elicitation, Sandbox, SandboxKind};
use super::{Catalogue, MOST_EACH, MOST_PLANS, MOST_SAMPLES, Origin, Plan};
use crate::fault::Code;
use crate::rules::Level;
use crate::table::{Found, Table};
use crate::word::{Digest, Id, Line};

pub(super) fn catalogue(
    table: &mut Table<'_, '_>,
    found: &mut Found<'_>,
    digest: Digest,
) -> Option<Catalogue> {
    table.number(found, "format", 1..=1);
    let id: Option<Id> = table.text(found, "id", |text| text.parse().ok());
    let version = table.text(found, "version", |text| text.parse().ok());
    let origin = id.zip(version).map(|(id, version)| Origin { id, version, digest });
    let mut plans: Vec<Plan> = Vec::new();
    for mut one in table.tables(found, "plan", MOST_PLANS) {
        let at = one.at();
        let read = plan(&mut one, found, origin.as_ref());
        one.end(found);
        let Some(plan) = read else { continue };
        if plans.iter().any(|other| other.id == plan.id) {
            found.add(Code::RulesTwice, at, format!("[[plan]] `{}` is there twice", plan.id));
        }
        plans.push(plan);
    }
    if plans.is_empty() {
        found.add(Code::RulesMissing, table.at(), "there is no [[plan]]");
    }
    let Origin { id, version, digest } = origin?;
    Some(Catalogue { id, version, digest, plans })
}

fn plan(table: &mut Table<'_, '_>, found: &mut Found<'_>, origin: Option<&Origin>) -> Option<Plan> {
    let id: Option<Id> = table.text(found, "id", |text| text.parse().ok());
    let title = table.text(found, "title", |text| text.parse().ok());
    let suite = table.text(found, "suite", |text| text.parse().ok());
    let suite_version = table.number32(found, "suite_version", 1..=u64::from(u32::MAX));
    let task = table.text(found, "task", |text| text.parse().ok());
    let parameters = pairs(table, found, "parameters");
    let level = table.text(found, "level", Level::parse);
    let seeds = seeds(table, found);
    let epochs = table.number32(found, "epochs", 1..=10_000);
    let samples = table.number32(found, "samples", 1..=MOST_SAMPLES);
    let hosts = table.list(found, "hosts", MOST_EACH, |text| text.parse::<Line>().ok());
    let elicitation = table.table(found, "elicitation").and_then(|t| elicitation(t, found));
    let at = table.at_key("sandbox");
    let sandbox = table.table(found, "sandbox").and_then(|t| sandbox(t, found, at));
    Some(Plan {
        id: id?,
        title: title?,
        catalogue: origin?.clone(),
        suite: suite?,
        suite_version: suite_version?,
        task: task?,
        parameters: parameters?,
        level: level?,
        elicitation: elicitation?,
        seeds: seeds?,
        epochs: epochs?,
        sandbox: sandbox?,
        hosts: hosts?.into_iter().map(|(host, _)| host).collect(),
        samples: samples?,
    })
}

/// Parameters, written as a list of `name=value`.
fn pairs(table: &mut Table<'_, '_>, found: &mut Found<'_>, key: &'static str) -> Option<BTreeMap<Id, Line>> {
    let read = |text: &str| {
        let (name, value) = text.split_once('=')?;
        Some((name.parse::<Id>().ok()?, value.parse::<Line>().ok()?))
    };
    let mut all = BTreeMap::new();
    for ((name, value), at) in table.list(found, key, MOST_EACH, read)? {
        if all.insert(name, value).is_some() {
            found.add(Code::RulesTwice, at, format!("`{key}` has the same name twice"));
        }
    }
    Some(all)
}

/// Seeds are written as texts: TOML's numbers end at 63 bits.
fn seeds(table: &mut Table<'_, '_>, found: &mut Found<'_>) -> Option<BTreeSet<u64>> {
    let mut all = BTreeSet::new();
    for (seed, at) in table.list(found, "seeds", MOST_EACH, |text| text.parse::<u64>().ok())? {
        if !all.insert(seed) {
            found.add(Code::RulesTwice, at, "`seeds` has the same seed twice");
        }
    }
    Some(all)
}

fn milli(
    table: &mut Table<'_, '_>,
    found: &mut Found<'_>,
    key: &'static str,
    most: f64,
) -> Option<Option<u32>> {
    if !table.has(key) {
        return Some(None);
    }
    let whole = |number: f64| (number * 1000.0 - (number * 1000.0).round()).abs() < 1e-6;
    let number = table.real(found, key, |number| (0.0..=most).contains(&number) && whole(number))?;
    // Within bounds, and whole.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2000")]
    Some(Some((number * 1000.0).round() as u32))
}

fn elicitation(mut table: Table<'_, '_>, found: &mut Found<'_>) -> Option<Elicitation> {
    let system =
        if table.has("system") { Some(table.text(found, "system", |text| text.parse().ok())?) } else { None };
    let temperature_milli = milli(&mut table, found, "temperature", 2.0);
    let top_p_milli = milli(&mut table, found, "top_p", 1.0);
    let max_tokens = table.number32(found, "max_tokens", 1..=10_000_000);
    let attempts = table.number32(found, "attempts", 1..=1_000);
    let effort = table.text(found, "effort", Effort::parse);
    let max_messages = table.number32(found, "max_messages", 1..=100_000);
    let tools = table.list(found, "tools", MOST_EACH, |text| text.parse::<Id>().ok());
    table.end(found);
    Some(Elicitation {
        system,
        temperature_milli: temperature_milli?,
        top_p_milli: top_p_milli?,
        max_tokens: max_tokens?,
        attempts: attempts?,
        effort: effort?,
        max_messages: max_messages?,
        tools: tools?.into_iter().map(|(tool, _)| tool).collect(),
    })
}

fn sandbox(mut table: Table<'_, '_>, found: &mut Found<'_>, at: usize) -> Option<Sandbox> {
    let kind = table.text(found, "kind", SandboxKind::parse);
    let image =
        if table.has("image") { Some(table.text(found, "image", |text| text.parse().ok())?) } else { None };
    let cpus = table.number32(found, "cpus", 0..=1024);
    let memory_mib = table.number32(found, "memory_mib", 0..=u64::from(u32::MAX));
    let seconds = table.number32(found, "seconds", 0..=u64::from(u32::MAX));
    table.end(found);
    let sandbox = Sandbox { kind: kind?, image, cpus: cpus?, memory_mib: memory_mib?, seconds: seconds? };
    if !sandbox.holds() {
        found.add(
            Code::RulesValue,
            at,
            "a sandbox has an image, and `none` has none, no processors and no memory",
        );
    }
    Some(sandbox)
}
