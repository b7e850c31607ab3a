//! The rules taken out of a file.

use std::collections::{BTreeMap, BTreeSet};

use super::Programme;
use super::act::{Act, ActRule};
use super::cross;
use super::parts::{
    Access, Check, Edition, Egress, Endpoint, Internal, Level, LevelRule, Operator, PauseReason, Release,
    Requirement, Retention, Role, Separation, Severity, Side, Suite, WindowRule,
};
use crate::edition::Label;
use crate::fault::Code;
use crate::table::{Found, Table};
use crate::word::{Digest, Id, Line};

/// The most entries of a list, and tables of a kind.
const MOST: usize = 64;
const YEAR: u64 = 366;
/// Budgets end here: sums of two stay numbers of a database.
const MOST_BUDGET: u64 = 1 << 60;

/// `None` only if something was found wrong.
pub(super) fn programme(
    table: &mut Table<'_, '_>,
    found: &mut Found<'_>,
    digest: Digest,
) -> Option<Programme> {
    table.number(found, "format", 1..=1);
    let id = id(table, found, "id");
    let version = table.text(found, "version", |text| text.parse().ok());
    let title = line(table, found, "title");
    let window = table.table(found, "window").and_then(|t| window(t, found));
    let checks = each(table, found, "check", check);
    let roles = each(table, found, "role", role);
    let separations = each(table, found, "separation", separation);
    let acts = table.table(found, "acts").map(|t| acts(t, found));
    let agreements = each(table, found, "agreement", requirement);
    let levels = each(table, found, "level", level);
    let access = table.table(found, "access").and_then(|t| access(t, found));
    let egress = table.table(found, "egress").and_then(|t| egress(t, found));
    let suites = each(table, found, "suite", suite);
    let severities = each(table, found, "severity", severity);
    let editions = each(table, found, "edition", edition);
    let retention = table.table(found, "retention").and_then(|t| retention(t, found));
    let read = cross::Read {
        checks: &checks,
        roles: &roles,
        separations: &separations,
        acts: acts.as_ref(),
        agreements: &agreements,
        levels: &levels,
        suites: &suites,
        severities: &severities,
        editions: &editions,
        pauses: window.as_ref(),
        at: table.at(),
    };
    // What could not be read would be told again by everything that names it.
    if !found.any() {
        cross::look(&read, found);
    }
    Some(Programme {
        id: id?,
        version: version?,
        title: title?,
        digest,
        window: window?.0,
        checks: plain(checks),
        roles: plain(roles).into_iter().collect(),
        separations: plain(separations),
        acts: acts?,
        agreements: plain(agreements),
        levels: plain(levels).into_iter().collect(),
        access: access?,
        egress: egress?,
        suites: plain(suites),
        severities: plain(severities),
        editions: plain(editions),
        retention: retention?,
    })
}

/// Values and where each stands.
pub(super) type Placed<T> = Vec<(T, usize)>;

fn plain<T>(placed: Placed<T>) -> Vec<T> {
    placed.into_iter().map(|(value, _)| value).collect()
}

/// The tables of an array, each read and looked at for keys that nobody knows.
fn each<T>(
    table: &mut Table<'_, '_>,
    found: &mut Found<'_>,
    key: &'static str,
    read: impl Fn(&mut Table<'_, '_>, &mut Found<'_>) -> Option<T>,
) -> Placed<T> {
    let mut all = Vec::new();
    for mut one in table.tables(found, key, MOST) {
        let at = one.at();
        all.extend(read(&mut one, found).map(|value| (value, at)));
        one.end(found);
    }
    all
}

fn id(table: &mut Table<'_, '_>, found: &mut Found<'_>, key: &'static str) -> Option<Id> {
    table.text(found, key, |text| text.parse().ok())
}

fn line(table: &mut Table<'_, '_>, found: &mut Found<'_>, key: &'static str) -> Option<Line> {
    table.text(found, key, |text| text.parse().ok())
}

fn set<T: Ord>(
    table: &mut Table<'_, '_>,
    found: &mut Found<'_>,
    key: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<BTreeSet<T>> {
    let mut all = BTreeSet::new();
    for (value, at) in table.list(found, key, MOST, read)? {
        if !all.insert(value) {
            found.add(Code::RulesTwice, at, format!("`{key}` has the same entry twice"));
        }
    }
    Some(all)
}

fn window(mut table: Table<'_, '_>, found: &mut Found<'_>) -> Option<(WindowRule, Placed<Id>)> {
    let days = table.number32(found, "days", 1..=YEAR);
    let most_lead_days = table.number32(found, "most_lead_days", 0..=YEAR);
    let most_extension_days = table.number32(found, "most_extension_days", 0..=YEAR);
    let most_pause_days = table.number32(found, "most_pause_days", 0..=YEAR);
    let release = table.text(found, "release", Release::parse);
    let proposal_hours = table.number32(found, "proposal_hours", 1..=24 * 30);
    let pauses = each(&mut table, found, "pause", |table, found| {
        let (id, title, stops_clock) =
            (id(table, found, "id"), line(table, found, "title"), table.flag(found, "stops_clock"));
        Some(PauseReason { id: id?, title: title?, stops_clock: stops_clock? })
    });
    table.end(found);
    let names = pauses.iter().map(|(pause, at)| (pause.id.clone(), *at)).collect();
    let rule = WindowRule {
        days: days?,
        most_lead_days: most_lead_days?,
        most_extension_days: most_extension_days?,
        most_pause_days: most_pause_days?,
        release: release?,
        proposal_hours: proposal_hours?,
        pauses: plain(pauses),
    };
    Some((rule, names))
}

fn check(table: &mut Table<'_, '_>, found: &mut Found<'_>) -> Option<Check> {
    let (id, title, required) =
        (id(table, found, "id"), line(table, found, "title"), table.flag(found, "required"));
    Some(Check { id: id?, title: title?, required: required? })
}

fn role(table: &mut Table<'_, '_>, found: &mut Found<'_>) -> Option<(Id, Role)> {
    let (id, title) = (id(table, found, "id"), line(table, found, "title"));
    let side = table.text(found, "side", Side::parse);
    Some((id?, Role { title: title?, side: side? }))
}

fn separation(table: &mut Table<'_, '_>, found: &mut Found<'_>) -> Option<Separation> {
    let at = table.at_key("roles");
    let roles = table.list(found, "roles", 2, |text| text.parse::<Id>().ok());
    let why = line(table, found, "why");
    let roles: Vec<Id> = plain(roles?);
    match <[Id; 2]>::try_from(roles) {
        Ok([one, other]) if one != other => Some(Separation { roles: (one, other), why: why? }),
        _ => {
            found.add(Code::RulesValue, at, "`roles` has two different roles");
            None
        }
    }
}

fn acts(mut table: Table<'_, '_>, found: &mut Found<'_>) -> BTreeMap<Act, ActRule> {
    let mut acts = BTreeMap::new();
    for &act in Act::ALL {
        let Some(mut rule) = table.table(found, act.as_str()) else { continue };
        let at = rule.at();
        let by = set(&mut rule, found, "by", |text| text.parse().ok());
        let second = if rule.has("second") {
            set(&mut rule, found, "second", |text| text.parse().ok())
        } else {
            Some(BTreeSet::new())
        };
        rule.end(found);
        if let (Some(by), Some(second)) = (by, second) {
            acts.insert(act, ActRule { by, second, at });
        }
    }
    table.end(found);
    acts
}

fn requirement(table: &mut Table<'_, '_>, found: &mut Found<'_>) -> Option<Requirement> {
    let (kind, title) = (id(table, found, "kind"), line(table, found, "title"));
    let levels = set(table, found, "levels", Level::parse);
    let signed_by =
        set(table, found, "signed_by", |text| Side::parse(text).filter(|side| *side != Side::Oversight));
    let names_people = table.flag(found, "names_people");
    let most_days = table.number32(found, "most_days", 1..=3660);
    Some(Requirement {
        kind: kind?,
        title: title?,
        levels: levels?,
        signed_by: signed_by?,
        names_people: names_people?,
        most_days: most_days?,
    })
}

fn level(table: &mut Table<'_, '_>, found: &mut Found<'_>) -> Option<(Level, LevelRule)> {
    let id = table.text(found, "id", Level::parse);
    let title = line(table, found, "title");
    let endpoints = set(table, found, "endpoints", Endpoint::parse);
    let internals = set(table, found, "internals", Internal::parse);
    let safeguards_off = table.flag(found, "safeguards_off");
    let most_grant_days = table.number32(found, "most_grant_days", 1..=YEAR);
    let most_calls = table.number(found, "most_calls", 1..=MOST_BUDGET);
    let most_tokens = table.number(found, "most_tokens", 1..=MOST_BUDGET);
    let most_money_micros = table.number(found, "most_money_micros", 0..=MOST_BUDGET);
    let rule = LevelRule {
        title: title?,
        endpoints: endpoints?,
        internals: internals?,
        safeguards_off: safeguards_off?,
        most_grant_days: most_grant_days?,
        most_calls: most_calls?,
        most_tokens: most_tokens?,
        most_money_micros: most_money_micros?,
    };
    Some((id?, rule))
}

fn access(mut table: Table<'_, '_>, found: &mut Found<'_>) -> Option<Access> {
    let sources_required = table.flag(found, "sources_required");
    let v4 = table.number(found, "widest_ipv4", 0..=32);
    let v6 = table.number(found, "widest_ipv6", 0..=128);
    let currency = line(&mut table, found, "currency");
    table.end(found);
    Some(Access {
        sources_required: sources_required?,
        widest_ipv4: u8::try_from(v4?).ok()?,
        widest_ipv6: u8::try_from(v6?).ok()?,
        currency: currency?,
    })
}

fn egress(mut table: Table<'_, '_>, found: &mut Found<'_>) -> Option<Egress> {
    let hosts = set(&mut table, found, "hosts", |text| {
        text.parse::<Line>().ok().filter(|host| !host.as_str().contains(' '))
    });
    table.end(found);
    Some(Egress { hosts: hosts? })
}

fn suite(table: &mut Table<'_, '_>, found: &mut Found<'_>) -> Option<Suite> {
    let (id, title, metric) =
        (id(table, found, "id"), line(table, found, "title"), self::id(table, found, "metric"));
    let version = table.number32(found, "version", 1..=u64::from(u32::MAX));
    let operator = table.text(found, "operator", Operator::parse);
    let threshold = table.real(found, "threshold", |_| true);
    let confidence = table.real(found, "confidence", |level| level > 0.5 && level < 1.0);
    let samples = table.number32(found, "samples", 1..=10_000_000);
    let required = table.flag(found, "required");
    Some(Suite {
        id: id?,
        version: version?,
        title: title?,
        metric: metric?,
        operator: operator?,
        threshold: threshold?,
        confidence: confidence?,
        samples: samples?,
        required: required?,
    })
}

fn severity(table: &mut Table<'_, '_>, found: &mut Found<'_>) -> Option<Severity> {
    let (id, title) = (id(table, found, "id"), line(table, found, "title"));
    let answer_days = table.number32(found, "answer_days", 0..=YEAR);
    Some(Severity { id: id?, title: title?, answer_days: answer_days? })
}

fn edition(table: &mut Table<'_, '_>, found: &mut Found<'_>) -> Option<Edition> {
    let (id, title, marking) =
        (id(table, found, "id"), line(table, found, "title"), line(table, found, "marking"));
    let shows = set(table, found, "shows", Label::parse);
    let readers = set(table, found, "readers", Side::parse);
    Some(Edition { id: id?, title: title?, marking: marking?, shows: shows?, readers: readers? })
}

fn retention(mut table: Table<'_, '_>, found: &mut Found<'_>) -> Option<Retention> {
    let days = table.number32(found, "days", 0..=36_600);
    let certificates = set(&mut table, found, "certificates", |text| {
        Side::parse(text).filter(|side| *side != Side::Oversight)
    });
    table.end(found);
    Some(Retention { days: days?, certificates: certificates? })
}
