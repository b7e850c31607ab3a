//! Targets: a query language with the pipeline that its users usually have.

pub mod correlate;
mod dialect;
pub(crate) mod expression;
mod grammar;
mod literal;
mod network;
mod ordered;

mod cloud;
mod edr;
mod elastic;
mod insightidr;
mod kusto;
mod kusto_wide;
mod logs;
mod panther;
mod siem;
mod splunk;
mod sql;

use crate::pipeline::{
    Pipeline, Reach,
    builtin::{self, Builtin},
};
pub use dialect::{Context, Dialect, Piece, Query};
pub use dialect::{escape, one_field, op_of, regex_flags, with};
pub(crate) use dialect::{is_any_of, placeholder};
pub use grammar::{Cased, Grammar, Op, Template, fill, word};
pub(crate) use literal::{delimited, quoted, without_quotes};
pub(crate) use network::{heads as network_heads, patterns as network_patterns};
pub(crate) use panther::yaml::write as yaml_text;
pub(crate) use siem::sumologic::{normalised as cse_normalised, parsed as cse_parsed};

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
    siem::fortisiem::TARGETS,
    siem::graylog::TARGETS,
    siem::helix::TARGETS,
    siem::qradar::TARGETS,
    siem::secops::TARGETS,
    siem::sumologic::TARGETS,
    siem::uberagent::TARGETS,
    siem::wazuh::TARGETS,
    sql::TARGETS,
    logs::TARGETS,
    cloud::TARGETS,
    insightidr::TARGETS,
    panther::TARGETS,
];

/// Every label.
static LABELS: &[&[Label]] = &[
    splunk::LABELS,
    elastic::LABELS,
    kusto::LABELS,
    edr::LABELS,
    siem::fortisiem::LABELS,
    siem::graylog::LABELS,
    siem::helix::LABELS,
    siem::qradar::LABELS,
    siem::secops::LABELS,
    siem::sumologic::LABELS,
    siem::uberagent::LABELS,
    siem::wazuh::LABELS,
    sql::LABELS,
    logs::LABELS,
    cloud::LABELS,
    insightidr::LABELS,
    panther::LABELS,
];

/// What rules are converted with.
#[derive(Clone)]
pub struct Job {
    /// The target's name, or the label's.
    pub name: String,
    /// The target.
    pub target: &'static Target,
    /// The pipelines, the target's own first.
    pub pipelines: Vec<&'static Builtin>,
    /// The user's own pipelines, after the built-in ones.
    pub user: Vec<std::sync::Arc<Pipeline>>,
    /// The format.
    pub format: &'static str,
    /// How far the built-in pipelines go.
    pub reach: Reach,
    /// Whether a query may only come near to its rule, with a note saying where.
    pub approximate: bool,
}

impl Job {
    /// From the names a user gives; no format is the target's first.
    ///
    /// # Errors
    /// The name that is not known, in words.
    pub fn new(name: &str, pipelines: &[String], format: Option<&str>) -> Result<Self, String> {
        let target = target(name).ok_or_else(|| format!("no target `{name}`"))?;
        let pipeline = |name: &str| builtin::by_name(name).ok_or_else(|| format!("no pipeline `{name}`"));
        let format = match format {
            None => target.formats.first().copied().unwrap_or("default"),
            Some(format) => {
                let known = target.formats.iter().copied().find(|f| *f == format);
                known.ok_or_else(|| {
                    format!("`{}` has no format `{format}`, but {}", target.name, target.formats.join(", "))
                })?
            }
        };
        let own = target.own.iter().copied();
        let names = own.chain(pipelines.iter().map(String::as_str));
        Ok(Self {
            name: name.to_owned(),
            target,
            pipelines: names.map(pipeline).collect::<Result<_, _>>()?,
            user: Vec::new(),
            format,
            reach: Reach::Wide,
            approximate: false,
        })
    }

    /// The language as far as the job goes.
    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        match self.reach {
            Reach::Reference => self.target.dialect,
            Reach::Wide => self.target.dialect.wide().unwrap_or(self.target.dialect),
        }
    }

    /// The job of a label: what the reference tools write, no more.
    ///
    /// # Errors
    /// A label that names what is not there; a test walks over all of them.
    pub fn of_label(label: &'static Label) -> Result<Self, String> {
        let pipelines: Vec<String> = label.pipelines.iter().map(|p| (*p).to_owned()).collect();
        let job = Self::new(label.target, &pipelines, Some(label.format))?;
        Ok(Self { name: label.name.to_owned(), reach: Reach::Reference, ..job })
    }
}

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
