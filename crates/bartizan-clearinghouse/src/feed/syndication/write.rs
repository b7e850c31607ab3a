//! Writing. The same feed gives the same bytes.

use super::{Entry, Feed};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use std::fmt::Write;

/// Atom 1.0 (RFC 4287); `address` is where the feed will be found, `author` who publishes it (section 4.1.1 asks for one).
///
/// An entry without a time has that of the feed, and a feed without one that of its newest entry, else the beginning
/// of Unix time, since `atom:updated` must be there.
pub fn atom(feed: &Feed, address: &str, author: &str) -> String {
    let newest = feed.entries.iter().filter_map(|e| e.updated.max(e.published)).max();
    let updated = feed.updated.or(newest).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut out = Xml::new();
    out.open("feed", &[("xmlns", "http://www.w3.org/2005/Atom")]);
    out.element("id", &[], feed.id.as_deref().unwrap_or(address));
    out.element("title", &[], feed.title.as_deref().unwrap_or(address));
    out.element("updated", &[], &format!("{updated:.0}"));
    out.empty("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", address)]);
    if let Some(link) = &feed.link {
        out.empty("link", &[("rel", "alternate"), ("href", link)]);
    }
    out.person(author);
    for entry in &feed.entries {
        out.open("entry", &[]);
        out.element("id", &[], &entry.id);
        out.element("title", &[], entry.title.as_deref().unwrap_or(&entry.id));
        let time = entry.updated.max(entry.published).unwrap_or(updated);
        out.element("updated", &[], &format!("{time:.0}"));
        if let Some(published) = entry.published {
            out.element("published", &[], &format!("{published:.0}"));
        }
        if let Some(link) = &entry.link {
            out.empty("link", &[("rel", "alternate"), ("href", link)]);
        }
        for enclosure in &entry.enclosures {
            let length = enclosure.length.map(|l| l.to_string());
            let mut attributes = vec![("rel", "enclosure"), ("href", enclosure.url.as_str())];
            attributes.extend(enclosure.media_type.as_deref().map(|t| ("type", t)));
            attributes.extend(length.as_deref().map(|l| ("length", l)));
            out.empty("link", &attributes);
        }
        entry.authors.iter().for_each(|name| out.person(name));
        for (name, text) in [("summary", &entry.summary), ("content", &entry.content)] {
            if let Some(text) = text {
                out.element(name, &[("type", if text.html { "html" } else { "text" })], &text.value);
            }
        }
        out.close("entry");
    }
    out.close("feed");
    out.finish()
}

/// RSS 2.0; `address` is where the feed will be found. A description is HTML there, so plain text is escaped once more.
pub fn rss(feed: &Feed, address: &str) -> String {
    let title = feed.title.as_deref().unwrap_or(address);
    let mut out = Xml::new();
    out.open("rss", &[("version", "2.0"), ("xmlns:atom", "http://www.w3.org/2005/Atom")]);
    out.open("channel", &[]);
    out.element("title", &[], title);
    out.element("link", &[], feed.link.as_deref().unwrap_or(address));
    out.element("description", &[], title);
    out.empty("atom:link", &[("rel", "self"), ("type", "application/rss+xml"), ("href", address)]);
    if let Some(time) = feed.updated.and_then(mail_time) {
        out.element("lastBuildDate", &[], &time);
    }
    feed.entries.iter().for_each(|entry| item(&mut out, entry));
    out.close("channel");
    out.close("rss");
    out.finish()
}

fn item(out: &mut Xml, entry: &Entry) {
    out.open("item", &[]);
    // The specification asks for a title or a description.
    out.element("title", &[], entry.title.as_deref().unwrap_or(&entry.id));
    if let Some(link) = &entry.link {
        out.element("link", &[], link);
    }
    let permanent = if entry.link.as_ref() == Some(&entry.id) { "true" } else { "false" };
    out.element("guid", &[("isPermaLink", permanent)], &entry.id);
    if let Some(time) = entry.published.or(entry.updated).and_then(mail_time) {
        out.element("pubDate", &[], &time);
    }
    if let Some(text) = entry.summary.as_ref().or(entry.content.as_ref()) {
        if text.html {
            out.element("description", &[], &text.value);
        } else {
            out.element("description", &[], &escape(&text.value));
        }
    }
    // One at most, and its three attributes are required.
    if let Some(enclosure) = entry.enclosures.first() {
        let length = enclosure.length.unwrap_or(0).to_string();
        let media_type = enclosure.media_type.as_deref().unwrap_or("application/octet-stream");
        out.empty("enclosure", &[("url", &enclosure.url), ("length", &length), ("type", media_type)]);
    }
    out.close("item");
}

fn mail_time(time: Timestamp) -> Option<String> {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&time).ok()
}

/// Character data and attribute values; characters that XML 1.0 does not have are left out (section 2.2).
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\u{9}' | '\u{a}' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => {
                out.push(c)
            }
            _ => {}
        }
    }
    out
}

struct Xml {
    out: String,
    depth: usize,
}

impl Xml {
    fn new() -> Self {
        Self { out: "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned(), depth: 0 }
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let _ = write!(self.out, "{:1$}<{name}", "", self.depth * 2);
        for (key, value) in attributes {
            // A line break in an attribute would come back as a space.
            let _ =
                write!(self.out, " {key}=\"{}\"", escape(value).replace('\n', "&#10;").replace('\t', "&#9;"));
        }
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.out.push_str(">\n");
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        let _ = writeln!(self.out, "{:1$}</{name}>", "", self.depth * 2);
    }

    fn element(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.tag(name, attributes);
        let _ = writeln!(self.out, ">{}</{name}>", escape(text));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.out.push_str("/>\n");
    }

    fn person(&mut self, name: &str) {
        self.open("author", &[]);
        self.element("name", &[], name);
        self.close("author");
    }

    fn finish(self) -> String {
        self.out
    }
}
