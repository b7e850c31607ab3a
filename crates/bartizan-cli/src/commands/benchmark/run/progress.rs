//! How far a run is: samples in the log that Inspect is writing.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::super::log;
use super::folder::Folder;
use super::order::Order;
use crate::args::Global;
use crate::out;

/// Between two looks at the log, at least; a look that takes long makes the next one late.
const LOOK: Duration = Duration::from_secs(1);

/// What is shown of a run that is under way.
pub struct Progress<'a> {
    folder: &'a Folder,
    before: Vec<PathBuf>,
    plan: String,
    expected: u64,
    done: u64,
    due: Instant,
    bar: ProgressBar,
    lines: bool,
}

impl<'a> Progress<'a> {
    /// Nothing is done yet. Piped text shows nothing; with `--json` there is a line for every step.
    pub fn new(global: &Global, order: &Order, folder: &'a Folder, before: Vec<PathBuf>) -> Self {
        let expected = order.plan.expected();
        let bar =
            if global.quiet || global.json { ProgressBar::hidden() } else { ProgressBar::new(expected) };
        let style = ProgressStyle::with_template("{msg} {pos}/{len} samples {wide_bar} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(order.plan.id.to_string());
        let lines = global.json && !global.quiet;
        let plan = order.plan.id.to_string();
        Self { folder, before, plan, expected, done: 0, due: Instant::now() + LOOK, bar, lines }
    }

    /// Looks, if it is time to.
    pub fn tick(&mut self) {
        if Instant::now() < self.due {
            return;
        }
        let began = Instant::now();
        // It may be half written: then the next look tells.
        let found = self.folder.newest(&self.before).and_then(|path| log::open(&path).ok());
        let done = found.map_or(0, |file| file.keys().len() as u64);
        self.due = Instant::now() + LOOK.max(began.elapsed() * 20);
        if done > self.done {
            self.done = done;
            self.bar.set_position(done);
            if self.lines {
                let line =
                    json!({ "progress": { "plan": self.plan, "done": done, "expected": self.expected } });
                // A reader that left is told of when the result is written.
                let _ = out::text(&format!("{line}\n"));
            }
        }
    }

    /// Nothing is shown any more.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
