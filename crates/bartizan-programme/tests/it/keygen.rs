//! Signatures that OpenSSH made: kept ones (`tests/it/openssh`, written by OpenSSH 9.2p1 with `make.sh` there), and new ones where there is
//! an `ssh-keygen`.

use std::path::Path;
use std::process::Command;

use bartizan_programme::Code;
use bartizan_programme::agreement::{Agreement, NAMESPACE, PublicKey, Register, Signature};

use crate::world::*;

const STATEMENT: &str = include_str!("openssh/statement.txt");
const KEY: &str = include_str!("openssh/key.pub");
const SHA512: &str = include_str!("openssh/sha512.sig");
const SHA256: &str = include_str!("openssh/sha256.sig");
const OTHER_NAMESPACE: &str = include_str!("openssh/namespace.sig");
const RSA: &str = include_str!("openssh/rsa.sig");
const RSA_KEY: &str = include_str!("openssh/rsa.pub");
const ECDSA: &str = include_str!("openssh/ecdsa.sig");
const FINGERPRINT: &str = include_str!("openssh/fingerprint.txt");
/// `openssl pkeyutl -sign -rawin`, in base64.
const OPENSSL: &str = include_str!("openssh/openssl.sig");
const OPENSSL_KEY: &str = include_str!("openssh/openssl.pub");

fn terms() -> Agreement {
    agreement("confidentiality", &["lab", "firm"])
}

fn signs(key: &str, signature: &str, terms: &Agreement) -> Option<Code> {
    let mut register = Register::default();
    register.add_key(&name("lab"), &name("head"), key.parse().expect("a key"), T).expect("added");
    register.add(&name("a"), terms, &programme(), T).expect("added");
    let signature: Signature = match signature.parse() {
        Ok(signature) => signature,
        Err(error) => return Some(bartizan_programme::Error::code(&error)),
    };
    register.sign(&name("a"), &name("lab"), &signature, T).err().map(|error| error.code())
}

#[test]
fn the_kept_signatures_are_over_this_statement() {
    assert_eq!(terms().statement(), STATEMENT);
    for signature in [SHA512, SHA256] {
        assert_eq!(signs(KEY, signature, &terms()), None);
        // As people paste it: other ends of lines, blanks around it.
        assert_eq!(signs(KEY, &format!("\n{}\n", signature.replace('\n', "\r\n")), &terms()), None);
        let mut other = terms();
        other.until += 1;
        assert_eq!(signs(KEY, signature, &other), Some(Code::BadSignature));
        let stranger = public(&key("lab")).to_string();
        assert_eq!(
            signs(&stranger, signature, &terms()),
            Some(Code::UnknownKey),
            "the signature names its key"
        );
    }
    assert_eq!(signs(OPENSSL_KEY.trim(), OPENSSL, &terms()), None);
    let key: PublicKey = KEY.parse().expect("a key");
    assert_eq!(key.fingerprint(), FINGERPRINT.trim());
    assert_eq!(key.to_string(), KEY.trim().strip_suffix(" head of the lab").expect("a comment"));
}

#[test]
fn what_is_no_such_signature_is_refused() {
    assert_eq!(signs(KEY, OTHER_NAMESPACE, &terms()), Some(Code::SignatureNamespace));
    // Other algorithms are not read.
    for other in [RSA, ECDSA] {
        assert_eq!(signs(KEY, other, &terms()), Some(Code::MalformedSignature));
    }
    assert_eq!(RSA_KEY.parse::<PublicKey>().map_err(|e| e.code()), Err(Code::MalformedKey));
    let lines: Vec<&str> = SHA512.lines().collect();
    let long = "A".repeat(5000);
    for broken in [
        "",
        "-----BEGIN SSH SIGNATURE-----",
        &lines[1..].join("\n"),
        &lines[..lines.len() - 1].join("\n"),
        &SHA512.replace("U1NIU0lH", "U1NIU0lI"),
        &SHA512.replacen('\n', "\n====", 1),
        &format!("{SHA512}{SHA512}"),
        "AAAA",
        &"0".repeat(127),
        &"g".repeat(128),
        &long,
    ] {
        assert_eq!(
            broken.parse::<Signature>().map_err(|e| e.code()),
            Err(Code::MalformedSignature),
            "{broken}"
        );
    }
    for broken in [
        "",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        &KEY.replace("ssh-ed25519 ", "ssh-rsa "),
        &format!("{}{}", KEY.trim(), "\nssh-ed25519 AAAA"),
        // The neutral point: anybody can sign for it.
        "0100000000000000000000000000000000000000000000000000000000000000",
        // No point at all.
        "0200000000000000000000000000000000000000000000000000000000000000",
        &long,
    ] {
        assert_eq!(broken.parse::<PublicKey>().map_err(|e| e.code()), Err(Code::MalformedKey), "{broken}");
    }
}

/// Every byte of the blob counts, or the key, the namespace or the signature would not be what they are.
#[test]
fn every_byte_of_a_kept_signature_counts() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let body: String = SHA512.lines().filter(|line| !line.starts_with('-')).collect();
    let bytes = STANDARD.decode(body).expect("base64");
    let armoured = |bytes: &[u8]| {
        format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", STANDARD.encode(bytes))
    };
    assert_eq!(signs(KEY, &armoured(&bytes), &terms()), None);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut other = bytes.clone();
            other[at] ^= 1 << bit;
            assert!(signs(KEY, &armoured(&other), &terms()).is_some(), "byte {at}, bit {bit}");
        }
        assert!(signs(KEY, &armoured(&bytes[..at]), &terms()).is_some(), "cut at {at}");
    }
    assert!(signs(KEY, &armoured(&[&bytes[..], &[0]].concat()), &terms()).is_some(), "something after it");
}

/// Asks the real program; where there is none the kept signatures have to do.
#[test]
fn what_ssh_keygen_signs_now_is_good() {
    let folder = std::env::temp_dir().join(format!("bartizan-keygen-{}", std::process::id()));
    let run = |arguments: &[&str]| {
        Command::new("ssh-keygen")
            .args(arguments)
            .current_dir(&folder)
            .output()
            .ok()
            .map(|done| done.status.success())
    };
    std::fs::create_dir_all(&folder).expect("a folder");
    if run(&["-q", "-t", "ed25519", "-N", "", "-C", "a comment", "-f", "key"]).is_none() {
        println!("there is no ssh-keygen here");
        return;
    }
    let read = |name: &str| std::fs::read_to_string(Path::new(&folder).join(name)).expect(name);
    for (at, hash) in ["sha512", "sha256"].into_iter().enumerate() {
        let mut terms = terms();
        terms.until += i64::try_from(at).expect("small");
        let statement = format!("statement-{at}.txt");
        std::fs::write(folder.join(&statement), terms.statement()).expect("written");
        let hash = format!("hashalg={hash}");
        assert_eq!(run(&["-Y", "sign", "-f", "key", "-n", NAMESPACE, "-O", &hash, &statement]), Some(true));
        assert_eq!(signs(&read("key.pub"), &read(&format!("{statement}.sig")), &terms), None, "{hash}");
    }
    std::fs::remove_dir_all(&folder).expect("removed");
}
