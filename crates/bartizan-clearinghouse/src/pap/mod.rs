//! The PAP label of a STIX object: by marking definition (OASIS's, or one that came with it), or by a label `PAP:…`, which is how
//! MISP's tag arrives. Bodies are read, never changed.

mod label;

use std::collections::BTreeMap;

use serde_json::Value;

pub use label::Pap;

/// OASIS's extension for PAP.
const EXTENSION: &str = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b";

/// Marking definitions that came with objects, by identifier in small letters.
pub type Definitions = BTreeMap<String, Pap>;

/// What an object says of PAP as a marking definition: its identifier and label. `None` if it is none, or says nothing.
pub fn definition(body: &str) -> Option<(String, Pap)> {
    if !body.contains("marking-definition--") || !hints(body) {
        return None;
    }
    let object: Value = serde_json::from_str(body).ok()?;
    if object["type"] != "marking-definition" {
        return None;
    }
    let id = object["id"].as_str()?;
    Some((id.to_ascii_lowercase(), stated(id, &object)?))
}

fn stated(id: &str, object: &Value) -> Option<Pap> {
    let colour = object["extensions"][EXTENSION]["pap"].as_str();
    let by_extension = colour.and_then(|colour| Pap::parse(&format!("PAP:{colour}")));
    // A statement (STIX 2.1, section 7.2.1.3) or a name that is a label and nothing else.
    let texts = [object["definition"]["statement"].as_str(), object["name"].as_str()];
    let by_text = || texts.into_iter().flatten().find_map(Pap::parse);
    Pap::of_marking(id).or(by_extension).or_else(by_text)
}

/// The strictest PAP label that any part of an object carries; `None` if none does.
pub fn of_object(body: &str, known: &Definitions) -> Option<Pap> {
    if !hints(body) {
        let lower = if known.is_empty() { String::new() } else { body.to_ascii_lowercase() };
        if !known.keys().any(|id| lower.contains(id.as_str())) {
            return None;
        }
    }
    let object: Value = serde_json::from_str(body).ok()?;
    let of_ref = |id: &str| Pap::of_marking(id).or_else(|| known.get(&id.to_ascii_lowercase()).copied());
    let list = |name: &str| object[name].as_array().cloned().unwrap_or_default();
    let marks = list("object_marking_refs").into_iter();
    let granular = list("granular_markings").into_iter().map(|g| g["marking_ref"].clone());
    let by_ref = marks.chain(granular).filter_map(|id| of_ref(id.as_str()?)).max();
    let by_label = list("labels").iter().filter_map(|label| Pap::parse(label.as_str()?)).max();
    // A definition is what it says: whoever has only that may do with it what it lets one do. The labels are everybody's.
    by_ref.max(by_label)
}

/// The label of a text that is nothing but `PAP:…` on a line of its own, as reports carry it; the strictest of several.
pub fn of_text(text: &str) -> Option<Pap> {
    let marked = |line: &str| {
        let line = line.trim_matches(|c: char| c.is_whitespace() || "|·•;[](){}*_".contains(c));
        line.split(['|', '·', '•', ';']).filter_map(|part| Pap::parse(part.trim())).max()
    };
    text.lines().filter(|line| line.len() < 120).filter_map(marked).max()
}

/// Whether reading it is worth while.
fn hints(body: &str) -> bool {
    let word = |w: &str| body.contains(w);
    word("PAP:")
        || word("pap:")
        || word("Pap:")
        || word(EXTENSION)
        || Pap::ALL.into_iter().any(|pap| word(&pap.marking_id()["marking-definition--".len()..]))
        || word("a3bea94c-b469-41dc-9cfe-d6e7daba7730")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn labels_come_from_markings_definitions_and_misps_tags() {
        let red = "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e";
        let amber = "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab";
        let own = "marking-definition--11111111-1111-4111-8111-111111111111";
        let extended = json!({ "type": "marking-definition", "id": own, "name": "house rule",
            "extensions": { EXTENSION: { "extension_type": "property-extension", "pap": "green" } } });
        let statement = json!({ "type": "marking-definition", "id": own, "definition_type": "statement",
            "definition": { "statement": "PAP:AMBER" } });
        assert_eq!(definition(&extended.to_string()), Some((own.to_owned(), Pap::Green)));
        assert_eq!(definition(&statement.to_string()), Some((own.to_owned(), Pap::Amber)));
        let talk = json!({ "type": "marking-definition", "id": own,
            "definition": { "statement": "Handle PAP:RED material with care" } });
        assert_eq!(definition(&talk.to_string()), None, "talk about a label is none");
        let known = Definitions::from([(own.to_owned(), Pap::Green)]);
        for (object, expected) in [
            (json!({ "object_marking_refs": [red] }), Some(Pap::Red)),
            (
                json!({ "object_marking_refs": [amber, "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"] }),
                Some(Pap::Amber),
            ),
            (json!({ "labels": ["PAP:AMBER", "x"] }), Some(Pap::Amber)),
            (json!({ "labels": ["pap:white"], "object_marking_refs": [own] }), Some(Pap::Green)),
            (
                json!({ "granular_markings": [{ "marking_ref": red, "selectors": ["name"] }], "labels": ["PAP:GREEN"] }),
                Some(Pap::Red),
            ),
            (json!({ "object_marking_refs": [own.to_uppercase()] }), Some(Pap::Green)),
            (json!({ "name": "PAP:RED is what they wrote" }), None),
            (json!({}), None),
        ] {
            assert_eq!(of_object(&object.to_string(), &known), expected, "{object}");
        }
    }

    #[test]
    fn a_line_of_a_report_is_a_label_and_a_sentence_about_it_is_not() {
        for (text, expected) in [
            ("Report\nTLP:AMBER | PAP:RED\nText", Some(Pap::Red)),
            ("PAP: GREEN\n", Some(Pap::Green)),
            ("[PAP:AMBER]", Some(Pap::Amber)),
            ("Material marked PAP:RED must not be looked up.", None),
            ("", None),
        ] {
            assert_eq!(of_text(text), expected, "{text}");
        }
    }
}
