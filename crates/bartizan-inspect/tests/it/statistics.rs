//! Intervals and decisions beside scipy (`scripts/inspect-statistics.py`) and published examples.

use bartizan_inspect::score::close;
use bartizan_inspect::statistics::{
    Baseline, Decision, Direction, Measured, MeasuredSample, Method, against, decide, interval,
    normal_quantile, paired, t_quantile,
};

fn numbers(text: &str) -> Vec<f64> {
    text.split(' ').map(|one| one.parse().expect(one)).collect()
}

/// Values of samples that have each so many epochs.
fn repeated(values: &[f64], epochs: usize) -> Measured {
    let samples = values.chunks(epochs).enumerate();
    let samples = samples
        .map(|(number, values)| MeasuredSample { id: number.to_string(), values: values.to_vec() })
        .collect();
    Measured { samples, ..Measured::default() }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers")]
fn whole(value: f64) -> usize {
    value as usize
}

fn found(what: &str, asked: &[f64]) -> Vec<f64> {
    let bounds = |measured: &Measured, level: f64, method: Method| {
        let found = interval(measured, level);
        assert_eq!(found.method, method, "{what} {asked:?}");
        vec![found.lower, found.upper]
    };
    match what {
        "normal" => vec![normal_quantile(asked[0])],
        "student" => vec![t_quantile(asked[0], asked[1])],
        "wilson" => {
            let (right, all) = (whole(asked[0]), whole(asked[1]));
            bounds(
                &Measured::plain((0..all).map(|one| if one < right { 1.0 } else { 0.0 })),
                asked[2],
                Method::Wilson,
            )
        }
        "mean" => bounds(&Measured::plain(asked[1..].iter().copied()), asked[0], Method::Student),
        "paired" => {
            let (first, second) = asked[2..].split_at(whole(asked[1]));
            let off = paired(
                &Measured::plain(first.iter().copied()),
                &Measured::plain(second.iter().copied()),
                asked[0],
            );
            vec![off.estimate, off.lower, off.upper]
        }
        "welch" => {
            let baseline =
                Baseline { value: asked[1], stderr: Some(asked[2]), samples: Some(whole(asked[3]) as u64) };
            let off = against(&Measured::plain(asked[4..].iter().copied()), baseline, asked[0]);
            vec![off.lower, off.upper]
        }
        "wilson-epochs" => bounds(&repeated(&asked[2..], whole(asked[1])), asked[0], Method::WilsonClustered),
        "mean-epochs" => bounds(&repeated(&asked[2..], whole(asked[1])), asked[0], Method::Student),
        other => panic!("{other}"),
    }
}

#[test]
fn as_scipy_and_inspect() {
    let table = include_str!("../statistics.tsv");
    let mut lines = 0;
    for line in table.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [what, asked, answer] = fields.as_slice() else { panic!("{line}") };
        let (found, wanted) = (found(what, &numbers(asked)), numbers(answer));
        assert_eq!(found.len(), wanted.len());
        for (a, b) in found.iter().zip(&wanted) {
            assert!(close(*a, *b, 1e-9), "{what} {asked}: {a} is not {b}");
        }
        lines += 1;
    }
    assert_eq!(lines, 246);
}

fn share(right: usize, all: usize) -> Measured {
    Measured::plain((0..all).map(|one| if one < right { 1.0 } else { 0.0 }))
}

/// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3.
#[test]
fn as_published() {
    for (right, all, lower, upper) in
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let found = interval(&share(right, all), 0.95);
        assert!(
            (found.lower - lower).abs() < 5e-5 && (found.upper - upper).abs() < 5e-5,
            "{right} of {all}: {found:?}"
        );
    }
}

#[test]
fn a_threshold_is_decided_or_not() {
    // 15 of 148: from 0.0624 to 0.1605.
    let measured = share(15, 148);
    assert_eq!(decide(&measured, 0.0623, 0.95).decision, Decision::AtOrAbove);
    assert_eq!(decide(&measured, 0.1606, 0.95).decision, Decision::Below);
    let Decision::NotDecidable { needed: Some(needed) } = decide(&measured, 0.15, 0.95).decision else {
        panic!("not decidable")
    };
    // With that many samples and the same share the threshold is out; with one less it is not.
    let upper = |all: u64| {
        let all = f64::from(u32::try_from(all).expect("small"));
        let (p, z) = (15.0 / 148.0, 1.959_963_984_540_054_f64);
        (p + z * z / (2.0 * all) + z * (p * (1.0 - p) / all + z * z / (4.0 * all * all)).sqrt())
            / (1.0 + z * z / all)
    };
    assert!(upper(needed) < 0.15 && upper(needed - 1) >= 0.15, "{needed}");
}

#[test]
fn what_cannot_be_said_is_not_said() {
    let undecided = Decision::NotDecidable { needed: None };
    assert_eq!(decide(&Measured::default(), 0.5, 0.95).decision, undecided);
    // On the threshold no number of samples helps.
    assert_eq!(decide(&share(5, 10), 0.5, 0.95).decision, undecided);
    // One value, or values that are all the same, on a scale that is not known.
    assert_eq!(decide(&Measured::plain([7.0]), 5.0, 0.95).decision, undecided);
    assert_eq!(decide(&Measured::plain([7.0; 30]), 5.0, 0.95).decision, undecided);
    assert_eq!(decide(&share(9, 10), f64::NAN, 0.95).decision, undecided);
    // All right: Wilson's bound, not a point.
    let all = decide(&share(10, 10), 0.99, 0.95);
    assert!(
        (all.interval.lower - 0.7225).abs() < 1e-4
            && matches!(all.decision, Decision::NotDecidable { needed: Some(_) }),
        "{all:?}"
    );
    // Equal epochs tell no more than one.
    let same = interval(&repeated(&[1.0; 20], 5), 0.95);
    assert!((same.effective - 4.0).abs() < 1e-12, "{same:?}");
}

#[test]
fn two_logs_over_what_both_have() {
    let of = |values: &[(&str, f64)]| Measured {
        samples: values
            .iter()
            .map(|(id, value)| MeasuredSample { id: (*id).to_owned(), values: vec![*value] })
            .collect(),
        ..Measured::default()
    };
    let first = of(&[("a", 1.0), ("b", 1.0), ("c", 0.0), ("x", 1.0)]);
    let second = of(&[("a", 0.0), ("b", 1.0), ("c", 0.0), ("y", 1.0), ("z", 0.0)]);
    let off = paired(&first, &second, 0.95);
    assert_eq!((off.samples, off.only_first, off.only_second), (3, 1, 2));
    assert!((off.estimate - 1.0 / 3.0).abs() < 1e-12);
    assert!(matches!(off.direction, Direction::NotDecidable { needed: Some(_) }), "{off:?}");
    // Nothing in common.
    let none = paired(&of(&[("a", 1.0)]), &of(&[("b", 1.0)]), 0.95);
    assert_eq!((none.samples, none.direction), (0, Direction::NotDecidable { needed: None }));
    // Always right beside always wrong: three samples do not tell, thirty do.
    let always = |count: usize, value: f64| Measured::plain(std::iter::repeat_n(value, count));
    assert!(matches!(
        paired(&always(3, 1.0), &always(3, 0.0), 0.95).direction,
        Direction::NotDecidable { needed: Some(4) }
    ));
    assert_eq!(paired(&always(30, 0.0), &always(30, 1.0), 0.95).direction, Direction::Lower);
}

#[test]
fn beside_an_exact_number() {
    let baseline = Baseline { value: 0.5, stderr: None, samples: None };
    let off = against(&share(15, 148), baseline, 0.95);
    assert!((off.lower - (0.0624 - 0.5)).abs() < 5e-5 && off.direction == Direction::Lower, "{off:?}");
    assert!(matches!(
        against(&share(6, 10), baseline, 0.95).direction,
        Direction::NotDecidable { needed: Some(_) }
    ));
}
