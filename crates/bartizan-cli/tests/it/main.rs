//! The program from outside: arguments in, files, output and exit code out.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up its case should fail loudly")]

mod analyze;
mod assess;
mod assist;
mod benchmark;
mod detect;
mod evaluate;
mod exchange;
mod explain;
mod history;
mod knowledge;
mod map;
mod node;
mod observables;
mod playbook;
mod review;
#[cfg(feature = "server")]
mod scan;
mod sigma;
mod sigma_convert;
mod sigma_correlations;
mod sigma_events;
mod sigma_tools;
mod surface;
mod train;
mod window;
mod worker;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program, in `dir`, with a fixed clock and no settings of the person who runs the tests.
pub fn bartizan(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bartizan"));
    command.current_dir(dir).env("SOURCE_DATE_EPOCH", "1780000000").env_remove("NO_COLOR");
    command.env("BARTIZAN_DATA", dir.join("no-data"));
    command
}

/// Runs it and hands it `input` on standard input.
pub fn with_input(command: &mut Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

/// A fresh folder for one test.
pub fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// A sample report of the repository.
pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name)
}

/// Standard output as text.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard output as JSON.
pub fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}
