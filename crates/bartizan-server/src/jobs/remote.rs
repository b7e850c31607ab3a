//! Analyses on other machines, over NATS JetStream.
//!
//! The table stays what is true: a runner of the server leases a job and does it by [`Remote`], which puts the document into an
//! object store, the task into a work queue, and waits for the word of a [`Station`]. A station is a process without access to
//! the database: it takes a task, has it done in a child process, puts the package into the object store and tells. What is
//! lost on the way costs an attempt, since the lease runs out; what is told twice is told to nobody.

use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::object_store::{self, ObjectStore};
use async_nats::jetstream::stream::{self, RetentionPolicy};
use async_nats::jetstream::{self, AckKind, Context, Message};
use bartizan_knowledge::Pack;
use bartizan_store::{Content, Job, JobProgress, Store};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;

use super::analyze::{self, Arguments};
use super::isolate::{Isolation, Task};
use super::work::{Outcome, Tell, Work, WorkFault};

/// How long documents and packages stay in the object store.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How long a task without a word of its station goes to another.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// How often a task is handed out; the table counts its own attempts.
const DELIVERIES: i64 = 2;

/// Names in NATS: several installations may share a server.
#[derive(Clone, Debug)]
pub struct Names {
    /// Letters, digits, `_`.
    pub prefix: String,
}

impl Default for Names {
    fn default() -> Self {
        Self { prefix: "bartizan".to_owned() }
    }
}

impl Names {
    fn stream(&self) -> String {
        format!("{}_tasks", self.prefix)
    }

    fn subject(&self) -> String {
        format!("{}.tasks.analyze", self.prefix)
    }

    fn bucket(&self) -> String {
        format!("{}_blobs", self.prefix)
    }
}

/// A task on its way: never the document.
#[derive(Debug, Serialize, Deserialize)]
struct Sent {
    arguments: Arguments,
    reply: String,
}

/// A word of a station.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Progress {
        stage: String,
        done: u32,
        of: u32,
    },
    /// SHA-256 of the package in the object store.
    Done {
        package: String,
    },
    Failed {
        code: String,
        message: String,
        passing: bool,
    },
}

fn passing(what: &str, error: impl std::fmt::Display) -> WorkFault {
    WorkFault { code: "job.nats".to_owned(), message: format!("{what}: {error}"), passing: true }
}

/// Both ends of the line.
#[derive(Clone)]
struct Line {
    client: Client,
    context: Context,
    blobs: ObjectStore,
    names: Names,
}

impl Line {
    async fn open(client: Client, names: Names) -> Result<Self, WorkFault> {
        let context = jetstream::new(client.clone());
        let wanted = stream::Config {
            name: names.stream(),
            subjects: vec![format!("{}.tasks.>", names.prefix)],
            retention: RetentionPolicy::WorkQueue,
            max_age: KEPT,
            ..stream::Config::default()
        };
        context.get_or_create_stream(wanted).await.map_err(|e| passing("the work queue", e))?;
        let bucket = names.bucket();
        let blobs = match context.get_object_store(&bucket).await {
            Ok(blobs) => blobs,
            Err(_) => {
                let wanted =
                    object_store::Config { bucket, max_age: KEPT, ..object_store::Config::default() };
                context.create_object_store(wanted).await.map_err(|e| passing("the object store", e))?
            }
        };
        Ok(Self { client, context, blobs, names })
    }

    /// Bytes under their hash; those that are there are not sent again.
    async fn put(&self, content: &Content<'_>, mut bytes: &[u8]) -> Result<(), WorkFault> {
        if self.blobs.info(content.digest()).await.is_ok() {
            return Ok(());
        }
        let put = self.blobs.put(content.digest(), &mut bytes).await;
        put.map(drop).map_err(|e| passing("the object store", e))
    }

    /// Bytes by their hash, bounded and checked.
    async fn get(&self, digest: &str, most: usize) -> Result<Vec<u8>, WorkFault> {
        let object = self.blobs.get(digest).await.map_err(|e| passing("the object store", e))?;
        let mut bytes = Vec::new();
        let read = object.take(most as u64 + 1).read_to_end(&mut bytes).await;
        read.map_err(|e| passing("the object store", e))?;
        if bytes.len() > most || Content::new(&bytes).digest() != digest {
            return Err(passing("the object store", format!("what it has as {digest} is something else")));
        }
        Ok(bytes)
    }
}

/// The server's end: a job is done by whichever station takes it.
pub struct Remote {
    store: Store,
    line: Line,
    /// How long a station may take in all, waiting included.
    timeout: Duration,
    limits: Isolation,
    pack: &'static Pack,
}

impl Remote {
    /// Connects; `limits` bound the packages that are taken, `pack` is what reviews of earlier editions are read with.
    ///
    /// # Errors
    /// If the server has no JetStream, or is not there.
    pub async fn new(
        store: Store,
        client: Client,
        names: Names,
        timeout: Duration,
        limits: Isolation,
        pack: &'static Pack,
    ) -> Result<Self, WorkFault> {
        Ok(Self { store, line: Line::open(client, names).await?, timeout, limits, pack })
    }
}

impl Work for Remote {
    fn names(&self) -> &[&str] {
        &[analyze::NAME]
    }

    async fn run(&self, job: &Job, tell: Tell) -> Result<Outcome, WorkFault> {
        let (arguments, document) = analyze::load(&self.store, job).await?;
        let kept = arguments.clone();
        self.line.put(&Content::new(&document), &document).await?;
        // Listens before it asks.
        let reply = self.line.client.new_inbox();
        let mut words =
            self.line.client.subscribe(reply.clone()).await.map_err(|e| passing("the answer", e))?;
        let sent = serde_json::to_vec(&Sent { arguments, reply }).unwrap_or_default();
        let taken = self.line.context.publish(self.line.names.subject(), sent.into()).await;
        // The server's word that the task is kept.
        taken.map_err(|e| passing("the work queue", e))?.await.map_err(|e| passing("the work queue", e))?;
        let answer = async {
            while let Some(message) = words.next().await {
                match serde_json::from_slice(&message.payload) {
                    Ok(Word::Progress { stage, done, of }) => {
                        tell.say(JobProgress { stage, done: done.into(), of: of.into() });
                    }
                    Ok(Word::Done { package }) => return Ok(package),
                    Ok(Word::Failed { code, message, passing }) => {
                        return Err(WorkFault { code, message, passing });
                    }
                    Err(e) => return Err(passing("the answer", e)),
                }
            }
            Err(passing("the answer", "the connection ended"))
        };
        let answer = tokio::time::timeout(self.timeout, answer).await;
        let digest = answer.map_err(|_| passing("the answer", "no station gave one in time"))??;
        let archive = self.line.get(&digest, self.limits.output_bytes).await?;
        // A station reads hostile documents: its word is worth no more than a child's.
        let package = self.limits.unpack(archive).await.map_err(analyze::fault)?;
        analyze::finished(&self.store, self.pack, job, &kept, package).await
    }
}

/// The other end: takes tasks and does them, without access to the database.
pub struct Station {
    line: Line,
    isolation: Isolation,
}

impl Station {
    /// Connects.
    ///
    /// # Errors
    /// If the server has no JetStream, or is not there.
    pub async fn new(client: Client, names: Names, isolation: Isolation) -> Result<Self, WorkFault> {
        Ok(Self { line: Line::open(client, names).await?, isolation })
    }

    /// Takes one task after the other until dropped.
    ///
    /// # Errors
    /// If the work queue cannot be read any more.
    pub async fn run(&self) -> Result<(), WorkFault> {
        let queue = |e: &dyn std::fmt::Display| passing("the work queue", e);
        let stream = self.line.context.get_stream(self.line.names.stream()).await.map_err(|e| queue(&e))?;
        let wanted = pull::Config {
            durable_name: Some("stations".to_owned()),
            ack_wait: ACK_WAIT,
            max_deliver: DELIVERIES,
            filter_subject: self.line.names.subject(),
            ..pull::Config::default()
        };
        let consumer = stream.get_or_create_consumer("stations", wanted).await.map_err(|e| queue(&e))?;
        loop {
            let batch = consumer.fetch().max_messages(1).expires(Duration::from_secs(5)).messages().await;
            let mut batch = batch.map_err(|e| queue(&e))?;
            while let Some(message) = batch.next().await {
                let message = message.map_err(|e| queue(&e))?;
                self.one(&message).await;
            }
        }
    }

    async fn one(&self, message: &Message) {
        let Ok(sent) = serde_json::from_slice::<Sent>(&message.payload) else {
            // Nobody could ever do it.
            let _ = message.ack_with(AckKind::Term).await;
            return;
        };
        let word = match self.work(message, &sent).await {
            Ok(package) => Word::Done { package },
            Err(WorkFault { code, message, passing }) => Word::Failed { code, message, passing },
        };
        self.say(&sent.reply, &word).await;
        // After the word: a task that nobody was told of is handed out again.
        if let Err(error) = message.ack().await {
            tracing::warn!(%error, "a task could not be acknowledged");
        }
    }

    async fn work(&self, message: &Message, sent: &Sent) -> Result<String, WorkFault> {
        let Arguments { digest, name, now, marking, source_url, media_type, .. } = sent.arguments.clone();
        let document = self.line.get(&digest, self.isolation.input_mib << 20).await?;
        let task = Task { name, now, marking, source_url, media_type, document };
        let (words, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let run = self.isolation.run(&task, |p| {
            // The other end is below.
            let _ = words.send(p);
        });
        tokio::pin!(run);
        let package = loop {
            tokio::select! {
                done = &mut run => break done.map_err(analyze::fault)?,
                Some(p) = heard.recv() => {
                    self.say(&sent.reply, &Word::Progress { stage: p.stage, done: p.done, of: p.of }).await;
                }
                () = tokio::time::sleep(ACK_WAIT / 3) => {
                    let _ = message.ack_with(AckKind::Progress).await;
                }
            }
        };
        let content = Content::new(&package.archive);
        self.line.put(&content, &package.archive).await?;
        Ok(content.digest().to_owned())
    }

    async fn say(&self, to: &str, word: &Word) {
        let bytes = serde_json::to_vec(word).unwrap_or_default();
        if let Err(error) = self.line.client.publish(to.to_owned(), bytes.into()).await {
            tracing::warn!(%error, "a word could not be said");
        }
        let _ = self.line.client.flush().await;
    }
}
