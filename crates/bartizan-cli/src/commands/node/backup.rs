//! `bartizan backup`, `restore`, `migrate`.

use std::path::{Path, PathBuf};

use bartizan_store::{Engine, Store};
use serde_json::json;

use super::{failure, open, print, usage};
use crate::args::Global;
use crate::args_node::DatabaseArgs;
use crate::exit::{Exit, Failure};

/// Copies a database in use.
pub async fn backup(global: &Global, database: &DatabaseArgs, to: &Path) -> Result<Exit, Failure> {
    if to.exists() {
        return Err(Failure::new(
            Exit::CannotCreate,
            "node.exists",
            format!("{} is there already", to.display()),
        ));
    }
    let store = open(database).await?;
    store.backup(to).await.map_err(failure)?;
    let size = std::fs::metadata(to).map(|m| m.len()).unwrap_or_default();
    let row = json!({ "backup": to.display().to_string(), "bytes": size });
    print(global, "backups", vec![row], |row| {
        format!("{} ({} bytes)", super::cell(row, "backup"), row["bytes"])
    })
}

/// Puts a copy in the database's place. What was there stays beside it under another name.
pub async fn restore(global: &Global, database: &DatabaseArgs, from: &Path) -> Result<Exit, Failure> {
    if database.database.contains("://") {
        return Err(usage("PostgreSQL is restored by its own tools"));
    }
    if !from.is_file() {
        return Err(Failure::new(Exit::NoInput, "node.backup", format!("{} is no file", from.display())));
    }
    let io = |e: std::io::Error| {
        Failure::new(Exit::Io, "node.restore", format!("the copy could not be put in place: {e}"))
    };
    let place = PathBuf::from(database.database.strip_prefix("sqlite:").unwrap_or(&database.database));
    let incoming = sibling(&place, "restoring");
    remove_all(&incoming);
    std::fs::copy(from, &incoming).map_err(io)?;
    // The copy is checked before anything is moved, and before it could become a database by being opened as one.
    let checked = match Store::fold_log(&incoming).await {
        Ok(()) => check(&incoming).await,
        Err(e) => Err(Failure::new(Exit::BadData, "node.backup", format!("that is no copy of a node: {e}"))),
    };
    if let Err(failure) = checked {
        remove_all(&incoming);
        return Err(failure);
    }
    let mut kept = None;
    if place.exists() {
        let old = sibling(&place, "before-restore");
        if old.exists() {
            remove_all(&incoming);
            let text = format!("{} is there already; move it away first", old.display());
            return Err(Failure::new(Exit::CannotCreate, "node.exists", text));
        }
        // The file alone has to be the whole database, and nobody else's: its log goes into it, which fails while a server runs.
        // A file that is no node that was used fails otherwise, and is kept all the same.
        if let Err(e) = Store::fold_log(&place).await
            && e.is_conflict()
        {
            remove_all(&incoming);
            return Err(failure(e));
        }
        if ["-wal", "-shm"].iter().any(|end| beside(&place, end).exists()) {
            remove_all(&incoming);
            let text = format!("{} is in use: stop the server first", place.display());
            return Err(Failure::new(Exit::Unavailable, "node.conflict", text));
        }
        std::fs::rename(&place, &old).map_err(io)?;
        kept = Some(old.display().to_string());
    }
    std::fs::rename(&incoming, &place).map_err(io)?;
    let row = json!({ "database": place.display().to_string(), "kept": kept });
    print(global, "restored", vec![row], |row| {
        format!("{} is restored; the former is {}", super::cell(row, "database"), super::cell(row, "kept"))
    })
}

async fn check(copy: &Path) -> Result<(), Failure> {
    let store = Store::sqlite(copy).await.map_err(failure)?;
    let state = store.check().await.map_err(failure)?;
    let audit = store.verify_audit().await.map_err(failure)?;
    store.close().await;
    // Its log goes into the file again.
    Store::fold_log(copy).await.map_err(failure)?;
    if state != "ok" {
        return Err(Failure::new(Exit::BadData, "node.backup", format!("the copy is damaged: {state}")));
    }
    if audit.broken.is_some() {
        let text = "the copy's audit log is broken; `bartizan audit verify` tells where";
        return Err(Failure::new(Exit::BadData, "node.audit", text));
    }
    Ok(())
}

/// Brings a database to this release's form.
pub async fn migrate(global: &Global, database: &DatabaseArgs) -> Result<Exit, Failure> {
    let store = open(database).await?;
    let engine = match store.engine() {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    store.close().await;
    let row = json!({ "engine": engine, "form": Store::newest_form() });
    print(global, "databases", vec![row], |row| {
        format!("{} is in form {}", super::cell(row, "engine"), row["form"])
    })
}

fn sibling(path: &Path, what: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    path.with_file_name(name)
}

/// A database file and its log.
fn remove_all(path: &Path) {
    for end in ["", "-wal", "-shm"] {
        // It may never have been there.
        let _ = std::fs::remove_file(beside(path, end));
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
