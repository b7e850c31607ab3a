//! The marks of the review and what its island reads.

use crate::fixture::{self, Manner};
use bartizan_workbench::*;
use dom_query::Document as Dom;

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
        let (dom, _) = page(&view);
        for claim in &view.claims {
            let marked: String = dom
                .select(&format!("#source mark[data-c~=\"{}\"]", claim.key))
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
    assert!(!html.contains("relay.mist-update.top"), "nowhere as it works");
    assert!(html.contains(">198[.]51[.]100[.]23<"), "in the title of the claim");
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
    let gone =
        serde_json::to_value(Answer::new("", None, Some("a-1"), Tally::default(), "")).expect("serialises");
    assert_eq!(gone["removed"], "a-1");
}

#[test]
fn who_may_not_decide_gets_no_form() {
    let view = Review { may_decide: false, ..fixture::review::view(Manner::Plain) };
    let (dom, island) = page(&view);
    assert_eq!(dom.select("main form[method=post]").length(), 0);
    assert_eq!(island["may"], false);
    assert!(dom.select(".note").text().contains("reviewer"));
}
