//! Vulnerabilities, weaknesses and the products they are in.

use super::mention::Mention;
use super::phrases::{Phrases, normal};
use super::prose::Prose;
use crate::observable::Extraction;
use crate::{EntityKind, ObservableKind, Provenance, Span};
use bartizan_knowledge::Pack;
use std::collections::BTreeMap;

/// CVE and CWE ids that extraction found, in text order.
pub(super) fn ids(prose: &Prose<'_>, extraction: &Extraction, pack: &'static Pack) -> Vec<Mention> {
    let mut out = Vec::new();
    for o in &extraction.observables {
        let (kind, name) = match o.kind {
            ObservableKind::Cve => (EntityKind::Vulnerability, o.value.clone()),
            ObservableKind::Cwe => {
                (EntityKind::Weakness, pack.cwe(&o.value).map_or_else(|| o.value.clone(), str::to_owned))
            }
            _ => continue,
        };
        for e in &o.evidence {
            // An id in a list of references is no claim of this report.
            let Some(line) = prose.line_at(e.span) else { continue };
            let (from, to) = words_of(prose, e.span);
            out.push(Mention {
                kind,
                name: name.clone(),
                id: Some(o.value.clone()),
                role: None,
                confidence: 0.98,
                provenance: Provenance::Stated,
                span: e.span,
                from,
                to,
                line,
            });
        }
    }
    out.sort_by_key(|m| m.span);
    out
}

/// Words a span covers.
pub(super) fn words_of(prose: &Prose<'_>, span: Span) -> (usize, usize) {
    let from = prose.word_at(span.start);
    let mut to = from;
    while prose.words.get(to).is_some_and(|w| w.span().start < span.end) {
        to += 1;
    }
    (from, to.max(from))
}

/// Products that the catalogue of exploited vulnerabilities names for the CVEs of this text, where the text names
/// them as well.
pub(super) fn products(prose: &Prose<'_>, vulnerabilities: &[Mention], pack: &'static Pack) -> Vec<Mention> {
    let mut forms: BTreeMap<String, String> = BTreeMap::new();
    for m in vulnerabilities {
        let Some(row) = m.id.as_deref().and_then(|id| pack.kev(id)) else { continue };
        for part in
            std::iter::once(row.product).chain(row.product.split(" and ")).chain(row.product.split(", "))
        {
            let form = normal(part);
            // `Multiple Products`, `Windows` alone says too little; the latter is kept with its vendor.
            if form.len() >= 4 && !form.starts_with("multiple") && !form.contains("products") {
                forms.insert(format!("{} {form}", normal(row.vendor)), format!("{} {part}", row.vendor));
                if form.contains(' ') || part.chars().skip(1).any(char::is_uppercase) {
                    forms.insert(form, format!("{} {part}", row.vendor));
                }
            }
        }
    }
    if forms.is_empty() {
        return Vec::new();
    }
    let index = Phrases::new(forms);
    let mut out = Vec::new();
    for (l, line) in prose.lines.iter().enumerate() {
        let mut i = line.from;
        while i < line.to {
            let hit = index.at(prose, i, line.to).next().map(|(n, name)| (n, name.clone()));
            match hit {
                Some((n, name)) if prose.capital(i) && prose.words.get(i).is_some_and(|w| !w.masked) => {
                    out.push(Mention {
                        kind: EntityKind::Product,
                        name,
                        id: None,
                        role: Some("affected"),
                        confidence: 0.85,
                        provenance: Provenance::Named,
                        span: prose.span(i, i + n),
                        from: i,
                        to: i + n,
                        line: l,
                    });
                    i += n;
                }
                _ => i += 1,
            }
        }
    }
    out
}
