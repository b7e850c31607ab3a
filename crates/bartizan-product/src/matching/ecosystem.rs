//! OSV's ecosystems (OSV schema 1.7, `affected[].package.ecosystem`): their order and their package URL type.

use crate::vers::Scheme;

const TABLE: [(&str, Option<Scheme>, &str); 38] = [
    ("AlmaLinux", Some(Scheme::Rpm), "rpm"),
    ("Alpaquita", Some(Scheme::Apk), "apk"),
    ("Alpine", Some(Scheme::Apk), "apk"),
    ("Android", Some(Scheme::Generic), "generic"),
    ("Azure Linux", Some(Scheme::Rpm), "rpm"),
    ("BellSoft Hardened Containers", Some(Scheme::Apk), "apk"),
    ("Bioconductor", Some(Scheme::Cran), "bioconductor"),
    ("Bitnami", Some(Scheme::Semver), "bitnami"),
    ("CRAN", Some(Scheme::Cran), "cran"),
    ("Chainguard", Some(Scheme::Apk), "apk"),
    ("ConanCenter", Some(Scheme::Conan), "conan"),
    ("Debian", Some(Scheme::Deb), "deb"),
    ("Echo", Some(Scheme::Deb), "deb"),
    ("GIT", None, "git"),
    ("GHC", Some(Scheme::Hackage), "generic"),
    ("GitHub Actions", Some(Scheme::Semver), "github"),
    ("Go", Some(Scheme::Golang), "golang"),
    ("Hackage", Some(Scheme::Hackage), "hackage"),
    ("Hex", Some(Scheme::Semver), "hex"),
    ("Julia", Some(Scheme::Semver), "julia"),
    ("Linux", Some(Scheme::Generic), "generic"),
    ("Mageia", Some(Scheme::Rpm), "rpm"),
    ("Maven", Some(Scheme::Maven), "maven"),
    ("MinimOS", Some(Scheme::Apk), "apk"),
    ("NuGet", Some(Scheme::Nuget), "nuget"),
    ("Packagist", Some(Scheme::Composer), "composer"),
    ("Pub", Some(Scheme::Pub), "pub"),
    ("PyPI", Some(Scheme::Pypi), "pypi"),
    ("Red Hat", Some(Scheme::Rpm), "rpm"),
    ("Rocky Linux", Some(Scheme::Rpm), "rpm"),
    ("RubyGems", Some(Scheme::Gem), "gem"),
    ("SUSE", Some(Scheme::Rpm), "rpm"),
    ("SwiftURL", Some(Scheme::Semver), "swift"),
    ("Ubuntu", Some(Scheme::Deb), "deb"),
    ("Wolfi", Some(Scheme::Apk), "apk"),
    ("crates.io", Some(Scheme::Semver), "cargo"),
    ("npm", Some(Scheme::Npm), "npm"),
    ("openSUSE", Some(Scheme::Rpm), "rpm"),
];

/// What follows a colon is the release of a distribution.
fn find(ecosystem: &str) -> Option<&'static (&'static str, Option<Scheme>, &'static str)> {
    let name = ecosystem.split(':').next().unwrap_or_default();
    TABLE.iter().find(|(n, ..)| *n == name)
}

/// The order of versions in an ecosystem of OSV.
pub fn ecosystem_scheme(ecosystem: &str) -> Option<Scheme> {
    find(ecosystem).and_then(|(_, scheme, _)| *scheme)
}

/// The package URL type of an ecosystem of OSV.
pub fn ecosystem_purl_type(ecosystem: &str) -> Option<&'static str> {
    find(ecosystem).map(|(.., kind)| *kind)
}
