//! Every transition of the four machines. The tables are those of the Vultron documentation.

use crate::case::*;

/// Vultron Protocol Specification, section 6.2; the grammar of "RM Formal Model".
#[test]
fn report_management_has_its_eleven_transitions_and_no_other() {
    use {ReportState as S, ReportStep as T};
    let table = [
        (S::Start, T::Receive, S::Received),
        (S::Received, T::Validate, S::Valid),
        (S::Received, T::Invalidate, S::Invalid),
        (S::Invalid, T::Validate, S::Valid),
        (S::Invalid, T::Close, S::Closed),
        (S::Valid, T::Accept, S::Accepted),
        (S::Valid, T::Defer, S::Deferred),
        (S::Accepted, T::Defer, S::Deferred),
        (S::Accepted, T::Close, S::Closed),
        (S::Deferred, T::Accept, S::Accepted),
        (S::Deferred, T::Close, S::Closed),
    ];
    for &from in S::ALL {
        for &step in T::ALL {
            let row = table.iter().find(|row| row.0 == from && row.1 == step);
            assert_eq!(from.after(step), row.map(|row| row.2), "{from} {step}");
        }
    }
    assert_eq!((S::ALL.len(), T::ALL.len(), table.len()), (7, 6, 11));
}

/// Section 7.2; the grammar of "EM Formal Model".
#[test]
fn embargo_management_has_its_ten_transitions_and_no_other() {
    use {EmbargoState as S, EmbargoStep as T};
    let table = [
        (S::None, T::Propose, S::Proposed),
        (S::Proposed, T::Propose, S::Proposed),
        (S::Proposed, T::Reject, S::None),
        (S::Proposed, T::Accept, S::Active),
        (S::Active, T::Propose, S::Revise),
        (S::Active, T::Terminate, S::Exited),
        (S::Revise, T::Propose, S::Revise),
        (S::Revise, T::Accept, S::Active),
        (S::Revise, T::Reject, S::Active),
        (S::Revise, T::Terminate, S::Exited),
    ];
    for &from in S::ALL {
        for &step in T::ALL {
            let row = table.iter().find(|row| row.0 == from && row.1 == step);
            assert_eq!(from.after(step), row.map(|row| row.2), "{from} {step}");
        }
    }
    assert_eq!((S::ALL.len(), T::ALL.len(), table.len()), (5, 4, 10));
}

/// Section 9.2, in the edition of five states; the last row of its table stands for all states.
#[test]
fn consent_has_the_transitions_of_its_table_and_no_other() {
    use {ConsentState as S, ConsentStep as T};
    let mut table = vec![
        (S::NoEmbargo, T::Invite, S::Invited),
        (S::NoEmbargo, T::Accept, S::Signatory),
        (S::NoEmbargo, T::Decline, S::Declined),
        (S::Invited, T::Accept, S::Signatory),
        (S::Invited, T::Decline, S::Declined),
        (S::Invited, T::TimeOut, S::Declined),
        (S::Signatory, T::Revise, S::Lapsed),
        (S::Lapsed, T::Invite, S::Invited),
        (S::Lapsed, T::Accept, S::Signatory),
        (S::Lapsed, T::Decline, S::Declined),
        (S::Lapsed, T::TimeOut, S::Declined),
        (S::Declined, T::Invite, S::Invited),
    ];
    table.extend(S::ALL.iter().map(|&from| (from, T::Reset, S::NoEmbargo)));
    for &from in S::ALL {
        for &step in T::ALL {
            let row = table.iter().find(|row| row.0 == from && row.1 == step);
            assert_eq!(from.after(step), row.map(|row| row.2), "{from} {step}");
        }
        assert_eq!(from.adheres(), from == S::Signatory);
    }
    assert_eq!((S::ALL.len(), T::ALL.len(), table.len()), (5, 6, 17));
}

/// "CS Transitions", the grammar: each state, and the events that may come.
#[rustfmt::skip]
const GRAMMAR: &[(&str, &str)] = &[
    ("vfdpxa", "VPXA"), ("vfdpxA", "VPX"), ("vfdpXa", "P"), ("vfdpXA", "P"),
    ("vfdPxa", "V"), ("vfdPxA", "V"), ("vfdPXa", "V"), ("vfdPXA", "V"),
    ("Vfdpxa", "FPXA"), ("VfdpxA", "FPX"), ("VfdpXa", "P"), ("VfdpXA", "P"),
    ("VfdPxa", "FXA"), ("VfdPxA", "FX"), ("VfdPXa", "FA"), ("VfdPXA", "F"),
    ("VFdpxa", "DPXA"), ("VFdpxA", "DPX"), ("VFdpXa", "P"), ("VFdpXA", "P"),
    ("VFdPxa", "DXA"), ("VFdPxA", "DX"), ("VFdPXa", "DA"), ("VFdPXA", "D"),
    ("VFDpxa", "PXA"), ("VFDpxA", "PX"), ("VFDpXa", "P"), ("VFDpXA", "P"),
    ("VFDPxa", "XA"), ("VFDPxA", "X"), ("VFDPXa", "A"), ("VFDPXA", ""),
];

fn letter(event: CaseEvent) -> char {
    match event {
        CaseEvent::VendorAware => 'V',
        CaseEvent::FixReady => 'F',
        CaseEvent::FixDeployed => 'D',
        CaseEvent::PublicAware => 'P',
        CaseEvent::ExploitPublic => 'X',
        CaseEvent::AttacksObserved => 'A',
    }
}

#[test]
fn case_state_has_the_transitions_of_its_grammar_and_no_other() {
    let states: Vec<CaseState> = CaseState::all().collect();
    assert_eq!((states.len(), GRAMMAR.len()), (32, 32));
    for state in states {
        let written = state.to_string();
        let (_, allowed) = GRAMMAR.iter().find(|row| row.0 == written).expect("in the grammar");
        for &event in CaseEvent::ALL {
            let large = letter(event);
            let expected = allowed
                .contains(large)
                .then(|| written.replace(large.to_ascii_lowercase(), &large.to_string()));
            assert_eq!(state.after(event).map(|next| next.to_string()), expected, "{written} {large}");
        }
        assert_eq!(
            state.ephemeral(),
            allowed.len() == 1 && "PV".contains(allowed) && written != "VFDPXA",
            "{written}"
        );
    }
}

#[test]
fn there_are_exactly_seventy_histories() {
    let histories = CaseState::histories();
    assert_eq!(histories.len(), 70);
    // Counted another way: of all 720 orders, those that keep the rules as sentences.
    let mut orders = vec![Vec::new()];
    for _ in 0..6 {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<CaseEvent>| {
                let rest = CaseEvent::ALL.iter().filter(|e| !order.contains(e)).copied().collect::<Vec<_>>();
                rest.into_iter().map(move |event| [order.clone(), vec![event]].concat())
            })
            .collect();
    }
    assert_eq!(orders.len(), 720);
    let keeps = |order: &[CaseEvent]| {
        let at = |letter_: char| order.iter().position(|&e| letter(e) == letter_).expect("all six");
        let fix = at('V') < at('F') && at('F') < at('D');
        // An exploit comes after the public knows, or the public knows next; likewise the vendor.
        let exploit = at('P') < at('X') || at('P') == at('X') + 1;
        let vendor = at('V') < at('P') || at('V') == at('P') + 1;
        fix && exploit && vendor
    };
    let mut kept: Vec<[CaseEvent; 6]> =
        orders.iter().filter(|order| keeps(order)).map(|o| o.as_slice().try_into().expect("six")).collect();
    kept.sort_unstable();
    assert_eq!(kept, histories);
}

/// "States": 1,400 combinations are 352 states; the sizes of the parts as tallied there.
#[test]
fn participants_have_the_state_spaces_of_the_documentation() {
    assert_eq!(ParticipantState::all().count(), 1400);
    assert_eq!(ParticipantState::space(None).len(), 352);
    let sizes = Part::ALL.iter().map(|&part| ParticipantState::space(Some(part)).len()).collect::<Vec<_>>();
    assert_eq!(sizes, [100, 128, 100, 72, 29]);
    // By hand: 2 of start and closed, 90 and 100 private, 36 and 40 public (undecided, decided).
    let any = Part::ALL.iter().flat_map(|&part| ParticipantState::space(Some(part)));
    assert_eq!(any.collect::<std::collections::BTreeSet<_>>().len(), 2 + 90 + 100 + 36 + 40);
}
