//! What is said in a case, as JSON: the form of `bartizan_clearinghouse::case::Action`, with times as RFC 3339 has them.

use bartizan_clearinghouse::case::Action;
use bartizan_clearinghouse::time;
use serde_json::{Map, Value};

/// Members that are times.
const TIMES: [&str; 3] = ["until", "answer_by", "date"];
/// Members that the node says, never the caller: who judged a gate, who answers for an attempt, what a person has.
const OURS: [(&str, &str); 3] = [("gate", "judge"), ("attempt", "verifier"), ("read-in", "prerequisites")];

/// What somebody wants to say; or what is wrong with it.
pub(crate) fn read(
    mut body: Map<String, Value>,
    add: impl FnOnce(&str) -> Option<(&'static str, Value)>,
) -> Result<Action, String> {
    for name in TIMES {
        let Some(value) = body.get_mut(name).filter(|value| !value.is_null()) else { continue };
        let at = value.as_str().and_then(time::parse);
        *value = at.ok_or_else(|| format!("{name} is a time like 2026-12-07T09:00:00Z."))?.into();
    }
    let word = body.get("do").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some((_, ours)) = OURS.iter().find(|(action, ours)| *action == word && body.contains_key(*ours)) {
        return Err(format!("{ours} is said by the node."));
    }
    if let Some((name, value)) = add(&word) {
        body.insert(name.to_owned(), value);
    }
    if matches!(word.as_str(), "open" | "merge" | "split") {
        return Err("A case is opened, and reports come into it and go, by their own requests.".to_owned());
    }
    serde_json::from_value(Value::Object(body)).map_err(|e| format!("{e}."))
}

/// What was said, for who may see it.
pub(crate) fn shown(action: &Action) -> Map<String, Value> {
    let Ok(Value::Object(mut body)) = serde_json::to_value(action) else { return Map::new() };
    for name in TIMES {
        if let Some(value) = body.get_mut(name)
            && let Some(at) = value.as_i64()
        {
            *value = time::text(at).into();
        }
    }
    body.retain(|_, value| !value.is_null());
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn times_are_text_outside() {
        let said = json!({ "do": "propose", "proposal": "e1", "until": "2026-12-07T09:00:00.000000Z" });
        let action = read(map(said.clone()), |_| None).expect("read");
        assert!(matches!(action, Action::Propose { until: 1_796_634_000_000_000, .. }));
        assert_eq!(Value::Object(shown(&action)), said);
        for (wrong, why) in [
            (json!({ "do": "propose", "proposal": "e1", "until": 5 }), "until is a time"),
            (json!({ "do": "propose", "proposal": "e1", "until": "soon" }), "until is a time"),
            (json!({ "do": "gate", "judge": "me" }), "judge is said by the node"),
            (json!({ "do": "read-in", "prerequisites": {} }), "prerequisites is said by the node"),
            (
                json!({ "do": "open", "roles": [], "products": [], "tooling": "private" }),
                "by their own request",
            ),
            (json!({ "do": "split", "report": "r1", "words": "no" }), "by their own request"),
            (json!({ "do": "fly" }), "unknown variant"),
            (json!({}), "missing field `do`"),
            (json!({ "do": "withdraw", "proposal": "a b" }), "case.malformed-name"),
            (json!({ "do": "withdraw", "proposal": "a", "more": 1 }), "unknown field"),
        ] {
            let found = read(map(wrong.clone()), |_| None).expect_err("refused");
            assert!(found.contains(why), "{wrong}: {found}");
        }
    }
}
