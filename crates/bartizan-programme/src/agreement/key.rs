//! Public keys and signatures, as people hand them in.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::sshsig::{self, Armored};
use super::wire::{Wire, put};
use crate::fault::{Code, Error};

/// The algorithm's name in OpenSSH.
pub(super) const ED25519: &[u8] = b"ssh-ed25519";
/// Longest key and signature that are read, in bytes.
const LONGEST: usize = 4096;

/// An Ed25519 public key. It is written as OpenSSH does, `ssh-ed25519 AAAA…`; 64 hexadecimal digits are read as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Its 32 bytes.
    pub fn bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// `SHA256:` and the digest of its wire form in base64, as `ssh-keygen -l` shows it.
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(self.wire())))
    }

    fn wire(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(51);
        put(&mut out, ED25519);
        put(&mut out, &self.bytes());
        out
    }

    /// Whether a signature over a statement is this key's. Strict: one signature has one form.
    pub(super) fn signs(&self, statement: &[u8], signature: &Signature) -> bool {
        match &signature.0 {
            Form::Raw(bytes) => self.check(statement, bytes),
            Form::Ssh(armored) => {
                armored.key == self.bytes() && self.check(&armored.signed(statement), &armored.signature)
            }
        }
    }

    fn check(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }
}

/// A key from its 32 bytes; none of the few that everybody can sign for.
pub(super) fn key(bytes: &[u8]) -> Option<VerifyingKey> {
    let bytes: [u8; 32] = bytes.try_into().ok()?;
    VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())
}

/// A key in its wire form, and nothing after it.
pub(super) fn from_wire(bytes: &[u8]) -> Option<[u8; 32]> {
    let mut wire = Wire(bytes);
    let name = wire.text()?;
    let key = wire.text()?;
    wire.end()?;
    (name == ED25519).then(|| key.try_into().ok())?
}

impl FromStr for PublicKey {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let read = || {
            if text.len() > LONGEST {
                return None;
            }
            if let Some(bytes) = unhex(text) {
                return key(&bytes);
            }
            // The name, the key, and a comment that says nothing.
            let mut parts = text.trim().split_ascii_whitespace();
            let named = parts.next()?.as_bytes() == ED25519;
            let bytes = STANDARD.decode(parts.next()?).ok()?;
            key(&from_wire(&bytes).filter(|_| named && !text.trim().contains(['\n', '\r']))?)
        };
        read().map(Self).ok_or_else(|| Error::of(Code::MalformedKey, text))
    }
}

impl TryFrom<String> for PublicKey {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ssh-ed25519 {}", STANDARD.encode(self.wire()))
    }
}

/// A detached signature: 64 bytes in hexadecimal or base64, or what `ssh-keygen -Y sign` writes. It is kept as it was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Signature(Form, String);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Raw([u8; 64]),
    Ssh(Armored),
}

impl Signature {
    /// The key that the signature names; a raw one names none.
    pub fn key(&self) -> Option<[u8; 32]> {
        match &self.0 {
            Form::Raw(_) => None,
            Form::Ssh(armored) => Some(armored.key),
        }
    }

    /// As it was handed in.
    pub fn as_str(&self) -> &str {
        &self.1
    }
}

impl FromStr for Signature {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Signature {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(Error::of(Code::MalformedSignature, &text));
        }
        if text.trim_start().starts_with(sshsig::BEGIN) {
            let armored = sshsig::parse(&text)?;
            return Ok(Self(Form::Ssh(armored), text));
        }
        let plain = text.trim();
        let bytes = unhex(plain).or_else(|| STANDARD.decode(plain).ok());
        let bytes = bytes.and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        match bytes {
            Some(bytes) => Ok(Self(Form::Raw(bytes), text)),
            None => Err(Error::of(Code::MalformedSignature, plain)),
        }
    }
}

impl From<Signature> for String {
    fn from(signature: Signature) -> Self {
        signature.1
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|four| u8::try_from(four).ok());
    let pairs = text.as_bytes().chunks_exact(2);
    let whole = pairs.remainder().is_empty() && !text.is_empty();
    whole.then(|| pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect())?
}
