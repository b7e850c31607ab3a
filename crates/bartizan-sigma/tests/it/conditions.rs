//! Conditions. Expectations: Sigma Rules Specification 2.1, section "Condition".

use bartizan_sigma::{Expr, build, rule::parse};

use crate::rule;

const SELECTIONS: &str =
    "  zeta:\n    A: 1\n  alpha:\n    A: 2\n  filter_x:\n    A: 3\n  _hidden:\n    A: 4\n";

/// The tree in brackets, a match as its number.
fn shape(expr: &Expr<'_>) -> String {
    let join =
        |parts: &[Expr<'_>], op: &str| format!("({})", parts.iter().map(shape).collect::<Vec<_>>().join(op));
    match expr {
        Expr::And(parts) => join(parts, " and "),
        Expr::Or(parts) => join(parts, " or "),
        Expr::Not(inner) => format!("not {}", shape(inner)),
        Expr::Match(m) => match m.value {
            bartizan_sigma::rule::Value::Number(n) => n.text().to_owned(),
            other => format!("{other:?}"),
        },
    }
}

fn check(condition: &str, expected: &str) {
    let rule = rule(&format!("{SELECTIONS}  condition: {condition}\n"));
    assert_eq!(shape(&build(&rule, &rule.conditions[0])), expected, "{condition}");
}

#[test]
fn operators_bind_as_specified() {
    check("zeta or alpha and not filter_x", "(1 or (2 and not 3))");
    check("(zeta or alpha) and filter_x", "((1 or 2) and 3)");
    check("not zeta and alpha", "(not 1 and 2)");
    check("not not zeta", "not not 1");
}

#[test]
fn selections_keep_their_order() {
    check("1 of them", "(1 or 2 or 3)");
    check("all of *a", "(1 and 2)");
    check("1 of filter_*", "3");
}

#[test]
fn what_is_no_condition() {
    let refused = |condition: &str| {
        let source = format!(
            "title: t\nlogsource:\n  product: p\ndetection:\n{SELECTIONS}  condition: \"{condition}\"\n"
        );
        parse(&source).err().map(|e| e.code())
    };
    for condition in [
        "zeta | count() > 5",
        "zeta and",
        "(zeta",
        "zeta)",
        "nothing",
        "1 of nothing*",
        "zeta alpha",
        "count(zeta)",
        "1 of (zeta)",
        "",
    ] {
        assert_eq!(refused(condition), Some("sigma.condition"), "{condition}");
    }
    let deep = format!("{}zeta{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(refused(&deep), Some("sigma.condition"));
}
