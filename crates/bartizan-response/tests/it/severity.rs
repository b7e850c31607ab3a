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
        assert_eq!(severity::scores(vector).map(|s| s.base), Some(score), "{vector}");
    }
    assert_eq!(severity::scores("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H"), None);
}

/// 5.0 × 0.92 is 4.6, and a little more in binary fractions.
#[test]
fn a_tenth_is_not_rounded_up() {
    let vector = "CVSS:3.0/AV:N/AC:H/PR:L/UI:R/S:C/C:H/I:L/A:N/RC:U/MPR:H/MUI:N/MS:U/MI:L";
    assert_eq!(severity::scores(vector).map(|s| s.environmental), Some(4.6));
}

#[test]
fn vectors_have_their_place() {
    let text = "Scored “9.8” (CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H). Update.";
    let analysis = Analyzer::new(Pack::built_in())
        .analyze(&Input::new("note.txt", text.as_bytes()), &Options::default())
        .expect("readable");
    let found = severity::vectors(&analysis);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].scores.map(|s| s.base), Some(9.8));
    assert_eq!(found[0].evidence.span.of(&analysis.document.text), found[0].text);
}

/// 200 vectors of each version with the package's scores, made by `scripts/cvss-oracle.py --fixture`.
#[test]
fn scores_of_the_reference_package() {
    let table = include_str!("../data/cvss.csv");
    let mut versions = std::collections::BTreeMap::<&str, usize>::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [vector, base, temporal, environmental, word] = cells[..] else { panic!("five cells: {line}") };
        let found = severity::scores(vector).expect(vector);
        // The package gives no score of 2.0 for a group of metrics that is not there.
        for (score, expected) in
            [(found.base, base), (found.temporal, temporal), (found.environmental, environmental)]
        {
            assert!(expected.is_empty() || expected == format!("{score:.1}"), "{line}: {score}");
        }
        assert_eq!(found.rating().as_str(), word, "{line}");
        *versions.entry(found.version.as_str()).or_default() += 1;
    }
    assert_eq!(
        versions.into_iter().collect::<Vec<_>>(),
        [("2.0", 200), ("3.0", 200), ("3.1", 200), ("4.0", 200)]
    );
}
