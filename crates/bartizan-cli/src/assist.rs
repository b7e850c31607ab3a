//! The language model that the user names, if any: where its answers come from, an endpoint or a folder.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bartizan::mapping::second::{Opinions, Question};
use bartizan_fetch::Endpoint;

use crate::args::AssistArgs;
use crate::exit::{Exit, Failure};
use crate::out;

/// Most bytes of a recorded answer that are read; the library reads no longer one.
const LONGEST: u64 = (1 << 20) + 1;

/// Someone to ask.
#[derive(Debug)]
pub struct Assistant {
    /// Name of the model.
    pub model: String,
    source: Source,
}

#[derive(Debug)]
enum Source {
    /// An endpoint, as it was typed, and where its answers are kept.
    Endpoint { url: String, endpoint: Endpoint, record: Option<PathBuf> },
    /// A folder of kept answers.
    Replay(PathBuf),
}

impl Assistant {
    /// Works out what was meant; none if no language model was asked for.
    pub fn resolve(args: &AssistArgs) -> Result<Option<Self>, Failure> {
        let usage = |message: &str| Failure::new(Exit::Usage, "usage", message);
        let model = args.assist_model.clone().unwrap_or_default();
        let source = match (&args.assist, &args.assist_replay) {
            (None, None) if args.assist_model.is_some() => {
                return Err(usage("--assist-model needs --assist URL or --assist-replay DIR"));
            }
            (None, None) => return Ok(None),
            (_, Some(folder)) => Source::Replay(folder.clone()),
            (Some(url), None) => {
                let key = args.assist_key_env.as_deref().map(key).transpose()?;
                let timeout = Duration::from_secs(args.assist_timeout);
                let endpoint = Endpoint::chat(url, key, timeout)
                    .map_err(|e| Failure::new(Exit::Usage, e.code(), format!("--assist: {e}")))?;
                Source::Endpoint { url: url.clone(), endpoint, record: args.assist_record.clone() }
            }
        };
        if model.is_empty() {
            return Err(usage("--assist-model NAME is missing: the model's name at the endpoint"));
        }
        Ok(Some(Self { model, source }))
    }

    /// Gets the answers for one report. An endpoint that fails is asked no more for this report, which is then mapped
    /// without it; a recording that is missing is a failure, because the run was to repeat another.
    pub fn ask(&self, label: &str, questions: &[Question], quiet: bool) -> Result<Opinions, Failure> {
        let mut opinions = Opinions { model: self.model.clone(), ..Opinions::default() };
        match &self.source {
            Source::Replay(folder) => {
                for question in questions {
                    opinions.answers.insert(question.key.clone(), Ok(recorded(folder, &question.key)?));
                }
            }
            Source::Endpoint { url, endpoint, record } => {
                if !quiet && !questions.is_empty() {
                    let count = questions.len();
                    let count = if count == 1 { "one question".into() } else { format!("{count} questions") };
                    out::note(&format!("note: sentences of {label} go to {url} in {count}"));
                }
                let mut silence = None;
                for question in questions {
                    let answer = match &silence {
                        Some(reason) => Err(String::clone(reason)),
                        None => endpoint.post(&question.body).map_err(|e| {
                            if !quiet {
                                out::note(&format!(
                                    "warning: {label} is mapped without the language model: {e}"
                                ));
                            }
                            // The address stays out of what is written: packages are passed on.
                            let reason = e.code().to_owned();
                            silence = Some(reason.clone());
                            reason
                        }),
                    };
                    if let (Some(folder), Ok(answer)) = (record, &answer) {
                        keep(folder, question, answer)?;
                    }
                    opinions.answers.insert(question.key.clone(), answer);
                }
            }
        }
        Ok(opinions)
    }
}

/// The key in an environment variable.
fn key(name: &str) -> Result<String, Failure> {
    let key = std::env::var(name).unwrap_or_default();
    if key.trim().is_empty() {
        return Err(Failure::new(
            Exit::Config,
            "assist.no-key",
            format!("the environment variable {name} of --assist-key-env holds no key; set it"),
        ));
    }
    Ok(key.trim().to_owned())
}

/// Where the answer to a question is kept.
fn answer_path(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("{key}.answer.json"))
}

fn recorded(folder: &Path, key: &str) -> Result<Vec<u8>, Failure> {
    let path = answer_path(folder, key);
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(Failure::new(
            Exit::NoInput,
            "assist.no-recording",
            format!(
                "no recorded answer {}: report, model name, knowledge pack, technique model and program must be those \
                 of the recording; record anew with --assist URL --assist-record {}",
                path.display(),
                folder.display()
            ),
        )),
        Err(e) => Err(Failure::new(
            Exit::NoInput,
            "assist.unreadable",
            format!("cannot read the recorded answer {}: {e}", path.display()),
        )),
    }
}

/// Keeps question and answer, each as it went over the wire.
fn keep(folder: &Path, question: &Question, answer: &[u8]) -> Result<(), Failure> {
    let request = folder.join(format!("{}.request.json", question.key));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(request, &question.body))
        .and_then(|()| std::fs::write(answer_path(folder, &question.key), answer))
        .map_err(|e| {
            Failure::new(
                Exit::CannotCreate,
                "assist.unwritable",
                format!("cannot record answers in {}: {e}", folder.display()),
            )
        })
}
