//! The table as text.

use std::fmt::Write;

use super::count::{Counted, Coverage, TacticRow};
use super::gaps::Gaps;
use crate::terminal::{self, Style, plain};

/// Log sources named beside a technique.
const SOURCES: usize = 3;

/// Tactics with their techniques, platforms, what could not be counted, and a report's gaps.
pub fn text(coverage: &Coverage, gaps: Option<&Gaps>, uncovered: bool) -> String {
    let style = Style::stdout();
    let mut out = String::new();
    for row in coverage.tactics() {
        tactic(&mut out, coverage, &row, uncovered, style);
    }
    platforms(&mut out, coverage, style);
    counts(&mut out, coverage);
    if let Some(gaps) = gaps {
        report(&mut out, gaps, style);
    }
    out
}

fn tactic(out: &mut String, coverage: &Coverage, row: &TacticRow, uncovered: bool, style: Style) {
    let title = format!("{} {}", row.tactic.id, row.tactic.name);
    // A String takes everything.
    let _ = writeln!(out, "{}  {} of {} techniques", style.bold(&title), row.covered.len(), row.all.len());
    for technique in &row.all {
        match coverage.techniques.get(technique.id) {
            Some(counted) => {
                let line = format!(
                    "  {:<10} {:>4}  {:<44} {}",
                    technique.id,
                    counted.rules,
                    terminal::cut(technique.name, 44),
                    sources(counted)
                );
                let _ = writeln!(out, "{}", plain(&line).trim_end());
            }
            None if uncovered => {
                let line = format!("  {:<10} {:>4}  {}", technique.id, "-", technique.name);
                let _ = writeln!(out, "{}", style.dim(&line));
            }
            None => {}
        }
    }
    out.push('\n');
}

fn sources(counted: &Counted) -> String {
    let mut sources: Vec<_> = counted.sources.iter().collect();
    sources.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let shown = sources.iter().take(SOURCES).map(|(name, rules)| format!("{name} {rules}"));
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if sources.len() > SOURCES {
        let _ = write!(text, ", {} more", sources.len() - SOURCES);
    }
    text
}

fn platforms(out: &mut String, coverage: &Coverage, style: Style) {
    let head =
        format!("{:<18} {:>10} {:>9} {:>19}", "Platform", "techniques", "any rule", "its own log source");
    let _ = writeln!(out, "{}", style.bold(&head));
    for row in coverage.platforms() {
        let _ = writeln!(out, "{:<18} {:>10} {:>9} {:>19}", row.name, row.all, row.any, row.own);
    }
    out.push('\n');
}

fn counts(out: &mut String, coverage: &Coverage) {
    let _ = writeln!(
        out,
        "{} rules, {} of them without a technique; {} techniques covered ({})",
        coverage.rules,
        coverage.untagged,
        coverage.techniques.len(),
        coverage.pack.version_line()
    );
    for (from, (to, rules)) in &coverage.moved {
        let _ = writeln!(out, "{from} was replaced by {to}: {rules} rules");
    }
    for (tag, rules) in &coverage.unknown {
        let _ = writeln!(out, "{} is no technique of this pack: {rules} rules", plain(tag));
    }
}

fn report(out: &mut String, gaps: &Gaps, style: Style) {
    let title = plain(&gaps.source);
    let _ = writeln!(
        out,
        "\n{}  {} techniques, {} without a rule",
        style.bold(&title),
        gaps.rows.len(),
        gaps.missing()
    );
    for row in &gaps.rows {
        let line = format!("  {:<10} {:>4}  {:<44} {}", row.id, row.rules, row.name, row.state.as_str());
        let _ = writeln!(out, "{line}");
    }
}
