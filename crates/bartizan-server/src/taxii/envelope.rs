//! Adding objects (section 5.5).

use std::borrow::Cow;
use std::collections::BTreeSet;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::pap::Pap;
use bartizan_clearinghouse::{time, token};
use bartizan_stix::Tlp;
use bartizan_store::{Action, Arrival, Incoming, Outcome, Receipt};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::label::{Under, only_a_label, tlp, under};
use super::media::answer;
use super::problem::Problem;
use super::{ask, media};
use crate::app::App;

/// The most objects in one envelope.
const MOST: usize = 20_000;
/// How deep an object may nest: far more than STIX does, far less than breaks readers.
const DEPTH: usize = 64;

/// An envelope; properties beyond these are allowed and say nothing here.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    objects: Vec<&'a RawValue>,
}

/// What is looked at of an object. A property that stands there twice is refused: readers would differ on which one counts.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    spec_version: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    created: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    modified: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    object_marking_refs: Vec<Cow<'a, str>>,
    #[serde(borrow, default)]
    granular_markings: Vec<Granular<'a>>,
}

#[derive(Deserialize)]
struct Granular<'a> {
    #[serde(borrow, default)]
    marking_ref: Option<Cow<'a, str>>,
}

/// An object that can be kept.
pub(crate) struct Good<'a> {
    head: Head<'a>,
    version: Option<(i64, String)>,
    marking: Option<Tlp>,
    digest: String,
    body: &'a str,
}

/// An object that cannot, and why.
struct Bad {
    id: String,
    why: String,
    /// It says that a label is another one.
    redefines: bool,
}

/// `POST …/collections/{id}/objects/`: kept before it is answered, so the status is complete at once.
pub(super) async fn add(
    State(app): State<App>,
    Path(address): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let directory = app.store.fresh().await?;
    let caller = ask::who(&app, &headers, &directory).await?;
    let entry = ask::collection(&app, &caller, &directory, &address, Verb::Add)?;
    media::content(&headers)?;
    let (Some(person), Some(organisation)) = (caller.principal.person, caller.principal.organisation) else {
        return Err(Problem::sign_in());
    };
    // Whoever may not add is told so before anything is read.
    let most = app.config.max_body;
    let bytes = axum::body::to_bytes(body, most).await.map_err(|_| Problem::too_large(most))?;
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Problem::unprocessable("The body is no TAXII envelope: it is no JSON object."));
    }
    let envelope: Envelope<'_> = serde_json::from_slice(&bytes)
        .map_err(|e| Problem::unprocessable(format!("The body is no TAXII envelope: {e}.")))?;
    if envelope.objects.len() > MOST {
        return Err(Problem::unprocessable(format!("An envelope has at most {MOST} objects.")));
    }
    let (good, bad) = sift(envelope.objects.iter().map(|raw| raw.get()));
    let incoming: Vec<Incoming<'_>> = good.iter().map(Good::incoming).collect();
    let now = app.now();
    let arrival = Arrival {
        collection: entry.access.id,
        unmarked: entry.marking,
        owner: organisation,
        author: person,
        readable: &directory.readable(&caller.principal, Some(entry.access.id), now),
        objects: &incoming,
    };
    let uuid = app.uuid();
    let receipt = |outcomes: &[Outcome]| Receipt {
        uuid: uuid.clone(),
        body: status(&uuid, now, &good, outcomes, &bad).to_string(),
    };
    let by = Action { actor: &caller.name, now };
    let written = app.store.add_objects(&by, &arrival, receipt).await?;
    Ok(answer(StatusCode::ACCEPTED, written.receipt.body))
}

impl<'a> Good<'a> {
    pub(crate) fn incoming(&'a self) -> Incoming<'a> {
        // STIX 2.1 section 3.2: without `spec_version`, an object with `created` is STIX 2.0, a cyber-observable is 2.1.
        let old = if self.head.created.is_some() { "2.0" } else { "2.1" };
        Incoming {
            id: &self.head.id,
            kind: &self.head.kind,
            spec: self.head.spec_version.as_deref().unwrap_or(old),
            version: self.version.as_ref().map(|(at, text)| (*at, text.as_str())),
            marking: self.marking,
            embargo: None,
            digest: &self.digest,
            body: self.body,
        }
    }
}

/// Objects that did not come by TAXII: those that can be kept, and why the others cannot.
pub(crate) fn arriving<'a>(bodies: impl Iterator<Item = &'a str>) -> (Vec<Good<'a>>, Vec<String>) {
    let (good, bad) = sift(bodies);
    (good, bad.into_iter().map(|found| format!("{}: {}", found.id, found.why)).collect())
}

/// Objects that can be kept, and those that cannot.
fn sift<'a>(bodies: impl Iterator<Item = &'a str>) -> (Vec<Good<'a>>, Vec<Bad>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for body in bodies {
        match look(body) {
            Ok(object) => good.push(object),
            Err(found) => bad.push(found),
        }
    }
    // Who says that TLP:CLEAR is TLP:RED means that of what they mark with it. Nobody else reads it so.
    let redefined: BTreeSet<String> =
        bad.iter().filter(|found| found.redefines).map(|found| found.id.to_ascii_lowercase()).collect();
    if redefined.is_empty() {
        return (good, bad);
    }
    let (kept, odd): (Vec<_>, Vec<_>) = good
        .into_iter()
        .partition(|object| !marks(&object.head).any(|id| redefined.contains(&id.to_ascii_lowercase())));
    bad.extend(odd.iter().map(|object| Bad {
        id: object.head.id.to_string(),
        why: "it is marked with a label that this envelope says is another one".into(),
        redefines: false,
    }));
    (kept, bad)
}

/// The marking definitions that an object or one of its parts names.
fn marks<'h>(head: &'h Head<'_>) -> impl Iterator<Item = &'h str> {
    let granular = head.granular_markings.iter().filter_map(|g| g.marking_ref.as_deref());
    head.object_marking_refs.iter().map(AsRef::as_ref).chain(granular)
}

fn look(body: &str) -> Result<Good<'_>, Bad> {
    let bad = |id: &str, why: String| Bad { id: id.chars().take(200).collect(), why, redefines: false };
    if !body.starts_with('{') {
        return Err(bad("", "it is no JSON object".into()));
    }
    if !shallow(body) {
        return Err(bad("", format!("it nests deeper than {DEPTH}")));
    }
    let head: Head<'_> = serde_json::from_str(body).map_err(|e| bad(&id_of(body), e.to_string()))?;
    let fits = head.id.strip_prefix(head.kind.as_ref()).and_then(|rest| rest.strip_prefix("--"));
    let plain = |tail: &str| {
        let small = tail.bytes().all(|b| !b.is_ascii_uppercase());
        small && tail.len() == 36 && uuid::Uuid::try_parse(tail).is_ok()
    };
    if !fits.is_some_and(plain) {
        return Err(bad(&head.id, "its id is not its type, two hyphens and a UUID in small letters".into()));
    }
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if head.kind.len() > 250 || !head.kind.bytes().all(letter) || head.kind == "bundle" {
        return Err(bad(&head.id, "its type is none that can be kept".into()));
    }
    let digits = |text: &str| text.len() <= 8 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if head.spec_version.as_deref().is_some_and(|text| !digits(text)) {
        return Err(bad(&head.id, "its spec_version is no version".into()));
    }
    let version = match head.modified.as_deref().or(head.created.as_deref()) {
        None => None,
        Some(text) => {
            // Digits beyond the sixth could not tell two versions apart (TAXII section 3.4: six at most).
            let at = time::parse(text).filter(|_| text.len() <= 32 && fraction(text) <= 6);
            let at = at.ok_or_else(|| {
                bad(
                    &head.id,
                    "its modified or created is no RFC 3339 time of at most six digits below the second"
                        .into(),
                )
            })?;
            Some((at, text.to_owned()))
        }
    };
    // A part that is stricter makes the whole stricter: objects go out as they came, or not at all.
    let mut marking = marks(&head).filter_map(tlp).max();
    if let Some(label) = tlp(&head.id) {
        match under(label, body) {
            // The labels themselves are the specification's, and everybody's.
            Under::Label => marking = Some(Tlp::Clear),
            Under::More => {}
            Under::Other => {
                let why = format!("its id is that of {label}, which it is not");
                return Err(Bad { redefines: true, ..bad(&head.id, why) });
            }
        }
    }
    if Pap::of_marking(&head.id).is_some() && only_a_label(body) {
        marking = Some(Tlp::Clear);
    }
    Ok(Good { version, marking, digest: token::digest(body), head, body })
}

/// How many digits a time has below the second.
fn fraction(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count())
}

/// Whether brackets outside strings nest no deeper than they may.
fn shallow(body: &str) -> bool {
    let (mut depth, mut text, mut escaped) = (0usize, false, false);
    for byte in body.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if text => escaped = true,
            b'"' => text = !text,
            b'{' | b'[' if !text => {
                depth += 1;
                if depth > DEPTH {
                    return false;
                }
            }
            b'}' | b']' if !text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

/// The id of an object that cannot be kept, as far as it has one.
fn id_of(body: &str) -> String {
    #[derive(Deserialize)]
    struct Only {
        id: Option<String>,
    }
    serde_json::from_str::<Only>(body).ok().and_then(|only| only.id).unwrap_or_default()
}

/// The status resource (section 4.3.1).
fn status(uuid: &str, now: i64, good: &[Good<'_>], outcomes: &[Outcome], bad: &[Bad]) -> Value {
    let successes: Vec<Value> = good
        .iter()
        .zip(outcomes)
        .map(|(object, outcome)| match outcome {
            Outcome::Added(added) => json!({ "id": object.head.id, "version": added.version }),
            Outcome::Known { version } => {
                json!({ "id": object.head.id, "version": version, "message": "That version is here already." })
            }
        })
        .collect();
    let failures: Vec<Value> = bad
        .iter()
        .map(|object| json!({ "id": object.id, "version": time::text(now), "message": object.why }))
        .collect();
    json!({
        "id": uuid,
        "status": "complete",
        "request_timestamp": time::text(now),
        "total_count": successes.len() + failures.len(),
        "success_count": successes.len(),
        "successes": successes,
        "failure_count": failures.len(),
        "failures": failures,
        "pending_count": 0,
        "pendings": [],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(body: &str) -> String {
        look(body).err().map(|bad| bad.why).unwrap_or_default()
    }

    #[test]
    fn what_cannot_be_kept_is_told_why() {
        let id = "malware--b8a5f1b8-0000-4000-8000-000000000001";
        assert_eq!(why(&format!(r#"{{"type":"malware","id":"{id}"}}"#)), "");
        for (body, expected) in [
            (format!(r#"{{"type":"tool","id":"{id}"}}"#), "its id"),
            (r#"{"type":"malware","id":"malware--1"}"#.to_owned(), "its id"),
            (format!(r#"{{"type":"malware","id":"{id}","id":"{id}"}}"#), "duplicate field"),
            (format!(r#"{{"type":"malware","id":"{id}","modified":"soon"}}"#), "RFC 3339"),
            (
                format!(r#"{{"type":"malware","id":"{id}","x":{}1{}}}"#, "[".repeat(64), "]".repeat(64)),
                "deeper",
            ),
            ("7".to_owned(), "no JSON object"),
            (
                r#"{"type":"bundle","id":"bundle--b8a5f1b8-0000-4000-8000-000000000001"}"#.to_owned(),
                "its type",
            ),
        ] {
            assert!(why(&body).contains(expected), "{body}: {}", why(&body));
        }
    }

    #[test]
    fn the_strictest_marking_of_any_part_counts() {
        let id = "malware--b8a5f1b8-0000-4000-8000-000000000001";
        let green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
        let red_of_tlp_1 = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";
        let body = format!(
            r#"{{"type":"malware","id":"{id}","object_marking_refs":["{green}"],
                "granular_markings":[{{"marking_ref":"{red_of_tlp_1}","selectors":["name"]}}]}}"#
        );
        assert_eq!(look(&body).ok().and_then(|good| good.marking), Some(Tlp::Red));
    }
}
