//! A client for TAXII 2.1 servers (OASIS Standard, 10 June 2021): discovery, collections, reading page by page, adding.
//!
//! It stands behind the guard of [`crate::Fetcher`]: addresses that are not public are refused unless allowed, every
//! answer is bounded in bytes and time, every walk in pages. With credentials no redirect and no API root leads to
//! another host, and plain `http` only to addresses that are not public. Objects stay the bytes that the server sent.

mod http;
mod pull;
mod push;
mod wire;

pub use http::{Credentials, Patience};
pub use pull::{Cursor, Page, Pull, Walk};
pub use push::{Added, Refusal};
pub use serde_json::value::RawValue;
pub use wire::{ApiRoot, Collection, Discovery, ManifestEntry};

use crate::client::{Rules, parse};
use crate::error::{Error, Kind};
use http::Http;
use url::Url;
use wire::{Collections, Manifest};

/// Most API roots and collections that are looked at.
const MOST: usize = 10_000;

/// An API root and where it is.
#[derive(Debug)]
pub struct Root {
    /// Its address, with a slash at the end.
    pub url: Url,
    /// What it says of itself, or why it says nothing.
    pub about: Result<ApiRoot, Error>,
}

/// A client of one server.
#[derive(Debug)]
pub struct Taxii {
    http: Http,
}

impl Taxii {
    /// A client for these rules; [`Rules::bytes`] bounds each answer.
    pub fn new(rules: Rules, credentials: Option<Credentials>, patience: Patience) -> Self {
        Self { http: Http::new(rules, credentials, patience) }
    }

    /// What the server says of itself (section 4.1). `https://host` alone means `https://host/taxii2/`, as the standard
    /// has it.
    ///
    /// # Errors
    /// If the server cannot be reached, refuses, or its answer is no discovery.
    pub fn discovery(&self, url: &str) -> Result<Discovery, Error> {
        let url = entrance(url)?;
        let answer = self.http.get(&url)?;
        let mut found: Discovery = answer.json(&url)?;
        found.api_roots.truncate(MOST);
        Ok(found)
    }

    /// The API roots at `url`, which is a discovery or an API root itself (sections 4.1 and 4.2), the default one first. Those
    /// that do not answer come with the reason.
    ///
    /// # Errors
    /// If `url` is neither.
    pub fn roots(&self, url: &str) -> Result<Vec<Root>, Error> {
        let at = entrance(url)?;
        let answer = self.http.get(&at)?;
        if let Ok(root) = answer.json(&at) {
            return Ok(vec![Root { url: at, about: Ok(root) }]);
        }
        let found: Discovery = answer.json(&at)?;
        let mut urls: Vec<&String> = found.default.iter().collect();
        urls.extend(found.api_roots.iter().filter(|r| Some(*r) != found.default.as_ref()).take(MOST));
        urls.iter()
            .map(|text| {
                let root = folder(&at.join(text).map_err(|e| {
                    Error::new(
                        Kind::Answer,
                        format!("{at} names the API root {text:?}, which is no address: {e}"),
                    )
                })?);
                let answer = self.http.same_host(&at, &root).and_then(|()| self.http.get(&root)?.json(&root));
                Ok(Root { url: root, about: answer })
            })
            .collect()
    }

    /// The collections of an API root (section 5.1).
    ///
    /// # Errors
    /// If the server cannot be reached, refuses, or its answer is no list of collections.
    pub fn collections(&self, root: &Url) -> Result<Vec<Collection>, Error> {
        let url = below(root, &["collections"])?;
        let mut found: Collections = self.http.get(&url)?.json(&url)?;
        found.collections.truncate(MOST);
        Ok(found.collections)
    }

    /// The collection of this identifier, alias or title below `url`, and its API root.
    ///
    /// # Errors
    /// If there is none, or more than one, or the server cannot be asked.
    pub fn find(&self, url: &str, collection: &str) -> Result<(Url, ApiRoot, Collection), Error> {
        let mut found = Vec::new();
        let mut reason = None;
        for Root { url, about } in self.roots(url)? {
            match about.and_then(|root| Ok((self.collections(&url)?, root))) {
                Ok((collections, root)) => {
                    let named = |c: &Collection| {
                        c.id == collection || c.alias.as_deref() == Some(collection) || c.title == collection
                    };
                    found.extend(
                        collections.into_iter().filter(named).map(|c| (url.clone(), root.clone(), c)),
                    );
                }
                Err(error) => reason = reason.or(Some(error)),
            }
        }
        // The identifier says which; a title may be anybody's.
        if let Some(at) = found.iter().position(|(_, _, c)| c.id == collection) {
            return Ok(found.swap_remove(at));
        }
        match (found.len(), found.pop(), reason) {
            (1, Some(one), _) => Ok(one),
            (0, _, Some(error)) => Err(error),
            (0, ..) => Err(Error::new(
                Kind::Status,
                format!("{url} has no collection {collection:?} that you may see"),
            )),
            (n, ..) => Err(Error::new(
                Kind::Status,
                format!("{n} collections are called {collection:?}; name one by its id"),
            )),
        }
    }

    /// Reads the objects of a collection, page by page.
    pub fn pull<'a>(&'a self, root: &Url, collection: &str, walk: Walk) -> Result<Pull<'a>, Error> {
        Ok(Pull::new(&self.http, below(root, &["collections", collection, "objects"])?, walk))
    }

    /// The manifest of a collection (section 5.3), its pages joined, at most [`Walk::pages`] of them.
    ///
    /// # Errors
    /// If the server cannot be reached, refuses, its answer is no manifest, or there are more pages.
    pub fn manifest(&self, root: &Url, collection: &str, walk: Walk) -> Result<Vec<ManifestEntry>, Error> {
        let url = below(root, &["collections", collection, "manifest"])?;
        let mut pull = Pull::new(&self.http, url, walk);
        let mut found = Vec::new();
        while let Some(page) = pull.next_of::<Manifest>()? {
            found.extend(page.objects);
        }
        Ok(found)
    }
}

/// Where discovery begins: every endpoint of TAXII ends with a slash.
fn entrance(url: &str) -> Result<Url, Error> {
    let mut url = folder(&parse(url)?);
    if url.path() == "/" {
        url.set_path("/taxii2/");
    }
    Ok(url)
}

/// The address with a slash at its end, so that what is joined to it goes below.
fn folder(url: &Url) -> Url {
    let mut url = url.clone();
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}

/// An endpoint below an API root; every endpoint of TAXII ends with a slash.
fn below(root: &Url, segments: &[&str]) -> Result<Url, Error> {
    let mut url = folder(root);
    url.set_query(None);
    url.path_segments_mut()
        .map_err(|()| Error::new(Kind::Invalid, format!("{root} is no address of an API root")))?
        .pop_if_empty()
        .extend(segments)
        .push("");
    Ok(url)
}
