//! `cargo xtask schema`: the published JSON Schemas, made from the wire types.

use anyhow::{Context, bail};
use std::path::Path;

/// Writes the schemas under `docs/schema`, or with `check` says which are stale.
pub fn run(root: &Path, check: bool) -> anyhow::Result<()> {
    let mut stale = Vec::new();
    for (name, schema) in [
        ("docs/schema/analysis-1.json", bartizan_response::wire::schema()),
        ("docs/schema/changes-1.json", bartizan_response::history::wire::schema()),
        ("docs/schema/stix-evidence-1.json", bartizan::exchange::json::evidence_schema()),
    ] {
        let text = serde_json::to_string_pretty(&schema)? + "\n";
        let path = root.join(name);
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        // As values: the order of members is no part of a schema.
        if serde_json::from_str::<serde_json::Value>(&old).is_ok_and(|o| o == schema) {
            continue;
        }
        if check {
            stale.push(name);
        } else {
            std::fs::create_dir_all(path.parent().unwrap_or(root))?;
            std::fs::write(&path, text).with_context(|| path.display().to_string())?;
            println!("wrote {name}");
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!("stale: {}; run cargo xtask schema", stale.join(", "))
}
