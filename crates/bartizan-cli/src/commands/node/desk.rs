//! `bartizan desk`.

use serde_json::json;

use super::{by, cell, done, failure, open, organisation, print, usage, uuid};
use crate::args::Global;
use crate::args_desk::DeskCommand;
use crate::exit::{Exit, Failure};

/// Runs one of its commands.
pub async fn run(global: &Global, command: &DeskCommand) -> Result<Exit, Failure> {
    match command {
        DeskCommand::Open { database, organisation: name, title, about } => {
            let store = open(database).await?;
            let directory = store.directory();
            let id = organisation(&directory, name)?;
            let title = title.as_deref().unwrap_or(&directory.organisations[&id].name);
            store.open_desk(&by(), id, &uuid(), title, about).await.map_err(failure)?;
            let kept = store.fresh().await.map_err(failure)?.desks[&id].uuid.clone();
            print(global, "desks", vec![json!({ "uuid": kept, "title": title })], |row| cell(row, "uuid"))
        }
        DeskCommand::Close { database, organisation: name } => {
            let store = open(database).await?;
            let id = organisation(&store.directory(), name)?;
            if !store.close_desk(&by(), id).await.map_err(failure)? {
                return Err(usage(format!("{name} has no open desk")));
            }
            done(global)
        }
        DeskCommand::List(database) => {
            let directory = open(database).await?.directory();
            let rows = directory.desks.values().map(|desk| {
                let of = directory.organisations.get(&desk.organisation).map(|o| &o.name);
                json!({ "uuid": desk.uuid, "title": desk.title, "organisation": of, "open": !desk.closed })
            });
            print(global, "desks", rows.collect(), |row| {
                let open = if row["open"] == true { "" } else { "  (closed)" };
                format!("{}  {}  {}{open}", cell(row, "uuid"), cell(row, "organisation"), cell(row, "title"))
            })
        }
    }
}
