//! `bartizan organisation`.

use serde_json::json;

use super::{by, cell, failure, open, organisation, print, uuid};
use crate::args::Global;
use crate::args_node::OrganisationCommand;
use crate::exit::{Exit, Failure};

/// Runs one of its commands.
pub async fn run(global: &Global, command: &OrganisationCommand) -> Result<Exit, Failure> {
    match command {
        OrganisationCommand::Add { database, name, client_of } => {
            let store = open(database).await?;
            let of = client_of.as_deref().map(|of| organisation(&store.directory(), of)).transpose()?;
            let id = uuid();
            store.add_organisation(&by(), &id, name, of).await.map_err(failure)?;
            print(global, "organisations", vec![json!({ "uuid": id, "name": name })], |row| cell(row, "uuid"))
        }
        OrganisationCommand::List(database) => {
            let directory = open(database).await?.directory();
            let rows = directory.organisations.values().map(|o| {
                let of = o.client_of.and_then(|id| directory.organisations.get(&id)).map(|o| &o.name);
                json!({ "uuid": o.uuid, "name": o.name, "client_of": of, "closed": o.closed })
            });
            print(global, "organisations", rows.collect(), |row| {
                format!("{}  {}", cell(row, "uuid"), cell(row, "name"))
            })
        }
    }
}
