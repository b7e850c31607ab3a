//! Why a technique is claimed of a document, or why it is not: the same walk as [`Mapper::map`], told in full.

use super::context::{Role, places};
use super::gather::{self, Read, Support};
use super::model::Scratch;
use super::tokens::tokenize;
use super::verdict::{
    CLEAR, DOCUMENT, Echo, NO_SCORE, Signal, Standing, Stating, document_features, sigmoid,
};
use super::{Mapper, NAMED, STATED, STATED_IN_ADVICE};
use crate::{Document, OperatingPoint, Options, Provenance, Reason, Span};
use bartizan_knowledge::Technique;

/// Contributions smaller than this decide nothing.
const LEAST: f32 = 0.03;

/// Everything that speaks for and against one technique in one document.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The technique.
    pub technique: &'static Technique<'static>,
    /// What becomes of it at each operating point, the most careful first.
    pub points: Vec<Point>,
    /// What was weighed; none if nothing in the document speaks for it.
    pub weighed: Option<Weighed>,
    /// Whether the model has weights for it. If not, only an id or a name in the text can show it.
    pub learned: bool,
    /// Whether the document's words admit the technique's matrix; if not, only a stated id counts.
    pub admitted: bool,
    /// If nothing speaks for it: the sentence whose words come nearest.
    pub nearest: Option<Nearest>,
}

/// One operating point.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Which.
    pub point: OperatingPoint,
    /// Least probability of a technique that is not stated by id.
    pub threshold: f32,
    /// What becomes of the technique there.
    pub fate: Fate,
}

/// What becomes of a technique at an operating point.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It is claimed.
    Claimed,
    /// Nothing in the document speaks for it.
    Silent,
    /// Its probability is too low.
    Below,
    /// It is inferred from no other sentences than these sub-techniques of it, which are claimed instead.
    Covered(Vec<&'static str>),
}

/// A technique that something speaks for.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// Calibrated probability that the document describes it.
    pub probability: f32,
    /// What the layers give, before the floor.
    pub inferred: f32,
    /// Best of the evidence.
    pub provenance: Provenance,
    /// The revoked id that the text used.
    pub mapped_from: Option<String>,
    /// Least probability that a stated id gives, or ATT&CK's own name in a claim beside other sure techniques.
    pub floor: Option<f32>,
    /// Best first.
    pub evidence: Vec<Ground>,
    /// What the document model looked at; the contributions add up to the logit of `inferred`.
    pub factors: Vec<Factor>,
}

/// One sentence as evidence.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The exact words.
    pub span: Span,
    /// The sentence or table row.
    pub sentence: Span,
    /// How it supports.
    pub provenance: Provenance,
    /// Probability that the sentence shows the technique.
    pub probability: f32,
    /// The linear model's score, about -1 (no) to 1 (yes); none if it was not asked.
    pub score: Option<f32>,
    /// The part the sentence plays.
    pub role: Role,
    /// Something is negated in it.
    pub negates: bool,
    /// Words that counted in the score, strongest first.
    pub words: Vec<Reason>,
    /// What moved the sentence's logit: by how much it would fall without.
    pub factors: Vec<Reason>,
}

/// One number that the document model looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// What it is, in words.
    pub text: String,
    /// Its value.
    pub value: f32,
    /// What it is multiplied with.
    pub coefficient: f32,
}

impl Factor {
    /// What it adds to the logit.
    pub fn contribution(&self) -> f32 {
        self.value * self.coefficient
    }
}

/// A sentence that is not evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// The sentence.
    pub sentence: Span,
    /// Its score.
    pub score: f32,
    /// Score from which on it would be listened to.
    pub needed: f32,
    /// Words that counted, strongest first.
    pub words: Vec<Reason>,
}

impl Mapper {
    /// Explains a technique of the pack in use, claimed or not; none if the pack has no such id.
    pub fn explain(&self, document: &Document, options: &Options, id: &str) -> Option<Explanation> {
        let index = self.pack.techniques().iter().position(|t| t.id == id)?;
        let technique = self.pack.techniques().get(index)?;
        let index = index as u32;
        let candidates = self.candidates(document, options, &mut Vec::new());
        let candidate = candidates.iter().find(|c| c.technique == index);
        let points = [OperatingPoint::Strict, OperatingPoint::Balanced, OperatingPoint::All];
        let points = points
            .map(|point| {
                let threshold = self.threshold(point);
                let mut kept = candidates.clone();
                self.keep(&mut kept, threshold);
                let fate = match candidate {
                    None => Fate::Silent,
                    Some(_) if kept.iter().any(|c| c.technique == index) => Fate::Claimed,
                    Some(c) if c.probability < threshold => Fate::Below,
                    Some(_) => Fate::Covered(
                        kept.iter()
                            .filter_map(|c| self.pack.techniques().get(c.technique as usize))
                            .filter(|t| t.parent == Some(technique.id))
                            .map(|t| t.id)
                            .collect(),
                    ),
                };
                Point { point, threshold, fate }
            })
            .into();
        let places = places(document, &self.cues);
        let field = gather::field_of(self, &Read::new(document, &places));
        Some(Explanation {
            technique,
            points,
            weighed: candidate.map(|c| Weighed {
                probability: c.probability,
                inferred: sigmoid(self.layer.document(&c.standing)),
                provenance: c.provenance,
                mapped_from: c.mapped_from.clone(),
                floor: floor(&c.supports)
                    .or_else(|| (c.probability > sigmoid(self.layer.document(&c.standing))).then_some(NAMED)),
                evidence: c.supports.iter().map(|s| self.ground(document, index, s)).collect(),
                factors: factors(&self.layer.document, &c.standing),
            }),
            learned: self.labels_of(index).next().is_some(),
            admitted: field.admits(technique.domain),
            nearest: if candidate.is_none() { self.nearest(document, &places, index) } else { None },
        })
    }

    /// Labels of the model for a technique: more than one if ids were merged since training.
    fn labels_of(&self, technique: u32) -> impl Iterator<Item = usize> + '_ {
        let from = self.labels.partition_point(|l| l.0 < technique);
        self.labels.iter().skip(from).take_while(move |l| l.0 == technique).map(|l| l.1 as usize)
    }

    fn ground(&self, document: &Document, technique: u32, s: &Support) -> Ground {
        let asked = s.signal.tokens > 0 && s.signal.score > NO_SCORE;
        let sentence = document.sentences.get(s.sentence as usize).map_or(s.around, |s| s.span);
        Ground {
            span: s.span,
            sentence: s.around,
            provenance: s.provenance,
            probability: sigmoid(s.logit),
            score: asked.then_some(s.signal.score),
            role: s.signal.role,
            negates: s.signal.negates,
            words: if asked {
                self.best_label(sentence.of(&document.text), technique).map_or(Vec::new(), |b| b.1)
            } else {
                Vec::new()
            },
            factors: if s.signal.tokens > 0 { self.sentence_factors(&s.signal) } else { Vec::new() },
        }
    }

    /// Score and words of a sentence under the technique's label that scores best.
    fn best_label(&self, text: &str, technique: u32) -> Option<(f32, Vec<Reason>)> {
        let model = self.model.as_ref()?;
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        let mut scratch = Scratch::default();
        if !model.score(text, &tokens, &mut scratch) {
            return None;
        }
        let score = |label: &usize| scratch.scores.get(*label).copied().unwrap_or(NO_SCORE);
        let label = self.labels_of(technique).max_by(|a, b| score(a).total_cmp(&score(b)))?;
        // A word can count as itself and as the parts of its name: readers see it once.
        let mut words: Vec<Reason> = Vec::new();
        for (feature, weight) in model.explain(label, &scratch) {
            let text = gather::words(text, &tokens, feature);
            match words.iter_mut().find(|w| w.text == text) {
                Some(same) => same.weight += weight,
                None => words.push(Reason { text, weight }),
            }
        }
        words.retain(|w| w.weight.abs() >= LEAST);
        words.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        Some((score(&label), words))
    }

    /// How the logit of a sentence would change without what it has: each taken away alone.
    fn sentence_factors(&self, signal: &Signal) -> Vec<Reason> {
        let whole = self.layer.sentence(signal);
        let top = signal.score + signal.behind;
        let own = u32::from(signal.score >= CLEAR);
        let echo = signal.echo;
        let named = signal.naming.is_some();
        let mut out = Vec::new();
        let mut without = |text: &str, changed: Signal| {
            let weight = whole - self.layer.sentence(&changed);
            if weight.abs() >= LEAST {
                out.push(Reason { text: text.to_owned(), weight });
            }
        };
        let unscored = Signal { score: NO_SCORE, behind: (top - NO_SCORE).max(0.0), lead: 0.0, ..*signal };
        without("its words", unscored);
        if named {
            let echo = Echo { named: echo.named.saturating_sub(1), ..echo };
            without("a name of the technique", Signal { naming: None, echo, ..*signal });
        }
        let alone = Echo { before: NO_SCORE, after: NO_SCORE, near: NO_SCORE, ..echo };
        without("the sentences around it", Signal { echo: alone, ..*signal });
        let once = Echo { elsewhere: NO_SCORE, clear: own, named: u32::from(named), ..echo };
        without("the rest of the document", Signal { echo: once, ..*signal });
        let rivals = signal.rivals.min(1);
        without("other techniques in the sentence", Signal { behind: 0.0, rivals, ..*signal });
        let unstated = Signal { stating: Stating::No, states: 0, ..*signal };
        without("the report's own list of techniques", unstated);
        if signal.role != Role::Claim || signal.advising_section {
            let text = format!("context: {}", signal.role.as_str());
            without(&text, Signal { role: Role::Claim, advising_section: false, ..*signal });
        }
        if signal.negates {
            without("context: a negation", Signal { negates: false, ..*signal });
        }
        out.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        out
    }

    /// The sentence whose words come nearest to a technique that nothing speaks for.
    fn nearest(&self, document: &Document, places: &[Role], technique: u32) -> Option<Nearest> {
        let mut best: Option<Nearest> = None;
        for (sentence, place) in document.sentences.iter().zip(places) {
            if *place == Role::Reference {
                continue;
            }
            let Some((score, words)) = self.best_label(sentence.span.of(&document.text), technique) else {
                continue;
            };
            if words.iter().any(|w| w.weight > 0.0) && best.as_ref().is_none_or(|b| b.score < score) {
                best = Some(Nearest { sentence: sentence.span, score, needed: gather::LISTEN, words });
            }
        }
        best
    }
}

/// The probability that a stated id gives at least.
fn floor(supports: &[Support]) -> Option<f32> {
    let stated = supports.iter().filter(|s| s.provenance == Provenance::Stated);
    stated.map(|s| if s.signal.advising_section { STATED_IN_ADVICE } else { STATED }).max_by(f32::total_cmp)
}

/// The document model's view in words.
fn factors(coefficients: &[f32; DOCUMENT], s: &Standing) -> Vec<Factor> {
    let probability = |logit: f32| format!("{:.2}", sigmoid(logit));
    let count = |n: u32, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let texts: [String; DOCUMENT] = [
        "where every technique starts".into(),
        format!("best sentence {}", probability(s.best)),
        format!("next best sentence with other words {}", probability(s.second)),
        format!("at least one sentence is right {:.2}", 1.0 - s.none.exp()),
        format!("{} speaking for it", count(s.speaking, "sentence")),
        format!("{} naming it", count(s.named, "sentence")),
        if s.named > 1 { "named more than once".into() } else { "named not more than once".into() },
        format!("about {:.0} examples of it in training", s.support.exp()),
        format!("document of {}", count(s.sentences, "sentence")),
        format!("{:.0} % of the sentences speak for some technique", s.density * 100.0),
        format!("{} with a sentence", count(s.others, "other technique")),
        format!("best sentence of its parent or sub-techniques {}", probability(s.relative)),
        if s.stating >= Stating::Elsewhere { "stated by its id" } else { "not stated by its id" }.into(),
        format!("stated, and best sentence {}", probability(s.best)),
        if s.stating == Stating::Relative { "a relative is stated" } else { "no relative is stated" }.into(),
        format!("{} stated instead", count(s.states, "other technique")),
    ];
    let values = document_features(s);
    let all = texts.into_iter().zip(values).zip(coefficients);
    all.map(|((text, value), coefficient)| Factor { text, value, coefficient: *coefficient }).collect()
}
