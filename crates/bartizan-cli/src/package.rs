//! Writing a package: all files of one analysis into one folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::exit::{Exit, Failure};

/// One file of a package.
#[derive(Clone, Debug)]
pub struct PackageFile {
    /// Fixed name, e.g. `bundle.json`.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// A file whose presence says "this folder is one of ours, writing into it again is meant".
const MARK: &str = "analysis.json";

/// Chooses the folder for a report when the user named none: `stem`, unless that is someone else's.
pub fn default_folder(stem: &str) -> Result<PathBuf, Failure> {
    let folder = PathBuf::from(stem);
    let free = match fs::read_dir(&folder) {
        Err(e) => e.kind() == std::io::ErrorKind::NotFound,
        Ok(mut entries) => entries.next().is_none() || folder.join(MARK).is_file(),
    };
    if free {
        return Ok(folder);
    }
    Err(Failure::new(
        Exit::CannotCreate,
        "output.exists",
        format!("{stem} exists and holds no package of ours; say where to write with -o DIR"),
    ))
}

/// Writes the files. Each appears whole or not at all: it is written beside its place and then renamed.
pub fn write(folder: &Path, files: &[PackageFile]) -> Result<(), Failure> {
    let cannot = |path: &Path, e: std::io::Error| {
        Failure::new(Exit::CannotCreate, "output.unwritable", format!("cannot write {}: {e}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|e| cannot(folder, e))?;
    for file in files {
        let path = folder.join(&file.name);
        let draft =
            path.with_file_name(format!(".{}.part", path.file_name().unwrap_or_default().to_string_lossy()));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| cannot(parent, e))?;
        }
        fs::write(&draft, &file.bytes).map_err(|e| cannot(&draft, e))?;
        fs::rename(&draft, &path).map_err(|e| cannot(&path, e))?;
    }
    forget(folder, files);
    Ok(())
}

/// What one run writes together: folders and files, with a file by which such a run is known. What an earlier run left of
/// them and this one does not write would be taken for its own.
const SETS: [(&str, &[&str], &[&str]); 2] = [
    (
        "detections/",
        &["detections/sigma", "detections/queries", "detections/lists"],
        &["detections/suricata.rules", "detections/indicators.yar", "detections/selected.jsonl"],
    ),
    (
        "analysis.json",
        &["response"],
        &["attack-flow.json", "obligations.ics", "changes.json", "changes.md", "changes.html"],
    ),
];

/// Deletes what an earlier run left.
fn forget(folder: &Path, files: &[PackageFile]) {
    for (sign, folders, single) in SETS {
        if !files.iter().any(|f| f.name.starts_with(sign)) {
            continue;
        }
        let mut old: Vec<String> = single.iter().map(|name| (*name).to_owned()).collect();
        folders.iter().for_each(|below| collect(folder, below, 0, &mut old));
        for name in old.iter().filter(|name| !files.iter().any(|f| f.name == **name)) {
            // What cannot be deleted is only old, or was never there.
            let _ = fs::remove_file(folder.join(name));
        }
    }
}

/// Names of the files below a folder of a package.
fn collect(folder: &Path, below: &str, depth: usize, out: &mut Vec<String>) {
    for entry in fs::read_dir(folder.join(below)).into_iter().flatten().flatten() {
        let name = format!("{below}/{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < 3 => collect(folder, &name, depth + 1, out),
            Ok(kind) if kind.is_file() => out.push(name),
            _ => {}
        }
    }
}
