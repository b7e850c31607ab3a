//! `bartizan sigma run` over events of every form, good and bad.

use std::fs;

use crate::{bartizan, folder, json, sigma::rules, stdout, with_input};

const CSV: &str = "Image,CommandLine,Note\r\nC:\\Windows\\vssadmin.exe,\"vssadmin delete \"\"shadows\"\"\",\r\nC:\\x.exe,=cmd|' /C calc'!A0,\"two\r\nlines\"\r\n";

#[test]
fn csv_with_a_header() {
    let dir = folder("sigma-csv");
    rules(&dir);
    fs::write(dir.join("a.csv"), CSV).unwrap();
    let found = json(&bartizan(&dir).args(["sigma", "run", "rules", "a.csv", "--json"]).output().unwrap());
    assert_eq!((&found["events"], &found["left_out"]), (&2.into(), &0.into()));
    assert_eq!(found["matches"][0]["matched"][1]["value"], "vssadmin delete \"shadows\"");
    // Tabs, from standard input, where nothing but --format says what it is.
    let tabs = "Image\tCommandLine\nC:\\vssadmin.exe\tvssadmin delete shadows\n";
    let mut command = bartizan(&dir);
    let output = with_input(command.args(["sigma", "run", "rules", "-", "-f", "tsv"]), tabs.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("Shadow copies deleted"));
}

#[test]
fn a_formula_is_data() {
    let dir = folder("sigma-formula");
    rules(&dir);
    fs::write(dir.join("a.csv"), CSV).unwrap();
    let rule = "title: t\nlogsource: {product: windows}\ndetection:\n  s:\n    CommandLine|startswith: '=cmd'\n  condition: s\n";
    fs::write(dir.join("f.yml"), rule).unwrap();
    let found = json(&bartizan(&dir).args(["sigma", "run", "f.yml", "a.csv", "--json"]).output().unwrap());
    assert_eq!(found["matches"][0]["matched"][0]["value"], "=cmd|' /C calc'!A0");
}

#[test]
fn syslog_and_auditd() {
    let dir = folder("sigma-syslog");
    let rule = "title: Download\nlogsource: {product: linux, service: auditd}\ndetection:\n  s:\n    type: EXECVE\n    a0: curl\n    a2|contains: '/tmp/'\n  condition: s\n";
    fs::write(dir.join("r.yml"), rule).unwrap();
    let log = "<13>Oct 11 22:14:15 web app[7]: user=bob\ntype=EXECVE msg=audit(1.2:3): argc=3 a0=\"curl\" a1=\"-o\" a2=2F746D702F782079\n";
    fs::write(dir.join("audit.log"), log).unwrap();
    let found =
        json(&bartizan(&dir).args(["sigma", "run", "r.yml", "audit.log", "--json"]).output().unwrap());
    assert_eq!((&found["events"], &found["matches"][0]["event"]), (&2.into(), &2.into()));
    assert_eq!(found["matches"][0]["matched"][2]["value"], "/tmp/x y");
    // A log that holds JSON is read as JSON.
    fs::write(dir.join("json.log"), "{\"type\":\"EXECVE\",\"a0\":\"curl\",\"a2\":\"/tmp/\"}\n").unwrap();
    let output = bartizan(&dir).args(["sigma", "run", "r.yml", "json.log"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn broken_files_cost_only_themselves() {
    let dir = folder("sigma-broken");
    rules(&dir);
    let mut evtx = b"ElfFile\0".to_vec();
    evtx.resize(4096, 0);
    evtx.extend(b"ElfChnk\0");
    evtx.resize(4096 + 512, 0xff);
    evtx.extend([0x2a, 0x2a, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    fs::create_dir(dir.join("events")).unwrap();
    fs::write(dir.join("events/a.evtx"), &evtx).unwrap();
    fs::write(dir.join("events/b.evtx"), "no log at all").unwrap();
    fs::write(dir.join("events/c.csv"), "Image,CommandLine\n\"open quote,x\n").unwrap();
    fs::write(dir.join("events/d.csv"), "a,b\n1,2,3\n").unwrap();
    fs::write(dir.join("events/e.csv"), CSV).unwrap();
    let output = bartizan(&dir).args(["sigma", "run", "rules", "events", "--json"]).output().unwrap();
    let found = json(&output);
    assert_eq!((&found["events"], &found["matches"][0]["source"]), (&2.into(), &"events/e.csv".into()));
    let notes = String::from_utf8(output.stderr).unwrap();
    for file in ["b.evtx", "c.csv", "d.csv"] {
        assert!(notes.contains(&format!("left out: events/{file}")), "{file}: {notes}");
    }
    assert!(notes.contains("[sigma.event]"));
}

#[test]
fn a_line_without_end_and_a_header_without_end_are_refused() {
    let dir = folder("sigma-long");
    rules(&dir);
    let mut log = vec![b'x'; 17 << 20];
    log.extend(b"\n<13>Oct 11 22:14:15 web app: fine\n");
    fs::write(dir.join("a.log"), &log).unwrap();
    let found = json(&bartizan(&dir).args(["sigma", "run", "rules", "a.log", "--json"]).output().unwrap());
    assert_eq!((&found["events"], &found["left_out"]), (&1.into(), &1.into()));
    // Ten million fields, as a bomb would have them.
    fs::write(dir.join("b.csv"), ",".repeat(10 << 20) + "\n1\n").unwrap();
    let found = json(&bartizan(&dir).args(["sigma", "run", "rules", "b.csv", "--json"]).output().unwrap());
    assert_eq!((&found["events"], &found["left_out"]), (&0.into(), &1.into()));
    // A quote that never ends takes no more than one event may.
    let open = format!("Image,CommandLine\n\"{}", "x,y\n".repeat(5 << 20));
    fs::write(dir.join("c.csv"), open).unwrap();
    let output = bartizan(&dir).args(["sigma", "run", "rules", "c.csv", "--json"]).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("is a quote missing?"));
}
