//! `cargo xtask attack-names`: ids and names of ATT&CK, from the built-in pack, for detection rules.

use std::{fmt::Write as _, path::Path};

use anyhow::{Context, bail};
use bartizan_knowledge::{Domain, Pack};

/// Writes the table that `bartizan-sigma` embeds, or with `check` says whether it is stale.
pub(crate) fn run(root: &Path, check: bool) -> anyhow::Result<()> {
    let path = root.join("crates/bartizan-sigma/data/attack.tsv");
    let table = table(Pack::built_in())?;
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    if old == table {
        return Ok(());
    }
    if check {
        bail!("stale: {}; run cargo xtask attack-names", path.display());
    }
    std::fs::write(&path, table).with_context(|| path.display().to_string())?;
    println!("wrote {}", path.display());
    Ok(())
}

/// A line for each tactic (short name, id, name) and each technique (id, name, its tactics' short names).
fn table(pack: &Pack) -> anyhow::Result<String> {
    let mut out = String::new();
    for tactic in pack.tactics(Domain::Enterprise) {
        writeln!(out, "{}\t{}\t{}", tactic.short_name, tactic.id, tactic.name)?;
    }
    for technique in pack.techniques().iter().filter(|t| t.domain == Domain::Enterprise) {
        writeln!(out, "{}\t{}\t{}", technique.id, technique.name, technique.tactics.join(","))?;
    }
    Ok(out)
}
