//! Tables, decisions, dates.

use super::*;
use proptest::prelude::*;

const NOW: i64 = 1_780_000_000_000_000;
const DAY: i64 = 86_400_000_000;

fn said(point: &str, keys: &[&str], source: &str) -> Said {
    let evidence = Evidence { source: source.into(), date: NOW, words: "says so".into() };
    Said { point: point.into(), keys: keys.iter().map(|&key| key.to_owned()).collect(), evidence }
}

fn bod(all: &[Said]) -> Decision {
    decide(BuiltIn::Bod2604.table(), all).expect("decides")
}

#[test]
fn tables_of_the_crate_are_whole() {
    for built_in in BuiltIn::ALL {
        let table = built_in.table();
        let all: usize = table.points.iter().map(|point| point.values.len()).product();
        assert_eq!(table.rows.len(), all, "{}", table.id);
        // Nothing known: every outcome that any row gives, with all rows.
        let decision = decide(table, &[]).expect("decides");
        assert_eq!(decision.outcomes.iter().map(|outcome| outcome.rows.len()).sum::<usize>(), all);
        // No two points of a table derive from the same one, so that derived sets are exact.
        let mut leaves: Vec<&str> = Vec::new();
        for point in &table.points {
            match super::table::BuiltIn::of_outcome(&point.id) {
                Some(from) => leaves.extend(from.points.iter().map(|p| p.id.as_str())),
                None => leaves.push(&point.id),
            }
        }
        let count = leaves.len();
        leaves.sort_unstable();
        leaves.dedup();
        assert_eq!(leaves.len(), count, "{}", table.id);
    }
}

#[test]
fn dates_follow_from_outcomes() {
    let yes = |point: &str, key: &str| said(point, &[key], "us");
    let due = |kev, exposed, automatable, impact| {
        let all = [
            yes(KEV, kev),
            yes(EXPOSED, exposed),
            yes(AUTOMATABLE, automatable),
            yes(TECHNICAL_IMPACT, impact),
        ];
        Due::of(&bod(&all), NOW).expect("a date")
    };
    let by = |days: i64, forensics| {
        let when = When::By(NOW + days * DAY);
        Due { earliest: when, latest: when, forensics }
    };
    assert_eq!(due("Y", "Y", "Y", "T"), by(3, Asked::Yes));
    assert_eq!(due("N", "Y", "Y", "T"), by(3, Asked::No));
    assert_eq!(due("Y", "N", "N", "P"), by(14, Asked::No));
    assert_eq!(due("N", "N", "Y", "P"), by(60, Asked::No));
    let upgrade = Due { earliest: When::OnUpgrade, latest: When::OnUpgrade, forensics: Asked::No };
    assert_eq!(due("N", "N", "N", "T"), upgrade);
    let unknown =
        Due { earliest: When::By(NOW + 3 * DAY), latest: When::OnUpgrade, forensics: Asked::Perhaps };
    assert_eq!(Due::of(&bod(&[]), NOW), Some(unknown));
    assert_eq!(Due::of(&decide(BuiltIn::Utility.table(), &[]).expect("decides"), NOW), None);
    assert!(Due::of(&bod(&[]), i64::MAX).is_some());
}

#[test]
fn a_decision_says_where_from_and_what_would_change_it() {
    let facts = Facts {
        kev: Some(Kev { added: None, catalogue: NOW - 6 * DAY }),
        said: vec![said(AUTOMATABLE, &["N"], "vulnrichment"), said(EXPOSED, &["Y"], "inventory")],
        ..Facts::default()
    };
    let decision = bod(&facts.said(NOW));
    assert_eq!(decision.keys(), ["60D", "14D"]);
    assert_eq!(decision.outcomes[0].rows, [2]);
    assert_eq!(decision.outcomes[1].rows, [9]);
    let kev = decision.known.iter().find(|known| known.point.id == KEV).expect("asked");
    assert_eq!((kev.keys(), kev.evidence[0].source.as_str()), (vec!["N"], "KEV"));
    assert_eq!(kev.evidence[0].date, NOW - 6 * DAY);
    // To learn the impact decides; were it not exposed, it could wait.
    let change = |point: &str, value: &str| {
        decision.changes.iter().find(|c| c.point == point && c.value == value).expect("a change")
    };
    let total = change(TECHNICAL_IMPACT, "T");
    assert!(total.possible && total.outcomes == ["14D"]);
    let hidden = change(EXPOSED, "N");
    assert!(!hidden.possible && hidden.outcomes == ["FSU"]);
}

#[test]
fn an_old_catalogue_does_not_say_that_something_is_not_in_it() {
    let facts =
        |added, age: i64| Facts { kev: Some(Kev { added, catalogue: NOW - age * DAY }), ..Facts::default() };
    let keys = |facts: &Facts| bod(&facts.said(NOW)).known[kev_at()].keys().join("");
    assert_eq!(keys(&facts(None, 7)), "N");
    assert_eq!(keys(&facts(None, 8)), "NY");
    assert_eq!(keys(&facts(Some(NOW - 400 * DAY), 300)), "Y", "what is in it stays exploited");
}

fn kev_at() -> usize {
    BuiltIn::Bod2604.table().points.iter().position(|point| point.id == KEV).expect("asked")
}

#[test]
fn sources_that_contradict_leave_both_possible() {
    let all = [said(AUTOMATABLE, &["Y"], "a"), said(AUTOMATABLE, &["N"], "b"), said(KEV, &["N"], "c")];
    let decision = bod(&all);
    let known = decision.known.iter().find(|known| known.point.id == AUTOMATABLE).expect("asked");
    assert!(known.disagree && known.keys().len() == 2 && known.evidence.len() == 2);
    let none = decide(BuiltIn::Bod2604.table(), &[said(KEV, &["MAYBE"], "d")]);
    assert_eq!(none.map_err(|fault| fault.code), Err(Code::NoSuchValue));
    let empty = decide(BuiltIn::Bod2604.table(), &[said(KEV, &[], "d")]);
    assert_eq!(empty.map_err(|fault| fault.code), Err(Code::NoSuchValue));
}

#[test]
fn points_are_derived_by_the_tables_that_decide_them() {
    // CVSS 4.0 with safety present: catastrophic is possible and so is marginal.
    let vector =
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:A/S:P/AU:Y/V:C".to_owned();
    let facts = Facts { cvss: vec![Cvss { vector, source: "vendor".into(), date: NOW }], ..Facts::default() };
    let decision = decide(BuiltIn::Supplier.table(), &facts.said(NOW)).expect("decides");
    let of = |id: &str| decision.known.iter().find(|known| known.point.id.starts_with(id)).expect("asked");
    assert_eq!(of("ssvc:U:").keys(), ["S"], "automatable and concentrated is super effective");
    assert_eq!(of("ssvc:PSI:").keys(), ["S"], "marginal or worse is significant");
    assert_eq!(of("ssvc:E:").keys(), ["A"]);
    assert_eq!(of("ssvc:U:").derived.as_ref().expect("derived").table, "ssvc:DT_U:1.0.0");
    assert_eq!(decision.certain().expect("one outcome").key, "I");
    // Other versions name other things by these letters.
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:P".to_owned();
    let facts = Facts { cvss: vec![Cvss { vector, source: "x".into(), date: NOW }], ..Facts::default() };
    assert!(facts.said(NOW).is_empty());
}

#[test]
fn epss_orders_what_is_otherwise_equal_and_nothing_else() {
    let epss = |percentile| Epss { score: percentile, percentile, date: NOW };
    let mild = bod(&[said(KEV, &["N"], "a"), said(EXPOSED, &["N"], "a"), said(AUTOMATABLE, &["N"], "a")]);
    let open = bod(&[]);
    assert!(Rank::of(&open, Some(&epss(0.1))) < Rank::of(&open, Some(&epss(0.9))));
    assert!(Rank::of(&mild, Some(&epss(0.99))) < Rank::of(&open, None));
    assert_eq!(Rank::of(&open, Some(&epss(f64::NAN))).epss, 0);
}

const SMALL: &str =
    "table\tx:T:1\tT\npoint\tx:A:1\tA\tN=No\tY=Yes\noutcome\tx:O:1\tO\tL=Low\tH=High\nrow\tN\tL\nrow\tY\tH\n";

#[test]
fn tables_of_others_are_whole_or_refused() {
    assert_eq!(decide(&Table::parse(SMALL).expect("a table"), &[]).expect("decides").keys(), ["L", "H"]);
    let code = |text: &str| Table::parse(text).map(|_| ()).map_err(|fault| fault.code);
    let many = |n: usize| (0..n).map(|v| format!("\t{v}={v}")).collect::<String>();
    let cases = [
        ("", Code::Malformed),
        ("table\tx\n", Code::Malformed),
        (&SMALL.replace("\tN=No", "\tY=No"), Code::Malformed),
        (&SMALL.replace("row\tN\tL\n", "row\tN\n"), Code::Malformed),
        (&SMALL.replace("row\tN\tL", "row\tM\tL"), Code::UnknownValue),
        (&SMALL.replace("row\tN\tL", "row\tY\tL"), Code::RowTwice),
        (&SMALL.replace("row\tN\tL\n", ""), Code::RowMissing),
        (&SMALL.replace("\tN=No\tY=Yes", &many(17)), Code::TooLarge),
    ];
    for (text, expected) in cases {
        assert_eq!(code(text), Err(expected), "{text}");
    }
    assert_eq!(Code::ALL.len(), 6, "a new code has a test");
}

proptest! {
    #[test]
    fn any_text_is_a_table_or_not(text in "(table|point|outcome|row|\t|\n|=|N|Y|x){0,60}") {
        if let Ok(table) = Table::parse(&text) {
            prop_assert!(decide(&table, &[]).is_ok());
        }
    }

    #[test]
    fn any_vector_is_looked_at(vector in "CVSS:4.0/\\PC{0,40}") {
        let facts = Facts { cvss: vec![Cvss { vector, source: "x".into(), date: 0 }], ..Facts::default() };
        prop_assert!(decide(BuiltIn::Supplier.table(), &facts.said(0)).is_ok());
    }
}
