//! A report as far as it matters for finding its duplicates.

/// Who found it, in their own words: kept byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Credit(pub String);

/// A vulnerability report. Whatever it does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Its name; it means something to the caller only.
    pub id: String,
    /// Who found it. A report that was handed on names the finders, not who handed it on.
    pub credits: Vec<Credit>,
    /// The product: a purl or a name.
    pub product: String,
    /// Identifiers that others gave it: CVE, GHSA, an issue.
    pub upstream: Vec<String>,
    /// The commit that fixes it.
    pub fixed_by: Option<String>,
    /// Number of the weakness.
    pub cwe: Option<u32>,
    /// The file.
    pub path: Option<String>,
    /// The function or the like.
    pub symbol: Option<String>,
    /// The line: shown, never compared. It differs from version to version, and from run to run of the same tool.
    pub line: Option<u32>,
    /// The title.
    pub title: String,
    /// What is told.
    pub text: String,
    /// Stack trace of a crash.
    pub trace: Option<String>,
}
