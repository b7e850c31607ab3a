//! Advisories that are there for the readers of a collection.

use bartizan_clearinghouse::access::{CollectionId, OrganisationId, PersonId};
use bartizan_stix::Tlp;
use bartizan_store::{Action, EditionAbout, NewAdvisory, NewCollection, NewEdition, NewRelease, Store};
use serde_json::{Value, json};

use crate::harness::{by, uuid};

/// A collection that everybody reads.
pub async fn public(store: &Store, owner: OrganisationId) -> CollectionId {
    let id = uuid();
    let new = NewCollection {
        uuid: &id,
        alias: None,
        owner,
        title: "Advisories",
        description: "",
        marking: Tlp::Clear,
        public: true,
    };
    store.add_collection(&by(), &new).await.expect("a collection")
}

/// Releases an advisory to a collection.
pub async fn release(
    store: &Store,
    by: &Action<'_>,
    (owner, person): (OrganisationId, PersonId),
    collection: CollectionId,
    csaf: &Value,
) {
    let (id, body) = (uuid(), csaf.to_string());
    let tracking = csaf["document"]["tracking"]["id"].as_str().expect("an id");
    let edition = |version| NewEdition {
        version,
        title: tracking,
        marking: Tlp::Clear,
        body: &body,
        digest: "d",
        summary: "",
        person,
        about: EditionAbout::default(),
    };
    let filename = format!("{tracking}.json");
    let new =
        NewAdvisory { uuid: &id, owner, case: None, tracking, filename: &filename, edition: edition(0) };
    store.add_advisory(by, &new).await.expect("begun");
    let begun = store.advisory(&id).await.expect("asked").expect("there");
    let new = NewRelease {
        edition: Some(edition(1)),
        after: 1,
        version: 1,
        marking: Tlp::Clear,
        to: &[(collection, 0)],
        person,
    };
    store.release_advisory(by, &begun, &new).await.expect("released");
    store.fresh().await.expect("fresh");
}

/// A CSAF document about `pkg:npm/{name}` below 2.0.0, of a day.
pub fn csaf(id: &str, cve: &str, name: &str, day: &str, metrics: &Value) -> Value {
    let at = format!("{day}T00:00:00Z");
    json!({
        "document": {
            "category": "csaf_security_advisory", "csaf_version": "2.1", "title": format!("{name} lets strangers in"),
            "publisher": { "name": "Example CERT", "namespace": "https://cert.example", "category": "coordinator" },
            "tracking": { "id": id, "version": "1", "status": "final", "initial_release_date": at, "current_release_date": at },
        },
        "product_tree": { "branches": [{ "category": "vendor", "name": "Example", "branches": [
            { "category": "product_name", "name": name, "branches": [
                { "category": "product_version_range", "name": "vers:npm/<2.0.0", "product": { "name": name, "product_id": "P",
                    "product_identification_helper": { "purls": [format!("pkg:npm/{name}")] } } }] }] }] },
        "vulnerabilities": [{
            "cve": cve, "title": "No check of the token", "metrics": metrics,
            "product_status": { "known_affected": ["P"] },
            "remediations": [
                { "category": "vendor_fix", "details": "Update to 2.0.0.", "url": "https://example.com/2", "product_ids": ["P"] },
                { "category": "workaround", "details": "Turn tokens off.", "product_ids": ["P"] },
            ],
        }],
    })
}

/// What CISA's enrichment says of automation and impact, as CSAF 2.1 has it.
pub fn ssvc(automatable: &str, impact: &str) -> Value {
    let selection = |namespace: &str, key: &str, version: &str, value: &str| json!({ "namespace": namespace, "key": key, "version": version, "values": [{ "key": value }] });
    json!([{ "products": ["P"], "content": { "ssvc_v2": { "timestamp": "2026-11-01T00:00:00Z", "selections": [
        selection("ssvc", "A", "2.0.0", automatable), selection("ssvc", "TI", "1.0.0", impact)] } } }])
}
