//! Package URLs (ECMA-427), read by the crate `packageurl`.

use std::str::FromStr;

use packageurl::PackageUrl;

/// Reads a package URL; an error says what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<PackageUrl<'static>, String> {
    // The reader forgives it; CSAF 2.1, section 3.1.4.3.4, does not.
    if text.starts_with("pkg://") {
        return Err("pkg:// is not the canonical form".into());
    }
    PackageUrl::from_str(text).map_err(|error| error.to_string())
}

/// Whether two differ in nothing but their qualifiers.
pub(crate) fn same_but_for_qualifiers(a: &PackageUrl<'_>, b: &PackageUrl<'_>) -> bool {
    (a.ty(), a.namespace(), a.name(), a.version(), a.subpath())
        == (b.ty(), b.namespace(), b.name(), b.version(), b.subpath())
}
