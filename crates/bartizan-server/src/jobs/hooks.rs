//! The jobs that send messages to webhooks, and that place objects whose embargo has ended.
//!
//! What a message says is put together here, at the moment it is sent: from what its maker may read and send on now. If that is
//! nothing, nothing is sent and nothing is remembered; whether something unreadable happened shows nowhere.

mod message;

use std::sync::Arc;

use bartizan_clearinghouse::access::{CollectionId, Scope, Scopes, Thing, Verb, decide};
use bartizan_clearinghouse::privacy::{Keep, Mode, scrub_json};
use bartizan_clearinghouse::{hook, token};
use bartizan_fetch::{Poster, Rules};
use bartizan_store::{Action, Delivery, Event, Job, Store, Webhook, WebhookId};
use serde::Deserialize;
use serde_json::Value;

use super::work::{Outcome, Tell, Work, WorkFault};
use crate::app::Surroundings;
use crate::seal::Seal;
use crate::sharing::webhooks::{rules, thing};

/// Names of the jobs, as the store asks for them.
const SEND: &str = "webhook";
const RELEASE: &str = "release";

/// Sends messages, and places what is no longer under embargo.
pub struct Hooks {
    store: Store,
    seal: Arc<Seal>,
    around: Arc<dyn Surroundings>,
    poster: Arc<Poster>,
    privacy: Mode,
}

/// The arguments of a message's job, as the store keeps them.
#[derive(Deserialize)]
struct Arguments {
    webhook: i64,
    event: String,
    /// When it happened.
    at: i64,
    about: Value,
}

#[derive(Deserialize)]
struct Ended {
    collection: i64,
    until: i64,
}

impl Hooks {
    /// With the seal of the secrets, and what fetching may do on this node (`Config::fetch`): messages go nowhere else.
    pub fn new(store: Store, seal: Arc<Seal>, fetch: &Rules, around: Arc<dyn Surroundings>) -> Self {
        Self { store, seal, around, poster: Arc::new(Poster::new(rules(fetch))), privacy: Mode::Remove }
    }

    /// The same, with what is done about personal data in messages.
    #[must_use]
    pub fn privacy(self, privacy: Mode) -> Self {
        Self { privacy, ..self }
    }

    /// Data without what is personal; what was removed is in the log, without it. Objects and collections are told as they are called.
    async fn scrubbed(&self, hook: &Webhook, data: &Value, by: &Action<'_>) -> Result<Value, WorkFault> {
        // The receiver's secret is a salt that the log does not hold; a hook whose secret cannot be opened sends nothing.
        let salt = self.seal.open(&*self.around, &thing(&hook.uuid), &hook.secret).unwrap_or_default();
        let keep = Keep::new(salt.as_bytes()).path("/objects").path("/collection");
        let (left, record) = scrub_json(data, &keep, self.privacy);
        if record.found() > 0 {
            let detail = serde_json::to_string(&record).unwrap_or_default();
            let what = format!("webhook/{}", hook.uuid);
            self.store.note(by, "privacy.scrub", &what, &detail).await.map_err(database)?;
        }
        Ok(left)
    }

    async fn release(&self, job: &Job) -> Result<Outcome, WorkFault> {
        let ended: Ended = serde_json::from_str(&job.arguments).map_err(arguments)?;
        let by = Action { actor: "system", now: self.around.now() };
        self.store.release(&by, CollectionId(ended.collection), ended.until).await.map_err(database)?;
        Ok(nothing())
    }

    async fn send(&self, job: &Job) -> Result<Outcome, WorkFault> {
        let asked: Arguments = serde_json::from_str(&job.arguments).map_err(arguments)?;
        let hook = self.store.webhook_of(WebhookId(asked.webhook)).await.map_err(database)?;
        let (Some(hook), Some(event)) = (hook, Event::parse(&asked.event)) else { return Ok(nothing()) };
        if hook.off.is_some() {
            return Ok(nothing());
        }
        let by = Action { actor: "system", now: self.around.now() };
        // By a clock that is behind, nobody has it yet.
        if asked.about["from"].as_i64().is_some_and(|from| hook_waits(event) && from > by.now) {
            let message = "it is not its time yet".to_owned();
            return Err(WorkFault { code: "webhook.early".into(), message, passing: true });
        }
        let directory = self.store.fresh().await.map_err(database)?;
        let principal = directory.principal(hook.person, Scopes::ALL);
        // It says what its maker reads, as long as they may have it.
        let own = Thing::Library(hook.organisation);
        let Some(mut principal) = principal.filter(|p| decide(p, Verb::Manage, &own, by.now).allowed())
        else {
            let why = "who made it is no coordinator any more";
            self.store.disable_webhook(&by, &hook, why).await.map_err(database)?;
            return Ok(nothing());
        };
        principal.scopes = Scopes::of(&[Scope::Read]);
        let view =
            message::View { store: &self.store, directory: &directory, principal: &principal, now: by.now };
        let data = view.data(&hook, event, &asked.about).await.map_err(database)?;
        let Some(data) = data else { return Ok(nothing()) };
        let data = self.scrubbed(&hook, &data, &by).await?;
        let id = format!("msg_{}", &token::digest(&format!("{}\n{}", hook.uuid, job.arguments))[..32]);
        let body = message::body(event, asked.at, &data);
        self.post(&hook, event, &id, body, &by).await?;
        Ok(nothing())
    }

    /// One attempt, signed, remembered.
    async fn post(
        &self,
        hook: &Webhook,
        event: Event,
        id: &str,
        body: String,
        by: &Action<'_>,
    ) -> Result<(), WorkFault> {
        let seconds = by.now.div_euclid(1_000_000);
        let former = hook.former.as_ref().filter(|(_, until)| by.now < *until).map(|(secret, _)| secret);
        let open = |sealed| self.seal.open(&*self.around, &thing(&hook.uuid), sealed);
        let mut signatures = Vec::new();
        for sealed in std::iter::once(&hook.secret).chain(former) {
            // A message that its receiver cannot trust is not sent.
            let secret = open(sealed).map_err(|e| WorkFault {
                code: "webhook.sealed".into(),
                message: e.to_string(),
                passing: false,
            })?;
            signatures.extend(hook::sign(&secret, id, seconds, &body));
        }
        let (poster, url, id_) = (Arc::clone(&self.poster), hook.url.clone(), id.to_owned());
        let posted = tokio::task::spawn_blocking(move || {
            let (seconds, signatures) = (seconds.to_string(), signatures.join(" "));
            let headers = [
                ("Content-Type", "application/json"),
                ("webhook-id", id_.as_str()),
                ("webhook-timestamp", seconds.as_str()),
                ("webhook-signature", signatures.as_str()),
            ];
            poster.post(&url, &headers, body.as_bytes())
        });
        let (status, note) = match posted.await {
            Ok(Ok(answered)) => (Some(answered.status), String::new()),
            // Why, in general: the rest is of this node's network.
            Ok(Err(e)) if e.is_timeout() => (None, "no answer in time".to_owned()),
            Ok(Err(e)) if e.is_refused() => {
                (None, "its address is not one to which messages may go".to_owned())
            }
            Ok(Err(_)) | Err(_) => (None, "it could not be reached".to_owned()),
        };
        let arrived = status.is_some_and(|status| (200..300).contains(&status));
        let note = match status {
            Some(status) if !arrived => format!("it answered {status}"),
            _ => note,
        };
        let attempt =
            Delivery { message: id, event, arrived, status, note: &note, gone: status == Some(410) };
        self.store.delivered(by, hook, &attempt).await.map_err(database)?;
        if arrived || attempt.gone {
            return Ok(());
        }
        Err(WorkFault { code: "webhook.failed".into(), message: note, passing: true })
    }
}

impl Work for Hooks {
    fn names(&self) -> &[&str] {
        &[SEND, RELEASE]
    }

    async fn run(&self, job: &Job, _: Tell) -> Result<Outcome, WorkFault> {
        if job.name == RELEASE { self.release(job).await } else { self.send(job).await }
    }
}

/// Whether a message is about what begins at its time.
fn hook_waits(event: Event) -> bool {
    matches!(event, Event::AdvisoryReleased | Event::AdvisoryRevised | Event::AdvisoryWithdrawn)
}

fn nothing() -> Outcome {
    Outcome { result: "{}".into(), ..Outcome::default() }
}

fn arguments(e: serde_json::Error) -> WorkFault {
    WorkFault { code: "job.arguments".into(), message: e.to_string(), passing: false }
}

fn database(e: bartizan_store::Error) -> WorkFault {
    WorkFault { code: "job.database".into(), message: e.to_string(), passing: true }
}
