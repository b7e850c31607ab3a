//! Expectations are the words of the intake's specification (see the module) and of SARIF 2.1.0.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Code, Kind, Refused, SarifFault, Submission, mixed, read, sarif, strict};

fn report(value: &Value) -> Result<Submission, Refused> {
    read(value.to_string().as_bytes())
}

/// What is wrong with the least report and these members.
fn wrong(members: Value) -> Vec<(Code, String)> {
    let mut whole = json!({ "purl": "pkg:npm/example-lib@1.0.1" });
    for (key, value) in members.as_object().expect("members") {
        whole[key] = value.clone();
    }
    match report(&whole) {
        Err(Refused::Invalid(all)) => all.into_iter().map(|v| (v.code, v.field)).collect(),
        other => panic!("{other:?}"),
    }
}

fn malformed(text: &str) -> String {
    match read(text.as_bytes()) {
        Err(Refused::Malformed(why)) => why,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn the_example_of_the_specification_is_read() {
    let example = json!({
        "software": "example-lib",
        "ecosystem": "npm",
        "versions": ["1.0.0", "1.0.1"],
        "purl": "pkg:npm/example-lib@1.0.1",
        "affected_symbol": { "file": "src/parse.js", "function": "parseHeader", "line": 142 },
        "attachments": [
            { "filename": "fix.patch", "data": "--- a/src/parse.js\n+++ b/src/parse.js\n", "content_type": "text/plain", "type": "patch" },
            { "filename": "exploit.txt", "data": "Sending a header …", "content_type": "text/plain", "type": "exploit-proof-of-concept" },
        ],
        "references": ["https://github.com/example/example-lib/issues/451"],
        "upstream_ids": ["CVE-2026-12345"],
        "fixed_commit": "9f8e7d6c5b4a3928",
        "package_repo_url": "https://github.com/example/example-lib",
        "discovery_method": "ai-assisted",
        "discovery_tooling": "a model via a harness",
        "email": "reporter@example.org",
        "notify": "milestones",
    });
    let read = report(&example).expect("read");
    assert_eq!(read.purl.as_deref(), Some("pkg:npm/example-lib"));
    assert_eq!(read.versions, ["1.0.0", "1.0.1"], "the package URL's version is there already");
    assert_eq!(read.attachments.len(), 2);
    assert_eq!(read.attachments[0].r#type, Kind::Patch);
    assert!(read.attachments[0].data.starts_with(b"--- a/"));
    let kept = serde_json::to_string(&read).expect("JSON");
    assert!(!kept.contains("Sending a header"), "what is in files is kept apart: {kept}");
    assert!(!format!("{read:?}").contains("Sending"), "and is in no log");
}

#[test]
fn a_report_says_of_what_it_is() {
    let missing = |value: Value| match report(&value) {
        Err(Refused::Invalid(all)) => all.into_iter().map(|v| v.field).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(missing(json!({})), ["software", "ecosystem"]);
    assert_eq!(missing(json!({ "software": "openssl" })), ["ecosystem"]);
    report(&json!({ "software": "openssl", "ecosystem": "OSS-Fuzz" })).expect("both are enough");
    report(&json!({ "purl": "pkg:PYPI/Django_Package" })).expect("a package URL is enough");
    report(&json!({ "cpe": "cpe:2.3:a:openssl:openssl:3.0.1:*:*:*:*:*:*:*" })).expect("so is a CPE name");
}

#[test]
fn every_violation_is_told_at_once_by_its_code() {
    use Code::*;
    let many: Vec<String> = (0..65).map(|i| format!("1.{i}")).collect();
    for (members, code, field) in [
        (json!({ "purl": "npm/lodash" }), InvalidPurl, "purl"),
        (json!({ "ecosystem": "PyPI" }), PurlEcosystemMismatch, "purl"),
        (json!({ "versions": many }), TooManyItems, "versions"),
        (json!({ "versions": ["1", "x".repeat(65)] }), FieldTooLarge, "versions[1]"),
        (json!({ "versions": [""] }), DegenerateValue, "versions[0]"),
        (json!({ "title": "two\nlines" }), ControlCharacters, "title"),
        (json!({ "references": ["ftp://x.example/"] }), InvalidReference, "references[0]"),
        (json!({ "references": ["https://x.example/", "/relative"] }), InvalidReference, "references[1]"),
        (json!({ "upstream_ids": ["CVE-26-1"] }), InvalidUpstreamId, "upstream_ids[0]"),
        (json!({ "upstream_ids": ["GHSA-aaaa-bbbb-cccc", "ABC-1"] }), InvalidUpstreamId, "upstream_ids[1]"),
        (json!({ "fixed_commit": "abc" }), InvalidCommit, "fixed_commit"),
        (json!({ "introduced_commit": "zzzzzzzzzz" }), InvalidCommit, "introduced_commit"),
        (json!({ "affected_symbol": { "line": -1 } }), InvalidSymbolLine, "affected_symbol.line"),
        (json!({ "affected_symbol": { "file": "x".repeat(513) } }), FieldTooLarge, "affected_symbol.file"),
        (json!({ "notify": "all" }), MissingField, "email"),
        (json!({ "notify": "daily", "email": "a@b.example" }), InvalidNotify, "notify"),
        (json!({ "email": "nobody" }), InvalidEmail, "email"),
        (json!({ "package_repo_url": "git@x.example:y" }), InvalidRepoUrl, "package_repo_url"),
        (json!({ "public_on": "2026-02-30" }), InvalidDate, "public_on"),
        (json!({ "relation": "friend" }), InvalidRelation, "relation"),
        (json!({ "cpe": "cpe:2.3:a:x" }), InvalidCpe, "cpe"),
        (json!({ "enrichment": { "a": [[[[[[[[1]]]]]]]] } }), StructureTooDeep, "enrichment"),
        (json!({ "enrichment": { "a": "x".repeat(70_000) } }), FieldTooLarge, "enrichment"),
        (json!({ "enrichment": { "a": "\u{7}" } }), ControlCharacters, "enrichment"),
    ] {
        assert_eq!(wrong(members.clone()), [(code, field.to_owned())], "{members}");
    }
    let both = wrong(json!({ "fixed_commit": "abc", "email": "nobody" }));
    assert_eq!(both.len(), 2, "{both:?}");
}

#[test]
fn files_have_rules_of_their_own() {
    use Code::*;
    let file =
        |name: &str, kind: &str, data: &str| json!({ "filename": name, "content_type": kind, "data": data });
    let cases = [
        (json!({ "filename": "a", "content_type": "text/plain" }), MissingField, "attachments[0].data"),
        (file("../a", "text/plain", "x"), InvalidFilename, "attachments[0].filename"),
        (file("..", "text/plain", "x"), InvalidFilename, "attachments[0].filename"),
        (file("a\\b", "text/plain", "x"), InvalidFilename, "attachments[0].filename"),
        (file("gpj\u{202e}.exe", "text/plain", "x"), InvalidFilename, "attachments[0].filename"),
        (file("a", "text/html", "x"), InvalidContentType, "attachments[0].content_type"),
        (file("a", "text/plain; charset=utf-8", "x"), InvalidContentType, "attachments[0].content_type"),
        (file("a", "application/zip", "not base64!"), InvalidBase64, "attachments[0].data"),
        (file("a", "application/zip", "YQ"), InvalidBase64, "attachments[0].data"),
        (file("a", "text/plain", ""), MissingField, "attachments[0].data"),
        (file("a", "text/plain", &"x".repeat((1 << 20) + 1)), FieldTooLarge, "attachments[0].data"),
    ];
    for (one, code, field) in cases {
        let found = wrong(json!({ "attachments": [one] }));
        assert!(found.contains(&(code, field.to_owned())), "{code:?} {field}: {found:?}");
    }
    // `poc` and `poc.txt` are taken away under one name.
    let two = json!({ "attachments": [file("poc", "text/plain", "x"), file("POC.txt", "text/plain", "y")] });
    assert_eq!(wrong(two), [(InvalidFilename, "attachments[1].filename".to_owned())]);
    let many: Vec<Value> = (0..17).map(|i| file(&i.to_string(), "text/plain", "x")).collect();
    assert_eq!(wrong(json!({ "attachments": many })), [(TooManyItems, "attachments".to_owned())]);
    let wrapped = file("a.zip", "APPLICATION/ZIP", "UEsD\nBA==");
    let read = report(&json!({ "purl": "pkg:npm/x", "attachments": [wrapped] })).expect("read");
    assert_eq!(read.attachments[0].data, [0x50, 0x4b, 3, 4]);
}

#[test]
fn only_one_strict_document_is_read() {
    assert!(malformed(r#"{"purl":"pkg:npm/x","purl":"pkg:npm/y"}"#).contains("twice"));
    let inner = r#"{"purl":"pkg:npm/x","attachments":[{"data":"x","data":"y"}]}"#;
    assert!(malformed(inner).contains("twice"));
    assert!(malformed(r#"{"purl":"pkg:npm/x"} {}"#).contains("after"));
    assert!(malformed(r#"{"purl":"pkg:npm/x","admin":true}"#).contains("no field"));
    assert!(malformed(r#"{"purl":7}"#).contains("purl"));
    assert!(malformed(r#"[1]"#).contains("object"));
    assert!(malformed("").contains("EOF"));
    assert!(malformed(&"[".repeat(100_000)).contains("deep"));
    assert!(matches!(read(b"{\"purl\":\"\xff\"}"), Err(Refused::Malformed(_))));
    assert!(strict(br#"{"a":1.50}"#).is_ok());
}

/// A body as curl writes it.
fn body(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all = Vec::new();
    for (headers, body) in parts {
        all.extend(format!("--b\r\n{}\r\n\r\n", headers.replace('\n', "\r\n")).as_bytes());
        all.extend(*body);
        all.extend(b"\r\n");
    }
    all.extend(b"--b--\r\n");
    all
}

const REPORT: &str = "Content-Disposition: attachment; name=\"report\"; filename=\"report.json\"\nContent-Type: application/json";

#[test]
fn files_come_as_parts_of_their_own() {
    let file = "Content-Disposition: attachment; name=\"attachment\"; filename=\"pocé.c\"\nContent-Type: text/plain\nContent-Akrites-Type: reproducer";
    let zip =
        "Content-Disposition: attachment; name=attachment; filename=a.zip\nContent-Type: application/zip";
    let report: &[u8] = br#"{"purl":"pkg:npm/x@1"}"#;
    let parts: [(&str, &[u8]); 3] = [(file, b"int main"), (REPORT, report), (zip, b"PK\x03\x04\r\n--c")];
    let read = mixed("b", &body(&parts)).expect("read");
    assert_eq!(read.purl.as_deref(), Some("pkg:npm/x"));
    assert_eq!(read.attachments[0].filename, "pocé.c");
    assert_eq!(read.attachments[0].r#type, Kind::Reproducer);
    assert_eq!(read.attachments[1].data, b"PK\x03\x04\r\n--c", "bytes as they are");
    let wrong = |parts: &[(&str, &[u8])]| mixed("b", &body(parts)).expect_err("refused");
    let malformed = |parts: &[(&str, &[u8])]| matches!(wrong(parts), Refused::Malformed(_));
    assert!(malformed(&[(file, b"x")]), "no report");
    assert!(malformed(&[(REPORT, report), (REPORT, report)]), "two reports");
    assert!(malformed(&[(REPORT, br#"{"purl":"pkg:npm/x","attachments":[]}"#)]), "files within");
    for other in [
        "Content-Disposition: form-data; name=\"report\"\nContent-Type: application/json",
        "Content-Disposition: attachment; name=\"other\"\nContent-Type: application/json",
        "Content-Disposition: attachment; name=\"report\"; name=\"report\"\nContent-Type: application/json",
        "Content-Disposition: attachment; name*=UTF-8''report\nContent-Type: application/json",
        "Content-Disposition: attachment; name=\"report\"\nContent-Type: application/json\nContent-Transfer-Encoding: base64",
        "Content-Disposition: attachment; name=\"report\"\nContent-Type: application/json\nContent-Location: x",
        "Content-Disposition: attachment; name=\"report\"\nContent-Type: text/plain",
    ] {
        assert!(malformed(&[(other, report)]), "{other}");
    }
    let bad = "Content-Disposition: attachment; name=attachment; filename=../x\nContent-Type: text/html";
    let Refused::Invalid(all) = wrong(&[(REPORT, br#"{"email":"x"}"#), (bad, b"x")]) else {
        panic!("understood")
    };
    let codes: Vec<_> = all.iter().map(|v| v.code).collect();
    assert!(codes.contains(&Code::InvalidFilename) && codes.contains(&Code::InvalidEmail), "{codes:?}");
    for bytes in [&b""[..], b"--b", b"--b\r\n", b"--b--", b"--b\r\nx\r\n--b--", b"--bx\r\n\r\n\r\n--b--"] {
        assert!(matches!(mixed("b", bytes), Err(Refused::Malformed(_))), "{bytes:?}");
    }
}

#[test]
fn results_of_a_scanner_become_reports() {
    let file = json!({
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "Scan", "semanticVersion": "2.0", "rules": [
                { "id": "js/xss", "shortDescription": { "text": "Cross-site scripting" },
                  "messageStrings": { "default": { "text": "{0} flows to {1}" } },
                  "properties": { "tags": ["security", "external/cwe/cwe-079"] } },
            ] } },
            "versionControlProvenance": [{ "repositoryUri": "https://git.example/lib", "revisionId": "9f8e7d6c5b4a3928" }],
            "results": [
                { "ruleId": "js/xss", "message": { "id": "default", "arguments": ["input", "page"] },
                  "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "src/page.js" }, "region": { "startLine": 7 } },
                                  "logicalLocations": [{ "fullyQualifiedName": "render" }] }],
                  "partialFingerprints": { "primaryLocationLineHash": "39fa2ee980eb94b0:1" } },
                { "ruleId": "js/xss", "kind": "pass", "message": { "text": "fine" } },
                { "ruleId": "js/xss", "message": { "text": "known" }, "suppressions": [{ "kind": "inSource" }] },
                { "ruleId": "other", "baselineState": "absent", "message": { "text": "gone" } },
                { "message": { "text": "bare" }, "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "file:///home/ada/x/y.c" } } }] },
            ],
        }],
    });
    let about = Submission { purl: Some("pkg:npm/lib".into()), ..Submission::default() };
    let (reports, left) = sarif(file.to_string().as_bytes(), &about).expect("read");
    assert_eq!((reports.len(), left), (2, 3));
    let one = &reports[0];
    assert_eq!(one.title.as_deref(), Some("Cross-site scripting"));
    assert_eq!(one.description.as_deref(), Some("input flows to page"));
    let symbol = one.affected_symbol.as_ref().expect("a place");
    assert_eq!(
        (symbol.file.as_deref(), symbol.function.as_deref(), symbol.line),
        (Some("src/page.js"), Some("render"), Some(7))
    );
    assert_eq!(one.enrichment["cwe"], "CWE-79");
    assert_eq!(one.discovery_tooling.as_deref(), Some("Scan 2.0"));
    assert_eq!(one.package_repo_url.as_deref(), Some("https://git.example/lib"));
    assert_eq!(one.purl.as_deref(), Some("pkg:npm/lib"));
    let file = reports[1].affected_symbol.as_ref().and_then(|s| s.file.as_deref());
    assert_eq!(file, Some("y.c"), "no path of the scanner's machine");
    assert!(matches!(sarif(b"{}", &about), Err(SarifFault::Form(_))));
    assert!(matches!(sarif(b"{", &about), Err(SarifFault::Json(_))));
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
        let _ = mixed("b", &bytes);
        let framed = [&b"--b\r\n"[..], &bytes, b"\r\n--b--"].concat();
        let _ = mixed("b", &framed);
        let _ = sarif(&bytes, &Submission::default());
    }

    #[test]
    fn what_is_read_reads_again_as_the_same(
        title in "[a-zA-Z][a-zA-Zé ]{0,30}", version in "[0-9]{1,3}(\\.[0-9]{1,3}){0,2}", file in "[a-z/]{1,20}\\.c",
    ) {
        let whole = json!({ "purl": "pkg:npm/x", "title": title, "versions": [version], "affected_symbol": { "file": file } });
        let first = report(&whole).expect("read");
        let again = report(&serde_json::to_value(&first).expect("JSON")).expect("read again");
        prop_assert_eq!(first, again);
    }
}
