//! What a form of a case sends, as the JSON that the API takes.

use serde_json::{Map, Value, json};

use crate::cases::{Asked, Party};

/// Members that are lists: several fields of the name, or one with blanks or commas between.
const LISTS: [&str; 5] = ["roles", "products", "participants", "keys", "evidence"];
/// Members that are yes or no, and have to be said.
const FLAGS: [&str; 2] = ["accept", "emergency"];
/// Times as `datetime-local` sends them, which are UTC.
const TIMES: [&str; 3] = ["until", "answer_by", "date"];
/// What a finding at a gate consists of.
const FINDING: [&str; 7] =
    ["finding.gate", "ground", "contribution", "confirmed", "sponsored", "no_objection", "which"];

/// What the fields say.
pub(super) fn read(fields: &[(String, String)]) -> Asked {
    let one = |name: &str| {
        fields
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    };
    let mut asked = Asked::default();
    let mut body = Map::new();
    let word = one("do").unwrap_or_default().to_owned();
    for (name, value) in fields {
        let (name, value) = (name.as_str(), value.trim());
        match name {
            "csrf" | "title" | "zone" | "contact" | "agreements" | "here" => {}
            _ if FINDING.contains(&name) => {}
            _ if LISTS.contains(&name) => {
                let all = body.entry(name).or_insert_with(|| json!([]));
                let parts = value.split([',', ' ', '\n', '\r', '\t']).filter(|part| !part.is_empty());
                if let Some(all) = all.as_array_mut() {
                    all.extend(parts.map(Value::from));
                }
            }
            _ if value.is_empty() => {}
            _ if FLAGS.contains(&name) => _ = body.insert(name.to_owned(), (value == "true").into()),
            _ if TIMES.contains(&name) => _ = body.insert(name.to_owned(), time(value).into()),
            "up_to" => {
                _ = body.insert(name.to_owned(), value.parse::<u32>().map_or(Value::Null, Value::from))
            }
            _ => _ = body.insert(name.to_owned(), value.into()),
        }
    }
    // What is a list of nothing, or a box that was not ticked, is not sent by a browser.
    let lists: &[&str] = match word.as_str() {
        "add" => &["roles", "products"],
        "thread" => &["participants"],
        "attempt" => &["evidence"],
        "say" => &["keys"],
        _ => &[],
    };
    for name in lists {
        body.entry(*name).or_insert_with(|| json!([]));
    }
    // An organisation of this server, or the name of another.
    if let Some(here) = one("here") {
        body.insert("participant".to_owned(), here.into());
    }
    if word == "read-in" {
        body.entry("emergency").or_insert(Value::Bool(false));
    }
    if word == "gate" {
        body.insert("finding".to_owned(), finding(&one));
    }
    let text = |name: &str| one(name).unwrap_or_default().to_owned();
    asked.party = Party { title: text("title"), zone: text("zone"), contact: text("contact") };
    asked.agreements = one("agreements") == Some("true");
    asked.body = body;
    asked
}

fn finding<'f>(one: &impl Fn(&str) -> Option<&'f str>) -> Value {
    let yes = |name: &str| one(name) == Some("true");
    match one("finding.gate") {
        Some("need-to-know") => json!({ "gate": "need-to-know", "ground": one("ground") }),
        Some("capacity") => json!({ "gate": "capacity", "contribution": one("contribution") }),
        Some("identity") => json!({
            "gate": "identity", "confirmed": yes("confirmed"), "sponsored": yes("sponsored"), "no_objection": yes("no_objection"),
        }),
        _ => json!({ "gate": "failed", "which": one("which") }),
    }
}

/// `2026-12-07T09:00` as RFC 3339 has it; something else stays what it is, and is refused later.
fn time(text: &str) -> String {
    match text.len() {
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn fields_become_what_the_api_takes() {
        let add = read(&fields(&[
            ("csrf", "x"),
            ("do", "add"),
            ("participant", "acme"),
            ("roles", "vendor"),
            ("roles", "deployer"),
            ("products", "acme/box, acme/app\nacme/x"),
            ("title", "Acme Inc."),
            ("zone", "Asia/Tokyo"),
        ]));
        assert_eq!(
            Value::Object(add.body),
            json!({ "do": "add", "participant": "acme", "roles": ["vendor", "deployer"], "products": ["acme/box", "acme/app", "acme/x"] })
        );
        assert_eq!((add.party.title.as_str(), add.party.zone.as_str()), ("Acme Inc.", "Asia/Tokyo"));
        let propose = read(&fields(&[
            ("do", "propose"),
            ("proposal", "e1"),
            ("until", "2026-12-07T09:00"),
            ("reason", ""),
        ]));
        assert_eq!(
            Value::Object(propose.body),
            json!({ "do": "propose", "proposal": "e1", "until": "2026-12-07T09:00:00Z" })
        );
        let gate = read(&fields(&[
            ("do", "gate"),
            ("person", "p"),
            ("finding.gate", "identity"),
            ("confirmed", "true"),
            ("sponsored", "true"),
            ("words", "seen"),
        ]));
        let found =
            json!({ "gate": "identity", "confirmed": true, "sponsored": true, "no_objection": false });
        assert_eq!(gate.body["finding"], found);
        let answer = read(&fields(&[("do", "answer"), ("participant", "a"), ("accept", "false")]));
        assert_eq!(
            Value::Object(answer.body),
            json!({ "do": "answer", "participant": "a", "accept": false })
        );
    }
}
