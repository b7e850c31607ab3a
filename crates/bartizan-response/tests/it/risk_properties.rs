//! What must hold of every score, whatever was found and whatever the reader knows.

use bartizan::{Analysis, Analyzer, Confidence, EntityKind, Input};
use bartizan_knowledge::Pack;
use bartizan_response::correlation::{Correlation, Stated};
use bartizan_response::risk::source::{Credibility, Reliability, Source};
use bartizan_response::risk::{Band, Risk, assess, epss};
use bartizan_response::{Options, genre::Genre, profile};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// What was found and what is known; everything that a factor looks at.
#[derive(Clone, Debug)]
struct Case {
    /// Which techniques of the report are kept.
    techniques: u8,
    /// Confidence of all of them.
    confidence: f32,
    /// Which of its entities are kept.
    entities: u16,
    /// Whether the report says that vulnerabilities are exploited.
    said: bool,
    /// Which vector it gives: none, one of 5.3, one of 9.8.
    vector: usize,
    /// Whether it holds an actor responsible.
    stated: bool,
    /// Sectors and countries of the reader; none where there is no profile.
    profile: Option<usize>,
    /// Estimates for the two vulnerabilities, in percent; none where there is no file.
    epss: Option<(Option<u8>, Option<u8>)>,
    reliability: Option<usize>,
    credibility: Option<usize>,
}

const VECTORS: [&str; 3] =
    ["", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N.", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H."];
const PROFILES: [&str; 3] =
    ["sectors = [\"water\"]", "sectors = [\"energy\"]", "sectors = [\"energy\"]\ncountries = [\"Portugal\"]"];
const CVES: [&str; 2] = ["CVE-2020-99991", "CVE-2020-99992"];

/// One analysis for each text; they are the same but for what the text says of exploitation and severity.
fn whole(said: bool, vector: usize) -> &'static Analysis {
    static ALL: OnceLock<BTreeMap<(bool, usize), Analysis>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let analyzer = Analyzer::new(Pack::built_in());
        let texts = [false, true].into_iter().flat_map(|said| (0..VECTORS.len()).map(move |v| (said, v)));
        let analysed = texts.map(|(said, vector)| {
            let words = if said { "Both are actively exploited." } else { "" };
            let text = format!(
                "APT29 used {} and {} against energy companies in Portugal. {words} {}\n\nThe attackers ran PowerShell (T1059.001), \
                 took credentials from LSASS (T1003.001), moved by RDP (T1021.001), sent data out (T1041), stopped services \
                 (T1489) and encrypted files (T1486). They dropped Emotet.",
                CVES[0], CVES[1], VECTORS[vector]
            );
            let input = Input::new("r.txt", text.as_bytes());
            let analysis = analyzer.analyze(&input, &bartizan::Options::default()).expect("readable");
            ((said, vector), analysis)
        });
        analysed.collect()
    });
    &all[&(said, vector)]
}

fn kept<T>(list: &mut Vec<T>, mask: u32) {
    let mut index = 0;
    list.retain(|_| {
        index += 1;
        mask >> (index - 1) & 1 == 1
    });
}

fn risk(case: &Case) -> Risk {
    let mut analysis = whole(case.said, case.vector).clone();
    kept(&mut analysis.techniques, u32::from(case.techniques));
    kept(&mut analysis.entities, u32::from(case.entities));
    for technique in &mut analysis.techniques {
        technique.confidence = Confidence::new(case.confidence);
    }
    let mut correlation = Correlation::default();
    let actor = analysis.entities.iter().position(|e| e.kind == EntityKind::Actor);
    if let Some(actor) = actor.filter(|_| case.stated) {
        let evidence = analysis.entities[actor].evidence.clone();
        correlation.stated.push(Stated { actor, confidence: 1.0, evidence });
    }
    let options = Options {
        profile: case.profile.map(|p| profile::parse(PROFILES[p]).expect("a profile")),
        epss: case.epss.map(|(one, two)| Arc::new(estimates([one, two]))),
        source: Source {
            reliability: case.reliability.map(|r| Reliability::ALL[r]),
            credibility: case.credibility.map(|c| Credibility::ALL[c]),
        },
    };
    assess(&analysis, Pack::built_in(), Genre::Threat, &correlation, &options)
}

fn estimates(percents: [Option<u8>; 2]) -> epss::Epss {
    let rows: Vec<String> = CVES
        .iter()
        .zip(percents)
        .filter_map(|(cve, percent)| Some(format!("{cve},{},0.5\n", f32::from(percent?) / 100.0)))
        .collect();
    let other = "CVE-2019-1,0.1,0.5\n";
    let text = format!("#score_date:1970-01-01\ncve,epss,percentile\n{other}{}", rows.concat());
    epss::parse(text.as_bytes()).expect("readable")
}

fn case() -> impl Strategy<Value = Case> {
    let percent = || prop::option::of(0u8..=100);
    let found = (any::<u8>(), 0.3f32..1.0, any::<u16>(), any::<bool>(), 0..VECTORS.len(), any::<bool>());
    let known = (
        prop::option::of(0..PROFILES.len()),
        prop::option::of((percent(), percent())),
        prop::option::of(0usize..6),
        prop::option::of(0usize..6),
    );
    (found, known).prop_map(|(found, known)| {
        let (techniques, confidence, entities, said, vector, stated) = found;
        let (profile, epss, reliability, credibility) = known;
        Case {
            techniques,
            confidence,
            entities,
            said,
            vector,
            stated,
            profile,
            epss,
            reliability,
            credibility,
        }
    })
}

/// Room for sums of binary fractions.
const ROOM: f64 = 1e-9;

fn width(risk: &Risk) -> f64 {
    risk.high - risk.low
}

/// The texts hold what the cases are about; else the properties would hold of nothing.
#[test]
fn the_texts_are_what_they_should_be() {
    for said in [false, true] {
        for vector in 0..VECTORS.len() {
            let analysis = whole(said, vector);
            assert_eq!(analysis.techniques.len(), whole(false, 0).techniques.len());
            assert_eq!(analysis.entities.len(), whole(false, 0).entities.len());
            assert!((6..=8).contains(&analysis.techniques.len()), "{}", analysis.techniques.len());
            assert!(analysis.entities.len() <= 16);
            let kinds = |kind| analysis.entities.iter().filter(|e| e.kind == kind).count();
            assert_eq!(kinds(EntityKind::Vulnerability), 2);
            for kind in [EntityKind::Actor, EntityKind::Malware, EntityKind::Sector, EntityKind::Country] {
                assert!(kinds(kind) > 0, "{kind:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_score_lies_in_its_range_and_band(case in case()) {
        let risk = risk(&case);
        prop_assert!(0.0 <= risk.low && risk.low <= risk.score + ROOM);
        prop_assert!(risk.score <= risk.high + ROOM && risk.high <= 100.0 + ROOM);
        prop_assert_eq!(risk.band, Band::of(risk.score));
        for factor in &risk.factors {
            let (low, high) = factor.value;
            prop_assert!(0.0 <= low && low <= high && high <= 1.0 && factor.weight > 0.0, "{:?}", factor);
        }
        for turn in &risk.turning {
            prop_assert!(turn.factor < risk.factors.len());
            let moved = if turn.up { turn.band > risk.band } else { turn.band < risk.band };
            prop_assert!(moved, "{:?}", turn);
        }
        let keys: std::collections::BTreeSet<&str> = risk.factors.iter().map(|f| f.key).collect();
        prop_assert_eq!(keys.len(), risk.factors.len(), "a factor stands there once");
    }

    #[test]
    fn what_is_missing_never_narrows_the_range(case in case()) {
        let all = risk(&case);
        let without = [
            Case { profile: None, ..case.clone() },
            Case { epss: None, ..case.clone() },
            Case { epss: case.epss.map(|(one, _)| (one, None)), ..case.clone() },
            Case { reliability: None, ..case.clone() },
            Case { credibility: None, ..case.clone() },
            Case { vector: 0, ..case.clone() },
            Case { said: false, ..case.clone() },
            Case { stated: false, ..case.clone() },
            Case { techniques: 0, ..case.clone() },
        ];
        for less in without {
            prop_assert!(width(&risk(&less)) >= width(&all) - ROOM, "{:?}", less);
        }
    }

    #[test]
    fn more_evidence_never_lowers_the_score(case in case(), technique in 0u8..6, percent in 0u8..=100) {
        // A vulnerability brings its factors with it, so both must have one to be compared.
        let case = Case { entities: u16::MAX, techniques: case.techniques | 1, ..case };
        let score = |case: Case| risk(&case).score;
        let before = score(case.clone());
        let mut more = vec![
            Case { said: true, ..case.clone() },
            Case { techniques: case.techniques | 1 << technique, ..case.clone() },
            Case { stated: true, ..case.clone() },
        ];
        if case.vector > 0 {
            more.push(Case { vector: 2, ..case.clone() });
        }
        if let Some(profile) = case.profile {
            more.extend((profile..PROFILES.len()).map(|p| Case { profile: Some(p), ..case.clone() }));
        }
        if let Some((Some(one), Some(two))) = case.epss {
            more.push(Case { epss: Some((Some(one.max(percent)), Some(two))), ..case.clone() });
        }
        // Grades that can be judged; the sixth is no grade.
        if let Some(grade) = case.reliability.filter(|g| *g < 5) {
            more.extend((0..grade).map(|g| Case { reliability: Some(g), ..case.clone() }));
        }
        if let Some(grade) = case.credibility.filter(|g| *g < 5) {
            more.extend((0..grade).map(|g| Case { credibility: Some(g), ..case.clone() }));
        }
        for more in more {
            let after = score(more.clone());
            prop_assert!(after >= before - ROOM, "{before} {after} {:?}", more);
        }
    }
}
