//! A second opinion on techniques: what is asked of a language model, and what its answers may change.
//!
//! The library asks nobody. [`Mapper::questions`] gives the bodies of the requests as plain data, the caller gets an
//! answer to each wherever it likes (`bartizan-fetch` has a client, a folder has recordings), and [`Opinions`] brings
//! the answers back. Both the report and the answers are hostile: an answer is a list of claims (sentence, words,
//! technique, yes or no), each is held against the text and the pack ([`answer`]), and what stands moves
//! probabilities within fixed bounds ([`weigh`]). Nothing else of an answer goes anywhere.

mod answer;
mod ask;
mod weigh;

pub use ask::Question;

use super::context::places;
use super::gather::{self, Candidate, Read};
use super::{Mapper, verdict::sigmoid};
use crate::{Assisted, Code, Diagnostic, Document, NodeRef, Options, TechniqueMapping};
use crate::{entity::Claims, mapping::field::Field};
use answer::{Claim, Discard};
use std::collections::{BTreeMap, BTreeSet};

/// Answers of a language model to the questions of one document.
#[derive(Clone, Debug, Default)]
pub struct Opinions {
    /// Name of the model, as the questions gave it.
    pub model: String,
    /// What came back for each [`Question::key`]: the body of the answer, or why there is none, in words.
    pub answers: BTreeMap<String, Result<Vec<u8>, String>>,
}

/// Techniques after a second opinion.
pub(crate) struct Second {
    pub(crate) techniques: Vec<TechniqueMapping>,
    pub(crate) assisted: Assisted,
}

/// What reading all answers gives.
#[derive(Default)]
struct Heard {
    claims: Vec<Claim>,
    discarded: BTreeMap<Discard, u32>,
    answered: u32,
    /// Why the first unanswered question has no answer.
    silence: Option<String>,
}

impl Mapper {
    /// What to ask a language model about a document: nothing if it has no prose. Same document, model name and
    /// pack, same bytes. `model` is the name by which the endpoint knows the model.
    pub fn questions(&self, document: &Document, options: &Options, model: &str) -> Vec<Question> {
        let candidates = self.candidates(document, options, &mut Vec::new());
        ask::questions(self, document, &candidates, model).questions
    }

    /// [`Mapper::map`], with the probabilities that are left after a second opinion.
    pub(crate) fn second(
        &self,
        document: &Document,
        options: &Options,
        opinions: &Opinions,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Second {
        let mut kept = self.candidates(document, options, &mut Vec::new());
        let asked = ask::questions(self, document, &kept, &opinions.model);
        let mut heard = self.hear(document, &asked.questions, opinions);
        let sentences = asked.questions.iter().map(|q| q.sentences.len() as u32).sum();
        answer::distrust_refrains(&mut heard.claims, &mut heard.discarded, sentences);
        let weighed = weigh::weigh(self, &mut kept, &heard.claims);
        let assisted = Assisted {
            model: opinions.model.clone(),
            questions: asked.questions.len() as u32,
            answered: heard.answered,
            sentences,
            claims: heard.claims.len() as u32,
            discarded: heard.discarded.values().sum(),
            changed: weighed.values().filter(|w| w.shift != 0.0).count() as u32,
        };
        tell(&assisted, &heard, asked.left_out, diagnostics);
        self.keep(&mut kept, self.threshold(options.point));
        let mut techniques: Vec<TechniqueMapping> = kept
            .into_iter()
            .filter_map(|c| {
                let weighed = weighed.get(&c.technique);
                self.mapping_with(document, c, weighed)
            })
            .collect();
        super::best_first(&mut techniques);
        Second { techniques, assisted }
    }

    fn hear(&self, document: &Document, questions: &[Question], opinions: &Opinions) -> Heard {
        let catalogue = Catalogue::new(self, document);
        let mut heard = Heard::default();
        for question in questions {
            let reply = match opinions.answers.get(&question.key) {
                Some(Ok(bytes)) => answer::read(bytes).map_err(str::to_owned),
                Some(Err(reason)) => Err(reason.clone()),
                None => Err("it was not asked".to_owned()),
            };
            match reply {
                Ok(raw) => {
                    heard.answered += 1;
                    answer::check(
                        &catalogue,
                        document,
                        question,
                        raw,
                        &mut heard.claims,
                        &mut heard.discarded,
                    );
                }
                Err(reason) => {
                    heard.silence.get_or_insert(reason);
                }
            }
        }
        heard
    }

    /// A mapping with the words that the language model pointed at.
    fn mapping_with(
        &self,
        document: &Document,
        candidate: Candidate,
        weighed: Option<&weigh::Weighed>,
    ) -> Option<TechniqueMapping> {
        let Some(weighed) = weighed else { return self.mapping(document, candidate) };
        weigh::mapping(self, document, candidate, weighed)
    }
}

/// What an answer is held against.
struct Catalogue {
    /// Index of each technique by its id.
    index: BTreeMap<&'static str, u32>,
    pack: &'static bartizan_knowledge::Pack,
    field: Field,
}

impl Catalogue {
    fn new(mapper: &Mapper, document: &Document) -> Self {
        let places = places(document, &mapper.cues);
        Self {
            index: mapper.pack.techniques().iter().zip(0..).map(|(t, i)| (t.id, i)).collect(),
            pack: mapper.pack,
            field: gather::field_of(mapper, &Read::new(document, &places)),
        }
    }
}

/// The diagnostics of a second opinion.
fn tell(assisted: &Assisted, heard: &Heard, left_out: u32, diagnostics: &mut Vec<Diagnostic>) {
    let silent = assisted.questions - assisted.answered;
    if silent > 0 {
        let reason = heard.silence.as_deref().unwrap_or("no reason is known");
        diagnostics.push(Diagnostic::new(
            Code::AssistUnanswered,
            format!(
                "the language model left {silent} of {} questions without an answer that can be used ({reason}); \
                 what they asked about was mapped without it",
                assisted.questions
            ),
        ));
    }
    if assisted.discarded > 0 {
        let why: Vec<String> =
            heard.discarded.iter().map(|(why, n)| format!("{n} {}", why.as_str())).collect();
        diagnostics.push(Diagnostic::new(
            Code::AssistDiscarded,
            format!("claims of the language model were discarded: {}", why.join(", ")),
        ));
    }
    if left_out > 0 {
        diagnostics.push(Diagnostic::new(
            Code::AssistLeftOut,
            format!(
                "{left_out} sentences were not shown to the language model: they are too long or too many"
            ),
        ));
    }
}

/// Makes claims that refer to the techniques of `from` refer to those of `to`. What refers to a technique that is
/// claimed no longer goes; nothing is added.
pub(crate) fn relink(claims: &mut Claims, from: &[TechniqueMapping], to: &[TechniqueMapping]) {
    let new: BTreeMap<&str, u32> = to.iter().map(|t| t.id.as_str()).zip(0..).collect();
    let follow = |node: NodeRef| match node {
        NodeRef::Technique(i) => {
            from.get(i as usize).and_then(|t| new.get(t.id.as_str())).map(|i| NodeRef::Technique(*i))
        }
        other => Some(other),
    };
    claims.relations.retain_mut(|r| match (follow(r.source), follow(r.target)) {
        (Some(source), Some(target)) => {
            (r.source, r.target) = (source, target);
            true
        }
        _ => false,
    });
    for event in &mut claims.events {
        let involved: BTreeSet<NodeRef> = event.involves.iter().copied().filter_map(follow).collect();
        event.involves = involved.into_iter().collect();
    }
}
