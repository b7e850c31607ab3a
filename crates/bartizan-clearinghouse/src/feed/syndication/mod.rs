//! News feeds: RSS 2.0 (and 0.9x), RSS 1.0, Atom 1.0 (RFC 4287).
//!
//! Reading never expands an entity that a document declares and never fetches, so external entities and entity bombs
//! are text like any other. Markup in a text stays markup and is for a reader of HTML that treats it as hostile.
//!
//! ```
//! use bartizan_clearinghouse::feed::{Limits, syndication};
//! let rss = br#"<rss version="2.0"><channel><title>News</title>
//!   <item><guid isPermaLink="false">7</guid><title>A &amp; B</title><link>/a</link></item></channel></rss>"#;
//! let (feed, findings) = syndication::read(rss, Some("https://example.org/feed"), &Limits::default()).unwrap();
//! assert_eq!(feed.entries[0].title.as_deref(), Some("A & B"));
//! assert_eq!(feed.entries[0].link.as_deref(), Some("https://example.org/a"));
//! assert!(findings.is_empty());
//! ```

mod collect;
mod names;
mod read;
mod source;
#[cfg(test)]
mod tests;
mod time;
mod write;

pub use collect::collection;
pub use read::read;
pub use write::{atom, rss};

use jiff::Timestamp;

/// Which dialect was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// RSS 0.9x or 2.0.
    #[default]
    Rss2,
    /// RSS 1.0, which is RDF.
    Rss1,
    /// Atom 1.0.
    Atom,
}

/// A feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// What was read; writing does not look at it.
    pub dialect: Dialect,
    /// Identifier: `atom:id`, else the address of the feed.
    pub id: Option<String>,
    /// Name.
    pub title: Option<String>,
    /// The page that the feed is about.
    pub link: Option<String>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// In the order of the feed.
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// By what it is known again: `atom:id`, `guid`, `rdf:about`, else its link, else `sha256:` of title and summary.
    pub id: String,
    /// Title, as the feed writes it.
    pub title: Option<String>,
    /// Absolute `http` or `https` address.
    pub link: Option<String>,
    /// Authors, in order.
    pub authors: Vec<String>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Short text.
    pub summary: Option<Text>,
    /// Whole text, if the feed carries it.
    pub content: Option<Text>,
    /// Attached files, by address.
    pub enclosures: Vec<Enclosure>,
}

/// A text of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Whether it is HTML, as hostile as any.
    pub html: bool,
    /// The text or markup.
    pub value: String,
}

/// A file that an entry names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enclosure {
    /// Absolute `http` or `https` address.
    pub url: String,
    /// Media type as stated.
    pub media_type: Option<String>,
    /// Bytes as stated.
    pub length: Option<u64>,
}
