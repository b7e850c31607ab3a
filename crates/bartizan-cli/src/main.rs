//! The `bartizan` program: arguments, resolved options, one library call, output.

use anyhow::Context;

fn main() -> anyhow::Result<()> {
    let path = std::env::args().nth(2).context("usage: bartizan analyze FILE")?;
    let bytes = std::fs::read(&path)?;
    let analyzer = bartizan::Analyzer::new(bartizan_knowledge::Pack::built_in());
    let analysis = analyzer.analyze(&bartizan::Input::new(path, bytes), &bartizan::Options::default())?;
    println!("{analysis:#?}");
    Ok(())
}
