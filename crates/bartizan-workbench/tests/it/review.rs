//! The marks of the review and what its island reads.

use crate::fixture::{self, Manner};
use bartizan_clearinghouse::review;
use bartizan_knowledge::Pack;
use bartizan_workbench::*;
use dom_query::Document as Dom;
use std::collections::{BTreeMap, BTreeSet};

fn page(view: &Review) -> (Dom, serde_json::Value) {
    let dom = Dom::from(view.render().as_str());
    let island = serde_json::from_str(&dom.select("#island").text()).expect("the island is JSON");
    (dom, island)
}

#[test]
fn marks_cover_exactly_the_words_of_each_claim() {
    for manner in [Manner::Plain, Manner::Hostile] {
        let view = fixture::review::view(manner);
        assert!(view.claims.len() > 15, "the sample has claims");
        let (dom, island) = page(&view);
        for (claim, wire) in view.claims.iter().zip(island["claims"].as_array().expect("claims")) {
            assert_eq!(wire["claim"], claim.key.as_str());
            let tag = wire["key"].as_str().expect("a name in the page");
            let marked: String = dom
                .select(&format!("#source mark[data-c~=\"{tag}\"]"))
                .iter()
                .map(|m| m.text().to_string())
                .collect();
            let words: String = claim
                .evidence
                .iter()
                .map(|e| bartizan_page::shown(e.span.of(&view.text)).into_owned())
                .collect();
            let sorted = |t: &str| {
                let mut letters: Vec<char> = t.chars().filter(|c| !c.is_whitespace()).collect();
                letters.sort_unstable();
                letters.dedup();
                letters
            };
            assert_eq!(sorted(&marked), sorted(&words), "{}", claim.key);
        }
    }
}

#[test]
fn offsets_of_the_island_count_code_points() {
    let view = fixture::review::view(Manner::Hostile);
    let (dom, island) = page(&view);
    let points: Vec<char> = view.text.chars().collect();
    let claims = island["claims"].as_array().expect("claims");
    assert_eq!(claims.len(), view.claims.len());
    for (wire, claim) in claims.iter().zip(&view.claims) {
        for (span, evidence) in wire["spans"].as_array().expect("spans").iter().zip(&claim.evidence) {
            let at = |i: usize| span[i].as_u64().expect("a number") as usize;
            let words: String = points[at(0)..at(1)].iter().collect();
            assert_eq!(words, evidence.span.of(&view.text));
        }
    }
    // Every block begins where it says: its first letters are those of the text there.
    for block in dom.select("#source [data-o]").iter() {
        let at: usize = block.attr("data-o").expect("an offset").parse().expect("a number");
        let first = block.text().chars().next();
        assert!(first.is_none() || first == points.get(at).copied(), "{}", block.text());
    }
}

#[test]
fn addresses_are_defanged_wherever_they_stand() {
    let html = fixture::review::view(Manner::Plain).render();
    assert!(html.contains("relay<i>.</i>mist-update<i>.</i>top"), "drawn in brackets in the text");
    // Keys, which nobody sees, name the value after its kind.
    assert!(
        !html.replace("domain:relay.mist-update.top", "").contains("relay.mist-update.top"),
        "nowhere as it works"
    );
    assert!(html.contains(">198[.]51[.]100[.]23<"), "in the title of the claim");
}

#[test]
fn claims_are_called_as_the_rules_of_review_call_them() {
    for manner in [Manner::Plain, Manner::Hostile] {
        let analysis = fixture::review::analysis(manner);
        let json = serde_json::to_value(bartizan::exchange::json::document(&analysis)).expect("serialises");
        let source = review::Source::read(json).expect("an analysis");
        let wanted: BTreeSet<String> = source.claims().map(ToString::to_string).collect();
        let view = Review::of(Shell::default(), "r-1", &analysis, Pack::built_in());
        let keys: BTreeSet<String> = view.claims.iter().map(|c| c.key.clone()).collect();
        assert_eq!(keys, wanted);
        assert_eq!(keys.len(), view.claims.len(), "each once");
    }
}

#[test]
fn decisions_are_laid_over_the_claims() {
    let analysis = fixture::review::analysis(Manner::Plain);
    let json = serde_json::to_value(bartizan::exchange::json::document(&analysis)).expect("serialises");
    let source = review::Source::read(json).expect("an analysis");
    let view = Review::of(Shell::default(), "r-1", &analysis, Pack::built_in());
    let key = |i: usize| view.claims[i].key.parse::<review::ClaimKey>().expect("a key");
    let names = review::Listed {
        techniques: BTreeMap::from([(
            "T1003.001".to_owned(),
            review::Technique {
                id: "T1003.001".into(),
                name: "LSASS Memory".into(),
                domain: "enterprise-attack".into(),
                tactics: vec![],
            },
        )]),
        kinds: vec![],
    };
    let at = review::Place { start: 2, end: 10 };
    let actions = [
        ("p1", review::Action::Accept { claim: key(0) }),
        ("p1", review::Action::Reject { claim: key(1), reason: "background".into() }),
        ("p2", review::Action::Reject { claim: key(0), reason: "other".into() }),
        (
            "p2",
            review::Action::AddTechnique {
                technique: "T1003.001".into(),
                at,
                quote: source.quote(at).expect("words").to_owned(),
            },
        ),
        ("p2", review::Action::Complete),
    ];
    let log: Vec<review::Decision> = actions
        .into_iter()
        .zip(1..)
        .map(|((by, action), order)| review::Decision {
            order,
            by: by.parse().expect("an id"),
            at: order as i64,
            action,
        })
        .collect();
    let state = review::Review::fold(&source, &log, &names);
    assert!(state.left_out.is_empty(), "{:?}", state.left_out);
    let view = view.decided(&state, &|id| format!("Person {id}"));
    assert_eq!(view.claims[0].title, "LSASS Memory", "what was added comes first");
    assert_eq!(view.claims[0].evidence[0].span.of(&view.text), source.quote(at).expect("words"));
    let first = view.claims[1].decision.as_ref().expect("decided");
    assert_eq!((first.act, first.who.as_str()), (Act::Rejected, "Person p2"));
    assert_eq!(first.reason, "It is another technique or thing");
    assert_eq!(view.claims[1].against[0].who, "Person p1");
    let tally = view.tally();
    assert_eq!((tally.rejected, tally.added), (2, 1));
    let html = view.render();
    assert!(html.contains("does not agree: accepted") && html.contains("Looked at in full by"));
}

#[test]
fn an_answer_says_what_changed() {
    let mut view = fixture::review::view(Manner::Plain);
    view.claims[0].decision =
        Some(Decision { act: Act::Accepted, who: "Ana".into(), at: fixture::NOW, reason: String::new() });
    let answer = Answer::new(&view.text, Some(&view.claims[0]), None, view.tally(), "acceptance");
    let json = serde_json::to_value(&answer).expect("serialises");
    assert_eq!(json["claim"]["state"], "accepted");
    assert_eq!(json["claim"]["who"], "Ana");
    assert_eq!(json["tally"]["accepted"], 3);
    assert_eq!(json["undo"], "acceptance");
    let gone = serde_json::to_value(Answer::new("", None, Some("technique/1-2/T1059"), Tally::default(), ""))
        .expect("serialises");
    assert!(gone["removed"].as_str().is_some_and(|tag| tag.starts_with('k')));
}

#[test]
fn who_may_not_decide_gets_no_form() {
    let view = Review { may_decide: false, ..fixture::review::view(Manner::Plain) };
    let (dom, island) = page(&view);
    assert_eq!(dom.select("main form[method=post]").length(), 0);
    assert_eq!(island["may"], false);
    assert!(dom.select(".note").text().contains("reviewer"));
}

#[test]
fn a_long_report_stays_a_page_that_loads() {
    let mut view = fixture::review::view(Manner::Plain);
    let base = view.claims.clone();
    while view.claims.len() < 2_000 {
        let n = view.claims.len();
        view.claims.extend(base.iter().map(|c| Claim { key: format!("{}-{n}", c.key), ..c.clone() }));
    }
    let html = view.render();
    let each = html.len() / view.claims.len();
    assert!(each < 2_200, "{each} bytes for each claim, with marks and island");
}
