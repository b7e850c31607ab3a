//! The organisation that reads the report, as its `profile.toml` says (`docs/assessment.md`).

use crate::risk::source::{Credibility, Reliability};
use serde::Deserialize;

/// Largest profile, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// Who reads the report.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Sectors, as `energy`, `health`, `financial-services`.
    pub sectors: Vec<String>,
    /// Countries, by name or ISO 3166 alpha-2.
    pub countries: Vec<String>,
    /// Products and vendors in use.
    pub technologies: Vec<String>,
    /// Platforms in use, as ATT&CK names them.
    pub platforms: Vec<String>,
    /// Duties to report, for the response plan.
    pub duties: Vec<Duty>,
    /// How reliable the sources of its reports usually are, `A` to `F`.
    pub reliability: Option<Reliability>,
    /// How credible what they say usually is, 1 to 6.
    pub credibility: Option<Credibility>,
}

/// A duty to tell somebody.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Duty {
    /// Who must be told.
    pub to: String,
    /// When the clock starts, in words.
    pub when: String,
    /// Hours from then.
    pub hours: u32,
    /// The rule it rests on.
    pub basis: String,
}

/// Reads a profile.
///
/// # Errors
/// With line and column, if it is no TOML, or says something that no profile says.
pub fn parse(text: &str) -> Result<Profile, String> {
    if text.len() > MOST_BYTES {
        return Err(format!("a profile has at most {MOST_BYTES} bytes"));
    }
    toml::from_str(text).map_err(|e| e.to_string().trim().to_owned())
}
