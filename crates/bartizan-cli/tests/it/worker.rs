//! `bartizan worker`, alone and under the server's watch.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use bartizan_clearinghouse::access::OrganisationId;
use bartizan_server::jobs::analyze::{Analyze, Analyzed, Submission, submit};
use bartizan_server::jobs::isolate::{EndCode, Isolation, Task};
use bartizan_server::jobs::{Runner, Settings, TableQueue};
use bartizan_server::{Surroundings, System};
use bartizan_store::{Action, JobState, Store};
use serde_json::Value;
use zip::write::SimpleFileOptions;

use crate::{folder, sample, with_input};

const NOW: &str = "2026-06-02T00:00:00Z";

/// The program as the server starts it: nothing of the environment.
fn worker(name: &str, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bartizan"));
    command.env_clear().current_dir("/").args(["worker", "--name", name, "--now", NOW]).args(arguments);
    with_input(&mut command, input)
}

fn files(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("a ZIP");
    let count = archive.len();
    let one = |index| {
        let mut file = archive.by_index(index).expect("a file");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its content");
        (file.name().expect("a name").into_owned(), bytes)
    };
    (0..count).map(one).collect()
}

fn on_disk(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut all, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
                all.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    all
}

#[test]
fn the_package_is_the_one_that_analyze_writes() {
    let dir = folder("worker-same");
    for name in ["gateway-advisory.pdf", "ransomware-intrusion.html"] {
        let bytes = std::fs::read(sample(name)).expect("a sample");
        let output = worker(name, &[], &bytes);
        assert!(output.status.success(), "{output:?}");
        let told = String::from_utf8(output.stderr).expect("text");
        let stages: Vec<Value> = told.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
        assert_eq!(stages.len(), 5, "{told}");
        assert_eq!(
            (&stages[1]["stage"], &stages[1]["done"], &stages[1]["of"]),
            (&"analysis".into(), &1.into(), &5.into())
        );
        let to = dir.join(name);
        let mut analyze = crate::bartizan(&dir);
        analyze.arg("analyze").arg(sample(name)).args(["--now", NOW, "-q", "-o"]).arg(&to);
        assert!(analyze.status().expect("it runs").success());
        let (made, wanted) = (files(&output.stdout), on_disk(&to));
        assert!(made.keys().eq(wanted.keys()), "{:?}\n{:?}", made.keys(), wanted.keys());
        assert!(made == wanted, "another content");
        // Same input, same bytes.
        assert!(worker(name, &[], &bytes).stdout == output.stdout, "another archive");
    }
}

#[test]
fn a_failure_is_one_line_of_json_and_an_exit_code() {
    for (arguments, input, exit, code) in [
        (vec!["--marking", "purple"], &b"x"[..], 2, "usage"),
        (vec!["--max-size", "1"], &[b'x'; (1 << 20) + 1], 65, "limit.input-bytes"),
        (vec![], b"\x7fELF\x02\x01\x01\0\0\0\0\0", 65, "input.unknown-format"),
    ] {
        let output = worker("x", &arguments, input);
        let told = String::from_utf8(output.stderr.clone()).expect("text");
        let last: Value = serde_json::from_str(told.lines().last().expect("a line")).expect("JSON");
        assert_eq!(output.status.code(), Some(exit), "{told}");
        assert_eq!(
            (&last["error"]["exit"], last["error"]["code"].as_str()),
            (&exit.into(), Some(code)),
            "{told}"
        );
        assert!(output.stdout.is_empty());
    }
}

/// A Word file whose text unpacks to far more than its size.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    archive.start_file("[Content_Types].xml", options).expect("a file");
    archive
        .write_all(b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>")
        .expect("content");
    archive.start_file("word/document.xml", options).expect("a file");
    archive
        .write_all(
            b"<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>",
        )
        .expect("content");
    let paragraph =
        b"<w:p><w:r><w:t>It dumped LSASS memory and called 192.0.2.7.</w:t></w:r></w:p>".repeat(10_000);
    for _ in 0..600 {
        archive.write_all(&paragraph).expect("content");
    }
    archive.write_all(b"</w:body></w:document>").expect("content");
    archive.finish().expect("an archive").into_inner()
}

#[test]
fn hostile_documents_end_in_a_package_or_a_code() {
    let isolation = Isolation {
        timeout: Duration::from_secs(60),
        cpu_seconds: 30,
        memory_mib: 2048,
        ..Isolation::new(env!("CARGO_BIN_EXE_bartizan"))
    };
    let run = |name: &str, document: Vec<u8>, isolation: &Isolation| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let task = Task { name: name.into(), now: NOW.into(), document, ..Task::default() };
        runtime.block_on(isolation.run(&task, |_| {}))
    };
    let bomb = bomb();
    assert!(bomb.len() < 8 << 20, "{}", bomb.len());
    match run("bomb.docx", bomb, &isolation) {
        Ok(package) => assert!(package.file("analysis.json").is_some()),
        Err(ended) => assert!(
            matches!(ended.code, EndCode::Refused | EndCode::Timeout | EndCode::Cpu | EndCode::Memory),
            "{ended}"
        ),
    }
    let deep = "<div>".repeat(300_000);
    for (name, document) in [
        ("deep.html", deep.into_bytes()),
        ("empty.pdf", b"%PDF-1.7\n".to_vec()),
        ("--now=x", b"It dumped LSASS memory.".to_vec()),
    ] {
        match run(name, document, &isolation) {
            Ok(_) => {}
            Err(ended) => assert_eq!(ended.code, EndCode::Refused, "{name}: {ended}"),
        }
    }
    // Too little of everything is told as that.
    let report = std::fs::read(sample("gateway-advisory.pdf")).expect("a sample");
    let poor = Isolation { memory_mib: 64, ..isolation.clone() };
    let ended = run("a.pdf", report, &poor).expect_err("no memory");
    assert!(matches!(ended.code, EndCode::Memory | EndCode::Fault | EndCode::Crashed), "{ended}");
}

/// Submitted, analysed in a child, stored: what comes out is the analysis of what went in.
#[test]
fn a_submission_becomes_its_analysis() {
    let dir = folder("worker-submission");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let store = Store::sqlite(&dir.join("bartizan.db")).await.expect("SQLite");
        let document = std::fs::read(sample("package-stealer.md")).expect("a sample");
        let submission = Submission {
            name: "package-stealer.md",
            document: &document,
            marking: Some(bartizan_stix::Tlp::Green),
            source_url: Some("https://vendor.example/post"),
            media_type: None,
            update_of: None,
            organisation: OrganisationId(1),
            person: None,
            audience: None,
        };
        let by = Action { actor: "ada", now: System.now() };
        let job = submit(&store, &by, &submission).await.expect("taken").id;
        let work = Analyze {
            store: store.clone(),
            isolation: Isolation::new(env!("CARGO_BIN_EXE_bartizan")),
            pack: bartizan_knowledge::Pack::built_in(),
        };
        let runner =
            Runner::new(TableQueue(store.clone()), work, std::sync::Arc::new(System), Settings::default());
        let waiting = store.clone();
        let done = async move {
            while !waiting.job(job).await.expect("asked").expect("a job").state.is_final() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        runner.run(done).await;
        let job = store.job(job).await.expect("asked").expect("a job");
        assert_eq!(job.state, JobState::Done, "{job:?}");
        let made: Analyzed = serde_json::from_str(job.result.as_deref().expect("a result")).expect("JSON");
        assert!(made.files.iter().any(|name| name == "detections/coverage.json" || name == "bundle.json"));
        let analysis = store.content(&made.contents["analysis.json"]).await.expect("asked").expect("kept");
        let analysis: Value = serde_json::from_slice(&analysis).expect("JSON");
        assert_eq!(analysis["marking"], "TLP:GREEN");
        assert_eq!(analysis["document"]["source_url"], "https://vendor.example/post");
        assert!(analysis["techniques"].as_array().is_some_and(|t| !t.is_empty()));
        store.close().await;
    });
}
