//! `bartizan analyze`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use crate::{bartizan, folder, json, sample, stdout, with_input};

/// What a package holds.
pub(crate) const FILES: [&str; 6] = [
    "analysis.json",
    "attack-navigator-layer.json",
    "bundle.json",
    "observables.csv",
    "report.html",
    "report.md",
];

/// Every file below, by its name from there.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            out.extend(files(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            out.insert(name, fs::read(path).unwrap());
        }
    }
    out
}

#[test]
fn one_report_gives_a_folder_named_after_it() {
    let dir = folder("one");
    fs::copy(sample("ransomware-intrusion.html"), dir.join("case 7.html")).unwrap();
    let output = bartizan(&dir).args(["analyze", "case 7.html"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names: Vec<String> = files(&dir.join("case-7")).into_keys().collect();
    let (detections, rest): (Vec<_>, Vec<_>) = names.iter().partition(|name| name.starts_with("detections/"));
    let (response, own): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|name| name.starts_with("response/") || *name == "attack-flow.json");
    assert_eq!(own, FILES);
    for name in ["attack-flow.json", "response/playbook.cacao.json", "response/blocklists/sha256.txt"] {
        assert!(response.iter().any(|n| *n == name), "{name} in {response:?}");
    }
    assert!(detections.iter().any(|name| name.starts_with("detections/sigma/")), "{detections:?}");
    let text = stdout(&output);
    assert!(
        text.trim_end().ends_with("case-7/report.html"),
        "the last line says where the result is: {text}"
    );
    // Analysing it again writes into our own folder …
    assert!(bartizan(&dir).args(["analyze", "case 7.html"]).status().unwrap().success());
    // … but never into somebody else's.
    fs::create_dir(dir.join("notes")).unwrap();
    fs::write(dir.join("notes/diary.txt"), "mine").unwrap();
    fs::write(dir.join("notes.txt"), "evil[.]top").unwrap();
    let output = bartizan(&dir).args(["analyze", "notes.txt"]).output().unwrap();
    assert_eq!(output.status.code(), Some(73));
    assert_eq!(files(&dir.join("notes")).len(), 1);
}

#[test]
fn same_input_pack_and_clock_give_the_same_bytes() {
    let dir = folder("same");
    for name in ["ransomware-intrusion.html", "gateway-advisory.pdf", "package-stealer.md"] {
        for out in ["a", "b"] {
            assert!(
                bartizan(&dir).arg("analyze").arg(sample(name)).args(["-o", out]).status().unwrap().success()
            );
        }
        assert!(files(&dir.join("a")) == files(&dir.join("b")), "{name} differs between two runs");
    }
}

#[test]
fn standard_input_to_standard_output() {
    let dir = folder("stdio");
    let output = with_input(
        bartizan(&dir).args(["analyze", "-", "--format", "json", "--stdout"]),
        b"The loader contacted hxxps://bad-host[.]top/a.php on 2 June 2026.",
    );
    assert!(output.status.success());
    let analysis = json(&output);
    let values: Vec<&str> =
        analysis["observables"].as_array().unwrap().iter().map(|o| o["value"].as_str().unwrap()).collect();
    assert!(values.contains(&"https://bad-host.top/a.php"), "{values:?}");
    assert_eq!(files(&dir).len(), 0, "nothing is written beside standard output");
}

#[test]
fn evidence_offsets_count_code_points() {
    // "é" is two bytes and "😀" four, so bytes, UTF-16 units and code points all differ.
    let dir = folder("offsets");
    let text = "Café 😀 report. The loader contacted bad-host[.]top today.";
    let output = with_input(bartizan(&dir).args(["analyze", "-", "--stdout"]), text.as_bytes());
    let analysis = json(&output);
    let canonical: Vec<char> = analysis["document"]["text"].as_str().unwrap().chars().collect();
    let evidence = &analysis["observables"][0]["evidence"][0];
    let (start, end) =
        (evidence["start"].as_u64().unwrap() as usize, evidence["end"].as_u64().unwrap() as usize);
    assert_eq!(canonical[start..end].iter().collect::<String>(), "bad-host[.]top");
    assert_eq!(evidence["quote"], "bad-host[.]top");
}

#[test]
fn several_inputs_one_bad() {
    let dir = folder("several");
    fs::create_dir(dir.join("in")).unwrap();
    fs::copy(sample("package-stealer.md"), dir.join("in/a.md")).unwrap();
    fs::copy(sample("ransomware-intrusion.html"), dir.join("in/a.html")).unwrap();
    fs::write(dir.join("in/empty.txt"), "").unwrap();
    fs::write(dir.join("in/ignored.exe"), "MZ").unwrap();
    let output = bartizan(&dir).args(["analyze", "in", "-o", "out", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let results = json(&output);
    let results = results["results"].as_array().unwrap();
    assert_eq!(results.len(), 3, "the .exe is not taken from a folder");
    assert_eq!(results.iter().filter(|r| !r["error"].is_null()).count(), 1);
    assert_eq!(results[2]["error"]["code"], "input.empty");
    let mut names: Vec<_> = files_in(&dir.join("out"));
    names.sort();
    assert_eq!(names, ["a", "a-2"]);
}

fn files_in(dir: &Path) -> Vec<String> {
    fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn several_reports_on_standard_output_are_lines() {
    let dir = folder("lines");
    let output = bartizan(&dir)
        .args(["analyze", "--stdout", "--jobs", "2"])
        .arg(sample("package-stealer.md"))
        .arg(sample("ransomware-intrusion.html"))
        .output()
        .unwrap();
    let names: Vec<String> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["document"]["name"].to_string())
        .collect();
    assert_eq!(names, ["\"package-stealer.md\"", "\"ransomware-intrusion.html\""], "in the order given");
}

#[test]
fn errors_have_their_exit_codes() {
    let dir = folder("errors");
    fs::write(dir.join("big.txt"), vec![b'a'; 2 << 20]).unwrap();
    fs::write(dir.join("program.bin"), b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0").unwrap();
    for (arguments, code, name) in [
        (vec!["missing.pdf"], 66, "input.unreadable"),
        (vec!["big.txt", "--max-size", "1"], 65, "limit.input-bytes"),
        (vec!["program.bin"], 65, "input.unknown-format"),
        (vec!["http://169.254.169.254/latest/meta-data/"], 77, "fetch.refused"),
        (vec!["http://localhost:1/"], 77, "fetch.refused"),
    ] {
        let output = bartizan(&dir).arg("analyze").args(&arguments).arg("--json").output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let text = stdout(&output);
        assert!(text.contains(name), "{arguments:?}: {text}");
    }
}

#[test]
fn a_page_from_an_allowed_network_is_analysed() {
    let dir = folder("url");
    let page = fs::read(sample("ransomware-intrusion.html")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            page.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&page).unwrap();
    });
    let url = format!("http://127.0.0.1:{port}/2026/akira-31-hours.html");
    let output = bartizan(&dir).args(["analyze", &url, "--allow-net", "127.0.0.0/8"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(dir.join("akira-31-hours/bundle.json").is_file());
}

#[test]
fn the_marking_of_the_caller_wins() {
    let dir = folder("marking");
    let output = bartizan(&dir)
        .args(["analyze", "--stdout", "--format", "stix", "--tlp", "red"])
        .arg(sample("package-stealer.md"))
        .output()
        .unwrap();
    // TLP:RED of the TLP 2.0 extension, as OASIS publishes it.
    let red = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
    let bundle = json(&output);
    for object in bundle["objects"].as_array().unwrap() {
        if object["type"] != "marking-definition" {
            assert_eq!(object["object_marking_refs"][0], red, "{object:#}");
        }
    }
}
