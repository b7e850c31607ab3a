//! Every test document of the OASIS CSAF TC is read, or refused with a reason: nothing of them ends the program.
#![allow(clippy::disallowed_methods)]

use std::io::Read;

use bartizan_clearinghouse::due::{Notice, Notices};

#[test]
fn every_document_of_the_corpus_is_read() {
    let Some(root) = std::env::var_os("BARTIZAN_SHARED") else {
        eprintln!("skipped: no CSAF test documents (set BARTIZAN_SHARED)");
        return;
    };
    let path = std::path::Path::new(&root).join("data/clearinghouse/csaf-tests.tar.zst");
    let packed = std::fs::File::open(path).expect("the archive");
    let mut archive = tar::Archive::new(ruzstd::decoding::StreamingDecoder::new(packed).expect("zstd"));
    let (mut read, mut refused, mut notices) = (0, 0, Vec::new());
    for entry in archive.entries().expect("tar") {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a path").display().to_string();
        if !name.ends_with(".json") || !name.contains("/test/") {
            continue;
        }
        let mut text = String::new();
        if entry.read_to_string(&mut text).is_err() {
            continue;
        }
        match Notice::read(&name, &text) {
            Ok(notice) => {
                read += 1;
                notices.push(notice.into());
            }
            Err(_) => refused += 1,
        }
    }
    eprintln!("{read} read, {refused} refused");
    assert!(read > 900, "{read}");
    assert_eq!(Notices::new(notices).notices().len(), read);
}
