//! `cargo xtask invariants`: what ARCHITECTURE.md promises about levels and I/O, checked.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

/// Level of each crate; a crate may depend only on crates of a lower level.
const LEVELS: &[(&str, u8)] = &[
    ("bartizan-advisory", 1),
    ("bartizan-custody", 1),
    ("bartizan-inspect", 1),
    ("bartizan-knowledge", 1),
    ("bartizan-product", 1),
    ("bartizan-sigma", 1),
    ("bartizan-stix", 1),
    ("bartizan-suffix", 1),
    ("bartizan", 2),
    ("bartizan-pack", 2),
    ("bartizan-verify", 2),
    ("bartizan-clearinghouse", 2),
    ("bartizan-programme", 2),
    ("bartizan-detection", 3),
    ("bartizan-fetch", 3),
    ("bartizan-response", 4),
    ("bartizan-library", 5),
    ("bartizan-page", 5),
    ("bartizan-store", 5),
    ("bartizan-workbench", 6),
    ("bartizan-server", 7),
    ("bartizan-cli", 8),
    ("xtask", 9),
];

/// Crates that do no I/O, and what must not stand in their sources.
const PURE: &[&str] = &[
    "bartizan-advisory",
    "bartizan-custody",
    "bartizan-inspect",
    "bartizan-knowledge",
    "bartizan-product",
    "bartizan-sigma",
    "bartizan-stix",
    "bartizan-suffix",
    "bartizan",
    "bartizan-detection",
    "bartizan-response",
    "bartizan-page",
    "bartizan-clearinghouse",
    "bartizan-programme",
    "bartizan-workbench",
];
const BANNED_WORDS: &[&str] = &[
    "std::fs",
    "std::process",
    "std::env::var",
    "std::net::Tcp",
    "std::net::Udp",
    "SystemTime::now",
    "Instant::now",
    "RandomState::new",
    "thread_rng",
    "Timestamp::now",
    "Zoned::now",
];
/// Crates that a pure crate must not pull in, however deep.
const BANNED_CRATES: &[&str] = &[
    "async-std",
    "fastrand",
    "getrandom",
    "hyper",
    "mio",
    "native-tls",
    "rand",
    "reqwest",
    "rusqlite",
    "rustls",
    "socket2",
    "sqlx",
    "tokio",
    "ureq",
];

/// Known and accepted: `zip` links `getrandom` for writing encrypted archives, which nothing here does.
const ACCEPTED_CRATES: &[&str] = &["getrandom"];

/// Checks and lists every violation.
pub fn run(root: &Path) -> anyhow::Result<()> {
    let metadata = metadata(root)?;
    let mut wrong = levels(&metadata)?;
    for name in PURE {
        wrong.extend(sources(&root.join("crates").join(name).join("src"), name)?);
        wrong.extend(dependencies(root, name)?);
    }
    if wrong.is_empty() {
        println!("invariants hold: {} crates in order, {} without I/O", LEVELS.len(), PURE.len());
        return Ok(());
    }
    bail!("{}", wrong.join("\n"));
}

fn metadata(root: &Path) -> anyhow::Result<Value> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .context("cargo metadata")?;
    serde_json::from_slice(&output.stdout).context("cargo metadata gave no JSON")
}

fn level(name: &str) -> Option<u8> {
    LEVELS.iter().find(|(n, _)| *n == name).map(|(_, level)| *level)
}

fn levels(metadata: &Value) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().context("packages")? {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(own) = level(name) else {
            wrong.push(format!("{name} has no level: add it to ARCHITECTURE.md and xtask/src/invariants.rs"));
            continue;
        };
        for dependency in package["dependencies"].as_array().context("dependencies")? {
            let on = dependency["name"].as_str().unwrap_or_default();
            let ordinary = dependency["kind"].is_null();
            if ordinary && level(on).is_some_and(|other| other >= own) {
                wrong.push(format!("{name} (level {own}) depends on {on}, which is not below it"));
            }
        }
    }
    Ok(wrong)
}

fn sources(folder: &Path, name: &str) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for path in rust_files(folder)? {
        let text = std::fs::read_to_string(&path)?;
        for (number, line) in text.lines().enumerate() {
            // Comments may name what is banned.
            let code = line.split("//").next().unwrap_or_default();
            if let Some(word) = BANNED_WORDS.iter().find(|word| code.contains(**word)) {
                wrong.push(format!("{}:{}: {word} in {name}, which does no I/O", path.display(), number + 1));
            }
        }
    }
    Ok(wrong)
}

fn rust_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn dependencies(root: &Path, name: &str) -> anyhow::Result<Vec<String>> {
    let output = Command::new("cargo")
        .args([
            "tree",
            "--offline",
            "--edges",
            "normal,no-proc-macro",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "-p",
            name,
        ])
        .current_dir(root)
        .output()
        .context("cargo tree")?;
    let tree = String::from_utf8_lossy(&output.stdout);
    Ok(BANNED_CRATES
        .iter()
        .filter(|banned| !ACCEPTED_CRATES.contains(banned))
        .filter(|banned| tree.lines().any(|line| line.split(' ').next() == Some(**banned)))
        .map(|banned| format!("{name} pulls in {banned}, which brings I/O or randomness"))
        .collect())
}
