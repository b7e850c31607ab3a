//! Validates CSAF 2.0 and 2.1 documents, offline: the JSON schema and the tests of section 6 of the specifications.
//!
//! Two tests need the network and are done as far as names tell: a host under a name that never resolves (RFC 6761) is reported
//! (6.3.6, 6.3.7). Spelling (6.3.8) is judged by the words of the standard itself, grammar (6.3.16) not at all, and both say so.

mod document;
mod finding;
mod informative;
mod json;
mod mandatory;
mod products;
mod recommended;
mod revision;
mod schema;
mod status;
mod tests_of_section_6;
mod time;
mod vulnerability;

use serde::Serialize;
use serde_json::Value;

pub use finding::{Finding, Report, Severity};
pub use tests_of_section_6::{TESTS, TestOfSection6};

use document::Doc;
use finding::Sink;

/// The longest document that is read, in bytes. CSAF 2.0 annex C and 2.1 annex C have 50 MiB as what a reader must bear.
pub const MAX_BYTES: usize = 50 * 1024 * 1024;
/// The most findings of a report.
pub const MAX_FINDINGS: usize = 10_000;
/// The most findings of one test.
pub const MAX_FINDINGS_OF_A_TEST: usize = 1_000;

/// A version of CSAF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Version {
    /// 2.0, an OASIS standard since 2022-11-18.
    #[serde(rename = "2.0")]
    V2_0,
    /// 2.1, as of the schema of 2026-08-17.
    #[serde(rename = "2.1")]
    V2_1,
}

/// A published extension of CSAF 2.1 (section 2.4): who validates says which ones it knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Extension {
    /// Its schema; `$id` is what documents name it by.
    pub schema: Value,
    /// Its metadata.
    pub metadata: Value,
}

/// What the validator cannot know from the document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// The time of the validation as RFC 3339 writes it, for test 6.2.33, which asks what is past; that test is left out without.
    pub now: Option<String>,
    /// The extensions that are known.
    pub extensions: Vec<Extension>,
    /// Only schema and mandatory tests.
    pub mandatory_only: bool,
}

/// Validates a document.
pub fn validate(bytes: &[u8], options: &Options) -> Report {
    let mut report = Report::default();
    if bytes.len() > MAX_BYTES {
        Sink::new(&mut report, "limit").fail(
            "",
            format!(
                "The document has {} bytes, more than the {MAX_BYTES} that are read: split it.",
                bytes.len()
            ),
        );
        return report;
    }
    let root: Value = match serde_json::from_slice(bytes) {
        Ok(root) => root,
        Err(error) => {
            Sink::new(&mut report, "json").fail("", format!("This is no JSON ({error}): correct it there."));
            return report;
        }
    };
    let keys = json::keys(bytes, MAX_FINDINGS_OF_A_TEST + 1);
    let mut sink = Sink::new(&mut report, "json");
    for pointer in &keys.doubled {
        sink.fail(
            pointer.clone(),
            "The object has this key twice, and readers differ in which they take: leave one.",
        );
    }
    let version = match root.pointer("/document/csaf_version").and_then(Value::as_str) {
        Some("2.0") => Version::V2_0,
        Some("2.1") => Version::V2_1,
        _ => {
            Sink::new(&mut report, "schema").fail(
                "/document/csaf_version",
                "The document must say which version of CSAF it has: set it to 2.0 or 2.1.",
            );
            return report;
        }
    };
    report.version = Some(version);
    let doc = Doc::new(&root, version, options, keys);
    schema::check(&doc, &mut report);
    for test in TESTS {
        if test.applies_to(version) && (!options.mandatory_only || test.id.starts_with("6.1.")) {
            test.run(&doc, &mut report);
        }
    }
    if doc.is_exhausted() {
        Sink::new(&mut report, "limit").note(
            Severity::Warning,
            "",
            "Groups are named so often that not all of their products were followed: name fewer.",
        );
    }
    report
}

/// The file name of a document (CSAF 2.0 and 2.1, section 5.1): the id in lower case, every run of other characters than
/// `a-z`, `0-9`, `+` and `-` as one `_`, and `.json`.
///
/// Two ids may give one name (`A.1` and `a_1`): who stores files must refuse the second.
pub fn file_name(tracking_id: &str) -> String {
    let mut name = String::with_capacity(tracking_id.len() + 5);
    for character in tracking_id.to_lowercase().chars() {
        if matches!(character, 'a'..='z' | '0'..='9' | '+' | '-') {
            name.push(character);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    name.push_str(".json");
    name
}

/// A point in time, for versions that are times.
pub(crate) fn instant(text: &str) -> Option<impl Ord + use<>> {
    time::parse(text)
}

pub(crate) use revision::{compare_numbers, compare_pre_releases};
