//! Files of a window in custody: sealed at rest, never rendered.

use bartizan_clearinghouse::access::{Matter, Verb};
use bartizan_custody::{digest, is_name};
use bartizan_programme::Name;
use bartizan_store::TestFile;

use super::{Room, find, organisation_name};
use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// The longest file, in bytes.
pub(crate) const LONGEST: usize = 64 << 20;
/// Files of one window.
const MOST: usize = 10_000;
/// What a file may be.
pub(crate) const KINDS: [&str; 6] = ["agreement", "certificate", "environment", "log", "egress", "other"];

/// What a file is sealed for.
fn thing(window: &str, name: &str) -> String {
    format!("test-file/{window}/{name}")
}

/// Keeps a file. The same bytes under the same name are kept once.
pub(crate) async fn keep(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    (name, kind): (&str, &str),
    bytes: &[u8],
) -> Result<TestFile, Wrong> {
    let room = find(app, acting, uuid, Verb::Add).await?;
    let (_, who) = acting.known()?;
    if !is_name(name) || name.contains('/') || name.len() > 128 {
        return Err(Wrong::Unfit(
            "A name of a file has letters, digits, `.`, `_` and `-`, at most 128.".into(),
        ));
    }
    if !KINDS.contains(&kind) {
        return Err(Wrong::Unfit(format!("`kind` is one of {}.", KINDS.join(", "))));
    }
    if bytes.is_empty() || bytes.len() > LONGEST {
        return Err(Wrong::Unfit("A file has 1 byte to 64 MiB.".into()));
    }
    if kind == "egress" {
        bartizan_programme::anomaly::egress(bytes)?;
    }
    // One name, one file, whoever brought it: names of others are told by nothing but being taken.
    let own = organisation_name(acting.directory, acting.known()?.0)?;
    let name = &format!("{}-{name}", &own.as_str()[..8]);
    let known = app.store.test_files(room.entry.id).await?;
    let file = TestFile {
        name: name.clone(),
        kind: kind.to_owned(),
        bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        digest: digest(bytes),
        added: acting.now,
        person: Some(who),
    };
    if let Some(same) = known.iter().find(|one| one.name == *name) {
        let equal = same.digest == file.digest && same.kind == file.kind;
        return if equal {
            Ok(same.clone())
        } else {
            Err(Wrong::Late("A file of this name is there, with other bytes.".into()))
        };
    }
    if known.len() >= MOST {
        return Err(Wrong::TooMany("A window has at most 10,000 files."));
    }
    let sealed = app.seal.seal_bytes(&*app.around, &thing(uuid, name), bytes).map_err(|error| {
        tracing::error!(%error, "a file of a window cannot be sealed");
        Wrong::Store(bartizan_store::Error::busy("files cannot be sealed now; nothing was kept"))
    })?;
    if !app.store.keep_test_file(&acting.by(), (room.entry.id, uuid), &file, &sealed).await? {
        return Err(Wrong::Late("A file of this name came at the same time.".into()));
    }
    Ok(file)
}

/// The organisation that brought a file, as windows name it.
fn owner(acting: &Acting<'_>, file: &TestFile) -> Option<Name> {
    let person = acting.directory.people.get(&file.person?)?;
    organisation_name(acting.directory, person.member.organisation).ok()
}

/// Whether the looker reads a file: the documents of their agreements, and what their own organisation brought.
fn reads(acting: &Acting<'_>, room: &Room, file: &TestFile) -> bool {
    let of = owner(acting, file);
    let own = of.is_some() && of.as_ref() == room.own();
    let party = || {
        room.window.agreements.agreements().values().any(|held| {
            held.agreement.document.as_str() == file.digest
                && held.agreement.parties.iter().any(|party| room.reads(Matter::Agreement, Some(party)))
        })
    };
    own || room.reads(Matter::Whole, None)
        || (file.kind == "agreement" && party())
        || (file.kind != "agreement" && room.reads(Matter::Testing, of.as_ref()))
}

/// The files that the looker reads, oldest first.
pub(crate) async fn list(app: &App, acting: &Acting<'_>, room: &Room) -> Result<Vec<TestFile>, Wrong> {
    let files = app.store.test_files(room.entry.id).await?;
    Ok(files.into_iter().filter(|file| reads(acting, room, file)).collect())
}

/// A file that the looker reads, and what is in it; that somebody looked is in the log first.
pub(crate) async fn read(
    app: &App,
    acting: &Acting<'_>,
    room: &Room,
    name: &str,
) -> Result<(TestFile, Vec<u8>), Wrong> {
    let known = app.store.test_file(room.entry.id, name).await?;
    let (file, sealed) = known.filter(|(file, _)| reads(acting, room, file)).ok_or(Wrong::NotThere)?;
    let detail = serde_json::json!({ "file": name }).to_string();
    app.store
        .note(&acting.by(), "window.open-file", &format!("test-window/{}", room.entry.uuid), &detail)
        .await?;
    let bytes = open(app, &room.entry.uuid, name, &sealed)?;
    Ok((file, bytes))
}

fn open(app: &App, window: &str, name: &str, sealed: &str) -> Result<Vec<u8>, Wrong> {
    app.seal.open_bytes(&*app.around, &thing(window, name), sealed).map_err(|error| {
        tracing::error!(%error, "a file of a window cannot be opened");
        Wrong::Unfit("The file was sealed under another key file than this node's.".into())
    })
}

/// What is in a file of this kind and digest; whoever asks has looked whether it may be read.
pub(super) async fn content(
    app: &App,
    room: &Room,
    kind: &str,
    digest: &str,
) -> Result<Option<Vec<u8>>, Wrong> {
    let files = app.store.test_files(room.entry.id).await?;
    let Some(file) = files.iter().find(|file| file.kind == kind && file.digest == digest) else {
        return Ok(None);
    };
    by_name(app, room, &file.name).await.map(Some)
}

/// What is in a file of this name; whoever asks has looked whether it may be read.
pub(super) async fn by_name(app: &App, room: &Room, name: &str) -> Result<Vec<u8>, Wrong> {
    let (_, sealed) = app.store.test_file(room.entry.id, name).await?.ok_or(Wrong::NotThere)?;
    open(app, &room.entry.uuid, name, &sealed)
}
