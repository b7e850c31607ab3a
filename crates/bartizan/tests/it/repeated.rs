//! What is repeated without end costs no more than its length.
#![allow(clippy::disallowed_methods, reason = "the test looks at the clock")]

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use std::time::{Duration, Instant};

fn time(analyzer: &Analyzer, name: &str, unit: &str, length: usize) -> Duration {
    let mut text = String::with_capacity(length + unit.len());
    if name == "a.html" {
        text.push_str("<!doctype html><p>");
    }
    let mut number = 1000;
    while text.len() < length {
        text.push_str(&unit.replace('#', &number.to_string()));
        number += 1;
    }
    let input = Input::new(name, text);
    let start = Instant::now();
    let _ = analyzer.analyze(&input, &Options::default());
    start.elapsed()
}

/// Eight times the length takes about eight times as long; what is quadratic takes 64 times. `#` is a running number.
/// Timed, so it is run by hand: `cargo test --release -p bartizan --test it time_grows -- --ignored`.
#[test]
#[ignore = "timed; run by hand on a quiet machine"]
fn time_grows_with_length() {
    let analyzer = Analyzer::new(Pack::built_in());
    time(&analyzer, "a.txt", "The loader runs. ", 1 << 10);
    let mut wrong = Vec::new();
    for (name, unit) in [
        // Runs of one class, and marks in one run without blanks.
        ("a.txt", "A1z"),
        ("a.txt", "bc1q"),
        ("a.txt", "@"),
        ("a.txt", "\\"),
        ("a.txt", "http://"),
        // Heads of rules that never close, bare, in strings, in comments.
        ("a.txt", "rule a {"),
        ("a.txt", "rule a { condition "),
        ("a.txt", "\"\\\" rule a { \\\" "),
        ("a.txt", "// rule a {\n"),
        // One thing at many places, many versions of one thing, one relation at many places.
        ("a.txt", "APT29 and "),
        ("a.txt", "Ivanti Connect Secure 1.0.#, "),
        ("a.txt", "APT29 used Mimikatz in Germany. "),
        // Escapes in one token.
        ("a.md", "\\"),
        ("a.md", "\\*"),
        // A text that the writer of HTML escapes at every other byte.
        ("a.html", "a&amp;"),
        ("a.html", "a\u{a0}"),
    ] {
        let grows = |_| {
            let (short, long) =
                (time(&analyzer, name, unit, 64 << 10), time(&analyzer, name, unit, 512 << 10));
            long > short * 24 + Duration::from_millis(200) || long > Duration::from_secs(20)
        };
        // Other work on the machine may disturb one measurement, not three.
        if (0..3).all(grows) {
            wrong.push(unit);
        }
    }
    assert!(wrong.is_empty(), "cost more than their length: {wrong:?}");
}
