//! What the endpoints of scans send and take.

use bartizan_clearinghouse::scan::{self, Beat, Overlap, Part, Seen, Wire};
use bartizan_clearinghouse::time;
use bartizan_store::ScanIntent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::ask::Asker;
use super::super::problem::Problem;
use super::super::shapes::{LINE, Named};
use crate::app::App;
use crate::scans::{self, Side};

/// One thing that is scanned: exactly one of `purl`, `repository`, `cpe`, `network`, `host`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScanTarget")]
pub(super) struct Target {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512))]
    purl: Option<String>,
    /// Which versions of it, as `vers:`.
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<String>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
    /// Of the repository: `first..last`, or one.
    #[serde(skip_serializing_if = "Option::is_none")]
    commits: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe: Option<String>,
    /// In CIDR notation; alive.
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<String>,
    /// A name; alive.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
}

/// What you mean to scan.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewScanIntent")]
#[expect(dead_code, reason = "it describes what bartizan_clearinghouse::scan reads")]
pub(super) struct NewIntent {
    /// At which desk; not needed if there is one only.
    desk: Option<String>,
    #[serde(flatten)]
    intent: IntentShape,
}

/// An intent.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ScanIntentTerms")]
pub(super) struct IntentShape {
    #[schemars(length(min = 1, max = 64))]
    scope: Vec<Target>,
    method: MethodName,
    /// With what; one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    tooling: Option<String>,
    /// Now, if it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    from: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    until: String,
    /// From which addresses, where something is alive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sources: Vec<String>,
    /// Who can be reached while it goes on.
    #[schemars(length(max = 200))]
    contact: String,
    /// One line.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident as $shown:literal is $of:ty { $($member:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
        #[schemars(rename = $shown)]
        pub(super) enum $name { $(#[serde(rename = $word)] $member),+ }
        impl From<$of> for $name {
            fn from(value: $of) -> Self {
                match value { $(<$of>::$member => Self::$member),+ }
            }
        }
        impl From<$name> for $of {
            fn from(value: $name) -> Self {
                match value { $($name::$member => Self::$member),+ }
            }
        }
    };
}

words! {
    /// How it is scanned.
    MethodName as "ScanMethod" is scan::Method {
        SourceReview = "source-review", StaticAnalysis = "static-analysis", Fuzzing = "fuzzing", Model = "model",
        NetworkScan = "network-scan", WebScan = "web-scan", PenetrationTest = "penetration-test", Other = "other",
    }
}
words! {
    /// Where a scan is.
    StateName as "ScanState" is scan::State {
        AwaitingOwner = "awaiting-owner", Active = "active", Lapsed = "lapsed", Over = "over", Stopped = "stopped",
        Refused = "refused", Withdrawn = "withdrawn",
    }
}
words! {
    /// Why a scan is stopped.
    ReasonName as "ScanStopReason" is scan::StopReason {
        Harm = "harm", OutOfScope = "out-of-scope", Revoked = "revoked", Overlap = "overlap",
        Investigation = "investigation", Own = "own", Other = "other",
    }
}
words! {
    /// What you do about an overlap.
    ChoiceName as "ScanChoice" is scan::Choice { Wait = "wait", Split = "split", GoOn = "go-on" }
}
words! {
    /// What is told of a part of your scope. `mediated`: nothing; the coordinator sees it, and writes if there is something to say.
    SeenName as "ScanSeen" is Seen { Clear = "clear", Lately = "lately", Now = "now", Mediated = "mediated" }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScanIntent")]
pub(super) struct Line {
    id: String,
    /// The first target and how many more; of what is yours.
    title: String,
    scanner: Named,
    /// The organisation whose desk it is.
    desk: Named,
    /// Whether what is scanned is alive, and has owners who are asked.
    live: bool,
    state: StateName,
    /// Why it was stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonName>,
    #[schemars(extend("format" = "date-time"))]
    from: String,
    #[schemars(extend("format" = "date-time"))]
    until: String,
    /// Until when it is held without another heartbeat.
    #[schemars(extend("format" = "date-time"))]
    lease: String,
    /// When the scanner was told that it is over, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    told: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    received: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WholeScanIntent")]
pub(super) struct Whole {
    #[serde(flatten)]
    line: Line,
    /// For an owner: what of it is on their ground.
    intent: Option<IntentShape>,
    /// Others at it, blind; for its scanner, while it is active.
    parts: Vec<PartShape>,
    /// What overlaps exactly; for the coordinator.
    overlaps: Vec<OverlapShape>,
    /// For the coordinator and, of themselves, for owners.
    owners: Vec<OwnerShape>,
    /// What happened, in order.
    events: Vec<EventShape>,
}

/// Others at a part of your scope.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScanPart")]
pub(super) struct PartShape {
    /// What to call the part by, towards the coordinator.
    handle: String,
    /// Your own targets in it.
    scope: Vec<String>,
    seen: SeenName,
    /// Until about when somebody means to be at it: the end of a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    until: Option<String>,
    /// What you may do about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<ChoiceName>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScanOverlap")]
pub(super) struct OverlapShape {
    /// The other scan.
    id: String,
    scanner: Named,
    /// This one's target, the other's, and whether it is certain.
    targets: Vec<(String, String, bool)>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScanOwner")]
pub(super) struct OwnerShape {
    organisation: Named,
    /// Null: not decided.
    approved: Option<bool>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScanEvent")]
pub(super) struct EventShape {
    #[schemars(extend("format" = "date-time"))]
    at: String,
    kind: String,
    /// `the scanner`, `the coordinator`, `an owner`, `the node`.
    by: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    part: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    words: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScanHeartbeat")]
pub(super) struct HeartbeatShape {
    #[serde(flatten)]
    stop: StopShape,
    parts: Vec<PartShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScanStop")]
pub(super) struct StopShape {
    state: StateName,
    /// Whether to scan: it is held and its window has begun.
    go: bool,
    /// Whether to stop at once.
    stop: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonName>,
    #[schemars(extend("format" = "date-time"))]
    lease: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScanStopOrder")]
pub(super) struct Stop {
    pub(super) reason: ReasonName,
    /// One line, for the scanner's people.
    #[serde(default)]
    #[schemars(length(max = 500), regex(pattern = LINE))]
    words: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScanDecision")]
pub(super) struct Decision {
    pub(super) approve: bool,
    /// One line, for the scanner's people.
    #[serde(default)]
    #[schemars(length(max = 500), regex(pattern = LINE))]
    words: Option<String>,
}

impl Stop {
    pub(super) fn words(&self) -> &str {
        self.words.as_deref().unwrap_or_default()
    }
}

impl Decision {
    pub(super) fn words(&self) -> &str {
        self.words.as_deref().unwrap_or_default()
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScanMessage")]
pub(super) struct Said {
    #[serde(default)]
    pub(super) choice: Option<ChoiceName>,
    /// The handle of a part.
    #[serde(default)]
    pub(super) part: Option<String>,
    #[serde(default)]
    #[schemars(length(max = 500), regex(pattern = LINE))]
    pub(super) words: Option<String>,
}

pub(super) async fn line(app: &App, asker: &Asker, kept: &ScanIntent) -> Result<Line, Problem> {
    let acting = asker.acting();
    let beat = kept.held.beat(&app.config.scan, asker.now);
    Ok(Line {
        id: kept.uuid.clone(),
        title: scans::title(app, &acting, kept).await?,
        scanner: asker.organisation(kept.scanner),
        desk: asker.organisation(kept.desk),
        live: kept.live,
        state: beat.state.into(),
        reason: beat.reason.map(Into::into),
        from: time::text(kept.held.starts),
        until: time::text(kept.held.ends),
        lease: time::text(kept.held.lease),
        told: kept.told.map(time::text),
        received: time::text(kept.received),
    })
}

pub(super) async fn whole(app: &App, asker: &Asker, kept: &ScanIntent) -> Result<Whole, Problem> {
    let acting = asker.acting();
    let side = scans::side(&acting, kept);
    let own = kept.scanner == asker.organisation;
    let parts = if own { scans::parts(app, &acting, kept).await? } else { Vec::new() };
    let overlaps = scans::overlaps(app, &acting, kept).await?;
    let events = app.store.scan_events(kept.id).await?;
    let owner = |(id, approved): &(_, Option<bool>)| {
        let shown = side == Side::Coordinator || (side == Side::Owner && *id == asker.organisation);
        shown.then(|| OwnerShape { organisation: asker.organisation(*id), approved: *approved })
    };
    Ok(Whole {
        line: line(app, asker, kept).await?,
        intent: scans::seen(app, &acting, kept).await?.and_then(terms),
        parts: parts.into_iter().map(part).collect(),
        overlaps: overlaps
            .into_iter()
            .map(|(other, pairs)| OverlapShape {
                id: other.uuid,
                scanner: asker.organisation(other.scanner),
                targets: pairs.into_iter().map(|(a, b, o)| (a, b, o == Overlap::Certain)).collect(),
            })
            .collect(),
        owners: kept.owners.iter().filter_map(owner).collect(),
        events: events
            .into_iter()
            .filter_map(|event| {
                let by = scans::voice(kept, &event, side)?.to_owned();
                let at = time::text(event.at);
                Some(EventShape {
                    at,
                    kind: event.kind,
                    by,
                    code: event.code,
                    part: event.part,
                    words: event.words,
                })
            })
            .collect(),
    })
}

/// The intent's wire form is that of its shape.
fn terms(wire: Wire) -> Option<IntentShape> {
    serde_json::to_value(wire).ok().and_then(|value| serde_json::from_value(value).ok())
}

fn part(part: Part) -> PartShape {
    let choices = match part.seen {
        Seen::Now | Seen::Lately => scan::Choice::ALL.iter().map(|choice| (*choice).into()).collect(),
        Seen::Clear | Seen::Mediated => Vec::new(),
    };
    PartShape {
        handle: part.handle,
        scope: part.scope,
        seen: part.seen.into(),
        until: part.until.map(time::text),
        choices,
    }
}

pub(super) fn heartbeat(beat: &Beat, parts: Vec<Part>) -> HeartbeatShape {
    HeartbeatShape { stop: stop(beat), parts: parts.into_iter().map(part).collect() }
}

pub(super) fn stop(beat: &Beat) -> StopShape {
    StopShape {
        state: beat.state.into(),
        go: beat.go,
        stop: beat.stop,
        reason: beat.reason.map(Into::into),
        lease: time::text(beat.lease),
    }
}
