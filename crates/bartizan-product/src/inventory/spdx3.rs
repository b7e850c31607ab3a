//! SPDX 3.0 in JSON-LD, as far as its packages go.

use super::gather::{Found, Gather};
use crate::error::Code;
use serde_json::Value;

/// A member with or without the prefix of its profile: `software_packageVersion`, `software:packageVersion`.
fn member<'v>(element: &'v Value, name: &str) -> Option<&'v Value> {
    ["software_", "software:", ""].iter().find_map(|prefix| element.get(format!("{prefix}{name}")))
}

fn text<'v>(element: &'v Value, name: &str) -> Option<&'v str> {
    member(element, name).and_then(Value::as_str)
}

fn kind(element: &Value) -> &str {
    let kind =
        element.get("type").or_else(|| element.get("@type")).and_then(Value::as_str).unwrap_or_default();
    kind.rsplit(['_', ':', '/']).next().unwrap_or_default()
}

/// The document is one asset; its packages are what is installed there. Elements that are references to other
/// documents carry no package.
pub(super) fn read(document: &Value, gather: &mut Gather<'_>) -> Option<String> {
    let alone = std::slice::from_ref(document);
    let graph = document["@graph"].as_array().map_or(alone, Vec::as_slice);
    let creation = graph.iter().find(|e| kind(e) == "CreationInfo");
    let version = creation.and_then(|c| text(c, "specVersion")).map(str::to_owned);
    if !version.as_deref().is_some_and(|v| v.starts_with("3.0")) {
        gather.tell(Code::Schema, "", "no specVersion 3.0 is stated");
    }
    let named = |wanted: &str| graph.iter().find(|e| kind(e) == wanted).and_then(|e| text(e, "name"));
    let asset = gather.asset(named("SpdxDocument").or_else(|| named("Sbom")))?;
    for (n, element) in graph.iter().enumerate().filter(|(_, e)| kind(e) == "Package") {
        let mut found = Found {
            reference: element.get("spdxId").or_else(|| element.get("@id")).and_then(Value::as_str),
            kind: text(element, "primaryPurpose"),
            name: text(element, "name"),
            version: text(element, "packageVersion"),
            purls: text(element, "packageUrl").into_iter().collect(),
            place: format!("/@graph/{n}"),
            ..Found::default()
        };
        let identifiers = element.get("externalIdentifier");
        let list = identifiers.and_then(Value::as_array).map(Vec::as_slice);
        let one = identifiers.filter(|i| i.is_object()).map(std::slice::from_ref);
        for identifier in list.or(one).unwrap_or_default() {
            let value = text(identifier, "identifier").unwrap_or_default();
            match text(identifier, "externalIdentifierType").unwrap_or_default() {
                "packageUrl" | "purl" => found.purls.push(value),
                "cpe22" | "cpe23" => found.cpes.push(value),
                _ => {}
            }
        }
        gather.component(asset, found);
    }
    version
}
