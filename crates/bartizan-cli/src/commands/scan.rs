//! `bartizan scan`: a scanner that asks before, and stops when it is told to.

use std::io::Read;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use bartizan_clearinghouse::time;
use bartizan_fetch::{Node, Reply};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::args::Global;
use crate::args_scan::{IntentArgs, ScanCommand};
use crate::exit::{Exit, Failure};
use crate::out;
use crate::terminal::plain;

/// Longest intent, in bytes.
const LONGEST: u64 = 64 << 10;
/// The longest without an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two heartbeats, at most.
const BEAT: Duration = Duration::from_secs(60);
/// How long one look for a stop waits at the node, in seconds: the end of the command is noticed after it.
const LOOK: u64 = 2;
/// How long a command that is to stop has for ending by itself.
const GRACE: Duration = Duration::from_secs(5);

/// Runs one of its commands.
pub fn run(global: &Global, command: &ScanCommand) -> Result<Exit, Failure> {
    match command {
        ScanCommand::Intent(args) => intent(global, args),
    }
}

fn intent(global: &Global, args: &IntentArgs) -> Result<Exit, Failure> {
    let body = read(&args.file)?;
    let token = read(&args.token_file)?;
    let token = String::from_utf8_lossy(&token).trim().to_owned();
    let node = Node::new(&args.server, &token, PATIENCE)?;
    let made = answer(node.post("/scan-intents", &body)?)?;
    let id = made["id"].as_str().unwrap_or_default().to_owned();
    let good = !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if !good {
        return Err(Failure::new(Exit::Unavailable, "scan.answer", "the node's answer names no intent"));
    }
    tell(global, &made)?;
    if args.hold.is_empty() {
        return Ok(Exit::Ok);
    }
    let held = Hold { node: &node, path: format!("/scan-intents/{id}"), quiet: global.quiet };
    held.run(&args.hold)
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let done = if path == std::path::Path::new("-") {
        std::io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
    };
    done.map_err(|e| Failure::new(Exit::NoInput, "input.unreadable", format!("{}: {e}", path.display())))?;
    if bytes.len() as u64 > LONGEST {
        let text = format!("{} has more than {LONGEST} bytes", path.display());
        return Err(Failure::new(Exit::BadData, "input.too-large", text));
    }
    Ok(bytes)
}

/// The answer, or the problem in its words.
fn answer(reply: Reply) -> Result<Value, Failure> {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    if (200..300).contains(&reply.status) {
        return Ok(body);
    }
    let mut text = format!("the node answered {}", reply.status);
    if let Some(detail) = body["detail"].as_str() {
        text = format!("{text}: {}", plain(detail));
    }
    for error in body["errors"].as_array().into_iter().flatten() {
        let part = |name: &str| plain(error[name].as_str().unwrap_or_default()).to_string();
        text = format!("{text}\n  {} [{}] {}", part("field"), part("code"), part("reason"));
    }
    let exit = if reply.status < 500 { Exit::BadData } else { Exit::Unavailable };
    Err(Failure::new(exit, "scan.refused", text))
}

fn tell(global: &Global, made: &Value) -> Result<(), Failure> {
    let written = if global.json {
        let wanted = ["id", "state", "lease", "parts"].map(|name| (name.to_owned(), made[name].clone()));
        out::json(&Value::Object(wanted.into_iter().collect()))
    } else {
        let word = |value: &Value| plain(value.as_str().unwrap_or_default()).to_string();
        let mut text = format!("{}  {}\n", word(&made["id"]), word(&made["state"]));
        for part in made["parts"].as_array().into_iter().flatten() {
            let scope: Vec<String> = part["scope"].as_array().into_iter().flatten().map(word).collect();
            let until = part["until"]
                .as_str()
                .map(|day| format!(" until about {}", plain(day.get(..10).unwrap_or_default())));
            text += &format!("  {}{}  {}\n", word(&part["seen"]), until.unwrap_or_default(), scope.join(" "));
        }
        out::text(&text)
    };
    written
}

/// An intent that is kept.
struct Hold<'a> {
    node: &'a Node,
    path: String,
    quiet: bool,
}

impl Hold<'_> {
    /// Waits until it may begin, runs the command, and ends it when told to.
    fn run(&self, command: &[String]) -> Result<Exit, Failure> {
        let mut child: Option<Child> = None;
        let (mut beaten, mut safe) = (None::<Instant>, Instant::now() + PATIENCE);
        loop {
            let due = beaten.is_none_or(|at| at.elapsed() >= BEAT);
            let told = if due {
                self.node.post(&format!("{}/heartbeat", self.path), b"{}")
            } else {
                self.node.get(&format!("{}/stop?wait={LOOK}", self.path))
            };
            match told.map_err(Failure::from).and_then(answer) {
                Ok(told) => {
                    if due {
                        beaten = Some(Instant::now());
                    }
                    // As long as the lease lasts, whatever becomes of the way to the node.
                    safe = Instant::now() + left(&told);
                    if told["stop"] == json!(true) {
                        return Ok(self.stop(child, &told));
                    }
                    if child.is_none() && told["go"] == json!(true) {
                        child = Some(begin(command)?);
                    }
                }
                Err(failure) if Instant::now() >= safe => {
                    self.say("the node cannot be reached, and the lease is over");
                    if let Some(child) = child {
                        end(child);
                    }
                    return Err(failure);
                }
                // What is refused by the node will be refused again.
                Err(failure) if failure.exit == Exit::BadData && child.is_none() => return Err(failure),
                Err(_) => std::thread::sleep(Duration::from_secs(1)),
            }
            if let Some(running) = &mut child {
                let done = running.try_wait();
                let done = done.map_err(|e| Failure::new(Exit::Io, "scan.command", e.to_string()))?;
                if let Some(status) = done {
                    self.node.delete(&self.path)?;
                    return Ok(if status.success() { Exit::Ok } else { Exit::Findings });
                }
            }
        }
    }

    fn stop(&self, child: Option<Child>, told: &Value) -> Exit {
        let reason = told["reason"].as_str().or(told["state"].as_str()).unwrap_or_default();
        self.say(&format!("the scan is to stop: {}", plain(reason)));
        if let Some(child) = child {
            end(child);
        }
        Exit::Refused
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }
}

/// For how long the lease lasts by this machine's clock; not at all if it cannot be read.
fn left(told: &Value) -> Duration {
    let lease = told["lease"].as_str().and_then(time::parse).unwrap_or_default();
    let micros = lease.saturating_sub(Timestamp::now().as_microsecond());
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

fn begin(command: &[String]) -> Result<Child, Failure> {
    let mut child = Command::new(&command[0]);
    child.args(&command[1..]);
    // A group of its own: what the command starts is ended with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut child, 0);
    child.spawn().map_err(|e| Failure::new(Exit::NoInput, "scan.command", format!("{}: {e}", command[0])))
}

/// Asks the command to end, and ends it.
fn end(mut child: Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            // What is gone already needs no signal.
            let _ = kill_process_group(group, Signal::TERM);
            let asked = Instant::now();
            while asked.elapsed() < GRACE && matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(50));
            }
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}
