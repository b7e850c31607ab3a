//! What comes in and goes out as a file: tables, documents, archives, names.

use std::io::Write;

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use serde_json::{Value, json};

use super::token;
use crate::harness::{MEDIA, uuid};
use crate::world::run;

/// A spreadsheet runs what begins like a formula.
#[test]
fn formulas_in_exported_tables() {
    run(async |world| {
        let ada = token(&world, "analyst-first");
        let formulas = [
            "=cmd|' /C calc'!A0",
            "+1+1",
            "-2+3",
            "@SUM(1)",
            "\t=1",
            "\r=1",
            "=HYPERLINK(\"http://x\")",
            "\u{ff1d}1",
            "%0A=1",
            "|calc",
        ];
        let objects: Vec<Value> = formulas
            .iter()
            .map(|text| {
                json!({
                    "type": "indicator", "spec_version": "2.1", "id": format!("indicator--{}", uuid()), "name": text,
                    "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "description": text,
                    "pattern_type": "stix", "pattern": format!("[domain-name:value = '{}']", text.replace('\'', "\\'")),
                    "valid_from": "2026-01-01T00:00:00Z", "labels": [text],
                })
            })
            .collect();
        let body = json!({ "objects": objects }).to_string();
        let path = format!("/taxii2/root/collections/{}/objects/", world.shared.uuid);
        let headers = [("accept", MEDIA), ("content-type", MEDIA)];
        let told = world.ask(&ada, "POST", &path, &headers, body.as_bytes()).await.is(202);
        assert_eq!(told["failure_count"], 0, "{told}");
        let table = world.get(&ada, &format!("/api/v1/collections/{}/objects.csv", world.shared.uuid)).await;
        assert_eq!(table.status, 200);
        let mut cells = 0;
        for row in rows(&table.body) {
            for cell in row {
                cells += 1;
                let start = cell.trim_start_matches([' ', '\u{feff}']).chars().next();
                let runs = start.is_some_and(|c| "=+-@\t\r\n\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(c));
                assert!(!runs, "a cell begins {cell:?}");
            }
        }
        assert!(cells > 15 * formulas.len(), "{}", table.body);
    });
}

/// Cells as RFC 4180 writes them.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            _ => cell.push(c),
        }
    }
    rows
}

fn docx(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in files {
        archive.start_file(*name, options).expect("a file");
        archive.write_all(content).expect("content");
    }
    archive.finish().expect("an archive").into_inner()
}

fn read(name: &str, bytes: Vec<u8>) -> Option<String> {
    let analysis = Analyzer::new(Pack::built_in()).analyze(&Input::new(name, bytes), &Options::default());
    analysis.ok().map(|analysis| {
        let document = serde_json::to_value(bartizan::exchange::json::document(&analysis)).expect("JSON");
        document["document"]["text"].as_str().unwrap_or_default().to_owned()
    })
}

/// XXE, entities that grow, and archives that grow, in what is handed in.
#[test]
fn entities_and_archives_in_submissions() {
    let body = |doctype: &str, text: &str| {
        format!(
            "<?xml version=\"1.0\"?>{doctype}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>Before {text} after the words of the report.</w:t></w:r></w:p></w:body></w:document>"
        )
    };
    let types = br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
    let word = |xml: &str| docx(&[("[Content_Types].xml", types), ("word/document.xml", xml.as_bytes())]);
    let begun = std::time::Instant::now();
    let plain = read("a.docx", word(&body("", "plain"))).expect("a document");
    assert!(plain.contains("Before plain after"), "the reader reads such a document: {plain}");
    let file = r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>"#;
    let web = r#"<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>"#;
    let mut laughs = String::from("<!DOCTYPE x [<!ENTITY a0 \"ha ha ha ha ha ha ha ha ha ha \">");
    for n in 1..12 {
        laughs += &format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10));
    }
    laughs += "]>";
    for (doctype, text) in [(file, "&e;"), (web, "x"), (laughs.as_str(), "&a11;")] {
        let text = read("a.docx", word(&body(doctype, text))).unwrap_or_default();
        assert!(!text.contains("root:") && text.len() < 1 << 20, "{} letters", text.len());
    }
    for name in ["a.html", "a.md", "a.txt", "a.eml"] {
        let text =
            format!("{file}<html><body><p>Before &e; after the words of the report.</p></body></html>");
        assert!(!read(name, text.into_bytes()).unwrap_or_default().contains("root:"), "{name}");
    }
    // 200 MiB of blanks in 200 KiB.
    let blanks = vec![b' '; 200 << 20];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for name in ["[Content_Types].xml", "word/document.xml"] {
        archive.start_file(name, options).expect("a file");
        archive.write_all(&blanks).expect("content");
    }
    let bomb = archive.finish().expect("an archive").into_inner();
    assert!(bomb.len() < 1 << 20);
    assert!(read("a.docx", bomb).unwrap_or_default().len() < 1 << 20);
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

/// The same on the wire: a body is measured after it is unpacked.
#[test]
fn a_body_that_grows_when_it_is_unpacked() {
    run(async |world| {
        let mut packed = flate(&vec![b' '; 64 << 20]);
        let ada = token(&world, "analyst-first");
        let path = format!("/taxii2/root/collections/{}/objects/", world.shared.uuid);
        let headers = [("accept", MEDIA), ("content-type", MEDIA), ("content-encoding", "gzip")];
        assert_eq!(world.ask(&ada, "POST", &path, &headers, &packed).await.status, 413);
        let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
        for path in ["/api/v1/collections", "/api/v1/submissions"] {
            let answer =
                world.ask(&token(&world, "coordinator-first"), "POST", path, &headers, &packed).await;
            assert!(matches!(answer.status, 400 | 413), "{path}: {answer:?}");
        }
        packed = flate(&packed);
        let headers = [("accept", MEDIA), ("content-type", MEDIA), ("content-encoding", "gzip, gzip")];
        let answer = world.ask(&ada, "POST", &path, &headers, &packed).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
    });
}

/// gzip of stored or repeated bytes, by the one compressor that is here: a ZIP's, whose deflate stream is the same.
fn flate(bytes: &[u8]) -> Vec<u8> {
    let archive = docx(&[("x", bytes)]);
    // Local header: 30 bytes and the name; the sizes stand in the central directory.
    let central = archive.windows(4).rposition(|w| w == b"PK\x01\x02").expect("a directory");
    let number = |at: usize| u32::from_le_bytes(archive[at..at + 4].try_into().expect("four"));
    let (crc, packed, size) = (number(central + 16), number(central + 20) as usize, number(central + 24));
    let extra = u16::from_le_bytes([archive[28], archive[29]]) as usize;
    let start = 30 + 1 + extra;
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend_from_slice(&archive[start..start + packed]);
    out.extend_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(&size.to_le_bytes());
    out
}

/// A name that leads out of its folder.
#[test]
fn paths_that_lead_elsewhere() {
    run(async |world| {
        let ada = world.visitor("analyst-first");
        let report = &world.reports[0].id;
        for name in [
            "..%2f..%2fetc%2fpasswd",
            "%2e%2e%2fanalysis.json",
            "..%5canalysis.json",
            "analysis.json%00",
            "analysis.json%00.html",
            "package.zip%2fanalysis.json",
            "%2fetc%2fpasswd",
            "analysis.json/",
            "ANALYSIS.JSON",
            "report.html",
            ".",
            "..",
            "%c0%ae%c0%ae%c0%af",
        ] {
            for path in [format!("/reports/{report}/files/{name}"), format!("/assets/{name}")] {
                let answer = world.get(ada, &path).await;
                let none = answer.status == 404 || (path.starts_with("/assets") && answer.status == 400);
                assert!(none, "{path}: {}", answer.status);
            }
        }
        // A package whose names lead elsewhere is none (jobs::isolate has the cases).
        let isolation = bartizan_server::jobs::isolate::Isolation::new("/bin/false");
        for name in ["../x", "/etc/x", "a/../../x", "a\\..\\x", "C:x", "a//b", ".hidden", "a/."] {
            let package = docx(&[("analysis.json", b"{}"), (name, b"x")]);
            let ended = isolation.unpack(package).await.expect_err("refused");
            assert_eq!(ended.code.as_str(), "worker.broken-package", "{name}");
        }
    });
}
