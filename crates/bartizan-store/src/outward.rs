//! Names for the outside of what has a number inside: numbers would tell how many there are, and when.

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::sql::{Tx, values};

/// The name of a number: a hash under a key that the database made for itself, in the form of a UUID (version 8, RFC 9562).
pub(crate) async fn name(tx: &mut Tx, kind: &str, number: i64) -> Result<String, Error> {
    let row = tx.one("SELECT key FROM outward", values![]).await?;
    let key = row.ok_or_else(|| Error::invalid("the key of outward names is gone"))?.text(0)?;
    Ok(uuid(Sha256::digest(format!("{key} {kind} {number}")).as_slice()))
}

fn uuid(hash: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (i, byte) in hash.iter().take(16).enumerate() {
        let byte = match i {
            6 => byte & 0x0f | 0x80,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        if [4, 6, 8, 10].contains(&i) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_a_uuid_of_version_8() {
        // RFC 9562, section 5.8: version in the seventh byte, variant in the ninth.
        assert_eq!(super::uuid(&[0xff; 32]), "ffffffff-ffff-8fff-bfff-ffffffffffff");
        assert_eq!(super::uuid(&[0; 32]), "00000000-0000-8000-8000-000000000000");
    }
}
