//! OpenVEX 0.2.0.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{File, Refused, file};
use crate::advisory::{Advisory, Product, ProductStatus, Vulnerability};
use crate::csaf::file_name;

/// What OpenVEX has for a status; it knows neither the recommended version nor which one was the first.
fn status(status: ProductStatus) -> Option<&'static str> {
    match status {
        ProductStatus::FirstAffected | ProductStatus::KnownAffected | ProductStatus::LastAffected => {
            Some("affected")
        }
        ProductStatus::FirstFixed | ProductStatus::Fixed => Some("fixed"),
        ProductStatus::KnownNotAffected => Some("not_affected"),
        ProductStatus::UnderInvestigation => Some("under_investigation"),
        ProductStatus::Recommended => None,
    }
}

/// Writes OpenVEX: one statement for each vulnerability and all that is said alike of its products. Products without a package URL
/// or CPE are named by an IRI under the publisher's namespace. OpenVEX has no word for what was withdrawn: give
/// [`Advisory::retracted_by`], whose statements are newer than those before and say that everything is under investigation.
pub fn openvex(advisory: &Advisory) -> Result<File, Refused> {
    let (Some(first), Some(last)) = (advisory.revisions.first(), advisory.revisions.last()) else {
        return Err(Refused::NoRevision(advisory.id.clone()));
    };
    let statements: Vec<Value> =
        advisory.vulnerabilities.iter().flat_map(|item| statements(advisory, item)).collect();
    if statements.is_empty() {
        return Err(Refused::Empty(advisory.id.clone(), "OpenVEX"));
    }
    let name = file_name(&advisory.id);
    let name = format!("{}.openvex.json", name.trim_end_matches(".json"));
    let base =
        advisory.published_in.as_deref().unwrap_or(&advisory.publisher.namespace).trim_end_matches('/');
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": format!("{base}/{name}"),
        "author": advisory.publisher.name,
        "role": advisory.publisher.category.word(),
        "timestamp": first.date,
        "last_updated": last.date,
        "version": last.number.max(1),
        "tooling": concat!("Bartizan ", env!("CARGO_PKG_VERSION")),
        "statements": statements,
    });
    Ok(file(name, &document))
}

/// What is said of a product, apart from which one it is.
type Said<'a> = (&'static str, Option<&'static str>, Option<&'a str>, Option<String>);

fn statements(advisory: &Advisory, item: &Vulnerability) -> Vec<Value> {
    let mut said: BTreeMap<Said<'_>, Vec<&Product>> = BTreeMap::new();
    for statement in &item.statuses {
        let Some(product) = advisory.products.iter().find(|product| product.id == statement.product) else {
            continue;
        };
        let Some(status) = status(statement.status) else { continue };
        let justification = statement
            .justification
            .filter(|_| status == "not_affected")
            .map(|justification| justification.word());
        // OpenVEX asks for a reason where a product is not affected, and for an action where it is.
        let impact = match (status, justification, statement.impact.as_deref()) {
            ("not_affected", None, None) => Some("The publisher gave no reason."),
            ("not_affected", _, impact) => impact,
            _ => None,
        };
        let action = (status == "affected").then(|| action(item, &product.id));
        let products = said.entry((status, justification, impact, action)).or_default();
        if !products.iter().any(|other| other.id == product.id) {
            products.push(product);
        }
    }
    let written = said.into_iter().map(|((status, justification, impact, action), products)| {
        let mut statement = Map::new();
        statement.insert("vulnerability".into(), vulnerability(advisory, item));
        statement.insert(
            "products".into(),
            products.into_iter().map(|product| component(advisory, product)).collect(),
        );
        statement.insert("status".into(), status.into());
        let withdrawn = advisory.withdrawn.as_ref().map(|why| format!("The advisory was withdrawn: {why}"));
        let texts = [
            ("status_notes", withdrawn),
            ("justification", justification.map(str::to_owned)),
            ("impact_statement", impact.map(str::to_owned)),
            ("action_statement", action),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                statement.insert(key.into(), text.into());
            }
        }
        Value::Object(statement)
    });
    written.collect()
}

/// The remediations of a product in one text.
fn action(item: &Vulnerability, product: &str) -> String {
    let texts: Vec<String> = item
        .remediations
        .iter()
        .filter(|remediation| remediation.products.iter().any(|id| id == product))
        .map(|remediation| match &remediation.url {
            Some(url) => format!("{} ({url})", remediation.details),
            None => remediation.details.clone(),
        })
        .collect();
    if texts.is_empty() {
        "No remediation was known when this was published.".into()
    } else {
        texts.join("\n")
    }
}

fn vulnerability(advisory: &Advisory, item: &Vulnerability) -> Value {
    let mut names: Vec<&str> =
        item.cve.as_deref().into_iter().chain(item.ids.iter().map(|(_, id)| id.as_str())).collect();
    if names.is_empty() {
        // It must have a name; within this document the title is one.
        names.push(if item.title.is_empty() { &advisory.id } else { &item.title });
    }
    let name = names.remove(0);
    names.sort_unstable();
    names.dedup();
    names.retain(|other| *other != name);
    let mut object = Map::new();
    object.insert("name".into(), name.into());
    object.insert("description".into(), item.description.as_str().into());
    if !names.is_empty() {
        object.insert("aliases".into(), json!(names));
    }
    Value::Object(object)
}

fn component(advisory: &Advisory, product: &Product) -> Value {
    let mut identifiers = Map::new();
    if let Some(purl) = &product.purl {
        identifiers.insert("purl".into(), purl.as_str().into());
    }
    if let Some(cpe) = &product.cpe {
        identifiers
            .insert(if cpe.starts_with("cpe:2.3:") { "cpe23" } else { "cpe22" }.into(), cpe.as_str().into());
    }
    let mut object = Map::new();
    let id = product.purl.clone().unwrap_or_else(|| {
        // An IRI: only letters, digits and dashes of the id, so that it is one.
        let name: String = product
            .id
            .chars()
            .map(|character| if character.is_ascii_alphanumeric() { character } else { '-' })
            .collect();
        format!("{}/products/{name}", advisory.publisher.namespace.trim_end_matches('/'))
    });
    object.insert("@id".into(), id.into());
    if !identifiers.is_empty() {
        object.insert("identifiers".into(), Value::Object(identifiers));
    }
    Value::Object(object)
}
