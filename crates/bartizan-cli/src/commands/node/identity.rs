//! `bartizan user identity`.

use serde_json::json;

use super::{by, cell, done, failure, open, person, print, usage};
use crate::args::Global;
use crate::args_node::IdentityCommand;
use crate::exit::{Exit, Failure};

/// Runs one of its commands.
pub async fn run(global: &Global, command: &IdentityCommand) -> Result<Exit, Failure> {
    match command {
        IdentityCommand::Add { database, name, subject, issuer } => {
            let store = open(database).await?;
            let id = person(&store.directory(), name)?.member.id;
            store.bind_identity(&by(), id, issuer, subject).await.map_err(failure)?;
            done(global)
        }
        IdentityCommand::List { database, name } => {
            let store = open(database).await?;
            let id = person(&store.directory(), name)?.member.id;
            let rows = store.identities(id).await.map_err(failure)?;
            let rows =
                rows.into_iter().map(|(issuer, subject)| json!({ "issuer": issuer, "subject": subject }));
            print(global, "identities", rows.collect(), |row| {
                format!("{}  {}", cell(row, "issuer"), cell(row, "subject"))
            })
        }
        IdentityCommand::Remove { database, name, subject, issuer } => {
            let store = open(database).await?;
            let id = person(&store.directory(), name)?.member.id;
            if !store.unbind_identity(&by(), id, issuer, subject).await.map_err(failure)? {
                return Err(usage(format!("{issuer} does not call {name} {subject}")));
            }
            done(global)
        }
    }
}
