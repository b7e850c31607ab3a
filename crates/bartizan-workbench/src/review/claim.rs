//! A claim under review, and what was decided about it.

use crate::time::Moment;
use bartizan::Evidence;
use sha2::{Digest, Sha256};

/// One claim and what was decided about it.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What decisions call it: the key that the rules of review give it, `technique/120-133/T1059.001`.
    pub key: String,
    /// What kind of claim.
    pub kind: ClaimKind,
    /// Id in the knowledge pack, or kind of observable; may be empty.
    pub code: String,
    /// Name. Observables as they are: the page defangs what is dangerous.
    pub title: String,
    /// A few words more.
    pub note: String,
    /// How it is known: `stated`, `named`, `inferred`, or `reviewer`.
    pub provenance: String,
    /// Confidence in percent and as a word; none for what a reviewer added.
    pub confidence: Option<(u8, String)>,
    /// Words it rests on, in bytes of [`Review::text`].
    pub evidence: Vec<Evidence>,
    /// Whether its title is an address, which is then shown so that it does not work.
    pub dangerous: bool,
    /// What was decided; none while open.
    pub decision: Option<Decision>,
    /// Last words of other reviewers who do not agree with it.
    pub against: Vec<Decision>,
}

/// What kind of claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClaimKind {
    /// A technique mapping.
    Technique,
    /// A value from the text.
    Observable,
    /// A named actor, malware, tool, sector and so on.
    Entity,
    /// A statement about two things.
    Relation,
    /// A dated event or a duty.
    Event,
    /// A mitigation.
    Mitigation,
}

/// What a person decided.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What.
    pub act: Act,
    /// Who.
    pub who: String,
    /// When.
    pub at: Moment,
    /// Why, for rejections.
    pub reason: String,
}

/// The decisions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It is right.
    Accepted,
    /// It is wrong.
    Rejected,
    /// It is right, on other words.
    Edited,
    /// A reviewer found it.
    Added,
}

impl Act {
    /// `accepted` and so on.
    pub fn as_str(self) -> &'static str {
        match self {
            Act::Accepted => "accepted",
            Act::Rejected => "rejected",
            Act::Edited => "edited",
            Act::Added => "added",
        }
    }
}

impl ClaimKind {
    /// `technique` and so on.
    pub fn as_str(self) -> &'static str {
        match self {
            ClaimKind::Technique => "technique",
            ClaimKind::Observable => "observable",
            ClaimKind::Entity => "entity",
            ClaimKind::Relation => "relation",
            ClaimKind::Event => "event",
            ClaimKind::Mitigation => "mitigation",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            ClaimKind::Technique => "Techniques",
            ClaimKind::Observable => "Observables",
            ClaimKind::Entity => "Entities",
            ClaimKind::Relation => "Relations",
            ClaimKind::Event => "Events",
            ClaimKind::Mitigation => "Mitigations",
        }
    }
}

impl ClaimKind {
    pub(super) const ALL: [ClaimKind; 6] = [
        ClaimKind::Technique,
        ClaimKind::Observable,
        ClaimKind::Entity,
        ClaimKind::Relation,
        ClaimKind::Event,
        ClaimKind::Mitigation,
    ];
}

impl Claim {
    /// An open claim that says nothing yet.
    pub fn new(kind: ClaimKind) -> Self {
        Claim {
            key: String::new(),
            kind,
            code: String::new(),
            title: String::new(),
            note: String::new(),
            provenance: String::new(),
            confidence: None,
            evidence: Vec::new(),
            dangerous: false,
            decision: None,
            against: Vec::new(),
        }
    }

    /// What the page calls it in ids: keys may have any characters.
    pub(super) fn tag(&self) -> String {
        tag(&self.key)
    }

    pub(super) fn state(&self) -> &'static str {
        self.decision.as_ref().map_or("open", |d| d.act.as_str())
    }

    pub(super) fn shown_title(&self) -> String {
        if self.dangerous { defanged(&self.title) } else { self.title.clone() }
    }
}

/// A short name for ids, from a key of any characters.
pub(super) fn tag(key: &str) -> String {
    let digest = Sha256::digest(key.as_bytes());
    digest.iter().take(6).fold("k".to_owned(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Class of how a claim is known; what is not known by a program looks like nothing special.
pub(super) fn provenance(claim: &Claim) -> &'static str {
    match claim.provenance.as_str() {
        "stated" => "stated",
        "named" => "named",
        "inferred" => "inferred",
        _ => "",
    }
}

/// An address that no longer works as one.
pub(super) fn defanged(value: &str) -> String {
    let value = match value.split_once("://") {
        Some((scheme, rest)) if scheme.len() < 12 => format!("{}://{rest}", scheme.replace("tt", "xx")),
        _ => value.to_owned(),
    };
    value.replace('@', "[@]").replace('.', "[.]").replace("[[.]]", "[.]")
}
