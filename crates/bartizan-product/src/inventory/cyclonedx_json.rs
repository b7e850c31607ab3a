//! CycloneDX in JSON.

use super::gather::{Found, Gather};
use crate::document::cyclonedx;
use crate::error::Code;
use serde_json::Value;

/// The document is one asset; its components, however nested, and its services are what is installed there.
pub(super) fn read(document: &Value, size: usize, gather: &mut Gather<'_>) -> Option<String> {
    if let Err(violation) = cyclonedx::check_json(document, size) {
        gather.tell(Code::Schema, "", violation);
    }
    let version = document["specVersion"].as_str().map(str::to_owned);
    let subject = &document["metadata"]["component"];
    let asset = gather.asset(subject["name"].as_str())?;
    for (at, holder) in
        [("/metadata", &document["metadata"]), ("/metadata/component", subject), ("", document)]
    {
        for property in holder["properties"].as_array().into_iter().flatten() {
            let name = property["name"].as_str().unwrap_or_default();
            if name.rsplit(':').next().is_some_and(|n| n.eq_ignore_ascii_case("exposure")) {
                gather.exposure(
                    asset,
                    property["value"].as_str().unwrap_or_default(),
                    &format!("{at}/properties"),
                );
            }
        }
    }
    if subject.is_object() {
        one(subject, "/metadata/component", asset, gather);
    }
    for list in ["components", "services"] {
        all(&document[list], &format!("/{list}"), asset, gather);
    }
    version
}

/// serde_json has bounded the depth.
fn all(list: &Value, at: &str, asset: usize, gather: &mut Gather<'_>) {
    for (n, component) in list.as_array().into_iter().flatten().enumerate() {
        one(component, &format!("{at}/{n}"), asset, gather);
    }
}

fn one(component: &Value, at: &str, asset: usize, gather: &mut Gather<'_>) {
    let text = |name: &str| component[name].as_str();
    gather.component(
        asset,
        Found {
            reference: text("bom-ref"),
            kind: text("type").or_else(|| at.contains("/services/").then_some("service")),
            group: text("group"),
            name: text("name"),
            version: text("version"),
            purls: text("purl").into_iter().collect(),
            cpes: text("cpe").into_iter().collect(),
            place: at.to_owned(),
        },
    );
    for list in ["components", "services"] {
        all(&component[list], &format!("{at}/{list}"), asset, gather);
    }
}
