//! Reports by anybody, one a line with fields between tabs: compared within bounds, the same whoever comes first.
#![no_main]

use bartizan_clearinghouse::duplicate::{Prepared, Report, automatic_groups, candidates, cluster};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let report = |(number, line): (usize, &str)| {
        let mut fields = line.split('\t').map(str::to_owned);
        let mut next = || fields.next().filter(|field| !field.is_empty());
        Report {
            id: format!("{number:03}"),
            product: next().unwrap_or_default(),
            upstream: next().into_iter().collect(),
            fixed_by: next(),
            cwe: next().and_then(|field| field.parse().ok()),
            path: next(),
            symbol: next(),
            title: next().unwrap_or_default(),
            // Lines of a trace are separated by `;` here.
            trace: next().map(|field| field.replace(';', "\n")),
            text: next().unwrap_or_default(),
            ..Report::default()
        }
    };
    let reports: Vec<Prepared> =
        text.split('\n').take(32).enumerate().map(report).map(|report| Prepared::of(&report)).collect();
    for (at, a) in reports.iter().enumerate() {
        for b in &reports[at..] {
            assert_eq!(a.compare(b), b.compare(a));
        }
    }
    let groups = automatic_groups(&reports, &candidates(&reports));
    assert!(groups.iter().map(|group| group.len()).sum::<usize>() <= reports.len());
    let traces: Vec<_> = reports.into_iter().map(|report| report.trace).collect();
    assert_eq!(cluster(&traces).len(), traces.len());
});
