//! Feeds of news and of MISP, by the first byte: what was read is bounded, and what was made of it can be read again.
#![no_main]

use bartizan_clearinghouse::feed::{Limits, misp, syndication, table};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let limits = Limits { entries: 50, depth: 20, text: 1000, ..Limits::default() };
    let Some((first, data)) = data.split_first() else { return };
    if first % 2 == 0 {
        let Ok((feed, _)) = syndication::read(data, Some("https://example.org/"), &limits) else { return };
        assert!(feed.entries.len() <= limits.entries);
        let atom = syndication::atom(&feed, "https://example.org/feed", "Us");
        let (again, _) = syndication::read(atom.as_bytes(), None, &Limits::default()).expect("our own");
        assert_eq!(again.entries.len(), feed.entries.len());
        let rss = syndication::rss(&feed, "https://example.org/feed");
        assert!(syndication::read(rss.as_bytes(), None, &Limits::default()).is_ok());
    } else {
        let _ = misp::manifest(data, &limits);
        let Ok((objects, _)) = misp::event(data, &misp::Options::default(), &limits) else { return };
        let ids: std::collections::BTreeSet<_> = objects.iter().filter_map(|o| o["id"].as_str()).collect();
        assert_eq!(ids.len(), objects.len());
        assert!(table::csv(&objects).lines().count() > 0);
        let publisher = misp::Publisher {
            name: "Us".into(),
            uuid: "55f6ea65-aa10-4c5a-bf01-4f84950d210f".into(),
            collection: "All".into(),
            collection_id: "1".into(),
        };
        for event in misp::feed(&objects, &publisher).0.events.values() {
            assert!(misp::event(event, &misp::Options::default(), &Limits::default()).is_ok());
        }
    }
});
