//! The layer for ATT&CK Navigator.

use std::path::{Path, PathBuf};

use bartizan::exchange::navigator::{self, Covered};
use bartizan_knowledge::Domain;

use super::count::{Counted, Coverage};
use super::gaps::Gaps;
use crate::exit::{Exit, Failure};

/// Writes the layer of Enterprise to `file`, and those of Mobile and ICS beside it where they have rules.
pub fn write(file: &Path, coverage: &Coverage, gaps: Option<&Gaps>) -> Result<(), Failure> {
    for domain in [Domain::Enterprise, Domain::Mobile, Domain::Ics] {
        let covered = covered(coverage, gaps, domain);
        if covered.is_empty() && domain != Domain::Enterprise {
            continue;
        }
        let name = "Sigma rules";
        let description = match gaps {
            Some(gaps) => {
                format!("Rules for each technique; those of {} that have none are marked", gaps.source)
            }
            None => format!("Rules for each technique, of {} rules", coverage.rules),
        };
        let layer = navigator::coverage(name, &description, &covered, coverage.pack, domain);
        let path = path(file, domain);
        let text = serde_json::to_string_pretty(&layer)
            .map_err(|e| Failure::internal(format!("the layer cannot be written: {e}")))?;
        std::fs::write(&path, text + "\n").map_err(|e| {
            Failure::new(
                Exit::CannotCreate,
                "output.unwritable",
                format!("cannot write {}: {e}", path.display()),
            )
        })?;
    }
    Ok(())
}

fn path(file: &Path, domain: Domain) -> PathBuf {
    if domain == Domain::Enterprise {
        return file.to_owned();
    }
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}-{}.json", domain.as_str().trim_end_matches("-attack")))
}

fn covered(coverage: &Coverage, gaps: Option<&Gaps>, domain: Domain) -> Vec<Covered> {
    let here = coverage.techniques.values().filter(|t| t.technique.domain == domain);
    let mut out: Vec<Covered> = here.map(of).collect();
    for row in gaps.map(|gaps| gaps.rows.as_slice()).unwrap_or_default() {
        let same = coverage.pack.technique(row.id).is_some_and(|t| t.domain == domain);
        if same && row.rules == 0 {
            out.push(Covered { id: row.id.to_owned(), rules: 0, comment: row.state.as_str().to_owned() });
        }
    }
    out.sort_by(|a, b| a.id.cmp(&b.id));
    out
}

fn of(counted: &Counted) -> Covered {
    let sources = counted.sources.iter().map(|(name, rules)| format!("{name}: {rules}"));
    let comment = sources.collect::<Vec<_>>().join("\n");
    Covered { id: counted.technique.id.to_owned(), rules: counted.rules, comment }
}
