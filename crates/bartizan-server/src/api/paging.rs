//! Pages by key: the next page begins behind the last item, however many came meanwhile.

use bartizan_clearinghouse::token;

use super::ask::Query;
use super::problem::Problem;
use super::shapes::Items;

/// Items on a page when nobody says how many.
const USUAL: usize = 100;
/// The most.
pub(super) const MOST: usize = 500;

/// Which part of a list is asked for.
pub(super) struct Paging {
    pub(super) limit: usize,
    /// The key of the last item before.
    pub(super) after: Option<i64>,
    /// Of list and filters: what a `next` is bound to.
    check: String,
}

impl Paging {
    /// From `limit` and `next`; `list` and the other parameters are what `next` belongs to.
    pub(super) fn new(query: &Query, list: &str) -> Result<Self, Problem> {
        let bound = format!("{list}?{}", query.without(&["limit", "next"]));
        let check = token::digest(&bound)[..12].to_owned();
        let limit = limit(query)?;
        let after = match query.one("next")? {
            None => None,
            Some(next) => {
                let place = next.split_once('-').filter(|(_, c)| *c == check);
                let place = place.and_then(|(key, _)| i64::from_str_radix(key, 16).ok()).filter(|n| *n >= 0);
                Some(place.ok_or_else(Self::wrong)?)
            }
        };
        Ok(Self { limit, after, check })
    }

    /// The same for a list whose keys stay inside: `next` names the last item as the outside does.
    pub(super) fn named(query: &Query, list: &str) -> Result<(Self, Option<String>), Problem> {
        let bound = format!("{list}?{}", query.without(&["limit", "next"]));
        let check = token::digest(&bound)[..12].to_owned();
        let limit = limit(query)?;
        let after = match query.one("next")? {
            None => None,
            Some(next) => {
                let place = next.rsplit_once('.').filter(|(_, c)| *c == check);
                Some(place.ok_or_else(Self::wrong)?.0.to_owned())
            }
        };
        Ok((Self { limit, after: None, check }, after))
    }

    /// A page of up to `limit + 1` entries; its `next`.
    pub(super) fn named_next<E>(&self, found: &mut Vec<E>, name: impl Fn(&E) -> &str) -> Option<String> {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        found.last().filter(|_| more).map(|last| format!("{}.{}", name(last), self.check))
    }

    /// `next` is none of ours.
    pub(super) fn wrong() -> Problem {
        Problem::bad("next is not one that this list with these filters gave.")
    }

    /// A page of what is in memory, ordered by key.
    pub(super) fn cut<E, T>(
        &self,
        all: impl Iterator<Item = E>,
        key: impl Fn(&E) -> i64,
        shape: impl Fn(&E) -> T,
    ) -> Items<T> {
        let rest = all.filter(|entry| self.after.is_none_or(|after| key(entry) > after));
        self.page(rest.take(self.limit + 1).collect(), key, shape)
    }

    /// A page of up to `limit + 1` entries that were found behind `after`.
    pub(super) fn page<E, T>(
        &self,
        mut found: Vec<E>,
        key: impl Fn(&E) -> i64,
        shape: impl Fn(&E) -> T,
    ) -> Items<T> {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let next = found.last().filter(|_| more).map(|last| format!("{:x}-{}", key(last), self.check));
        Items { items: found.iter().map(shape).collect(), next }
    }
}

/// How many are asked for.
pub(super) fn limit(query: &Query) -> Result<usize, Problem> {
    let Some(text) = query.one("limit")? else { return Ok(USUAL) };
    let number = text.parse().ok().filter(|n| (1..=MOST).contains(n));
    number.ok_or_else(|| Problem::bad(format!("limit is a whole number from 1 to {MOST}.")))
}
