//! An edition as Markdown text.

use std::fmt::Write;

use super::view::{Edition, Shown};

impl Edition {
    /// The name of its file, without an ending: the audience and nothing of the report, since names of files are read by more people
    /// than the files are.
    pub fn file_stem(&self) -> String {
        format!("report-{}", self.audience)
    }

    /// The edition as Markdown.
    pub fn text(&self) -> String {
        let mut out = format!("{}\n\n# {}\n\n", self.marking, self.title);
        for (name, value) in &self.metadata {
            let _ = writeln!(out, "{name}: {value}");
        }
        if !self.metadata.is_empty() {
            out.push('\n');
        }
        for block in &self.blocks {
            match block {
                Shown::Heading(level, text) => {
                    let _ = writeln!(out, "{} {text}\n", "#".repeat(usize::from(*level) + 1));
                }
                Shown::Paragraph(text) => {
                    let _ = writeln!(out, "{text}\n");
                }
                Shown::List(items) => {
                    for item in items {
                        let _ = writeln!(out, "- {item}");
                    }
                    out.push('\n');
                }
                Shown::Table(rows) => table(rows, &mut out),
                Shown::Verbatim(lines) => {
                    out.push_str("```\n");
                    for line in lines {
                        let _ = writeln!(out, "{}", line.replace("```", "'''"));
                    }
                    out.push_str("```\n\n");
                }
            }
        }
        let _ = writeln!(out, "{}", self.marking);
        out
    }
}

fn table(rows: &[Vec<String>], out: &mut String) {
    for (index, row) in rows.iter().enumerate() {
        for cell in row {
            let _ = write!(out, "| {} ", cell.replace('|', "\\|"));
        }
        out.push_str("|\n");
        if index == 0 {
            out.push_str(&"|---".repeat(row.len()));
            out.push_str("|\n");
        }
    }
    out.push('\n');
}
