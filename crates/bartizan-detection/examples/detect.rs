//! `detect FILE…`: prints the rules of reports, and what became none. For looking at while developing.

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let analyzer = Analyzer::new(Pack::built_in());
    for path in std::env::args().skip(1) {
        let input = Input::new(path.clone(), std::fs::read(&path)?);
        let analysis = analyzer.analyze(&input, &Options::default())?;
        let options = bartizan_detection::Options { author: "Bartizan".into(), date: "2026-11-30".into() };
        let found = bartizan_detection::detect(&analysis, Pack::built_in(), &options);
        for rule in &found.rules {
            println!("{}---", rule.yaml);
        }
        for refused in &found.refused {
            println!("refused [{}] {}", refused.code, refused.reason);
        }
        for left in &found.undetectable {
            let observable = &analysis.observables[left.observable];
            println!("left {} {}: {}", observable.kind.as_str(), observable.value, left.reason);
        }
        let covered = found.techniques.iter().filter(|t| !t.rules.is_empty()).count();
        println!("{path}: {} rules, {} of {} techniques", found.rules.len(), covered, found.techniques.len());
    }
    Ok(())
}
