//! Permissible Actions Protocol: what may be done with what one has read (MISP's taxonomy `PAP`, version 2).

use std::fmt;

/// A PAP label, from least to most restrictive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pap {
    /// Anything.
    Clear,
    /// Active measures too: blocking, contacting what it names.
    Green,
    /// Passive cross-checks only: look-ups at third parties, never contact with what it names.
    Amber,
    /// Nothing that could be noticed from outside: one's own logs and stores only.
    Red,
}

impl Pap {
    /// All labels, from least to most restrictive.
    pub const ALL: [Pap; 4] = [Pap::Clear, Pap::Green, Pap::Amber, Pap::Red];

    /// `PAP:AMBER` and so on.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "PAP:CLEAR",
            Self::Green => "PAP:GREEN",
            Self::Amber => "PAP:AMBER",
            Self::Red => "PAP:RED",
        }
    }

    /// Identifier of the marking definition in OASIS's common objects (extension `f8d78575-edfd-406e-8e84-6162a8450f5b`).
    pub fn marking_id(self) -> &'static str {
        match self {
            Self::Clear => "marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92",
            Self::Green => "marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9",
            Self::Amber => "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab",
            Self::Red => "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e",
        }
    }

    /// The label of a marking definition that OASIS published; the one for the old word `PAP:WHITE` too.
    pub fn of_marking(id: &str) -> Option<Self> {
        // A UUID is the same in either case (RFC 9562, section 4).
        let id = id.to_ascii_lowercase();
        if id == "marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730" {
            return Some(Self::Clear);
        }
        Self::ALL.into_iter().find(|pap| pap.marking_id() == id)
    }

    /// `clear`, `green`, `amber`, `red`: the value in OASIS's extension.
    pub fn extension_value(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }

    /// From `PAP:AMBER`, `pap: amber`, MISP's `PAP:WHITE`; nothing else, and never from a colour alone.
    pub fn parse(text: &str) -> Option<Self> {
        let t = text.trim().to_ascii_uppercase();
        match t.strip_prefix("PAP:")?.trim_start() {
            "CLEAR" | "WHITE" => Some(Self::Clear),
            "GREEN" => Some(Self::Green),
            "AMBER" => Some(Self::Amber),
            "RED" => Some(Self::Red),
            _ => None,
        }
    }
}

impl fmt::Display for Pap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Identifiers of oasis-open/cti-stix-common-objects, `pap-marking-definition-f8d`; words of MISP's taxonomy.
    #[test]
    fn labels_are_those_of_oasis_and_misp() {
        for (text, pap) in [
            ("PAP:RED", Some(Pap::Red)),
            ("pap:amber", Some(Pap::Amber)),
            (" PAP: GREEN ", Some(Pap::Green)),
            ("PAP:WHITE", Some(Pap::Clear)),
            ("PAP:CLEAR", Some(Pap::Clear)),
            ("RED", None),
            ("PAP:BLACK", None),
            ("PAP RED", None),
        ] {
            assert_eq!(Pap::parse(text), pap, "{text}");
        }
        for (id, pap) in [
            ("marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e", Some(Pap::Red)),
            ("marking-definition--60F8932B-E51E-4458-B265-A2E8BE9A80AB", Some(Pap::Amber)),
            ("marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9", Some(Pap::Green)),
            ("marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92", Some(Pap::Clear)),
            ("marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730", Some(Pap::Clear)),
            ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", None),
        ] {
            assert_eq!(Pap::of_marking(id), pap, "{id}");
        }
        assert!(Pap::ALL.is_sorted());
    }
}
