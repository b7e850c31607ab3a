//! Results of a scanner: a report for each.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::intake::{LONGEST, SarifFault, read, sarif};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::ask::{self, Asker, Place, Query};
use super::endpoint::Endpoint;
use super::problem::Problem;
use super::tagged;
use super::vulnerabilities::{Receipt, receipt_of, refused};
use crate::app::App;
use crate::intake;

/// Most results of one request: each is on disk before the answer.
const MOST: usize = 500;
/// What says which product the results are about; as members of a report.
const ABOUT: [&str; 5] = ["purl", "cpe", "software", "ecosystem", "finder"];
/// SARIF's media type (SARIF 2.1.0, section 3.3 of its registration).
const SARIF: &str = "application/sarif+json";

pub(super) fn list() -> Vec<Endpoint> {
    let text = || json!({ "type": "string", "maxLength": 512 });
    vec![
        Endpoint::post(
            "/desks/{id}/results",
            "reportResults",
            "Hands in the results of a scanner (SARIF 2.1.0): each that says something is wrong is a report. 202: all are kept on disk.",
            take,
        )
        .largest(LONGEST)
        .takes_bytes(SARIF)
        .with("purl", "Package URL of what was scanned.", text())
        .with("cpe", "Or its CPE name.", text())
        .with("software", "Or its name, with `ecosystem`.", text())
        .with("ecosystem", "Where software of that name is from.", text())
        .with("finder", "Whom to credit, letter for letter.", text())
        .status(202)
        .gives::<Receipts>(),
    ]
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ResultReceipts")]
struct Receipts {
    items: Vec<Receipt>,
    /// How many results say that nothing is wrong, were suppressed or are gone.
    left_out: usize,
}

/// `POST /desks/{id}/results`
async fn take(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&ABOUT)?;
    let acting = asker.acting();
    let desk = intake::desk(&acting, &id)?;
    if ask::media(request.headers()).as_deref() != Some(SARIF) {
        return Err(Problem::media(SARIF));
    }
    let mut about = Map::new();
    for name in ABOUT {
        let Some(value) = query.one(name)? else { continue };
        match name {
            "finder" => _ = about.insert("finders".into(), json!([value])),
            _ => _ = about.insert(name.into(), Value::from(value)),
        }
    }
    let about = read(Value::Object(about).to_string().as_bytes()).map_err(refused)?;
    let bytes = ask::bytes(request, &app).await?;
    let (reports, left_out) = sarif(&bytes, &about).map_err(|fault| match fault {
        SarifFault::Json(_) => Problem::malformed(format!("{fault}.")),
        SarifFault::Form(_) => Problem::unprocessable(format!("{fault}.")),
        SarifFault::Many => Problem::too_large(),
    })?;
    if reports.len() > MOST {
        return Err(Problem::unprocessable(format!(
            "More than {MOST} results in one request: split the file."
        )));
    }
    let mut items = Vec::with_capacity(reports.len());
    for report in &reports {
        items.push(receipt_of(intake::hand_in(&app, &acting, desk, report).await?));
    }
    Ok(tagged::json(StatusCode::ACCEPTED, &Receipts { items, left_out }))
}
