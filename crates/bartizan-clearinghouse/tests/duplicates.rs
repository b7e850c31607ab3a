//! Duplicates on a labelled set. `cargo run --release --example duplicates` prints the figures.

mod labelled;

use labelled::labelled;
use labelled::material::TEST;
use labelled::measure::measure;

#[test]
fn of_the_test_part_few_merges_are_wrong_and_few_duplicates_are_missed() {
    let figures = measure(&labelled(&TEST, 303, 60));
    assert!(figures.precision() >= 0.98, "{figures:?}");
    assert!(figures.recall() >= 0.90, "{figures:?}");
    assert_eq!(figures.credits_lost, 0);
}
