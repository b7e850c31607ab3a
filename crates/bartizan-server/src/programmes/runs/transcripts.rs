//! Transcripts: samples of a run, looked through.

use std::ops::ControlFlow;

use bartizan_inspect::Sample;
use bartizan_inspect::score::{Scalar, Value};
use bartizan_programme::Name;

use super::super::{Room, files};
use super::{apart, open, run, unreadable};
use crate::app::App;
use crate::sharing::Wrong;

/// A sample as it is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) epoch: u64,
    pub(crate) scores: Vec<(String, String)>,
    pub(crate) target: Vec<String>,
    pub(crate) error: Option<String>,
    pub(crate) messages: Vec<Message>,
}

/// A message of a transcript.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) role: String,
    pub(crate) text: String,
    /// Tool calls that it asks for: the tool and its arguments.
    pub(crate) calls: Vec<(String, String)>,
    /// Of a tool's message: the tool.
    pub(crate) tool: Option<String>,
}

/// What is shown of one text, and how many messages of a sample.
const TEXT: usize = 8 << 10;
const MESSAGES: usize = 400;

/// Samples of a run from a place on that say something, and where to go on.
pub(crate) async fn samples(
    app: &App,
    room: &Room,
    name: &Name,
    search: Option<String>,
    (from, limit): (usize, usize),
) -> Result<(Vec<Shown>, Option<usize>), Wrong> {
    let run = run(room, name)?;
    let Some(digest) = run.log() else { return Ok((Vec::new(), None)) };
    let bytes = files::content(app, room, "log", digest.as_str()).await?;
    let bytes = bytes.ok_or_else(|| Wrong::Unfit("The log is not in custody.".into()))?;
    apart(move || {
        let mut file = open(bytes)?;
        let wanted = search.map(|text| text.to_lowercase()).filter(|text| !text.trim().is_empty());
        let (mut shown, count) = (Vec::new(), file.keys().len());
        for number in from..count {
            let Some(sample) = file.sample(number).map_err(unreadable)? else { continue };
            let one = shape(&sample);
            if wanted.as_ref().is_none_or(|wanted| says(&one, &sample, wanted)) {
                shown.push(one);
            }
            if shown.len() == limit {
                return Ok((shown, (number + 1 < count).then_some(number + 1)));
            }
        }
        Ok((shown, None))
    })
    .await
}

/// Everything that was said in a run, for what must not leave with a finding.
pub(in crate::programmes) async fn transcript(
    app: &App,
    room: &Room,
    name: &Name,
) -> Result<Vec<String>, Wrong> {
    let run = run(room, name)?;
    let Some(digest) = run.log() else { return Ok(Vec::new()) };
    let bytes = files::content(app, room, "log", digest.as_str()).await?;
    let bytes = bytes.ok_or_else(|| Wrong::Unfit("The log is not in custody.".into()))?;
    apart(move || {
        let mut texts = Vec::new();
        let mut file = open(bytes)?;
        file.each(|sample| {
            texts.extend(sample.messages().map(|message| message.text()));
            ControlFlow::<()>::Continue(())
        })
        .map_err(unreadable)?;
        Ok(texts)
    })
    .await
}

fn shape(sample: &Sample) -> Shown {
    let cut = |text: &str| -> String {
        let mut end = text.len().min(TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let more = if end < text.len() { "…" } else { "" };
        format!("{}{more}", &text[..end])
    };
    let messages = sample.messages().take(MESSAGES).map(|message| Message {
        role: message.role.to_owned(),
        text: cut(&message.text()),
        calls: message
            .calls
            .iter()
            .map(|call| (call.function.to_owned(), cut(&call.arguments.to_string())))
            .collect(),
        tool: message.function.map(str::to_owned),
    });
    Shown {
        id: sample.id.text.clone(),
        epoch: sample.epoch,
        scores: sample
            .scores
            .iter()
            .map(|(scorer, score)| (scorer.clone(), cut(&value(&score.value))))
            .collect(),
        target: sample.target.iter().map(|one| cut(one)).collect(),
        error: sample.error.as_ref().map(|error| cut(&error.message)),
        messages: messages.collect(),
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::One(one) => one.label(),
        Value::List(all) => all.iter().map(Scalar::label).collect::<Vec<_>>().join(", "),
        Value::Keys(all) => {
            all.iter().map(|(key, one)| format!("{key}: {}", one.label())).collect::<Vec<_>>().join(", ")
        }
    }
}

/// Whether a sample says something, also in what is not shown for its length.
fn says(shown: &Shown, sample: &Sample, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    has(&shown.id)
        || sample.messages().any(|message| {
            has(&message.text())
                || message.calls.iter().any(|call| has(call.function) || has(&call.arguments.to_string()))
        })
}
