//! Converts rules for labels of the reference set, as JSON lines:
//! `reference LABEL[,LABEL…] PATH…`. Development aid; users have
//! `bartizan sigma convert --jsonl`.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
};

use bartizan_sigma::{
    convert,
    rule::{self, Document},
    target::{self, Job, Query},
};

fn collect(path: &Path, out: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let Ok(entries) = fs::read_dir(path) else { return };
        let mut entries: Vec<_> = entries.flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| collect(entry, out));
    } else if path.extension().is_some_and(|e| e == "yml") {
        out.push(path.to_owned());
    }
}

fn main() {
    let mut args = env::args().skip(1);
    let names = args.next().unwrap_or_default();
    let labels: Vec<Job> = if names == "all" {
        target::labels().filter_map(|l| Job::of_label(l).ok()).collect()
    } else {
        names.split(',').filter_map(target::label).filter_map(|l| Job::of_label(l).ok()).collect()
    };
    let mut files = Vec::new();
    args.for_each(|path| collect(Path::new(&path), &mut files));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for file in files {
        let Ok(source) = fs::read_to_string(&file) else { continue };
        let id = source.lines().find_map(|l| l.strip_prefix("id: ")).unwrap_or_default().trim().to_owned();
        let parsed = rule::parse(&source);
        for label in &labels {
            let result = match &parsed {
                Err(error) => Err(error.to_string()),
                Ok(documents) => documents
                    .iter()
                    .find_map(|d| match d {
                        Document::Rule(rule) => Some(rule),
                        Document::Other(_) => None,
                    })
                    .ok_or_else(|| "no rule".to_owned())
                    .and_then(|rule| convert(rule, label).map_err(|f| f.to_string())),
            };
            let line = match result {
                Ok(queries) => {
                    let queries: Vec<serde_json::Value> = queries
                        .into_iter()
                        .map(|q| match q {
                            Query::Text(text) => text.into(),
                            Query::Json(value) => value,
                        })
                        .collect();
                    serde_json::json!({"rule_id": id, "backend": label.name, "query": queries})
                }
                Err(message) => {
                    serde_json::json!({"rule_id": id, "backend": label.name, "error": message})
                }
            };
            let _ = writeln!(out, "{line}");
        }
    }
}
