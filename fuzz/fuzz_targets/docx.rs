#![no_main]

mod check;
mod docx_file;

// The fuzzer changes the XML; wrapped here, it need not learn to deflate.
libfuzzer_sys::fuzz_target!(|data: &[u8]| check::read("input.docx", &docx_file::wrap(data)));
