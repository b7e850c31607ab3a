#![no_main]

mod check;
mod pieces;

// The whole analysis; what relations, events and mitigations point at is looked up in `check::analysis`.
libfuzzer_sys::fuzz_target!(init: check::warm(), |data: &[u8]| {
    check::bounded(128 << 20, || check::analyze("input.md", pieces::text(data).as_bytes()));
});
