//! The source that is an RSS or Atom feed: each new article becomes a submission.

use std::collections::BTreeSet;

use bartizan_clearinghouse::feed::Limits;
use bartizan_clearinghouse::feed::syndication::{self, Entry};
use bartizan_store::{Item, Step};

use super::outside::lasting;
use super::round::{Round, TRIES, Validators, key, read};
use super::work::WorkFault;

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/xml, text/xml, */*;q=0.5";
/// Articles that one round fetches.
const ARTICLES: usize = 50;
/// Entries that are looked at, the largest feed, and the longest text of an entry.
const ENTRIES: usize = 20_000;
const BYTES: usize = 16 << 20;
const TEXT: usize = 4 << 20;

/// Takes over what is new; whether there is more.
pub(super) async fn pull(round: &mut Round<'_>) -> Result<bool, WorkFault> {
    let known: Validators = round.place();
    round.say("fetching the feed", 0, 0);
    let address = round.channel.address.clone();
    let Some(fetched) = round.get(&address, ACCEPT, Some(&known)).await? else { return Ok(false) };
    let place = Validators::of(&fetched).text();
    let limits = Limits { bytes: BYTES, entries: ENTRIES, text: TEXT, ..Limits::default() };
    let base = fetched.url.clone();
    let (feed, findings) =
        read(fetched.bytes, move |bytes| syndication::read(bytes, Some(&base), &limits)).await?;
    let notes: Vec<String> = findings.iter().map(ToString::to_string).collect();
    round.step(&Step { notes: &notes, ..Step::default() }).await?;
    let (mut seen, mut fetched, mut open) = (BTreeSet::new(), 0, false);
    for entry in &feed.entries {
        let key = key(&entry.id);
        if !seen.insert(key.clone()) {
            continue;
        }
        let version = version(entry);
        let tries = match round.item(&key).await? {
            Some((before, 0)) if before == version => continue,
            Some((before, tries)) if before == version && tries >= TRIES => continue,
            Some((before, tries)) if before == version => tries,
            _ => 0,
        };
        if fetched >= ARTICLES {
            return Ok(true);
        }
        fetched += 1;
        round.say("fetching articles", fetched, feed.entries.len().min(ARTICLES));
        let item = Item { key: &key, version: &version, tries };
        match article(round, entry, item).await {
            Ok(()) => {}
            // What belongs to the node and not to the article ends the round.
            Err(fault) if fault.code.starts_with("job.") || fault.code.starts_with("source.") => {
                return Err(fault);
            }
            Err(fault) => {
                open |= fault.passing && tries + 1 < TRIES;
                let what = entry.link.as_deref().or(entry.title.as_deref()).unwrap_or(&entry.id);
                round.refuse(item, what, &fault).await?;
            }
        }
    }
    // The feed is asked for in full again while an article is to be tried again.
    if !open {
        round.step(&Step { place: Some(&place), ..Step::default() }).await?;
    }
    Ok(false)
}

/// What tells that an entry has changed.
fn version(entry: &Entry) -> String {
    match entry.updated.or(entry.published) {
        Some(time) => time.to_string(),
        None => key(&format!("{:?} {:?} {:?}", entry.title, entry.link, entry.summary)),
    }
}

async fn article(round: &mut Round<'_>, entry: &Entry, item: Item<'_>) -> Result<(), WorkFault> {
    let title = entry.title.as_deref().map(str::trim).filter(|t| !t.is_empty());
    if let Some(link) = &entry.link {
        let found = round.get(link, "", None).await?;
        let found = found.filter(|f| !f.bytes.is_empty());
        let found = found.ok_or_else(|| lasting("fetch.answer", "the answer is empty"))?;
        let from = Some((found.url.as_str(), found.media_type.as_deref()));
        return round.submit(title.unwrap_or(&found.url), &found.bytes, from, item).await;
    }
    let text = entry.content.as_ref().or(entry.summary.as_ref()).filter(|t| !t.value.trim().is_empty());
    let text = text.ok_or_else(|| lasting("feed.no-article", "it has neither a link nor a text"))?;
    let name = format!("{}.{}", title.unwrap_or("article"), if text.html { "html" } else { "txt" });
    round.submit(&name, text.value.as_bytes(), None, item).await
}
