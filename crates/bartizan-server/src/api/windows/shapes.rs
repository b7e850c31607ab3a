//! Windows as they are sent. What is a value of the programme's rules or of the log (a submission, terms, a finding, a plan) is sent in the
//! form in which it was said; docs/model-testing.md describes these.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::shapes::Named;

/// A model to be handed in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWindow {
    /// The version of the programme.
    pub(super) programme: String,
    /// In which role you hand it in: one of yours in `parts`.
    pub(super) role: String,
    /// Model, checkpoints with their digests, planned day of release, contacts.
    pub(super) submission: Map<String, Value>,
    /// Who of the developer has which role.
    #[schemars(length(max = 64))]
    pub(super) parts: Vec<NewPart>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WindowPart")]
pub(super) struct NewPart {
    pub(super) person: String,
    pub(super) role: String,
}

/// A window in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowLine")]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) state: String,
    pub(super) developer: Named,
    pub(super) runs: Named,
    pub(super) programme: ProgrammeName,
    pub(super) opened: String,
    pub(super) begins: Option<String>,
    pub(super) ends: Option<String>,
    pub(super) my_roles: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowProgramme")]
pub(super) struct ProgrammeName {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) title: String,
    /// SHA-256 of the rules.
    pub(super) digest: String,
}

/// A window, as far as it is the asker's: members that are not theirs are left out.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Window")]
pub(super) struct Whole {
    #[serde(flatten)]
    pub(super) line: Line,
    pub(super) clock: ClockShape,
    /// What you may do now, and in which of your roles.
    pub(super) acts: BTreeMap<String, Vec<String>>,
    pub(super) submission: Value,
    pub(super) checks: Vec<Check>,
    pub(super) people: Vec<Person>,
    /// Acts that wait for a second person.
    pub(super) waiting: Vec<Waiting>,
    pub(super) keys: Vec<Key>,
    pub(super) agreements: Vec<AgreementShape>,
    /// Checkpoints whose endpoint was said; the host for the developer's people.
    pub(super) endpoints: Vec<EndpointShape>,
    pub(super) grants: Vec<GrantShape>,
    pub(super) plans: Vec<PlanShape>,
    pub(super) runs_made: Vec<RunShape>,
    pub(super) findings: Vec<FindingShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) determination: Option<DeterminationShape>,
    pub(super) certificates: Vec<CertificateShape>,
    /// Organisations whose certificate of destruction is needed and missing, for who reads the whole window.
    pub(super) certificates_missing: Vec<Named>,
    pub(super) closed: Option<String>,
    pub(super) kept_until: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowClock")]
pub(super) struct ClockShape {
    pub(super) begins: Option<String>,
    /// As known now; a pause that lasts may move it on.
    pub(super) ends: Option<String>,
    pub(super) remaining_seconds: Option<i64>,
    pub(super) stopped_seconds: i64,
    pub(super) pause_left_seconds: i64,
    pub(super) extended_seconds: i64,
    pub(super) extension_left_seconds: i64,
    pub(super) pauses: Vec<PauseShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowPause")]
pub(super) struct PauseShape {
    pub(super) from: String,
    pub(super) until: Option<String>,
    pub(super) reason: String,
    pub(super) stops_clock: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowCheck")]
pub(super) struct Check {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) required: bool,
    pub(super) result: Option<String>,
    pub(super) words: Option<String>,
    pub(super) by: Option<Named>,
    pub(super) at: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowPerson")]
pub(super) struct Person {
    pub(super) person: Named,
    pub(super) organisation: Named,
    pub(super) roles: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowProposal")]
pub(super) struct Waiting {
    /// What `second`, `refuse` and `retract` name it by.
    pub(super) proposal: u64,
    pub(super) act: String,
    pub(super) action: Value,
    pub(super) by: Named,
    pub(super) role: String,
    pub(super) at: String,
    pub(super) lapses: String,
    /// Your roles in which you may agree or refuse.
    pub(super) you_may_second_as: Vec<String>,
    pub(super) mine: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowKey")]
pub(super) struct Key {
    pub(super) fingerprint: String,
    pub(super) party: Named,
    pub(super) signer: Named,
    pub(super) since: String,
    pub(super) withdrawn: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowAgreement")]
pub(super) struct AgreementShape {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) document_sha256: String,
    pub(super) parties: Vec<Named>,
    pub(super) people: Vec<Named>,
    pub(super) from: String,
    pub(super) until: String,
    /// What its parties sign, byte for byte.
    pub(super) statement: String,
    pub(super) signed: Vec<SignedShape>,
    /// What it lacks to be in force; empty: it is.
    pub(super) lacks: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowSignature")]
pub(super) struct SignedShape {
    pub(super) party: Named,
    pub(super) signer: Named,
    pub(super) key: String,
    pub(super) at: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowEndpoint")]
pub(super) struct EndpointShape {
    pub(super) checkpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) host: Option<String>,
    pub(super) said: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowGrant")]
pub(super) struct GrantShape {
    pub(super) name: String,
    pub(super) holder: Named,
    pub(super) organisation: Named,
    pub(super) terms: Value,
    pub(super) begins: String,
    pub(super) ends: String,
    pub(super) used_calls: i64,
    pub(super) used_tokens: i64,
    /// Whether a call could be made now; why not.
    pub(super) usable: bool,
    pub(super) against: Vec<String>,
    /// Whether its credential waits for its holder.
    pub(super) credential_waits: bool,
    pub(super) revoked: Option<RevokedShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowRevocation")]
pub(super) struct RevokedShape {
    pub(super) at: String,
    pub(super) by: Named,
    pub(super) words: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowPlan")]
pub(super) struct PlanShape {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) suite: String,
    pub(super) digest: String,
    pub(super) body: Value,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowRun")]
pub(super) struct RunShape {
    pub(super) name: String,
    pub(super) plan: String,
    pub(super) suite: String,
    pub(super) checkpoint: String,
    pub(super) grant: String,
    pub(super) by: Named,
    pub(super) begun: String,
    pub(super) ended: Option<String>,
    pub(super) outcome: Option<String>,
    pub(super) samples: Option<u64>,
    pub(super) log_sha256: Option<String>,
    pub(super) judgement: Option<String>,
    pub(super) judged: Vec<JudgedShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowJudgement")]
pub(super) struct JudgedShape {
    pub(super) judgement: String,
    pub(super) anomalies: Vec<String>,
    pub(super) words: String,
    pub(super) by: Named,
    pub(super) at: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowFinding")]
pub(super) struct FindingShape {
    pub(super) name: String,
    pub(super) body: Value,
    pub(super) by: Named,
    pub(super) at: String,
    pub(super) state: String,
    pub(super) round: u32,
    pub(super) answer_by: Option<String>,
    pub(super) rounds: Vec<RoundShape>,
    /// What the clearinghouse calls the report it was handed over as.
    pub(super) report: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowRound")]
pub(super) struct RoundShape {
    pub(super) round: u32,
    pub(super) at: String,
    pub(super) by: Named,
    pub(super) step: Value,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowDetermination")]
pub(super) struct DeterminationShape {
    pub(super) overall: String,
    pub(super) proposal: Value,
    pub(super) by: Named,
    pub(super) by_role: String,
    pub(super) second: Named,
    pub(super) second_role: String,
    pub(super) at: String,
    /// Whether every run it stands on is still valid.
    pub(super) stands: bool,
    pub(super) sha256: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowCertificate")]
pub(super) struct CertificateShape {
    pub(super) organisation: Named,
    pub(super) sha256: String,
    pub(super) words: String,
    pub(super) by: Named,
    pub(super) at: String,
}
