//! Which element of which dialect a name is.

use quick_xml::name::ResolveResult;

/// The namespaces that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Space {
    Plain,
    Atom,
    Rss1,
    Rdf,
    Content,
    Dublin,
    Other,
}

impl Space {
    fn of(resolved: &ResolveResult<'_>) -> Self {
        match resolved {
            ResolveResult::Unbound => Self::Plain,
            ResolveResult::Bound(uri) => match uri.0 {
                "http://www.w3.org/2005/Atom" | "http://purl.org/atom/ns#" => Self::Atom,
                "http://purl.org/rss/1.0/" => Self::Rss1,
                "http://www.w3.org/1999/02/22-rdf-syntax-ns#" => Self::Rdf,
                "http://purl.org/rss/1.0/modules/content/" => Self::Content,
                "http://purl.org/dc/elements/1.1/" => Self::Dublin,
                // RSS 2.0 has no namespace; some publishers gave it one of these.
                "http://backend.userland.com/rss2" | "http://blogs.law.harvard.edu/tech/rss" => Self::Plain,
                _ => Self::Other,
            },
            // A prefix that nobody declared means what it always means.
            ResolveResult::Unknown(prefix) => match prefix.as_str() {
                "dc" => Self::Dublin,
                "content" => Self::Content,
                "atom" => Self::Atom,
                "rdf" => Self::Rdf,
                _ => Self::Other,
            },
        }
    }
}

/// What an element is to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    RssRoot,
    RdfRoot,
    AtomRoot,
    Channel,
    Entry,
    Title,
    /// RSS: the address is the text.
    LinkText,
    /// Atom: the address is an attribute.
    LinkElement,
    Id,
    Guid,
    Published,
    Updated,
    Summary,
    Content,
    Enclosure,
    /// Atom's author, which holds a name.
    Person,
    /// RSS and Dublin Core: the name is the text.
    Author,
    Name,
    Unknown,
}

impl Tag {
    pub(super) fn of(space: &ResolveResult<'_>, local: &str) -> Self {
        use Space::{Atom, Content, Dublin, Plain, Rdf, Rss1};
        match (Space::of(space), local) {
            (Plain, "rss") => Self::RssRoot,
            (Rdf, "RDF") => Self::RdfRoot,
            (Atom, "feed") => Self::AtomRoot,
            (Plain | Rss1, "channel") => Self::Channel,
            (Plain | Rss1, "item") | (Atom, "entry") => Self::Entry,
            (Plain | Rss1 | Atom | Dublin, "title") => Self::Title,
            (Plain | Rss1, "link") => Self::LinkText,
            (Atom, "link") => Self::LinkElement,
            (Atom, "id") => Self::Id,
            (Plain, "guid") => Self::Guid,
            (Plain, "pubDate") | (Atom, "published" | "issued") | (Dublin, "date") => Self::Published,
            (Plain, "lastBuildDate") | (Atom, "updated" | "modified") => Self::Updated,
            (Plain | Rss1, "description") | (Atom, "summary") => Self::Summary,
            (Content, "encoded") | (Atom, "content") => Self::Content,
            (Plain, "enclosure") => Self::Enclosure,
            (Atom, "author") => Self::Person,
            (Plain, "author") | (Dublin, "creator") => Self::Author,
            (Atom, "name") => Self::Name,
            _ => Self::Unknown,
        }
    }

    /// Whether its text is wanted.
    pub(super) fn has_text(self) -> bool {
        matches!(
            self,
            Self::Title
                | Self::LinkText
                | Self::Id
                | Self::Guid
                | Self::Published
                | Self::Updated
                | Self::Summary
                | Self::Content
                | Self::Author
                | Self::Name
        )
    }
}
