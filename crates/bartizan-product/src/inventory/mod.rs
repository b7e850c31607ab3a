//! What somebody has installed: CycloneDX, SPDX, lists of CPE names and tables of assets, read into one plain value.

mod cpe_list;
mod csv;
mod cyclonedx_json;
mod cyclonedx_xml;
mod gather;
mod spdx;
mod spdx3;
mod spdx_tags;
mod table;

use crate::cpe::Cpe;
use crate::document::xml;
use crate::error::{Code, Error};
use crate::purl::Purl;
use gather::Gather;
use std::collections::BTreeMap;
use std::fmt;

/// Largest document that is read, in bytes.
pub const MAX_DOCUMENT: usize = 128 * 1024 * 1024;
/// Most values of a JSON document: objects take up to a hundred times the memory of their text.
pub const MAX_VALUES: usize = 4_000_000;
/// Most components of an inventory, all assets together.
pub const MAX_COMPONENTS: usize = 250_000;
/// Most assets of an inventory.
pub const MAX_ASSETS: usize = 100_000;
/// Most diagnostics that are kept; one more says how many there were.
pub const MAX_DIAGNOSTICS: usize = 10_000;

/// Whether an asset can be reached from the internet: the fourth question of CISA's BOD 26-04, which only the operator
/// can answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exposure {
    /// It can.
    Yes,
    /// It cannot.
    No,
    /// Nobody said.
    #[default]
    Unknown,
}

impl Exposure {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Exposure::Yes => "yes",
            Exposure::No => "no",
            Exposure::Unknown => "unknown",
        }
    }

    /// What people write: yes, public, internet, external, exposed, true, 1; no, internal, private, isolated, false, 0;
    /// unknown, a question mark, nothing.
    pub fn read(text: &str) -> Option<Self> {
        let word = text.trim().to_lowercase().replace([' ', '_'], "-");
        Some(match word.as_str() {
            "yes" | "y" | "true" | "1" | "public" | "internet" | "internet-facing" | "external"
            | "exposed" | "open" => Exposure::Yes,
            "no" | "n" | "false" | "0" | "internal" | "private" | "isolated" | "small" | "not-exposed"
            | "none" | "controlled" => Exposure::No,
            "" | "unknown" | "?" | "-" | "n/a" => Exposure::Unknown,
            _ => return None,
        })
    }
}

/// The format of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// CycloneDX in JSON.
    CycloneDxJson,
    /// CycloneDX in XML.
    CycloneDxXml,
    /// SPDX 2.2 or 2.3 in JSON.
    SpdxJson,
    /// SPDX 2.2 or 2.3 as tags and values.
    SpdxTags,
    /// SPDX 3.0 in JSON-LD.
    Spdx3,
    /// CPE names, one a line.
    CpeList,
    /// A table of assets: CSV with commas, semicolons or tabs.
    Table,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::CycloneDxJson => "CycloneDX JSON",
            Format::CycloneDxXml => "CycloneDX XML",
            Format::SpdxJson => "SPDX JSON",
            Format::SpdxTags => "SPDX tag-value",
            Format::Spdx3 => "SPDX 3 JSON-LD",
            Format::CpeList => "list of CPE names",
            Format::Table => "table of assets",
        })
    }
}

/// Something that is installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Component {
    /// The identifier in its document (`bom-ref`, `SPDXID`).
    pub reference: Option<String>,
    /// The kind that its document states, such as `library`.
    pub kind: Option<String>,
    /// The name, with the group before it where there is one.
    pub name: String,
    /// The version, as stated.
    pub version: Option<String>,
    /// The package URL.
    pub purl: Option<Purl>,
    /// CPE names.
    pub cpes: Vec<Cpe>,
    /// Where in the document: a JSON pointer or `line n`.
    pub place: String,
}

impl Component {
    /// The version to compare: that of the package URL before the one stated beside it.
    pub fn comparable_version(&self) -> Option<String> {
        self.purl.as_ref().and_then(Purl::comparable_version).or_else(|| self.version.clone())
    }
}

/// A machine, service or product, and what is installed there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asset {
    /// Its name; for a bill of materials, the name of what it describes.
    pub name: String,
    /// Whether it can be reached from the internet.
    pub exposure: Exposure,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How much depends on it, in the operator's words.
    pub criticality: Option<String>,
    /// Other columns of a table, by their headers.
    pub attributes: BTreeMap<String, String>,
    /// What is installed.
    pub components: Vec<Component>,
}

/// Something that was not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// Where: a JSON pointer or `line n`.
    pub place: String,
    /// What, for people.
    pub message: String,
}

/// What was read from a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The format that was found.
    pub format: Format,
    /// The version of the format, where it states one.
    pub version: Option<String>,
    /// The assets, in the order of the document.
    pub assets: Vec<Asset>,
    /// Everything that was not as it should be, in the order of the document.
    pub diagnostics: Vec<Diagnostic>,
}

/// What the document does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The name of an asset that the document does not name.
    pub asset: String,
    /// The exposure of assets whose exposure the document does not state.
    pub exposure: Exposure,
}

impl Inventory {
    /// Reads a document of any of the formats, found by its content.
    ///
    /// What cannot be understood is told by [`Inventory::diagnostics`]; a component is kept whenever it has a name, a
    /// package URL or a CPE name.
    ///
    /// ```
    /// use bartizan_product::inventory::{Defaults, Inventory};
    /// let table = b"host;product;version;internet facing\nweb1;nginx;1.25.1;yes\n";
    /// let inventory = Inventory::read(table, &Defaults::default())?;
    /// assert_eq!(inventory.assets[0].components[0].name, "nginx");
    /// # Ok::<(), bartizan_product::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Code::TooLarge`], [`Code::Syntax`], [`Code::Entities`], [`Code::TooDeep`], [`Code::Format`] and
    /// [`Code::Header`] for a document of which nothing could be read.
    pub fn read(bytes: &[u8], defaults: &Defaults) -> Result<Self, Error> {
        if bytes.len() > MAX_DOCUMENT {
            return Err(Error::new(Code::TooLarge, format!("a document of {} bytes", bytes.len())));
        }
        let text =
            std::str::from_utf8(bytes).map_err(|e| Error::new(Code::Syntax, format!("not UTF-8: {e}")))?;
        let text = text.trim_start_matches('\u{feff}');
        let begin = text.trim_start();
        let mut gather = Gather::new(defaults);
        let (format, version) = if begin.starts_with('{') || begin.starts_with('[') {
            let document = json(text)?;
            if document["bomFormat"] == "CycloneDX" || document.get("specVersion").is_some() {
                (Format::CycloneDxJson, cyclonedx_json::read(&document, text.len(), &mut gather))
            } else if document.get("spdxVersion").is_some() {
                (Format::SpdxJson, spdx::read(&document, &mut gather))
            } else if document.get("@graph").is_some() || document.get("@context").is_some() {
                (Format::Spdx3, spdx3::read(&document, &mut gather))
            } else {
                return Err(Error::new(Code::Format, "JSON that is neither CycloneDX nor SPDX"));
            }
        } else if begin.starts_with('<') {
            let root = xml::read(text)?;
            if root.name != "bom" {
                return Err(Error::about(Code::Format, "XML that is not CycloneDX", &root.name));
            }
            (Format::CycloneDxXml, cyclonedx_xml::read(&root, &mut gather))
        } else if spdx_tags::looks_like(text) {
            (Format::SpdxTags, spdx_tags::read(text, &mut gather))
        } else if cpe_list::looks_like(text) {
            cpe_list::read(text, &mut gather);
            (Format::CpeList, None)
        } else {
            table::read(text, &mut gather)?;
            (Format::Table, None)
        };
        let (assets, diagnostics) = gather.finish();
        Ok(Inventory { format, version, assets, diagnostics })
    }

    /// How many components all assets have.
    pub fn components(&self) -> usize {
        self.assets.iter().map(|a| a.components.len()).sum()
    }
}

fn json(text: &str) -> Result<serde_json::Value, Error> {
    let (mut values, mut quoted, mut escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b',' | b'[' | b'{' if !quoted => values += 1,
            _ => {}
        }
    }
    if values > MAX_VALUES {
        return Err(Error::new(Code::TooLarge, format!("a JSON document of about {values} values")));
    }
    serde_json::from_str(text).map_err(|e| {
        // serde_json stops at 128 levels.
        let deep = e.to_string().contains("recursion limit");
        Error::new(if deep { Code::TooDeep } else { Code::Syntax }, format!("JSON: {e}"))
    })
}
