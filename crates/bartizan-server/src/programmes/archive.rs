//! The archive of a window: a tar file that the separate verifier checks, signed by the node.

use bartizan_clearinghouse::access::Matter;
use bartizan_custody::{MANIFEST, Manifest, SigningKey};
use bartizan_programme::time::text;
use bartizan_store::CallLine;

use super::{Room, files, grants};
use crate::app::App;
use crate::relay::own_seed;
use crate::sharing::Wrong;

/// Lines of a record that are read at once.
const BATCH: i64 = 1_000;

/// The archive, and the public key that vouches for it.
pub(crate) struct Archive {
    pub(crate) tar: Vec<u8>,
    pub(crate) key: String,
    /// SHA-256 of the manifest's last line: kept elsewhere, it shows whether the archive is the newest.
    pub(crate) head: String,
}

fn failed(error: impl std::fmt::Display) -> Wrong {
    tracing::error!(%error, "an archive cannot be made");
    Wrong::Store(bartizan_store::Error::busy("the archive cannot be made now"))
}

/// Everything that is in custody: rules, log of the window, files, records of calls, proofs of revocation.
pub(crate) async fn archive(app: &App, room: &Room) -> Result<Archive, Wrong> {
    room.must_read(Matter::Whole, None)?;
    let seed = own_seed(&app.store, &app.seal, &*app.around).await.map_err(failed)?;
    let key = SigningKey::from_bytes(&seed);
    let mut parts = Vec::new();
    let rules = app.store.programme(&room.entry.programme).await?.ok_or(Wrong::NotThere)?.rules;
    parts.push(("rules", "programme.toml".to_owned(), rules));
    let log: Vec<String> = room.log.iter().filter_map(|event| serde_json::to_string(event).ok()).collect();
    parts.push(("events", "events.jsonl".to_owned(), format!("{}\n", log.join("\n")).into_bytes()));
    for file in app.store.test_files(room.entry.id).await? {
        let bytes = files::by_name(app, room, &file.name).await?;
        let kind = if file.kind == "other" { "file" } else { &file.kind };
        parts.push((word(kind), format!("files/{}", file.name), bytes));
    }
    for grant in app.store.grants_of_window(room.entry.id).await? {
        let lines = record(app, grant.id).await?;
        if !lines.is_empty() {
            parts.push(("calls", format!("calls/{}.jsonl", grant.uuid), lines.into_bytes()));
        }
        if grant.revoked.is_some() {
            let proof = grants::proof(app, room, &grant.name.parse()?).await?;
            parts.push(("revocation", format!("revocations/{}.json", grant.uuid), proof.into_bytes()));
        }
    }
    // The same archive until something happens: its time is that of the last event.
    pack(room, &key, parts)
}

fn word(kind: &str) -> &'static str {
    super::files::KINDS.into_iter().find(|known| *known == kind).unwrap_or("file")
}

async fn record(app: &App, grant: i64) -> Result<String, Wrong> {
    let (mut text, mut after) = (String::new(), 0);
    loop {
        let lines: Vec<CallLine> = app.store.calls_of_grant(grant, after, BATCH).await?;
        let Some(last) = lines.last() else { return Ok(text) };
        after = last.number;
        for line in &lines {
            text.push_str(&line.line);
            text.push('\n');
        }
    }
}

fn pack(
    room: &Room,
    key: &SigningKey,
    parts: Vec<(&'static str, String, Vec<u8>)>,
) -> Result<Archive, Wrong> {
    let time = text(room.window.times.1);
    let mut manifest = Manifest::begin(&format!("test-window/{}", room.entry.uuid)).map_err(failed)?;
    let mut tar = tar::Builder::new(Vec::new());
    for (kind, name, bytes) in &parts {
        manifest.add(kind, name, bytes, &time).map_err(failed)?;
        add(&mut tar, name, bytes)?;
    }
    let manifest = manifest.close(key, &time).map_err(failed)?;
    let head =
        manifest.lines().last().map(|line| bartizan_custody::digest(line.as_bytes())).unwrap_or_default();
    add(&mut tar, MANIFEST, manifest.as_bytes())?;
    let tar = tar.into_inner().map_err(failed)?;
    let key = key.verifying_key().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Archive { tar, key, head })
}

fn add(tar: &mut tar::Builder<Vec<u8>>, name: &str, bytes: &[u8]) -> Result<(), Wrong> {
    let mut header = tar::Header::new_ustar();
    header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    header.set_mode(0o644);
    header.set_mtime(0);
    tar.append_data(&mut header, name, bytes).map_err(failed)
}
