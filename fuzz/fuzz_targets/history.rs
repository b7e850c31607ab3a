#![no_main]

mod check;

use bartizan::exchange::{self, stix};
use bartizan_knowledge::Pack;
use bartizan_response::history::{Record, changes, markdown, wire};
use bartizan_stix::Tlp;
use std::collections::BTreeSet;

// By the first byte: an analysis as a library reads it, or an earlier bundle to be continued.
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&kind, bytes)) = data.split_first() else { return };
    check::bounded(64 << 20, || match kind % 2 {
        0 => record(bytes),
        _ => bundle(bytes),
    });
});

fn record(bytes: &[u8]) {
    let Ok(record) = Record::read(bytes) else { return };
    assert!(record.is_edition_of(&record) && record.keeps(&record));
    let none = changes(&record, &record);
    assert!(none.is_empty());
    let _ = (markdown::changes(&none), wire::changes(&none), bartizan_page::changes(&none));
    assert!(record.claims().all(|c| (0.0..=1.0).contains(&c.confidence)));
}

fn bundle(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice(bytes) else { return };
    let sha256 = "0".repeat(64);
    let Some(lineage) = stix::Lineage::read(&value, &sha256, Tlp::Clear) else { return };
    let Some(mut analysis) = check::analyze("x.txt", b"It used evil[.]top.") else { return };
    analysis.document.sha256 = sha256;
    analysis.marking = Some(Tlp::Clear);
    let next = stix::bundle_with(&analysis, Pack::built_in(), &stix::Extra::default(), Some(&lineage));
    let ids: BTreeSet<String> = next.objects.iter().map(|item| item.id().to_string()).collect();
    assert!(ids.len() == next.objects.len(), "an object twice");
    assert!(exchange::marking(&analysis) == Tlp::Clear);
}
