//! Reading, event by event, so that nesting costs no stack.

use super::names::Tag;
use super::source::{attribute, cut, decode, web};
use super::{Dialect, Enclosure, Entry, Feed, Text, time};
use crate::feed::finding::{Code, Finding, Findings};
use crate::feed::{Error, Limits};
use quick_xml::events::{BytesRef, BytesStart, Event};
use sha2::{Digest, Sha256};
use std::rc::Rc;
use url::Url;

/// Reads a feed; `base` is the address it came from, against which relative links are resolved.
///
/// # Errors
/// If it is larger than [`Limits::bytes`], or neither RSS nor Atom.
pub fn read(bytes: &[u8], base: Option<&str>, limits: &Limits) -> Result<(Feed, Vec<Finding>), Error> {
    limits.check(bytes, "the feed")?;
    let mut findings = Findings::default();
    let source = decode(bytes, &mut findings);
    let base = base.and_then(|b| Url::parse(b).ok()).map(Rc::new);
    let mut state = Reading { limits, findings, feed: None, entry: None, stack: Vec::new(), source: &source };
    state.run(base);
    match state.feed {
        Some(feed) => Ok((feed, state.findings.finish())),
        None => Err(Error::malformed("it is neither RSS nor Atom: no element rss, rdf:RDF or atom:feed")),
    }
}

struct Frame {
    tag: Tag,
    base: Option<Rc<Url>>,
    /// Text so far and where the raw content starts, if it is wanted.
    text: Option<(String, usize)>,
    /// The raw content is markup: `type="xhtml"`, or elements stood where text was expected.
    raw: bool,
    html: bool,
    /// Of a guid: whether it is an address.
    permanent: bool,
}

struct Reading<'a> {
    limits: &'a Limits,
    findings: Findings,
    feed: Option<Feed>,
    entry: Option<Entry>,
    stack: Vec<Frame>,
    source: &'a str,
}

impl Reading<'_> {
    fn run(&mut self, base: Option<Rc<Url>>) {
        let source = self.source;
        let mut reader = quick_xml::NsReader::from_str(source);
        reader.config_mut().expand_empty_elements = true;
        reader.config_mut().allow_dangling_amp = true;
        let mut deep = 0usize;
        loop {
            let before = reader.buffer_position() as usize;
            match reader.read_resolved_event() {
                Ok((space, Event::Start(e))) => {
                    if self.stack.len() >= self.limits.depth {
                        if deep == 0 {
                            self.findings.add(Code::TooDeep, "an element");
                        }
                        deep += 1;
                        continue;
                    }
                    let name = e.name().into_inner();
                    let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
                    let tag = Tag::of(&space, local);
                    let after = reader.buffer_position() as usize;
                    let base = self.stack.last().map_or(base.clone(), |f| f.base.clone());
                    if !self.start(tag, &e, base, after) {
                        return;
                    }
                }
                Ok((_, Event::End(_))) if deep > 0 => deep -= 1,
                Ok((_, Event::End(_))) => self.end(before),
                Ok((_, Event::Text(text))) => self.text(&text),
                Ok((_, Event::CData(text))) => self.text(&text),
                Ok((_, Event::GeneralRef(reference))) => self.reference(&reference),
                Ok((_, Event::Eof)) => {
                    if !self.stack.is_empty() {
                        self.findings.add(Code::Malformed, "ends in the middle");
                    }
                    return;
                }
                Ok(_) => {}
                Err(_) => {
                    self.findings.add(Code::Malformed, format!("from byte {} on", reader.error_position()));
                    return;
                }
            }
        }
    }

    /// False if there is nothing more to read.
    fn start(&mut self, tag: Tag, e: &BytesStart<'_>, base: Option<Rc<Url>>, after: usize) -> bool {
        let dialect = match tag {
            Tag::RssRoot => Some(Dialect::Rss2),
            Tag::RdfRoot => Some(Dialect::Rss1),
            Tag::AtomRoot => Some(Dialect::Atom),
            _ => None,
        };
        match (&self.feed, dialect) {
            (None, Some(dialect)) => self.feed = Some(Feed { dialect, ..Feed::default() }),
            // Another root, or none: a page, say.
            (None, None) => return false,
            _ => {}
        }
        let parent = self.stack.last().map(|f| f.tag);
        let tag = match (tag, parent) {
            (Tag::Entry, Some(Tag::Channel | Tag::RssRoot | Tag::RdfRoot | Tag::AtomRoot)) => tag,
            (Tag::Channel, Some(Tag::RssRoot | Tag::RdfRoot)) => tag,
            (Tag::RssRoot | Tag::RdfRoot | Tag::AtomRoot, None) => tag,
            (Tag::Entry | Tag::Channel | Tag::RssRoot | Tag::RdfRoot | Tag::AtomRoot, _) => Tag::Unknown,
            (Tag::Name, Some(Tag::Person)) => tag,
            (Tag::Name, _) => Tag::Unknown,
            // Fields belong to what they stand in directly: an image or a source has a title, too.
            (_, Some(Tag::Entry | Tag::Channel | Tag::AtomRoot)) => tag,
            _ => Tag::Unknown,
        };
        // Elements where text was expected: markup that nobody escaped.
        if let Some(frame) = self.stack.iter_mut().rev().find(|f| f.text.is_some()) {
            frame.raw = true;
        }
        let base = match attribute(e, "xml:base") {
            Some(own) => base.as_ref().map_or_else(|| Url::parse(&own), |b| b.join(&own)).ok().map(Rc::new),
            None => base,
        };
        match tag {
            Tag::Entry => {
                let about = attribute(e, "rdf:about").unwrap_or_default();
                self.entry = Some(Entry { id: about, ..Entry::default() });
                let full = self.feed.as_ref().is_some_and(|f| f.entries.len() >= self.limits.entries);
                if full {
                    self.findings.add(Code::TooMany, format!("more than {} entries", self.limits.entries));
                    self.entry = None;
                    return false;
                }
            }
            Tag::LinkElement => self.link_element(e, base.as_deref()),
            Tag::Enclosure => self.enclosure(e, base.as_deref()),
            _ => {}
        }
        let kind = attribute(e, "type");
        let rss = self.feed.as_ref().is_some_and(|f| f.dialect != Dialect::Atom);
        self.stack.push(Frame {
            tag,
            base,
            text: tag.has_text().then(|| (String::new(), after)),
            raw: kind.as_deref() == Some("xhtml"),
            html: rss || kind.as_deref().is_some_and(|k| k == "html" || k == "text/html"),
            permanent: attribute(e, "isPermaLink").as_deref() != Some("false"),
        });
        true
    }

    fn text(&mut self, piece: &str) {
        // Only the innermost element that wants text: what lies deeper in it is taken from the source.
        let limit = self.limits.text;
        let Some(frame) = self.stack.last_mut() else { return };
        let Some((text, _)) = &mut frame.text else { return };
        if text.len() <= limit {
            text.push_str(cut(piece, (limit + 1).saturating_sub(text.len())));
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) {
        let name = reference.borrow().into_inner();
        let c = match name.as_ref() {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => reference.resolve_char_ref().ok().flatten(),
        };
        match c {
            Some(c) => self.text(c.encode_utf8(&mut [0; 4])),
            None => {
                self.findings.add(Code::Entity, name.as_ref());
                self.text(&format!("&{};", name.as_ref()));
            }
        }
    }

    fn end(&mut self, before: usize) {
        let Some(frame) = self.stack.pop() else { return };
        if frame.tag == Tag::Entry {
            self.close_entry();
            return;
        }
        let Some((text, start)) = frame.text else { return };
        let mut value =
            if frame.raw { self.source.get(start..before).unwrap_or_default().to_owned() } else { text };
        if value.len() > self.limits.text {
            self.findings.add(Code::TooLong, format!("{:?}", frame.tag));
            let kept = cut(&value, self.limits.text).len();
            value.truncate(kept);
        }
        let value = value.trim().to_owned();
        if value.is_empty() {
            return;
        }
        let text = Text { html: frame.html || frame.raw, value };
        self.field(frame.tag, text, frame.permanent, frame.base.as_deref());
    }

    fn field(&mut self, tag: Tag, text: Text, permanent: bool, base: Option<&Url>) {
        let value = || text.value.clone();
        let time = matches!(tag, Tag::Published | Tag::Updated).then(|| time::parse(&text.value)).flatten();
        if matches!(tag, Tag::Published | Tag::Updated) && time.is_none() {
            self.findings.add(Code::Time, &text.value);
        }
        let link = match tag {
            Tag::LinkText => self.absolute(&text.value, base),
            // A guid that is no address is an identifier all the same.
            Tag::Guid if permanent => web(&text.value, base),
            _ => None,
        };
        let Some(entry) = &mut self.entry else {
            let Some(feed) = &mut self.feed else { return };
            match tag {
                Tag::Title => put(&mut feed.title, value()),
                Tag::Id => put(&mut feed.id, value()),
                Tag::LinkText => feed.link = feed.link.take().or(link),
                Tag::Published | Tag::Updated => feed.updated = feed.updated.max(time),
                _ => {}
            }
            return;
        };
        match tag {
            Tag::Title => put(&mut entry.title, value()),
            Tag::Id => entry.id = value(),
            Tag::Guid => {
                entry.id = value();
                entry.link = entry.link.take().or(link);
            }
            // The address of the entry is its link; a guid only where there is none.
            Tag::LinkText => entry.link = link.or(entry.link.take()),
            Tag::Published => entry.published = entry.published.or(time),
            Tag::Updated => entry.updated = entry.updated.or(time),
            Tag::Summary => entry.summary = entry.summary.take().or(Some(text)),
            Tag::Content => entry.content = entry.content.take().or(Some(text)),
            Tag::Author | Tag::Name if entry.authors.len() < 100 => entry.authors.push(value()),
            _ => {}
        }
    }

    fn link_element(&mut self, e: &BytesStart<'_>, base: Option<&Url>) {
        let Some(href) = attribute(e, "href") else { return };
        let rel = attribute(e, "rel").unwrap_or_else(|| "alternate".to_owned());
        if !matches!(rel.as_str(), "alternate" | "enclosure") {
            return;
        }
        let Some(url) = self.absolute(&href, base) else { return };
        match &mut self.entry {
            Some(entry) if rel == "enclosure" => {
                let length = attribute(e, "length").and_then(|l| l.trim().parse().ok());
                attach(entry, Enclosure { url, media_type: attribute(e, "type"), length });
            }
            Some(entry) => put(&mut entry.link, url),
            None if rel == "alternate" => {
                if let Some(feed) = &mut self.feed {
                    put(&mut feed.link, url);
                }
            }
            None => {}
        }
    }

    fn enclosure(&mut self, e: &BytesStart<'_>, base: Option<&Url>) {
        let Some(url) = attribute(e, "url").and_then(|u| self.absolute(&u, base)) else { return };
        let length = attribute(e, "length").and_then(|l| l.trim().parse().ok());
        if let Some(entry) = &mut self.entry {
            attach(entry, Enclosure { url, media_type: attribute(e, "type"), length });
        }
    }

    fn close_entry(&mut self) {
        let (Some(mut entry), Some(feed)) = (self.entry.take(), &mut self.feed) else { return };
        if entry.id.is_empty() {
            entry.id = match (&entry.link, &entry.title, &entry.summary) {
                (Some(link), ..) => link.clone(),
                (None, None, None) => {
                    self.findings.add(Code::Anonymous, "an entry without id, link, title and summary");
                    return;
                }
                (None, title, summary) => {
                    let summary = summary.as_ref().map(|s| s.value.as_str()).unwrap_or_default();
                    let both = format!("{}\0{summary}", title.as_deref().unwrap_or_default());
                    let hex: String = Sha256::digest(both).iter().map(|b| format!("{b:02x}")).collect();
                    format!("sha256:{hex}")
                }
            };
        }
        feed.entries.push(entry);
    }

    fn absolute(&mut self, link: &str, base: Option<&Url>) -> Option<String> {
        let found = web(link, base);
        if found.is_none() {
            self.findings.add(Code::Link, link.trim());
        }
        found
    }
}

/// The first value stays.
fn put(place: &mut Option<String>, value: String) {
    place.get_or_insert(value);
}

fn attach(entry: &mut Entry, enclosure: Enclosure) {
    if entry.enclosures.len() < 100 {
        entry.enclosures.push(enclosure);
    }
}
