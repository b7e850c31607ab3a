//! API tokens: their form, and what is kept of them.
//!
//! A token is `bzt_`, 40 hexadecimal digits of randomness, `_` and 8 digits of check. The prefix lets secret scanners find leaked
//! ones, the check lets a typing error be told from a wrong token without asking the store.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Prefix of every token.
pub const PREFIX: &str = "bzt_";

/// Makes a token from 20 random bytes.
pub fn make(random: [u8; 20]) -> String {
    let mut token = String::from(PREFIX);
    push_hex(&mut token, &random);
    let check = check(&token);
    token.push('_');
    token.push_str(&check);
    token
}

/// Whether a text has the form of a token, its check included.
pub fn well_formed(text: &str) -> bool {
    let Some((head, tail)) = text.rsplit_once('_') else {
        return false;
    };
    head.strip_prefix(PREFIX).is_some_and(|digits| {
        digits.len() == 40 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }) && tail == check(head)
}

/// What is kept of a secret with enough randomness of its own (token, session, one-time link): its SHA-256 in hexadecimal.
pub fn digest(secret: &str) -> String {
    digest_bytes(secret.as_bytes())
}

/// SHA-256 of bytes in hexadecimal.
pub fn digest_bytes(bytes: &[u8]) -> String {
    let mut text = String::new();
    push_hex(&mut text, &Sha256::digest(bytes));
    text
}

/// Hexadecimal digits of random bytes, for sessions and one-time links.
pub fn secret(random: [u8; 32]) -> String {
    let mut text = String::new();
    push_hex(&mut text, &random);
    text
}

fn check(head: &str) -> String {
    digest(head)[..8].to_owned()
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_its_form_and_one_wrong_digit_breaks_it() {
        let token = make([7; 20]);
        assert!(well_formed(&token), "{token}");
        assert_eq!(token.len(), 4 + 40 + 1 + 8);
        for i in 4..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[i] = if bytes[i] == b'0' { b'1' } else { b'0' };
            assert!(!well_formed(std::str::from_utf8(&bytes).expect("ASCII")), "digit {i}");
        }
        for text in ["", "bzt_", "bzt__", "bzt_00_00", "abc_def"] {
            assert!(!well_formed(text), "{text}");
        }
    }

    #[test]
    fn a_digest_is_sha_256() {
        // FIPS 180-4, example "abc".
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
