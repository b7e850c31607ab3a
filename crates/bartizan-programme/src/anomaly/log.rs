//! A log of Inspect as it is looked at for anomalies.

use std::io::{Read, Seek};
use std::ops::ControlFlow;

use bartizan_inspect::sample::{Body, Event};
use bartizan_inspect::{Error, LogFile};
use jiff::Timestamp;

use super::{Run, Sample, ToolCall};

/// What is kept of a text: enough to find a name in, bounded whatever a log holds.
const TEXT: usize = 16 << 10;
/// What is kept of a whole log.
const WHOLE: usize = 96 << 20;
/// Tool calls and events of one sample.
const MOST: usize = 10_000;

/// Reads what is looked at. Calls and egress are not in a log and stay empty.
///
/// # Errors
/// If the log cannot be read on the way.
pub fn of_log<R: Read + Seek>(file: &mut LogFile<R>) -> Result<Run, Error> {
    let log = file.log();
    let (begun, ended) = (moment(&log.stats.started_at), moment(&log.stats.completed_at));
    let mut run = Run { model: log.eval.model.clone(), ..Run::default() };
    let (mut left, mut first, mut last) = (WHOLE, i64::MAX, i64::MIN);
    file.each(|sample| {
        let mut kept = Sample {
            id: sample.id.text.clone(),
            epoch: u32::try_from(sample.epoch).unwrap_or(u32::MAX),
            input: cut(
                sample.input().iter().map(|message| message.text()).collect::<Vec<_>>().join("\n"),
                &mut left,
            ),
            target: sample.target.iter().map(|target| cut(target.clone(), &mut left)).collect(),
            answers: sample.answers().map(|answer| cut(answer, &mut left)).collect(),
            tokens: sample.tokens(),
            ..Sample::default()
        };
        for event in sample.events().iter().take(MOST) {
            kept.times.extend(event.at);
            kept.tools.extend(tool(event, &mut left));
        }
        first = kept.times.iter().copied().fold(first, i64::min);
        last = kept.times.iter().copied().fold(last, i64::max);
        run.samples.push(kept);
        ControlFlow::<()>::Continue(())
    })?;
    // A log that says nothing of when it began and ended lasts as long as its events.
    run.span = (begun.unwrap_or(first.min(last)), ended.unwrap_or(last.max(first.min(last))));
    Ok(run)
}

fn tool(event: &Event<'_>, left: &mut usize) -> Option<ToolCall> {
    let at = event.at.unwrap_or(0);
    match &event.body {
        Body::Tool(run) => Some(ToolCall {
            at,
            tool: run.function.to_owned(),
            arguments: cut(run.arguments.to_string(), left),
            result: cut(run.result.as_str().map_or_else(|| run.result.to_string(), str::to_owned), left),
        }),
        Body::Sandbox(call) => {
            let words = [call.cmd, call.file, call.input].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let result = call.output.unwrap_or("").to_owned();
            Some(ToolCall {
                at,
                tool: format!("sandbox {}", call.action),
                arguments: cut(words, left),
                result: cut(result, left),
            })
        }
        _ => None,
    }
}

fn cut(mut text: String, left: &mut usize) -> String {
    let mut end = text.len().min(TEXT).min(*left);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    *left -= end;
    text
}

fn moment(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}
