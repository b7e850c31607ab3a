//! `bartizan library`: earlier analyses, found again.

use bartizan_library::{Entry, Hit, Library, Moment, Outcome};
use bartizan_response::history::{Head, Link, links, wire};
use bartizan_stix::Tlp;
use serde_json::{Value, json};

use crate::args::Global;
use crate::args_history::{LibraryArgs, LibraryCommand};
use crate::exit::{Exit, Failure};
use crate::history::{self, Package, failure};
use crate::terminal::{self, Style, plain};
use crate::{knowledge, out, resolve};

/// Runs one of its commands.
pub fn run(global: &Global, args: &LibraryArgs) -> Result<Exit, Failure> {
    let path = args.library.as_deref();
    match &args.command {
        LibraryCommand::Add { packages, now } => {
            let now = resolve::now(now.as_deref())?;
            let library = Library::open_or_create(&history::library_path(path)?).map_err(failure)?;
            let mut rows = Vec::new();
            let mut failures: Vec<Failure> = Vec::new();
            for package in packages {
                match Package::read(package).and_then(|read| add(&library, &read, now)) {
                    Ok(row) => rows.push(row),
                    Err(failure) => {
                        out::note(&format!("error: {failure} [{}]", failure.code));
                        failures.push(failure);
                    }
                }
            }
            let line = |row: &Value| {
                format!("{:>5}  {}\n", row["number"].as_i64().unwrap_or_default(), text(row, "outcome"))
            };
            let done = print(global, "added", rows, line)?;
            match failures.into_iter().next() {
                Some(failure) if packages.len() == 1 => Ok(failure.exit),
                Some(_) => Ok(Exit::Findings),
                None => Ok(done),
            }
        }
        LibraryCommand::List { limit } => {
            let entries = history::library(path)?.list(*limit).map_err(failure)?;
            print(global, "analyses", entries.iter().map(entry_json).collect(), entry_text)
        }
        LibraryCommand::Show { number, bundle } => show(&history::library(path)?, *number, *bundle),
        LibraryCommand::Search { words, limit } => {
            let hits = history::library(path)?.search(&words.join(" "), *limit).map_err(failure)?;
            print(global, "hits", hits.iter().map(hit_json).collect(), hit_text)
        }
        LibraryCommand::Similar { of } => similar(global, &history::library(path)?, of),
        LibraryCommand::Timeline { of, limit } => {
            let moments = history::library(path)?.timeline(of.as_deref(), *limit).map_err(failure)?;
            print(global, "moments", moments.iter().map(moment_json).collect(), moment_text)
        }
        LibraryCommand::Remove { number } => {
            if !history::library(path)?.remove(*number).map_err(failure)? {
                return Err(history::none(*number));
            }
            Ok(Exit::Ok)
        }
    }
}

fn add(library: &Library, package: &Package, now: i64) -> Result<Value, Failure> {
    let added =
        library.add(&package.body, package.bundle(), now.saturating_mul(1_000_000)).map_err(failure)?;
    let outcome = match added.outcome {
        Outcome::New => "new".to_owned(),
        Outcome::Same => "kept already".to_owned(),
        Outcome::Edition(of) => format!("edition of {of}"),
    };
    Ok(json!({ "number": added.number, "outcome": outcome, "title": package.record.title }))
}

fn show(library: &Library, number: i64, bundle: bool) -> Result<Exit, Failure> {
    let kept = library.get(number).map_err(failure)?.ok_or_else(|| history::none(number))?;
    let bytes = if bundle { kept.bundle } else { Some(kept.body) };
    let bytes = bytes.ok_or_else(|| {
        Failure::new(Exit::NoInput, "library.no-bundle", format!("number {number} was kept without a bundle"))
    })?;
    out::bytes(&bytes)?;
    Ok(Exit::Ok)
}

fn similar(global: &Global, library: &Library, of: &str) -> Result<Exit, Failure> {
    let record = match of.parse() {
        Ok(number) => history::kept(library, number)?.record,
        Err(_) => Package::read(of.as_ref())?.record,
    };
    // The owner of a library may see all of it.
    let shelf = library.shelf(&record, Tlp::Red).map_err(failure)?;
    let links = links(&record, &shelf, knowledge::open(global)?);
    if global.json {
        // The number is for the owner of the library; packages do not have it.
        let rows = wire::links(&links).into_iter().zip(&links).map(|(row, link)| {
            let mut row = json!(row);
            row["number"] = json!(link.head.number);
            row
        });
        out::json(&json!({ "reports": shelf.reports, "links": rows.collect::<Vec<_>>() }))?;
        return Ok(Exit::Ok);
    }
    let text: String = links.iter().map(link_text).collect();
    out::text(&text)?;
    if links.is_empty() && !global.quiet {
        out::note(&format!("none of {} other reports has anything to do with it", shelf.reports));
    }
    Ok(Exit::Ok)
}

/// Prints rows, as one document with `--json`.
fn print(global: &Global, name: &str, rows: Vec<Value>, line: fn(&Value) -> String) -> Result<Exit, Failure> {
    if global.json {
        out::json(&json!({ name: rows }))?;
    } else {
        let text: String = rows.iter().map(line).collect();
        out::text(&text)?;
        if rows.is_empty() && !global.quiet {
            out::note("nothing found");
        }
    }
    Ok(Exit::Ok)
}

fn head_json(head: &Head) -> Value {
    json!({
        "number": head.number, "title": head.title, "publisher": head.publisher, "published": head.published,
        "marking": head.marking.as_str(), "analysed": head.generated, "sha256": head.sha256,
    })
}

fn entry_json(entry: &Entry) -> Value {
    let mut row = head_json(&entry.head);
    row["line"] = json!(entry.line);
    row["newest"] = json!(entry.newest);
    row["genre"] = json!(entry.genre);
    row["risk"] = json!(entry.score.map(|score| json!({ "score": score, "band": entry.band })));
    row["techniques"] = json!(entry.techniques);
    row["indicators"] = json!(entry.indicators);
    row
}

fn hit_json(hit: &Hit) -> Value {
    let mut row = head_json(&hit.head);
    row["passage"] = json!(hit.passage);
    row["claim"] = json!(hit.claim.as_ref().map(|c| json!({
        "type": c.kind, "key": c.key, "label": c.label, "grade": c.grade, "confidence": c.confidence,
    })));
    row
}

fn moment_json(moment: &Moment) -> Value {
    let mut row = head_json(&moment.head);
    row["earliest"] = json!(moment.earliest);
    row["latest"] = json!(moment.latest);
    row["kind"] = json!(moment.kind);
    row["summary"] = json!(moment.summary);
    row
}

fn text(row: &Value, key: &str) -> String {
    plain(row[key].as_str().unwrap_or_default())
}

fn headline(row: &Value) -> String {
    let title = match text(row, "title") {
        t if t.is_empty() => "Untitled report".to_owned(),
        t => t,
    };
    let title = terminal::cut(&title, terminal::width().saturating_sub(40).max(30));
    let day = plain(row["published"].as_str().unwrap_or("undated"));
    let number = row["number"].as_i64().unwrap_or_default();
    format!("{number:>5}  {day:<10}  {:<16}  {}", text(row, "marking"), Style::stdout().bold(&title))
}

fn entry_text(row: &Value) -> String {
    let risk = row["risk"]["band"].as_str().map_or_else(String::new, |b| format!(", risk {}", plain(b)));
    let old = if row["newest"] == true { "" } else { ", superseded" };
    let counts = format!("{} techniques, {} indicators{risk}{old}", row["techniques"], row["indicators"]);
    format!("{}\n       {}\n", headline(row), Style::stdout().dim(&counts))
}

fn hit_text(row: &Value) -> String {
    let passage = wrapped(&text(row, "passage"), 3);
    format!("{}\n{passage}", headline(row))
}

fn moment_text(row: &Value) -> String {
    let (from, to) = (text(row, "earliest"), text(row, "latest"));
    let days = if from == to { from } else { format!("{from} to {to}") };
    let kind = text(row, "kind");
    format!(
        "{} {}\n{}",
        Style::stdout().bold(&days),
        Style::stdout().dim(&format!("{kind}, number {}", row["number"])),
        wrapped(&text(row, "summary"), 3)
    )
}

fn link_text(link: &Link) -> String {
    let mut out = format!("{}  {}\n", headline(&head_json(&link.head)), link.strength.as_str());
    for shared in link.shared.iter().take(8) {
        let held = if shared.holders == 1 {
            "only there".to_owned()
        } else {
            format!("in {} reports", shared.holders)
        };
        let what = plain(&format!("{} {} ({held})", shared.here.kind, shared.here.label));
        out += &format!("       {what}\n");
        for (where_, claim) in [("here", &shared.here), ("there", &shared.there)] {
            if let Some(place) = claim.evidence.first() {
                let words = if place.sentence.is_empty() { &place.quote } else { &place.sentence };
                let line = terminal::cut(&plain(words), terminal::width().saturating_sub(18).max(30));
                out += &Style::stdout().dim(&format!("         {where_:<6} {line}\n"));
            }
        }
    }
    if link.count > 8 {
        out += &format!("       and {} more in common\n", link.count - 8);
    }
    if !link.techniques.is_empty() {
        let some: Vec<&str> = link.techniques.iter().take(8).map(String::as_str).collect();
        out += &plain(&format!("       techniques alike by {:.2}: {}", link.similarity, some.join(", ")));
        out.push('\n');
    }
    if let Some((from, to)) = &link.overlap {
        out += &plain(&format!("       both tell of {from} to {to}"));
        out.push('\n');
    }
    out
}

/// At most so many indented lines.
fn wrapped(text: &str, lines: usize) -> String {
    let width = terminal::width().saturating_sub(8).max(30);
    terminal::wrap(text, width).into_iter().take(lines).map(|l| format!("       {l}\n")).collect()
}
