//! EPSS: files as FIRST writes them and as nobody should, and what they make of the risk.

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use bartizan_response::risk::epss::{Code, Epss, MOST_BYTES, parse};
use bartizan_response::{assess, risk::Factor};
use proptest::prelude::*;
use std::sync::Arc;

const HEAD: &str = "#model_version:v2025.03.14,score_date:2026-05-01T12:55:00Z\ncve,epss,percentile\n";

fn file(rows: &str) -> Epss {
    parse(format!("{HEAD}{rows}").as_bytes()).expect("readable")
}

/// 2026-05-20, 19 days after the file.
const NOW: i64 = 1_779_235_200;

/// The factor of a report on two vulnerabilities that are not in CISA's catalogue.
fn factor(epss: Option<Epss>, now: i64) -> Factor {
    let pack = Pack::built_in();
    let text = "The patch mends CVE-2020-99991 and CVE-2020-99992 in the mail gateway.";
    let analysis = Analyzer::new(pack)
        .analyze(&Input::new("r.txt", text.as_bytes()), &Options { now, ..Options::default() })
        .expect("readable");
    let options =
        bartizan_response::Options { epss: epss.map(Arc::new), ..bartizan_response::Options::default() };
    let risk = assess(&analysis, pack, None, &options).risk;
    risk.factors.into_iter().find(|f| f.key == "exploitation").expect("vulnerabilities are named")
}

#[test]
fn a_file_as_first_writes_it() {
    let epss = file("CVE-1999-0001,0.00383,0.69949\r\nCVE-2024-3400,0.94,0.99\n");
    assert_eq!(epss.model, "v2025.03.14");
    assert_eq!(epss.date.map(|d| d.to_string()).as_deref(), Some("2026-05-01"));
    assert_eq!(epss.count(), 2);
    assert!(epss.faults.is_empty(), "{:?}", epss.faults);
    let estimate = epss.of("CVE-2024-3400").expect("it is there");
    assert_eq!((estimate.probability, estimate.percentile), (0.94, 0.99));
    assert_eq!(epss.of("CVE-1999-001"), epss.of("CVE-1999-0001"), "the number counts, not its noughts");
    assert_eq!(epss.of("CVE-2024-3401"), None);
    assert_eq!(epss.of("T1059"), None);
}

#[test]
fn each_fault_has_its_code() {
    let broken = [
        "",
        "CVE-2020-1,NaN,0.5",
        "CVE-2020-1,inf,0.5",
        "CVE-2020-1,-0.1,0.5",
        "CVE-2020-1,1.1,0.5",
        "CVE-2020-1,0.1,2",
        "CVE-2020-1,0.1",
        "CVE-2020-1,0.1,0.5,0.5",
        "CVE-20-1,0.1,0.5",
        "CVE-2020-,0.1,0.5",
        "CVE-2020-99999999999999999999999,0.1,0.5",
        "CVÉ-2020-1,0.1,0.5",
        "<html>",
    ];
    let text = format!(
        "cve,epss,percentile\n{}\nCVE-2020-0001,0.1,0.5\nCVE-2020-0002,0.2,0.6\nCVE-2020-0001,0.3,0.4\nCVE-2020-0001,0.2,0.9\n",
        broken.join("\n")
    );
    let epss = parse(text.as_bytes()).expect("readable");
    let found: Vec<_> = epss.faults.iter().map(|f| (f.code, f.line, f.count)).collect();
    // An empty line is none of them.
    let expected = [(Code::Row, 3, broken.len() - 1), (Code::Undated, 1, 1), (Code::Duplicate, 17, 2)];
    assert_eq!(found, expected);
    assert_eq!(epss.of("CVE-2020-1").map(|e| e.probability), Some(0.3), "the highest counts");
    // More rows than are read: `rows_are_bounded` in the module.
    let known: Vec<Code> = found.iter().map(|f| f.0).chain([Code::Rows]).collect();
    assert!(Code::ALL.iter().all(|c| known.contains(c)));
}

#[test]
fn what_is_no_epss_file_is_an_error() {
    let no_heading = "CVE-2020-0001,0.1,0.5\n";
    for (bytes, words) in [
        (&b""[..], "no row"),
        (no_heading.as_bytes(), "line 1: no EPSS file"),
        (b"<html><body>404", "line 1: no EPSS file"),
        (HEAD.as_bytes(), "no row"),
        (b"\xff\xfe\x00", "line 1: no EPSS file"),
    ] {
        let error = parse(bytes).expect_err("no EPSS file");
        assert!(error.contains(words), "{error}");
    }
    let error = parse(&vec![b'#'; MOST_BYTES + 1]).expect_err("too large");
    assert!(error.contains("at most 128 MiB"), "{error}");
}

#[test]
fn an_estimate_takes_the_place_of_not_knowing() {
    let without = factor(None, NOW);
    assert_eq!(without.value, (0.1, 0.7));
    let with = factor(Some(file("CVE-2020-99991,0.25,0.9\nCVE-2020-99992,0.5,0.96\n")), NOW);
    assert!(with.is_known(), "{with:?}");
    // Half way between 0.1, nobody does, and 0.9, the report says so.
    assert!((with.value.0 - 0.5).abs() < 1e-6, "{with:?}");
    for words in ["CVE-2020-99992", "2026-05-01", "0.500", "percentile 96.0"] {
        assert!(with.reason.contains(words), "{}", with.reason);
    }
    assert!(!with.evidence.is_empty());
}

#[test]
fn what_the_file_does_not_tell_widens_the_range() {
    let one = factor(Some(file("CVE-2020-99991,0.25,0.9\n")), NOW);
    assert!((one.value.0 - 0.3).abs() < 1e-6 && one.value.1 == 0.7, "{one:?}");
    assert!(one.reason.contains("no estimate for 1 of 2"), "{}", one.reason);
    let none = factor(Some(file("CVE-2021-1,0.25,0.9\n")), NOW);
    assert_eq!(none.value, (0.1, 0.7));
    assert!(none.reason.contains("EPSS has no estimate"), "{}", none.reason);
    let both = "CVE-2020-99991,0.25,0.9\nCVE-2020-99992,0.5,0.96\n";
    let late = factor(Some(file(both)), NOW + 12 * 86_400);
    assert!(!late.is_known() && late.reason.contains("too long ago"), "{late:?}");
    let undated = parse(format!("cve,epss,percentile\n{both}").as_bytes()).expect("readable");
    let undated = factor(Some(undated), NOW);
    assert!(!undated.is_known() && undated.reason.contains("an untold day"), "{undated:?}");
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), headed in any::<bool>()) {
        let mut all = if headed { HEAD.as_bytes().to_vec() } else { Vec::new() };
        all.extend(bytes);
        if let Ok(epss) = parse(&all) {
            prop_assert!(epss.count() > 0 && epss.count() <= all.len() / 10);
        }
    }

    /// Whatever the order of the rows, the same estimates and the same faults.
    #[test]
    fn rows_may_come_in_any_order(rows in prop::collection::vec((0u8..6, 0u8..5), 1..20)) {
        let write = |rows: &[(u8, u8)]| {
            let rows: Vec<String> =
                rows.iter().map(|(n, p)| format!("CVE-2020-{n},0.{p},0.{p}\n")).collect();
            file(&rows.concat())
        };
        let mut turned = rows.clone();
        turned.reverse();
        let (one, other) = (write(&rows), write(&turned));
        let count = |epss: &Epss| epss.faults.iter().map(|f| f.count).sum::<usize>();
        prop_assert_eq!(count(&one), count(&other));
        for (n, _) in &rows {
            let best = rows.iter().filter(|r| r.0 == *n).map(|r| f32::from(r.1) / 10.0).fold(0.0, f32::max);
            let cve = format!("CVE-2020-{n}");
            prop_assert_eq!(one.of(&cve), other.of(&cve));
            prop_assert!((one.of(&cve).map_or(-1.0, |e| e.probability) - best).abs() < 1e-6);
        }
    }
}
