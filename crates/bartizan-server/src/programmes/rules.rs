//! Programmes: versions of rules, brought by who runs them.

use bartizan_clearinghouse::access::{PersonId, Thing, Verb};
use bartizan_programme::Id;
use bartizan_programme::rules::{Programme, Side};
use bartizan_store::{NewProgramme, ProgrammeEntry};

use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// People of the programme in every new window.
const MOST_STAFF: usize = 256;
const NEEDS: &str =
    "Programmes are run by the coordinators of their organisation, with a token for managing.";

/// A version, with its rules as read.
pub(crate) struct Version {
    pub(crate) entry: ProgrammeEntry,
    pub(crate) rules: Programme,
}

fn read(entry: ProgrammeEntry) -> Result<Version, Wrong> {
    let rules = Programme::parse(&entry.rules)?;
    Ok(Version { entry, rules })
}

/// A version that somebody may do this with.
pub(crate) async fn find(app: &App, acting: &Acting<'_>, uuid: &str, verb: Verb) -> Result<Version, Wrong> {
    let entry = app.store.programme(uuid).await?.ok_or(Wrong::NotThere)?;
    acting.must(verb, &Thing::Programme(entry.runs), NEEDS)?;
    read(entry)
}

/// All versions, newest first.
pub(crate) async fn list(app: &App, acting: &Acting<'_>) -> Result<Vec<Version>, Wrong> {
    let mut kept = Vec::new();
    for entry in app.store.programmes().await? {
        if acting.may(Verb::List, &Thing::Programme(entry.runs)) {
            kept.push(read(entry)?);
        }
    }
    Ok(kept)
}

/// Brings a version: the bytes are kept as they are.
pub(crate) async fn bring(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    bytes: &[u8],
) -> Result<Version, Wrong> {
    let (own, who) = acting.known()?;
    acting.must(Verb::Manage, &Thing::Programme(own), NEEDS)?;
    let rules = Programme::parse(bytes)?;
    let new = NewProgramme {
        uuid,
        runs: own,
        person: who,
        name: rules.id.as_str(),
        version: rules.version.as_str(),
        title: rules.title.as_str(),
        digest: rules.digest.as_str(),
        rules: bytes,
    };
    if !app.store.keep_programme(&acting.by(), &new).await? {
        let known = app.store.programmes().await?;
        let same = known.into_iter().find(|entry| {
            entry.runs == own && entry.name == rules.id.as_str() && entry.version == rules.version.as_str()
        });
        // The same bytes again change nothing; other bytes need another version.
        return match same.filter(|entry| entry.digest == rules.digest.as_str()) {
            Some(entry) => read(entry),
            None => Err(Wrong::Late(
                "There is a version of this name with other rules: give the changed file a version of its own.".into(),
            )),
        };
    }
    again(app, uuid).await
}

/// Says who of the programme has a role in each new window: people of the own organisation and of those who oversee.
pub(crate) async fn staff(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    wanted: &[(String, Id)],
) -> Result<Version, Wrong> {
    let version = find(app, acting, uuid, Verb::Manage).await?;
    if wanted.len() > MOST_STAFF {
        return Err(Wrong::Unfit(format!("At most {MOST_STAFF} people.")));
    }
    let mut staff: Vec<(PersonId, String)> = Vec::new();
    for (person, role) in wanted {
        let entry = acting.directory.people.values().find(|entry| entry.uuid == *person);
        let entry = entry.ok_or_else(|| Wrong::Unfit(format!("`{person}` is nobody of this node.")))?;
        let side = version
            .rules
            .side(role)
            .ok_or_else(|| Wrong::Unfit(format!("The rules have no role `{role}`.")))?;
        let own = entry.member.organisation == version.entry.runs;
        let fits = match side {
            Side::Programme => own,
            Side::Oversight => true,
            Side::Developer | Side::Tester => false,
        };
        if !fits {
            return Err(Wrong::Unfit(format!(
                "`{role}` is not given here: people of the programme and its oversight are; testers get theirs in the window."
            )));
        }
        staff.push((entry.member.id, role.as_str().to_owned()));
    }
    app.store.staff_programme(&acting.by(), uuid, &staff).await?;
    again(app, uuid).await
}

/// No window begins under this version any more.
pub(crate) async fn retire(app: &App, acting: &Acting<'_>, uuid: &str) -> Result<Version, Wrong> {
    find(app, acting, uuid, Verb::Manage).await?;
    app.store.retire_programme(&acting.by(), uuid).await?;
    again(app, uuid).await
}

/// A version as it is now, for who was asked about it before.
async fn again(app: &App, uuid: &str) -> Result<Version, Wrong> {
    read(app.store.programme(uuid).await?.ok_or(Wrong::NotThere)?)
}
