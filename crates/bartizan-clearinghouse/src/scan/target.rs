//! One thing that is scanned.

use bartizan_product::cpe::Attribute;
use bartizan_product::{Comparator, Constraint, Cpe, Purl, Range};

use super::address::{Network, host};
use super::fault::{Code, Fault};
use super::intent::Entry;

/// Longest text of a target, in bytes.
const LONGEST: usize = 512;

/// One thing that is scanned, in its one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A package; all of its versions unless a range is given.
    Package {
        /// Without a version.
        purl: Purl,
        /// Which versions.
        versions: Option<Range>,
    },
    /// A repository, and the commits that are looked at.
    Repository {
        /// Its one form: `host/path`, or `pkg:github/…` where it is one.
        place: String,
        /// As it was given, for people.
        address: String,
        /// First and last, or one.
        commits: Option<(String, Option<String>)>,
    },
    /// Products by CPE name.
    Product(Cpe),
    /// Addresses that are alive.
    Network(Network),
    /// A host that is alive.
    Host(String),
}

impl Target {
    /// Reads an entry of a scope.
    ///
    /// # Errors
    /// What is wrong, with the member of the entry under `at`.
    pub fn read(entry: &Entry, at: &str) -> Result<Self, Fault> {
        let Entry { purl, versions, repository, commits, cpe, network, host: name } = entry;
        let given = [purl, repository, cpe, network, name];
        let several = given.iter().filter(|g| g.is_some()).count() != 1;
        let beside = (versions.is_some() && purl.is_none()) || (commits.is_some() && repository.is_none());
        if several || beside {
            return Err(Fault::of(Code::Target, at));
        }
        let texts = given.into_iter().chain([versions, commits]).flatten();
        if texts.clone().any(|t| t.len() > LONGEST || t.chars().any(char::is_control)) {
            return Err(Fault::new(
                Code::Target,
                at,
                format!("at most {LONGEST} bytes, no control characters"),
            ));
        }
        if let Some(text) = purl {
            return package(text, versions.as_deref(), at);
        }
        if let Some(text) = repository {
            return repo(text, commits.as_deref(), at);
        }
        if let Some(text) = cpe {
            let wrong = |why: &str| Fault::new(Code::Target, format!("{at}.cpe"), why);
            let name = Cpe::parse(text).map_err(|e| wrong(e.message()))?;
            let plain = [Attribute::Part, Attribute::Vendor, Attribute::Product];
            let wide = plain.iter().any(|a| name.plain(*a).is_none() || name.get(*a).has_wildcard());
            return if wide {
                let why = "part, vendor and product are given, without wildcards";
                Err(Fault::new(Code::TooWide, format!("{at}.cpe"), why))
            } else {
                Ok(Self::Product(name))
            };
        }
        if let Some(text) = network {
            let found = Network::parse(text);
            let wrong = || Fault::new(Code::Target, format!("{at}.network"), "no network in CIDR notation");
            let found = found.ok_or_else(wrong)?;
            let why = "an IPv4 network is a /8 or smaller, an IPv6 network a /24 or smaller";
            return if found.too_wide() {
                Err(Fault::new(Code::TooWide, format!("{at}.network"), why))
            } else {
                Ok(Self::Network(found))
            };
        }
        let found = name.as_deref().and_then(host);
        let wrong =
            || Fault::new(Code::Target, format!("{at}.host"), "no name of a host; addresses are a network");
        found.map(Self::Host).ok_or_else(wrong)
    }

    /// Whether somebody runs it, who may be disturbed.
    pub fn live(&self) -> bool {
        matches!(self, Self::Network(_) | Self::Host(_))
    }

    /// What it is in, as coarsely as overlap is ever told: a package without versions, a repository without commits, a product, the
    /// blocks of a network. None for a host, about which nothing is told.
    pub fn cells(&self) -> Vec<String> {
        match self {
            Self::Package { purl, .. } => vec![purl.to_string()],
            Self::Repository { place, .. } => vec![place.clone()],
            Self::Product(name) => {
                let plain = |a| name.plain(a).unwrap_or_default();
                let [part, vendor, product] =
                    [Attribute::Part, Attribute::Vendor, Attribute::Product].map(plain);
                vec![format!("cpe:{part}:{vendor}:{product}")]
            }
            Self::Network(network) => network.blocks().iter().map(|b| format!("net:{b}")).collect(),
            Self::Host(_) => Vec::new(),
        }
    }

    /// As people read it.
    pub fn text(&self) -> String {
        match self {
            Self::Package { purl, versions: None } => purl.to_string(),
            Self::Package { purl, versions: Some(range) } => format!("{purl} {range}"),
            Self::Repository { address, commits: None, .. } => address.clone(),
            Self::Repository { address, commits: Some((first, None)), .. } => format!("{address} {first}"),
            Self::Repository { address, commits: Some((first, Some(last))), .. } => {
                format!("{address} {first}..{last}")
            }
            Self::Product(name) => name.to_string(),
            Self::Network(network) => network.to_string(),
            Self::Host(name) => name.clone(),
        }
    }

    /// As an entry of a scope, in its one form.
    pub fn entry(&self) -> Entry {
        let mut entry = Entry::default();
        match self {
            Self::Package { purl, versions } => {
                entry.purl = Some(purl.to_string());
                entry.versions = versions.as_ref().map(ToString::to_string);
            }
            Self::Repository { address, commits, .. } => {
                entry.repository = Some(address.clone());
                entry.commits = commits.as_ref().map(|(first, last)| match last {
                    None => first.clone(),
                    Some(last) => format!("{first}..{last}"),
                });
            }
            Self::Product(name) => entry.cpe = Some(name.to_string()),
            Self::Network(network) => entry.network = Some(network.to_string()),
            Self::Host(name) => entry.host = Some(name.clone()),
        }
        entry
    }
}

fn package(text: &str, versions: Option<&str>, at: &str) -> Result<Target, Fault> {
    let wrong = |why: &str| Fault::new(Code::Target, format!("{at}.purl"), why);
    let given = Purl::parse_lenient(text).map_err(|e| wrong(e.message()))?;
    let purl = given.package();
    let versions = match (versions, given.comparable_version()) {
        (None, None) => None,
        (Some(text), None) => {
            let wrong = |why: &str| Fault::new(Code::Versions, format!("{at}.versions"), why);
            Some(Range::read(text).map_err(|e| wrong(e.message()))?)
        }
        // A version in the package URL: that one.
        (None, Some(version)) => {
            let one = vec![Constraint::new(Comparator::Equal, version)];
            Some(Range::build(purl.kind(), one).map_err(|e| wrong(e.message()))?)
        }
        (Some(_), Some(_)) => {
            let why = "the package URL has a version already";
            return Err(Fault::new(Code::Versions, format!("{at}.versions"), why));
        }
    };
    Ok(Target::Package { purl, versions })
}

fn repo(text: &str, commits: Option<&str>, at: &str) -> Result<Target, Fault> {
    let wrong = || {
        let why = "the address of a repository, such as https://git.example/project";
        Fault::new(Code::Target, format!("{at}.repository"), why)
    };
    // `git@host:path`, as git takes it.
    let scp = text
        .split_once(':')
        .filter(|(head, tail)| !head.contains('/') && head.contains('@') && !tail.starts_with("//"));
    let whole = match scp {
        Some((head, tail)) => format!("ssh://{head}/{tail}"),
        None => text.to_owned(),
    };
    let url = url::Url::parse(&whole).map_err(|_| wrong())?;
    if !["https", "http", "git", "ssh"].contains(&url.scheme()) {
        return Err(wrong());
    }
    let name = url.host_str().and_then(host).ok_or_else(wrong)?;
    let path = url.path().trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    if path.is_empty() || path.contains("//") || path.split('/').any(|part| part == "..") {
        return Err(wrong());
    }
    let commits = match commits {
        None => None,
        Some(text) => {
            let hash = |h: &str| {
                let good = (7..=64).contains(&h.len()) && h.bytes().all(|b| b.is_ascii_hexdigit());
                good.then(|| h.to_ascii_lowercase())
            };
            let read = match text.split_once("..") {
                None => hash(text).map(|one| (one, None)),
                Some((first, last)) => hash(first).zip(hash(last)).map(|(first, last)| (first, Some(last))),
            };
            Some(read.ok_or_else(|| Fault::of(Code::Commits, format!("{at}.commits")))?)
        }
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    // What is a package by the address of its repository is that package.
    let forge =
        [("github.com", "github"), ("bitbucket.org", "bitbucket")].into_iter().find(|(h, _)| *h == name);
    let place = forge
        .and_then(|(_, kind)| Purl::parse_lenient(&format!("pkg:{kind}/{path}")).ok())
        .map_or_else(|| format!("repo:{name}{port}/{path}"), |purl| purl.package().to_string());
    Ok(Target::Repository { place, address: format!("https://{name}{port}/{path}"), commits })
}
