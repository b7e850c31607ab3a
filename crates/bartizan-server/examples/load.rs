//! Load on a TAXII 2.1 server: `load ROOT COLLECTION USER PASSWORD BUNDLE [fill=N] [seconds=S] [search=URL]` prints one line of JSON.
//!
//! Adds the bundle's objects in envelopes of 500, reads all of them back in pages of 1,000, asks for single objects from eight
//! clients at once; with `fill` it first adds so many made-up objects, with `search` (the address of `GET /objects` of the REST API)
//! it then asks for words and values. Each part ends after `seconds`, with what it has. Bodies are not looked into beyond
//! counting, so that the server is measured and not the client.

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
        self.get_from(&format!("{}{path}", self.root), MEDIA)
    }

    fn get_from(&self, address: &str, media: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut answer = self
            .agent
            .get(address)
            .header("accept", media)
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
        return Err("load ROOT COLLECTION USER PASSWORD BUNDLE [fill=N] [seconds=S] [search=URL]".into());
    };
    let option = |name: &str| rest.iter().find_map(|text| text.strip_prefix(name)?.strip_prefix('='));
    let fill: usize = option("fill").map_or(Ok(0), str::parse)?;
    let patience = Duration::from_secs(option("seconds").map_or(Ok(3600), str::parse)?);
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

    let (mut times, mut sent) = (Vec::new(), 0);
    let begun = Instant::now();
    for set in objects.chunks(500).take_while(|_| begun.elapsed() < patience) {
        let at = Instant::now();
        one.post(set)?;
        times.push(at.elapsed());
        sent += set.len();
    }
    found.insert("ingest_objects_per_s", serde_json::json!(rate(sent, begun.elapsed())));
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
        if next.is_none() || begun.elapsed() > patience {
            break;
        }
    }
    found.insert("read_objects", serde_json::json!(read));
    found.insert("read_objects_per_s", serde_json::json!(rate(read, begun.elapsed())));
    found.insert("read_mb_per_s", serde_json::json!(rate(size, begun.elapsed()) / 1_000_000));

    let ids: Vec<String> = objects
        .iter()
        .take(sent)
        .filter_map(|o| serde_json::from_str::<serde_json::Value>(o).ok()?["id"].as_str().map(str::to_owned))
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
                    (0..each).take_while(|_| begun.elapsed() < patience).map(ask).collect::<Vec<_>>()
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
    let begun = Instant::now();
    for _ in (0..50).take_while(|_| begun.elapsed() < patience) {
        let at = Instant::now();
        one.get("objects/?match[type]=malware,tool&limit=20")?;
        times.push(at.elapsed());
    }
    times.sort();
    found.insert("filter_p95_ms", serde_json::json!(share(&times, 0.95)));
    if let Some(address) = option("search") {
        search(&one, address, ids.last().map_or("", String::as_str), fill, &mut found)?;
    }
    println!("{}", serde_json::to_string(&found)?);
    Ok(())
}

/// Waits until what was added last is found, then asks for values (one object each), names, words of every object, words of none,
/// beginnings and what has a type; 20 times each, in turn.
fn search(
    client: &Client,
    address: &str,
    last: &str,
    fill: usize,
    found: &mut BTreeMap<&'static str, serde_json::Value>,
) -> Result<(), Box<dyn std::error::Error>> {
    let ask = |question: &str| -> Result<(Duration, usize), Box<dyn std::error::Error>> {
        let at = Instant::now();
        let bytes = client.get_from(&format!("{address}?limit=25&{question}"), "application/json")?;
        let took = at.elapsed();
        let page: serde_json::Value = serde_json::from_slice(&bytes)?;
        Ok((took, page["items"].as_array().map_or(0, Vec::len)))
    };
    let begun = Instant::now();
    let made = format!("host-{}.bulk.top", fill.saturating_sub(1));
    while ask(&format!("q={last}"))?.1 == 0 || (fill > 0 && ask(&format!("q={made}"))?.1 == 0) {
        std::thread::sleep(Duration::from_millis(500));
        if begun.elapsed() > Duration::from_secs(900) {
            return Err("what was added is not found after 15 minutes".into());
        }
    }
    found.insert("words_kept_after_s", serde_json::json!(begun.elapsed().as_secs()));
    let (mut times, mut worst) = (Vec::new(), (Duration::ZERO, String::new()));
    for turn in 0..20_usize {
        let some = (turn * 48_611) % fill.max(1);
        for question in [
            format!("q=host-{some}.bulk.top"),
            "q=cobalt+strike".to_owned(),
            "q=T1059.001".to_owned(),
            "q=description".to_owned(),
            "q=made+description+usual".to_owned(),
            "q=powershell+description".to_owned(),
            "q=wordthatisnowhere+description".to_owned(),
            "q=powersh*".to_owned(),
            "q=backdoor&type=malware".to_owned(),
            "type=intrusion-set".to_owned(),
            format!("q={some}"),
        ] {
            let (took, _) = ask(&question)?;
            if took > worst.0 {
                worst = (took, question);
            }
            times.push(took);
        }
    }
    times.sort();
    found.insert("search_p50_ms", serde_json::json!(share(&times, 0.5)));
    found.insert("search_p95_ms", serde_json::json!(share(&times, 0.95)));
    found.insert("search_slowest", serde_json::json!([worst.1, worst.0.as_millis() as u64]));
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
