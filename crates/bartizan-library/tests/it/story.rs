use crate::Report;
use bartizan_library::{Library, Outcome};
use bartizan_stix::Tlp;

fn library() -> (tempfile::TempDir, Library) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let library =
        Library::open_or_create(&folder.path().join("library.db")).expect("an empty folder takes a library");
    (folder, library)
}

#[test]
fn analyses_come_in_new_again_and_as_editions() {
    let (folder, library) = library();
    let first = Report::new("a", "Storm over ports").indicator("o1", "domain", "bad.example.net").indicator(
        "o2",
        "domain",
        "both.example.net",
    );
    let added = library.add(&first.bytes(), Some(b"{\"type\":\"bundle\"}"), 1).expect("added");
    assert_eq!((added.number, added.outcome), (1, Outcome::New));
    let again = library.add(&first.bytes(), None, 2).expect("added");
    assert_eq!((again.number, again.outcome), (1, Outcome::Same), "the same bytes are kept once");
    // Other bytes, same title and publisher: an edition.
    let mut second = Report::new("a", "STORM over ports")
        .indicator("o1", "domain", "worse.example.net")
        .indicator("o2", "domain", "both.example.net");
    second.json["document"]["sha256"] = "b".repeat(64).into();
    let edition = library.add(&second.bytes(), None, 3).expect("added");
    assert_eq!((edition.number, edition.outcome), (2, Outcome::Edition(1)));
    let other = Report::new("c", "Something else");
    assert_eq!(library.add(&other.bytes(), None, 4).expect("added").outcome, Outcome::New);

    assert_eq!(library.size().expect("counted"), (3, 2));
    let list = library.list(10).expect("listed");
    let told: Vec<(i64, i64, bool, i64)> =
        list.iter().map(|e| (e.head.number, e.line, e.newest, e.indicators)).collect();
    assert_eq!(told, [(3, 3, true, 0), (2, 1, true, 2), (1, 1, false, 2)]);

    let kept = library.get(1).expect("read").expect("number 1 was added");
    assert_eq!(kept.body, first.bytes(), "an analysis is kept byte for byte");
    assert_eq!(kept.bundle.as_deref(), Some(&b"{\"type\":\"bundle\"}"[..]));
    let previous =
        library.previous(&first.record(), Tlp::Clear).expect("read").kept.expect("there are two editions");
    assert_eq!(previous.number, 2);
    assert!(previous.bundle.is_some(), "the newest bundle there is");

    // Withdrawn: the edition before it is the newest again, also after opening anew.
    assert!(library.remove(2).expect("removed"));
    assert!(!library.remove(2).expect("asked"), "it is gone");
    drop(library);
    let library = Library::open(&folder.path().join("library.db")).expect("opened again");
    assert!(library.list(10).expect("listed").iter().all(|e| e.newest));
    assert_eq!(library.search("worse.example.net", 10).expect("searched"), []);
}

#[test]
fn search_finds_values_defanged_or_not_names_and_words() {
    let (_folder, library) = library();
    let report = Report::new("a", "Storm over ports")
        .indicator("o1", "domain", "bad.example.net")
        .actor("e1", "APT29", "G0016")
        .with(
            "techniques",
            serde_json::json!({ "id": "T1059.001", "claim": "t1", "name": "PowerShell",
            "provenance": "stated", "confidence": 0.9, "evidence": [] }),
        );
    library.add(&report.bytes(), None, 1).expect("added");
    library.add(&Report::new("b", "Quiet elsewhere").bytes(), None, 1).expect("added");
    for asked in [
        "bad.example.net",
        "bad[.]example[.]net",
        "apt29",
        "G0016",
        "t1059.001",
        "storm PORTS",
        "Wörds",
        "words a",
    ] {
        let found: Vec<i64> =
            library.search(asked, 10).expect("searched").iter().map(|h| h.head.number).collect();
        let both = asked == "Wörds";
        assert_eq!(found, if both { vec![2, 1] } else { vec![1] }, "{asked}");
    }
    let hit = &library.search("bad.example.net", 10).expect("searched")[0];
    assert_eq!(hit.passage, "It used bad.example.net.", "the sentence is the evidence");
}

#[test]
fn words_of_a_query_are_never_operators() {
    let (_folder, library) = library();
    library.add(&Report::new("a", "Storm over ports").bytes(), None, 1).expect("added");
    for asked in [
        "\"",
        "NOT storm",
        "storm OR",
        "title:storm",
        "storm*",
        "(((",
        "",
        "  ",
        "NEAR(a b)",
        "a\0b",
        "'; DROP TABLE words",
    ] {
        library.search(asked, 10).expect("any words are words");
    }
    assert_eq!(library.size().expect("counted"), (1, 1));
}

#[test]
fn a_shelf_holds_what_is_shared_and_how_many_hold_it() {
    let (_folder, library) = library();
    let shared = |letter: &str| Report::new(letter, letter).indicator("o1", "ipv4", "203.0.113.7");
    library.add(&shared("a").bytes(), None, 1).expect("added");
    library.add(&shared("b").actor("e1", "APT29", "G0016").bytes(), None, 1).expect("added");
    library
        .add(&Report::new("c", "c").indicator("o1", "ipv4", "203.0.113.8").bytes(), None, 1)
        .expect("added");
    let new = shared("d").actor("e7", "Midnight Blizzard", "G0016");
    let shelf = library.shelf(&new.record(), Tlp::Clear).expect("read");
    assert_eq!(shelf.reports, 3);
    let told: Vec<(i64, Vec<(&str, u32)>)> = shelf
        .earlier
        .iter()
        .map(|e| (e.head.number, e.shared.iter().map(|(c, n)| (c.key.as_str(), *n)).collect()))
        .collect();
    assert_eq!(
        told,
        [(1, vec![("203.0.113.7", 2)]), (2, vec![("G0016", 1), ("203.0.113.7", 2)])],
        "names of other vendors are one actor"
    );
}

#[test]
fn what_may_not_be_told_leaves_no_trace() {
    let build = |secret: bool| {
        let (folder, library) = library();
        let base = Report::new("a", "a").indicator("o1", "sha256", &"1".repeat(64));
        library.add(&base.bytes(), None, 1).expect("added");
        if secret {
            let hidden = Report::new("b", "b").indicator("o1", "sha256", &"1".repeat(64)).marked("TLP:RED");
            library.add(&hidden.bytes(), None, 1).expect("added");
        }
        (folder, library)
    };
    let new = Report::new("d", "d").indicator("o1", "sha256", &"1".repeat(64)).record();
    let ((_f, with), (_g, without)) = (build(true), build(false));
    for marking in [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict] {
        let seen = with.shelf(&new, marking).expect("read");
        assert_eq!(seen, without.shelf(&new, marking).expect("read"), "{}", marking.as_str());
    }
    assert_eq!(with.shelf(&new, Tlp::Red).expect("read").earlier.len(), 2);
}

#[test]
fn a_timeline_joins_publications_and_events() {
    let (_folder, library) = library();
    let event = |day: &str, involves: &[&str]| {
        serde_json::json!({ "id": "d1", "type": "occurred", "when": { "earliest": day, "latest": day, "text": day },
            "summary": format!("on {day}"), "confidence": 0.9, "involves": involves, "evidence": [] })
    };
    let report = Report::new("a", "Storm")
        .actor("e1", "APT29", "G0016")
        .with("events", event("2026-03-01", &["e1"]))
        .with("events", event("2026-02-01", &[]));
    library.add(&report.bytes(), None, 1).expect("added");
    library.add(&Report::new("b", "Calm").bytes(), None, 1).expect("added");
    let days = |of| -> Vec<String> {
        library
            .timeline(of, 10)
            .expect("read")
            .into_iter()
            .map(|m| format!("{} {}", m.earliest, m.summary))
            .collect()
    };
    assert_eq!(
        days(None),
        ["2026-02-01 on 2026-02-01", "2026-03-01 on 2026-03-01", "2026-05-01 Storm", "2026-05-01 Calm"]
    );
    assert_eq!(days(Some("apt29")), ["2026-03-01 on 2026-03-01", "2026-05-01 Storm"]);
    assert_eq!(days(Some("nobody")), Vec::<String>::new());
}

#[test]
fn several_threads_write_at_once() {
    let (_folder, library) = library();
    std::thread::scope(|scope| {
        for letter in ["a", "b", "c", "d"] {
            let library = &library;
            scope.spawn(move || library.add(&Report::new(letter, letter).bytes(), None, 1).expect("added"));
        }
    });
    assert_eq!(library.size().expect("counted"), (4, 4));
}

#[test]
fn a_frozen_library_shows_what_was_there_when_it_was_frozen() {
    let (_folder, library) = library();
    let shared = |letter: &str| Report::new(letter, letter).indicator("o1", "ipv4", "203.0.113.7");
    library.add(&shared("a").bytes(), None, 1).expect("added");
    library.freeze().expect("frozen");
    library.add(&shared("b").bytes(), None, 1).expect("added");
    let shelf = library.shelf(&shared("c").record(), Tlp::Red).expect("read");
    assert_eq!((shelf.reports, shelf.earlier.len()), (1, 1));
    assert_eq!(library.previous(&shared("b").record(), Tlp::Red).expect("read").kept, None);
    assert_eq!(library.size().expect("counted"), (2, 2), "it was kept all the same");
}

#[test]
fn the_same_analysis_at_another_time_is_kept_once() {
    let (_folder, library) = library();
    let report = Report::new("a", "Storm").indicator("o1", "ipv4", "203.0.113.7");
    library.add(&report.bytes(), None, 1).expect("added");
    let mut later = Report::new("a", "Storm").indicator("o1", "ipv4", "203.0.113.7");
    later.json["generated"] = "2026-07-02T00:00:00.000Z".into();
    assert_eq!(library.add(&later.bytes(), None, 2).expect("added").outcome, Outcome::Same);
    let other = later.indicator("o2", "ipv4", "203.0.113.8");
    assert_eq!(library.add(&other.bytes(), None, 3).expect("added").outcome, Outcome::Edition(1));
}

#[test]
fn what_a_page_says_of_itself_does_not_let_it_take_another_place() {
    let (_folder, library) = library();
    let real = Report::new("a", "Storm")
        .indicator("o1", "domain", "bad.example.net")
        .from("https://vendor.example/storm");
    library.add(&real.bytes(), None, 1).expect("added");
    // Same address, another title; then same title, publisher and address, and nothing of what was claimed.
    let mut impostors = [
        Report::new("b", "Sunshine").from("https://vendor.example/storm"),
        Report::new("c", "Storm")
            .indicator("o1", "domain", "other.example.net")
            .from("https://vendor.example/storm"),
    ];
    impostors[1].json["document"]["publisher"] = "Publisher a".into();
    for impostor in impostors {
        let added = library.add(&impostor.bytes(), None, 2).expect("added");
        assert_eq!(added.outcome, Outcome::New);
    }
    // A series: one title and publisher, other addresses.
    let mut next = Report::new("d", "Storm")
        .indicator("o1", "domain", "bad.example.net")
        .from("https://vendor.example/2");
    next.json["document"]["publisher"] = "Publisher a".into();
    assert_eq!(library.add(&next.bytes(), None, 3).expect("added").outcome, Outcome::New);
    assert_eq!(library.search("bad.example.net", 10).expect("searched").len(), 2);
}

#[test]
fn a_stricter_edition_hides_none_that_may_be_shown() {
    let build = |secret: bool| {
        let (folder, library) = library();
        let clear = Report::new("a", "Storm").indicator("o1", "ipv4", "203.0.113.7");
        library.add(&clear.bytes(), Some(b"{}"), 1).expect("added");
        if secret {
            let red = Report::new("a", "Storm").indicator("o1", "ipv4", "203.0.113.7").marked("TLP:RED");
            assert_eq!(library.add(&red.bytes(), None, 2).expect("added").outcome, Outcome::Edition(1));
        }
        (folder, library)
    };
    let ((_f, with), (_g, without)) = (build(true), build(false));
    let new = Report::new("d", "d").indicator("o1", "ipv4", "203.0.113.7").record();
    assert_eq!(with.shelf(&new, Tlp::Clear).expect("read"), without.shelf(&new, Tlp::Clear).expect("read"));
    let again = Report::new("a", "Storm").indicator("o1", "ipv4", "203.0.113.7").record();
    let found = with.previous(&again, Tlp::Clear).expect("read");
    assert!(found.stricter, "the owner is told");
    assert_eq!(
        found.kept,
        without.previous(&again, Tlp::Clear).expect("read").kept,
        "and the clear edition goes on"
    );
}

#[test]
fn the_same_claims_with_another_bundle_keep_the_newer_bundle() {
    let (_folder, library) = library();
    let report = Report::new("a", "Storm").indicator("o1", "ipv4", "203.0.113.7");
    library.add(&report.bytes(), Some(b"{\"n\":1}"), 1).expect("added");
    assert_eq!(library.add(&report.bytes(), Some(b"{\"n\":2}"), 2).expect("added").outcome, Outcome::Same);
    let kept = library.get(1).expect("read").expect("there");
    assert_eq!(kept.bundle.as_deref(), Some(&b"{\"n\":2}"[..]));
    library.add(&report.bytes(), None, 3).expect("added");
    assert!(library.get(1).expect("read").expect("there").bundle.is_some(), "none takes none away");
}

#[test]
fn a_number_is_given_once_and_what_is_removed_is_gone_from_the_file() {
    let (folder, library) = library();
    let secret = Report::new("a", "Storm").indicator("o1", "domain", "very-secret-name.example.net");
    library.add(&secret.bytes(), None, 1).expect("added");
    assert!(library.remove(1).expect("removed"));
    assert_eq!(library.add(&Report::new("b", "b").bytes(), None, 2).expect("added").number, 2);
    drop(library);
    for entry in std::fs::read_dir(folder.path()).expect("listed") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("read");
        assert!(!bytes.windows(16).any(|w| w == b"very-secret-name"));
    }
}
