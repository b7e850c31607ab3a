//! What is run: a plan with the questions, the model and the credential that go with it.

use std::path::Path;

use bartizan_programme::plan::{Plan, SandboxKind};
use bartizan_programme::suite::{Question, Scoring, TASK_FILE, builtin};
use serde_json::{Map, Value, json};

use super::super::dataset::{self, read};
use crate::args_benchmark::RunArgs;
use crate::exit::{Exit, Failure};

/// The name of the program's task in plans.
const TASK: &str = "inspect_task.py@suite";
/// Longest task file of a user.
const LONGEST_TASK: usize = 1 << 20;
/// Inspect's mock model: it reaches nothing.
const MOCK: &str = "mockllm/";

/// A plan with everything that it takes to carry it out.
pub struct Order {
    /// The plan.
    pub plan: Plan,
    /// Its task file: name and bytes.
    pub task: (String, Vec<u8>),
    /// What of the file is the task, e.g. `inspect_task.py@suite`.
    pub task_name: String,
    /// The questions, if the task takes a dataset.
    pub questions: Option<Vec<Question>>,
    /// The model as Inspect names it.
    pub model: String,
    /// Where it is reached.
    pub base_url: Option<String>,
    /// What opens it.
    pub credential: Option<String>,
    /// The sandbox as Inspect takes it; `None`: there is none, or that of the folder.
    pub sandbox: Option<String>,
}

fn wrong(text: impl Into<String>) -> Failure {
    Failure::new(Exit::Usage, "benchmark.plan", text)
}

impl Order {
    /// Everything that a plan takes, or what is missing.
    pub fn new(args: &RunArgs, plan: Plan) -> Result<Self, Failure> {
        let task = task(args, &plan)?;
        let questions = questions(args, &plan)?;
        let sandbox = sandbox(args, &plan)?;
        let (model, base_url) = model(args)?;
        let credential = args.credential_env.as_deref().map(credential).transpose()?;
        if base_url.is_some() && credential.is_none() && !args.prepare {
            return Err(Failure::new(
                Exit::Usage,
                "benchmark.credential",
                "--base-url needs --credential-env",
            ));
        }
        Ok(Self {
            task_name: plan.task.to_string(),
            plan,
            task,
            questions,
            model,
            base_url,
            credential,
            sandbox,
        })
    }

    /// How often each sample is run: every seed has its passes.
    pub fn epochs(&self) -> u64 {
        u64::from(self.plan.epochs) * self.plan.seeds.len().max(1) as u64
    }

    /// The parameters of the task. Inspect takes them as a file: words in arguments would be read as YAML.
    pub fn parameters(&self, dataset: &Path) -> Value {
        let mut all: Map<String, Value> = self
            .plan
            .parameters
            .iter()
            .map(|(name, value)| (name.to_string(), value.as_str().into()))
            .collect();
        let elicitation = &self.plan.elicitation;
        if self.questions.is_some() {
            all.insert("dataset".into(), dataset.display().to_string().into());
        }
        let seeds: Vec<String> = self.plan.seeds.iter().map(ToString::to_string).collect();
        all.insert("seeds".into(), seeds.join(",").into());
        all.insert("epochs".into(), self.epochs().into());
        if let Some(system) = &elicitation.system {
            all.insert("system".into(), system.as_str().into());
        }
        // Only tasks of the user take these.
        if elicitation.attempts > 1 {
            all.insert("attempts".into(), elicitation.attempts.into());
        }
        if !elicitation.tools.is_empty() {
            all.insert("tools".into(), json!(elicitation.tools));
        }
        Value::Object(all)
    }
}

fn task(args: &RunArgs, plan: &Plan) -> Result<(String, Vec<u8>), Failure> {
    let ours = plan.task.as_str() == TASK;
    let file = plan.task.as_str().split('@').next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let named = file.strip_suffix(".py").is_some_and(|stem| {
        stem.bytes().all(plain) && stem.starts_with(|first: char| first.is_ascii_alphanumeric())
    });
    if !named {
        return Err(wrong(format!("the task of {} is no Python file and task, such as {TASK}", plan.id)));
    }
    match &args.task_file {
        None if !ours => {
            Err(wrong(format!("{} runs {}: give its file with --task-file", plan.id, plan.task)))
        }
        None if plan.elicitation.attempts > 1 || !plan.elicitation.tools.is_empty() => {
            Err(wrong(format!("{} wants tools or several attempts, which {TASK} has not", plan.id)))
        }
        None => Ok((file.to_owned(), TASK_FILE.as_bytes().to_vec())),
        Some(_) if ours => Err(wrong(format!("{} runs the program's own task: no --task-file", plan.id))),
        Some(path) => {
            let bytes = read(path, LONGEST_TASK)?;
            if bytes.len() > LONGEST_TASK {
                return Err(Failure::new(
                    Exit::BadData,
                    "input.too-large",
                    format!("{} is too long", path.display()),
                ));
            }
            Ok((file.to_owned(), bytes))
        }
    }
}

fn questions(args: &RunArgs, plan: &Plan) -> Result<Option<Vec<Question>>, Failure> {
    let found: Option<(Scoring, Vec<Question>)> = match (&args.dataset, &args.format) {
        (Some(file), Some(format)) => Some(dataset::file(file, format)?),
        _ => {
            let known = builtin().into_iter().find(|one| one.name == plan.suite.as_str());
            let known = known.filter(|one| one.version == plan.suite_version);
            known.map(|one| (one.scoring, one.questions))
        }
    };
    let Some((scoring, questions)) = found else {
        if plan.task.as_str() != TASK {
            return Ok(None);
        }
        return Err(wrong(format!(
            "the program does not carry {} version {}: give its file with --dataset and --format",
            plan.suite, plan.suite_version
        )));
    };
    if questions.len() as u64 != u64::from(plan.samples) {
        return Err(wrong(format!(
            "{} has {} samples, and {} wants {}",
            plan.suite,
            questions.len(),
            plan.id,
            plan.samples
        )));
    }
    let other = plan.parameters.iter().find(|(name, _)| name.as_str() == "scoring");
    if let Some((_, word)) = other.filter(|(_, word)| word.as_str() != scoring.as_str()) {
        return Err(wrong(format!(
            "{} is scored by {}, and {} says {word}",
            plan.suite,
            scoring.as_str(),
            plan.id
        )));
    }
    Ok(Some(questions))
}

fn sandbox(args: &RunArgs, plan: &Plan) -> Result<Option<String>, Failure> {
    let own = plan.sandbox.kind == SandboxKind::Container && plan.hosts.is_empty();
    match &args.sandbox {
        Some(_) if plan.sandbox.kind == SandboxKind::None => {
            Err(wrong(format!("{} has no sandbox", plan.id)))
        }
        Some(text) if text.starts_with('-') || text.chars().any(char::is_control) => {
            Err(wrong("--sandbox is no sandbox of Inspect"))
        }
        Some(text) => Ok(Some(text.clone())),
        None if plan.sandbox.kind == SandboxKind::None || own => Ok(None),
        None => Err(wrong(format!(
            "{} wants a machine, or hosts that its sandbox may reach: set one up that reaches nothing else, and give it with --sandbox",
            plan.id
        ))),
    }
}

/// The model and where it is reached.
fn model(args: &RunArgs) -> Result<(String, Option<String>), Failure> {
    let wrong = |text: &str| Failure::new(Exit::Usage, "benchmark.model", text);
    let name = &args.model_name;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/@+-".contains(&byte);
    if name.is_empty() || name.len() > 128 || name.starts_with('-') || !name.bytes().all(plain) {
        return Err(wrong("--model-name is a name of letters, digits and . _ : / @ + -"));
    }
    match &args.base_url {
        None if name.starts_with(MOCK) => Ok((name.clone(), None)),
        None => Err(wrong("--model-name needs --base-url, unless it is mockllm/model")),
        Some(url) => {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            let plain = host.is_some_and(|rest| !rest.is_empty() && !rest.contains(['@', '?', '#']));
            if !plain || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(wrong(
                    "--base-url is like https://node.example/broker/v1, without credentials or a query",
                ));
            }
            Ok((format!("openai-api/bartizan/{name}"), Some(url.clone())))
        }
    }
}

fn credential(variable: &str) -> Result<String, Failure> {
    let found = std::env::var(variable).ok();
    let found =
        found.filter(|secret| secret.len() >= 8 && secret.bytes().all(|byte| byte.is_ascii_graphic()));
    found.ok_or_else(|| {
        let text = format!("{variable} is not set, or holds no credential: at least 8 visible characters");
        Failure::new(Exit::Config, "benchmark.credential", text)
    })
}
