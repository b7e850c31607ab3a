//! Lines of a manifest.

use serde_json::{Map, Value};

/// The name of the manifest in its folder.
pub const MANIFEST: &str = "manifest.jsonl";
/// What stands before everything that is signed, so that a signature is good for nothing else.
const SIGNED: &str = "bartizan custody 1";

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The first line.
    Begin {
        /// What the evidence is about.
        subject: String,
    },
    /// A file.
    File {
        /// What it is, e.g. `log`, `grant`, `egress`.
        kind: String,
        /// Its name below the folder.
        name: String,
        /// How long it is.
        bytes: u64,
        /// SHA-256, hexadecimal.
        sha256: String,
        /// When it was added: RFC 3339, UTC.
        time: String,
    },
    /// Somebody vouches for everything up to here; with `closes`, for there being no more.
    Signed {
        /// Whether nothing follows.
        closes: bool,
        /// The key, hexadecimal.
        key: String,
        /// The signature, hexadecimal.
        signature: String,
        /// When it was signed: RFC 3339, UTC.
        time: String,
    },
}

impl Entry {
    /// The line, without its end.
    pub(crate) fn line(&self, number: u64, previous: &str) -> String {
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
        put("number", number.into());
        put("previous", previous.into());
        match self {
            Self::Begin { subject } => {
                put("entry", "begin".into());
                put("subject", subject.as_str().into());
            }
            Self::File { kind, name, bytes, sha256, time } => {
                put("entry", "file".into());
                put("kind", kind.as_str().into());
                put("name", name.as_str().into());
                put("bytes", (*bytes).into());
                put("sha256", sha256.as_str().into());
                put("time", time.as_str().into());
            }
            Self::Signed { closes, key, signature, time } => {
                put("entry", if *closes { "close" } else { "checkpoint" }.into());
                put("key", key.as_str().into());
                put("signature", signature.as_str().into());
                put("time", time.as_str().into());
            }
        }
        // `Map` keeps its keys in order.
        Value::Object(object).to_string()
    }

    /// Reads a line: its number, the digest it holds, the entry. `None` unless it is in the one form.
    pub(crate) fn read(line: &str) -> Option<(u64, String, Self)> {
        let object: Map<String, Value> = serde_json::from_str(line).ok()?;
        let text = |name: &str| Some(object.get(name)?.as_str()?.to_owned());
        let (number, previous) = (object.get("number")?.as_u64()?, text("previous")?);
        let entry = match object.get("entry")?.as_str()? {
            "begin" => Self::Begin { subject: text("subject")? },
            "file" => Self::File {
                kind: text("kind")?,
                name: text("name")?,
                bytes: object.get("bytes")?.as_u64()?,
                sha256: text("sha256")?,
                time: text("time")?,
            },
            word @ ("close" | "checkpoint") => Self::Signed {
                closes: word == "close",
                key: text("key")?,
                signature: text("signature")?,
                time: text("time")?,
            },
            _ => return None,
        };
        // Written again it is the same, or it was in another form.
        (entry.line(number, &previous) == line).then_some((number, previous, entry))
    }

    pub(crate) fn time(&self) -> Option<&str> {
        match self {
            Self::Begin { .. } => None,
            Self::File { time, .. } | Self::Signed { time, .. } => Some(time),
        }
    }
}

/// What is signed at a place of the chain.
pub(crate) fn signed(closes: bool, number: u64, previous: &str, time: &str) -> Vec<u8> {
    let word = if closes { "close" } else { "checkpoint" };
    format!("{SIGNED}\n{word}\n{number}\n{previous}\n{time}\n").into_bytes()
}

/// Whether a time is RFC 3339 in UTC, as manifests have it: `2026-12-01T00:00:00Z`, with a fraction or without. Such times are in the
/// order of their text as far as the seconds go.
pub(crate) fn is_time(time: &str) -> bool {
    let Some(body) = time.strip_suffix('Z') else { return false };
    let (whole, part) = body.split_once('.').map_or((body, None), |(whole, part)| (whole, Some(part)));
    let shape = whole.len() == 19
        && whole
            .bytes()
            .zip(b"dddd-dd-ddTdd:dd:dd")
            .all(|(byte, form)| if *form == b'd' { byte.is_ascii_digit() } else { byte == *form });
    shape
        && part.is_none_or(|part| {
            (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
}
