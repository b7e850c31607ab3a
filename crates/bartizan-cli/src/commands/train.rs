//! `bartizan train`: a technique model of one's own, continued from the model in use with reviewed labels.

use std::io::Write;
use std::path::Path;

use bartizan::learning::cross::{BeforeAfter, Cross, cross};
use bartizan::learning::local::{Continued, Settings, continue_from};
use bartizan::learning::measure::{Bootstrap, Pairs, Row};
use bartizan::learning::{LabelledDocument, digest};
use bartizan::mapping::model::Model;
use bartizan::mapping::verdict::Layer;
use bartizan_knowledge::Pack;
use serde_json::json;

use super::evaluate::shown::{self, row_json};
use crate::args::{Global, TrainArgs};
use crate::exit::{Exit, Failure};
use crate::labels::{self, Labels, hex};
use crate::{knowledge, out};

/// Reviewed reports from which on the thresholds are set anew: with fewer they would follow chance.
const ENOUGH: usize = 30;
/// Reports on which the shipped thresholds were set (TRAM dev, AnnoCTR train and dev).
const SHIPPED: f32 = 119.0;

/// Continues a model with labels and writes it beside its recipe.
pub fn run(global: &Global, args: &TrainArgs) -> Result<Exit, Failure> {
    let pack = knowledge::open(global)?;
    let bytes = match &global.model {
        Some(path) => knowledge::model(path)?,
        None => pack.model(),
    };
    let Some(base) = Model::open(bytes) else { return Err(no_base(global)) };
    let labels = labels::load(&args.labels, pack)?;
    check(&labels, args)?;
    let settings =
        Settings { cost: args.cost, seed: args.seed, complete: args.complete, ..Settings::default() };
    let all: Vec<&LabelledDocument> = labels.documents.iter().collect();
    let mut continued = continue_from(&base, pack, &all, &settings);
    let crossed = if args.no_check { None } else { cross(bytes, pack, &labels.documents, &settings) };
    let old = Layer::read(&base.parameters.document, &base.parameters.forest);
    let mut layer = old.clone();
    let reviewed = labels.documents.iter().filter(|d| settings.complete || d.is_reviewed()).count();
    if let Some(crossed) = crossed.as_ref().filter(|_| reviewed >= ENOUGH) {
        layer.thresholds = moved(old.thresholds, crossed.inferred.thresholds(), reviewed);
        continued.writer.parameters.document = layer.numbers();
    }
    let recipe = recipe(global, pack, bytes, &base, &labels, &settings, &continued, &layer);
    continued.writer.parameters.recipe = digest(recipe.as_bytes());
    let Continued { writer, lessons, features } = continued;
    let model = writer.bytes();
    let sum = hex(&digest(&model));
    write(&args.output, &model)?;
    let recipe = format!("{recipe}output {sum} {} bytes\n", model.len());
    write(&args.output.with_extension("recipe.txt"), recipe.as_bytes())?;
    let report =
        Report { args, labels: &labels, reviewed, lessons: &lessons, features, old, layer, crossed, sum };
    if global.json {
        out::json(&report.json())?
    } else {
        out::text(&report.text())?
    }
    Ok(Exit::Ok)
}

/// Thresholds between the old and those that fit the labels best, by how many reports stand behind each.
fn moved(old: [f32; 2], fitted: [f32; 2], reviewed: usize) -> [f32; 2] {
    let share = reviewed as f32 / (reviewed as f32 + SHIPPED);
    let between = |old: f32, new: f32| ((old + share * (new - old)) * 100.0).round() / 100.0;
    [between(old[0], fitted[0]), between(old[1], fitted[1])]
}

fn no_base(global: &Global) -> Failure {
    let (name, what) = match &global.model {
        Some(path) => {
            (path.display().to_string(), "give a file that bartizan train wrote, or leave --model away")
        }
        None => ("the knowledge pack in use".into(), "use the built-in pack, or give --model FILE"),
    };
    let message = format!("{name} holds no technique model of this version to continue from; {what}");
    Failure::new(Exit::Config, "model.invalid", message)
}

/// Labels that cannot teach what they were meant to teach are an error, not a model.
fn check(labels: &Labels, args: &TrainArgs) -> Result<(), Failure> {
    let bad = |code: &str, message: String| Err(Failure::new(Exit::BadData, code, message));
    if let Some((id, place)) = labels.lost.iter().next() {
        let (more, withdrawn) = (labels.lost.len() - 1, labels.ids.deprecated.contains_key(id));
        let what = if withdrawn {
            "was withdrawn without a successor"
        } else {
            "is no technique of the pack in use"
        };
        let more = if more > 0 { format!("; {more} more ids are like it") } else { String::new() };
        return bad(
            "labels.unknown-id",
            format!("{place}: {id} {what}; correct it (bartizan knowledge search WORDS){more}"),
        );
    }
    let mut sentences = labels.documents.iter().flat_map(|d| &d.sentences);
    if !sentences.any(|s| !s.techniques.is_empty() || s.reviewed == Some(true) || args.complete) {
        return bad(
            "labels.no-techniques",
            format!(
                "no sentence of {} has a technique or is reviewed, so there is nothing to learn; label sentences with \
                 \"techniques\": [ids], and say \"reviewed\": true where no other technique is shown",
                args.labels
            ),
        );
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "a recipe names everything that decides the result")]
fn recipe(
    global: &Global,
    pack: &Pack,
    bytes: &[u8],
    base: &Model,
    labels: &Labels,
    settings: &Settings,
    continued: &Continued,
    layer: &Layer,
) -> String {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let from = global.model.as_deref().map_or("the pack's".into(), name);
    let mut text = String::from("How this local model was made: bartizan train\n");
    text += &format!("program bartizan {}\n", env!("CARGO_PKG_VERSION"));
    text += &format!("pack {}\n", pack.version_line());
    text += &format!("base {} recipe {} {from}\n", hex(&digest(bytes)), hex(&base.parameters.recipe));
    let (reports, sentences) = (labels.documents.len(), labels.sentences());
    text += &format!("labels {} {reports} reports {sentences} sentences\n", labels.sha256);
    text += &format!("settings {settings:?}\n");
    for l in &continued.lessons {
        text += &format!(
            "technique {} positives {} negatives {} weights {}{}\n",
            l.id,
            l.positives,
            l.negatives,
            l.weights,
            if l.new { " new" } else { "" }
        );
    }
    text += &format!("new features {}\nthresholds {:?}\n", continued.features, layer.thresholds);
    text
}

/// Whoever reads meanwhile sees the old file or the new one, never half of one.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}-{}.tmp", std::process::id()));
    let go = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    };
    go().map_err(|e| {
        let _ = std::fs::remove_file(&draft);
        Failure::new(Exit::CannotCreate, "output.unwritable", format!("cannot write {}: {e}", path.display()))
    })
}

/// What is told at the end.
struct Report<'a> {
    args: &'a TrainArgs,
    labels: &'a Labels,
    reviewed: usize,
    lessons: &'a [bartizan::learning::local::Lesson],
    features: usize,
    old: Layer,
    layer: Layer,
    crossed: Option<Cross>,
    sum: String,
}

/// Figures of the check at one level.
struct Checked {
    level: &'static str,
    before: Vec<Row>,
    after: Vec<Row>,
    unknown: usize,
}

/// Techniques told of; `--json` and the recipe have them all.
const SHOWN: usize = 12;

impl Report<'_> {
    /// What the check found: level, then rows before and after, at the thresholds of the base model and of the new
    /// one, and what was left out because nobody reviewed it.
    fn checked(&self) -> Option<Vec<Checked>> {
        let crossed = self.crossed.as_ref()?;
        let bootstrap = Bootstrap { samples: 1000, seed: 7 };
        let points = |t: &[f32; 2]| vec![("strict".to_owned(), t[0]), ("balanced".to_owned(), t[1])];
        let rows = |pairs: &Pairs, thresholds: &[f32; 2]| {
            let mut rows = pairs.figures(&points(thresholds), bootstrap).rows;
            rows.truncate(2);
            rows
        };
        let levels = [("report", &crossed.documents), ("sentence", &crossed.sentences)];
        let level = |(level, pairs): (&'static str, &BeforeAfter)| Checked {
            level,
            before: rows(&pairs.before, &self.old.thresholds),
            after: rows(&pairs.after, &self.layer.thresholds),
            unknown: pairs.after.unknown,
        };
        Some(levels.map(level).into())
    }

    fn text(&self) -> String {
        let labels = self.labels;
        let mut text = format!(
            "{} reports ({} reviewed throughout), {} sentences\n",
            labels.documents.len(),
            self.reviewed,
            labels.sentences()
        );
        text += &shown::ids(&labels.ids);
        text += &format!("{} new words and word pairs\n\nlearned\n", self.features);
        for l in self.lessons.iter().take(SHOWN) {
            let new = if l.new { ", new to the model" } else { "" };
            text += &format!(
                "  {:<12} {} sentences show it, {} do not; {} weights changed{new}\n",
                l.id, l.positives, l.negatives, l.weights
            );
        }
        if self.lessons.len() > SHOWN {
            text += &format!("  and {} more techniques; the recipe lists them\n", self.lessons.len() - SHOWN);
        }
        text += &self.check();
        text += &match self.layer.thresholds == self.old.thresholds {
            true => format!(
                "thresholds kept: strict {:.2}, balanced {:.2}",
                self.old.thresholds[0], self.old.thresholds[1]
            ),
            false => format!(
                "thresholds set anew: strict {:.2}, balanced {:.2}",
                self.layer.thresholds[0], self.layer.thresholds[1]
            ),
        };
        if self.reviewed < ENOUGH {
            text += &format!(" (they follow the labels from {ENOUGH} wholly reviewed reports on)");
        }
        let path = self.args.output.display();
        text += &format!("\nwrote {path} and its recipe; use it with --model {path}\n");
        text
    }

    fn check(&self) -> String {
        let Some(checked) = self.checked() else {
            let why = if self.args.no_check { "--no-check" } else { "it needs two reports or more" };
            return format!("\nnot checked on unseen reports: {why}\n");
        };
        let mut text = String::from("\neach report judged by a model that was trained without it\n");
        for level in checked {
            text += &shown::head(&format!("{} level", level.level));
            for (title, rows) in [("before", level.before), ("after", level.after)] {
                for mut row in rows {
                    row.name = format!("{title} {}", row.name);
                    text += &shown::row(&row);
                }
            }
            if level.unknown > 0 {
                let unknown = level.unknown;
                text += &format!(
                    "  {unknown} scores left out that nobody reviewed: precision leaves them out too\n"
                );
            }
        }
        text
    }

    fn json(&self) -> serde_json::Value {
        let lessons: Vec<_> = self
            .lessons
            .iter()
            .map(|l| {
                json!({
                    "id": l.id, "positives": l.positives, "negatives": l.negatives, "weights": l.weights, "new": l.new,
                })
            })
            .collect();
        let check = self.checked().map(|levels| {
            let list = |rows: &[Row]| rows.iter().map(row_json).collect::<Vec<_>>();
            let level = |c: &Checked| {
                json!({
                    "level": c.level, "before": list(&c.before), "after": list(&c.after),
                    "unreviewed_left_out": c.unknown,
                })
            };
            levels.iter().map(level).collect::<Vec<_>>()
        });
        json!({
            "model": self.args.output,
            "sha256": self.sum,
            "labels": {
                "sha256": self.labels.sha256, "documents": self.labels.documents.len(), "reviewed": self.reviewed,
                "sentences": self.labels.sentences(),
            },
            "new_features": self.features,
            "techniques": lessons,
            "thresholds": { "before": self.old.thresholds, "after": self.layer.thresholds },
            "check": check,
        })
    }
}
