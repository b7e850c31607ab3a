//! Detached OpenPGP signatures (RFC 9580) of the node, as CSAF 2.0 section 7.1.19 wants them: version 4 keys and signatures of
//! algorithm 22 (EdDSA over Ed25519), which every OpenPGP program in use verifies.
//!
//! Only what is written here is written: one key, its one name, signatures of files. The arithmetic is `ring`'s. The same key, file
//! and time give the same signature.

use std::path::PathBuf;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;
use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::app::Surroundings;
use crate::seal::{SealFault, hex, kept, read};

/// EdDSA (RFC 9580, section 9.1: EdDSALegacy), SHA-256 (section 9.5).
const ALGORITHM: u8 = 22;
const HASH: u8 = 8;
/// The curve's object identifier, 1.3.6.1.4.1.11591.15.1, with its length (section 9.2).
const CURVE: [u8; 10] = [9, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01];
/// Types of signatures (section 5.2.1) and packets (section 5).
const BINARY: u8 = 0x00;
const CERTIFIES: u8 = 0x13;
const SIGNATURE: u8 = 2;
const PUBLIC_KEY: u8 = 6;
const USER_ID: u8 = 13;

/// The node's signing key, made when it is first needed, in a file beside the key under which credentials are sealed.
#[derive(Debug, Default)]
pub(crate) struct Signer {
    path: Option<PathBuf>,
    key: OnceLock<Key>,
}

/// A key, and since when it is.
pub(crate) struct Key {
    pair: Ed25519KeyPair,
    /// Seconds since 1970.
    created: u32,
}

/// Shows nothing of itself.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Signer {
    /// Beside the key file of the node, if it has one.
    pub(crate) fn beside(key: Option<&PathBuf>) -> Self {
        let path = key.map(|path| {
            let mut name = path.as_os_str().to_owned();
            name.push(".openpgp");
            PathBuf::from(name)
        });
        Self { path, key: OnceLock::new() }
    }

    /// Whether the node signs at all.
    pub(crate) fn signs(&self) -> bool {
        self.path.is_some()
    }

    /// The key; made now if there is none.
    pub(crate) fn key(&self, around: &dyn Surroundings) -> Result<&Key, SealFault> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let path = self.path.as_deref().ok_or(SealFault::NoPlace)?;
        let now = around.now() / 1_000_000;
        let text = kept(around, path, |seed| format!("{} {now}\n", hex(seed)))?;
        let wrong = || SealFault::Wrong(path.to_owned(), "holds no key for signatures");
        let (seed, created) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let seed = read(path, seed)?;
        let created = created.parse().map_err(|_| wrong())?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| wrong())?;
        Ok(self.key.get_or_init(|| Key { pair, created }))
    }
}

impl Key {
    /// The body of the public key's packet (section 5.5.2).
    fn body(&self) -> Vec<u8> {
        let mut body = vec![4];
        body.extend(self.created.to_be_bytes());
        body.push(ALGORITHM);
        body.extend(CURVE);
        // A point in its native form after 0x40.
        let point = [&[0x40], self.pair.public_key().as_ref()].concat();
        body.extend(number(&point));
        body
    }

    /// The key as it is hashed (section 5.2.4).
    fn hashed(&self) -> Vec<u8> {
        let body = self.body();
        let mut all = vec![0x99];
        all.extend(u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes());
        all.extend(body);
        all
    }

    fn fingerprint_bytes(&self) -> Vec<u8> {
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.hashed()).as_ref().to_vec()
    }

    /// By what others know the key again: 40 hexadecimal digits (section 5.5.4.2).
    pub(crate) fn fingerprint(&self) -> String {
        hex(&self.fingerprint_bytes()).to_uppercase()
    }

    /// The public key with its name, armoured.
    pub(crate) fn public(&self, name: &str) -> String {
        let mut said = self.hashed();
        said.push(0xb4);
        said.extend(u32::try_from(name.len()).unwrap_or(u32::MAX).to_be_bytes());
        said.extend(name.as_bytes());
        // It may certify and sign (section 5.2.3.29).
        let flags = subpacket(27, &[0x03]);
        let signature = self.signature(CERTIFIES, &said, self.created, &flags);
        let mut all = packet(PUBLIC_KEY, &self.body());
        all.extend(packet(USER_ID, name.as_bytes()));
        all.extend(packet(SIGNATURE, &signature));
        armour("PGP PUBLIC KEY BLOCK", &all)
    }

    /// A detached signature of bytes, armoured. `at`: seconds since 1970; never before the key was there.
    pub(crate) fn sign(&self, bytes: &[u8], at: i64) -> String {
        let at = u32::try_from(at).unwrap_or(0).max(self.created);
        let signature = self.signature(BINARY, bytes, at, &[]);
        armour("PGP SIGNATURE", &packet(SIGNATURE, &signature))
    }

    /// The body of a signature's packet (section 5.2.3).
    fn signature(&self, kind: u8, said: &[u8], at: u32, more: &[u8]) -> Vec<u8> {
        let fingerprint = self.fingerprint_bytes();
        let mut inside = subpacket(33, &[&[4], &fingerprint[..]].concat());
        inside.extend(subpacket(2, &at.to_be_bytes()));
        inside.extend(more);
        let mut head = vec![4, kind, ALGORITHM, HASH];
        head.extend(u16::try_from(inside.len()).unwrap_or(0).to_be_bytes());
        head.extend(inside);
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(said);
        hash.update(&head);
        hash.update(&[4, 0xff]);
        hash.update(&u32::try_from(head.len()).unwrap_or(0).to_be_bytes());
        let hash = hash.finish();
        let signed = self.pair.sign(hash.as_ref());
        let (r, s) = signed.as_ref().split_at(32);
        let outside = subpacket(16, &fingerprint[12..]);
        head.extend(u16::try_from(outside.len()).unwrap_or(0).to_be_bytes());
        head.extend(outside);
        head.extend(&hash.as_ref()[..2]);
        head.extend(number(r));
        head.extend(number(s));
        head
    }
}

/// A multiprecision integer (section 3.2): its length in bits, then it without leading zeros.
fn number(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let rest = &bytes[start..];
    let bits = rest.first().map_or(0, |first| rest.len() * 8 - first.leading_zeros() as usize);
    let mut all = u16::try_from(bits).unwrap_or(0).to_be_bytes().to_vec();
    all.extend(rest);
    all
}

fn length(count: usize) -> Vec<u8> {
    match count {
        0..192 => vec![count as u8],
        192..8384 => {
            let rest = count - 192;
            vec![(rest >> 8) as u8 + 192, (rest & 0xff) as u8]
        }
        _ => [&[0xff], &u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes()[..]].concat(),
    }
}

fn subpacket(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut all = length(body.len() + 1);
    all.push(kind);
    all.extend(body);
    all
}

fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut all = vec![0xc0 | tag];
    all.extend(length(body.len()));
    all.extend(body);
    all
}

/// ASCII armour with its checksum (section 6).
fn armour(kind: &str, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut out = format!("-----BEGIN {kind}-----\n\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    let sum = checksum(bytes).to_be_bytes();
    out.push_str(&format!("={}\n-----END {kind}-----\n", STANDARD.encode(&sum[1..])));
    out
}

/// CRC-24 (section 6.1).
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = 0x00b7_04ce;
    for byte in bytes {
        sum ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            sum <<= 1;
            if sum & 0x0100_0000 != 0 {
                sum ^= 0x0186_4cfb;
            }
        }
    }
    sum & 0x00ff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::System;

    #[test]
    fn the_key_stays_the_same_and_signs_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("node.key");
        let first = Signer::beside(Some(&path));
        let again = Signer::beside(Some(&path));
        let (a, b) = (first.key(&System).expect("a key"), again.key(&System).expect("the key"));
        assert_eq!(a.fingerprint(), b.fingerprint());
        assert_eq!(a.fingerprint().len(), 40);
        assert_eq!(a.sign(b"text", 4_000_000_000), b.sign(b"text", 4_000_000_000));
        assert_eq!(a.sign(b"text", 1), a.sign(b"text", 2), "never before the key was there");
        assert_ne!(a.sign(b"text", 4_000_000_000), a.sign(b"texu", 4_000_000_000));
        assert!(matches!(Signer::default().key(&System), Err(SealFault::NoPlace)));
    }

    /// RFC 9580, sections 3.2, 4.2.1.2 and 6.1: the examples of each.
    #[test]
    fn numbers_and_lengths_are_written_as_the_examples() {
        assert_eq!(number(&[1]), [0, 1, 1]);
        assert_eq!(number(&[0, 1, 0xff]), [0, 9, 1, 0xff]);
        assert_eq!(length(100), [0x64]);
        assert_eq!(length(1723), [0xc5, 0xfb]);
        assert_eq!(length(100_000), [0xff, 0, 1, 0x86, 0xa0]);
        assert_eq!(checksum(b"123456789"), 0x0021_cf02, "the check value of CRC-24/OPENPGP");
    }

    /// GnuPG, where it is installed, believes key and signature, and no other bytes.
    #[test]
    fn gnupg_verifies_what_is_signed() {
        let gpg = |folder: &std::path::Path, arguments: &[&str]| {
            let mut command = std::process::Command::new("gpg");
            command
                .arg("--homedir")
                .arg(folder)
                .args(["--batch", "--no-tty", "--status-fd", "1"])
                .args(arguments);
            command.output()
        };
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("gnupg")).expect("a folder");
        let home = folder.path().join("gnupg");
        let owners = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&home, owners).expect("changed");
        if gpg(&home, &["--version"]).is_err() {
            eprintln!("no gpg: left out");
            return;
        }
        let signer = Signer::beside(Some(&folder.path().join("node.key")));
        let key = signer.key(&System).expect("a key");
        let place = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(place("key.asc"), key.public("Bartizan node <node.example>")).expect("written");
        let imported = gpg(&home, &["--import", &place("key.asc")]).expect("gpg");
        let said = String::from_utf8_lossy(&imported.stdout).into_owned();
        assert!(said.contains(&format!("IMPORT_OK 1 {}", key.fingerprint())), "{said} {imported:?}");
        // Many texts: a number that begins with zeros is one in 256.
        for n in 0..40 {
            let text = format!("advisory {n}");
            std::fs::write(place("a.json"), &text).expect("written");
            std::fs::write(place("a.json.asc"), key.sign(text.as_bytes(), 0)).expect("written");
            let good = gpg(&home, &["--verify", &place("a.json.asc"), &place("a.json")]).expect("gpg");
            let said = String::from_utf8_lossy(&good.stdout).into_owned();
            assert!(said.contains(&format!("VALIDSIG {}", key.fingerprint())), "{n}: {said} {good:?}");
        }
        std::fs::write(place("a.json"), "advisory 39 ").expect("written");
        let bad = gpg(&home, &["--verify", &place("a.json.asc"), &place("a.json")]).expect("gpg");
        assert!(String::from_utf8_lossy(&bad.stdout).contains("BADSIG"), "{bad:?}");
    }
}
