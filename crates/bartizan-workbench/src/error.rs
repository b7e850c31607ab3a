//! When something went wrong.

use crate::shell::Shell;
use askama::Template;

/// Any page that could not be made. What may not be read is answered as what does not exist.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// What stands around the page.
    pub shell: Shell,
    /// HTTP status.
    pub status: u16,
    /// What happened, as a heading: `There is no such report`.
    pub title: String,
    /// A sentence more; may be empty.
    pub what: String,
    /// What was kept; may be empty.
    pub kept: String,
    /// What to do.
    pub next: String,
    /// Ways on: label and address on this server.
    pub links: Vec<(String, String)>,
    /// The number under which the log has it; empty for none.
    pub reference: String,
}

page!(ErrorPage, "error");

impl ErrorPage {
    /// For what does not exist, or may not be known to.
    pub fn not_found(shell: Shell) -> Self {
        ErrorPage {
            shell,
            status: 404,
            title: "There is nothing here".into(),
            what: "The address is wrong, or what it named is gone or not shared with your organisation."
                .into(),
            next: "Search for it in the library, or ask who gave you the address.".into(),
            links: vec![("Home".into(), "/".into()), ("Library".into(), "/library".into())],
            ..ErrorPage::default()
        }
    }

    /// For what this person may see but not do.
    pub fn forbidden(shell: Shell, what: impl Into<String>) -> Self {
        ErrorPage {
            shell,
            status: 403,
            title: "You may not do this".into(),
            what: what.into(),
            kept: "Nothing was changed.".into(),
            next: "An administrator of your organisation can give you the role it needs.".into(),
            links: vec![("Home".into(), "/".into())],
            ..ErrorPage::default()
        }
    }

    /// For a form whose token is too old or missing.
    pub fn stale_form(shell: Shell) -> Self {
        ErrorPage {
            shell,
            status: 403,
            title: "This form is too old".into(),
            what: "It was made before you signed in, or for another session.".into(),
            kept: "Nothing was changed.".into(),
            next: "Go back, load the page again, and send the form once more.".into(),
            links: vec![("Home".into(), "/".into())],
            ..ErrorPage::default()
        }
    }

    /// For a fault of the server.
    pub fn fault(shell: Shell, reference: impl Into<String>) -> Self {
        ErrorPage {
            shell,
            status: 500,
            title: "The server made a mistake".into(),
            what: "It is written in the log.".into(),
            kept: "What was saved before is safe; the last action was not carried out.".into(),
            next: "Try again. If it happens twice, give your administrator the number below.".into(),
            links: vec![("Home".into(), "/".into())],
            reference: reference.into(),
        }
    }
}
