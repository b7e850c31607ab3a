//! `bartizan sigma targets` and `sigma list`: what can be converted to.

use bartizan_sigma::{pipeline::builtin, target};
use serde_json::json;

use super::jobs::usage;
use crate::args::Global;
use crate::args_sigma::{Listed, SigmaListArgs};
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

/// Prints one of the lists, names first.
pub fn list(global: &Global, args: &SigmaListArgs) -> Result<Exit, Failure> {
    let rows: Vec<(&str, &str)> = match args.what {
        Listed::Targets => target::targets().map(|t| (t.name, t.about)).collect(),
        Listed::Pipelines => builtin::all().map(|p| (p.name, p.about)).collect(),
        Listed::Labels => target::labels().map(|l| (l.name, l.target)).collect(),
        Listed::Formats => {
            let name = args.target.as_deref().unwrap_or_default();
            let found = target::target(name).ok_or_else(|| usage(format!("no target `{name}`")))?;
            found.formats.iter().map(|format| (*format, "")).collect()
        }
    };
    if global.json {
        let rows: Vec<_> = rows.iter().map(|(name, about)| json!({ "name": name, "about": about })).collect();
        out::json(&rows.into())?;
        return Ok(Exit::Ok);
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line =
        |(name, about): &(&str, &str)| format!("{:<width$}  {about}", name).trim_end().to_owned() + "\n";
    out::text(&rows.iter().map(line).collect::<String>())?;
    Ok(Exit::Ok)
}
