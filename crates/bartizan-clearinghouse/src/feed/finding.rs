//! What a feed holds that was not taken over, counted.

use std::collections::BTreeMap;
use std::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        /// Every stable code of a [`Finding`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// All codes, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];
            /// The stable text, e.g. `feed.malformed`.
            pub fn as_str(self) -> &'static str { match self { $(Code::$name => $text),+ } }
            /// What the code means, one line.
            pub fn summary(self) -> &'static str { match self { $(Code::$name => concat!($($doc),+)),+ } }
        }
    };
}

codes! {
    /// The file is damaged from a place on; what stands before it was kept.
    Malformed = "feed.malformed";
    /// More entries than the limit; the rest was left out.
    TooMany = "feed.too-many";
    /// Nested deeper than the limit; what lies deeper was left out.
    TooDeep = "feed.too-deep";
    /// A text longer than the limit was cut.
    TooLong = "feed.too-long";
    /// A reference to an entity that the reader does not expand; it stands as written.
    Entity = "feed.entity";
    /// An entry that says nothing by which to know it again was left out.
    Anonymous = "feed.anonymous";
    /// A time that is none of RFC 822 or RFC 3339 was left out.
    Time = "feed.time";
    /// A link that is no http or https address was left out.
    Link = "feed.link";
    /// Bytes that do not fit the encoding were replaced.
    Encoding = "feed.encoding";
    /// A member that must be there is missing or of another type; its owner was left out.
    Member = "misp.member";
    /// An attribute of a type that STIX has no word for.
    Type = "misp.type";
    /// An attribute that is only observed, of a type that STIX can detect but not describe as an observable.
    Unobservable = "misp.unobservable";
    /// An attribute whose value is none of its type.
    Value = "misp.value";
    /// An object of a template that STIX has no word for; its attributes stand alone.
    Flattened = "misp.flattened";
    /// An attribute of an object that its STIX form has no place for.
    Unplaced = "misp.unplaced";
    /// A reference to something that is not in the event or was left out.
    Dangling = "misp.dangling";
    /// A galaxy cluster of a kind that STIX has no object for; its tag stays as a label.
    Cluster = "misp.cluster";
    /// A TLP tag with a word that TLP does not have.
    Tlp = "misp.tlp";
    /// Whom MISP lets have it (distribution, sharing group), which a marking cannot say.
    Distribution = "misp.distribution";
    /// Something that was deleted in MISP.
    Deleted = "misp.deleted";
    /// A comment or time for which the STIX object has no property.
    Remark = "misp.remark";
    /// Two things under one identifier; the first was kept.
    Twice = "misp.twice";
    /// An object of a STIX type that MISP has no word for.
    Unsaid = "misp.unsaid";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One kind of thing that was not taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable code.
    pub code: Code,
    /// What it was: a type, a template, a place.
    pub what: String,
    /// How often.
    pub count: usize,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({} times)", self.code, self.what, self.count)
    }
}

/// Longest `what`, in characters, and most different ones: a hostile feed must not grow its own error list.
const WHAT: usize = 120;
const KINDS: usize = 1000;

/// Counts findings.
#[derive(Debug, Default)]
pub(crate) struct Findings(BTreeMap<(Code, String), usize>);

impl Findings {
    /// Counts one.
    pub(crate) fn add(&mut self, code: Code, what: impl AsRef<str>) {
        let what: String = what.as_ref().chars().filter(|c| !c.is_control()).take(WHAT).collect();
        let key = (code, what);
        let full = self.0.len() >= KINDS && !self.0.contains_key(&key);
        *self.0.entry(if full { (code, "and others".to_owned()) } else { key }).or_default() += 1;
    }

    /// All, by code and what.
    pub(crate) fn finish(self) -> Vec<Finding> {
        self.0.into_iter().map(|((code, what), count)| Finding { code, what, count }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_stable_different_and_explained() {
        let texts: std::collections::BTreeSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|c| c.summary().trim().ends_with('.')));
    }

    #[test]
    fn the_list_of_findings_is_bounded() {
        let mut findings = Findings::default();
        for i in 0..5000 {
            findings.add(Code::Type, format!("type {i} {}", "x".repeat(500)));
        }
        let findings = findings.finish();
        assert_eq!(findings.iter().map(|f| f.count).sum::<usize>(), 5000);
        assert!(findings.len() <= KINDS + Code::ALL.len());
        assert!(findings.iter().all(|f| f.what.chars().count() <= WHAT));
    }
}
