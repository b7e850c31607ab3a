//! `bartizan diff`: what differs between two analyses.

use std::path::Path;

use bartizan_response::history::{Changes, changes, markdown, wire};

use crate::args::Global;
use crate::args_history::{DiffArgs, DiffFormat};
use crate::exit::{Exit, Failure};
use crate::history::{self, Package};
use crate::out;

/// Compares; exit code 0 whether they differ or not.
pub fn run(global: &Global, args: &DiffArgs) -> Result<Exit, Failure> {
    let (old, new) = (side(args, &args.old)?, side(args, &args.new)?);
    let changes = changes(&old.record, &new.record);
    let format = if global.json { DiffFormat::Json } else { args.format };
    let bytes = render(&changes, format);
    match &args.output {
        None => out::bytes(&bytes)?,
        Some(path) => std::fs::write(path, &bytes).map_err(|e| {
            let message = format!("cannot write {}: {e}", path.display());
            Failure::new(Exit::CannotCreate, "output.unwritable", message)
        })?,
    }
    Ok(Exit::Ok)
}

/// One form of a difference.
pub fn render(changes: &Changes, format: DiffFormat) -> Vec<u8> {
    match format {
        DiffFormat::Markdown => markdown::changes(changes).into_bytes(),
        DiffFormat::Html => bartizan_page::changes(changes).into_bytes(),
        DiffFormat::Json => {
            // Our wire types have string keys only, so this cannot fail.
            let mut bytes = serde_json::to_vec_pretty(&wire::changes(changes)).unwrap_or_default();
            bytes.push(b'\n');
            bytes
        }
    }
}

/// `#12` is number 12 of the library; everything else is a path.
fn side(args: &DiffArgs, name: &str) -> Result<Package, Failure> {
    match name.strip_prefix('#').and_then(|n| n.parse().ok()) {
        None => Package::read(Path::new(name)),
        Some(number) => history::kept(&history::library(args.library.as_deref())?, number),
    }
}
