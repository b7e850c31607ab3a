//! Passwords: Argon2id, bounded in memory, and remembered for as long as they are right.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use bartizan_clearinghouse::access::PersonId;
use bartizan_store::Directory;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::Refused;
use crate::app::Surroundings;

/// OWASP's Argon2id setting of least memory: 19 MiB, two passes, one lane.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
/// How many are computed at once: their memory is what bounds it.
const AT_ONCE: usize = 2;
/// How long one waits for its turn.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);
/// How many right answers are remembered.
const REMEMBERED: usize = 10_000;
/// Compared with when there is no such person, so that the time tells nothing.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$c3qMyiJ0N5Rp6uvLZ8NC8Wcm1JyhOjR+6W6HXLGLV4k";

fn argon() -> Argon2<'static> {
    let params = Params::new(MEMORY, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC form of a password, as the store keeps it. Costs 19 MiB and some tens of milliseconds.
pub fn hash_password(password: &str, around: &dyn Surroundings) -> Option<String> {
    let mut salt = [0; 16];
    around.fill(&mut salt);
    let hash: argon2::password_hash::phc::PasswordHash =
        argon().hash_password_with_salt(password.as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

/// Compares passwords. A client of TAXII sends its password with every request; what was right is remembered by a keyed digest,
/// beside the form it was right for, so that a changed password is wrong at once.
pub struct Passwords {
    key: [u8; 32],
    right: Mutex<BTreeMap<[u8; 32], String>>,
    places: Semaphore,
}

impl Passwords {
    /// With a random key that lives as long as the process.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key, right: Mutex::default(), places: Semaphore::new(AT_ONCE) }
    }

    /// The person whose name and password these are.
    pub(crate) async fn check(
        &self,
        directory: &Directory,
        name: &str,
        password: &str,
    ) -> Result<Option<PersonId>, Refused> {
        if let Some(person) = self.known(directory, name, password) {
            return Ok(Some(person));
        }
        let entry = directory.names.get(name).and_then(|id| directory.people.get(id));
        let phc = entry.and_then(|e| e.password.as_deref());
        let digest = self.digest(name, password);
        // Who waits longer than this is one of too many.
        let Ok(Ok(_place)) = tokio::time::timeout(PATIENCE, self.places.acquire()).await else {
            return Err(Refused::Busy);
        };
        let (stored, typed) = (phc.unwrap_or(NOBODY).to_owned(), password.to_owned());
        let fits = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&stored)
                .is_ok_and(|hash| argon().verify_password(typed.as_bytes(), &hash).is_ok())
        })
        .await
        .unwrap_or(false);
        let (Some(entry), Some(phc), true) = (entry, phc, fits) else {
            return Ok(None);
        };
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        if right.len() >= REMEMBERED {
            right.clear();
        }
        right.insert(digest, phc.to_owned());
        Ok(Some(entry.member.id))
    }

    /// The person, if name and password were right before and still are.
    pub(crate) fn known(&self, directory: &Directory, name: &str, password: &str) -> Option<PersonId> {
        let entry = directory.names.get(name).and_then(|id| directory.people.get(id))?;
        let phc = entry.password.as_deref()?;
        let right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        let known = right.get(&self.digest(name, password)).is_some_and(|known| known == phc);
        known.then_some(entry.member.id)
    }

    fn digest(&self, name: &str, password: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update(password.as_bytes());
        hash.update(self.key);
        hash.finalize().into()
    }
}
