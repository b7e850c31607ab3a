//! The decision tables against those that CERT/CC publishes: every row, and every way to know only part.
#![allow(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;

use bartizan_clearinghouse::priority::{BuiltIn, Evidence, Point, Said, decide};

/// The published CSV files by name; none without `BARTIZAN_SHARED`.
fn published() -> Option<BTreeMap<String, String>> {
    let Some(root) = std::env::var_os("BARTIZAN_SHARED") else {
        eprintln!("skipped: no published tables (set BARTIZAN_SHARED)");
        return None;
    };
    let path = PathBuf::from(root).join("data/clearinghouse/ssvc-tables.tar.zst");
    let file = std::fs::File::open(path).expect("the archive");
    let mut archive = tar::Archive::new(ruzstd::decoding::StreamingDecoder::new(file).expect("zstd"));
    let mut found = BTreeMap::new();
    for entry in archive.entries().expect("tar") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").into_owned();
        if path.extension().is_some_and(|end| end == "csv") && path.to_string_lossy().contains("/csv/") {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let mut text = String::new();
            entry.read_to_string(&mut text).expect("text");
            found.insert(name, text);
        }
    }
    Some(found)
}

/// Fields of a line of CSV.
fn fields(line: &str) -> Vec<String> {
    let (mut all, mut field, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => all.push(std::mem::take(&mut field)),
            _ => field.push(c),
        }
    }
    all.push(field);
    all
}

/// A published table: the points as they stand in our table, by column; the rows as keys, the outcome last.
fn rows(built_in: BuiltIn, text: &str) -> (Vec<&'static Point>, Vec<Vec<String>>) {
    let table = built_in.table();
    let mut lines = text.lines();
    let head = fields(lines.next().expect("a head"));
    // `In KEV v1.0.0 (cisa)` is the point of that name and version.
    let column = |title: &String| {
        let named = |p: &&Point| {
            title.starts_with(&format!("{} v{}", p.name, p.id.rsplit(':').next().expect("a version")))
        };
        table
            .points
            .iter()
            .chain([&table.outcome])
            .find(named)
            .unwrap_or_else(|| panic!("{title} in {}", table.id))
    };
    let columns: Vec<&Point> = head.iter().skip(1).map(column).collect();
    let key = |point: &Point, name: &str| {
        let value = point.values.iter().find(|value| value.name.eq_ignore_ascii_case(name)).expect("a value");
        value.key.clone()
    };
    let rows = lines.map(|line| {
        let values = fields(line);
        columns.iter().zip(values.iter().skip(1)).map(|(point, name)| key(point, name)).collect()
    });
    (columns.clone(), rows.collect())
}

fn said(point: &Point, keys: &[&str]) -> Said {
    let evidence = Evidence { source: "test".into(), date: 0, words: String::new() };
    Said { point: point.id.clone(), keys: keys.iter().map(|&key| key.to_owned()).collect(), evidence }
}

#[test]
fn every_row_of_every_published_table_is_reproduced() {
    let Some(published) = published() else { return };
    assert_eq!(published.len(), BuiltIn::ALL.len(), "a table for each published one");
    let mut count = 0;
    for &built_in in BuiltIn::ALL {
        let (columns, rows) = rows(built_in, &published[built_in.file()]);
        assert_eq!(rows.len(), built_in.table().rows.len());
        for (number, row) in rows.iter().enumerate() {
            let all: Vec<Said> =
                columns.iter().zip(row).rev().skip(1).map(|(point, key)| said(point, &[key])).collect();
            let decision = decide(built_in.table(), &all).expect("decides");
            let certain = decision.certain().expect("one outcome");
            assert_eq!(Some(&certain.key), row.last(), "{} row {number}", built_in.file());
            assert_eq!(certain.rows, [number], "numbered as published");
            count += 1;
        }
    }
    println!("{count} rows of {} tables", published.len());
}

/// Every set of possible values of every point: for each of the four questions yes, no, or unknown.
#[test]
fn every_partial_answer_to_bod_26_04_gives_exactly_the_outcomes_it_leaves() {
    let Some(published) = published() else { return };
    let (columns, rows) = rows(BuiltIn::Bod2604, &published[BuiltIn::Bod2604.file()]);
    let points = &columns[..4];
    for number in 0..81usize {
        let choice = |at: usize| number / 3usize.pow(at as u32) % 3;
        let possible: Vec<Vec<&str>> = points
            .iter()
            .enumerate()
            .map(|(at, point)| {
                let keys: Vec<&str> = point.values.iter().map(|value| value.key.as_str()).collect();
                if choice(at) == 2 { keys } else { vec![keys[choice(at)]] }
            })
            .collect();
        let mut expected: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (row_number, row) in rows.iter().enumerate() {
            if possible.iter().zip(row).all(|(keys, key)| keys.contains(&key.as_str())) {
                expected.entry(&row[4]).or_default().insert(row_number);
            }
        }
        // What is unknown is not said; said as all values it is the same.
        for loud in [false, true] {
            let all: Vec<Said> = points
                .iter()
                .zip(&possible)
                .filter(|(_, keys)| loud || keys.len() == 1)
                .map(|(point, keys)| said(point, keys))
                .collect();
            let decision = decide(BuiltIn::Bod2604.table(), &all).expect("decides");
            let found: BTreeMap<&str, BTreeSet<usize>> = decision
                .outcomes
                .iter()
                .map(|outcome| (outcome.key.as_str(), outcome.rows.iter().copied().collect()))
                .collect();
            assert_eq!(found, expected, "{possible:?}");
        }
    }
}
