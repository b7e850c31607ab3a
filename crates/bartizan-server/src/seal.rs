//! Credentials that the node has to use later: kept sealed under a key of the node, which lies in a file beside the database and
//! never in it. A copy of the database alone opens nothing.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use crate::app::Surroundings;

/// Bytes of the key and of a nonce.
const KEY: usize = 32;
const NONCE: usize = 24;

/// Why something was not sealed or opened. Never holds what is secret.
#[derive(Debug, thiserror::Error)]
pub enum SealFault {
    /// The node was started without a place for its key.
    #[error("this node has no key file, so it keeps no credentials")]
    NoPlace,
    /// The file cannot be used.
    #[error("the key file {0} cannot be used: {1}")]
    File(PathBuf, #[source] io::Error),
    /// The file is there and is no key of ours, or others can read it.
    #[error("the key file {0} {1}")]
    Wrong(PathBuf, &'static str),
    /// What is kept was sealed under another key, for another thing, or was changed.
    #[error("the credentials were sealed under another key: enter them again")]
    Other,
}

/// Seals and opens. The key is read, or made, when it is first needed.
#[derive(Debug, Default)]
pub struct Seal {
    path: Option<PathBuf>,
    key: OnceLock<Secret>,
}

/// Shows nothing of itself.
struct Secret([u8; KEY]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Seal {
    /// With its key in this file.
    pub fn new(path: Option<PathBuf>) -> Self {
        Self { path, key: OnceLock::new() }
    }

    /// Where the key of a database is unless somebody says otherwise: beside an SQLite file, in the current folder for PostgreSQL.
    pub fn beside(database: &str) -> PathBuf {
        if database.starts_with("postgres://") || database.starts_with("postgresql://") {
            return PathBuf::from("bartizan.key");
        }
        let path = database.strip_prefix("sqlite:").unwrap_or(database);
        PathBuf::from(format!("{path}.key"))
    }

    /// Seals a text for one thing: it cannot be opened as anything else's.
    pub fn seal(&self, around: &dyn Surroundings, thing: &str, text: &str) -> Result<String, SealFault> {
        self.seal_bytes(around, thing, text.as_bytes())
    }

    /// The same for bytes.
    pub fn seal_bytes(
        &self,
        around: &dyn Surroundings,
        thing: &str,
        bytes: &[u8],
    ) -> Result<String, SealFault> {
        let cipher = self.cipher(around)?;
        let mut nonce = [0; NONCE];
        around.fill(&mut nonce);
        let payload = Payload { msg: bytes, aad: thing.as_bytes() };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealFault::Other)?;
        Ok(format!("1.{}", STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat())))
    }

    /// Opens what was sealed for a thing.
    pub fn open(&self, around: &dyn Surroundings, thing: &str, sealed: &str) -> Result<String, SealFault> {
        let bytes = self.open_bytes(around, thing, sealed)?;
        String::from_utf8(bytes).map_err(|_| SealFault::Other)
    }

    /// The same for bytes.
    pub fn open_bytes(
        &self,
        around: &dyn Surroundings,
        thing: &str,
        sealed: &str,
    ) -> Result<Vec<u8>, SealFault> {
        let cipher = self.cipher(around)?;
        let bytes = sealed.strip_prefix("1.").and_then(|text| STANDARD_NO_PAD.decode(text).ok());
        let bytes = bytes.ok_or(SealFault::Other)?;
        let (nonce, body) = bytes.split_first_chunk::<NONCE>().ok_or(SealFault::Other)?;
        let payload = Payload { msg: body, aad: thing.as_bytes() };
        cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealFault::Other)
    }

    fn cipher(&self, around: &dyn Surroundings) -> Result<XChaCha20Poly1305, SealFault> {
        let path = self.path.as_deref().ok_or(SealFault::NoPlace)?;
        let key = match self.key.get() {
            Some(key) => key,
            None => {
                let key = read_or_make(around, path)?;
                self.key.get_or_init(|| Secret(key))
            }
        };
        Ok(XChaCha20Poly1305::new(&Key::from(key.0)))
    }
}

fn read_or_make(around: &dyn Surroundings, path: &Path) -> Result<[u8; KEY], SealFault> {
    let text = kept(around, path, |key| format!("{}\n", hex(key)))?;
    read(path, &text)
}

/// What a file of secrets says; one that is not there is made, of 32 random bytes, for its owner alone.
pub(crate) fn kept(
    around: &dyn Surroundings,
    path: &Path,
    made: impl FnOnce(&[u8]) -> String,
) -> Result<String, SealFault> {
    let fault = |e| SealFault::File(path.to_owned(), e);
    match std::fs::read_to_string(path) {
        Ok(text) => return owners(path, text),
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(fault(e)),
        Err(_) => {}
    }
    let mut random = [0; KEY + 8];
    around.fill(&mut random);
    let (key, name) = random.split_at(KEY);
    let said = made(key);
    // Whole or not at all, and never in the place of one that is there: another process may make it at the same moment.
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", hex(name)));
    let draft = PathBuf::from(draft);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut file| {
        file.write_all(said.as_bytes())?;
        file.sync_all()
    });
    let linked = written.and_then(|()| match std::fs::hard_link(&draft, path) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    });
    // A draft that stays is of no use to anybody but harmless.
    let _ = std::fs::remove_file(&draft);
    linked.map_err(fault)?;
    owners(path, std::fs::read_to_string(path).map_err(fault)?)
}

/// The text, if nobody else can read the file.
fn owners(path: &Path, text: String) -> Result<String, SealFault> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let about = std::fs::metadata(path).map_err(|e| SealFault::File(path.to_owned(), e))?;
        if about.permissions().mode() & 0o077 != 0 {
            return Err(SealFault::Wrong(path.to_owned(), "can be read by others: chmod 600 it"));
        }
    }
    Ok(text)
}

pub(crate) fn read(path: &Path, text: &str) -> Result<[u8; KEY], SealFault> {
    let digits = text.trim().as_bytes();
    let mut key = [0; KEY];
    if digits.len() != 2 * KEY {
        return Err(SealFault::Wrong(path.to_owned(), "holds no key"));
    }
    for (byte, pair) in key.iter_mut().zip(digits.chunks(2)) {
        let pair = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
        *byte = pair.ok_or_else(|| SealFault::Wrong(path.to_owned(), "holds no key"))?;
    }
    Ok(key)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::System;

    #[test]
    fn what_is_sealed_opens_for_its_thing_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("node.key");
        let seal = Seal::new(Some(path.clone()));
        let sealed = seal.seal(&System, "channel/1", "hunter2").expect("sealed");
        assert!(!sealed.contains("hunter2"));
        // Another process with the same file.
        let later = Seal::new(Some(path.clone()));
        assert_eq!(later.open(&System, "channel/1", &sealed).expect("opened"), "hunter2");
        assert!(matches!(later.open(&System, "channel/2", &sealed), Err(SealFault::Other)));
        let mut changed = sealed.clone();
        changed.replace_range(10..11, if &sealed[10..11] == "A" { "B" } else { "A" });
        assert!(matches!(later.open(&System, "channel/1", &changed), Err(SealFault::Other)));
        assert_ne!(seal.seal(&System, "channel/1", "hunter2").expect("sealed"), sealed, "each its own nonce");
        let elsewhere = Seal::new(Some(folder.path().join("other.key")));
        assert!(matches!(elsewhere.open(&System, "channel/1", &sealed), Err(SealFault::Other)));
        assert!(matches!(Seal::new(None).seal(&System, "a", "b"), Err(SealFault::NoPlace)));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2, "no draft stays");
    }

    #[test]
    #[cfg(unix)]
    fn the_key_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("node.key");
        Seal::new(Some(path.clone())).seal(&System, "a", "b").expect("sealed");
        let mode = |path: &Path| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("changed");
        let fault = Seal::new(Some(path.clone())).seal(&System, "a", "b").expect_err("others read it");
        assert!(fault.to_string().contains("chmod 600"), "{fault}");
        std::fs::write(&path, "no key").expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("changed");
        assert!(matches!(Seal::new(Some(path)).seal(&System, "a", "b"), Err(SealFault::Wrong(..))));
    }
}
