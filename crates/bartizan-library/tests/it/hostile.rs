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

/// Runs a statement on the file, as somebody else would.
fn sql(path: &std::path::Path, statement: &'static str) {
    use sqlx::ConnectOptions;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let mut connection = options.connect().await.expect("opened");
        sqlx::raw_sql(statement).execute(&mut connection).await.expect("run");
    });
}

fn kept(name: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join(name);
    let library = Library::open_or_create(&path).expect("made");
    library
        .add(&Report::new("a", "a").indicator("o1", "ipv4", "203.0.113.7").bytes(), None, 1)
        .expect("added");
    (folder, path)
}

#[test]
fn a_library_with_views_or_triggers_is_not_ours() {
    for statement in [
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON claim BEGIN DELETE FROM analysis; END",
    ] {
        let (_folder, path) = kept("x.db");
        sql(&path, statement);
        assert!(Library::open(&path).expect_err("spoiled").is_foreign(), "{statement}");
    }
}

#[test]
fn what_a_hostile_file_holds_keeps_its_form() {
    let (_folder, path) = kept("x.db");
    sql(
        &path,
        "UPDATE analysis SET published = char(27) || ']0;x', sha256 = '<img>', marking = 17, first_day = 'x', last_day = 'y'",
    );
    sql(&path, "UPDATE claim SET confidence = 9e999, places = '[[1,2,3]]'");
    let library = Library::open(&path).expect("opened");
    let entry = &library.list(1).expect("listed")[0];
    assert_eq!((entry.head.published.as_deref(), entry.head.sha256.as_str()), (None, ""));
    assert_eq!(entry.head.marking, bartizan_stix::Tlp::Red, "what is no marking is the strictest");
    let new = Report::new("d", "d").indicator("o1", "ipv4", "203.0.113.7").record();
    let shelf = library.shelf(&new, bartizan_stix::Tlp::Red).expect("read");
    assert!(shelf.earlier.iter().all(|e| e.days.is_none()));
    sql(&path, "UPDATE analysis SET body = x'00'");
    assert!(library.get(1).expect_err("damaged").is_foreign());
}

#[test]
fn a_copy_that_lost_its_journal_mode_can_be_frozen_and_written() {
    let (_folder, path) = kept("x.db");
    sql(&path, "PRAGMA journal_mode = DELETE");
    let library = Library::open_or_create(&path).expect("opened");
    library.freeze().expect("frozen");
    library.add(&Report::new("b", "b").bytes(), None, 2).expect("a reader does not stop a writer");
}

#[test]
fn names_that_look_like_addresses_are_files() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("file:zz.db?mode=memory");
    Library::open_or_create(&path)
        .expect("made")
        .add(&Report::new("a", "a").bytes(), None, 1)
        .expect("added");
    assert!(path.is_file());
}
