//! Handing a model in: the first event of a window.

use bartizan_clearinghouse::access::{PersonId, Thing, Verb};
use bartizan_programme::rules::Programme;
use bartizan_programme::window::{Action, Actor, Event, Part, Submission, Window};
use bartizan_programme::{Id, Name};
use bartizan_store::{NewWindow, WindowEvent};
use std::sync::Arc;

use super::{Room, act, find, organisation_name, person_name};
use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// A model that is handed in.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// The version of the programme.
    pub(crate) programme: String,
    /// In which role whoever hands it in does so; it is among `parts`.
    pub(crate) role: Id,
    /// What is handed in.
    pub(crate) submission: Submission,
    /// Who of the developer has which role: people by their names in windows.
    pub(crate) parts: Vec<(Name, Id)>,
}

/// Hands a model in; the window is called by the identifier that is given.
pub(crate) async fn open(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    opening: Opening,
) -> Result<Room, Wrong> {
    // An earlier attempt may have come as far as this.
    if app.store.window(uuid).await?.is_some() {
        return find(app, acting, uuid, Verb::List).await;
    }
    let (own, who) = acting.known()?;
    let entry = app.store.programme(&opening.programme).await?.ok_or(Wrong::NotThere)?;
    acting.must(Verb::List, &Thing::Programme(entry.runs), "")?;
    // Whose model it is hands it in, in the name of those who write for the organisation.
    acting.must(
        Verb::Add,
        &Thing::Library(own),
        "Whoever hands a model in is an analyst, reviewer or coordinator of its developer, with a token for writing.",
    )?;
    if entry.retired.is_some() {
        return Err(Wrong::Late("No window begins under this version of the programme any more.".into()));
    }
    let programme = Arc::new(Programme::parse(&entry.rules)?);
    let developer = organisation_name(acting.directory, own)?;
    let runs = organisation_name(acting.directory, entry.runs)?;
    let mut parts = Vec::new();
    for (person, role) in opening.parts {
        parts.push(Part { organisation: of(acting, &person)?, person, role });
    }
    for (person, role) in &entry.staff {
        let role: Id = role.parse()?;
        // Who has left since the staff was named is no part of it.
        if let Ok(person) = person_name(acting.directory, *person) {
            parts.push(Part { organisation: of(acting, &person)?, person, role });
        }
    }
    let by = Actor { person: person_name(acting.directory, who)?, role: opening.role };
    let title = opening.submission.model.as_str().to_owned();
    let rules = programme.digest.clone();
    let action = Action::Submit { rules, developer, runs, submission: opening.submission, parts };
    let event = Event { number: 1, at: acting.now, by, action };
    let window = Window::open(&programme, &event)?;
    keep(app, acting, (uuid, &title, entry.id), (&window, &event), who, entry.runs).await?;
    find(app, acting, uuid, Verb::List).await
}

async fn keep(
    app: &App,
    acting: &Acting<'_>,
    (uuid, title, programme): (&str, &str, i64),
    (window, event): (&Window, &Event),
    who: PersonId,
    runs: bartizan_clearinghouse::access::OrganisationId,
) -> Result<(), Wrong> {
    let (developer, _) = acting.known()?;
    let body = serde_json::to_string(event).map_err(|_| Wrong::Unfit("It cannot be kept.".into()))?;
    let first = WindowEvent { number: 1, at: event.at, person: Some(who), body };
    let new = NewWindow { uuid, programme, runs, developer, title };
    let columns = act::columns(acting, window, event.at);
    Ok(app.store.open_window(&acting.by(), &new, &[first], &columns).await?)
}

/// The organisation of somebody of this node, as windows name it.
fn of(acting: &Acting<'_>, person: &Name) -> Result<Name, Wrong> {
    let entry = acting.directory.people.values().find(|entry| entry.uuid == person.as_str());
    let entry = entry.ok_or_else(|| Wrong::Unfit(format!("`{person}` is nobody of this node.")))?;
    organisation_name(acting.directory, entry.member.organisation)
}
