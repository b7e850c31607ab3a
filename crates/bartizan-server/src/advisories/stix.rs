//! An advisory as a STIX 2.1 bundle: its vulnerabilities, what helps against them, who publishes it, a report that holds all of it.

use std::collections::BTreeMap;

use bartizan_advisory::advisory::{Advisory, Remediation, Vulnerability};
use bartizan_advisory::emit;
use bartizan_stix::{Id, tlp_definition};
use serde_json::{Map, Value, json};

use super::write::marking;

/// When publishers' identities say they were made.
const PUBLISHERS: &str = "2026-01-01T00:00:00.000Z";

/// The bytes of the bundle. Identifiers come from the advisory's: a newer edition has the same objects in newer versions.
pub(super) fn bundle(advisory: &Advisory, uuid: &str) -> Vec<u8> {
    let date = |text: Option<&String>| time(text.map_or("", |text| text.as_str()));
    let created = date(advisory.revisions.first().map(|r| &r.date));
    let modified = date(advisory.revisions.last().map(|r| &r.date));
    let tlp = marking(advisory.tlp);
    let publisher =
        Id::derived("identity", &["publisher", &advisory.publisher.namespace, &advisory.publisher.name]);
    let common = |id: &Id, more: Value| {
        let mut object = json!({
            "type": id.object_type(), "spec_version": "2.1", "id": id, "created": created, "modified": modified,
            "created_by_ref": publisher, "object_marking_refs": [tlp.marking_id()],
        });
        merge(&mut object, more);
        object
    };
    let mut objects: BTreeMap<String, Value> = BTreeMap::new();
    let mut put = |id: Id, mut value: Value| {
        // Section 3.2: whoever made an object says with its last version that it is revoked. The publisher itself is not.
        if advisory.withdrawn.is_some() && id.object_type() != "identity" {
            merge(&mut value, json!({ "revoked": true }));
        }
        objects.insert(id.as_str().to_owned(), value);
        id
    };
    let mut held: Vec<Id> = Vec::new();
    let identity = json!({ "name": advisory.publisher.name, "identity_class": "organization" });
    let mut identity = common(&publisher, identity);
    if let Some(object) = identity.as_object_mut() {
        object.remove("created_by_ref");
        // It is the same in every advisory, and never changes: another name is another identity.
        object.insert("created".into(), PUBLISHERS.into());
        object.insert("modified".into(), PUBLISHERS.into());
    }
    held.push(put(publisher.clone(), identity));
    for (place, item) in advisory.vulnerabilities.iter().enumerate() {
        // A CVE is one thing whoever tells of it on this node; without one it is this advisory's.
        let place = place.to_string();
        let id = match &item.cve {
            Some(cve) => Id::derived("vulnerability", &["cve", cve, uuid]),
            None => Id::derived("vulnerability", &["advisory", uuid, &place]),
        };
        held.push(put(id.clone(), common(&id, vulnerability(item))));
        for (number, remediation) in item.remediations.iter().enumerate() {
            let action = Id::derived("course-of-action", &[uuid, &place, &number.to_string()]);
            held.push(put(action.clone(), common(&action, course(advisory, remediation))));
            let link = Id::derived("relationship", &["mitigates", action.as_str(), id.as_str()]);
            let said = json!({ "relationship_type": "mitigates", "source_ref": action, "target_ref": id });
            held.push(put(link.clone(), common(&link, said)));
        }
    }
    let report = Id::derived("report", &["advisory", uuid]);
    held.sort();
    held.dedup();
    let why = advisory.withdrawn.as_ref().map(|why| format!("Withdrawn: {why}"));
    let summary = advisory.notes.first().map(|note| note.text.as_str()).unwrap_or_default();
    let mut said = json!({
        "name": advisory.title, "report_types": ["vulnerability"], "published": created, "object_refs": held,
        "external_references": references(advisory),
    });
    let summary = why.as_deref().unwrap_or(summary);
    if !summary.is_empty() {
        merge(&mut said, json!({ "description": summary }));
    }
    put(report.clone(), common(&report, said));
    let mut all = vec![json!(tlp_definition(tlp))];
    all.extend(objects.into_values());
    let revision = advisory.revisions.last().map_or(0, |r| r.number).to_string();
    let id = Id::derived("bundle", &["advisory", uuid, &revision]);
    emit::bytes(&json!({ "type": "bundle", "id": id, "objects": all }))
}

fn vulnerability(item: &Vulnerability) -> Value {
    let name = item.cve.as_deref().unwrap_or(&item.title);
    let mut known: Vec<Value> =
        item.cve.iter().map(|cve| json!({ "source_name": "cve", "external_id": cve })).collect();
    known.extend(item.weaknesses.iter().map(|cwe| json!({ "source_name": "cwe", "external_id": cwe })));
    known.extend(item.ids.iter().map(|(system, id)| json!({ "source_name": system, "external_id": id })));
    let mut said = json!({ "name": name, "description": item.description });
    if !known.is_empty() {
        merge(&mut said, json!({ "external_references": known }));
    }
    said
}

fn course(advisory: &Advisory, remediation: &Remediation) -> Value {
    let named = |id: &String| {
        let product = advisory.products.iter().find(|product| product.id == *id);
        product.map(|p| format!("{} {} {}", p.vendor, p.name, p.versions.text()))
    };
    let products: Vec<String> = remediation.products.iter().filter_map(named).collect();
    let mut text = remediation.details.clone();
    if !products.is_empty() {
        text.push_str(&format!("\n\nFor: {}.", products.join("; ")));
    }
    let name = remediation.category.word().replace('_', " ");
    let mut said = json!({ "name": name, "description": text });
    if let Some(url) = &remediation.url {
        merge(&mut said, json!({ "external_references": [{ "source_name": "remediation", "url": url }] }));
    }
    said
}

fn references(advisory: &Advisory) -> Vec<Value> {
    let own = json!({ "source_name": advisory.publisher.name, "external_id": advisory.id });
    let others = advisory.references.iter().map(|reference| {
        json!({ "source_name": "reference", "description": reference.summary, "url": reference.url })
    });
    std::iter::once(own).chain(others).collect()
}

fn merge(object: &mut Value, more: Value) {
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        let more: Map<String, Value> = more;
        object.extend(more);
    }
}

/// A time as STIX has it: UTC, milliseconds.
fn time(text: &str) -> String {
    let time: jiff::Timestamp = text.parse().unwrap_or_default();
    format!("{time:.3}")
}
