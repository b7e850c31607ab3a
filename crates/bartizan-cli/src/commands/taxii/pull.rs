//! `bartizan taxii pull`: objects of a collection into bundles, and where to go on.

use std::path::{Path, PathBuf};

use bartizan_fetch::taxii::{Cursor, RawValue, Walk};
use bartizan_stix::Id;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::args::Global;
use crate::args_exchange::PullArgs;
use crate::exit::{Exit, Failure};
use crate::{out, reach};

/// How far earlier runs came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    api_root: String,
    collection: String,
    added_after: Option<String>,
}

/// Runs the command.
pub fn run(global: &Global, args: &PullArgs) -> Result<Exit, Failure> {
    if let Some(time) = &args.added_after
        && time.parse::<jiff::Timestamp>().is_err()
    {
        return Err(Failure::new(
            Exit::Usage,
            "usage",
            format!("--added-after {time:?} is no RFC 3339 time"),
        ));
    }
    let known = args.state.as_deref().map(read).transpose()?.flatten();
    let taxii = reach::taxii(&args.credentials, &args.reach)?;
    let (root, _, collection) = taxii.find(&args.url, &args.collection)?;
    if !collection.can_read {
        let message = format!("the collection {} cannot be read", collection.id);
        return Err(Failure::new(Exit::Unavailable, "taxii.unreadable", message));
    }
    let mut state =
        State { api_root: root.to_string(), collection: collection.id.clone(), added_after: None };
    if let Some(known) = known {
        if (&known.api_root, &known.collection) != (&state.api_root, &state.collection) {
            let message = format!(
                "the state file is of the collection {} at {}; use another one",
                known.collection, known.api_root
            );
            return Err(Failure::new(Exit::Config, "taxii.state", message));
        }
        state = known;
    }
    let after = args.added_after.clone().or_else(|| state.added_after.clone());
    let walk = Walk { added_after: after, limit: args.limit, ..Walk::default() };
    let mut pull = taxii.pull(&root, &collection.id, walk)?;
    let stdout = reach::is_stdout(&args.output);
    if !stdout {
        reach::make_folder(&args.output)?;
    }
    let mut kept: Vec<Box<RawValue>> = Vec::new();
    let mut files: Vec<PathBuf> = Vec::new();
    let mut count = 0;
    let mut cursor = Cursor(state.added_after.clone());
    let failure = loop {
        let page = match pull.next_page() {
            Ok(Some(page)) => page,
            Ok(None) => break None,
            // What came before is good: it is written, and the next run goes on from there.
            Err(error) => break Some(Failure::from(error)),
        };
        count += page.objects.len();
        cursor = page.cursor;
        if stdout {
            kept.extend(page.objects);
        } else if !page.objects.is_empty() {
            files.push(write(&args.output, &page.objects)?);
            keep(args.state.as_deref(), &mut state, &cursor)?;
        }
    };
    if stdout {
        out::bytes(bundle(&kept).1.as_bytes())?;
    }
    keep(args.state.as_deref(), &mut state, &cursor)?;
    if let Some(failure) = failure {
        if !global.quiet {
            out::note(&format!("{count} objects came before this"));
        }
        return Err(failure);
    }
    if global.json && !stdout {
        out::json(&json!({ "collection": collection.id, "api_root": state.api_root, "objects": count,
            "files": files, "added_after": state.added_after }))?;
    } else if !global.quiet {
        out::note(&format!(
            "{count} objects of {:?} in {} bundles",
            collection.title,
            files.len() + usize::from(stdout)
        ));
    }
    Ok(Exit::Ok)
}

/// A bundle around objects, which stay as they are. Its identifier is made of them, so that a page that comes again has
/// the same.
fn bundle(objects: &[Box<RawValue>]) -> (String, String) {
    let texts: Vec<&str> = objects.iter().map(|o| o.get()).collect();
    let inside = texts.join(",\n");
    let id = Id::derived("bundle", &["taxii", &inside]).to_string();
    let text = match inside.as_str() {
        // A bundle without objects has no such member (STIX 2.1, section 8).
        "" => format!("{{\"type\": \"bundle\", \"id\": \"{id}\"}}\n"),
        _ => format!("{{\"type\": \"bundle\", \"id\": \"{id}\", \"objects\": [\n{inside}\n]}}\n"),
    };
    (id, text)
}

fn write(folder: &Path, objects: &[Box<RawValue>]) -> Result<PathBuf, Failure> {
    let (id, text) = bundle(objects);
    let path = folder.join(format!("{id}.json"));
    reach::replace(&path, text.as_bytes())?;
    Ok(path)
}

fn read(path: &Path) -> Result<Option<State>, Failure> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => {
            let message = format!("cannot read {}: {e}", path.display());
            return Err(Failure::new(Exit::NoInput, "input.unreadable", message));
        }
    };
    serde_json::from_slice(&text).map(Some).map_err(|e| {
        let message = format!("{} is no state of a pull: {e}; remove it to begin anew", path.display());
        Failure::new(Exit::Config, "taxii.state", message)
    })
}

fn keep(path: Option<&Path>, state: &mut State, cursor: &Cursor) -> Result<(), Failure> {
    state.added_after.clone_from(&cursor.0);
    let Some(path) = path else { return Ok(()) };
    reach::replace(path, format!("{:#}\n", json!(state)).as_bytes())
}
