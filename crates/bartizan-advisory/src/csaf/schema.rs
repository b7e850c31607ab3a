//! The JSON schemas: CSAF's own and those it refers to, in their published text (crates/bartizan-advisory/schemas).

use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{Registry, Validator};
use serde_json::Value;

use super::Version;
use super::document::Doc;
use super::finding::{Report, Sink};

/// Schemas that others refer to, by the address they use.
const REFERRED: [(&str, &str); 7] = [
    ("https://www.first.org/cvss/cvss-v2.0.json", include_str!("../../schemas/cvss-v2.0.json")),
    ("https://www.first.org/cvss/cvss-v3.0.json", include_str!("../../schemas/cvss-v3.0.json")),
    ("https://www.first.org/cvss/cvss-v3.1.json", include_str!("../../schemas/cvss-v3.1.json")),
    ("https://www.first.org/cvss/cvss-v4.0.json", include_str!("../../schemas/cvss-v4.0.json")),
    (
        "https://certcc.github.io/SSVC/data/schema/v2/SelectionList_2_0_0.schema.json",
        include_str!("../../schemas/ssvc-selection-list-2.0.0.json"),
    ),
    (
        "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/extension-content.json",
        include_str!("../../schemas/extension-content.json"),
    ),
    (
        "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/extension-metaschema.json",
        include_str!("../../schemas/extension-metaschema.json"),
    ),
];
const CSAF_2_0: &str = include_str!("../../schemas/csaf-2.0.json");
const CSAF_2_1: &str = include_str!("../../schemas/csaf-2.1.json");
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

type Built = Result<Validator, String>;

static LOOSE_2_0: LazyLock<Built> = LazyLock::new(|| build(CSAF_2_0, false));
static LOOSE_2_1: LazyLock<Built> = LazyLock::new(|| build(CSAF_2_1, false));
static STRICT_2_0: LazyLock<Built> = LazyLock::new(|| build(CSAF_2_0, true));
static STRICT_2_1: LazyLock<Built> = LazyLock::new(|| build(CSAF_2_1, true));

fn build(text: &str, strict: bool) -> Built {
    let mut registry = Registry::new();
    for (address, text) in REFERRED {
        let mut schema = read(text)?;
        if strict && address.contains("/cvss-") {
            close(&mut schema);
        }
        registry = registry.add(address, schema).map_err(|error| error.to_string())?;
    }
    let registry = registry.prepare().map_err(|error| error.to_string())?;
    let mut schema = read(text)?;
    if strict {
        close_everywhere(&mut schema);
    }
    let options = jsonschema::options();
    options
        .with_registry(&registry)
        .should_validate_formats(true)
        .build(&schema)
        .map_err(|error| error.to_string())
}

/// Reads a schema. The dialects of CSAF 2.1 (section 2.2) and of FIRST are 2020-12 with formats asserted, which is asked for
/// when it is built, so the one address serves.
fn read(text: &str) -> Result<Value, String> {
    let mut schema: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    declare_draft(&mut schema);
    Ok(schema)
}

fn declare_draft(schema: &mut Value) {
    let known = schema
        .get("$schema")
        .and_then(Value::as_str)
        .is_some_and(|dialect| dialect.contains("json-schema.org"));
    if let Some(object) = schema.as_object_mut()
        && !known
    {
        object.insert("$schema".into(), DRAFT.into());
    }
    if let Some(object) = schema.as_object_mut() {
        object.remove("$vocabulary");
    }
}

/// Refuses what the schema does not name.
fn close(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut()
        && object.contains_key("properties")
        && !object.contains_key("unevaluatedProperties")
    {
        object.entry("additionalProperties").or_insert(Value::Bool(false));
    }
}

/// The same for each schema within: the "strict" schema of CSAF section 6.2.20.
fn close_everywhere(schema: &mut Value) {
    // A property may be named `properties`; what holds properties by name is no schema itself.
    if schema.get("properties").is_some_and(Value::is_object) {
        close(schema);
    }
    match schema {
        Value::Object(object) => object.values_mut().for_each(close_everywhere),
        Value::Array(items) => items.iter_mut().for_each(close_everywhere),
        _ => {}
    }
}

/// The schema check. What an embedded object of another standard does wrong goes to the test that the specification has for it.
pub(crate) fn check(doc: &Doc<'_>, report: &mut Report) {
    let validator = match doc.version {
        Version::V2_0 => &*LOOSE_2_0,
        Version::V2_1 => &*LOOSE_2_1,
    };
    let validator = match validator {
        Ok(validator) => validator,
        Err(error) => {
            return Sink::new(report, "schema")
                .fail("", format!("The JSON schema could not be built: {error}."));
        }
    };
    let mut found: Vec<(&'static str, String, String)> = Vec::new();
    for error in validator.iter_errors(doc.root).take(super::MAX_FINDINGS_OF_A_TEST + 1) {
        let pointer = error.instance_path().to_string();
        let test = if pointer.starts_with("/vulnerabilities/") && pointer.contains("/cvss_v") {
            "6.1.8"
        } else if doc.version == Version::V2_1
            && pointer.starts_with("/vulnerabilities/")
            && pointer.contains("/ssvc_v")
        {
            "6.1.46"
        } else if doc.version == Version::V2_1 && pointer.contains("/x_extensions/") {
            "6.1.60.1"
        } else {
            "schema"
        };
        found.push((test, pointer, say(&error)));
    }
    for test in ["schema", "6.1.8", "6.1.46", "6.1.60.1"] {
        let mut sink = Sink::new(report, test);
        for (_, pointer, message) in found.iter().filter(|(of, _, _)| *of == test) {
            sink.fail(pointer.clone(), message.clone());
        }
    }
}

/// What a schema error is, and what to do.
fn say(error: &jsonschema::ValidationError<'_>) -> String {
    let what: String = match error.kind() {
        Kind::Required { property } => format!("{property} is missing: add it"),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("{} is no property of this object: remove or rename it", unexpected.join(", "))
        }
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            "This fits none of the forms the schema allows here: compare it with them".into()
        }
        Kind::OneOfMultipleValid { .. } => {
            "This fits more than one of the forms the schema allows here: leave only one".into()
        }
        // The library's words hold the value, which may be long.
        _ => format!(
            "{}: correct the value",
            error.to_string().chars().take(200).collect::<String>().trim_end_matches('.')
        ),
    };
    format!("{what}.")
}

/// How many errors of the plain schema are set off against those of the strict one.
const MAX_COMPARED: usize = 50_000;

/// Test 6.2.20: properties that no schema names.
pub(crate) fn additional(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let (strict, loose) = match doc.version {
        Version::V2_0 => (&*STRICT_2_0, &*LOOSE_2_0),
        Version::V2_1 => (&*STRICT_2_1, &*LOOSE_2_1),
    };
    let (Ok(strict), Ok(loose)) = (strict, loose) else { return };
    if strict.is_valid(doc.root) {
        return;
    }
    let also: std::collections::BTreeSet<String> = loose
        .iter_errors(doc.root)
        .take(MAX_COMPARED)
        .map(|error| error.instance_path().to_string())
        .collect();
    for error in strict.iter_errors(doc.root).take(super::MAX_FINDINGS_OF_A_TEST + 1) {
        let pointer = error.instance_path().to_string();
        match error.kind() {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                // What an extension holds is judged by the extension's own schema.
                sink.fail(pointer, format!("No schema names {}: remove it.", unexpected.join(", ")));
            }
            // One of several forms fits without its additional properties, none with them.
            Kind::OneOfNotValid { .. } | Kind::AnyOf { .. } if !also.contains(&pointer) => {
                sink.fail(pointer, "This object has properties that no schema names: remove them.");
            }
            _ => {}
        }
    }
}

/// Checks an item against the schema of its extension; gives what is wrong, or that the schema is none.
pub(crate) fn check_extension(schema: &Value, item: &Value) -> Vec<(String, String)> {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".into(), DRAFT.into());
    }
    match jsonschema::options().should_validate_formats(true).build(&schema) {
        Ok(validator) => validator
            .iter_errors(item)
            .take(100)
            .map(|error| (error.instance_path().to_string(), say(&error)))
            .collect(),
        Err(_) => vec![(
            String::new(),
            "The schema of this extension is no JSON schema: ask who published it.".into(),
        )],
    }
}
