//! Traffic Light Protocol 2.0 (FIRST, August 2022).

use std::fmt;

/// A TLP 2.0 label, from least to most restrictive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tlp {
    /// No limit on disclosure.
    Clear,
    /// The community.
    Green,
    /// Need to know, in the organisation and its clients.
    Amber,
    /// The organisation only.
    AmberStrict,
    /// Named recipients only.
    Red,
}

impl Tlp {
    /// All labels, from least to most restrictive.
    pub const ALL: [Tlp; 5] = [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red];

    /// `TLP:AMBER+STRICT` and so on, as FIRST spells them.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        }
    }

    /// Identifier of the marking definition that OASIS published for TLP 2.0.
    pub fn marking_id(self) -> crate::Id {
        crate::Id::known(match self {
            Self::Clear => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
            Self::Green => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
            Self::Amber => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
            Self::AmberStrict => "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
            Self::Red => "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        })
    }

    /// `clear`, `amber+strict` and so on, the value in OASIS's extension.
    pub fn extension_value(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::AmberStrict => "amber+strict",
            Self::Red => "red",
        }
    }

    /// From `TLP:AMBER`, `tlp amber+strict`, `amber`, or TLP 1.0's `WHITE`; nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let t = text.trim().to_ascii_uppercase();
        let t = t.strip_prefix("TLP").map_or(t.as_str(), |r| r.trim_start_matches([':', ' ', '-']));
        match t {
            "CLEAR" | "WHITE" => Some(Self::Clear),
            "GREEN" => Some(Self::Green),
            "AMBER" => Some(Self::Amber),
            "AMBER+STRICT" | "AMBER STRICT" | "AMBER-STRICT" => Some(Self::AmberStrict),
            "RED" => Some(Self::Red),
            _ => None,
        }
    }
}

impl fmt::Display for Tlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
