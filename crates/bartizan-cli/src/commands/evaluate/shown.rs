//! Figures as tables for people and as JSON.

use bartizan::learning::measure::{Bootstrap, Estimate, Figures, Row};
use bartizan::learning::{Credit, IdCounts, Level};
use serde_json::{Value, json};

use super::Table;
use crate::labels::Labels;
use crate::terminal::{self, Style};

/// Ids shown of each kind; `--json` has them all.
const SHOWN: usize = 6;

/// What is shown.
pub struct Shown<'a> {
    /// The set.
    pub labels: &'a Labels,
    /// Version line of pack and model.
    pub knowledge: String,
    /// How the intervals were made.
    pub bootstrap: Bootstrap,
    /// One table for each level and credit.
    pub tables: &'a [Table],
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Document => "document",
        Level::Sentence => "sentence",
    }
}

fn credit(credit: Credit) -> &'static str {
    match credit {
        Credit::Exact => "exact",
        Credit::Parent => "parent",
    }
}

impl Shown<'_> {
    /// For people.
    pub fn text(&self) -> String {
        let style = Style::stdout();
        let mut text =
            format!("{} reports, {} sentences\n", self.labels.documents.len(), self.labels.sentences());
        text += &ids(&self.labels.ids);
        text += &match self.bootstrap.samples {
            0 => "no intervals (--bootstrap 0)\n".to_owned(),
            n => format!("in brackets: 95 % of {n} resamples of the reports, seed {}\n", self.bootstrap.seed),
        };
        for t in self.tables {
            let f = &t.figures;
            let (units, ids) = match t.level {
                Level::Document => ("reports", "reports without any"),
                Level::Sentence => ("sentences", "sentences without any"),
            };
            let exact = match t.credit {
                Credit::Exact => "exact ids",
                Credit::Parent => "a sub-technique counts as its parent",
            };
            let title = format!("{} level, {exact}", level(t.level));
            text += &format!(
                "\n{}\n{} techniques labelled {} times in {} {units}; {} {ids}\n",
                style.bold(&title),
                f.labels,
                f.gold,
                f.units,
                f.negatives
            );
            if t.unknown > 0 {
                text += &format!("{} scores left out: nobody reviewed what they are of\n", t.unknown);
            }
            text += &table(f);
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let ids = &self.labels.ids;
        let followed: Vec<Value> = ids
            .followed
            .iter()
            .map(|((from, to), count)| json!({ "from": from, "to": to, "count": count }))
            .collect();
        let results: Vec<Value> = self
            .tables
            .iter()
            .map(|t| {
                let mut value = figures(&t.figures);
                value["level"] = json!(level(t.level));
                value["credit"] = json!(credit(t.credit));
                value["unreviewed_left_out"] = json!(t.unknown);
                value
            })
            .collect();
        json!({
            "knowledge": self.knowledge,
            "labels": {
                "sha256": self.labels.sha256,
                "documents": self.labels.documents.len(),
                "sentences": self.labels.sentences(),
                "followed": followed,
                "deprecated": ids.deprecated,
                "unknown": ids.unknown,
            },
            "bootstrap": { "samples": self.bootstrap.samples, "seed": self.bootstrap.seed },
            "results": results,
        })
    }
}

/// What became of ids, one line each.
pub fn ids(counts: &IdCounts) -> String {
    let mut text = String::new();
    let list = |items: Vec<String>| {
        let more = items.len().saturating_sub(SHOWN);
        let mut shown = items.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
        if more > 0 {
            shown += &format!(" and {more} more");
        }
        terminal::plain(&shown)
    };
    if !counts.followed.is_empty() {
        let items = counts.followed.iter().map(|((from, to), n)| format!("{from} to {to} ({n})"));
        text += &format!("revoked ids followed: {}\n", list(items.collect()));
    }
    for (what, ids) in [("withdrawn", &counts.deprecated), ("unknown", &counts.unknown)] {
        if !ids.is_empty() {
            let items = ids.iter().map(|(id, n)| format!("{id} ({n})"));
            text += &format!("{what} ids left out: {}\n", list(items.collect()));
        }
    }
    text
}

/// A figure with its interval.
pub fn estimate(e: Estimate) -> String {
    match e.interval {
        Some((low, high)) => format!("{:.3} [{low:.2}-{high:.2}]", e.value),
        None => format!("{:.3}", e.value),
    }
}

/// The table of one level and credit.
fn table(f: &Figures) -> String {
    let mut text = head("threshold");
    for r in &f.rows {
        text += &row(r);
    }
    text += &format!(
        "  recall at precision .80: {}, at .90: {}; average precision {:.3}\n",
        estimate(f.recall_at_80),
        estimate(f.recall_at_90),
        f.average_precision
    );
    text += "  calibration (mean score: share right, of how many):\n";
    let deciles = f.deciles.iter().filter(|d| d.count > 0);
    let items: Vec<String> =
        deciles.map(|d| format!("{:.2}: {:.2} of {}", d.score, d.right, d.count)).collect();
    for line in items.chunks(5) {
        text += &format!("    {}\n", line.join("   "));
    }
    text
}

/// The head of a table.
pub fn head(first: &str) -> String {
    format!(
        "  {first:<22} {:<18} {:<18} {:<18} {:<18} {:>11}\n",
        "precision", "recall", "F1", "macro F1", "false alarm"
    )
}

/// One line of the table.
pub fn row(r: &Row) -> String {
    format!(
        "  {:<22} {:<18} {:<18} {:<18} {:<18} {:>9.1} %\n",
        format!("{} {:.2}", r.name, r.threshold),
        estimate(r.precision),
        estimate(r.recall),
        estimate(r.f1),
        estimate(r.macro_f1),
        r.false_alarms * 100.0
    )
}

fn estimate_json(e: Estimate) -> Value {
    json!({ "value": e.value, "low": e.interval.map(|i| i.0), "high": e.interval.map(|i| i.1) })
}

/// One row for programs.
pub fn row_json(r: &Row) -> Value {
    json!({
        "name": r.name, "threshold": r.threshold, "predicted": r.predicted, "right": r.right,
        "precision": estimate_json(r.precision), "recall": estimate_json(r.recall), "f1": estimate_json(r.f1),
        "macro_f1": estimate_json(r.macro_f1), "document_f1": r.document_f1, "false_alarms": r.false_alarms,
    })
}

fn figures(f: &Figures) -> Value {
    let deciles: Vec<Value> =
        f.deciles.iter().map(|d| json!({ "score": d.score, "right": d.right, "count": d.count })).collect();
    json!({
        "units": f.units, "negatives": f.negatives, "gold": f.gold, "techniques": f.labels,
        "rows": f.rows.iter().map(row_json).collect::<Vec<_>>(),
        "average_precision": f.average_precision,
        "recall_at_precision_80": estimate_json(f.recall_at_80),
        "recall_at_precision_90": estimate_json(f.recall_at_90),
        "calibration": deciles,
    })
}
