//! What a validation says.

use serde::Serialize;

/// How much a finding weighs: CSAF section 6 has a program treat a failed mandatory test as an error, an optional
/// (2.1: recommended) one as a warning, an informative one as information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document is invalid.
    Error,
    /// It is valid, but something should be changed without a good reason not to.
    Warning,
    /// Worth knowing.
    Information,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The test: a number of the specification's section 6 (`6.1.7`), `json` for what is no JSON within the limits, `schema` for
    /// what the JSON schema refuses, `limit` for where the validator stopped looking.
    pub test: &'static str,
    /// Where: a JSON pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong, and what to do about it.
    pub message: String,
}

/// All that was found, in the order of the tests, then of the document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The version of CSAF that the document says it has.
    pub version: Option<super::Version>,
    /// The findings.
    pub findings: Vec<Finding>,
    /// Whether findings were left out, at [`MAX_FINDINGS`](super::MAX_FINDINGS) in all or
    /// [`MAX_FINDINGS_OF_A_TEST`](super::MAX_FINDINGS_OF_A_TEST).
    pub truncated: bool,
}

impl Report {
    /// Whether the document is a valid CSAF document: schema and mandatory tests (section 6.1).
    pub fn is_valid(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Error)
    }

    /// Whether a test of section 6 failed. Notes that a test could not be done do not count.
    pub fn failed(&self, test: &str) -> bool {
        let severity = severity_of(test);
        self.findings.iter().any(|finding| finding.test == test && finding.severity == severity)
    }
}

/// What a failure of a test weighs.
pub(crate) fn severity_of(test: &str) -> Severity {
    if test.starts_with("6.2.") {
        Severity::Warning
    } else if test.starts_with("6.3.") {
        Severity::Information
    } else {
        Severity::Error
    }
}

/// Where a test puts its findings.
pub(crate) struct Sink<'r> {
    pub(crate) report: &'r mut Report,
    pub(crate) test: &'static str,
    count: usize,
}

impl<'r> Sink<'r> {
    pub(crate) fn new(report: &'r mut Report, test: &'static str) -> Self {
        Sink { report, test, count: 0 }
    }

    /// The test failed here.
    pub(crate) fn fail(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.put(severity_of(self.test), pointer.into(), message.into());
    }

    /// Something to say that is no failure: the test could not be done, or only in part.
    pub(crate) fn note(
        &mut self,
        severity: Severity,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.put(severity, pointer.into(), message.into());
    }

    fn put(&mut self, severity: Severity, pointer: String, message: String) {
        self.count += 1;
        if self.count > super::MAX_FINDINGS_OF_A_TEST || self.report.findings.len() >= super::MAX_FINDINGS {
            self.report.truncated = true;
            return;
        }
        self.report.findings.push(Finding { test: self.test, pointer, severity, message });
    }

    /// Whether another finding would be dropped: loops over pairs may stop.
    pub(crate) fn is_full(&self) -> bool {
        self.count > super::MAX_FINDINGS_OF_A_TEST
    }
}
