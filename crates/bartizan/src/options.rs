//! What goes into an analysis, besides the knowledge pack.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One report as bytes. Reading files and URLs is the caller's work.
#[derive(Clone, Debug)]
pub struct Input {
    /// File name or last URL segment, for the title fallback and format hint. Never opened.
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// Where it came from, if it was fetched.
    pub source_url: Option<String>,
    /// The media type the sender declared, a hint only.
    pub media_type: Option<String>,
}

impl Input {
    /// An input with no source URL and no declared type.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), source_url: None, media_type: None }
    }
}

/// How sure an inferred technique must be to be reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OperatingPoint {
    /// Document precision about 0.8.
    #[default]
    Strict,
    /// Best F1 on the development sets.
    Balanced,
    /// Everything with a non-negligible score.
    All,
}

/// Caps on what one input may cost. Reaching one is an error or a diagnostic, never a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest input, in bytes.
    pub input_bytes: usize,
    /// Longest canonical text, in bytes.
    pub text_bytes: usize,
    /// Most pages of a PDF.
    pub pages: usize,
    /// Deepest nesting of elements, lists or objects.
    pub depth: usize,
    /// Most bytes all compressed parts of one input may expand to.
    pub expanded_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input_bytes: 128 << 20,
            text_bytes: 64 << 20,
            pages: 3_000,
            depth: 512,
            expanded_bytes: 256 << 20,
        }
    }
}

/// A flag by which the caller stops a running analysis; readers and extractors look at it between units of
/// work. The library has no clock, so time limits live in the caller.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ask the analysis to stop.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How to analyse.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The time stamp of everything written (`created`, `modified`), in seconds since 1970-01-01 UTC. Same
    /// input, pack and `now` give the same bytes.
    pub now: i64,
    /// Operating point of inferred techniques.
    pub point: OperatingPoint,
    /// Caps.
    pub limits: Limits,
    /// The stop flag.
    pub stop: Stop,
    /// A TLP 2.0 marking that overrides the one found in the text.
    pub marking: Option<bartizan_stix::Tlp>,
}
