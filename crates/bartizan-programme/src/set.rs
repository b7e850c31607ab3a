//! Closed sets of words: an enumeration whose members are written as one word.

/// An enumeration with all members in order, its word for each, and serde by that word.
macro_rules! closed_set {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$member_doc])* #[serde(rename = $word)] $member,)+ }
        impl $name {
            /// All members, in order.
            pub const ALL: &'static [Self] = &[$(Self::$member),+];
            /// The word.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$member => $word),+ } }
            /// The member of that word.
            pub fn parse(word: &str) -> Option<Self> { Self::ALL.iter().copied().find(|one| one.as_str() == word) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

pub(crate) use closed_set;
