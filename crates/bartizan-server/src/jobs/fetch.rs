//! The job that fetches a report from an address that somebody handed in; what it fetched is a submission like any other.

use bartizan_clearinghouse::access::{Audience, OrganisationId, PersonId};
use bartizan_clearinghouse::token;
use bartizan_stix::Tlp;
use bartizan_store::{Action, Enqueued, Job, JobProgress, NewJob, Store};
use serde::{Deserialize, Serialize};

use super::analyze::{Submission, submit};
use super::outside::{Outside, database, lasting};
use super::work::{Outcome, Tell, WorkFault};

pub(super) use bartizan_fetch::Ask;

/// The name of the job.
pub const NAME: &str = "fetch";
/// How often an address is tried.
const ATTEMPTS: i64 = 4;
/// The same address asked for again within this time is the same wish, microseconds.
const SAME: i64 = 600_000_000;
/// The longest address.
pub const LONGEST: usize = 2_000;

/// An address that somebody hands in.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Where the report is.
    pub url: &'a str,
    /// How far it may go.
    pub marking: Tlp,
    /// The report it is a new edition of; empty: a report of its own; none: as its address, title and publisher say.
    pub update_of: Option<&'a str>,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Who hands it in.
    pub person: PersonId,
}

impl Wanted<'_> {
    fn audience(&self) -> Audience {
        Audience { author: Some(self.person), ..Audience::new(self.organisation, self.marking) }
    }
}

#[derive(Serialize, Deserialize)]
struct Arguments {
    url: String,
    name: String,
    marking: String,
    #[serde(default)]
    update_of: Option<String>,
}

/// Takes an address: when this returns, it is not lost any more; it is fetched later.
///
/// # Errors
/// If it could not be kept.
pub async fn want(
    store: &Store,
    by: &Action<'_>,
    wanted: &Wanted<'_>,
) -> Result<Enqueued, bartizan_store::Error> {
    let Wanted { url, marking, update_of, organisation, person } = *wanted;
    let who = if marking == Tlp::Red { person.0 } else { 0 };
    let mut wish = format!("{url}\n{}\n{who}", marking.as_str());
    if let Some(id) = update_of {
        wish += &format!("\n{id}");
    }
    let digest = token::digest(&wish);
    let arguments = Arguments {
        url: url.to_owned(),
        name: url.chars().take(200).collect(),
        marking: marking.as_str().to_owned(),
        update_of: update_of.map(str::to_owned),
    };
    let new = NewJob {
        name: NAME,
        arguments: &serde_json::to_string(&arguments).unwrap_or_default(),
        key: &format!("{digest}:{}", by.now.div_euclid(SAME).max(0)),
        organisation,
        person: Some(person),
        audience: Some(&wanted.audience()),
        content: None,
        most_attempts: ATTEMPTS,
    };
    store.enqueue(by, &new).await
}

/// The job that goes on with what a job fetched, by its outward name.
pub(crate) fn next(job: &Job) -> Option<String> {
    if job.name != NAME {
        return None;
    }
    let result: serde_json::Value = serde_json::from_str(job.result.as_deref()?).ok()?;
    result["next"].as_str().map(str::to_owned)
}

impl Outside {
    /// Fetches a report and hands it in.
    pub(super) async fn report(&self, job: &Job, tell: &Tell) -> Result<Outcome, WorkFault> {
        let wrong = |e: serde_json::Error| lasting("job.arguments", e.to_string());
        let arguments: Arguments = serde_json::from_str(&job.arguments).map_err(wrong)?;
        let person = job.person.ok_or_else(|| lasting("job.arguments", "nobody handed it in"))?;
        self.submitter(job).await?;
        tell.say(JobProgress { stage: "fetching".into(), done: 0, of: 0 });
        let fetched = self.get(&arguments.url, Ask::default()).await?;
        let fetched = fetched.ok_or_else(|| lasting("fetch.status", "nothing came"))?;
        if fetched.bytes.is_empty() {
            return Err(lasting("fetch.answer", "the answer is empty"));
        }
        let marking = Tlp::parse(&arguments.marking).unwrap_or(Tlp::Red);
        let update_of = arguments.update_of.as_deref();
        let wanted = Wanted { url: &fetched.url, marking, update_of, organisation: job.organisation, person };
        let audience = wanted.audience();
        let submission = Submission {
            name: &fetched.url,
            document: &fetched.bytes,
            marking: Some(marking),
            source_url: Some(&fetched.url),
            media_type: fetched.media_type.as_deref(),
            update_of,
            organisation: job.organisation,
            person: Some(person),
            audience: Some(&audience),
        };
        // A repeated attempt hands in the same bytes, which are one job.
        let by = Action { actor: "system", now: self.around.now() };
        let queued = submit(&self.store, &by, &submission).await.map_err(database)?;
        let next = self.store.job(queued.id).await.map_err(database)?;
        let next = next.ok_or_else(|| lasting("job.arguments", "the submission is gone"))?;
        self.wake.now();
        let result = serde_json::json!({ "next": next.uuid, "bytes": fetched.bytes.len() }).to_string();
        Ok(Outcome { result, contents: Vec::new(), report: None })
    }
}
