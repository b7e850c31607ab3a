//! A released edition in the formats that others read. The same edition gives the same bytes.

use bartizan_advisory::advisory::Advisory as Plain;
use bartizan_advisory::csaf::Version;
use bartizan_advisory::emit::{self, Profile, Refused};
use bartizan_advisory::read;
use bartizan_store::{AdvisoryQuestion, ReadableAdvisory};
use serde_json::Value;

use super::stix;
use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// CSAF as its owner wrote it, in its version.
    Csaf,
    /// CSAF 2.0.
    Csaf20,
    /// CSAF 2.1.
    Csaf21,
    /// CSAF 2.0, profile VEX.
    Vex,
    /// OpenVEX.
    OpenVex,
    /// OSV: one record for each vulnerability.
    Osv,
    /// A STIX 2.1 bundle.
    Stix,
    /// A page for people, without scripts.
    Html,
}

impl Format {
    /// All formats.
    pub(crate) const ALL: [Format; 8] =
        [Self::Csaf, Self::Csaf20, Self::Csaf21, Self::Vex, Self::OpenVex, Self::Osv, Self::Stix, Self::Html];

    /// The word in addresses.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Csaf => "csaf",
            Self::Csaf20 => "csaf-2.0",
            Self::Csaf21 => "csaf-2.1",
            Self::Vex => "vex",
            Self::OpenVex => "openvex",
            Self::Osv => "osv",
            Self::Stix => "stix",
            Self::Html => "html",
        }
    }

    /// From the word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// The name for people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Csaf => "CSAF as written",
            Self::Csaf20 => "CSAF 2.0",
            Self::Csaf21 => "CSAF 2.1",
            Self::Vex => "VEX (CSAF)",
            Self::OpenVex => "OpenVEX",
            Self::Osv => "OSV",
            Self::Stix => "STIX 2.1",
            Self::Html => "HTML",
        }
    }

    /// The media type.
    pub(crate) fn media(self) -> &'static str {
        match self {
            Self::Stix => "application/stix+json;version=2.1",
            Self::Html => "text/html; charset=utf-8",
            _ => "application/json",
        }
    }
}

/// What readers of an edition that withdraws its advisory had before; none for any other.
pub(crate) async fn earlier(
    app: &App,
    acting: &Acting<'_>,
    released: &ReadableAdvisory,
) -> Result<Option<String>, Wrong> {
    if !released.withdraws {
        return Ok(None);
    }
    let audiences = super::audiences(acting.directory, acting.principal, acting.now);
    let asked = AdvisoryQuestion {
        audiences: &audiences,
        now: acting.now,
        uuid: Some(&released.uuid),
        standing: true,
        bodies: true,
        limit: 1,
        ..AdvisoryQuestion::default()
    };
    Ok(app.store.released_advisories(&asked).await?.pop().map(|one| one.body))
}

/// A file of a format: its name and bytes. `earlier`: of an edition that withdraws, what was said before, for formats whose receivers
/// know each vulnerability for itself. `number`: which record of OSV, from 1.
pub(crate) fn render(
    format: Format,
    body: &str,
    earlier: Option<&str>,
    uuid: &str,
    number: usize,
) -> Result<emit::File, Wrong> {
    let parse = |body: &str| serde_json::from_str::<Value>(body).ok();
    let document: Value = parse(body).ok_or(Wrong::NotThere)?;
    let advisory = read::advisory(&document).ok_or(Wrong::NotThere)?;
    let before = earlier.and_then(|body| read::advisory(&parse(body)?));
    // As it is taken back, thing by thing.
    let retracted = || before.as_ref().map_or_else(|| advisory.clone(), |b| b.retracted_by(&advisory));
    let written = read::version(&document);
    let name = bartizan_advisory::csaf::file_name(&advisory.id);
    let stem = name.trim_end_matches(".json").to_owned();
    let same = |version| written == Some(version);
    let own = || emit::File { name: name.clone(), bytes: body.as_bytes().to_vec() };
    match format {
        Format::Csaf => Ok(own()),
        Format::Csaf20 if same(Version::V2_0) => Ok(own()),
        Format::Csaf21 if same(Version::V2_1) => Ok(own()),
        Format::Csaf20 => csaf(&advisory, Version::V2_0, Profile::Advisory),
        Format::Csaf21 => csaf(&advisory, Version::V2_1, Profile::Advisory),
        Format::Vex => {
            let mut file = csaf(&retracted(), Version::V2_0, Profile::Vex)?;
            file.name = format!("{stem}.vex.json");
            Ok(file)
        }
        Format::OpenVex => emit::openvex(&retracted()).map_err(refused),
        Format::Osv => {
            let mut records = emit::osv(&retracted()).map_err(refused)?;
            let place = number.checked_sub(1).filter(|place| *place < records.len());
            Ok(records.swap_remove(place.ok_or(Wrong::NotThere)?))
        }
        Format::Stix => {
            let whole = before.as_ref().map_or_else(|| advisory.clone(), |b| b.withdrawn_by(&advisory));
            Ok(emit::File { name: format!("{stem}.stix.json"), bytes: stix::bundle(&whole, uuid) })
        }
        Format::Html => {
            let bytes = bartizan_workbench::advisory_document(&advisory).into_bytes();
            Ok(emit::File { name: format!("{stem}.html"), bytes })
        }
    }
}

fn csaf(advisory: &Plain, version: Version, profile: Profile) -> Result<emit::File, Wrong> {
    emit::csaf(advisory, version, profile).map_err(refused)
}

fn refused(refused: Refused) -> Wrong {
    Wrong::Unfit(format!("This advisory cannot be said in this format: {refused}."))
}
