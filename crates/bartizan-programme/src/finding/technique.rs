//! Ids of techniques: their form, not whether there is such a technique.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fault::{Code, Error};
use crate::word::checked;

/// `T` or `AML.T`, four digits, and perhaps a point and three digits.
fn technique(text: &str, before: &str) -> bool {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let Some(rest) = text.strip_prefix(before) else { return false };
    match rest.split_once('.') {
        Some((technique, below)) => digits(technique, 4) && digits(below, 3),
        None => digits(rest, 4),
    }
}

checked! {
    /// A technique of MITRE ATLAS: `AML.T0051`, `AML.T0051.000`.
    Atlas, MalformedTechnique, |text| technique(text, "AML.T")
}

checked! {
    /// A technique of MITRE ATT&CK: `T1059`, `T1059.001`.
    Attack, MalformedTechnique, |text| technique(text, "T")
}
