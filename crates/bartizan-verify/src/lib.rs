//! A folder or a tar file as files in custody, and what is told of a verdict: shared by the small program and `bartizan custody verify`.

mod tar;

use std::fmt::Write;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bartizan_custody::{Files, MOST_BYTES, Verdict, is_name};
use serde_json::{Value, json};

/// The name of the manifest in its folder.
pub use bartizan_custody::MANIFEST;
pub use tar::Tar;

/// Evidence in a folder, or in a tar file: its manifest and its files.
///
/// # Errors
/// If there is none, or it cannot be read.
pub fn open(path: &Path) -> io::Result<(Vec<u8>, Box<dyn Files>)> {
    if fs::metadata(path)?.is_dir() {
        let folder = Folder::open(path)?;
        return Ok((folder.manifest()?, Box::new(folder)));
    }
    let mut tar = Tar::open(path)?;
    Ok((tar.manifest()?, Box::new(tar)))
}

/// Folders in folders that are followed; what lies deeper is told as something that the manifest does not name.
const DEEPEST: usize = 16;
/// Files that are listed.
const MOST: usize = 1_000_000;

/// A folder. Links are not followed: they are told as files that the manifest does not name.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A folder that is there.
    ///
    /// # Errors
    /// If it is not, or is no folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.is_dir() {
            Ok(Self(path.to_owned()))
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    /// The manifest, and one byte more than is read if it is longer.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn manifest(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        plain(&self.0.join(MANIFEST))?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn list(&self, below: &str, depth: usize, names: &mut Vec<String>) -> io::Result<()> {
        for entry in fs::read_dir(self.0.join(below))? {
            let entry = entry?;
            let name = entry.file_name();
            // A name that is no text is none that a manifest has; it is told in the nearest text.
            let name = name.to_string_lossy();
            let name = if below.is_empty() { name.into_owned() } else { format!("{below}/{name}") };
            if names.len() >= MOST {
                return Err(io::Error::other("more files than are listed"));
            }
            if entry.file_type()?.is_dir() && depth < DEEPEST {
                self.list(&name, depth + 1, names)?;
            } else if name != MANIFEST {
                names.push(name);
            }
        }
        Ok(())
    }
}

impl Files for Folder {
    fn names(&mut self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        self.list("", 0, &mut names)?;
        names.sort();
        Ok(names)
    }

    fn open(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        if !is_name(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(Box::new(plain(&self.0.join(name))?))
    }
}

/// Opens a plain file: no link, no pipe that would wait for ever.
fn plain(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path)?.is_file() { File::open(path) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// The verdict for programs.
pub fn report(verdict: &Verdict) -> Value {
    let faults: Vec<Value> = verdict
        .faults
        .iter()
        .map(|fault| {
            json!({
                "code": fault.code.as_str(), "line": fault.line, "file": fault.file,
                "meaning": fault.code.meaning(), "advice": fault.code.advice(),
            })
        })
        .collect();
    json!({
        "holds": verdict.holds(), "subject": verdict.subject, "files": verdict.files, "bytes": verdict.bytes, "keys": verdict.keys,
        "closed": verdict.closed, "head": verdict.head, "faults": faults,
    })
}

/// The verdict for people.
pub fn text(verdict: &Verdict) -> String {
    let mut text = String::new();
    let word = if verdict.holds() { "holds" } else { "DOES NOT HOLD" };
    let _ = writeln!(text, "{word}: {:?}, {} files, {} bytes", verdict.subject, verdict.files, verdict.bytes);
    for key in &verdict.keys {
        let _ = writeln!(text, "  vouched for by {key}");
    }
    let _ = writeln!(
        text,
        "  closed {}, last line {}",
        verdict.closed.as_deref().unwrap_or("never"),
        verdict.head
    );
    for fault in &verdict.faults {
        let _ = writeln!(text, "  {fault}");
    }
    text
}
