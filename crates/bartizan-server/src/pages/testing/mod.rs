//! Model testing: the board, a window, its runs and editions.

mod acts;
mod bring;
mod form;
mod one;
mod show;

use axum::Form;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_programme::rules::Side;
use bartizan_workbench::{ActForm, FieldKind, Flash, TestBoard, TestLine, TestProgramme, TestWindow};
use serde_json::{Value, json};

use self::acts::{Maker, choice, needed, of};
use self::form::one as sent;
use super::stop::Stop;
use super::visit::Visit;
use super::{SMALL, html};
use crate::app::App;
use crate::programmes::{self, Opening, Room, editions, files, grants, rules};
use crate::sharing::Wrong;

type Fields = Form<Vec<(String, String)>>;

/// Largest form: a file of rules, a source of editions.
const LARGE: usize = 3 << 20;
/// Windows on the board.
const SHOWN: usize = 100;

pub(super) fn routes() -> Router<App> {
    let large = || DefaultBodyLimit::max(LARGE);
    let file = || DefaultBodyLimit::max(files::LONGEST + (1 << 16));
    Router::new()
        .route("/testing", get(board).post(submit).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/programmes", post(bring_rules).layer(large()))
        .route("/testing/programmes/{programme}", post(staff).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/programmes/{programme}/rules", get(one::rules))
        .route("/testing/{uuid}", get(window))
        .route("/testing/{uuid}/act", post(act).layer(DefaultBodyLimit::max(512 << 10)))
        .route("/testing/{uuid}/endpoint", post(bring::endpoint).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/grants", post(bring::grant).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/credential", post(credential).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/plan", post(bring::plan).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/end", post(bring::end).layer(file()))
        .route("/testing/{uuid}/files", post(bring::file).layer(file()))
        .route("/testing/{uuid}/files/{name}", get(one::file))
        .route("/testing/{uuid}/archive", get(one::archive))
        .route("/testing/{uuid}/hand-over", post(bring::hand_over).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/determine", post(bring::determine).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/source", post(bring::source).layer(large()))
        .route("/testing/{uuid}/runs/{run}", get(one::run))
        .route(
            "/testing/{uuid}/editions/{audience}",
            get(one::edition).post(bring::publish).layer(DefaultBodyLimit::max(SMALL)),
        )
        .route("/testing/{uuid}/{tab}", get(tab))
        .route("/editions/{uuid}", get(one::published))
}

/// `GET /testing`
async fn board(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
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
            acts::field("release", "Planned day of release, like 2027-03-01", FieldKind::Line),
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
async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    let uuid = app.uuid();
    let opening = opening(&visit, &fields).map_err(stop)?;
    programmes::open(&app, &visit.actor(), &uuid, opening).await.map_err(stop)?;
    visit.say(&app, Flash { text: "The model is submitted.".into(), ..Flash::default() });
    Ok(Redirect::to(&format!("/testing/{uuid}")).into_response())
}

fn opening(visit: &Visit, fields: &[(String, String)]) -> Result<Opening, Wrong> {
    let word = |name: &str| sent(fields, name).to_owned();
    let mut submission = json!({
        "model": word("model"),
        "checkpoints": { word("checkpoint"): { "digest": word("digest"), "safeguards": word("safeguards") } },
        "contacts": [{ "name": word("contact"), "address": word("address"), "purpose": "technical" }],
    });
    if !word("release").is_empty() {
        submission["release"] = word("release").into();
    }
    let submission = serde_json::from_value(submission).map_err(|error| Wrong::Unfit(error.to_string()))?;
    let (_, who) = visit.actor().known()?;
    let role: bartizan_programme::Id = word("mine").parse()?;
    let mut parts = vec![(programmes::person_name(&visit.directory, who)?, role.clone())];
    if !word("officer").is_empty() {
        parts.push((word("officer").parse()?, word("theirs").parse()?));
    }
    Ok(Opening { programme: word("programme"), role, submission, parts })
}

/// `POST /testing/programmes`
async fn bring_rules(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    let text =
        fields.iter().find(|(name, _)| name == "rules").map_or("", |(_, value)| value).replace("\r\n", "\n");
    let kept = rules::bring(&app, &visit.actor(), &app.uuid(), text.as_bytes()).await;
    kept.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.say(
        &app,
        Flash {
            text: "The rules are kept. Say who has a role in each new window.".into(),
            ..Flash::default()
        },
    );
    Ok(Redirect::to("/testing").into_response())
}

/// `POST /testing/programmes/{programme}`
async fn staff(
    State(app): State<App>,
    Path(programme): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    let acting = visit.actor();
    let version = rules::find(&app, &acting, &programme, Verb::Manage).await.map_err(stop)?;
    match sent(&fields, "what") {
        "retire" => _ = rules::retire(&app, &acting, &programme).await.map_err(stop)?,
        what => {
            let known = version.entry.staff.iter().filter(|_| what == "add").filter_map(|(person, role)| {
                Some((visit.directory.people.get(person)?.uuid.clone(), role.parse().ok()?))
            });
            let mut wanted: Vec<_> = known.collect();
            if what == "add" {
                let role = sent(&fields, "part").parse().map_err(|error| stop(Wrong::Window(error)))?;
                wanted.push((sent(&fields, "person").to_owned(), role));
            }
            _ = rules::staff(&app, &acting, &programme, &wanted).await.map_err(stop)?;
        }
    }
    visit.say(&app, Flash { text: "Kept.".into(), ..Flash::default() });
    Ok(Redirect::to("/testing").into_response())
}

/// A window's page.
async fn shown(app: &App, visit: &Visit, uuid: &str, tab: &str) -> Result<TestWindow, Wrong> {
    let acting = visit.actor();
    let room = programmes::find(app, &acting, uuid, Verb::Read).await?;
    let allowed = room.window.allowed(&room.me, acting.now);
    let files = files::list(app, &acting, &room).await?;
    let make = Maker { room: &room, directory: &visit.directory, allowed: &allowed, files: &files };
    let page = show::Page { app, acting: &acting, room: &room, make, files: &files };
    page.window(tab, visit.shell.clone()).await
}

/// `GET /testing/{uuid}`
async fn window(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let page = shown(&app, &visit, &uuid, "").await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    Ok(html(page.render()))
}

/// `GET /testing/{uuid}/{tab}`
async fn tab(
    State(app): State<App>,
    Path((uuid, tab)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    if !show::TABS.iter().any(|(known, _)| !known.is_empty() && *known == tab) {
        return Err(stop(Wrong::NotThere));
    }
    let page = shown(&app, &visit, &uuid, &tab).await.map_err(stop)?;
    Ok(html(page.render()))
}

/// `POST /testing/{uuid}/act`
async fn act(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    // Who may not act there is told so before anything is read.
    programmes::find(&app, &visit.actor(), &uuid, Verb::Add).await.map_err(stop)?;
    let (role, action) = form::read(&fields);
    let said = say(&app, &visit, &uuid, &role, action).await.map_err(stop)?;
    Ok(done(&app, &visit, &uuid, &headers, &said))
}

async fn say(
    app: &App,
    visit: &Visit,
    uuid: &str,
    role: &str,
    action: Value,
) -> Result<programmes::Said, Wrong> {
    let role = role.parse()?;
    let action = serde_json::from_value(action)
        .map_err(|error| Wrong::Unfit(format!("The form is not whole: {error}.")))?;
    programmes::say(app, &visit.actor(), uuid, &role, &action).await
}

/// Back to where the form was, with what became of it.
fn done(app: &App, visit: &Visit, uuid: &str, headers: &HeaderMap, said: &programmes::Said) -> Response {
    let text = if said.waits { "Proposed: a second person has to agree." } else { "Done." };
    visit.say(app, Flash { text: text.into(), ..Flash::default() });
    if said.room.is_none() {
        return Redirect::to("/testing").into_response();
    }
    back(uuid, headers)
}

/// The tab that the form was on, from the page that sent it.
fn back(uuid: &str, headers: &HeaderMap) -> Response {
    let from = headers.get("referer").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let tab = show::TABS
        .iter()
        .map(|(tab, _)| *tab)
        .find(|tab| !tab.is_empty() && from.contains(&format!("/{uuid}/{tab}")));
    let place = tab.map_or_else(|| format!("/testing/{uuid}"), |tab| format!("/testing/{uuid}/{tab}"));
    Redirect::to(&place).into_response()
}

/// `POST /testing/{uuid}/credential`: shown in the answer and nowhere else.
async fn credential(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    let grant = sent(&fields, "grant").parse().map_err(|_| stop(Wrong::NotThere))?;
    let secret = grants::collect(&app, &visit.actor(), &uuid, &grant).await.map_err(stop)?;
    let page = shown(&app, &visit, &uuid, "access").await.map_err(stop)?;
    Ok(html(TestWindow { secret: Some(secret), ..page }.render()))
}
