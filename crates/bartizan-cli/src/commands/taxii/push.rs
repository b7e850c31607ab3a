//! `bartizan taxii push`: bundles into a collection.

use std::path::Path;

use bartizan_fetch::taxii::RawValue;
use serde::Deserialize;
use serde_json::json;

use crate::args::Global;
use crate::args_exchange::PushArgs;
use crate::exit::{Exit, Failure};
use crate::{out, reach};

/// Largest file that is read as a bundle.
const LARGEST: u64 = 1 << 30;

#[derive(Deserialize)]
struct Bundle {
    r#type: String,
    #[serde(default)]
    objects: Vec<Box<RawValue>>,
}

/// Runs the command.
pub fn run(global: &Global, args: &PushArgs) -> Result<Exit, Failure> {
    // All files are read before anything is sent.
    let mut objects = Vec::new();
    for path in &args.bundles {
        objects.extend(read(path)?);
    }
    let taxii = reach::taxii(&args.credentials, &args.reach)?;
    let (root, about, collection) = taxii.find(&args.url, &args.collection)?;
    if !collection.can_write {
        let message = format!("nothing can be added to the collection {}", collection.id);
        return Err(Failure::new(Exit::Unavailable, "taxii.unwritable", message));
    }
    let all = objects.len();
    let progress = |sent: usize| {
        if !global.quiet && sent < all {
            out::note(&format!("{sent} of {all} objects sent"));
        }
    };
    let added = taxii.add(&root, &about, &collection.id, &objects, args.batch as usize, progress)?;
    let refusals: Vec<_> = added.refusals.iter().map(|r| json!({ "id": r.id, "reason": r.reason })).collect();
    if global.json {
        out::json(&json!({ "collection": collection.id, "api_root": root.as_str(), "objects": all,
            "taken": added.taken, "refused": added.refused, "pending": added.pending, "refusals": refusals }))?;
    } else {
        for refusal in &added.refusals {
            out::note(&format!("not taken: {}: {}", refusal.id, refusal.reason));
        }
        if !global.quiet {
            out::note(&format!(
                "{} taken, {} refused, {} pending of {all} objects",
                added.taken, added.refused, added.pending
            ));
        }
    }
    Ok(if added.refused + added.pending > 0 { Exit::Findings } else { Exit::Ok })
}

fn read(path: &Path) -> Result<Vec<Box<RawValue>>, Failure> {
    let unreadable = |e: std::io::Error| {
        Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {}: {e}", path.display()))
    };
    let wrong =
        |what: String| Failure::new(Exit::BadData, "taxii.no-bundle", format!("{} {what}", path.display()));
    if std::fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
        return Err(wrong(format!("is larger than {} MiB", LARGEST >> 20)));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let bundle: Bundle = serde_json::from_str(&text).map_err(|e| wrong(format!("is no STIX bundle: {e}")))?;
    if bundle.r#type != "bundle" {
        return Err(wrong(format!("is of type {:?}, not a bundle", bundle.r#type)));
    }
    Ok(bundle.objects)
}
