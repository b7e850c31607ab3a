//! Saying something in a window.

use bartizan_clearinghouse::access::{Matter, Verb};
use bartizan_programme::finding::Step;
use bartizan_programme::window::{Action, Actor, Event, Window};
use bartizan_programme::{Code, Id, Name};
use bartizan_store::{NewTestGrant, WindowColumns, WindowEffects, WindowEvent};

use super::matter::{finding_of, grant_of, run_of};
use super::{Room, editions, find, front, person_of, runs};
use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// How often somebody tries who finds that another was quicker.
const TRIES: u32 = 12;

/// What was said.
pub(crate) struct Said {
    /// The window as it is then; none if whoever said it sees it no more.
    pub(crate) room: Option<Room>,
    /// Its number, for who said it.
    pub(crate) number: u64,
    /// When, microseconds since 1970.
    pub(crate) at: i64,
    /// Whether it waits for a second person.
    pub(crate) waits: bool,
}

/// Says something in a window, as somebody's role. The number of a proposal is the one that the looker is shown.
pub(crate) async fn say(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    role: &Id,
    action: &Action,
) -> Result<Said, Wrong> {
    // What goes to a desk is said under the finding's own address, after it went there.
    if matches!(action, Action::HandOver { .. }) {
        return Err(Wrong::Unfit("Handing over is asked for under the finding's own address.".into()));
    }
    say_with(app, acting, uuid, role, action, None).await
}

/// The same, with a credential that the node drew for the grant that is proposed: its SHA-256, and it, sealed.
pub(super) async fn say_with(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    role: &Id,
    action: &Action,
    credential: Option<(String, String)>,
) -> Result<Said, Wrong> {
    for tried in 0..TRIES {
        let room = find(app, acting, uuid, Verb::List).await?;
        acting.must(Verb::Add, &front(&room.access), super::NEEDS)?;
        let action = shown_to_real(&room, action)?;
        known(&room, &action)?;
        fits(app, acting, &room, &action).await?;
        let at = acting.now.max(room.window.times.1);
        let by = Actor { person: room.me.clone(), role: role.clone() };
        let event = Event { number: room.window.events + 1, at, by, action };
        let mut after = Window::clone(&room.window);
        after.apply(&event)?;
        let done = done(&room, &event);
        let mut effects = effects(app, acting, &room, &after, done).await?;
        effects.credential.clone_from(&credential);
        if kept(app, acting, &room, &event, &after, &effects).await? {
            let waits = after.proposals.contains_key(&event.number);
            return told(app, acting, uuid, event, waits).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(u64::from(tried) * 5)).await;
    }
    Err(Wrong::TooMany(
        "Too much happens in this window at once. Nothing was kept; send it again in a few seconds.",
    ))
}

async fn kept(
    app: &App,
    acting: &Acting<'_>,
    room: &Room,
    event: &Event,
    after: &Window,
    effects: &WindowEffects,
) -> Result<bool, Wrong> {
    let (_, who) = acting.known()?;
    let number = i64::try_from(event.number).unwrap_or(i64::MAX);
    let body = serde_json::to_string(event).map_err(|_| Wrong::Unfit("It cannot be kept.".into()))?;
    let new = [WindowEvent { number, at: event.at, person: Some(who), body }];
    let columns = columns(acting, after, event.at);
    let before = room.entry.events;
    let kept = app.store.add_to_window(&acting.by(), &room.entry, before, &new, &columns, effects).await?;
    // This node's broker knows at once what others hear of soon.
    if kept
        && !after.grants.is_empty()
        && let Err(error) = app.broker.refresh().await
    {
        tracing::warn!(%error, "changes of grants could not be looked for");
    }
    Ok(kept)
}

async fn told(app: &App, acting: &Acting<'_>, uuid: &str, event: Event, waits: bool) -> Result<Said, Wrong> {
    // Who gives up their last role in a window sees it no more.
    let room = match find(app, acting, uuid, Verb::List).await {
        Ok(room) => Some(room),
        Err(Wrong::NotThere) => None,
        Err(other) => return Err(other),
    };
    let shown = room.as_ref().map(Room::shown).unwrap_or_default();
    let number = shown.iter().find(|(_, one)| one.number == event.number).map_or(0, |(number, _)| *number);
    Ok(Said { room, number, at: event.at, waits })
}

/// What is derived from a window beside its log.
pub(super) fn columns(acting: &Acting<'_>, window: &Window, now: i64) -> WindowColumns {
    let parts = window
        .parts()
        .filter_map(|part| Some((person_of(acting.directory, &part.person)?, part.role.as_str().to_owned())));
    WindowColumns {
        state: window.state(now).as_str().to_owned(),
        runs_between: window.runs_between(now),
        parts: parts.collect(),
    }
}

/// The action with the number that a proposal has in the log.
fn shown_to_real(room: &Room, action: &Action) -> Result<Action, Wrong> {
    let mut action = action.clone();
    if let Action::Second { proposal } | Action::Refuse { proposal, .. } | Action::Retract { proposal } =
        &mut action
    {
        *proposal = room.number(*proposal).ok_or_else(|| unknown(Code::UnknownProposal))?;
    }
    Ok(action)
}

fn unknown(code: Code) -> Wrong {
    Wrong::Window(code.into())
}

/// What an action names that the looker may not read does not exist for them.
fn known(room: &Room, action: &Action) -> Result<(), Wrong> {
    let window = &room.window;
    let reads = |matter, of: Option<Name>, code| {
        if room.reads(matter, of.as_ref()) { Ok(()) } else { Err(unknown(code)) }
    };
    let grant = |name| reads(Matter::Grant, grant_of(window, name), Code::UnknownGrant);
    let run = |name| reads(Matter::Testing, run_of(window, name), Code::UnknownRun);
    match action {
        Action::Revoke { grant: name, .. } => grant(name),
        Action::BeginRun { grant: name, .. } => grant(name),
        Action::EndRun { run: name, .. } | Action::JudgeRun { run: name, .. } => run(name),
        Action::Find { body, .. } => body.runs.iter().try_for_each(run),
        Action::Talk { finding, step } => {
            let matter = if sent(window, finding) { Matter::Feedback } else { Matter::Finding };
            reads(matter, finding_of(window, finding), Code::UnknownFinding)?;
            if let Step::Retest { run: name, .. } = step { run(name) } else { Ok(()) }
        }
        Action::HandOver { finding, .. } => {
            reads(Matter::Finding, finding_of(window, finding), Code::UnknownFinding)
        }
        Action::Sign { agreement, .. } | Action::EndAgreement { agreement, .. } => {
            let held = window.agreements.agreements().get(agreement);
            let party = held.is_some_and(|held| {
                held.agreement.parties.iter().any(|party| room.reads(Matter::Agreement, Some(party)))
            });
            if party { Ok(()) } else { Err(unknown(Code::UnknownAgreement)) }
        }
        _ => Ok(()),
    }
}

/// Whether a finding is one that its developer has.
pub(crate) fn sent(window: &Window, finding: &Name) -> bool {
    window.findings.get(finding).is_some_and(|recorded| {
        recorded.talk.round > 0
            && recorded.finding.kind != bartizan_programme::finding::Kind::ThirdPartyVulnerability
    })
}

/// What the library cannot know: people and organisations of this node, files in custody.
async fn fits(app: &App, acting: &Acting<'_>, room: &Room, action: &Action) -> Result<(), Wrong> {
    match action {
        Action::Assign { part } => {
            let entry = acting.directory.people.values().find(|entry| entry.uuid == part.person.as_str());
            let entry = entry.ok_or_else(|| Wrong::Unfit("`person` is nobody of this node.".into()))?;
            let own = super::organisation_name(acting.directory, entry.member.organisation)?;
            if own == part.organisation {
                Ok(())
            } else {
                Err(Wrong::Unfit("`person` is of another organisation.".into()))
            }
        }
        Action::Agree { terms, .. } => held(app, room, "agreement", terms.document.as_str()).await,
        Action::Certify { certificate, .. } => held(app, room, "certificate", certificate.as_str()).await,
        Action::BeginRun { environment, .. } => held(app, room, "environment", environment.as_str()).await,
        Action::EndRun { end, .. } => runs::ends(app, room, end).await,
        Action::Grant { terms, .. } => {
            let known = app.store.test_endpoints(room.entry.id).await?;
            if known.iter().any(|one| one.checkpoint == terms.checkpoint.as_str()) {
                return Ok(());
            }
            Err(Wrong::Late("The developer has not said where this checkpoint is reached.".into()))
        }
        Action::Publish { audience, source, digest } => {
            editions::same(app, acting, room, audience, *source, digest).await
        }
        _ => Ok(()),
    }
}

/// A file of this kind and digest is in custody.
pub(super) async fn held(app: &App, room: &Room, kind: &str, digest: &str) -> Result<(), Wrong> {
    let files = app.store.test_files(room.entry.id).await?;
    if files.iter().any(|file| file.kind == kind && file.digest == digest) {
        return Ok(());
    }
    Err(Wrong::Unfit(format!("No file of kind `{kind}` in custody has this digest; put it there first.")))
}

/// What took effect by an event, and by whom it was said: itself, or what it agreed to.
fn done(room: &Room, event: &Event) -> Option<Action> {
    match &event.action {
        Action::Second { proposal } => {
            room.window.proposals.get(proposal).map(|proposed| proposed.action.clone())
        }
        other => {
            let act = other.act()?;
            room.window.programme.act(act).second.is_empty().then(|| other.clone())
        }
    }
}

async fn effects(
    app: &App,
    acting: &Acting<'_>,
    room: &Room,
    after: &Window,
    done: Option<Action>,
) -> Result<WindowEffects, Wrong> {
    let mut effects = WindowEffects::default();
    match done {
        Some(Action::Grant { grant, terms }) => {
            let tester = person_of(acting.directory, &terms.holder);
            let tester = tester.ok_or_else(|| Wrong::Unfit("The holder has no account any more.".into()))?;
            let (name, credential) = (grant.as_str().to_owned(), terms.credential.as_str().to_owned());
            effects.give = Some(NewTestGrant { uuid: app.uuid(), name, tester, credential });
        }
        Some(Action::Revoke { grant, .. }) => effects.revoke = Some(grant.as_str().to_owned()),
        Some(Action::Publish { audience, source, digest }) => {
            let edition = editions::finished(app, acting, room, &audience, source).await?;
            // What was agreed to is what leaves, byte for byte.
            if edition.digest != digest {
                return Err(Wrong::Late(
                    "The edition is not what was proposed any more; propose it again.".into(),
                ));
            }
            effects.publish = Some(editions::kept(app, acting, room, after, edition)?);
        }
        _ => {}
    }
    Ok(effects)
}
