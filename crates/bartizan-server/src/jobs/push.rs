//! A collection of ours, sent to a peer: what the peer's organisation may read here, and nothing that came from the peer. It goes
//! without personal data that has nothing to do with the threat (docs/privacy.md); who pulls it has it byte for byte.

mod leave;

use std::collections::BTreeSet;

use bartizan_clearinghouse::access::{Principal, Thing, Verb, decide};
use bartizan_fetch::taxii::{Added, RawValue, Taxii};
use bartizan_store::{Credit, Filter, Kept, Step, VersionWanted};

use super::outside::{apart, database, lasting, not_fetched};
use super::round::{Round, same_host};
use super::taxii::patience;
use super::work::WorkFault;

/// Objects and bytes of one request.
const OBJECTS: usize = 500;
const BYTES: usize = 4 << 20;
/// Objects of one round.
const MOST: usize = 50_000;

/// Sends what is new; whether there is more.
pub(super) async fn push(round: &mut Round<'_>) -> Result<bool, WorkFault> {
    let (store, now) = (round.outside.store.clone(), round.outside.around.now());
    let entry = round.collection()?.access.clone();
    let reader = round.channel.reader.and_then(|id| round.directory.organisations.get(&id));
    let reader = reader.filter(|o| !o.closed && Some(o.id) != round.principal.organisation);
    let reader = reader.ok_or_else(|| lasting("peer.organisation", "the peer's organisation is closed"))?;
    let (reader, peer) = (reader.id, Principal::organisation(reader.id, reader.client_of));
    if !decide(&peer, Verb::Read, &Thing::Collection(&entry), now).allowed() {
        return Err(lasting("peer.not-allowed", "the peer's organisation may not read this collection"));
    }
    round.say("asking the peer", 0, 0);
    let to = Target::find(round).await?;
    let mut count = 0;
    for audience in round.directory.readable(&peer, Some(entry.id), now) {
        // What the peer itself added here is there already.
        if round.directory.audiences.get(&audience).is_none_or(|a| a.owner == reader) {
            continue;
        }
        loop {
            let after = store.reach(round.channel.id, audience).await.map_err(database)?;
            let filter =
                Filter { after: Some(after), versions: vec![VersionWanted::All], ..Filter::default() };
            let page =
                store.kept_objects(entry.id, &[audience], &filter, OBJECTS, BYTES).await.map_err(database)?;
            let (Some(first), Some(last)) = (page.items.first(), page.items.last()) else { break };
            let origins = store.origins_between(entry.id, first.added, last.added).await.map_err(database)?;
            let theirs: BTreeSet<i64> = origins
                .iter()
                .filter(|(_, address)| same_host(address, &round.channel.address))
                .map(|(added, _)| *added)
                .collect();
            let step_to = last.added;
            // What PAP keeps from going anywhere by itself stays, though the peer may read it here.
            let goes = |pap| {
                round.directory.audiences.get(&audience).is_some_and(|audience| {
                    let thing = Thing::Use { audience, collection: Some(&entry), pap };
                    decide(&peer, Verb::Forward, &thing, now).allowed()
                })
            };
            let ours = page.items.iter().filter(|o| !theirs.contains(&o.added));
            let (kept, held): (Vec<&Kept>, Vec<&Kept>) = ours.partition(|o| goes(o.pap));
            count += page.items.len();
            round.say("sending", count, 0);
            let going = leave::going(&kept, round.outside.privacy, &leave::salt(round).await);
            let sent = to.send(&going.objects).await?;
            going.note(round).await?;
            let mut notes: Vec<String> =
                sent.refusals.iter().map(|r| format!("{}: {}", r.id, r.reason)).collect();
            notes.extend(going.told());
            if !held.is_empty() {
                notes.push(format!("{} objects stay here by their PAP label", held.len()));
            }
            if sent.pending > 0 {
                notes.push(format!("{} objects were taken and not yet looked at by the peer", sent.pending));
            }
            let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let credit = Credit {
                taken: number(sent.taken + sent.pending),
                known: i64::try_from(theirs.len()).unwrap_or(i64::MAX),
                refused: number(sent.refused),
            };
            let step = Step { reach: Some((audience, step_to)), credit, notes: &notes, ..Step::default() };
            round.step(&step).await?;
            if count >= MOST {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Where it goes.
struct Target {
    taxii: std::sync::Arc<Taxii>,
    root: url::Url,
    about: bartizan_fetch::taxii::ApiRoot,
    collection: String,
}

impl Target {
    async fn find(round: &Round<'_>) -> Result<Self, WorkFault> {
        let (rules, credentials) = (round.outside.rules.clone(), round.credentials());
        let (address, remote) = (round.channel.address.clone(), round.channel.remote.clone());
        let found = apart(move || {
            let taxii = Taxii::new(rules, credentials, patience());
            taxii.find(&address, &remote).map(|found| (taxii, found))
        });
        let (taxii, (root, about, collection)) = found.await?.map_err(|e| not_fetched(&e))?;
        if !collection.can_write {
            return Err(lasting("peer.read-only", "the peer does not let us write to that collection"));
        }
        Ok(Self { taxii: std::sync::Arc::new(taxii), root, about, collection: collection.id })
    }

    async fn send(&self, objects: &[String]) -> Result<Added, WorkFault> {
        if objects.is_empty() {
            return Ok(Added::default());
        }
        let raw = objects.iter().map(|object| RawValue::from_string(object.clone()));
        let raw: Vec<Box<RawValue>> =
            raw.collect::<Result<_, _>>().map_err(|e| lasting("job.arguments", e.to_string()))?;
        let (taxii, root, about) =
            (std::sync::Arc::clone(&self.taxii), self.root.clone(), self.about.clone());
        let collection = self.collection.clone();
        let sent = apart(move || taxii.add(&root, &about, &collection, &raw, OBJECTS, |_| {})).await?;
        sent.map_err(|e| not_fetched(&e))
    }
}
