//! Pages about advisories: the list, one advisory, its editor, what changed, figures, the publisher.

mod edit;
mod form;
mod publisher;
mod release;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};

use bartizan_advisory::csaf::Version;
use bartizan_advisory::read;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::advisory;
use bartizan_store::{Advisory, ReadableAdvisory};
use bartizan_workbench::{
    Advisories, AdvisoryChanges, AdvisoryFigures, AdvisoryLine, AdvisoryPage, Choice, CoordinatorFigures,
    EditionLine, MarkedAs, Moment, OperatorFigures, OwnAdvisory, Problem, PublicFigures, ReceiptLine,
    ReleaseLine, TierFigures,
};
use serde::Deserialize;
use serde_json::Value;

use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::advisories::format::{Format, earlier, render};
use crate::advisories::provider::Served;
use crate::advisories::write::{blank, document, latest};
use crate::advisories::{
    self, Seen, changes, find, find_own, judge, leave, metrics, release as releasing, write,
};
use crate::app::App;
use crate::download::named;
use crate::provider::answer;
use crate::sharing::Wrong;

pub(super) use edit::{document as save_document, save, show as edit};
pub(super) use publisher::{set as set_publisher, show as publisher};
pub(super) use release::{receive, release, retract, withdraw};

/// The most of a list on a page.
const SHOWN: usize = 100;

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    state: String,
}

/// `GET /advisories`
pub(super) async fn list(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    shown(&app, visit, advisory::State::parse(&asked.state), (String::new(), String::new()), None).await
}

async fn shown(
    app: &App,
    visit: Visit,
    state: Option<advisory::State>,
    typed: (String, String),
    problem: Option<Problem>,
) -> Result<Response, Stop> {
    let acting = visit.actor();
    let (own, person) = acting.known().map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.must(Verb::Read, &Thing::Library(own), "Your roles do not include reading advisories.")?;
    let asked = bartizan_store::AdvisoryQuestion::default();
    let found = advisories::readable(app, &visit.directory, &visit.principal, visit.now(), &asked).await;
    let mut found = found.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    found.sort_by_key(|one| (std::cmp::Reverse(one.since), one.id));
    let mut more = found.len() > SHOWN;
    found.truncate(SHOWN);
    let ids: Vec<i64> = found.iter().map(|one| one.id).collect();
    let said = app.store.last_receipts(&ids, Some(own)).await.map_err(|e| visit.stop(&e))?;
    let released = found.iter().map(|one| {
        let last = said.iter().find(|(id, r)| *id == one.id && r.edition == one.edition);
        line(&visit, one, last.map(|(_, r)| r.state.as_str()).unwrap_or_default())
    });
    let released = released.collect();
    let limit = SHOWN as i64 + 1;
    let mut all =
        app.store.advisories_of(own, person, state, None, limit).await.map_err(|e| visit.stop(&e))?;
    more |= all.len() > SHOWN;
    all.truncate(SHOWN);
    let publisher = visit.directory.publishers.get(&own).map(|p| p.name.clone()).unwrap_or_default();
    let page = Advisories {
        released,
        own: all.iter().map(|one| own_line(&visit, one)).collect(),
        states: states(state),
        more,
        may_begin: visit.may(Verb::Add, &Thing::Library(own)),
        publisher,
        may_publish: visit.may(Verb::Manage, &Thing::Library(own)),
        typed,
        problem: problem.clone(),
        shell: visit.shell,
    };
    let mut response = html(page.render());
    if problem.is_some() {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn states(chosen: Option<advisory::State>) -> Vec<Choice> {
    let any = Choice { value: String::new(), label: "any".into(), chosen: chosen.is_none() };
    let each = advisory::State::ALL.iter().map(|state| Choice {
        value: state.as_str().into(),
        label: state.as_str().into(),
        chosen: chosen == Some(*state),
    });
    std::iter::once(any).chain(each).collect()
}

fn own_line(visit: &Visit, advisory: &Advisory) -> AdvisoryLine {
    AdvisoryLine {
        uuid: advisory.uuid.clone(),
        tracking: advisory.tracking.clone(),
        title: advisory.title.clone(),
        owner: visit.organisation(advisory.owner),
        marking: MarkedAs(advisory.marking),
        version: count(advisory.version),
        state: advisory.state.as_str().into(),
        since: Moment(advisory.changed),
    }
}

fn line(visit: &Visit, released: &ReadableAdvisory, state: &str) -> AdvisoryLine {
    AdvisoryLine {
        uuid: released.uuid.clone(),
        tracking: released.tracking.clone(),
        title: released.title.clone(),
        owner: visit.organisation(released.owner),
        marking: MarkedAs(released.marking),
        version: count(released.version),
        state: state.into(),
        since: Moment(released.since),
    }
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

#[derive(Deserialize)]
pub(super) struct Begun {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    title: String,
}

/// `POST /advisories`
pub(super) async fn begin(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Begun>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let acting = visit.actor();
    let (own, _) = acting.known().map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.must(Verb::Add, &Thing::Library(own), "Your roles do not include writing advisories.")?;
    let (id, title) = (form.id.trim().to_owned(), form.title.trim().to_owned());
    let plain = blank(visit.directory.publishers.get(&own), &id, &title, visit.now());
    let begun = match document(&plain, Version::V2_0) {
        Ok(document) => write::begin(&app, &acting, document, None).await,
        Err(wrong) => Err(wrong),
    };
    match begun {
        Ok(uuid) => Ok(Redirect::to(&format!("/advisories/{uuid}/edit")).into_response()),
        Err(Wrong::Unfit(text)) => {
            let problem = Problem { field: "id".into(), text };
            shown(&app, visit, None, (id, title), Some(problem)).await
        }
        Err(Wrong::Store(e)) if e.is_conflict() => {
            let problem = Problem { field: "id".into(), text: format!("{e}.") };
            shown(&app, visit, None, (id, title), Some(problem)).await
        }
        Err(wrong) => Err(Stop::because(&visit.shell, wrong)),
    }
}

/// `GET /advisories/{uuid}`
pub(super) async fn one(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let acting = visit.actor();
    let Seen { own, released } = find(&app, &acting, &uuid).await.map_err(because)?;
    let (number, owner) = match (&own, &released) {
        (Some(advisory), _) => (advisory.id, advisory.owner),
        (None, Some(released)) => (released.id, released.owner),
        (None, None) => return Err(Stop::not_found(visit.shell)),
    };
    let receipts = releasing::receipts(&app, &acting, number, owner).await.map_err(because)?;
    let receipts = receipts.into_iter().rev().map(|receipt| ReceiptLine {
        organisation: visit.organisation(receipt.organisation),
        state: receipt.state.as_str().into(),
        words: receipt.words,
        edition: count(receipt.edition),
        at: Moment(receipt.at),
    });
    let document = released.as_ref().and_then(|released| {
        let document: Value = serde_json::from_str(&released.body).ok()?;
        read::advisory(&document)
    });
    let operator = visit.principal.organisation.unwrap_or(owner);
    let may_receive =
        released.is_some() && operator != owner && visit.may(Verb::Add, &Thing::Receipt { owner, operator });
    let line = match (&own, &released) {
        (Some(advisory), _) => own_line(&visit, advisory),
        (None, Some(released)) => line(&visit, released, ""),
        (None, None) => AdvisoryLine::default(),
    };
    let marking = line.marking.0;
    let own = match &own {
        Some(advisory) => Some(for_owner(&app, &visit, advisory).await?),
        None => None,
    };
    let mut shell = visit.shell.clone();
    shell.marking = marking;
    let page = AdvisoryPage {
        line,
        document,
        formats: Format::ALL.iter().map(|format| (format.word(), format.label())).collect(),
        own,
        receipts: receipts.collect(),
        may_receive,
        shell,
    };
    Ok(html(page.render()))
}

async fn for_owner(app: &App, visit: &Visit, advisory: &Advisory) -> Result<OwnAdvisory, Stop> {
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let store = |e: bartizan_store::Error| visit.stop(&e);
    let editions = app.store.advisory_editions(advisory.id).await.map_err(store)?;
    let releases = app.store.advisory_releases(advisory.id).await.map_err(store)?;
    let audience = advisory.audience();
    let may = |verb| visit.may(verb, &Thing::Content { audience: &audience, collection: None });
    let body = latest(app, advisory).await.map_err(because)?;
    let failing = advisories::errors(judge(&body, advisory.version + 1, visit.now())).len() as u64;
    let withdrawn = editions.last().is_some_and(|edition| edition.withdraws);
    let last = editions.iter().rev().find(|edition| edition.version > 0);
    let before = last.map(|edition| edition.scrubbed.as_str()).unwrap_or_default();
    let (personal, places) = match may(Verb::Review) && !withdrawn {
        true => leave::preview(app, &visit.actor(), &body, before),
        false => (0, Vec::new()),
    };
    let collections = visit.directory.collections.values().filter(|entry| {
        let thing = Thing::Collection(&entry.access);
        visit.may(Verb::List, &thing) && visit.may(Verb::Add, &thing)
    });
    let choice = |entry: &bartizan_store::CollectionEntry| Choice {
        value: entry.uuid.clone(),
        label: if entry.access.public { format!("{} (public)", entry.title) } else { entry.title.clone() },
        chosen: false,
    };
    let seen = |id| {
        let entry = visit.directory.collections.get(&id);
        entry.filter(|entry| visit.may(Verb::List, &Thing::Collection(&entry.access)))
    };
    Ok(OwnAdvisory {
        edition: count(advisory.edition),
        is_released: editions.last().is_some_and(|edition| edition.version > 0),
        editions: editions
            .iter()
            .rev()
            .map(|edition| EditionLine {
                number: count(edition.number),
                version: count(edition.version),
                at: Moment(edition.at),
                by: visit.person(Some(edition.person)),
                summary: edition.summary.clone(),
                removed: leave::told(&edition.scrubbed).filter(|(found, _, _)| *found > 0),
            })
            .collect(),
        releases: releases
            .iter()
            .rev()
            .map(|release| ReleaseLine {
                edition: count(release.edition),
                collection: seen(release.collection).map(|entry| entry.title.clone()).unwrap_or_default(),
                uuid: seen(release.collection).map(|entry| entry.uuid.clone()).unwrap_or_default(),
                begins: Moment(release.begins),
                waits: release.begins > visit.now(),
                ended: release.ended.map(Moment),
            })
            .collect(),
        may_write: may(Verb::Add) && !withdrawn,
        may_release: may(Verb::Review) && !withdrawn,
        may_withdraw: may(Verb::Review)
            && !withdrawn
            && releases.iter().any(|r| r.ended.is_none() && r.begins <= visit.now()),
        personal,
        places,
        removes: app.config.privacy == bartizan_clearinghouse::privacy::Mode::Remove,
        kept: leave::said(before).join("\n"),
        collections: collections.map(choice).collect(),
        failing,
        case: advisory.case.clone().unwrap_or_default(),
    })
}

/// `GET /advisories/{uuid}/files/{format}`
pub(super) async fn file(
    State(app): State<App>,
    Path((uuid, format)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let seen = find(&app, &visit.actor(), &uuid).await.map_err(because)?;
    let (Some(released), Some(format)) = (seen.released, Format::parse(&format)) else {
        return Err(Stop::not_found(visit.shell));
    };
    let before = earlier(&app, &visit.actor(), &released).await.map_err(because)?;
    let file = render(format, &released.body, before.as_deref(), &released.uuid, 1).map_err(because)?;
    let served = Served { media: format.media(), bytes: file.bytes };
    Ok(named(answer(served, &headers, false), &file.name))
}

#[derive(Deserialize, Default)]
pub(super) struct Compared {
    from: Option<i64>,
    to: Option<i64>,
}

/// `GET /advisories/{uuid}/changes`
pub(super) async fn compare(
    State(app): State<App>,
    Path(uuid): Path<String>,
    Query(asked): Query<Compared>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let advisory = find_own(&app, &visit.actor(), &uuid, Verb::Read).await.map_err(because)?;
    let to = asked.to.unwrap_or(advisory.edition);
    let from = asked.from.unwrap_or((to - 1).max(1));
    let mut said = Vec::new();
    for number in [from, to] {
        let body = app.store.advisory_body(advisory.id, number).await.map_err(|e| visit.stop(&e))?;
        let body = body.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
        said.push(serde_json::from_str::<Value>(&body).unwrap_or_default());
    }
    let (found, more) = changes::changes(&said[0], &said[1]);
    let editions = app.store.advisory_editions(advisory.id).await.map_err(|e| visit.stop(&e))?;
    let choices = |chosen: i64| -> Vec<Choice> {
        let choice = |edition: &bartizan_store::AdvisoryEdition| Choice {
            value: edition.number.to_string(),
            label: match edition.version {
                0 => format!("edition {} (draft)", edition.number),
                version => format!("edition {} (version {version})", edition.number),
            },
            chosen: edition.number == chosen,
        };
        editions.iter().map(choice).collect()
    };
    let page = AdvisoryChanges {
        line: own_line(&visit, &advisory),
        from: choices(from),
        to: choices(to),
        changes: found.into_iter().map(|c| (c.pointer, c.before, c.after)).collect(),
        more,
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

/// `GET /advisories/metrics`
pub(super) async fn figures(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let acting = visit.actor();
    let public = metrics::public(&app, &visit.directory, visit.now()).await.map_err(because)?;
    let operator = metrics::operator(&app, &acting).await.map_err(because)?;
    let coordinator = metrics::coordinator(&app, &acting).await.map_err(because)?;
    let words = |all: &[(advisory::Receipt, u64)]| all.iter().map(|(s, n)| (s.to_string(), *n)).collect();
    let page = AdvisoryFigures {
        public: PublicFigures {
            advisories: public.advisories,
            revised: public.revised,
            months: public.months,
        },
        operator: operator.map(|cut| OperatorFigures {
            advisories: cut.advisories,
            silent: cut.silent,
            said: words(&cut.said),
            hours: cut.hours,
        }),
        coordinator: coordinator.map(|cut| CoordinatorFigures {
            states: cut.states.iter().map(|(state, n)| (state.to_string(), *n)).collect(),
            tiers: cut
                .tiers
                .iter()
                .map(|tier| TierFigures {
                    title: tier.collection.1.clone(),
                    advisories: tier.advisories,
                    waiting: tier.waiting,
                    said: words(&tier.said),
                })
                .collect(),
        }),
        shell: visit.shell,
    };
    Ok(html(page.render()))
}
