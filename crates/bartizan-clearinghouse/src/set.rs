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
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

pub(crate) use closed_set;

/// Stable codes of refusals: an enumeration with its code and its meaning for each.
macro_rules! codes {
    ($(#[$doc:meta])* $($name:ident = $code:literal, $text:literal;)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $text] $name,)+ }
        impl Code {
            /// All codes.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];
            /// The code.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $code),+ } }
            /// What it means.
            pub fn meaning(self) -> &'static str { match self { $(Self::$name => $text),+ } }
        }
    };
}

pub(crate) use codes;
