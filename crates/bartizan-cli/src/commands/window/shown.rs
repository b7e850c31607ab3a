//! What of an answer people are shown: lines of values, and short tables.

use serde_json::Value;

use crate::terminal::{cut, plain};

/// Widest column.
const WIDEST: usize = 60;

/// A part of what is shown: the rows at a place of the answer, and of each its columns, as JSON pointers.
pub struct Part {
    title: &'static str,
    rows: &'static str,
    columns: &'static [&'static str],
}

/// What is shown of an answer.
#[derive(Clone, Copy)]
pub struct Shown {
    /// Members of the answer itself, a line each.
    lines: &'static [(&'static str, &'static str)],
    /// Tables.
    parts: &'static [Part],
    /// A text that is shown as it is, line by line.
    text: &'static str,
    /// The whole answer as JSON.
    json: bool,
}

const NONE: Shown = Shown { lines: &[], parts: &[], text: "", json: false };

const fn table(columns: &'static [&'static str]) -> Part {
    Part { title: "", rows: "/items", columns }
}

const fn part(title: &'static str, rows: &'static str, columns: &'static [&'static str]) -> Part {
    Part { title, rows, columns }
}

impl Shown {
    /// Nothing.
    pub const NOTHING: Self = NONE;
}

/// Versions of programmes.
pub const PROGRAMMES: Shown =
    Shown { parts: &[table(&["/id", "/name", "/version", "/runs/name", "/title", "/retired"])], ..NONE };
/// A version of a programme.
pub const PROGRAMME: Shown = Shown {
    lines: &[
        ("id", "/id"),
        ("programme", "/name"),
        ("version", "/version"),
        ("title", "/title"),
        ("SHA-256", "/digest"),
        ("run by", "/runs/name"),
        ("days", "/window_days"),
        ("suites", "/suites"),
        ("levels", "/levels"),
        ("editions", "/editions"),
        ("retired", "/retired"),
    ],
    parts: &[
        part("roles", "/roles", &["/id", "/side", "/title"]),
        part("staff", "/staff", &["/person/name", "/role", "/person/id"]),
    ],
    ..NONE
};
/// Windows.
pub const WINDOWS: Shown =
    Shown { parts: &[table(&["/id", "/state", "/ends", "/developer/name", "/title", "/my_roles"])], ..NONE };
/// A window.
pub const WINDOW: Shown = Shown {
    lines: &[
        ("id", "/id"),
        ("title", "/title"),
        ("state", "/state"),
        ("developer", "/developer/name"),
        ("run by", "/runs/name"),
        ("programme", "/programme/title"),
        ("begins", "/clock/begins"),
        ("ends", "/clock/ends"),
        ("you are", "/my_roles"),
        ("determined", "/determination/overall"),
        ("closed", "/closed"),
    ],
    parts: &[
        part(
            "waits for a second person",
            "/waiting",
            &["/proposal", "/act", "/by/name", "/lapses", "/you_may_second_as"],
        ),
        part("people", "/people", &["/person/name", "/organisation/name", "/roles", "/person/id"]),
        part("checks", "/checks", &["/id", "/result", "/words"]),
        part("agreements", "/agreements", &["/name", "/kind", "/until", "/lacks"]),
        part("grants", "/grants", &["/name", "/holder/name", "/ends", "/used_calls", "/usable", "/against"]),
        part("plans", "/plans", &["/name", "/suite", "/digest"]),
        part("runs", "/runs_made", &["/name", "/plan", "/checkpoint", "/outcome", "/samples", "/judgement"]),
        part("findings", "/findings", &["/name", "/state", "/body/severity", "/body/title"]),
        part("certificates missing", "/certificates_missing", &["/name"]),
    ],
    ..NONE
};
/// What happened.
pub const EVENTS: Shown =
    Shown { parts: &[table(&["/number", "/at", "/by/name", "/role", "/do", "/action/words"])], ..NONE };
/// What was said.
pub const SAID: Shown = Shown {
    lines: &[
        ("event", "/number"),
        ("at", "/at"),
        ("waits for a second person", "/waits"),
        ("state", "/window/state"),
    ],
    ..NONE
};
/// Where a checkpoint is reached.
pub const ENDPOINT: Shown =
    Shown { lines: &[("checkpoint", "/checkpoint"), ("host", "/host"), ("said", "/said")], ..NONE };
/// Lines of a record.
pub const CALLS: Shown = Shown { parts: &[table(&["/number", "/at", "/digest", "/line"])], ..NONE };
/// A file in custody.
pub const FILE: Shown = Shown {
    lines: &[
        ("name", "/name"),
        ("kind", "/kind"),
        ("bytes", "/bytes"),
        ("SHA-256", "/digest"),
        ("added", "/added"),
    ],
    ..NONE
};
/// Files in custody.
pub const FILES: Shown =
    Shown { parts: &[part("", "/items", &["/name", "/kind", "/bytes", "/added", "/digest"])], ..NONE };
/// Plans.
pub const PLANS: Shown = Shown {
    parts: &[table(&["/id", "/suite", "/body/level", "/body/samples", "/title", "/digest"])],
    ..NONE
};
/// A run.
pub const RUN: Shown = Shown {
    lines: &[
        ("run", "/run"),
        ("status", "/status"),
        ("model", "/model"),
        ("error", "/error"),
        ("samples", "/samples"),
        ("expected", "/expected"),
        ("metrics as Inspect's", "/same_as_inspect"),
    ],
    parts: &[
        part(
            "scores",
            "/scores",
            &["/scorer", "/estimate", "/lower", "/upper", "/threshold", "/decision", "/samples_needed"],
        ),
        part("anomalies", "/anomalies", &["/code", "/sample", "/epoch", "/seen"]),
    ],
    ..NONE
};
/// Transcripts.
pub const SAMPLES: Shown =
    Shown { parts: &[part("", "/items", &["/id", "/epoch", "/target", "/error"])], ..NONE };
/// What is given as it is.
pub const GIVEN: Shown = Shown { json: true, ..NONE };
/// What an audience would read.
pub const EDITION: Shown = Shown {
    lines: &[
        ("audience", "/audience"),
        ("title", "/title"),
        ("marking", "/marking"),
        ("source", "/source"),
        ("SHA-256", "/digest"),
    ],
    parts: &[part("may not leave", "/leaks", &["/kind", "/text", "/output", "/line", "/excerpt"])],
    text: "/markdown",
    json: false,
};
/// An edition that left.
pub const PUBLISHED: Shown = Shown {
    lines: &[("title", "/title"), ("marking", "/marking"), ("at", "/at"), ("withdrawn", "/withdrawn")],
    text: "/markdown",
    ..NONE
};
/// Editions that left.
pub const EDITIONS: Shown =
    Shown { parts: &[table(&["/id", "/audience", "/at", "/marking", "/title", "/withdrawn"])], ..NONE };
/// A version that was written.
pub const WRITTEN: Shown = Shown { lines: &[("version", "/version")], ..NONE };
/// Something is gone.
pub const NOTHING_LEFT: Shown = NONE;

impl Shown {
    /// The answer for people. Its words are somebody's: nothing of them steers the terminal.
    pub fn text(&self, answer: &Value) -> String {
        if self.json {
            return format!("{answer:#}\n");
        }
        let mut text = String::new();
        for (name, pointer) in self.lines {
            let value = word(answer.pointer(pointer).unwrap_or(&Value::Null));
            if !value.is_empty() {
                text += &format!("{name}: {value}\n");
            }
        }
        for part in self.parts {
            text += &part.text(answer);
        }
        if !self.text.is_empty() {
            let whole = answer.pointer(self.text).and_then(Value::as_str).unwrap_or_default();
            text += "\n";
            text.extend(whole.lines().map(|line| format!("{}\n", plain(line))));
        }
        if std::ptr::eq(self.parts, SAMPLES.parts) {
            text = transcripts(answer);
        }
        let next = answer.get("next").filter(|next| !next.is_null()).map(word);
        text + &next.map(|next| format!("more: {next}\n")).unwrap_or_default()
    }
}

impl Part {
    fn text(&self, answer: &Value) -> String {
        let rows = answer.pointer(self.rows).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let cells = rows.iter().map(|row| {
            let cell = |pointer: &&str| cut(&word(row.pointer(pointer).unwrap_or(&Value::Null)), WIDEST);
            self.columns.iter().map(cell).collect::<Vec<_>>()
        });
        let cells: Vec<Vec<String>> = cells.collect();
        let width = |column: usize| {
            cells.iter().map(|row| console::measure_text_width(&row[column])).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut text = String::new();
        if !self.title.is_empty() && !rows.is_empty() {
            text += &format!("{}:\n", self.title);
        }
        let indent = if self.title.is_empty() { "" } else { "  " };
        for row in &cells {
            let padded = row.iter().zip(&widths).filter(|(_, width)| **width > 0);
            let line: Vec<String> = padded
                .map(|(cell, width)| {
                    console::pad_str(cell, *width, console::Alignment::Left, None).into_owned()
                })
                .collect();
            text += &format!("{indent}{}\n", line.join("  ").trim_end());
        }
        text
    }
}

/// A value in a word or a few.
fn word(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::String(text) => plain(text),
        Value::Array(all) => all.iter().map(word).collect::<Vec<_>>().join(", "),
        other => plain(&other.to_string()),
    }
}

/// Transcripts as they were talked.
fn transcripts(answer: &Value) -> String {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut text = String::new();
    for sample in list(&answer["items"]) {
        let scores = list(&sample["scores"]);
        let scores: Vec<String> =
            scores.iter().map(|one| format!("{} {}", word(&one["scorer"]), word(&one["value"]))).collect();
        text +=
            &format!("== {} epoch {}: {}\n", word(&sample["id"]), word(&sample["epoch"]), scores.join(", "));
        for message in list(&sample["messages"]) {
            text += &format!("-- {}\n", word(&message["role"]));
            let said = message["text"].as_str().unwrap_or_default();
            text.extend(said.lines().map(|line| format!("   {}\n", plain(line))));
            for call in list(&message["calls"]) {
                text += &format!("   > {} {}\n", word(&call["tool"]), word(&call["arguments"]));
            }
        }
    }
    text
}
