//! Random commands reach no forbidden state and lose no event. `cargo run --release --example cases` asks a million.

mod walk;

use bartizan_clearinghouse::case::{Code, ParticipantState};

#[test]
fn random_commands_reach_no_forbidden_state_and_lose_no_event() {
    let count = walk::walk(1, 30_000);
    assert_eq!(count.steps, 30_000);
    assert!(count.taken > 3_000, "it does something: {} taken", count.taken);
    assert!(count.states.is_subset(&ParticipantState::space(None)));
    // Nearly all refusals are met; what is not has to do with sizes or with names that do not parse.
    assert!(count.codes.len() > Code::ALL.len() - 12, "{:?}", count.codes);
    assert_eq!(walk::walk(1, 3_000), walk::walk(1, 3_000), "the same seed walks the same way");
}
