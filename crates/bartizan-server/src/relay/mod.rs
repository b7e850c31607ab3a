//! Cases that are handed on to another node, and come back from it (docs/relay.md).
//!
//! A node is an organisation here: what it may know and do in a case is asked of the one rule of access, as its own account. What it
//! is told is read from the log of the case, as far as its participant is shown it, from where it was told last; so nothing is lost or
//! doubled, however long it is away. What it says is said by its participant, or refused by the rules and kept as that.

mod hand;
mod key;
mod leave;
mod receive;
mod send;
mod speak;
mod take;
mod tell;
mod trust;

use bartizan_clearinghouse::access::{PersonId, Principal, Scopes};
use bartizan_clearinghouse::case::{Case, Event, Name};
use bartizan_store::{Directory, KeptEvent, RelayPeer};

pub(crate) use hand::{hand_over, handed_over, pass};
pub(crate) use key::own_seed;
pub use key::{KeyFault, own_key};
pub(crate) use receive::router;
pub use send::Relay;
pub use trust::{NewPeer, TrustFault, trust};

use crate::app::App;
use crate::cases::{Room, participant};
use crate::sharing::Wrong;

/// The account that speaks for a node, if it still may.
fn speaker(directory: &Directory, peer: &RelayPeer) -> Option<Principal> {
    let found = directory.principal(peer.person, Scopes::ALL)?;
    (found.organisation == Some(peer.organisation)).then_some(found)
}

/// A case as a node sees it. That the coordinator handed it over is what reads the node in: its account is nobody's colleague.
async fn room(
    app: &App,
    directory: &Directory,
    peer: &RelayPeer,
    uuid: &str,
    now: i64,
) -> Result<Option<Room>, Wrong> {
    let person: PersonId = peer.person;
    let own = participant(directory, peer.organisation)?;
    let found = Room::read(app, uuid, (peer.organisation, person), &own, now).await?;
    let Some(mut room) = found else { return Ok(None) };
    room.access.read_in.insert(person);
    Ok(Some(room))
}

/// The name of the proposal whose terms are in force.
fn in_force(case: &Case, log: &[KeptEvent]) -> Option<Name> {
    use bartizan_clearinghouse::case::Action;
    let terms = case.terms.as_ref().filter(|_| case.embargo.binds())?;
    let made = |event: &Event| match &event.action {
        Action::Propose { proposal, until, .. }
            if event.at == terms.proposed && event.by == terms.by && *until == terms.until =>
        {
            Some(proposal.clone())
        }
        _ => None,
    };
    log.iter().rev().find_map(|kept| made(&kept.event))
}
