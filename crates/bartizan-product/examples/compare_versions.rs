//! Compares versions from standard input: lines of scheme, version and version, separated by tabs; `<`, `=` or `>` for
//! each. `scripts/version-oracles.py` holds the answers against the ecosystems' own programs.

use bartizan_product::Scheme;
use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let mut parts = line.split('\t');
        let (Some(scheme), Some(a), Some(b)) =
            (parts.next().and_then(Scheme::named), parts.next(), parts.next())
        else {
            println!("?");
            continue;
        };
        let sign = match scheme.compare(a, b) {
            std::cmp::Ordering::Less => "<",
            std::cmp::Ordering::Equal => "=",
            std::cmp::Ordering::Greater => ">",
        };
        println!("{sign}");
    }
}
