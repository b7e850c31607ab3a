//! Sections 3.13 to 3.15: filters, pages, custom properties.

use axum::http::Method;
use serde_json::json;

use super::{Node, filled, names, on, run, thing};

#[test]
fn row_3_13_1_1_added_after() {
    run(async |node| {
        node.add(&node.read_write, &node.ada, &[thing("tool", 1, 0)]).await;
        let first = node.get(&on(&node.read_write, "objects/")).await;
        let last = first.header("x-taxii-date-added-last").expect("a time").to_owned();
        assert_eq!(node.objects(&format!("added_after={last}")).await, json!({}));
        node.add(&node.read_write, &node.ada, &[thing("tool", 2, 0)]).await;
        assert_eq!(names(&node.objects(&format!("added_after={last}")).await), ["tool 2 00"]);
        assert_eq!(node.get(&on(&node.read_write, "objects/?added_after=soon")).await.status, 400);
    });
}

#[test]
fn row_3_13_1_2_limit() {
    run(async |node| {
        filled(&node).await;
        let page = node.objects("limit=2").await;
        assert_eq!(
            (names(&page), &page["more"]),
            (vec!["malware 1 02".into(), "tool 1 00".into()], &json!(true))
        );
        for odd in ["0", "-1", "x", ""] {
            assert_eq!(
                node.get(&on(&node.read_write, &format!("objects/?limit={odd}"))).await.status,
                400,
                "{odd}"
            );
        }
    });
}

/// Filters and the objects that fit them, in the order in which they were added.
async fn fit(node: &Node, cases: &[(&str, &[&str])]) {
    filled(node).await;
    for (filter, expected) in cases {
        assert_eq!(names(&node.objects(filter).await), *expected, "{filter}");
        let rows = node.get(&on(&node.read_write, &format!("manifest/?{filter}"))).await.is(200);
        assert_eq!(
            rows["objects"].as_array().map_or(0, Vec::len),
            expected.len(),
            "the manifest of {filter}"
        );
    }
}

const MALWARE: &str = "malware--00000000-0000-4000-8000-000000000001";

#[test]
fn row_3_13_1_3_match_id() {
    let one = format!("match[id]={MALWARE}");
    run(async |node| fit(&node, &[(&one, &["malware 1 02"]), ("match[id]=malware--x", &[])]).await);
}

#[test]
fn row_3_13_1_4_match_type() {
    let cases: [(&str, &[&str]); 2] =
        [("match[type]=tool", &["tool 1 00", "tool 2 00"]), ("match[type]=campaign", &[])];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_5_match_version() {
    let all = ["malware 1 00", "malware 1 01", "malware 1 02", "tool 1 00", "tool 2 00"];
    let cases: [(&str, &[&str]); 4] = [
        ("match[version]=last", &["malware 1 02", "tool 1 00", "tool 2 00"]),
        ("match[version]=first", &["malware 1 00", "tool 1 00", "tool 2 00"]),
        ("match[version]=all", &all),
        ("match[version]=2024-01-01T00:00:01.000Z", &["malware 1 01"]),
    ];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_6_match_spec_version() {
    let cases: [(&str, &[&str]); 3] = [
        ("match[spec_version]=2.0", &["tool 2 00"]),
        ("match[spec_version]=2.1", &["malware 1 02", "tool 1 00"]),
        ("match[spec_version]=2.0,2.1", &["malware 1 02", "tool 1 00", "tool 2 00"]),
    ];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_7_or() {
    let ids = format!("match[id]={MALWARE},tool--00000000-0000-4000-8000-000000000002");
    let cases: [(&str, &[&str]); 3] = [
        ("match[type]=tool,malware", &["malware 1 02", "tool 1 00", "tool 2 00"]),
        (&ids, &["malware 1 02", "tool 2 00"]),
        ("match[version]=first,last", &["malware 1 00", "malware 1 02", "tool 1 00", "tool 2 00"]),
    ];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_8_and() {
    let both = format!("match[id]={MALWARE}&match[type]=tool");
    let cases: [(&str, &[&str]); 2] =
        [("match[type]=tool&match[spec_version]=2.1", &["tool 1 00"]), (&both, &[])];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_9_or_and_and() {
    let cases: [(&str, &[&str]); 2] = [
        (
            "match[type]=tool,malware&match[spec_version]=2.1&match[version]=first,last",
            &["malware 1 00", "malware 1 02", "tool 1 00"],
        ),
        ("match[type]=tool,campaign&match[spec_version]=2.0,2.2", &["tool 2 00"]),
    ];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_13_1_10_duplicate_filter_parameter() {
    // Of two of the same name, both are alternatives: nothing is lost and nothing fails.
    let cases: [(&str, &[&str]); 1] =
        [("match[type]=tool&match[type]=malware", &["malware 1 02", "tool 1 00", "tool 2 00"])];
    run(async |node| fit(&node, &cases).await);
}

#[test]
fn row_3_14_1_pagination() {
    run(async |node| {
        filled(&node).await;
        let (mut seen, mut query) = (Vec::new(), "match[version]=all&limit=2".to_owned());
        for turn in 0.. {
            let page = node.objects(&query).await;
            assert_eq!(page, node.objects(&query).await, "it can be asked again");
            seen.extend(names(&page));
            if page["more"] != json!(true) {
                assert_eq!((turn, page.get("next")), (2, None));
                break;
            }
            let next = page["next"].as_str().expect("more");
            query = format!("match[version]=all&limit=2&next={next}");
            // What is added meanwhile comes at the end, and nothing is repeated.
            if turn == 0 {
                node.add(&node.read_write, &node.ada, &[thing("tool", 3, 0)]).await;
            }
        }
        assert_eq!(seen.len(), 6, "{seen:?}");
        assert_eq!(seen.last().map(String::as_str), Some("tool 3 00"));
        assert_eq!(node.get(&on(&node.read_write, "objects/?next=nonsense")).await.status, 400);
    });
}

#[test]
fn row_3_15_1_custom_properties() {
    run(async |node| {
        let mut object = thing("tool", 1, 0);
        object["x_example_score"] = json!({ "of": [1, 2.50, null] });
        let body = json!({ "x_example_envelope": "kept by nobody", "objects": [object] }).to_string();
        let answer = node.ask(Method::POST, &on(&node.read_write, "objects/"), &node.ben, &body).await;
        assert_eq!(answer.is(202)["success_count"], 1);
        assert_eq!(node.objects("").await["objects"], json!([object]));
    });
}
