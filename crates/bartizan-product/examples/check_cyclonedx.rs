//! Checks CycloneDX documents whose file names come from standard input: `ok` or `no` and the violation, a line for each.
//! `scripts/cyclonedx-oracle.py` holds the answers against other validators.

#[allow(clippy::disallowed_methods, reason = "an example reads files")]
fn main() {
    for name in std::io::stdin().lines() {
        let bytes = std::fs::read(name.expect("a line")).expect("a file");
        match bartizan_product::check_cyclonedx(&String::from_utf8_lossy(&bytes)) {
            Ok(_) => println!("ok"),
            Err(error) => println!("no {}", error.to_string().replace('\n', " ")),
        }
    }
}
