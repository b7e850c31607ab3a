//! The verifier.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Read};

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::entry::{Entry, MANIFEST, is_time, signed};
use crate::fault::{Code, Fault};
use crate::files::Files;
use crate::manifest::{digest, hex, is_digest};
use crate::name::is_name;

/// How long a manifest may be, in bytes, and how many lines it may have.
pub const MOST_BYTES: usize = 256 << 20;
/// See [`MOST_BYTES`].
pub const MOST_LINES: usize = 1_000_000;
/// How many faults are told.
const MOST_FAULTS: usize = 1_000;

/// Keys that may vouch.
#[derive(Clone, Debug, Default)]
pub struct Trusted(Vec<VerifyingKey>);

impl<const N: usize> From<[VerifyingKey; N]> for Trusted {
    fn from(keys: [VerifyingKey; N]) -> Self {
        Self(keys.into())
    }
}

impl Trusted {
    /// Keys in hexadecimal; `None` if one is none.
    pub fn parse<'k>(keys: impl IntoIterator<Item = &'k str>) -> Option<Self> {
        keys.into_iter().map(key).collect::<Option<Vec<_>>>().map(Self)
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What the evidence is about, as the manifest says.
    pub subject: String,
    /// How many files the manifest names, and how many bytes they have.
    pub files: u64,
    /// See `files`.
    pub bytes: u64,
    /// The keys that vouch, hexadecimal, each once.
    pub keys: Vec<String>,
    /// When it was closed.
    pub closed: Option<String>,
    /// SHA-256 of the last line: kept elsewhere, it shows whether another manifest was put here.
    pub head: String,
    /// Everything that is wrong, at most a thousand.
    pub faults: Vec<Fault>,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, code: Code, line: usize, file: &str) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { code, line, file: file.to_owned() });
        }
    }
}

/// Checks a manifest and the files beside it. Trusts the given keys and nothing else.
pub fn verify(manifest: &[u8], files: &mut dyn Files, trusted: &Trusted) -> Verdict {
    let mut verdict = Verdict::default();
    if manifest.len() > MOST_BYTES || manifest.iter().filter(|byte| **byte == b'\n').count() > MOST_LINES {
        verdict.fault(Code::TooLong, 0, "");
        return verdict;
    }
    let named = chain(manifest, trusted, &mut verdict);
    beside(&named, files, &mut verdict);
    verdict
}

/// What the manifest says of a file: the line, the length, the digest.
type Named = BTreeMap<String, (usize, u64, String)>;

fn chain(manifest: &[u8], trusted: &Trusted, verdict: &mut Verdict) -> Named {
    let mut named = Named::new();
    let mut small = BTreeSet::from([MANIFEST.to_owned()]);
    let (mut previous, mut time) = ("0".repeat(64), String::new());
    let (mut vouched, mut closed, mut last) = (0, 0, 0);
    let mut rest = manifest;
    while !rest.is_empty() {
        last += 1;
        let end = rest.iter().position(|byte| *byte == b'\n');
        let line = &rest[..end.unwrap_or(rest.len())];
        rest = end.map_or(&[], |end| &rest[end + 1..]);
        let read = end.and_then(|_| Entry::read(std::str::from_utf8(line).ok()?));
        let head = digest(line);
        let Some((number, held, entry)) = read else {
            verdict.fault(Code::Form, last, "");
            previous = head;
            continue;
        };
        if u64::try_from(last) != Ok(number) {
            verdict.fault(Code::Number, last, "");
        }
        if held != previous {
            verdict.fault(Code::Chain, last, "");
        }
        if closed > 0 {
            verdict.fault(Code::AfterClose, last, "");
        }
        if (last == 1) != matches!(entry, Entry::Begin { .. }) {
            verdict.fault(Code::Begin, last, "");
        }
        if let Some(said) = entry.time() {
            if !is_time(said) || said[..19] < time[..19.min(time.len())] {
                verdict.fault(Code::Time, last, "");
            } else {
                said.clone_into(&mut time);
            }
        }
        match entry {
            Entry::Begin { subject } => verdict.subject = subject,
            Entry::File { kind, name, bytes, sha256, .. } => {
                if !is_name(&name)
                    || !is_name(&kind)
                    || !is_digest(&sha256)
                    || !small.insert(name.to_ascii_lowercase())
                {
                    verdict.fault(Code::Name, last, &name);
                } else {
                    verdict.files += 1;
                    verdict.bytes = verdict.bytes.saturating_add(bytes);
                    named.insert(name, (last, bytes, sha256));
                }
            }
            Entry::Signed { closes, key, signature, time } => {
                let message = signed(closes, number, &held, &time);
                match vouches(&key, &signature, &message, trusted) {
                    Ok(()) => {
                        vouched = last;
                        if !verdict.keys.contains(&key) {
                            verdict.keys.push(key);
                        }
                    }
                    Err(code) => verdict.fault(code, last, ""),
                }
                if closes {
                    closed = last;
                    verdict.closed = Some(time);
                }
            }
        }
        previous = head;
    }
    verdict.head = previous;
    if vouched < last || last == 0 {
        verdict.fault(Code::Unsigned, vouched + 1, "");
    }
    if closed == 0 {
        verdict.fault(Code::Open, 0, "");
    }
    named
}

fn vouches(named: &str, signature: &str, message: &[u8], trusted: &Trusted) -> Result<(), Code> {
    let known = trusted.0.iter().find(|known| hex(known.as_bytes()) == named).ok_or(Code::Key)?;
    let bytes: [u8; 64] = unhex(signature).and_then(|bytes| bytes.try_into().ok()).ok_or(Code::Signature)?;
    known.verify_strict(message, &Signature::from_bytes(&bytes)).map_err(|_| Code::Signature)
}

fn beside(named: &Named, files: &mut dyn Files, verdict: &mut Verdict) {
    match files.names() {
        Ok(names) => {
            for name in names.iter().filter(|name| !named.contains_key(*name)) {
                verdict.fault(Code::Extra, 0, name);
            }
        }
        Err(_) => verdict.fault(Code::Unreadable, 0, ""),
    }
    for (name, (line, bytes, sha256)) in named {
        match measured(files, name, *bytes) {
            Ok((length, _)) if length != *bytes => verdict.fault(Code::Length, *line, name),
            Ok((_, found)) if found != *sha256 => verdict.fault(Code::Digest, *line, name),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => verdict.fault(Code::Missing, *line, name),
            Err(_) => verdict.fault(Code::Unreadable, *line, name),
        }
    }
}

/// Length and SHA-256 of a file; of one that is longer than it should be no more is read than shows that.
fn measured(files: &mut dyn Files, name: &str, bytes: u64) -> std::io::Result<(u64, String)> {
    let mut reader = files.open(name)?.take(bytes.saturating_add(1));
    let (mut hash, mut length, mut piece) = (Sha256::new(), 0u64, vec![0; 64 << 10]);
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok((length, hex(&hash.finalize()))),
            Ok(read) => {
                hash.update(&piece[..read]);
                length += u64::try_from(read).unwrap_or(0);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn key(text: &str) -> Option<VerifyingKey> {
    let bytes: [u8; 32] = unhex(text)?.try_into().ok()?;
    VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .filter(|_| !byte.is_ascii_uppercase())
            .and_then(|four| u8::try_from(four).ok())
    };
    let pairs = text.as_bytes().chunks_exact(2);
    (pairs.remainder().is_empty())
        .then(|| pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect())?
}
