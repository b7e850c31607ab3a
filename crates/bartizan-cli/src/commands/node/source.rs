//! `bartizan source`.

use bartizan_clearinghouse::access::Scopes;
use bartizan_clearinghouse::time;
use bartizan_server::sources::{self, Refused, Secret, Tools, Wanted};
use bartizan_server::{Seal, System};
use bartizan_stix::Tlp;
use bartizan_store::{Channel, ChannelKind, Store};
use serde_json::json;

use super::{by, cell, done, failure, fetching, key_file, open, person, print, usage, uuid};
use crate::args::Global;
use crate::args_source::SourceCommand;
use crate::exit::{Exit, Failure};

/// Runs one of its commands.
pub async fn run(global: &Global, command: &SourceCommand) -> Result<Exit, Failure> {
    match command {
        SourceCommand::List(database) => {
            let store = open(database).await?;
            let directory = store.directory();
            let mut rows = Vec::new();
            for channel in store.channels(None).await.map_err(failure)? {
                let last = store.runs(channel.id, 1).await.map_err(failure)?.pop();
                let owner = directory.organisations.get(&channel.organisation).map(|o| &o.name);
                rows.push(json!({
                    "id": channel.uuid, "title": channel.title, "kind": channel.kind.as_str(), "owner": owner,
                    "address": sources::shown(&channel.address), "marking": channel.marking.as_str(),
                    "minutes": channel.every / 60_000_000, "paused": channel.paused,
                    "next": (!channel.paused).then(|| time::text(channel.due)),
                    "state": last.as_ref().map(|run| run.state.as_str()),
                    "taken": last.as_ref().map(|run| run.taken), "refused": last.as_ref().map(|run| run.refused),
                    "message": last.as_ref().and_then(|run| run.message.clone()),
                }));
            }
            print(global, "sources", rows, |row| {
                let (id, title, kind) = (cell(row, "id"), cell(row, "title"), cell(row, "kind"));
                let next = if row["paused"] == true { "paused".to_owned() } else { cell(row, "next") };
                let (state, taken, refused) = (cell(row, "state"), cell(row, "taken"), cell(row, "refused"));
                let went = format!("{state}, {taken} new, {refused} refused");
                format!("{id}  {kind}  {title}  {}  next {next}  last {went}", cell(row, "address"))
            })
        }
        SourceCommand::Add {
            database,
            key,
            title,
            kind,
            address,
            person: name,
            collection,
            remote,
            organisation,
            marking,
            minutes,
            user,
            allow_net,
        } => {
            let store = open(database).await?;
            let directory = store.directory();
            let kind = ChannelKind::parse(kind);
            let kind = kind.ok_or_else(|| usage("--kind is feed, misp, taxii, page or push"))?;
            let marking = Tlp::parse(marking).ok_or_else(|| {
                usage(format!("{marking} is none of clear, green, amber, amber+strict, red"))
            })?;
            let secret = |name: &str| std::env::var(name).unwrap_or_default();
            let (password, token) = (secret("BARTIZAN_SOURCE_PASSWORD"), secret("BARTIZAN_SOURCE_TOKEN"));
            let secret = Secret::of(user, &password, &token).map_err(|why| {
                usage(format!("{why} Set BARTIZAN_SOURCE_PASSWORD with --user, or BARTIZAN_SOURCE_TOKEN."))
            })?;
            let entry = person(&directory, name)?;
            let principal = directory.principal(entry.member.id, Scopes::ALL);
            let principal = principal.ok_or_else(|| usage(format!("{name} is closed")))?;
            let (seal, rules, id) = (Seal::new(Some(key_file(database, key))), fetching(allow_net)?, uuid());
            let tools = Tools { seal: &seal, around: &System, rules: &rules };
            let wanted = Wanted {
                uuid: &id,
                kind,
                title,
                address,
                remote,
                collection,
                reader: organisation,
                marking,
                minutes: *minutes,
                secret,
            };
            let made = sources::add(&store, &tools, &by(), &directory, &principal, &wanted).await;
            let made = made.map_err(|refused| match refused {
                Refused::Input(why) => usage(why),
                Refused::Access(_, why) => usage(format!("{name} may not: {why}")),
                Refused::Store(e) => failure(e),
            })?;
            print(global, "sources", vec![json!({ "id": made.uuid, "title": made.title })], |row| {
                cell(row, "id")
            })
        }
        SourceCommand::Run { database, id } => {
            let store = open(database).await?;
            let channel = find(&store, id).await?;
            if !store.begin_channel(&by(), &channel, 0).await.map_err(failure)? {
                return Err(Failure::new(Exit::Usage, "node.conflict", "a round of it is under way"));
            }
            done(global)
        }
        SourceCommand::Pause { database, id, undo } => {
            let store = open(database).await?;
            let channel = find(&store, id).await?;
            store.pause_channel(&by(), &channel, !undo).await.map_err(failure)?;
            done(global)
        }
        SourceCommand::Remove { database, id } => {
            let store = open(database).await?;
            let channel = find(&store, id).await?;
            store.remove_channel(&by(), &channel).await.map_err(failure)?;
            done(global)
        }
    }
}

async fn find(store: &Store, id: &str) -> Result<Channel, Failure> {
    let found = store.channel(id).await.map_err(failure)?.filter(|c| !c.removed);
    found.ok_or_else(|| usage(format!("no source has the id {id}; `bartizan source list` shows them")))
}
