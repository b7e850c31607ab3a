//! Withdrawing an advisory: a last edition that says so and why, and takes back what was said before (CSAF 2.1, section 4.6, profile
//! `csaf_withdrawn`; CSAF 2.0 has no profile for it, so the same content is `csaf_base` there).

use serde_json::{Map, Value, json};

use crate::advisory::{Advisory, ProductStatus, Statement};
use crate::csaf::Version;
use crate::read;
use crate::translations::{Term, translate};

/// What the title of a withdrawn advisory begins with.
pub(crate) const TITLE: &str = "Withdrawn: ";
/// The title of the note that says why, in English (CSAF 2.1, section 4.6).
const REASON: &str = "Reasoning for Withdrawal";

/// Makes a document one that withdraws the advisory: without products and vulnerabilities, with a note that says why. Whom it thanked for a
/// vulnerability it thanks for the whole, letter for letter. Its tracking is left to whoever releases it.
pub fn withdraw(document: &mut Value, reason: &str) {
    let version = read::version(document);
    let Some(root) = document.as_object_mut() else { return };
    root.remove("product_tree");
    let thanks = root.remove("vulnerabilities").map(|all| thanks(&all)).unwrap_or_default();
    let Some(part) = root.get_mut("document").and_then(Value::as_object_mut) else { return };
    let category = if version == Some(Version::V2_1) { "csaf_withdrawn" } else { "csaf_base" };
    part.insert("category".into(), category.into());
    part.remove("aggregate_severity");
    let title = part.get("title").and_then(Value::as_str).unwrap_or_default();
    if !title.starts_with(TITLE) {
        part.insert("title".into(), format!("{TITLE}{title}").into());
    }
    let title = term(part.get("lang").and_then(Value::as_str).unwrap_or("en"));
    // What it is about, and how it may be used, still holds; details and descriptions are taken back.
    let stays = |note: &&Value| {
        let category = note.get("category").and_then(Value::as_str);
        matches!(category, Some("legal_disclaimer" | "general" | "other"))
            && note.get("title").and_then(Value::as_str) != Some(title)
    };
    let mut notes = vec![json!({ "category": "description", "title": title, "text": reason })];
    notes.extend(part.get("notes").and_then(Value::as_array).into_iter().flatten().filter(stays).cloned());
    part.insert("notes".into(), notes.into());
    let mut all = list(part, "acknowledgments");
    let more: Vec<Value> = thanks.into_iter().filter(|thank| !all.contains(thank)).collect();
    all.extend(more);
    if !all.is_empty() {
        part.insert("acknowledgments".into(), all.into());
    }
}

/// Why a document withdraws its advisory; `None`: it does not.
pub(crate) fn reason(document: &Value) -> Option<String> {
    let part = document.get("document")?;
    let category = part.get("category")?.as_str()?;
    let notes = part.get("notes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let described = |note: &&Value| note.get("category").and_then(Value::as_str) == Some("description");
    let title = term(part.get("lang").and_then(Value::as_str).unwrap_or("en"));
    let titled = |note: &&Value| {
        note.get("title").and_then(Value::as_str).is_some_and(|told| [REASON, title].contains(&told))
    };
    let text = |note: &Value| note.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    match category {
        "csaf_withdrawn" => {
            let note =
                notes.iter().find(|n| described(n) && titled(n)).or_else(|| notes.iter().find(described));
            Some(note.map(text).unwrap_or_default())
        }
        "csaf_base"
            if document.get("vulnerabilities").is_none() && document.get("product_tree").is_none() =>
        {
            let withdrawn = part.get("title").and_then(Value::as_str).is_some_and(|t| t.starts_with(TITLE));
            notes.iter().find(|n| withdrawn && described(n) && titled(n)).map(text)
        }
        _ => None,
    }
}

/// The title of the note in a language, a tag of BCP 47; in English where no translation is recorded.
fn term(language: &str) -> &'static str {
    let first = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    translate(Term::ReasoningForWithdrawal, &first).unwrap_or(REASON)
}

fn thanks(vulnerabilities: &Value) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    for item in vulnerabilities.as_array().into_iter().flatten().filter_map(Value::as_object) {
        for thank in list(item, "acknowledgments") {
            if !found.contains(&thank) {
                found.push(thank);
            }
        }
    }
    found
}

fn list(object: &Map<String, Value>, key: &str) -> Vec<Value> {
    object.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}

impl Advisory {
    /// This advisory as the edition that withdraws it leaves it, for formats whose receivers know each vulnerability or object for itself:
    /// the title, the dates and the reason are that edition's; what it spoke of is named still.
    #[must_use]
    pub fn withdrawn_by(&self, last: &Advisory) -> Advisory {
        let mut vulnerabilities = self.vulnerabilities.clone();
        for item in &mut vulnerabilities {
            item.acknowledgements.retain(|thank| !last.acknowledgements.contains(thank));
        }
        Advisory { products: self.products.clone(), vulnerabilities, ..last.clone() }
    }

    /// The same, without anything it claimed: no product is affected, fixed or not affected by its word any more, nothing is scored, and
    /// nothing is advised.
    #[must_use]
    pub fn retracted_by(&self, last: &Advisory) -> Advisory {
        let mut advisory = self.withdrawn_by(last);
        let reason = last.withdrawn.clone().unwrap_or_default();
        for item in &mut advisory.vulnerabilities {
            let mut named: Vec<String> = Vec::new();
            for statement in item.statuses.drain(..) {
                if !named.contains(&statement.product) {
                    named.push(statement.product);
                }
            }
            let open = |product| Statement {
                product,
                status: ProductStatus::UnderInvestigation,
                justification: None,
                impact: None,
            };
            item.statuses = named.into_iter().map(open).collect();
            item.scores.clear();
            item.remediations.clear();
            item.threats.clear();
            item.description = format!("{TITLE}{reason}");
            if !item.title.starts_with(TITLE) {
                item.title = format!("{TITLE}{}", item.title);
            }
            item.notes.clear();
        }
        advisory
    }
}
