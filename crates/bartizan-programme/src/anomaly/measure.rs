//! Tokens and answers against the rest of the run.

use std::collections::BTreeMap;

use super::{Anomaly, Kind, Policy, Run};

/// Fewest samples for which one can be called far from the others.
const FEWEST: usize = 8;
/// How often the usual amount is a jump, and how far out in the spread of the logarithms (median absolute deviations): token counts
/// are spread log-normally, so that a plain multiple would flag every heavy tail.
const TIMES: f64 = 6.0;
const DEVIATIONS: f64 = 8.0;
/// Tokens below which nothing is a jump.
const LEAST: u64 = 2_000;
/// Share by which the log and the broker may differ: retries and prompts cached are counted differently.
const DIFFERENCE: f64 = 0.10;
/// Shortest answer whose repetition is odd; short ones repeat by themselves.
const LONG_ANSWER: usize = 160;

pub(super) fn budget(run: &Run, found: &mut Vec<Anomaly>) {
    let logs: Vec<f64> = run.samples.iter().map(|sample| as_float(sample.tokens.max(1)).ln()).collect();
    if logs.len() >= FEWEST {
        let middle = median(logs.clone());
        let spread = median(logs.iter().map(|one| (one - middle).abs()).collect()).max(0.1);
        for (sample, log) in run.samples.iter().zip(&logs) {
            if sample.tokens >= LEAST && log - middle >= TIMES.ln() && (log - middle) / spread >= DEVIATIONS {
                found.push(Anomaly {
                    kind: Kind::Budget,
                    sample: Some((sample.id.clone(), sample.epoch)),
                    seen: format!("{} tokens where samples usually take {:.0}", sample.tokens, middle.exp()),
                });
            }
        }
    }
    if let Some(calls) = &run.calls {
        let metered: u64 = calls.iter().map(|call| call.tokens).fold(0, u64::saturating_add);
        let logged: u64 = run.samples.iter().map(|sample| sample.tokens).fold(0, u64::saturating_add);
        let most = metered.max(logged);
        if most >= LEAST && as_float(metered.abs_diff(logged)) > as_float(most) * DIFFERENCE {
            found.push(Anomaly {
                kind: Kind::Budget,
                sample: None,
                seen: format!("the log has {logged} tokens, the broker metered {metered}"),
            });
        }
    }
}

pub(super) fn identical(run: &Run, policy: &Policy, found: &mut Vec<Anomaly>) {
    let mut seen: BTreeMap<String, (String, u32)> = BTreeMap::new();
    for sample in &run.samples {
        let answer = sample.answers.join("\n").split_whitespace().collect::<Vec<_>>().join(" ");
        if answer.chars().count() < LONG_ANSWER {
            continue;
        }
        match seen.get(&answer) {
            Some((id, epoch)) if *id != sample.id || policy.random => found.push(Anomaly {
                kind: Kind::Identical,
                sample: Some((sample.id.clone(), sample.epoch)),
                seen: format!("the answer is that of sample {id}, epoch {epoch}, letter by letter"),
            }),
            Some(_) => {}
            None => {
                seen.insert(answer, (sample.id.clone(), sample.epoch));
            }
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => values[half],
        _ => (values[half - 1] + values[half]) / 2.0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "shares, not counts")]
fn as_float(value: u64) -> f64 {
    value as f64
}
