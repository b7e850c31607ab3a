//! A site of a few lines that answers as it is told, a node's database with a runner, and somebody who adds sources.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bartizan_clearinghouse::access::{CollectionId, OrganisationId, PersonId, Role, Roles, Scopes};
use bartizan_fetch::Rules;
use bartizan_server::jobs::{Outside, Runner, Settings, TableQueue, Wake};
use bartizan_server::sources::{self, Refused, Secret, Tools, Wanted};
use bartizan_server::{Seal, Surroundings, System};
use bartizan_stix::Tlp;
use bartizan_store::{
    Action, Channel, ChannelKind, Job, JobFilter, JobId, JobState, NewCollection, NewPerson, Run, Store,
};
use tokio::sync::oneshot;

static COUNT: AtomicU32 = AtomicU32::new(0);

pub fn uuid() -> String {
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{n:08x}-0000-4000-8000-{:012x}", std::process::id())
}

pub fn by() -> Action<'static> {
    Action { actor: "test", now: System.now() }
}

/// What a path of a site answers.
#[derive(Clone)]
pub enum Answer {
    /// Status, further header lines, body.
    Plain(u16, String, Vec<u8>),
    /// A body that never ends.
    Endless,
    /// A byte now and then.
    Slow,
}

pub fn ok(media: &str, body: impl Into<Vec<u8>>) -> Answer {
    Answer::Plain(200, format!("Content-Type: {media}\r\n"), body.into())
}

#[derive(Default)]
struct Shown {
    answers: BTreeMap<String, Answer>,
    /// Requests: path and head.
    asked: Vec<(String, String)>,
}

/// A site on a port of this machine.
#[derive(Clone)]
pub struct Site {
    pub address: SocketAddr,
    shown: Arc<Mutex<Shown>>,
}

impl Site {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shown: Arc<Mutex<Shown>> = Arc::default();
        let site = Self { address, shown: Arc::clone(&shown) };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shown = Arc::clone(&shown);
                std::thread::spawn(move || serve(stream, &shown));
            }
        });
        site
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn set(&self, path: &str, answer: Answer) {
        self.shown.lock().expect("whole").answers.insert(path.to_owned(), answer);
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.shown.lock().expect("whole").asked.iter().filter(|(p, _)| p == path).count()
    }

    /// The head of the last request for a path, in lower case.
    pub fn head(&self, path: &str) -> String {
        let shown = self.shown.lock().expect("whole");
        let last = shown.asked.iter().rev().find(|(p, _)| p == path);
        last.map(|(_, head)| head.to_lowercase()).unwrap_or_default()
    }
}

fn serve(mut stream: TcpStream, shown: &Mutex<Shown>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let answer = {
        let mut shown = shown.lock().expect("whole");
        shown.asked.push((path.clone(), head.clone()));
        shown.answers.get(&path).cloned()
    };
    let (status, headers, body) = match answer {
        None => (404, String::new(), Vec::new()),
        Some(Answer::Endless) => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            while stream.write_all(&[b'a'; 4096]).is_ok() {}
            return;
        }
        Some(Answer::Slow) => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            while stream.write_all(b"a").is_ok() {
                std::thread::sleep(Duration::from_millis(200));
            }
            return;
        }
        Some(Answer::Plain(status, headers, body)) => (status, headers, body),
    };
    // A validator that was given is honoured.
    let etag = headers.lines().find_map(|line| line.strip_prefix("ETag: ")).map(str::to_owned);
    let known =
        etag.as_ref().is_some_and(|etag| head.to_lowercase().contains(&format!("if-none-match: {etag}")));
    let (status, body) = if known { (304, Vec::new()) } else { (status, body) };
    let text = format!(
        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.write_all(&body));
}

/// A node's database, with two organisations and a collection of the first; Ada runs the first.
pub struct Node {
    pub store: Store,
    pub first: OrganisationId,
    pub second: OrganisationId,
    pub ada: PersonId,
    pub collection: CollectionId,
    pub seal: Arc<Seal>,
    pub folder: tempfile::TempDir,
    rules: Rules,
    stop: Option<oneshot::Sender<()>>,
    running: Option<tokio::task::JoinHandle<()>>,
    wake: Wake,
}

/// May ask this address of this machine and no other one.
pub fn rules() -> Rules {
    Rules {
        allowed: vec!["127.0.0.1/32".parse().expect("a network")],
        bytes: 1 << 20,
        timeout: Duration::from_secs(3),
        ..Rules::default()
    }
}

impl Node {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("node.db").display().to_string();
        Self::on(&path, folder, rules()).await
    }

    pub async fn on(database: &str, folder: tempfile::TempDir, rules: Rules) -> Self {
        let store = Store::open(database).await.expect("a database");
        let first = store.add_organisation(&by(), &uuid(), "First", None).await.expect("first");
        let second = store.add_organisation(&by(), &uuid(), "Second", None).await.expect("second");
        let new = NewPerson {
            uuid: &uuid(),
            organisation: first,
            name: "ada",
            shown: "Ada",
            roles: Roles::of(&[Role::Analyst, Role::Coordinator]),
            password: None,
        };
        let ada = store.add_person(&by(), &new).await.expect("a person");
        let new = NewCollection {
            uuid: &uuid(),
            alias: Some("shared"),
            owner: first,
            title: "Shared",
            description: "",
            marking: Tlp::Green,
            public: false,
        };
        let collection = store.add_collection(&by(), &new).await.expect("a collection");
        let seal = Arc::new(Seal::new(Some(folder.path().join("node.key"))));
        let wake = Wake::default();
        let mut node = Self {
            store,
            first,
            second,
            ada,
            collection,
            seal,
            folder,
            rules,
            stop: None,
            running: None,
            wake,
        };
        node.start();
        node
    }

    /// Starts the runner of what talks to other machines.
    pub fn start(&mut self) {
        let outside = Outside {
            privacy: bartizan_clearinghouse::privacy::Mode::Remove,
            store: self.store.clone(),
            seal: Arc::clone(&self.seal),
            rules: self.rules.clone(),
            around: Arc::new(System),
            wake: Wake::default(),
        };
        let settings = Settings {
            workers: 2,
            lease: 3_000_000,
            beat: Duration::from_millis(200),
            poll: Duration::from_millis(30),
            grace: Duration::from_secs(5),
        };
        let runner = Runner::new(TableQueue(self.store.clone()), outside, Arc::new(System), settings);
        self.wake = runner.wake();
        let (stop, stopped) = oneshot::channel();
        self.stop = Some(stop);
        self.running = Some(tokio::spawn(runner.run(async {
            let _ = stopped.await;
        })));
    }

    pub async fn stop(&mut self) {
        if let (Some(stop), Some(running)) = (self.stop.take(), self.running.take()) {
            let _ = stop.send(());
            running.await.expect("it stops");
        }
    }

    pub async fn wanted(&self, wanted: &Wanted<'_>) -> Result<Channel, Refused> {
        let directory = self.store.fresh().await.expect("a directory");
        let principal = directory.principal(self.ada, Scopes::ALL).expect("Ada");
        let tools = Tools { seal: &self.seal, around: &System, rules: &self.rules };
        sources::add(&self.store, &tools, &by(), &directory, &principal, wanted).await
    }

    pub async fn source(
        &self,
        kind: ChannelKind,
        address: &str,
        remote: &str,
        secret: Option<Secret>,
    ) -> Channel {
        let id = uuid();
        let wanted = Wanted {
            uuid: &id,
            kind,
            title: "A source",
            address,
            remote,
            collection: if kind.is_reports() { "" } else { "shared" },
            reader: if kind == ChannelKind::Push { "Second" } else { "" },
            marking: Tlp::Amber,
            minutes: 60,
            secret,
        };
        self.wanted(&wanted).await.expect("a source")
    }

    /// Does a round and waits for its end.
    pub async fn round(&self, channel: &Channel) -> Run {
        let channel = self.store.channel(&channel.uuid).await.expect("asked").expect("a channel");
        assert!(self.store.begin_channel(&by(), &channel, 0).await.expect("begun"), "one is under way");
        self.wake.now();
        self.until(&channel, |run| !run.is_open()).await
    }

    pub async fn until(&self, channel: &Channel, what: impl Fn(&Run) -> bool) -> Run {
        for _ in 0..1200 {
            let run = self.store.runs(channel.id, 1).await.ok().and_then(|mut runs| runs.pop());
            if let Some(run) = run.filter(|run| what(run)) {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it never came to that: {:?}", self.store.runs(channel.id, 1).await);
    }

    pub async fn job_until(&self, id: JobId, what: impl Fn(&Job) -> bool) -> Job {
        self.wake.now();
        for _ in 0..800 {
            let job = self.store.job(id).await.expect("asked").expect("a job");
            if what(&job) {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it never came to that: {:?}", self.store.job(id).await);
    }

    /// The submissions that wait to be analysed, oldest first: name, source address, marking.
    pub async fn submissions(&self) -> Vec<(String, String, String)> {
        let filter = JobFilter { state: Some(JobState::Queued), ..JobFilter::default() };
        let mut jobs = self.store.jobs(&filter, 500).await.expect("jobs");
        jobs.retain(|job| job.name == "analyze");
        jobs.reverse();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let line = |job: &Job| {
            let arguments: serde_json::Value = serde_json::from_str(&job.arguments).expect("JSON");
            (text(&arguments["name"]), text(&arguments["source_url"]), text(&arguments["marking"]))
        };
        jobs.iter().map(line).collect()
    }

    /// Objects of the collection that an account of the first organisation reads: identifier and marking of their audience.
    pub async fn objects(&self) -> Vec<String> {
        let directory = self.store.fresh().await.expect("a directory");
        let principal = directory.principal(self.ada, Scopes::ALL).expect("Ada");
        let readable = directory.readable(&principal, Some(self.collection), System.now());
        let filter = bartizan_store::Filter {
            versions: vec![bartizan_store::VersionWanted::All],
            ..bartizan_store::Filter::default()
        };
        let page =
            self.store.objects(self.collection, &readable, &filter, 5000, 64 << 20).await.expect("a page");
        page.items.into_iter().map(|o| o.body).collect()
    }
}
