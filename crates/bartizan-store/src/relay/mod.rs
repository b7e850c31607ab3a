//! Other nodes: whom cases are handed on to, the messages between, and how far each side was told.

mod arrive;
mod links;
mod peers;
mod schedule;
mod take;

use bartizan_clearinghouse::access::{OrganisationId, PersonId};

pub use arrive::{Arrived, Arriving};
pub use links::{HandedOver, NewMessage, Told, Unsent};
pub use peers::NewRelayPeer;
pub use take::{Settled, Waiting};

/// A node that an organisation of this one trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayPeer {
    /// Its number here.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// Its public key.
    pub node: String,
    /// The organisation that stands for it.
    pub organisation: OrganisationId,
    /// The account of that organisation which speaks for it.
    pub person: PersonId,
    /// Who trusts it.
    pub runs: OrganisationId,
    /// What people call it.
    pub title: String,
    /// Where it is reached.
    pub url: String,
    /// SHA-256 of the certificate that it shows, in hexadecimal; empty: it shows none.
    pub certificate: String,
    /// Who issued the certificate of its server, PEM; empty: whom everybody trusts.
    pub authority: String,
    /// Whether nothing goes there and nothing is taken from there.
    pub paused: bool,
    /// When it is to be reached next, microseconds since 1970.
    pub due: i64,
    /// How often that failed in a row.
    pub failures: i64,
    /// Why it failed last; empty if it did not.
    pub note: String,
    /// When it was last reached.
    pub reached: Option<i64>,
    /// When it was last heard of.
    pub heard: Option<i64>,
    /// Messages that wait to be sent.
    pub unsent: i64,
    /// Messages that wait to be taken up.
    pub waiting: i64,
    /// Messages that the rules refused.
    pub refused: i64,
}

/// A case that two nodes have between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayLink {
    /// Its number here.
    pub id: i64,
    /// The other node.
    pub peer: i64,
    /// The node that handed the case over.
    pub origin_node: String,
    /// What that calls the case.
    pub origin_case: String,
    /// The own case, once there is one.
    pub case: Option<(i64, String)>,
    /// The report that it came as, and its receipt.
    pub report: Option<(i64, String)>,
    /// What the other handles it by; empty before that is known.
    pub handling: String,
    /// Where its reports come from: a JSON array, as sent.
    pub provenance: String,
    /// Products that both name.
    pub products: Vec<String>,
    /// Whether statements of vendors are passed on.
    pub passes: bool,
    /// Whether the other said what the own coordinator has to decide about.
    pub flagged: bool,
    /// Up to which event the other was told of terms.
    pub told_terms: i64,
    /// Up to which of the rest.
    pub told: i64,
    /// How many events there were when that was looked at last: what may not go is not looked at again and again.
    pub looked: i64,
    /// The number and digest of the last message written; empty before the first.
    pub out: (i64, String),
    /// The same of the last that came without a gap.
    pub arrived: (i64, String),
    /// The number of the last that was taken up.
    pub taken: i64,
}
