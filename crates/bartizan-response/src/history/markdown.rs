//! Links and changes for readers, as CommonMark; text of reports is escaped.

use super::{Changes, Claim, Link, Part};
use crate::markdown::escape;
use std::fmt::Write;

/// Claims listed of one sort; the rest is counted.
const LISTED: usize = 200;

/// Section of `report.md` about earlier reports.
pub(crate) fn links(out: &mut String, links: &[Link]) {
    if links.is_empty() {
        return;
    }
    out.push_str("## Earlier reports\n\n");
    for link in links {
        let when = link.head.published.as_deref().unwrap_or("undated");
        let _ = writeln!(
            out,
            "- **{}** link to {} ({}, {})",
            link.strength.as_str(),
            title(&link.head.title),
            escape(when),
            link.head.marking.as_str()
        );
        for shared in link.shared.iter().take(5) {
            let _ = writeln!(
                out,
                "  - {} {} — here {}, there {}; {} in the library",
                escape(&shared.here.kind),
                escape(&shared.here.label),
                quote(&shared.here),
                quote(&shared.there),
                shared.holders
            );
        }
        if link.count > 5 {
            let _ = writeln!(out, "  - and {} more in common", link.count - 5);
        }
        if !link.techniques.is_empty() {
            let some: Vec<&str> = link.techniques.iter().take(8).map(String::as_str).collect();
            let _ =
                writeln!(out, "  - techniques alike by {:.2}: {}", link.similarity, escape(&some.join(", ")));
        }
    }
    out.push('\n');
}

/// The whole of `changes.md`.
pub fn changes(changes: &Changes) -> String {
    let mut out =
        format!("# What changed: {}\n\n{}\n\n", title(&changes.new.title), changes.marking.as_str());
    let edition = |e: &super::Edition| {
        let day = e.published.as_deref().map_or_else(|| "undated".to_owned(), |d| format!("published {d}"));
        format!("{day}, analysed {}, SHA-256 `{}`", escape(&e.generated), e.sha256)
    };
    let _ = writeln!(out, "- Older: {}\n- Newer: {}\n", edition(&changes.old), edition(&changes.new));
    if changes.is_empty() {
        out.push_str("Nothing differs.\n");
        return out;
    }
    if !changes.facts.is_empty() {
        out.push_str("## The whole\n\n");
        for fact in &changes.facts {
            let _ = writeln!(out, "- {}: {} → {}", fact.label, or_none(&fact.old), or_none(&fact.new));
        }
        out.push('\n');
    }
    for part in &changes.parts {
        section(&mut out, part);
    }
    out
}

fn section(out: &mut String, part: &Part) {
    let name = match part.key {
        "techniques" => "Techniques",
        "observables" => "Observables",
        _ => "Names",
    };
    let _ = writeln!(
        out,
        "## {name}: {} new, {} withdrawn, {} changed, {} the same\n",
        part.added.len(),
        part.withdrawn.len(),
        part.changed.len(),
        part.same
    );
    for (sign, claims) in [("new", &part.added), ("withdrawn", &part.withdrawn)] {
        for claim in claims.iter().take(LISTED) {
            let _ = writeln!(out, "- **{sign}**: {} — {}", told(claim), quote(claim));
        }
        more(out, claims.len());
    }
    for changed in part.changed.iter().take(LISTED) {
        let _ = writeln!(
            out,
            "- **changed**: {} → {} — {}",
            told(&changed.old),
            told(&changed.new),
            quote(&changed.new)
        );
    }
    more(out, part.changed.len());
    out.push('\n');
}

fn more(out: &mut String, count: usize) {
    if count > LISTED {
        let _ = writeln!(out, "- … and {} more in `changes.json`", count - LISTED);
    }
}

fn told(claim: &Claim) -> String {
    let grade = if claim.grade.is_empty() { String::new() } else { format!(", {}", escape(&claim.grade)) };
    let kind = if claim.kind == "technique" { String::new() } else { format!("{} ", escape(&claim.kind)) };
    format!("{kind}{} ({:.2}{grade})", escape(&claim.label), claim.confidence)
}

fn quote(claim: &Claim) -> String {
    match claim.evidence.first() {
        Some(place) if !place.sentence.is_empty() => format!("“{}”", escape(&place.sentence)),
        Some(place) => format!("“{}”", escape(&place.quote)),
        None => "no place given".to_owned(),
    }
}

fn title(text: &str) -> String {
    if text.is_empty() { "an untitled report".to_owned() } else { escape(text) }
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "none".to_owned() } else { escape(text) }
}
