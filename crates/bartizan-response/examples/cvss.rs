//! CVSS scores of the vectors on standard input, one a line: `base,temporal,environmental,word`; an empty line for what is no
//! vector. `scripts/cvss-oracle.py` compares them with another program's.
//!
//! `cargo run -p bartizan-response --example cvss < vectors.txt`

use bartizan_response::risk::severity;
use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        match severity::scores(line?.trim()) {
            None => writeln!(out)?,
            Some(s) => writeln!(
                out,
                "{:.1},{:.1},{:.1},{}",
                s.base,
                s.temporal,
                s.environmental,
                s.rating().as_str()
            )?,
        }
    }
    out.flush()
}
