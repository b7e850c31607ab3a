//! One's own second factors.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::PersonId;
use bartizan_store::{Factors, Passkey};
use bartizan_workbench::{FactorStage, KeyLine, Moment, Problem, SecondFactor};
use serde::Deserialize;

use super::html;
use super::second::{may_try, was_right};
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::auth::passkey::Site;
use crate::auth::second;

#[derive(Deserialize)]
pub(super) struct Entered {
    #[serde(default)]
    pub(super) csrf: String,
    /// The present password, from who has one.
    #[serde(default)]
    current: String,
    #[serde(default)]
    code: String,
}

/// Somebody who changes their second factors.
pub(super) struct Owner {
    pub(super) visit: Visit,
    pub(super) person: PersonId,
    pub(super) factors: Factors,
    pub(super) keys: Vec<Passkey>,
}

impl Owner {
    pub(super) async fn new(app: &App, visit: Visit) -> Result<Self, Stop> {
        let person = visit.principal.person.ok_or_else(|| Stop::Go("/sign-in".into()))?;
        let factors = app.store.factors(person).await.map_err(|e| visit.stop(&e))?;
        let keys = app.store.passkeys(person).await.map_err(|e| visit.stop(&e))?;
        Ok(Self { visit, person, factors, keys })
    }

    fn has_password(&self) -> bool {
        self.visit.directory.people.get(&self.person).is_some_and(|p| p.password.is_some())
    }

    /// The answer to who cannot show that it is they who sit there: a session left open must not take over or take away what protects it. By password; who has
    /// none shows a code, and who has neither has nothing more to show.
    pub(super) async fn proved(&self, app: &App, entered: &Entered) -> Option<Response> {
        let wrong = |field: &str, text: &str| Some(self.problem(app, field, text));
        let (key, name) = (format!("change:{}", self.visit.name), &self.visit.name);
        if !app.attempts.take(&key, self.visit.now()) {
            return wrong("current", "Too many wrong ones. Try again in ten minutes.");
        }
        if self.has_password() {
            let found = app.passwords.check(&self.visit.directory, name, &entered.current).await;
            if found.ok().flatten() != Some(self.person) {
                return wrong("current", "The present password is wrong.");
            }
        } else if self.factors.has_codes() {
            let by = self.visit.by();
            let shown = second::shown(app, &by, self.person, &self.factors, &entered.code).await;
            if shown.ok().flatten().is_none() {
                return wrong("code", "That code is wrong, or was used already.");
            }
        }
        app.attempts.right(&key);
        None
    }

    pub(super) fn page(&self, app: &App, stage: FactorStage) -> SecondFactor {
        let entry = self.visit.directory.people.get(&self.person);
        SecondFactor {
            stage,
            has_password: self.has_password(),
            recovery_left: self.factors.recovery,
            keys: self
                .keys
                .iter()
                .map(|key| KeyLine {
                    id: key.id.to_string(),
                    name: key.label.clone(),
                    added: Moment(key.created),
                    used: key.used.map(Moment),
                })
                .collect(),
            keys_offered: Site::new(app).is_some(),
            by_code: self.factors.has_codes(),
            required: entry.is_some_and(|p| second::needed(app, p.member.roles)),
            ..SecondFactor::new(self.visit.shell.clone())
        }
    }

    fn stage(&self) -> FactorStage {
        if self.factors.set_up() { FactorStage::On } else { FactorStage::Off }
    }

    pub(super) fn problem(&self, app: &App, field: &str, text: &str) -> Response {
        self.again(app, self.stage(), field, text)
    }

    fn again(&self, app: &App, stage: FactorStage, field: &str, text: &str) -> Response {
        let problem = Some(Problem { field: field.into(), text: text.into() });
        let mut response = html(SecondFactor { problem, ..self.page(app, stage) }.render());
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        response
    }

    fn begun(&self, app: &App, secret: &[u8]) -> FactorStage {
        let (secret, uri) = second::told(app, secret, &self.visit.name).unwrap_or_default();
        FactorStage::Begun { secret, uri }
    }
}

/// `GET /account/second-factor`
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let owner = Owner::new(&app, Visit::new(&app, &headers, &uri).await?).await?;
    Ok(html(owner.page(&app, owner.stage()).render()))
}

/// `POST /account/second-factor`: a new secret, which counts once a code was shown.
pub(super) async fn begin(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Entered>,
) -> Result<Response, Stop> {
    let owner = Owner::new(&app, Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?).await?;
    if owner.factors.has_codes() {
        return Err(Stop::Go("/account/second-factor".into()));
    }
    if let Some(response) = owner.proved(&app, &form).await {
        return Ok(response);
    }
    let made = second::secret(&app, owner.person);
    let (secret, kept) = made.map_err(|_| Stop::sealed(owner.visit.shell.clone()))?;
    let begun = app.store.begin_codes(&owner.visit.by(), owner.person, &kept).await;
    begun.map_err(|e| owner.visit.stop(&e))?;
    Ok(html(owner.page(&app, owner.begun(&app, &secret)).render()))
}

/// `POST /account/second-factor/confirm`: the recovery codes are on the answer's page and nowhere else.
pub(super) async fn confirm(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Entered>,
) -> Result<Response, Stop> {
    let owner = Owner::new(&app, Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?).await?;
    let Some((kept, false)) = &owner.factors.codes else {
        return Err(Stop::Go("/account/second-factor".into()));
    };
    let Some(secret) = second::opened(&app, owner.person, kept) else {
        return Err(Stop::Go("/account/second-factor".into()));
    };
    if !may_try(&app, owner.person) {
        return Ok(owner.problem(&app, "code", "Too many wrong codes. Try again in ten minutes."));
    }
    let Some(step) = second::step(&secret, &form.code, owner.visit.now()) else {
        let text = "That code is wrong. Is the app's clock right?";
        return Ok(owner.again(&app, owner.begun(&app, &secret), "code", text));
    };
    was_right(&app, owner.person);
    let (codes, kept) = second::recovery(&app, owner.person);
    let done = app.store.confirm_codes(&owner.visit.by(), owner.person, step, &kept).await;
    if !done.map_err(|e| owner.visit.stop(&e))? {
        return Err(Stop::Go("/account/second-factor".into()));
    }
    let stage = FactorStage::Codes { codes, next: "/account/second-factor".into() };
    Ok(html(owner.page(&app, stage).render()))
}

/// `POST /account/second-factor/recovery`: new recovery codes; those before are of no more use.
pub(super) async fn recovery(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Entered>,
) -> Result<Response, Stop> {
    let owner = Owner::new(&app, Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?).await?;
    if !owner.factors.set_up() {
        return Err(Stop::Go("/account/second-factor".into()));
    }
    if let Some(response) = owner.proved(&app, &form).await {
        return Ok(response);
    }
    let (codes, kept) = second::recovery(&app, owner.person);
    let done = app.store.set_recovery(&owner.visit.by(), owner.person, &kept).await;
    done.map_err(|e| owner.visit.stop(&e))?;
    let stage = FactorStage::Codes { codes, next: "/account/second-factor".into() };
    Ok(html(owner.page(&app, stage).render()))
}

/// `POST /account/second-factor/end`
pub(super) async fn end(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Entered>,
) -> Result<Response, Stop> {
    let owner = Owner::new(&app, Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?).await?;
    if let Some(response) = owner.proved(&app, &form).await {
        return Ok(response);
    }
    app.store.end_codes(&owner.visit.by(), owner.person).await.map_err(|e| owner.visit.stop(&e))?;
    Ok(Redirect::to("/account/second-factor").into_response())
}
