//! What a page says about itself: meta elements, JSON-LD, title and time elements.

use crate::document::{Metadata, canonical, metadata::day};
use dom_query::{Document, NodeData, NodeRef};
use serde_json::Value;

/// Everything the page says, best source first for each field.
pub(super) fn about(page: &Document) -> Metadata {
    let mut found = Found::default();
    for node in page.root().descendants_it() {
        found.look(&node);
    }
    found.settle()
}

#[derive(Default)]
struct Found {
    meta: Vec<(String, String)>,
    title: Option<String>,
    heading: Option<String>,
    canonical: Option<String>,
    language: Option<String>,
    time: Option<String>,
    linked: Linked,
}

/// What JSON-LD says (schema.org `Article` and its kinds).
#[derive(Default)]
struct Linked {
    headline: Option<String>,
    published: Option<String>,
    modified: Option<String>,
    authors: Vec<String>,
    publisher: Option<String>,
}

impl Found {
    fn look(&mut self, node: &NodeRef<'_>) {
        node.query(|n| {
            let NodeData::Element(element) = &n.data else { return };
            let attribute = |name: &str| {
                element.attrs.iter().find(|a| &*a.name.local == name).map(|a| a.value.as_ref() as &str)
            };
            match &*element.name.local {
                "html" => self.language = attribute("lang").or(attribute("xml:lang")).map(str::to_owned),
                "meta" if self.meta.len() < 500 => {
                    let name = attribute("property").or(attribute("name")).or(attribute("itemprop"));
                    if let (Some(name), Some(content)) = (name, attribute("content")) {
                        self.meta.push((name.to_ascii_lowercase(), content.to_owned()));
                    }
                }
                "link" if attribute("rel") == Some("canonical") && self.canonical.is_none() => {
                    self.canonical = attribute("href").map(str::to_owned);
                }
                "time" if self.time.is_none() => {
                    self.time = attribute("datetime").and_then(day).or_else(|| day(&node.text()));
                }
                "title" if self.title.is_none() => self.title = tidy(&node.text()),
                "h1" if self.heading.is_none() => self.heading = tidy(&node.text()),
                "script" if attribute("type") == Some("application/ld+json") => {
                    if let Ok(value) = serde_json::from_str::<Value>(&node.text()) {
                        self.linked.read(&value);
                    }
                }
                _ => {}
            }
        });
    }

    fn meta(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.meta.iter().find(|(n, v)| n == name && !v.trim().is_empty()))
            .and_then(|(_, value)| tidy(value))
    }

    fn settle(self) -> Metadata {
        let publisher = self
            .meta(&["og:site_name", "application-name", "dc.publisher", "dcterms.publisher"])
            .or_else(|| self.linked.publisher.clone());
        let title = self
            .meta(&["og:title", "twitter:title", "citation_title", "dc.title", "dcterms.title"])
            .or_else(|| self.linked.headline.clone())
            .or_else(|| self.heading.clone())
            .or_else(|| self.title.clone())
            .map(|title| without_site(&title, publisher.as_deref(), self.heading.as_deref()));
        let date = |names: &[&str]| self.meta(names).as_deref().and_then(day);
        let published = date(&["article:published_time", "og:article:published_time"])
            .or_else(|| self.linked.published.as_deref().and_then(day))
            .or_else(|| {
                date(&[
                    "datepublished",
                    "date",
                    "dc.date",
                    "dcterms.created",
                    "dcterms.date",
                    "citation_date",
                    "pubdate",
                    "publish-date",
                    "parsely-pub-date",
                    "sailthru.date",
                    "article.published",
                ])
            })
            .or_else(|| self.time.clone());
        let modified = date(&[
            "article:modified_time",
            "og:updated_time",
            "datemodified",
            "last-modified",
            "dcterms.modified",
        ])
        .or_else(|| self.linked.modified.as_deref().and_then(day));
        let mut authors = self.linked.authors.clone();
        if authors.is_empty() {
            authors = self
                .meta
                .iter()
                .filter(|(name, _)| {
                    matches!(
                        name.as_str(),
                        "author" | "article:author" | "dc.creator" | "citation_author" | "parsely-author"
                    )
                })
                .filter(|(_, value)| !value.contains("://") && value.len() <= 120)
                .flat_map(|(_, value)| names(value))
                .collect();
        }
        let mut seen = std::collections::BTreeSet::new();
        authors.retain(|name| seen.insert(name.to_lowercase()));
        let source_url =
            self.canonical.clone().or_else(|| self.meta(&["og:url"])).filter(|u| u.starts_with("http"));
        let language = self
            .language
            .or_else(|| {
                self.meta.iter().find(|(n, _)| n == "og:locale" || n == "language").map(|(_, v)| v.clone())
            })
            .and_then(|l| l.split(['-', '_']).next().map(str::to_ascii_lowercase))
            .filter(|l| l.len() == 2 && l.bytes().all(|b| b.is_ascii_lowercase()));
        Metadata { title, publisher, authors, published, modified, source_url, language, marking: None }
    }
}

impl Linked {
    fn read(&mut self, value: &Value) {
        // `@graph` and lists are one level deep in practice; a bounded queue avoids recursion.
        let mut queue = vec![value];
        let mut looked = 0;
        while let Some(value) = queue.pop() {
            looked += 1;
            if looked > 1000 {
                return;
            }
            match value {
                Value::Array(items) => queue.extend(items.iter().rev()),
                Value::Object(object) => {
                    if let Some(graph) = object.get("@graph") {
                        queue.push(graph);
                    }
                    let types = match object.get("@type") {
                        Some(Value::String(kind)) => kind.clone(),
                        Some(Value::Array(kinds)) => {
                            kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
                        }
                        _ => String::new(),
                    };
                    if ["Article", "BlogPosting", "Report", "WebPage"].iter().any(|kind| types.contains(kind))
                    {
                        self.article(object);
                    }
                }
                _ => {}
            }
        }
    }

    fn article(&mut self, object: &serde_json::Map<String, Value>) {
        let text = |key: &str| object.get(key).and_then(Value::as_str).and_then(tidy);
        let name = |value: &Value| match value {
            Value::String(name) => tidy(name),
            Value::Object(object) => object.get("name").and_then(Value::as_str).and_then(tidy),
            _ => None,
        };
        self.headline = self.headline.take().or_else(|| text("headline"));
        self.published = self.published.take().or_else(|| text("datePublished"));
        self.modified = self.modified.take().or_else(|| text("dateModified"));
        self.publisher = self.publisher.take().or_else(|| object.get("publisher").and_then(name));
        if self.authors.is_empty() {
            self.authors = match object.get("author") {
                Some(Value::Array(authors)) => authors.iter().filter_map(name).take(20).collect(),
                Some(author) => name(author).into_iter().collect(),
                None => Vec::new(),
            };
            self.authors.retain(|name| !name.contains("://"));
        }
    }
}

/// One or more names in one field.
fn names(value: &str) -> Vec<String> {
    value
        .split([';', ','])
        .flat_map(|part| part.split(" and "))
        .filter_map(tidy)
        .map(|name| name.strip_prefix("By ").map(str::to_owned).unwrap_or(name))
        .take(20)
        .collect()
}

fn tidy(text: &str) -> Option<String> {
    let clean = canonical::clean(text);
    let words: Vec<&str> = clean.split_whitespace().collect();
    let text = words.join(" ");
    (!text.is_empty() && text.len() <= 500).then_some(text)
}

/// A title without the name of the site that follows (or precedes) it.
fn without_site(title: &str, site: Option<&str>, heading: Option<&str>) -> String {
    for separator in [" | ", " – ", " — ", " - ", " :: ", " » "] {
        if let Some((before, after)) = title.rsplit_once(separator) {
            let is_site = |part: &str| site.is_some_and(|s| s.eq_ignore_ascii_case(part.trim()));
            let is_title = |part: &str| heading.is_some_and(|h| h.eq_ignore_ascii_case(part.trim()));
            if is_site(after) || is_title(before) {
                return before.trim().to_owned();
            }
            if is_site(before) || is_title(after) {
                return after.trim().to_owned();
            }
            // A bar is hardly ever part of a title.
            if separator == " | " && before.len() > after.len() {
                return before.trim().to_owned();
            }
        }
    }
    title.to_owned()
}
