//! The feed readers and writers on standard input and output, for `scripts/feed-oracles.sh`:
//! `stix` an event of MISP into a bundle, `misp` a bundle into the files of a feed, `atom` and `rss` a bundle into a feed of
//! news, `table` a bundle into CSV, `read` a feed of news into JSON. Findings go to standard error.

use bartizan_clearinghouse::feed::{Finding, Limits, StixObject, misp, syndication, table};
use serde_json::{Value, json};
use std::io::{Read, Write};

fn main() {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).expect("standard input");
    let limits = Limits::default();
    let out = match std::env::args().nth(1).as_deref() {
        Some("stix") => {
            let (objects, findings) =
                misp::event(&bytes, &misp::Options::default(), &limits).expect("an event");
            show(&findings);
            let id = "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d";
            json!({"type": "bundle", "id": id, "objects": objects}).to_string()
        }
        Some("misp") => {
            let publisher = misp::Publisher {
                name: "Example".into(),
                uuid: "55f6ea65-aa10-4c5a-bf01-4f84950d210f".into(),
                collection: "Shared".into(),
                collection_id: "1".into(),
            };
            let (files, findings) = misp::feed(&objects(&bytes), &publisher);
            show(&findings);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let events: Value =
                files.events.iter().map(|(k, v)| (k.clone(), Value::String(text(v)))).collect();
            json!({"manifest": text(&files.manifest), "hashes": text(&files.hashes), "events": events})
                .to_string()
        }
        Some(kind @ ("atom" | "rss")) => {
            let feed = syndication::collection("urn:x:1", "Shared", &objects(&bytes), 1000, |_| None);
            let address = "https://example.org/feed";
            if kind == "atom" {
                syndication::atom(&feed, address, "Example")
            } else {
                syndication::rss(&feed, address)
            }
        }
        Some("table") => table::csv(&objects(&bytes)),
        Some("read") => {
            let (feed, findings) = syndication::read(&bytes, None, &limits).expect("a feed");
            show(&findings);
            let entries: Vec<Value> = feed
                .entries
                .iter()
                .map(|e| {
                    let summary = e.summary.as_ref().map(|s| &s.value);
                    json!({"id": e.id, "title": e.title, "link": e.link, "summary": summary,
                        "published": e.published.map(|t| t.as_second()), "updated": e.updated.map(|t| t.as_second())})
                })
                .collect();
            json!({"title": feed.title, "entries": entries}).to_string()
        }
        _ => panic!("stix, misp, atom, rss, table or read"),
    };
    std::io::stdout().write_all(out.as_bytes()).expect("standard output");
}

fn objects(bytes: &[u8]) -> Vec<StixObject> {
    let bundle: Value = serde_json::from_slice(bytes).expect("a bundle");
    let objects = bundle["objects"].as_array().into_iter().flatten();
    objects.filter_map(|o| o.as_object().cloned()).collect()
}

fn show(findings: &[Finding]) {
    for finding in findings {
        eprintln!("{finding}");
    }
}
