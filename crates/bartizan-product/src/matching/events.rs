//! OSV's events and their evaluation (OSV schema, "Evaluation").

use crate::vers::Scheme;

/// Something that happened to a vulnerability in the line of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It came with this version; `0` is before every version.
    Introduced(String),
    /// This version does not have it any more.
    Fixed(String),
    /// This version is the last that has it.
    LastAffected(String),
    /// What is said holds below this version only; `*` is no limit.
    Limit(String),
}

impl Event {
    /// The version that is named.
    pub fn version(&self) -> &str {
        match self {
            Event::Introduced(v) | Event::Fixed(v) | Event::LastAffected(v) | Event::Limit(v) => v,
        }
    }
}

/// Whether a version is affected, and the event that says so.
pub(super) fn affected(scheme: Scheme, events: &[Event], version: &str) -> (bool, String) {
    let order = |event: &Event| match event {
        Event::Introduced(v) if v == "0" => std::cmp::Ordering::Greater,
        _ => scheme.compare(version, event.version()),
    };
    let limits: Vec<&Event> = events.iter().filter(|e| matches!(e, Event::Limit(v) if v != "*")).collect();
    let unlimited = events.iter().any(|e| matches!(e, Event::Limit(v) if v == "*"));
    if !unlimited && !limits.is_empty() && !limits.iter().any(|l| order(l).is_lt()) {
        return (false, format!("not below the limit {}", limits[0].version()));
    }
    let mut sorted: Vec<&Event> = events.iter().filter(|e| !matches!(e, Event::Limit(_))).collect();
    let zero = |e: &Event| matches!(e, Event::Introduced(v) if v == "0");
    sorted.sort_by(|a, b| zero(b).cmp(&zero(a)).then_with(|| scheme.compare(a.version(), b.version())));
    let mut answer = (false, "before every event".to_owned());
    for event in sorted {
        let order = order(event);
        match event {
            Event::Introduced(v) if order.is_ge() => answer = (true, format!("introduced {v}")),
            Event::Fixed(v) if order.is_ge() => answer = (false, format!("fixed {v}")),
            Event::LastAffected(v) if order.is_gt() => answer = (false, format!("last affected {v}")),
            // The bound above that the version does not reach.
            Event::Fixed(v) if answer.0 => answer.1.push_str(&format!(", below fixed {v}")),
            Event::LastAffected(v) if answer.0 => answer.1.push_str(&format!(", up to {v}")),
            _ => {}
        }
        if order.is_lt() && !matches!(event, Event::Introduced(_)) {
            break;
        }
    }
    answer
}

/// As it is written in a reason.
pub(super) fn written(events: &[Event]) -> String {
    let one = |e: &Event| match e {
        Event::Introduced(v) => format!("introduced {v}"),
        Event::Fixed(v) => format!("fixed {v}"),
        Event::LastAffected(v) => format!("last affected {v}"),
        Event::Limit(v) => format!("limit {v}"),
    };
    events.iter().map(one).collect::<Vec<_>>().join(", ")
}
