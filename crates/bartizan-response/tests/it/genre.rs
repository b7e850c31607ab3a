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
    check("The bakery opens at eight and closes at noon.", Genre::Other);
}

#[test]
fn what_only_looks_ahead_is_no_threat() {
    let text =
        "The attackers ran PowerShell to download the payload and created a scheduled task for persistence.";
    let mut analysis = Analyzer::new(Pack::built_in())
        .analyze(&Input::new("note.txt", text.as_bytes()), &Options::default())
        .expect("readable");
    assert!(!analysis.techniques.is_empty(), "the case needs one");
    assert_eq!(genre::of(&analysis), Genre::Threat);
    // The same claims in a sentence that looks ahead.
    analysis.document.text = text.replace("The attackers", "It will be so");
    assert_eq!(genre::of(&analysis), Genre::Other);
    analysis.document.text = text.to_owned();
    analysis.document.metadata.title = Some("Seven security predictions for next year".to_owned());
    assert_eq!(genre::of(&analysis), Genre::Other, "its title calls it a forecast");
}
