//! `bartizan feed`: what others publish, as a list and as STIX.

use std::io::Read;
use std::path::{Path, PathBuf};

use bartizan_clearinghouse::feed::{Error, Finding, Limits, StixObject, misp, syndication};
use bartizan_fetch::{Fetcher, Rules};
use bartizan_stix::{Id, Tlp};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::args::Global;
use crate::args_exchange::{FeedCommand, MispArgs, ReachArgs};
use crate::exit::{Exit, Failure};
use crate::terminal::plain;
use crate::{out, reach};

/// Runs one of its commands.
pub fn run(global: &Global, command: &FeedCommand) -> Result<Exit, Failure> {
    match command {
        FeedCommand::Show { source, reach } => show(global, source, reach),
        FeedCommand::Misp(args) => convert(global, args),
    }
}

/// Where a feed lies.
enum Place {
    Url(String),
    File(PathBuf),
}

impl Place {
    fn of(source: &str) -> Self {
        if source.starts_with("http://") || source.starts_with("https://") {
            return Self::Url(source.to_owned());
        }
        Self::File(PathBuf::from(source))
    }

    /// Whether it is the folder of a MISP feed.
    fn is_folder(&self) -> bool {
        match self {
            Self::Url(url) => url.split(['?', '#']).next().unwrap_or(url).ends_with('/'),
            Self::File(path) => path.is_dir(),
        }
    }

    /// A file of the feed: in the folder, or beside the manifest that was named.
    fn beside(&self, name: &str) -> Self {
        match self {
            Self::Url(url) => {
                let path = url.split(['?', '#']).next().unwrap_or(url);
                let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
                Self::Url(format!("{folder}/{name}"))
            }
            Self::File(path) if path.is_dir() => Self::File(path.join(name)),
            Self::File(path) => Self::File(path.with_file_name(name)),
        }
    }

    fn read(&self, fetcher: &Fetcher, most: u64) -> Result<(Vec<u8>, Option<String>), Failure> {
        match self {
            Self::Url(url) => {
                let fetched = fetcher.fetch(url)?;
                Ok((fetched.bytes, Some(fetched.url)))
            }
            Self::File(path) if reach::is_stdout(path) => {
                Ok((bounded(std::io::stdin().lock(), path, most)?, None))
            }
            Self::File(path) => {
                let file = std::fs::File::open(path).map_err(|e| unreadable(path, &e))?;
                Ok((bounded(file, path, most)?, None))
            }
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {}: {error}", path.display()))
}

/// At most one byte more than allowed: the readers say that it is too much.
fn bounded(from: impl Read, path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
    Ok(bytes)
}

fn limits(rules: &Rules) -> Limits {
    Limits { bytes: usize::try_from(rules.bytes).unwrap_or(usize::MAX), ..Limits::default() }
}

fn failed(source: &str, error: &Error) -> Failure {
    let code = if error.is_too_large() { "limit.input-bytes" } else { "feed.unreadable" };
    Failure::new(Exit::BadData, code, format!("{source}: {error}"))
}

fn found_json(findings: &[Finding]) -> Vec<Value> {
    findings.iter().map(|f| json!({ "code": f.code.as_str(), "what": f.what, "count": f.count })).collect()
}

fn tell(global: &Global, findings: &[Finding]) {
    if !global.quiet && !global.json {
        findings.iter().for_each(|f| out::note(&format!("note: {f}")));
    }
}

fn show(global: &Global, source: &str, reach: &ReachArgs) -> Result<Exit, Failure> {
    let rules = reach::rules(reach)?;
    let limits = limits(&rules);
    let place = Place::of(source);
    let fetcher = Fetcher::new(rules.clone());
    let folder = place.is_folder();
    // The folder of a MISP feed is known by its manifest; any other address with a slash at its end is asked itself.
    let manifest = if folder { place.beside("manifest.json").read(&fetcher, rules.bytes).ok() } else { None };
    // Sites that answer everything with a page have no manifest.
    let manifest = manifest.filter(|(bytes, _)| is_json(bytes));
    let (bytes, base) = match manifest {
        Some(found) => found,
        None => place.read(&fetcher, rules.bytes)?,
    };
    let (title, rows, findings) = if is_json(&bytes) {
        let (listed, findings) = misp::manifest(&bytes, &limits).map_err(|e| failed(source, &e))?;
        (None, listed.iter().map(listed_row).collect::<Vec<_>>(), findings)
    } else {
        let (feed, findings) =
            syndication::read(&bytes, base.as_deref(), &limits).map_err(|e| failed(source, &e))?;
        let rows = feed.entries.iter().map(entry_row).collect();
        (feed.title, rows, findings)
    };
    if global.json {
        out::json(&json!({ "title": title, "entries": rows, "findings": found_json(&findings) }))?;
    } else {
        out::text(&rows.iter().map(line).collect::<String>())?;
    }
    tell(global, &findings);
    Ok(Exit::Ok)
}

fn is_json(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['))
}

fn listed_row(listed: &misp::Listed) -> Value {
    json!({ "id": listed.uuid, "title": listed.info, "published": listed.date, "author": listed.org,
        "updated": listed.timestamp.map(|t| t.to_string()), "tags": listed.tags })
}

fn entry_row(entry: &syndication::Entry) -> Value {
    json!({ "id": entry.id, "title": entry.title, "link": entry.link,
        "published": entry.published.map(|t| t.to_string()), "updated": entry.updated.map(|t| t.to_string()),
        "author": entry.authors.first(), "enclosures": entry.enclosures.iter().map(|e| &e.url).collect::<Vec<_>>() })
}

fn line(row: &Value) -> String {
    let text = |key: &str| plain(row[key].as_str().unwrap_or_default());
    let day: String =
        row["published"].as_str().or(row["updated"].as_str()).unwrap_or("undated").chars().take(10).collect();
    let id = if row["link"].is_string() { text("link") } else { text("id") };
    format!("{:<10}  {}\n            {id}\n", plain(&day), text("title"))
}

fn convert(global: &Global, args: &MispArgs) -> Result<Exit, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, "usage", message);
    let default_marking = args.tlp.as_deref().map(|label| {
        Tlp::parse(label).ok_or_else(|| {
            usage(format!("{label:?} is no TLP 2.0 label; use clear, green, amber, amber+strict or red"))
        })
    });
    let options = misp::Options { default_marking: default_marking.transpose()? };
    let since = args.since.as_deref().map(|text| {
        text.parse::<Timestamp>().map_err(|_| usage(format!("--since {text:?} is no RFC 3339 time")))
    });
    let since = since.transpose()?;
    let rules = reach::rules(&args.reach)?;
    let limits = limits(&rules);
    let fetcher = Fetcher::new(rules.clone());
    let place = Place::of(&args.source);
    let is_feed = place.is_folder() || args.source.ends_with("manifest.json");
    let mut findings: Vec<Finding> = Vec::new();
    let places = if is_feed {
        let (bytes, _) = place.beside("manifest.json").read(&fetcher, rules.bytes)?;
        let (mut listed, found) = misp::manifest(&bytes, &limits).map_err(|e| failed(&args.source, &e))?;
        findings.extend(found);
        listed.retain(|l| since.is_none_or(|since| l.timestamp.is_none_or(|t| t > since)));
        listed.sort_by_key(|l| std::cmp::Reverse(l.timestamp));
        listed.truncate(args.limit);
        listed.iter().map(|l| place.beside(&format!("{}.json", l.uuid))).collect()
    } else {
        vec![place]
    };
    let stdout = reach::is_stdout(&args.output);
    if !stdout {
        reach::make_folder(&args.output)?;
    }
    let mut all: Vec<StixObject> = Vec::new();
    let mut files: Vec<PathBuf> = Vec::new();
    let mut failure: Option<Failure> = None;
    let (mut events, mut count) = (0, 0);
    for place in &places {
        let read = place.read(&fetcher, rules.bytes).and_then(|(bytes, _)| {
            misp::event(&bytes, &options, &limits).map_err(|e| failed(&args.source, &e))
        });
        match read {
            Ok((objects, found)) => {
                events += 1;
                count += objects.len();
                findings.extend(found);
                if stdout {
                    all.extend(objects);
                } else {
                    files.push(write(&args.output, objects)?);
                }
            }
            Err(error) => {
                out::note(&format!("error: {error} [{}]", error.code));
                failure = failure.or(Some(error));
            }
        }
    }
    if let Some(failure) = failure.take_if(|_| events == 0) {
        return Err(failure);
    }
    let findings = merged(findings);
    if stdout {
        // Events of one organisation share its identity, and all of them the markings.
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|o| seen.insert(o["id"].to_string()));
        out::bytes(bundle(all).1.as_bytes())?;
    } else if global.json {
        out::json(
            &json!({ "events": events, "objects": count, "files": files, "findings": found_json(&findings) }),
        )?;
    }
    tell(global, &findings);
    if !global.quiet && !global.json {
        out::note(&format!("{count} objects of {events} events"));
    }
    Ok(if failure.is_some() { Exit::Findings } else { Exit::Ok })
}

/// The findings of all events together.
fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut counts = std::collections::BTreeMap::new();
    for finding in findings {
        *counts.entry((finding.code, finding.what)).or_insert(0) += finding.count;
    }
    counts.into_iter().map(|((code, what), count)| Finding { code, what, count }).collect()
}

fn bundle(objects: Vec<StixObject>) -> (String, String) {
    let objects = Value::from_iter(objects.into_iter().map(Value::Object));
    let id = Id::derived("bundle", &["misp", &objects.to_string()]).to_string();
    let text = format!("{:#}\n", json!({ "type": "bundle", "id": id, "objects": objects }));
    (id, text)
}

/// One bundle for each event, under the event's UUID, so that a newer version replaces it.
fn write(folder: &Path, objects: Vec<StixObject>) -> Result<PathBuf, Failure> {
    let report = objects.iter().find_map(|o| o["id"].as_str()?.strip_prefix("report--").map(str::to_owned));
    let (id, text) = bundle(objects);
    let path = folder.join(format!("{}.json", report.unwrap_or(id)));
    reach::replace(&path, text.as_bytes())?;
    Ok(path)
}
