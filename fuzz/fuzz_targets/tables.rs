//! A decision table by anybody: it decides everything, or it is refused.
#![no_main]

use bartizan_clearinghouse::priority::{Table, decide};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(table) = Table::parse(text) else { return };
    let decision = decide(&table, &[]).expect("decides");
    let rows: usize = decision.outcomes.iter().map(|outcome| outcome.rows.len()).sum();
    assert!(decision.known.iter().any(|known| known.derived.is_some()) || rows == table.rows.len());
});
