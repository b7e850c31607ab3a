//! What the endpoints of advisories send and take.

use bartizan_advisory::csaf;
use bartizan_clearinghouse::advisory::{Receipt, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::shapes::{LINE, Marking, Named};

/// How far an advisory is.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "AdvisoryState")]
pub(super) enum StateName {
    Draft,
    Released,
    Withdrawn,
}

impl From<State> for StateName {
    fn from(state: State) -> Self {
        match state {
            State::Draft => Self::Draft,
            State::Released => Self::Released,
            State::Withdrawn => Self::Withdrawn,
        }
    }
}

/// What an operator says of an advisory.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "AdvisoryReceiptState")]
pub(super) enum ReceiptName {
    Read,
    Acknowledged,
    Acting,
    Done,
}

impl From<Receipt> for ReceiptName {
    fn from(state: Receipt) -> Self {
        match state {
            Receipt::Read => Self::Read,
            Receipt::Acknowledged => Self::Acknowledged,
            Receipt::Acting => Self::Acting,
            Receipt::Done => Self::Done,
        }
    }
}

impl From<ReceiptName> for Receipt {
    fn from(name: ReceiptName) -> Self {
        match name {
            ReceiptName::Read => Self::Read,
            ReceiptName::Acknowledged => Self::Acknowledged,
            ReceiptName::Acting => Self::Acting,
            ReceiptName::Done => Self::Done,
        }
    }
}

#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "Advisory")]
pub(super) struct Line {
    pub(super) id: String,
    /// What its readers know it by.
    pub(super) tracking: String,
    pub(super) title: String,
    pub(super) owner: Named,
    pub(super) marking: Marking,
    /// The version that was released; 0: none.
    pub(super) version: i64,
    /// Of your own: how far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<StateName>,
    /// Whether the edition that you have takes it back; of your own, `state` tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) withdrawn: Option<bool>,
    /// Since when you have this edition, or, of your own, when it was last changed.
    #[schemars(extend("format" = "date-time"))]
    pub(super) since: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WholeAdvisory")]
pub(super) struct Whole {
    #[serde(flatten)]
    pub(super) line: Line,
    /// The edition that was released to you: what it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) document: Option<Map<String, Value>>,
    /// For its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) own: Option<Own>,
}

/// An advisory as its owner has it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnAdvisory")]
pub(super) struct Own {
    /// The newest edition.
    pub(super) edition: i64,
    /// The case it comes from.
    pub(super) case: Option<String>,
    /// Places of the document that the form of the page does not cover: JSON pointers.
    pub(super) beyond_form: Vec<String>,
    pub(super) releases: Vec<Release>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryRelease")]
pub(super) struct Release {
    pub(super) edition: i64,
    pub(super) collection: Named,
    /// From when on its readers have it.
    #[schemars(extend("format" = "date-time"))]
    pub(super) from: String,
    /// Since when they have it no more.
    #[schemars(extend("format" = "date-time"))]
    pub(super) until: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryEdition")]
pub(super) struct Edition {
    pub(super) number: i64,
    /// The version that was released with it; 0: a draft.
    pub(super) version: i64,
    pub(super) title: String,
    pub(super) marking: Marking,
    pub(super) sha256: String,
    pub(super) summary: String,
    #[schemars(extend("format" = "date-time"))]
    pub(super) at: String,
    pub(super) by: Option<Named>,
    /// Whether it takes the advisory back.
    pub(super) withdraws: bool,
    /// What was found in it before it was released, without it (docs/privacy.md): `mode`, `entries` with rule, path, digest and count,
    /// `beyond`, and what was `kept`. Null: nothing.
    pub(super) scrubbed: Option<Map<String, Value>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryChanges")]
pub(super) struct Changes {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) changes: Vec<Change>,
    /// Whether there are more.
    pub(super) more: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryChange")]
pub(super) struct Change {
    /// A JSON pointer.
    pub(super) pointer: String,
    /// Null: nothing was there.
    pub(super) before: Option<String>,
    /// Null: nothing is there.
    pub(super) after: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CsafFindings")]
pub(super) struct Findings {
    /// Whether schema and mandatory tests pass.
    pub(super) valid: bool,
    pub(super) findings: Vec<Finding>,
    /// Whether some were left out.
    pub(super) truncated: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CsafFinding")]
pub(super) struct Finding {
    /// A test of section 6 (`6.1.7`), `schema`, `json` or `limit`.
    test: String,
    /// A JSON pointer.
    pointer: String,
    /// `error`, `warning`, `information`.
    severity: String,
    message: String,
}

impl From<csaf::Report> for Findings {
    fn from(report: csaf::Report) -> Self {
        let valid = report.is_valid();
        let findings = report.findings.into_iter().map(|finding| Finding {
            test: finding.test.into(),
            pointer: finding.pointer,
            severity: match finding.severity {
                csaf::Severity::Error => "error",
                csaf::Severity::Warning => "warning",
                csaf::Severity::Information => "information",
            }
            .into(),
            message: finding.message,
        });
        Self { valid, findings: findings.collect(), truncated: report.truncated }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryReceipts")]
pub(super) struct Receipts {
    /// Oldest first; the last of each organisation holds.
    pub(super) items: Vec<ReceiptLine>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryReceipt")]
pub(super) struct ReceiptLine {
    pub(super) organisation: Named,
    /// Who said it, for their own organisation.
    pub(super) by: Option<Named>,
    pub(super) edition: i64,
    pub(super) state: ReceiptName,
    pub(super) words: String,
    #[schemars(extend("format" = "date-time"))]
    pub(super) at: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewAdvisoryReceipt")]
pub(super) struct NewReceipt {
    pub(super) state: ReceiptName,
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub(super) words: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewAdvisory")]
pub(super) struct New {
    /// CSAF 2.0 or 2.1.
    pub(super) document: Map<String, Value>,
    /// The case it comes from.
    #[serde(default)]
    #[schemars(length(max = 36))]
    pub(super) case: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BegunAdvisory")]
pub(super) struct Begun {
    pub(super) id: String,
    /// What would be found, were it released now.
    pub(super) findings: Findings,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewAdvisoryRelease")]
pub(super) struct NewRelease {
    /// The newest edition that you have seen.
    pub(super) after: i64,
    #[schemars(length(min = 1, max = 20))]
    pub(super) to: Vec<Destination>,
    /// What changed, for its readers.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub(super) summary: String,
    /// Whether changes are expected: its status is interim.
    #[serde(default)]
    pub(super) interim: bool,
    /// What looks like personal data, belongs to the threat and stays (docs/privacy.md). It holds for later releases too.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub(super) kept: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewAdvisoryWithdrawal")]
pub(super) struct NewWithdrawal {
    /// The newest edition that you have seen.
    pub(super) after: i64,
    /// Why, for its readers.
    #[schemars(length(min = 1, max = 1000))]
    pub(super) reason: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AdvisoryDestination")]
pub(super) struct Destination {
    /// A collection: UUID or alias.
    pub(super) collection: String,
    /// From when on its readers have it; null: now.
    #[serde(default)]
    #[schemars(extend("format" = "date-time"))]
    pub(super) from: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReleasedAdvisory")]
pub(super) struct Released {
    pub(super) edition: i64,
    pub(super) version: i64,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Publishers {
    pub(super) items: Vec<Publisher>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryPublisher")]
pub(super) struct Publisher {
    pub(super) organisation: Named,
    #[serde(flatten)]
    pub(super) said: SetPublisher,
    /// Where its documents are for anyone.
    pub(super) provider_metadata: String,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SetAdvisoryPublisher")]
pub(super) struct SetPublisher {
    /// What stands in addresses.
    #[schemars(regex(pattern = "^[a-z0-9-]{1,40}$"))]
    pub(super) alias: String,
    #[schemars(length(max = 200), regex(pattern = LINE))]
    pub(super) name: String,
    /// `coordinator`, `discoverer`, `multiplier`, `other`, `user`, `vendor`.
    pub(super) category: String,
    /// A URL under its control.
    #[schemars(length(max = 500))]
    pub(super) namespace: String,
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub(super) contact: String,
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub(super) authority: String,
}

/// Figures; a cut that is not for you is null.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryMetrics")]
pub(super) struct Metrics {
    pub(super) public: PublicCut,
    pub(super) operator: Option<OperatorCut>,
    pub(super) coordinator: Option<CoordinatorCut>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryMetricsPublic")]
pub(super) struct PublicCut {
    /// Advisories that anyone reads.
    pub(super) advisories: u64,
    pub(super) revised: u64,
    pub(super) months: Vec<Month>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryMonth")]
pub(super) struct Month {
    pub(super) month: String,
    pub(super) advisories: u64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryMetricsOperator")]
pub(super) struct OperatorCut {
    pub(super) advisories: u64,
    /// Nothing was said of the newest edition.
    pub(super) silent: u64,
    pub(super) said: Map<String, Value>,
    /// From having it to acknowledging it: the middle one, in hours.
    pub(super) hours_to_acknowledge: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryMetricsCoordinator")]
pub(super) struct CoordinatorCut {
    pub(super) states: Map<String, Value>,
    pub(super) tiers: Vec<TierCut>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdvisoryMetricsTier")]
pub(super) struct TierCut {
    pub(super) collection: Named,
    pub(super) advisories: u64,
    /// Released from a later time on.
    pub(super) waiting: u64,
    pub(super) said: Map<String, Value>,
}
