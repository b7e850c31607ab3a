//! Where events come from.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::Format;
use crate::exit::{Exit, Failure};

const DEEPEST_FOLDER: usize = 32;

/// The files that are named, and those of folders that hold events by their ending, in order of their names. Links
/// are not followed.
pub fn sources(paths: &[PathBuf], format: Option<Format>) -> Result<Vec<PathBuf>, Failure> {
    let formats = format.as_ref().map_or(Format::value_variants(), std::slice::from_ref);
    let endings: Vec<&str> = formats.iter().flat_map(|f| f.endings().iter().copied()).collect();
    let mut out = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => walk(path, 0, &endings, &mut out)?,
            false => out.push(path.clone()),
        }
    }
    Ok(out)
}

fn walk(folder: &Path, depth: usize, endings: &[&str], out: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|e| unreadable(folder, &e))?;
    let mut inside: Vec<_> =
        entries.flatten().filter_map(|e| Some((e.path(), e.file_type().ok()?))).collect();
    inside.sort_by(|a, b| a.0.cmp(&b.0));
    for (path, kind) in inside {
        let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        if kind.is_dir() && depth < DEEPEST_FOLDER {
            walk(&path, depth + 1, endings, out)?;
        } else if kind.is_file() && ending.is_some_and(|e| endings.contains(&e.as_str())) {
            out.push(path);
        }
    }
    Ok(())
}

/// Opens a file, or standard input for `-`.
pub fn open(path: &Path) -> Result<BufReader<Box<dyn Read>>, Failure> {
    let from: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(|e| unreadable(path, &e))?)
    };
    Ok(BufReader::with_capacity(64 << 10, from))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {}: {error}", path.display()))
}
