//! `changes.html`: what differs between two analyses. A page without scripts.

use crate::assets;
use crate::safe::{Markup, clipped, shown};
use askama::Template;
use bartizan_response::history::{Changed, Changes, Claim, Edition, Part};

/// Rows shown of one sort; `changes.json` has all.
const ROWS: usize = 500;
/// Longest passage shown, in characters.
const WORDS: usize = 300;

/// Renders `changes.html`: one self-contained file that opens offline. Same argument, same bytes.
pub fn changes(changes: &Changes) -> String {
    let page = Page::new(changes);
    // The template holds nothing that can fail, and writing into a String cannot.
    page.render().expect("rendering into memory")
}

#[derive(Template)]
#[template(path = "changes.html")]
struct Page {
    policy: String,
    css: &'static str,
    title: String,
    tlp: &'static str,
    tlp_class: &'static str,
    editions: [EditionView; 2],
    figures: [(usize, &'static str); 3],
    facts: Vec<(&'static str, String, String)>,
    parts: Vec<PartView>,
    empty: bool,
}

struct EditionView {
    which: &'static str,
    about: String,
    sha256: String,
}

struct PartView {
    id: &'static str,
    name: &'static str,
    counts: String,
    rows: Vec<Row>,
    more: usize,
}

struct Row {
    sign: &'static str,
    kind: String,
    label: String,
    was: String,
    now: String,
    place: Markup,
}

impl Page {
    fn new(changes: &Changes) -> Self {
        let (added, withdrawn, changed) = changes.counts();
        let title = if changes.new.title.is_empty() { "Untitled report" } else { &changes.new.title };
        let fact = |text: &str| if text.is_empty() { "none".to_owned() } else { shown(text).into_owned() };
        Self {
            policy: assets::still_policy(),
            css: assets::CSS,
            title: shown(title).into_owned(),
            tlp: changes.marking.as_str(),
            tlp_class: crate::tlp_class(changes.marking),
            editions: [edition("Older", &changes.old), edition("Newer", &changes.new)],
            figures: [(added, "new"), (withdrawn, "withdrawn"), (changed, "changed")],
            facts: changes.facts.iter().map(|f| (f.label, fact(&f.old), fact(&f.new))).collect(),
            parts: changes.parts.iter().map(part).collect(),
            empty: changes.is_empty(),
        }
    }
}

fn edition(which: &'static str, edition: &Edition) -> EditionView {
    let day = edition.published.as_ref().map_or_else(|| "undated".to_owned(), |d| format!("published {d}"));
    let about = shown(&format!("{day} · analysed {}", edition.generated)).into_owned();
    EditionView { which, about, sha256: edition.sha256.clone() }
}

fn part(part: &Part) -> PartView {
    let (id, name) = match part.key {
        "techniques" => ("techniques", "Techniques"),
        "observables" => ("observables", "Observables"),
        _ => ("entities", "Names"),
    };
    let added = part.added.iter().map(|c| row("new", None, Some(c)));
    let withdrawn = part.withdrawn.iter().map(|c| row("withdrawn", Some(c), None));
    let changed = part.changed.iter().map(|Changed { old, new }| row("changed", Some(old), Some(new)));
    let all = part.added.len() + part.withdrawn.len() + part.changed.len();
    PartView {
        id,
        name,
        counts: format!(
            "{} new, {} withdrawn, {} changed, {} the same",
            part.added.len(),
            part.withdrawn.len(),
            part.changed.len(),
            part.same
        ),
        rows: added.chain(withdrawn).chain(changed).take(ROWS).flatten().collect(),
        more: all.saturating_sub(ROWS),
    }
}

fn row(sign: &'static str, old: Option<&Claim>, new: Option<&Claim>) -> Option<Row> {
    let claim = new.or(old)?;
    let told = |c: Option<&Claim>| {
        c.map_or_else(String::new, |c| match c.grade.as_str() {
            "" => format!("{:.2}", c.confidence),
            grade => format!("{:.2} {}", c.confidence, shown(grade)),
        })
    };
    let place = claim.evidence.first();
    let words = place.map_or("", |p| if p.sentence.is_empty() { &p.quote } else { &p.sentence });
    let kind = if claim.kind == "technique" { String::new() } else { claim.kind.replace('_', " ") };
    Some(Row {
        sign,
        kind,
        label: clipped(&claim.label, WORDS),
        was: told(old),
        now: told(new),
        place: Markup::quoted(&clipped(words, WORDS)),
    })
}
