//! The files of a package, read from a ZIP that nobody vouches for.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read};

use super::ended::{EndCode, Ended};

/// Longest name of a file, in bytes.
const LONGEST_NAME: usize = 240;
/// Most folders in a name.
const DEEPEST: usize = 6;
/// The file without which it is no package.
const MARK: &str = "analysis.json";

/// The files of an analysis by name, as `bartizan analyze` writes them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Package {
    /// Content by name; names have `/` between folders and lead nowhere else.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The ZIP they came in.
    pub archive: Vec<u8>,
}

/// Names and sizes: what is in the files is nobody's log's business.
impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.files.iter().map(|(name, bytes)| (name, bytes.len()))).finish()
    }
}

impl Package {
    /// The content of a file.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }
}

/// Reads a ZIP of at most `files` files and `most` bytes.
pub(super) fn read(bytes: Vec<u8>, most: usize, files: usize) -> Result<Package, Ended> {
    let broken = |what: String| Ended::new(EndCode::BrokenPackage, what);
    let over = |what: String| Ended::new(EndCode::PackageTooLarge, what);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.as_slice()))
        .map_err(|e| broken(format!("it is no ZIP: {e}")))?;
    if archive.len() > files {
        return Err(over(format!("the package has {} files, more than {files}", archive.len())));
    }
    let mut package = Package::default();
    let mut left = most as u64;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|e| broken(format!("file {index}: {e}")))?;
        let name = file.name().map(|n| n.into_owned()).unwrap_or_default();
        if !file.is_file() || !is_plain(&name) {
            return Err(broken(format!("file {index} has a name that no file of a package has")));
        }
        // What the archive says of sizes is not believed.
        let mut content = Vec::new();
        let read = file.take(left + 1).read_to_end(&mut content);
        read.map_err(|e| broken(format!("file {index}: {e}")))?;
        left = left
            .checked_sub(content.len() as u64)
            .ok_or_else(|| over(format!("the package has more than {most} bytes")))?;
        if package.files.insert(name, content).is_some() {
            return Err(broken(format!("file {index} is there twice")));
        }
    }
    if !package.files.contains_key(MARK) {
        return Err(broken(format!("the package has no {MARK}")));
    }
    drop(archive);
    package.archive = bytes;
    Ok(package)
}

/// Whether a name stays where it is put, on every system: short parts of letters, digits, `-`, `_`, `.`.
fn is_plain(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+".contains(&b))
    };
    name.len() <= LONGEST_NAME && name.split('/').count() <= DEEPEST && name.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            archive.start_file(*name, SimpleFileOptions::default()).expect("a file");
            archive.write_all(content).expect("content");
        }
        archive.finish().expect("an archive").into_inner()
    }

    fn code(files: &[(&str, &[u8])]) -> EndCode {
        let mut all = vec![(MARK, &b"{}"[..])];
        all.extend(files);
        read(zipped(&all), 1 << 20, 10).expect_err("refused").code
    }

    #[test]
    fn files_by_name() {
        let bytes = zipped(&[(MARK, b"{}"), ("detections/sigma/a_b-1.yml", b"x")]);
        let package = read(bytes, 3, 2).expect("a package");
        assert_eq!(package.file("detections/sigma/a_b-1.yml"), Some(&b"x"[..]));
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in [
            "../evil",
            "/etc/passwd",
            "a/../../b",
            "c:\\x",
            "a\\b",
            "a//b",
            "./a",
            "a/",
            ".hidden",
            "a\nb",
            "con.",
            "ü",
            "a:b",
            &"x/".repeat(8),
            &"x".repeat(300),
        ] {
            assert_eq!(code(&[(name, b"x")]), EndCode::BrokenPackage, "{name:?}");
        }
    }

    #[test]
    fn expansion_is_bounded_whatever_the_archive_says() {
        let bomb = vec![0; 8 << 20];
        assert_eq!(code(&[("zeros", &bomb)]), EndCode::PackageTooLarge);
        let many: Vec<String> = (0..12).map(|i| format!("f{i}")).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert_eq!(code(&many), EndCode::PackageTooLarge);
        // A size in the directory that is not the size of the content.
        let mut lies = zipped(&[(MARK, &bomb)]);
        let size = u32::try_from(bomb.len()).expect("small").to_le_bytes();
        while let Some(at) = lies.windows(4).position(|w| w == size) {
            lies[at..at + 4].copy_from_slice(&7u32.to_le_bytes());
        }
        assert!(read(lies, 1 << 20, 10).is_err());
    }

    #[test]
    fn what_is_no_package_is_refused() {
        for bytes in [Vec::new(), b"PK\x03\x04".to_vec(), vec![7; 1000], zipped(&[("other.json", b"{}")])] {
            assert_eq!(read(bytes, 100, 10).expect_err("refused").code, EndCode::BrokenPackage);
        }
        // A ZIP that is cut anywhere is none.
        let whole = zipped(&[(MARK, b"{}")]);
        for end in 0..whole.len() {
            assert!(read(whole[..end].to_vec(), 100, 10).is_err(), "{end}");
        }
    }
}
