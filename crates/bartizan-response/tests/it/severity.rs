//! CVSS: scores as the `cvss` package of PyPI gives them.

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use bartizan_response::risk::severity;

#[test]
fn published_scores() {
    for (vector, score) in [
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8),
        ("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
    ] {
        assert_eq!(severity::score(vector), Some(score), "{vector}");
    }
    assert_eq!(severity::score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H"), None);
}

#[test]
fn vectors_have_their_place() {
    let text = "Scored “9.8” (CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H). Update.";
    let analysis = Analyzer::new(Pack::built_in())
        .analyze(&Input::new("note.txt", text.as_bytes()), &Options::default())
        .expect("readable");
    let found = severity::vectors(&analysis);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].score, Some(9.8));
    assert_eq!(found[0].evidence.span.of(&analysis.document.text), found[0].text);
}
