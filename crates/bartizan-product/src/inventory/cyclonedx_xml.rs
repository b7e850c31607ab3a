//! CycloneDX in XML.

use super::gather::{Found, Gather};
use crate::document::cyclonedx;
use crate::document::xml::Element;
use crate::error::Code;

/// As for JSON: the document is one asset.
pub(super) fn read(root: &Element, gather: &mut Gather<'_>) -> Option<String> {
    if let Err(violation) = cyclonedx::check_xml(root) {
        let (place, message) = match violation.split_once(": ") {
            Some((place, message)) if place.starts_with("line ") => (place, message),
            _ => ("", violation.as_str()),
        };
        gather.tell(Code::Schema, place, message);
    }
    let version = root.namespace.strip_prefix(cyclonedx::NAMESPACE).map(str::to_owned);
    let metadata = root.child("metadata");
    let subject = metadata.and_then(|m| m.child("component"));
    let asset = gather.asset(subject.and_then(|s| s.child_text("name")))?;
    for holder in metadata.into_iter().chain(subject).chain([root]) {
        for property in holder.child("properties").into_iter().flat_map(|p| &p.children) {
            let name = property.attribute("name").unwrap_or_default();
            if name.rsplit(':').next().is_some_and(|n| n.eq_ignore_ascii_case("exposure")) {
                gather.exposure(asset, &property.text, &format!("line {}", property.line));
            }
        }
    }
    if let Some(subject) = subject {
        one(subject, asset, gather);
    }
    inside(root, asset, gather);
    version
}

/// The depth of the tree is bounded by its reader.
fn inside(element: &Element, asset: usize, gather: &mut Gather<'_>) {
    for list in ["components", "services"] {
        for component in element.child(list).into_iter().flat_map(|l| &l.children) {
            if component.namespace == element.namespace {
                one(component, asset, gather);
            }
        }
    }
}

fn one(component: &Element, asset: usize, gather: &mut Gather<'_>) {
    gather.component(
        asset,
        Found {
            reference: component.attribute("bom-ref"),
            kind: component.attribute("type").or_else(|| (component.name == "service").then_some("service")),
            group: component.child_text("group"),
            name: component.child_text("name"),
            version: component.child_text("version"),
            purls: component.child_text("purl").into_iter().collect(),
            cpes: component.child_text("cpe").into_iter().collect(),
            place: format!("line {}", component.line),
        },
    );
    inside(component, asset, gather);
}
