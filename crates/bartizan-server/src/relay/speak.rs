//! From an event of the own log to what another node is told, and back.

use bartizan_clearinghouse::case::{Action, FixStep, Name, ReportStep, Words};
use bartizan_clearinghouse::relay::{Body, NodeId, Said, Spoken, here, there};
use bartizan_clearinghouse::time;
use bartizan_store::{KeptEvent, RelayLink};

use super::in_force;
use crate::cases::Room;

/// Whether an event is about terms, which everybody in a case is told of, and not about what the case says.
pub(super) fn of_terms(action: &Action) -> bool {
    matches!(action, Action::Propose { .. } | Action::Answer { .. } | Action::Withdraw { .. })
}

/// What a node is told of an event that its participant is shown; none if it means nothing to it.
pub(super) fn told(
    room: &Room,
    link: &RelayLink,
    kept: &KeptEvent,
    words: impl Fn(&Name) -> Option<String>,
    (peer, own): (&NodeId, &NodeId),
) -> Option<Body> {
    let event = &kept.event;
    let coordinator = &room.case.coordinator;
    // What it said itself it knows.
    if event.by == room.me {
        return None;
    }
    let named = |name: &Name| there(name, peer, own);
    let shown = room.case.shows(&room.me, event);
    let action = room.case.as_shown(&room.me, event);
    let said = match &action {
        Action::Propose { proposal, until, reason } if shown => {
            let (proposal, of) = named(proposal);
            Said::Propose { of, proposal, reason: reason.clone(), until: time::text(*until) }
        }
        Action::Answer { participant, proposal, accept } if participant == coordinator => {
            let proposal = proposal.clone().or_else(|| in_force(&room.case, &room.log))?;
            let (proposal, of) = named(&proposal);
            Said::Answer { accept: *accept, of, proposal }
        }
        Action::Withdraw { proposal } if shown => {
            let (proposal, of) = named(proposal);
            Said::Withdraw { of, proposal }
        }
        // Where the report stands with this node is told to the node that it answers to, as the monitor of the intake does.
        Action::Report { participant, step } if participant == coordinator => match step {
            ReportStep::Receive => return None,
            ReportStep::Close => return Some(Body::Closed {}),
            step => Said::Step { step: *step },
        },
        // What a vendor says is between it and the coordinator, who decides whether it is passed on; without the vendor's name.
        Action::State { product, stand, justification, words, .. }
            if link.passes && link.products.iter().any(|known| known == product.as_str()) =>
        {
            let (justification, product, words) = (*justification, product.clone(), words.clone());
            Said::State { justification, product, stand: *stand, words }
        }
        Action::Fix { step: FixStep::Ready, .. } if link.passes => Said::FixReady {},
        Action::Attempt { environment, result, evidence, words, .. } if shown => Said::Attempt {
            environment: environment.clone(),
            evidence: evidence.clone(),
            result: *result,
            words: words.clone(),
        },
        Action::Break { incident, exposure, origin, words } if shown => {
            let (incident, of) = named(incident);
            Said::Break { exposure: *exposure, incident, of, origin: *origin, words: words.clone() }
        }
        Action::Happen { what, .. } if shown => Said::Happened { what: *what },
        Action::SayTooling { tooling } if shown => Said::Tooling { tooling: *tooling },
        Action::Exit { reason, words } if shown => Said::Ended { reason: *reason, words: words.clone() },
        Action::Write { thread, message } if *thread == room.me => Said::Wrote { text: words(message)? },
        _ => return None,
    };
    Some(Body::Said(Spoken { at: time::text(event.at), said }))
}

/// What comes of what a node said.
pub(super) enum Meant {
    /// Its participant says this.
    Event(Action),
    /// Words for the thread with it; and whether the coordinator has to decide about them.
    Words(String, bool),
    /// It is so already.
    Nothing,
    /// It is of no case that both have.
    Foreign,
}

/// What a node means by what it said, in the own case.
pub(super) fn meant(room: &Room, said: &Said, (peer, own): (&NodeId, &NodeId)) -> Meant {
    let me = &room.me;
    let local = |name: &Name, of: &NodeId| here(name, of, peer, own);
    let event = |action: Option<Action>| action.map_or(Meant::Foreign, Meant::Event);
    match said {
        Said::Propose { of, proposal, reason, until } => {
            event(local(proposal, of).zip(time::parse(until)).map(|(proposal, until)| Action::Propose {
                proposal,
                until,
                reason: reason.clone(),
            }))
        }
        Said::Answer { accept, of, proposal } => {
            let Some(name) = local(proposal, of) else { return Meant::Foreign };
            let participant = me.clone();
            // Each node decides for its own case, so its terms may be in force here before its word of it comes.
            let force = in_force(&room.case, &room.log);
            if force.as_ref() != Some(&name) {
                return Meant::Event(Action::Answer { participant, proposal: Some(name), accept: *accept });
            }
            let adheres = room.case.participants.get(me).is_some_and(|p| p.consent.state.adheres());
            if adheres == *accept {
                return Meant::Nothing;
            }
            Meant::Event(Action::Answer { participant, proposal: None, accept: *accept })
        }
        Said::Withdraw { of, proposal } => {
            event(local(proposal, of).map(|proposal| Action::Withdraw { proposal }))
        }
        Said::Step { step } => Meant::Event(Action::Report { participant: me.clone(), step: *step }),
        Said::State { justification, product, stand, words } => Meant::Event(Action::State {
            participant: me.clone(),
            product: product.clone(),
            stand: *stand,
            justification: *justification,
            words: words.clone(),
        }),
        Said::FixReady {} => Meant::Event(Action::Fix { participant: me.clone(), step: FixStep::Ready }),
        Said::Attempt { environment, evidence, result, words } => {
            let verifier: Option<Name> = format!("node-{}", peer.prefix()).parse().ok();
            event(verifier.map(|verifier| Action::Attempt {
                verifier,
                environment: environment.clone(),
                result: *result,
                evidence: evidence.clone(),
                words: words.clone(),
            }))
        }
        Said::Break { exposure, incident, of, origin, words } => event(local(incident, of).map(|incident| {
            Action::Break { incident, exposure: *exposure, origin: *origin, words: words.clone() }
        })),
        Said::Happened { what } => Meant::Words(
            format!(
                "This node holds that this has become true: {}. Whether it is so here is yours to decide.",
                what.as_str().replace('-', " ")
            ),
            true,
        ),
        Said::Tooling { tooling } => {
            Meant::Words(format!("This node says of the tools of the report: {tooling}."), true)
        }
        Said::Ended { reason, words } => {
            let words = words.as_ref().map(Words::as_str).unwrap_or_default();
            Meant::Words(format!("This node has ended its embargo ({reason}). {words}"), true)
        }
        Said::Wrote { text } => Meant::Words(text.clone(), false),
    }
}
