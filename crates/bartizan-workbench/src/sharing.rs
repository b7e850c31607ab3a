//! Who gets what, when: embargoes, named recipients, uploads, webhooks.

use crate::shell::{Choice, Problem, Shell};
use crate::time::Moment;
use askama::Template;
use bartizan_stix::Tlp;

/// What a collection's page shows beside its objects.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    /// What is under embargo that this person reads, soonest first.
    pub embargoes: Vec<Embargo>,
    /// Who is named for what is TLP:RED in it; none where this person does not run it. Forms post `csrf` and `person` to
    /// `/collections/{uuid}/recipients` and `/collections/{uuid}/recipients/remove`.
    pub recipients: Option<Vec<Recipient>>,
    /// People of the own organisation that can be named.
    pub people: Vec<Choice>,
    /// What became of a file that was just added.
    pub taken: Option<Taken>,
    /// PAP labels to narrow by, each with its label.
    pub paps: Vec<Choice>,
}

/// Objects under one embargo.
#[derive(Clone, Debug)]
pub struct Embargo {
    /// What the form sends as `from`.
    pub value: String,
    /// Until when.
    pub until: Moment,
    /// Whose they are.
    pub owner: String,
    /// How many objects.
    pub objects: u64,
    /// The strictest marking among them.
    pub marking: Tlp,
    /// Whether this person may prolong it: a form posts `csrf`, `from`, `until` and `reason` to
    /// `/collections/{uuid}/embargoes`.
    pub may_prolong: bool,
    /// Whether this person may shorten or lift it too.
    pub may_lift: bool,
}

/// A named person.
#[derive(Clone, Debug, Default)]
pub struct Recipient {
    /// What the form sends.
    pub value: String,
    /// Name.
    pub name: String,
    /// Organisation.
    pub organisation: String,
}

/// What became of a file.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// What kind of file it was, in words.
    pub kind: String,
    /// How many objects are new.
    pub added: u64,
    /// How many were there.
    pub known: u64,
    /// Some identifiers of what is new.
    pub some: Vec<String>,
    /// What was not taken, and why.
    pub refused: Vec<(String, String)>,
}

/// `GET /webhooks`. Where [`Webhooks::may_add`], a form posts `csrf`, `label`, `url`, `collection` and `event` (several) to the
/// same address.
#[derive(Clone, Debug, Template)]
#[template(path = "webhooks.html")]
pub struct Webhooks {
    /// What stands around the page.
    pub shell: Shell,
    /// The organisation's webhooks.
    pub webhooks: Vec<WebhookLine>,
    /// Collections that can be chosen, first of all "everything".
    pub collections: Vec<Choice>,
    /// What they can be told of.
    pub events: Vec<Choice>,
    /// Typed before.
    pub label: String,
    /// Typed before.
    pub url: String,
    /// Why the form came back.
    pub problem: Option<Problem>,
}

page!(Webhooks, "collections");

/// A webhook in the list.
#[derive(Clone, Debug)]
pub struct WebhookLine {
    /// Id.
    pub uuid: String,
    /// Name.
    pub label: String,
    /// Where messages go.
    pub url: String,
    /// What it is told of, in words.
    pub about: String,
    /// Who made it.
    pub by: String,
    /// Why it is off; empty: it is on.
    pub off: String,
    /// Attempts that failed since the last that did not.
    pub failures: u64,
}

/// `GET /webhooks/{uuid}`. Forms post `csrf` to `/webhooks/{uuid}/test`, `…/secret`, `…/enable`, `…/remove`.
#[derive(Clone, Debug, Template)]
#[template(path = "webhook.html")]
pub struct Webhook {
    /// What stands around the page.
    pub shell: Shell,
    /// The webhook.
    pub hook: WebhookLine,
    /// When it was made.
    pub created: Moment,
    /// A secret that was just made, shown once.
    pub secret: Option<String>,
    /// Whether it is this person's own.
    pub own: bool,
    /// What it was sent, newest first.
    pub sent: Vec<SentLine>,
}

page!(Webhook, "collections");

/// A message in the log.
#[derive(Clone, Debug)]
pub struct SentLine {
    /// Its identifier.
    pub message: String,
    /// What it told of.
    pub event: String,
    /// How often it was tried.
    pub attempts: u64,
    /// Whether it arrived.
    pub arrived: bool,
    /// What the receiver answered, in words.
    pub outcome: String,
    /// When it was last tried.
    pub last: Moment,
}

impl Webhook {
    fn href(&self) -> String {
        format!("/webhooks/{}", crate::href::part(&self.hook.uuid))
    }
}

/// Class of a PAP label in the style sheet.
pub(crate) fn pap_class(label: &str) -> &'static str {
    match label {
        "PAP:RED" => "red",
        "PAP:AMBER" => "amber",
        "PAP:GREEN" => "green",
        _ => "clear",
    }
}

/// What a PAP label lets one do, in one line (MISP's taxonomy).
pub(crate) fn pap_words(label: &str) -> &'static str {
    match label {
        "PAP:RED" => "nothing that shows outside: own logs and stores only",
        "PAP:AMBER" => "passive look-ups at third parties, no contact",
        "PAP:GREEN" => "active measures too, such as blocking",
        _ => "anything",
    }
}
