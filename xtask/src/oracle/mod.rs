//! `cargo xtask oracles`: files for the reference tools to judge (`scripts/oracles.sh`).
//!
//! Writes, for the samples, an analysis made by hand and optionally a set of reports, the STIX bundle, the
//! `analysis.json`, the Navigator layers, the patterns and the plan of response, and thousands of random cyber-observables with the
//! identifiers Bartizan gives them. Nothing here judges; `scripts/oracle_check.py` does.

#[path = "../../../crates/bartizan/tests/it/nasty.rs"]
mod nasty;
mod random;

use anyhow::{Context, Result};
use bartizan::exchange::{self, Format, stix};
use bartizan::{Analysis, Analyzer, Evidence, Input, Options};
use bartizan_detection::detect;
use bartizan_knowledge::Pack;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// What to write.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// Where the files go; emptied first
    #[arg(long, default_value = "target/oracles")]
    out: PathBuf,
    /// Reports as JSON lines with `doc_id` and `text`, plain or gzip
    #[arg(long, value_name = "FILE")]
    documents: Option<PathBuf>,
    /// Take every Nth of the reports
    #[arg(long, default_value_t = 1, value_name = "N")]
    every: usize,
    /// Random cyber-observables
    #[arg(long, default_value_t = 3000)]
    observables: u32,
}

/// Runs the chore.
pub fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let out = root.join(&arguments.out);
    if out.exists() {
        std::fs::remove_dir_all(&out).with_context(|| out.display().to_string())?;
    }
    std::fs::create_dir_all(&out)?;
    let analyzer = Analyzer::new(Pack::built_in());
    let options = Options { now: 1_795_000_000, ..Options::default() };
    random::write(&out, arguments.observables)?;
    write(&out, "made-by-hand", &nasty::analysis())?;
    let mut samples: Vec<PathBuf> = std::fs::read_dir(root.join("samples"))?
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.is_file())
        .collect();
    samples.sort();
    for path in samples {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let input = Input::new(name.clone(), std::fs::read(&path)?);
        let analysis = analyzer.analyze(&input, &options).with_context(|| name.clone())?;
        write(&out, &format!("sample-{}", name.replace('.', "-")), &analysis)?;
    }
    let mut count = 0;
    if let Some(path) = &arguments.documents {
        let file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
        let gzip = path.extension().is_some_and(|e| e == "gz");
        let reader: Box<dyn std::io::Read> =
            if gzip { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
        for (n, line) in BufReader::new(reader).lines().enumerate() {
            let line = line?;
            if n % arguments.every.max(1) != 0 {
                continue;
            }
            let value: serde_json::Value = serde_json::from_str(&line)?;
            let id = value["doc_id"].as_str().context("doc_id")?;
            let text = value["text"].as_str().context("text")?;
            let name = if id.ends_with(".txt") { id.to_owned() } else { format!("{id}.txt") };
            let analysis = analyzer
                .analyze(&Input::new(name, text.as_bytes()), &options)
                .with_context(|| id.to_owned())?;
            write(&out, &format!("document-{n:04}"), &analysis)?;
            count += 1;
        }
    }
    println!(
        "wrote {count} documents, the samples and {} cyber-observables to {}",
        arguments.observables,
        out.display()
    );
    Ok(())
}

fn write(out: &Path, name: &str, analysis: &Analysis) -> Result<()> {
    let pack = Pack::built_in();
    let file = |kind: &str, end: &str| out.join(format!("{name}.{kind}.{end}"));
    std::fs::write(file("bundle", "json"), exchange::render(Format::Stix, analysis, pack))?;
    let whole = serde_json::to_vec(&stix::bundle_with(analysis, pack, &extra(analysis, pack), None))?;
    std::fs::write(file("later.bundle", "json"), later(analysis, pack, &whole)?)?;
    std::fs::write(file("whole.bundle", "json"), whole)?;
    std::fs::write(file("analysis", "json"), exchange::render(Format::Json, analysis, pack))?;
    let mut patterns = std::fs::File::create(file("patterns", "txt"))?;
    patterns.write_all(&exchange::render(Format::Patterns, analysis, pack))?;
    let date = "2026-11-23".to_owned();
    let found = detect(analysis, pack, &bartizan_detection::Options { author: "oracles".to_owned(), date });
    let detected = bartizan_detection::report::detected(&found, None);
    let layer = exchange::navigator::layer_with(analysis, pack, &detected);
    std::fs::write(file("layer", "json"), serde_json::to_vec(&layer)?)?;
    for (i, (_, bytes)) in exchange::extra_files(analysis, pack, &detected).into_iter().enumerate() {
        std::fs::write(file(&format!("{i}.layer"), "json"), bytes)?;
    }
    let assessment = bartizan_response::assess(analysis, pack, Some(&found), &Default::default());
    for (path, bytes) in bartizan_response::package::files(analysis, pack, &assessment) {
        std::fs::write(out.join(format!("{name}.{}", path.replace('/', "."))), bytes)?;
    }
    Ok(())
}

/// The bundle of a later edition that lacks the last observables: new versions and withdrawn objects.
fn later(analysis: &Analysis, pack: &Pack, earlier: &[u8]) -> Result<Vec<u8>> {
    let bundle = serde_json::from_slice(earlier)?;
    let lineage = stix::Lineage::read(&bundle, &analysis.document.sha256, exchange::marking(analysis));
    let lineage = lineage.context("own bundle")?;
    let mut edition = analysis.clone();
    edition.now += 86_400;
    edition.document.sha256 = "0".repeat(64);
    edition.relations.clear();
    edition.events.clear();
    edition.observables.truncate(analysis.observables.len() / 2);
    Ok(serde_json::to_vec(&stix::bundle_with(&edition, pack, &stix::Extra::default(), Some(&lineage)))?)
}

/// The rules of the analysis, and a step for each of its claims, under names a report could have given.
fn extra(analysis: &Analysis, pack: &Pack) -> stix::Extra {
    let author = bartizan_detection::Options { author: "Bartizan".into(), date: "2026-11-30".into() };
    let found = bartizan_detection::detect(analysis, pack, &author);
    let action = |key: String, techniques: Vec<usize>, observables: Vec<usize>, evidence: &[Evidence]| {
        let name = format!("Step {key} <b>\u{202e}\u{0}\"=1+1");
        let references = vec![("mitre-d3fend".into(), "D3-NTF".into()), ("cve".into(), "none".into())];
        let description = name.clone();
        stix::Action {
            key,
            name,
            description,
            references,
            techniques,
            observables,
            evidence: evidence.to_vec(),
        }
    };
    let techniques = analysis.techniques.iter().enumerate();
    let mut actions: Vec<stix::Action> =
        techniques.map(|(i, t)| action(format!("t{i}"), vec![i], Vec::new(), &t.evidence)).collect();
    let observables = analysis.observables.iter().enumerate();
    actions.extend(observables.map(|(i, o)| action(format!("o{i}"), Vec::new(), vec![i, i], &o.evidence)));
    stix::Extra { rules: bartizan_detection::report::stix(&found), actions }
}
