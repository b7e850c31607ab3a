//! Targets: a query language with the pipeline that its users usually have.

mod dialect;
mod grammar;
mod network;

mod cloud;
mod edr;
mod elastic;
mod insightidr;
mod kusto;
mod logs;
mod siem;
mod splunk;
mod sql;

pub use dialect::{Context, Dialect, Piece, Query};
pub use dialect::{escape, one_field, op_of, regex_flags, with};
pub use grammar::{Cased, Grammar, Op, Template, fill, word};

/// A language, and the formats its queries come in.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, as `-t NAME` takes it.
    pub name: &'static str,
    /// The product, for people.
    pub about: &'static str,
    /// The formats; the first is the default.
    pub formats: &'static [&'static str],
    /// The pipelines a rule goes through before any pipeline of the user's.
    pub own: &'static [&'static str],
    /// The language.
    pub dialect: &'static dyn Dialect,
}

/// A target with pipeline and format, under the name of the reference set.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// The label.
    pub name: &'static str,
    /// The target's name.
    pub target: &'static str,
    /// The pipelines.
    pub pipelines: &'static [&'static str],
    /// The format.
    pub format: &'static str,
}

/// Every target.
static TARGETS: &[&[Target]] = &[
    splunk::TARGETS,
    elastic::TARGETS,
    kusto::TARGETS,
    edr::TARGETS,
    siem::TARGETS,
    sql::TARGETS,
    logs::TARGETS,
    cloud::TARGETS,
    insightidr::TARGETS,
];

/// Every label.
static LABELS: &[&[Label]] = &[
    splunk::LABELS,
    elastic::LABELS,
    kusto::LABELS,
    edr::LABELS,
    siem::LABELS,
    sql::LABELS,
    logs::LABELS,
    cloud::LABELS,
    insightidr::LABELS,
];

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    targets().find(|target| target.name == name)
}

/// Every target, in order.
pub fn targets() -> impl Iterator<Item = &'static Target> {
    TARGETS.iter().copied().flatten()
}

/// The label of this name.
pub fn label(name: &str) -> Option<&'static Label> {
    labels().find(|label| label.name == name)
}

/// Every label, in order.
pub fn labels() -> impl Iterator<Item = &'static Label> {
    LABELS.iter().copied().flatten()
}
