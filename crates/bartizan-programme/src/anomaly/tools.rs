//! What tool calls touch.

use super::{Anomaly, Kind, Policy, Run, Sample};

/// Shortest answer that is looked for in what tools gave back: shorter ones stand everywhere.
const SHORTEST_ANSWER: usize = 8;
const QUOTED: usize = 80;

pub(super) fn find(run: &Run, policy: &Policy, found: &mut Vec<Anomaly>) {
    for sample in &run.samples {
        let about = Some((sample.id.clone(), sample.epoch));
        let mut tell = |kind, seen: String| found.push(Anomaly { kind, sample: about.clone(), seen });
        for call in &sample.tools {
            if let Some(word) = named(&call.arguments, &policy.harness) {
                tell(
                    Kind::Harness,
                    format!("`{}` touches {word}: \u{201c}{}\u{201d}", call.tool, cut(&call.arguments, word)),
                );
            }
            if let Some(word) = named(&call.arguments, &policy.answers) {
                tell(
                    Kind::AnswerKey,
                    format!("`{}` opens {word}: \u{201c}{}\u{201d}", call.tool, cut(&call.arguments, word)),
                );
            }
            if !policy.answer_is_found
                && let Some(answer) = shown(sample, &call.result)
            {
                tell(
                    Kind::AnswerKey,
                    format!(
                        "`{}` gave back the answer: \u{201c}{}\u{201d}",
                        call.tool,
                        cut(&call.result, answer)
                    ),
                );
            }
        }
        let texts = sample.tools.iter().flat_map(|call| [call.arguments.as_str(), call.result.as_str()]);
        let texts = texts.chain([sample.input.as_str()]).chain(sample.answers.iter().map(String::as_str));
        let canary = |text: &str| {
            policy.canaries.iter().find(|canary| !canary.is_empty() && text.contains(canary.as_str()))
        };
        let mut texts = texts;
        if let Some(canary) = texts.find_map(canary) {
            let begins: String = canary.chars().take(6).collect();
            tell(Kind::AnswerKey, format!("the canary {begins}… stands in the transcript"));
        }
    }
}

/// The first of `words` that stands in `text`, whatever the case. What stands inside a longer name does not count: `.eval` in
/// `page.evaluate()` is no log.
fn named<'w>(text: &str, words: &'w [String]) -> Option<&'w str> {
    let lower = text.to_ascii_lowercase();
    words.iter().map(String::as_str).find(|word| {
        let small = word.to_ascii_lowercase();
        !small.is_empty()
            && lower.match_indices(&small).any(|(at, _)| {
                let after = lower[at + small.len()..].chars().next();
                // A word that ends in a sign goes on as it likes.
                let open = small.ends_with(|last: char| !last.is_alphanumeric());
                let before = lower[..at].chars().next_back();
                let begins = small.starts_with(|first: char| !first.is_alphanumeric())
                    || !before.is_some_and(char::is_alphanumeric);
                begins && (open || !after.is_some_and(char::is_alphanumeric))
            })
    })
}

/// The answer of the sample, if a tool gave it back and the question did not name it.
fn shown<'s>(sample: &'s Sample, result: &str) -> Option<&'s str> {
    let answers = sample
        .target
        .iter()
        .map(|target| target.trim())
        .filter(|target| target.chars().count() >= SHORTEST_ANSWER);
    answers.filter(|answer| !sample.input.contains(answer)).find(|answer| result.contains(answer))
}

/// What stands around `word`, cut.
fn cut(text: &str, word: &str) -> String {
    let at = text.to_ascii_lowercase().find(&word.to_ascii_lowercase()).unwrap_or(0);
    let start = text[..at].char_indices().rev().nth(QUOTED / 2).map_or(0, |(at, _)| at);
    text[start..]
        .chars()
        .take(QUOTED + word.chars().count())
        .map(|one| if one.is_control() { ' ' } else { one })
        .collect()
}
