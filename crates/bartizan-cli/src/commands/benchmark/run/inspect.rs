//! Inspect's program: where it is, what it is asked to do, and in which environment.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bartizan_programme::plan::{Effort, SandboxKind};

use super::folder::Folder;
use super::order::Order;
use crate::exit::{Exit, Failure};

/// The version that this is tested with.
pub const PINNED: &str = "inspect_ai==0.3.285 openai==3.57.0";
/// Variables that a Python program, its temporary files and the certificates of an endpoint need.
const NEEDED: [&str; 14] = [
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
];
/// Besides those, what Docker needs.
const DOCKER: [&str; 6] = [
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
    "XDG_RUNTIME_DIR",
];
/// How often a call is tried again.
const RETRIES: &str = "5";
/// Samples between two writings of the log, at most.
const BUFFER: u64 = 100;

/// Inspect's program.
pub struct Inspect {
    program: PathBuf,
}

impl Inspect {
    /// The one that was named, or the one in PATH.
    pub fn find(named: Option<&Path>) -> Result<Self, Failure> {
        let names: &[&str] = if cfg!(windows) { &["inspect.exe"] } else { &["inspect"] };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let in_path = || {
            std::env::split_paths(&path)
                .flat_map(|dir| names.iter().map(move |name| dir.join(name)))
                .find(|file| file.is_file())
        };
        let found = named.map_or_else(in_path, |file| file.is_file().then(|| file.to_owned()));
        let program = found.and_then(|file| std::path::absolute(file).ok()).ok_or_else(|| {
            let sought = named.map_or_else(|| "inspect is not in PATH".into(), |file| format!("there is no {}", file.display()));
            let text = format!(
                "{sought}; install it with\n  python3 -m venv inspect && inspect/bin/pip install {PINNED}\nand name it with --inspect inspect/bin/inspect"
            );
            Failure::new(Exit::Config, "benchmark.inspect", text)
        })?;
        Ok(Self { program })
    }

    /// Its file.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The command that runs a plan.
    pub fn eval(&self, order: &Order, folder: &Folder, connections: u32) -> Result<Command, Failure> {
        let mut command = bare(&self.program, order, folder)?;
        let elicitation = &order.plan.elicitation;
        command.args(["eval", &order.task_name, "--task-config", "task.json", "--model", &order.model]);
        if let Some(url) = &order.base_url {
            command.args(["--model-base-url", url]);
        }
        let buffer = (order.plan.expected() / 50).clamp(1, BUFFER);
        command.args(["--log-format", "eval", "--log-buffer", &buffer.to_string()]);
        command.args(["--max-tokens", &elicitation.max_tokens.to_string()]);
        command.args(["--message-limit", &elicitation.max_messages.to_string()]);
        let milli = |value: u32| format!("{}.{:03}", value / 1000, value % 1000);
        if let Some(value) = elicitation.temperature_milli {
            command.args(["--temperature", &milli(value)]);
        }
        if let Some(value) = elicitation.top_p_milli {
            command.args(["--top-p", &milli(value)]);
        }
        if elicitation.effort != Effort::Default {
            command.args(["--reasoning-effort", elicitation.effort.as_str()]);
        }
        if order.plan.sandbox.seconds > 0 {
            command.args(["--time-limit", &order.plan.sandbox.seconds.to_string()]);
        }
        if let Some(sandbox) = &order.sandbox {
            command.args(["--sandbox", sandbox]);
        } else if order.plan.sandbox.kind == SandboxKind::Container {
            command.args(["--sandbox", "docker:compose.yaml"]);
        }
        // Words with a colon: hexadecimal digits alone could be read as a number.
        command.args(["--metadata", &format!("plan={}", order.plan.id)]);
        command.args(["--metadata", &format!("plan_sha256=sha256:{}", order.plan.digest())]);
        common(&mut command, connections);
        Ok(command)
    }

    /// The command that goes on with a log.
    pub fn retry(
        &self,
        order: &Order,
        folder: &Folder,
        log: &Path,
        connections: u32,
    ) -> Result<Command, Failure> {
        let mut command = bare(&self.program, order, folder)?;
        command.arg("eval-retry").arg(log);
        common(&mut command, connections);
        Ok(command)
    }
}

fn common(command: &mut Command, connections: u32) {
    command.args(["--log-dir", "logs", "--display", "none", "--no-log-realtime", "--ctl-server", "false"]);
    command.args(["--max-retries", RETRIES, "--max-connections", &connections.to_string()]);
}

/// A command with nothing of this program's environment but what is needed.
fn bare(program: &Path, order: &Order, folder: &Folder) -> Result<Command, Failure> {
    let mut command = Command::new(program);
    command.current_dir(&folder.root).env_clear().envs(needed(order.plan.sandbox.kind != SandboxKind::None));
    // What Inspect keeps for itself lies in the folder, not in its user's.
    command
        .env("XDG_DATA_HOME", folder.root.join(".inspect"))
        .env("PYTHONUNBUFFERED", "1")
        .env("BARTIZAN_TOKENS", "words");
    if let (Some(_), Some(credential)) = (&order.base_url, &order.credential) {
        command.env("BARTIZAN_API_KEY", credential);
    }
    let said = File::create(folder.said()).and_then(|file| Ok((file.try_clone()?, file)));
    let (said, too) = said.map_err(|error| {
        let text = format!("cannot write {}: {error}", folder.said().display());
        Failure::new(Exit::CannotCreate, "output.unwritable", text)
    })?;
    command.stdin(Stdio::null()).stdout(said).stderr(too);
    Ok(command)
}

/// The variables that go along.
pub fn needed(docker: bool) -> Vec<(&'static str, OsString)> {
    let names = NEEDED.iter().chain(if docker { &DOCKER[..] } else { &[] });
    names.filter_map(|name| Some((*name, std::env::var_os(name)?))).collect()
}
