//! Objects from a file: a STIX 2.1 bundle, a MISP event, or a table of values.

use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::feed::{self, misp};
use bartizan_clearinghouse::time;
use bartizan_store::{Arrival, Outcome, Receipt};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Acting, Wrong, table};
use crate::app::App;
use crate::taxii::arriving;

/// Most objects of a file.
const MOST: usize = 20_000;
/// Most lines about what was refused.
const LINES: usize = 200;

/// What became of a file.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// What kind of file it was, in words.
    pub(crate) kind: &'static str,
    /// Identifiers of what is new.
    pub(crate) added: Vec<String>,
    /// Identifiers of what was there.
    pub(crate) known: Vec<String>,
    /// What was not taken, and why.
    pub(crate) refused: Vec<(String, String)>,
}

/// What a file holds, object by object.
struct Held {
    kind: &'static str,
    bodies: Vec<String>,
    refused: Vec<(String, String)>,
}

/// Adds what a file holds, all under one embargo.
pub(crate) async fn upload(
    app: &App,
    acting: &Acting<'_>,
    address: &str,
    bytes: Vec<u8>,
    embargo: Option<i64>,
) -> Result<Taken, Wrong> {
    let entry = acting.collection(address)?;
    let thing = Thing::Collection(&entry.access);
    acting.must(Verb::Add, &thing, "You may not add to this collection.")?;
    let (owner, author) = acting.known()?;
    let now = acting.now;
    let held = tokio::task::spawn_blocking(move || read(&bytes, now)).await;
    let held = held.unwrap_or_else(|_| Err("It could not be read.".into())).map_err(Wrong::Unfit)?;
    let (good, bad) = arriving(held.bodies.iter().map(String::as_str));
    let mut incoming: Vec<_> = good.iter().map(|object| object.incoming()).collect();
    incoming.iter_mut().for_each(|object| object.embargo = embargo);
    let mut taken = Taken { kind: held.kind, refused: held.refused, ..Taken::default() };
    let words = |line: String| {
        line.split_once(": ").map_or((String::new(), line.clone()), |(a, b)| (a.into(), b.into()))
    };
    taken.refused.extend(bad.into_iter().map(words));
    if !incoming.is_empty() {
        let arrival = Arrival {
            collection: entry.access.id,
            unmarked: entry.marking,
            owner,
            author,
            readable: &acting.reads(entry),
            objects: &incoming,
        };
        let uuid = app.uuid();
        let receipt = |_: &[Outcome]| Receipt { uuid: uuid.clone(), body: "{}".into() };
        let written = app.store.add_objects(&acting.by(), &arrival, receipt).await?;
        for (object, outcome) in incoming.iter().zip(&written.outcomes) {
            let list = match outcome {
                Outcome::Added(_) => &mut taken.added,
                Outcome::Known { .. } => &mut taken.known,
            };
            list.push(object.id.to_owned());
        }
        app.wake.now();
    }
    let more = taken.refused.len().saturating_sub(LINES);
    if more > 0 {
        taken.refused.truncate(LINES);
        taken.refused.push((String::new(), format!("and {more} more")));
    }
    Ok(taken)
}

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow)]
    objects: Vec<&'a RawValue>,
}

fn read(bytes: &[u8], now: i64) -> Result<Held, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        None => Err("There is nothing in the file.".into()),
        Some(b'{' | b'[') => json(bytes),
        Some(_) => {
            let text =
                std::str::from_utf8(bytes).map_err(|_| "It is neither JSON nor text in UTF-8.".to_owned())?;
            let at = time::text(now);
            // STIX writes milliseconds.
            let at = format!("{}Z", at.get(..23).unwrap_or(&at));
            let (objects, refused) = table::indicators(text, &at);
            Ok(Held { kind: "table", bodies: objects.iter().map(|o| o.to_string()).collect(), refused })
        }
    }
}

fn json(bytes: &[u8]) -> Result<Held, String> {
    /// Members that tell one kind from the other.
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(borrow, default, rename = "Event")]
        event: Option<&'a RawValue>,
        #[serde(borrow, default)]
        objects: Option<&'a RawValue>,
    }
    let no_json = |e: serde_json::Error| format!("It is no JSON: {e}.");
    let head: Head<'_> = serde_json::from_slice(bytes).map_err(no_json)?;
    if head.event.is_some() {
        let limits = feed::Limits { bytes: bytes.len(), entries: MOST, ..feed::Limits::default() };
        let read = misp::event(bytes, &misp::Options::default(), &limits);
        let (objects, findings) = read.map_err(|e| format!("It is no MISP event: {e}."))?;
        let bodies = objects.iter().map(|o| serde_json::to_string(o).unwrap_or_default()).collect();
        let refused =
            findings.iter().map(|f| (f.code.as_str().to_owned(), format!("{} ({})", f.what, f.count)));
        return Ok(Held { kind: "MISP event", bodies, refused: refused.collect() });
    }
    if head.objects.is_none() {
        return Err("It is neither a STIX bundle (objects) nor a MISP event (Event).".into());
    }
    let bundle: Bundle<'_> =
        serde_json::from_slice(bytes).map_err(|e| format!("It is no STIX bundle: {e}."))?;
    if bundle.objects.len() > MOST {
        return Err(format!("A bundle has at most {MOST} objects here; send it in parts."));
    }
    let bodies = bundle.objects.iter().map(|raw| raw.get().to_owned()).collect();
    Ok(Held { kind: "STIX bundle", bodies, refused: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_796_036_400_000_000;

    fn kind(text: &str) -> Result<&'static str, String> {
        read(text.as_bytes(), NOW).map(|held| held.kind)
    }

    #[test]
    fn a_file_is_what_it_says() {
        assert_eq!(kind(r#"{"type":"bundle","objects":[]}"#), Ok("STIX bundle"));
        assert_eq!(kind("value\n198.51.100.7\n"), Ok("table"));
        let event = r#"{"Event":{"uuid":"57c4445b-c548-4654-af0b-4be3950d210f","info":"x","date":"2024-01-01",
            "timestamp":"1704067200","Tag":[{"name":"PAP:RED"}],"Attribute":[{"type":"domain","value":"evil.example",
            "to_ids":true,"uuid":"46ffb1da-25f8-4b5c-b9a5-e1ee4a1b4d9a"}]}}"#;
        let held = read(event.as_bytes(), NOW).expect("an event");
        assert_eq!(held.kind, "MISP event");
        let report = held.bodies.iter().find(|b| b.contains("\"report\"")).expect("a report");
        let pap = bartizan_clearinghouse::pap::of_object(report, &Default::default());
        assert_eq!(pap, Some(bartizan_clearinghouse::pap::Pap::Red), "MISP's tag arrives");
        for broken in ["", "  \n", "{", "[]", r#"{"type":"bundle"}"#, r#"{"objects":7}"#, r#"{"Event":7}"#] {
            assert!(kind(broken).is_err(), "{broken}");
        }
        assert!(read(b"\xff\xfe\x00", NOW).is_err());
    }

    #[test]
    fn bodies_stay_byte_for_byte() {
        let object = "{ \"type\" : \"malware\",\n \"x\": 1.50 }";
        let held = read(format!("{{\"objects\":[{object}]}}").as_bytes(), NOW).expect("a bundle");
        assert_eq!(held.bodies, [object]);
    }
}
