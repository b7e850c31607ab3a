//! What a CSAF provider serves (CSAF 2.0, section 7.1): metadata, a folder for each marking with a folder for each year, `index.txt`,
//! `changes.csv`, a ROLIE feed, hashes and signatures. The same for the public and, with what they read, for who shows a token.

use bartizan_advisory::read;
use bartizan_clearinghouse::access::Principal;
use bartizan_stix::Tlp;
use bartizan_store::{AdvisoryQuestion, AdvisoryShelf, Directory, PublisherEntry, ReadableAdvisory};
use ring::digest;
use serde_json::{Value, json};

use super::format::{Format, render};
use super::moment;
use crate::app::App;
use crate::config::Config;
use crate::seal::hex;
use crate::sharing::Wrong;

/// Where advisories are for anyone, and for who shows a token.
pub(crate) const OPEN: &str = "/csaf";
pub(crate) const CLOSED: &str = "/api/v1/csaf";

/// Who asks, and through which door.
pub(crate) struct Reader<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) principal: &'a Principal,
    pub(crate) now: i64,
    /// [`OPEN`] or [`CLOSED`].
    pub(crate) root: &'static str,
}

/// A file that is served.
pub(crate) struct Served {
    pub(crate) media: &'static str,
    pub(crate) bytes: Vec<u8>,
}

fn json_file(value: &Value) -> Served {
    Served { media: "application/json", bytes: bartizan_advisory::emit::bytes(value) }
}

fn text_file(media: &'static str, text: String) -> Served {
    Served { media, bytes: text.into_bytes() }
}

/// The name of a marking's folder: the labels of TLP 1.0 that CSAF 2.0 has, where they say the same.
pub(crate) fn shelf(marking: Tlp) -> &'static str {
    match marking {
        Tlp::Clear => "white",
        Tlp::Green => "green",
        Tlp::Amber => "amber",
        Tlp::AmberStrict => "amber-strict",
        Tlp::Red => "red",
    }
}

/// The marking of a folder.
pub(crate) fn marking(shelf_name: &str) -> Option<Tlp> {
    Tlp::ALL.into_iter().find(|marking| shelf(*marking) == shelf_name)
}

/// The address of the node, without a slash at the end.
pub(crate) fn base(config: &Config) -> String {
    config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen))
}

/// The folder that a document will be found in, for the reference to itself: nodes that nobody reaches by HTTPS have none.
pub(super) fn folder(
    config: &Config,
    publisher: &PublisherEntry,
    marking: Tlp,
    first: &str,
) -> Option<String> {
    let base = config.public_url.as_ref().filter(|url| url.starts_with("https://"))?;
    let root = if marking == Tlp::Clear { OPEN } else { CLOSED };
    Some(format!("{base}{root}/{}/{}/{}", publisher.alias, shelf(marking), first.get(..4)?))
}

/// A document on a shelf; without what it says, in lists.
struct Shelved {
    year: String,
    name: String,
    released: ReadableAdvisory,
}

impl Reader<'_> {
    /// The publisher of an address.
    pub(crate) fn publisher(&self, alias: &str) -> Result<&PublisherEntry, Wrong> {
        self.directory.publishers.values().find(|publisher| publisher.alias == alias).ok_or(Wrong::NotThere)
    }

    fn at(&self, app: &App, publisher: &PublisherEntry) -> String {
        format!("{}{}/{}", base(&app.config), self.root, publisher.alias)
    }

    /// What they read of a publisher, of one marking or of all, by one question: what lists need was kept when it was released. With the
    /// name of a file: that one, with what it says.
    async fn all(
        &self,
        app: &App,
        publisher: &PublisherEntry,
        marking: Option<Tlp>,
        name: Option<&str>,
    ) -> Result<Vec<Shelved>, Wrong> {
        let audiences = super::audiences(self.directory, self.principal, self.now);
        let asked = AdvisoryQuestion {
            audiences: &audiences,
            now: self.now,
            owner: Some(publisher.organisation),
            filename: name,
            marking,
            bodies: name.is_some(),
            limit: super::MOST as i64,
            ..AdvisoryQuestion::default()
        };
        let mut found = app.store.released_advisories(&asked).await?;
        for one in found.iter_mut().filter(|one| one.shelf.served.is_empty()) {
            // Released by an earlier version of the program: looked at once.
            let body = app.store.advisory_body(one.id, one.edition).await?.unwrap_or_default();
            one.shelf = shelf_of(&serde_json::from_str(&body).unwrap_or_default(), &body);
            app.store.shelve_advisory(one.id, one.edition, &one.shelf).await?;
        }
        Ok(found.into_iter().filter_map(shelved).collect())
    }

    /// The same, of one marking; the newest first.
    async fn on_shelf(
        &self,
        app: &App,
        publisher: &PublisherEntry,
        marking: Tlp,
    ) -> Result<Vec<Shelved>, Wrong> {
        let mut found = self.all(app, publisher, Some(marking), None).await?;
        found.sort_by(|a, b| b.current().cmp(a.current()).then_with(|| a.path().cmp(&b.path())));
        Ok(found)
    }

    /// `provider-metadata.json` (section 7.1.7).
    pub(crate) async fn metadata(&self, app: &App, publisher: &PublisherEntry) -> Result<Served, Wrong> {
        let at = self.at(app, publisher);
        let all = self.all(app, publisher, None, None).await?;
        let mut shelves: Vec<Tlp> = all.iter().map(|document| document.released.marking).collect();
        shelves.push(Tlp::Clear);
        shelves.sort_unstable();
        shelves.dedup();
        let mut distributions: Vec<Value> =
            shelves.iter().map(|m| json!({ "directory_url": format!("{at}/{}/", shelf(*m)) })).collect();
        let feeds: Vec<Value> = shelves
            .iter()
            .map(|m| {
                json!({
                    "summary": format!("Advisories of {} that are {m}.", publisher.name),
                    "tlp_label": label(*m), "url": format!("{at}/{}/feed.json", shelf(*m)),
                })
            })
            .collect();
        distributions.push(json!({ "rolie": { "feeds": feeds } }));
        let newest = all.iter().map(|document| document.released.since).max().unwrap_or(0);
        let mut said = json!({ "category": publisher.category, "name": publisher.name, "namespace": publisher.namespace });
        for (name, text) in
            [("contact_details", &publisher.contact), ("issuing_authority", &publisher.authority)]
        {
            if !text.is_empty() {
                said[name] = text.as_str().into();
            }
        }
        let mut metadata = json!({
            "canonical_url": format!("{at}/provider-metadata.json"),
            "distributions": distributions,
            "last_updated": moment(newest.max(publisher.created)),
            "list_on_CSAF_aggregators": self.root == OPEN,
            "metadata_version": "2.0",
            "mirror_on_CSAF_aggregators": self.root == OPEN,
            "publisher": said,
            // Section 7.2: who signs is trusted, who does not is a provider.
            "role": "csaf_provider",
        });
        if let Some(key) = key(app)? {
            metadata["role"] = "csaf_trusted_provider".into();
            let url = format!("{}{OPEN}/{}/openpgp-key.asc", base(&app.config), publisher.alias);
            metadata["public_openpgp_keys"] = json!([{ "fingerprint": key.fingerprint(), "url": url }]);
        }
        Ok(json_file(&metadata))
    }

    /// A file beside the metadata: the service document of the feeds, the public key.
    pub(crate) async fn beside(
        &self,
        app: &App,
        publisher: &PublisherEntry,
        name: &str,
    ) -> Result<Served, Wrong> {
        match name {
            "provider-metadata.json" => self.metadata(app, publisher).await,
            "openpgp-key.asc" => {
                let key = key(app)?.ok_or(Wrong::NotThere)?;
                let host = base(&app.config);
                let host = host.split("://").nth(1).unwrap_or_default();
                let said = key.public(&format!("Advisories of {} <{host}>", app.config.title));
                Ok(text_file("application/pgp-keys", said))
            }
            "service.json" => {
                let at = self.at(app, publisher);
                let href = format!("{at}/white/feed.json");
                Ok(json_file(&json!({ "service": { "workspace": [{
                    "title": format!("CSAF feeds of {}", publisher.name),
                    "collection": [{ "title": format!("{} (TLP:CLEAR)", publisher.name), "href": href,
                                     "categories": { "category": [category()] } }],
                }] } })))
            }
            _ => Err(Wrong::NotThere),
        }
    }

    /// A file of a shelf: `index.txt` (section 7.1.12), `changes.csv` (7.1.13), `feed.json` (7.1.15), or, for an empty name, its list.
    pub(crate) async fn listing(
        &self,
        app: &App,
        publisher: &PublisherEntry,
        marking: Tlp,
        name: &str,
    ) -> Result<Served, Wrong> {
        if !["", "index.txt", "changes.csv", "feed.json"].contains(&name) {
            return Err(Wrong::NotThere);
        }
        let found = self.on_shelf(app, publisher, marking).await?;
        self.known(&found, marking)?;
        Ok(match name {
            "index.txt" => {
                let mut paths: Vec<String> = found.iter().map(Shelved::path).collect();
                paths.sort();
                text_file("text/plain; charset=utf-8", paths.iter().map(|path| format!("{path}\n")).collect())
            }
            "changes.csv" => {
                let mut out = String::new();
                for document in &found {
                    // Quoted, as the specification's example has it; neither holds a quotation mark.
                    out.push_str(&format!("\"{}\",\"{}\"\n", document.path(), document.current()));
                }
                text_file("text/csv; charset=utf-8", out)
            }
            "feed.json" => json_file(&self.feed(app, publisher, marking, &found)),
            _ => {
                let mut years: Vec<String> =
                    found.iter().map(|document| format!("{}/", document.year)).collect();
                years.sort();
                years.dedup();
                years.extend(["index.txt", "changes.csv", "feed.json"].map(str::to_owned));
                list(&years)
            }
        })
    }

    /// Nobody is told of a shelf with nothing on it for them; the public one is always there.
    fn known(&self, found: &[Shelved], marking: Tlp) -> Result<(), Wrong> {
        if found.is_empty() && marking != Tlp::Clear { Err(Wrong::NotThere) } else { Ok(()) }
    }

    fn feed(&self, app: &App, publisher: &PublisherEntry, marking: Tlp, found: &[Shelved]) -> Value {
        let at = format!("{}/{}", self.at(app, publisher), shelf(marking));
        let signs = app.signer.signs();
        let entries: Vec<Value> = found
            .iter()
            .map(|document| {
                let url = format!("{at}/{}", document.path());
                let mut links = vec![
                    json!({ "rel": "self", "href": url }),
                    json!({ "rel": "hash", "href": format!("{url}.sha256") }),
                    json!({ "rel": "hash", "href": format!("{url}.sha512") }),
                ];
                if signs {
                    links.push(json!({ "rel": "signature", "href": format!("{url}.asc") }));
                }
                let ReadableAdvisory { shelf, .. } = &document.released;
                let schema = match shelf.served.as_str() {
                    "2.0" => "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json",
                    _ => "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json",
                };
                json!({
                    "id": document.released.tracking, "title": document.released.title, "link": links,
                    "published": shelf.initially, "updated": shelf.currently,
                    "summary": { "content": document.released.summary },
                    "content": { "type": "application/json", "src": url },
                    "format": { "schema": schema, "version": shelf.served },
                })
            })
            .collect();
        let newest = found.iter().map(Shelved::current).max();
        let updated = newest.map_or_else(|| moment(publisher.created), str::to_owned);
        json!({ "feed": {
            "id": format!("{}-csaf-feed-tlp-{}", publisher.alias, shelf(marking)),
            "title": format!("CSAF feed of {} ({marking})", publisher.name),
            "link": [{ "rel": "self", "href": format!("{at}/feed.json") },
                     { "rel": "service", "href": format!("{}/service.json", self.at(app, publisher)) }],
            "category": [category()], "updated": updated, "entry": entries,
        } })
    }

    /// A document with what stands beside it (sections 7.1.18 and 7.1.19), or, for an empty name, the list of a year.
    pub(crate) async fn document(
        &self,
        app: &App,
        publisher: &PublisherEntry,
        marking: Tlp,
        (year, name): (&str, &str),
    ) -> Result<Served, Wrong> {
        if name.is_empty() {
            let found = self.on_shelf(app, publisher, marking).await?;
            let mut names: Vec<String> = Vec::new();
            for document in found.iter().filter(|document| document.year == year) {
                names.extend(["", ".sha256", ".sha512"].map(|end| format!("{}{end}", document.name)));
                names.extend(app.signer.signs().then(|| format!("{}.asc", document.name)));
            }
            names.sort();
            return if names.is_empty() { Err(Wrong::NotThere) } else { Ok(list(&names)) };
        }
        let (stem, end) = [".sha256", ".sha512", ".asc"]
            .into_iter()
            .find_map(|end| name.strip_suffix(end).map(|stem| (stem, end)))
            .unwrap_or((name, ""));
        let mut found = self.all(app, publisher, Some(marking), Some(stem)).await?;
        found.retain(|document| document.year == year);
        let document = found.pop().ok_or(Wrong::NotThere)?;
        let bytes = document.bytes();
        let hash = |algorithm| {
            let hash = hex(digest::digest(algorithm, &bytes).as_ref());
            text_file("text/plain; charset=utf-8", format!("{hash}  {stem}\n"))
        };
        Ok(match end {
            ".sha256" => hash(&digest::SHA256),
            ".sha512" => hash(&digest::SHA512),
            ".asc" => {
                let key = key(app)?.ok_or(Wrong::NotThere)?;
                text_file("application/pgp-signature", key.sign(&bytes, document.released.since / 1_000_000))
            }
            _ => Served { media: "application/json", bytes },
        })
    }
}

/// The node's key, if it signs.
fn key(app: &App) -> Result<Option<&super::openpgp::Key>, Wrong> {
    if !app.signer.signs() {
        return Ok(None);
    }
    app.signer.key(&*app.around).map(Some).map_err(|e| {
        tracing::error!(error = %e, "the key for signatures cannot be used");
        Wrong::Store(bartizan_store::Error::busy("signatures cannot be made now"))
    })
}

impl Shelved {
    fn path(&self) -> String {
        format!("{}/{}", self.year, self.name)
    }

    fn current(&self) -> &str {
        &self.released.shelf.currently
    }

    /// CSAF 2.0, as its readers expect at these addresses; what cannot be said in it, as it was written.
    fn bytes(&self) -> Vec<u8> {
        let body = &self.released.body;
        let written = render(Format::Csaf20, body, None, &self.released.uuid, 1);
        written.map_or_else(|_| body.clone().into_bytes(), |file| file.bytes)
    }
}

/// What lists need of a document: its dates, and the version of CSAF that it is served in.
pub(super) fn shelf_of(document: &Value, body: &str) -> AdvisoryShelf {
    let date = |name: &str| document.pointer("/document/tracking")?.get(name)?.as_str();
    let dates = date("initial_release_date").zip(date("current_release_date"));
    let Some((first, current)) = dates.filter(|(first, _)| year(first).is_some()) else {
        return AdvisoryShelf { served: "-".into(), ..AdvisoryShelf::default() };
    };
    let is_2_0 = read::version(document) == Some(bartizan_advisory::csaf::Version::V2_0);
    let said = is_2_0 || render(Format::Csaf20, body, None, "", 1).is_ok();
    let served = if said { "2.0" } else { "2.1" };
    AdvisoryShelf { initially: first.to_owned(), currently: current.to_owned(), served: served.into() }
}

fn year(date: &str) -> Option<&str> {
    date.get(..4).filter(|year| year.bytes().all(|b| b.is_ascii_digit()))
}

fn shelved(released: ReadableAdvisory) -> Option<Shelved> {
    let year = year(&released.shelf.initially)?.to_owned();
    Some(Shelved { year, name: released.filename.clone(), released })
}

fn label(marking: Tlp) -> &'static str {
    match marking {
        Tlp::Clear => "WHITE",
        Tlp::Green => "GREEN",
        Tlp::Amber => "AMBER",
        Tlp::AmberStrict | Tlp::Red => "RED",
    }
}

fn category() -> Value {
    json!({ "scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf" })
}

/// A list of names that programs follow (section 7.1.14). They are made of few letters: none of them is markup.
fn list(names: &[String]) -> Served {
    let items: String =
        names.iter().map(|name| format!("<li><a href=\"{name}\">{name}</a></li>\n")).collect();
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><title>Advisories</title>\n<ul>\n{items}</ul>\n</html>\n"
    );
    text_file("text/html; charset=utf-8", page)
}

/// `security.txt` (RFC 9116): whom to tell, and where each publisher's advisories are. `None`: there is nobody to tell.
pub(crate) fn security(app: &App, directory: &Directory, now: i64) -> Option<String> {
    let base = base(&app.config);
    let contact = app.config.contact.as_ref()?;
    let contact = match contact.split_once(':') {
        Some(("https" | "mailto" | "tel", _)) => contact.clone(),
        _ if contact.contains('@') => format!("mailto:{contact}"),
        _ => return None,
    };
    if contact.contains(|c: char| c.is_control() || c == ' ') {
        return None;
    }
    // Less than a year ahead (section 2.5.5), and the same all day long.
    let day = 86_400_000_000;
    let expires = moment((now / day + 180) * day);
    let mut text =
        format!("Contact: {contact}\nExpires: {expires}\nCanonical: {base}/.well-known/security.txt\n");
    for publisher in directory.publishers.values() {
        text.push_str(&format!("CSAF: {base}{OPEN}/{}/provider-metadata.json\n", publisher.alias));
    }
    Some(text)
}

/// News of a collection's advisories as RSS.
pub(crate) fn rss(app: &App, entry: &bartizan_store::CollectionEntry, found: &[ReadableAdvisory]) -> String {
    use bartizan_clearinghouse::feed::syndication::{Entry, Feed, Text, rss};
    let base = base(&app.config);
    let time = |micros: i64| jiff::Timestamp::from_microsecond(micros).ok();
    let entries = found.iter().map(|one| Entry {
        id: format!("urn:uuid:{}:{}", one.uuid, one.version),
        title: Some(format!("{}: {} (version {})", one.tracking, one.title, one.version)),
        link: Some(format!("{base}/advisories/{}", one.uuid)),
        published: time(one.since),
        summary: Some(Text { html: false, value: format!("{} {}", one.marking, one.summary) }),
        ..Entry::default()
    });
    let feed = Feed {
        title: Some(format!("Advisories: {}", entry.title)),
        link: Some(format!("{base}/collections/{}", entry.uuid)),
        entries: entries.collect(),
        ..Feed::default()
    };
    rss(&feed, &format!("{base}/api/v1/collections/{}/advisories.rss", entry.uuid))
}
