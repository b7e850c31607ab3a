//! The own key: made once, its secret sealed under the node's key file.

use bartizan_clearinghouse::relay::NodeKey;
use bartizan_store::{Action, Store};

use crate::app::Surroundings;
use crate::seal::{Seal, SealFault};

/// What it is sealed for.
const THING: &str = "relay/key";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// It cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] bartizan_store::Error),
}

/// The node's key; made when it is first needed.
pub async fn own_key(store: &Store, seal: &Seal, around: &dyn Surroundings) -> Result<NodeKey, KeyFault> {
    own_seed(store, seal, around).await.map(NodeKey::from_seed)
}

/// The seed of the node's key. What is signed with it begins with a line that says for what: no signature stands for another.
pub(crate) async fn own_seed(
    store: &Store,
    seal: &Seal,
    around: &dyn Surroundings,
) -> Result<[u8; 32], KeyFault> {
    let kept = match store.relay_key().await? {
        Some(kept) => kept,
        None => {
            let mut seed = [0; 32];
            around.fill(&mut seed);
            let sealed = seal.seal_bytes(around, THING, &seed)?;
            let node = NodeKey::from_seed(seed).id();
            let by = Action { actor: "system", now: around.now() };
            // Another process may have been faster: then its key is ours.
            store.keep_relay_key(&by, node.as_str(), &sealed).await?
        }
    };
    let seed = seal.open_bytes(around, THING, &kept.1)?;
    Ok(seed.try_into().map_err(|_| SealFault::Other)?)
}
