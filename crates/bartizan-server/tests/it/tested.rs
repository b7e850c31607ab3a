//! A window of model testing in the world: First runs the programme, the model is Second's, Third tests, an auditor of Fourth's looks after
//! them.

use bartizan_clearinghouse::access::{OrganisationId, PersonId, WindowAccess, WindowSide};
use bartizan_clearinghouse::token;
use bartizan_programme::rules::THIRTY_DAY;
use bartizan_store::{NewProgramme, NewWindow, Store, WindowColumns, WindowEvent};
use serde_json::{Value, json};

use crate::harness::{NOW, then as by, uuid};
use crate::world::World;

/// The window as it is known, and as the rule of access sees it.
#[derive(Clone, Debug)]
pub struct Tested {
    pub programme: String,
    pub uuid: String,
    pub access: WindowAccess,
    /// Who may publish.
    pub officer: PersonId,
}

impl Tested {
    /// Before there is one.
    pub fn none() -> Self {
        let nobody = OrganisationId(0);
        let access = WindowAccess { runs: nobody, developer: nobody, people: [].into() };
        Self { programme: String::new(), uuid: String::new(), access, officer: PersonId(0) }
    }
}

/// A programme of an organisation: the ready example under a name of its own.
pub async fn programme(store: &Store, runs: OrganisationId, person: PersonId, title: &str) -> String {
    let rules = THIRTY_DAY.replace("Voluntary testing before release, thirty days", title);
    let id = uuid();
    let new = NewProgramme {
        uuid: &id,
        runs,
        person,
        name: "thirty-day",
        version: "1.0",
        title,
        digest: &token::digest(&rules),
        rules: rules.as_bytes(),
    };
    assert!(store.keep_programme(&by(), &new).await.expect("kept"));
    id
}

/// Opens a window under a programme, with these people in it: person, organisation, role, side.
pub async fn window(
    store: &Store,
    uuid: &str,
    (programme, title): (&str, &str),
    (runs, developer): (OrganisationId, OrganisationId),
    people: &[(PersonId, OrganisationId, &str, WindowSide)],
) -> WindowAccess {
    let directory = store.fresh().await.expect("a directory");
    let entry = store.programme(programme).await.expect("asked").expect("a programme");
    let organisation = |id: OrganisationId| directory.organisations[&id].uuid.clone();
    let part = |(person, of, role, _): &(PersonId, OrganisationId, &str, WindowSide)| json!({ "person": directory.people[person].uuid, "organisation": organisation(*of), "role": role });
    let parts: Vec<Value> = people.iter().map(part).collect();
    let event = json!({
        "number": 1, "at": NOW, "by": { "person": parts[0]["person"], "role": parts[0]["role"] },
        "action": {
            "do": "submit", "rules": entry.digest, "developer": organisation(developer), "runs": organisation(runs),
            "submission": { "model": title, "checkpoints": {}, "contacts": [] }, "parts": parts,
        },
    });
    let events = [WindowEvent { number: 1, at: NOW, person: Some(people[0].0), body: event.to_string() }];
    let new = NewWindow { uuid, programme: entry.id, runs, developer, title };
    let columns = WindowColumns {
        state: "submitted".into(),
        runs_between: None,
        parts: people.iter().map(|(person, _, role, _)| (*person, (*role).to_owned())).collect(),
    };
    store.open_window(&by(), &new, &events, &columns).await.expect("opened");
    let sides = people.iter().map(|(person, .., side)| (*person, [*side].into()));
    WindowAccess { runs, developer, people: sides.collect() }
}

impl World {
    /// The window of the world.
    pub async fn tested(&self) -> Tested {
        let [first, second, third, fourth] = [0, 1, 2, 3].map(|n| self.organisations[n].id);
        let officer = self.person("reviewer-first");
        let programme = programme(&self.store, first, self.person("coordinator-first"), "Of First").await;
        let people = [
            (self.person("analyst-second"), second, "developer-liaison", WindowSide::Developer),
            (self.person("analyst-first"), first, "programme-manager", WindowSide::Programme),
            (officer, first, "programme-officer", WindowSide::Programme),
            (self.person("analyst-third"), third, "tester", WindowSide::Tester),
            (self.person("auditor-fourth"), fourth, "auditor", WindowSide::Oversight),
        ];
        let uuid = uuid();
        let access = window(&self.store, &uuid, (&programme, "Falcon"), (first, second), &people).await;
        Tested { programme, uuid, access, officer }
    }
}
