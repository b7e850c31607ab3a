//! Signing in, and making the first administrator.

use crate::shell::{Problem, Shell};
use askama::Template;

/// `GET /sign-in`. Its form posts `csrf`, `next`, `name`, `password` and, where asked for, `code` to `/sign-in`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign-in.html")]
pub struct SignIn {
    /// What stands around the page.
    pub shell: Shell,
    /// The name typed before, kept when the form comes back.
    pub name: String,
    /// Where to go afterwards; anything but an address of this server is ignored.
    pub next: String,
    /// Why it did not work. Say the same for an unknown name and a wrong password.
    pub problem: Option<String>,
    /// Whether the password was right and the code of the second factor is asked for.
    pub second_factor: bool,
    /// Other ways to sign in: label and address.
    pub others: Vec<(String, String)>,
}

impl SignIn {
    /// The empty form.
    pub fn new(shell: Shell) -> Self {
        SignIn {
            shell,
            name: String::new(),
            next: "/".into(),
            problem: None,
            second_factor: false,
            others: vec![],
        }
    }
}

page!(SignIn, "sign-in");

/// `GET /first/{token}`: the one-time link that the server prints at its first start. Its form posts `csrf`,
/// `name`, `email`, `organisation`, `password` and `again` back to the same address.
#[derive(Clone, Debug, Template)]
#[template(path = "first.html")]
pub struct FirstAdmin {
    /// What stands around the page.
    pub shell: Shell,
    /// The token of the address; empty when the link was used or is unknown, and the page then says so.
    pub token: String,
    /// Typed before.
    pub name: String,
    /// Typed before.
    pub email: String,
    /// Typed before.
    pub organisation: String,
    /// Shortest password that is taken.
    pub shortest: u32,
    /// Why the form came back.
    pub problem: Option<Problem>,
}

page!(FirstAdmin, "sign-in");

impl FirstAdmin {
    fn is_about(&self, field: &str) -> bool {
        self.problem.as_ref().is_some_and(|p| p.field == field)
    }
}
