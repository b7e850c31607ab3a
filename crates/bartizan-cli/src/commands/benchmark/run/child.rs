//! The process of Inspect: begun, watched, and ended politely.

use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::exit::{Exit, Failure};

/// Between two looks at the process.
const LOOK: Duration = Duration::from_millis(100);
/// How long Inspect has to write its log when it is asked to end.
const GRACE: Duration = Duration::from_secs(60);
/// How long what is left has for ending by itself.
const LAST: Duration = Duration::from_secs(5);

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself.
    Itself,
    /// Somebody stopped it.
    Stopped,
    /// It took too long.
    TimeLimit,
}

/// Whether somebody wants it to stop: Ctrl-C, or a request to end.
pub struct Stop {
    flag: Arc<AtomicBool>,
    asked: AtomicBool,
}

impl Stop {
    /// Listens from now on.
    pub fn listen() -> Result<Self, Failure> {
        let flag = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
            // A terminal that closes takes Inspect with it; whoever began this with nohup has none.
            let closing = std::io::IsTerminal::is_terminal(&std::io::stderr()).then_some(SIGHUP);
            for signal in [SIGINT, SIGTERM].into_iter().chain(closing) {
                let done = signal_hook::flag::register(signal, Arc::clone(&flag));
                done.map_err(|error| Failure::internal(format!("cannot listen to signals: {error}")))?;
            }
        }
        Ok(Self { flag, asked: AtomicBool::new(false) })
    }

    /// Whether it was asked since the last look.
    fn again(&self) -> bool {
        let now = self.flag.swap(false, Ordering::SeqCst);
        self.asked.fetch_or(now, Ordering::SeqCst);
        now
    }

    /// Whether it was ever asked.
    pub fn asked(&self) -> bool {
        self.again();
        self.asked.load(Ordering::SeqCst)
    }
}

/// Runs a command to its end, and `tick` meanwhile.
pub fn run(
    mut command: Command,
    limit: Duration,
    stop: &Stop,
    mut tick: impl FnMut(),
) -> Result<End, Failure> {
    // A group of its own: Ctrl-C in a terminal goes to this program alone, which tells it once.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let started = command.spawn();
    let mut child = started.map_err(|error| {
        let program = command.get_program().to_string_lossy().into_owned();
        Failure::new(Exit::Config, "benchmark.inspect", format!("{program}: {error}"))
    })?;
    let (began, mut end, mut until) = (Instant::now(), End::Itself, None::<Instant>);
    loop {
        let done = child.try_wait();
        if done.map_err(|error| Failure::new(Exit::Io, "benchmark.inspect", error.to_string()))?.is_some() {
            // Containers and helpers that it left behind are ended with it.
            kill(&mut child);
            return Ok(end);
        }
        let again = stop.again();
        let over = until.is_some_and(|until| again || Instant::now() >= until);
        if over {
            kill(&mut child);
            return Ok(end);
        }
        if until.is_none() && (again || began.elapsed() >= limit) {
            end = if again { End::Stopped } else { End::TimeLimit };
            until = Some(Instant::now() + GRACE);
            interrupt(&mut child);
        }
        tick();
        std::thread::sleep(LOOK);
    }
}

#[cfg(unix)]
fn signal(child: &Child, signal: rustix::process::Signal) {
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        // What is gone already needs no signal.
        let _ = rustix::process::kill_process_group(group, signal);
    }
}

/// What Ctrl-C in a terminal says: Inspect ends its samples, and writes its log.
fn interrupt(child: &mut Child) {
    #[cfg(unix)]
    signal(child, rustix::process::Signal::INT);
    #[cfg(not(unix))]
    let _ = child.kill();
}

fn kill(child: &mut Child) {
    #[cfg(unix)]
    {
        signal(child, rustix::process::Signal::TERM);
        let asked = Instant::now();
        while asked.elapsed() < LAST && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(LOOK);
        }
        signal(child, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
