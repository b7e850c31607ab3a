//! Test plans: what is run, with which settings, in which surroundings. They come from a versioned catalogue and are kept whole in the
//! window, so that a later catalogue changes nothing of what was run.
//!
//! ```
//! use bartizan_programme::plan::Catalogue;
//!
//! let catalogue = Catalogue::embedded()?;
//! let plan = &catalogue.plans[0];
//! assert_eq!(plan.digest(), plan.clone().digest());
//! assert_eq!(plan.catalogue.digest, catalogue.digest);
//! # Ok::<(), bartizan_programme::Error>(())
//! ```

mod read;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::anomaly::Policy;
use crate::fault::{Code, Error, Fault};
use crate::rules::{Level, Programme};
use crate::table;
use crate::word::{Digest, Id, Line, Name};

pub use settings::{Effort, Elicitation, Sandbox, SandboxKind};

/// The catalogue that the program carries.
pub const CATALOGUE: &str = include_str!("../../data/catalogue.toml");
/// How long a catalogue may be, in bytes, and how many plans it has.
pub const MOST_BYTES: usize = 1 << 20;
/// See [`MOST_BYTES`].
pub const MOST_PLANS: usize = 64;
/// Seeds, parameters and hosts of one plan.
pub const MOST_EACH: usize = 64;
/// The most samples times epochs times seeds of one plan.
pub const MOST_SAMPLES: u64 = 10_000_000;

/// A catalogue of plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// Its name.
    pub id: Id,
    /// Its version.
    pub version: Name,
    /// SHA-256 of its file.
    pub digest: Digest,
    /// The plans, in order.
    pub plans: Vec<Plan>,
}

/// Where a plan comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The catalogue.
    pub id: Id,
    /// Its version.
    pub version: Name,
    /// SHA-256 of its file.
    pub digest: Digest,
}

/// A plan. It never changes: other settings are another plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its id in the catalogue.
    pub id: Id,
    /// What people call it.
    pub title: Line,
    /// The catalogue.
    pub catalogue: Origin,
    /// The suite.
    pub suite: Id,
    /// Its version.
    pub suite_version: u32,
    /// The task: file and name, as Inspect takes it.
    pub task: Line,
    /// Parameters of the task.
    pub parameters: BTreeMap<Id, Line>,
    /// The access level that it needs.
    pub level: Level,
    /// How the model is asked.
    pub elicitation: Elicitation,
    /// Seeds: one pass over the suite for each.
    pub seeds: BTreeSet<u64>,
    /// How often each sample is run in a pass.
    pub epochs: u32,
    /// Where tools run.
    pub sandbox: Sandbox,
    /// Hosts that the sandbox may reach; empty: none.
    pub hosts: BTreeSet<Line>,
    /// How many samples the suite has.
    pub samples: u32,
}

impl Catalogue {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with code, line and column.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        table::document(bytes, MOST_BYTES, |table, found| read::catalogue(table, found, Digest::of(bytes)))?
            .ok_or_else(|| Error::from(Code::RulesValue))
    }

    /// The catalogue that the program carries.
    ///
    /// # Errors
    /// None; a test reads it.
    pub fn embedded() -> Result<Self, Error> {
        Self::parse(CATALOGUE.as_bytes())
    }

    /// A plan by its id.
    pub fn plan(&self, id: &Id) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == *id)
    }
}

impl Plan {
    /// The canonical form: JSON, keys in order, no blanks, numbers whole.
    pub fn canonical(&self) -> String {
        // A `Value` keeps its keys in order; nothing in a plan fails to be one.
        serde_json::to_value(self).map(|value| value.to_string()).unwrap_or_default()
    }

    /// SHA-256 of the canonical form: what a run says it ran.
    pub fn digest(&self) -> Digest {
        Digest::of(self.canonical().as_bytes())
    }

    /// How many samples a log of it has.
    pub fn expected(&self) -> u64 {
        let passes = u64::try_from(self.seeds.len().max(1)).unwrap_or(u64::MAX);
        u64::from(self.samples).saturating_mul(u64::from(self.epochs)).saturating_mul(passes)
    }

    /// Whether a programme has room for it.
    ///
    /// # Errors
    /// Everything that stands against it: a suite or version that the programme does not measure, a level that it does not give, hosts
    /// that it does not permit, numbers out of bounds.
    pub fn fits(&self, programme: &Programme) -> Result<(), Error> {
        let mut faults = Vec::new();
        let mut fault = |code: Code, message: String| faults.push(Fault::new(code, message));
        match programme.suite(&self.suite) {
            Some(suite) if suite.version == self.suite_version => {}
            Some(suite) => fault(
                Code::PlanSuite,
                format!("the programme measures version {} of `{}`", suite.version, self.suite),
            ),
            None => fault(Code::PlanSuite, format!("the programme does not measure `{}`", self.suite)),
        }
        if !programme.levels.contains_key(&self.level) {
            fault(Code::LevelUnknown, format!("the programme gives no {}", self.level));
        }
        for host in self.hosts.iter().filter(|host| !programme.egress.hosts.contains(*host)) {
            fault(Code::PlanEgress, format!("the programme does not permit `{host}`"));
        }
        let bounded = (1..=MOST_SAMPLES).contains(&self.expected())
            && [self.seeds.len(), self.hosts.len(), self.parameters.len(), self.elicitation.tools.len()]
                .iter()
                .all(|count| *count <= MOST_EACH);
        if !bounded || !self.elicitation.holds() || !self.sandbox.holds() {
            fault(Code::PlanNumbers, "a number or a list of the plan is out of bounds".into());
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::all(faults)) }
    }

    /// What a run of it may do, for [`crate::anomaly::find`]. Times of the window in milliseconds, as there.
    pub fn policy(&self, window: (i64, i64), checkpoint: &Name) -> Policy {
        Policy {
            hosts: self.hosts.iter().map(|host| host.as_str().to_owned()).collect(),
            window,
            epochs: self.epochs,
            random: self.elicitation.temperature_milli.is_some_and(|heat| heat > 0),
            checkpoint: checkpoint.as_str().to_owned(),
            ..Policy::default()
        }
    }
}
