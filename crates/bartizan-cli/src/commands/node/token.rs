//! `bartizan token`.

use bartizan_clearinghouse::{access::Scopes, time, token};
use bartizan_server::{Surroundings, System};
use bartizan_store::NewToken;
use serde_json::json;

use super::{by, cell, done, failure, open, person, print, usage};
use crate::args::Global;
use crate::args_node::TokenCommand;
use crate::exit::{Exit, Failure};

const DAY: i64 = 24 * 3600 * 1_000_000;

/// Runs one of its commands.
pub async fn run(global: &Global, command: &TokenCommand) -> Result<Exit, Failure> {
    match command {
        TokenCommand::Create { database, name, label, scopes, days } => {
            let store = open(database).await?;
            let whose = person(&store.directory(), name)?.member.id;
            let scopes = Scopes::parse(scopes)
                .ok_or_else(|| usage(format!("{scopes} is not a list of read, write, manage")))?;
            let mut random = [0; 20];
            System.fill(&mut random);
            let secret = token::make(random);
            let by = by();
            let new = NewToken {
                person: whose,
                label,
                digest: &token::digest(&secret),
                scopes,
                expires: Some(by.now + i64::from(*days) * DAY),
            };
            let number = store.add_token(&by, &new).await.map_err(failure)?;
            print(global, "tokens", vec![json!({ "number": number, "token": secret })], |row| {
                cell(row, "token")
            })
        }
        TokenCommand::List(database) => {
            let directory = open(database).await?.directory();
            let mut rows: Vec<_> = directory.tokens.values().collect();
            rows.sort_by_key(|t| t.id);
            let rows = rows.into_iter().map(|t| {
                json!({
                    "number": t.id, "person": directory.people.get(&t.person).map(|p| &p.name),
                    "label": t.label, "scopes": t.scopes.text(), "expires": t.expires.map(time::text),
                    "revoked": t.revoked,
                })
            });
            print(global, "tokens", rows.collect(), |row| {
                let state = if row["revoked"] == true { "revoked" } else { "until" };
                let until = cell(row, "expires");
                let (person, label, scopes) = (cell(row, "person"), cell(row, "label"), cell(row, "scopes"));
                format!("{:>4}  {person}  {label}  {scopes}  {state} {until}", row["number"])
            })
        }
        TokenCommand::Revoke { database, number } => {
            let store = open(database).await?;
            if !store.directory().tokens.values().any(|t| t.id == *number) {
                return Err(usage(format!("there is no token {number}; `bartizan token list` shows them")));
            }
            store.revoke_token(&by(), *number).await.map_err(failure)?;
            done(global)
        }
    }
}
