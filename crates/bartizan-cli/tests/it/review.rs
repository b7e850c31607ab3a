//! A review from the front door: analyse, decide, and give what follows back to the program.

use bartizan::exchange::read;
use bartizan::{Input, Limits};
use bartizan_clearinghouse::review::{
    Action, ClaimKey, Decision, Kind, Place, Review, Source, Verdict, labels, reviewed, value_labels,
};
use bartizan_knowledge::Pack;
use bartizan_server::review::{PackNames, corrected};
use serde_json::{Value, json};

use crate::{bartizan, folder, json, sample, with_input};

fn analysis(name: &str) -> Value {
    let dir = folder(&format!("review-{name}"));
    let output = bartizan(&dir).arg("analyze").arg(sample(name)).args(["--stdout"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    json(&output)
}

/// Decides about everything: every third claim is wrong, every seventh stands elsewhere, some are added.
fn decided(source: &Source) -> Review {
    let mut log = Vec::new();
    let mut say = |action| {
        let order = log.len() as u64 + 1;
        log.push(Decision { order, by: "p1".parse().expect("an id"), at: order as i64, action });
    };
    let claims: Vec<ClaimKey> = source.claims().cloned().collect();
    for (index, claim) in claims.into_iter().enumerate() {
        let place = claim.place();
        let to = Place { start: place.start, end: place.end + 1 };
        match index {
            i if i % 3 == 0 => say(Action::Reject { claim, reason: "wrong".into() }),
            i if i % 7 == 0 && source.quote(to).is_some() => {
                say(Action::Edit { claim, to, quote: source.quote(to).expect("words").into() });
            }
            _ => say(Action::Accept { claim }),
        }
    }
    let at = Place { start: 3, end: 40 };
    let quote = source.quote(at).expect("words").to_owned();
    say(Action::AddTechnique { technique: "T1486".into(), at, quote: quote.clone() });
    say(Action::AddObservable {
        kind: "domain".into(),
        value: "added.example.com".into(),
        verdict: Verdict::Indicator,
        at,
        quote: quote.clone(),
    });
    say(Action::AddTechnique { technique: "T1086".into(), at, quote: quote.clone() });
    say(Action::AddObservable {
        kind: "ipv4".into(),
        value: "1.2.3".into(),
        verdict: Verdict::Indicator,
        at,
        quote,
    });
    say(Action::Complete);
    let review = Review::fold(source, &log, &PackNames(Pack::built_in()));
    let codes: Vec<&str> = review.left_out.iter().map(|l| l.refusal.code.as_str()).collect();
    // Revoked ids are not live; what is no address is no value. An edit may meet a combining character.
    assert!(codes.ends_with(&["review.unknown-technique", "review.no-such-value"]), "{codes:?}");
    review
}

#[test]
fn the_corrected_analysis_is_one_that_others_read() {
    let published = include_str!("../../../../docs/schema/analysis-1.json");
    let schema = serde_json::from_str(published).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    for name in ["gateway-advisory.pdf", "package-stealer.md", "ransomware-intrusion.html"] {
        let source = Source::read(analysis(name)).expect("an analysis");
        let names = PackNames(Pack::built_in());
        let review = decided(&source);
        assert!(review.progress.reviewed > 20, "{:?}", review.progress);
        let raw = reviewed(&source, &review, &names);
        let fresh = corrected(&source, &review, &names).expect("an analysis");
        for value in [&raw, &fresh] {
            let errors: Vec<String> = validator.iter_errors(value).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
            let input = Input::new("analysis.json", value.to_string());
            let read = read::analysis(&input, &Limits::default()).expect(name);
            assert!(read.techniques.iter().any(|t| t.id == "T1486"));
            assert!(read.observables.iter().any(|o| o.value == "added.example.com"));
        }
        let figure = |key: &str| {
            let figures = fresh["summary"]["figures"].as_array().expect("figures");
            figures.iter().find(|f| f["key"] == key).expect("a figure")["value"].clone()
        };
        assert_eq!(figure("techniques"), json!(fresh["techniques"].as_array().expect("a list").len()));
        // Rejected everywhere is gone.
        for (claim, standing) in &review.claims {
            let gone = review.place(claim).is_none() && claim.kind() == Kind::Technique;
            let others = review.claims.keys().any(|k| k.name() == claim.name() && review.place(k).is_some());
            if gone && !others {
                let left = raw["techniques"].as_array().expect("a list");
                assert!(left.iter().all(|t| t["id"] != claim.name()), "{claim} {standing:?}");
            }
        }
        // `detect` goes on from it.
        let dir = folder(&format!("review-detect-{name}"));
        std::fs::write(dir.join("analysis.json"), fresh.to_string()).unwrap();
        let detect = bartizan(&dir).args(["detect", "analysis.json", "-o", "out", "-q"]).output().unwrap();
        assert!(detect.status.success(), "{detect:?}");
    }
}

#[test]
fn nothing_decided_changes_nothing_that_is_claimed() {
    let before = analysis("package-stealer.md");
    let source = Source::read(before.clone()).expect("an analysis");
    let names = PackNames(Pack::built_in());
    let mut after = reviewed(&source, &Review::fold(&source, &[], &names), &names);
    after["assessment"] = before["assessment"].clone();
    assert_eq!(before, after);
}

#[test]
fn evaluate_and_train_take_the_labels() {
    let dir = folder("review-labels");
    let names = ["gateway-advisory.pdf", "package-stealer.md", "ransomware-intrusion.html"];
    let sources = names.map(|name| Source::read(analysis(name)).expect("an analysis"));
    let (mut lines, mut values) = (String::new(), String::new());
    for (name, source) in names.iter().zip(&sources) {
        let review = decided(source);
        lines += &format!("{}\n", labels(source, &review, name));
        values += &format!("{}\n", value_labels(source, &review, name));
    }
    let run = |arguments: &[&str], input: &str| {
        let output = with_input(bartizan(&dir).args(arguments), input.as_bytes());
        assert!(output.status.success(), "{arguments:?} {output:?}");
        json(&output)
    };
    let figures = run(&["evaluate", "--labels", "-", "--json", "--bootstrap", "0"], &lines);
    let table = &figures["results"][0];
    assert!(table["gold"].as_u64().unwrap() >= 3, "{table:#}");
    for list in ["unknown", "deprecated", "followed"] {
        let ids = &figures["labels"][list];
        assert!(ids.as_object().map_or(0, |o| o.len()) + ids.as_array().map_or(0, Vec::len) == 0, "{ids}");
    }
    let figures =
        run(&["evaluate", "--kind", "observables", "--labels", "-", "--json", "--bootstrap", "0"], &values);
    assert!(figures.to_string().contains("domain"), "{figures}");
    std::fs::write(dir.join("labels.jsonl"), lines).unwrap();
    let train = ["train", "--labels", "labels.jsonl", "-o", "m.bin", "--no-check", "-q"];
    let output = bartizan(&dir).args(train).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// A small generator of numbers (Vigna's SplitMix64), so that a failure can be had again.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) as usize
}

#[test]
fn whatever_is_decided_the_corrected_analysis_is_read() {
    let names = PackNames(Pack::built_in());
    let source = Source::read(analysis("package-stealer.md")).expect("an analysis");
    let claims: Vec<ClaimKey> = source.claims().cloned().collect();
    let length = source.text().chars().count();
    for seed in 0..60 {
        let mut state = seed;
        let mut log = Vec::new();
        for order in 1..40 {
            let claim = claims[next(&mut state) % claims.len()].clone();
            let start = (next(&mut state) % length) as u32;
            let at = Place { start, end: start + 1 + (next(&mut state) % 200) as u32 };
            let quote = source.quote(at).unwrap_or_default().to_owned();
            let action = match next(&mut state) % 7 {
                0 => Action::Accept { claim },
                1 | 2 => Action::Reject { claim, reason: String::new() },
                3 => Action::Edit { claim, to: at, quote },
                4 => Action::AddTechnique { technique: "T1059.001".into(), at, quote },
                5 => Action::AddObservable {
                    kind: "ipv4".into(),
                    value: format!("192.0.2.{}", next(&mut state) % 3),
                    verdict: Verdict::Reference,
                    at,
                    quote,
                },
                _ => Action::Undo { order: 1 + next(&mut state) as u64 % order },
            };
            let by = ["a", "b"][next(&mut state) % 2].parse().expect("an id");
            log.push(Decision { order, by, at: 0, action });
        }
        let review = Review::fold(&source, &log, &names);
        let value = corrected(&source, &review, &names).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        Source::read(value).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    }
}
