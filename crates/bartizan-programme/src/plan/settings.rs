//! How a model is asked, and where its tools run.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::set::closed_set;
use crate::word::{Digest, Id, Words};

closed_set! {
    /// How long the model may reason.
    Effort {
        /// As the endpoint does by itself.
        Default = "default",
        /// Little.
        Low = "low",
        /// More.
        Medium = "medium",
        /// As much as it can.
        High = "high",
    }
}

closed_set! {
    /// Where tools run.
    SandboxKind {
        /// There are no tools.
        None = "none",
        /// In a container.
        Container = "container",
        /// In a virtual machine.
        Machine = "machine",
    }
}

/// How a model is asked. Fractions are thousandths, so that the canonical form has no two ways to write one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elicitation {
    /// The system message, if there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub system: Option<Words>,
    /// Temperature in thousandths; `None`: the endpoint's own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub temperature_milli: Option<u32>,
    /// Nucleus in thousandths; `None`: the endpoint's own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub top_p_milli: Option<u32>,
    /// The most tokens of an answer.
    pub max_tokens: u32,
    /// How often the model may try a sample.
    pub attempts: u32,
    /// How long it may reason.
    pub effort: Effort,
    /// The most messages of a sample; tools make long ones.
    pub max_messages: u32,
    /// Tools it is given.
    pub tools: BTreeSet<Id>,
}

impl Elicitation {
    pub(super) fn holds(&self) -> bool {
        self.temperature_milli.is_none_or(|heat| heat <= 2_000)
            && self.top_p_milli.is_none_or(|top| top <= 1_000)
            && (1..=10_000_000).contains(&self.max_tokens)
            && (1..=1_000).contains(&self.attempts)
            && (1..=100_000).contains(&self.max_messages)
    }
}

/// Where tools run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sandbox {
    /// In what.
    pub kind: SandboxKind,
    /// SHA-256 of the image; there is one unless the kind is `none`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image: Option<Digest>,
    /// Processors; 0 for `none`.
    pub cpus: u32,
    /// Memory in MiB; 0 for `none`.
    pub memory_mib: u32,
    /// How long a sample may take, in seconds; 0: as long as it takes.
    pub seconds: u32,
}

impl Sandbox {
    pub(super) fn holds(&self) -> bool {
        let none = self.kind == SandboxKind::None;
        none == self.image.is_none() && (!none || (self.cpus, self.memory_mib) == (0, 0)) && self.cpus <= 1024
    }
}
