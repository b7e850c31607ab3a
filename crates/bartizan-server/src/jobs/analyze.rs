//! The job that analyses a submitted report.

use std::collections::BTreeMap;

use bartizan_clearinghouse::access::{Audience, OrganisationId, PersonId};
use bartizan_clearinghouse::review::Source;
use bartizan_knowledge::Pack;
use bartizan_stix::Tlp;
use bartizan_store::{Action, Content, Enqueued, Job, JobProgress, KeptRule, NewJob, Store};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::isolate::{Ended, Isolation, Package, Task};
use super::work::{Head, Outcome, Tell, Work, WorkFault};

/// The name of the job.
pub const NAME: &str = "analyze";
/// How often a report is tried.
const ATTEMPTS: i64 = 4;
/// Files of a package that are kept by themselves beside the whole.
const KEPT: [&str; 3] = ["analysis.json", "bundle.json", "report.html"];

/// A report that somebody hands in.
#[derive(Clone, Debug)]
pub struct Submission<'a> {
    /// Its name.
    pub name: &'a str,
    /// The report.
    pub document: &'a [u8],
    /// Marking of everything written; none: as the report says.
    pub marking: Option<Tlp>,
    /// Where it came from.
    pub source_url: Option<&'a str>,
    /// The media type that its sender declared.
    pub media_type: Option<&'a str>,
    /// The report it is a new edition of; empty: a report of its own; none: as its address, title and publisher say.
    pub update_of: Option<&'a str>,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Who hands it in.
    pub person: Option<PersonId>,
    /// Who may see it.
    pub audience: Option<&'a Audience>,
}

/// The arguments as they are kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Arguments {
    pub(super) digest: String,
    pub(super) name: String,
    pub(super) now: String,
    pub(super) marking: Option<String>,
    pub(super) source_url: Option<String>,
    pub(super) media_type: Option<String>,
    /// The report it is a new edition of, as its sender said; empty: of none. Without a word it is looked for.
    #[serde(default)]
    pub(super) update_of: Option<String>,
}

/// What came of it as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analyzed {
    /// SHA-256 of `package.zip` and of the files that are kept by themselves, by name.
    pub contents: BTreeMap<String, String>,
    /// The names of all files in the package.
    pub files: Vec<String>,
}

/// Takes a report: when this returns, it is not lost any more. The same report of the same organisation under the same marking
/// is analysed once.
///
/// # Errors
/// If it could not be kept.
pub async fn submit(
    store: &Store,
    by: &Action<'_>,
    submission: &Submission<'_>,
) -> Result<Enqueued, bartizan_store::Error> {
    let ready = Ready::new(submission, by.now);
    store.enqueue(by, &ready.job()).await
}

/// A submission made ready: the texts that its job is made of.
pub(super) struct Ready<'a> {
    submission: &'a Submission<'a>,
    content: Content<'a>,
    key: String,
    arguments: String,
}

impl<'a> Ready<'a> {
    pub(super) fn new(submission: &'a Submission<'a>, now: i64) -> Self {
        let content = Content::new(submission.document);
        let marking = submission.marking.map(Tlp::as_str);
        let mut key = format!("{}:{}", content.digest(), slug(marking.unwrap_or("as-written")));
        // What only its sender reads is no answer to somebody else, nor a sign that it is there.
        if let (Some(Tlp::Red), Some(person)) = (submission.marking, submission.person) {
            key += &format!(":{}", person.0);
        }
        let arguments = Arguments {
            digest: content.digest().to_owned(),
            name: submission.name.chars().take(200).collect(),
            now: jiff::Timestamp::from_microsecond(now)
                .unwrap_or_default()
                .strftime("%Y-%m-%dT%H:%M:%SZ")
                .to_string(),
            marking: marking.map(str::to_owned),
            source_url: submission.source_url.map(str::to_owned),
            media_type: submission.media_type.map(str::to_owned),
            update_of: submission.update_of.map(str::to_owned),
        };
        let arguments = serde_json::to_string(&arguments).unwrap_or_default();
        Self { submission, content, key, arguments }
    }

    pub(super) fn job(&'a self) -> NewJob<'a> {
        NewJob {
            name: NAME,
            arguments: &self.arguments,
            key: &self.key,
            organisation: self.submission.organisation,
            person: self.submission.person,
            audience: self.submission.audience,
            content: Some(self.content.clone()),
            most_attempts: ATTEMPTS,
        }
    }
}

/// `TLP:AMBER+STRICT` as a part of a key.
fn slug(label: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    label.chars().map(plain).collect()
}

/// Analyses reports in child processes.
pub struct Analyze {
    /// Where reports are.
    pub store: Store,
    /// How children are started.
    pub isolation: Isolation,
    /// What reviews of earlier editions are read with.
    pub pack: &'static Pack,
}

impl Work for Analyze {
    fn names(&self) -> &[&str] {
        &[NAME]
    }

    async fn run(&self, job: &Job, tell: Tell) -> Result<Outcome, WorkFault> {
        let (arguments, document) = load(&self.store, job).await?;
        let Arguments { name, now, marking, source_url, media_type, .. } = arguments.clone();
        let mut task = Task { name, now, marking, source_url, media_type, document };
        let say = |p: super::isolate::Progress| {
            tell.say(JobProgress { stage: p.stage, done: p.done.into(), of: p.of.into() });
        };
        let mut package = self.isolation.run(&task, say).await.map_err(fault)?;
        // Who hands a report in may mark it more strictly than it marks itself, never less: then it is done again by its own
        // marking, so that everything in the package says so.
        let chosen = task.marking.as_deref().and_then(Tlp::parse);
        if chosen.is_some_and(|chosen| said(&package).is_some_and(|marking| marking > chosen)) {
            task.marking = None;
            package = self.isolation.run(&task, say).await.map_err(fault)?;
        }
        finished(&self.store, self.pack, job, &arguments, package).await
    }
}

/// What a job is about, and the report.
pub(super) async fn load(store: &Store, job: &Job) -> Result<(Arguments, Vec<u8>), WorkFault> {
    let lasting = |code: &str, message: String| WorkFault { code: code.to_owned(), message, passing: false };
    let arguments: Arguments =
        serde_json::from_str(&job.arguments).map_err(|e| lasting("job.arguments", e.to_string()))?;
    let document = store.content(&arguments.digest).await.map_err(|e| WorkFault {
        code: "job.database".to_owned(),
        message: e.to_string(),
        passing: true,
    })?;
    let document =
        document.ok_or_else(|| lasting("job.no-content", format!("{} is not here", arguments.digest)))?;
    Ok((arguments, document))
}

/// The worker's own code is the more telling one.
pub(super) fn fault(ended: Ended) -> WorkFault {
    let Ended { code, detail, message } = ended;
    WorkFault {
        code: detail.unwrap_or_else(|| code.as_str().to_owned()),
        message,
        passing: code.is_passing(),
    }
}

/// How far a report may go, as its analysis found.
fn said(package: &Package) -> Option<Tlp> {
    Some(marking(&serde_json::from_slice(package.file("analysis.json")?).ok()?))
}

/// What is kept of a package, with the edition before it.
pub(super) async fn finished(
    store: &Store,
    pack: &'static Pack,
    job: &Job,
    arguments: &Arguments,
    package: Package,
) -> Result<Outcome, WorkFault> {
    let analysis = package.file("analysis.json").unwrap_or_default().to_vec();
    let mut made = outcome(package);
    if let Some(head) = &mut made.report {
        head.former = super::editions::former(store, pack, job, arguments, head, &analysis).await?;
        super::drafts::draft(store, job, (head.marking, &arguments.now), &analysis).await?;
    }
    Ok(made)
}

fn outcome(mut package: Package) -> Outcome {
    let files = package.files.keys().cloned().collect();
    let mut contents = BTreeMap::new();
    let mut kept = Vec::new();
    let analysis = package.files.get("analysis.json").and_then(|bytes| serde_json::from_slice(bytes).ok());
    let rules = super::rules::rules(&package.files);
    let archive = ("package.zip".to_owned(), package.archive);
    let single = KEPT.iter().filter_map(|name| Some(((*name).to_owned(), package.files.remove(*name)?)));
    for (name, bytes) in std::iter::once(archive).chain(single) {
        contents.insert(name, Content::new(&bytes).digest().to_owned());
        kept.push(bytes);
    }
    let report = analysis.map(|analysis| Box::new(head(&analysis, &contents, rules)));
    let result = serde_json::to_string(&Analyzed { contents, files }).unwrap_or_default();
    Outcome { result, contents: kept, report }
}

/// What the library keeps of an analysis (docs/schema/analysis-1.json).
fn head(analysis: &Value, contents: &BTreeMap<String, String>, rules: Vec<KeptRule>) -> Head {
    let text =
        |pointer: &str| analysis.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let claims = match Source::read(analysis.clone()) {
        Ok(source) => source.claims().count(),
        Err(_) => 0,
    };
    // What people look for: the text itself, and the names and values as they are written when nobody hides them.
    let mut words = text("/document/text");
    let names =
        [("techniques", "id"), ("techniques", "name"), ("entities", "name"), ("observables", "value")];
    for (list, member) in names {
        for item in analysis[list].as_array().into_iter().flatten() {
            words.push('\n');
            words.push_str(item[member].as_str().unwrap_or_default());
        }
    }
    Head {
        marking: marking(analysis),
        title: text("/summary/title"),
        publisher: text("/document/publisher"),
        published: text("/document/published"),
        kind: text("/assessment/genre"),
        source: text("/document/source_url"),
        contents: serde_json::to_string(contents).unwrap_or_default(),
        claims: i64::try_from(claims).unwrap_or_default(),
        words,
        names: super::names::names(analysis),
        rules,
        language: text("/document/language"),
        former: None,
    }
}

fn marking(analysis: &Value) -> Tlp {
    // A marking that cannot be read is the strictest.
    let read = |pointer: &str| {
        let text = analysis.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.map(|text| Tlp::parse(text).unwrap_or(Tlp::Red))
    };
    // What the report says of itself counts, whatever its sender chose.
    read("/marking").unwrap_or(Tlp::Red).max(read("/document/marking").unwrap_or(Tlp::Clear))
}
