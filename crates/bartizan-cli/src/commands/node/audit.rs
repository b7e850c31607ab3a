//! `bartizan audit`.

use bartizan_clearinghouse::audit::Break;
use bartizan_clearinghouse::time;
use serde_json::json;

use super::{cell, failure, open, print};
use crate::args::Global;
use crate::args_node::AuditCommand;
use crate::exit::{Exit, Failure};
use crate::out;

/// Runs one of its commands.
pub async fn run(global: &Global, command: &AuditCommand) -> Result<Exit, Failure> {
    match command {
        AuditCommand::Verify(database) => {
            let state = open(database).await?.verify_audit().await.map_err(failure)?;
            let broken = state.broken.map(|broken| match broken {
                Break::Missing(n) => format!("entry {n} is missing"),
                Break::Unlinked(n) => format!("entry {n} does not follow the one before it"),
                Break::Changed(n) => format!("entry {n} was changed"),
            });
            let whole = broken.is_none();
            if global.json {
                out::json(&json!({ "entries": state.entries, "hash": state.hash, "broken": broken }))?;
            } else {
                let last = format!("{} entries hold; the last one's hash is {}\n", state.entries, state.hash);
                out::text(&broken.map_or(last.clone(), |broken| format!("{last}BROKEN: {broken}\n")))?;
            }
            Ok(if whole { Exit::Ok } else { Exit::Findings })
        }
        AuditCommand::List { database, limit } => {
            let entries =
                open(database).await?.audit(None, (*limit).clamp(1, 10_000)).await.map_err(failure)?;
            let rows = entries.iter().map(|e| {
                json!({
                    "number": e.number, "at": time::text(e.at), "actor": e.actor, "action": e.action,
                    "thing": e.thing, "detail": e.detail, "hash": e.hash,
                })
            });
            print(global, "entries", rows.collect(), |row| {
                let (at, actor, action) = (cell(row, "at"), cell(row, "actor"), cell(row, "action"));
                format!(
                    "{:>6}  {at}  {actor}  {action}  {}  {}",
                    row["number"],
                    cell(row, "thing"),
                    cell(row, "detail")
                )
            })
        }
    }
}
