//! A form that somebody sent who has signed in, from one of our pages.

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::Verb;
use bartizan_workbench::Flash;
use serde_json::Value;

use super::super::stop::Stop;
use super::super::visit::Visit;
use super::{form, show};
use crate::app::App;
use crate::programmes::{self, Room, Said};
use crate::sharing::{Acting, Wrong};

/// A form, and who sent it.
pub(super) struct Posted {
    pub(super) app: App,
    pub(super) visit: Visit,
    pub(super) fields: Vec<(String, String)>,
    headers: HeaderMap,
}

impl FromRequest<App> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (headers, uri) = (request.headers().clone(), request.uri().clone());
        let form = Form::<Vec<(String, String)>>::from_request(request, app).await;
        let Form(fields) = form.map_err(IntoResponse::into_response)?;
        let visit = Visit::acting(app, &headers, &uri, Some(form::one(&fields, "csrf"))).await;
        let visit = visit.map_err(IntoResponse::into_response)?;
        Ok(Self { app: app.clone(), visit, fields, headers })
    }
}

impl Posted {
    /// What a field says, without blanks around it.
    pub(super) fn one(&self, name: &str) -> &str {
        form::one(&self.fields, name)
    }

    /// What a long field says, as it was written.
    pub(super) fn text(&self, name: &str) -> String {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value).replace("\r\n", "\n")
    }

    pub(super) fn acting(&self) -> Acting<'_> {
        self.visit.actor()
    }

    pub(super) fn stop(&self, wrong: Wrong) -> Stop {
        Stop::because(&self.visit.shell, wrong)
    }

    /// The window; who may not act in it is told so before the form is read.
    pub(super) async fn room(&self, uuid: &str) -> Result<Room, Stop> {
        let found = programmes::find(&self.app, &self.acting(), uuid, Verb::Add).await;
        found.map_err(|wrong| self.stop(wrong))
    }

    /// Does an act in the library's form, as a role.
    pub(super) async fn say(&self, uuid: &str, role: &str, action: Value) -> Result<Said, Wrong> {
        let role = role.parse()?;
        let action = serde_json::from_value(action)
            .map_err(|error| Wrong::Unfit(format!("The form is not whole: {error}.")))?;
        programmes::say(&self.app, &self.acting(), uuid, &role, &action).await
    }

    /// Back to where the form was, with what became of it.
    pub(super) fn done(&self, uuid: &str, said: Result<Said, Wrong>) -> Result<Response, Stop> {
        let said = said.map_err(|wrong| self.stop(wrong))?;
        Ok(done(&self.app, &self.visit, uuid, &self.headers, &said))
    }

    /// The same, where there is something of one's own to say.
    pub(super) fn kept(&self, place: &str, text: impl Into<String>) -> Response {
        self.visit.say(&self.app, Flash { text: text.into(), ..Flash::default() });
        Redirect::to(place).into_response()
    }

    /// Where the form was.
    pub(super) fn back(&self, uuid: &str) -> String {
        back(uuid, &self.headers)
    }
}

/// Back to where a form was, with what became of it.
pub(super) fn done(app: &App, visit: &Visit, uuid: &str, headers: &HeaderMap, said: &Said) -> Response {
    let text = if said.waits { "Proposed: a second person has to agree." } else { "Done." };
    visit.say(app, Flash { text: text.into(), ..Flash::default() });
    // Who gives up their last role in a window sees it no more.
    let place = if said.room.is_none() { "/testing".to_owned() } else { back(uuid, headers) };
    Redirect::to(&place).into_response()
}

/// The tab that a form was on, from the page that sent it.
fn back(uuid: &str, headers: &HeaderMap) -> String {
    let from = headers.get("referer").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let on = |tab: &&str| !tab.is_empty() && from.contains(&format!("/{uuid}/{tab}"));
    let tab = show::TABS.iter().map(|(tab, _)| *tab).find(on);
    tab.map_or_else(|| format!("/testing/{uuid}"), |tab| format!("/testing/{uuid}/{tab}"))
}
