//! Editions: one source with marked spans, an edition for each audience, and nothing that leaves while something sealed survives in it.

use bartizan_clearinghouse::access::{EditionAccess, Matter, OrganisationId, Thing, Verb};
use bartizan_programme::edition::{Audience, Edition, Leak, Output, Sealed, Source, check};
use bartizan_programme::rules::Act;
use bartizan_programme::window::{Action, Window};
use bartizan_programme::{Code, Digest, Id};
use bartizan_store::{KeptEdition, SourceVersion};

use super::act::{Said, say};
use super::{Room, find};
use crate::app::App;
use crate::sharing::{Acting, Wrong};

const NEEDS: &str = "Those who may publish write the source of the editions.";

/// An edition as it would leave.
pub(crate) struct Finished {
    pub(crate) audience: Id,
    pub(crate) source: u64,
    pub(crate) edition: Edition,
    pub(crate) html: String,
    pub(crate) markdown: String,
    /// SHA-256 of page and text.
    pub(crate) digest: Digest,
    /// What is sealed and survives: then it does not leave.
    pub(crate) leaks: Vec<Leak>,
}

/// The newest version of the source, or another.
pub(crate) async fn source(
    app: &App,
    room: &Room,
    number: Option<u64>,
) -> Result<Option<SourceVersion>, Wrong> {
    room.must_read(Matter::Whole, None)?;
    let number = number.map(|number| i64::try_from(number).unwrap_or(i64::MAX));
    Ok(app.store.source(room.entry.id, number).await?)
}

/// Keeps a version of the source after version `before`; those who publish write it.
pub(crate) async fn write(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    before: u64,
    body: &str,
) -> Result<u64, Wrong> {
    let room = find(app, acting, uuid, Verb::Add).await?;
    room.must_read(Matter::Whole, None)?;
    if room.my_roles().is_disjoint(&room.window.programme.act(Act::Publish).by) {
        return Err(Wrong::Forbidden(NEEDS));
    }
    Source::parse(body).map_err(|faults| Wrong::Unfit(faults.to_string()))?;
    let (_, who) = acting.known()?;
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let written = app.store.write_source(&acting.by(), (room.entry.id, uuid), before, who, body).await?;
    let number = written
        .ok_or_else(|| Wrong::Late("Somebody else wrote the source meanwhile. Read it again.".into()))?;
    Ok(u64::try_from(number).unwrap_or_default())
}

fn audience(window: &Window, id: &Id) -> Result<Audience, Wrong> {
    window.programme.audience(id).ok_or_else(|| Wrong::Window(Code::UnknownAudience.into()))
}

/// What no edition but the first says, whatever the source marks: where the model is reached, names of checkpoints, grants and runs,
/// digests of logs, names of files in custody.
async fn of_window(app: &App, room: &Room, sealed: &mut Sealed) -> Result<(), Wrong> {
    for name in room.window.grants.keys().chain(room.window.runs_made.keys()) {
        sealed.name(name.as_str());
    }
    for file in app.store.test_files(room.entry.id).await? {
        sealed.name(&file.name);
        sealed.name(&file.digest);
    }
    for one in app.store.test_endpoints(room.entry.id).await? {
        sealed.name(&one.host);
    }
    Ok(())
}

/// An edition of a version of the source, with what of it may not leave.
pub(crate) async fn finished(
    app: &App,
    _acting: &Acting<'_>,
    room: &Room,
    id: &Id,
    source: u64,
) -> Result<Finished, Wrong> {
    let number = i64::try_from(source).unwrap_or(i64::MAX);
    let version = app.store.source(room.entry.id, Some(number)).await?;
    let version = version.ok_or_else(|| Wrong::Unfit("The source has no such version.".into()))?;
    let parsed = Source::parse(&version.body).map_err(|faults| Wrong::Unfit(faults.to_string()))?;
    let audience = audience(&room.window, id)?;
    let edition = parsed.edition(&audience);
    let (html, markdown) = (edition.html(), edition.text());
    let mut sealed = Sealed::of(&parsed, &audience);
    let first = room.window.programme.editions.first().is_some_and(|first| first.id == *id);
    if !first {
        of_window(app, room, &mut sealed).await?;
    }
    let stem = edition.file_stem();
    let (page, text) = (format!("{stem}.html"), format!("{stem}.md"));
    let outputs = [
        Output::text(&page, html.as_bytes()),
        Output::text(&text, markdown.as_bytes()),
        Output::text("title", edition.title.as_bytes()),
    ];
    let leaks = check(&sealed, &outputs);
    let digest = Digest::of(
        format!("{}\n{}", Digest::of(html.as_bytes()), Digest::of(markdown.as_bytes())).as_bytes(),
    );
    Ok(Finished { audience: id.clone(), source, edition, html, markdown, digest, leaks })
}

/// What would leave for an audience now, for those who may read the source.
pub(crate) async fn preview(app: &App, acting: &Acting<'_>, room: &Room, id: &Id) -> Result<Finished, Wrong> {
    let newest = source(app, room, None).await?;
    let newest = newest.ok_or_else(|| Wrong::Late("There is no source yet; write one first.".into()))?;
    finished(app, acting, room, id, u64::try_from(newest.number).unwrap_or_default()).await
}

/// Proposes to publish exactly what the newest source gives an audience.
pub(crate) async fn propose(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    id: &Id,
    role: &Id,
) -> Result<Said, Wrong> {
    let room = find(app, acting, uuid, Verb::Add).await?;
    let finished = preview(app, acting, &room, id).await?;
    let Finished { audience, source, digest, .. } = finished;
    say(app, acting, uuid, role, &Action::Publish { audience, source, digest }).await
}

/// Whether what is to be published is what the source gives, and nothing sealed survives in it.
pub(super) async fn same(
    app: &App,
    acting: &Acting<'_>,
    room: &Room,
    id: &Id,
    source: u64,
    digest: &Digest,
) -> Result<(), Wrong> {
    room.must_read(Matter::Whole, None)?;
    let finished = finished(app, acting, room, id, source).await?;
    if finished.digest != *digest {
        return Err(Wrong::Late("The digest is not that of this edition; look at the preview again.".into()));
    }
    clean(&finished)
}

fn clean(finished: &Finished) -> Result<(), Wrong> {
    let Some(first) = finished.leaks.first() else { return Ok(()) };
    // Whoever reads this may read the source: they wrote it.
    Err(Wrong::Late(format!(
        "{} things that are sealed survive in this edition, the first the {} `{}` in {} (sealed in line {} of the source). Mark them, or say it otherwise.",
        finished.leaks.len(),
        first.term.kind.as_str(),
        first.term.text,
        first.output,
        first.sealed_at
    )))
}

/// As it is kept once it leaves. A public edition is everybody's; others are for organisations with a part on a side that it is for.
pub(super) fn kept(
    app: &App,
    acting: &Acting<'_>,
    room: &Room,
    after: &Window,
    finished: Finished,
) -> Result<KeptEdition, Wrong> {
    clean(&finished)?;
    let (_, who) = acting.known()?;
    let Finished { audience, source, edition, html, markdown, .. } = finished;
    let rule = after.programme.editions.iter().find(|one| one.id == audience);
    let readers = rule.map(|rule| rule.readers.clone()).unwrap_or_default();
    let mut recipients: Vec<OrganisationId> = after
        .people
        .values()
        .filter(|person| {
            person
                .roles
                .iter()
                .any(|role| after.programme.side(role).is_some_and(|side| readers.contains(&side)))
        })
        .filter_map(|person| room.organisation(&person.organisation))
        .collect();
    recipients.sort_unstable();
    recipients.dedup();
    Ok(KeptEdition {
        uuid: app.uuid(),
        audience: audience.as_str().to_owned(),
        source: i64::try_from(source).unwrap_or(i64::MAX),
        at: acting.now,
        person: who,
        public: edition.marking == "TLP:CLEAR",
        marking: edition.marking,
        title: edition.title,
        html,
        markdown,
        withdrawn: None,
        recipients,
    })
}

fn access(edition: &KeptEdition, runs: OrganisationId) -> EditionAccess {
    EditionAccess {
        runs,
        recipients: edition.recipients.iter().copied().collect(),
        public: edition.public,
        withdrawn: edition.withdrawn.is_some(),
    }
}

/// Editions that somebody may read, newest first.
pub(crate) async fn readable(app: &App, acting: &Acting<'_>) -> Result<Vec<KeptEdition>, Wrong> {
    let mut kept = Vec::new();
    for (edition, window) in app.store.test_editions().await? {
        let Some(entry) = app.store.window(&window).await? else { continue };
        if acting.may(Verb::Read, &Thing::Edition(&access(&edition, entry.runs))) {
            kept.push(edition);
        }
    }
    Ok(kept)
}

/// An edition that somebody may read; anybody, if it is public.
pub(crate) async fn one(app: &App, acting: &Acting<'_>, uuid: &str) -> Result<KeptEdition, Wrong> {
    let (edition, window) = app.store.test_edition(uuid).await?.ok_or(Wrong::NotThere)?;
    let entry = app.store.window(&window).await?.ok_or(Wrong::NotThere)?;
    acting.must(Verb::Read, &Thing::Edition(&access(&edition, entry.runs)), "")?;
    Ok(edition)
}

/// The editions of a window, for its people who read all of it, newest first.
pub(crate) async fn of_room(app: &App, room: &Room) -> Result<Vec<KeptEdition>, Wrong> {
    room.must_read(Matter::Whole, None)?;
    Ok(app.store.editions_of_window(room.entry.id).await?)
}

/// Withdraws an edition: whoever may publish.
pub(crate) async fn withdraw(app: &App, acting: &Acting<'_>, uuid: &str, edition: &str) -> Result<(), Wrong> {
    let room = find(app, acting, uuid, Verb::Add).await?;
    room.must_read(Matter::Whole, None)?;
    if room.my_roles().is_disjoint(&room.window.programme.act(Act::Publish).by) {
        return Err(Wrong::Forbidden(NEEDS));
    }
    let done = app.store.withdraw_edition(&acting.by(), (room.entry.id, uuid), edition).await?;
    if done { Ok(()) } else { Err(Wrong::NotThere) }
}
