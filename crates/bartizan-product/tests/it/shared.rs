//! Published test material that is not part of the repository.

use std::path::PathBuf;
use std::process::Command;

/// A folder with the files of an archive of `$BARTIZAN_SHARED/data/clearinghouse`, if it is there. Says so if not.
#[allow(clippy::disallowed_methods, reason = "the tests read; the library does not")]
pub fn unpacked(archive: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("BARTIZAN_SHARED") else {
        eprintln!("skipped: no {archive} (set BARTIZAN_SHARED)");
        return None;
    };
    let file = PathBuf::from(root).join("data/clearinghouse").join(format!("{archive}.tar.zst"));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(archive);
    if !folder.join(".complete").exists() {
        std::fs::create_dir_all(&folder).expect("a folder");
        let script = "set -e; zstd -dc \"$0\" | tar x -C \"$1\"; touch \"$1/.complete\"";
        let done = Command::new("sh").args(["-c", script]).arg(&file).arg(&folder).status().expect("sh");
        assert!(done.success(), "{} cannot be unpacked", file.display());
    }
    Some(folder)
}

/// The files below `folder` whose name ends with `ending`, sorted.
pub fn files(folder: &std::path::Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(files(&entry, ending));
        } else if entry.to_string_lossy().ends_with(ending) {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// The text of a file.
#[allow(clippy::disallowed_methods, reason = "the tests read; the library does not")]
pub fn text(file: &std::path::Path) -> String {
    String::from_utf8_lossy(&std::fs::read(file).expect("a file")).into_owned()
}
