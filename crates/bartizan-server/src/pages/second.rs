//! The other half of a sign-in: a second factor is asked for, or set up because the node wants one.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{PersonId, Scopes};
use bartizan_clearinghouse::token;
use bartizan_store::{Action, Directory, Factors};
use bartizan_workbench::{FactorStage, Problem, SecondFactor, SignIn};
use serde::{Deserialize, Serialize};

use super::html;
use super::sign_in::local;
use super::stop::Stop;
use super::visit::bare;
use crate::app::App;
use crate::auth::passkey::Site;
use crate::auth::{refuse, second, session};

#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    code: String,
}

/// What is known of somebody who showed the first half.
#[derive(Serialize, Deserialize)]
struct Half {
    name: String,
    way: String,
    next: String,
}

/// Half a sign-in that is open.
pub(super) struct Open {
    pub(super) digest: String,
    pub(super) person: PersonId,
    half: Half,
}

impl Open {
    pub(super) fn name(&self) -> &str {
        &self.half.name
    }
}

/// Goes on with somebody who showed the first half: to the second, to setting one up, or in.
pub(super) async fn go_on(
    app: &App,
    directory: &Directory,
    person: PersonId,
    way: &str,
    next: &str,
) -> Result<Response, Stop> {
    let stop = |e: bartizan_store::Error| Stop::store(bare(app), &e);
    let entry = directory.people.get(&person).ok_or_else(|| Stop::Go("/sign-in".into()))?;
    if !second::wanted(app, directory, person) {
        let cookie = session::begin(app, (person, &entry.name), way, None).await.map_err(stop)?;
        return Ok(entered(cookie, next, None));
    }
    let secret = session::random(app);
    let half = Half { name: entry.name.clone(), way: way.to_owned(), next: next.to_owned() };
    let state = serde_json::to_vec(&half).unwrap_or_default();
    let (digest, now) = (token::digest(&secret), app.now());
    let until = now + session::HALF_LASTS;
    app.store.begin_ceremony((&digest, "half"), Some(person), &state, now, until).await.map_err(stop)?;
    let place = if entry.second_factor { "/sign-in/second" } else { "/sign-in/enrol" };
    let mut response = Redirect::to(place).into_response();
    response.headers_mut().insert(header::SET_COOKIE, session::half_cookie(app, &secret));
    Ok(response)
}

/// Whoever showed the first half; others begin anew.
pub(super) async fn open(app: &App, headers: &HeaderMap) -> Result<Open, Stop> {
    let anew = || Stop::Go("/sign-in".into());
    let digest = session::half(app, headers).ok_or_else(anew)?;
    let stop = |e: bartizan_store::Error| Stop::store(bare(app), &e);
    let found = app.store.ceremony((&digest, "half"), app.now()).await.map_err(stop)?;
    let (Some(person), state) = found.ok_or_else(anew)? else { return Err(anew()) };
    let half: Half = serde_json::from_slice(&state).map_err(|_| anew())?;
    let directory = app.store.fresh().await.map_err(stop)?;
    // Closed meanwhile.
    directory.principal(person, Scopes::ALL).ok_or_else(anew)?;
    Ok(Open { digest, person, half })
}

/// In, once the second half was right too.
pub(super) async fn enter(app: &App, open: &Open, shown: &str) -> Result<Response, Stop> {
    let way = format!("{}, {shown}", open.half.way);
    let who = (open.person, &*open.half.name);
    let begun = session::begin(app, who, &way, Some(&open.digest)).await;
    let cookie = begun.map_err(|e| Stop::store(bare(app), &e))?;
    Ok(entered(cookie, &open.half.next, Some(session::half_ended(app))))
}

pub(super) fn entered(
    cookie: Option<axum::http::HeaderValue>,
    next: &str,
    ended: Option<axum::http::HeaderValue>,
) -> Response {
    let Some(cookie) = cookie else { return Redirect::to("/sign-in").into_response() };
    let mut response = Redirect::to(local(next)).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    if let Some(ended) = ended {
        response.headers_mut().append(header::SET_COOKIE, ended);
    }
    response
}

/// Takes one of the codes somebody may get wrong. Only who knows the password comes here, so nobody else is locked out.
pub(super) fn may_try(app: &App, person: PersonId) -> bool {
    app.attempts.take(&format!("code:{}", person.0), app.now())
}

pub(super) fn was_right(app: &App, person: PersonId) {
    app.attempts.right(&format!("code:{}", person.0));
}

/// `GET /sign-in/second`
pub(super) async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Response, Stop> {
    let open = open(&app, &headers).await?;
    let factors = app.store.factors(open.person).await.map_err(|e| Stop::store(bare(&app), &e))?;
    if !factors.set_up() {
        return Err(Stop::Go("/sign-in/enrol".into()));
    }
    page(&app, &open, &factors, None, StatusCode::OK).await
}

/// `POST /sign-in/second`
pub(super) async fn take(
    State(app): State<App>,
    headers: HeaderMap,
    Form(form): Form<Shown>,
) -> Result<Response, Stop> {
    let open = open(&app, &headers).await?;
    let stop = |e: bartizan_store::Error| Stop::store(bare(&app), &e);
    let factors = app.store.factors(open.person).await.map_err(stop)?;
    if !session::same_origin(&headers) {
        let text = "This form came from another page. Try again here.";
        return page(&app, &open, &factors, Some(text), StatusCode::FORBIDDEN).await;
    }
    if !may_try(&app, open.person) {
        let text = "Too many wrong codes. Try again in ten minutes.";
        return page(&app, &open, &factors, Some(text), StatusCode::TOO_MANY_REQUESTS).await;
    }
    let by = Action { actor: &open.half.name, now: app.now() };
    let Some(way) = second::shown(&app, &by, open.person, &factors, &form.code).await.map_err(stop)? else {
        refuse(&app, &open.half.name, "second factor").await;
        let text = "That code is wrong, or was used already.";
        return page(&app, &open, &factors, Some(text), StatusCode::UNAUTHORIZED).await;
    };
    was_right(&app, open.person);
    enter(&app, &open, way).await
}

/// The page that asks, after something went wrong.
pub(super) async fn again(app: &App, open: &Open, text: &str, status: StatusCode) -> Result<Response, Stop> {
    let factors = app.store.factors(open.person).await.map_err(|e| Stop::store(bare(app), &e))?;
    page(app, open, &factors, Some(text), status).await
}

async fn page(
    app: &App,
    open: &Open,
    factors: &Factors,
    problem: Option<&str>,
    status: StatusCode,
) -> Result<Response, Stop> {
    let stop = |e: bartizan_store::Error| Stop::store(bare(app), &e);
    let mut key = None;
    if let Some(site) = Site::new(app)
        && factors.passkeys > 0
        && let Some(asked) = site.ask_one(&app.store.passkeys(open.person).await.map_err(stop)?)
    {
        key = Some(super::key::ask(app, "key.second", Some(open.person), asked).await.map_err(stop)?);
    }
    let page = SignIn {
        name: open.half.name.clone(),
        next: open.half.next.clone(),
        problem: problem.map(str::to_owned),
        second_factor: true,
        by_code: factors.has_codes(),
        key,
        ..SignIn::new(bare(app))
    };
    let mut response = html(page.render());
    *response.status_mut() = status;
    Ok(response)
}

/// `GET /sign-in/enrol`: a second factor has to be set up before going on.
pub(super) async fn enrol(State(app): State<App>, headers: HeaderMap) -> Result<Response, Stop> {
    let open = open(&app, &headers).await?;
    let stop = |e: bartizan_store::Error| Stop::store(bare(&app), &e);
    let factors = app.store.factors(open.person).await.map_err(stop)?;
    if factors.set_up() {
        return Err(Stop::Go("/sign-in/second".into()));
    }
    let begun = factors.codes.and_then(|(kept, _)| second::opened(&app, open.person, &kept));
    let secret = match begun {
        Some(secret) => secret,
        None => {
            let (secret, kept) = second::secret(&app, open.person).map_err(|_| Stop::sealed(bare(&app)))?;
            let by = Action { actor: &open.half.name, now: app.now() };
            app.store.begin_codes(&by, open.person, &kept).await.map_err(stop)?;
            secret
        }
    };
    Ok(html(enrolment(&app, &open, &secret, None).render()))
}

/// `POST /sign-in/enrol`: a code was shown; the recovery codes are on the answer's page and nowhere else.
pub(super) async fn confirm(
    State(app): State<App>,
    headers: HeaderMap,
    Form(form): Form<Shown>,
) -> Result<Response, Stop> {
    let open = open(&app, &headers).await?;
    let stop = |e: bartizan_store::Error| Stop::store(bare(&app), &e);
    let factors = app.store.factors(open.person).await.map_err(stop)?;
    let Some((kept, false)) = factors.codes else { return Err(Stop::Go("/sign-in/second".into())) };
    let Some(secret) = second::opened(&app, open.person, &kept) else {
        return Err(Stop::Go("/sign-in/enrol".into()));
    };
    let again = |text: &str, status| {
        let problem = Problem { field: "code".into(), text: text.into() };
        let mut response = html(enrolment(&app, &open, &secret, Some(problem)).render());
        *response.status_mut() = status;
        Ok(response)
    };
    if !session::same_origin(&headers) {
        return again("This form came from another page. Try again here.", StatusCode::FORBIDDEN);
    }
    if !may_try(&app, open.person) {
        return again("Too many wrong codes. Try again in ten minutes.", StatusCode::TOO_MANY_REQUESTS);
    }
    let by = Action { actor: &open.half.name, now: app.now() };
    let Some(step) = second::step(&secret, &form.code, by.now) else {
        return again("That code is wrong. Is the app's clock right?", StatusCode::UNPROCESSABLE_ENTITY);
    };
    was_right(&app, open.person);
    let (codes, kept) = second::recovery(&app, open.person);
    if !app.store.confirm_codes(&by, open.person, step, &kept).await.map_err(stop)? {
        return Err(Stop::Go("/sign-in/second".into()));
    }
    let entered = enter(&app, &open, "code").await?;
    let stage = FactorStage::Codes { codes, next: open.half.next.clone() };
    let page = SecondFactor { stage, enrolling: true, ..SecondFactor::new(bare(&app)) };
    let mut response = html(page.render());
    for cookie in entered.headers().get_all(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    Ok(response)
}

fn enrolment(app: &App, open: &Open, secret: &[u8], problem: Option<Problem>) -> SecondFactor {
    let (secret, uri) = second::told(app, secret, &open.half.name).unwrap_or_default();
    let stage = FactorStage::Begun { secret, uri };
    SecondFactor { stage, enrolling: true, problem, ..SecondFactor::new(bare(app)) }
}
