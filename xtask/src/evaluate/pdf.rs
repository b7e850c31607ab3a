//! `cargo xtask evaluate pdf`: the PDF reader against poppler's `pdftotext -raw`, where that is installed.
//!
//! Compared are the sets of hashes, IPv4 addresses and host-like names: what poppler's text holds has to be in our
//! text or in one of its readings. Poppler is the yardstick because of its age, not because it is right: what it
//! drops is not counted here.

use anyhow::{Context, Result, ensure};
use bartizan::{Input, Options, document};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

#[derive(clap::Args, Clone, Debug)]
pub struct Pdf {
    /// PDF files, or folders that are searched for them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Show up to this many values of each file that are missing
    #[arg(long, default_value_t = 5)]
    missing: usize,
}

/// Share of hashes and addresses below which the run fails.
const GOAL: f64 = 0.995;

pub fn run(arguments: &Pdf) -> Result<()> {
    let mut files = Vec::new();
    for path in &arguments.paths {
        collect(path, &mut files)?;
    }
    files.sort();
    let (mut found, mut wanted) = ([0usize; 3], [0usize; 3]);
    println!("| file | hashes | addresses | hosts | readings | ms | pdftotext ms |");
    println!("|---|---|---|---|---|---|---|");
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
        let start = Instant::now();
        let read = document::read(&Input::new(name.as_ref(), bytes), &Options::default());
        let ours = start.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        let theirs = Command::new("pdftotext").arg("-raw").arg(file).arg("-").output();
        let theirs = theirs.context("pdftotext (poppler-utils) has to be installed")?;
        let poppler = start.elapsed().as_secs_f64() * 1e3;
        let expected = values(&String::from_utf8_lossy(&theirs.stdout));
        let (actual, readings) = match &read {
            Ok(document) => {
                let mut text = document.text.clone();
                for reading in &document.readings {
                    text.push('\n');
                    text.push_str(&reading.text);
                }
                (values(&text), document.readings.len().to_string())
            }
            Err(error) => (Default::default(), error.code().as_str().to_owned()),
        };
        let mut cells = Vec::new();
        for (kind, (want, have)) in expected.iter().zip(&actual).enumerate() {
            let hits = want.intersection(have).count();
            found[kind] += hits;
            wanted[kind] += want.len();
            cells.push(format!("{hits}/{}", want.len()));
            for value in want.difference(have).take(arguments.missing) {
                eprintln!("{name}: missing {value}");
            }
        }
        println!("| {name} | {} | {readings} | {ours:.0} | {poppler:.0} |", cells.join(" | "));
    }
    println!(
        "| all {} | {}/{} | {}/{} | {}/{} | | | |",
        files.len(),
        found[0],
        wanted[0],
        found[1],
        wanted[1],
        found[2],
        wanted[2]
    );
    let share = (found[0] + found[1]) as f64 / (wanted[0] + wanted[1]).max(1) as f64;
    ensure!(wanted[0] + wanted[1] == 0 || share >= GOAL, "{share:.4} of hashes and addresses, below {GOAL}");
    Ok(())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("pdf")) {
        files.push(path.to_owned());
    }
    Ok(())
}

/// Hashes, addresses and host-like names of a text, refanged and in lower case.
fn values(text: &str) -> [BTreeSet<String>; 3] {
    let text = text.replace("[.]", ".").to_ascii_lowercase();
    let hashes = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| {
            matches!(w.len(), 32 | 40 | 56 | 64 | 96 | 128) && w.bytes().all(|b| b.is_ascii_hexdigit())
        })
        .map(str::to_owned)
        .collect();
    let words = || {
        text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
            .map(|w| w.trim_matches(['.', '-']))
    };
    let addresses = words().filter_map(|w| w.parse::<Ipv4Addr>().ok()).map(|a| a.to_string()).collect();
    let host = |w: &&str| {
        w.rsplit_once('.').is_some_and(|(rest, last)| {
            !rest.is_empty()
                && (2..=10).contains(&last.len())
                && last.bytes().all(|b| b.is_ascii_alphabetic())
        })
    };
    [hashes, addresses, words().filter(host).map(str::to_owned).collect()]
}
