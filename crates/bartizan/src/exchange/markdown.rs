//! `report.md`: the analysis for readers. Text from the report is escaped; observables are defanged.

use super::text::{count, defang, one_line};
use super::{Summary, summary};
use crate::{Analysis, Evidence, NodeRef, Observable, TechniqueMapping, Verdict};
use bartizan_knowledge::{Domain, Pack};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Rows of a table before the reader is sent to `observables.csv`.
const ROWS: usize = 500;
/// Longest quotation, in characters.
const QUOTE: usize = 320;

/// The report as CommonMark with tables.
pub fn report(analysis: &Analysis, pack: &Pack) -> String {
    report_with(analysis, pack, "")
}

/// The report with further sections, which stand before the diagnostics.
pub fn report_with(analysis: &Analysis, pack: &Pack, sections: &str) -> String {
    let sum = summary(analysis);
    let mut out = String::new();
    head(&mut out, analysis, &sum);
    techniques(&mut out, analysis, pack);
    observables(&mut out, analysis, "Indicators", Verdict::Indicator);
    observables(&mut out, analysis, "Other observables", Verdict::Observable);
    entities(&mut out, analysis);
    relations(&mut out, analysis);
    events(&mut out, analysis);
    mitigations(&mut out, analysis);
    out.push_str(sections);
    diagnostics(&mut out, analysis);
    let _ = write!(
        out,
        "---\n\nMade by Bartizan {} with {} on {}. Document SHA-256 `{}`.\n",
        env!("CARGO_PKG_VERSION"),
        escape(if analysis.pack.is_empty() { "no knowledge pack" } else { &analysis.pack }),
        super::timestamp(analysis.now).get(..10).unwrap_or_default(),
        code(&analysis.document.sha256),
    );
    out
}

fn head(out: &mut String, analysis: &Analysis, sum: &Summary) {
    let _ = write!(
        out,
        "# {}\n\n**{}**\n\n{}\n\n",
        escape(&sum.title),
        super::marking(analysis),
        escape(&sum.brief)
    );
    let figures: Vec<String> = sum
        .figures
        .iter()
        .map(|f| {
            let note = if f.note.is_empty() { String::new() } else { format!(" ({})", escape(&f.note)) };
            format!("**{}** {}{note}", f.value, f.label)
        })
        .collect();
    let _ = write!(out, "{}\n\n## Key facts\n\n", figures.join(" · "));
    for fact in &sum.facts {
        let _ = writeln!(out, "- **{}:** {}", fact.label, escape(&fact.value));
    }
    let metadata = &analysis.document.metadata;
    let authors = metadata.authors.join(", ");
    for (label, value) in [
        ("Publisher", metadata.publisher.as_deref()),
        ("Authors", Some(authors.as_str()).filter(|a| !a.is_empty())),
        ("Published", metadata.published.as_deref()),
        ("Changed", metadata.modified.as_deref()),
        ("Source", metadata.source_url.as_deref()),
        ("Language", metadata.language.as_deref()),
    ] {
        if let Some(value) = value {
            let shown =
                if label == "Source" { format!("`{}`", code(value)) } else { escape(&one_line(value, 240)) };
            let _ = writeln!(out, "- **{label}:** {shown}");
        }
    }
    out.push('\n');
}

fn techniques(out: &mut String, analysis: &Analysis, pack: &Pack) {
    if analysis.techniques.is_empty() {
        out.push_str("## Techniques\n\nThe text describes no technique.\n\n");
        return;
    }
    let _ = write!(
        out,
        "## Techniques\n\n{}, by tactic.\n\n",
        count(analysis.techniques.len(), "technique", "techniques")
    );
    // In matrix order; a tactic of several matrices stands where the first has it.
    let matrices = [Domain::Enterprise, Domain::Mobile, Domain::Ics, Domain::Atlas];
    let known: Vec<(&str, &str)> =
        matrices.into_iter().flat_map(|d| pack.tactics(d)).map(|t| (t.short_name, t.name)).collect();
    let rank = |tactic: &str| known.iter().position(|(short, _)| *short == tactic).unwrap_or(known.len());
    let mut by: BTreeMap<(usize, &str), Vec<&TechniqueMapping>> = BTreeMap::new();
    for t in &analysis.techniques {
        for tactic in &t.tactics {
            by.entry((rank(tactic), tactic)).or_default().push(t);
        }
        if t.tactics.is_empty() {
            by.entry((known.len(), "")).or_default().push(t);
        }
    }
    let mut told = std::collections::BTreeSet::new();
    for ((rank, tactic), here) in by {
        let name =
            known.get(rank).map_or(if tactic.is_empty() { "No tactic" } else { tactic }, |(_, name)| name);
        let _ = write!(out, "### {}\n\n", escape(name));
        for t in here {
            let _ = write!(
                out,
                "- **{} {}** — {}, {}",
                escape(&t.id),
                escape(&t.name),
                sure(t.confidence),
                t.provenance.as_str()
            );
            if let Some(old) = &t.mapped_from {
                let _ = write!(out, ", given as {}", escape(old));
            }
            out.push('\n');
            // The quotation stands once, under the first tactic.
            if told.insert((&t.domain, &t.id)) {
                for e in t.evidence.iter().take(3) {
                    let _ = writeln!(out, "  > {}", quotation(analysis, e));
                    out.push_str("  >\n");
                }
                if out.ends_with("  >\n") {
                    out.truncate(out.len() - 4);
                }
            }
        }
        out.push('\n');
    }
}

fn sure(confidence: crate::Confidence) -> String {
    format!("{} ({:.2})", confidence.word(), confidence.get())
}

fn quotation(analysis: &Analysis, e: &Evidence) -> String {
    let words = escape(&one_line(e.sentence.of(&analysis.document.text), QUOTE));
    match analysis.document.page_of(e.span) {
        Some(page) => format!("{words} (page {page})"),
        None => words,
    }
}

fn observables(out: &mut String, analysis: &Analysis, title: &str, verdict: Verdict) {
    let rows: Vec<&Observable> = analysis.observables.iter().filter(|o| o.verdict == verdict).collect();
    if rows.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "## {title}\n\nValues are defanged; `observables.csv` has them raw.\n\n| type | value | why | confidence |\n|---|---|---|---|\n"
    );
    for o in rows.iter().take(ROWS) {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            o.kind.as_str(),
            cell_code(&one_line(&defang(o.kind, &o.value), 400)),
            escape(&one_line(&o.verdict_reason, 200)),
            sure(o.confidence),
        );
    }
    if rows.len() > ROWS {
        let _ = writeln!(out, "\n… and {} more in `observables.csv`.", rows.len() - ROWS);
    }
    out.push('\n');
}

fn entities(out: &mut String, analysis: &Analysis) {
    if analysis.entities.is_empty() {
        return;
    }
    out.push_str("## Who and what\n\n| kind | name | role | how | confidence |\n|---|---|---|---|---|\n");
    for e in analysis.entities.iter().take(ROWS) {
        let mut name = escape(&one_line(&e.name, 200));
        if let Some(id) = &e.knowledge_id {
            let _ = write!(name, " ({})", escape(id));
        }
        if !e.aliases.is_empty() {
            let _ = write!(name, ", also {}", escape(&one_line(&e.aliases.join(", "), 300)));
        }
        let _ = writeln!(
            out,
            "| {} | {name} | {} | {} | {} |",
            e.kind.as_str(),
            escape(e.role.as_deref().unwrap_or("")),
            e.provenance.as_str(),
            sure(e.confidence)
        );
    }
    out.push('\n');
}

fn relations(out: &mut String, analysis: &Analysis) {
    if analysis.relations.is_empty() {
        return;
    }
    out.push_str("## Relations\n\n");
    for r in analysis.relations.iter().take(ROWS) {
        let _ = writeln!(
            out,
            "- {} *{}* {} — {}",
            node(analysis, r.source),
            r.kind.as_str(),
            node(analysis, r.target),
            sure(r.confidence)
        );
        if let Some(e) = r.evidence.first() {
            let _ = writeln!(out, "  > {}", quotation(analysis, e));
        }
    }
    out.push('\n');
}

fn node(analysis: &Analysis, node: NodeRef) -> String {
    let name = match node {
        NodeRef::Entity(i) => analysis.entities.get(i as usize).map(|e| e.name.clone()),
        NodeRef::Observable(i) => analysis.observables.get(i as usize).map(|o| defang(o.kind, &o.value)),
        NodeRef::Technique(i) => analysis.techniques.get(i as usize).map(|t| format!("{} {}", t.id, t.name)),
        NodeRef::Mitigation(i) => {
            analysis.mitigations.get(i as usize).map(|m| format!("{} {}", m.id, m.name))
        }
    };
    escape(&one_line(&name.unwrap_or_default(), 200))
}

fn events(out: &mut String, analysis: &Analysis) {
    if analysis.events.is_empty() {
        return;
    }
    out.push_str("## Timeline\n\n| when | what | kind | confidence |\n|---|---|---|---|\n");
    for e in analysis.events.iter().take(ROWS) {
        let day = match (&e.when.earliest, &e.when.latest, e.when.days) {
            (Some(a), Some(b), _) if a != b => format!("{a} to {b}"),
            (Some(a), _, _) | (None, Some(a), _) => a.clone(),
            (None, None, Some(days)) => count(days as usize, "day", "days"),
            (None, None, None) => String::new(),
        };
        let _ = writeln!(
            out,
            "| {} ({}) | {} | {} | {} |",
            escape(&day),
            escape(&one_line(&e.when.text, 80)),
            escape(&one_line(&e.summary, 300)),
            e.kind.as_str(),
            sure(e.confidence)
        );
    }
    out.push('\n');
}

fn mitigations(out: &mut String, analysis: &Analysis) {
    if analysis.mitigations.is_empty() {
        return;
    }
    out.push_str("## Mitigations\n\n");
    for m in analysis.mitigations.iter().take(ROWS) {
        let _ = writeln!(
            out,
            "- **{} {}** — {}, {}",
            escape(&m.id),
            escape(&m.name),
            sure(m.confidence),
            m.provenance.as_str()
        );
        if let Some(e) = m.evidence.first() {
            let _ = writeln!(out, "  > {}", quotation(analysis, e));
        }
    }
    out.push('\n');
}

fn diagnostics(out: &mut String, analysis: &Analysis) {
    if analysis.diagnostics.is_empty() {
        return;
    }
    out.push_str("## Diagnostics\n\n");
    for d in analysis.diagnostics.iter().take(ROWS) {
        let _ = writeln!(
            out,
            "- `{}` ({}): {}",
            d.code.as_str(),
            d.severity.as_str(),
            escape(&one_line(&d.message, 400))
        );
    }
    out.push('\n');
}

/// Text as text: what CommonMark, GitHub's extensions or HTML give a meaning to is escaped where it has one,
/// and nothing in it becomes a link (renderers link bare addresses).
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    // A list item, heading or rule can only start a line, and we write one line.
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 && rest[digits..].starts_with(['.', ')']) {
        out.push_str(&rest[..digits]);
        out.push('\\');
        rest = &rest[digits..];
    } else if rest.starts_with(['-', '+', '#', '=', ':']) {
        out.push('\\');
    }
    for (at, c) in rest.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // Autolinks need `://`, `www.` or `@`: the entity reads the same and links nothing.
            '@' => out.push_str("&#64;"),
            ':' if rest[at..].starts_with("://") => out.push_str("&#58;"),
            '.' if rest[..at].bytes().rev().take(3).all(|b| b.eq_ignore_ascii_case(&b'w')) && at >= 3 => {
                out.push_str("&#46;");
            }
            '\n' | '\r' => out.push(' '),
            // What turns the direction of text could show other words than there are.
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Inside a code span: only the back-tick has a meaning there.
fn code(text: &str) -> String {
    text.chars().filter(|c| *c != '`' && !c.is_control()).collect()
}

/// A code span for a table cell. Values with characters that end a cell or a span are written as escaped text.
fn cell_code(text: &str) -> String {
    if text.contains(['`', '|', '\\']) || text.trim() != text || text.is_empty() {
        escape(text)
    } else {
        format!("`{text}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rendered by an independent implementation, escaped text must come out as plain text.
    #[test]
    fn escaped_text_is_only_text() {
        for nasty in [
            "<script>alert(1)</script> [x](javascript:alert(1)) ![y](z) **b** `c` | d",
            "# heading - list > quote 1. item https://evil.example www.evil.example a@b.example",
            "\\`\\*\\<img src=x onerror=y> &lt; ~~s~~ $x$ ^y^ ==z== [^1] [ ] http://[::1]/",
            "- item",
            "+ item",
            "1. item",
            "12) item",
            "--- x",
            "=== x",
            "> quote",
            ": definition",
            "| a | b |",
        ] {
            let escaped = escape(nasty);
            use pulldown_cmark::Options as O;
            let github = O::ENABLE_TABLES
                | O::ENABLE_STRIKETHROUGH
                | O::ENABLE_FOOTNOTES
                | O::ENABLE_TASKLISTS
                | O::ENABLE_MATH
                | O::ENABLE_GFM
                | O::ENABLE_DEFINITION_LIST;
            let parser = pulldown_cmark::Parser::new_ext(&escaped, github);
            let mut words = String::new();
            for event in parser {
                match event {
                    pulldown_cmark::Event::Text(t) => words += &t,
                    pulldown_cmark::Event::Start(pulldown_cmark::Tag::Paragraph)
                    | pulldown_cmark::Event::End(pulldown_cmark::TagEnd::Paragraph) => {}
                    other => panic!("{nasty:?} became {other:?}"),
                }
            }
            assert_eq!(words, nasty);
        }
    }
}
