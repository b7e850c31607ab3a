//! `cargo xtask references`: pages that are made from code, and a mode that checks them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use bartizan::Code;

/// Commands whose help is in the reference, as arguments.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["analyze"],
    &["detect"],
    &["observables"],
    &["map"],
    &["explain"],
    &["evaluate"],
    &["train"],
    &["knowledge"],
    &["sigma"],
    &["sigma", "convert"],
    &["sigma", "targets"],
    &["sigma", "list"],
    &["sigma", "run"],
    &["sigma", "test"],
    &["sigma", "lint"],
    &["sigma", "coverage"],
    &["sigma", "fields"],
    &["taxii"],
    &["taxii", "collections"],
    &["taxii", "pull"],
    &["taxii", "push"],
    &["feed"],
    &["scan", "intent"],
    &["benchmark", "suites"],
    &["benchmark", "dataset"],
    &["benchmark", "plans"],
    &["benchmark", "run"],
    &["benchmark", "log"],
    &["programme"],
    &["window"],
    &["window", "endpoint"],
    &["window", "run-end"],
    &["custody", "verify"],
    &["feed", "show"],
    &["feed", "misp"],
    &["doctor"],
    &["completions"],
    &["man"],
    &["exit-codes"],
];

/// Writes the pages, or with `check` says which are stale.
pub fn run(root: &Path, check: bool) -> anyhow::Result<()> {
    let pages = [("docs/diagnostics.md", diagnostics()), ("docs/command-line.md", command_line(root)?)];
    let mut stale = Vec::new();
    for (name, text) in pages {
        let path = root.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            stale.push(name);
        } else {
            std::fs::write(&path, text).with_context(|| path.display().to_string())?;
            println!("wrote {name}");
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!("stale: {}; run cargo xtask references", stale.join(", "))
}

fn diagnostics() -> String {
    let mut text = String::from(
        "# Diagnostics and errors\n\nEvery finding about an input has one of these stable codes. Made by `cargo xtask references`.\n\n\
         | code | severity | meaning |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        text +=
            &format!("| `{}` | {} | {} |\n", code.as_str(), code.severity().as_str(), code.summary().trim());
    }
    text += "\n## Feeds\n\nWhat a feed holds that was not taken over; `bartizan feed` counts it under these codes.\n\n| code | meaning |\n|---|---|\n";
    for code in bartizan_clearinghouse::feed::Code::ALL {
        text += &format!("| `{}` | {} |\n", code.as_str(), code.summary().trim());
    }
    text
}

fn command_line(root: &Path) -> anyhow::Result<String> {
    let mut text = String::from(
        "# Command line\n\nThe help of every command, made by `cargo xtask references`. Exit codes are at the end.\n",
    );
    for arguments in COMMANDS {
        let title = ["bartizan"].iter().chain(arguments.iter()).copied().collect::<Vec<_>>().join(" ");
        let help = program(root, &[arguments, &["--help"][..]].concat())?;
        text += &format!("\n## {title}\n\n```text\n{}\n```\n", help.trim_end());
    }
    let exits = program(root, &["exit-codes"])?;
    text += &format!("\n## Exit codes\n\n```text\n{}\n```\n", exits.trim_end());
    Ok(text)
}

/// What the program says. `BARTIZAN` names one that is built already; else cargo builds it, with the features of the program alone.
fn program(root: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let mut command = match std::env::var_os("BARTIZAN") {
        Some(built) => Command::new(root.join(built)),
        None => {
            let mut cargo = Command::new("cargo");
            cargo.args(["run", "--quiet", "--package", "bartizan-cli", "--"]);
            cargo
        }
    };
    let output = command
        .args(arguments)
        .env("COLUMNS", "100")
        .current_dir(root)
        .output()
        .context("running the program")?;
    if !output.status.success() {
        bail!("bartizan {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
