//! `bartizan map`: every technique that sentences or documents may show, with its score, as JSON Lines.

use bartizan::mapping::Scored;
use bartizan::{Document, Options};
use serde_json::{Value, json};

use crate::args::{Global, Level, MapArgs};
use crate::exit::{Exit, Failure};
use crate::{jsonl, knowledge};

/// Reads lines {doc_id, sentences: [{sentence_id, text}]} and answers each.
pub fn run(global: &Global, args: &MapArgs) -> Result<Exit, Failure> {
    let mapper = knowledge::mapper(global, knowledge::open(global)?)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.unwrap_or(cores).clamp(1, 256);
    jsonl::run(global, &args.jsonl, args.max_size.clamp(1, 2048) << 20, jobs, |mut record| {
        let id = jsonl::doc_id(&mut record)?;
        let Value::Array(sentences) = record["sentences"].take() else {
            return Err(jsonl::bad(format!("no sentences that are a list (doc_id {id})")));
        };
        let mut texts = Vec::with_capacity(sentences.len());
        for sentence in &sentences {
            let Some(text) = sentence["text"].as_str() else {
                return Err(jsonl::bad(format!("a sentence without a text (doc_id {id})")));
            };
            texts.push(text);
        }
        let document = Document::from_sentences(&texts);
        let scores = mapper.scores(&document, &Options::default());
        Ok(match args.level {
            Level::Document => vec![json!({ "doc_id": id, "techniques": list(&scores.document) })],
            Level::Sentence => sentences
                .iter()
                .zip(&scores.sentences)
                .map(|(s, found)| {
                    json!({ "doc_id": id, "sentence_id": s["sentence_id"], "techniques": list(found) })
                })
                .collect(),
        })
    })
}

fn list(scored: &[Scored]) -> Vec<Value> {
    scored.iter().map(|s| json!({ "id": s.id, "score": s.score })).collect()
}
