//! What comes into a case with a report that is merged, and goes with it, on both engines.

use bartizan_clearinghouse::access::{Role, Roles};
use serde_json::{Value, json};

use super::cases::handed_in_by;
use crate::harness::{Client, Node, by, on_postgres, person, uuid};

fn merge(root: &Client, path: &str, report: &str) -> Value {
    let grounds =
        json!({ "report": report, "same_cause": true, "same_fix": true, "because": "one function" });
    root.json("POST", &format!("{path}/reports"), &[], &grounds).is(200)
}

fn split(root: &Client, path: &str, report: &str) -> Value {
    let because = json!({ "because": "another function" });
    root.json("POST", &format!("{path}/reports/{report}/split"), &[], &because).is(200)
}

fn carried(node: &Node) {
    let third =
        node.runtime.block_on(node.store.add_organisation(&by(), &uuid(), "Third", None)).expect("third");
    for (name, role) in [("cat", Role::Coordinator), ("eve", Role::Analyst)] {
        node.runtime.block_on(person(&node.store, &by(), third, name, Roles::of(&[role])));
    }
    node.runtime.block_on(node.store.fresh()).expect("fresh");
    let third = node.store.directory().organisations[&third].uuid.clone();
    let (root, ada) = (node.client("root", "read,write,manage"), node.client("ada", "read,write"));
    let (cat, eve) = (node.client("cat", "read,write"), node.client("eve", "read,write"));
    let private = json!({ "public_tooling": false });
    let one = handed_in_by(node, "ben", "Bare CR splits headers", &private);
    let case = root.json("POST", "/cases", &[], &json!({ "reports": [one] })).is(201);
    let (path, me) = (format!("/cases/{}", case["id"].as_str().expect("an id")), case["me"].clone());
    let say = |body: &Value| root.json("POST", &format!("{path}/events"), &[], body).is(201);
    for step in ["validate", "accept"] {
        say(&json!({ "do": "report", "participant": me, "step": step }));
    }
    say(
        &json!({ "do": "propose", "proposal": "e1", "until": "2099-12-30T00:00:00Z", "reason": "a rewrite" }),
    );
    say(&json!({ "do": "answer", "participant": me, "proposal": "e1", "accept": true }));
    let participant = |case: &Value| -> Option<(Value, Value)> {
        let all = case["participants"].as_array().expect("participants");
        all.iter().find(|p| p["name"] == json!(third)).map(|p| (p["roles"].clone(), p["report"].clone()))
    };
    let until = |case: &Value| case["embargo_until"].clone();
    let end = |day: &str| json!(format!("{day}T00:00:00.000000Z"));

    // A day that comes sooner; and who sent it takes part, with its credit, and is asked for its consent by hand.
    let soon = json!({ "public_tooling": false, "public_on": "2099-11-01", "finders": ["Eve of Third"] });
    let two = handed_in_by(node, "eve", "Header splitting by a bare CR", &soon);
    assert_eq!(ada.get(&format!("/vulnerability-reports/{two}")).is(200)["id"], json!(two));
    cat.get(&path).fails(404);
    let merged = merge(&root, &path, &two);
    assert_eq!((until(&merged), &merged["embargo"]), (end("2099-11-01"), &json!("active")));
    assert_eq!(participant(&merged), Some((json!(["finder"]), json!("accepted"))));
    let credits: Vec<&Value> =
        merged["reports"].as_array().expect("reports").iter().map(|r| &r["credits"]).collect();
    assert_eq!(credits, [&json!(["Ada of the Lab"]), &json!(["Eve of Third"])]);
    let front = cat.get(&path).is(200);
    assert_eq!((&front["content"], until(&front)), (&json!(false), end("2099-11-01")));
    // Under embargo it is for who is read in; who sent it keeps it, and those answer for it who decide for its organisation.
    ada.get(&format!("/vulnerability-reports/{two}")).fails(404);
    assert!(!ada.get("/vulnerability-reports").body.contains(&two));
    assert!(!ada.get("/vulnerability-reports?limit=1").body.contains(&one));
    for client in [&root, &cat, &eve] {
        client.get(&format!("/vulnerability-reports/{two}")).is(200);
    }
    let split_ = split(&root, &path, &two);
    assert_eq!(until(&split_), end("2099-12-30"));
    assert_eq!(participant(&split_), Some((json!(["other"]), json!("closed"))));
    ada.get(&format!("/vulnerability-reports/{two}")).is(200);
    assert_eq!(until(&merge(&root, &path, &two)), end("2099-11-01"), "and merged again");

    // Public tools have seen it: there is nothing to keep.
    let three = handed_in_by(node, "ben", "CR in headers", &json!({ "public_tooling": true }));
    let told = |client: &Client| client.get(&format!("{path}/events?limit=500")).is(200)["items"].clone();
    let merged = merge(&root, &path, &three);
    assert_eq!((&merged["tooling"], &merged["embargo"]), (&json!("public-ai"), &json!("exited")));
    let last =
        told(&node.client("ben", "read")).as_array().and_then(|all| all.last().cloned()).expect("an event");
    assert_eq!(
        last["action"],
        json!({ "do": "say-tooling", "tooling": "public-ai" }),
        "of the merge no more is told"
    );
    let split_ = split(&root, &path, &three);
    assert_eq!((&split_["tooling"], &split_["embargo"]), (&json!("private"), &json!("exited")));

    // A case that is closed takes a report that comes late, and says nothing more.
    say(&json!({ "do": "happen", "what": "public-aware" }));
    say(&json!({ "do": "report", "participant": me, "step": "close" }));
    let events = told(&root).as_array().map(Vec::len);
    merge(&root, &path, &three);
    split(&root, &path, &three);
    assert_eq!(told(&root).as_array().map(Vec::len), events);
}

/// Opened of a report that public tools have seen, or of one that they have not and one that they have.
fn opened(node: &Node) {
    let root = node.client("root", "read,write,manage");
    let seen =
        handed_in_by(node, "ben", "One", &json!({ "public_tooling": true, "public_on": "2099-10-01" }));
    let not =
        handed_in_by(node, "ben", "Two", &json!({ "public_tooling": false, "public_on": "2099-12-01" }));
    let unsaid = handed_in_by(node, "ben", "Three", &json!({}));
    let case = root.json("POST", "/cases", &[], &json!({ "reports": [seen, not] })).is(201);
    assert_eq!((&case["tooling"], case["dates"].as_array().map(Vec::len)), (&json!("public-ai"), Some(2)));
    let path = format!("/cases/{}", case["id"].as_str().expect("an id"));
    let case = split(&root, &path, &seen);
    assert_eq!((&case["tooling"], case["dates"].as_array().map(Vec::len)), (&json!("private"), Some(1)));
    let case =
        root.json("POST", "/cases", &[], &json!({ "reports": [seen, unsaid], "tooling": "private" })).is(201);
    assert_eq!(case["tooling"], "private", "the coordinator knows better");
    let other = handed_in_by(node, "ben", "Four", &json!({}));
    let case = root.json("POST", "/cases", &[], &json!({ "reports": [other] })).is(201);
    assert_eq!(case["tooling"], "unknown");
}

#[test]
fn a_merge_carries_what_an_opening_would_on_sqlite() {
    let node = Node::new();
    carried(&node);
    opened(&node);
}

#[test]
fn a_merge_carries_what_an_opening_would_on_postgres() {
    on_postgres(|node| {
        carried(node);
        opened(node);
    });
}
