//! Package URLs (ECMA-427): parse, build, canonical form, rules of the types.

mod encode;
mod parse;
mod types;

use crate::error::{Code, Error};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

pub use types::{NamespaceRule, namespace_rule, registered};

/// Longest package URL that is read, in bytes.
pub const MAX_PURL: usize = 8 * 1024;

/// A package URL in canonical form: the type's own rules are applied.
///
/// ```
/// let purl = bartizan_product::Purl::parse("pkg:PYPI/Django_package@1.11.1")?;
/// assert_eq!(purl.to_string(), "pkg:pypi/django-package@1.11.1");
/// # Ok::<(), bartizan_product::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purl {
    kind: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Option<String>,
}

/// The parts of a package URL as somebody has them: not checked, not normalised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PurlParts {
    /// Package type, such as `maven`.
    pub kind: String,
    /// Namespace, its segments separated by `/`, not percent-encoded.
    pub namespace: Option<String>,
    /// Name, not percent-encoded.
    pub name: String,
    /// Version, not percent-encoded.
    pub version: Option<String>,
    /// Qualifiers; an empty value is the same as no qualifier.
    pub qualifiers: BTreeMap<String, String>,
    /// Path inside the package, not percent-encoded.
    pub subpath: Option<String>,
}

impl Purl {
    /// Reads a package URL by the standard: keys of qualifiers are lower case, the rules of a registered type hold.
    ///
    /// # Errors
    /// [`Code::Purl`] for the syntax, [`Code::PurlType`] for the rules of the type, [`Code::TooLarge`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        Purl::build(parse::parts(text, parse::Keys::Strict)?)
    }

    /// Reads a package URL as tools write it: keys of qualifiers are lowercased, as the standard's guide to parsing says.
    ///
    /// # Errors
    /// As [`Purl::parse`], but never for upper case in a key.
    pub fn parse_lenient(text: &str) -> Result<Self, Error> {
        Purl::build(parse::parts(text, parse::Keys::Lowered)?)
    }

    /// The canonical text of a package URL.
    ///
    /// # Errors
    /// As [`Purl::parse_lenient`].
    pub fn canonical(text: &str) -> Result<String, Error> {
        Ok(Purl::parse_lenient(text)?.to_string())
    }

    /// Builds a package URL from its parts.
    ///
    /// # Errors
    /// [`Code::Purl`] for a part that no package URL can have, [`Code::PurlType`] for the rules of the type.
    pub fn build(parts: PurlParts) -> Result<Self, Error> {
        match Purl::build_tolerant(parts)? {
            (purl, None) => Ok(purl),
            (_, Some(broken)) => Err(broken),
        }
    }

    /// Reads a package URL of an inventory: one that breaks a rule of its type is kept, with what it breaks. Go's standard
    /// library, `pkg:golang/stdlib`, is such a one.
    ///
    /// # Errors
    /// [`Code::Purl`] for the syntax, [`Code::TooLarge`].
    pub fn parse_tolerant(text: &str) -> Result<(Self, Option<Error>), Error> {
        Purl::build_tolerant(parse::parts(text, parse::Keys::Lowered)?)
    }

    fn build_tolerant(parts: PurlParts) -> Result<(Self, Option<Error>), Error> {
        let kind = parts.kind.to_ascii_lowercase();
        if !parse::is_type(&kind) {
            return Err(Error::about(Code::Purl, "not a package type", &parts.kind));
        }
        let mut qualifiers = BTreeMap::new();
        for (key, value) in parts.qualifiers {
            if !parse::is_key(&key) {
                return Err(Error::about(Code::Purl, "not the key of a qualifier", &key));
            }
            if !value.is_empty() {
                qualifiers.insert(key, value);
            }
        }
        let namespace = parts.namespace.map(|n| segments(&n, |_| true)).filter(|n| !n.is_empty());
        let name = parts.name.trim_matches('/').to_owned();
        if name.is_empty() {
            return Err(Error::new(Code::Purl, "a package URL has a name"));
        }
        let version = parts.version.filter(|v| !v.is_empty());
        let subpath =
            parts.subpath.map(|s| segments(&s, |s| s != "." && s != "..")).filter(|s| !s.is_empty());
        let mut purl = Purl { kind, namespace, name, version, qualifiers, subpath };
        let broken = types::apply(&mut purl).err();
        Ok((purl, broken))
    }

    /// The type, in lower case.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The namespace, its segments separated by `/`.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The qualifiers, in the order of their keys.
    pub fn qualifiers(&self) -> &BTreeMap<String, String> {
        &self.qualifiers
    }

    /// The path inside the package.
    pub fn subpath(&self) -> Option<&str> {
        self.subpath.as_deref()
    }

    /// The same package without version, qualifiers and subpath: what advisories and inventories are joined by.
    pub fn package(&self) -> Purl {
        Purl { version: None, qualifiers: BTreeMap::new(), subpath: None, ..self.clone() }
    }

    /// The source package that distributions and scanners name in the qualifier `upstream`: `openssl`, `openssl@3.0.11-1`,
    /// `openssl-3.0.7-27.el9.src.rpm`.
    pub fn upstream(&self) -> Option<Purl> {
        let stated = self.qualifiers.get("upstream")?;
        let (name, version) =
            match stated.strip_suffix(".src.rpm").or_else(|| stated.strip_suffix(".nosrc.rpm")) {
                Some(source) => {
                    let (rest, release) = source.rsplit_once('-')?;
                    let (name, version) = rest.rsplit_once('-')?;
                    (name, Some(format!("{version}-{release}")))
                }
                None => match stated.split_once('@') {
                    Some((name, version)) => (name, Some(version.to_owned())),
                    None => (stated.as_str(), None),
                },
            };
        if name.is_empty() || name == self.name {
            return None;
        }
        Some(Purl {
            name: name.to_owned(),
            version: version.or_else(|| self.version.clone()),
            ..self.clone()
        })
    }

    /// The version in the notation that its ecosystem compares: for `rpm` with the epoch of the qualifier.
    pub fn comparable_version(&self) -> Option<String> {
        let version = self.version()?;
        match self.qualifiers.get("epoch") {
            Some(epoch) if self.kind == "rpm" && !version.contains(':') => Some(format!("{epoch}:{version}")),
            _ => Some(version.to_owned()),
        }
    }
}

fn segments(text: &str, keep: impl Fn(&str) -> bool) -> String {
    text.split('/').filter(|s| !s.is_empty() && keep(s)).collect::<Vec<_>>().join("/")
}

impl FromStr for Purl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Purl::parse(text)
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}", self.kind)?;
        for segment in self.namespace.iter().flat_map(|n| n.split('/')) {
            write!(f, "/{}", encode::Encoded(segment))?;
        }
        if types::name_is_path(&self.kind) {
            for segment in self.name.split('/') {
                write!(f, "/{}", encode::Encoded(segment))?;
            }
        } else {
            write!(f, "/{}", encode::Encoded(&self.name))?;
        }
        if let Some(version) = &self.version {
            write!(f, "@{}", encode::Encoded(version))?;
        }
        for (n, (key, value)) in self.qualifiers.iter().enumerate() {
            write!(f, "{}{key}={}", if n == 0 { '?' } else { '&' }, encode::Encoded(value))?;
        }
        for (n, segment) in self.subpath.iter().flat_map(|s| s.split('/')).enumerate() {
            write!(f, "{}{}", if n == 0 { '#' } else { '/' }, encode::Encoded(segment))?;
        }
        Ok(())
    }
}
