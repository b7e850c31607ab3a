//! `bartizan analyze`: reports in, packages out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bartizan::exchange::read;
use bartizan::{Analysis, Analyzer};
use bartizan_detection::{Detections, Options, Queries, report::Chosen};
use bartizan_fetch::Fetcher;
use bartizan_knowledge::Pack;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::args::{AnalyzeArgs, FormatArg, Global};
use crate::exit::{Exit, Failure};
use crate::history::{Keep, Past};
use crate::inputs::{self, Source};
use crate::package::{self, PackageFile};
use crate::resolve::{self, Destination, Plan};
use crate::{knowledge, out, run};
use trial::Trial;
use whole::{Stages, Whole, one_line};

pub mod single;
mod summary;
mod trial;
mod whole;

/// Analyses every input; one that fails does not stop the others.
pub fn run(global: &Global, args: &AnalyzeArgs) -> Result<Exit, Failure> {
    let plan = resolve::resolve(args)?;
    let sources = inputs::expand(&plan.inputs)?;
    for fault in plan.assess.epss.iter().flat_map(|e| &e.faults).filter(|_| !global.quiet) {
        out::note(&format!("note: --epss, {fault} [{}]", fault.code.as_str()));
    }
    if let Destination::Stdout(format) = plan.destination
        && sources.len() > 1
        && !one_line(format)
    {
        return Err(Failure::new(
            Exit::Usage,
            "usage",
            "several reports on standard output are possible only as json, stix or navigator, one line each",
        ));
    }
    let folders = folders(&plan, &sources)?;
    let pack = knowledge::open(global)?;
    // It lives as long as the program: taking its indexes apart at the end would be for nothing.
    let analyzer: &'static Analyzer =
        Box::leak(Box::new(Analyzer::with_mapper(pack, knowledge::mapper(global, pack)?)));
    // Only what will be used is read: a corpus takes a second.
    let wanted = Stages::of(&|form| plan.formats.contains(&form)).detections;
    let (rules, events) = if wanted { (&plan.corpus[..], &plan.events[..]) } else { (&[][..], &[][..]) };
    let trial: &'static Trial = Box::leak(Box::new(Trial::read(global, rules, events, pack)?));
    let fetcher = Fetcher::new(plan.rules.clone());
    let bar = progress(global, sources.len());

    let mut report =
        Reporter { global, plan: &plan, sources: &sources, rows: Vec::new(), failures: Vec::new() };
    run::in_order(
        sources.len(),
        plan.jobs,
        |index| {
            let done = one(
                &plan,
                &sources[index],
                folders[index].clone(),
                &fetcher,
                (analyzer, trial),
                pack,
                (sources.len() > 1, global.quiet || global.json),
            );
            bar.inc(1);
            done
        },
        |index, done| bar.suspend(|| report.take(index, done)),
    )?;
    bar.finish_and_clear();
    report.finish()
}

/// What became of one input.
struct Done {
    folder: Option<PathBuf>,
    made: Made,
}

/// What is written, told and kept of one report.
struct Made {
    files: Vec<PackageFile>,
    stdout: Vec<u8>,
    summary: summary::Lines,
    keep: Option<Keep>,
    note: Option<String>,
}

fn one(
    plan: &Plan,
    source: &Source,
    folder: Option<PathBuf>,
    fetcher: &Fetcher,
    (analyzer, trial): (&'static Analyzer, &'static Trial),
    pack: &'static Pack,
    (lines, quiet): (bool, bool),
) -> Result<Done, Failure> {
    let input = inputs::load(source, plan.options.limits.input_bytes, fetcher)?;
    let (formats, destination) = (plan.formats.clone(), plan.destination.clone());
    let (platforms, assess) = (plan.platforms.clone(), plan.assess.clone());
    let (history, earlier) = (plan.history.clone(), plan.earlier);
    // Each input has its own stop flag: one that is stopped must not stop the others.
    let options = bartizan::Options { stop: bartizan::Stop::default(), ..plan.options.clone() };
    // The network is no part of an analysis: questions come out of one, answers go into the next.
    let opinions = match &plan.assistant {
        None => None,
        Some(assistant) => {
            let (model, options) = (assistant.model.clone(), options.clone());
            let questions = run::guarded(input.clone(), options, plan.timeout, move |input, options| {
                Ok(analyzer.questions(input, options, &model)?)
            })?;
            Some(assistant.ask(&source.label(), &questions, quiet)?)
        }
    };
    let made = run::guarded(input, options, plan.timeout, move |input, options| {
        let earlier = earlier && read::is_analysis(&input.bytes);
        let analysis = match earlier {
            true => read::analysis(input, &options.limits)?,
            false => analyzer.analyze_with(input, options, opinions.as_ref())?,
        };
        let now = pack.version_line();
        if earlier && !quiet && !analysis.pack.starts_with(&now) {
            out::note(&format!("{}: analysed with {}; rules follow {now}", input.name, analysis.pack));
        }
        let wanted = |form: FormatArg| match &destination {
            Destination::Stdout(format) => *format == form,
            Destination::Folder(_) => formats.contains(&form),
        };
        // What is kept is the whole.
        let stages = match &history {
            Some(_) => Stages { detections: true, assessment: true },
            None => Stages::of(&wanted),
        };
        // The page shows the rules, also where their files are not asked for.
        let files_too = wanted(FormatArg::Sigma);
        let (found, chosen) = match stages.detections {
            true => {
                let (found, chosen) = trial.detect(&analysis, pack, &rule_options(&analysis));
                (Some(found), chosen)
            }
            false => (None, None),
        };
        // Converted once, for the page and for the files.
        let queries: Vec<Queries> =
            found.iter().flat_map(|f| platforms.iter().map(|p| Queries::of(p, f))).collect();
        let mut assessment =
            stages.assessment.then(|| bartizan_response::assess(&analysis, pack, found.as_ref(), &assess));
        let past = match (&history, &mut assessment) {
            (Some(history), Some(assessment)) => history.look(&analysis, assessment, pack)?,
            _ => Past::default(),
        };
        let chosen = chosen.as_ref().map(|(corpus, selected)| (*corpus, selected.as_slice()));
        let detected =
            found.as_ref().map(|f| bartizan_detection::report::detected(f, chosen)).unwrap_or_default();
        let whole = Whole {
            analysis: &analysis,
            pack,
            found: found.as_ref(),
            detected: &detected,
            queries: &queries,
            assessment: assessment.as_ref(),
            past: &past,
        };
        let told = found.as_ref().filter(|_| files_too);
        let mut made = Made {
            summary: summary::Lines::new(&analysis, told, formats.contains(&FormatArg::Html)),
            keep: history.as_ref().filter(|h| h.keeps()).map(|_| whole.keep()),
            files: Vec::new(),
            stdout: Vec::new(),
            note: None,
        };
        match destination {
            Destination::Stdout(FormatArg::Sigma) => {
                let rules = found.iter().flat_map(|f| &f.rules);
                made.stdout =
                    rules.map(|rule| rule.yaml.clone()).collect::<Vec<_>>().join("---\n").into_bytes();
            }
            Destination::Stdout(format) => {
                made.stdout = whole.line(format).filter(|_| lines).unwrap_or_else(|| whole.render(format));
            }
            Destination::Folder(_) => {
                made.files = whole.files(&formats);
                if let Some(found) = told {
                    made.files.extend(detection_files(&analysis, found, &queries, chosen));
                }
            }
        }
        made.note = past.note;
        Ok(made)
    })?;
    if let Some(folder) = &folder {
        package::write(folder, &made.files)?;
    }
    Ok(Done { folder, made })
}

/// Rules are dated as everything else of an analysis.
fn rule_options(analysis: &Analysis) -> Options {
    let time = jiff::Timestamp::from_second(analysis.now).unwrap_or_default();
    let date = time.strftime("%Y-%m-%d").to_string();
    Options { author: "Bartizan".to_owned(), date }
}

fn detection_files(
    analysis: &Analysis,
    found: &Detections,
    queries: &[Queries],
    chosen: Option<Chosen<'_>>,
) -> Vec<PackageFile> {
    let files = bartizan_detection::package::files(analysis, found, queries, chosen);
    let below = |name: String| format!("{}/{name}", bartizan_detection::package::FOLDER);
    files.into_iter().map(|(name, bytes)| PackageFile { name: below(name), bytes }).collect()
}

/// A folder for each input; names that would collide get a number.
fn folders(plan: &Plan, sources: &[Source]) -> Result<Vec<Option<PathBuf>>, Failure> {
    let Destination::Folder(base) = &plan.destination else { return Ok(vec![None; sources.len()]) };
    if let (Some(base), [_]) = (base, sources) {
        return Ok(vec![Some(base.clone())]);
    }
    let mut used = BTreeMap::<String, usize>::new();
    sources
        .iter()
        .map(|source| {
            let stem = source.stem();
            // Folder names may differ by case only on some systems.
            let count = used.entry(stem.to_lowercase()).or_default();
            *count += 1;
            let name = if *count == 1 { stem } else { format!("{stem}-{count}") };
            match base {
                Some(base) => Ok(Some(base.join(name))),
                None => package::default_folder(&name).map(Some),
            }
        })
        .collect()
}

/// A bar on standard error when there is more than one input and someone is looking.
fn progress(global: &Global, count: usize) -> ProgressBar {
    if global.quiet || global.json || count < 2 {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(count as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} reports  {per_sec}  {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// Collects results in input order and prints them.
struct Reporter<'a> {
    global: &'a Global,
    plan: &'a Plan,
    sources: &'a [Source],
    rows: Vec<Value>,
    failures: Vec<Failure>,
}

impl Reporter<'_> {
    fn take(&mut self, index: usize, done: Result<Done, Failure>) -> Result<(), Failure> {
        let label = self.sources[index].label();
        match done {
            Err(failure) => self.fail(&label, failure),
            Ok(Done { folder, made }) => {
                // In the order of the inputs, so that the same run gives the same library.
                if let (Some(history), Some(keep)) = (&self.plan.history, &made.keep) {
                    // Its package is there; the next reports may still be kept.
                    if let Err(failure) = history.keep(keep, self.plan.options.now) {
                        self.fail(&label, failure);
                        return Ok(());
                    }
                }
                if let Some(note) = made.note.filter(|_| !self.global.quiet && !self.global.json) {
                    out::note(&format!("{label}: {note}"));
                }
                if matches!(self.plan.destination, Destination::Stdout(_)) {
                    out::bytes(&made.stdout)?;
                } else if self.global.json {
                    let mut row = made.summary.json();
                    row["input"] = json!(label);
                    row["folder"] = json!(folder);
                    row["files"] = json!(made.files.iter().map(|f| &f.name).collect::<Vec<_>>());
                    self.rows.push(row);
                } else if !self.global.quiet {
                    out::text(&made.summary.text(&label, folder.as_deref(), self.sources.len() > 1))?;
                }
            }
        }
        Ok(())
    }

    fn fail(&mut self, label: &str, failure: Failure) {
        if self.global.json {
            self.rows.push(json!({
                "input": label,
                "error": { "code": failure.code, "message": failure.message, "exit": failure.exit as u8 },
            }));
        } else {
            out::note(&format!("error: {failure} [{}]", failure.code));
        }
        self.failures.push(failure);
    }

    fn finish(self) -> Result<Exit, Failure> {
        if self.global.json && !matches!(self.plan.destination, Destination::Stdout(_)) {
            out::json(&json!({ "results": self.rows }))?;
        }
        let failed = self.failures.len();
        match self.failures.into_iter().next() {
            None => Ok(Exit::Ok),
            // One code if it is the whole story, else "ran, and found something".
            Some(failure) if failed == self.sources.len() => Ok(failure.exit),
            Some(_) => {
                if !self.global.quiet && !self.global.json {
                    out::note(&format!("{failed} of {} reports could not be analysed", self.sources.len()));
                }
                Ok(Exit::Findings)
            }
        }
    }
}
