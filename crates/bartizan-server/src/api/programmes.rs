//! Programmes of model testing: versions of rules.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::time;
use bartizan_clearinghouse::token;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ROOT;
use super::ask::{self, Asker, Body, Place, Query};
use super::endpoint::Endpoint;
use super::once::{Made, Once};
use super::problem::Problem;
use super::shapes::{Items, Named};
use super::tagged;
use crate::app::App;
use crate::download::download;
use crate::programmes::rules::{self, Version};

/// Largest file of rules.
const LARGE: usize = 300 << 10;

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/programmes", "listProgrammes", "Versions of programmes, newest first.", listed)
            .gives::<Items<Shape>>(),
        Endpoint::post(
            "/programmes",
            "bringProgramme",
            "Brings a version of a programme that your organisation runs; the bytes are kept as they are.",
            bring,
        )
        .largest(LARGE)
        // TOML; no media type that tools for APIs can send is narrower.
        .takes_bytes("application/octet-stream")
        .once()
        .gives::<Shape>(),
        Endpoint::get("/programmes/{id}", "getProgramme", "A version of a programme.", one).gives::<Shape>(),
        Endpoint::get(
            "/programmes/{id}/rules",
            "getProgrammeRules",
            "Its rules, as they were brought.",
            bytes,
        )
        .gives_bytes("application/toml"),
        Endpoint::put(
            "/programmes/{id}/staff",
            "staffProgramme",
            "Says who of the programme and its oversight has a role in each new window.",
            staff,
        )
        .takes::<Staff>()
        .gives::<Shape>(),
        Endpoint::post(
            "/programmes/{id}/retire",
            "retireProgramme",
            "No window begins under it any more.",
            retire,
        )
        .status(200)
        .gives::<Shape>(),
    ]
}

/// A version of a programme.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Programme")]
struct Shape {
    id: String,
    /// The programme's own name and version.
    name: String,
    version: String,
    title: String,
    /// SHA-256 of the rules.
    digest: String,
    runs: Named,
    created: String,
    retired: Option<String>,
    window_days: u32,
    roles: Vec<RoleShape>,
    suites: Vec<String>,
    levels: Vec<String>,
    editions: Vec<String>,
    /// Who has a role in each new window; for the organisation that runs it.
    staff: Vec<StaffShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProgrammeRole")]
struct RoleShape {
    id: String,
    title: String,
    /// `developer`, `tester`, `programme`, `oversight`.
    side: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProgrammeStaff")]
struct StaffShape {
    person: Named,
    role: String,
}

fn shape(asker: &Asker, version: &Version) -> Shape {
    let Version { entry, rules } = version;
    let own = entry.runs == asker.organisation;
    let staff =
        entry.staff.iter().filter(|_| own).filter_map(|(person, role)| {
            Some(StaffShape { person: asker.person(*person)?, role: role.clone() })
        });
    Shape {
        id: entry.uuid.clone(),
        name: entry.name.clone(),
        version: entry.version.clone(),
        title: entry.title.clone(),
        digest: entry.digest.clone(),
        runs: asker.organisation(entry.runs),
        created: time::text(entry.created),
        retired: entry.retired.map(time::text),
        window_days: rules.window.days,
        roles: rules
            .roles
            .iter()
            .map(|(id, role)| RoleShape {
                id: id.to_string(),
                title: role.title.to_string(),
                side: role.side.to_string(),
            })
            .collect(),
        suites: rules.suites.iter().map(|suite| suite.id.to_string()).collect(),
        levels: rules.levels.keys().map(ToString::to_string).collect(),
        editions: rules.editions.iter().map(|edition| edition.id.to_string()).collect(),
        staff: staff.collect(),
    }
}

/// `GET /programmes`
async fn listed(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    asker.reads()?;
    let found = rules::list(&app, &asker.acting()).await?;
    let items = found.iter().map(|version| shape(&asker, version)).collect();
    Ok(tagged::json(StatusCode::OK, &Items { items, next: None }))
}

/// `POST /programmes`
async fn bring(
    State(app): State<App>,
    asker: Asker,
    query: Query,
    once: Once,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let bytes = ask::bytes(request, &app).await?;
    let app = &app;
    let made = |version: &Version| {
        let place = format!("{ROOT}/programmes/{}", version.entry.uuid);
        Made::new(StatusCode::CREATED, place, &shape(&asker, version))
    };
    let still = async |uuid: String| {
        let version = rules::find(app, &asker.acting(), &uuid, Verb::Manage).await?;
        Ok(Some(made(&version)))
    };
    once.run(app, &asker, &token::digest_bytes(&bytes), still, async |uuid: String| {
        let version = rules::bring(app, &asker.acting(), &uuid, &bytes).await?;
        Ok(made(&version))
    })
    .await
}

/// `GET /programmes/{id}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let version = rules::find(&app, &asker.acting(), &id, Verb::Read).await?;
    Ok(tagged::json(StatusCode::OK, &shape(&asker, &version)))
}

/// `GET /programmes/{id}/rules`
async fn bytes(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let version = rules::find(&app, &asker.acting(), &id, Verb::Read).await?;
    Ok(download(version.entry.rules, "application/toml", "programme.toml"))
}

/// Who has a role in each new window.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewProgrammeStaff")]
struct Staff {
    #[schemars(length(max = 256))]
    staff: Vec<StaffPart>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewProgrammeStaffPart")]
struct StaffPart {
    person: String,
    role: String,
}

/// `PUT /programmes/{id}/staff`
async fn staff(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<Staff>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let wanted = body.value.staff.into_iter().map(|part| {
        let role = part.role.parse().map_err(|error| Problem::window(&error))?;
        Ok((part.person, role))
    });
    let wanted = wanted.collect::<Result<Vec<_>, Problem>>()?;
    let version = rules::staff(&app, &asker.acting(), &id, &wanted).await?;
    Ok(tagged::json(StatusCode::OK, &shape(&asker, &version)))
}

/// `POST /programmes/{id}/retire`
async fn retire(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let version = rules::retire(&app, &asker.acting(), &id).await?;
    Ok(tagged::json(StatusCode::OK, &shape(&asker, &version)))
}
