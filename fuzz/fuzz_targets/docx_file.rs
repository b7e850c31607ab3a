//! An archive around XML.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// A DOCX of document, relationships and styles, separated by zero bytes.
pub fn wrap(data: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut parts = data.splitn(3, |b| *b == 0);
    for name in ["word/document.xml", "word/_rels/document.xml.rels", "word/styles.xml"] {
        if let Some(part) = parts.next() {
            let written = writer.start_file(name, options).is_ok() && writer.write_all(part).is_ok();
            assert!(written, "writing to memory");
        }
    }
    writer.finish().expect("writing to memory").into_inner()
}
