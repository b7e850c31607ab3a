//! Risk and attribution, by hand-made reports.

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use bartizan_response::{Assessment, assess, profile};

fn assessed(text: &str, profile: Option<profile::Profile>) -> Assessment {
    let pack = Pack::built_in();
    let analysis = Analyzer::new(pack)
        .analyze(&Input::new("r.txt", text.as_bytes()), &Options::default())
        .expect("readable");
    assess(&analysis, pack, None, &bartizan_response::Options { profile, ..Default::default() })
}

const RANSOM: &str = "The attackers exploited CVE-2024-3400 and encrypted files for ransom (T1486) at energy companies in Portugal.";

/// CVE-2024-3400 is in CISA's catalogue since 2024-04-12.
#[test]
fn a_known_exploited_vulnerability_is_one() {
    let risk = assessed(RANSOM, None).risk;
    let factor = risk.factors.iter().find(|f| f.key == "exploitation").expect("the factor");
    assert_eq!(factor.value, (1.0, 1.0));
    assert!(factor.reason.contains("2024-04-12"), "{}", factor.reason);
    assert!(!factor.evidence.is_empty());
    assert!(risk.low < risk.score && risk.score < risk.high);
}

#[test]
fn a_profile_narrows_the_range() {
    let profile = profile::parse("sectors = [\"energy\"]\ncountries = [\"PT\"]").expect("a profile");
    let (without, with) = (assessed(RANSOM, None).risk, assessed(RANSOM, Some(profile)).risk);
    assert!(with.high - with.low < without.high - without.low);
    let exposure = with.factors.iter().find(|f| f.key == "exposure").expect("the factor");
    assert!(exposure.is_known() && exposure.value.0 >= 0.5, "{exposure:?}");
}

#[test]
fn a_profile_says_what_is_wrong_with_it() {
    let error = profile::parse("sector = [\"energy\"]").expect_err("no such member");
    assert!(error.contains("sector") && error.contains("line 1"), "{error}");
}

#[test]
fn few_techniques_name_nobody() {
    let correlation = assessed(RANSOM, None).correlation;
    assert!(!correlation.inferred.named && correlation.inferred.groups.is_empty());
    assert!(correlation.inferred.reason.contains("too few"));
}

#[test]
fn a_survey_of_many_groups_names_nobody() {
    let ids = "T1486 T1490 T1059.001 T1021.001 T1003.001 T1566.001 T1071.001 T1105";
    let text = format!("APT28, APT29, FIN7 and Lazarus Group were active this year. Techniques seen: {ids}.");
    let inferred = assessed(&text, None).correlation.inferred;
    assert!(!inferred.named && inferred.groups.is_empty());
    assert!(inferred.reason.contains("4 actors"), "{}", inferred.reason);
}

/// A group's own techniques are most like it, and likelihoods are probabilities that fall with the place.
#[test]
fn a_group_is_most_like_itself() {
    let pack = Pack::built_in();
    let links = pack.links_from("G0016").iter().filter(|l| l.kind == "uses" && l.target.starts_with('T'));
    let techniques: Vec<(String, f64)> = links.map(|l| (l.target.to_owned(), 1.0)).collect();
    let ranked = bartizan_response::correlation::profiles::Profiles::new(pack, &[]).rank(&techniques, &[]);
    assert_eq!(ranked.first().map(|l| l.id.as_str()), Some("G0016"));
    assert!(ranked.iter().all(|l| (0.0..=1.0).contains(&l.likelihood) && (0.0..=1.0).contains(&l.share)));
    assert!(ranked.is_sorted_by(|a, b| a.likelihood >= b.likelihood));
}

/// Every active technique of every domain has a measure, or is said to have none.
#[test]
fn every_technique_is_answered_or_said_not_to_be() {
    let pack = Pack::built_in();
    let mut analysis = Analyzer::new(pack)
        .analyze(&Input::new("r.txt", b"It encrypted files (T1486).".as_slice()), &Options::default())
        .expect("readable");
    let one = analysis.techniques.first().expect("T1486").clone();
    analysis.techniques = pack
        .techniques()
        .iter()
        .map(|t| bartizan::TechniqueMapping { id: t.id.to_owned(), name: t.name.to_owned(), ..one.clone() })
        .collect();
    let found = bartizan_response::mitigation::find(&analysis, pack, bartizan_response::genre::Genre::Threat);
    let unanswered: std::collections::BTreeSet<usize> = found.unanswered.iter().copied().collect();
    for (i, technique) in pack.techniques().iter().enumerate() {
        let mitigated = pack.links_to(technique.id).any(|l| l.kind == "mitigates");
        let countered = !pack.paths_to(technique.id).is_empty();
        assert_eq!(unanswered.contains(&i), !(mitigated || countered), "{}", technique.id);
    }
    assert!(unanswered.len() < analysis.techniques.len() / 2, "{}", unanswered.len());
}
