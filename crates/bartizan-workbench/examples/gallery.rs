//! Writes every page with sample values, with none and with hostile ones into a folder, with what they load beside,
//! laid out as the server does.
//!
//! `cargo run -p bartizan-workbench --example gallery -- FOLDER`

#![allow(clippy::disallowed_methods, missing_docs)]

#[path = "../tests/it/fixture/mod.rs"]
mod fixture;

use fixture::Manner;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: gallery FOLDER")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder.join("assets"))?;
    for asset in bartizan_workbench::assets() {
        std::fs::write(folder.join(asset.path.trim_start_matches('/')), asset.bytes)?;
    }
    let mut names = Vec::new();
    let hostile = fixture::pages(Manner::Hostile).into_iter().map(|(n, html)| (format!("{n}-hostile"), html));
    let plain = fixture::pages(Manner::Plain).into_iter().chain(fixture::empty_pages());
    for (name, html) in plain.map(|(n, html)| (n.to_owned(), html)).chain(hostile) {
        std::fs::write(folder.join(format!("{name}.html")), html)?;
        names.push(name);
    }
    std::fs::write(folder.join("pages.txt"), names.join("\n"))?;
    std::fs::write(folder.join("policy.txt"), bartizan_workbench::POLICY)?;
    Ok(())
}
