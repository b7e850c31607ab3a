#![no_main]

mod check;

libfuzzer_sys::fuzz_target!(init: check::forgive_pdf_library(), |data: &[u8]| check::read("input.pdf", data));
