//! Ids of techniques: their form, not whether there is such a technique.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fault::{Code, Error};

/// `T` or `AML.T`, four digits, and perhaps a point and three digits.
fn technique(text: &str, before: &str) -> bool {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let Some(rest) = text.strip_prefix(before) else { return false };
    match rest.split_once('.') {
        Some((technique, below)) => digits(technique, 4) && digits(below, 3),
        None => digits(rest, 4),
    }
}

macro_rules! techniques {
    ($(#[$doc:meta])* $name:ident, $before:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// As it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(text: String) -> Result<Self, Error> {
                if technique(&text, $before) { Ok(Self(text)) } else { Err(Error::of(Code::MalformedTechnique, &text)) }
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self, Error> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

techniques! {
    /// A technique of MITRE ATLAS: `AML.T0051`, `AML.T0051.000`.
    Atlas, "AML.T"
}

techniques! {
    /// A technique of MITRE ATT&CK: `T1059`, `T1059.001`.
    Attack, "T"
}
