//! `GET /openapi.json`: the table of endpoints as OpenAPI 3.1.

use std::sync::OnceLock;

use axum::http::StatusCode;
use axum::response::Response;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::endpoint::{Content, Endpoint, Parameter, Tags};
use super::problem::{MEDIA, Shape};
use super::{ROOT, endpoints, once, tagged};

pub(super) fn list() -> Vec<Endpoint> {
    let about = "This document.";
    vec![Endpoint::get("/openapi.json", "getDocument", about, show).gives::<Map<String, Value>>().open()]
}

/// `GET /openapi.json`
async fn show() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| serde_json::to_string_pretty(&document(&endpoints())).unwrap_or_default());
    tagged::plain(StatusCode::OK, text.clone())
}

/// Of what is sent and of what is taken: a member that may be left out of the one is always in the other.
struct Schemas {
    sent: SchemaGenerator,
    taken: SchemaGenerator,
}

fn document(endpoints: &[Endpoint]) -> Value {
    let settings = || {
        SchemaSettings::draft2020_12().with(|s| {
            s.definitions_path = "/components/schemas".into();
            s.meta_schema = None;
        })
    };
    let mut schemas = Schemas {
        sent: settings().for_serialize().into_generator(),
        taken: settings().for_deserialize().into_generator(),
    };
    let problem = schemas.sent.subschema_for::<Shape>();
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in endpoints {
        let operation = operation(endpoint, &mut schemas);
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method] = operation;
    }
    let mut all = schemas.taken.take_definitions(true);
    all.append(&mut schemas.sent.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bartizan REST API",
            "version": "1",
            "description": "Reports, claims, collections and who may see them. docs/api.md tells of paging, errors, idempotency and entity tags.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": ROOT }],
        "security": [{ "bearer": [] }, { "basic": [] }],
        "paths": paths,
        "components": {
            "schemas": all,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "An API token: bzt_…" },
                "basic": { "type": "http", "scheme": "basic", "description": "Name and password, or name and token." },
            },
            "responses": { "Problem": {
                "description": "An error (RFC 9457).",
                "content": { (MEDIA): { "schema": problem } },
            }},
        },
    })
}

fn operation(endpoint: &Endpoint, schemas: &mut Schemas) -> Value {
    let mut parameters: Vec<Value> = endpoint.path.split('/').filter_map(path_parameter).collect();
    let given = |place: &'static str| move |p: &Parameter| json!({ "name": p.name, "in": place, "description": p.about, "schema": p.schema });
    parameters.extend(endpoint.parameters.iter().map(given("query")));
    parameters.extend(endpoint.headers.iter().map(given("header")));
    if endpoint.once {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" });
        let about = "The same request with the same key is done once; the answer is kept for 24 hours.";
        let header = Parameter { name: once::NAME, about, schema };
        parameters.push(given("header")(&header));
    }
    let tag = match endpoint.tags {
        Tags::No => None,
        Tags::Given => Some(("If-None-Match", "304 if this is still its tag.")),
        Tags::Wanted => Some(("If-Match", "412 if this is not its tag any more.")),
    };
    if let Some((name, about)) = tag {
        let header = Parameter { name, about, schema: json!({ "type": "string" }) };
        parameters.push(given("header")(&header));
    }
    let (status, answer) = &endpoint.answer;
    let mut done = json!({ "description": endpoint.about });
    if let Some(content) = answer {
        done["content"] = contents(std::slice::from_ref(content), &mut schemas.sent);
    }
    if endpoint.tags == Tags::Given {
        done["headers"] = json!({ "ETag": { "required": true, "schema": { "type": "string" } } });
    }
    if matches!(status, 201 | 202) {
        done["headers"] = json!({ "Location": { "required": true, "schema": { "type": "string" } } });
    }
    let mut responses = Map::from_iter([(status.to_string(), done)]);
    if endpoint.tags == Tags::Given {
        responses.insert("304".into(), json!({ "description": "It is what the caller has." }));
    }
    let problem = json!({ "$ref": "#/components/responses/Problem" });
    for status in problems(endpoint) {
        responses.insert(status.to_owned(), problem.clone());
    }
    responses.insert("default".into(), problem);
    let mut operation = json!({
        "operationId": endpoint.id,
        "summary": endpoint.about,
        "parameters": parameters,
        "responses": responses,
    });
    if !endpoint.bodies.is_empty() {
        let content = contents(&endpoint.bodies, &mut schemas.taken);
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    if endpoint.open {
        operation["security"] = json!([]);
    }
    operation
}

/// The errors that are part of what an endpoint does; anything else is an error too.
fn problems(endpoint: &Endpoint) -> Vec<&'static str> {
    if endpoint.open {
        return Vec::new();
    }
    let mut all = vec!["400", "401", "403", "404"];
    if !endpoint.bodies.is_empty() {
        all.extend(["409", "413", "415", "422"]);
    }
    if endpoint.tags == Tags::Wanted {
        all.push("412");
    }
    all
}

fn contents(all: &[Content], schemas: &mut SchemaGenerator) -> Value {
    let content = all.iter().map(|content| match content {
        Content::Json(make) => ("application/json".to_owned(), json!({ "schema": make(schemas) })),
        Content::Bytes(media) => ((*media).to_owned(), json!({ "schema": {} })),
    });
    Value::Object(content.collect())
}

/// `{id}` as a parameter: a UUID, or an alias.
fn path_parameter(part: &str) -> Option<Value> {
    let name = part.strip_prefix('{')?.strip_suffix('}')?;
    let schema = json!({ "type": "string", "minLength": 1 });
    Some(json!({ "name": name, "in": "path", "required": true, "schema": schema }))
}
