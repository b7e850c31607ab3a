//! Merging and taking back.

use crate::duplicate::*;

fn grounds() -> Grounds {
    Grounds { same_cause: true, same_fix: true, because: "one patch closes both".into() }
}

fn three() -> Merges {
    let mut merges = Merges::default();
    for id in ["a", "b", "c"] {
        merges
            .add(id, &[Credit(format!("  {id}: Zoë \"\u{202e}\" & co  ")), Credit("same words".into())])
            .expect("new");
    }
    merges
}

#[test]
fn a_merge_says_cause_and_fix_and_can_be_taken_back_without_loss() {
    let mut merges = three();
    let before = merges.clone();
    for (same_cause, same_fix) in [(false, true), (true, false), (false, false)] {
        let refused = merges.merge("a", "b", Grounds { same_cause, same_fix, ..grounds() });
        assert_eq!(refused, Err(MergeCode::NotTheSame));
    }
    let silent = Grounds { because: " ".into(), ..grounds() };
    assert_eq!(merges.merge("a", "b", silent), Err(MergeCode::ReasonNeeded));
    assert_eq!(merges.merge("a", "x", grounds()), Err(MergeCode::UnknownReport));
    assert_eq!(merges.merge("a", "a", grounds()), Err(MergeCode::AlreadyOne));
    assert_eq!(merges, before);
    let first = merges.merge("a", "b", grounds()).expect("merged");
    let second = merges.merge("b", "c", grounds()).expect("merged");
    assert_eq!(merges.merge("c", "a", grounds()), Err(MergeCode::AlreadyOne));
    assert_eq!(merges.group("a").len(), 3);
    // Every credit of every report, byte for byte, equal ones too.
    assert_eq!(merges.credits("c").len(), 6);
    assert_eq!(merges.credits("c")[0], ("a".into(), Credit("  a: Zoë \"\u{202e}\" & co  ".into())));
    assert_eq!(merges.undo(first, ""), Err(MergeCode::ReasonNeeded));
    merges.undo(first, "another fix was needed").expect("taken back");
    assert_eq!(merges.undo(first, "again"), Err(MergeCode::UnknownMerge));
    assert_eq!((merges.group("a").len(), merges.group("b").len()), (1, 2));
    merges.undo(second, "that one too").expect("taken back");
    for id in ["a", "b", "c"] {
        assert_eq!(merges.credits(id), before.credits(id));
    }
    assert_eq!(merges.log().len(), 2, "what was taken back stays in the log");
    assert_eq!(merges.add("a", &[]), Err(MergeCode::ReportExists));
}

#[test]
fn an_outsider_is_told_the_same_whether_there_are_others_or_not() {
    let alone = {
        let mut merges = Merges::default();
        merges.add("a", &[]).expect("new");
        merges
    };
    let mut merges = three();
    merges.merge("a", "b", grounds()).expect("merged");
    let outsider = |_: &str| false;
    assert_eq!(merges.told("a", outsider), alone.told("a", outsider));
    assert_eq!(merges.told("a", outsider), Told::Received);
    assert_eq!(merges.told("nothing", outsider), Told::Received);
    assert_eq!(merges.told("a", |other| other == "b"), Told::OneWith(["b".to_owned()].into()));
    assert_eq!(MergeCode::ALL.len(), 7, "a new code has a test");
    let full = MergeCode::TooMany;
    assert_eq!(full.as_str(), "duplicate.too-many");
}
