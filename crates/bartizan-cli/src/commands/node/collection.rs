//! `bartizan collection`.

use bartizan_clearinghouse::access::Rights;
use bartizan_stix::Tlp;
use bartizan_store::{NewCollection, NewGrant};
use serde_json::json;

use super::{by, cell, done, failure, open, organisation, print, usage, uuid};
use crate::args::Global;
use crate::args_node::CollectionCommand;
use crate::exit::{Exit, Failure};

/// Runs one of its commands.
pub async fn run(global: &Global, command: &CollectionCommand) -> Result<Exit, Failure> {
    match command {
        CollectionCommand::Add { database, title, owner, alias, description, marking, public } => {
            let store = open(database).await?;
            let id = uuid();
            let marking = Tlp::parse(marking).ok_or_else(|| {
                usage(format!("{marking} is none of clear, green, amber, amber+strict, red"))
            })?;
            let new = NewCollection {
                uuid: &id,
                alias: alias.as_deref(),
                owner: organisation(&store.directory(), owner)?,
                title,
                description,
                marking,
                public: *public,
            };
            store.add_collection(&by(), &new).await.map_err(failure)?;
            print(global, "collections", vec![json!({ "id": id, "title": title })], |row| cell(row, "id"))
        }
        CollectionCommand::List(database) => {
            let directory = open(database).await?.directory();
            let rows = directory.collections.values().map(|c| {
                let owner = directory.organisations.get(&c.access.owner).map(|o| &o.name);
                json!({
                    "id": c.uuid, "alias": c.alias, "title": c.title, "owner": owner,
                    "marking": c.marking.as_str(), "public": c.access.public,
                })
            });
            print(global, "collections", rows.collect(), |row| {
                let public = if row["public"] == true { "  public" } else { "" };
                let (id, alias, title) = (cell(row, "id"), cell(row, "alias"), cell(row, "title"));
                format!("{id}  {alias}  {title}  {}  {}{public}", cell(row, "owner"), cell(row, "marking"))
            })
        }
        CollectionCommand::Grant { database, collection, organisation: whom, rights } => {
            let store = open(database).await?;
            let directory = store.directory();
            let entry = directory.collection(collection).ok_or_else(|| {
                usage(format!("no collection is called {collection}; `bartizan collection list` shows them"))
            })?;
            let rights = match rights.as_str() {
                "read" => Rights { read: true, write: false },
                "write" => Rights { read: false, write: true },
                "both" => Rights { read: true, write: true },
                "none" => Rights::default(),
                other => return Err(usage(format!("{other} is none of read, write, both, none"))),
            };
            let whom = NewGrant::Organisation(organisation(&directory, whom)?);
            store.grant(&by(), entry.access.id, whom, rights).await.map_err(failure)?;
            done(global)
        }
    }
}
