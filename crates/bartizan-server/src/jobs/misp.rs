//! The source that is a MISP feed: the manifest says which events are new, each becomes objects.

use bartizan_clearinghouse::feed::Limits;
use bartizan_clearinghouse::feed::misp::{self, Listed};
use bartizan_store::{Item, Step};
use serde_json::Value;

use super::outside::lasting;
use super::round::{Round, TRIES, Validators, read};
use super::work::WorkFault;

const ACCEPT: &str = "application/json, */*;q=0.5";
/// Events that one round fetches.
const EVENTS: usize = 100;
/// The largest manifest and event; the most attributes of an event.
const BYTES: usize = 64 << 20;
const ENTRIES: usize = 100_000;

fn limits() -> Limits {
    Limits { bytes: BYTES, entries: ENTRIES, ..Limits::default() }
}

/// The folder of a feed, with a slash at its end.
fn folder(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let path = path.strip_suffix("manifest.json").unwrap_or(path);
    if path.ends_with('/') { path.to_owned() } else { format!("{path}/") }
}

/// Takes over what is new; whether there is more.
pub(super) async fn pull(round: &mut Round<'_>) -> Result<bool, WorkFault> {
    let known: Validators = round.place();
    let folder = folder(&round.channel.address);
    round.say("fetching the manifest", 0, 0);
    let manifest = format!("{folder}manifest.json");
    let Some(fetched) = round.get(&manifest, ACCEPT, Some(&known)).await? else { return Ok(false) };
    let place = Validators::of(&fetched).text();
    let (mut listed, findings) = read(fetched.bytes, |bytes| misp::manifest(bytes, &limits())).await?;
    let notes: Vec<String> = findings.iter().map(ToString::to_string).collect();
    round.step(&Step { notes: &notes, ..Step::default() }).await?;
    // Oldest first: what an event refers to is there before it.
    listed.sort_by_key(|event| event.timestamp);
    let (mut fetched, mut open) = (0, false);
    for event in &listed {
        let version = event.timestamp.map(|t| t.to_string()).unwrap_or_default();
        let tries = match round.item(&event.uuid).await? {
            Some((before, 0)) if before == version => continue,
            Some((before, tries)) if before == version && tries >= TRIES => continue,
            Some((before, tries)) if before == version => tries,
            _ => 0,
        };
        if fetched >= EVENTS {
            return Ok(true);
        }
        fetched += 1;
        round.say("fetching events", fetched, listed.len().min(EVENTS));
        let item = Item { key: &event.uuid, version: &version, tries };
        match one(round, &folder, event, item).await {
            Ok(()) => {}
            Err(fault) if fault.code.starts_with("job.") || fault.code.starts_with("source.") => {
                return Err(fault);
            }
            Err(fault) => {
                open |= fault.passing && tries + 1 < TRIES;
                round.refuse(item, &format!("event {}", event.uuid), &fault).await?;
            }
        }
    }
    if !open {
        round.step(&Step { place: Some(&place), ..Step::default() }).await?;
    }
    Ok(false)
}

async fn one(round: &mut Round<'_>, folder: &str, event: &Listed, item: Item<'_>) -> Result<(), WorkFault> {
    let found = round.get(&format!("{folder}{}.json", event.uuid), ACCEPT, None).await?;
    let found = found.ok_or_else(|| lasting("fetch.answer", "nothing came"))?;
    let options = misp::Options { default_marking: Some(round.channel.marking) };
    let (objects, findings) = read(found.bytes, move |bytes| misp::event(bytes, &options, &limits())).await?;
    let bodies: Vec<String> = objects.into_iter().map(|object| Value::Object(object).to_string()).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let notes: Vec<String> = findings.iter().map(|f| format!("event {}: {f}", event.uuid)).collect();
    let items = [Item { tries: 0, ..item }];
    round.add(&bodies, &Step { items: &items, notes: &notes, ..Step::default() }).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn events_lie_beside_the_manifest() {
        for address in
            ["https://a.example/feed", "https://a.example/feed/", "https://a.example/feed/manifest.json?x=1"]
        {
            assert_eq!(super::folder(address), "https://a.example/feed/");
        }
    }
}
