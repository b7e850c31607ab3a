//! Reading a collection page by page, and going on later.

use super::http::Http;
use super::wire::{Envelope, Paged};
use crate::error::{Error, Kind};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use url::Url;

/// What is read of a collection, and how much of it at most.
#[derive(Clone, Debug)]
pub struct Walk {
    /// Only what was added after this time stamp: a [`Cursor`] of earlier.
    pub added_after: Option<String>,
    /// Objects asked for at a time; the server may give fewer.
    pub limit: u32,
    /// Most pages.
    pub pages: u32,
    /// Most bytes of all pages.
    pub bytes: u64,
}

impl Default for Walk {
    fn default() -> Self {
        Self { added_after: None, limit: 1000, pages: 100_000, bytes: 16 << 30 }
    }
}

/// Where to go on: everything added up to this time stamp was read.
///
/// In the middle of a walk it stands before the last page: objects that were added at the same moment may lie on both sides
/// of the end of a page. What is read again then was read already; nothing is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub Option<String>);

/// One page of objects.
#[derive(Debug)]
pub struct Page {
    /// Each as the bytes that the server sent.
    pub objects: Vec<Box<RawValue>>,
    /// Where to go on if this page was the last that could be read.
    pub cursor: Cursor,
}

/// A walk through a collection.
#[derive(Debug)]
pub struct Pull<'a> {
    http: &'a Http,
    url: Url,
    walk: Walk,
    next: Option<String>,
    added_after: Option<String>,
    /// The newest time stamp seen and the newest before it.
    last: Option<String>,
    before: Option<String>,
    pages: u32,
    bytes: u64,
    done: bool,
    /// The page before.
    seen: Option<u64>,
}

impl<'a> Pull<'a> {
    pub(super) fn new(http: &'a Http, url: Url, walk: Walk) -> Self {
        let start = walk.added_after.clone();
        Self {
            http,
            url,
            next: None,
            added_after: start.clone(),
            before: start.clone(),
            last: start,
            pages: 0,
            bytes: 0,
            done: false,
            seen: None,
            walk,
        }
    }

    /// The next page; none after the last.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses, a bound is reached, or its pages lead in a circle. What was read before
    /// stays good: go on later from its cursor.
    pub fn next_page(&mut self) -> Result<Option<Page>, Error> {
        let Some(envelope) = self.next_of::<Envelope>()? else { return Ok(None) };
        let cursor = Cursor(if self.done { self.last.clone() } else { self.before.clone() });
        Ok(Some(Page { objects: envelope.objects, cursor }))
    }

    pub(super) fn next_of<T: DeserializeOwned + Paged>(&mut self) -> Result<Option<T>, Error> {
        if self.done {
            return Ok(None);
        }
        if self.pages >= self.walk.pages || self.bytes > self.walk.bytes {
            let message =
                format!("{} has more than {} pages or {} bytes", self.url, self.walk.pages, self.walk.bytes);
            return Err(Error::new(Kind::Limit, message));
        }
        let mut url = self.url.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("limit", &self.walk.limit.to_string());
            if let Some(after) = &self.added_after {
                query.append_pair("added_after", after);
            }
            if let Some(next) = &self.next {
                query.append_pair("next", next);
            }
        }
        let answer = self.http.get(&url)?;
        let page: T = answer.json(&self.url)?;
        let print = answer.fingerprint();
        self.pages += 1;
        self.bytes += answer.len() as u64;
        let last = answer.last.or_else(|| page.last().map(str::to_owned)).filter(|_| page.len() > 0);
        let moved = last.as_ref().is_some_and(|new| self.last.as_ref().is_none_or(|old| later(new, old)));
        if moved {
            self.before = std::mem::replace(&mut self.last, last);
        }
        if !page.more() {
            self.done = true;
            return Ok(Some(page));
        }
        let circle =
            || Error::new(Kind::Answer, format!("{} says that there is more, and gives no way on", self.url));
        match page.next() {
            // Some servers keep one `next` for a whole walk; the same page again is a circle all the same.
            Some(next) if self.next.as_deref() != Some(next) || self.seen != Some(print) => {
                self.next = Some(next.to_owned());
            }
            // Servers without `next` are read on from the last time stamp (section 3.4).
            None if moved => {
                self.added_after = self.last.clone();
                self.next = None;
            }
            _ => return Err(circle()),
        }
        self.seen = Some(print);
        Ok(Some(page))
    }
}

/// Whether a time stamp is after another. Fractions may be of any length, so that text order is not time order.
fn later(new: &str, old: &str) -> bool {
    match (new.parse::<jiff::Timestamp>(), old.parse::<jiff::Timestamp>()) {
        (Ok(new), Ok(old)) => new > old,
        _ => new > old,
    }
}
