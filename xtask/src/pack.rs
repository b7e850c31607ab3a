//! `cargo xtask pack`: the built-in knowledge pack from upstream files.

use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Folder with upstream files; default `$BARTIZAN_SHARED/data`, or `../shared/data`
    #[arg(long)]
    from: Option<PathBuf>,
    /// Build, compare with the committed pack, write nothing
    #[arg(long)]
    check: bool,
}

/// Folders of the data that hold what a pack is made of; the rest is large and of no use here.
const FOLDERS: &[&str] = &["knowledge", "galaxy", "ioc"];

pub(crate) fn run(root: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let from = match &arguments.from {
        Some(from) => from.clone(),
        None => std::env::var_os("BARTIZAN_SHARED")
            .map_or_else(|| root.join("../shared"), PathBuf::from)
            .join("data"),
    };
    let mut files = Vec::new();
    let present: Vec<PathBuf> = FOLDERS.iter().map(|f| from.join(f)).filter(|f| f.is_dir()).collect();
    for folder in if present.is_empty() { vec![from.clone()] } else { present } {
        files.extend(bartizan_pack::read_folder(&folder)?);
    }
    let built = bartizan_pack::build(&files, None, None)?;
    for note in &built.notes {
        println!("{note}");
    }
    let path = root.join("crates/bartizan-knowledge/data/pack.bin");
    println!("pack: {} bytes", built.bytes.len());
    if arguments.check {
        let committed = std::fs::read(&path).with_context(|| path.display().to_string())?;
        if committed != built.bytes {
            bail!("the committed pack differs from what {} gives; run `cargo xtask pack`", from.display());
        }
        println!("the committed pack is what these files give");
    } else {
        std::fs::write(&path, &built.bytes).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
