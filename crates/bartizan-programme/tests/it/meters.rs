//! Budgets: reservation and settlement, at the ends of the numbers too.

use bartizan_programme::Code;
use bartizan_programme::grant::{MOST_OPEN, Meter, Usage};
use proptest::prelude::*;

use crate::world::*;

fn usage(calls: u64, tokens: u64, money_micros: u64) -> Usage {
    Usage { calls, tokens, money_micros }
}

#[test]
fn what_is_reserved_is_taken_until_it_is_settled() {
    let mut meter = Meter::new(usage(3, 1_000, 100));
    meter.reserve(&name("a"), usage(1, 600, 10)).expect("reserved");
    let again = meter.reserve(&name("a"), usage(1, 1, 1)).map_err(|e| e.code());
    assert_eq!(again, Err(Code::NameTaken));
    let beyond = meter.reserve(&name("b"), usage(1, 401, 10)).map_err(|e| (e.code(), e.is_spent()));
    assert_eq!(beyond, Err((Code::CallBudget, true)));
    meter.reserve(&name("b"), usage(1, 400, 10)).expect("reserved");
    assert_eq!((meter.left(), meter.reserved()), (usage(1, 0, 80), usage(2, 1_000, 20)));
    let settled = meter.settle(&name("a"), Some(usage(1, 100, 1))).expect("settled");
    assert_eq!((settled.given_back, settled.beyond), (usage(0, 500, 9), usage(0, 0, 0)));
    let twice = meter.settle(&name("a"), None).map_err(|e| e.code());
    assert_eq!(twice, Err(Code::UnknownCall), "a call is settled once");
    // An endpoint that does not tell has used all; one that did more has used more.
    assert_eq!(meter.settle(&name("b"), None).expect("settled").given_back, usage(0, 0, 0));
    meter.reserve(&name("c"), usage(1, 500, 10)).expect("reserved");
    let settled = meter.settle(&name("c"), Some(usage(1, 900, 5))).expect("settled");
    assert_eq!(settled.beyond, usage(0, 400, 0));
    assert_eq!((meter.used(), meter.left().tokens), (usage(3, 1_400, 16), 0));
    assert_eq!(
        meter.reserve(&name("d"), usage(0, 0, 0)).map_err(|e| e.code()),
        Err(Code::CallBudget),
        "beyond it nothing is"
    );
}

#[test]
fn a_grant_has_so_many_calls_open() {
    let mut meter = Meter::new(usage(u64::MAX, u64::MAX, u64::MAX));
    for n in 0..=MOST_OPEN {
        let reserved = meter.reserve(&name(&format!("c{n}")), usage(1, 1, 1)).map_err(|e| e.code());
        assert_eq!(reserved, if n < MOST_OPEN { Ok(()) } else { Err(Code::TooMany) });
    }
}

/// Numbers of all sizes, with those at the ends more often than they would come by chance.
fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![0..5u64, 0..2_000u64, Just(u64::MAX), Just(u64::MAX - 1), Just(1 << 63), any::<u64>()]
}

prop_compose! {
    fn any_usage()(calls in amount(), tokens in amount(), money_micros in amount()) -> Usage {
        usage(calls, tokens, money_micros)
    }
}

fn parts(usage: Usage) -> [u128; 3] {
    [usage.calls.into(), usage.tokens.into(), usage.money_micros.into()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same with numbers that are wide enough.
    #[test]
    fn nothing_overflows(used in any_usage(), wants in any_usage(), budget in any_usage()) {
        let within = |sum: [u128; 3]| sum.iter().zip(parts(budget)).all(|(sum, most)| *sum <= most);
        let (a, b) = (parts(used), parts(wants));
        prop_assert_eq!(used.leaves(wants, budget), within([a[0] + b[0], a[1] + b[1], a[2] + b[2]]));
    }

    /// Whatever is reserved and settled: nothing is reserved beyond the budget, nothing is lost, nothing is counted twice.
    #[test]
    fn meters_keep_their_books(budget in any_usage(), steps in prop::collection::vec((0..6u8, any_usage(), any::<bool>()), 1..40)) {
        let mut meter = Meter::new(budget);
        let mut open: std::collections::BTreeMap<u8, Usage> = Default::default();
        let (mut used, mut beyond) = ([0u128; 3], false);
        for (call, amount, settles) in steps {
            let label = name(&format!("c{call}"));
            if settles {
                let settled = meter.settle(&label, Some(amount));
                prop_assert_eq!(settled.is_ok(), open.contains_key(&call));
                if let Some(reserved) = open.remove(&call) {
                    for (sum, part) in used.iter_mut().zip(parts(amount)) {
                        *sum = (*sum + part).min(u64::MAX.into());
                    }
                    beyond |= !amount.within(reserved);
                }
            } else if meter.reserve(&label, amount).is_ok() {
                open.insert(call, amount);
                let sum = open.values().fold(used, |sum, one| {
                    let one = parts(*one);
                    [sum[0] + one[0], sum[1] + one[1], sum[2] + one[2]]
                });
                // Sums stop at the largest number, which as a budget has no end.
                let most: u128 = u64::MAX.into();
                prop_assert!(sum.iter().zip(parts(budget)).all(|(sum, budget)| (*sum).min(most) <= budget));
            }
            prop_assert_eq!(parts(meter.used()), used);
            if !beyond {
                prop_assert!(meter.taken().within(budget));
            }
        }
    }
}
