//! A vulnerability in somebody else's software goes to a desk of the clearinghouse: with its provenance, without the transcript.

use bartizan_clearinghouse::access::{Matter, Verb};
use bartizan_clearinghouse::intake::{self, Submission};
use bartizan_programme::finding::{Handover, handover};
use bartizan_programme::window::{Action, Actor, Event, Window};
use bartizan_programme::{Code, Digest, Id, Name};
use serde_json::{Value, json};

use super::act::{Said, say_with};
use super::matter::finding_of;
use super::{Room, find, runs};
use crate::app::App;
use crate::intake as desks;
use crate::sharing::{Acting, Wrong};

/// Hands a finding over to a desk. The report is there before the window says so; handed over again, it is the same report.
pub(crate) async fn hand_over(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    (finding, role): (&Name, &Id),
    desk: &str,
) -> Result<Said, Wrong> {
    let room = find(app, acting, uuid, Verb::Add).await?;
    if !room.reads(Matter::Finding, finding_of(&room.window, finding).as_ref()) {
        return Err(Wrong::Window(Code::UnknownFinding.into()));
    }
    may(acting, &room, finding, role)?;
    let texts = transcripts(app, &room, finding).await?;
    let name: Name = uuid.parse()?;
    let leaving = handover(&room.window, &name, finding, texts.iter().map(String::as_str))?;
    let body = body(&leaving);
    let report = read(&body)?;
    let desk = desks::desk(acting, desk)?;
    let taken = desks::hand_in(app, acting, desk, &report).await?;
    let action = Action::HandOver {
        finding: finding.clone(),
        report: taken.uuid.parse()?,
        digest: Digest::of(body.to_string().as_bytes()),
    };
    say_with(app, acting, uuid, role, &action, None).await
}

/// Whether the window would take it: nothing is sent to a desk that the window then refuses.
fn may(acting: &Acting<'_>, room: &Room, finding: &Name, role: &Id) -> Result<(), Wrong> {
    let mut after = Window::clone(&room.window);
    let action =
        Action::HandOver { finding: finding.clone(), report: finding.clone(), digest: Digest::of(b"tried") };
    let by = Actor { person: room.me.clone(), role: role.clone() };
    let at = acting.now.max(after.times.1);
    Ok(after.apply(&Event { number: after.events + 1, at, by, action })?)
}

/// Everything that was said in the runs of a finding.
async fn transcripts(app: &App, room: &Room, finding: &Name) -> Result<Vec<String>, Wrong> {
    let recorded = room.window.findings.get(finding).ok_or(Wrong::NotThere)?;
    let mut texts = Vec::new();
    for run in &recorded.finding.runs {
        texts.extend(runs::transcript(app, room, run).await?);
    }
    Ok(texts)
}

/// The report, in the form that desks take.
fn body(leaving: &Handover) -> Value {
    let third = &leaving.report;
    let from = &leaving.provenance;
    let run = |(name, plan, log): &(Name, Digest, Option<Digest>)| json!({ "run": name, "plan_sha256": plan, "log_sha256": log });
    let mut body = json!({
        "title": leaving.title,
        "description": format!("{}\n\nHow it is seen:\n{}", third.description, third.reproduction),
        "versions": third.versions,
        "discovery_method": leaving.discovery_method,
        "discovery_tooling": "A model under test before its release",
        "public_tooling": leaving.public_tooling,
        "finders": third.finders,
        "relation": "finder",
        "enrichment": {
            "severity": leaving.severity,
            "weakness": third.weakness,
            "provenance": {
                "window": from.window, "finding": from.finding, "programme_sha256": from.programme,
                "runs": from.runs.iter().map(run).collect::<Vec<_>>(),
            },
        },
    });
    match &third.purl {
        Some(purl) => body["purl"] = json!(purl),
        None => body["software"] = json!(third.software),
    }
    body
}

fn read(body: &Value) -> Result<Submission, Wrong> {
    intake::read(body.to_string().as_bytes())
        .map_err(|refused| Wrong::Unfit(format!("The desk would not take it: {refused:?}")))
}
