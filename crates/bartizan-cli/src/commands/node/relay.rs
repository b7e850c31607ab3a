//! `bartizan relay`.

use std::path::Path;

use bartizan_clearinghouse::time;
use bartizan_server::relay::{NewPeer, own_key, trust};
use bartizan_server::{Seal, System, fingerprint_of_pem};
use serde_json::json;

use super::{by, cell, done, failure, key_file, open, organisation, print, usage};
use crate::args::Global;
use crate::args_node::DatabaseArgs;
use crate::args_relay::RelayCommand;
use crate::exit::{Exit, Failure};

/// The largest file that is looked at, in bytes.
const LARGEST: u64 = 64 << 10;

/// Runs one of its commands.
pub async fn run(global: &Global, command: &RelayCommand) -> Result<Exit, Failure> {
    match command {
        RelayCommand::Key { database, key } => {
            let store = open(database).await?;
            let seal = Seal::new(Some(key_file(database, key)));
            let own = own_key(&store, &seal, &System).await;
            let own = own.map_err(|e| Failure::new(Exit::Config, "node.key", e.to_string()))?;
            print(global, "nodes", vec![json!({ "node": own.id() })], |row| cell(row, "node"))
        }
        RelayCommand::Trust { database, organisation: name, title, url, node, certificate, authority } => {
            let store = open(database).await?;
            let runs = organisation(&store.directory(), name)?;
            let certificate = certificate.as_deref().map(of_file).transpose()?.unwrap_or_default();
            let authority = authority.as_deref().map(text).transpose()?.unwrap_or_default();
            let (certificate, authority) = (certificate.as_str(), authority.as_str());
            let new = NewPeer { runs, title, url, node, certificate, authority };
            let peer = trust(&store, &System, &by(), &new).await.map_err(|e| usage(e.to_string()))?;
            let directory = store.fresh().await.map_err(failure)?;
            let stands = directory.organisations.get(&peer.organisation).map(|o| o.uuid.clone());
            let row = json!({ "id": peer.uuid, "organisation": stands, "node": peer.node });
            print(global, "peers", vec![row], |row| cell(row, "id"))
        }
        RelayCommand::List(database) => {
            let store = open(database).await?;
            let peers = store.relay_peers(None).await.map_err(failure)?;
            let rows = peers.iter().map(|peer| {
                json!({
                    "id": peer.uuid, "title": peer.title, "node": peer.node, "url": peer.url, "paused": peer.paused,
                    "reached": peer.reached.map(time::text), "heard": peer.heard.map(time::text), "fault": peer.note,
                    "unsent": peer.unsent, "waiting": peer.waiting, "refused": peer.refused,
                })
            });
            print(global, "peers", rows.collect(), |row| {
                let state = match (&row["paused"], row["fault"].as_str()) {
                    (serde_json::Value::Bool(true), _) => "paused".to_owned(),
                    (_, Some("")) => "active".to_owned(),
                    _ => format!("not reached ({})", cell(row, "fault")),
                };
                let counts = ["unsent", "waiting", "refused"].map(|name| format!("{} {name}", row[name]));
                let (id, title, url) = (cell(row, "id"), cell(row, "title"), cell(row, "url"));
                format!("{id}  {title}  {url}  {state}  {}", counts.join(", "))
            })
        }
        RelayCommand::Pause { database, node } => pause(global, database, node, true).await,
        RelayCommand::Resume { database, node } => pause(global, database, node, false).await,
    }
}

async fn pause(global: &Global, database: &DatabaseArgs, node: &str, paused: bool) -> Result<Exit, Failure> {
    let store = open(database).await?;
    let peer = store.relay_peer(node).await.map_err(failure)?;
    let none = || usage(format!("no node {node} is trusted; `bartizan relay list` shows them"));
    let peer = peer.ok_or_else(none)?;
    store.pause_relay_peer(&by(), &peer.uuid, paused).await.map_err(failure)?;
    done(global)
}

fn text(file: &Path) -> Result<String, Failure> {
    let wrong = |what: String| Failure::new(Exit::NoInput, "node.certificate", what);
    let size = std::fs::metadata(file).map_err(|e| wrong(format!("{}: {e}", file.display())))?.len();
    if size > LARGEST {
        return Err(wrong(format!("{} is too large for a certificate", file.display())));
    }
    std::fs::read_to_string(file).map_err(|e| wrong(format!("{}: {e}", file.display())))
}

fn of_file(file: &Path) -> Result<String, Failure> {
    fingerprint_of_pem(text(file)?.as_bytes()).ok_or_else(|| {
        let what = format!("{} holds no certificate in PEM form", file.display());
        Failure::new(Exit::NoInput, "node.certificate", what)
    })
}
