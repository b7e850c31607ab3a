//! The source that is a collection of a TAXII 2.1 server: page after page, going on where the last one ended.

use std::time::Duration;

use bartizan_fetch::Error;
use bartizan_fetch::taxii::{Page, Patience, Taxii, Walk};
use bartizan_store::Step;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::outside::{apart, not_fetched};
use super::round::Round;
use super::work::WorkFault;

/// Pages and bytes of one round.
const PAGES: u32 = 200;
const BYTES: usize = 512 << 20;
/// Objects asked for at a time, and the largest answer.
const LIMIT: u32 = 1_000;
const ANSWER: u64 = 32 << 20;

#[derive(Default, Serialize, Deserialize)]
struct Place {
    #[serde(default)]
    added_after: Option<String>,
}

/// A busy server is asked again by the job, not by a thread that sleeps for long.
pub(super) fn patience() -> Patience {
    Patience { tries: 3, longest: Duration::from_secs(5), ..Patience::default() }
}

/// Takes over what is new; whether there is more.
pub(super) async fn pull(round: &mut Round<'_>) -> Result<bool, WorkFault> {
    let place: Place = round.place();
    let mut rules = round.outside.rules.clone();
    rules.bytes = rules.bytes.min(ANSWER);
    let (address, remote) = (round.channel.address.clone(), round.channel.remote.clone());
    let credentials = round.credentials();
    let (pages, mut coming) = mpsc::channel::<Result<Page, Error>>(1);
    round.say("asking the server", 0, 0);
    // The walk has one thread, which ends when nobody listens any more.
    let walk = apart(move || {
        let taxii = Taxii::new(rules, credentials, patience());
        let walk = Walk { added_after: place.added_after, limit: LIMIT, pages: PAGES + 1, ..Walk::default() };
        let found = taxii.find(&address, &remote);
        let pull = found.and_then(|(root, _, collection)| {
            let mut pull = taxii.pull(&root, &collection.id, walk)?;
            while let Some(page) = pull.next_page()? {
                if pages.blocking_send(Ok(page)).is_err() {
                    break;
                }
            }
            Ok(())
        });
        if let Err(error) = pull {
            // Nobody listens: then nobody wants to know.
            let _ = pages.blocking_send(Err(error));
        }
    });
    let walk = tokio::spawn(walk);
    let (mut count, mut size) = (0, 0);
    while let Some(page) = coming.recv().await {
        let page = match page {
            Ok(page) => page,
            Err(e) => return Err(not_fetched(&e)),
        };
        count += 1;
        size += page.objects.iter().map(|object| object.get().len()).sum::<usize>();
        round.say("reading pages", count, 0);
        let bodies: Vec<&str> = page.objects.iter().map(|object| object.get()).collect();
        let place = Place { added_after: page.cursor.0 };
        let place = serde_json::to_string(&place).unwrap_or_default();
        round.add(&bodies, &Step { place: Some(&place), ..Step::default() }).await?;
        // The rest is for the next round.
        if count >= PAGES as usize || size >= BYTES {
            return Ok(true);
        }
    }
    walk.await.map_err(|e| WorkFault {
        code: "job.panicked".into(),
        message: e.to_string(),
        passing: true,
    })??;
    Ok(false)
}
