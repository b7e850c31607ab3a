//! Which schema a CycloneDX document follows, and whether it does.

use super::json::Schemas;
use super::xml::Element;
use super::xsd::Xsd;
use serde_json::Value;
use std::sync::OnceLock;

macro_rules! schema {
    ($name:literal) => {
        include_str!(concat!("../../data/cyclonedx/", $name))
    };
}

/// Versions with a JSON format, and their schemas. Those of 1.2 and 1.3 are the strict ones, which are closed as the
/// later ones are.
const JSON: [(&str, &str); 6] = [
    ("1.2", "bom-1.2-strict.schema.json"),
    ("1.3", "bom-1.3-strict.schema.json"),
    ("1.4", "bom-1.4.schema.json"),
    ("1.5", "bom-1.5.schema.json"),
    ("1.6", "bom-1.6.schema.json"),
    ("1.7", "bom-1.7.schema.json"),
];

const FILES: [(&str, &str); 9] = [
    ("bom-1.2-strict.schema.json", schema!("bom-1.2-strict.schema.json")),
    ("bom-1.3-strict.schema.json", schema!("bom-1.3-strict.schema.json")),
    ("bom-1.4.schema.json", schema!("bom-1.4.schema.json")),
    ("bom-1.5.schema.json", schema!("bom-1.5.schema.json")),
    ("bom-1.6.schema.json", schema!("bom-1.6.schema.json")),
    ("bom-1.7.schema.json", schema!("bom-1.7.schema.json")),
    ("spdx.schema.json", schema!("spdx.schema.json")),
    ("jsf-0.82.schema.json", schema!("jsf-0.82.schema.json")),
    ("cryptography-defs.schema.json", schema!("cryptography-defs.schema.json")),
];

const XSD: [(&str, &str); 8] = [
    ("1.0", schema!("bom-1.0.xsd")),
    ("1.1", schema!("bom-1.1.xsd")),
    ("1.2", schema!("bom-1.2.xsd")),
    ("1.3", schema!("bom-1.3.xsd")),
    ("1.4", schema!("bom-1.4.xsd")),
    ("1.5", schema!("bom-1.5.xsd")),
    ("1.6", schema!("bom-1.6.xsd")),
    ("1.7", schema!("bom-1.7.xsd")),
];

const LICENCES: &str = schema!("spdx.xsd");

/// The namespace of a version in XML is this and the version.
pub(crate) const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";

/// Checks a JSON document of `size` bytes: the version that it follows, or the first violation.
pub(crate) fn check_json(document: &Value, size: usize) -> Result<&'static str, String> {
    static SCHEMAS: OnceLock<Result<Schemas, String>> = OnceLock::new();
    let version = document["specVersion"].as_str().unwrap_or_default();
    let Some((version, file)) = JSON.iter().find(|(v, _)| *v == version) else {
        return Err(format!("no JSON format of version {}", crate::error::quoted(version)));
    };
    let schemas = SCHEMAS.get_or_init(|| Schemas::load(&FILES).map_err(|e| e.to_string()));
    schemas.as_ref().map_err(Clone::clone)?.check(file, document, size)?;
    Ok(version)
}

/// Checks an XML document: the version that it follows, or the first violation.
pub(crate) fn check_xml(root: &Element) -> Result<&'static str, String> {
    static SCHEMAS: [OnceLock<Result<Xsd, String>>; 8] = [const { OnceLock::new() }; 8];
    let version = root.namespace.strip_prefix(NAMESPACE).unwrap_or_default();
    let Some(n) = XSD.iter().position(|(v, _)| *v == version) else {
        return Err(format!("not a namespace of CycloneDX: {}", crate::error::quoted(&root.namespace)));
    };
    let (version, text) = XSD[n];
    let xsd = SCHEMAS[n].get_or_init(|| Xsd::load(text, LICENCES).map_err(|e| e.to_string()));
    xsd.as_ref().map_err(Clone::clone)?.check(root)?;
    Ok(version)
}
