//! Work that talks to other machines: reports fetched, sources pulled, peers pushed to. Everything goes through the guard.

use std::sync::Arc;

use bartizan_clearinghouse::access::{OrganisationId, PersonId, Principal, Scopes, Thing, Verb, decide};
use bartizan_clearinghouse::privacy::Mode;
use bartizan_fetch::{Fetched, Fetcher, Rules};
use bartizan_store::{Directory, Job, Store};

use super::fetch::Ask;
use super::round::Round;
use super::work::{Outcome, Tell, Work, WorkFault};
use super::{Wake, feed, fetch, misp, page, push, taxii};
use crate::app::Surroundings;
use crate::seal::Seal;
use bartizan_store::ChannelKind;

/// Does the jobs that talk to other machines.
pub struct Outside {
    /// Where everything is kept.
    pub store: Store,
    /// What opens credentials.
    pub seal: Arc<Seal>,
    /// What requests may do.
    pub rules: Rules,
    /// Clock and randomness.
    pub around: Arc<dyn Surroundings>,
    /// Tells of submissions.
    pub wake: Wake,
    /// What is done about personal data in what is pushed (docs/privacy.md).
    pub privacy: Mode,
}

impl Work for Outside {
    fn names(&self) -> &[&str] {
        &[fetch::NAME, "pull", "push"]
    }

    async fn run(&self, job: &Job, tell: Tell) -> Result<Outcome, WorkFault> {
        if job.name == fetch::NAME {
            return self.report(job, &tell).await;
        }
        let found = self.store.channel_of(&job.arguments).await.map_err(database)?;
        let (channel, number) = found.ok_or_else(|| lasting("source.gone", "it was removed"))?;
        let kind = channel.kind;
        let mut round = Round::new(self, job.lease(), channel, number, tell).await?;
        let more = match kind {
            ChannelKind::Feed => feed::pull(&mut round).await,
            ChannelKind::Page => page::pull(&mut round).await,
            ChannelKind::Misp => misp::pull(&mut round).await,
            ChannelKind::Taxii => taxii::pull(&mut round).await,
            ChannelKind::Push => push::push(&mut round).await,
        }
        .map_err(|fault| WorkFault { message: without_queries(&fault.message), ..fault })?;
        round.end(more).await
    }
}

impl Outside {
    /// Fetches on a thread of its own; the rules bound its time.
    pub(super) async fn get(&self, url: &str, ask: Ask) -> Result<Option<Fetched>, WorkFault> {
        let (url, rules) = (url.to_owned(), self.rules.clone());
        let fetched = apart(move || Fetcher::new(rules).ask(&url, &ask)).await?;
        fetched.map_err(|e| not_fetched(&e))
    }

    /// Who a job acts for, as they are now, if they may still hand in reports.
    pub(super) async fn submitter(&self, job: &Job) -> Result<(), WorkFault> {
        let directory = self.store.fresh().await.map_err(database)?;
        let principal = acting(&directory, job.person, job.organisation)?;
        may(&principal, Verb::Add, &Thing::Library(job.organisation), self.around.now())
    }
}

/// The principal that a job acts for.
pub(super) fn acting(
    directory: &Directory,
    person: Option<PersonId>,
    organisation: OrganisationId,
) -> Result<Principal, WorkFault> {
    let found = person.and_then(|person| directory.principal(person, Scopes::ALL));
    let found = found.filter(|p| p.organisation == Some(organisation));
    found.ok_or_else(|| lasting("source.nobody", "the account that it works for is closed or has moved"))
}

/// Goes on if the principal may.
pub(super) fn may(principal: &Principal, verb: Verb, thing: &Thing<'_>, now: i64) -> Result<(), WorkFault> {
    if decide(principal, verb, thing, now).allowed() {
        return Ok(());
    }
    Err(lasting("source.not-allowed", "the account that it works for may not do that any more"))
}

/// Blocking work, away from the threads that serve.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, WorkFault> {
    tokio::task::spawn_blocking(work).await.map_err(|e| WorkFault {
        code: "job.panicked".to_owned(),
        message: e.to_string(),
        passing: true,
    })
}

pub(super) fn lasting(code: &str, message: impl Into<String>) -> WorkFault {
    WorkFault { code: code.to_owned(), message: message.into(), passing: false }
}

pub(super) fn database(e: bartizan_store::Error) -> WorkFault {
    let passing = !e.is_invalid() && !e.is_conflict();
    WorkFault { code: "job.database".to_owned(), message: e.to_string(), passing }
}

pub(super) fn not_fetched(e: &bartizan_fetch::Error) -> WorkFault {
    let message = without_queries(&e.to_string());
    WorkFault { code: e.code().to_owned(), message, passing: e.is_passing() }
}

/// A text without what stands behind the question marks of addresses: keys of feeds are often there.
pub(crate) fn without_queries(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| c.is_whitespace() || c == '"') {
        let address = part.contains("://");
        match part.split_once('?').filter(|_| address) {
            Some((head, tail)) => {
                out.push_str(head);
                out.push_str("?…");
                // What ended the address stays.
                let end =
                    tail.char_indices().rev().take_while(|(_, c)| c.is_whitespace() || ":;,\"".contains(*c));
                let end = end.last().map_or(tail.len(), |(at, _)| at);
                out.push_str(&tail[end..]);
            }
            None => out.push_str(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_queries;

    #[test]
    fn what_stands_behind_a_question_mark_is_not_told() {
        for (text, expected) in [
            ("https://a.example/f?key=s3cret answered 404", "https://a.example/f?… answered 404"),
            ("https://a.example/f?key=s3cret: no such host", "https://a.example/f?…: no such host"),
            ("\"https://a.example/f?key=s3cret\" is no URL", "\"https://a.example/f?…\" is no URL"),
            ("why? because", "why? because"),
            ("https://a.example/f", "https://a.example/f"),
        ] {
            assert_eq!(without_queries(text), expected);
        }
    }
}
