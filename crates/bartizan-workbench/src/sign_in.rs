//! Signing in, and making the first administrator.

use crate::factor::KeyForm;
use crate::shell::{Problem, Shell};
use askama::Template;

/// `GET /sign-in`. Its form posts `csrf`, `next`, `name` and `password` to `/sign-in`, or where the second factor is asked for
/// `code` to `/sign-in/second`.
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
    /// Whether the second factor can be a code by time; a recovery code always works.
    pub by_code: bool,
    /// What a key of the browser is asked, if it can be one.
    pub key: Option<KeyForm>,
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
            by_code: false,
            key: None,
            others: vec![],
        }
    }
}

page!(SignIn, "sign-in");

/// `GET /sign-in/key`: a key of the browser, unlocked by its owner, in place of name and password. Its form posts `ceremony`, `answer` and
/// `next` to the same address.
#[derive(Clone, Debug, Template)]
#[template(path = "sign-in-key.html")]
pub struct KeySignIn {
    /// What stands around the page.
    pub shell: Shell,
    /// Where to go afterwards; anything but an address of this server is ignored.
    pub next: String,
    /// What the browser is asked.
    pub form: KeyForm,
    /// Why it did not work.
    pub problem: Option<String>,
}

page!(KeySignIn, "sign-in");

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
