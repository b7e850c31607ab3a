//! Duties of policy texts: hand-made sentences, hand-made expectations; longer texts as Markdown cases in `tests/cases/policy`.
//!
//! A case is a fenced `text` block and a fenced `expect` block. In `expect`, one line is one demand, and the duties are all there
//! are, in order: `duty: FORCE | WHO, WHO | DUE | WORDS` with `DAY BASIS`, `relative` or `none` for DUE, `open: WORDS`,
//! `calendar: DAY DAY` or `calendar: none`.
#![allow(clippy::disallowed_methods, reason = "the harness reads its cases")]

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

/// The lines that a case would demand of an assessment.
fn told(analysis: &bartizan::Analysis, assessment: &Assessment) -> Vec<(String, String)> {
    let text = &analysis.document.text;
    let policy = &assessment.policy;
    let mut out = Vec::new();
    for duty in &policy.duties {
        let who: Vec<&str> = duty.who.iter().map(|i| analysis.entities[*i].name.as_str()).collect();
        let due = match &duty.due {
            None => "none".to_owned(),
            Some(due) => match &due.day {
                Some(day) => format!("{day} {}", due.basis.as_str()),
                None => due.basis.as_str().to_owned(),
            },
        };
        let words = duty.evidence.sentence.of(text);
        out.push((format!("duty: {} | {} | {due}", duty.force.as_str(), who.join(", ")), words.to_owned()));
    }
    out.extend(policy.open.iter().map(|e| ("open".to_owned(), e.span.of(text).to_owned())));
    let files = bartizan_response::package::files(analysis, Pack::built_in(), assessment);
    let calendar = files.iter().find(|(name, _)| name == "obligations.ics");
    let days: Vec<String> = calendar
        .map(|(_, bytes)| String::from_utf8(bytes.clone()).expect("UTF-8"))
        .iter()
        .flat_map(|c| {
            c.split("\r\n").filter_map(|l| l.strip_prefix("DTSTART;VALUE=DATE:")).map(str::to_owned)
        })
        .collect();
    let days = if days.is_empty() { "none".to_owned() } else { days.join(" ") };
    out.push((format!("calendar: {days}"), String::new()));
    out
}

#[test]
fn cases() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/policy");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of the cases")
        .map(|e| e.expect("a file").path())
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in &files {
        let case = std::fs::read_to_string(file).expect("a case");
        let block = |name: &str| {
            let rest = case.split(&format!("```{name}\n")).nth(1).expect("a fenced block");
            rest.split("```").next().unwrap_or_default().to_owned()
        };
        // Cases are wrapped to be read; a head of two lines stays two lines.
        let text: Vec<String> = block("text")
            .split("\n\n")
            .map(|p| {
                if p.contains("Published:") {
                    p.to_owned()
                } else {
                    p.split('\n').collect::<Vec<_>>().join(" ")
                }
            })
            .collect();
        let (analysis, assessment) = assessed(&text.join("\n\n"));
        let found = told(&analysis, &assessment);
        let demands: Vec<(String, String)> = block("expect")
            .lines()
            .map(|line| match line.split_once(": ") {
                Some(("duty", rest)) => {
                    let (head, words) = rest.rsplit_once(" | ").expect("four fields");
                    (format!("duty: {head}"), words.to_owned())
                }
                Some(("open", words)) => ("open".to_owned(), words.to_owned()),
                _ => (line.to_owned(), String::new()),
            })
            .collect();
        let same = found.len() == demands.len()
            && found.iter().zip(&demands).all(|(f, d)| f.0 == d.0 && f.1.contains(&d.1));
        if !same {
            wrong.push(format!("{}: {found:#?}", file.display()));
        }
        for duty in &assessment.policy.duties {
            let places = duty.under.iter().chain([&duty.evidence]).flat_map(|e| [e.span, e.sentence]);
            for span in places.chain(duty.due.iter().map(|d| d.words)) {
                assert!(
                    analysis.document.text.get(span.range()).is_some_and(|w| !w.trim().is_empty()),
                    "{duty:?}"
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
