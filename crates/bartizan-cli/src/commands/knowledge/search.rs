//! `bartizan knowledge search`

use bartizan_knowledge::{Domain, Pack};
use serde_json::json;

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::{knowledge, out, terminal};

struct Hit {
    /// Lower is better: the name itself, its beginning, a part of it, an alias.
    rank: u8,
    kind: &'static str,
    id: String,
    name: &'static str,
    /// The alias that matched, if the name did not.
    alias: Option<&'static str>,
}

/// Prints what matches; exit code 1 if nothing does.
pub fn run(global: &Global, words: &[String], limit: usize) -> Result<Exit, Failure> {
    let pack = knowledge::open(global)?;
    let wanted = words.join(" ").to_lowercase();
    let mut hits = search(pack, &wanted);
    hits.sort_by(|a, b| (a.rank, a.kind, a.name, &a.id).cmp(&(b.rank, b.kind, b.name, &b.id)));
    hits.dedup_by(|a, b| a.id == b.id && a.name == b.name && a.kind == b.kind);
    let total = hits.len();
    hits.truncate(limit);
    if global.json {
        let list: Vec<_> = hits
            .iter()
            .map(|h| json!({ "id": h.id, "kind": h.kind, "name": h.name, "matched": h.alias.unwrap_or(h.name) }))
            .collect();
        out::json(&json!({ "total": total, "results": list }))?;
    } else {
        let style = terminal::Style::stdout();
        let mut text = String::new();
        for hit in &hits {
            let alias = hit.alias.map(|a| format!(" (also {a})")).unwrap_or_default();
            let id = format!("{:<15}", hit.id);
            text += &format!("{} {:<16} {}{}\n", style.bold(&id), hit.kind, hit.name, style.dim(&alias));
        }
        if total > hits.len() {
            text += &format!("… and {} more; --limit {total} shows all\n", total - hits.len());
        }
        out::text(&text)?;
        if total == 0 {
            out::note(&format!("nothing in the knowledge pack matches {:?}", terminal::plain(&wanted)));
        }
    }
    Ok(if total == 0 { Exit::Findings } else { Exit::Ok })
}

fn search(pack: &'static Pack, wanted: &str) -> Vec<Hit> {
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let rank = |text: &str| {
        let text = text.to_lowercase();
        if text == wanted {
            Some(0)
        } else if text.starts_with(wanted) {
            Some(1)
        } else {
            words.iter().all(|w| text.contains(w)).then_some(2)
        }
    };
    let mut hits = Vec::new();
    let mut look = |kind: &'static str, id: &str, name: &'static str, alias: Option<&'static str>| {
        let found = match alias {
            None => rank(name).or_else(|| rank(id)),
            Some(alias) => rank(alias).map(|r| r + 3),
        };
        if let Some(rank) = found {
            hits.push(Hit { rank, kind, id: id.to_owned(), name, alias });
        }
    };
    for domain in Domain::ALL {
        for t in pack.tactics(domain) {
            look("tactic", t.id, t.name, None);
        }
    }
    for t in pack.techniques() {
        look("technique", t.id, t.name, None);
    }
    for o in pack.objects() {
        look(o.kind.as_str(), o.id, o.name, None);
    }
    for n in pack.names() {
        let Some(entry) = pack.entries().get(n.entry as usize) else { continue };
        let kind = match entry.id.and_then(|id| pack.object(id)) {
            Some(object) => object.kind.as_str(),
            None => entry.kind.as_str(),
        };
        let alias = (n.text != entry.name).then_some(n.text);
        look(kind, entry.id.unwrap_or("-"), entry.name, alias);
    }
    for l in pack.cwe_list() {
        look("weakness", l.id, l.name, None);
    }
    for l in pack.capec_list() {
        look("attack pattern", l.id, l.name, None);
    }
    for k in pack.kev_list() {
        look("exploited", k.cve, k.product, Some(k.vendor).filter(|v| rank(v).is_some()));
    }
    hits
}
