#![no_main]

mod check;

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

// The fuzzer changes the XML; wrapped here, it need not learn to deflate.
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut parts = data.splitn(3, |b| *b == 0);
    for name in ["word/document.xml", "word/_rels/document.xml.rels", "word/styles.xml"] {
        if let Some(part) = parts.next() {
            let written = writer.start_file(name, options).is_ok() && writer.write_all(part).is_ok();
            assert!(written, "writing to memory");
        }
    }
    if let Ok(archive) = writer.finish() {
        check::read("input.docx", &archive.into_inner());
    }
});
