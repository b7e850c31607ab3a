//! Which channel is due, and its round asked for.

use super::find::{COLUMNS, read};
use super::{Channel, ChannelKind};
use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::jobs::{self, NewJob};
use crate::sql::values;

/// How often a round is tried.
const ATTEMPTS: i64 = 5;
/// Rounds that the log keeps of each channel.
const KEPT: i64 = 200;
/// Channels begun at one look.
const AT_ONCE: i64 = 50;
/// A collection that changes is pushed at most this often, microseconds.
const CALM: i64 = 60_000_000;
/// How far a due time may lie behind the longest wait that there is: beyond, it is of a clock that has been put right since.
const SLACK: i64 = 60_000_000;

/// The next time: after a tenth more than asked for at most, by chance, so that what was added together is not done together.
fn next(now: i64, every: i64, random: u64) -> i64 {
    let jitter = i64::try_from(random % (every.max(10) as u64 / 10)).unwrap_or_default();
    now.saturating_add(every).saturating_add(jitter)
}

impl Store {
    /// Asks for a round of each channel that is due; how many. Nothing is asked for twice, however many nodes look.
    pub async fn begin_due(&self, by: &Action<'_>, random: u64) -> Result<usize, Error> {
        // A due time of a clock that was put back since lies farther ahead than any wait is long.
        let sql = format!(
            "SELECT {COLUMNS} FROM channel
             WHERE removed IS NULL AND NOT paused AND (due <= $1 OR due > $1 + every + every / 10 + {SLACK}
               OR (kind = 'push' AND (begun <= $1 - {CALM} OR begun > $1)
                   AND seen < (SELECT c.clock FROM collection c WHERE c.id = channel.collection)))
             AND NOT EXISTS (SELECT 1 FROM job j WHERE j.id = channel.job AND j.state IN ('queued', 'running'))
             ORDER BY due, id LIMIT {AT_ONCE}"
        );
        let mut begun = 0;
        for row in &self.read(&sql, values![by.now]).await? {
            let channel = read(row)?;
            let chance = random.wrapping_mul(channel.id.0.unsigned_abs() | 1).rotate_left(17);
            begun += usize::from(self.begin_channel(by, &channel, chance).await?);
        }
        Ok(begun)
    }

    /// Asks for the next round of a channel now. `false`: one is under way, or it was removed.
    pub async fn begin_channel(
        &self,
        by: &Action<'_>,
        channel: &Channel,
        random: u64,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let round = channel.round + 1;
        let sql = "UPDATE channel SET round = $1, due = $2, begun = $3,
                     seen = COALESCE((SELECT c.clock FROM collection c WHERE c.id = channel.collection), 0)
                   WHERE id = $4 AND round = $5 AND removed IS NULL
                   AND NOT EXISTS (SELECT 1 FROM job j WHERE j.id = channel.job AND j.state IN ('queued', 'running'))";
        let due = next(by.now, channel.every, random);
        if tx.run(sql, values![round, due, by.now, channel.id.0, channel.round]).await? == 0 {
            return Ok(false);
        }
        let arguments = serde_json::json!({ "channel": channel.uuid, "round": round, "name": channel.title });
        let new = NewJob {
            name: channel.kind.job(),
            arguments: &arguments.to_string(),
            key: &format!("{}:{round}", channel.uuid),
            organisation: channel.organisation,
            person: Some(channel.person),
            audience: None,
            content: None,
            most_attempts: ATTEMPTS,
        };
        let job = jobs::enqueue(&mut tx, by, &new).await?.id;
        tx.run("UPDATE channel SET job = $1 WHERE id = $2", values![job.0, channel.id.0]).await?;
        let sql = "INSERT INTO channel_run (channel, round, job, begun, taken, known, refused, notes)
                   VALUES ($1, $2, $3, $4, 0, 0, 0, '[]')";
        tx.run(sql, values![channel.id.0, round, job.0, by.now]).await?;
        let sql = "DELETE FROM channel_run WHERE channel = $1 AND round <= $2";
        tx.run(sql, values![channel.id.0, round - KEPT]).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The channel of a job, as it is now.
    pub async fn channel_of(&self, arguments: &str) -> Result<Option<(Channel, i64)>, Error> {
        let arguments: serde_json::Value = serde_json::from_str(arguments).unwrap_or_default();
        let Some(round) = arguments["round"].as_i64() else { return Ok(None) };
        let channel = self.channel(arguments["channel"].as_str().unwrap_or_default()).await?;
        Ok(channel.filter(|c| !c.removed).map(|c| (c, round)))
    }
}

impl Channel {
    /// Whether it sends.
    pub fn is_push(&self) -> bool {
        self.kind == ChannelKind::Push
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_next_time_is_asked_for_and_up_to_a_tenth_later() {
        for random in [0, 1, 9, 10, 1_000_000, u64::MAX] {
            let at = super::next(1_000, 600, random);
            assert!((1_600..1_660).contains(&at), "{random}: {at}");
        }
        assert_eq!(super::next(0, 600, 59), 659);
    }
}
