//! Load on a TAXII 2.1 server: `load ROOT COLLECTION USER PASSWORD BUNDLE [FILL]` prints one line of JSON.
//!
//! Adds the bundle's objects in envelopes of 500, reads all of them back in pages of 1,000, asks for single objects from eight
//! clients at once; with FILL it first adds so many made-up objects. Bodies are not looked into beyond counting, so that the
//! server is measured and not the client.

use std::collections::BTreeMap;
use std::io::Read;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde::Deserialize;
use serde_json::value::RawValue;

const MEDIA: &str = "application/taxii+json;version=2.1";

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow)]
    objects: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow, default)]
    objects: Vec<&'a RawValue>,
    #[serde(default)]
    next: Option<String>,
}

struct Client {
    agent: ureq::Agent,
    root: String,
    authorization: String,
}

impl Client {
    fn get(&self, path: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut answer = self
            .agent
            .get(format!("{}{path}", self.root))
            .header("accept", MEDIA)
            .header("accept-encoding", "identity")
            .header("authorization", &self.authorization)
            .call()?;
        let mut bytes = Vec::new();
        answer.body_mut().as_reader().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn post(&self, objects: &[&str]) -> Result<(), Box<dyn std::error::Error>> {
        let body = format!("{{\"objects\":[{}]}}", objects.join(","));
        let mut answer = self
            .agent
            .post(format!("{}objects/", self.root))
            .header("accept", MEDIA)
            .header("content-type", MEDIA)
            .header("authorization", &self.authorization)
            .send(body.as_bytes())?;
        let text = answer.body_mut().read_to_string()?;
        let status: serde_json::Value = serde_json::from_str(&text)?;
        if status["success_count"].as_u64() != Some(objects.len() as u64) {
            return Err(format!("not all were taken: {}", &text[..text.len().min(300)]).into());
        }
        Ok(())
    }
}

fn rate(count: usize, time: Duration) -> u64 {
    (count as f64 / time.as_secs_f64()) as u64
}

fn share(sorted: &[Duration], part: f64) -> f64 {
    let at = ((sorted.len() as f64 * part) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(0.0, |time| (time.as_secs_f64() * 100_000.0).round() / 100.0)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, collection, user, password, bundle, rest @ ..] = arguments.as_slice() else {
        return Err("load ROOT COLLECTION USER PASSWORD BUNDLE [FILL]".into());
    };
    let fill: usize = rest.first().map_or(Ok(0), |n| n.parse())?;
    let text = std::fs::read_to_string(bundle)?;
    let bundle: Bundle<'_> = serde_json::from_str(&text)?;
    let objects: Vec<&str> = bundle.objects.iter().map(|o| o.get()).collect();
    let secret = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    let client = || Client {
        agent: ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(600))).build().into(),
        root: format!("{}/collections/{collection}/", root.trim_end_matches('/')),
        authorization: format!("Basic {secret}"),
    };
    let one = client();
    let mut found = BTreeMap::new();

    if fill > 0 {
        let begun = Instant::now();
        for from in (0..fill).step_by(500) {
            let made: Vec<String> = (from..(from + 500).min(fill)).map(made_up).collect();
            one.post(&made.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        found.insert("fill_objects_per_s", serde_json::json!(rate(fill, begun.elapsed())));
    }

    let mut times = Vec::new();
    let begun = Instant::now();
    for set in objects.chunks(500) {
        let at = Instant::now();
        one.post(set)?;
        times.push(at.elapsed());
    }
    found.insert("ingest_objects_per_s", serde_json::json!(rate(objects.len(), begun.elapsed())));
    times.sort();
    found.insert("post_p99_ms", serde_json::json!(share(&times, 0.99)));

    let (mut read, mut size, mut next) = (0, 0, None::<String>);
    let begun = Instant::now();
    loop {
        let after = next.as_ref().map(|n| format!("&next={n}")).unwrap_or_default();
        let bytes = one.get(&format!("objects/?limit=1000{after}"))?;
        size += bytes.len();
        let page: Page<'_> = serde_json::from_slice(&bytes)?;
        read += page.objects.len();
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    found.insert("read_objects", serde_json::json!(read));
    found.insert("read_objects_per_s", serde_json::json!(rate(read, begun.elapsed())));
    found.insert("read_mb_per_s", serde_json::json!(rate(size, begun.elapsed()) / 1_000_000));

    let ids: Vec<String> = bundle
        .objects
        .iter()
        .filter_map(|o| {
            serde_json::from_str::<serde_json::Value>(o.get()).ok()?["id"].as_str().map(str::to_owned)
        })
        .collect();
    let each = 500;
    let begun = Instant::now();
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8)
            .map(|worker| {
                let (client, ids) = (client(), &ids);
                scope.spawn(move || {
                    let ask = |i: usize| {
                        let at = Instant::now();
                        let id = &ids[(i * 7919 + worker * 31) % ids.len()];
                        client.get(&format!("objects/{id}/")).map(|_| at.elapsed()).expect("an object")
                    };
                    (0..each).map(ask).collect::<Vec<_>>()
                })
            })
            .collect();
        asked.into_iter().flat_map(|thread| thread.join().expect("a client")).collect()
    });
    let took = begun.elapsed();
    times.sort();
    found.insert("get_per_s", serde_json::json!(rate(times.len(), took)));
    found.insert("get_p50_ms", serde_json::json!(share(&times, 0.5)));
    found.insert("get_p99_ms", serde_json::json!(share(&times, 0.99)));

    let mut times = Vec::new();
    for _ in 0..50 {
        let at = Instant::now();
        one.get("objects/?match[type]=malware,tool&limit=20")?;
        times.push(at.elapsed());
    }
    times.sort();
    found.insert("filter_p95_ms", serde_json::json!(share(&times, 0.95)));
    println!("{}", serde_json::to_string(&found)?);
    Ok(())
}

/// An indicator of about 700 bytes.
fn made_up(n: usize) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--{:08x}-0000-4000-8000-{n:012x}","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","name":"Made up {n}","description":"{}","indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'host-{n}.bulk.top']","pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z","confidence":60,"labels":["made-up"]}}"#,
        n.wrapping_mul(2_654_435_761) & 0xffff_ffff,
        "words that stand for a description of what was seen and where, so that the size is usual ".repeat(4),
    )
}
