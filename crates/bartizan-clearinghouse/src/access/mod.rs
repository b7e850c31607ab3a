//! Who may see and do what: one function, [`decide`], for pages, API, TAXII, search, counts, graph, exports, jobs.
//!
//! A marking says how far something may go (TLP 2.0, FIRST, August 2022), a collection says to whom its owner gives it; both
//! must allow. What a principal may not know of is [`Refusal::Unknown`], and is answered as what does not exist.

mod case;
mod decide;
mod principal;
mod thing;
mod window;

pub use case::{Admission, CaseAccess};
pub use decide::{Decision, Refusal, decide, needs};
pub use principal::{Principal, Role, Roles, Scope, Scopes};
pub use thing::{Audience, Collection, Group, Member, Rights, Thing, Verb};
pub use window::{EditionAccess, Matter, WindowAccess, WindowSide};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                Self(number)
            }
        }
    };
}

number!(
    /// An organisation of this node.
    OrganisationId
);
number!(
    /// A person (or a machine's account) of one organisation.
    PersonId
);
number!(
    /// A collection, by its number in the store; its UUID is what the outside sees.
    CollectionId
);
number!(
    /// A sharing group: organisations under one name.
    GroupId
);
