//! Comparing by hand; what a hostile report does.

mod merges;
mod writing;

use super::*;
use proptest::prelude::*;

fn report(id: &str) -> Report {
    Report {
        id: id.into(),
        credits: vec![Credit(format!("finder of {id}"))],
        product: "pkg:generic/box@1.2".into(),
        cwe: Some(787),
        path: Some("src/io/open.c".into()),
        symbol: Some("box_open".into()),
        line: Some(100),
        title: "Out-of-bounds write in box_open".into(),
        text: "box_open copies hdr_len bytes into out_buf; copy_chunk() writes behind it after 4096 bytes."
            .into(),
        ..Report::default()
    }
}

fn compare(a: &Report, b: &Report) -> Option<Candidate> {
    let (a, b) = (Prepared::of(a), Prepared::of(b));
    let there = a.compare(&b);
    assert_eq!(there, b.compare(&a), "it does not matter who comes first");
    there
}

fn found(a: &Report, b: &Report) -> (Tier, bool) {
    let candidate = compare(a, b).expect("a candidate");
    assert!(!candidate.because.is_empty() && (0.0..=1.0).contains(&candidate.score));
    (candidate.tier, candidate.automatic)
}

#[test]
fn identifiers_and_fixes_are_the_strongest_and_contradictions_are_for_a_person() {
    let (mut a, mut b) = (report("a"), report("b"));
    (b.cwe, b.path, b.symbol, b.text) = (None, None, None, "?".into());
    a.upstream = vec!["CVE-2026-1234".into()];
    b.upstream = vec!["https://nvd.example.org/vuln/detail/cve-2026-1234/".into()];
    assert_eq!(found(&a, &b), (Tier::Upstream, true));
    b.product = "pkg:generic/crate".into();
    assert_eq!(found(&a, &b), (Tier::Upstream, false), "another product has another fix");
    let (mut a, mut b) = (report("a"), report("b"));
    (a.fixed_by, b.fixed_by) = (Some("0123456789abcdef".into()), Some("0123456789ABCDEF0000".into()));
    assert_eq!(found(&a, &b), (Tier::Upstream, true));
    b.symbol = Some("box_close".into());
    assert_eq!(found(&a, &b), (Tier::Upstream, false), "one commit may fix two things");
    let (mut a, mut b) = (report("a"), report("b"));
    (a.upstream, b.upstream) = (vec!["CVE-2026-1".into()], vec!["CVE-2026-2".into()]);
    let candidate = compare(&a, &b).expect("a candidate");
    assert!(!candidate.automatic && candidate.because.contains("other CVE"), "{candidate:?}");
}

#[test]
fn lines_and_titles_do_not_matter_and_places_are_read_as_they_are_meant() {
    let a = report("a");
    let mut b = report("b");
    (b.line, b.title) = (Some(4711), "Speicherfehler".into());
    b.product = "box".into();
    b.path = Some("/home/ci/box/src/io/open.c".into());
    b.symbol = Some("box::box_open(char const*)".into());
    assert_eq!(found(&a, &b), (Tier::Place, true));
    b.cwe = Some(122);
    assert_eq!(found(&a, &b), (Tier::Place, false), "another weakness may be another flaw");
    b.text = String::new();
    b.cwe = Some(787);
    assert_eq!(found(&a, &b), (Tier::Place, true));
}

#[test]
fn two_flaws_of_one_function_are_told_apart_by_what_they_speak_of() {
    let a = report("a");
    let mut b = report("b");
    b.text =
        "box_open takes tail_size from the peer; join_parts() then runs over name_area from 512 bytes on."
            .into();
    assert_eq!(found(&a, &b), (Tier::Place, false));
}

#[test]
fn a_translation_is_found_by_what_survives_it() {
    let mut a = report("a");
    let mut b = report("b");
    b.title = "ヒープ破壊".into();
    b.text = "open.c の box_open が hdr_len バイトを out_buf に複写し、copy_chunk() が 4096 バイト以降へ書き込む。".into();
    assert_eq!(found(&a, &b), (Tier::Place, true));
    (b.cwe, b.path, b.symbol) = (None, None, None);
    assert_eq!(found(&a, &b), (Tier::Text, false), "a text is a proposal, never more");
    a.product = "pkg:generic/other".into();
    assert_eq!(compare(&a, &b), None, "the same words of another product are nothing");
}

const ASAN: &str = "==7==ERROR: AddressSanitizer: heap-buffer-overflow
    #0 0x4f1e in __asan_memcpy /llvm/asan.cpp:63:3
    #1 0x51a0 in copy_chunk /build/box/src/io/chunk.c:90:5
    #2 0x51b0 in box_open /build/box/src/io/open.c:120:9
    #3 0x51c0 in box_main(int, char**) /build/box/src/main.c:33:1
    #4 0x51d0 in LLVMFuzzerTestOneInput /fuzz/t.cc:9:1
freed by thread T0 here:
    #0 0x4f1e in __interceptor_free /llvm/asan.cpp:1:1";

#[test]
fn crashes_are_one_where_the_frames_are_and_alike_where_most_are() {
    let (mut a, mut b) = (report("a"), report("b"));
    (a.text, b.text) = ("one".into(), "two".into());
    a.trace = Some(ASAN.into());
    b.trace = Some(ASAN.replace(":90:5", ":97:5").replace("0x51", "0x7f").replace("/build/", "/home/x/"));
    (b.cwe, b.path, b.symbol) = (None, None, None);
    assert_eq!(found(&a, &b), (Tier::Crash, true));
    b.trace = Some(
        ASAN.replace("in copy_chunk /build/box/src/io/chunk.c", "in copy_row /build/box/src/io/chunk.c"),
    );
    assert_eq!(compare(&a, &b), None, "one of three frames is another: similarity 0.66");
    b.trace = Some(
        ASAN.replace("#4", "    #4 0x1 in box_run /b/run.c:1:1\n    #5 0x1 in box_loop /b/run.c:2:1\n    #6"),
    );
    assert_eq!(found(&a, &b), (Tier::Crash, false));
}

#[test]
fn chains_do_not_join_what_contradicts() {
    let (mut a, b, mut c) = (report("a"), report("b"), report("c"));
    (a.upstream, c.upstream) = (vec!["CVE-2026-1".into()], vec!["CVE-2026-2".into()]);
    let prepared: Vec<Prepared> = [a, b, c].iter().map(Prepared::of).collect();
    let all = candidates(&prepared);
    assert_eq!(all.iter().filter(|candidate| candidate.automatic).count(), 2);
    let groups = automatic_groups(&prepared, &all);
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].len(), 2, "b goes with one of them, not with both");
}

#[test]
fn many_reports_under_one_word_stay_cheap() {
    let reports: Vec<Prepared> = (0..3000)
        .map(|n| Report {
            symbol: None,
            cwe: None,
            text: format!("open.c {n}"),
            ..report(&format!("r{n:04}"))
        })
        .map(|report| Prepared::of(&report))
        .collect();
    assert!(candidates(&reports).len() < 3000 * 16);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn any_report_is_compared(
        fields in proptest::collection::vec("\\PC{0,40}", 6),
        trace in "(#[0-9]{1,12} 0x[0-9a-f]{1,4} in \\PC{0,20}\n|at \\PC{0,20}\n|File \"\\PC{0,9}\n){0,20}",
    ) {
        let any = Report {
            id: "x".into(),
            product: fields[0].clone(),
            upstream: vec![fields[1].clone()],
            fixed_by: Some(fields[2].clone()),
            path: Some(fields[3].clone()),
            symbol: Some(fields[4].clone()),
            text: fields[5].clone(),
            trace: Some(trace),
            ..Report::default()
        };
        let prepared = [Prepared::of(&any), Prepared::of(&report("a"))];
        let all = candidates(&prepared);
        prop_assert!(automatic_groups(&prepared, &all).len() <= 1);
        let alike = prepared[0].trace.similarity(&prepared[1].trace);
        prop_assert!((0.0..=1.0).contains(&alike));
    }
}
