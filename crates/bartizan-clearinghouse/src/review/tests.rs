use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const TEXT: &str = "It dumped LSASS mémory. It called 192.0.2.7 🐍 twice.\nNothing here.";

fn evidence(text: &str, start: u32, end: u32, sentence: (u32, u32)) -> Value {
    let quote: String = text.chars().skip(start as usize).take((end - start) as usize).collect();
    json!({ "start": start, "end": end, "quote": quote, "page": 1, "sentence": { "start": sentence.0, "end": sentence.1 } })
}

fn analysis() -> Value {
    let (one, two) = ((0, 23), (24, 52));
    json!({
        "schema_version": "1.0",
        "assessment": { "risk": 7 },
        "summary": { "facts": [
            { "label": "By whom", "value": "APT0", "claims": ["e1"] },
            { "label": "What", "value": "both", "claims": ["t1", "o1"] },
        ] },
        "document": {
            "sha256": "", "text": TEXT,
            "blocks": [{ "start": 0, "end": 52, "page": 3 }, { "start": 53, "end": 66, "page": 4 }],
            "sentences": [
                { "start": 0, "end": 23, "block": 0 }, { "start": 24, "end": 52, "block": 0 },
                { "start": 53, "end": 66, "block": 1 },
            ],
        },
        "techniques": [
            { "id": "T1003", "claim": "t1", "name": "OS Credential Dumping", "confidence": 0.9, "evidence": [evidence(TEXT, 3, 15, one)] },
            { "id": "T1071", "claim": "t2", "name": "Application Layer Protocol", "confidence": 0.5,
              "evidence": [evidence(TEXT, 27, 33, two), evidence(TEXT, 0, 2, one)] },
        ],
        "observables": [
            { "id": "o1", "type": "ipv4", "value": "192.0.2.7", "verdict": "observable", "indicator": false, "evidence": [evidence(TEXT, 34, 43, two)] },
        ],
        "withheld": [{ "type": "filename", "value": "LSASS", "reason": "x", "start": 10, "end": 15 }],
        "entities": [{ "id": "e1", "type": "actor", "name": "APT0", "evidence": [evidence(TEXT, 0, 2, one)] }],
        "relations": [{ "id": "r1", "type": "uses", "source": "e1", "target": "t2", "evidence": [evidence(TEXT, 0, 9, one)] }],
        "events": [{ "id": "d1", "type": "occurred", "summary": "call", "involves": ["e1", "t1"], "evidence": [evidence(TEXT, 24, 33, two)] }],
        "mitigations": [],
    })
}

fn names() -> Listed {
    let technique = |id: &str| {
        let (name, domain) = (format!("Name of {id}"), "enterprise-attack".to_owned());
        (id.to_owned(), Technique { id: id.to_owned(), name, domain, tactics: vec!["impact".into()] })
    };
    let techniques = BTreeMap::from(["T1003", "T1003.001", "T1071"].map(technique));
    Listed { techniques, kinds: vec!["ipv4".into(), "filename".into()] }
}

fn source() -> Source {
    Source::read(analysis()).expect("an analysis")
}

fn key(text: &str) -> ClaimKey {
    text.parse().expect("a key")
}

fn log(actions: impl IntoIterator<Item = (&'static str, Action)>) -> Vec<Decision> {
    let one = |(index, (by, action)): (usize, (&str, Action))| {
        let order = index as u64 + 1;
        Decision { order, by: by.parse().expect("an id"), at: 1_000 * order as i64, action }
    };
    actions.into_iter().enumerate().map(one).collect()
}

fn accept(claim: &str) -> Action {
    Action::Accept { claim: key(claim) }
}

fn reject(claim: &str) -> Action {
    Action::Reject { claim: key(claim), reason: "<b>no</b>".into() }
}

fn edit(claim: &str, start: u32, end: u32) -> Action {
    let to = Place { start, end };
    Action::Edit { claim: key(claim), to, quote: source().quote(to).unwrap_or_default().into() }
}

fn add(technique: &str, start: u32, end: u32) -> Action {
    let at = Place { start, end };
    let quote = source().quote(at).unwrap_or_default().to_owned();
    Action::AddTechnique { technique: technique.into(), at, quote }
}

fn value(kind: &str, value: &str, verdict: Verdict, start: u32, end: u32) -> Action {
    let at = Place { start, end };
    let quote = source().quote(at).unwrap_or_default().to_owned();
    Action::AddObservable { kind: kind.into(), value: value.into(), verdict, at, quote }
}

const DUMPING: &str = "technique/3-15/T1003";
const CALL: &str = "technique/27-33/T1071";
const IT: &str = "technique/0-2/T1071";
const ADDRESS: &str = "observable/34-43/ipv4:192.0.2.7";
const ACTOR: &str = "entity/0-2/actor:APT0";
const USES: &str = "relation/0-9/uses:actor:APT0>T1071";

#[test]
fn claims_are_named_by_what_they_say_and_where() {
    let source = source();
    let keys: Vec<String> = source.claims().map(ClaimKey::to_string).collect();
    assert_eq!(keys, [IT, DUMPING, CALL, ADDRESS, ACTOR, USES, "event/24-33/occurred:call"]);
    for text in [
        "",
        "technique",
        "technique/3-15",
        "technique/03-15/T1003",
        "tool/1-2/x",
        "technique/1-2/",
        "technique/1-2/a\nb",
    ] {
        let refused = text.parse::<ClaimKey>().expect_err(text);
        assert_eq!(refused.code, Code::MalformedKey);
    }
    let long = ClaimKey::observable("yara_rule", &"x".repeat(5000), Place { start: 0, end: 1 });
    assert!(long.to_string().len() < 100 && long.to_string().parse() == Ok(long));
}

#[test]
fn the_last_word_counts_and_who_and_when_are_kept() {
    let decisions =
        log([("a", accept(DUMPING)), ("b", reject(DUMPING)), ("a", reject(ADDRESS)), ("a", accept(ADDRESS))]);
    let review = Review::fold(&source(), &decisions, &names());
    let standing = &review.claims[&key(DUMPING)];
    assert_eq!(standing.status, Status::Rejected { reason: "<b>no</b>".into() });
    let decided = standing.decided.as_ref().expect("decided");
    assert_eq!((decided.by.as_str(), decided.at, decided.order), ("b", 2_000, 2));
    // One who changes their mind is no conflict.
    assert_eq!(review.conflicts.len(), 1);
    let conflict = &review.conflicts[0];
    assert_eq!((conflict.claim.to_string().as_str(), conflict.words.len()), (DUMPING, 2));
    assert_eq!(review.progress, Progress { reviewed: 2, total: 7, added: 0 });
}

#[test]
fn two_who_agree_in_other_words_are_no_conflict() {
    let added = "observable/10-15/filename:LSASS";
    let both = log([("a", value("filename", "LSASS", Verdict::Indicator, 10, 15)), ("b", accept(added))]);
    let review = Review::fold(&source(), &both, &names());
    assert!(review.conflicts.is_empty() && review.left_out.is_empty(), "{review:?}");
    assert_eq!(review.claims[&key(added)].origin, Origin::Analyst);
    let other = log([("a", edit(DUMPING, 3, 22)), ("b", accept(DUMPING))]);
    assert_eq!(Review::fold(&source(), &other, &names()).conflicts.len(), 1);
}

#[test]
fn undo_and_redo() {
    let mut actions = vec![("a", reject(DUMPING)), ("b", Action::Undo { order: 1 })];
    let state = |actions: &[(&'static str, Action)]| {
        Review::fold(&source(), &log(actions.to_vec()), &names()).claims[&key(DUMPING)].status.clone()
    };
    assert_eq!(state(&actions), Status::Open);
    actions.push(("a", Action::Undo { order: 2 }));
    assert!(matches!(state(&actions), Status::Rejected { .. }));
}

#[test]
fn the_corrected_analysis_has_what_the_reviewers_left() {
    let decisions = log([
        ("a", reject(CALL)),
        ("a", accept(IT)),
        ("a", edit(DUMPING, 3, 22)),
        ("a", add("T1003.001", 10, 22)),
        ("a", value("filename", "LSASS", Verdict::Indicator, 10, 15)),
        ("a", value("ipv4", "192.0.2.7", Verdict::Indicator, 34, 43)),
    ]);
    let source = source();
    let review = Review::fold(&source, &decisions, &names());
    assert!(review.left_out.is_empty(), "{:?}", review.left_out);
    let out = reviewed(&source, &review, &names());
    let ids = |list: &str| {
        out[list].as_array().expect("a list").iter().map(|t| t["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("techniques"), ["T1003.001", "T1003", "T1071"]);
    assert_eq!(out["techniques"][0]["origin"], "analyst");
    assert_eq!(out["techniques"][0]["evidence"][0]["quote"], "LSASS mémory");
    assert_eq!(out["techniques"][0]["evidence"][0]["page"], 3);
    assert_eq!(out["techniques"][1]["evidence"][0]["quote"], "dumped LSASS mémory");
    assert_eq!(out["techniques"][1]["claim"], "t2");
    assert_eq!(out["techniques"][2]["evidence"].as_array().map(Vec::len), Some(1));
    assert_eq!(out["techniques"][2]["review"], "complete");
    assert_eq!(ids("observables"), ["o1", "o2"]);
    assert_eq!(
        (&out["observables"][0]["value"], &out["observables"][1]["verdict"]),
        (&json!("LSASS"), &json!("indicator"))
    );
    assert_eq!(out["withheld"], json!([]));
    // Numbers follow.
    assert_eq!(
        (&out["relations"][0]["source"], &out["relations"][0]["target"]),
        (&json!("e1"), &json!("t3"))
    );
    assert_eq!(out["events"][0]["involves"], json!(["e1", "t2"]));
    assert_eq!(out["summary"]["facts"][1]["claims"], json!(["t2", "o2"]));
    assert!(out.get("assessment").is_none());
}

#[test]
fn what_speaks_of_a_rejected_claim_goes_with_it() {
    let source = source();
    let review = Review::fold(&source, &log([("a", reject(ACTOR))]), &names());
    let out = reviewed(&source, &review, &names());
    assert_eq!((&out["entities"], &out["relations"]), (&json!([]), &json!([])));
    assert_eq!(out["events"][0]["involves"], json!(["t1"]));
    assert_eq!(out["summary"]["facts"].as_array().map(Vec::len), Some(1));
}

#[test]
fn labels_say_what_people_said() {
    let source = source();
    let mut actions = vec![("a", reject(CALL)), ("a", accept(DUMPING)), ("a", add("T1003.001", 10, 30))];
    let line = |actions: &[(&'static str, Action)]| {
        labels(&source, &Review::fold(&source, &log(actions.to_vec()), &names()), "r1")
    };
    let out = line(&actions);
    let sentence = |out: &Value, i: usize| {
        (out["sentences"][i]["techniques"].clone(), out["sentences"][i]["reviewed"].clone())
    };
    // T1071 is still open on the first sentence.
    assert_eq!(sentence(&out, 0), (json!(["T1003"]), json!(false)));
    assert_eq!(sentence(&out, 1), (json!([]), json!(true)));
    assert_eq!(sentence(&out, 2), (json!([]), json!(false)));
    assert_eq!(
        (&out["techniques"], &out["sentences"][2]["text"]),
        (&json!(["T1003.001"]), &json!("Nothing here."))
    );
    actions.extend([("a", reject(IT)), ("a", Action::Complete)]);
    let out = line(&actions);
    assert_eq!(sentence(&out, 0), (json!(["T1003"]), json!(true)));
    assert_eq!(sentence(&out, 2), (json!([]), json!(true)));
    let review = Review::fold(&source, &log([("a", accept(ADDRESS))]), &names());
    assert_eq!(
        value_labels(&source, &review, "r1")["iocs"],
        json!([{ "type": "ipv4", "value": "192.0.2.7" }])
    );
}

/// Every code of a decision, with the decision that has it.
#[test]
fn every_code_has_a_case() {
    let at = |start, end| Place { start, end };
    let edit_to = |start, end, quote: &str| Action::Edit {
        claim: key(DUMPING),
        to: at(start, end),
        quote: quote.into(),
    };
    let because = |reason: String| Action::Reject { claim: key(DUMPING), reason };
    let mut cases = vec![
        (Code::UnknownClaim, accept("technique/3-15/T9999")),
        (Code::OutsideText, edit_to(60, 67, "x")),
        (Code::OutsideText, edit_to(u32::MAX - 1, u32::MAX, "x")),
        (Code::OutsideText, edit_to(9, 3, "x")),
        (Code::OutsideText, edit_to(3, 3, "")),
        (Code::EmptyPlace, edit_to(23, 24, " ")),
        (Code::OtherWords, edit_to(3, 9, "dumps")),
        // As counted in UTF-16: behind the snake everything is one further.
        (Code::OtherWords, edit_to(47, 52, "twice")),
        (Code::UnknownTechnique, add("T9999", 3, 9)),
        (Code::UnknownTechnique, add("<script>alert(1)</script>", 3, 9)),
        (Code::NoSuchValue, value("ipv4\u{0}", "192.0.2.7", Verdict::Indicator, 34, 43)),
        (Code::NoSuchValue, value("ipv4", " ", Verdict::Indicator, 34, 43)),
        (Code::ReasonTooLong, because("x".repeat(2_001))),
        (Code::UnprintableReason, because("right \u{202e}left".into())),
        (Code::UnprintableReason, because("bell \u{7}".into())),
        (Code::UnknownDecision, Action::Undo { order: 1 }),
        (Code::UnknownDecision, Action::Undo { order: u64::MAX }),
    ];
    let mut seen: Vec<Code> = Vec::new();
    for (code, action) in cases.drain(..) {
        let review = Review::fold(&source(), &log([("a", action.clone())]), &names());
        assert_eq!(review.left_out.iter().map(|l| l.refusal.code).collect::<Vec<_>>(), [code], "{action:?}");
        assert_eq!(review.progress.reviewed, 0);
        if code != Code::UnknownDecision {
            let refused = check(&source(), &Review::default(), &names(), &action).expect_err("refused");
            assert_eq!(refused.code, code);
        }
        seen.push(code);
    }
    let twice: Vec<Decision> = [accept(DUMPING), reject(DUMPING)]
        .map(|action| Decision { order: 1, by: "a".parse().expect("an id"), at: 0, action })
        .into();
    assert_eq!(Review::fold(&source(), &twice, &names()).left_out[0].refusal.code, Code::DuplicateOrder);
    let mut long = analysis();
    let text = "e\u{301} ".to_owned() + &"x".repeat(11_000);
    long["document"]["text"] = text.as_str().into();
    for list in ["techniques", "observables", "entities", "relations", "events"] {
        long[list] = json!([]);
    }
    let long = Source::read(long).expect("an analysis");
    for (code, end) in [(Code::InsideCharacter, 1), (Code::PlaceTooLong, 10_002)] {
        let quote: String = text.chars().take(end as usize).collect();
        let action = Action::AddTechnique { technique: "T1003".into(), at: at(0, end), quote };
        assert_eq!(check(&long, &Review::default(), &names(), &action).expect_err("refused").code, code);
        seen.push(code);
    }
    for path in [
        "/document/text",
        "/techniques",
        "/techniques/0/evidence",
        "/techniques/0/id",
        "/document/sentences/0/end",
        "/withheld",
    ] {
        let mut broken = analysis();
        *broken.pointer_mut(path).expect(path) = Value::Null;
        assert_eq!(Source::read(broken).expect_err(path).code, Code::MalformedAnalysis);
    }
    assert_eq!(Source::read(json!([1])).expect_err("no object").code, Code::MalformedAnalysis);
    for id in ["", "a b", "<i>", "ü", &"x".repeat(129)] {
        assert_eq!(id.parse::<Reviewer>().expect_err("no id").code, Code::MalformedReviewer);
    }
    seen.extend([Code::DuplicateOrder, Code::MalformedAnalysis, Code::MalformedReviewer, Code::MalformedKey]);
    assert!(Code::ALL.iter().all(|code| seen.contains(code)), "a code without a case");
}

#[test]
fn a_decision_has_a_wire_form() {
    let text =
        r#"{"order":3,"by":"p7","at":5,"action":"reject","claim":"technique/3-15/T1003","reason":"no"}"#;
    let decision: Decision = serde_json::from_str(text).expect("a decision");
    assert_eq!(
        serde_json::to_value(&decision).expect("JSON"),
        serde_json::from_str::<Value>(text).expect("JSON")
    );
    for bad in [text.replace("p7", "p 7"), text.replace("3-15", "15"), text.replace("reject", "erase")] {
        assert!(serde_json::from_str::<Decision>(&bad).is_err(), "{bad}");
    }
}

fn actions() -> impl Strategy<Value = Action> {
    let keys = prop::sample::select(vec![
        DUMPING,
        CALL,
        IT,
        ADDRESS,
        ACTOR,
        USES,
        "technique/10-22/T1003.001",
        "event/1-2/x:y",
    ]);
    let place = (0u32..70, 0u32..70);
    prop_oneof![
        keys.clone().prop_map(accept),
        (keys.clone(), ".{0,8}").prop_map(|(claim, reason)| Action::Reject { claim: key(claim), reason }),
        (keys, place.clone()).prop_map(|(claim, (start, end))| edit(claim, start, end)),
        (prop::sample::select(vec!["T1003", "T1003.001", "T1", ""]), place.clone())
            .prop_map(|(id, (s, e))| add(id, s, e)),
        Just(add("T1003.001", 10, 22)),
        place.prop_map(|(s, e)| value("ipv4", "192.0.2.7", Verdict::Reference, s, e)),
        Just(Action::Complete),
        (0u64..30).prop_map(|order| Action::Undo { order }),
    ]
}

fn decisions() -> impl Strategy<Value = Vec<Decision>> {
    let one = (actions(), prop::sample::select(vec!["a", "b", "c"]), 0u64..40, any::<i64>());
    prop::collection::vec(one, 0..25).prop_map(|all| {
        let one = |(action, by, order, at): (Action, &str, u64, i64)| Decision {
            order,
            by: by.parse().expect("an id"),
            at,
            action,
        };
        all.into_iter().map(one).collect()
    })
}

proptest! {
    #[test]
    fn a_log_is_the_same_after_its_wire_form(log in decisions()) {
        let text = serde_json::to_string(&log).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Vec<Decision>>(&text).expect(&text), log);
    }

    #[test]
    fn any_log_has_a_state(log in decisions()) {
        let source = source();
        let review = Review::fold(&source, &log, &names());
        let out = reviewed(&source, &review, &names());
        // The corrected analysis can be reviewed again, and its places have its words.
        let again = Source::read(out.clone()).expect("an analysis");
        for list in Kind::ALL.map(Kind::list) {
            for item in out[list].as_array().expect("a list") {
                let places = item["evidence"].as_array().expect("a list");
                prop_assert!(!places.is_empty());
                for e in places {
                    let place = super::source::place_of(e).expect("a place");
                    prop_assert_eq!(again.quote(place), e["quote"].as_str());
                }
            }
        }
        labels(&source, &review, "x");
        value_labels(&source, &review, "x");
        prop_assert!(review.progress.reviewed <= review.progress.total);
    }

    #[test]
    fn the_order_of_the_slice_does_not_matter(log in decisions().prop_flat_map(|l| (Just(l.clone()), Just(l).prop_shuffle()))) {
        let (log, shuffled) = log;
        prop_assert_eq!(Review::fold(&source(), &log, &names()), Review::fold(&source(), &shuffled, &names()));
    }

    #[test]
    fn undoing_everything_leaves_it_untouched(mut log in decisions()) {
        log.sort_by_key(|d| d.order);
        log.dedup_by_key(|d| d.order);
        let undo = |(index, d): (usize, &Decision)| Decision {
            order: 100 + index as u64,
            by: "z".parse().expect("an id"),
            at: 0,
            action: Action::Undo { order: d.order },
        };
        let undone: Vec<Decision> = log.iter().rev().enumerate().map(undo).collect();
        log.extend(undone);
        let (source, names) = (source(), names());
        let review = Review::fold(&source, &log, &names);
        let untouched = Review::fold(&source, &[], &names);
        prop_assert_eq!(&review, &untouched);
        prop_assert_eq!(reviewed(&source, &review, &names), reviewed(&source, &untouched, &names));
    }

    /// Decisions about different claims may come in any order of numbers.
    #[test]
    fn independent_decisions_commute(order in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle()) {
        let all = [reject(CALL), accept(DUMPING), edit(IT, 24, 26), accept(ADDRESS), add("T1003.001", 10, 22), reject(ACTOR)];
        let state = |order: &[usize]| {
            let log = log(order.iter().map(|&i| ("a", all[i].clone())));
            let review = Review::fold(&source(), &log, &names());
            let statuses: Vec<_> = review.claims.iter().map(|(k, s)| (k.clone(), s.status.clone())).collect();
            (statuses, review.progress, reviewed(&source(), &review, &names()))
        };
        prop_assert_eq!(state(&order), state(&[0, 1, 2, 3, 4, 5]));
    }
}

#[test]
fn what_is_stated_of_a_fix_follows_its_vulnerability_and_goes_with_it() {
    let mut analysis = analysis();
    let place = analysis["entities"][0]["evidence"].clone();
    analysis["entities"] = json!([
        analysis["entities"][0].clone(),
        { "id": "e2", "type": "vulnerability", "name": "CVE-2026-0001", "evidence": [analysis["techniques"][0]["evidence"][0].clone()] },
    ]);
    let fix = |of: &str| json!({ "vulnerability": of, "state": "none", "evidence": place });
    analysis["fixes"] = json!([fix("e1"), fix("e2")]);
    let source = Source::read(analysis).expect("an analysis");
    // The first entity goes; the statement about the second is still about the second.
    let review = Review::fold(&source, &log([("a", reject(ACTOR))]), &names());
    let out = reviewed(&source, &review, &names());
    assert_eq!(out["entities"][0]["name"], "CVE-2026-0001");
    assert_eq!(out["fixes"].as_array().map(Vec::len), Some(1));
    assert_eq!((&out["entities"][0]["id"], &out["fixes"][0]["vulnerability"]), (&json!("e1"), &json!("e1")));
}
