//! False alarms on texts without techniques, through the front door, and the speed of mapping.

use anyhow::{Context, Result};
use bartizan::mapping::Mapper;
use bartizan::{Analyzer, Input, OperatingPoint, Options};
use bartizan_knowledge::Pack;
use std::path::{Path, PathBuf};

/// Files to read.
#[derive(clap::Args, Clone, Debug)]
pub struct TechniqueFree {
    /// Files or folders
    paths: Vec<PathBuf>,
    /// Show each technique that was claimed
    #[arg(long)]
    show: bool,
}

fn files(path: &Path, out: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
            .with_context(|| path.display().to_string())?
            .filter_map(|e| e.ok().map(|e| e.path()))
            .collect();
        inside.sort();
        inside.iter().try_for_each(|p| files(p, out))
    } else {
        out.push(path.to_owned());
        Ok(())
    }
}

/// Runs the chore.
pub fn run(arguments: &TechniqueFree) -> Result<()> {
    let mut paths = Vec::new();
    arguments.paths.iter().try_for_each(|p| files(p, &mut paths))?;
    let pack = Pack::built_in();
    let analyzer = Analyzer::new(pack);
    let mapper = Mapper::new(pack);
    let (mut read, mut strict, mut balanced) = (0, 0, 0);
    let (mut sentences, mut spent) = (0usize, std::time::Duration::ZERO);
    for path in paths {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        let input = Input::new(&name, std::fs::read(&path)?);
        let options = Options { point: OperatingPoint::Balanced, ..Options::default() };
        let Ok(analysis) = analyzer.analyze(&input, &options) else { continue };
        let start = std::time::Instant::now();
        mapper.candidates(&analysis.document, &options, &mut Vec::new());
        spent += start.elapsed();
        sentences += analysis.document.sentences.len();
        read += 1;
        let sure =
            analyzer.analyze(&input, &Options::default()).map(|a| a.techniques.len()).unwrap_or_default();
        strict += usize::from(sure > 0);
        balanced += usize::from(!analysis.techniques.is_empty());
        if arguments.show {
            for t in &analysis.techniques {
                let evidence = t.evidence.first().map_or("", |e| e.sentence.of(&analysis.document.text));
                println!("{name}: {} {} {:.2} {}", t.id, t.provenance.as_str(), t.confidence.get(), evidence);
            }
        }
    }
    println!("{read} texts; with any technique: {strict} at strict, {balanced} at balanced");
    println!(
        "{sentences} sentences mapped at {:.0} a second",
        sentences as f64 / spent.as_secs_f64().max(f64::MIN_POSITIVE)
    );
    Ok(())
}
