//! Files of a report.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use super::fields::{Fields, Found};
use super::{Code, Refused, name};

/// Most files of one report.
pub(super) const MOST: usize = 16;
/// Largest file, in bytes; encoded as it is sent.
pub(super) const LARGEST: usize = 1 << 20;

/// A file of a report.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Its name; no path.
    pub filename: String,
    /// What it is written in.
    pub content_type: Media,
    /// What it is.
    pub r#type: Kind,
    /// One line about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its bytes. Sensitive: kept sealed, never logged, never shown in a page.
    #[serde(skip)]
    pub data: Vec<u8>,
}

/// Without the content, which is nobody's business who debugs.
impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Attachment({:?}, {} bytes)", self.filename, self.data.len())
    }
}

/// What a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A mending.
    Patch,
    /// What shows that it can be used against somebody.
    ExploitProofOfConcept,
    /// What makes it happen.
    Reproducer,
    /// Who could do what with it.
    ThreatModel,
    /// Anything else.
    #[default]
    Other,
}

impl Kind {
    /// All, as they are written.
    pub const ALL: [(Kind, &'static str); 5] = [
        (Kind::Patch, "patch"),
        (Kind::ExploitProofOfConcept, "exploit-proof-of-concept"),
        (Kind::Reproducer, "reproducer"),
        (Kind::ThreatModel, "threat-model"),
        (Kind::Other, "other"),
    ];

    /// From its word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, word)| *word == text).map(|(kind, _)| kind)
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(kind, _)| *kind == self).map_or("other", |(_, word)| word)
    }
}

/// What a file is written in: one of eight, nothing that a browser would run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Media(usize);

/// Media types and the endings of their files.
const MEDIA: [(&str, &str); 8] = [
    ("application/octet-stream", ".bin"),
    ("text/plain", ".txt"),
    ("text/markdown", ".md"),
    ("application/json", ".json"),
    ("application/pdf", ".pdf"),
    ("application/zip", ".zip"),
    ("application/gzip", ".tar.gz"),
    ("application/x-bzip2", ".tar.bz2"),
];

impl Media {
    /// From its name, upper or lower case, without parameters.
    pub fn parse(text: &str) -> Option<Self> {
        MEDIA.iter().position(|(name, _)| name.eq_ignore_ascii_case(text)).map(Self)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        MEDIA[self.0].0
    }

    /// Whether it is text, and so stands in JSON as it is.
    pub fn is_text(self) -> bool {
        matches!(self.as_str(), "text/plain" | "text/markdown" | "application/json")
    }

    /// The name under which a file of this kind is taken away: with the ending of the kind.
    pub fn download(self, name: &str) -> String {
        let ending = MEDIA[self.0].1;
        if name.to_lowercase().ends_with(ending) { name.to_owned() } else { format!("{name}{ending}") }
    }
}

impl Serialize for Media {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Reads one file as JSON has it.
pub(super) fn read(
    members: Map<String, Value>,
    place: &str,
    found: &mut Found,
) -> Result<Option<Attachment>, Refused> {
    let mut fields = Fields::new(members, format!("{place}."), found);
    let filename = fields.text("filename", 255)?;
    let media = fields.line("content_type", 64)?;
    let kind = fields.line("type", 64)?;
    let description = fields.line("description", 1024)?;
    let data = fields.text("data", LARGEST)?;
    for (name, missing) in
        [("filename", filename.is_none()), ("content_type", media.is_none()), ("data", data.is_none())]
    {
        let field = fields.path(name);
        if missing {
            fields.found().add(Code::MissingField, field, "every attachment needs it");
        }
    }
    let paths = ["data", "filename"].map(|name| fields.path(name));
    fields.end()?;
    let (Some(filename), Some(media), Some(text)) = (filename, media, data) else { return Ok(None) };
    let Some(attachment) = judge((filename, &media, kind, description), place, found) else {
        return Ok(None);
    };
    let data = if attachment.content_type.is_text() {
        text.into_bytes()
    } else {
        let bare: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
        match STANDARD.decode(bare) {
            Ok(bytes) => bytes,
            Err(_) => {
                found.add(Code::InvalidBase64, &*paths[0], "not standard base64 with padding");
                return Ok(None);
            }
        }
    };
    if data.is_empty() {
        found.add(Code::MissingField, &*paths[0], "empty");
        return Ok(None);
    }
    Ok(Some(Attachment { data, ..attachment }))
}

/// Whether what stands about a file is as it should be; the file without its content.
pub(super) fn judge(
    (filename, media, kind, description): (String, &str, Option<String>, Option<String>),
    place: &str,
    found: &mut Found,
) -> Option<Attachment> {
    let content_type = Media::parse(media);
    if content_type.is_none() {
        let allowed = MEDIA.map(|(name, _)| name).join(", ");
        found.add(Code::InvalidContentType, format!("{place}.content_type"), format!("one of {allowed}"));
    }
    let kind = match kind.as_deref().map(Kind::parse) {
        None => Some(Kind::Other),
        Some(None) => {
            let allowed = Kind::ALL.map(|(_, word)| word).join(", ");
            found.add(Code::InvalidAttachmentType, format!("{place}.type"), format!("one of {allowed}"));
            None
        }
        Some(kind) => kind,
    };
    let wrong = name::wrong(&filename);
    if let Some(reason) = wrong {
        found.add(Code::InvalidFilename, format!("{place}.filename"), reason);
    }
    if description.as_deref().is_some_and(|text| text.chars().any(name::is_invisible)) {
        found.add(Code::ControlCharacters, format!("{place}.description"), "characters that do not show");
        return None;
    }
    if wrong.is_some() {
        return None;
    }
    Some(Attachment { filename, content_type: content_type?, r#type: kind?, description, data: Vec::new() })
}

/// No two files are taken away under the same name.
pub(super) fn distinct(all: &[(String, Attachment)], found: &mut Found) {
    let name = |a: &Attachment| a.content_type.download(&a.filename).nfc().collect::<String>().to_lowercase();
    for (i, (place, one)) in all.iter().enumerate() {
        if let Some((first, _)) = all[..i].iter().find(|(_, other)| name(other) == name(one)) {
            let fields = (format!("{place}.filename"), format!("{first}.filename"));
            found.pair(
                Code::InvalidFilename,
                (&fields.0, &fields.1),
                "another is taken away under the same name",
            );
        }
    }
}
