//! One's own account: tokens, sessions, password.

use crate::shell::{Choice, Problem, Shell};
use crate::time::Moment;
use askama::Template;

/// `GET /account`. Forms post `csrf` and: `name`, `scope` (one for each ticked), `days` to `/account/tokens`; nothing
/// more to `/account/tokens/{id}/revoke` and `/account/sessions/{id}/end`; `current`, `password`, `again` to
/// `/account/password`.
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub struct Account {
    /// What stands around the page.
    pub shell: Shell,
    /// E-mail address.
    pub email: String,
    /// Tokens, newest first.
    pub tokens: Vec<Token>,
    /// Scopes a token can have: those this person has.
    pub scopes: Vec<Choice>,
    /// Longest life of a token in days.
    pub most_days: u32,
    /// The token just made, shown once.
    pub new_token: Option<NewToken>,
    /// Sessions of this person, this one first.
    pub sessions: Vec<Session>,
    /// Whether the account has a password here (not with single sign-on).
    pub has_password: bool,
    /// Shortest password that is taken.
    pub shortest: u32,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// Where to set it up, an address on this server; empty where that is not offered.
    pub second_factor_href: String,
    /// Why a form came back.
    pub problem: Option<Problem>,
}

page!(Account, "account");

/// A token in the list; the secret is never shown again.
#[derive(Clone, Debug, Default)]
pub struct Token {
    /// Id.
    pub id: String,
    /// Name its maker gave it.
    pub name: String,
    /// First characters of the secret, to tell tokens apart.
    pub prefix: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it ends.
    pub until: Moment,
    /// When it was last used.
    pub used: Option<Moment>,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// A token that was just made.
#[derive(Clone, Debug, Default)]
pub struct NewToken {
    /// Its name.
    pub name: String,
    /// Its secret.
    pub secret: String,
    /// A command that shows how it is used; empty for none.
    pub example: String,
}

/// A signed-in browser.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Id.
    pub id: String,
    /// Browser and system in words.
    pub agent: String,
    /// Where from.
    pub address: String,
    /// Last seen.
    pub seen: Moment,
    /// Whether it is the one that looks.
    pub current: bool,
}

impl Account {
    fn usual_days(&self) -> u32 {
        self.most_days.min(90)
    }

    fn is_over(&self, token: &Token) -> bool {
        token.until < self.shell.now
    }
}
