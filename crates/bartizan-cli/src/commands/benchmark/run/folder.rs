//! The folder of a run: task, dataset, plan, logs.

use std::path::{Path, PathBuf};

use bartizan_programme::plan::SandboxKind;
use bartizan_programme::suite::dataset;

use super::super::log;
use super::order::Order;
use crate::exit::{Exit, Failure};

/// The folder of a run.
pub struct Folder {
    /// Where it is.
    pub root: PathBuf,
    /// The log to go on with, if the run is continued.
    pub resumed: Option<PathBuf>,
}

impl Folder {
    /// Writes the folder of a plan. Its readers are its owner's: transcripts are nobody else's.
    pub fn write(order: &Order, resume: Option<&Path>, dir: &Path) -> Result<Self, Failure> {
        let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
        let root = dir.join(order.plan.id.as_str());
        make(&root.join("logs"))?;
        let folder = Self { root, resumed: None };
        let resumed = resume.map(|log| folder.continued(order, log)).transpose()?;
        if resumed.is_none() && !folder.logs().is_empty() {
            let text = format!(
                "{} has the log of a run: go on with it by --resume, or take another folder",
                folder.root.display()
            );
            return Err(Failure::new(Exit::CannotCreate, "benchmark.folder", text));
        }
        folder.file("plan.json", order.plan.canonical().as_bytes())?;
        folder.file(&order.task.0, &order.task.1)?;
        if let Some(questions) = &order.questions {
            folder.file("dataset.jsonl", dataset(questions).as_bytes())?;
        }
        folder.file("task.json", order.parameters(&folder.dataset()).to_string().as_bytes())?;
        // Inspect looks for this upwards, and takes variables from it: ours, with nothing in it, is the first.
        folder.file(".env", b"")?;
        if order.plan.sandbox.kind == SandboxKind::Container && order.sandbox.is_none() {
            folder.file("compose.yaml", compose(order).as_bytes())?;
        }
        Ok(Self { resumed, ..folder })
    }

    /// The file of questions.
    pub fn dataset(&self) -> PathBuf {
        self.root.join("dataset.jsonl")
    }

    /// What Inspect said.
    pub fn said(&self) -> PathBuf {
        self.root.join("inspect.txt")
    }

    /// The logs that are there, in order of their names, which begin with the time.
    pub fn logs(&self) -> Vec<PathBuf> {
        let found = std::fs::read_dir(self.root.join("logs")).into_iter().flatten().flatten();
        let mut all: Vec<PathBuf> = found
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "eval"))
            .collect();
        all.sort();
        all
    }

    /// The newest log that was not there before.
    pub fn newest(&self, before: &[PathBuf]) -> Option<PathBuf> {
        self.logs().into_iter().rfind(|path| !before.contains(path))
    }

    fn file(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.root.join(name);
        std::fs::write(&path, bytes).map_err(|error| cannot(&path, &error))
    }

    /// A log that this plan can go on with: Inspect runs whatever task file and model a log names.
    fn continued(&self, order: &Order, path: &Path) -> Result<PathBuf, Failure> {
        let wrong = |why: &str| {
            let text = format!("{} is no log to go on with: {why}", path.display());
            Failure::new(Exit::BadData, "benchmark.resume", text)
        };
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let own = self.logs().into_iter().find(|log| *log == absolute);
        let own = own.ok_or_else(|| wrong("it does not lie in the folder of this run"))?;
        let opened = log::open(&own)?;
        let log = opened.log();
        let kept = std::fs::read(self.root.join("plan.json")).unwrap_or_default();
        if kept != order.plan.canonical().as_bytes() {
            return Err(wrong("it is of another plan"));
        }
        if log.eval.task_file.as_deref() != Some(order.task.0.as_str())
            || log.eval.model != order.model
            || log.eval.solver.is_some()
        {
            return Err(wrong("it names another task file, solver or model"));
        }
        let passed = log.json.get("eval").and_then(|eval| eval.get("task_args_passed"));
        let passed =
            passed.and_then(|args| serde_json::from_str::<serde_json::Value>(&args.to_string()).ok());
        let elsewhere =
            log.eval.model_base_url.as_deref().is_some_and(|url| Some(url) != order.base_url.as_deref());
        if passed != Some(order.parameters(&self.dataset())) || elsewhere {
            return Err(wrong("its parameters or its endpoint are not those of this plan"));
        }
        Ok(own)
    }
}

/// The plan's image without a network, as Docker takes it.
fn compose(order: &Order) -> String {
    let sandbox = &order.plan.sandbox;
    let image = sandbox.image.as_ref().map_or(String::new(), |image| format!("sha256:{image}"));
    let mut text = format!(
        "services:\n  default:\n    image: \"{image}\"\n    pull_policy: never\n    init: true\n    command: tail -f /dev/null\n    network_mode: none\n"
    );
    if sandbox.cpus > 0 {
        text += &format!("    cpus: {}.0\n", sandbox.cpus);
    }
    if sandbox.memory_mib > 0 {
        text += &format!("    mem_limit: {}m\n", sandbox.memory_mib);
    }
    text
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::CannotCreate, "output.unwritable", format!("cannot write {}: {error}", path.display()))
}

fn make(path: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| cannot(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bartizan_programme::plan::{Catalogue, Sandbox};

    #[test]
    fn a_container_is_the_image_of_the_plan_and_reaches_nothing() {
        let mut plan = Catalogue::embedded().unwrap().plans[0].clone();
        let image = bartizan_programme::Digest::of(b"image");
        let text = format!("image: \"sha256:{image}\"\n");
        plan.sandbox = Sandbox {
            kind: SandboxKind::Container,
            image: Some(image),
            cpus: 2,
            memory_mib: 512,
            seconds: 60,
        };
        let order = Order {
            task: ("inspect_task.py".into(), Vec::new()),
            task_name: plan.task.to_string(),
            plan,
            questions: None,
            model: "mockllm/model".into(),
            base_url: None,
            credential: None,
            sandbox: None,
        };
        let written = compose(&order);
        for line in
            [&text, "network_mode: none\n", "pull_policy: never\n", "cpus: 2.0\n", "mem_limit: 512m\n"]
        {
            assert!(written.contains(line), "{written}");
        }
    }
}
