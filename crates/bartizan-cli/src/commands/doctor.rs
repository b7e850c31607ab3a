//! `bartizan doctor`: is this installation able to do its work?

use std::time::Duration;

use bartizan::{Analyzer, Input, Options};
use serde_json::json;

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::{knowledge, out, run, terminal};

/// Written for this check: one sentence for each stage, with what must be found in it.
const TRIAL: &str = "The loader contacted hxxps://cdn-check[.]top/a.php and ran PowerShell (T1059.001). \
                     It exploited CVE-2024-3400 on 2 June 2026.";

struct Finding {
    name: &'static str,
    ok: bool,
    text: String,
    /// Section of `docs/doctor.md` that says what to do.
    help: &'static str,
}

/// Runs all checks.
pub fn run(global: &Global) -> Result<Exit, Failure> {
    let mut findings = vec![Finding {
        name: "program",
        ok: true,
        text: format!("bartizan {}", env!("CARGO_PKG_VERSION")),
        help: "program",
    }];
    match knowledge::open(global) {
        Err(failure) => {
            findings.push(Finding { name: "knowledge pack", ok: false, text: failure.message, help: "pack" });
        }
        Ok(pack) => {
            let techniques = pack.techniques().len();
            findings.push(Finding {
                name: "knowledge pack",
                ok: techniques > 0,
                text: format!("{} ({techniques} techniques)", pack.version_line()),
                help: "pack",
            });
            if let Some(finding) = model(global, pack) {
                findings.push(finding);
            }
            findings.push(trial(pack));
        }
    }
    findings.push(writable());
    let good = findings.iter().all(|f| f.ok);
    if global.json {
        let list: Vec<_> = findings
            .iter()
            .map(|f| json!({ "check": f.name, "ok": f.ok, "text": f.text, "help": format!("docs/doctor.md#{}", f.help) }))
            .collect();
        out::json(&json!({ "ok": good, "checks": list }))?;
    } else {
        let style = terminal::Style::stdout();
        let mut text = String::new();
        for f in &findings {
            let mark = if f.ok { "ok  " } else { "FAIL" };
            text += &format!("{}  {:<16} {}\n", style.bold(mark), f.name, terminal::plain(&f.text));
            if !f.ok {
                text += &format!("      what to do: docs/doctor.md#{}\n", f.help);
            }
        }
        out::text(&text)?;
    }
    Ok(if good { Exit::Ok } else { Exit::Findings })
}

/// The model of `--model`, if one was given.
fn model(global: &Global, pack: &'static bartizan_knowledge::Pack) -> Option<Finding> {
    let path = global.model.as_ref()?;
    let (ok, text) = match knowledge::mapper(global, pack) {
        Ok(_) => (true, path.display().to_string()),
        Err(failure) => (false, failure.message),
    };
    Some(Finding { name: "technique model", ok, text, help: "model" })
}

/// Analyses the trial text and looks for what is in it.
fn trial(pack: &'static bartizan_knowledge::Pack) -> Finding {
    let result = run::guarded(
        Input::new("trial.txt", TRIAL),
        Options::default(),
        Duration::from_secs(20),
        move |input, options| Ok(Analyzer::new(pack).analyze(input, options)?),
    );
    let (ok, text) = match result {
        Err(failure) => (false, failure.message),
        Ok(analysis) => {
            let missing: Vec<&str> = ["https://cdn-check.top/a.php", "CVE-2024-3400"]
                .into_iter()
                .filter(|value| !analysis.observables.iter().any(|o| o.value == *value))
                .chain((!analysis.techniques.iter().any(|t| t.id == "T1059.001")).then_some("T1059.001"))
                .collect();
            if missing.is_empty() {
                let (o, t) = (analysis.observables.len(), analysis.techniques.len());
                (true, format!("found {o} observables and {t} techniques in the trial text"))
            } else {
                (false, format!("the trial text gave no {}", missing.join(", ")))
            }
        }
    };
    Finding { name: "trial analysis", ok, text, help: "trial" }
}

/// Whether a package could be written here.
fn writable() -> Finding {
    let probe = std::path::PathBuf::from(format!(".bartizan-doctor-{}", std::process::id()));
    let here = std::env::current_dir().map_or_else(|_| ".".into(), |d| d.display().to_string());
    match std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => {
            Finding { name: "output folder", ok: true, text: format!("{here} is writable"), help: "output" }
        }
        Err(e) => Finding {
            name: "output folder",
            ok: false,
            text: format!("{here} is not writable: {e}; use -o DIR"),
            help: "output",
        },
    }
}
