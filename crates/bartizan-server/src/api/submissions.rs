//! Handing a report in.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{Audience, Thing, Verb};
use bartizan_clearinghouse::token;
use bartizan_stix::Tlp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::ROOT;
use super::ask::{self, Asker, Body, Query};
use super::endpoint::Endpoint;
use super::jobs::{Job, shape};
use super::once::{Made, Once};
use super::problem::Problem;
use super::shapes::{LINE, Marking};
use crate::app::App;
use crate::jobs::analyze::{Submission, submit};
use crate::jobs::fetch::{self, Wanted};
use crate::pages::LARGEST;

const NAME: &str = "X-Name";
const MARKING: &str = "X-Marking";

pub(super) fn list() -> Vec<Endpoint> {
    let about = "Hands a report in: as JSON, or as the document itself with X-Name and X-Marking.";
    let markings: Vec<&str> = Tlp::ALL.iter().map(|t| t.as_str()).collect();
    vec![
        Endpoint::post("/submissions", "submit", about, take)
            .status(202)
            // Base64 takes a third more; the document itself is measured when it is there.
            .largest(LARGEST / 3 * 4 + (1 << 16))
            .takes::<NewSubmission>()
            .takes_bytes("text/plain")
            .takes_bytes("text/html")
            .takes_bytes("application/pdf")
            .takes_bytes("application/octet-stream")
            .with_header(
                NAME,
                "Name of a document that is sent as it is.",
                json!({ "type": "string", "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$", "default": "report" }),
            )
            .with_header(
                MARKING,
                "How far a document that is sent as it is may go.",
                json!({ "type": "string", "enum": markings }),
            )
            .gives::<Job>()
            .once(),
    ]
}

/// A report: one of `text`, `document` and `url`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["text"] }, { "required": ["document"] }, { "required": ["url"] }]))]
struct NewSubmission {
    #[schemars(length(min = 1, max = 200), regex(pattern = LINE))]
    name: String,
    /// How far it may go.
    marking: Marking,
    /// The report as text.
    #[serde(default)]
    text: Option<String>,
    /// The report's bytes in Base64 (RFC 4648, section 4).
    #[serde(default)]
    document: Option<String>,
    /// Where the report is: it is fetched by a job, and what was fetched is another job (`next_job`).
    #[serde(default)]
    #[schemars(length(max = 2000))]
    url: Option<String>,
    /// The report that this is a new edition of; `none` if of none. Without it, its address, title and publisher say.
    #[serde(default)]
    #[schemars(length(max = 64))]
    update_of: Option<String>,
}

/// What was handed in, and the digest of the request.
struct Taken {
    name: String,
    marking: Tlp,
    media: Option<String>,
    document: Vec<u8>,
    url: Option<String>,
    update_of: Option<String>,
    digest: String,
}

impl Taken {
    /// The report it is a new edition of, as a submission says it.
    fn edition(&self) -> Option<&str> {
        self.update_of.as_deref().map(|id| if id == "none" { "" } else { id })
    }
}

/// `POST /submissions`: when it is answered, the document is kept and not lost any more.
async fn take(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    query: Query,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&[])?;
    // Whoever may not is told so before anything is read.
    let refused = "Only an analyst, reviewer or coordinator hands in reports, with a token for writing.";
    asker.must(Verb::Add, &Thing::Library(asker.organisation), refused)?;
    let taken = match ask::media(&headers).as_deref() {
        Some("application/json") => json_body(&ask::bytes(request, &app).await?)?,
        Some("multipart/form-data" | "application/x-www-form-urlencoded") | None => {
            return Err(Problem::media("application/json, or the document's own media type"));
        }
        Some(media) => {
            let (name, marking) = (name(&headers)?, marking(&headers)?);
            let document = ask::bytes(request, &app).await?.to_vec();
            let digest =
                format!("{name} {marking} {media} {}", bartizan_store::Content::new(&document).digest());
            Taken {
                name,
                marking,
                media: Some(media.to_owned()),
                document,
                url: None,
                update_of: None,
                digest: token::digest(&digest),
            }
        }
    };
    if let Some(url) = &taken.url {
        return address(&app, &asker, once, url, &taken).await;
    }
    if taken.document.is_empty() {
        return Err(Problem::unprocessable("There is nothing in the document."));
    }
    if taken.document.len() > LARGEST {
        return Err(Problem::too_large());
    }
    let (organisation, person) = (asker.organisation, asker.person);
    let audience = Audience { author: Some(person), ..Audience::new(organisation, taken.marking) };
    let work = async |_: String| {
        let submission = Submission {
            name: &taken.name,
            document: &taken.document,
            marking: Some(taken.marking),
            source_url: None,
            media_type: taken.media.as_deref(),
            update_of: taken.edition(),
            organisation,
            person: Some(person),
            audience: Some(&audience),
        };
        let queued = submit(&app.store, &asker.by(), &submission).await.map_err(Problem::input)?;
        app.wake.now();
        let job = app.store.job(queued.id).await?.ok_or_else(Problem::internal)?;
        let directory = app.store.fresh().await?;
        let seen = job.audience.and_then(|n| directory.audiences.get(&n));
        let seen =
            seen.is_some_and(|audience| audience.marking != Tlp::Red || audience.author == Some(person));
        if !seen {
            // The same document of the same organisation, addressed to somebody else alone.
            return Err(Problem::conflict("This document is there already, and not for you."));
        }
        let place = format!("{ROOT}/jobs/{}", job.uuid);
        Ok(Made::new(StatusCode::ACCEPTED, place, &shape(&app, &asker, &job).await?))
    };
    let still = async |id: String| super::jobs::still(&app, &asker, &id).await.map(|()| None);
    once.run(&app, &asker, &taken.digest, still, work).await
}

/// Hands in an address: it is fetched later.
async fn address(
    app: &App,
    asker: &Asker,
    once: Once,
    url: &str,
    taken: &Taken,
) -> Result<Response, Problem> {
    if url.len() > fetch::LONGEST {
        return Err(Problem::unprocessable("The address is too long."));
    }
    app.config.fetch.check(url).map_err(|e| Problem::unprocessable(format!("url: {e}.")))?;
    let work = async |_: String| {
        let wanted = Wanted {
            url,
            marking: taken.marking,
            update_of: taken.edition(),
            organisation: asker.organisation,
            person: asker.person,
        };
        let queued = fetch::want(&app.store, &asker.by(), &wanted).await.map_err(Problem::input)?;
        app.wake.now();
        let job = app.store.job(queued.id).await?.ok_or_else(Problem::internal)?;
        let place = format!("{ROOT}/jobs/{}", job.uuid);
        Ok(Made::new(StatusCode::ACCEPTED, place, &shape(app, asker, &job).await?))
    };
    let still = async |id: String| super::jobs::still(app, asker, &id).await.map(|()| None);
    once.run(app, asker, &taken.digest, still, work).await
}

fn json_body(bytes: &[u8]) -> Result<Taken, Problem> {
    let Body { value: new, digest } = Body::<NewSubmission>::read(bytes)?;
    let named = (1..=200).contains(&new.name.chars().count());
    if !named || new.name.trim().is_empty() || new.name.contains(char::is_control) {
        return Err(Problem::unprocessable("name has 1 to 200 characters on one line."));
    }
    if new.update_of.as_ref().is_some_and(|id| id.chars().count() > 64) {
        return Err(Problem::unprocessable("update_of is the id of a report, or none."));
    }
    let (document, url) = match (new.text, new.document, new.url) {
        (Some(text), None, None) => (text.into_bytes(), None),
        (None, Some(text), None) => {
            let bytes = STANDARD.decode(text);
            (bytes.map_err(|_| Problem::unprocessable("document is no Base64."))?, None)
        }
        (None, None, Some(url)) => (Vec::new(), Some(url)),
        _ => return Err(Problem::unprocessable("Send one of text, document and url.")),
    };
    Ok(Taken {
        name: new.name,
        marking: new.marking.into(),
        media: None,
        document,
        url,
        update_of: new.update_of,
        digest,
    })
}

fn name(headers: &HeaderMap) -> Result<String, Problem> {
    let Some(value) = headers.get(NAME) else { return Ok("report".to_owned()) };
    let text = std::str::from_utf8(value.as_bytes()).ok().filter(|t| (1..=200).contains(&t.chars().count()));
    let text = text.filter(|t| !t.trim().is_empty() && !t.contains(char::is_control));
    text.map(str::to_owned).ok_or_else(|| Problem::bad(format!("{NAME} has 1 to 200 characters of UTF-8.")))
}

fn marking(headers: &HeaderMap) -> Result<Tlp, Problem> {
    let text = headers.get(MARKING).and_then(|value| value.to_str().ok());
    let text = text.and_then(Tlp::parse);
    text.ok_or_else(|| Problem::bad(format!("{MARKING} says how far it may go: TLP:CLEAR to TLP:RED.")))
}
