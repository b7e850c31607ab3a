//! What the pages say is what the code does.

use std::collections::BTreeSet;

use bartizan_programme::Code;
use bartizan_programme::finding::TalkState;
use bartizan_programme::plan::CATALOGUE;
use bartizan_programme::rules::{Act, Endpoint, Internal, Level, Side, THIRTY_DAY};
use bartizan_programme::window::State;

const RULES: &str = include_str!("../../../../docs/programme-rules.md");
const TESTING: &str = include_str!("../../../../docs/model-testing.md");

/// The words in backticks of a text.
fn ticked(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_code_is_on_its_page_with_what_to_do() {
    for code in Code::ALL {
        let written = |text: &str| text.replace('|', "\\|");
        let (meaning, advice) = (written(code.meaning()), written(code.advice()));
        let row = if code.as_str().starts_with("rules.") {
            format!("| `{code}` | {meaning}: {advice} |")
        } else {
            format!("| `{code}` | {} | {meaning} | {advice} |", code.kind())
        };
        let page = if code.as_str().starts_with("rules.") { RULES } else { TESTING };
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn every_key_and_every_word_of_the_rules_is_on_the_page() {
    let words = ticked(RULES);
    for file in [THIRTY_DAY, CATALOGUE] {
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            let key = line.split(" = ").next().unwrap_or("").trim_matches(['[', ']']);
            let named =
                words.iter().any(|word| word.split(", ").any(|word| word.trim_matches(['[', ']']) == key));
            assert!(
                key.is_empty() || named || key == "acts" || key == "plan.elicitation",
                "`{key}` is not on the page"
            );
        }
    }
    let all = [
        Act::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>(),
        Level::ALL.iter().map(|one| one.as_str()).collect(),
        Endpoint::ALL.iter().map(|one| one.as_str()).collect(),
        Internal::ALL.iter().map(|one| one.as_str()).collect(),
        Side::ALL.iter().map(|one| one.as_str()).collect(),
    ];
    for word in all.concat() {
        assert!(words.contains(word), "`{word}` is not on the page");
    }
}

#[test]
fn the_table_of_acts_and_states_is_the_one_that_holds() {
    let table = TESTING.split("| act | its place |\n|---|---|\n").nth(1).expect("a table");
    let mut seen = BTreeSet::new();
    for row in table.lines().take_while(|line| line.starts_with('|')) {
        let (acts, places) = row[1..].split_once('|').expect("two columns");
        for word in ticked(acts) {
            let act = Act::parse(word).expect(word);
            assert!(seen.insert(act), "{word} is there twice");
            for state in State::ALL {
                assert_eq!(
                    state.allows(act),
                    ticked(places).contains(state.as_str()),
                    "{word} while {state}"
                );
            }
        }
    }
    assert_eq!(seen.len(), Act::ALL.len());
    let words = ticked(TESTING);
    assert!(State::ALL.iter().all(|state| words.contains(state.as_str())));
    assert!(TalkState::ALL.iter().all(|state| words.contains(state.as_str())));
}
