//! Duties of policy texts: hand-made sentences, hand-made expectations.

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use bartizan_response::{Assessment, assess};

const TEXT: &str = "Executive Order 14999 on the security of water systems was signed on 3 March 2026.\n\n\
The order directs the Cybersecurity and Infrastructure Security Agency to publish guidance by 1 July 2026.\n\n\
While reporting stays voluntary for vendors, federal agencies must remove unsupported devices within 90 days.\n\n\
The date of the first audit is forthcoming.";

fn assessed(text: &str) -> (bartizan::Analysis, Assessment) {
    let pack = Pack::built_in();
    let options = Options { now: 1_772_600_000, ..Options::default() };
    let analysis =
        Analyzer::new(pack).analyze(&Input::new("order.txt", text.as_bytes()), &options).expect("readable");
    let assessment = assess(&analysis, pack, None, &bartizan_response::Options::default());
    (analysis, assessment)
}

#[test]
fn duties_with_force_and_place() {
    let (analysis, assessment) = assessed(TEXT);
    assert_eq!(assessment.genre.as_str(), "policy");
    assert_eq!(assessment.risk.none, "not a threat report");
    let told: Vec<(&str, &str)> = assessment
        .policy
        .duties
        .iter()
        .map(|d| (d.force.as_str(), d.evidence.span.of(&analysis.document.text)))
        .collect();
    assert_eq!(told, [("mandatory", "directs"), ("mandatory", "must")]);
    let open = assessment.policy.open.iter().map(|e| e.span.of(&analysis.document.text));
    assert_eq!(open.collect::<Vec<_>>(), ["forthcoming"]);
}

/// RFC 5545: lines of at most 75 octets, CRLF, and the stamp of the analysis.
#[test]
fn a_dated_duty_is_in_the_calendar() {
    let (analysis, assessment) = assessed(TEXT);
    let files = bartizan_response::package::files(&analysis, Pack::built_in(), &assessment);
    let (_, bytes) = files.iter().find(|(name, _)| name == "obligations.ics").expect("a calendar");
    let text = String::from_utf8(bytes.clone()).expect("UTF-8");
    assert!(text.contains("DTSTART;VALUE=DATE:20260701\r\n"), "{text}");
    assert!(text.contains("DTSTAMP:20260304T045320Z\r\n"), "{text}");
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')));
}

#[test]
fn a_threat_report_has_no_duties() {
    let (_, assessment) = assessed("Agencies must block the loader at evil[.]top, which steals passwords.");
    assert!(assessment.policy.duties.is_empty());
}
