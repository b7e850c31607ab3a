use crate::Report;
use bartizan_library::Library;

#[test]
fn what_is_no_library_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("x.db");
    assert!(Library::open(&path).expect_err("there is none").is_missing());
    for content in [&b"not a database, only text that is long enough to be looked at as one"[..], &[0; 4096]]
    {
        std::fs::write(&path, content).expect("written");
        let error = Library::open_or_create(&path).expect_err("this is no library");
        assert!(error.is_foreign(), "{error}");
        assert_eq!(std::fs::read(&path).expect("read"), content, "it was left alone");
    }
}

#[test]
fn what_is_no_analysis_is_refused() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let library = Library::open_or_create(&folder.path().join("x.db")).expect("made");
    let good = Report::new("a", "a");
    let mut version = Report::new("a", "a");
    version.json["schema_version"] = "2.0".into();
    let mut hash = Report::new("a", "a");
    hash.json["document"]["sha256"] = "../../etc".into();
    let mut marking = Report::new("a", "a");
    marking.json["marking"] = "TLP:PUCE".into();
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    for bad in [
        version.bytes(),
        hash.bytes(),
        marking.bytes(),
        deep,
        b"{}".to_vec(),
        Vec::new(),
        good.bytes()[1..].to_vec(),
    ] {
        assert!(library.add(&bad, None, 1).expect_err("this is no analysis").is_input());
    }
    assert_eq!(library.size().expect("counted"), (0, 0));
}

#[test]
fn numbers_and_names_of_any_size_are_bounded() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let library = Library::open_or_create(&folder.path().join("x.db")).expect("made");
    let long = "x".repeat(1_000_000);
    let report = Report::new("a", &long).indicator("o1", "domain", &long).with(
        "observables",
        serde_json::json!({ "id": "o2", "type": "no such kind", "value": "v", "verdict": "indicator",
            "confidence": 1e308, "evidence": [] }),
    );
    library.add(&report.bytes(), None, i64::MAX).expect("added");
    let entry = &library.list(u32::MAX).expect("listed")[0];
    assert!(entry.head.title.chars().count() < 5000);
    assert_eq!(entry.indicators, 1, "claims of unknown kinds are left out");
}
