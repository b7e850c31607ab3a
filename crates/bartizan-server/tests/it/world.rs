//! A node with everything on it that somebody could ask for: organisations, people of every role, reports and jobs of every
//! marking, objects with and without an embargo, groups, tokens, receipts.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::http::Method;
use bartizan::{Analyzer, Input, Options};
use bartizan_clearinghouse::access::{
    Audience, CollectionId, GroupId, OrganisationId, PersonId, Principal, Rights, Role, Roles, Scope, Scopes,
};
use bartizan_clearinghouse::token;
use bartizan_knowledge::Pack;
use bartizan_stix::Tlp;
use bartizan_store::{
    Arrival, ChannelKind, Content, Event, Incoming, KeptRule, Named, NewChannel, NewCollection, NewGrant,
    NewJob, NewReport, NewWebhook, Outcome, Receipt, Store,
};

use crate::harness::{self, Answer, NOW, Still, app, then as by, uuid};
use crate::noticed::{self, csaf};

/// What somebody shows to say who they are.
#[derive(Clone)]
pub enum Shows {
    Nothing,
    /// A session's secret and the token of its forms.
    Cookie(String, String),
    Bearer(String),
}

/// Somebody who asks.
#[derive(Clone)]
pub struct Asker {
    pub name: String,
    pub principal: Principal,
    pub shows: Shows,
}

/// Something stored, and who reads it.
#[derive(Clone)]
pub struct Kept {
    /// UUID or STIX identifier, as addresses have it.
    pub id: String,
    pub audience: Audience,
    pub person: Option<PersonId>,
}

#[derive(Clone)]
pub struct Organisation {
    pub id: OrganisationId,
    pub uuid: String,
    pub word: &'static str,
}

#[derive(Clone)]
pub struct Collection {
    pub id: CollectionId,
    pub uuid: String,
}

/// A person whose entry is asked for and who asks for nothing.
pub struct Subject {
    pub uuid: String,
    pub name: String,
    pub id: PersonId,
}

pub struct World {
    pub store: Store,
    pub router: Router,
    /// First, Second, Third (client of Second), Fourth, Fifth.
    pub organisations: Vec<Organisation>,
    /// Of First; Second reads and writes it, Fifth reads it as a member of the group; public.
    pub shared: Collection,
    /// Of Fourth alone.
    pub private: Collection,
    /// First's, with Fifth in it.
    pub group: (GroupId, String),
    /// Fourth's.
    pub foreign: (GroupId, String),
    pub reports: Vec<Kept>,
    pub jobs: Vec<Kept>,
    pub objects: Vec<Kept>,
    pub subjects: Vec<Subject>,
    /// A receipt of First's analyst.
    pub receipt: (String, PersonId),
    /// A UUID of a token, its owner, its scopes; they are revoked.
    pub tokens: Vec<(String, PersonId, Scopes)>,
    /// A source, a peer and a webhook of First; the webhook is its coordinator's.
    pub source: String,
    pub peer: String,
    pub webhook: (String, PersonId),
    /// A kept search of First's analyst.
    pub search: (String, PersonId),
    /// A closed collection of First.
    pub closed: String,
    /// First's desk, and a report of a vulnerability that Second sent there, with its receipt.
    pub desk: String,
    pub vulnerability: (String, String),
    /// An inventory of First, and something due in it.
    pub inventory: String,
    pub due: String,
    /// A case that First runs.
    pub case: crate::room::Case,
    /// First's advisories.
    pub advisories: Vec<crate::advised::Advised>,
    /// A scan of Second at First's desk that waits for Fourth, and a range of Fourth there.
    pub scan: String,
    pub range: String,
    /// A window of model testing that First runs.
    pub tested: crate::tested::Tested,
    /// Everybody who asks by a session, and anyone.
    pub visitors: Vec<Asker>,
    /// Everybody who asks by a token, and anyone.
    pub callers: Vec<Asker>,
}

/// Scopes that tokens have.
pub fn scopes() -> [Scopes; 4] {
    [Scopes::ALL, Scopes::of(&[Scope::Read]), Scopes::of(&[Scope::Write]), Scopes::of(&[Scope::Manage])]
}

/// An `analysis.json` as the analyser writes it.
pub fn analysis() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let text = "Tarrask created scheduled tasks (T1053.005) and talked to 198[.]51[.]100[.]7.";
        let analysis = Analyzer::new(Pack::built_in())
            .analyze(&Input::new("note.txt", text), &Options::default())
            .expect("analysed");
        serde_json::to_vec(&bartizan::exchange::json::document(&analysis)).expect("JSON")
    })
}

/// What a report is made of.
pub struct Told<'a> {
    /// Its identifier, if somebody has to know it before.
    pub id: Option<String>,
    pub organisation: OrganisationId,
    pub person: PersonId,
    pub marking: Tlp,
    pub title: &'a str,
    pub names: &'a [Named],
    pub rules: &'a [KeptRule],
}

/// A name in a sentence.
pub fn named(kind: &str, value: &str) -> Named {
    Named {
        kind: kind.into(),
        value: value.into(),
        shown: value.into(),
        sure: "stated".into(),
        sentence: format!("They used {value} often."),
        hit: (10, 10 + value.chars().count() as i64),
    }
}

/// Asks for a job; its audience is its sender's.
pub async fn job(
    store: &Store,
    organisation: OrganisationId,
    person: PersonId,
    marking: Tlp,
    name: &str,
) -> Kept {
    enqueue(store, "analyze", organisation, person, marking, name).await
}

async fn enqueue(
    store: &Store,
    work: &str,
    organisation: OrganisationId,
    person: PersonId,
    marking: Tlp,
    name: &str,
) -> Kept {
    let audience = Audience { author: Some(person), ..Audience::new(organisation, marking) };
    let arguments = serde_json::json!({ "name": name }).to_string();
    let new = NewJob {
        name: work,
        arguments: &arguments,
        key: &uuid(),
        organisation,
        person: Some(person),
        audience: Some(&audience),
        content: None,
        most_attempts: 1,
    };
    let id = store.enqueue(&by(), &new).await.expect("queued").id;
    let author = (marking == Tlp::Red).then_some(person);
    let uuid = store.job(id).await.expect("asked").expect("a job").uuid;
    Kept { id: uuid, audience: Audience { author, ..audience }, person: Some(person) }
}

/// Asks for a job and ends it with a report.
pub async fn report(store: &Store, told: &Told<'_>) -> Kept {
    // Of another name than those that wait.
    enqueue(store, "told", told.organisation, told.person, told.marking, told.title).await;
    let job = store.claim_job(&["told"], "w", NOW, NOW + 1).await.expect("asked").expect("a job");
    let (page, bundle) =
        (b"<!doctype html><title>full</title>".as_slice(), br#"{"type":"bundle"}"#.as_slice());
    let bodies = [Content::new(analysis()), Content::new(bundle), Content::new(page)];
    let contents = serde_json::json!({
        "analysis.json": bodies[0].digest(), "bundle.json": bodies[1].digest(), "report.html": bodies[2].digest(),
        "package.zip": bodies[1].digest(),
    })
    .to_string();
    let id = told.id.clone().unwrap_or_else(uuid);
    let new = NewReport {
        uuid: &id,
        marking: told.marking,
        title: told.title,
        publisher: "Example",
        published: "2026-11-30",
        kind: "incident",
        source: "",
        contents: &contents,
        claims: 2,
        words: told.title,
        names: told.names,
        rules: told.rules,
        language: "",
        former: None,
    };
    let done = store.finish_job(&by(), &job.lease(), "{}", &bodies, Some(&new)).await;
    assert!(done.expect("finished"));
    let author = (told.marking == Tlp::Red).then_some(told.person);
    let audience = Audience { author, ..Audience::new(told.organisation, told.marking) };
    Kept { id, audience, person: Some(told.person) }
}

/// Adds an object as somebody would; the receipt's UUID.
pub async fn object(
    store: &Store,
    collection: CollectionId,
    whose: (OrganisationId, PersonId),
    version: (&str, &str),
    marking: (Tlp, Option<i64>),
) -> (Kept, String) {
    object_named(store, "m", collection, whose, version, marking).await
}

/// The same under a name.
pub async fn object_named(
    store: &Store,
    name: &str,
    collection: CollectionId,
    (owner, author): (OrganisationId, PersonId),
    (id, version): (&str, &str),
    (marking, embargo): (Tlp, Option<i64>),
) -> (Kept, String) {
    let head = format!(r#""type":"malware","id":"{id}","spec_version":"2.1""#);
    let body = format!(r#"{{{head},"modified":"{version}","name":"{name}"}}"#);
    let digest = token::digest(&body);
    let at = bartizan_clearinghouse::time::parse(version).expect("a time");
    let incoming = Incoming {
        id,
        kind: "malware",
        spec: "2.1",
        version: Some((at, version)),
        marking: Some(marking),
        embargo,
        digest: &digest,
        body: &body,
    };
    let arrival =
        Arrival { collection, unmarked: Tlp::Amber, owner, author, readable: &[], objects: &[incoming] };
    let receipt = |_: &[Outcome]| Receipt { uuid: uuid(), body: "{}".into() };
    let written = store.add_objects(&by(), &arrival, receipt).await.expect("added");
    let audience = Audience {
        author: (marking == Tlp::Red).then_some(author),
        embargo,
        ..Audience::new(owner, marking).in_collection(collection)
    };
    (Kept { id: id.to_owned(), audience, person: Some(author) }, written.receipt.uuid)
}

impl World {
    pub async fn new(store: Store) -> Self {
        let mut organisations: Vec<Organisation> = Vec::new();
        for word in ["First", "Second", "Third", "Fourth", "Fifth"] {
            let of = uuid();
            let client_of = (word == "Third").then(|| organisations[1].id);
            let id = store.add_organisation(&by(), &of, word, client_of).await.expect("an organisation");
            organisations.push(Organisation { id, uuid: of, word });
        }
        let [first, second, _, fourth, fifth] = organisations.clone().try_into().ok().expect("five");
        let shared = collection(&store, first.id, "Shared", true).await;
        let private = collection(&store, fourth.id, "Private", false).await;
        let both = Rights { read: true, write: true };
        store.grant(&by(), shared.id, NewGrant::Organisation(second.id), both).await.expect("granted");
        let group = group(&store, first.id, "Circle").await;
        store.set_group_member(&by(), group.0, fifth.id, true).await.expect("in it");
        let read = Rights { read: true, write: false };
        store.grant(&by(), shared.id, NewGrant::Group(group.0), read).await.expect("granted");
        let foreign = self::group(&store, fourth.id, "Elsewhere").await;
        let mut world = Self {
            router: app(&store, Arc::new(Still)),
            store,
            organisations,
            shared,
            private,
            group,
            foreign,
            reports: Vec::new(),
            jobs: Vec::new(),
            objects: Vec::new(),
            subjects: Vec::new(),
            receipt: (String::new(), PersonId(0)),
            tokens: Vec::new(),
            source: uuid(),
            peer: uuid(),
            webhook: (uuid(), PersonId(0)),
            search: (uuid(), PersonId(0)),
            closed: uuid(),
            desk: uuid(),
            vulnerability: (String::new(), String::new()),
            inventory: String::new(),
            due: String::new(),
            case: crate::room::Case::none(),
            advisories: Vec::new(),
            scan: uuid(),
            range: uuid(),
            tested: crate::tested::Tested::none(),
            visitors: vec![anyone()],
            callers: vec![anyone()],
        };
        // The node's own key is told on a page: it is there from the beginning.
        harness::key(&world.store).await;
        world.people().await;
        world.things().await;
        world.more().await;
        world.case = world.room().await;
        world.tested = world.tested().await;
        world.advise().await;
        world.store.fresh().await.expect("fresh");
        world
    }

    /// In each organisation a person of every role, who asks.
    async fn people(&mut self) {
        for organisation in self.organisations.clone() {
            for role in Role::ALL {
                let name = format!("{}-{}", role.as_str(), organisation.word.to_lowercase());
                let id =
                    harness::person(&self.store, &by(), organisation.id, &name, Roles::of(&[role])).await;
                let mut tokens = Vec::new();
                for scopes in scopes() {
                    tokens
                        .push((scopes, harness::secret(&self.store, &by(), id, scopes, Some(NOW + 1)).await));
                }
                let csrf = format!("forms of {name}");
                let secret = harness::signed_in(&self.store, &by(), id, &csrf).await;
                let directory = self.store.fresh().await.expect("fresh");
                let principal = |scopes| directory.principal(id, scopes).expect("a principal");
                let shows = Shows::Cookie(secret, csrf);
                self.visitors.push(Asker { name: name.clone(), principal: principal(Scopes::ALL), shows });
                self.callers.extend(tokens.into_iter().map(|(scopes, secret)| Asker {
                    name: format!("{name}/{}", scopes.text()),
                    principal: principal(scopes),
                    shows: Shows::Bearer(secret),
                }));
            }
        }
    }

    /// The number of a person by name.
    pub fn person(&self, name: &str) -> PersonId {
        self.store.directory().names[name]
    }

    async fn things(&mut self) {
        let store = self.store.clone();
        let [first, second, .., fourth, _] =
            self.organisations.clone().try_into().ok().map(|o: [_; 5]| o).expect("five");
        let (ada, ben) = (self.person("analyst-first"), self.person("analyst-second"));
        for (organisation, person, markings) in
            [(first.id, ada, &Tlp::ALL[..]), (second.id, ben, &[Tlp::Amber][..])]
        {
            for marking in markings {
                let title = format!("Report of {} {marking}", organisation.0);
                let names = [named("malware", "Tarrask"), named("technique", "T1053.005")];
                let rule = KeptRule {
                    id: "r1".into(),
                    title: "A rule".into(),
                    body: "title: A rule\n".into(),
                    ..KeptRule::default()
                };
                let told = Told {
                    id: None,
                    organisation,
                    person,
                    marking: *marking,
                    title: &title,
                    names: &names,
                    rules: &[rule],
                };
                self.reports.push(report(&store, &told).await);
            }
        }
        for (organisation, person, markings) in
            [(first.id, ada, &Tlp::ALL[..]), (second.id, ben, &[Tlp::Green, Tlp::Red][..])]
        {
            for marking in markings {
                let kept = job(&store, organisation, person, *marking, "waits.txt").await;
                // It has ended: who may cancel it changes nothing by doing so.
                let id = store.job_called(&kept.id).await.expect("asked").expect("a job").id;
                assert!(store.cancel_job(&by(), id).await.expect("cancelled"));
                self.jobs.push(kept);
            }
        }
        for marking in Tlp::ALL {
            for embargo in [None, Some(NOW), Some(NOW + 1)] {
                let id = format!("malware--{}", uuid());
                let at = (id.as_str(), "2024-01-01T00:00:00Z");
                let (kept, receipt) =
                    object(&store, self.shared.id, (first.id, ada), at, (marking, embargo)).await;
                self.objects.push(kept);
                self.receipt = (receipt, ada);
            }
        }
        let id = format!("malware--{}", uuid());
        let at = (id.as_str(), "2024-01-01T00:00:00Z");
        let them = (fourth.id, self.person("analyst-fourth"));
        let (kept, _) = object(&store, self.private.id, them, at, (Tlp::Green, None)).await;
        self.objects.push(kept);
        for (organisation, role) in
            [(&first, Role::Reader), (&first, Role::Admin), (&second, Role::Coordinator)]
        {
            let name = format!("subject-{}-{}", role.as_str(), organisation.word.to_lowercase());
            let id = harness::person(&store, &by(), organisation.id, &name, Roles::of(&[role])).await;
            let directory = store.fresh().await.expect("fresh");
            self.subjects.push(Subject { uuid: directory.people[&id].uuid.clone(), name, id });
        }
        for name in ["analyst-first", "coordinator-second"] {
            let person = self.person(name);
            let secret = harness::secret(&store, &by(), person, Scopes::ALL, None).await;
            let entry = store.fresh().await.expect("fresh").tokens[&token::digest(&secret)].clone();
            store.revoke_token(&by(), entry.id).await.expect("revoked");
            self.tokens.push((entry.uuid, person, Scopes::ALL));
        }
        store.name_recipient(&by(), self.shared.id, ben, true).await.expect("named");
    }

    /// What an organisation has beside its library.
    async fn more(&mut self) {
        let (first, second) = (self.first().id, self.second().id);
        let runs = self.person("coordinator-first");
        for (uuid, kind) in [(&self.source, ChannelKind::Feed), (&self.peer, ChannelKind::Push)] {
            let push = kind == ChannelKind::Push;
            let new = NewChannel {
                uuid,
                organisation: first,
                person: runs,
                kind,
                title: "A source of First",
                address: "https://source.example/",
                remote: if push { "there" } else { "" },
                collection: push.then_some(self.shared.id),
                reader: push.then_some(second),
                marking: Tlp::Amber,
                every: 3_600_000_000,
                sealed: "",
            };
            self.store.add_channel(&by(), &new).await.expect("a channel");
        }
        let new = NewWebhook {
            uuid: &self.webhook.0,
            organisation: first,
            person: runs,
            collection: None,
            label: "Tickets of First",
            url: "https://tickets.example/",
            events: &[Event::JobEnded],
            secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        };
        self.store.add_webhook(&by(), &new).await.expect("a webhook");
        self.webhook.1 = runs;
        let ada = self.person("analyst-first");
        self.store.save_search(&by(), ada, &self.search.0, "Kept", "q=x").await.expect("kept");
        self.search.1 = ada;
        let new = NewCollection {
            uuid: &self.closed,
            alias: None,
            owner: first,
            title: "Closed",
            description: "",
            marking: Tlp::Green,
            public: false,
        };
        self.store.add_collection(&by(), &new).await.expect("a collection");
        assert!(self.store.close_collection(&by(), first, &self.closed, true).await.expect("closed"));
        self.reported(first, second).await;
    }

    /// A desk, and what was handed in there: through the node, which alone seals files.
    async fn reported(&mut self, first: OrganisationId, second: OrganisationId) {
        self.desk = uuid();
        let opened = self.store.open_desk(&by(), first, &self.desk, "Desk of First", "").await;
        opened.expect("a desk");
        self.vulnerability = self.hand_in(self.person("analyst-second"), second, "A hidden hole").await;
        let fourth = self.fourth().id;
        let range = self.store.add_range(&by(), &self.range, (fourth, first), "192.0.2.0/24", "").await;
        assert!(range.expect("a range"));
        let scan = self.scan.clone();
        let whose = (second, self.person("analyst-second"));
        self.scans(whose, &scan, ("192.0.2.64/26", true), &[fourth]).await;
        let advisory = csaf("FIRST-1", "CVE-2026-4242", "gate", "2026-06-01", &serde_json::json!([]));
        let ada = self.person("analyst-first");
        noticed::release(&self.store, &by(), (first, ada), self.shared.id, &advisory).await;
        let bill = "host,purl,exposed\nweb1,pkg:npm/gate@1.0.0,yes\n";
        self.inventory = self.bring("analyst-first", bill).await;
        let ada = self.caller("analyst-first/read,write,manage").clone();
        let due: serde_json::Value = self.get(&ada, "/api/v1/due").await.json();
        self.due = due["items"][0]["id"].as_str().expect("something is due").to_owned();
    }

    /// Brings a table of assets as somebody; the inventory's name.
    pub async fn bring(&self, name: &str, table: &str) -> String {
        let asker = self.caller(&format!("{name}/read,write,manage")).clone();
        let kind = [("content-type", "text/csv")];
        let answer = self.ask(&asker, "POST", "/api/v1/inventories", &kind, table.as_bytes()).await;
        let answer: serde_json::Value = answer.json();
        answer["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// A scan at First's desk: of a network that is alive, or of a package.
    pub async fn scans(
        &self,
        (scanner, person): (OrganisationId, PersonId),
        uuid: &str,
        (what, live): (&str, bool),
        owners: &[OrganisationId],
    ) {
        use bartizan_clearinghouse::scan::{Entry, Held, Intent, Rules, Wire};
        use bartizan_clearinghouse::time;
        let began = NOW - 2 * 3_600_000_000;
        let wire = Wire {
            scope: vec![Entry::of_line(what)],
            method: "other".into(),
            until: time::text(NOW + 20 * 3_600_000_000),
            sources: if live { vec!["203.0.113.9".into()] } else { Vec::new() },
            contact: "hidden contact".into(),
            ..Wire::default()
        };
        let intent = Intent::of(&wire, began, &Rules::default()).expect("an intent");
        let held =
            Held { lease: NOW + 3_600_000_000, ..Held::new(intent.window(), live, &Rules::default(), began) };
        let owners = owners.iter().copied().collect();
        let new = bartizan_store::NewScan {
            uuid,
            desk: self.first().id,
            scanner,
            person,
            body: &intent.to_json(),
            title: &intent.title(),
            cells: &intent.cells(),
            owners: &owners,
            held,
        };
        let action = bartizan_store::Action { actor: "test", now: began };
        assert!(self.store.add_scan(&action, &new, 1_000).await.expect("a scan"));
    }

    /// Hands a report of a vulnerability in to First's desk, through the node, which alone seals files; its id and its receipt.
    pub async fn hand_in(
        &self,
        person: PersonId,
        organisation: OrganisationId,
        title: &str,
    ) -> (String, String) {
        let secret = harness::secret(&self.store, &by(), person, Scopes::ALL, None).await;
        let asker = Asker {
            name: "reporter".into(),
            principal: Principal::person(person, organisation, Roles::NONE),
            shows: Shows::Bearer(secret),
        };
        let report = serde_json::json!({
            "purl": "pkg:npm/hidden@1", "title": title, "upstream_ids": ["CVE-2026-77777"],
            "attachments": [{ "filename": "poc.txt", "content_type": "text/plain", "data": "step one" }],
        });
        let answer =
            self.json(&asker, "POST", &format!("/api/v1/desks/{}/reports", self.desk), &report).await;
        let answer: serde_json::Value = serde_json::from_str(&answer.body).expect("a receipt");
        let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
        (text("id"), text("receipt"))
    }

    pub fn first(&self) -> &Organisation {
        &self.organisations[0]
    }

    pub fn second(&self) -> &Organisation {
        &self.organisations[1]
    }

    pub fn fourth(&self) -> &Organisation {
        &self.organisations[3]
    }

    /// Who asks by a session under this name.
    pub fn visitor(&self, name: &str) -> &Asker {
        self.visitors.iter().find(|a| a.name == name).unwrap_or_else(|| panic!("nobody is {name}"))
    }

    /// Who asks by a token under this name: `analyst-first/read,write,manage`.
    pub fn caller(&self, name: &str) -> &Asker {
        self.callers.iter().find(|a| a.name == name).unwrap_or_else(|| panic!("nobody is {name}"))
    }

    /// Sends a request as somebody.
    pub async fn ask(
        &self,
        asker: &Asker,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let shown = match &asker.shows {
            Shows::Nothing => None,
            Shows::Cookie(secret, _) => Some(("cookie", format!("bartizan={secret}"))),
            Shows::Bearer(secret) => Some(("authorization", format!("Bearer {secret}"))),
        };
        let mut all: Vec<(&str, &str)> = headers.to_vec();
        all.extend(shown.as_ref().map(|(name, value)| (*name, value.as_str())));
        harness::ask(&self.router, method, path, &all, body).await
    }

    /// Looks at something.
    pub async fn get(&self, asker: &Asker, path: &str) -> Answer {
        self.ask(asker, "GET", path, &[], b"").await
    }

    /// Sends a form of one's own.
    pub async fn form(&self, asker: &Asker, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let text = {
            let mut body = form_urlencoded::Serializer::new(String::new());
            if let Shows::Cookie(_, csrf) = &asker.shows {
                body.append_pair("csrf", csrf);
            }
            body.extend_pairs(pairs);
            body.finish()
        };
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.ask(asker, "POST", path, &kind, text.as_bytes()).await
    }

    /// Sends JSON.
    pub async fn json(&self, asker: &Asker, method: &str, path: &str, body: &serde_json::Value) -> Answer {
        self.ask(asker, method, path, &[("content-type", "application/json")], body.to_string().as_bytes())
            .await
    }

    /// All routes that are registered.
    pub fn routes(&self) -> BTreeSet<String> {
        routes(&self.router)
    }
}

/// All routes of a router. It lists them only where it is printed for debugging; a release of axum that prints them otherwise gives
/// none, and the matrix says so.
pub fn routes(router: &Router) -> BTreeSet<String> {
    let text = format!("{router:?}");
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("RouteId(") {
        let rest = text[at..].split_once("): \"").filter(|(id, _)| id.len() < 16);
        let path = rest.and_then(|(_, path)| path.split_once('"')).map(|(path, _)| path);
        // Its own, for what is no route.
        found.extend(path.filter(|p| p.starts_with('/') && !p.contains("__private__")).map(str::to_owned));
    }
    found
}

/// Somebody who has not shown who they are.
pub fn anyone() -> Asker {
    Asker { name: "anyone".into(), principal: Principal::anyone(), shows: Shows::Nothing }
}

async fn collection(store: &Store, owner: OrganisationId, title: &str, public: bool) -> Collection {
    let uuid = uuid();
    let new = NewCollection {
        uuid: &uuid,
        alias: None,
        owner,
        title,
        description: "",
        marking: Tlp::Amber,
        public,
    };
    let id = store.add_collection(&by(), &new).await.expect("a collection");
    Collection { id, uuid }
}

async fn group(store: &Store, owner: OrganisationId, name: &str) -> (GroupId, String) {
    let uuid = uuid();
    store.add_group(&by(), &uuid, owner, name).await.expect("a group");
    let directory = store.fresh().await.expect("fresh");
    let entry = directory.groups.values().find(|g| g.uuid == uuid).expect("a group");
    (entry.group.id, uuid)
}

/// Runs a story on a world: on SQLite, or on PostgreSQL if `BARTIZAN_TEST_ENGINE` says so, which takes several times as long.
pub fn run(story: impl AsyncFn(World)) {
    harness::run(async {
        if std::env::var_os("BARTIZAN_TEST_ENGINE").is_some_and(|engine| engine == "postgres") {
            let schema = harness::Schema::new().await;
            let store = schema.store().await;
            story(World::new(store.clone()).await).await;
            store.close().await;
            return schema.drop().await;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("node.db")).await.expect("a store");
        story(World::new(store).await).await;
    });
}
