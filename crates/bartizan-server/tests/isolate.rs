//! Children that misbehave: this program is the tests and, called as `… worker --name=CASE`, the worker of each case.

use std::io::{Cursor, Read, Write};
use std::time::{Duration, Instant};

use bartizan_server::jobs::isolate::{EndCode, Ended, Isolation, Package, Progress, Task};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "worker") {
        stub(arguments[at + 1].trim_start_matches("--name="), &arguments);
    } else if arguments.iter().any(|a| a == "--list") {
        println!("isolate: test");
    } else {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(tests());
        println!("test isolate ... ok");
    }
}

fn isolation() -> Isolation {
    let timeout = Duration::from_secs(20);
    Isolation { timeout, ..Isolation::new(std::env::current_exe().expect("this program")) }
}

async fn run(isolation: &Isolation, case: &str) -> Result<Package, Ended> {
    let task = Task { name: case.into(), document: vec![b'x'; 1 << 20], ..Task::default() };
    isolation.run(&task, |_| {}).await
}

async fn tests() {
    a_good_child_gives_its_package().await;
    endings_have_their_codes().await;
    limits_end_a_child_in_time().await;
    a_child_that_is_killed_may_be_tried_again().await;
    dropping_the_future_ends_the_child().await;
}

async fn a_good_child_gives_its_package() {
    let mut told = Vec::new();
    let task = Task {
        name: "good".into(),
        now: "2026-06-02T00:00:00Z".into(),
        marking: Some("--cpu=0".into()),
        document: b"hello".to_vec(),
        ..Task::default()
    };
    let package = isolation().run(&task, |p| told.push(p)).await.expect("a package");
    let seen = String::from_utf8(package.file("analysis.json").expect("a file").to_vec()).expect("text");
    assert!(
        seen.starts_with("hello worker --name=good --now=2026-06-02T00:00:00Z --marking=--cpu=0 "),
        "{seen}"
    );
    assert!(seen.ends_with("env 0 in /"), "{seen}");
    assert_eq!(told, [Progress { stage: "mapping".into(), done: 3, of: 9 }]);
}

async fn endings_have_their_codes() {
    for (case, code, detail) in [
        ("refuses", EndCode::Refused, Some("limit.input-bytes")),
        ("faults", EndCode::Fault, None),
        ("stops", EndCode::Timeout, Some("stopped")),
        ("empty", EndCode::BrokenPackage, None),
        ("noise", EndCode::BrokenPackage, None),
        ("climbs", EndCode::BrokenPackage, None),
        ("grows", EndCode::PackageTooLarge, None),
        ("allocates", EndCode::Memory, None),
        ("aborts", EndCode::Crashed, None),
        ("overflows", EndCode::Crashed, None),
    ] {
        let isolation = Isolation { package_bytes: 1 << 20, ..isolation() };
        let ended = run(&isolation, case).await.expect_err(case);
        assert_eq!((ended.code, ended.detail.as_deref()), (code, detail), "{case}: {ended}");
        assert!(!ended.message.contains('\u{1b}') && ended.message.chars().count() <= 400, "{ended}");
    }
    // No argument of a system has a NUL.
    assert_eq!(run(&isolation(), "em\u{0}pty").await.expect_err("no case").code, EndCode::Fault);
    let nowhere = Isolation { program: "/nowhere/bartizan".into(), ..isolation() };
    assert_eq!(run(&nowhere, "good").await.expect_err("no program").code, EndCode::CannotStart);
}

async fn limits_end_a_child_in_time() {
    let short = Isolation { timeout: Duration::from_millis(700), output_bytes: 1 << 20, ..isolation() };
    for (case, code) in [
        ("sleeps", EndCode::Timeout),
        ("endless", EndCode::TooMuchOutput),
        ("shouts", EndCode::TooMuchOutput),
        ("one-line", EndCode::TooMuchOutput),
    ] {
        let start = Instant::now();
        assert_eq!(run(&short, case).await.expect_err(case).code, code, "{case}");
        assert!(start.elapsed() < Duration::from_secs(5), "{case}");
    }
    assert_eq!(run(&isolation(), "spins").await.expect_err("over").code, EndCode::Cpu);
}

async fn a_child_that_is_killed_may_be_tried_again() {
    let ended = run(&isolation(), "killed").await.expect_err("killed");
    assert_eq!(ended.code, EndCode::Killed);
    assert!(ended.code.is_passing() && !EndCode::Memory.is_passing());
}

async fn dropping_the_future_ends_the_child() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pid");
    let name = format!("pid={}", file.display());
    let waiting = tokio::spawn(async move { run(&isolation(), &name).await });
    let pid = loop {
        match std::fs::read_to_string(&file) {
            Ok(pid) if pid.ends_with('.') => break pid.trim_end_matches('.').to_owned(),
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    waiting.abort();
    let _ = waiting.await;
    let process = format!("/proc/{pid}/stat");
    for _ in 0..100 {
        // Gone, or a zombie that the runtime is about to wait for.
        match std::fs::read_to_string(&process) {
            Ok(stat) if !stat.contains(") Z ") => tokio::time::sleep(Duration::from_millis(50)).await,
            _ => return,
        }
    }
    panic!("the child is still there");
}

/// The worker of a case.
fn stub(case: &str, arguments: &[String]) {
    let end = |exit: i32, line: &str| -> ! {
        eprintln!("{line}");
        std::process::exit(exit)
    };
    let error = |code: &str, exit: i32| -> ! {
        end(
            exit,
            &format!(r#"{{"error":{{"code":"{code}","message":"bad \u001b[31m words","exit":{exit}}}}}"#),
        )
    };
    let mut stdout = std::io::stdout().lock();
    match case {
        "good" => {
            let mut document = String::new();
            std::io::stdin().read_to_string(&mut document).expect("a document");
            eprintln!(r#"{{"stage":"mapping","done":3,"of":9}}"#);
            let count = std::env::vars().count();
            let folder = std::env::current_dir().expect("a folder");
            let seen = format!("{document} {} env {count} in {}", arguments[1..].join(" "), folder.display());
            stdout.write_all(&zipped("analysis.json", seen.as_bytes())).expect("written");
        }
        "refuses" => error("limit.input-bytes", 65),
        "stops" => error("stopped", 75),
        "faults" => end(101, "\u{1b}[31mthread 'main' panicked"),
        "empty" => {}
        "noise" => stdout.write_all(&[b'P'; 5000]).expect("written"),
        "climbs" => stdout.write_all(&zipped("../analysis.json", b"{}")).expect("written"),
        "grows" => stdout.write_all(&zipped("analysis.json", &vec![0; 64 << 20])).expect("written"),
        "sleeps" => std::thread::sleep(Duration::from_secs(60)),
        "endless" => while stdout.write_all(&[7; 65536]).is_ok() {},
        "shouts" => loop {
            eprintln!("a line that says nothing");
        },
        "one-line" => loop {
            eprint!("{}", "x".repeat(5000));
        },
        "allocates" => {
            limit(rustix::process::Resource::As, 512 << 20);
            let mut all = Vec::new();
            loop {
                all.push(vec![1u8; 16 << 20]);
            }
        }
        "spins" => {
            limit(rustix::process::Resource::Cpu, 1);
            let mut n = 0u64;
            loop {
                n = std::hint::black_box(n.wrapping_add(1));
            }
        }
        "aborts" => std::process::abort(),
        "overflows" => {
            std::hint::black_box(deeper(&[1; 512]));
        }
        "killed" => {
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).expect("killed");
            std::thread::sleep(Duration::from_secs(5));
        }
        other => {
            let file = other.strip_prefix("pid=").expect("a case");
            std::fs::write(file, format!("{}.", std::process::id())).expect("written");
            std::thread::sleep(Duration::from_secs(60));
        }
    }
}

fn limit(resource: rustix::process::Resource, most: u64) {
    let limit = rustix::process::Rlimit { current: Some(most), maximum: None };
    rustix::process::setrlimit(resource, limit).expect("a limit");
}

#[expect(unconditional_recursion, reason = "that is the case")]
fn deeper(bytes: &[u8; 512]) -> u64 {
    let mut next = *bytes;
    next[0] = next[0].wrapping_add(1);
    deeper(std::hint::black_box(&next)) + u64::from(next[1])
}

fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, SimpleFileOptions::default()).expect("a file");
    archive.write_all(content).expect("content");
    archive.finish().expect("an archive").into_inner()
}
