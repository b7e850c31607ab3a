//! The detections of the page: what a browser would parse of them.

use crate::{fixture, load};
use bartizan_knowledge::Pack;
use dom_query::Document as Dom;
use std::collections::BTreeSet;

fn parts<'a>(
    found: &'a bartizan_detection::Detections,
    queries: &'a [bartizan_page::Queries],
) -> bartizan_page::Parts<'a> {
    bartizan_page::Parts { detections: Some(found), queries, assessment: None }
}

fn page() -> Dom {
    let analysis = fixture::analysis();
    let (found, queries) = fixture::detections(&analysis);
    Dom::from(bartizan_page::report(&analysis, Pack::built_in(), &parts(&found, &queries)))
}

fn attributes(dom: &Dom, name: &str) -> Vec<String> {
    let chosen = dom.select(&format!("[{name}]"));
    chosen.iter().filter_map(|e| e.attr(name).map(|v| v.to_string())).collect()
}

#[test]
fn text_of_a_rule_is_never_markup() {
    let dom = page();
    assert_eq!(dom.select("script").length(), 3, "boot, islands and data; none from a rule");
    for tag in ["img", "iframe", "[style]", "[onerror]", "[src]"] {
        assert_eq!(dom.select(tag).length(), 0, "{tag} in the page");
    }
    let text = dom.select("#detections").text();
    assert!(!text.contains('\u{202e}'), "what turns text around is named, not obeyed");
    // Title, reason, rule, query, event, refusal, reason of the account: all as text.
    assert!(text.matches("<img src=x onerror=alert(1)>").count() >= 10);
    assert!(dom.select("#detections .rule").length() >= 2);
}

#[test]
fn links_of_rules_have_targets() {
    let dom = page();
    let all = attributes(&dom, "id");
    let ids: BTreeSet<&String> = all.iter().collect();
    assert_eq!(ids.len(), all.len(), "an id stands twice");
    for href in attributes(&dom, "href") {
        assert!(href.starts_with('#') && ids.contains(&href[1..].to_owned()), "{href} leads nowhere");
    }
    assert!(dom.select(".rule a.q[href^=\"#m\"]").length() > 0, "a rule leads to its words");
    assert!(dom.select("#source mark[data-c~=\"g0\"]").length() > 0, "words lead to their rule");
}

#[test]
fn rules_and_queries_are_whole_or_say_that_they_are_not() {
    let analysis = fixture::analysis();
    let (found, queries) = fixture::rules(&analysis);
    let dom = Dom::from(bartizan_page::report(&analysis, Pack::built_in(), &parts(&found, &queries)));
    for (i, rule) in found.rules.iter().enumerate() {
        let code = |form: &str| dom.select(&format!("#c-g{i} details[data-f={form}] pre[data-exact] code"));
        assert_eq!(code("sigma").text().to_string(), rule.yaml.trim_end(), "{}", rule.title);
        for query in &queries {
            if let bartizan_detection::Converted::Query(text) = &query.converted[i] {
                assert_eq!(code(&query.platform).text().to_string(), text.trim_end());
            }
        }
    }
    let hostile = page();
    let text = hostile.select("#detections .nq").text();
    assert!(
        text.contains("48000 more characters are not shown; the whole is in detections/queries/odd.jsonl")
    );
    assert!(text.contains("Some characters are shown by their names"));
}

#[test]
fn a_page_without_rules_says_how_to_make_them() {
    let analysis = fixture::analysis();
    let none = Dom::from(bartizan_page::report(&analysis, Pack::built_in(), &Default::default()));
    assert!(none.select("#detections .empty").text().contains("bartizan detect"));
    let empty = bartizan_detection::Detections::default();
    let empty = Dom::from(bartizan_page::report(&analysis, Pack::built_in(), &parts(&empty, &[])));
    assert!(empty.select("#detections .empty").text().contains("leads to a rule"));
}

#[test]
fn a_page_of_many_indicators_stays_small() {
    let analysis = load::analysis(30, 80, 4_000);
    let (found, queries) = fixture::rules(&analysis);
    let with = bartizan_page::report(&analysis, Pack::built_in(), &parts(&found, &queries)).len();
    let without = bartizan_page::report(&analysis, Pack::built_in(), &Default::default()).len();
    assert!(!found.rules.is_empty());
    assert!(with - without < 200_000, "{} bytes of detections", with - without);
}
