//! Techniques with evidence: stated, named, inferred. See [`Mapper`].
//!
//! A sentence can *state* a technique by id ([`stated`]), *name* it ([`lexicon`]) or describe it, which the
//! trained model *infers* ([`model`] over [`features`]). What the sentence does with it, and where it stands,
//! is in [`context`]; which matrices a report can be about in [`field`]. [`verdict`] turns all of it into one
//! probability for each technique. [`second`] lets a language model that the user names move it within bounds.

pub mod context;
pub mod explain;
pub mod features;
pub mod field;
pub mod forest;
pub mod lexicon;
pub mod model;
pub mod phrases;
pub mod second;
pub mod stated;
pub mod tokens;
pub mod verdict;

mod gather;
mod scores;

pub use gather::{Candidate, Support};
pub use scores::{Scored, Scores};

use crate::observable::Extraction;
use crate::{
    Code, Confidence, Diagnostic, Document, Evidence, OperatingPoint, Options, Provenance, TechniqueMapping,
};
use bartizan_knowledge::{Pack, Resolution};
use context::Cues;
use field::Fields;
use forest::Quick;
use lexicon::Lexicon;
use model::Model;
use std::collections::{BTreeMap, BTreeSet};
use verdict::{Layer, Signal, sentence_features};

/// Lexicon and model; build once, use for many documents.
#[derive(Debug)]
pub struct Mapper {
    pack: &'static Pack,
    lexicon: Lexicon,
    cues: Cues,
    fields: Fields,
    model: Option<Model<'static>>,
    /// The pack's technique for each label of the model: ids revoked since training are followed.
    techniques: Vec<Option<u32>>,
    /// Labels of a technique: (technique, label), sorted.
    labels: Vec<(u32, u32)>,
    /// Zero for a label with a technique, else below every score: added to the scores it silences the others.
    silence: Vec<f32>,
    layer: Layer,
    /// The model is not the pack's.
    own_model: bool,
    /// The layer's forest, laid out for speed.
    quick: Option<Quick>,
}

/// Evidence kept for each technique.
const MOST_EVIDENCE: usize = 20;
/// Probability of a technique that the report states by id.
const STATED: f32 = 0.97;
/// The same where the id stands among advice: the technique is spoken of, perhaps not seen.
const STATED_IN_ADVICE: f32 = 0.6;
/// Probability of a technique that a sentence claims by ATT&CK's own name for it: the share that annotators of the
/// development sets marked (97 of 118). Too rare in training for the layers to learn it.
const NAMED: f32 = 0.8;
/// Language of the training sentences (ISO 639-1).
const TRAINED: &str = "en";
/// Least probability that is reported at all.
const ALL: f32 = 0.05;

/// The other layout of a forest that has trees.
fn quick(layer: &Layer) -> Option<Quick> {
    (!layer.forest.trees.is_empty()).then(|| Quick::new(&layer.forest)).flatten()
}

/// The order of an analysis.
fn best_first(mappings: &mut [TechniqueMapping]) {
    mappings.sort_by(|a, b| b.confidence.get().total_cmp(&a.confidence.get()).then_with(|| a.id.cmp(&b.id)));
}

impl Mapper {
    /// Prepares lexicon and model. A pack without a model maps what is stated and named.
    pub fn new(pack: &'static Pack) -> Self {
        Self::with_model(pack, pack.model())
    }

    /// The same with a model from elsewhere: one that was just trained, or an analyst's own.
    pub fn with_model(pack: &'static Pack, bytes: &'static [u8]) -> Self {
        let model = Model::open(bytes);
        let index: BTreeMap<&str, u32> =
            pack.techniques().iter().enumerate().map(|(i, t)| (t.id, i as u32)).collect();
        let techniques = model.as_ref().map_or(Vec::new(), |m| {
            m.labels
                .iter()
                .map(|l| match pack.resolve(&l.id) {
                    Resolution::Current => index.get(l.id.as_str()).copied(),
                    Resolution::Replaced(new) => index.get(new).copied(),
                    Resolution::Deprecated | Resolution::Unknown => None,
                })
                .collect()
        });
        let mut labels: Vec<(u32, u32)> =
            techniques.iter().zip(0..).filter_map(|(t, label)| Some(((*t)?, label))).collect();
        labels.sort_unstable();
        let silence = techniques.iter().map(|t| if t.is_some() { 0.0 } else { f32::NEG_INFINITY }).collect();
        let layer = model
            .as_ref()
            .map_or_else(Layer::default, |m| Layer::read(&m.parameters.document, &m.parameters.forest));
        Self {
            pack,
            lexicon: Lexicon::new(pack),
            cues: Cues::new(),
            fields: Fields::new(),
            model,
            techniques,
            labels,
            silence,
            quick: quick(&layer),
            layer,
            own_model: !std::ptr::eq(bytes, pack.model()) && bytes != pack.model(),
        }
    }

    /// The pack's version line, and the model's recipe if the model is not the pack's.
    pub fn version_line(&self) -> String {
        let line = self.pack.version_line();
        match &self.model {
            Some(m) if self.own_model => {
                let hex: String = m.parameters.recipe.iter().take(4).map(|b| format!("{b:02x}")).collect();
                format!("{line} · model {hex}")
            }
            _ => line,
        }
    }

    /// Whether there is a model at all: none if its bytes are of another version.
    pub fn has_model(&self) -> bool {
        self.model.is_some()
    }

    /// Replaces the document layer, for fitting and measuring.
    #[must_use]
    pub fn with_layer(mut self, layer: Layer) -> Self {
        self.quick = quick(&layer);
        self.layer = layer;
        self
    }

    /// Logit for a sentence, as [`Layer::sentence`] gives it.
    fn sentence_logit(&self, signal: &Signal, alive: &mut Vec<u16>) -> f32 {
        match &self.quick {
            Some(quick) => quick.logit(&sentence_features(signal), alive),
            None => self.layer.sentence(signal),
        }
    }

    /// The document layer in use.
    pub fn layer(&self) -> &Layer {
        &self.layer
    }

    /// Maps one document to techniques, best first.
    pub fn map(
        &self,
        document: &Document,
        _extraction: &Extraction,
        options: &Options,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<TechniqueMapping> {
        let mut kept = self.candidates(document, options, diagnostics);
        self.keep(&mut kept, self.threshold(options.point));
        if let Some(language) = document.metadata.language.as_deref().filter(|l| *l != TRAINED) {
            // What is described in words the model never saw is a guess; ids and names mean the same everywhere.
            kept.retain(|c| c.provenance != Provenance::Inferred);
            diagnostics.push(Diagnostic::new(
                Code::UntrainedLanguage,
                format!(
                    "the text is in language \"{language}\", the mapping of descriptions is trained on English only: \
                     techniques stated by id or named are given, described ones are not"
                ),
            ));
        }
        let mut out: Vec<TechniqueMapping> =
            kept.into_iter().filter_map(|c| self.mapping(document, c)).collect();
        best_first(&mut out);
        out
    }

    /// Least probability of a technique that is not stated by id.
    pub fn threshold(&self, point: OperatingPoint) -> f32 {
        match point {
            OperatingPoint::Strict => self.layer.thresholds[0],
            OperatingPoint::Balanced => self.layer.thresholds[1],
            OperatingPoint::All => ALL,
        }
    }

    /// Leaves what is claimed at a threshold.
    fn keep(&self, candidates: &mut Vec<Candidate>, threshold: f32) {
        candidates.retain(|c| c.probability >= threshold || c.provenance == Provenance::Stated);
        self.drop_redundant_parents(candidates);
    }

    /// Every technique with any evidence and its probability, unfiltered, in the pack's order.
    pub fn candidates(
        &self,
        document: &Document,
        options: &Options,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Candidate> {
        gather::candidates(self, document, options, diagnostics, &mut |_, _| {})
    }

    /// The same, and every single (technique, support) on the way: for measuring sentences.
    pub fn candidates_and_supports(
        &self,
        document: &Document,
        options: &Options,
        each: &mut dyn FnMut(u32, &Support),
    ) -> Vec<Candidate> {
        gather::candidates(self, document, options, &mut Vec::new(), each)
    }

    /// A parent that is inferred from no other sentences than a sub-technique of it says nothing new. Where no
    /// sub-technique is sure enough, the parent stays: that is the back-off.
    fn drop_redundant_parents(&self, kept: &mut Vec<Candidate>) {
        let mut below: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for c in kept.iter() {
            if let Some(parent) = self.pack.techniques().get(c.technique as usize).and_then(|t| t.parent) {
                below.entry(parent).or_default().extend(c.supports.iter().map(|s| s.sentence));
            }
        }
        kept.retain(|c| {
            let id = self.pack.techniques().get(c.technique as usize).map_or("", |t| t.id);
            c.provenance != Provenance::Inferred
                || below.get(id).is_none_or(|sub| c.supports.iter().any(|s| !sub.contains(&s.sentence)))
        });
    }

    fn mapping(&self, document: &Document, candidate: Candidate) -> Option<TechniqueMapping> {
        let technique = self.pack.techniques().get(candidate.technique as usize)?;
        let evidence: Vec<Evidence> = candidate
            .supports
            .iter()
            .map(|s| Evidence { span: s.span, sentence: s.around })
            .take(MOST_EVIDENCE)
            .collect();
        if evidence.is_empty() {
            return None;
        }
        let reasons = gather::reasons(self, document, &candidate);
        Some(TechniqueMapping {
            id: technique.id.to_owned(),
            name: technique.name.to_owned(),
            domain: technique.domain.as_str().to_owned(),
            tactics: technique.tactics.iter().map(|t| (*t).to_owned()).collect(),
            mapped_from: candidate.mapped_from,
            confidence: Confidence::new(candidate.probability),
            provenance: candidate.provenance,
            evidence,
            reasons,
        })
    }
}
