//! `bartizan taxii`: collections of TAXII 2.1 servers.

mod pull;
mod push;

use bartizan_fetch::taxii::{Collection, Root};
use serde_json::{Value, json};

use crate::args::Global;
use crate::args_exchange::{CredentialArgs, ReachArgs, TaxiiCommand};
use crate::exit::{Exit, Failure};
use crate::terminal::plain;
use crate::{out, reach};

/// Runs one of its commands.
pub fn run(global: &Global, command: &TaxiiCommand) -> Result<Exit, Failure> {
    match command {
        TaxiiCommand::Collections { url, credentials, reach } => collections(global, url, credentials, reach),
        TaxiiCommand::Pull(args) => pull::run(global, args),
        TaxiiCommand::Push(args) => push::run(global, args),
    }
}

fn collections(
    global: &Global,
    url: &str,
    credentials: &CredentialArgs,
    reach: &ReachArgs,
) -> Result<Exit, Failure> {
    let taxii = reach::taxii(credentials, reach)?;
    let mut rows = Vec::new();
    let mut failed = None;
    let mut roots = 0;
    for Root { url, about } in taxii.roots(url)? {
        roots += 1;
        match about.and_then(|_| taxii.collections(&url)) {
            Ok(found) => rows.extend(found.iter().map(|c| row(url.as_str(), c))),
            Err(error) => {
                out::note(&format!("error: {error} [{}]", error.code()));
                failed = failed.or(Some(error));
            }
        }
    }
    match failed {
        Some(error) if roots == 1 => return Err(error.into()),
        _ => {}
    }
    if global.json {
        out::json(&json!({ "collections": rows }))?;
    } else {
        out::text(&rows.iter().map(line).collect::<String>())?;
        if rows.is_empty() && !global.quiet {
            out::note("no collection that you may see");
        }
    }
    Ok(if failed.is_some() { Exit::Findings } else { Exit::Ok })
}

fn row(root: &str, collection: &Collection) -> Value {
    json!({
        "id": collection.id, "title": collection.title, "alias": collection.alias,
        "description": collection.description, "can_read": collection.can_read, "can_write": collection.can_write,
        "api_root": root,
    })
}

fn line(row: &Value) -> String {
    let text = |key: &str| plain(row[key].as_str().unwrap_or_default());
    let may = match (row["can_read"].as_bool(), row["can_write"].as_bool()) {
        (Some(true), Some(true)) => "read, write",
        (Some(true), _) => "read",
        (_, Some(true)) => "write",
        _ => "nothing",
    };
    format!("{}  {may:<11}  {}  ({})\n", text("id"), text("title"), text("api_root"))
}
