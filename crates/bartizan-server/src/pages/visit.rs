//! Who looks at a page, and what stands around it.

use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use bartizan_clearinghouse::access::{Principal, Role, Thing, Verb, decide};
use bartizan_store::{Action, Directory, PersonEntry};
use bartizan_workbench::{Flash, Moment, Sees, Shell, Who};

use super::stop::Stop;
use crate::app::App;
use crate::auth::session;

/// Somebody who has signed in and looks at a page.
pub(super) struct Visit {
    pub(super) directory: Arc<Directory>,
    pub(super) principal: Principal,
    pub(super) name: String,
    pub(super) shell: Shell,
    csrf: String,
    now: i64,
}

impl Visit {
    /// The visitor of a request; who has not signed in is sent to do so.
    pub(super) async fn new(app: &App, headers: &HeaderMap, uri: &Uri) -> Result<Self, Stop> {
        let now = app.now();
        let known = async {
            let directory = app.store.fresh().await?;
            let session = match session::secret(app, headers) {
                Some(digest) => app.store.session(&digest, now).await?,
                None => None,
            };
            Ok::<_, bartizan_store::Error>((directory, session))
        };
        let (directory, session) = known.await.map_err(|e| Stop::store(bare(app), &e))?;
        let principal = session
            .as_ref()
            .and_then(|s| directory.principal(s.person, bartizan_clearinghouse::access::Scopes::ALL));
        let (Some(session), Some(principal)) = (session, principal) else {
            let next = uri.path_and_query().map_or("/", |p| p.as_str());
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            return Err(Stop::Go(format!("/sign-in?next={next}")));
        };
        let Some(person) = directory.people.get(&session.person).cloned() else {
            return Err(Stop::Go("/sign-in".into()));
        };
        if !app.limits.caller(&format!("person {}", session.person.0)) {
            app.metrics.limited("caller");
            return Err(Stop::Often);
        }
        let mut shell = bare(app);
        shell.who = Some(who(&directory, &person));
        shell.sees = sees(&principal, now);
        shell.csrf.clone_from(&session.csrf);
        // Said on pages that somebody reads, not in answers to scripts.
        if accepts_pages(headers) {
            shell.flash = app.flashes.take(&session.csrf);
        }
        Ok(Self { directory, principal, name: person.name, shell, csrf: session.csrf, now })
    }

    /// The same, for a request that changes something: the form has to be one of this session's, sent from one of our pages.
    pub(super) async fn acting(
        app: &App,
        headers: &HeaderMap,
        uri: &Uri,
        csrf: Option<&str>,
    ) -> Result<Self, Stop> {
        let visit = Self::new(app, headers, uri).await?;
        let token = csrf.or_else(|| headers.get("x-csrf-token").and_then(|v| v.to_str().ok()));
        let ours = session::same_origin(headers) && token.is_some_and(|t| session::equal(t, &visit.csrf));
        if !ours {
            return Err(Stop::Page(Box::new(bartizan_workbench::ErrorPage::stale_form(visit.shell))));
        }
        Ok(visit)
    }

    /// The visitor, to what pages and API do alike.
    pub(super) fn actor(&self) -> crate::sharing::Acting<'_> {
        let Self { directory, principal, name, now, .. } = self;
        crate::sharing::Acting { directory, principal, name, now: *now }
    }

    /// Says something on the next page.
    pub(super) fn say(&self, app: &App, flash: Flash) {
        app.flashes.say(&self.csrf, flash);
    }

    pub(super) fn by(&self) -> Action<'_> {
        Action { actor: &self.name, now: self.now }
    }

    pub(super) fn now(&self) -> i64 {
        self.now
    }

    /// Whether the visitor may.
    pub(super) fn may(&self, verb: Verb, thing: &Thing<'_>) -> bool {
        decide(&self.principal, verb, thing, self.now).allowed()
    }

    /// Goes on if the visitor may.
    pub(super) fn must(&self, verb: Verb, thing: &Thing<'_>, what: &str) -> Result<(), Stop> {
        Stop::refused(decide(&self.principal, verb, thing, self.now), &self.shell, what)
    }

    pub(super) fn stop(&self, e: &bartizan_store::Error) -> Stop {
        Stop::store(self.shell.clone(), e)
    }

    /// The audiences of the own library that the visitor reads.
    pub(super) fn readable(&self) -> Vec<i64> {
        self.directory.readable(&self.principal, None, self.now)
    }

    /// The name of an organisation.
    pub(super) fn organisation(&self, id: bartizan_clearinghouse::access::OrganisationId) -> String {
        self.directory.organisations.get(&id).map(|o| o.name.clone()).unwrap_or_default()
    }

    /// The name shown of a person.
    pub(super) fn person(&self, id: Option<bartizan_clearinghouse::access::PersonId>) -> String {
        id.and_then(|id| self.directory.people.get(&id)).map(|p| p.shown.clone()).unwrap_or_default()
    }
}

/// Whether a browser asks for a page.
fn accepts_pages(headers: &HeaderMap) -> bool {
    let accept = headers.get(axum::http::header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|text| text.contains("text/html"))
}

/// A page for nobody.
pub(super) fn bare(app: &App) -> Shell {
    Shell { now: Moment(app.now()), installation: app.config.title.clone(), ..Shell::default() }
}

fn who(directory: &Directory, person: &PersonEntry) -> Who {
    let organisation = directory.organisations.get(&person.member.organisation);
    Who {
        name: person.shown.clone(),
        organisation: organisation.map(|o| o.name.clone()).unwrap_or_default(),
        role: person.member.roles.iter().map(Role::as_str).collect::<Vec<_>>().join(", "),
    }
}

/// What the navigation offers: where the first step would be allowed.
fn sees(principal: &Principal, now: i64) -> Sees {
    let may = |verb, thing: &Thing<'_>| decide(principal, verb, thing, now).allowed();
    let own = principal.organisation.map(Thing::Library);
    let library = |verb| own.as_ref().is_some_and(|thing| may(verb, thing));
    Sees {
        submit: library(Verb::Add),
        library: library(Verb::Read),
        collections: true,
        rules: library(Verb::Read),
        coverage: library(Verb::Read),
        graph: library(Verb::Read),
        vulnerabilities: library(Verb::Read),
        testing: true,
        people: may(Verb::Manage, &Thing::Node) || library(Verb::Manage),
        organisations: may(Verb::Manage, &Thing::Node),
        // Whoever makes groups, and whoever may be in one.
        groups: library(Verb::List),
        sources: library(Verb::Read),
        audit: may(Verb::Read, &Thing::Audit),
    }
}
