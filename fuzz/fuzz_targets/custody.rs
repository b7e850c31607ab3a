//! Manifests of anybody: told what is wrong, never held to be good without a key.
#![no_main]

use bartizan_custody::{Memory, Trusted, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let verdict = verify(bytes, &mut Memory::default(), &Trusted::default());
    assert!(!verdict.holds());
});
