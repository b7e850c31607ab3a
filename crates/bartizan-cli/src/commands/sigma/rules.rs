//! Rule files: found, read, one that cannot be read does not stop the others.

use std::fs;
use std::path::{Path, PathBuf};

use bartizan_sigma::rule::{self, Document, Rule};

use crate::exit::{Exit, Failure};

/// The largest rule file that is read, in bytes.
const MOST_BYTES: u64 = 4 << 20;

/// The rule files under the paths, in order of their names. Links are not followed into folders.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut out = Vec::new();
    for path in paths {
        let kind = fs::metadata(path).map_err(|e| unreadable(path, &e))?;
        if kind.is_dir() {
            walk(path, &mut out)?;
        } else {
            out.push(path.clone());
        }
    }
    Ok(out)
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|e| unreadable(folder, &e))?;
    let mut entries: Vec<_> = entries.flatten().map(|e| (e.path(), e.file_type())).collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    for (path, kind) in entries {
        let Ok(kind) = kind else { continue };
        let yaml = path.extension().is_some_and(|e| e == "yml" || e == "yaml");
        if kind.is_dir() {
            walk(&path, out)?;
        } else if yaml {
            out.push(path);
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {}: {error}", path.display()))
}

/// The text of a rule file.
pub fn text(path: &Path) -> Result<String, Failure> {
    let size = fs::metadata(path).map_err(|e| unreadable(path, &e))?.len();
    if size > MOST_BYTES {
        return Err(Failure::new(
            Exit::BadData,
            "sigma.too-large",
            format!("{} has {size} bytes; the most is {MOST_BYTES}", path.display()),
        ));
    }
    let bytes = fs::read(path).map_err(|e| unreadable(path, &e))?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::new(Exit::BadData, "sigma.encoding", format!("{} is not UTF-8", path.display()))
    })
}

/// A rule as it stands in a file, or why there is none.
pub struct Read {
    /// Its id, where it has one that can be read.
    pub id: String,
    /// The rule, or code and message.
    pub rule: Result<Box<Rule>, (String, String)>,
}

/// The rules of a file.
pub fn read(path: &Path) -> Vec<Read> {
    match documents(path) {
        Ok(documents) => documents
            .into_iter()
            .filter_map(|document| match document {
                Document::Rule(rule) => {
                    Some(Read { id: rule.id.clone().unwrap_or_default(), rule: Ok(rule) })
                }
                _ => None,
            })
            .collect(),
        Err((id, error)) => vec![Read { id, rule: Err(error) }],
    }
}

/// The documents of a file, or the id of what cannot be read with code and message.
pub fn documents(path: &Path) -> Result<Vec<Document>, (String, (String, String))> {
    let text = text(path).map_err(|failure| (String::new(), (failure.code, failure.message)))?;
    rule::parse(&text).map_err(|error| {
        let place = error.place();
        let message = format!("{}:{}:{}: {}", path.display(), place.line, place.column, error.message());
        (id_of(&text), (error.code().to_owned(), message))
    })
}

/// The id of a rule that cannot be read as one.
fn id_of(text: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix("id:"));
    line.and_then(|rest| rest.split_whitespace().next()).unwrap_or_default().to_owned()
}
