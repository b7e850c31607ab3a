//! What the user gives for the detections: a corpus of rules to choose from, events to try rules on.

use std::path::{Path, PathBuf};

use bartizan_detection::noise::{self, Label};
use bartizan_detection::select::{Corpus, Limits, Selected};
use bartizan_detection::{Detections, Options};
use bartizan_knowledge::Pack;
use serde_json::Value;

use crate::args::Global;
use crate::commands::sigma::{events, rules};
use crate::exit::{Exit, Failure};
use crate::out;

/// Most events kept for trying rules on.
const MOST_EVENTS: usize = 5_000_000;

/// Read once, used for every report.
#[derive(Debug, Default)]
pub struct Trial {
    corpus: Option<Corpus>,
    events: Vec<(Value, Label)>,
}

impl Trial {
    /// Reads what the user named.
    pub fn read(
        global: &Global,
        rule_folders: &[PathBuf],
        event_paths: &[PathBuf],
        pack: &Pack,
    ) -> Result<Self, Failure> {
        Ok(Self { corpus: corpus(rule_folders, pack)?, events: events_of(global, event_paths)? })
    }

    /// The detections of an analysis, tried on the events, and what was chosen from the corpus.
    pub fn detect(
        &self,
        analysis: &bartizan::Analysis,
        pack: &Pack,
        options: &Options,
    ) -> (Detections, Option<(&Corpus, Vec<Selected>)>) {
        let mut found = bartizan_detection::detect(analysis, pack, options);
        if !self.events.is_empty() {
            let counts = noise::run(&found.rules, self.events.iter().cloned());
            noise::tell(&mut found, &counts);
            let outcomes = noise::judge(&found.rules, &counts, &noise::Bounds::default());
            noise::apply(analysis, &mut found, outcomes);
        }
        let chosen = self.corpus.as_ref().map(|c| (c, c.select(analysis, &found, Limits::default())));
        (found, chosen)
    }
}

fn corpus(folders: &[PathBuf], pack: &Pack) -> Result<Option<Corpus>, Failure> {
    if folders.is_empty() {
        return Ok(None);
    }
    let files = rules::files(folders)?;
    let read = files.iter().flat_map(|file| {
        let name = file.display().to_string();
        rules::read(file).into_iter().flatten().map(move |rule| (name.clone(), *rule))
    });
    Ok(Some(Corpus::new(read, pack)))
}

fn events_of(global: &Global, paths: &[PathBuf]) -> Result<Vec<(Value, Label)>, Failure> {
    let mut out = Vec::new();
    let mut left_out = 0_u64;
    for path in events::sources(paths, None)? {
        let label = label(&path);
        events::read(&path, None, &mut events::open(&path)?, &mut |event| {
            match event {
                Ok(_) if out.len() >= MOST_EVENTS => {
                    let message = format!("more than {MOST_EVENTS} events; name fewer with --events");
                    return Err(Failure::new(Exit::BadData, "detect.events", message));
                }
                Ok(event) => out.push((event, label)),
                Err(_) => left_out += 1,
            }
            Ok(())
        })?;
    }
    if left_out > 0 && !global.quiet {
        out::note(&format!("left out: {left_out} events that cannot be read"));
    }
    Ok(out)
}

/// By the folders a file lies in.
fn label(path: &Path) -> Label {
    let attack =
        path.components().any(|part| part.as_os_str().to_string_lossy().eq_ignore_ascii_case("attack"));
    if attack { Label::Attack } else { Label::Benign }
}
