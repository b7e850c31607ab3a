//! From outcomes to dates, for BOD 26-04, and to an order, for every table.

use super::decide::Decision;
use super::facts::Epss;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// When one outcome is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// By this time, in microseconds since 1970.
    By(i64),
    /// With the next scheduled upgrade: no date.
    OnUpgrade,
}

/// Whether something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// By no possible outcome.
    No,
    /// By some of them.
    Perhaps,
    /// By all.
    Yes,
}

/// What a decision by BOD 26-04 asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The earliest of the possible dates: what to plan for until more is known.
    pub earliest: When,
    /// The latest: the same if the outcome is certain.
    pub latest: When,
    /// Whether the asset is to be looked at for signs of compromise.
    pub forensics: Asked,
}

/// Days of an outcome of BOD 26-04; none for "on system upgrade".
fn days(key: &str) -> Option<Option<i64>> {
    Some(match key {
        "FSU" => None,
        "60D" => Some(60),
        "14D" => Some(14),
        "3D" | "3DF" => Some(3),
        _ => return None,
    })
}

impl Due {
    /// When something is due, counted from a time in days of 24 hours. None if the decision is not one of BOD 26-04.
    pub fn of(decision: &Decision, from: i64) -> Option<Self> {
        if !decision.table.starts_with("cisa:DT_BOD2604:") {
            return None;
        }
        let mut times = Vec::new();
        for outcome in &decision.outcomes {
            let days = days(&outcome.key)?;
            times.push(days.map_or(When::OnUpgrade, |days| When::By(from.saturating_add(days * DAY))));
        }
        let with = decision.outcomes.iter().filter(|outcome| outcome.key == "3DF").count();
        let forensics = match with {
            0 => Asked::No,
            all if all == times.len() => Asked::Yes,
            _ => Asked::Perhaps,
        };
        Some(Self { earliest: *times.iter().min()?, latest: *times.iter().max()?, forensics })
    }
}

/// A place in an order: what is greater comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Severity of the worst possible outcome.
    pub worst: u8,
    /// Severity of the mildest.
    pub mildest: u8,
    /// EPSS percentile in millionths: it orders what is otherwise equal. 0 if there is none.
    pub epss: u32,
}

impl Rank {
    /// The place of a decision.
    pub fn of(decision: &Decision, epss: Option<&Epss>) -> Self {
        let severity =
            |outcome: Option<&super::decide::Outcome>| outcome.map_or(0, |outcome| outcome.severity);
        // A number that is none, or outside 0 to 1, ends at the nearest that is.
        let epss = epss.map_or(0, |epss| (epss.percentile.clamp(0.0, 1.0) * 1e6) as u32);
        Self { worst: severity(decision.worst()), mildest: severity(decision.outcomes.first()), epss }
    }
}
