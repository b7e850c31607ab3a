//! `bartizan sigma targets`: what can be converted to.

use bartizan_sigma::{pipeline::builtin, target};
use serde_json::json;

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::out;

/// Prints the lists.
pub fn run(global: &Global) -> Result<Exit, Failure> {
    if global.json {
        let targets: Vec<_> = target::targets()
            .map(|t| json!({ "name": t.name, "about": t.about, "formats": t.formats, "pipelines": t.own }))
            .collect();
        let pipelines: Vec<_> = builtin::all().map(|p| json!({ "name": p.name, "about": p.about })).collect();
        let labels: Vec<_> = target::labels()
            .map(|l| {
                json!({ "name": l.name, "target": l.target, "pipelines": l.pipelines, "format": l.format })
            })
            .collect();
        out::json(&json!({ "targets": targets, "pipelines": pipelines, "labels": labels }))?;
        return Ok(Exit::Ok);
    }
    let mut text = String::from("Targets (-t)\n");
    for t in target::targets() {
        text += &format!("  {:<22}  {}\n  {:<22}  formats: {}\n", t.name, t.about, "", t.formats.join(", "));
    }
    text += "\nPipelines (-p)\n";
    for p in builtin::all() {
        text += &format!("  {:<28}  {}\n", p.name, p.about);
    }
    text += "\nLabels (--label): target, pipelines, format\n";
    for l in target::labels() {
        let pipelines = if l.pipelines.is_empty() { "-".to_owned() } else { l.pipelines.join("+") };
        text += &format!("  {:<30}  {}  {pipelines}  {}\n", l.name, l.target, l.format);
    }
    out::text(&text)?;
    Ok(Exit::Ok)
}
