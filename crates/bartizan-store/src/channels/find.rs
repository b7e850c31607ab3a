//! Channels looked at: lists, the log of rounds, where things came from.

use bartizan_clearinghouse::access::{CollectionId, OrganisationId, PersonId};

use super::{Channel, ChannelId, ChannelKind, Run};
use crate::audience::marking;
use crate::db::Store;
use crate::error::Error;
use crate::jobs::{JobId, JobState};
use crate::sql::{Row, values};

/// Most channels of an organisation that are listed.
const MOST: i64 = 1_000;

pub(super) const COLUMNS: &str =
    "id, uuid, organisation, person, kind, title, address, remote, collection, reader, marking, every,
    paused, sealed, place, due, round, job, removed";

pub(super) fn read(row: &Row) -> Result<Channel, Error> {
    let some = |number: i64| (number != 0).then_some(number);
    let kind = row.text(4)?;
    Ok(Channel {
        id: ChannelId(row.number(0)?),
        uuid: row.text(1)?,
        organisation: OrganisationId(row.number(2)?),
        person: PersonId(row.number(3)?),
        kind: ChannelKind::parse(&kind).ok_or_else(|| Error::invalid(format!("a channel is {kind:?}")))?,
        title: row.text(5)?,
        address: row.text(6)?,
        remote: row.text(7)?,
        collection: some(row.number(8)?).map(CollectionId),
        reader: some(row.number(9)?).map(OrganisationId),
        marking: marking(row.number(10)?),
        every: row.number(11)?,
        paused: row.flag(12)?,
        sealed: row.text(13)?,
        place: row.text(14)?,
        due: row.number(15)?,
        round: row.number(16)?,
        job: some(row.number(17)?).map(JobId),
        removed: row.number_or_none(18)?.is_some(),
    })
}

/// Where something came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Whose channel it is.
    pub organisation: OrganisationId,
    /// The channel, by its outward name.
    pub channel: String,
    /// What people call it.
    pub title: String,
    /// Which entry of it; empty for objects.
    pub item: String,
    /// When, microseconds.
    pub at: i64,
}

fn origin(row: &Row) -> Result<Origin, Error> {
    Ok(Origin {
        organisation: OrganisationId(row.number(0)?),
        channel: row.text(1)?,
        title: row.text(2)?,
        item: row.text(3)?,
        at: row.number(4)?,
    })
}

impl Store {
    /// The channels of an organisation (none: of all) that were not removed, in the order in which they were made.
    pub async fn channels(&self, organisation: Option<OrganisationId>) -> Result<Vec<Channel>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM channel WHERE removed IS NULL AND ($1 = 0 OR organisation = $1) ORDER BY id LIMIT {MOST}"
        );
        let rows = self.read(&sql, values![organisation.map_or(0, |o| o.0)]).await?;
        rows.iter().map(read).collect()
    }

    /// A channel by its outward name; removed ones too.
    pub async fn channel(&self, uuid: &str) -> Result<Option<Channel>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM channel WHERE uuid = $1");
        self.read(&sql, values![uuid]).await?.first().map(read).transpose()
    }

    /// The last rounds of a channel, newest first.
    pub async fn runs(&self, channel: ChannelId, limit: i64) -> Result<Vec<Run>, Error> {
        let sql = "SELECT r.round, r.begun, r.ended, r.taken, r.known, r.refused, r.notes, j.state, j.code, j.message
                   FROM channel_run r JOIN job j ON j.id = r.job WHERE r.channel = $1 ORDER BY r.round DESC LIMIT $2";
        let rows = self.read(sql, values![channel.0, limit]).await?;
        let run = |row: &Row| {
            Ok(Run {
                round: row.number(0)?,
                begun: row.number(1)?,
                ended: row.number_or_none(2)?,
                taken: row.number(3)?,
                known: row.number(4)?,
                refused: row.number(5)?,
                notes: serde_json::from_str(&row.text(6)?).unwrap_or_default(),
                state: JobState::parse(&row.text(7)?).unwrap_or(JobState::Dead),
                code: row.text_or_none(8)?,
                message: row.text_or_none(9)?,
            })
        };
        rows.iter().map(run).collect()
    }

    /// What is known of entries of a channel: version, and how often they were tried in vain.
    pub async fn channel_item(&self, channel: ChannelId, key: &str) -> Result<Option<(String, i64)>, Error> {
        let sql = "SELECT version, tries FROM channel_item WHERE channel = $1 AND key = $2";
        let rows = self.read(sql, values![channel.0, key]).await?;
        rows.first().map(|row| Ok((row.text(0)?, row.number(1)?))).transpose()
    }

    /// How far an audience was sent; 0 at first.
    pub async fn reach(&self, channel: ChannelId, audience: i64) -> Result<i64, Error> {
        let sql = "SELECT after FROM channel_reach WHERE channel = $1 AND audience = $2";
        let rows = self.read(sql, values![channel.0, audience]).await?;
        rows.first().map_or(Ok(0), |row| row.number(0))
    }

    /// Addresses of the channels by which objects of a collection came, by the objects' `added`, of those between two places.
    pub async fn origins_between(
        &self,
        collection: CollectionId,
        first: i64,
        last: i64,
    ) -> Result<Vec<(i64, String)>, Error> {
        let sql = "SELECT o.added, c.address FROM object_origin o JOIN channel c ON c.id = o.channel
                   WHERE o.collection = $1 AND o.added >= $2 AND o.added <= $3";
        let rows = self.read(sql, values![collection.0, first, last]).await?;
        rows.iter().map(|row| Ok((row.number(0)?, row.text(1)?))).collect()
    }

    /// Where the versions of an object came from that stand at these places. Whoever asks has decided that they may be read.
    pub async fn object_origins(
        &self,
        collection: CollectionId,
        added: &[i64],
    ) -> Result<Vec<Origin>, Error> {
        let mut found = Vec::new();
        for place in added.iter().take(100) {
            let sql = "SELECT c.organisation, c.uuid, c.title, '', o.at FROM object_origin o JOIN channel c ON c.id = o.channel
                       WHERE o.collection = $1 AND o.added = $2";
            for row in &self.read(sql, values![collection.0, *place]).await? {
                found.push(origin(row)?);
            }
        }
        Ok(found)
    }

    /// Where a report came from. Whoever asks has decided that it may be read.
    pub async fn report_origins(&self, report: &str) -> Result<Vec<Origin>, Error> {
        let sql = "SELECT c.organisation, c.uuid, c.title, o.item, o.at FROM report r JOIN job_origin o ON o.job = r.job
                   JOIN channel c ON c.id = o.channel WHERE r.uuid = $1 ORDER BY o.at, o.channel";
        self.read(sql, values![report]).await?.iter().map(origin).collect()
    }
}
