//! Windows: an append-only log each, and what is derived from it.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};

use super::editions::{self, KeptEdition};
use super::grants::{self, NewTestGrant};
use super::{Part, organisation, window_thing};
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Tx, Value, values};

/// A window, as lists have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowEntry {
    /// Its number here: a place in lists, for nobody outside.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// The version of the programme it runs under.
    pub programme: String,
    /// Who runs the programme.
    pub runs: OrganisationId,
    /// Whose model it is.
    pub developer: OrganisationId,
    /// What people call it.
    pub title: String,
    /// When it was opened, microseconds since 1970.
    pub opened: i64,
    /// Time of the last event.
    pub changed: i64,
    /// How many events there are.
    pub events: i64,
    /// A word of the window's states.
    pub state: String,
    /// Since and until when calls may be made; `None`: not now.
    pub runs_between: Option<(i64, i64)>,
    /// Who has which part in it.
    pub parts: Vec<Part>,
}

/// A window to be opened.
#[derive(Clone, Copy, Debug)]
pub struct NewWindow<'a> {
    /// Random.
    pub uuid: &'a str,
    /// Number of the programme's version.
    pub programme: i64,
    /// Who runs the programme.
    pub runs: OrganisationId,
    /// Whose model it is.
    pub developer: OrganisationId,
    /// What people call it.
    pub title: &'a str,
}

/// An event of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowEvent {
    /// Its place in the log, from 1.
    pub number: i64,
    /// Microseconds since 1970.
    pub at: i64,
    /// Who did it; none if it was the node.
    pub person: Option<PersonId>,
    /// JSON.
    pub body: String,
}

/// What is derived from the events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowColumns {
    /// A word of the window's states.
    pub state: String,
    /// Since and until when calls may be made.
    pub runs_between: Option<(i64, i64)>,
    /// Who has which part.
    pub parts: Vec<Part>,
}

/// What an event does beside the log, in its transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowEffects {
    /// A credential that the node drew: its SHA-256, and it, sealed.
    pub credential: Option<(String, String)>,
    /// A grant takes effect.
    pub give: Option<NewTestGrant>,
    /// The grant of this name is revoked.
    pub revoke: Option<String>,
    /// An edition leaves.
    pub publish: Option<KeptEdition>,
}

/// A whole window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowLog {
    /// As in lists.
    pub entry: WindowEntry,
    /// The rules it runs under, as they were written.
    pub rules: Vec<u8>,
    /// What happened, in order.
    pub log: Vec<WindowEvent>,
}

/// Which windows are asked for: those that somebody may know of.
#[derive(Clone, Copy, Debug, Default)]
pub struct WindowQuestion {
    /// Windows that this organisation runs or whose model is its own.
    pub organisation: Option<OrganisationId>,
    /// Windows that this person has a part in.
    pub person: Option<PersonId>,
    /// Before this number, newest first.
    pub before: Option<i64>,
    /// How many.
    pub limit: i64,
}

const COLUMNS: &str = "SELECT w.id, w.uuid, p.uuid, w.runs, w.developer, w.title, w.opened, w.changed, w.events, w.state, w.runs_from,
                              w.runs_until FROM test_window w JOIN programme p ON p.id = w.programme";

fn read(row: &Row) -> Result<WindowEntry, Error> {
    Ok(WindowEntry {
        id: row.number(0)?,
        uuid: row.text(1)?,
        programme: row.text(2)?,
        runs: organisation(row.number(3)?),
        developer: organisation(row.number(4)?),
        title: row.text(5)?,
        opened: row.number(6)?,
        changed: row.number(7)?,
        events: row.number(8)?,
        state: row.text(9)?,
        runs_between: row.number_or_none(10)?.zip(row.number_or_none(11)?),
        parts: Vec::new(),
    })
}

async fn write_parts(tx: &mut Tx, id: i64, parts: &[Part]) -> Result<(), Error> {
    tx.run("DELETE FROM test_window_person WHERE test_window = $1", values![id]).await?;
    for (person, role) in parts {
        let sql = "INSERT INTO test_window_person (test_window, person, role) VALUES ($1, $2, $3)";
        tx.run(sql, values![id, person.0, role]).await?;
    }
    Ok(())
}

async fn write_events(tx: &mut Tx, id: i64, events: &[WindowEvent]) -> Result<(), Error> {
    for event in events {
        let sql = "INSERT INTO test_window_event (test_window, number, at, person, body) VALUES ($1, $2, $3, $4, $5)";
        tx.run(sql, values![id, event.number, event.at, event.person.map(|person| person.0), &event.body])
            .await?;
    }
    Ok(())
}

fn numbers(events: &[WindowEvent]) -> String {
    let numbers: Vec<i64> = events.iter().map(|event| event.number).collect();
    serde_json::json!({ "events": numbers }).to_string()
}

impl Store {
    /// Opens a window with the first events of its log.
    pub async fn open_window(
        &self,
        by: &Action<'_>,
        new: &NewWindow<'_>,
        events: &[WindowEvent],
        columns: &WindowColumns,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let id = tx.next("test_window").await?;
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        let sql = "INSERT INTO test_window (id, uuid, programme, runs, developer, title, opened, changed, events, state, runs_from, runs_until)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let (from, until) = columns.runs_between.unzip();
        let row: &[Value<'_>] = values![
            id,
            new.uuid,
            new.programme,
            new.runs.0,
            new.developer.0,
            new.title,
            by.now,
            by.now,
            count,
            &columns.state,
            from,
            until
        ];
        tx.run(sql, row).await?;
        write_events(&mut tx, id, events).await?;
        write_parts(&mut tx, id, &columns.parts).await?;
        audit::write(&mut tx, by, "window.open", &window_thing(new.uuid), "{}").await?;
        tx.commit().await
    }

    /// Adds events to the log of a window that has `before` of them. `false`: somebody else added meanwhile, and nothing was done.
    pub async fn add_to_window(
        &self,
        by: &Action<'_>,
        entry: &WindowEntry,
        before: i64,
        events: &[WindowEvent],
        columns: &WindowColumns,
        effects: &WindowEffects,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let after = before.saturating_add(i64::try_from(events.len()).unwrap_or(0));
        let (from, until) = columns.runs_between.unzip();
        let sql =
            "UPDATE test_window SET changed = $1, events = $2, state = $3, runs_from = $4, runs_until = $5
                   WHERE id = $6 AND events = $7";
        if tx.run(sql, values![by.now, after, &columns.state, from, until, entry.id, before]).await? == 0 {
            return Ok(false);
        }
        write_events(&mut tx, entry.id, events).await?;
        write_parts(&mut tx, entry.id, &columns.parts).await?;
        let id = entry.id;
        if let Some((digest, sealed)) = &effects.credential {
            let sql = "INSERT INTO test_credential (credential, test_window, sealed, created) VALUES ($1, $2, $3, $4)";
            tx.run(sql, values![digest, id, sealed, by.now]).await?;
        }
        if let Some(edition) = &effects.publish {
            editions::publish(&mut tx, by, (id, &entry.uuid), edition).await?;
        }
        // Whatever happens may be a reason not to let somebody call: who has a role, what is signed, what the clock says.
        grants::touch(&mut tx, id).await?;
        if let Some(new) = &effects.give {
            grants::give(&mut tx, by.now, id, new).await?;
        }
        if let Some(name) = &effects.revoke {
            grants::revoke(&mut tx, by.now, id, name).await?;
        }
        audit::write(&mut tx, by, "window.event", &window_thing(&entry.uuid), &numbers(events)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Windows that somebody may know of, newest first.
    pub async fn windows(&self, question: &WindowQuestion) -> Result<Vec<WindowEntry>, Error> {
        let sql = format!(
            "{COLUMNS} WHERE w.id < $1 AND (w.runs = $2 OR w.developer = $2
                     OR EXISTS (SELECT 1 FROM test_window_person q WHERE q.test_window = w.id AND q.person = $3))
             ORDER BY w.id DESC LIMIT $4"
        );
        let before = question.before.unwrap_or(i64::MAX);
        let organisation = question.organisation.map_or(-1, |organisation| organisation.0);
        let person = question.person.map_or(-1, |person| person.0);
        let rows = self.read(&sql, values![before, organisation, person, question.limit]).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut entry = read(row)?;
            entry.parts = self.window_parts(entry.id).await?;
            entries.push(entry);
        }
        Ok(entries)
    }

    /// A window as lists have it.
    pub async fn window(&self, uuid: &str) -> Result<Option<WindowEntry>, Error> {
        let rows = self.read(&format!("{COLUMNS} WHERE w.uuid = $1"), values![uuid]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let mut entry = read(row)?;
        entry.parts = self.window_parts(entry.id).await?;
        Ok(Some(entry))
    }

    /// A window with its log.
    pub async fn window_log(&self, uuid: &str) -> Result<Option<WindowLog>, Error> {
        let Some(entry) = self.window(uuid).await? else { return Ok(None) };
        let rules =
            self.read("SELECT p.rules FROM programme p WHERE p.uuid = $1", values![&entry.programme]).await?;
        let rules = rules.first().map(|row| row.bytes(0)).transpose()?.unwrap_or_default();
        // Events that came after the entry was read belong to the next answer.
        let sql = "SELECT number, at, person, body FROM test_window_event WHERE test_window = $1 AND number <= $2 ORDER BY number";
        let rows = self.read(sql, values![entry.id, entry.events]).await?;
        let log = rows.iter().map(event).collect::<Result<_, _>>()?;
        Ok(Some(WindowLog { entry, rules, log }))
    }

    /// The events of a window after one and up to another.
    pub async fn window_events(&self, window: i64, after: i64, last: i64) -> Result<Vec<WindowEvent>, Error> {
        let sql = "SELECT number, at, person, body FROM test_window_event
                   WHERE test_window = $1 AND number > $2 AND number <= $3 ORDER BY number";
        let rows = self.read(sql, values![window, after, last]).await?;
        rows.iter().map(event).collect()
    }

    async fn window_parts(&self, id: i64) -> Result<Vec<Part>, Error> {
        let sql = "SELECT person, role FROM test_window_person WHERE test_window = $1 ORDER BY person, role";
        let rows = self.read(sql, values![id]).await?;
        rows.iter().map(|row| Ok((row.number(0)?.into(), row.text(1)?))).collect()
    }
}

fn event(row: &Row) -> Result<WindowEvent, Error> {
    Ok(WindowEvent {
        number: row.number(0)?,
        at: row.number(1)?,
        person: row.number_or_none(2)?.map(PersonId::from),
        body: row.text(3)?,
    })
}
