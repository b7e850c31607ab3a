//! Hash algorithms under MISP's and STIX's names.

/// An algorithm.
pub(super) struct Algorithm {
    /// MISP's attribute type.
    pub(super) misp: &'static str,
    /// STIX's name, in `hash-algorithm-ov` or not.
    pub(super) stix: &'static str,
    /// Object path of the hash of a file.
    pub(super) path: &'static str,
    /// Hexadecimal digits; none for fuzzy hashes, whose form is free.
    digits: Option<usize>,
    /// Whether it is in the vocabulary (STIX 2.1 section 10.7), so that an observable may carry it.
    pub(super) known: bool,
}

macro_rules! algorithms {
    ($($misp:literal, $stix:literal, $path:literal, $digits:expr, $known:literal;)+) => {
        const ALL: &[Algorithm] = &[$(Algorithm {
            misp: $misp, stix: $stix, path: concat!("file:hashes.", $path), digits: $digits, known: $known,
        }),+];
    };
}

algorithms! {
    "md5", "MD5", "MD5", Some(32), true;
    "sha1", "SHA-1", "'SHA-1'", Some(40), true;
    "sha256", "SHA-256", "'SHA-256'", Some(64), true;
    "sha512", "SHA-512", "'SHA-512'", Some(128), true;
    "sha3-256", "SHA3-256", "'SHA3-256'", Some(64), true;
    "sha3-512", "SHA3-512", "'SHA3-512'", Some(128), true;
    "ssdeep", "SSDEEP", "SSDEEP", None, true;
    "tlsh", "TLSH", "TLSH", None, true;
    "sha224", "SHA-224", "'SHA-224'", Some(56), false;
    "sha384", "SHA-384", "'SHA-384'", Some(96), false;
    "sha512/224", "SHA-512/224", "'SHA-512/224'", Some(56), false;
    "sha512/256", "SHA-512/256", "'SHA-512/256'", Some(64), false;
    "sha3-224", "SHA3-224", "'SHA3-224'", Some(56), false;
    "sha3-384", "SHA3-384", "'SHA3-384'", Some(96), false;
    "authentihash", "AUTHENTIHASH", "AUTHENTIHASH", Some(64), false;
    "imphash", "IMPHASH", "IMPHASH", Some(32), false;
    "pehash", "PEHASH", "PEHASH", Some(40), false;
    "impfuzzy", "IMPFUZZY", "IMPFUZZY", None, false;
    "vhash", "VHASH", "VHASH", None, false;
    "cdhash", "CDHASH", "CDHASH", Some(40), false;
}

impl Algorithm {
    /// By MISP's name.
    pub(super) fn of(misp: &str) -> Option<&'static Self> {
        ALL.iter().find(|a| a.misp == misp)
    }

    /// By an object path as patterns write it.
    pub(super) fn at(path: &str) -> Option<&'static Self> {
        let plain = |p: &str| p.replace('\'', "");
        ALL.iter().find(|a| plain(a.path) == plain(path))
    }

    /// By STIX's name.
    pub(super) fn named(stix: &str) -> Option<&'static Self> {
        ALL.iter().find(|a| a.stix == stix)
    }

    /// The value in lower case if it has the form of the algorithm.
    pub(super) fn check(&self, value: &str) -> Option<String> {
        match self.digits {
            Some(n) => (value.len() == n && value.bytes().all(|b| b.is_ascii_hexdigit()))
                .then(|| value.to_ascii_lowercase()),
            None => {
                (!value.is_empty() && value.bytes().all(|b| b.is_ascii_graphic())).then(|| value.to_owned())
            }
        }
    }
}
