//! Nodes and their keys (Ed25519, RFC 8032).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::fault::{Code, Refusal};

/// A node: its public key, in 64 hexadecimal digits. Who has the key is the node; there is no register of names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeId(String);

impl NodeId {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the names that this node gave, where they could be taken for one's own.
    pub fn prefix(&self) -> &str {
        &self.0[..16]
    }

    /// Whether a signature over exactly these bytes is this node's.
    pub fn signed(&self, bytes: &[u8], signature: &str) -> bool {
        let mut key = [0; 32];
        for (byte, pair) in key.iter_mut().zip(self.0.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
            *byte = pair.unwrap_or_default();
        }
        let signature = STANDARD.decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
        let (Ok(key), Some(signature)) = (VerifyingKey::from_bytes(&key), signature) else { return false };
        // Strict: no key of small order, no second signature of the same bytes made of a first.
        key.verify_strict(bytes, &signature).is_ok()
    }
}

impl TryFrom<String> for NodeId {
    type Error = Refusal;
    fn try_from(text: String) -> Result<Self, Refusal> {
        let digits = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if digits { Ok(Self(text)) } else { Err(Refusal::new(Code::Malformed, "the text is no node's key")) }
    }
}

impl FromStr for NodeId {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::try_from(text.to_owned())
    }
}

impl From<NodeId> for String {
    fn from(node: NodeId) -> Self {
        node.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key of the own node. Shows nothing of itself.
pub struct NodeKey(SigningKey);

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NodeKey")
    }
}

impl NodeKey {
    /// From its secret, 32 random bytes.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Which node it is of.
    pub fn id(&self) -> NodeId {
        NodeId(self.0.verifying_key().as_bytes().iter().map(|b| format!("{b:02x}")).collect())
    }

    /// Signs exactly these bytes: 64 bytes in base64.
    pub fn sign(&self, bytes: &[u8]) -> String {
        STANDARD.encode(self.0.sign(bytes).to_bytes())
    }
}
