//! Observables: the Markdown cases of `tests/cases/observables`, and properties that hold for any text.
//!
//! A case is a heading `## name`, a fenced text and a table `| what | value | verdict or reason |`. *What* is a
//! kind (`domain`), `not KIND` (must not be found) or `withheld KIND` (must be refused, for the given reason).
//! An empty third cell asks for any verdict; `name=value` there asks for an attribute.

use bartizan::observable::{Extraction, Extractor, refang};
use bartizan::{Input, ObservableKind, Options, document};
use bartizan_knowledge::Pack;
use proptest::prelude::*;
use std::sync::OnceLock;

fn extractor() -> &'static Extractor {
    static EXTRACTOR: OnceLock<Extractor> = OnceLock::new();
    EXTRACTOR.get_or_init(|| Extractor::new(Pack::built_in()))
}

/// The document and what is found in it.
fn extract(text: &str) -> (bartizan::Document, Extraction) {
    let options = Options::default();
    // A case with a fence is Markdown.
    let name = if text.contains("```") { "case.md" } else { "case.txt" };
    let document = document::read(&Input::new(name, text), &options).expect("the text can be read");
    let extraction = extractor().extract(&document, &options);
    (document, extraction)
}

/// One expectation of a case.
struct Row {
    what: String,
    value: String,
    third: String,
}

/// (name, text, rows) of each case in a file.
fn cases(file: &str) -> Vec<(String, String, Vec<Row>)> {
    let mut out: Vec<(String, String, Vec<Row>)> = Vec::new();
    let mut fenced = false;
    for line in file.lines() {
        if line == "~~~" {
            fenced = !fenced;
            continue;
        }
        if !fenced && let Some(name) = line.strip_prefix("## ") {
            out.push((name.to_owned(), String::new(), Vec::new()));
            continue;
        }
        let Some(case) = out.last_mut() else { continue };
        if fenced {
            case.1.push_str(line);
            case.1.push('\n');
        } else if line.starts_with('|') && !line.starts_with("| what") && !line.starts_with("|---") {
            let cells: Vec<&str> =
                line.trim_matches('|').split(" | ").map(|c| c.trim().trim_matches('|').trim()).collect();
            let [what, value, third] = cells.as_slice() else { panic!("not three cells: {line}") };
            let value = value.trim_matches('`').replace("\\|", "|");
            case.2.push(Row { what: (*what).to_owned(), value, third: (*third).to_owned() });
        }
    }
    out
}

/// Every file of cases. Reading them is the test's work, not the library's.
#[allow(clippy::disallowed_methods)]
fn files() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/observables");
    let mut out: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("a case file")))
        .collect();
    out.sort();
    out
}

#[test]
fn cases_hold() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (file, content) in files() {
        let name = file.rsplit('/').next().unwrap_or("").to_owned();
        for (case, text, rows) in cases(&content) {
            assert!(!rows.is_empty(), "{name}: {case} expects nothing");
            let (document, found) = extract(&text);
            for row in rows {
                count += 1;
                if let Err(message) = holds(&document, &found, &row) {
                    wrong.push(format!("{name}: {case}: {message}"));
                }
            }
        }
    }
    assert!(count > 100, "only {count} expectations were read");
    assert!(wrong.is_empty(), "{} of {count} expectations fail:\n{}", wrong.len(), wrong.join("\n"));
}

fn holds(document: &bartizan::Document, found: &Extraction, row: &Row) -> Result<(), String> {
    let (mode, kind) = row.what.split_once(' ').unwrap_or(("", &row.what));
    let kind = ObservableKind::parse(kind).ok_or_else(|| format!("no kind {kind}"))?;
    let hit =
        found.observables.iter().find(|o| o.kind == kind && (row.value.is_empty() || o.value == row.value));
    let others = || {
        let all: Vec<String> = found
            .observables
            .iter()
            .map(|o| format!("{} {} {} ({})", o.kind.as_str(), o.value, o.verdict.as_str(), o.verdict_reason))
            .chain(
                found
                    .withheld
                    .iter()
                    .map(|w| format!("withheld {} {}: {}", w.kind.as_str(), w.value, w.reason)),
            )
            .collect();
        format!("found {all:?}")
    };
    match mode {
        "not" if hit.is_some() => Err(format!("{} `{}` was found", kind.as_str(), row.value)),
        "not" => Ok(()),
        "withheld" => {
            let refused = found.withheld.iter().find(|w| w.kind == kind && w.value == row.value);
            match refused {
                Some(w) if w.reason == row.third && w.span.of(&document.text) == w.value => Ok(()),
                Some(w) => Err(format!("`{}` was refused because: {}", row.value, w.reason)),
                None => Err(format!("`{}` was not refused; {}", row.value, others())),
            }
        }
        _ => match hit {
            None => Err(format!("no {} `{}`; {}", kind.as_str(), row.value, others())),
            Some(o) if row.third.contains('=') => {
                let (name, value) = row.third.split_once('=').unwrap_or_default();
                let has = o.attributes.iter().any(|(n, v)| n == name && v == value);
                has.then_some(())
                    .ok_or_else(|| format!("`{}` has {:?}, not {}", o.value, o.attributes, row.third))
            }
            Some(o) if !row.third.is_empty() && o.verdict.as_str() != row.third => Err(format!(
                "`{}` is {} ({}), not {}",
                o.value,
                o.verdict.as_str(),
                o.verdict_reason,
                row.third
            )),
            Some(_) => Ok(()),
        },
    }
}

/// Each kind has a case that expects it.
#[test]
fn every_kind_has_a_case() {
    let all: Vec<(String, String)> = files();
    let rows: Vec<Row> =
        all.iter().flat_map(|(_, content)| cases(content)).flat_map(|(_, _, rows)| rows).collect();
    let missing: Vec<&str> = ObservableKind::ALL
        .iter()
        .map(|k| k.as_str())
        .filter(|k| !rows.iter().any(|r| r.what == *k))
        .collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

/// What holds of any extraction.
fn check_sound(document: &bartizan::Document, found: &Extraction) {
    for o in &found.observables {
        assert!(!o.value.is_empty(), "empty {}", o.kind.as_str());
        assert!(!o.evidence.is_empty(), "{} has no place", o.value);
        assert!(!o.verdict_reason.is_empty(), "{} has no reason", o.value);
        for e in &o.evidence {
            for span in [e.span, e.sentence] {
                assert!(
                    document.text.get(span.range()).is_some_and(|t| !t.is_empty()),
                    "bad span of {}",
                    o.value
                );
            }
        }
    }
    for w in &found.withheld {
        assert_eq!(document.text.get(w.span.range()), Some(w.value.as_str()));
        assert!(!w.reason.is_empty());
    }
    let mut keys: Vec<_> = found.observables.iter().map(|o| (o.kind, &o.value)).collect();
    keys.sort();
    let all = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), all, "the same value twice");
}

/// Long runs of what the patterns look for: the work must stay linear, so that this test ends.
#[test]
fn long_runs_end() {
    let pieces = [
        ".",
        "a.",
        "[",
        "[.]",
        "(",
        "\\",
        "/",
        "@",
        "a@",
        "0",
        "f",
        "ab:",
        "1.",
        "1.2.3.4",
        "C:\\",
        "C:\\a ",
        "%a",
        "hxxp",
        "hxxp://",
        "http://a",
        "HKLM\\",
        "HKLM\\a ",
        "\"",
        "| ",
        "`",
        "cmd /c ",
        "rule a { ",
        "title: a\n",
        "Mozilla/5.0 (",
        "mutex ",
        "\u{200B}a",
        "ü.",
        "evil[.]com/(",
        "[dot]",
        " DOT ",
        " AT ",
        "-",
        "_",
        "\\_",
        "CVE-",
        "bc1q",
        "T1059",
        "1:",
        "::",
        "a, ",
        "\u{201C}",
    ];
    for piece in pieces {
        let text = piece.repeat(200_000 / piece.len());
        // A ruler of dashes is no text; whatever is one must be read in full.
        match document::read(&Input::new("case.txt", text.as_str()), &Options::default()) {
            Err(error) => assert_eq!(error.code(), bartizan::Code::Empty, "{piece:?}"),
            Ok(_) => {
                let (document, found) = extract(&text);
                check_sound(&document, &found);
            }
        }
    }
}

/// Text put together from what the families look for.
fn report() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("hxxp://evil[.]top/a".to_owned()),
        Just("evil.top".to_owned()),
        Just("45[.]67.89(.)10:8080".to_owned()),
        Just("C:\\Users\\a b\\x.exe".to_owned()),
        Just("HKLM\\Software\\X Y".to_owned()),
        Just("/tmp/.x".to_owned()),
        Just("5d41402abc4b2a76b9719d911017c592".to_owned()),
        Just("bob[at]evil[.]top".to_owned()),
        Just("powershell -enc \"aQBlAHgA\"".to_owned()),
        Just("mutex named \"Q\"".to_owned()),
        Just("rule x { condition: true }".to_owned()),
        Just("[.".to_owned()),
        Just(".]".to_owned()),
        Just("\u{201C}".to_owned()),
        Just("\n".to_owned()),
        Just(" ".to_owned()),
        Just("|".to_owned()),
        "[ -~]{0,12}",
        "\\PC{0,6}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_sound(text in report()) {
        prop_assume!(!text.trim().is_empty());
        if let Ok(document) = document::read(&Input::new("case.txt", text), &Options::default()) {
            let found = extractor().extract(&document, &Options::default());
            check_sound(&document, &found);
        }
    }

    #[test]
    fn refanging_twice_is_refanging_once(text in "[a-z.\\[\\](){}<>\\\\ @:/DOTAT,_-]{0,24}") {
        let once = refang(&text);
        prop_assert_eq!(refang(&once), once);
    }

    /// A canonical value, defanged and put into a sentence, comes back as it was.
    #[test]
    fn values_come_back(name in "[a-z]{3,10}", path in "[a-z0-9]{1,8}", octets in prop::array::uniform4(1u8..=254)) {
        let ip = format!("{}.{}.{}.{}", octets[0], octets[1], octets[2], octets[3]);
        let values = [
            (ObservableKind::Domain, format!("{name}.top")),
            (ObservableKind::Url, format!("https://{name}.top/{path}.php")),
            (ObservableKind::Email, format!("{path}@{name}.top")),
            (ObservableKind::Ipv4, ip),
        ];
        for (kind, value) in values {
            let written = value.replace('.', "[.]").replace("http", "hxxp");
            let (_, found) = extract(&format!("It talks to {written} every hour."));
            prop_assert!(
                found.observables.iter().any(|o| o.kind == kind && o.value == value && o.defanged),
                "{} is not in {:?}", value, found.observables.iter().map(|o| &o.value).collect::<Vec<_>>()
            );
        }
    }
}
