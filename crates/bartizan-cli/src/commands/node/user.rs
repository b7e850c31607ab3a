//! `bartizan user`.

use bartizan_clearinghouse::access::Roles;
use bartizan_server::{Surroundings, System, hash_password};
use bartizan_store::NewPerson;
use serde_json::json;

use super::{by, cell, done, failure, open, organisation, person, print, usage, uuid};
use crate::args::Global;
use crate::args_node::UserCommand;
use crate::exit::{Exit, Failure};

/// Runs one of its commands.
pub async fn run(global: &Global, command: &UserCommand) -> Result<Exit, Failure> {
    match command {
        UserCommand::Add { database, name, organisation: of, roles, shown } => {
            let store = open(database).await?;
            let organisation = organisation(&store.directory(), of)?;
            let (password, made) = password()?;
            let phc = hashed(&password)?;
            let new = NewPerson {
                uuid: &uuid(),
                organisation,
                name,
                shown: shown.as_deref().unwrap_or(name),
                roles: self::roles(roles)?,
                password: Some(&phc),
            };
            store.add_person(&by(), &new).await.map_err(failure)?;
            told(global, name, made)
        }
        UserCommand::List(database) => {
            let directory = open(database).await?.directory();
            let rows = directory.people.values().map(|p| {
                let of = directory.organisations.get(&p.member.organisation).map(|o| &o.name);
                json!({
                    "name": p.name, "shown": p.shown, "organisation": of, "roles": p.member.roles.text(),
                    "closed": p.closed, "second_factor": p.second_factor,
                })
            });
            print(global, "people", rows.collect(), |row| {
                let closed = if row["closed"] == true { "  (closed)" } else { "" };
                format!(
                    "{}  {}  {}{closed}",
                    cell(row, "name"),
                    cell(row, "organisation"),
                    cell(row, "roles")
                )
            })
        }
        UserCommand::Roles { database, name, roles } => {
            let store = open(database).await?;
            let id = person(&store.directory(), name)?.member.id;
            store.set_roles(&by(), id, self::roles(roles)?).await.map_err(failure)?;
            done(global)
        }
        UserCommand::Password { database, name } => {
            let store = open(database).await?;
            let id = person(&store.directory(), name)?.member.id;
            let (password, made) = password()?;
            store.set_password(&by(), id, &hashed(&password)?).await.map_err(failure)?;
            told(global, name, made)
        }
        UserCommand::Close { database, name, undo } => {
            let store = open(database).await?;
            let id = person(&store.directory(), name)?.member.id;
            store.close_person(&by(), id, !undo).await.map_err(failure)?;
            done(global)
        }
        UserCommand::ResetSecondFactor { database, name } => {
            let store = open(database).await?;
            let id = person(&store.directory(), name)?.member.id;
            store.reset_factors(&by(), id).await.map_err(failure)?;
            done(global)
        }
        UserCommand::Identity(command) => super::identity::run(global, command).await,
        UserCommand::Certificate(command) => super::certificate::run(global, command).await,
    }
}

fn roles(text: &str) -> Result<Roles, Failure> {
    Roles::parse(text).ok_or_else(|| {
        usage(format!("{text} is not a list of reader, analyst, reviewer, coordinator, admin, auditor"))
    })
}

/// The password of the environment, or a random one, which is then told.
fn password() -> Result<(String, Option<String>), Failure> {
    if let Ok(password) = std::env::var("BARTIZAN_PASSWORD") {
        if password.chars().count() < 12 {
            return Err(usage("a password has 12 characters or more"));
        }
        return Ok((password, None));
    }
    let mut random = [0; 32];
    System.fill(&mut random);
    let password: String = bartizan_clearinghouse::token::secret(random).chars().take(24).collect();
    Ok((password.clone(), Some(password)))
}

fn hashed(password: &str) -> Result<String, Failure> {
    hash_password(password, &System).ok_or_else(|| Failure::internal("the password could not be hashed"))
}

fn told(global: &Global, name: &str, made: Option<String>) -> Result<Exit, Failure> {
    print(global, "people", vec![json!({ "name": name, "password": made })], |row| match &row["password"] {
        serde_json::Value::Null => format!("{} is there", cell(row, "name")),
        _ => format!("password of {} (shown once): {}", cell(row, "name"), cell(row, "password")),
    })
}
