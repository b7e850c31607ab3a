//! What somebody means to scan.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::address::Network;
use super::fault::{Code, Fault};
use super::target::Target;
use super::{Method, Rules};
use crate::intake::strict;
use crate::time;

/// The most targets of an intent.
pub const MOST_TARGETS: usize = 64;
/// The most source addresses.
const MOST_SOURCES: usize = 64;
/// Longest line of words, and contact, in characters.
const WORDS: usize = 500;
const CONTACT: usize = 200;

/// A target on the wire: exactly one of `purl`, `repository`, `cpe`, `network`, `host`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// A package URL, perhaps with a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    /// Which versions of it, as `vers:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<String>,
    /// The address of a repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Commits of it: `first..last`, or one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commits: Option<String>,
    /// A CPE name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpe: Option<String>,
    /// A network in CIDR notation, or an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// The name of a host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

impl Entry {
    /// An entry from one line, as people type it: what it is shows in how it begins. Versions or commits stand behind a blank.
    pub fn of_line(line: &str) -> Self {
        let line = line.trim();
        let (first, second) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let second = Some(second.trim().to_owned()).filter(|s| !s.is_empty());
        let given = Some(first.to_owned());
        let network = first.split('/').next().is_some_and(|a| a.parse::<std::net::IpAddr>().is_ok());
        match first {
            _ if first.starts_with("pkg:") => Self { purl: given, versions: second, ..Self::default() },
            _ if first.starts_with("cpe:") => Self { cpe: Some(line.to_owned()), ..Self::default() },
            _ if first.contains("://") || first.contains('@') => {
                Self { repository: given, commits: second, ..Self::default() }
            }
            _ if network => Self { network: Some(line.to_owned()), ..Self::default() },
            _ => Self { host: Some(line.to_owned()), ..Self::default() },
        }
    }
}

/// An intent on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wire {
    /// What is scanned.
    pub scope: Vec<Entry>,
    /// How: a word of [`Method`].
    pub method: String,
    /// With what, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tooling: Option<String>,
    /// From when, RFC 3339; now if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Until when, RFC 3339.
    pub until: String,
    /// From which addresses, where the targets are alive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Who can be reached while it goes on.
    pub contact: String,
    /// Anything else, one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An intent, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    targets: Vec<Target>,
    method: Method,
    tooling: Option<String>,
    window: (i64, i64),
    sources: Vec<Network>,
    contact: String,
    note: Option<String>,
}

impl Intent {
    /// Reads an intent strictly from JSON, now (microseconds since 1970).
    ///
    /// # Errors
    /// All that is wrong.
    pub fn read(bytes: &[u8], now: i64, rules: &Rules) -> Result<Self, Vec<Fault>> {
        let malformed = |why: String| vec![Fault::new(Code::Malformed, "", why)];
        let value = strict(bytes).map_err(malformed)?;
        let wire: Wire = serde_json::from_value(value).map_err(|e| malformed(e.to_string()))?;
        Self::of(&wire, now, rules)
    }

    /// Checks what was said.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn of(wire: &Wire, now: i64, rules: &Rules) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let from = match wire.from.as_deref() {
            None => Some(now),
            Some(text) => time::parse(text),
        };
        let window = from.zip(time::parse(&wire.until));
        let fits = window.is_some_and(|(from, until)| {
            until > from
                && until > now
                && until.saturating_sub(from) <= rules.longest
                && from <= now.saturating_add(rules.ahead)
                && from >= now.saturating_sub(rules.longest)
        });
        if !fits {
            faults.push(Fault::of(Code::Window, "until"));
        }
        match Self::checked(wire, window.unwrap_or_default(), &mut faults) {
            Some(intent) if faults.is_empty() => Ok(intent),
            _ => Err(faults),
        }
    }

    /// Reads back what [`Intent::to_json`] gave; `None` if it is not that.
    pub fn kept(json: &str) -> Option<Self> {
        let wire: Wire = serde_json::from_str(json).ok()?;
        let window = (time::parse(wire.from.as_deref()?)?, time::parse(&wire.until)?);
        let mut faults = Vec::new();
        Self::checked(&wire, window, &mut faults).filter(|_| faults.is_empty())
    }

    fn checked(wire: &Wire, window: (i64, i64), faults: &mut Vec<Fault>) -> Option<Self> {
        let mut targets = Vec::new();
        if wire.scope.is_empty() || wire.scope.len() > MOST_TARGETS {
            faults.push(Fault::of(Code::Scope, "scope"));
        } else {
            for (i, entry) in wire.scope.iter().enumerate() {
                match Target::read(entry, &format!("scope[{i}]")) {
                    Ok(target) => targets.push(target),
                    Err(fault) => faults.push(fault),
                }
            }
        }
        let different: BTreeSet<String> = targets.iter().map(Target::text).collect();
        if different.len() != targets.len() {
            faults.push(Fault::of(Code::Scope, "scope"));
        }
        let live = targets.iter().filter(|t| t.live()).count();
        if live != 0 && live != targets.len() {
            faults.push(Fault::of(Code::Mixed, "scope"));
        }
        let method = Method::ALL.iter().find(|m| m.as_str() == wire.method).copied();
        if method.is_none() {
            faults.push(Fault::of(Code::Method, "method"));
        }
        let sources: Vec<Network> = wire.sources.iter().filter_map(|s| Network::parse(s)).collect();
        if sources.len() != wire.sources.len()
            || sources.len() > MOST_SOURCES
            || (live != 0 && sources.is_empty())
        {
            faults.push(Fault::of(Code::Sources, "sources"));
        }
        let contact = line(&wire.contact, CONTACT);
        if contact.is_none() {
            faults.push(Fault::of(Code::Contact, "contact"));
        }
        let mut optional = |text: &Option<String>, name: &str| {
            let text = text.as_deref().filter(|t| !t.trim().is_empty())?;
            let kept = line(text, WORDS);
            if kept.is_none() {
                faults.push(Fault::of(Code::Words, name));
            }
            kept
        };
        let (tooling, note) = (optional(&wire.tooling, "tooling"), optional(&wire.note, "note"));
        Some(Self { targets, method: method?, tooling, window, sources, contact: contact?, note })
    }

    /// What is scanned.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// How.
    pub fn method(&self) -> Method {
        self.method
    }

    /// With what.
    pub fn tooling(&self) -> Option<&str> {
        self.tooling.as_deref()
    }

    /// From when until when, microseconds since 1970.
    pub fn window(&self) -> (i64, i64) {
        self.window
    }

    /// From which addresses.
    pub fn sources(&self) -> &[Network] {
        &self.sources
    }

    /// Who can be reached.
    pub fn contact(&self) -> &str {
        &self.contact
    }

    /// Anything else.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Whether its targets are alive, and wait for their owners.
    pub fn live(&self) -> bool {
        self.targets.iter().any(Target::live)
    }

    /// What it is in, each once, in order.
    pub fn cells(&self) -> BTreeSet<String> {
        self.targets.iter().flat_map(Target::cells).collect()
    }

    /// In one form, on the wire.
    pub fn wire(&self) -> Wire {
        Wire {
            scope: self.targets.iter().map(Target::entry).collect(),
            method: self.method.as_str().to_owned(),
            tooling: self.tooling.clone(),
            from: Some(time::text(self.window.0)),
            until: time::text(self.window.1),
            sources: self.sources.iter().map(ToString::to_string).collect(),
            contact: self.contact.clone(),
            note: self.note.clone(),
        }
    }

    /// The same as JSON, to be kept.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.wire()).unwrap_or_default()
    }

    /// A line for lists: the first target and how many more.
    pub fn title(&self) -> String {
        let first = self.targets.first().map(Target::text).unwrap_or_default();
        let first: String = first.chars().take(120).collect();
        match self.targets.len() {
            0 | 1 => first,
            more => format!("{first} and {} more", more - 1),
        }
    }
}

/// One line, without blanks at its ends; none if it is empty, too long or steers a display.
pub(super) fn line(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    let good = !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control);
    good.then(|| text.to_owned())
}
