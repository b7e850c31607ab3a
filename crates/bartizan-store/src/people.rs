//! Organisations, people, tokens, sessions, one-time links.

use bartizan_clearinghouse::access::{OrganisationId, PersonId, Roles, Scopes};
use serde_json::json;

use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::outward;
use crate::sql::{Tx, values};

/// A person to be made.
#[derive(Clone, Debug)]
pub struct NewPerson<'a> {
    /// What the outside calls them by; random.
    pub uuid: &'a str,
    /// Their organisation.
    pub organisation: OrganisationId,
    /// The name they sign in with.
    pub name: &'a str,
    /// The name shown to others.
    pub shown: &'a str,
    /// What they may do.
    pub roles: Roles,
    /// Argon2id in PHC form.
    pub password: Option<&'a str>,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken<'a> {
    /// Whose it is.
    pub person: PersonId,
    /// What its owner calls it.
    pub label: &'a str,
    /// Digest of the secret.
    pub digest: &'a str,
    /// What it may be used for.
    pub scopes: Scopes,
    /// From when on it is of no use, microseconds.
    pub expires: Option<i64>,
}

/// A session of somebody who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub person: PersonId,
    /// What the forms of the session carry.
    pub csrf: String,
    /// Until when, microseconds.
    pub expires: i64,
}

/// Names are compared in lower case and kept so.
fn name(text: &str) -> Result<String, Error> {
    let name = text.trim().to_lowercase();
    let good = (1..=100).contains(&name.chars().count())
        && !name.chars().any(|c| c.is_control() || c.is_whitespace() || c == ':');
    // The log calls the program and the unknown so.
    if good && name != "system" && name != "anyone" {
        return Ok(name);
    }
    Err(Error::invalid("a name has 1 to 100 characters, no blanks, no colon"))
}

pub(crate) fn title(text: &str) -> Result<&str, Error> {
    let title = text.trim();
    let good = (1..=200).contains(&title.chars().count()) && !title.chars().any(char::is_control);
    if good { Ok(title) } else { Err(Error::invalid("a name has 1 to 200 characters on one line")) }
}

/// Ends what a person is signed in with, whole or half.
async fn end_sessions(tx: &mut Tx, person: PersonId) -> Result<(), Error> {
    tx.run("DELETE FROM session WHERE person = $1", values![person.0]).await?;
    tx.run("DELETE FROM ceremony WHERE person = $1", values![person.0]).await?;
    Ok(())
}

impl Store {
    /// Makes an organisation.
    pub async fn add_organisation(
        &self,
        by: &Action<'_>,
        uuid: &str,
        shown: &str,
        client_of: Option<OrganisationId>,
    ) -> Result<OrganisationId, Error> {
        let shown = title(shown)?;
        let mut tx = self.begin().await?;
        let id = tx.next("organisation").await?;
        let sql = "INSERT INTO organisation (id, uuid, name, client_of, created) VALUES ($1, $2, $3, $4, $5)";
        tx.run(sql, values![id, uuid, shown, client_of.map(|o| o.0), by.now]).await?;
        let detail = json!({ "name": shown }).to_string();
        self.changed(tx, by, "organisation.create", &format!("organisation/{uuid}"), &detail).await?;
        Ok(OrganisationId(id))
    }

    /// Makes a person.
    pub async fn add_person(&self, by: &Action<'_>, new: &NewPerson<'_>) -> Result<PersonId, Error> {
        let name = name(new.name)?;
        let shown = title(new.shown)?;
        let mut tx = self.begin().await?;
        let id = tx.next("person").await?;
        let roles = new.roles.text();
        let sql = "INSERT INTO person (id, uuid, organisation, name, shown, roles, password, created)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let row = values![id, new.uuid, new.organisation.0, &name, shown, &roles, new.password, by.now];
        tx.run(sql, row).await?;
        let detail = json!({ "name": name, "roles": roles }).to_string();
        self.changed(tx, by, "person.create", &format!("person/{}", new.uuid), &detail).await?;
        Ok(PersonId(id))
    }

    /// Changes what a person may do; ends their sessions if they may do less.
    pub async fn set_roles(&self, by: &Action<'_>, person: PersonId, roles: Roles) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let text = roles.text();
        tx.run("UPDATE person SET roles = $1 WHERE id = $2", values![&text, person.0]).await?;
        end_sessions(&mut tx, person).await?;
        let detail = json!({ "roles": text }).to_string();
        self.changed(tx, by, "person.roles", &format!("person/{}", person.0), &detail).await
    }

    /// Changes roles, or whether a person is closed, or both at once; their sessions end.
    pub async fn change_person(
        &self,
        by: &Action<'_>,
        person: PersonId,
        roles: Option<Roles>,
        closed: Option<bool>,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        if let Some(roles) = roles {
            tx.run("UPDATE person SET roles = $1 WHERE id = $2", values![&roles.text(), person.0]).await?;
        }
        if let Some(closed) = closed {
            let when = closed.then_some(by.now);
            tx.run("UPDATE person SET closed = $1 WHERE id = $2", values![when, person.0]).await?;
        }
        end_sessions(&mut tx, person).await?;
        let detail = json!({ "roles": roles.map(Roles::text), "closed": closed }).to_string();
        self.changed(tx, by, "person.change", &format!("person/{}", person.0), &detail).await
    }

    /// Sets a password (Argon2id in PHC form) and ends the person's sessions.
    pub async fn set_password(&self, by: &Action<'_>, person: PersonId, phc: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        tx.run("UPDATE person SET password = $1 WHERE id = $2", values![phc, person.0]).await?;
        end_sessions(&mut tx, person).await?;
        self.changed(tx, by, "person.password", &format!("person/{}", person.0), "{}").await
    }

    /// Closes a person or opens them again. Their sessions end; their tokens do not work while they are closed.
    pub async fn close_person(&self, by: &Action<'_>, person: PersonId, closed: bool) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let when = closed.then_some(by.now);
        tx.run("UPDATE person SET closed = $1 WHERE id = $2", values![when, person.0]).await?;
        end_sessions(&mut tx, person).await?;
        let what = if closed { "person.close" } else { "person.open" };
        self.changed(tx, by, what, &format!("person/{}", person.0), "{}").await
    }

    /// Closes an organisation or opens it again: while it is closed none of its people gets in. What it shared stays.
    pub async fn close_organisation(
        &self,
        by: &Action<'_>,
        organisation: OrganisationId,
        closed: bool,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let when = closed.then_some(by.now);
        tx.run("UPDATE organisation SET closed = $1 WHERE id = $2", values![when, organisation.0]).await?;
        if closed {
            let sql = "DELETE FROM session WHERE person IN (SELECT id FROM person WHERE organisation = $1)";
            tx.run(sql, values![organisation.0]).await?;
        }
        let what = if closed { "organisation.close" } else { "organisation.open" };
        self.changed(tx, by, what, &format!("organisation/{}", organisation.0), "{}").await
    }

    /// Makes a token of a digest; the secret itself is never kept.
    pub async fn add_token(&self, by: &Action<'_>, new: &NewToken<'_>) -> Result<i64, Error> {
        let label = title(new.label)?;
        let mut tx = self.begin().await?;
        let id = tx.next("token").await?;
        let scopes = new.scopes.text();
        let uuid = outward::name(&mut tx, "token", id).await?;
        let sql = "INSERT INTO token (id, person, label, digest, scopes, created, expires, uuid)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        tx.run(sql, values![id, new.person.0, label, new.digest, &scopes, by.now, new.expires, &uuid])
            .await?;
        let detail = json!({ "person": new.person.0, "scopes": scopes, "expires": new.expires }).to_string();
        self.changed(tx, by, "token.create", &format!("token/{id}"), &detail).await?;
        Ok(id)
    }

    /// Revokes a token.
    pub async fn revoke_token(&self, by: &Action<'_>, token: i64) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE token SET revoked = $1 WHERE id = $2 AND revoked IS NULL";
        tx.run(sql, values![by.now, token]).await?;
        self.changed(tx, by, "token.revoke", &format!("token/{token}"), "{}").await
    }

    /// Revokes all tokens of a person.
    pub async fn revoke_tokens(&self, by: &Action<'_>, person: PersonId) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE token SET revoked = $1 WHERE person = $2 AND revoked IS NULL";
        tx.run(sql, values![by.now, person.0]).await?;
        self.changed(tx, by, "token.revoke-all", &format!("person/{}", person.0), "{}").await
    }

    /// Makes the first organisation and its administrator by a one-time link; nobody, if somebody is there already or the link cannot
    /// be used. All of it or nothing: a mistyped name leaves the link as it was.
    pub async fn first_admin(
        &self,
        by: &Action<'_>,
        link: (&str, &str),
        organisation: (&str, &str),
        new: &NewPerson<'_>,
    ) -> Result<Option<PersonId>, Error> {
        let (digest, purpose) = link;
        let (uuid, shown) = (organisation.0, title(organisation.1)?);
        let (name, person) = (name(new.name)?, title(new.shown)?);
        let mut tx = self.begin().await?;
        let sql = "UPDATE link SET used = $1
                   WHERE digest = $2 AND purpose = $3 AND used IS NULL AND expires > $1
                   AND NOT EXISTS (SELECT 1 FROM person)";
        if tx.run(sql, values![by.now, digest, purpose]).await? == 0 {
            return Ok(None);
        }
        let of = tx.next("organisation").await?;
        let sql = "INSERT INTO organisation (id, uuid, name, created) VALUES ($1, $2, $3, $4)";
        tx.run(sql, values![of, uuid, shown, by.now]).await?;
        let id = tx.next("person").await?;
        let roles = new.roles.text();
        let sql = "INSERT INTO person (id, uuid, organisation, name, shown, roles, password, created)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        tx.run(sql, values![id, new.uuid, of, &name, person, &roles, new.password, by.now]).await?;
        let detail = json!({ "name": name, "roles": roles, "organisation": shown }).to_string();
        self.changed(tx, by, "person.first", &format!("person/{}", new.uuid), &detail).await?;
        Ok(Some(PersonId(id)))
    }

    /// Begins a session; `digest` is of its secret.
    pub async fn add_session(&self, by: &Action<'_>, digest: &str, session: &Session) -> Result<(), Error> {
        self.begin_session(by, digest, session, None, "{}").await.map(drop)
    }

    /// Begins a session in the way that `detail` tells the audit log. With the digest of half a sign-in (a ceremony of the kind `half`),
    /// only if that is still open and of the same person, and then it is used up: false if it was not.
    pub async fn begin_session(
        &self,
        by: &Action<'_>,
        digest: &str,
        session: &Session,
        half: Option<&str>,
        detail: &str,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        if let Some(half) = half {
            let sql = "DELETE FROM ceremony
                       WHERE digest = $1 AND kind = 'half' AND person = $2 AND expires > $3";
            if tx.run(sql, values![half, session.person.0, by.now]).await? == 0 {
                return Ok(false);
            }
        }
        tx.run("DELETE FROM session WHERE expires < $1", values![by.now]).await?;
        let sql = "INSERT INTO session (digest, person, csrf, created, expires) VALUES ($1, $2, $3, $4, $5)";
        let row = values![digest, session.person.0, &session.csrf, by.now, session.expires];
        tx.run(sql, row).await?;
        audit::write(&mut tx, by, "session.begin", &format!("person/{}", session.person.0), detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// A session that has not ended.
    pub async fn session(&self, digest: &str, now: i64) -> Result<Option<Session>, Error> {
        let sql = "SELECT person, csrf, expires FROM session WHERE digest = $1 AND expires > $2";
        let rows = self.read(sql, values![digest, now]).await?;
        let read = |row: &crate::sql::Row| {
            Ok(Session { person: PersonId(row.number(0)?), csrf: row.text(1)?, expires: row.number(2)? })
        };
        rows.first().map(read).transpose()
    }

    /// Ends a session.
    pub async fn end_session(&self, by: &Action<'_>, digest: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        tx.run("DELETE FROM session WHERE digest = $1", values![digest]).await?;
        audit::write(&mut tx, by, "session.end", by.actor, "{}").await?;
        tx.commit().await
    }

    /// Makes a one-time link for a purpose; `digest` is of its secret.
    pub async fn add_link(
        &self,
        by: &Action<'_>,
        digest: &str,
        purpose: &str,
        person: Option<PersonId>,
        expires: i64,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO link (digest, purpose, person, expires) VALUES ($1, $2, $3, $4)";
        tx.run(sql, values![digest, purpose, person.map(|p| p.0), expires]).await?;
        audit::write(&mut tx, by, "link.create", purpose, "{}").await?;
        tx.commit().await
    }

    /// Whether a link can be used now; for whom. `None` if it cannot.
    pub async fn link(
        &self,
        digest: &str,
        purpose: &str,
        now: i64,
    ) -> Result<Option<Option<PersonId>>, Error> {
        let sql = "SELECT person FROM link
                   WHERE digest = $1 AND purpose = $2 AND used IS NULL AND expires > $3";
        let rows = self.read(sql, values![digest, purpose, now]).await?;
        rows.first().map(|row| Ok(row.number_or_none(0)?.map(PersonId))).transpose()
    }

    /// Uses a link up: true for exactly one of those who try.
    pub async fn use_link(&self, by: &Action<'_>, digest: &str, purpose: &str) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE link SET used = $1
                   WHERE digest = $2 AND purpose = $3 AND used IS NULL AND expires > $1";
        let used = tx.run(sql, values![by.now, digest, purpose]).await? == 1;
        if used {
            audit::write(&mut tx, by, "link.use", purpose, "{}").await?;
        }
        tx.commit().await?;
        Ok(used)
    }

    /// Ends a change of the directory: its audit entry, its new version, the commit, and reading it again.
    pub(crate) async fn changed(
        &self,
        mut tx: Tx,
        by: &Action<'_>,
        what: &str,
        thing: &str,
        detail: &str,
    ) -> Result<(), Error> {
        tx.next("directory").await?;
        audit::write(&mut tx, by, what, thing, detail).await?;
        tx.commit().await?;
        self.reload().await
    }
}
