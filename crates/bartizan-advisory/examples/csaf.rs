//! Validates CSAF files: prints, for each, one line of JSON with its findings.
//!
//! usage: csaf FILE…           findings
//!        csaf --emit FOLDER   writes sample advisories in every format, for scripts/advisory-oracles.sh
#![allow(clippy::disallowed_methods)]

use std::error::Error;
use std::path::Path;

use bartizan_advisory::csaf::{Options, validate};

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, folder] = arguments.as_slice()
        && flag == "--emit"
    {
        for (format, file) in samples::files() {
            let folder = Path::new(folder).join(format);
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join(&file.name), &file.bytes)?;
        }
        return Ok(());
    }
    for path in &arguments {
        let report = validate(&std::fs::read(path)?, &Options::default());
        println!("{}", serde_json::json!({ "file": path, "valid": report.is_valid(), "report": report }));
    }
    Ok(())
}
