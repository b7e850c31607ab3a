//! Stack traces: what crashed where, without addresses and lines.
//!
//! Two traces are compared by the position dependent model of ReBucket (Dang, Wu, Zhang, Zhang, Nobel: "ReBucket", ICSE 2012): the
//! common frames that follow in the same order, the more the nearer to the crash and the less they are shifted. Its two coefficients
//! and the distance within a cluster are those that CASR uses and publishes (`libcasr::stacktrace`); the code is ours, since that
//! crate brings a debugger's client, a clock and global filters.

use sha2::{Digest, Sha256};

/// Most lines of a trace that are looked at.
const MOST_LINES: usize = 2048;
/// Most frames that are kept, from the crash on.
pub const MOST_FRAMES: usize = 128;
/// Most traces that are clustered at once.
pub const MOST_TRACES: usize = 512;
/// How many frames from the crash on make the fingerprint.
const FINGERPRINT: usize = 5;
/// Weight lost with each frame away from the crash.
const AWAY: f64 = 0.04;
/// Weight lost with each frame that a match is shifted.
const SHIFTED: f64 = 0.13;
/// From this distance on two traces are not of one cluster.
pub const DISTANCE: f64 = 0.3;

/// One frame: function and file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frame {
    /// Function, without arguments and generics; empty if unknown.
    pub function: String,
    /// Name of the file without folders; empty if unknown.
    pub file: String,
}

/// A stack trace, from the crash on, without frames of runtimes and test harnesses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace(pub Vec<Frame>);

/// What stands around every crash: beginnings of functions.
const RUNTIME: &[&str] = &[
    "__asan",
    "__interceptor",
    "__sanitizer",
    "__ubsan",
    "__msan",
    "__tsan",
    "__libc",
    "__GI_",
    "__memcpy",
    "__memmove",
    "__memset",
    "__strlen",
    "abort",
    "raise",
    "gsignal",
    "_start",
    "main",
    "start_thread",
    "clone",
    "fuzzer.",
    "LLVMFuzzer",
    "std.panicking",
    "core.panicking",
    "rust_begin_unwind",
    "__rust",
    "std.rt",
    "std.sys",
    "core.ops.function",
    "java.lang.Thread",
    "sun.reflect",
    "java.lang.reflect",
    "jdk.internal",
    "runtime.",
    "goexit",
    "__restore_rt",
];

impl Trace {
    /// The first trace in a text, of sanitizers and gdb (`#0 … in f file:1`), Java and JavaScript (`at f(file:1)`), Python
    /// (`File "f", line 1, in f`) and Rust (`0: f`, `at file:1`).
    pub fn parse(text: &str) -> Self {
        let mut frames: Vec<Frame> = Vec::new();
        let mut python = false;
        let mut last_number = None;
        for line in text.lines().take(MOST_LINES).map(str::trim) {
            if let Some((number, rest)) = numbered(line) {
                // A second trace (where it was freed, another thread) begins at nothing again.
                if last_number.is_some_and(|last| number <= last) {
                    break;
                }
                last_number = Some(number);
                frames.push(gdb_or_sanitizer(rest));
            } else if let Some(rest) = line.strip_prefix("at ") {
                match frames.last_mut().filter(|frame| last_number.is_some() && frame.file.is_empty()) {
                    Some(frame) => frame.file = file(rest),
                    None => frames.push(called(rest)),
                }
            } else if let Some(rest) = line.strip_prefix("File \"") {
                let (name, rest) = rest.split_once('"').unwrap_or((rest, ""));
                let function = rest.split_once(" in ").map_or("", |(_, function)| function);
                frames.push(Frame { function: plain(function), file: file(name) });
                python = true;
            }
        }
        if python {
            // The crash comes last.
            frames.reverse();
        }
        frames.retain(|frame| {
            let known = !frame.function.is_empty() || !frame.file.is_empty();
            known && !RUNTIME.iter().any(|start| frame.function.starts_with(start))
        });
        frames.truncate(MOST_FRAMES);
        Self(frames)
    }

    /// SHA-256 of the frames next to the crash; none if there are fewer than three, which say too little.
    pub fn fingerprint(&self) -> Option<String> {
        let frames = self.0.get(..self.0.len().min(FINGERPRINT)).filter(|frames| frames.len() >= 3)?;
        let mut hash = Sha256::new();
        for field in frames.iter().flat_map(|frame| [&frame.function, &frame.file]) {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
        Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// How alike two traces are, from 0 to 1.
    pub fn similarity(&self, other: &Self) -> f64 {
        let (a, b) = (&self.0, &other.0);
        if a.is_empty() || b.is_empty() {
            return 0.0;
        }
        let mut before = vec![0.0f64; b.len() + 1];
        for (i, x) in a.iter().enumerate() {
            let mut row = vec![0.0f64; b.len() + 1];
            for (j, y) in b.iter().enumerate() {
                let weight = (-AWAY * (i.min(j) + 1) as f64 - SHIFTED * i.abs_diff(j) as f64).exp();
                let both = if x == y { before[j] + weight } else { before[j] };
                row[j + 1] = both.max(before[j + 1]).max(row[j]);
            }
            before = row;
        }
        let most: f64 = (1..=a.len().min(b.len())).map(|n| (-AWAY * n as f64).exp()).sum();
        (before[b.len()] / most).min(1.0)
    }
}

/// Groups traces: within a group no two are [`DISTANCE`] apart or more (complete linkage). Gives the group of each, numbered in the
/// order in which they first come. Traces beyond [`MOST_TRACES`] have groups of their own.
pub fn cluster(traces: &[Trace]) -> Vec<usize> {
    let count = traces.len().min(MOST_TRACES);
    let mut groups: Vec<Vec<usize>> = (0..traces.len()).map(|one| vec![one]).collect();
    let mut apart = vec![vec![0.0f64; count]; count];
    for i in 0..count {
        for j in i + 1..count {
            let distance = 1.0 - traces[i].similarity(&traces[j]);
            (apart[i][j], apart[j][i]) = (distance, distance);
        }
    }
    loop {
        let open = |at: &usize| !groups[*at].is_empty();
        let mut nearest: Option<(f64, usize, usize)> = None;
        for i in (0..count).filter(open) {
            for j in (i + 1..count).filter(open) {
                if apart[i][j] < DISTANCE && nearest.is_none_or(|(distance, ..)| apart[i][j] < distance) {
                    nearest = Some((apart[i][j], i, j));
                }
            }
        }
        let Some((_, i, j)) = nearest else { break };
        let moved = std::mem::take(&mut groups[j]);
        groups[i].extend(moved);
        let joined: Vec<f64> = apart[i].iter().zip(&apart[j]).map(|(a, b)| a.max(*b)).collect();
        for (row, &farthest) in apart.iter_mut().zip(&joined) {
            row[i] = farthest;
        }
        apart[i] = joined;
    }
    let mut numbers = vec![0; traces.len()];
    let mut filled: Vec<Vec<usize>> = groups.into_iter().filter(|group| !group.is_empty()).collect();
    filled.sort_by_key(|group| group.iter().min().copied());
    for (number, group) in filled.iter().enumerate() {
        group.iter().for_each(|&trace| numbers[trace] = number);
    }
    numbers
}

/// `#3 …` or `3: …`.
fn numbered(line: &str) -> Option<(u32, &str)> {
    let rest = line.strip_prefix('#').unwrap_or(line);
    let end = rest.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0)?;
    let tail = &rest[end..];
    let tail = if line.starts_with('#') { Some(tail) } else { tail.strip_prefix(": ") }?;
    Some((rest[..end].parse().ok()?, tail.trim()))
}

fn gdb_or_sanitizer(rest: &str) -> Frame {
    let rest = match rest.strip_prefix("0x").and_then(|rest| rest.split_once(' ')) {
        Some((_, rest)) => {
            rest.trim().strip_prefix("in ").or(rest.trim().strip_prefix("- ")).unwrap_or(rest.trim())
        }
        None => rest,
    };
    if let Some((function, place)) = rest.rsplit_once(" at ") {
        return Frame { function: plain(function), file: file(place) };
    }
    match rest.rsplit_once(' ') {
        Some((function, place)) if place.contains(['/', '.', ':']) && !place.ends_with(')') => {
            Frame { function: plain(function), file: file(place) }
        }
        _ => Frame { function: plain(rest), file: String::new() },
    }
}

/// `com.acme.Box.open(Box.java:12)`, `open (/srv/box.js:1:2)`.
fn called(rest: &str) -> Frame {
    match rest.split_once('(') {
        Some((function, place)) => {
            Frame { function: plain(function), file: file(place.trim_end_matches(')')) }
        }
        None => Frame { function: String::new(), file: file(rest) },
    }
}

fn plain(function: &str) -> String {
    super::normal::symbol(function).join(".")
}

fn file(place: &str) -> String {
    super::normal::path(place.trim_start_matches(['(', '<']).trim_end_matches(['>', ')']))
        .pop()
        .unwrap_or_default()
}
