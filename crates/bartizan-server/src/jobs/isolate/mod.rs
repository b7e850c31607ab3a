//! One report analysed in a child process that may do nothing but compute.
//!
//! The child is `bartizan worker`: it lowers its own limits, reads the report from standard input and writes one ZIP to
//! standard output. It gets no environment, no files and no network address. Whatever it does, [`Isolation::run`] comes
//! back within the time limit with a [`Package`] or with an [`Ended`] that says how it went wrong.

mod child;
mod ended;
mod package;

use std::path::PathBuf;
use std::time::Duration;

pub use ended::{EndCode, Ended};
pub use package::Package;

/// How children are started and what they may cost.
#[derive(Clone, Debug)]
pub struct Isolation {
    /// The program; the server's own, as a rule.
    pub program: PathBuf,
    /// What comes before the arguments of the worker, e.g. `--pack FILE`.
    pub arguments: Vec<String>,
    /// How long a child may take, start and end included.
    pub timeout: Duration,
    /// Address space, in MiB.
    pub memory_mib: u64,
    /// CPU time, in seconds.
    pub cpu_seconds: u64,
    /// Largest report, in MiB.
    pub input_mib: usize,
    /// Most bytes on standard output.
    pub output_bytes: usize,
    /// Most bytes on standard error.
    pub told_bytes: usize,
    /// Most bytes of all files of a package.
    pub package_bytes: usize,
    /// Most files of a package.
    pub package_files: usize,
}

impl Isolation {
    /// The usual limits for a program.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            timeout: Duration::from_secs(180),
            memory_mib: 3072,
            cpu_seconds: 120,
            input_mib: 128,
            output_bytes: 256 << 20,
            told_bytes: 1 << 20,
            package_bytes: 512 << 20,
            package_files: 5_000,
        }
    }

    /// Analyses one report. Dropping the future kills the child.
    ///
    /// # Errors
    /// An [`Ended`] for every way in which there is no package.
    pub async fn run(&self, task: &Task, progress: impl FnMut(Progress)) -> Result<Package, Ended> {
        let bytes = child::run(self, task, progress).await?;
        self.unpack(bytes).await
    }

    /// Reads what a child, here or elsewhere, wrote.
    ///
    /// # Errors
    /// `worker.broken-package` or `worker.package-too-large`.
    pub async fn unpack(&self, bytes: Vec<u8>) -> Result<Package, Ended> {
        let (most, files) = (self.package_bytes, self.package_files);
        // Unpacking is work: it must not hold up the others.
        let unpacked = tokio::task::spawn_blocking(move || package::read(bytes, most, files)).await;
        unpacked.map_err(|e| Ended::new(EndCode::BrokenPackage, format!("unpacking ended: {e}")))?
    }
}

/// What is analysed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Task {
    /// Name of the report.
    pub name: String,
    /// Time stamp of everything written, RFC 3339.
    pub now: String,
    /// TLP label of everything written; none: as the report says.
    pub marking: Option<String>,
    /// Where it came from.
    pub source_url: Option<String>,
    /// The media type that its sender declared.
    pub media_type: Option<String>,
    /// The report.
    pub document: Vec<u8>,
}

/// How far a child is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What begins.
    pub stage: String,
    /// Stages that are done.
    pub done: u32,
    /// Of how many.
    pub of: u32,
}
