//! Giving a grant.

use std::collections::BTreeSet;

use super::{Grant, Terms};
use crate::agreement::Register;
use crate::fault::{Code, Error, Fault};
use crate::rules::{Level, Programme, Requirement, Side};
use crate::time::{days, text};
use crate::window::{Safeguards, State, Window};
use crate::word::Name;

/// Networks of one grant.
pub const MOST_SOURCES: usize = 64;

/// Makes a grant, if nothing stands against it. What was in force when it was given is looked at again at every call.
///
/// # Errors
/// Everything that stands against it: the window ([`Code::WindowNotOpen`]), the holder ([`Code::NotTester`]), agreements that are not in
/// force ([`Code::AgreementMissing`], one for each), the level ([`Code::BeyondLevel`], [`Code::LevelUnknown`]), the checkpoint
/// ([`Code::UnknownCheckpoint`], [`Code::SafeguardsOff`]), sources, budget, time.
pub fn issue(window: &Window, agreements: &Register, terms: &Terms, now: i64) -> Result<Grant, Error> {
    let mut faults = Vec::new();
    let mut fault = |code: Code, message: String| faults.push(Fault::new(code, message));
    if !matches!(window.state(now), State::Accepted | State::Running) {
        fault(Code::WindowNotOpen, format!("the window is {}", window.state(now)));
    }
    let organisation = window.tester(&terms.holder);
    if organisation.is_none() {
        fault(Code::NotTester, format!("`{}` has no role of a tester", terms.holder));
    }
    if terms.credential.as_str().bytes().all(|b| b == b'0')
        || window.grants.values().any(|g| g.terms.credential == terms.credential)
    {
        fault(Code::CredentialTaken, "a credential is of one grant".into());
    }
    level(window, terms, &mut fault);
    sources(&window.programme, terms, &mut fault);
    time(window, terms, now, &mut fault);
    let mut stands_on = BTreeSet::new();
    if let Some(organisation) = organisation {
        for requirement in required(&window.programme, terms.level) {
            match in_force(window, agreements, requirement, &terms.holder, organisation, now) {
                Ok(name) => drop(stands_on.insert(name.clone())),
                Err(message) => fault(Code::AgreementMissing, message),
            }
        }
    }
    match organisation {
        Some(organisation) if faults.is_empty() => Ok(Grant {
            terms: terms.clone(),
            organisation: organisation.clone(),
            issued: now,
            agreements: stands_on,
            revoked: None,
        }),
        _ => Err(Error::all(faults)),
    }
}

/// The agreements that a level needs.
pub(super) fn required(programme: &Programme, level: Level) -> impl Iterator<Item = &Requirement> {
    programme.agreements.iter().filter(move |requirement| requirement.levels.contains(&level))
}

/// The agreement of that kind that is in force for a holder, or what is missing.
pub(super) fn in_force<'r>(
    window: &Window,
    agreements: &'r Register,
    requirement: &Requirement,
    holder: &Name,
    organisation: &Name,
    now: i64,
) -> Result<&'r Name, String> {
    let party = |side: &Side| match side {
        Side::Developer => &window.developer,
        Side::Programme => &window.runs,
        Side::Tester | Side::Oversight => organisation,
    };
    let parties: Vec<&Name> = requirement.signed_by.iter().map(party).collect();
    let person = requirement.names_people.then_some(holder);
    match agreements.in_force(&requirement.kind, &parties, person, now) {
        Some((name, _)) => Ok(name),
        None => {
            let parties: Vec<&str> = parties.iter().map(|party| party.as_str()).collect();
            let who = person.map(|person| format!(" that names `{person}`")).unwrap_or_default();
            Err(format!("no `{}` of {}{who} is signed and in force", requirement.kind, parties.join(" and ")))
        }
    }
}

fn level(window: &Window, terms: &Terms, fault: &mut impl FnMut(Code, String)) {
    let checkpoint = window.submission.checkpoints.get(&terms.checkpoint);
    if checkpoint.is_none() {
        fault(Code::UnknownCheckpoint, format!("the submission has no checkpoint `{}`", terms.checkpoint));
    }
    let Some(rule) = window.programme.levels.get(&terms.level) else {
        return fault(Code::LevelUnknown, format!("the programme gives no {}", terms.level));
    };
    if terms.endpoints.is_empty() {
        fault(Code::BeyondLevel, "the grant names no endpoint".into());
    }
    for endpoint in terms.endpoints.difference(&rule.endpoints) {
        fault(Code::BeyondLevel, format!("{} does not permit `{endpoint}`", terms.level));
    }
    for internal in terms.internals.difference(&rule.internals) {
        fault(Code::BeyondLevel, format!("{} does not permit `{internal}`", terms.level));
    }
    if checkpoint.is_some_and(|one| one.safeguards == Safeguards::Off) && !rule.safeguards_off {
        fault(
            Code::SafeguardsOff,
            format!("{} does not permit a checkpoint with its safeguards off", terms.level),
        );
    }
    let most = super::Usage {
        calls: rule.most_calls,
        tokens: rule.most_tokens,
        money_micros: rule.most_money_micros,
    };
    if !terms.budget.within(most) || terms.budget.calls == 0 {
        fault(
            Code::BudgetTerms,
            format!(
                "{} permits 1 to {} calls, {} tokens, {} millionths",
                terms.level, most.calls, most.tokens, most.money_micros
            ),
        );
    }
}

fn sources(programme: &Programme, terms: &Terms, fault: &mut impl FnMut(Code, String)) {
    let access = &programme.access;
    if terms.sources.is_empty() && access.sources_required {
        fault(Code::SourceTerms, "the programme wants to know from where calls come".into());
    }
    if terms.sources.len() > MOST_SOURCES {
        fault(Code::SourceTerms, format!("a grant has at most {MOST_SOURCES} networks"));
    }
    for network in &terms.sources {
        let widest = if network.is_v4() { access.widest_ipv4 } else { access.widest_ipv6 };
        if network.prefix() < widest {
            fault(Code::SourceTerms, format!("{network} is wider than /{widest}"));
        }
    }
}

fn time(window: &Window, terms: &Terms, now: i64, fault: &mut impl FnMut(Code, String)) {
    let Terms { begins, ends, .. } = terms;
    if begins >= ends || *ends <= now {
        fault(Code::GrantTime, "the grant ends before it begins, or has ended".into());
    }
    let Some(rule) = window.programme.levels.get(&terms.level) else { return };
    if ends.saturating_sub(*begins) > days(rule.most_grant_days) {
        fault(Code::GrantTime, format!("{} permits {} days", terms.level, rule.most_grant_days));
    }
    match window.clock.begins().zip(window.clock.end(now)) {
        Some((from, until)) if *begins < from || *ends > until => {
            fault(Code::GrantTime, format!("the window is from {} until {}", text(from), text(until)));
        }
        // Without a clock the window is not open, which is told already.
        _ => {}
    }
}
