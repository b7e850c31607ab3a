//! Identifiers (STIX 2.1 section 2.9).

use serde::Serialize;
use std::fmt;
use uuid::Uuid;

/// Namespace of deterministic cyber-observable identifiers, fixed by STIX 2.1 section 2.9.
const SCO_NAMESPACE: Uuid = Uuid::from_u128(0x00abedb4_aa42_466c_9c01_fed23315a9b7);
/// Namespace of what Bartizan itself creates. Chosen once at random; never to be changed.
const OWN_NAMESPACE: Uuid = Uuid::from_u128(0x7b1f3a52_90c4_4d0e_8a63_5d2f0be1c6a9);

/// `type--uuid`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Id(String);

impl Id {
    /// Identifier of a cyber-observable: UUIDv5 over the canonical JSON of its identifying properties.
    pub(crate) fn observable(object_type: &str, canonical: &str) -> Self {
        Self(format!("{object_type}--{}", Uuid::new_v5(&SCO_NAMESPACE, canonical.as_bytes())))
    }

    /// Identifier of an object that Bartizan creates: the same parts give the same identifier.
    ///
    /// STIX 2.1 asks for UUIDv4 in identifiers of domain and relationship objects and of bundles, and
    /// validators check the version digits, so the 122 free bits are taken from a UUIDv5 in our own namespace
    /// and the version digits say 4.
    pub fn derived(object_type: &str, parts: &[&str]) -> Self {
        let name = serde_json::to_string(&(object_type, parts)).unwrap_or_default();
        let bits = Uuid::new_v5(&OWN_NAMESPACE, name.as_bytes());
        let id = uuid::Builder::from_random_bytes(*bits.as_bytes()).into_uuid();
        Self(format!("{object_type}--{id}"))
    }

    /// An identifier that somebody else gave, if it is one: lower-case type, `--`, UUIDv4.
    pub fn parse(text: &str) -> Option<Self> {
        let version =
            |id: &Self| Uuid::try_parse(id.as_str().split_once("--")?.1).ok().map(|u| u.get_version_num());
        Self::received(text).filter(|id| version(id) == Some(4))
    }

    /// An identifier of an object that was received or written earlier: lower-case type, `--`, a UUID of any version, since
    /// cyber-observables have version 5.
    pub fn received(text: &str) -> Option<Self> {
        let (object_type, uuid) = text.split_once("--")?;
        let well_formed = object_type.len() >= 3
            && object_type.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let parsed = Uuid::try_parse(uuid).ok()?;
        (well_formed && parsed.hyphenated().to_string() == uuid).then(|| Self(text.to_owned()))
    }

    /// A constant of this crate, known to be well-formed.
    pub(crate) fn known(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// `type--uuid`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before `--`.
    pub fn object_type(&self) -> &str {
        self.0.split("--").next().unwrap_or_default()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_are_stable_version_4_and_depend_on_every_part() {
        let id = Id::derived("report", &["a", "b"]);
        assert_eq!(id, Id::derived("report", &["a", "b"]));
        assert!(Id::parse(id.as_str()).is_some(), "{id} is a UUIDv4 identifier");
        assert_ne!(id, Id::derived("report", &["ab"]));
        assert_ne!(id, Id::derived("report", &["a", "c"]));
        assert_ne!(id.as_str()[6..], Id::derived("malware", &["a", "b"]).as_str()[7..]);
    }

    #[test]
    fn foreign_ids_must_be_well_formed() {
        assert!(Id::parse("attack-pattern--970a3432-3237-47ad-bcca-7d8cbb217736").is_some());
        for bad in [
            "",
            "attack-pattern",
            "attack-pattern--x",
            "attack-pattern--970A3432-3237-47AD-BCCA-7D8CBB217736",
            "Attack--970a3432-3237-47ad-bcca-7d8cbb217736",
            "file--00abedb4-aa42-566c-9c01-fed23315a9b7",
        ] {
            assert_eq!(Id::parse(bad), None, "{bad}");
        }
    }
}
