//! Probabilities, in number and in words.

/// A calibrated probability in `0.0..=1.0` that the claim is right.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Default)]
pub struct Confidence(f32);

impl Confidence {
    /// Certain by construction, e.g. a hash that was read from the text.
    pub const CERTAIN: Confidence = Confidence(1.0);

    /// Clamped into `0.0..=1.0`; NaN becomes 0.
    pub fn new(p: f32) -> Self {
        if p.is_nan() { Self(0.0) } else { Self(p.clamp(0.0, 1.0)) }
    }

    /// The probability.
    pub fn get(self) -> f32 {
        self.0
    }

    /// 0–100, as STIX 2.1 section 3.2 `confidence` wants it.
    pub fn percent(self) -> u8 {
        (self.0 * 100.0).round() as u8
    }

    /// The word of the ICD 203 scale (US Intelligence Community Directive 203, "likelihood").
    pub fn word(self) -> &'static str {
        match self.percent() {
            0..=4 => "almost no chance",
            5..=19 => "very unlikely",
            20..=44 => "unlikely",
            45..=54 => "roughly even chance",
            55..=79 => "likely",
            80..=94 => "very likely",
            _ => "almost certain",
        }
    }
}
