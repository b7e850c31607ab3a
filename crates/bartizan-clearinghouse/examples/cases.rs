//! Asks a million random commands of cases and checks everything after each: `cargo run --release --example cases [seed] [steps]`.

#[path = "../tests/walk/mod.rs"]
mod walk;

use bartizan_clearinghouse::case::{Code, ParticipantState};

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().expect("a number"));
    let seed = arguments.next().unwrap_or(1);
    let steps = arguments.next().unwrap_or(1_000_000);
    let count = walk::walk(seed, steps);
    println!(
        "{} commands in {} cases, {} taken; no forbidden state, no event lost",
        count.steps, count.cases, count.taken
    );
    println!("{} of {} participant states seen", count.states.len(), ParticipantState::space(None).len());
    println!("{} of {} codes of refusal seen", count.codes.len(), Code::ALL.len());
    let unseen = Code::ALL.iter().filter(|code| !count.codes.contains(code)).map(|code| code.as_str());
    println!("not seen: {}", unseen.collect::<Vec<_>>().join(", "));
}
