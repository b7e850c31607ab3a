//! One thing to do.

use bartizan_product::inventory::Exposure;
use bartizan_product::matching::{Reason, Verdict};

use super::notice::Remedy;
use crate::priority::{Decision, Due, Rank};

/// What one advisory says of one vulnerability in a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The advisory, by its place among the notices.
    pub notice: usize,
    /// The vulnerability, by its place in the advisory.
    pub hole: usize,
    /// Whether the component is affected.
    pub verdict: Verdict,
    /// The comparison that decided.
    pub reason: Reason,
    /// The id of the product in the advisory.
    pub product: String,
    /// More on it; empty if the reason says all.
    pub words: String,
}

/// Where a component stands in an inventory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its version, as stated; empty if none is.
    pub version: String,
    /// A JSON pointer or line of the document.
    pub place: String,
}

/// A vulnerability in a component of an asset: one thing to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// 32 hexadecimal digits: the same as long as inventory, asset, component (without its version) and vulnerability are.
    pub id: String,
    /// The inventory, by its place in what was asked.
    pub estate: usize,
    /// The asset.
    pub asset: String,
    /// Whether it can be reached from the internet.
    pub exposure: Exposure,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it is.
    pub location: Option<String>,
    /// The component's name.
    pub component: String,
    /// Its package URL without version, or its CPE name; empty if it has neither.
    pub identifier: String,
    /// Each affected version and where it stands.
    pub places: Vec<Place>,
    /// The vulnerability.
    pub vulnerability: String,
    /// Its title, in the words of the first advisory.
    pub title: String,
    /// Whether the component is affected: [`Verdict::Affected`] or [`Verdict::Unknown`].
    pub verdict: Verdict,
    /// What each advisory says: all of it, also of those that say it is not affected.
    pub because: Vec<Because>,
    /// The outcomes that are possible, with every input, its source and date, and what would change them.
    pub decision: Decision,
    /// From when the days count, microseconds since 1970: when the first advisory that says so came out, or when KEV took it in, if
    /// that was later.
    pub since: i64,
    /// By when, and whether to look for signs of compromise.
    pub due: Due,
    /// Its place in an order.
    pub rank: Rank,
    /// What removes it.
    pub fixes: Vec<Remedy>,
    /// What helps until then.
    pub bridges: Vec<Remedy>,
    /// What the publishers say of a fix that is not there.
    pub outlook: Vec<Remedy>,
}
