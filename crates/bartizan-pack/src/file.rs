//! Finding, unpacking and recognising upstream files.

use crate::Error;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Most bytes of one file, unpacked. The largest real one, ATT&CK Enterprise, has 34 MB.
const MAX_BYTES: u64 = 512 << 20;
/// Most files looked at in a folder.
const MAX_FILES: usize = 20_000;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Attack,
    Atlas,
    D3fendOntology,
    Controls,
    Cwe,
    Capec,
    Kev,
    Galaxy,
    MicrosoftNames,
    Tlds,
    WarningList,
}

/// An upstream file, unpacked.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name without folder and without the ending of the compression.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) bytes: Vec<u8>,
}

impl File {
    /// Recognises a file by its name and content; `None` if a pack is not made of such files. `path` may have folders;
    /// `.zst` and `.gz` are unpacked.
    ///
    /// # Errors
    /// If it cannot be unpacked, or is larger than 512 MiB.
    pub fn new(path: &str, bytes: Vec<u8>) -> Result<Option<Self>, Error> {
        let mut name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        // MISP keeps each warning list as `lists/NAME/list.json`.
        if let Some(folder) = path.strip_suffix("/list.json") {
            name = folder.rsplit(['/', '\\']).next().unwrap_or(folder);
        }
        let name = name.trim_end_matches(".zst").trim_end_matches(".gz");
        if !could_be_ours(name) {
            return Ok(None);
        }
        let bytes = unpack(bytes).map_err(|e| Error::new(format!("{path}: {e}")))?;
        Ok(kind(name, &bytes).map(|kind| Self { name: name.to_owned(), kind, bytes }))
    }

    /// Name without its last ending.
    pub(crate) fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or(&self.name, |(stem, _)| stem)
    }

    /// The numbers of the name (`18`, `1` of `enterprise-attack-18.1.json`), to find the newest of several.
    fn version(&self) -> Vec<u64> {
        let digits = self.stem().split(|c: char| !c.is_ascii_digit());
        digits.filter(|d| !d.is_empty() && d.len() < 9).filter_map(|d| d.parse().ok()).collect()
    }

    pub(crate) fn text(&self) -> Result<&str, Error> {
        std::str::from_utf8(&self.bytes).map_err(|_| Error::new(format!("{}: not UTF-8", self.name)))
    }

    pub(crate) fn json<'f, T: serde::Deserialize<'f>>(&'f self) -> Result<T, Error> {
        serde_json::from_slice(&self.bytes).map_err(|e| Error::new(format!("{}: {e}", self.name)))
    }
}

/// Reads every file of `folder` and its subfolders that a pack can be made of. Links are not followed.
///
/// # Errors
/// If the folder or a file in it cannot be read.
pub fn read_folder(folder: &Path) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    for path in list_folder(folder)? {
        let name = path.to_string_lossy();
        let bytes = std::fs::read(&path).map_err(|e| Error::new(format!("{name}: {e}")))?;
        files.extend(File::new(&name, bytes)?);
    }
    Ok(files)
}

/// Paths of the files in `folder` and its subfolders that could be upstream files by their names, sorted.
///
/// # Errors
/// If a folder cannot be listed, or holds more than 20,000 files.
pub fn list_folder(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let fail = |e: std::io::Error| Error::new(format!("{}: {e}", folder.display()));
        for item in std::fs::read_dir(&folder).map_err(fail)? {
            let item = item.map_err(fail)?;
            let kind = item.file_type().map_err(fail)?;
            if kind.is_dir() {
                folders.push(item.path());
            } else if kind.is_file() {
                let name = item.file_name().to_string_lossy().into_owned();
                if could_be_ours(name.trim_end_matches(".zst").trim_end_matches(".gz")) {
                    paths.push(item.path());
                }
            }
            if paths.len() + folders.len() > MAX_FILES {
                return Err(Error::new(format!("{}: more than {MAX_FILES} files", folder.display())));
            }
        }
    }
    paths.sort();
    Ok(paths)
}

/// Of several files of one kind the newest, where only one can hold; and what was left aside.
pub(crate) fn newest(files: &[File]) -> (Vec<&File>, Vec<(String, &'static str)>) {
    let mut best: BTreeMap<(Kind, String), &File> = BTreeMap::new();
    let mut left = Vec::new();
    for file in files {
        let place = match file.kind {
            // Many clusters, many lists: each name once.
            Kind::Galaxy | Kind::WarningList | Kind::MicrosoftNames | Kind::Controls => file.name.clone(),
            // One bundle for each domain: `enterprise-attack`, `mobile-attack`, `ics-attack`.
            Kind::Attack => file
                .name
                .split(|c: char| c.is_ascii_digit())
                .next()
                .unwrap_or_default()
                .trim_end_matches(['-', '.', 'j', 's', 'o', 'n'])
                .to_owned(),
            _ => String::new(),
        };
        let rank = |f: &File| (f.version(), f.name.clone());
        match best.entry((file.kind, place)) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(file);
            }
            std::collections::btree_map::Entry::Occupied(mut taken) => {
                let older = if rank(file) > rank(taken.get()) { taken.insert(file) } else { file };
                left.push((older.name.clone(), "there is a newer one"));
            }
        }
    }
    (best.into_values().collect(), left)
}

/// Whether the name is worth reading the file for.
fn could_be_ours(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, e)| e).unwrap_or_default();
    matches!(ending, "json" | "jsonl" | "yaml" | "yml" | "ttl" | "xml" | "tar" | "txt")
        && !name.contains("schema")
}

fn kind(name: &str, bytes: &[u8]) -> Option<Kind> {
    let lower = name.to_ascii_lowercase();
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).into_owned();
    // Members of a JSON object come in any order: look at both ends.
    let tail = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(4096)..]).into_owned();
    let has = |text: &str| head.contains(text) || tail.contains(text);
    match lower.rsplit_once('.')?.1 {
        "json" if head.trim_start().starts_with('{') => {
            if lower.contains("capec") && has("\"bundle\"") {
                Some(Kind::Capec)
            } else if has("\"mapping_framework\"") {
                Some(Kind::Controls)
            } else if lower.contains("attack") && has("\"bundle\"") {
                Some(Kind::Attack)
            } else if has("\"catalogVersion\"") {
                Some(Kind::Kev)
            } else if has("\"matching_attributes\"") {
                Some(Kind::WarningList)
            } else {
                (has("\"authors\"") && has("\"category\"")).then_some(Kind::Galaxy)
            }
        }
        "json" => has("\"Threat actor name\"").then_some(Kind::MicrosoftNames),
        "jsonl" => has("\"cluster\"").then_some(Kind::Galaxy),
        "yaml" | "yml" => {
            let start = head.trim_start_matches("---").trim_start();
            start.starts_with("id: ATLAS").then_some(Kind::Atlas)
        }
        "ttl" => head.contains("d3fend").then_some(Kind::D3fendOntology),
        "xml" => head.contains("<Weakness_Catalog").then_some(Kind::Cwe),
        "tar" if lower.contains("capec") => Some(Kind::Capec),
        "tar" => lower.contains("mappings-explorer").then_some(Kind::Controls),
        "txt" => lower.starts_with("tlds-alpha").then_some(Kind::Tlds),
        _ => None,
    }
}

/// Unpacks zstd and gzip, recognised by their magic numbers.
fn unpack(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let read = |reader: &mut dyn Read, out: &mut Vec<u8>| -> Result<(), String> {
        reader.take(MAX_BYTES + 1).read_to_end(out).map_err(|e| e.to_string())?;
        if out.len() as u64 > MAX_BYTES { Err(format!("more than {MAX_BYTES} bytes")) } else { Ok(()) }
    };
    match bytes.get(..4) {
        Some([0x28, 0xb5, 0x2f, 0xfd]) => {
            let mut reader =
                ruzstd::decoding::StreamingDecoder::new(bytes.as_slice()).map_err(|e| e.to_string())?;
            read(&mut reader, &mut out)?;
            Ok(out)
        }
        Some([0x1f, 0x8b, ..]) => {
            read(&mut flate2::read::MultiGzDecoder::new(bytes.as_slice()), &mut out)?;
            Ok(out)
        }
        _ => Ok(bytes),
    }
}
