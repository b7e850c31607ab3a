//! What the reader knows beyond the report: read once, used for every report.

use bartizan_response::Options;
use bartizan_response::profile::{self, Profile};
use bartizan_response::risk::source::Source;

use crate::args_response::AssessArgs;
use crate::epss;
use crate::exit::{Exit, Failure};

/// Reads what the user named.
pub fn options(args: &AssessArgs) -> Result<Options, Failure> {
    let source = Source {
        reliability: args.reliability.map(Into::into),
        credibility: args.credibility.map(Into::into),
    };
    Ok(Options {
        profile: args.profile.as_deref().map(read_profile).transpose()?,
        epss: args.epss.as_deref().map(epss::load).transpose()?,
        source,
    })
}

fn read_profile(path: &std::path::Path) -> Result<Profile, Failure> {
    let text = std::fs::read_to_string(path).map_err(|e| {
        let message = format!("cannot read the profile {}: {e}", path.display());
        Failure::new(Exit::NoInput, "profile.unreadable", message)
    })?;
    profile::parse(&text).map_err(|e| {
        let message = format!("{}: {e}; docs/assessment.md says what a profile holds", path.display());
        Failure::new(Exit::BadData, "profile.invalid", message)
    })
}
