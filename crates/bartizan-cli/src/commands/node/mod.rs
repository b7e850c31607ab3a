//! Commands of a node: the server, and what its administrator does beside it, straight on the database.

mod audit;
mod backup;
mod certificate;
mod collection;
mod desk;
mod identity;
mod organisation;
mod relay;
mod serve;
mod source;
mod token;
mod user;

use bartizan_clearinghouse::access::OrganisationId;
use bartizan_server::{Surroundings, System};
use bartizan_store::{Action, Directory, PersonEntry, Store};
use serde_json::Value;

use crate::args::Global;
use crate::args_node::{DatabaseArgs, KeyArgs, NodeCommand};
use crate::exit::{Exit, Failure};
use crate::out;

/// Runs one of them.
pub fn run(global: &Global, command: &NodeCommand) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new(Exit::Io, "node.runtime", format!("no threads to run on: {e}")))?;
    runtime.block_on(async {
        match command {
            NodeCommand::Serve(args) => serve::run(global, args).await,
            NodeCommand::Organisation(command) => organisation::run(global, command).await,
            NodeCommand::User(command) => user::run(global, command).await,
            NodeCommand::Token(command) => token::run(global, command).await,
            NodeCommand::Collection(command) => collection::run(global, command).await,
            NodeCommand::Source(command) => source::run(global, command).await,
            NodeCommand::Desk(command) => desk::run(global, command).await,
            NodeCommand::Relay(command) => relay::run(global, command).await,
            NodeCommand::Audit(command) => audit::run(global, command).await,
            NodeCommand::Backup { database, to } => backup::backup(global, database, to).await,
            NodeCommand::Restore { database, from } => backup::restore(global, database, from).await,
            NodeCommand::Migrate(database) => backup::migrate(global, database).await,
        }
    })
}

/// Opens the database and brings it to this release's form.
async fn open(database: &DatabaseArgs) -> Result<Store, Failure> {
    Store::open(&database.database).await.map_err(failure)
}

/// A store's failure in the program's words.
fn failure(e: bartizan_store::Error) -> Failure {
    let (exit, code) = match &e {
        e if e.is_unavailable() => (Exit::Unavailable, "node.database"),
        e if e.is_full() => (Exit::Io, "node.full"),
        e if e.is_version() => (Exit::Config, "node.version"),
        e if e.is_conflict() => (Exit::Usage, "node.conflict"),
        e if e.is_invalid() => (Exit::Usage, "node.invalid"),
        _ => (Exit::Io, "node.database"),
    };
    Failure::new(exit, code, e.to_string())
}

/// What requests of the node may do.
fn fetching(allow_net: &[String]) -> Result<bartizan_fetch::Rules, Failure> {
    let allowed =
        allow_net.iter().map(|text| text.parse().map_err(|e| usage(format!("--allow-net {text}: {e}"))));
    let allowed = allowed.collect::<Result<_, Failure>>()?;
    Ok(bartizan_fetch::Rules {
        allowed,
        bytes: 64 << 20,
        timeout: std::time::Duration::from_secs(60),
        ..Default::default()
    })
}

/// The file of the key under which credentials are sealed.
fn key_file(database: &DatabaseArgs, key: &KeyArgs) -> std::path::PathBuf {
    key.key_file.clone().unwrap_or_else(|| bartizan_server::Seal::beside(&database.database))
}

fn usage(message: impl Into<String>) -> Failure {
    Failure::new(Exit::Usage, "node.invalid", message)
}

/// Changes from the command line are by `system`: who may reach the database may do anything.
fn by() -> Action<'static> {
    Action { actor: "system", now: System.now() }
}

fn uuid() -> String {
    let mut bytes = [0; 16];
    System.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn organisation(directory: &Directory, name: &str) -> Result<OrganisationId, Failure> {
    let found = directory.organisations.values().find(|o| o.name == name || o.uuid == name);
    found.map(|o| o.id).ok_or_else(|| {
        let names: Vec<&str> = directory.organisations.values().map(|o| o.name.as_str()).collect();
        let there = if names.is_empty() {
            "there is none yet".into()
        } else {
            format!("there are {}", names.join(", "))
        };
        usage(format!("no organisation is called {name}; {there}"))
    })
}

fn person<'d>(directory: &'d Directory, name: &str) -> Result<&'d PersonEntry, Failure> {
    let id = directory.names.get(&name.to_lowercase());
    id.and_then(|id| directory.people.get(id))
        .ok_or_else(|| usage(format!("nobody is called {name}; `bartizan user list` shows who is there")))
}

/// Prints rows as JSON under a name, or as lines.
fn print(
    global: &Global,
    name: &str,
    rows: Vec<Value>,
    line: impl Fn(&Value) -> String,
) -> Result<Exit, Failure> {
    if global.json {
        out::json(&Value::from_iter([(name.to_owned(), Value::from(rows))]))?;
    } else {
        out::text(&rows.iter().map(|row| line(row) + "\n").collect::<String>())?;
    }
    Ok(Exit::Ok)
}

/// Ends a command that has nothing to show.
fn done(global: &Global) -> Result<Exit, Failure> {
    if global.json {
        out::json(&serde_json::json!({ "done": true }))?;
    }
    Ok(Exit::Ok)
}

/// A text of a row, without what a terminal would obey.
fn cell(row: &Value, name: &str) -> String {
    match &row[name] {
        Value::String(text) => crate::terminal::plain(text),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}
