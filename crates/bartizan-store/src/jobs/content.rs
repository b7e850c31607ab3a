//! Bytes by their hash.

use sha2::{Digest, Sha256};

use crate::db::Store;
use crate::error::Error;
use crate::sql::{Tx, values};

/// Bytes with their SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content<'a> {
    digest: String,
    bytes: &'a [u8],
}

impl<'a> Content<'a> {
    /// Hashes the bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        let digest = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { digest, bytes }
    }

    /// SHA-256 in lower-case hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// Keeps bytes, unless they are there.
pub(crate) async fn keep(tx: &mut Tx, content: &Content<'_>, now: i64) -> Result<(), Error> {
    let size = i64::try_from(content.bytes.len()).unwrap_or(i64::MAX);
    let sql = "INSERT INTO content (digest, size, created, body) VALUES ($1, $2, $3, $4)
               ON CONFLICT (digest) DO NOTHING";
    tx.run(sql, values![&content.digest, size, now, content.bytes]).await.map(drop)
}

impl Store {
    /// The bytes of a hash. Whoever asks has decided that they may be read.
    pub async fn content(&self, digest: &str) -> Result<Option<Vec<u8>>, Error> {
        let rows = self.read("SELECT body FROM content WHERE digest = $1", values![digest]).await?;
        rows.first().map(|row| row.bytes(0)).transpose()
    }
}
