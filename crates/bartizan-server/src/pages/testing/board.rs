//! The board: windows, programmes, editions; submitting a model, bringing rules and naming their staff.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_programme::rules::Side;
use bartizan_workbench::{ActForm, FieldKind, TestBoard, TestLine, TestProgramme};
use serde_json::json;

use super::super::html;
use super::super::stop::Stop;
use super::super::visit::Visit;
use super::acts::{choice, field, needed, of};
use super::posted::Posted;
use super::show;
use crate::app::App;
use crate::programmes::{self, Opening, Room, editions, rules};
use crate::sharing::Wrong;

/// Windows on the board.
const SHOWN: usize = 100;

/// `GET /testing`
pub(super) async fn board(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let page = made(&app, &visit).await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    Ok(html(TestBoard { shell: visit.shell, ..page }.render()))
}

async fn made(app: &App, visit: &Visit) -> Result<TestBoard, Wrong> {
    let acting = visit.actor();
    let rooms = programmes::list(app, &acting, None, SHOWN).await?;
    let versions = rules::list(app, &acting).await?;
    let windows = rooms.iter().map(|room| line(visit, room)).collect();
    let mut acts = Vec::new();
    let own = visit.principal.organisation;
    if own.is_some_and(|own| visit.may(Verb::Add, &Thing::Library(own))) {
        acts.extend(submit_form(visit, &versions));
    }
    if own.is_some_and(|own| visit.may(Verb::Manage, &Thing::Programme(own))) {
        acts.push(ActForm {
            id: "bring".into(),
            title: "Bring a programme".into(),
            action: "/testing/programmes".into(),
            hidden: vec![],
            fields: vec![bartizan_workbench::Field {
                value: bartizan_programme::rules::THIRTY_DAY.to_owned(),
                hint: "The ready example of thirty days; a changed file needs a version of its own.".into(),
                ..needed("rules", "programme.toml", FieldKind::Text)
            }],
            button: "Keep these rules".into(),
        });
    }
    let readable = editions::readable(app, &acting).await?;
    Ok(TestBoard {
        shell: visit.shell.clone(),
        windows,
        programmes: versions.iter().map(|version| programme(visit, version)).collect(),
        editions: readable
            .into_iter()
            .map(|one| (format!("/editions/{}", one.uuid), one.title, one.marking))
            .collect(),
        acts,
    })
}

fn line(visit: &Visit, room: &Room) -> TestLine {
    let mine = room.my_roles();
    let second = |one: &bartizan_programme::window::Proposed| {
        let act = one.action.act();
        let roles = act.map(|act| &room.window.programme.act(act).second);
        one.by.person != room.me && roles.is_some_and(|roles| !roles.is_disjoint(&mine))
    };
    let rules = &room.window.programme;
    TestLine {
        uuid: room.entry.uuid.clone(),
        title: room.entry.title.clone(),
        developer: visit.organisation(room.entry.developer),
        programme: format!("{} {}", rules.title, rules.version),
        roles: mine.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        clock: show::clock(&room.window, visit.now()),
        waits: room.window.waiting(visit.now()).filter(|(_, one)| second(one)).count(),
    }
}

fn programme(visit: &Visit, version: &rules::Version) -> TestProgramme {
    let entry = &version.entry;
    let runs = visit.may(Verb::Manage, &Thing::Programme(entry.runs));
    let staff =
        entry.staff.iter().filter(|_| runs).filter_map(|(person, role)| {
            Some(format!("{}, {role}", visit.directory.people.get(person)?.shown))
        });
    let mut people: Vec<_> = visit.directory.people.values().filter(|_| runs).collect();
    people.sort_by(|one, other| one.shown.cmp(&other.shown));
    let people = people.into_iter().map(|entry| choice(&entry.uuid, &entry.shown)).collect();
    let sides =
        |role: &bartizan_programme::rules::Role| matches!(role.side, Side::Programme | Side::Oversight);
    let roles = version.rules.roles.iter().filter(|(_, role)| sides(role));
    let roles = roles.map(|(id, role)| choice(id.as_str(), role.title.as_str())).collect();
    let slug: String = entry.uuid.chars().take(8).collect();
    let form = |id: &str, title: &str, what: &str, fields, button: &str| ActForm {
        id: format!("{id}-{slug}"),
        title: title.into(),
        action: format!("/testing/programmes/{}", entry.uuid),
        hidden: vec![("what", what.to_owned())],
        fields,
        button: button.into(),
    };
    let mut acts = Vec::new();
    if runs && entry.retired.is_none() {
        acts.push(form(
            "staff",
            "Give somebody a role in each new window",
            "add",
            vec![of("person", "Person", people), of("part", "Role", roles)],
            "Give it",
        ));
        if !entry.staff.is_empty() {
            acts.push(form("nobody", "Take all of them back", "none", vec![], "Take them back"));
        }
        acts.push(form(
            "retire",
            "Retire this version",
            "retire",
            vec![],
            "No window begins under it any more",
        ));
    }
    TestProgramme {
        uuid: entry.uuid.clone(),
        title: entry.title.clone(),
        version: format!("{} {}", entry.name, entry.version),
        runs: visit.organisation(entry.runs),
        retired: entry.retired.is_some(),
        staff: staff.collect(),
        acts,
    }
}

fn submit_form(visit: &Visit, versions: &[rules::Version]) -> Option<ActForm> {
    let own = visit.principal.organisation?;
    let open = versions.iter().filter(|version| version.entry.retired.is_none() && version.entry.runs != own);
    let open: Vec<_> = open
        .map(|version| {
            choice(&version.entry.uuid, &format!("{} {}", version.entry.title, version.entry.version))
        })
        .collect();
    if open.is_empty() {
        return None;
    }
    let mut people: Vec<_> =
        visit.directory.people.values().filter(|entry| entry.member.organisation == own).collect();
    people.sort_by(|one, other| one.shown.cmp(&other.shown));
    let mut others: Vec<_> = people.iter().map(|entry| choice(&entry.uuid, &entry.shown)).collect();
    others.insert(0, choice("", "nobody yet"));
    Some(ActForm {
        id: "submit".into(),
        title: "Submit a model".into(),
        action: "/testing".into(),
        hidden: vec![],
        fields: vec![
            of("programme", "Programme", open),
            needed("model", "Model", FieldKind::Line),
            needed("checkpoint", "Checkpoint, as testers will name it", FieldKind::Line),
            needed("digest", "Its SHA-256", FieldKind::Line),
            of("safeguards", "Its safeguards", vec![choice("on", "on"), choice("off", "off")]),
            field("release", "Planned day of release, like 2027-03-01", FieldKind::Line),
            needed("contact", "Contact", FieldKind::Line),
            needed("address", "Where the contact is reached", FieldKind::Line),
            needed("mine", "Your role", FieldKind::Line).with("developer-liaison"),
            of("officer", "Second person of the developer", others),
            needed("theirs", "Their role", FieldKind::Line).with("developer-officer"),
        ],
        button: "Submit it".into(),
    })
}

trait With {
    fn with(self, value: &str) -> Self;
}

impl With for bartizan_workbench::Field {
    fn with(self, value: &str) -> Self {
        Self { value: value.to_owned(), ..self }
    }
}

/// `POST /testing`
pub(super) async fn submit(posted: Posted) -> Result<Response, Stop> {
    let uuid = posted.app.uuid();
    let opened = async {
        let opening = opening(&posted)?;
        programmes::open(&posted.app, &posted.acting(), &uuid, opening).await
    };
    opened.await.map_err(|wrong| posted.stop(wrong))?;
    Ok(posted.kept(&format!("/testing/{uuid}"), "The model is submitted."))
}

fn opening(posted: &Posted) -> Result<Opening, Wrong> {
    let word = |name: &str| posted.one(name).to_owned();
    let mut submission = json!({
        "model": word("model"),
        "checkpoints": { word("checkpoint"): { "digest": word("digest"), "safeguards": word("safeguards") } },
        "contacts": [{ "name": word("contact"), "address": word("address"), "purpose": "technical" }],
    });
    if !word("release").is_empty() {
        submission["release"] = word("release").into();
    }
    let submission = serde_json::from_value(submission).map_err(|error| Wrong::Unfit(error.to_string()))?;
    let (_, who) = posted.acting().known()?;
    let role: bartizan_programme::Id = word("mine").parse()?;
    let mut parts = vec![(programmes::person_name(&posted.visit.directory, who)?, role.clone())];
    if !word("officer").is_empty() {
        parts.push((word("officer").parse()?, word("theirs").parse()?));
    }
    Ok(Opening { programme: word("programme"), role, submission, parts })
}

/// `POST /testing/programmes`
pub(super) async fn bring(posted: Posted) -> Result<Response, Stop> {
    let rules = posted.text("rules");
    let kept = rules::bring(&posted.app, &posted.acting(), &posted.app.uuid(), rules.as_bytes()).await;
    kept.map_err(|wrong| posted.stop(wrong))?;
    Ok(posted.kept("/testing", "The rules are kept. Say who has a role in each new window."))
}

/// `POST /testing/programmes/{programme}`
pub(super) async fn staff(Path(programme): Path<String>, posted: Posted) -> Result<Response, Stop> {
    changed(&posted, &programme).await.map_err(|wrong| posted.stop(wrong))?;
    Ok(posted.kept("/testing", "Kept."))
}

/// Retires a version, or gives or takes roles in each new window.
async fn changed(posted: &Posted, programme: &str) -> Result<rules::Version, Wrong> {
    let (app, acting) = (&posted.app, &posted.acting());
    let version = rules::find(app, acting, programme, Verb::Manage).await?;
    let what = posted.one("what");
    if what == "retire" {
        return rules::retire(app, acting, programme).await;
    }
    let known = version.entry.staff.iter().filter(|_| what == "add").filter_map(|(person, role)| {
        Some((posted.visit.directory.people.get(person)?.uuid.clone(), role.parse().ok()?))
    });
    let mut wanted: Vec<_> = known.collect();
    if what == "add" {
        wanted.push((posted.one("person").to_owned(), posted.one("part").parse()?));
    }
    rules::staff(app, acting, programme, &wanted).await
}
