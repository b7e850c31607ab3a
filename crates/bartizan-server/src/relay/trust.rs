//! Trusting another node: an organisation that stands for it, an account that speaks for it, its key.

use bartizan_clearinghouse::access::{OrganisationId, Role, Roles};
use bartizan_clearinghouse::relay::NodeId;
use bartizan_store::{Action, NewPerson, NewRelayPeer, RelayPeer, Store};

use crate::app::{Surroundings, uuid};

/// A node to be trusted.
#[derive(Clone, Debug)]
pub struct NewPeer<'a> {
    /// Who trusts it.
    pub runs: OrganisationId,
    /// What people call it.
    pub title: &'a str,
    /// Where it is reached: `https://node.example.org`.
    pub url: &'a str,
    /// Its public key, 64 hexadecimal digits.
    pub node: &'a str,
    /// SHA-256 of the certificate that it shows, in hexadecimal; empty: it shows none.
    pub certificate: &'a str,
    /// Who issued the certificate of its server, PEM; empty: whom everybody trusts.
    pub authority: &'a str,
}

/// Why it is not.
#[derive(Debug, thiserror::Error)]
pub enum TrustFault {
    /// What was told makes no sense.
    #[error("{0}")]
    Unfit(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] bartizan_store::Error),
}

/// Trusts a node. Whoever calls this was asked whether they may.
pub async fn trust(
    store: &Store,
    around: &dyn Surroundings,
    by: &Action<'_>,
    new: &NewPeer<'_>,
) -> Result<RelayPeer, TrustFault> {
    let unfit = |text| Err(TrustFault::Unfit(text));
    let Ok(node) = new.node.parse::<NodeId>() else {
        return unfit("The key of a node has 64 hexadecimal digits in small letters.");
    };
    let certificate = new.certificate.replace(':', "").to_ascii_lowercase();
    if !certificate.is_empty()
        && (certificate.len() != 64 || !certificate.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        return unfit("The fingerprint of a certificate has 64 hexadecimal digits.");
    }
    let url = new.url.trim_end_matches('/');
    let address = url::Url::parse(url)
        .ok()
        .filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host() && url.query().is_none());
    if address.is_none_or(|url| !url.username().is_empty() || url.password().is_some()) {
        return unfit("The address of a node looks like https://node.example.org.");
    }
    if new.authority.len() > 64 << 10 {
        return unfit("The certificates of an issuer have at most 64 KiB.");
    }
    if store.relay_key().await?.is_some_and(|(own, _)| own == node.as_str()) {
        return unfit("That is the key of this node.");
    }
    if store.relay_peer(node.as_str()).await?.is_some() {
        return unfit("This node is trusted already.");
    }
    if store.fresh().await?.desks.get(&new.runs).is_none_or(|desk| desk.closed) {
        return unfit("Whoever takes cases from another node has an open desk.");
    }
    let organisation = store.add_organisation(by, &uuid(around), new.title, None).await?;
    let name = format!("relay-{}", node.prefix());
    // No way to sign in: it speaks by signed messages alone.
    let account = NewPerson {
        uuid: &uuid(around),
        organisation,
        name: &name,
        shown: new.title,
        roles: Roles::of(&[Role::Analyst, Role::Reviewer]),
        password: None,
    };
    let person = store.add_person(by, &account).await?;
    let kept = NewRelayPeer {
        uuid: &uuid(around),
        node: node.as_str(),
        organisation,
        person,
        runs: new.runs,
        title: new.title,
        url,
        certificate: &certificate,
        authority: new.authority,
    };
    store.add_relay_peer(by, &kept).await?;
    let peer = store.relay_peer(node.as_str()).await?;
    peer.ok_or_else(|| TrustFault::Store(bartizan_store::Error::busy("the node is just being kept")))
}
