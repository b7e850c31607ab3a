//! TLP labels among objects: the definitions that others refer to, and what is sent in their place.

use bartizan_stix::Tlp;
use serde_json::{Map, Value};

/// OASIS's extension for TLP 2.0.
const EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// The TLP label of a marking definition: those that OASIS published for TLP 2.0, and those of STIX 2.1 section 7.2.1.4 for TLP 1.
/// What somebody sends under such an id changes nothing of it.
pub(super) fn tlp(id: &str) -> Option<Tlp> {
    // A UUID is the same in either case (RFC 9562, section 4).
    let id = id.to_ascii_lowercase();
    Some(match id.as_str() {
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9" => Tlp::Clear,
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da" => Tlp::Green,
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82" => Tlp::Amber,
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed" => Tlp::Red,
        _ => return Tlp::ALL.into_iter().find(|label| label.marking_id().as_str() == id),
    })
}

/// What stands under the id of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Under {
    /// The definition, and nothing else: it is everybody's.
    Label,
    /// The definition and more: it goes as far as anything else that says the same of itself.
    More,
    /// Something that is not that label.
    Other,
}

/// What an object is that has the id of a label.
pub(super) fn under(label: Tlp, body: &str) -> Under {
    let Ok(Value::Object(members)) = serde_json::from_str(body) else { return Under::Other };
    let (mut said, mut more) = (0, false);
    let mut says = |value: &Value| {
        said += 1;
        value.as_str().and_then(Tlp::parse) == Some(label)
    };
    for (name, value) in &members {
        let fits = match name.as_str() {
            "name" => says(value),
            "definition_type" => value == "tlp",
            "definition" => value.get("tlp").is_some_and(&mut says),
            "extensions" => match value.get(EXTENSION) {
                Some(extension) => extension.get("tlp_2_0").is_some_and(&mut says),
                None => true,
            },
            _ => true,
        };
        if !fits {
            return Under::Other;
        }
        more |= !plain(name, value);
    }
    match (said, more) {
        (0, _) => Under::Other,
        (_, false) => Under::Label,
        (_, true) => Under::More,
    }
}

/// Whether a member has nothing in it but what a label's definition has.
/// Whether a definition of a PAP label is no more than that: what is under its id besides goes as far as it says.
pub(super) fn only_a_label(body: &str) -> bool {
    const MEMBERS: [&str; 9] = [
        "type",
        "spec_version",
        "id",
        "name",
        "definition_type",
        "definition",
        "created",
        "created_by_ref",
        "extensions",
    ];
    // The longest that OASIS published has 400 bytes.
    let Ok(Value::Object(members)) = serde_json::from_str(body) else { return false };
    body.len() < 1000 && members.keys().all(|name| MEMBERS.contains(&name.as_str()))
}

fn plain(name: &str, value: &Value) -> bool {
    let only = |value: &Value, names: &[&str]| {
        value.as_object().is_some_and(|inside: &Map<String, Value>| {
            inside.iter().all(|(name, value)| {
                names.contains(&name.as_str()) && (value.is_string() || value.is_object())
            })
        })
    };
    match name {
        "type" | "spec_version" | "id" | "name" | "definition_type" | "created" | "modified" => true,
        "created_by_ref" => {
            let author = value.as_str().and_then(|text| text.strip_prefix("identity--"));
            author.is_some_and(|uuid| uuid::Uuid::try_parse(uuid).is_ok())
        }
        "definition" => only(value, &["tlp"]),
        "extensions" => {
            let inside = value.get(EXTENSION);
            only(value, &[EXTENSION])
                && inside.is_some_and(|e| {
                    only(e, &["extension_type", "tlp_2_0"])
                        && e.get("extension_type").is_none_or(|kind| kind == "property-extension")
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_was_published() {
        // As OASIS published it for TLP 2.0, and as STIX 2.1, section 7.2.1.4, writes it for TLP 1.
        let new = r#"{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
            "created":"2022-10-01T00:00:00.000Z","name":"TLP:RED","extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":
            {"extension_type":"property-extension","tlp_2_0":"red"}}}"#;
        let old = r#"{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
            "created":"2017-01-20T00:00:00.000Z","definition_type":"tlp","name":"TLP:RED","definition":{"tlp":"red"}}"#;
        for text in [new, old] {
            assert_eq!(under(Tlp::Red, text), Under::Label, "{text}");
            assert_eq!(under(Tlp::Clear, text), Under::Other, "{text}");
            let more = text.replacen('{', r#"{"description":"what nobody may read","#, 1);
            assert_eq!(under(Tlp::Red, &more), Under::More, "{more}");
            let inside = text.replace("\"red\"", "\"red\",\"more\":\"what nobody may read\"");
            assert_eq!(under(Tlp::Red, &inside), Under::More, "{inside}");
        }
        for text in [
            r#"{"type":"marking-definition","name":"TLP:CLEAR"}"#,
            r#"{"type":"marking-definition","name":"TLP:RED","definition":{"tlp":"white"}}"#,
            r#"{"type":"marking-definition","definition_type":"statement","definition":{"statement":"mine"}}"#,
            r#"{"type":"marking-definition"}"#,
            r#"{"type":"marking-definition","name":7}"#,
        ] {
            assert_eq!(under(Tlp::Red, text), Under::Other, "{text}");
        }
    }
}
