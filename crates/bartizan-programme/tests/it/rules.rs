//! Rules: read strictly, every fault told at its place.

use bartizan_programme::rules::{
    Act, Endpoint, Level, MOST_BYTES, Operator, Programme, Release, Side, THIRTY_DAY,
};
use bartizan_programme::{Code, Digest};

use crate::world::*;

/// Everything that is wrong with a text: code, line, column.
fn faults(text: &str) -> Vec<(Code, usize, usize)> {
    let error = Programme::parse(text.as_bytes()).expect_err("something is wrong");
    assert!(error.is_malformed() && error.to_string().lines().count() == error.faults().len(), "{error}");
    error
        .faults()
        .iter()
        .map(|fault| (fault.code, fault.place.map_or(0, |p| p.0), fault.place.map_or(0, |p| p.1)))
        .collect()
}

/// Line and column of a text in the example.
fn place(of: &str) -> (usize, usize) {
    let at = THIRTY_DAY.find(of).unwrap_or_else(|| panic!("{of}"));
    let before = &THIRTY_DAY[..at];
    (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap_or("").chars().count() + 1)
}

/// The example with one thing changed, and the one fault of that.
fn one(from: &str, to: &str, code: Code) {
    assert!(THIRTY_DAY.contains(from), "{from}");
    let found = faults(&THIRTY_DAY.replacen(from, to, 1));
    assert_eq!(found.iter().map(|fault| fault.0).collect::<Vec<_>>(), [code], "{to}");
    assert!(found[0].1 > 0 && found[0].2 > 0);
}

#[test]
fn the_example_says_what_its_text_says() {
    let programme = programme();
    assert_eq!(programme.digest, Digest::of(THIRTY_DAY.as_bytes()));
    let window = &programme.window;
    assert_eq!(
        (window.days, window.most_extension_days, window.most_pause_days, window.proposal_hours),
        (30, 14, 10, 72)
    );
    assert_eq!(window.release, Release::EndsWindow);
    assert!(programme.acts.len() == Act::ALL.len(), "every act has a rule");
    assert_eq!(programme.act(Act::Determine).second, [id("programme-manager")].into());
    assert_eq!(programme.side(&id("auditor")), Some(Side::Oversight));
    assert_eq!(programme.levels[&Level::Al1].endpoints.len(), Endpoint::ALL.len());
    assert!(!programme.levels[&Level::Al1].safeguards_off && programme.levels[&Level::Al2].safeguards_off);
    let suite = programme.suite(&id("smoke-reading")).expect("there");
    assert_eq!((suite.operator, suite.threshold, suite.confidence), (Operator::AtLeast, 0.8, 0.95));
    assert_eq!(
        programme.separation(&id("evaluation-lead"), &id("tester")).map(|pair| pair.roles.0.as_str()),
        Some("tester")
    );
    assert_eq!(programme.separation(&id("tester"), &id("test-lead")), None);
    let audience = programme.audience(&id("partner")).expect("there");
    assert_eq!((audience.marking.as_str(), audience.shows.len()), ("TLP:AMBER", 2));
    assert_eq!(programme.audience(&id("nobody")), None);
    // The digest is that of the bytes: a comment is another version.
    assert_ne!(Programme::parse(format!("{THIRTY_DAY}#").as_bytes()).expect("read").digest, programme.digest);
    assert_eq!(Programme::parse(THIRTY_DAY.as_bytes()).expect("read"), *programme);
}

#[test]
fn every_act_and_every_suite_can_have_its_role() {
    let programme = programme();
    for act in Act::ALL {
        let rule = programme.act(*act);
        assert!(!rule.by.is_empty(), "{act}");
        // Two people who may both are told apart by the window; the example can always find two.
        let people = PARTS.iter().filter(|part| rule.by.contains(&id(part.2)));
        for proposer in people {
            let second = PARTS.iter().find(|part| part.0 != proposer.0 && rule.second.contains(&id(part.2)));
            assert!(rule.second.is_empty() || second.is_some(), "{act} by {}", proposer.2);
        }
    }
    let act = Act::parse("extend").expect("a word");
    assert_eq!((act, Act::parse("nothing")), (Act::Extend, None));
}

#[test]
fn faults_are_told_with_their_place() {
    let (line, column) = place("30\nmost_lead_days");
    assert_eq!(
        faults(&THIRTY_DAY.replacen("days = 30", "days = \"thirty\"", 1)),
        [(Code::RulesType, line, column)]
    );
    assert_eq!(faults(&THIRTY_DAY.replacen("days = 30", "days = 0", 1)), [(Code::RulesValue, line, column)]);
    assert_eq!(
        faults(&THIRTY_DAY.replacen("days = 30", "days = 99999999999999999999", 1))[0],
        (Code::RulesValue, line, column)
    );
    let (line, _) = place("days = 30");
    assert_eq!(
        faults(&THIRTY_DAY.replacen("days = 30", "days = 30\ndais = 30", 1)),
        [(Code::RulesUnknown, line + 1, 1)]
    );
    // Columns count characters, not bytes.
    let text = THIRTY_DAY.replacen("version = \"1.0\"", "version = \"1.0\" # ä\n\"ä\" = 1", 1);
    let (line, _) = place("version = \"1.0\"");
    assert_eq!(faults(&text), [(Code::RulesUnknown, line + 1, 1)]);
    let text = THIRTY_DAY.replacen("stops_clock = true", "stops_clock = true\ntitel = 1", 1);
    let error = Programme::parse(text.as_bytes()).expect_err("unknown");
    assert!(
        error.to_string().contains("`titel` is no key [[pause]]; there are id, stops_clock, title"),
        "{error}"
    );
    // All of them, in the order of the text.
    let text = THIRTY_DAY
        .replacen("days = 30", "days = -1", 1)
        .replacen("release = \"ends-window\"", "release = \"never\"", 1)
        .replacen("widest_ipv4 = 24", "widest_ipv4 = 33", 1)
        .replacen("marking = \"TLP:RED\"", "", 1);
    let found = faults(&text);
    let codes: Vec<Code> = found.iter().map(|fault| fault.0).collect();
    assert_eq!(codes, [Code::RulesValue, Code::RulesValue, Code::RulesValue, Code::RulesMissing]);
    assert!(found.is_sorted_by_key(|fault| fault.1));
}

#[test]
fn each_fault_has_its_code() {
    one("format = 1", "format = 2", Code::RulesValue);
    one("id = \"thirty-day\"", "id = \"Thirty Day\"", Code::RulesValue);
    one("title = \"Tester\"", "title = \"\"", Code::RulesValue);
    one("title = \"Tester\"", "title = 1", Code::RulesType);
    one("[egress]\nhosts = []", "[egress]\nhosts = \"a\"", Code::RulesType);
    one("[egress]\nhosts = []", "[egress]\nhosts = [1]", Code::RulesType);
    one("[egress]\nhosts = []", "[egress]\nhosts = [\"a b\"]", Code::RulesValue);
    one("[egress]\nhosts = []", "[egress]\nhosts = [\"a\", \"a\"]", Code::RulesTwice);
    one("[egress]\nhosts = []", "[egress]", Code::RulesMissing);
    one("[egress]\nhosts = []", "", Code::RulesMissing);
    one("required = true", "required = \"yes\"", Code::RulesType);
    one("threshold = 0.8", "threshold = inf", Code::RulesValue);
    one("threshold = 0.8", "threshold = true", Code::RulesType);
    one("confidence = 0.95", "confidence = 1.0", Code::RulesValue);
    one("confidence = 0.95", "confidence = 0.5", Code::RulesValue);
    one("operator = \"at-least\"", "operator = \"over\"", Code::RulesValue);
    one("id = \"prior-results\"", "id = \"endpoint-reached\"", Code::RulesTwice);
    one("id = \"tester-request\"", "id = \"endpoint-down\"", Code::RulesTwice);
    one("id = \"low\"", "id = \"high\"", Code::RulesTwice);
    one("second = [\"developer-officer\"] }", "second = [\"other\"] }", Code::RulesReference);
    one("roles = [\"auditor\", \"tester\"]", "roles = [\"auditor\", \"other\"]", Code::RulesReference);
    one("\nend = { by", "\nends = { by = [] }\nend = { by", Code::RulesUnknown);
    one("submit = { by = [\"developer-liaison\", \"developer-officer\"] }", "", Code::RulesMissing);
    one("check = { by = [\"programme-officer\"] }", "check = { by = [] }", Code::RulesNobody);
    one("check = { by = [\"programme-officer\"] }", "check = 1", Code::RulesType);
    one(
        "[\"developer-liaison\", \"developer-officer\"] }",
        "[\"developer-liaison\"], second = [\"developer-officer\"] }",
        Code::RulesTwoPeople,
    );
    one(
        "[\"evaluation-lead\"], second = [\"programme-manager\"]",
        "[\"evaluation-lead\"]",
        Code::RulesTwoPeople,
    );
    one(
        "[\"evaluation-lead\"], second = [\"programme-manager\"]",
        "[\"evaluation-lead\"], second = [\"evaluation-lead\"]",
        Code::RulesTwoPeople,
    );
    one(
        "[\"evaluation-lead\"], second = [\"programme-manager\"]",
        "[\"evaluation-lead\"], second = [\"developer-officer\"]",
        Code::RulesTwoPeople,
    );
    one("roles = [\"tester\", \"evaluation-lead\"]", "roles = [\"tester\", \"tester\"]", Code::RulesValue);
    one("roles = [\"tester\", \"evaluation-lead\"]", "roles = [\"tester\"]", Code::RulesValue);
    one("signed_by = [\"developer\", \"tester\"]", "signed_by = []", Code::RulesValue);
    one("signed_by = [\"developer\", \"tester\"]", "signed_by = [\"oversight\"]", Code::RulesValue);
    one("internals = []", "internals = [\"weights\"]", Code::RulesOrder);
    one(
        "shows = [\"developer\", \"partner\", \"public\"]",
        "shows = [\"partner\", \"public\", \"secret\"]",
        Code::RulesOrder,
    );
    one("shows = [\"public\"]", "shows = [\"Public\"]", Code::RulesValue);
    one("[retention]", "[[retention]]", Code::RulesType);
    one("[access]", "[[access]]", Code::RulesType);
    // The level that agreements name is gone: each of them says so.
    let (before, after) = THIRTY_DAY.split_once("[[level]]\nid = \"AL3\"").expect("three");
    let without = format!("{before}{}", after.split_once("\n\n").expect("more").1);
    assert_eq!(faults(&without).len(), 6);
    assert!(faults(&without).iter().all(|fault| fault.0 == Code::RulesReference));
}

#[test]
fn what_is_no_toml_is_told_as_that() {
    let syntax = |text: &str| faults(text).into_iter().map(|fault| fault.0).collect::<Vec<_>>();
    for text in ["days = = 1", "a = 1\na = 2", "[a", "a"] {
        let codes = syntax(text);
        assert!(
            !codes.is_empty() && codes.iter().all(|code| *code == Code::RulesSyntax),
            "{text}: {codes:?}"
        );
    }
    let places = faults("a = 1\nb = [1, 2\nc = \"");
    assert!(places.iter().all(|fault| fault.0 == Code::RulesSyntax), "{places:?}");
    let error = Programme::parse(b"a = \"\xff\"").expect_err("no text");
    assert_eq!(error.code(), Code::RulesSyntax);
    let error = Programme::parse(" ".repeat(MOST_BYTES + 1).as_bytes()).expect_err("too long");
    assert_eq!(error.code(), Code::RulesTooLong);
    // Nothing at all, and deep nesting.
    assert!(faults("").iter().all(|fault| fault.0 == Code::RulesMissing));
    assert!(!faults(&format!("a = {}", "[".repeat(100_000))).is_empty());
    assert!(!faults(&"[a]\n".repeat(50_000)).is_empty());
}
