//! Each rule of the public regression data against its own event.
use bartizan_sigma::{
    eval::{Evaluator, Event},
    rule::{self, Document},
};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

fn collect(path: &Path, end: &str, out: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut entries: Vec<_> =
            fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| collect(entry, end, out));
    } else if path.to_string_lossy().ends_with(end) {
        out.push(path.to_owned());
    }
}

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let (mut rules, mut events) = (Vec::new(), Vec::new());
    for path in &args[1..] {
        collect(Path::new(path), ".yml", &mut rules);
    }
    collect(Path::new(&args[0]), ".json", &mut events);
    let mut evaluator = Evaluator::default();
    let mut ids = Vec::new();
    for file in rules {
        let Ok(source) = fs::read_to_string(&file) else { continue };
        let Ok(documents) = rule::parse(&source) else { continue };
        for document in documents {
            if let Document::Rule(rule) = document {
                match evaluator.add(&rule) {
                    Ok(_) => ids.push(rule.id.clone().unwrap_or_default()),
                    Err(error) => println!("refused {}: {error}", file.display()),
                }
            }
        }
    }
    let (mut own, mut all, mut n) = (0, 0, 0);
    for file in events {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut fired = false;
        for value in serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>() {
            let Ok(value) = value else { break };
            n += 1;
            let hits = evaluator.run(&Event::new(value), env::var("ROUTED").is_ok());
            all += hits.len();
            fired |= hits.iter().any(|h| ids[h.rule] == id);
        }
        own += usize::from(fired);
        if !fired {
            println!("silent {id} {}", file.display())
        }
    }
    println!("{n} events, own {own}, all {all}");
}
