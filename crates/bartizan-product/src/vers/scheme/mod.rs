//! How the versions of an ecosystem are ordered.

mod gentoo;
mod linux;
mod maven;
mod plain;
mod pypi;
mod semver;
mod token;
mod words;

use std::cmp::Ordering;

/// A version scheme: the order of versions in an ecosystem, or one of the general orders of VERS.
///
/// ```
/// use bartizan_product::Scheme;
/// assert!(Scheme::Deb.compare("1.0~rc1-1", "1.0-1").is_lt());
/// assert!(Scheme::Pypi.compare("1.0.dev1", "1.0a1").is_lt());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// Arch Linux: vercmp(8).
    Alpm,
    /// Alpine Linux: apk-tools.
    Apk,
    /// PHP's Composer.
    Composer,
    /// Conan 2.
    Conan,
    /// Perl's CPAN.
    Cpan,
    /// R's CRAN.
    Cran,
    /// Timestamps of RFC 3339.
    Datetime,
    /// Debian: deb-version(7).
    Deb,
    /// RubyGems.
    Gem,
    /// Numbers and words, for products without a scheme of their own.
    Generic,
    /// Gentoo: Package Manager Specification.
    Gentoo,
    /// Go modules.
    Golang,
    /// Haskell's Package Versioning Policy.
    Hackage,
    /// Integers between dots.
    Intdot,
    /// Bytes.
    Lexicographic,
    /// Apache Maven.
    Maven,
    /// nginx.
    Nginx,
    /// npm: node-semver.
    Npm,
    /// NuGet.
    Nuget,
    /// OpenSSL, before and after 3.0.
    Openssl,
    /// Dart's pub.
    Pub,
    /// Python: PEP 440.
    Pypi,
    /// RPM: rpm-version(7).
    Rpm,
    /// Semantic Versioning 2.0.0.
    Semver,
}

/// The words by which VERS, package URLs and OSV name the schemes; the first one of a scheme is its own.
const NAMES: [(&str, Scheme); 44] = [
    ("alpm", Scheme::Alpm),
    ("apk", Scheme::Apk),
    ("composer", Scheme::Composer),
    ("conan", Scheme::Conan),
    ("cpan", Scheme::Cpan),
    ("cran", Scheme::Cran),
    ("datetime", Scheme::Datetime),
    ("deb", Scheme::Deb),
    ("gem", Scheme::Gem),
    ("generic", Scheme::Generic),
    ("gentoo", Scheme::Gentoo),
    ("golang", Scheme::Golang),
    ("hackage", Scheme::Hackage),
    ("intdot", Scheme::Intdot),
    ("lexicographic", Scheme::Lexicographic),
    ("maven", Scheme::Maven),
    ("nginx", Scheme::Nginx),
    ("npm", Scheme::Npm),
    ("nuget", Scheme::Nuget),
    ("openssl", Scheme::Openssl),
    ("pub", Scheme::Pub),
    ("pypi", Scheme::Pypi),
    ("rpm", Scheme::Rpm),
    ("semver", Scheme::Semver),
    ("alpine", Scheme::Apk),
    ("arch", Scheme::Alpm),
    ("bazel", Scheme::Generic),
    ("bitnami", Scheme::Semver),
    ("brew", Scheme::Generic),
    ("cargo", Scheme::Semver),
    ("chrome-extension", Scheme::Intdot),
    ("cocoapods", Scheme::Gem),
    ("conda", Scheme::Generic),
    ("dart", Scheme::Pub),
    ("debian", Scheme::Deb),
    ("ebuild", Scheme::Gentoo),
    ("hex", Scheme::Semver),
    ("julia", Scheme::Semver),
    ("luarocks", Scheme::Generic),
    ("opam", Scheme::Deb),
    ("otp", Scheme::Intdot),
    ("rubygems", Scheme::Gem),
    ("swift", Scheme::Semver),
    ("vscode-extension", Scheme::Semver),
];

impl Scheme {
    /// Every scheme.
    pub const ALL: [Scheme; 24] = {
        let mut all = [Scheme::Alpm; 24];
        let mut n = 0;
        while n < all.len() {
            all[n] = NAMES[n].1;
            n += 1;
        }
        all
    };

    /// The scheme that a VERS type or a package URL type names.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(n, _)| *n == name).map(|(_, scheme)| *scheme)
    }

    /// The VERS type of the scheme.
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(_, scheme)| *scheme == self).map_or("", |(name, _)| name)
    }

    /// The order of two versions. Versions that do not follow the scheme come before those that do.
    pub fn compare(self, a: &str, b: &str) -> Ordering {
        match self {
            Scheme::Alpm => linux::compare_alpm(a, b),
            Scheme::Apk => gentoo::compare(gentoo::Flavour::Alpine, a, b),
            Scheme::Composer => words::compare_composer(a, b),
            Scheme::Conan => words::compare_conan(a, b),
            Scheme::Cpan => plain::compare_cpan(a, b),
            Scheme::Cran | Scheme::Hackage => plain::compare_integers(a, b),
            Scheme::Datetime => plain::compare_datetime(a, b),
            Scheme::Deb => linux::compare_deb(a, b),
            Scheme::Gem => words::compare_gem(a, b),
            Scheme::Generic => words::compare_generic(a, b),
            Scheme::Gentoo => gentoo::compare(gentoo::Flavour::Gentoo, a, b),
            Scheme::Intdot => plain::compare_intdot(a, b),
            Scheme::Lexicographic => a.as_bytes().cmp(b.as_bytes()),
            Scheme::Maven => maven::compare(a, b),
            Scheme::Nuget => semver::compare(semver::NUGET, a, b),
            Scheme::Openssl => words::compare_openssl(a, b),
            Scheme::Pub => semver::compare(semver::DART, a, b),
            Scheme::Pypi => pypi::compare(a, b),
            Scheme::Rpm => linux::compare_rpm(a, b),
            Scheme::Golang | Scheme::Nginx | Scheme::Npm | Scheme::Semver => {
                semver::compare(semver::PLAIN, a, b)
            }
        }
    }

    /// Whether a text is a version of the scheme, so that comparing it means something.
    pub fn is_version(self, text: &str) -> bool {
        let text = text.trim();
        match self {
            _ if text.is_empty() => false,
            Scheme::Apk => gentoo::valid(gentoo::Flavour::Alpine, text),
            Scheme::Composer => words::valid_composer(text),
            Scheme::Datetime => plain::valid_datetime(text),
            Scheme::Deb => linux::valid_deb(text),
            Scheme::Gem => words::valid_gem(text),
            Scheme::Gentoo => gentoo::valid(gentoo::Flavour::Gentoo, text),
            Scheme::Intdot | Scheme::Openssl | Scheme::Cran | Scheme::Hackage => plain::valid_intdot(text),
            Scheme::Pypi => pypi::valid(text),
            Scheme::Golang | Scheme::Nginx | Scheme::Npm | Scheme::Nuget | Scheme::Pub | Scheme::Semver => {
                semver::valid(text)
            }
            // A word alone, such as `latest`, is the name of a moving version.
            Scheme::Alpm | Scheme::Conan | Scheme::Cpan | Scheme::Generic | Scheme::Maven | Scheme::Rpm => {
                text.contains(|c: char| c.is_ascii_digit())
            }
            Scheme::Lexicographic => true,
        }
    }

    /// The version in the form of the scheme's own tests: NuGet does not tell case before the build metadata.
    pub fn normalised(self, text: &str) -> String {
        match self {
            Scheme::Nuget => match text.split_once('+') {
                Some((version, build)) => format!("{}+{build}", version.to_ascii_lowercase()),
                None => text.to_ascii_lowercase(),
            },
            _ => text.to_owned(),
        }
    }
}
