//! Duplicates on a labelled set. `cargo run --release --example duplicates` prints the figures.

mod labelled;

use std::collections::BTreeSet;

use labelled::dev::DEV;
use labelled::labelled;
use labelled::material::{Material, TRAIN};
use labelled::measure::measure;
use labelled::test::TEST;

#[test]
fn of_the_test_part_few_merges_are_wrong_and_few_duplicates_are_missed() {
    let figures = measure(&labelled(&TEST, 401, 100));
    assert!(figures.precision() >= 0.98, "{figures:?}");
    assert!(figures.recall() >= 0.90, "{figures:?}");
    assert_eq!(figures.credits_lost, 0);
    assert!(figures.reports > 300 && figures.proposal_precision() >= 0.3, "{figures:?}");
}

#[test]
fn the_parts_share_no_project_no_name_and_no_sentence() {
    let all = |part: &Material| -> BTreeSet<&'static str> {
        let kinds = part.kinds.iter().flat_map(|kind| {
            let foreign = kind.foreign.iter().flat_map(|(title, text)| [*title, *text]);
            kind.titles.into_iter().chain(kind.texts).chain(foreign)
        });
        let projects = part.projects.iter().flat_map(|(purl, name)| [*purl, *name]);
        let lists = [part.files, part.verbs, part.nouns, part.variables, part.before, part.after];
        lists.into_iter().flatten().copied().chain(projects).chain(kinds).collect()
    };
    let (train, dev, test) = (all(&TRAIN), all(&DEV), all(&TEST));
    assert!(train.is_disjoint(&dev) && train.is_disjoint(&test) && dev.is_disjoint(&test));
}
