//! The account of the proofs as files: `verdicts.json` for programs, JUnit XML for a build server.
//!
//! Source of the XML form: the JUnit report schema that build servers share
//! (<https://github.com/testmoapp/junitxml>); one `testsuite`, one `testcase` for each rule and refused candidate.

use std::fmt::Write;

use bartizan::{Analysis, exchange::navigator::Detected};
use serde_json::{Value, json};

use crate::{Detection, Detections, draft::Sample, select};

/// `format` of [`verdicts`]; a change that a reader must know of makes it `2`.
pub const FORMAT: &str = "bartizan.verdicts/1";

/// Rules that were selected from a corpus, with the corpus.
pub type Chosen<'a> = (&'a select::Corpus, &'a [select::Selected]);

/// `verdicts.json`: every rule with what it was tried on, what became no rule, where techniques and indicators ended.
pub fn verdicts(analysis: &Analysis, detections: &Detections, chosen: Option<Chosen<'_>>) -> Vec<u8> {
    let detected = detected(detections, chosen);
    let techniques = detections.techniques.iter().zip(&detected).map(|(account, detected)| {
        let technique = &analysis.techniques[account.technique];
        let of = |index: &usize| detections.rules.get(*index).map(|rule| rule.id.clone());
        let selected: Vec<&str> =
            chosen.iter().flat_map(|chosen| selected(*chosen, account.technique)).collect();
        let status = match detected.status() {
            "generated rule" => "generated",
            "selected rule" => "selected",
            none => none,
        };
        json!({
            "id": technique.id, "name": technique.name, "status": status,
            "rules": account.rules.iter().filter_map(of).collect::<Vec<_>>(),
            "selected": selected, "log_sources": account.log_sources,
        })
    });
    let refused = detections.refused.iter().map(|refused| {
        json!({
            "code": refused.code, "reason": refused.reason,
            "observables": refused.observables.iter().map(|index| observable(*index)).collect::<Vec<_>>(),
        })
    });
    let undetectable = detections.undetectable.iter().map(|left| {
        let kind = analysis.observables.get(left.observable).map(|o| o.kind.as_str());
        json!({ "observable": observable(left.observable), "type": kind, "reason": left.reason })
    });
    let value = json!({
        "format": FORMAT,
        "document": analysis.document.name,
        "knowledge": analysis.pack,
        "rules": detections.rules.iter().map(rule).collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
        "techniques": techniques.collect::<Vec<_>>(),
        "undetectable": undetectable.collect::<Vec<_>>(),
    });
    let mut out = serde_json::to_vec_pretty(&value).unwrap_or_default();
    out.push(b'\n');
    out
}

/// What detects each technique, in the order of the analysis: for its layer and its table.
pub fn detected(detections: &Detections, chosen: Option<Chosen<'_>>) -> Vec<Detected> {
    let of = |account: &crate::Account| Detected {
        generated: account.rules.len(),
        selected: chosen.iter().flat_map(|chosen| selected(*chosen, account.technique)).count(),
        log_sources: account.log_sources.clone(),
    };
    detections.techniques.iter().map(of).collect()
}

/// The rules as the STIX bundle holds them.
pub fn stix(detections: &Detections) -> Vec<bartizan::exchange::stix::Rule> {
    let rule = |rule: &Detection| bartizan::exchange::stix::Rule {
        id: rule.id.clone(),
        name: rule.title.clone(),
        description: format!("{} Level {}: {}.", rule.description, rule.level.as_str(), rule.level_reason),
        pattern_type: "sigma",
        pattern: rule.yaml.clone(),
        techniques: rule.techniques.clone(),
        observables: rule.observables.clone(),
        evidence: rule.evidence.clone(),
    };
    detections.rules.iter().map(rule).collect()
}

/// The id that `observables.csv` and `analysis.json` use.
fn observable(index: usize) -> String {
    format!("o{}", index + 1)
}

fn selected<'c>((corpus, selected): Chosen<'c>, technique: usize) -> impl Iterator<Item = &'c str> {
    let with = selected.iter().filter(move |one| one.techniques.contains(&technique));
    with.filter_map(|one| corpus.rules().get(one.rule)).map(|rule| rule.id.as_str())
}

fn rule(rule: &Detection) -> Value {
    let names = |samples: &[Sample], at: &[usize]| -> Vec<String> {
        at.iter().filter_map(|index| samples.get(*index)).map(|sample| sample.what.clone()).collect()
    };
    let proof = &rule.proof;
    json!({
        "id": rule.id, "title": rule.title, "file": rule.file_name(), "kind": rule.kind.as_str(),
        "level": rule.level.as_str(), "level_reason": rule.level_reason, "log_source": rule.log_source.name(),
        "positives": proof.positives.len(), "negatives": proof.negatives.len(),
        "missed": names(&proof.positives, &proof.missed),
        "false_alarms": names(&proof.negatives, &proof.false_alarms),
        "holds": proof.holds(), "noise": noise(&rule.noise),
        "observables": rule.observables.iter().map(|index| observable(*index)).collect::<Vec<_>>(),
    })
}

/// The estimate, with what it is based on.
fn noise(noise: &crate::Noise) -> Value {
    json!({
        "per_million": noise.per_million(), "bound": if noise.matches == 0 { "at most" } else { "about" },
        "basis": noise.basis.as_str(), "rules": noise.rules, "fired": noise.fired, "matches": noise.matches,
        "events": noise.events, "words": noise.words(),
    })
}

/// The proofs as JUnit XML: a rule that missed or cried wolf is a failure, a refused candidate is skipped.
pub fn junit(detections: &Detections) -> Vec<u8> {
    let failed = detections.rules.iter().filter(|rule| !rule.proof.holds()).count();
    let skipped = detections.refused.len();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites>\n  <testsuite name=\"detections\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\">",
        detections.rules.len() + skipped
    );
    for rule in &detections.rules {
        let proof = &rule.proof;
        let _ = write!(
            out,
            "    <testcase classname=\"{}\" name=\"{}\"",
            escaped(&rule.log_source.name()),
            escaped(&format!("{} {}", rule.id, rule.title))
        );
        if proof.holds() {
            out.push_str("/>\n");
            continue;
        }
        let _ = writeln!(
            out,
            "><failure message=\"{} of {} missed, {} of {} false alarms\"/></testcase>",
            proof.missed.len(),
            proof.positives.len(),
            proof.false_alarms.len(),
            proof.negatives.len()
        );
    }
    for (number, refused) in detections.refused.iter().enumerate() {
        let _ = writeln!(
            out,
            "    <testcase classname=\"refused\" name=\"candidate {}\"><skipped message=\"{}\"/></testcase>",
            number + 1,
            escaped(&format!("{}: {}", refused.code, refused.reason))
        );
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out.into_bytes()
}

/// Text for an attribute; characters that XML 1.0 does not know become a mark.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Refused;

    #[test]
    fn text_of_a_report_stays_in_its_attribute() {
        let reason = "`a\" /><failure x=\"<&\u{1b}`".to_owned();
        let refused = vec![Refused { code: "too-broad", reason, observables: vec![0] }];
        let text = String::from_utf8(junit(&Detections { refused, ..Detections::default() })).unwrap();
        assert!(text.contains("&quot; /&gt;&lt;failure x=&quot;&lt;&amp;\u{FFFD}`"), "{text}");
        assert_eq!(text.matches("<failure").count(), 0);
    }
}
