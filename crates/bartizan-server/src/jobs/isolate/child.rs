//! The child process: start, feed, listen, end.

use std::process::{ExitStatus, Stdio};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use super::ended::{EndCode, Ended};
use super::{Isolation, Progress, Task};

/// Longest line on standard error that is looked at, in bytes.
const LONGEST_LINE: usize = 64 << 10;
/// Longest words of a child in a message, in characters.
const LONGEST_WORDS: usize = 300;

/// Longest value of an argument, in characters.
const LONGEST_ARGUMENT: usize = 2_000;

/// What a child said on standard error.
#[derive(Debug, Default)]
struct Said {
    /// Its own code and message.
    error: Option<(String, String)>,
    /// The first line that is no JSON: of the runtime, as a rule.
    first: String,
    /// Whether the runtime said that there is no memory left (`std::alloc::handle_alloc_error`).
    no_memory: bool,
}

/// Runs a child to its end; what it wrote.
pub(super) async fn run(
    isolation: &Isolation,
    task: &Task,
    progress: impl FnMut(Progress),
) -> Result<Vec<u8>, Ended> {
    let mut child = start(isolation, task)?;
    let pipes = child.stdin.take().zip(child.stdout.take()).zip(child.stderr.take());
    let Some(((stdin, stdout), stderr)) = pipes else {
        return Err(Ended::new(EndCode::CannotStart, "the child has no pipes"));
    };
    let mut said = Said::default();
    let work = async {
        // All three at once: a child that neither reads nor writes must not hold anything up.
        let ((), written, ()) = tokio::try_join!(
            feed(stdin, &task.document),
            collect(stdout, isolation.output_bytes),
            listen(stderr, isolation.told_bytes, &mut said, progress),
        )?;
        let status = child.wait().await;
        let status =
            status.map_err(|e| Ended::new(EndCode::CannotStart, format!("no word of the child: {e}")))?;
        Ok((written, status))
    };
    let outcome = tokio::time::timeout(isolation.timeout, work).await;
    let result = match outcome {
        Ok(Ok((written, status))) => match ended(status, &said) {
            None => return Ok(written),
            Some(ended) => Err(ended),
        },
        Ok(Err(ended)) => Err(ended),
        Err(_) => {
            let message = format!("it took longer than {} s", isolation.timeout.as_secs());
            Err(Ended::new(EndCode::Timeout, message))
        }
    };
    // Whatever is left of it ends here, and is waited for: no zombies.
    let _ = child.kill().await;
    result
}

fn start(isolation: &Isolation, task: &Task) -> Result<Child, Ended> {
    let mut command = Command::new(&isolation.program);
    command.args(&isolation.arguments).arg("worker");
    for (option, value) in [
        ("name", Some(&task.name)),
        ("now", Some(&task.now)),
        ("marking", task.marking.as_ref()),
        ("source-url", task.source_url.as_ref()),
        ("media-type", task.media_type.as_ref()),
    ] {
        if let Some(value) = value {
            // One word: a value that begins with a dash is no option.
            command.arg(format!("--{option}={}", argument(value)));
        }
    }
    // A little less than our own patience: an orderly end says more than a kill.
    let seconds = (isolation.timeout.as_secs() * 9 / 10).max(1);
    command.arg(format!("--timeout={seconds}"));
    command.arg(format!("--memory={}", isolation.memory_mib));
    command.arg(format!("--cpu={}", isolation.cpu_seconds));
    command.arg(format!("--max-size={}", isolation.input_mib));
    command.env_clear().current_dir("/").kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A signal for the server's terminal is not one for its children: they end when the server says so.
    #[cfg(unix)]
    command.process_group(0);
    command.spawn().map_err(|e| {
        Ended::new(EndCode::CannotStart, format!("cannot start {}: {e}", isolation.program.display()))
    })
}

/// A value as it may stand in an argument: bounded, and without the NUL that would end it.
fn argument(text: &str) -> String {
    text.chars().take(LONGEST_ARGUMENT).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The report. A child that does not want all of it says why elsewhere.
async fn feed(mut stdin: ChildStdin, document: &[u8]) -> Result<(), Ended> {
    if stdin.write_all(document).await.is_ok() {
        let _ = stdin.shutdown().await;
    }
    Ok(())
}

async fn collect(stdout: ChildStdout, most: usize) -> Result<Vec<u8>, Ended> {
    let mut written = Vec::new();
    let read = stdout.take(most as u64 + 1).read_to_end(&mut written).await;
    read.map_err(|e| Ended::new(EndCode::Crashed, format!("its output broke off: {e}")))?;
    if written.len() > most {
        return Err(Ended::new(EndCode::TooMuchOutput, format!("it wrote more than {most} bytes")));
    }
    Ok(written)
}

/// Lines of standard error: progress, the reason of a failure, or words of the runtime.
async fn listen(
    mut stderr: ChildStderr,
    most: usize,
    said: &mut Said,
    mut progress: impl FnMut(Progress),
) -> Result<(), Ended> {
    let (mut line, mut total) = (Vec::new(), 0);
    let mut chunk = [0; 4096];
    loop {
        let read = stderr.read(&mut chunk).await.unwrap_or_default();
        total += read;
        if total > most {
            let message = format!("it said more than {most} bytes on standard error");
            return Err(Ended::new(EndCode::TooMuchOutput, message));
        }
        for &byte in &chunk[..read] {
            if byte == b'\n' {
                take(&line, said, &mut progress);
                line.clear();
            } else if line.len() < LONGEST_LINE {
                line.push(byte);
            }
        }
        if read == 0 {
            take(&line, said, &mut progress);
            return Ok(());
        }
    }
}

fn take(line: &[u8], said: &mut Said, progress: &mut impl FnMut(Progress)) {
    let Ok(value) = serde_json::from_slice::<Value>(line) else {
        let line = words(&String::from_utf8_lossy(line));
        said.no_memory |= line.contains("memory allocation of");
        if said.first.is_empty() {
            said.first = line;
        }
        return;
    };
    let number = |name: &str| value[name].as_u64().and_then(|n| u32::try_from(n).ok());
    if let (Some(stage), Some(done), Some(of)) = (value["stage"].as_str(), number("done"), number("of")) {
        progress(Progress { stage: words(stage), done: done.min(of), of });
    }
    if let (Some(code), Some(message)) = (value["error"]["code"].as_str(), value["error"]["message"].as_str())
    {
        said.error = Some((words(code), words(message)));
    }
}

/// Words of a child as they may stand in a message: one line, cut.
fn words(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.trim().chars().take(LONGEST_WORDS).map(plain).collect()
}

/// How an ending that gives no package is called; none if it gives one.
fn ended(status: ExitStatus, said: &Said) -> Option<Ended> {
    if status.success() {
        return None;
    }
    let Some(exit) = status.code() else { return Some(by_signal(status, said)) };
    let (detail, message) = match said.error.clone() {
        Some((code, message)) => (Some(code), message),
        None if said.first.is_empty() => (None, format!("it ended with exit code {exit}")),
        None => (None, said.first.clone()),
    };
    // The codes of `bartizan exit-codes`.
    let code = match exit {
        65 | 66 | 77 => EndCode::Refused,
        75 => EndCode::Timeout,
        _ => EndCode::Fault,
    };
    Some(Ended { code, detail, message })
}

#[cfg(unix)]
fn by_signal(status: ExitStatus, said: &Said) -> Ended {
    use std::os::unix::process::ExitStatusExt;
    // The numbers of Linux, which macOS and the BSDs share (signal(7)).
    const SIGABRT: i32 = 6;
    const SIGKILL: i32 = 9;
    const SIGTERM: i32 = 15;
    const SIGXCPU: i32 = 24;
    let signal = status.signal().unwrap_or_default();
    match signal {
        SIGABRT if said.no_memory => Ended::new(EndCode::Memory, said.first.clone()),
        SIGXCPU => Ended::new(EndCode::Cpu, "it used more CPU time than it may"),
        SIGKILL | SIGTERM => Ended::new(EndCode::Killed, format!("it was killed by signal {signal}")),
        _ => Ended::new(EndCode::Crashed, format!("it ended by signal {signal}: {}", said.first)),
    }
}

#[cfg(not(unix))]
fn by_signal(_: ExitStatus, said: &Said) -> Ended {
    Ended::new(EndCode::Crashed, said.first.clone())
}
