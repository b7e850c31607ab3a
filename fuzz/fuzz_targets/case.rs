//! A log of a case, by anybody: it is folded or refused, and every state it leads to is one that the protocol has.
#![no_main]

use bartizan_clearinghouse::case::{Case, EmbargoState, Event};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(log) = serde_json::from_slice::<Vec<Event>>(data) else { return };
    let Some((first, rest)) = log.split_first() else { return };
    let Ok(mut case) = Case::open(first) else { return };
    let mut taken = vec![first];
    for event in rest {
        if case.apply(event).is_ok() {
            taken.push(event);
        }
        for (who, participant) in &case.participants {
            let state = case.state_of(who).expect("a participant");
            assert!(state.possible(participant.part()));
        }
        assert!(!case.world.public || matches!(case.embargo, EmbargoState::None | EmbargoState::Exited));
    }
    assert_eq!(case.events, taken.len() as u64);
    assert_eq!(Case::fold(taken).expect("its own log"), case);
});
