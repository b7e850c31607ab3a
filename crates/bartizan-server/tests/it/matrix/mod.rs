//! Every route × verb × object × principal answers as the rule of access says. A row is a route and a method; its cases are the
//! objects, each with what the rule is asked before it is allowed. A route without a row fails `every_route_has_its_row`.
//!
//! Whoever adds a route adds a row: to `api.rs` or `outside.rs`, to `pages.rs`, `doors.rs` or `looking.rs`, or to `taxii.rs`.

mod advisories;
mod api;
mod cases;
mod doors;
mod installed;
mod lists;
mod looking;
mod outside;
mod pages;
mod programmes;
mod scans;
mod taxii;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_clearinghouse::access::{
    Audience, CaseAccess, CollectionId, Decision, GroupId, Matter, Member, OrganisationId, PersonId, Refusal,
    Roles, Scopes, Thing, Verb, WindowAccess, decide,
};
use bartizan_store::Directory;
use serde_json::Value;

use crate::harness::{Answer, MEDIA, NOW};
use crate::world::{Asker, Kept, Shows, World, run};

/// What the rule is asked.
#[derive(Clone, Debug)]
enum Need {
    /// Nothing: anyone may.
    Nothing,
    /// Somebody known, whoever it is.
    Known,
    /// Nobody may: it is not there.
    Gone,
    Node(Verb),
    /// The library of the asker's own organisation.
    Own(Verb),
    /// The library of an organisation, whose sources and webhooks go with it.
    Library(Verb, OrganisationId),
    /// What marks a report as it is.
    Mark(Audience),
    Collection(Verb, CollectionId),
    Content(Verb, Audience),
    Group(Verb, GroupId),
    Organisation(Verb, OrganisationId),
    Person(Verb, Member, Roles),
    Token(Verb, PersonId, Scopes),
    /// A token of one's own with these scopes.
    OwnToken(Verb, Scopes),
    Audit(Verb),
    /// An organisation's open desk.
    Desk(Verb, OrganisationId),
    /// A report of a vulnerability to a desk, from an organisation.
    Submission(Verb, OrganisationId, OrganisationId),
    /// A report in a case: whose desk took it, who sent it, and the case.
    InCase(Verb, OrganisationId, (OrganisationId, PersonId), CaseAccess),
    /// What the asker's own organisation says of an advisory of another.
    Receipt(Verb, OrganisationId),
    /// The same between the asker's own.
    OwnSubmission(Verb),
    /// Inventories of an organisation, and what follows from them.
    Inventory(Verb, OrganisationId),
    /// Of the asker's own.
    OwnInventory(Verb),
    /// A case.
    Case(Verb, CaseAccess),
    /// A case, of which this is said by who runs it, or decided for the own organisation.
    Decides(CaseAccess),
    /// A case that the asker's own organisation would run.
    OwnCase(Verb),
    /// A scan at a desk, of a scanner, on what is an owner's.
    Scan(Verb, OrganisationId, OrganisationId, OrganisationId),
    /// The same, all of them the asker's own.
    OwnScan(Verb),
    /// What only who coordinates at the asker's own desk may read.
    AtDesk(Verb),
    /// The open desk of an organisation, of whom alone it is there.
    DeskOf(Verb, OrganisationId),
    /// A range of an owner at a desk.
    Range(Verb, OrganisationId, OrganisationId),
    /// A range of the asker's own, at a desk or at their own.
    OwnRange(Verb, Option<OrganisationId>),
    /// A programme of an organisation, or of the asker's own.
    Programme(Verb, Option<OrganisationId>),
    /// A matter of a window that is nobody's in particular.
    Window(Verb, WindowAccess, Matter),
    /// One person and nobody else, who knows of it anyway.
    Is(PersonId),
    /// One person and nobody else, for whom alone it is there.
    Only(PersonId),
    Either(Box<Need>, Box<Need>),
    /// The same, but that it is there is known to everybody who is.
    Open(Box<Need>),
    /// The same, where the collection is known already: what may not be read in it is not there, for anyone too.
    Seen(Box<Need>, CollectionId),
}

impl Need {
    fn decision(&self, asker: &Asker, directory: &Directory) -> Decision {
        let p = &asker.principal;
        let ask = |verb: Verb, thing: &Thing<'_>| decide(p, verb, thing, NOW);
        let sign_in = Decision::Deny(Refusal::SignIn);
        let deny = |refusal| if p.known() { Decision::Deny(refusal) } else { sign_in };
        match self {
            Self::Nothing => Decision::Allow,
            Self::Known if p.known() => Decision::Allow,
            Self::Known => sign_in,
            Self::Gone => Decision::Deny(Refusal::Unknown),
            Self::Node(verb) => ask(*verb, &Thing::Node),
            Self::Own(verb) => p.organisation.map_or(sign_in, |own| ask(*verb, &Thing::Library(own))),
            Self::Library(verb, of) => ask(*verb, &Thing::Library(*of)),
            Self::Mark(audience) => {
                let thing = Thing::Marking { audience, collection: None, after: audience, freer: false };
                ask(Verb::Review, &thing)
            }
            Self::Collection(verb, id) => ask(*verb, &Thing::Collection(&directory.collections[id].access)),
            Self::Content(verb, audience) => {
                let collection = audience.collection.map(|id| &directory.collections[&id].access);
                ask(*verb, &Thing::Content { audience, collection })
            }
            Self::Group(verb, id) => ask(*verb, &Thing::Group(&directory.groups[id].group)),
            Self::Organisation(verb, id) => ask(*verb, &Thing::Organisation(*id)),
            Self::Person(verb, member, after) => ask(*verb, &Thing::Person(*member, *after)),
            Self::Token(verb, owner, scopes) => ask(*verb, &Thing::Token(*owner, *scopes)),
            Self::OwnToken(verb, scopes) => {
                p.person.map_or(sign_in, |owner| ask(*verb, &Thing::Token(owner, *scopes)))
            }
            Self::Audit(verb) => ask(*verb, &Thing::Audit),
            Self::Desk(verb, of) => ask(*verb, &Thing::Desk(*of, true)),
            Self::Submission(verb, desk, sender) => {
                let person = PersonId(0);
                ask(*verb, &Thing::Submission { desk: *desk, sender: *sender, person, case: None })
            }
            Self::InCase(verb, desk, (sender, person), access) => {
                let (desk, sender, person) = (*desk, *sender, *person);
                ask(*verb, &Thing::Submission { desk, sender, person, case: Some(access) })
            }
            Self::Receipt(verb, owner) => p
                .organisation
                .map_or(sign_in, |own| ask(*verb, &Thing::Receipt { owner: *owner, operator: own })),
            Self::OwnSubmission(verb) => p.organisation.map_or(sign_in, |own| {
                let person = PersonId(0);
                ask(*verb, &Thing::Submission { desk: own, sender: own, person, case: None })
            }),
            Self::Inventory(verb, of) => ask(*verb, &Thing::Inventory(*of)),
            Self::OwnInventory(verb) => {
                p.organisation.map_or(sign_in, |own| ask(*verb, &Thing::Inventory(own)))
            }
            Self::Case(verb, access) => ask(*verb, &Thing::Case(access)),
            Self::Decides(access) => {
                let verb = if p.organisation == Some(access.runs) { Verb::Manage } else { Verb::Review };
                ask(verb, &Thing::Case(access))
            }
            Self::OwnCase(verb) => {
                let own = p.organisation.map(CaseAccess::new);
                own.map_or(sign_in, |own| ask(*verb, &Thing::Case(&own)))
            }
            Self::Scan(verb, desk, scanner, owner) => {
                ask(*verb, &Thing::ScanIntent { desk: *desk, scanner: *scanner, owners: &[*owner] })
            }
            Self::OwnScan(verb) => p.organisation.map_or(sign_in, |own| {
                ask(*verb, &Thing::ScanIntent { desk: own, scanner: own, owners: &[own] })
            }),
            Self::AtDesk(verb) => p.organisation.map_or(sign_in, |own| {
                ask(*verb, &Thing::ScanIntent { desk: own, scanner: OrganisationId(0), owners: &[] })
            }),
            Self::DeskOf(verb, of) if p.organisation == Some(*of) => ask(*verb, &Thing::Desk(*of, true)),
            Self::DeskOf(..) => deny(Refusal::Unknown),
            Self::Range(verb, owner, desk) => ask(*verb, &Thing::ScanRange { owner: *owner, desk: *desk }),
            Self::OwnRange(verb, desk) => p.organisation.map_or(sign_in, |own| {
                ask(*verb, &Thing::ScanRange { owner: own, desk: desk.unwrap_or(own) })
            }),
            Self::Programme(verb, of) => {
                of.or(p.organisation).map_or(sign_in, |of| ask(*verb, &Thing::Programme(of)))
            }
            Self::Window(verb, window, matter) => {
                ask(*verb, &Thing::Window { window, matter: *matter, of: None })
            }
            Self::Is(person) if p.person == Some(*person) => Decision::Allow,
            Self::Is(_) => deny(Refusal::Forbidden),
            Self::Only(person) if p.person == Some(*person) => Decision::Allow,
            Self::Only(_) => deny(Refusal::Unknown),
            Self::Either(one, other) => match one.decision(asker, directory) {
                Decision::Allow => Decision::Allow,
                Decision::Deny(_) => other.decision(asker, directory),
            },
            Self::Seen(need, id) => match need.decision(asker, directory) {
                Decision::Deny(Refusal::SignIn)
                    if Self::Collection(Verb::Read, *id).decision(asker, directory).allowed() =>
                {
                    Decision::Deny(Refusal::Unknown)
                }
                other => other,
            },
            Self::Open(need) => match need.decision(asker, directory) {
                Decision::Deny(Refusal::Unknown) => Decision::Deny(Refusal::Forbidden),
                other => other,
            },
        }
    }
}

/// The report of the world's case, which is under embargo.
fn in_case(world: &World, verb: Verb) -> Need {
    Need::InCase(verb, world.first().id, world.case.reporter, world.case.access.clone())
}

fn reads(kept: &Kept) -> Need {
    Need::Content(Verb::Read, kept.audience.clone())
}

/// What is sent.
#[derive(Clone)]
enum Sent {
    Nothing,
    Form(Vec<(String, String)>),
    Multipart(Vec<(String, String)>),
    Json(Value),
    Taxii(String),
}

/// One object of a route.
struct Case {
    path: String,
    sent: Sent,
    needs: Vec<Need>,
    /// Statuses of who may: done, or refused for what was sent and not for who sent it.
    done: &'static [u16],
    /// Who may would end it for those who are asked later: they are not asked.
    ends: bool,
}

/// A route and a method, with its cases.
struct Row {
    method: &'static str,
    route: &'static str,
    cases: Vec<Case>,
}

fn case(path: impl Into<String>, needs: &[Need]) -> Case {
    Case { path: path.into(), sent: Sent::Nothing, needs: needs.to_vec(), done: &[200], ends: false }
}

impl Case {
    fn done(mut self, done: &'static [u16]) -> Self {
        self.done = done;
        self
    }

    fn ends(mut self) -> Self {
        self.ends = true;
        self
    }

    fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        let pairs = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        self.sent = Sent::Form(pairs.collect());
        self
    }

    fn multipart(mut self, pairs: &[(&str, &str)]) -> Self {
        let pairs = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        self.sent = Sent::Multipart(pairs.collect());
        self
    }

    fn json(mut self, value: Value) -> Self {
        self.sent = Sent::Json(value);
        self
    }

    fn taxii(mut self, body: impl Into<String>) -> Self {
        self.sent = Sent::Taxii(body.into());
        self
    }
}

fn row(method: &'static str, route: &'static str, cases: Vec<Case>) -> Row {
    Row { method, route, cases }
}

/// A form of several parts.
pub fn multipart(pairs: &[(String, String)]) -> (String, String) {
    let boundary = "----of-the-tests";
    let mut body = String::new();
    for (name, value) in pairs {
        body +=
            &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!("--{boundary}--\r\n");
    (format!("multipart/form-data; boundary={boundary}"), body)
}

async fn send(world: &World, asker: &Asker, method: &str, case: &Case) -> Answer {
    match &case.sent {
        Sent::Nothing => world.ask(asker, method, &case.path, &[("accept", "*/*")], b"").await,
        Sent::Form(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            world.form(asker, &case.path, &pairs).await
        }
        Sent::Multipart(pairs) => {
            let mut all = pairs.clone();
            if let Shows::Cookie(_, csrf) = &asker.shows {
                all.push(("csrf".into(), csrf.clone()));
            }
            let (kind, body) = multipart(&all);
            world.ask(asker, method, &case.path, &[("content-type", &kind)], body.as_bytes()).await
        }
        Sent::Json(value) => world.json(asker, method, &case.path, value).await,
        Sent::Taxii(body) => {
            let headers = [("content-type", MEDIA), ("accept", MEDIA)];
            world.ask(asker, method, &case.path, &headers, body.as_bytes()).await
        }
    }
}

/// What the rule says, and what it means of an answer.
fn fits(expected: Decision, answer: &Answer, case: &Case, page: bool) -> bool {
    let to_sign_in =
        answer.status == 303 && answer.header("location").is_some_and(|l| l.starts_with("/sign-in"));
    match expected {
        Decision::Allow => case.done.contains(&answer.status) && (case.done == SIGNED_OUT || !to_sign_in),
        Decision::Deny(Refusal::Forbidden) => answer.status == 403,
        Decision::Deny(Refusal::Unknown) => answer.status == 404,
        Decision::Deny(Refusal::SignIn) if page => to_sign_in,
        Decision::Deny(Refusal::SignIn) => answer.status == 401,
    }
}

/// Signing out leads to signing in.
const SIGNED_OUT: &[u16] = &[303, 303];

/// Asks everything of everybody; what deviates.
async fn walk(
    world: Arc<World>,
    rows: Vec<Row>,
    pages: bool,
) -> (BTreeMap<&'static str, usize>, Vec<String>) {
    let rows = Arc::new(rows);
    let askers = if pages { world.visitors.clone() } else { world.callers.clone() };
    let mut tasks = Vec::new();
    for part in askers.chunks(askers.len().div_ceil(3)) {
        let (world, rows, part) = (Arc::clone(&world), Arc::clone(&rows), part.to_vec());
        tasks.push(tokio::spawn(async move {
            let (mut counts, mut wrong) = (BTreeMap::<&str, usize>::new(), Vec::new());
            for asker in &part {
                for row in rows.iter() {
                    for case in &row.cases {
                        let directory = world.store.fresh().await.expect("fresh");
                        let denied = case.needs.iter().map(|need| need.decision(asker, &directory));
                        let expected = denied.into_iter().find(|d| !d.allowed()).unwrap_or(Decision::Allow);
                        if case.ends && expected.allowed() {
                            continue;
                        }
                        let answer = send(&world, asker, row.method, case).await;
                        let said = match expected {
                            Decision::Allow => "allowed",
                            Decision::Deny(Refusal::Forbidden) => "forbidden",
                            Decision::Deny(Refusal::Unknown) => "unknown",
                            Decision::Deny(Refusal::SignIn) => "sign in",
                        };
                        *counts.entry(said).or_default() += 1;
                        if !fits(expected, &answer, case, pages) {
                            let asked =
                                format!("{} {} {} by {:?}", row.method, row.route, case.path, case.needs);
                            wrong.push(format!(
                                "{}: {asked}: expected {said}, got {}",
                                asker.name, answer.status
                            ));
                        }
                    }
                }
            }
            (counts, wrong)
        }));
    }
    let (mut counts, mut wrong) = (BTreeMap::new(), Vec::new());
    for task in tasks {
        let (some, more) = task.await.expect("walked");
        for (name, n) in some {
            *counts.entry(name).or_default() += n;
        }
        wrong.extend(more);
    }
    (counts, wrong)
}

fn check(rows: impl Fn(&World) -> Vec<Row>, pages: bool, least: &[(&str, usize)]) {
    run(async |world| {
        let rows = rows(&world);
        let (counts, wrong) = walk(Arc::new(world), rows, pages).await;
        let first: Vec<_> = wrong.iter().take(25).collect();
        assert!(wrong.is_empty(), "{} deviations of {counts:?}: {first:#?}", wrong.len());
        // The matrix means something only if every answer happens often.
        for (said, least) in least {
            assert!(counts.get(said).is_some_and(|n| n >= least), "{said}: {counts:?}");
        }
        eprintln!("asked: {counts:?}");
    });
}

#[test]
fn every_page_answers_as_the_rule_says() {
    let least = [("allowed", 500), ("forbidden", 500), ("unknown", 500), ("sign in", 50)];
    check(pages::rows, true, &least);
}

#[test]
fn every_endpoint_of_the_api_answers_as_the_rule_says() {
    let least = [("allowed", 500), ("forbidden", 500), ("unknown", 500), ("sign in", 50)];
    check(api::rows, false, &least);
}

#[test]
fn every_taxii_route_answers_as_the_rule_says() {
    check(taxii::rows, false, &[("allowed", 500), ("forbidden", 200), ("unknown", 500), ("sign in", 20)]);
}

/// The routes that are registered, with their methods, against those that have a row.
#[test]
fn every_route_has_its_row() {
    run(async |world| {
        let rows = pages::rows(&world).into_iter().chain(api::rows(&world)).chain(taxii::rows(&world));
        let known: BTreeSet<(String, String)> =
            rows.map(|row| (row.route.to_owned(), row.method.to_owned())).collect();
        let routes = world.routes();
        assert!(routes.len() > 80, "the router does not tell its routes: {routes:?}");
        let mut there = BTreeSet::new();
        for route in &routes {
            let path = route.replace("{*rest}", "rest").replace("{*path}", "path").replace(['{', '}'], "");
            let answer = world.ask(&crate::world::anyone(), "PURGE", &path, &[("accept", "*/*")], b"").await;
            // A route for every method has no Allow; it is a row of GET.
            let methods = answer.header("allow").unwrap_or("GET").to_owned();
            for method in methods.split(',').map(str::trim).filter(|m| *m != "HEAD") {
                there.insert((route.clone(), method.to_owned()));
            }
        }
        let missing: Vec<_> = there.difference(&known).collect();
        let stale: Vec<_> = known.difference(&there).collect();
        assert!(
            missing.is_empty() && stale.is_empty(),
            "without a row: {missing:#?}; rows of nothing: {stale:#?}"
        );
    });
}

/// Every form that changes something, sent by somebody who may: without its token, with another's, from another site, with a token
/// of the API instead of a session, all in vain.
#[test]
fn a_forged_form_changes_nothing() {
    run(async |world| {
        // What goes on from half a sign-in is tested where there is one.
        // A message of another node is no form: its signature says whose it is. Nor is a call of a tester.
        let open = ["/sign-in", "/first/{token}", "/relay/v1/messages", "/broker/v1/{*path}"];
        let open = |route: &str| open.contains(&route) || route.starts_with("/sign-in/");
        let mut asked = 0;
        for row in pages::rows(&world).iter().filter(|row| row.method == "POST" && !open(row.route)) {
            if row.cases.iter().all(|case| case.needs.iter().any(|need| matches!(need, Need::Gone))) {
                continue;
            }
            let directory = world.store.fresh().await.expect("fresh");
            let may = |asker: &&Asker, case: &Case| {
                case.needs.iter().all(|need| need.decision(asker, &directory).allowed())
            };
            let found = row.cases.iter().find_map(|c| Some((c, world.visitors.iter().find(|a| may(a, c))?)));
            let (case, asker) = found.unwrap_or_else(|| panic!("nobody may {}", row.route));
            let Shows::Cookie(secret, csrf) = &asker.shows else { panic!("{} has no session", asker.name) };
            let with =
                |csrf: &str| Asker { shows: Shows::Cookie(secret.clone(), csrf.to_owned()), ..asker.clone() };
            let other = world.visitors.iter().rev().find(|a| a.name != asker.name).expect("another");
            let Shows::Cookie(_, others) = &other.shows else { panic!("no session") };
            for forged in ["", "x", &csrf[1..], others] {
                let answer = send(&world, &with(forged), row.method, case).await;
                assert_eq!(answer.status, 403, "{} with {forged:?}: {answer:?}", row.route);
                asked += 1;
            }
            let crossed = [
                [("sec-fetch-site", "cross-site"), ("host", "localhost")],
                [("sec-fetch-site", "same-site"), ("host", "localhost")],
                [("origin", "https://evil.example"), ("x-nothing", "")],
                [("origin", "null"), ("x-nothing", "")],
            ];
            for headers in crossed {
                let (kind, body) = match &case.sent {
                    Sent::Multipart(pairs) => {
                        multipart(&[pairs.clone(), vec![("csrf".into(), csrf.clone())]].concat())
                    }
                    Sent::Form(pairs) => {
                        let mut form = form_urlencoded::Serializer::new(String::new());
                        form.append_pair("csrf", csrf).extend_pairs(pairs);
                        ("application/x-www-form-urlencoded".to_owned(), form.finish())
                    }
                    _ => panic!("{} is no form", row.route),
                };
                let all = [&headers[..], &[("content-type", kind.as_str())]].concat();
                let answer = world.ask(asker, row.method, &case.path, &all, body.as_bytes()).await;
                assert_eq!(answer.status, 403, "{} by {headers:?}", row.route);
                asked += 1;
            }
            let token = world.caller(&format!("{}/read,write,manage", asker.name));
            let answer = send(&world, token, row.method, case).await;
            let away = answer.header("location").is_some_and(|l| l.starts_with("/sign-in"));
            assert!(answer.status == 303 && away, "{} by a token: {}", row.route, answer.status);
        }
        assert!(asked > 150, "{asked}");
    });
}

/// A session says nothing to the API and to TAXII: no page elsewhere can make a browser act there.
#[test]
fn a_cookie_is_nobody_where_tokens_count() {
    run(async |world| {
        let admin = world.visitor("coordinator-first");
        for row in api::rows(&world) {
            if row.route == "/api/v1/openapi.json"
                || row.route.starts_with("/api/v1/receipts/")
                || row.route == "/api/v1/advisories/metrics"
                || row.route.contains("rest")
                || !row.route.starts_with("/api/v1/")
            {
                continue;
            }
            for case in row.cases.iter().take(1) {
                let answer = send(&world, admin, row.method, case).await;
                assert!(
                    matches!(answer.status, 401 | 404),
                    "{} {}: {}",
                    row.method,
                    row.route,
                    answer.status
                );
                assert_eq!(answer.status == 404, row.route == "/api/v1/", "{}", row.route);
            }
        }
        let private = format!("/taxii2/root/collections/{}/", world.private.uuid);
        assert_eq!(world.get(world.visitor("analyst-fourth"), &private).await.status, 401);
    });
}
