//! Reading advisories.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_advisory::read;
use bartizan_clearinghouse::access::{PersonId, Thing, Verb};
use bartizan_clearinghouse::{advisory, time};
use bartizan_store::{Advisory, AdvisoryEdition, AdvisoryQuestion, PublisherEntry, ReadableAdvisory};
use serde_json::{Map, Value};

use super::super::ask::{Asker, Place, Query};
use super::super::paging::Paging;
use super::super::problem::Problem;
use super::super::shapes::{Items, Named};
use super::super::tagged;
use super::shapes::{
    Change, Changes, CoordinatorCut, Edition, Findings, Line, Metrics, Month, OperatorCut, Own, PublicCut,
    Publisher, Publishers, ReceiptLine, Receipts, Release, SetPublisher, TierCut, Whole,
};
use crate::advisories::format::{Format, earlier, render};
use crate::advisories::provider::{self, OPEN};
use crate::advisories::write::latest;
use crate::advisories::{self, find, find_own, judge, metrics as figures, release};
use crate::app::App;
use crate::auth::caller;
use crate::provider::answer;

/// `GET /advisories`
pub(super) async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["box", "state", "limit", "next"])?;
    let roles = "Your roles or this token do not include reading.";
    asker.must(Verb::Read, &Thing::Library(asker.organisation), roles)?;
    let state = query.one("state")?.map(|s| {
        let wrong = || Problem::bad("state is draft, released or withdrawn.");
        advisory::State::parse(s).ok_or_else(wrong)
    });
    let state = state.transpose()?;
    let (paging, after) = Paging::named(&query, "advisories")?;
    let limit = i64::try_from(paging.limit + 1).unwrap_or(i64::MAX);
    if query.one("box")? == Some("own") {
        let before = match &after {
            None => None,
            Some(uuid) => {
                Some(find_own(&app, &asker.acting(), uuid, Verb::Read).await.map_err(|_| Paging::wrong())?.id)
            }
        };
        let mut found =
            app.store.advisories_of(asker.organisation, asker.person, state, before, limit).await?;
        let next = paging.named_next(&mut found, |advisory| &advisory.uuid);
        let items = found.iter().map(|advisory| own_line(&asker, advisory)).collect();
        return Ok(tagged::json(StatusCode::OK, &Items { items, next }));
    }
    if !matches!(query.one("box")?, None | Some("released")) || state.is_some() {
        return Err(Problem::bad("box is released or own; state is for own."));
    }
    let audiences = advisories::audiences(&asker.directory, &asker.principal, asker.now);
    let one =
        AdvisoryQuestion { audiences: &audiences, now: asker.now, limit: 1, ..AdvisoryQuestion::default() };
    let after = match &after {
        None => 0,
        Some(uuid) => {
            let last =
                app.store.released_advisories(&AdvisoryQuestion { uuid: Some(uuid), ..one }).await?.pop();
            last.ok_or_else(Paging::wrong)?.id
        }
    };
    let mut found = app.store.released_advisories(&AdvisoryQuestion { after, limit, ..one }).await?;
    let next = paging.named_next(&mut found, |advisory| &advisory.uuid);
    let items = found.iter().map(|released| line(&asker, released)).collect();
    Ok(tagged::json(StatusCode::OK, &Items { items, next }))
}

fn own_line(asker: &Asker, advisory: &Advisory) -> Line {
    Line {
        id: advisory.uuid.clone(),
        tracking: advisory.tracking.clone(),
        title: advisory.title.clone(),
        owner: asker.organisation(advisory.owner),
        marking: advisory.marking.into(),
        version: advisory.version,
        state: Some(advisory.state.into()),
        withdrawn: None,
        since: time::text(advisory.changed),
    }
}

fn line(asker: &Asker, released: &ReadableAdvisory) -> Line {
    Line {
        id: released.uuid.clone(),
        tracking: released.tracking.clone(),
        title: released.title.clone(),
        owner: asker.organisation(released.owner),
        marking: released.marking.into(),
        version: released.version,
        state: None,
        withdrawn: Some(released.withdraws),
        since: time::text(released.since),
    }
}

/// `GET /advisories/{id}`
pub(super) async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let seen = find(&app, &asker.acting(), &id).await?;
    let document: Option<Map<String, Value>> =
        seen.released.as_ref().and_then(|released| serde_json::from_str(&released.body).ok());
    let own = match &seen.own {
        None => None,
        Some(advisory) => Some(Own {
            edition: advisory.edition,
            case: advisory.case.clone(),
            beyond_form: read::uncovered(&latest(&app, advisory).await?),
            releases: releases(&app, &asker, advisory).await?,
        }),
    };
    let line = match (&seen.own, &seen.released) {
        (Some(advisory), _) => own_line(&asker, advisory),
        (None, Some(released)) => line(&asker, released),
        (None, None) => return Err(Problem::not_found()),
    };
    Ok(tagged::single(&headers, &Whole { line, document, own }))
}

async fn releases(app: &App, asker: &Asker, advisory: &Advisory) -> Result<Vec<Release>, Problem> {
    let all = app.store.advisory_releases(advisory.id).await?;
    let named = |id| {
        let entry = asker.directory.collections.get(&id);
        // One that its owner has closed to them keeps its name to itself.
        let entry = entry.filter(|e| asker.may(Verb::List, &Thing::Collection(&e.access)));
        entry.map(|e| Named { id: e.uuid.clone(), name: e.title.clone() }).unwrap_or_default()
    };
    let releases = all.into_iter().map(|release| Release {
        edition: release.edition,
        collection: named(release.collection),
        from: time::text(release.begins),
        until: release.ended.map(time::text),
    });
    Ok(releases.collect())
}

/// `GET /advisories/{id}/formats/{format}`
pub(super) async fn format(
    State(app): State<App>,
    asker: Asker,
    Place((id, format)): Place<(String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["number"])?;
    let number = match query.one("number")? {
        None => 1,
        Some(text) => text.parse().map_err(|_| Problem::bad("number is a whole number from 1."))?,
    };
    let seen = find(&app, &asker.acting(), &id).await?;
    let released = seen.released.ok_or_else(Problem::not_found)?;
    let format = Format::parse(&format).ok_or_else(Problem::not_found)?;
    let before = earlier(&app, &asker.acting(), &released).await?;
    let file = render(format, &released.body, before.as_deref(), &released.uuid, number)?;
    let served = provider::Served { media: format.media(), bytes: file.bytes };
    Ok(crate::download::named(answer(served, &headers, false), &file.name))
}

/// `GET /advisories/{id}/editions`
pub(super) async fn editions(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let advisory = find_own(&app, &asker.acting(), &id, Verb::Read).await?;
    let found = app.store.advisory_editions(advisory.id).await?;
    let items = found.iter().map(|edition| shape(&asker, edition)).collect();
    Ok(tagged::json(StatusCode::OK, &Items { items, next: None }))
}

pub(super) fn shape(asker: &Asker, edition: &AdvisoryEdition) -> Edition {
    Edition {
        number: edition.number,
        version: edition.version,
        title: edition.title.clone(),
        marking: edition.marking.into(),
        sha256: edition.digest.clone(),
        summary: edition.summary.clone(),
        at: time::text(edition.at),
        by: asker.person(edition.person),
        withdraws: edition.withdraws,
        scrubbed: serde_json::from_str(&edition.scrubbed).ok(),
    }
}

/// `GET /advisories/{id}/editions/{number}`
pub(super) async fn edition(
    State(app): State<App>,
    asker: Asker,
    Place((id, number)): Place<(String, i64)>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let advisory = find_own(&app, &asker.acting(), &id, Verb::Read).await?;
    let body = app.store.advisory_body(advisory.id, number).await?.ok_or_else(Problem::not_found)?;
    Ok(answer(provider::Served { media: "application/json", bytes: body.into_bytes() }, &headers, false))
}

/// `GET /advisories/{id}/changes`
pub(super) async fn changes(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["from", "to"])?;
    let advisory = find_own(&app, &asker.acting(), &id, Verb::Read).await?;
    let number = |name: &str, usual: i64| match query.one(name)? {
        None => Ok(usual),
        Some(text) => text.parse().map_err(|_| Problem::bad(format!("{name} is the number of an edition."))),
    };
    let to = number("to", advisory.edition)?;
    let from = number("from", (to - 1).max(1))?;
    let body = async |number| {
        let body = app.store.advisory_body(advisory.id, number).await?.ok_or_else(Problem::not_found)?;
        serde_json::from_str::<Value>(&body).map_err(|_| Problem::internal())
    };
    let (found, more) = advisories::changes::changes(&body(from).await?, &body(to).await?);
    let changes =
        found.into_iter().map(|c| Change { pointer: c.pointer, before: c.before, after: c.after }).collect();
    Ok(tagged::json(StatusCode::OK, &Changes { from, to, changes, more }))
}

/// `GET /advisories/{id}/findings`
pub(super) async fn findings(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let advisory = find_own(&app, &asker.acting(), &id, Verb::Read).await?;
    let report = judge(&latest(&app, &advisory).await?, advisory.version + 1, asker.now);
    Ok(tagged::json(StatusCode::OK, &Findings::from(report)))
}

/// `GET /advisories/{id}/receipts`
pub(super) async fn receipts(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let seen = find(&app, &asker.acting(), &id).await?;
    let (number, owner) = match (&seen.own, &seen.released) {
        (Some(advisory), _) => (advisory.id, advisory.owner),
        (None, Some(released)) => (released.id, released.owner),
        (None, None) => return Err(Problem::not_found()),
    };
    said(&app, &asker, number, owner).await
}

pub(super) async fn said(
    app: &App,
    asker: &Asker,
    number: i64,
    owner: bartizan_clearinghouse::access::OrganisationId,
) -> Result<Response, Problem> {
    let found = release::receipts(app, &asker.acting(), number, owner).await?;
    let by = |organisation, person: PersonId| {
        // Who it was is their own organisation's; the owner deals with the organisation.
        (organisation == asker.organisation).then(|| asker.person(person)).flatten()
    };
    let items = found.into_iter().map(|receipt| ReceiptLine {
        organisation: asker.organisation(receipt.organisation),
        by: by(receipt.organisation, receipt.person),
        edition: receipt.edition,
        state: receipt.state.into(),
        words: receipt.words,
        at: time::text(receipt.at),
    });
    Ok(tagged::json(StatusCode::OK, &Receipts { items: items.collect() }))
}

/// `GET /advisories/metrics`
pub(super) async fn metrics(
    State(app): State<App>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let directory = app.store.fresh().await?;
    let caller = caller(&app, &headers, &directory).await?;
    let now = app.now();
    let public = figures::public(&app, &directory, now).await?;
    let acting = crate::sharing::Acting {
        directory: &directory,
        principal: &caller.principal,
        name: &caller.name,
        now,
    };
    let (mut operator, mut coordinator) = (None, None);
    if caller.principal.known() {
        operator = figures::operator(&app, &acting).await?;
        coordinator = figures::coordinator(&app, &acting).await?;
    }
    let months = public.months.into_iter().map(|(month, advisories)| Month { month, advisories });
    Ok(tagged::json(
        StatusCode::OK,
        &Metrics {
            public: PublicCut {
                advisories: public.advisories,
                revised: public.revised,
                months: months.collect(),
            },
            operator: operator.map(|cut| OperatorCut {
                advisories: cut.advisories,
                silent: cut.silent,
                said: counts(cut.said.iter().map(|(state, n)| (state.as_str(), *n))),
                hours_to_acknowledge: cut.hours,
            }),
            coordinator: coordinator.map(|cut| CoordinatorCut {
                states: counts(cut.states.iter().map(|(state, n)| (state.as_str(), *n))),
                tiers: cut
                    .tiers
                    .into_iter()
                    .map(|tier| TierCut {
                        collection: Named { id: tier.collection.0, name: tier.collection.1 },
                        advisories: tier.advisories,
                        waiting: tier.waiting,
                        said: counts(tier.said.iter().map(|(state, n)| (state.as_str(), *n))),
                    })
                    .collect(),
            }),
        },
    ))
}

fn counts<'a>(all: impl Iterator<Item = (&'a str, u64)>) -> Map<String, Value> {
    all.map(|(word, n)| (word.to_owned(), n.into())).collect()
}

/// `GET /collections/{id}/advisories.rss`
pub(super) async fn rss(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let entry = acting.collection(&id)?;
    acting.must(Verb::Read, &Thing::Collection(&entry.access), "You may not read this collection.")?;
    let found = advisories::news(&app, &acting, entry).await?;
    let served = provider::Served {
        media: "application/rss+xml; charset=utf-8",
        bytes: provider::rss(&app, entry, &found).into_bytes(),
    };
    Ok(answer(served, &headers, false))
}

/// `GET /publishers`
pub(super) async fn publishers(
    State(app): State<App>,
    asker: Asker,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    asker.reads()?;
    let items =
        asker.directory.publishers.values().map(|entry| publisher_shape(&app, &asker, entry)).collect();
    Ok(tagged::json(StatusCode::OK, &Publishers { items }))
}

pub(super) fn publisher_shape(app: &App, asker: &Asker, entry: &PublisherEntry) -> Publisher {
    Publisher {
        organisation: asker.organisation(entry.organisation),
        said: SetPublisher {
            alias: entry.alias.clone(),
            name: entry.name.clone(),
            category: entry.category.clone(),
            namespace: entry.namespace.clone(),
            contact: entry.contact.clone(),
            authority: entry.authority.clone(),
        },
        provider_metadata: format!(
            "{}{OPEN}/{}/provider-metadata.json",
            provider::base(&app.config),
            entry.alias
        ),
    }
}
