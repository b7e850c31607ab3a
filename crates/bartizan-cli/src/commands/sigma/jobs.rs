//! From the names that a user gives to what rules are converted with.

use std::path::Path;
use std::sync::Arc;

use bartizan_sigma::pipeline::Pipeline;
use bartizan_sigma::target::Job;

use super::rules;
use crate::exit::{Exit, Failure};

/// Pipelines as they were given: names of built-in ones, and those of files in the order they are applied.
#[derive(Debug, Default)]
pub struct Pipelines {
    names: Vec<String>,
    own: Vec<Arc<Pipeline>>,
}

impl Pipelines {
    /// Reads the files among `given`.
    pub fn read(given: &[String]) -> Result<Self, Failure> {
        let is_file = |p: &String| p.ends_with(".yml") || p.ends_with(".yaml");
        let (files, names): (Vec<_>, Vec<_>) = given.iter().cloned().partition(is_file);
        let mut own = files.iter().map(|file| pipeline(Path::new(file))).collect::<Result<Vec<_>, _>>()?;
        // Pipelines are applied by their priority, those of the same in the order given.
        own.sort_by_key(|pipeline| pipeline.priority);
        Ok(Self { names, own })
    }

    /// Whether every pipeline is meant for the target: `allowed_backends`.
    pub fn check(&self, target: &str) -> Result<(), Failure> {
        let other = self.own.iter().find(|p| !p.allowed.is_empty() && !p.allowed.iter().any(|a| a == target));
        let Some(pipeline) = other else { return Ok(()) };
        Err(usage(format!(
            "the pipeline `{}` is for {}, not for {target}; --disable-pipeline-check takes it all the same",
            pipeline.name,
            pipeline.allowed.join(", ")
        )))
    }

    /// The job of a target with these pipelines.
    pub fn job(&self, target: &str, format: Option<&str>) -> Result<Job, Failure> {
        let mut job = Job::new(target, &self.names, format).map_err(usage)?;
        job.user.clone_from(&self.own);
        Ok(job)
    }
}

/// Wrong arguments, in words.
pub fn usage(message: String) -> Failure {
    Failure::new(Exit::Usage, "usage", message)
}

/// A pipeline of the user's.
fn pipeline(file: &Path) -> Result<Arc<Pipeline>, Failure> {
    let parsed = Pipeline::parse(&rules::text(file)?);
    parsed.map(Arc::new).map_err(|e| {
        let message = format!("{}: {e}", file.display());
        Failure::new(Exit::BadData, e.code(), message)
    })
}
