//! The Admiralty code: grades, and what they make of the risk.

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use bartizan_response::risk::source::{Credibility, Reliability, Source};
use bartizan_response::risk::{Factor, Risk};
use bartizan_response::{assess, profile};

fn risk(source: Source, profile: Option<&str>) -> Risk {
    let pack = Pack::built_in();
    let analysis = Analyzer::new(pack)
        .analyze(&Input::new("r.txt", b"It encrypted files (T1486).".as_slice()), &Options::default())
        .expect("readable");
    let profile = profile.map(|text| profile::parse(text).expect("a profile"));
    let options = bartizan_response::Options { source, profile, ..bartizan_response::Options::default() };
    assess(&analysis, pack, None, &options).risk
}

fn of<'r>(risk: &'r Risk, key: &str) -> &'r Factor {
    risk.factors.iter().find(|f| f.key == key).expect("the factor")
}

#[test]
fn grades_fall_from_best_to_worst() {
    let values = Reliability::ALL.map(Reliability::value);
    assert_eq!(values, Credibility::ALL.map(Credibility::value), "both scales have the same steps");
    assert!(values[..5].iter().all(|v| v.0 == v.1));
    assert!(values[..5].is_sorted_by(|a, b| a.0 > b.0));
    // What cannot be judged may be anything.
    assert_eq!(values[5], (values[4].0, values[0].0));
    let letters = Reliability::ALL.map(|r| r.words().0).concat();
    assert_eq!(letters + &Credibility::ALL.map(|c| c.words().0).concat(), "ABCDEF123456");
}

#[test]
fn not_judged_is_as_if_it_could_not_be() {
    let judged = |reliability, credibility| {
        risk(Source { reliability: Some(reliability), credibility: Some(credibility) }, None)
    };
    let (missing, unknown) = (risk(Source::default(), None), judged(Reliability::F, Credibility::Unknown));
    assert_eq!((missing.low, missing.high), (unknown.low, unknown.high));
    let best = judged(Reliability::A, Credibility::Confirmed);
    let worst = judged(Reliability::E, Credibility::Improbable);
    assert!(best.high - best.low < missing.high - missing.low);
    assert!(worst.score < missing.score && missing.score < best.score);
    assert!(of(&best, "reliability").reason.starts_with("A, completely reliable"));
    assert!(of(&missing, "credibility").reason.contains("--credibility"));
}

#[test]
fn a_grade_of_the_report_goes_before_that_of_the_profile() {
    let profile = "reliability = \"D\"\ncredibility = 3";
    let usual = risk(Source::default(), Some(profile));
    assert_eq!(of(&usual, "reliability").value, Reliability::D.value());
    assert_eq!(of(&usual, "credibility").value, Credibility::Possible.value());
    let source = Source { reliability: Some(Reliability::B), credibility: None };
    let own = risk(source, Some(profile));
    assert_eq!(of(&own, "reliability").value, Reliability::B.value());
    assert_eq!(of(&own, "credibility").value, Credibility::Possible.value());
}

#[test]
fn a_profile_with_no_such_grade_is_refused() {
    for text in [
        "reliability = \"G\"",
        "reliability = \"b\"",
        "credibility = 0",
        "credibility = 7",
        "credibility = 300",
    ] {
        let error = profile::parse(text).expect_err("no such grade");
        assert!(error.contains("line 1"), "{error}");
    }
}
