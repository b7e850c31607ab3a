//! How loud a rule will be: an estimate with what it is based on, in every rule.
//!
//! The best that is known is taken: matches in the events of the user; else, for behaviours of the library, matches of this
//! very rule in our own benign events; else those of the rules of the same kind, level and log source that the developer's
//! reports give; else nothing is claimed. `data/noise.tsv` holds the counts, `docs/detections.md` the recipe.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::{Kind, Level, LogSource};

static TABLE: &str = include_str!("../data/noise.tsv");
/// Fewer rules of a kind say nothing about another of it.
const FEW: u64 = 5;

/// What an estimate is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// This rule over benign events of the user.
    Yours,
    /// This rule over our own benign events.
    Same,
    /// Rules of the same kind, level and log source over our own benign events.
    Alike,
    /// No benign events of this log source were at hand.
    Nothing,
}

impl Basis {
    /// `your events`, `this rule`, `rules alike` or `nothing`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yours => "your events",
            Self::Same => "this rule",
            Self::Alike => "rules alike",
            Self::Nothing => "nothing",
        }
    }
}

/// Matches that a rule is expected to have where nothing is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// What it is based on.
    pub basis: Basis,
    /// How many rules were counted.
    pub rules: u64,
    /// How many of them matched anything.
    pub fired: u64,
    /// Their matches.
    pub matches: u64,
    /// In so many benign events each.
    pub events: u64,
}

impl Noise {
    /// Matches in a million benign events of one rule: the mean where there were any, else what 95 in 100 rules without a
    /// match stay below (3 divided by the events, the rule of three). None without events.
    pub fn per_million(&self) -> Option<f64> {
        let asked = self.rules as f64 * self.events as f64;
        (asked > 0.0).then(|| self.matches.max(3 * u64::from(self.matches == 0)) as f64 * 1e6 / asked)
    }

    /// In words, for the rule.
    pub fn words(&self) -> String {
        let Self { basis, rules, fired, matches, events } = self;
        let Some(rate) = self.per_million() else {
            return "not estimated: no benign events of this log source were at hand".to_owned();
        };
        let rate = figure(rate);
        let about = if *matches == 0 { format!("at most {rate}") } else { format!("about {rate}") };
        let counted = match basis {
            Basis::Yours => format!("{matches} matches in {events} of your benign events"),
            Basis::Same => format!("{matches} matches in {events} benign events made for this"),
            _ => format!(
                "{matches} matches of {fired} of {rules} rules like it, each over {events} benign events"
            ),
        };
        format!("{about} in a million events ({counted})")
    }
}

/// Two digits that count.
fn figure(rate: f64) -> String {
    match rate {
        r if r >= 100.0 => format!("{r:.0}"),
        r if r >= 1.0 => format!("{r:.1}"),
        r if r >= 0.1 => format!("{r:.2}"),
        r => format!("{r:.3}"),
    }
}

/// Keys of the table of counts for a rule: the rule itself, and the rules like it.
pub fn keys(id: &str, kind: Kind, level: Level, source: &LogSource) -> [String; 2] {
    [id.to_owned(), format!("{} {} {}", kind.as_str(), level.as_str(), source.name())]
}

/// The estimate of a rule that no events of the user have tried.
pub(crate) fn of(id: &str, kind: Kind, level: Level, source: &LogSource) -> Noise {
    static ROWS: OnceLock<BTreeMap<&str, [u64; 4]>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| TABLE.lines().filter_map(row).collect());
    let [own, alike] = keys(id, kind, level, source);
    let noise =
        |basis, [rules, fired, matches, events]: [u64; 4]| Noise { basis, rules, fired, matches, events };
    match (rows.get(own.as_str()), rows.get(alike.as_str())) {
        (Some(row), _) => noise(Basis::Same, *row),
        (None, Some(row)) if row[0] >= FEW => noise(Basis::Alike, *row),
        _ => noise(Basis::Nothing, [0; 4]),
    }
}

/// Key, rules, rules that fired, matches, events; comments start with `#`.
fn row(line: &'static str) -> Option<(&'static str, [u64; 4])> {
    let mut cells = line.split('\t');
    let key = cells.next().filter(|key| !key.starts_with('#'))?;
    let mut number = || cells.next()?.parse::<u64>().ok();
    Some((key, [number()?, number()?, number()?, number()?]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_seen_is_not_nothing_to_come() {
        let none = Noise { basis: Basis::Same, rules: 1, fired: 0, matches: 0, events: 50_000 };
        assert_eq!(none.per_million(), Some(60.0));
        assert!(none.words().starts_with("at most 60.0 in a million events"), "{}", none.words());
        let some = Noise { basis: Basis::Yours, matches: 5, fired: 1, ..none };
        assert_eq!(some.per_million(), Some(100.0));
        assert!(some.words().starts_with("about 100 in a million"), "{}", some.words());
        let empty = Noise { basis: Basis::Nothing, rules: 0, fired: 0, matches: 0, events: 0 };
        assert_eq!(empty.per_million(), None);
    }

    /// A behaviour that was changed must be counted again: `scripts/noise.sh`.
    #[test]
    fn every_behaviour_that_could_be_counted_was() {
        for behaviour in crate::library() {
            let source = &behaviour.log_source;
            let counted = source.category.as_deref() == Some("process_creation")
                && matches!(source.product.as_deref(), Some("windows" | "linux"));
            if counted {
                let noise = of(&behaviour.id(), Kind::Behaviour, behaviour.level, source);
                assert_eq!(noise.basis, Basis::Same, "{}: run scripts/noise.sh", behaviour.title);
                // What is said to be seldom in ordinary use was not seen in it.
                assert!(behaviour.level < Level::High || noise.matches == 0, "{}", behaviour.title);
            }
        }
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let wrong: Vec<&str> = rows.filter(|line| row(line).is_none()).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
