//! `bartizan worker`: one report in, one package out, within limits that the process sets itself first.
//!
//! The server starts it for every report: whatever a hostile document does to a reader, it does to this process. Progress
//! and the reason of a failure are JSON lines on standard error; the exit codes are those of `bartizan exit-codes`.

use std::io::{Cursor, Write};
use std::path::Path;
use std::time::Duration;

use bartizan::Analyzer;
use clap::Parser;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::analyze::single::{self, STAGES, Wanted};
use crate::args::{Cli, Command, Global, WorkerArgs};
use crate::exit::{Exit, Failure};
use crate::package::PackageFile;
use crate::resolve::{self, Plan};
use crate::{inputs, knowledge, out, run};

/// Reads one report from standard input and writes its package to standard output.
pub fn run(global: &Global, args: &WorkerArgs) -> Result<Exit, Failure> {
    match work(global, args).and_then(|package| out::bytes(&package)) {
        Ok(()) => Ok(Exit::Ok),
        Err(failure) => {
            let Failure { code, message, exit } = &failure;
            say(&json!({ "error": { "code": code, "message": message, "exit": *exit as u8 } }));
            Ok(failure.exit)
        }
    }
}

fn work(global: &Global, args: &WorkerArgs) -> Result<Vec<u8>, Failure> {
    limits::set(args)?;
    let plan = plan(args)?;
    tell(STAGES[0]);
    let most = plan.options.limits.input_bytes;
    let bytes = inputs::read(std::io::stdin().lock(), most, Path::new(&args.name))?;
    let input = bartizan::Input {
        name: args.name.clone(),
        bytes,
        source_url: args.source_url.clone(),
        media_type: args.media_type.clone(),
    };
    let pack = knowledge::open(global)?;
    let analyzer: &'static Analyzer =
        Box::leak(Box::new(Analyzer::with_mapper(pack, knowledge::mapper(global, pack)?)));
    let wanted = Wanted::of(&plan);
    run::guarded(input, plan.options, Duration::from_secs(args.timeout), move |input, options| {
        let files = single::package(analyzer, pack, &wanted, (input, options), tell)?;
        archive(files)
    })
}

/// What `analyze` would be asked for.
fn plan(args: &WorkerArgs) -> Result<Plan, Failure> {
    let (size, timeout) = (args.max_size.to_string(), args.timeout.to_string());
    let typed = ["bartizan", "analyze", "-", "--now", &args.now, "--max-size", &size, "--timeout", &timeout];
    let cli = Cli::try_parse_from(typed).map_err(|e| Failure::new(Exit::Usage, "usage", e.to_string()))?;
    let Command::Analyze(mut analyze) = cli.command else {
        return Err(Failure::internal("analyze is another command"));
    };
    analyze.tlp.clone_from(&args.marking);
    analyze.point = args.point;
    resolve::resolve(&analyze)
}

/// The files as a ZIP that depends on them only: sorted names, no times.
fn archive(mut files: Vec<PackageFile>) -> Result<Vec<u8>, Failure> {
    let cannot = |e: &dyn std::fmt::Display| Failure::internal(format!("cannot write the package: {e}"));
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644);
    for file in &files {
        archive.start_file(file.name.as_str(), options).map_err(|e| cannot(&e))?;
        archive.write_all(&file.bytes).map_err(|e| cannot(&e))?;
    }
    Ok(archive.finish().map_err(|e| cannot(&e))?.into_inner())
}

/// A stage begins.
fn tell(stage: &'static str) {
    let done = STAGES.iter().position(|s| *s == stage).unwrap_or_default();
    say(&json!({ "stage": stage, "done": done, "of": STAGES.len() }));
}

/// One line on standard error; nobody may be listening any more.
fn say(line: &serde_json::Value) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

#[cfg(unix)]
mod limits {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    use crate::args::WorkerArgs;
    use crate::exit::{Exit, Failure};

    /// Open files: standard streams, and a few that libraries may want.
    const FILES: u64 = 32;
    /// Largest file that standard output may be, where it is one.
    const FILE: u64 = 1 << 30;

    /// Takes from this process what a report does not need.
    pub fn set(args: &WorkerArgs) -> Result<(), Failure> {
        // The server may have been killed: then nobody waits for this.
        #[cfg(target_os = "linux")]
        let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
        lower(Resource::Core, 0, 0)?;
        lower(Resource::Fsize, FILE, FILE)?;
        lower(Resource::Nofile, FILES, FILES)?;
        if args.cpu > 0 {
            // One second for a word at the soft limit's signal, whose default is to end the process.
            lower(Resource::Cpu, args.cpu, args.cpu + 1)?;
        }
        if args.memory > 0 {
            let bytes = args.memory.saturating_mul(1 << 20);
            lower(Resource::As, bytes, bytes)?;
        }
        Ok(())
    }

    /// Limits are only ever lowered.
    fn lower(resource: Resource, soft: u64, hard: u64) -> Result<(), Failure> {
        let now = getrlimit(resource);
        let least = |wanted: u64, now: Option<u64>| Some(now.map_or(wanted, |now| now.min(wanted)));
        let new =
            Rlimit { current: least(soft, now.current.or(now.maximum)), maximum: least(hard, now.maximum) };
        setrlimit(resource, new).map_err(|e| {
            Failure::new(Exit::Config, "worker.limits", format!("cannot limit {resource:?}: {e}"))
        })
    }
}

#[cfg(not(unix))]
mod limits {
    use crate::args::WorkerArgs;
    use crate::exit::Failure;

    /// Other systems have no such limits for a process to set itself; the server's time limit holds.
    pub fn set(_: &WorkerArgs) -> Result<(), Failure> {
        Ok(())
    }
}
