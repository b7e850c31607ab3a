//! `bartizan detect`: rules from reports.

use super::analyze;
use crate::args::{DetectArgs, Global};
use crate::exit::{Exit, Failure};

/// Analyses every input and writes its detections.
pub fn run(global: &Global, args: &DetectArgs) -> Result<Exit, Failure> {
    analyze::run(global, &args.into())
}
