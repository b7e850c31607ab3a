//! `bartizan knowledge show`

mod answers;
mod shown;

use bartizan_knowledge::{Domain, Link, Pack, Resolution};
use serde_json::{Map, Value, json};

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::{knowledge, out, terminal};

/// Prints each id; unknown ones make the exit code 1.
pub fn run(global: &Global, ids: &[String]) -> Result<Exit, Failure> {
    let pack = knowledge::open(global)?;
    let mut found: Vec<Value> = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    for id in ids {
        match lookup(pack, id.trim()) {
            Some(value) => found.push(value),
            None => unknown.push(id),
        }
    }
    if global.json {
        out::json(&json!({ "found": found, "unknown": unknown }))?;
    } else {
        let parts: Vec<String> = found.iter().map(shown::of).collect();
        out::text(&parts.join("\n"))?;
        for id in &unknown {
            out::note(&format!("{}: not in the knowledge pack", terminal::plain(id)));
        }
    }
    Ok(if unknown.is_empty() { Exit::Ok } else { Exit::Findings })
}

/// Whatever the pack says about `text`: an id as written or in upper case, a control, a name, or a value on a warning
/// list.
fn lookup(pack: &'static Pack, text: &str) -> Option<Value> {
    let upper = text.to_ascii_uppercase();
    let id = upper.as_str();
    match pack.resolve(id) {
        Resolution::Replaced(now) => {
            let mut value = live(pack, now)?;
            value["asked"] = json!(id);
            value["note"] = json!(format!("{id} was replaced by {now}"));
            return Some(value);
        }
        Resolution::Deprecated => {
            return Some(json!({ "id": id, "kind": "retired", "note": "withdrawn without a successor" }));
        }
        Resolution::Current | Resolution::Unknown => {}
    }
    live(pack, id)
        .or_else(|| answers::control(pack, text))
        .or_else(|| named(pack, text))
        .or_else(|| warned(pack, text))
}

fn live(pack: &'static Pack, id: &str) -> Option<Value> {
    if let Some(t) = pack.technique(id) {
        let subs: Vec<_> = pack
            .techniques()
            .iter()
            .filter(|s| s.parent == Some(t.id))
            .map(|s| json!({ "id": s.id, "name": s.name }))
            .collect();
        let mut value = json!({ "id": t.id, "kind": "technique", "name": t.name, "domain": t.domain.as_str(),
            "tactics": t.tactics, "platforms": t.platforms, "parent": t.parent, "sub_techniques": subs });
        add_links(pack, &mut value, id);
        answers::of_technique(pack, &mut value, t.id);
        return Some(value);
    }
    if let Some(o) = pack.object(id) {
        let names: Vec<&str> = pack
            .entries()
            .iter()
            .position(|e| e.id == Some(o.id))
            .map(|i| pack.names().iter().filter(|n| n.entry as usize == i).map(|n| n.text).collect())
            .unwrap_or_default();
        let others: Vec<&str> =
            names.into_iter().filter(|n| *n != o.name && !o.aliases.contains(n)).collect();
        let mut value = json!({ "id": o.id, "kind": format!("{:?}", o.kind).to_lowercase(), "name": o.name,
            "aliases": o.aliases, "names_of_other_sources": others });
        add_links(pack, &mut value, id);
        answers::of_countermeasure(pack, &mut value, o.id);
        return Some(value);
    }
    for domain in Domain::ALL {
        if let Some(t) = pack.tactics(domain).iter().find(|t| t.id == id) {
            let techniques: Vec<_> = pack
                .techniques()
                .iter()
                .filter(|x| x.domain == domain && x.parent.is_none() && x.tactics.contains(&t.short_name))
                .map(|x| json!({ "id": x.id, "name": x.name }))
                .collect();
            return Some(json!({ "id": t.id, "kind": "tactic", "name": t.name, "short_name": t.short_name,
                "domain": domain.as_str(), "techniques": techniques }));
        }
    }
    if let Some(name) = pack.cwe(id) {
        return Some(json!({ "id": id, "kind": "weakness", "name": name }));
    }
    if let Some(name) = pack.capec(id) {
        return Some(json!({ "id": id, "kind": "attack pattern", "name": name }));
    }
    pack.kev(id).map(|k| {
        json!({ "id": k.cve, "kind": "known exploited vulnerability", "name": format!("{} {}", k.vendor, k.product),
            "vendor": k.vendor, "product": k.product, "added": k.added, "ransomware": k.ransomware })
    })
}

/// Relations by kind, `uses` and `used by` and so on.
fn add_links(pack: &'static Pack, value: &mut Value, id: &str) {
    let mut groups: Map<String, Value> = Map::new();
    let mut push = |kind: String, other: &str| {
        let list = groups.entry(kind).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(json!({ "id": other, "name": name(pack, other) }));
        }
    };
    for Link { kind, target, .. } in pack.links_from(id) {
        push((*kind).to_owned(), target);
    }
    for Link { kind, source, .. } in pack.links_to(id) {
        push(passive(kind), source);
    }
    value["relations"] = Value::Object(groups);
}

fn passive(kind: &str) -> String {
    match kind {
        "uses" => "used by".into(),
        "mitigates" => "mitigated by".into(),
        "counters" => "countered by".into(),
        "counters-family" => "perhaps countered by".into(),
        "attributed-to" => "campaigns".into(),
        other => format!("{other} (from)"),
    }
}

fn name(pack: &'static Pack, id: &str) -> &'static str {
    pack.technique(id).map(|t| t.name).or_else(|| pack.object(id).map(|o| o.name)).unwrap_or_default()
}

/// An entry of the name lists, by any of its names, letter case aside.
fn named(pack: &'static Pack, text: &str) -> Option<Value> {
    let hits: Vec<_> = pack.names().iter().filter(|n| n.text.eq_ignore_ascii_case(text)).collect();
    let mut values = Vec::new();
    for hit in hits {
        let entry = pack.entries().get(hit.entry as usize)?;
        let value = match entry.id.and_then(|id| live(pack, id)) {
            Some(value) => value,
            None => {
                let names: Vec<&str> =
                    pack.names().iter().filter(|n| n.entry == hit.entry).map(|n| n.text).collect();
                json!({ "id": entry.id, "kind": entry.kind.as_str(), "name": entry.name, "aliases": names,
                    "country": entry.country })
            }
        };
        if !values.contains(&value) {
            values.push(value);
        }
    }
    let also = values.split_off(values.len().min(1));
    let mut first = values.pop()?;
    if !also.is_empty() {
        first["also"] = json!(also);
    }
    Some(first)
}

/// Warning lists that hold a value.
fn warned(pack: &'static Pack, text: &str) -> Option<Value> {
    let lower = text.to_ascii_lowercase();
    let lists = match lower.parse::<std::net::IpAddr>() {
        Ok(ip) => pack.ip_warnings(ip),
        Err(_) if lower.contains('@') => pack.email_warnings(&lower),
        Err(_) if lower.contains('.') => pack.domain_warnings(&lower),
        Err(_) => pack.hash_warnings(&lower),
    };
    let lists: Vec<_> = lists
        .into_iter()
        .filter_map(|name| pack.warning_list(name))
        .map(|l| json!({ "list": l.name, "class": l.class.as_str(), "title": l.title }))
        .collect();
    (!lists.is_empty()).then(|| json!({ "id": lower, "kind": "value on warning lists", "warnings": lists }))
}
