//! What an organisation decided about its items: exceptions, closures, and what it found out. Sealed, and never changed.

use std::collections::BTreeMap;

use bartizan_clearinghouse::access::{OrganisationId, PersonId, Verb};
use bartizan_clearinghouse::due::{Closure, Exception, Item};
use bartizan_clearinghouse::priority::{BuiltIn, EXPOSED, Evidence, KEV, Said};
use bartizan_clearinghouse::token;
use bartizan_store::{DueNote, NewDueNote, NoteKind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Word;
use crate::app::App;
use crate::inventories::{self, open, seal};
use crate::sharing::{Acting, Wrong};

/// What an item was about, for when it is not there any more.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Subject {
    pub(crate) inventory: String,
    pub(crate) asset: String,
    pub(crate) component: String,
    pub(crate) versions: Vec<String>,
    pub(crate) vulnerability: String,
    pub(crate) title: String,
}

/// A decision about an item.
#[derive(Clone)]
pub(crate) struct Decided<T = Closure> {
    pub(crate) item: String,
    pub(crate) subject: Subject,
    pub(crate) word: Word<T>,
}

#[derive(Serialize, Deserialize)]
struct Body<T> {
    subject: Subject,
    said: T,
}

/// What somebody found out about a vulnerability.
#[derive(Serialize, Deserialize)]
struct Answer {
    vulnerability: String,
    point: String,
    keys: Vec<String>,
    reason: String,
}

fn place(own: OrganisationId, kind: NoteKind, item: &str) -> String {
    format!("due/{}/{kind:?}/{item}", own.0)
}

async fn notes(app: &App, own: OrganisationId, kind: NoteKind) -> Result<Vec<(DueNote, Vec<u8>)>, Wrong> {
    let notes = app.store.due_notes(own, kind).await?;
    let opened = |note: DueNote| {
        let text = open(app, &place(own, kind, &note.item), &note.body)?;
        Ok((note, text))
    };
    notes.into_iter().map(opened).collect()
}

async fn latest<T: DeserializeOwned>(
    app: &App,
    own: OrganisationId,
    kind: NoteKind,
) -> Result<BTreeMap<String, Decided<T>>, Wrong> {
    let mut all = BTreeMap::new();
    for (note, text) in notes(app, own, kind).await? {
        let body: Body<T> = serde_json::from_slice(&text).map_err(|e| Wrong::Unfit(e.to_string()))?;
        let word = Word { said: body.said, person: note.person, at: note.kept };
        all.insert(note.item.clone(), Decided { item: note.item, subject: body.subject, word });
    }
    Ok(all)
}

type Newest<T> = BTreeMap<String, Decided<T>>;

/// The last exception and the last closure of each item.
pub(super) async fn decided(
    app: &App,
    own: OrganisationId,
) -> Result<(Newest<Exception>, Newest<Closure>), Wrong> {
    Ok((latest(app, own, NoteKind::Exception).await?, latest(app, own, NoteKind::Closure).await?))
}

/// What was found out, by vulnerability; and what it depends on.
pub(super) async fn answers(
    app: &App,
    own: OrganisationId,
) -> Result<(BTreeMap<String, Vec<Said>>, String), Wrong> {
    let mut newest: BTreeMap<(String, String), Said> = BTreeMap::new();
    let mut count = 0;
    for (note, text) in notes(app, own, NoteKind::Answer).await? {
        let answer: Answer = serde_json::from_slice(&text).map_err(|e| Wrong::Unfit(e.to_string()))?;
        let evidence = Evidence { source: "own organisation".into(), date: note.kept, words: answer.reason };
        let said = Said { point: answer.point.clone(), keys: answer.keys, evidence };
        newest.insert((answer.vulnerability, answer.point), said);
        count += 1;
    }
    let mut by_name: BTreeMap<String, Vec<Said>> = BTreeMap::new();
    for ((vulnerability, _), said) in newest {
        by_name.entry(vulnerability).or_default().push(said);
    }
    Ok((by_name, format!("{count}")))
}

fn subject(list: &super::List, item: &Item) -> Subject {
    Subject {
        inventory: list.inventory(item).entry.uuid.clone(),
        asset: item.asset.clone(),
        component: item.component.clone(),
        versions: item.places.iter().map(|place| place.version.clone()).collect(),
        vulnerability: item.vulnerability.clone(),
        title: item.title.clone(),
    }
}

async fn keep<T: Serialize>(
    app: &App,
    acting: &Acting<'_>,
    (kind, item): (NoteKind, &str),
    body: &T,
) -> Result<(), Wrong> {
    let (organisation, person): (OrganisationId, PersonId) = acting.known()?;
    let text = serde_json::to_vec(body).unwrap_or_default();
    let sealed = seal(app, &place(organisation, kind, item), &text)?;
    let new = NewDueNote { kind, organisation, item, person, body: &sealed };
    Ok(app.store.add_due_note(&acting.by(), &new).await?)
}

/// Puts an item off, with a reason and for a time.
pub(crate) async fn except(
    app: &App,
    acting: &Acting<'_>,
    id: &str,
    exception: Exception,
) -> Result<(), Wrong> {
    inventories::own(acting, Verb::Review)?;
    let list = super::list(app, acting).await?;
    let line = list.find(id).ok_or(Wrong::NotThere)?;
    exception.check(acting.now).map_err(|fault| Wrong::Unfit(fault.message))?;
    let body = Body { subject: subject(&list, list.item(line)), said: exception };
    keep(app, acting, (NoteKind::Exception, id), &body).await
}

/// Says that an item is done, with evidence.
pub(crate) async fn close(app: &App, acting: &Acting<'_>, id: &str, closure: Closure) -> Result<(), Wrong> {
    inventories::own(acting, Verb::Add)?;
    let list = super::list(app, acting).await?;
    let line = list.find(id).ok_or(Wrong::NotThere)?;
    closure.check().map_err(|fault| Wrong::Unfit(fault.message))?;
    let body = Body { subject: subject(&list, list.item(line)), said: closure };
    keep(app, acting, (NoteKind::Closure, id), &body).await
}

/// Says what was found out about the vulnerability of an item: a decision point and its value.
pub(crate) async fn answer(
    app: &App,
    acting: &Acting<'_>,
    id: &str,
    (point, value, reason): (&str, &str, &str),
) -> Result<(), Wrong> {
    inventories::own(acting, Verb::Add)?;
    let list = super::list(app, acting).await?;
    let line = list.find(id).ok_or(Wrong::NotThere)?;
    let known = BuiltIn::Bod2604.table().points.iter().find(|known| known.id == point);
    // What is exposed is said of the asset, and KEV is as it is published.
    let known = known.filter(|p| ![EXPOSED, KEV].contains(&p.id.as_str()) && p.value(value).is_some());
    let known = known
        .ok_or_else(|| Wrong::Unfit("There is no such decision point with this value to answer.".into()))?;
    let reason = crate::sharing::reason(reason)?;
    if reason.is_empty() {
        return Err(Wrong::Unfit("Say how you found out.".into()));
    }
    let vulnerability = list.item(line).vulnerability.clone();
    let digest = token::digest(&vulnerability);
    let answer = Answer {
        vulnerability,
        point: known.id.clone(),
        keys: vec![value.to_owned()],
        reason: reason.to_owned(),
    };
    keep(app, acting, (NoteKind::Answer, digest.get(..32).unwrap_or_default()), &answer).await
}
