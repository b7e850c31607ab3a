//! A folder in a tar file, read where it lies: nothing is unpacked.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use bartizan_custody::{Files, MANIFEST, MOST_BYTES};

/// Entries that are looked at.
const MOST: usize = 1_000_000;
const BLOCK: u64 = 512;

/// A tar file, not compressed. The folder of the manifest counts as the folder; what lies elsewhere, is there twice, is no plain file, or
/// comes after the end is told as something that the manifest does not name.
#[derive(Debug)]
pub struct Tar {
    file: File,
    /// Where each begins and how long it is.
    files: BTreeMap<String, (u64, u64)>,
    /// What no manifest can name.
    odd: Vec<String>,
    manifest: (u64, u64),
}

impl Tar {
    /// Lists what is in it.
    ///
    /// # Errors
    /// If it cannot be read, is no tar file, or has no manifest.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut archive = tar::Archive::new(File::open(path)?);
        let (mut all, mut odd, mut end) = (Vec::new(), Vec::new(), 0);
        for entry in archive.entries_with_seek()? {
            let entry = entry?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
            let kind = entry.header().entry_type();
            let (at, size) = (entry.raw_file_position(), entry.size());
            if all.len() + odd.len() >= MOST {
                return Err(io::Error::other("more files than are listed"));
            }
            if kind.is_file() {
                all.push((name, (at, size)));
            } else if !kind.is_dir() {
                odd.push(format!("{name} (no plain file)"));
            }
            end = at.saturating_add(if kind.is_file() {
                size.div_ceil(BLOCK).saturating_mul(BLOCK)
            } else {
                0
            });
        }
        let is_manifest = |name: &str| {
            name.strip_suffix(MANIFEST).is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        // Of several the one that lies highest: the others are files.
        let highest = all.iter().filter(|(name, _)| is_manifest(name)).min_by_key(|(name, _)| name.len());
        let (manifest, at) = highest.cloned().ok_or(io::ErrorKind::NotFound)?;
        let below = manifest.strip_suffix(MANIFEST).unwrap_or_default().to_owned();
        let mut files = BTreeMap::new();
        for (name, place) in all {
            let Some(inside) = name.strip_prefix(&below) else {
                odd.push(format!("../{name} (beside the folder)"));
                continue;
            };
            if (inside == MANIFEST && place != at) || files.insert(inside.to_owned(), place).is_some() {
                odd.push(format!("{inside} (twice)"));
            }
        }
        files.remove(MANIFEST);
        let mut tar = Self { file: archive.into_inner(), files, odd, manifest: at };
        if tar.more_after(end)? {
            tar.odd.push("(bytes after the end of the archive)".to_owned());
        }
        Ok(tar)
    }

    /// The manifest, and one byte more than is read if it is longer.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn manifest(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        let manifest = self.manifest;
        self.part(manifest)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn part(&mut self, (at, size): (u64, u64)) -> io::Result<io::Take<&mut File>> {
        self.file.seek(SeekFrom::Start(at))?;
        Ok(Read::take(&mut self.file, size))
    }

    /// Whether anything but zeros comes after a place.
    fn more_after(&mut self, at: u64) -> io::Result<bool> {
        self.file.seek(SeekFrom::Start(at))?;
        let mut piece = vec![0; 64 << 10];
        loop {
            match self.file.read(&mut piece) {
                Ok(0) => return Ok(false),
                Ok(read) if piece[..read].iter().any(|byte| *byte != 0) => return Ok(true),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Files for Tar {
    fn names(&mut self) -> io::Result<Vec<String>> {
        Ok(self.files.keys().chain(&self.odd).cloned().collect())
    }

    fn open(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        let place = *self.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(self.part(place)?))
    }
}
