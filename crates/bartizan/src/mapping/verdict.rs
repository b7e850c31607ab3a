//! From evidence to one probability: first for a sentence, then for the document.
//!
//! A small forest of trees for sentences and a logistic model for documents, both made by `cargo xtask train` and kept
//! in the model file. What they look at is here, so that fitting and use agree; the numbers are data.

use super::context::Role;
use super::forest::Forest;
use super::lexicon::Naming;

/// What a sentence gives for one technique.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal {
    /// Score of the linear model; [`NO_SCORE`] if it has none for the technique.
    pub score: f32,
    /// How far the score lies below the best score of any technique in the sentence (0 for the best).
    pub behind: f32,
    /// How the sentence names the technique, if it does.
    pub naming: Option<Naming>,
    /// The part the sentence plays by its place and its words.
    pub role: Role,
    /// The place alone advises (a section on mitigation).
    pub advising_section: bool,
    /// Something is negated in the sentence.
    pub negates: bool,
    /// Tokens in the sentence.
    pub tokens: u32,
    /// Logarithm of the technique's training examples.
    pub support: f32,
    /// How far the score lies above the second best of the sentence, if it is the best.
    pub lead: f32,
    /// Techniques whose score in the sentence is worth listening to.
    pub rivals: u32,
    /// What other sentences give for the technique.
    pub echo: Echo,
    /// Whether the document states the technique by its id.
    pub stating: Stating,
    /// Techniques that the document states by their ids.
    pub states: u32,
}

/// Whether and where a document states a technique by its id; most annotators follow a report's own list, in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Stating {
    /// Nowhere.
    #[default]
    No,
    /// Its parent or a sub-technique of it, somewhere.
    Relative,
    /// Itself, elsewhere.
    Elsewhere,
    /// Itself, in this sentence.
    Here,
}

/// What the sentences around and the rest of the document give for the same technique.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Echo {
    /// Score in the sentence before.
    pub before: f32,
    /// Score in the sentence after.
    pub after: f32,
    /// Best score at a distance of two sentences.
    pub near: f32,
    /// Best score in any other sentence.
    pub elsewhere: f32,
    /// Sentences with a score of at least [`CLEAR`], this one included.
    pub clear: u32,
    /// Sentences that name it, this one included.
    pub named: u32,
}

impl Default for Echo {
    /// A technique that no other sentence gives.
    fn default() -> Self {
        Self { before: NO_SCORE, after: NO_SCORE, near: NO_SCORE, elsewhere: NO_SCORE, clear: 0, named: 0 }
    }
}

/// A score from which on a sentence is counted as clear.
pub const CLEAR: f32 = -0.5;

/// The score of a technique that the model does not know, or below which it is not listened to.
pub const NO_SCORE: f32 = -1.2;

/// Number of sentence features.
pub const SENTENCE: usize = 20;
/// Number of document features.
pub const DOCUMENT: usize = 16;
/// Thresholds after the coefficients: strict, balanced.
pub const THRESHOLDS: usize = 2;

/// What the document model looks at, in order.
pub const DOCUMENT_NAMES: [&str; DOCUMENT] = [
    "bias",
    "best sentence",
    "second sentence",
    "any sentence",
    "sentences that speak for it",
    "named",
    "named twice",
    "support",
    "length",
    "density",
    "other techniques",
    "relative",
    "stated",
    "stated and described",
    "relative stated",
    "others stated",
];

fn flag(x: bool) -> f32 {
    f32::from(u8::from(x))
}

/// The forest's view of a sentence, in the order of its features.
pub fn sentence_features(s: &Signal) -> [f32; SENTENCE] {
    [
        s.score,
        s.behind.min(2.0),
        s.lead.min(2.0),
        flag(matches!(s.naming, Some(Naming::Name | Naming::Full))),
        flag(matches!(s.naming, Some(Naming::Alias))),
        s.echo.before,
        s.echo.after,
        s.echo.near,
        s.echo.elsewhere,
        s.echo.clear as f32,
        s.echo.named as f32,
        s.tokens as f32,
        s.rivals as f32,
        flag(s.role == Role::Label),
        flag(s.role == Role::Hypothetical),
        flag(s.role == Role::Defensive),
        flag(s.negates),
        flag(s.advising_section),
        f32::from(s.stating as u8),
        s.states as f32,
    ]
}

/// What a document gives for one technique.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Standing {
    /// Logit of the best sentence.
    pub best: f32,
    /// Logit of the second-best sentence with other words.
    pub second: f32,
    /// Sum of `ln(1 - p)` over sentences.
    pub none: f32,
    /// Sentences with a probability of at least [`SPEAKS`].
    pub speaking: u32,
    /// Distinct sentences that name it.
    pub named: u32,
    /// Logarithm of the training examples.
    pub support: f32,
    /// Sentences in the document.
    pub sentences: u32,
    /// Share of sentences that speak for some technique.
    pub density: f32,
    /// Other techniques with a sentence that speaks for them.
    pub others: u32,
    /// Best logit of parent or children.
    pub relative: f32,
    /// Whether the document states it by its id.
    pub stating: Stating,
    /// Techniques that the document states by their ids.
    pub states: u32,
}

/// From this probability on a sentence counts as speaking for a technique.
pub const SPEAKS: f32 = 0.25;
/// Lowest logit that is told apart.
pub const LOWEST: f32 = -6.0;

/// The document model's view.
pub fn document_features(s: &Standing) -> [f32; DOCUMENT] {
    let any = (1.0 - s.none.exp()).clamp(0.002, 0.998);
    let stated = flag(s.stating >= Stating::Elsewhere);
    [
        1.0,
        s.best.clamp(LOWEST, 6.0),
        s.second.clamp(LOWEST, 6.0),
        (any / (1.0 - any)).ln(),
        (s.speaking as f32).ln_1p(),
        flag(s.named > 0),
        flag(s.named > 1),
        s.support,
        (s.sentences as f32).ln_1p() - 4.0,
        s.density.min(0.6),
        (s.others as f32).ln_1p(),
        s.relative.clamp(LOWEST, 6.0),
        stated,
        stated * s.best.clamp(LOWEST, 6.0),
        flag(s.stating == Stating::Relative),
        flag(s.stating == Stating::No && s.states >= FEW),
    ]
}

/// Ids from which on a report is taken to list its techniques.
const FEW: u32 = 4;

/// `1 / (1 + e^-x)`.
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Fitted coefficients and thresholds.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Over [`sentence_features`]; without trees the score decides and a name lifts it.
    pub forest: Forest,
    /// Of [`document_features`].
    pub document: [f32; DOCUMENT],
    /// Least probability at the strict and at the balanced operating point.
    pub thresholds: [f32; THRESHOLDS],
}

impl Default for Layer {
    /// Plain defaults, for a pack whose model has not been fitted: the score decides, a name lifts it.
    fn default() -> Self {
        let mut document = [0.0; DOCUMENT];
        (document[0], document[1], document[4], document[10]) = (-0.9, 0.9, 0.5, 0.3);
        Self { forest: Forest::default(), document, thresholds: [0.6, 0.4] }
    }
}

fn dot<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

impl Layer {
    /// From the numbers in the model file; the default if they are not as this version wants.
    pub fn read(numbers: &[f32], forest: &[f32]) -> Self {
        let Some((document, rest)) = numbers.split_first_chunk::<DOCUMENT>() else { return Self::default() };
        let Ok(thresholds) = rest.try_into() else { return Self::default() };
        let Some(forest) = Forest::read(forest) else { return Self::default() };
        Self { forest, document: *document, thresholds }
    }

    /// The numbers for the model file, without the forest's.
    pub fn numbers(&self) -> Vec<f32> {
        self.document.iter().chain(&self.thresholds).copied().collect()
    }

    /// Logit for a sentence.
    pub fn sentence(&self, signal: &Signal) -> f32 {
        if self.forest.trees.is_empty() {
            let lift = if signal.naming.is_some() { 4.5 } else { 0.0 };
            return 1.2 + 3.5 * signal.score + lift;
        }
        self.forest.logit(&sentence_features(signal))
    }

    /// Logit for a document.
    pub fn document(&self, standing: &Standing) -> f32 {
        dot(&self.document, &document_features(standing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_trip_and_wrong_counts_fall_back() {
        let mut layer = Layer::default();
        layer.document[3] = 7.0;
        layer.forest.base = 0.5;
        assert_eq!(Layer::read(&layer.numbers(), &layer.forest.numbers()), layer);
        assert_eq!(Layer::read(&[1.0; 3], &[0.0]), Layer::default());
    }
}
