//! What reports say of a name, to be taken along: as a table, and as STIX objects.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_stix::csv;
use bartizan_store::{NamedIn, name_key};
use serde_json::{Value, json};

use super::reader;
use crate::app::App;
use crate::download::download;
use crate::pages::home::marking;
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;

/// The most reports of a file.
const MOST: usize = 500;
/// The most reports whose bundles are read.
const BUNDLES: usize = 100;

/// `GET /names/{kind}/{name}/export/{form}`: `csv` or `stix`.
pub(in crate::pages) async fn export(
    State(app): State<App>,
    Path((kind, name, form)): Path<(String, String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    reader(&visit)?;
    let found = app.store.named_in(&visit.readable(), &kind, &name, None, MOST).await;
    let found = found.map_err(|e| visit.stop(&e))?;
    if found.is_empty() || !["csv", "stix"].contains(&form.as_str()) {
        return Err(Stop::not_found(visit.shell));
    }
    let detail = json!({ "form": form, "reports": found.len() }).to_string();
    app.store
        .note(&visit.by(), "name.export", &format!("name/{kind}"), &detail)
        .await
        .map_err(|e| visit.stop(&e))?;
    if form == "csv" {
        return Ok(download(table(&visit, &found).into_bytes(), "text/csv; charset=utf-8", "name.csv"));
    }
    let mut objects = BTreeMap::new();
    for NamedIn { report, named } in found.iter().take(BUNDLES) {
        let Some(digest) = report.content("bundle.json") else { continue };
        let Some(bytes) = app.store.content(&digest).await.map_err(|e| visit.stop(&e))? else { continue };
        let bundle: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        about(&bundle, &kind, &named.value, &mut objects);
    }
    let id = format!("bundle--{}", app.uuid());
    let bundle = json!({ "type": "bundle", "id": id, "objects": objects.into_values().collect::<Vec<_>>() });
    let bytes = serde_json::to_vec_pretty(&bundle).unwrap_or_default();
    Ok(download(bytes, "application/stix+json;version=2.1", "name.json"))
}

/// One report a row. No cell is a formula.
fn table(visit: &Visit, found: &[NamedIn]) -> String {
    let mut out = String::new();
    csv::row(&mut out, ["report", "title", "publisher", "published", "marking", "name", "sure", "sentence"]);
    for NamedIn { report, named } in found {
        let marking = marking(visit, report);
        csv::row(
            &mut out,
            [
                report.uuid.as_str(),
                &report.title,
                &report.publisher,
                &report.published,
                marking.as_str(),
                &named.shown,
                &named.sure,
                &named.sentence,
            ],
        );
    }
    out
}

/// The objects of a bundle that are of this name, what relates them, and what those refer to; each with its own marking. Of
/// versions of one object the newest.
fn about(bundle: &Value, kind: &str, value: &str, out: &mut BTreeMap<String, Value>) {
    let all: Vec<&Value> = bundle["objects"].as_array().into_iter().flatten().collect();
    let text = |object: &Value, name: &str| object[name].as_str().unwrap_or_default().to_owned();
    let key = name_key(kind, value);
    let is = |object: &Value| match kind {
        // A quotation of a pattern has its quotes and backslashes escaped.
        "indicator" => {
            let quoted = format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"));
            text(object, "value") == value
                || (text(object, "type") == "indicator" && text(object, "pattern").contains(&quoted))
        }
        "technique" | "vulnerability" => {
            let references = object["external_references"].as_array().into_iter().flatten();
            let mut ids = references.filter_map(|r| r["external_id"].as_str());
            ids.any(|id| name_key(kind, id) == key) || name_key(kind, &text(object, "name")) == key
        }
        _ => text(object, "type") != "report" && name_key(kind, &text(object, "name")) == key,
    };
    let mut wanted: BTreeSet<String> = all.iter().filter(|o| is(o)).map(|o| text(o, "id")).collect();
    if wanted.is_empty() {
        return;
    }
    let ties = all.iter().filter(|o| text(o, "type") == "relationship");
    let ties =
        ties.filter(|o| wanted.contains(&text(o, "source_ref")) || wanted.contains(&text(o, "target_ref")));
    let mut next: Vec<String> = Vec::new();
    for tie in ties {
        next.extend([text(tie, "id"), text(tie, "source_ref"), text(tie, "target_ref")]);
    }
    wanted.extend(next);
    // Whatever these refer to comes along, so that every reference resolves.
    let by_id: BTreeMap<String, &Value> = all.iter().map(|o| (text(o, "id"), *o)).collect();
    let mut open: Vec<String> = wanted.iter().cloned().collect();
    while let Some(id) = open.pop() {
        let Some(object) = by_id.get(&id) else { continue };
        for (name, value) in object.as_object().into_iter().flatten() {
            let ids: Vec<&str> = match value {
                Value::String(id) if name.ends_with("_ref") => vec![id],
                Value::Array(ids) if name.ends_with("_refs") => {
                    ids.iter().filter_map(Value::as_str).collect()
                }
                _ => continue,
            };
            for id in ids {
                if wanted.insert(id.to_owned()) {
                    open.push(id.to_owned());
                }
            }
        }
    }
    for id in wanted {
        let Some(object) = by_id.get(&id) else { continue };
        let newer = out.get(&id).is_none_or(|there| text(there, "modified") < text(object, "modified"));
        if newer {
            out.insert(id, (*object).clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_a_name_come_with_what_relates_them_and_nothing_else() {
        let bundle = json!({ "objects": [
            { "type": "marking-definition", "id": "marking-definition--1" },
            { "type": "malware", "id": "malware--1", "name": "Tarrask", "modified": "2026-01-01T00:00:00.000Z",
              "object_marking_refs": ["marking-definition--1"] },
            { "type": "attack-pattern", "id": "attack-pattern--1", "name": "PowerShell",
              "external_references": [{ "external_id": "T1059.001" }] },
            { "type": "relationship", "id": "relationship--1", "source_ref": "malware--1", "target_ref": "attack-pattern--1" },
            { "type": "tool", "id": "tool--1", "name": "Other" },
            { "type": "indicator", "id": "indicator--1", "pattern": "[url:value = 'http://a.example/it\\'s']" },
            { "type": "report", "id": "report--1", "name": "Tarrask", "object_refs": ["tool--1"] },
        ] });
        let ids = |kind: &str, value: &str| {
            let mut out = BTreeMap::new();
            about(&bundle, kind, value, &mut out);
            out.into_keys().collect::<Vec<_>>()
        };
        let all = ["attack-pattern--1", "malware--1", "marking-definition--1", "relationship--1"];
        assert_eq!(ids("malware", "tarrask"), all);
        assert_eq!(ids("technique", "t1059.001"), all);
        assert_eq!(ids("indicator", "http://a.example/it's"), ["indicator--1"]);
        assert!(ids("indicator", "http://a.example/").is_empty() && ids("actor", "nobody").is_empty());
        let mut out =
            BTreeMap::from([("malware--1".to_owned(), json!({ "modified": "2026-02-01T00:00:00.000Z" }))]);
        about(&bundle, "malware", "tarrask", &mut out);
        assert_eq!(out["malware--1"]["modified"], "2026-02-01T00:00:00.000Z", "the newest stays");
    }
}
