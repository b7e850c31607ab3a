//! What the reader knows beyond the report: read once, used for every report.

use bartizan_response::{Options, profile};

use crate::args_response::AssessArgs;
use crate::exit::{Exit, Failure};

/// Reads what the user named.
pub fn options(args: &AssessArgs) -> Result<Options, Failure> {
    let Some(path) = &args.profile else { return Ok(Options::default()) };
    let text = std::fs::read_to_string(path).map_err(|e| {
        let message = format!("cannot read the profile {}: {e}", path.display());
        Failure::new(Exit::NoInput, "profile.unreadable", message)
    })?;
    let profile = profile::parse(&text).map_err(|e| {
        let message = format!("{}: {e}; docs/assessment.md says what a profile holds", path.display());
        Failure::new(Exit::BadData, "profile.invalid", message)
    })?;
    Ok(Options { profile: Some(profile) })
}
