//! Sources and peers as people ask for them: looked at, sealed, kept. Pages, API and program go through here.

use bartizan_clearinghouse::access::{Decision, Principal, Refusal, Thing, Verb, decide};
use bartizan_fetch::Rules;
use bartizan_stix::Tlp;
use bartizan_store::{Action, Channel, ChannelChange, ChannelKind, Directory, NewChannel, Store};

use crate::app::Surroundings;
use crate::jobs::{Sealed, channel_thing, without_queries};
use crate::seal::Seal;

const MINUTE: i64 = 60_000_000;
/// Longest name, password and token.
const SECRET: usize = 2_000;

/// How the node shows who it is.
#[derive(Clone)]
pub enum Secret {
    /// Name and password.
    Basic {
        /// Name.
        user: String,
        /// Password.
        password: String,
    },
    /// A bearer token.
    Bearer(String),
}

impl Secret {
    /// From what a form holds; none if all of it is empty.
    ///
    /// # Errors
    /// If it is neither a name with a password nor a token.
    pub fn of(user: &str, password: &str, token: &str) -> Result<Option<Self>, String> {
        match (user.is_empty(), password.is_empty(), token.is_empty()) {
            (true, true, true) => Ok(None),
            (false, false, true) => {
                Ok(Some(Self::Basic { user: user.to_owned(), password: password.to_owned() }))
            }
            (true, true, false) => Ok(Some(Self::Bearer(token.to_owned()))),
            _ => Err("Credentials are a name with its password, or a token.".to_owned()),
        }
    }

    fn fits(&self) -> bool {
        let plain = |text: &str| text.len() <= SECRET && !text.chars().any(char::is_control);
        match self {
            // RFC 7617, section 2: a name has no colon.
            Self::Basic { user, password } => plain(user) && plain(password) && !user.contains(':'),
            Self::Bearer(token) => token.len() <= SECRET && token.bytes().all(|b| b.is_ascii_graphic()),
        }
    }
}

/// A source or peer that somebody asks for.
#[derive(Clone)]
pub struct Wanted<'a> {
    /// What the outside will call it by; random.
    pub uuid: &'a str,
    /// What is at the other end.
    pub kind: ChannelKind,
    /// What people call it.
    pub title: &'a str,
    /// Where the other end is.
    pub address: &'a str,
    /// The collection there, for TAXII.
    pub remote: &'a str,
    /// Our collection, by UUID or alias; empty: the library.
    pub collection: &'a str,
    /// The organisation that a peer is, by UUID or name.
    pub reader: &'a str,
    /// What a thing without a marking counts as.
    pub marking: Tlp,
    /// Minutes between rounds.
    pub minutes: u32,
    /// How the node shows who it is.
    pub secret: Option<Secret>,
}

/// Why a source or peer was not made.
#[derive(Debug)]
pub enum Refused {
    /// What was asked for makes no sense; why.
    Input(String),
    /// It is not for this principal; why.
    Access(Refusal, &'static str),
    /// The store failed.
    Store(bartizan_store::Error),
}

impl From<bartizan_store::Error> for Refused {
    fn from(e: bartizan_store::Error) -> Self {
        if e.is_invalid() || e.is_conflict() { Self::Input(format!("{e}.")) } else { Self::Store(e) }
    }
}

fn must(
    principal: &Principal,
    verb: Verb,
    thing: &Thing<'_>,
    now: i64,
    why: &'static str,
) -> Result<(), Refused> {
    match decide(principal, verb, thing, now) {
        Decision::Allow => Ok(()),
        Decision::Deny(refusal) => {
            Err(Refused::Access(refusal, crate::sharing::lacking(principal, verb).unwrap_or(why)))
        }
    }
}

/// What it needs beside the store.
pub struct Tools<'a> {
    /// What seals credentials.
    pub seal: &'a Seal,
    /// Clock and randomness.
    pub around: &'a dyn Surroundings,
    /// What requests may do: an address that they may never ask is refused now.
    pub rules: &'a Rules,
}

/// Makes a source or peer of the principal's organisation, which works on their behalf.
///
/// # Errors
/// If the principal may not, what is asked for makes no sense, or it could not be kept.
pub async fn add(
    store: &Store,
    tools: &Tools<'_>,
    by: &Action<'_>,
    directory: &Directory,
    principal: &Principal,
    wanted: &Wanted<'_>,
) -> Result<Channel, Refused> {
    let (Some(person), Some(organisation)) = (principal.person, principal.organisation) else {
        return Err(Refused::Access(Refusal::SignIn, "Sign in."));
    };
    let now = by.now;
    let why = "Only a coordinator runs sources and peers.";
    must(principal, Verb::Manage, &Thing::Library(organisation), now, why)?;
    let input = |text: &str| Refused::Input(text.to_owned());
    let kind = wanted.kind;
    let collection = if kind.is_reports() {
        if !wanted.collection.is_empty() {
            return Err(input("Articles and reports go to the library; name no collection."));
        }
        must(
            principal,
            Verb::Add,
            &Thing::Library(organisation),
            now,
            "Only an analyst, reviewer or coordinator hands in reports.",
        )?;
        None
    } else {
        let entry = directory.collection(wanted.collection);
        let entry =
            entry.filter(|c| decide(principal, Verb::List, &Thing::Collection(&c.access), now).allowed());
        let entry = entry.ok_or_else(|| input("Choose a collection of this node."))?;
        let verb = if kind == ChannelKind::Push { Verb::Manage } else { Verb::Add };
        let why = "The collection is not yours to do that with.";
        must(principal, verb, &Thing::Collection(&entry.access), now, why)?;
        Some(entry)
    };
    let reader = match kind {
        ChannelKind::Push => {
            let named =
                |o: &&bartizan_store::OrganisationEntry| o.uuid == wanted.reader || o.name == wanted.reader;
            let found = directory.organisations.values().filter(|o| !o.closed).find(named);
            let found = found.filter(|o| o.id != organisation);
            let found = found.ok_or_else(|| {
                input("Choose the organisation of this node that the peer is; it is not your own.")
            })?;
            let peer = Principal::organisation(found.id, found.client_of);
            let reads = collection
                .is_some_and(|c| decide(&peer, Verb::Read, &Thing::Collection(&c.access), now).allowed());
            if !reads {
                return Err(input(
                    "That organisation may not read the collection: share it with them first.",
                ));
            }
            Some(found.id)
        }
        _ => None,
    };
    let needs = matches!(kind, ChannelKind::Taxii | ChannelKind::Push);
    if needs == wanted.remote.trim().is_empty() {
        let text = if needs {
            "Name the collection there: id, alias or title."
        } else {
            "Only TAXII has collections."
        };
        return Err(input(text));
    }
    let address = wanted.address.trim();
    tools
        .rules
        .check(address)
        .map_err(|e| Refused::Input(format!("{}.", without_queries(&e.to_string()))))?;
    if address.contains('#') {
        return Err(input("The address has a # part, which is never sent."));
    }
    let sealed = sealed(tools, wanted.uuid, wanted.secret.as_ref())?;
    let new = NewChannel {
        uuid: wanted.uuid,
        organisation,
        person,
        kind,
        title: wanted.title,
        address,
        remote: wanted.remote.trim(),
        collection: collection.map(|c| c.access.id),
        reader,
        marking: wanted.marking,
        every: i64::from(wanted.minutes) * MINUTE,
        sealed: &sealed,
    };
    store.add_channel(by, &new).await?;
    let made = store.channel(wanted.uuid).await?;
    made.ok_or_else(|| Refused::Input("It was removed at once.".to_owned()))
}

/// What somebody wants to be different; what is none stays.
#[derive(Clone, Default)]
pub struct Changed<'a> {
    /// What people call it.
    pub title: Option<&'a str>,
    /// What a thing without a marking counts as; not for peers.
    pub marking: Option<Tlp>,
    /// Minutes between rounds.
    pub minutes: Option<u32>,
    /// How the node shows who it is; `Some(None)`: not at all any more.
    pub secret: Option<Option<Secret>>,
}

/// Changes a source or peer. Whether the principal may, the caller has decided.
///
/// # Errors
/// If what is asked for makes no sense, or it could not be kept.
pub async fn change(
    store: &Store,
    tools: &Tools<'_>,
    by: &Action<'_>,
    channel: &Channel,
    changed: &Changed<'_>,
) -> Result<(), Refused> {
    if channel.is_push() && changed.marking.is_some() {
        return Err(Refused::Input("A peer has no marking: what goes out is marked already.".to_owned()));
    }
    let secret = changed.secret.as_ref();
    let sealed = secret.map(|secret| sealed(tools, &channel.uuid, secret.as_ref())).transpose()?;
    let change = ChannelChange {
        title: changed.title,
        marking: changed.marking,
        every: changed.minutes.map(|minutes| i64::from(minutes) * MINUTE),
        sealed: sealed.as_deref(),
    };
    Ok(store.change_channel(by, channel, &change).await?)
}

/// Credentials as they are kept: empty if there are none.
fn sealed(tools: &Tools<'_>, uuid: &str, secret: Option<&Secret>) -> Result<String, Refused> {
    let Some(secret) = secret else { return Ok(String::new()) };
    if !secret.fits() {
        return Err(Refused::Input("The credentials hold what no header can.".to_owned()));
    }
    let form = match secret.clone() {
        Secret::Basic { user, password } => Sealed::Basic { user, password },
        Secret::Bearer(token) => Sealed::Bearer(token),
    };
    let text = serde_json::to_string(&form).unwrap_or_default();
    tools.seal.seal(tools.around, &channel_thing(uuid), &text).map_err(|e| {
        tracing::error!(error = %e, "credentials cannot be sealed");
        Refused::Input("The node cannot keep credentials now; its log tells why.".to_owned())
    })
}

/// An address as it is shown: without what stands behind a question mark, where keys often are.
pub fn shown(address: &str) -> String {
    without_queries(address)
}
