//! From arguments to a list of inputs, and from an input to bytes.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use bartizan::Input;
use bartizan_fetch::Fetcher;

use crate::exit::{Exit, Failure};

/// One thing to analyse, not yet read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A URL.
    Url(String),
}

impl Source {
    /// As the user typed or found it.
    pub fn label(&self) -> String {
        match self {
            Self::Stdin => "standard input".into(),
            Self::File(path) => path.display().to_string(),
            Self::Url(url) => url.clone(),
        }
    }

    /// A safe folder name: the file's stem or the URL's last segment.
    pub fn stem(&self) -> String {
        match self {
            Self::Stdin => "stdin".into(),
            // An analysis of an earlier run is called the same in every package: its folder tells them apart.
            Self::File(path) if path.ends_with("analysis.json") => {
                let folder = path.parent().and_then(Path::file_name).unwrap_or(path.as_os_str());
                slug(&folder.to_string_lossy())
            }
            Self::File(path) => slug(&path.file_stem().unwrap_or_default().to_string_lossy()),
            Self::Url(url) => {
                let path = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
                let last = path.rsplit('/').next().unwrap_or(path);
                let stem = last.rsplit_once('.').map_or(last, |(stem, ending)| match ending {
                    "html" | "htm" | "pdf" | "docx" | "md" | "txt" | "aspx" | "php" => stem,
                    _ => last,
                });
                slug(stem)
            }
        }
    }
}

/// Endings of files that are taken from a folder. A file named by itself is always tried.
const ENDINGS: [&str; 12] =
    ["html", "htm", "xhtml", "mhtml", "pdf", "docx", "md", "markdown", "txt", "text", "adoc", "eml"];
const DEEPEST_FOLDER: usize = 32;

/// Expands arguments into sources: folders are walked in name order, hidden files and links are left out.
pub fn expand(arguments: &[String]) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    for argument in arguments {
        if argument == "-" {
            if sources.contains(&Source::Stdin) {
                return Err(Failure::new(Exit::Usage, "usage", "standard input (-) can be read only once"));
            }
            sources.push(Source::Stdin);
        } else if argument.starts_with("http://") || argument.starts_with("https://") {
            sources.push(Source::Url(argument.clone()));
        } else {
            let path = Path::new(argument);
            let about = std::fs::metadata(path).map_err(|e| unreadable(path, &e))?;
            if about.is_dir() {
                let before = sources.len();
                walk(path, 0, &mut sources)?;
                if sources.len() == before {
                    let known = ENDINGS.join(", ");
                    return Err(Failure::new(
                        Exit::NoInput,
                        "input.empty-folder",
                        format!(
                            "{argument} holds no file with a known ending ({known}); name files directly to try others"
                        ),
                    ));
                }
            } else {
                sources.push(Source::File(path.to_owned()));
            }
        }
    }
    Ok(sources)
}

fn walk(folder: &Path, depth: usize, sources: &mut Vec<Source>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder).map_err(|e| unreadable(folder, &e))?;
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|e| unreadable(folder, &e))?;
        let kind = entry.file_type().map_err(|e| unreadable(&entry.path(), &e))?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            found.push((entry.path(), kind));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    for (path, kind) in found {
        if kind.is_dir() && depth < DEEPEST_FOLDER {
            walk(&path, depth + 1, sources)?;
        } else if kind.is_file() {
            let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
            if ending.is_some_and(|e| ENDINGS.contains(&e.as_str())) {
                sources.push(Source::File(path));
            }
        }
    }
    Ok(())
}

/// Reads a source, never more than `most` bytes.
pub fn load(source: &Source, most: usize, fetcher: &Fetcher) -> Result<Input, Failure> {
    match source {
        Source::Stdin => {
            let bytes = read(std::io::stdin().lock(), most, Path::new("standard input"))?;
            Ok(Input::new("stdin", bytes))
        }
        Source::File(path) => {
            let file = File::open(path).map_err(|e| unreadable(path, &e))?;
            let bytes = read(file, most, path)?;
            Ok(Input::new(path.file_name().unwrap_or_default().to_string_lossy(), bytes))
        }
        Source::Url(url) => {
            let fetched = fetcher.fetch(url)?;
            let name = fetched.url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
            let name = name.rsplit('/').next().unwrap_or_default().to_owned();
            Ok(Input {
                name,
                bytes: fetched.bytes,
                source_url: Some(fetched.url),
                media_type: fetched.media_type,
            })
        }
    }
}

/// Reads to the end, never more than `most` bytes; `path` is what messages call it.
pub fn read(from: impl Read, most: usize, path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    from.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
    if bytes.len() > most {
        let most = most >> 20;
        return Err(Failure::new(
            Exit::BadData,
            "limit.input-bytes",
            format!("{} is larger than {most} MiB; raise --max-size or split it", path.display()),
        ));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {path}: {error}"))
}

/// A folder name that no file system or shell stumbles over.
fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(100) {
        let c = if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
        if !(c == '-' && out.ends_with('-')) {
            out.push(c);
        }
    }
    let out = out.trim_matches(['-', '.']).to_owned();
    if out.is_empty() { "report".into() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_are_safe() {
        let name = |s: &str| Source::Url(s.into()).stem();
        assert_eq!(name("https://vendor.example/blog/the-post.html?utm=1#top"), "the-post");
        assert_eq!(name("https://vendor.example/v1.2/"), "v1.2");
        assert_eq!(name("https://vendor.example/.."), "report");
        assert_eq!(Source::File("a/Big Report (final).pdf".into()).stem(), "Big-Report-final");
        assert_eq!(Source::File("..".into()).stem(), "report");
        assert_eq!(Source::File("out/advisory/analysis.json".into()).stem(), "advisory");
        assert_eq!(Source::File("analysis.json".into()).stem(), "analysis.json");
    }
}
