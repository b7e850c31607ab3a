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
        let draft = folder.join(format!(".{}.part", file.name));
        fs::write(&draft, &file.bytes).map_err(|e| cannot(&draft, e))?;
        fs::rename(&draft, &path).map_err(|e| cannot(&path, e))?;
    }
    Ok(())
}
