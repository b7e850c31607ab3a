//! Wire forms of an [`crate::Analysis`]: `analysis.json`, STIX 2.1, Navigator layer, CSV, Markdown.
//!
//! Everything here is a conversion of a finished value; nothing is concluded here. [`render`] gives one file as
//! bytes by [`Format`]; the modules give the typed forms behind them; [`read`] gives an analysis back from
//! `analysis.json`. `docs/output.md` describes each file.

pub mod csv;
pub mod json;
pub mod markdown;
pub mod navigator;
pub mod offsets;
pub mod read;
pub mod stix;
mod summary;
mod text;

pub use text::defang;

pub use summary::{ASSISTED, Attribution, Counts, Fact, Figure, Summary, summary};

use crate::Analysis;
use bartizan_knowledge::Pack;
use bartizan_stix::Tlp;

/// A wire form, as `--format` names it. (`html` is in the crate `bartizan-page`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Everything, versioned, with a JSON Schema.
    Json,
    /// STIX 2.1 bundle.
    Stix,
    /// ATT&CK Navigator layer 4.5 of the main domain.
    Navigator,
    /// Observables as a table.
    Csv,
    /// Summary for readers.
    Markdown,
    /// STIX patterns of the indicators, one a line.
    Patterns,
    /// Values of the indicators, one a line, not defanged.
    List,
}

impl Format {
    /// All forms, in the order the package lists them.
    pub const ALL: [Format; 7] = [
        Format::Json,
        Format::Stix,
        Format::Navigator,
        Format::Csv,
        Format::Markdown,
        Format::Patterns,
        Format::List,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Stix => "stix",
            Self::Navigator => "navigator",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Patterns => "patterns",
            Self::List => "list",
        }
    }

    /// From the name on the command line.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == text)
    }

    /// Its file in the package; none for the forms that only go to a pipe.
    pub fn file_name(self) -> Option<&'static str> {
        match self {
            Self::Json => Some("analysis.json"),
            Self::Stix => Some("bundle.json"),
            Self::Navigator => Some("attack-navigator-layer.json"),
            Self::Csv => Some("observables.csv"),
            Self::Markdown => Some("report.md"),
            Self::Patterns | Self::List => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json | Self::Navigator => "application/json",
            Self::Stix => "application/stix+json;version=2.1",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Patterns | Self::List => "text/plain; charset=utf-8",
        }
    }
}

/// One wire form as bytes, ending in a line end. The same analysis and pack give the same bytes.
pub fn render(format: Format, analysis: &Analysis, pack: &Pack) -> Vec<u8> {
    match format {
        Format::Json => lines(&json::document(analysis)),
        Format::Stix => lines(&stix::bundle(analysis, pack)),
        Format::Navigator => lines(&navigator::layer(analysis, pack)),
        Format::Csv => csv::observables(analysis).into_bytes(),
        Format::Markdown => markdown::report(analysis, pack).into_bytes(),
        Format::Patterns => stix::patterns(analysis).into_bytes(),
        Format::List => csv::list(analysis).into_bytes(),
    }
}

/// A JSON form on one line, as JSON Lines wants it; none for forms that are no JSON.
pub fn render_line(format: Format, analysis: &Analysis, pack: &Pack) -> Option<Vec<u8>> {
    match format {
        Format::Json => Some(line(&json::document(analysis))),
        Format::Stix => Some(line(&stix::bundle(analysis, pack))),
        Format::Navigator => Some(line(&navigator::layer(analysis, pack))),
        Format::Csv | Format::Markdown | Format::Patterns | Format::List => None,
    }
}

/// Files of the package besides those of [`Format::file_name`]: Navigator layers of further ATT&CK domains, with what
/// detects each technique ([`navigator::layer_with`]).
pub fn extra_files(
    analysis: &Analysis,
    pack: &Pack,
    detected: &[navigator::Detected],
) -> Vec<(String, Vec<u8>)> {
    navigator::further_layers(analysis, pack, detected)
        .into_iter()
        .map(|(name, l)| (name, lines(&l)))
        .collect()
}

/// Marking of everything written when neither the caller nor the report gives one.
///
/// TLP 2.0 has no default, and a text without a label is not thereby public. `TLP:AMBER` keeps a package
/// within the organisation and its clients until somebody decides otherwise; the caller overrides it with
/// [`crate::Options::marking`].
pub const DEFAULT_MARKING: Tlp = Tlp::Amber;

/// The marking of everything written about `analysis`.
pub fn marking(analysis: &Analysis) -> Tlp {
    analysis.marking.unwrap_or(DEFAULT_MARKING)
}

/// [`Analysis::now`] as RFC 3339 in UTC with milliseconds, e.g. `2026-11-23T05:36:23.000Z`.
///
/// Times outside the years 1970–9999 are moved to the nearest second inside, because the wire forms have four
/// digits for a year.
pub fn timestamp(seconds: i64) -> String {
    let seconds = seconds.clamp(0, 253_402_300_799);
    let time = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{}.000Z", time.strftime("%Y-%m-%dT%H:%M:%S"))
}

/// JSON on one line with its line end.
fn line(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// Pretty-printed JSON with a final line end. Our wire types have string keys only, so this cannot fail.
fn lines(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
