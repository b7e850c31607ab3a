//! `bartizan benchmark dataset`: a suite as Inspect takes it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use bartizan_programme::suite::{self, Format, Question, Scoring, TASK_FILE, builtin, dataset};
use serde_json::json;

use crate::args::Global;
use crate::args_benchmark::DatasetArgs;
use crate::exit::{Exit, Failure};
use crate::out;

fn questions(args: &DatasetArgs) -> Result<(Scoring, Vec<Question>), Failure> {
    if let Some(format) = &args.format {
        return file(Path::new(&args.suite), format);
    }
    let known = builtin().into_iter().find(|one| one.name == args.suite);
    let known = known.map(|one| (one.scoring, one.questions));
    let text =
        "is no suite of the program; `bartizan benchmark suites` lists them, and --format reads a file";
    known.ok_or_else(|| Failure::new(Exit::Usage, "benchmark.suite", format!("{} {text}", args.suite)))
}

/// A file of questions that the user has.
pub fn file(path: &Path, format: &str) -> Result<(Scoring, Vec<Question>), Failure> {
    let format = Format::parse(format).ok_or_else(|| {
        let all: Vec<&str> = Format::ALL.iter().map(|one| one.as_str()).collect();
        Failure::new(Exit::Usage, "benchmark.format", format!("{format} is none of {}", all.join(", ")))
    })?;
    let bytes = read(path, suite::MOST_BYTES)?;
    suite::load(format, &bytes).map_err(|fault| {
        Failure::new(Exit::BadData, fault.code.as_str(), format!("{}: {}", path.display(), fault.message))
    })
}

/// A file, and one byte more than `most` if it is longer.
pub fn read(path: &Path, most: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|error| {
        Failure::new(Exit::NoInput, "input.unreadable", format!("{}: {error}", path.display()))
    })?;
    Ok(bytes)
}

/// Writes dataset and task file, and says how to run them.
pub fn write(global: &Global, args: &DatasetArgs) -> Result<Exit, Failure> {
    let (scoring, questions) = questions(args)?;
    // Inspect changes its folder to that of the task file: a relative path would lead elsewhere.
    let dir = std::path::absolute(&args.dir).unwrap_or_else(|_| args.dir.clone());
    let failed = |error: std::io::Error| {
        Failure::new(Exit::CannotCreate, "output.failed", format!("{}: {error}", args.dir.display()))
    };
    std::fs::create_dir_all(&args.dir).map_err(failed)?;
    std::fs::write(args.dir.join("dataset.jsonl"), dataset(&questions)).map_err(failed)?;
    std::fs::write(args.dir.join("inspect_task.py"), TASK_FILE).map_err(failed)?;
    if global.json {
        out::json(
            &json!({ "questions": questions.len(), "scoring": scoring.as_str(), "dir": dir.display().to_string() }),
        )?;
    } else {
        let (task, file) = (dir.join("inspect_task.py"), dir.join("dataset.jsonl"));
        out::text(&format!(
            "{} questions. To run them:\n  inspect eval {}@suite -T dataset={} -T scoring={} --model MODEL\n",
            questions.len(),
            task.display(),
            file.display(),
            scoring.as_str()
        ))?;
    }
    Ok(Exit::Ok)
}
