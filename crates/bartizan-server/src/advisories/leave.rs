//! What leaves with an advisory: the document without personal data that has nothing to do with the threat (docs/privacy.md), before it
//! is released. Every format, list, hash and signature is made of the edition that is kept then, so all of them leave without it.
//!
//! Here the threat is the vulnerability: products, identifiers and what is thanked for it belong to it. Whoever asked for credit stands
//! letter for letter, and whoever publishes is to be reached. What else belongs to it (the address that a lure comes from) is said by
//! whoever releases.

use bartizan_clearinghouse::privacy::{Keep, Mode, Record, scrub_json};
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::relay::own_key;
use crate::sharing::{Acting, Wrong};

/// Places that stay as they are: who publishes, who is thanked, what is affected and what it is called.
const KEPT: [&str; 16] = [
    "/$schema",
    "/document/publisher",
    "/document/acknowledgments",
    "/document/tracking/id",
    "/document/tracking/aliases",
    "/document/tracking/generator",
    "/product_tree",
    "/vulnerabilities/*/acknowledgments",
    "/vulnerabilities/*/cve",
    "/vulnerabilities/*/ids",
    "/vulnerabilities/*/product_status",
    "/vulnerabilities/*/flags",
    "/vulnerabilities/*/scores",
    "/vulnerabilities/*/metrics",
    "/vulnerabilities/*/remediations/*/product_ids",
    "/vulnerabilities/*/threats/*/product_ids",
];
/// The most that whoever releases says to belong to the threat, and how long each is, in characters.
const MOST: usize = 50;
const LONGEST: usize = 200;

/// A document as it leaves.
pub(crate) struct Left {
    pub(crate) document: Value,
    record: Record,
    kept: Vec<String>,
}

/// What is kept with the edition, for its owner.
#[derive(Serialize)]
struct Kept<'a> {
    #[serde(flatten)]
    record: &'a Record,
    /// What whoever released it said to belong to the threat.
    kept: &'a [String],
}

impl Left {
    /// Whether something was taken out.
    pub(crate) fn changed(&self) -> bool {
        self.record.removed() > 0
    }

    /// As it is kept with the edition: empty if there is nothing to tell.
    pub(super) fn kept(&self) -> String {
        if self.record.found() == 0 && self.kept.is_empty() {
            return String::new();
        }
        serde_json::to_string(&Kept { record: &self.record, kept: &self.kept }).unwrap_or_default()
    }

    /// Where something was taken out that the document does not hold together without, in words.
    pub(super) fn broken(&self) -> Wrong {
        let places: Vec<String> =
            self.record.entries.iter().take(3).map(|e| format!("{} ({})", e.path, e.rule)).collect();
        Wrong::Unfit(format!(
            "Personal data cannot be taken out of this document, since it would not be valid without: {}. Change it there, or name it among \
             what stays because it belongs to the threat.",
            places.join(", ")
        ))
    }

    /// What was found is in the log, without it.
    pub(super) async fn note(&self, app: &App, acting: &Acting<'_>, uuid: &str) -> Result<(), Wrong> {
        if self.record.found() == 0 {
            return Ok(());
        }
        let detail = serde_json::to_string(&self.record).unwrap_or_default();
        Ok(app.store.note(&acting.by(), "privacy.scrub", &format!("advisory/{uuid}"), &detail).await?)
    }
}

/// The document as it would leave now. `kept`: what belongs to the threat, as whoever releases says; with it what they said of an edition
/// before (`before`, as [`Left::kept`] gave it).
pub(crate) async fn left(
    app: &App,
    acting: &Acting<'_>,
    document: &Value,
    kept: &[String],
    before: &str,
) -> Result<Left, Wrong> {
    let kept = threat(kept, before)?;
    let salt = if app.config.privacy == Mode::Off { Vec::new() } else { salt(app).await };
    Ok(looked(app, acting, document, kept, &salt))
}

fn looked(app: &App, acting: &Acting<'_>, document: &Value, kept: Vec<String>, salt: &[u8]) -> Left {
    let mode = app.config.privacy;
    if mode == Mode::Off {
        return Left { document: document.clone(), record: Record::new(mode), kept };
    }
    let contact = acting.known().ok().and_then(|(own, _)| acting.directory.publishers.get(&own));
    let contact = contact.map(|publisher| publisher.contact.clone()).unwrap_or_default();
    let keep = kept.iter().fold(keep(salt, document).addresses(&contact), |k, v| k.value(v));
    let (document, record) = scrub_json(document, &keep, mode);
    Left { document, record, kept }
}

/// What would be taken out were it released now: how often, and where first.
pub(crate) fn preview(app: &App, acting: &Acting<'_>, document: &Value, before: &str) -> (u64, Vec<String>) {
    // Without a salt: nothing of it is kept or shown but the places.
    let left = looked(app, acting, document, said(before), &[]);
    let places = left.record.entries.iter().take(5);
    (left.record.found(), places.map(|e| format!("{} at {}", e.rule, e.path)).collect())
}

/// What was kept of an edition, for people: how often something was found, what was done about it, where first, and what stayed.
pub(crate) fn told(kept: &str) -> Option<(u64, String, Vec<String>)> {
    let kept: Value = serde_json::from_str(kept).ok()?;
    let entries = kept["entries"].as_array()?;
    let count: u64 = entries.iter().filter_map(|e| e["count"].as_u64()).sum();
    let place = |e: &Value| Some(format!("{} at {}", e["rule"].as_str()?, e["path"].as_str()?));
    let places = entries.iter().take(5).filter_map(place).collect();
    let mode = kept["mode"].as_str().unwrap_or_default().to_owned();
    Some((count + kept["beyond"].as_u64().unwrap_or(0), mode, places))
}

/// What was said of an edition to belong to the threat.
pub(crate) fn said(before: &str) -> Vec<String> {
    let before: Value = serde_json::from_str(before).unwrap_or_default();
    let all = before["kept"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn threat(kept: &[String], before: &str) -> Result<Vec<String>, Wrong> {
    let mut all = said(before);
    for one in kept.iter().map(|one| one.trim()).filter(|one| !one.is_empty()) {
        if one.chars().count() > LONGEST || one.contains(char::is_control) {
            return Err(Wrong::Unfit(format!(
                "What stays is told in lines of at most {LONGEST} characters."
            )));
        }
        if !all.iter().any(|other| other == one) {
            all.push(one.to_owned());
        }
    }
    if all.len() > MOST {
        return Err(Wrong::Unfit(format!("At most {MOST} things can be named that stay.")));
    }
    Ok(all)
}

fn keep(salt: &[u8], document: &Value) -> Keep {
    let mut keep = KEPT.into_iter().fold(Keep::new(salt), Keep::path);
    let mut texts = Vec::new();
    collect(document.pointer("/document/publisher"), &mut texts);
    collect(document.pointer("/document/acknowledgments"), &mut texts);
    for item in document["vulnerabilities"].as_array().into_iter().flatten() {
        collect(item.get("acknowledgments"), &mut texts);
    }
    for text in texts {
        keep = keep.addresses(text);
    }
    let mut links = Vec::new();
    collect_links(document, &mut links);
    for link in links {
        // The archive of a mailing list has the list's address in its path; what is asked for behind it is nobody's name.
        keep = keep.addresses(link.split(['?', '#']).next().unwrap_or_default());
    }
    keep
}

fn collect<'v>(value: Option<&'v Value>, texts: &mut Vec<&'v str>) {
    match value {
        Some(Value::String(text)) => texts.push(text),
        Some(Value::Array(all)) => all.iter().for_each(|one| collect(Some(one), texts)),
        Some(Value::Object(members)) => members.values().for_each(|one| collect(Some(one), texts)),
        _ => {}
    }
}

/// Addresses of pages under the name `url`.
fn collect_links<'v>(value: &'v Value, links: &mut Vec<&'v str>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| collect_links(one, links)),
        Value::Object(members) => {
            for (name, one) in members {
                match one.as_str() {
                    Some(text) if name == "url" && text.starts_with("http") => links.push(text),
                    _ => collect_links(one, links),
                }
            }
        }
        _ => {}
    }
}

/// Whoever has the record without the node's key finds nothing out by trying.
async fn salt(app: &App) -> Vec<u8> {
    match own_key(&app.store, &app.seal, &*app.around).await {
        Ok(key) => key.sign(b"bartizan advisory: salt of what was removed").as_bytes().to_vec(),
        // Nobody can show later what it was; that it was taken out stands all the same.
        Err(_) => {
            let mut random = [0; 32];
            app.around.fill(&mut random);
            random.to_vec()
        }
    }
}
