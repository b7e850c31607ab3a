//! The job that brings a node what it is to be told.

use bartizan_clearinghouse::relay::NodeKey;
use bartizan_fetch::{Mutual, Poster};
use bartizan_store::{Action, Job, RelayPeer, Unsent};
use serde::Deserialize;

use super::key::own_key;
use super::{take, tell};
use crate::app::App;
use crate::jobs::{Outcome, Tell, Work, WorkFault, without_queries};

/// Where messages are posted to, below the address of a node.
pub(super) const PATH: &str = "/relay/v1/messages";
/// The header with the signature over exactly the bytes of the body: 64 bytes in base64.
pub(super) const SIGNATURE: &str = "bartizan-relay-signature";
/// Messages that are read at once.
const BATCH: i64 = 32;

/// Brings messages to other nodes, and takes up what came from them.
pub struct Relay {
    app: App,
}

#[derive(Deserialize)]
struct Arguments {
    peer: i64,
}

impl Relay {
    /// For a server.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    /// One round with a node: takes up, tells, sends; how many were sent, and why no more.
    async fn round(&self, peer: &RelayPeer) -> (usize, Option<String>) {
        let app = &self.app;
        let key = match own_key(&app.store, &app.seal, &*app.around).await {
            Ok(key) => key,
            Err(e) => return (0, Some(e.to_string())),
        };
        // What came and what is said are two things: one that fails does not keep the other.
        let mut faults = Vec::new();
        if let Err(e) = take::take_up(app, peer).await {
            faults.push(e.to_string());
        }
        if let Err(e) = self.tell(peer, &key).await {
            faults.push(e);
        }
        let (sent, fault) = self.send(peer).await;
        faults.extend(fault);
        (sent, faults.into_iter().next())
    }

    async fn tell(&self, peer: &RelayPeer, key: &NodeKey) -> Result<(), String> {
        for link in self.app.store.relay_links(peer.id).await.map_err(|e| e.to_string())? {
            if link.case.is_none() && link.report.is_some() {
                self.app.store.find_case_of_link(&link).await.map_err(|e| e.to_string())?;
            }
            tell::tell(&self.app, peer, link.id, key).await.map_err(|wrong| format!("{wrong:?}"))?;
        }
        Ok(())
    }

    /// Sends until everything is there or something fails. A case whose message is refused keeps the others from nothing.
    async fn send(&self, peer: &RelayPeer) -> (usize, Option<String>) {
        let poster = match self.poster(peer) {
            Ok(poster) => poster,
            Err(e) => return (0, Some(e)),
        };
        let (mut sent, mut stuck, mut note) = (0, Vec::<i64>::new(), None);
        loop {
            let limit = BATCH * (1 + i64::try_from(stuck.len()).unwrap_or_default());
            let found = match self.app.store.unsent(peer.id, limit).await {
                Ok(found) => found,
                Err(e) => return (sent, Some(e.to_string())),
            };
            let mut moved = false;
            for message in found {
                if stuck.contains(&message.link) {
                    continue;
                }
                match self.post(&poster, peer, &message).await {
                    Ok(None) => {
                        (sent, moved) = (sent + 1, true);
                        if let Err(e) = self.app.store.arrived_there(self.app.now(), &message).await {
                            return (sent, Some(e.to_string()));
                        }
                    }
                    Ok(Some(refused)) => {
                        stuck.push(message.link);
                        note = Some(refused);
                    }
                    Err(unreached) => return (sent, Some(unreached)),
                }
            }
            if !moved {
                return (sent, note);
            }
        }
    }

    fn poster(&self, peer: &RelayPeer) -> Result<Poster, String> {
        let read =
            |path: &std::path::Path| std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()));
        let mut mutual = Mutual { authority: peer.authority.clone().into_bytes(), ..Mutual::default() };
        if let Some(tls) = &self.app.config.tls {
            mutual.certificate = read(&tls.certificate)?;
            mutual.key = read(&tls.key)?;
        }
        Poster::to_node(self.app.config.fetch.clone(), &mutual).map_err(|e| e.to_string())
    }

    /// One message; what the node refused it with, if it did. An error: it was not reached.
    async fn post(
        &self,
        poster: &Poster,
        peer: &RelayPeer,
        message: &Unsent,
    ) -> Result<Option<String>, String> {
        let url = format!("{}{PATH}", peer.url);
        let headers = [("content-type", "application/json"), (SIGNATURE, message.signature.as_str())];
        let posted = tokio::task::block_in_place(|| poster.tell(&url, &headers, &message.body));
        let (status, body) = posted.map_err(|e| without_queries(&e.to_string()))?;
        match status {
            200..=299 => Ok(None),
            500.. | 408 | 429 => Err(format!("it answered {status}")),
            _ => {
                let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
                let code = body["errors"][0]["code"].as_str().unwrap_or_default();
                let plain: String = code.chars().filter(|c| c.is_ascii_graphic()).take(64).collect();
                Ok(Some(format!("it answered {status} {plain}")))
            }
        }
    }
}

impl Work for Relay {
    fn names(&self) -> &[&str] {
        &["relay"]
    }

    async fn run(&self, job: &Job, _: Tell) -> Result<Outcome, WorkFault> {
        let passing = |message: String| WorkFault { code: "job.database".into(), message, passing: true };
        let asked: Arguments = serde_json::from_str(&job.arguments).map_err(|e| WorkFault {
            code: "job.arguments".into(),
            message: e.to_string(),
            passing: false,
        })?;
        let peer = self.app.store.relay_peer_of(asked.peer).await.map_err(|e| passing(e.to_string()))?;
        let Some(peer) = peer.filter(|peer| !peer.paused) else {
            return Ok(Outcome { result: "{}".into(), ..Outcome::default() });
        };
        let (sent, fault) = self.round(&peer).await;
        let mut random = [0; 8];
        self.app.around.fill(&mut random);
        let by = Action { actor: "system", now: self.app.now() };
        let ended =
            self.app.store.end_relay(by.now, peer.id, fault.as_deref(), u64::from_le_bytes(random)).await;
        ended.map_err(|e| passing(e.to_string()))?;
        // A node that is away is no failure of the job: the schedule asks for the next round.
        let result = serde_json::json!({ "sent": sent, "fault": fault }).to_string();
        Ok(Outcome { result, ..Outcome::default() })
    }
}
