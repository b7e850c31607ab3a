//! Beginning an advisory and writing its editions.

use bartizan_advisory::advisory::{
    self as plain, Advisory as Plain, Note, NoteCategory, Publisher, PublisherCategory, Revision, Status,
};
use bartizan_advisory::csaf::{Version, file_name};
use bartizan_advisory::{emit, read, track};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::advisory::{LONGEST, WORDS};
use bartizan_clearinghouse::token;
use bartizan_stix::Tlp;
use bartizan_store::{Advisory, EditionAbout, NewAdvisory, NewEdition, NewPublisher, PublisherEntry};
use serde_json::Value;

use super::moment;
use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// The longest id, in characters.
const ID: usize = 100;
/// The longest title.
const TITLE: usize = 300;

/// A document that can be kept.
pub(super) struct Prepared {
    pub(super) tracking: String,
    pub(super) filename: String,
    pub(super) title: String,
    pub(super) marking: Tlp,
    pub(super) body: String,
    pub(super) digest: String,
}

impl Prepared {
    /// From a document whose tracking says what it has to.
    pub(super) fn new(document: &Value) -> Result<Self, Wrong> {
        let unfit = |text: &str| Wrong::Unfit(text.into());
        if read::version(document).is_none() {
            return Err(unfit("A CSAF document says its version: set /document/csaf_version to 2.0 or 2.1."));
        }
        let line = |text: Option<&str>, most: usize| {
            let text = text?.trim();
            let fits = (1..=most).contains(&text.chars().count()) && !text.contains(char::is_control);
            fits.then(|| text.to_owned())
        };
        let tracking = line(track::id(document), ID).ok_or_else(|| {
            unfit("/document/tracking/id names the advisory in one line of up to 100 characters.")
        })?;
        let title = line(track::title(document), TITLE)
            .ok_or_else(|| unfit("/document/title is one line of up to 300 characters."))?;
        let marking = track::tlp(document).map(marking).ok_or_else(|| {
            unfit("/document/distribution/tlp/label says with whom it may be shared: CLEAR (2.0: WHITE), GREEN, AMBER, AMBER+STRICT or RED.")
        })?;
        let body = String::from_utf8(emit::bytes(document)).unwrap_or_default();
        if body.len() > LONGEST {
            return Err(Wrong::Unfit(format!("A document has at most {LONGEST} bytes.")));
        }
        let digest = token::digest(&body);
        Ok(Self { filename: file_name(&tracking), tracking, title, marking, body, digest })
    }

    /// As it is kept; what is said beside it only where it is released.
    pub(super) fn edition<'a>(
        &'a self,
        version: i64,
        summary: &'a str,
        person: bartizan_clearinghouse::access::PersonId,
        about: EditionAbout<'a>,
    ) -> NewEdition<'a> {
        NewEdition {
            version,
            title: &self.title,
            marking: self.marking,
            body: &self.body,
            digest: &self.digest,
            summary,
            person,
            about,
        }
    }
}

/// The document of a text that somebody sent.
pub(crate) fn parse(text: &[u8]) -> Result<Value, Wrong> {
    if text.len() > LONGEST {
        return Err(Wrong::Unfit(format!("A document has at most {LONGEST} bytes.")));
    }
    let value: Value =
        serde_json::from_slice(text).map_err(|e| Wrong::Unfit(format!("This is no JSON: {e}.")))?;
    // What has a key twice is read by each program its own way.
    let twice = super::validate(text, 0, true).findings.into_iter().find(|finding| finding.test == "json");
    match twice {
        Some(finding) => Err(Wrong::Unfit(format!("{}: {}", finding.pointer, finding.message))),
        None if value.is_object() => Ok(value),
        None => Err(Wrong::Unfit("A CSAF document is a JSON object.".into())),
    }
}

/// Begins an advisory of the own organisation with a document; what it is called by.
pub(crate) async fn begin(
    app: &App,
    acting: &Acting<'_>,
    mut document: Value,
    case: Option<&str>,
) -> Result<String, Wrong> {
    let (own, person) = acting.known()?;
    acting.must(Verb::Add, &Thing::Library(own), "Your roles do not include writing advisories.")?;
    track::to_draft(&mut document, None, &moment(acting.now));
    let prepared = Prepared::new(&document)?;
    let uuid = app.uuid();
    let new = NewAdvisory {
        uuid: &uuid,
        owner: own,
        case,
        tracking: &prepared.tracking,
        filename: &prepared.filename,
        edition: prepared.edition(0, "Begun.", person, EditionAbout::default()),
    };
    app.store.add_advisory(&acting.by(), &new).await?;
    Ok(uuid)
}

/// Writes the next edition after the one its writer has seen; its number.
pub(crate) async fn save(
    app: &App,
    acting: &Acting<'_>,
    advisory: &Advisory,
    after: i64,
    mut document: Value,
    summary: &str,
) -> Result<i64, Wrong> {
    let (_, person) = acting.known()?;
    let before = advisory.audience();
    acting.must(Verb::Add, &Thing::Content { audience: &before, collection: None }, "")?;
    let earlier = latest(app, advisory).await?;
    if read::advisory(&earlier).is_some_and(|plain| plain.withdrawn.is_some()) && advisory.version > 0 {
        return Err(Wrong::Unfit("It was withdrawn, and stays that: begin another advisory.".into()));
    }
    track::to_draft(&mut document, Some(&earlier), &moment(acting.now));
    let prepared = Prepared::new(&document)?;
    // The marking is free while it is a draft: whoever releases decides who gets it, and only its author writes what is TLP:RED.
    if prepared.tracking != advisory.tracking {
        let filename = &prepared.filename;
        app.store.rename_advisory(&acting.by(), advisory, &prepared.tracking, filename).await?;
    }
    let summary = words(summary)?;
    let edition = prepared.edition(0, summary, person, EditionAbout::default());
    Ok(app.store.write_advisory(&acting.by(), advisory, after, &edition).await?)
}

/// What changed, in words.
pub(crate) fn words(text: &str) -> Result<&str, Wrong> {
    let text = text.trim();
    if text.chars().count() > WORDS || text.contains(|c: char| c.is_control() && c != '\n') {
        return Err(Wrong::Unfit(format!("Say it in at most {WORDS} characters.")));
    }
    Ok(text)
}

/// What the newest edition says.
pub(crate) async fn latest(app: &App, advisory: &Advisory) -> Result<Value, Wrong> {
    let body = app.store.advisory_body(advisory.id, advisory.edition).await?.ok_or(Wrong::NotThere)?;
    serde_json::from_str(&body).map_err(|_| Wrong::Unfit("What is kept of this advisory is no JSON.".into()))
}

/// A new advisory of a publisher, with nothing said yet.
pub(crate) fn blank(publisher: Option<&PublisherEntry>, id: &str, title: &str, now: i64) -> Plain {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let category = publisher.and_then(|p| PublisherCategory::parse(&p.category));
    Plain {
        id: id.to_owned(),
        title: title.to_owned(),
        language: "en".into(),
        publisher: Publisher {
            category: category.unwrap_or(PublisherCategory::Other),
            name: publisher.map(|p| p.name.clone()).unwrap_or_default(),
            namespace: publisher.map(|p| p.namespace.clone()).unwrap_or_default(),
            contact: publisher.and_then(|p| some(&p.contact)),
            authority: publisher.and_then(|p| some(&p.authority)),
        },
        tlp: plain::Tlp::Amber,
        sharing: None,
        licence: None,
        status: Status::Draft,
        revisions: vec![Revision { number: 0, date: moment(now), summary: "Draft.".into() }],
        published_in: None,
        notes: vec![Note {
            category: NoteCategory::Summary,
            title: "Summary".into(),
            text: title.to_owned(),
        }],
        references: Vec::new(),
        acknowledgements: Vec::new(),
        products: Vec::new(),
        vulnerabilities: Vec::new(),
        withdrawn: None,
    }
}

/// The document of a plain advisory that is being written, in the version of CSAF that has most readers.
pub(crate) fn document(advisory: &Plain, version: Version) -> Result<Value, Wrong> {
    emit::draft(advisory, version).map_err(|refused| Wrong::Unfit(format!("{refused}.")))
}

/// TLP of a document as the rule of access has it.
pub(crate) fn marking(tlp: plain::Tlp) -> Tlp {
    match tlp {
        plain::Tlp::Clear => Tlp::Clear,
        plain::Tlp::Green => Tlp::Green,
        plain::Tlp::Amber => Tlp::Amber,
        plain::Tlp::AmberStrict => Tlp::AmberStrict,
        plain::Tlp::Red => Tlp::Red,
    }
}

/// Lets the own organisation publish under a name.
pub(crate) async fn publisher(app: &App, acting: &Acting<'_>, new: &NewPublisher<'_>) -> Result<(), Wrong> {
    let (own, _) = acting.known()?;
    acting.must(
        Verb::Manage,
        &Thing::Library(own),
        "A coordinator says under which name advisories are published.",
    )?;
    if PublisherCategory::parse(new.category).is_none() {
        let all: Vec<&str> = PublisherCategory::ALL.iter().map(|category| category.word()).collect();
        return Err(Wrong::Unfit(format!("The part of a publisher is one of {}.", all.join(", "))));
    }
    let namespace = url::Url::parse(new.namespace).ok();
    if !namespace.is_some_and(|url| url.scheme() == "https" && url.host().is_some()) {
        return Err(Wrong::Unfit(
            "The namespace is an address under the publisher's control: https://….".into(),
        ));
    }
    Ok(app.store.set_publisher(&acting.by(), &NewPublisher { organisation: own, ..*new }).await?)
}
