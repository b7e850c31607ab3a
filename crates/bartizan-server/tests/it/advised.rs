//! Advisories of the world: one of each marking in the shared collection, one that will be there later, one that is a draft.

use bartizan_clearinghouse::access::{Audience, CollectionId, OrganisationId, PersonId};
use bartizan_clearinghouse::token;
use bartizan_stix::Tlp;
use bartizan_store::{EditionAbout, NewAdvisory, NewEdition, NewPublisher, NewRelease, Store};
use serde_json::json;

use crate::harness::{NOW, then as by, uuid};
use crate::world::World;

/// An advisory, and who has it.
#[derive(Clone)]
pub struct Advised {
    pub uuid: String,
    pub tracking: String,
    pub owner: OrganisationId,
    /// Who has it as a draft.
    pub draft: Audience,
    /// Who has it as released, and from when on.
    pub released: Option<(Audience, i64)>,
}

/// The name of a marking's folder (docs/clearinghouse.md, "Advisories").
pub fn shelf(marking: Tlp) -> &'static str {
    match marking {
        Tlp::Clear => "white",
        Tlp::Green => "green",
        Tlp::Amber => "amber",
        Tlp::AmberStrict => "amber-strict",
        Tlp::Red => "red",
    }
}

/// What an edition says: as much as is looked at.
pub fn document(tracking: &str, title: &str, marking: Tlp) -> String {
    let label = match marking {
        Tlp::Clear => "WHITE",
        Tlp::Green => "GREEN",
        Tlp::Amber => "AMBER",
        Tlp::AmberStrict | Tlp::Red => "RED",
    };
    let at = "2026-11-30T11:00:00Z";
    json!({ "document": {
        "category": "csaf_base", "csaf_version": "2.0", "title": title, "lang": "en",
        "distribution": { "tlp": { "label": label } },
        "publisher": { "category": "coordinator", "name": "First", "namespace": "https://first.example" },
        "tracking": { "id": tracking, "status": "final", "version": "1", "initial_release_date": at, "current_release_date": at,
                      "revision_history": [{ "date": at, "number": "1", "summary": "First release." }] },
    } })
    .to_string()
}

/// Begins an advisory and, if it is said where, releases it.
pub async fn advise(
    store: &Store,
    uuid: &str,
    (owner, person): (OrganisationId, PersonId),
    title: &str,
    marking: Tlp,
    to: Option<(CollectionId, i64)>,
) -> Advised {
    let tracking = format!("first-{}", &uuid[..8]);
    let body = document(&tracking, title, marking);
    let digest = token::digest(&body);
    let edition = NewEdition {
        version: 0,
        title,
        marking,
        body: &body,
        digest: &digest,
        summary: "",
        person,
        about: EditionAbout::default(),
    };
    let filename = format!("{tracking}.json");
    let new = NewAdvisory { uuid, owner, case: None, tracking: &tracking, filename: &filename, edition };
    store.add_advisory(&by(), &new).await.expect("begun");
    let author = (marking == Tlp::Red).then_some(person);
    let draft = Audience { author: Some(person), ..Audience::new(owner, marking) };
    let mut released = None;
    if let Some((collection, begins)) = to {
        let advisory = store.advisory(uuid).await.expect("asked").expect("there");
        let edition = Some(NewEdition { version: 1, ..edition });
        let to = [(collection, begins)];
        let new = NewRelease { edition, after: 1, version: 1, marking, to: &to, person };
        store.release_advisory(&by(), &advisory, &new).await.expect("released");
        let embargo = (begins > NOW).then_some(begins);
        let audience =
            Audience { author, embargo, ..Audience::new(owner, marking).in_collection(collection) };
        released = Some((audience, begins));
    }
    Advised { uuid: uuid.to_owned(), tracking, owner, draft, released }
}

impl World {
    /// First publishes; its analyst has written.
    pub async fn advise(&mut self) {
        let first = self.first().id;
        let new = NewPublisher {
            organisation: first,
            alias: "first",
            name: "First",
            category: "coordinator",
            namespace: "https://first.example",
            contact: "",
            authority: "",
        };
        self.store.set_publisher(&by(), &new).await.expect("a publisher");
        let whose = (first, self.person("analyst-first"));
        let shared = self.shared.id;
        let mut all: Vec<(Tlp, Option<i64>)> = Tlp::ALL.iter().map(|marking| (*marking, Some(NOW))).collect();
        all.extend([(Tlp::Clear, Some(NOW + 1)), (Tlp::Amber, None)]);
        for (marking, begins) in all {
            let to = begins.map(|begins| (shared, begins));
            let title = format!("Advisory {marking} {}", begins.is_some());
            self.advisories.push(advise(&self.store, &uuid(), whose, &title, marking, to).await);
        }
    }
}
