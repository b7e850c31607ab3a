//! Galaxy clusters as STIX objects.

use super::parse::Cluster;
use crate::feed::StixObject;
use bartizan_stix::{Id, Tlp};
use serde_json::{Value, json};
use uuid::Uuid;

/// The STIX type for a galaxy, by its `type`; none if STIX has no object for it.
fn stix_type(galaxy: &str) -> Option<&'static str> {
    Some(match galaxy {
        "mitre-ics-techniques" => "attack-pattern",
        "microsoft-activity-group" | "threat-actor" => "threat-actor",
        "mitre-ics-groups" => "intrusion-set",
        "android" | "backdoor" | "banker" | "botnet" | "cryptominers" | "malpedia" | "mitre-ics-software"
        | "ransomware" | "rat" | "stealer" => "malware",
        "exploit-kit" | "tds" | "tool" => "tool",
        "branded-vulnerability" => "vulnerability",
        "country" => "location",
        "sector" => "identity",
        // mitre-attack-pattern, mitre-mobile-attack-attack-pattern, mitre-enterprise-attack-attack-pattern and so on.
        _ if !galaxy.starts_with("mitre-") => return None,
        _ if galaxy.ends_with("attack-pattern") => "attack-pattern",
        _ if galaxy.ends_with("course-of-action") => "course-of-action",
        _ if galaxy.ends_with("intrusion-set") => "intrusion-set",
        _ if galaxy.ends_with("malware") => "malware",
        _ if galaxy.ends_with("tool") => "tool",
        _ => return None,
    })
}

/// The object for a cluster, without creator and marking; none if STIX has none for its galaxy.
///
/// Clusters of MITRE's galaxies carry the UUIDs of ATT&CK's own objects. Such an object is a minimal copy whose times are
/// the beginning of Unix time, so that no store takes it for a newer version than MITRE's. Other clusters become objects
/// of our own, one for each marking they came under, so that none shows or hides another's.
pub(super) fn object(cluster: &Cluster, marking: Option<Tlp>) -> Option<(StixObject, bool)> {
    let kind = stix_type(&cluster.kind)?;
    let mitre = cluster.kind.starts_with("mitre-");
    let version_4 =
        |text: &&str| Uuid::try_parse(text).is_ok_and(|u| u.get_version() == Some(uuid::Version::Random));
    let uuid = cluster.uuid.as_deref();
    let id = match uuid.filter(version_4).filter(|_| mitre) {
        Some(uuid) => format!("{kind}--{uuid}"),
        None => {
            let parts = [
                "misp-galaxy",
                cluster.kind.as_str(),
                uuid.unwrap_or(&cluster.value),
                marking.map_or("", Tlp::as_str),
            ];
            Id::derived(kind, &parts).to_string()
        }
    };
    // `Name - T1059` is how MISP writes MITRE's names.
    let name = match &cluster.external_id {
        Some(id) => cluster
            .value
            .strip_suffix(id.as_str())
            .map_or(cluster.value.as_str(), |n| n.trim_end_matches([' ', '-'])),
        None => cluster.value.as_str(),
    };
    let name = if name.is_empty() { &cluster.value } else { name };
    let mut object = StixObject::new();
    let mut put = |key: &str, value: Value| {
        object.insert(key.to_owned(), value);
    };
    for (key, value) in [("type", kind), ("spec_version", "2.1"), ("id", &id), ("name", name)] {
        put(key, json!(value));
    }
    put("created", json!(super::UNKNOWN_TIME));
    put("modified", json!(super::UNKNOWN_TIME));
    match kind {
        "malware" => put("is_family", json!(true)),
        "identity" => put("identity_class", json!("class")),
        "location" => put("country", json!(cluster.country.as_deref()?)),
        _ => {}
    }
    if let Some(external) = &cluster.external_id {
        let source = if mitre { "mitre-attack" } else { cluster.kind.as_str() };
        put("external_references", json!([{"source_name": source, "external_id": external}]));
    }
    if !mitre {
        if let Some(description) = &cluster.description {
            put("description", json!(description));
        }
        let aliases: Vec<&String> = cluster.synonyms.iter().filter(|s| *s != name).collect();
        if matches!(kind, "malware" | "threat-actor" | "tool" | "intrusion-set") && !aliases.is_empty() {
            put("aliases", json!(aliases));
        }
    }
    Some((object, mitre))
}
