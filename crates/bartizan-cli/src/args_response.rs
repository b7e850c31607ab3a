//! What was typed for the assessment, and for the commands that stand on it.

use std::path::PathBuf;

use bartizan_response::risk::source::{Credibility, Reliability};
use clap::{Args, Subcommand, ValueEnum};

/// What the reader knows beyond the report.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Assessment")]
pub struct AssessArgs {
    /// The organisation that reads: sectors, countries, technologies, platforms, duties (docs/assessment.md)
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Estimates of exploitation: FIRST's daily EPSS file, plain or .gz
    #[arg(long, value_name = "FILE")]
    pub epss: Option<PathBuf>,
    /// How far you rely on the source, by the Admiralty code; F: cannot be judged
    #[arg(long, value_name = "A-F", value_enum, ignore_case = true, hide_possible_values = true)]
    pub reliability: Option<ReliabilityArg>,
    /// How credible you find what it says, by the Admiralty code; 6: cannot be judged
    #[arg(long, value_name = "1-6", value_enum, hide_possible_values = true)]
    pub credibility: Option<CredibilityArg>,
}

/// Grades of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum ReliabilityArg {
    A,
    B,
    C,
    D,
    E,
    F,
}

impl From<ReliabilityArg> for Reliability {
    fn from(grade: ReliabilityArg) -> Self {
        match grade {
            ReliabilityArg::A => Self::A,
            ReliabilityArg::B => Self::B,
            ReliabilityArg::C => Self::C,
            ReliabilityArg::D => Self::D,
            ReliabilityArg::E => Self::E,
            ReliabilityArg::F => Self::F,
        }
    }
}

/// Grades of information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CredibilityArg {
    #[value(name = "1")]
    Confirmed,
    #[value(name = "2")]
    Probable,
    #[value(name = "3")]
    Possible,
    #[value(name = "4")]
    Doubtful,
    #[value(name = "5")]
    Improbable,
    #[value(name = "6")]
    Unknown,
}

impl From<CredibilityArg> for Credibility {
    fn from(grade: CredibilityArg) -> Self {
        match grade {
            CredibilityArg::Confirmed => Self::Confirmed,
            CredibilityArg::Probable => Self::Probable,
            CredibilityArg::Possible => Self::Possible,
            CredibilityArg::Doubtful => Self::Doubtful,
            CredibilityArg::Improbable => Self::Improbable,
            CredibilityArg::Unknown => Self::Unknown,
        }
    }
}

/// Commands of `playbook`.
#[derive(Clone, Debug, Subcommand)]
pub enum PlaybookCommand {
    /// Check CACAO 2.0 playbooks: structure, references, reachability, variables
    Lint {
        /// Files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}
