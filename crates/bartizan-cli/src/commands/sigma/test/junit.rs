//! JUnit's XML, as build servers read it.

use std::fmt::Write;

use super::case::{Done, Verdict};

/// The report of all tests.
pub fn document(done: &[Done]) -> String {
    let count = |state: &str| done.iter().filter(|d| d.verdict.state() == state).count();
    let counts =
        format!("tests=\"{}\" failures=\"{}\" errors=\"{}\"", done.len(), count("failed"), count("error"));
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"bartizan sigma test\" {counts}>\n"
    );
    for test in done {
        let (file, name) = (escaped(&test.case.file.display().to_string()), escaped(&test.case.name));
        // A String takes everything.
        let _ = match &test.verdict {
            Verdict::Passed => writeln!(text, "    <testcase classname=\"{file}\" name=\"{name}\"/>"),
            Verdict::Failed(why) => writeln!(
                text,
                "    <testcase classname=\"{file}\" name=\"{name}\"><failure message=\"{}\"/></testcase>",
                escaped(why)
            ),
            Verdict::Error(code, why) => writeln!(
                text,
                "    <testcase classname=\"{file}\" name=\"{name}\"><error type=\"{}\" message=\"{}\"/></testcase>",
                escaped(code),
                escaped(why)
            ),
        };
    }
    text + "  </testsuite>\n</testsuites>\n"
}

/// Text as the value of an attribute; what XML 1.0 cannot hold becomes the replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
