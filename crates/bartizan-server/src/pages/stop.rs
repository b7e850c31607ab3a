//! Why a page is not shown.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Decision, Refusal};
use bartizan_workbench::{ErrorPage, Shell};

use super::html;

/// Something else than the page that was asked for.
pub(super) enum Stop {
    /// Another page.
    Go(String),
    /// Too many requests.
    Often,
    /// A page that says what happened.
    Page(Box<ErrorPage>),
}

impl Stop {
    pub(super) fn not_found(shell: Shell) -> Self {
        Self::Page(Box::new(ErrorPage::not_found(shell)))
    }

    pub(super) fn forbidden(shell: Shell, what: &str) -> Self {
        Self::Page(Box::new(ErrorPage::forbidden(shell, what)))
    }

    /// What was sent makes no sense, or does not fit what is there.
    pub(super) fn wrong(shell: Shell, what: impl Into<String>) -> Self {
        Self::Page(Box::new(ErrorPage {
            shell,
            status: 422,
            title: "That does not work".into(),
            what: what.into(),
            kept: "Nothing was changed.".into(),
            next: "Go back, mend it, and send it again.".into(),
            links: vec![("Home".into(), "/".into())],
            reference: String::new(),
        }))
    }

    /// The node's key file cannot be used.
    pub(super) fn sealed(shell: Shell) -> Self {
        let mut page = ErrorPage::fault(shell, "");
        page.title = "The node cannot keep secrets now".into();
        page.next = "An administrator finds in its log why: something is wrong with the key file.".into();
        Self::Page(Box::new(page))
    }

    /// As the store failed.
    pub(super) fn store(shell: Shell, e: &bartizan_store::Error) -> Self {
        if e.is_conflict() || e.is_invalid() {
            return Self::wrong(shell, e.to_string());
        }
        tracing::error!(error = %e, "the store failed a page");
        let mut page = ErrorPage::fault(shell, "");
        if e.is_unavailable() {
            page.status = 503;
            page.title = "The database cannot be reached".into();
            page.next = "Try again in a minute.".into();
        }
        if e.is_full() {
            page.status = 507;
            page.title = "There is no room left".into();
            page.next = "An administrator has to make room.".into();
        }
        Self::Page(Box::new(page))
    }

    /// As what pages and API do alike went wrong.
    pub(super) fn because(shell: &Shell, wrong: crate::sharing::Wrong) -> Self {
        use crate::sharing::Wrong;
        match wrong {
            Wrong::NotThere => Self::not_found(shell.clone()),
            Wrong::Forbidden(what) => Self::forbidden(shell.clone(), what),
            Wrong::Unfit(what) | Wrong::Late(what) => Self::wrong(shell.clone(), what),
            Wrong::Refused(refusal) => Self::wrong(shell.clone(), refusal.to_string()),
            Wrong::Window(error) => Self::wrong(shell.clone(), error.to_string()),
            Wrong::TooMany(what) => Self::wrong(shell.clone(), what),
            Wrong::Store(e) => Self::store(shell.clone(), &e),
        }
    }

    /// As the rule of access refuses; nothing if it does not.
    pub(super) fn refused(decision: Decision, shell: &Shell, what: &str) -> Result<(), Self> {
        match decision {
            Decision::Allow => Ok(()),
            Decision::Deny(Refusal::Forbidden) => Err(Self::forbidden(shell.clone(), what)),
            Decision::Deny(Refusal::Unknown) => Err(Self::not_found(shell.clone())),
            Decision::Deny(Refusal::SignIn) => Err(Self::Go("/sign-in".into())),
        }
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        match self {
            Self::Go(place) => Redirect::to(&place).into_response(),
            Self::Often => crate::auth::limits::too_many(),
            Self::Page(page) => {
                let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut response = html(page.render());
                *response.status_mut() = status;
                response
            }
        }
    }
}
