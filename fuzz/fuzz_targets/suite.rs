//! Files of questions: read or refused; what was read is read again from the dataset it becomes.
#![no_main]

use bartizan_programme::suite::{Format, dataset, load};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for format in Format::ALL {
        if let Ok((_, questions)) = load(format, bytes) {
            let _ = load(Format::Lines, dataset(&questions).as_bytes());
        }
    }
});
