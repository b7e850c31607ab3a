//! `bartizan knowledge status`

use bartizan_knowledge::{Domain, NameKind, ObjectKind, Pack};
use serde_json::json;

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::knowledge::{self, Origin};
use crate::{out, terminal};

/// Prints it.
pub fn run(global: &Global) -> Result<Exit, Failure> {
    let (pack, origin) = knowledge::open_with_origin(global)?;
    let (place, path) = match &origin {
        Origin::Given(path) => ("given", Some(path.display().to_string())),
        Origin::Installed(path) => ("installed", Some(path.display().to_string())),
        Origin::BuiltIn => ("built-in", None),
    };
    let counts = counts(pack);
    let bytes: usize = pack.section_sizes().map(|(_, n)| n).sum();
    if global.json {
        let sources: Vec<_> = pack
            .sources()
            .iter()
            .map(|s| {
                json!({ "name": s.name, "version": s.version, "date": s.date, "licence": s.licence,
                        "records": s.records })
            })
            .collect();
        let counts: serde_json::Map<_, _> =
            counts.iter().map(|(name, n)| ((*name).to_owned(), json!(n))).collect();
        let sections: serde_json::Map<_, _> =
            pack.section_sizes().map(|(name, n)| (name.to_owned(), json!(n))).collect();
        let lists: Vec<_> = pack
            .warning_lists()
            .iter()
            .map(|l| json!({ "name": l.name, "title": l.title, "class": l.class.as_str(), "values": l.values }))
            .collect();
        out::json(&json!({ "origin": place, "path": path, "built": pack.built(), "bytes": bytes,
            "model_bytes": pack.model().len(), "sources": sources, "counts": counts, "sections": sections,
            "warning_lists": lists }))?;
        return Ok(Exit::Ok);
    }
    let style = terminal::Style::stdout();
    let mut text = format!("{} {place}, built {}", style.bold("Knowledge pack:"), pack.built());
    if let Some(path) = path {
        text += &format!(", {}", terminal::plain(&path));
    }
    text += &format!(", {} KiB\n\n{}\n", bytes / 1024, style.bold("Sources"));
    for s in pack.sources() {
        let date = if s.date.is_empty() { "-" } else { s.date };
        text += &format!(
            "  {:<30} {:<14} {date:<11} {:>7}  {}\n",
            s.name,
            s.version,
            s.records,
            style.dim(s.licence)
        );
    }
    text += &format!("\n{}\n", style.bold("Holds"));
    for (name, n) in counts {
        text += &format!("  {name:<30} {n:>7}\n");
    }
    out::text(&text)?;
    Ok(Exit::Ok)
}

fn counts(pack: &Pack) -> Vec<(&'static str, usize)> {
    let techniques = |d| pack.techniques().iter().filter(|t| t.domain == d).count();
    let objects = |k| pack.objects().iter().filter(|o| o.kind == k).count();
    let entries = |k| pack.entries().iter().filter(|e| e.kind == k).count();
    vec![
        ("techniques, enterprise", techniques(Domain::Enterprise)),
        ("techniques, mobile", techniques(Domain::Mobile)),
        ("techniques, ICS", techniques(Domain::Ics)),
        ("techniques, ATLAS", techniques(Domain::Atlas)),
        ("tactics", Domain::ALL.iter().map(|d| pack.tactics(*d).len()).sum()),
        ("retired ids", pack.fates().len()),
        ("groups", objects(ObjectKind::Group)),
        ("malware", objects(ObjectKind::Malware)),
        ("tools", objects(ObjectKind::Tool)),
        ("campaigns", objects(ObjectKind::Campaign)),
        ("mitigations", objects(ObjectKind::Mitigation)),
        ("countermeasures", objects(ObjectKind::Countermeasure)),
        ("relations", pack.links().len()),
        ("named actors", entries(NameKind::Actor)),
        ("named malware and tools", entries(NameKind::Malware) + entries(NameKind::Tool)),
        ("names", pack.names().len()),
        ("weaknesses", pack.cwe_list().len()),
        ("attack patterns", pack.capec_list().len()),
        ("exploited vulnerabilities", pack.kev_list().len()),
        ("top-level domains", pack.tlds().len()),
        ("warning lists", pack.warning_lists().len()),
    ]
}
