//! What has to hold after each command.

use std::collections::BTreeSet;

use bartizan_clearinghouse::case::*;

/// From one state to the next only by what the machines allow.
pub fn allowed(before: &Case, after: &Case) {
    let embargo = before.embargo == after.embargo
        || EmbargoStep::ALL.iter().any(|&step| before.embargo.after(step) == Some(after.embargo));
    assert!(embargo, "{} to {}", before.embargo, after.embargo);
    let world = |w: World| [w.public, w.exploit, w.attacks];
    assert!(
        world(before.world).iter().zip(world(after.world)).all(|(was, is)| !was || is),
        "nothing is undone"
    );
    for (who, was) in &before.participants {
        let is = after.participants.get(who).expect("nobody is lost");
        // Who turns out to have found it has received, validated and accepted it at once.
        let one = |from: ReportState| ReportStep::ALL.iter().filter_map(move |&step| from.after(step));
        let three = |from| one(from).flat_map(one).chain(one(from).flat_map(one).flat_map(one));
        let report = was.report == is.report
            || one(was.report).any(|next| next == is.report)
            || (before.merged != after.merged && three(was.report).any(|next| next == is.report));
        assert!(report, "{who}: {} to {}", was.report, is.report);
        let fix = match (was.fix, is.fix) {
            (Some(FixState::Unaware), Some(FixState::Deployed)) => !was.vendor(),
            (Some(was), Some(is)) => is as u8 == was as u8 || is as u8 == was as u8 + 1,
            (was, is) => was == is,
        };
        assert!(fix, "{who}: {:?} to {:?}", was.fix, is.fix);
        // A consent moves by at most two steps: it is asked and agrees, or agrees to what then does not come into force.
        let one = |from: ConsentState| ConsentStep::ALL.iter().filter_map(move |&step| from.after(step));
        let (from, to) = (was.consent.state, is.consent.state);
        let consent = from == to || one(from).any(|next| next == to || one(next).any(|then| then == to));
        assert!(consent, "{who}: {from} to {to}");
        for (product, said) in &was.products {
            let stays = is.products[product].as_ref().is_none_or(|new| {
                said.as_ref().is_some_and(|old| old.event == new.event) || new.event == after.events
            });
            assert!(stays, "a statement comes from a statement");
        }
    }
    for (thread, was) in &before.threads {
        assert!(after.threads[thread].messages.starts_with(&was.messages), "no message is lost");
    }
}

/// No state is reached that the protocol forbids.
pub fn holds(case: &Case, states: &mut BTreeSet<Reduced>) {
    let now = case.times.1;
    for (who, participant) in &case.participants {
        let state = case.state_of(who).expect("a participant");
        assert!(state.possible(participant.part()), "{who}: {state:?}");
        states.extend(state.reduced());
        let consent = participant.consent.state;
        if matches!(case.embargo, EmbargoState::None | EmbargoState::Exited) {
            assert_eq!(consent, ConsentState::NoEmbargo, "{who}: no embargo, no consent");
            assert_eq!(participant.consent.answer_by, None);
        }
        if case.embargo == EmbargoState::Active && consent.adheres() {
            let terms = case.terms.as_ref().expect("terms");
            assert!(terms.agreed.contains(who), "{who} agreed to these terms");
        }
        if case.may_have_content(who) && *who != case.coordinator {
            assert!(participant.report.open() && (!case.embargo.binds() || consent.adheres()));
        }
    }
    if case.embargo == EmbargoState::Active {
        assert!(case.participants[&case.coordinator].consent.state.adheres());
    }
    let fix = case.fix_state();
    assert!(!(case.world.public && fix == Some(FixState::Unaware)), "what the public knows the vendor knows");
    assert!(!case.world.exploit || case.world.public, "a public exploit is public");
    assert!(!(case.world.public && (case.embargo.binds() || case.embargo == EmbargoState::Proposed)));
    assert!(!(case.world.attacks && case.embargo.binds()) || case.kept.is_some());
    let open = matches!(case.embargo, EmbargoState::Proposed | EmbargoState::Revise);
    assert_eq!(open, !case.proposals.is_empty());
    assert!(!open || case.world.quiet());
    let public = case.merged.values().any(|merged| merged.split.is_none() && merged.public_ai);
    assert_eq!(case.tooling, if public { Tooling::PublicAi } else { case.said_tooling });
    let limits =
        case.merged.values().filter(|merged| merged.split.is_none()).filter_map(|m| m.limit.as_ref());
    assert!(limits.into_iter().all(|limit| case.limits.contains_key(limit)));
    assert!(case.tooling == Tooling::Private || (!open && !case.embargo.binds()));
    assert!(
        !case.embargo.binds()
            || case.end().is_some_and(|end| end.at <= case.terms.as_ref().expect("terms").until)
    );
    // Proposed before the validation, the clock ran from the opening.
    let clock = |t: &Terms| case.validated.filter(|at| *at <= t.proposed).unwrap_or(case.times.0);
    let reasoned = |t: &Terms| t.until - clock(t) <= LONG || t.reason.is_some();
    assert!(case.proposals.values().chain(&case.terms).all(reasoned));
    for (person, candidate) in &case.people {
        for grant in &candidate.grants {
            let longest = if grant.emergency { EMERGENCY } else { LONGEST_READ_IN };
            assert!(grant.until - grant.from <= longest);
            let gates: BTreeSet<Gate> = grant.gates.iter().map(|judged| judged.finding.gate()).collect();
            assert_eq!(gates.len(), 3);
            let fair = |judged: &Judged| {
                judged.finding.passed() && judged.judge != *person && judged.at <= grant.from
            };
            assert!(grant.gates.iter().all(fair));
        }
        assert!(candidate.grants.iter().filter(|grant| grant.emergency).count() <= 1);
        assert!(!case.knowers(now).contains(person) || candidate.read_in(now));
    }
    assert!(!case.closed() || matches!(case.embargo, EmbargoState::None | EmbargoState::Exited));
}
