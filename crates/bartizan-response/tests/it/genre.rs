//! Kinds of text.

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use bartizan_response::genre::{self, Genre};

fn check(text: &str, expected: Genre) {
    let analysis = Analyzer::new(Pack::built_in())
        .analyze(&Input::new("note.txt", text.as_bytes()), &Options::default())
        .expect("readable");
    assert_eq!(genre::of(&analysis), expected, "{text}");
}

#[test]
fn kinds_of_text() {
    check("The loader contacts evil[.]top over HTTPS.", Genre::Threat);
    check("CVE-2024-3400 is fixed in version 11.1.2 of the product.", Genre::Vulnerability);
    check(
        "Executive Order 14028 directs federal agencies to report incidents within 30 days.",
        Genre::Policy,
    );
    check(
        "The attackers ran PowerShell to download the payload and created a scheduled task for persistence.",
        Genre::Threat,
    );
    check("Next year the attackers will create a scheduled task for persistence.", Genre::Other);
    check("The bakery opens at eight and closes at noon.", Genre::Other);
}
