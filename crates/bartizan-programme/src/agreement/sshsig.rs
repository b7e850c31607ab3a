//! Signatures of OpenSSH: `PROTOCOL.sshsig` of its sources, Ed25519 only.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha512};

use super::NAMESPACE;
use super::key::{ED25519, from_wire};
use super::wire::{Wire, put};
use crate::fault::{Code, Error};

/// First and last line.
pub(super) const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
const MAGIC: &[u8] = b"SSHSIG";
const VERSION: u32 = 1;

/// The hash of what was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha512,
}

impl Hash {
    fn name(self) -> &'static [u8] {
        match self {
            Self::Sha256 => b"sha256",
            Self::Sha512 => b"sha512",
        }
    }
}

/// A signature as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Armored {
    pub(super) key: [u8; 32],
    pub(super) signature: [u8; 64],
    hash: Hash,
}

impl Armored {
    /// What the key signed, for a message.
    pub(super) fn signed(&self, message: &[u8]) -> Vec<u8> {
        let digest = match self.hash {
            Hash::Sha256 => Sha256::digest(message).to_vec(),
            Hash::Sha512 => Sha512::digest(message).to_vec(),
        };
        let mut out = MAGIC.to_vec();
        put(&mut out, NAMESPACE.as_bytes());
        put(&mut out, b"");
        put(&mut out, self.hash.name());
        put(&mut out, &digest);
        out
    }
}

/// Reads the armour and what is in it. The reserved field must be empty, as OpenSSH writes it.
pub(super) fn parse(text: &str) -> Result<Armored, Error> {
    let malformed = || Error::of(Code::MalformedSignature, "an OpenSSH signature");
    let mut lines = text.trim().lines().map(str::trim_end);
    if lines.next() != Some(BEGIN) {
        return Err(malformed());
    }
    let body: Vec<&str> = lines.collect();
    let Some((&END, body)) = body.split_last() else { return Err(malformed()) };
    let bytes = STANDARD.decode(body.concat()).map_err(|_| malformed())?;
    let (namespace, armored) = blob(&bytes).ok_or_else(malformed)?;
    if namespace != NAMESPACE.as_bytes() {
        return Err(Error::of(Code::SignatureNamespace, &String::from_utf8_lossy(namespace)));
    }
    Ok(armored)
}

fn blob(bytes: &[u8]) -> Option<(&[u8], Armored)> {
    let mut wire = Wire(bytes);
    (wire.take(MAGIC.len())? == MAGIC && wire.number()? == VERSION).then_some(())?;
    let key = from_wire(wire.text()?)?;
    let namespace = wire.text()?;
    wire.text()?.is_empty().then_some(())?;
    let hash = match wire.text()? {
        b"sha256" => Hash::Sha256,
        b"sha512" => Hash::Sha512,
        _ => return None,
    };
    let mut inner = Wire(wire.text()?);
    wire.end()?;
    (inner.text()? == ED25519).then_some(())?;
    let signature = inner.text()?.try_into().ok()?;
    inner.end()?;
    Some((namespace, Armored { key, signature, hash }))
}
