//! What of a window an event is. It never changes: what somebody was shown keeps its place.

use bartizan_clearinghouse::access::Matter;
use bartizan_programme::Name;
use bartizan_programme::finding::Kind;
use bartizan_programme::window::{Action, Event, Window};

/// The matter of an event, and whose piece of it: none if it is everybody's on that side.
pub(crate) fn of_event(window: &Window, log: &[Event], event: &Event) -> (Matter, Option<Name>) {
    match &event.action {
        // What is said of a proposal is of what it proposes.
        Action::Second { proposal } | Action::Refuse { proposal, .. } | Action::Retract { proposal } => {
            let at = usize::try_from(proposal.saturating_sub(1)).unwrap_or(usize::MAX);
            log.get(at).map_or((Matter::Whole, None), |proposed| of_action(window, proposed))
        }
        _ => of_action(window, event),
    }
}

fn of_action(window: &Window, event: &Event) -> (Matter, Option<Name>) {
    let by = || window.people.get(&event.by.person).map(|person| person.organisation.clone());
    match &event.action {
        Action::Submit { .. }
        | Action::Amend { .. }
        | Action::AddCheckpoint { .. }
        | Action::Assign { .. }
        | Action::Relieve { .. }
        | Action::Check { .. }
        | Action::Accept { .. }
        | Action::Decline { .. }
        | Action::Pause { .. }
        | Action::Resume { .. }
        | Action::Extend { .. }
        | Action::Withdraw { .. }
        | Action::ChangeRelease { .. }
        | Action::End { .. }
        | Action::Close { .. } => (Matter::Front, None),
        Action::RegisterKey { party, .. } => (Matter::Agreement, Some(party.clone())),
        Action::WithdrawKey { .. } => (Matter::Agreement, by()),
        // Each of its parties reads it by the agreement itself; the event is of who said it.
        Action::Agree { .. } | Action::EndAgreement { .. } => (Matter::Agreement, by()),
        Action::Sign { party, .. } => (Matter::Agreement, Some(party.clone())),
        Action::Grant { terms, .. } => (Matter::Grant, organisation(window, &terms.holder)),
        Action::Revoke { grant, .. } => (Matter::Grant, grant_of(window, grant)),
        Action::Plan { .. } => (Matter::Testing, by()),
        Action::BeginRun { grant, .. } => (Matter::Testing, grant_of(window, grant)),
        Action::EndRun { run, .. } | Action::JudgeRun { run, .. } => (Matter::Testing, run_of(window, run)),
        Action::Find { .. } => (Matter::Finding, by()),
        Action::Talk { finding, .. } => (feedback(window, finding), finding_of(window, finding)),
        Action::HandOver { finding, .. } => (Matter::Finding, finding_of(window, finding)),
        Action::Determine { .. } | Action::Publish { .. } => (Matter::Whole, None),
        Action::Certify { organisation, .. } => (Matter::Agreement, Some(organisation.clone())),
        // An event of its own stands for these.
        Action::Second { .. } | Action::Refuse { .. } | Action::Retract { .. } => (Matter::Whole, None),
    }
}

fn feedback(window: &Window, finding: &Name) -> Matter {
    let kind = window.findings.get(finding).map(|recorded| recorded.finding.kind);
    if kind == Some(Kind::ThirdPartyVulnerability) { Matter::Finding } else { Matter::Feedback }
}

/// The organisation of somebody who has or had a role.
pub(super) fn organisation(window: &Window, person: &Name) -> Option<Name> {
    window.people.get(person).map(|person| person.organisation.clone())
}

/// The organisation that a grant is given to.
pub(crate) fn grant_of(window: &Window, grant: &Name) -> Option<Name> {
    window.grants.get(grant).map(|grant| grant.organisation.clone())
}

/// The organisation whose run it is.
pub(crate) fn run_of(window: &Window, run: &Name) -> Option<Name> {
    window.runs_made.get(run).and_then(|run| grant_of(window, &run.grant))
}

/// The organisation that recorded a finding.
pub(crate) fn finding_of(window: &Window, finding: &Name) -> Option<Name> {
    window.findings.get(finding).and_then(|recorded| organisation(window, &recorded.by))
}
