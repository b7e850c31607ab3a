//! What the reader knows beyond the report: files and grades on the command line.

use std::io::Write;
use std::path::Path;

use serde_json::Value;

use crate::{bartizan, folder, json};

const REPORT: &str = "The patch mends CVE-2020-99991 in the mail gateway.\n";
const ROWS: &str = "#model_version:v2025.03.14,score_date:2026-05-20T00:00:00Z\ncve,epss,percentile\nCVE-2020-99991,0.5,0.96\n";

/// The factors of the report in `dir`, with more arguments; and standard error.
fn factors(dir: &Path, more: &[&str]) -> (Vec<Value>, String) {
    std::fs::write(dir.join("report.txt"), REPORT).expect("written");
    let arguments = ["analyze", "report.txt", "--format", "json", "--stdout"];
    let output = bartizan(dir).args(arguments).args(more).output().expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    (json(&output)["assessment"]["risk"]["factors"].as_array().expect("factors").clone(), errors)
}

fn value(factors: &[Value], key: &str) -> (f64, f64) {
    let factor = factors.iter().find(|f| f["key"] == key).expect("the factor");
    (factor["low"].as_f64().expect("a number"), factor["high"].as_f64().expect("a number"))
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text).expect("packed");
    packer.finish().expect("packed")
}

#[test]
fn estimates_are_read_plain_and_packed() {
    let dir = folder("assess-epss");
    assert_eq!(value(&factors(&dir, &[]).0, "exploitation"), (0.1, 0.7));
    std::fs::write(dir.join("epss.csv"), ROWS).expect("written");
    std::fs::write(dir.join("epss.csv.gz"), packed(ROWS.as_bytes())).expect("written");
    for file in ["epss.csv", "epss.csv.gz"] {
        let (found, errors) = factors(&dir, &["--epss", file]);
        assert_eq!(value(&found, "exploitation"), (0.5, 0.5), "{file}");
        assert!(errors.is_empty(), "{errors}");
    }
    std::fs::write(dir.join("broken.csv"), format!("{ROWS}CVE-2020-1,NaN,0\n")).expect("written");
    let (_, errors) = factors(&dir, &["--epss", "broken.csv"]);
    assert!(errors.contains("line 4") && errors.contains("[epss.row]"), "{errors}");
    assert!(factors(&dir, &["--epss", "broken.csv", "--quiet"]).1.is_empty());
}

#[test]
fn what_is_no_file_of_estimates_is_refused() {
    let dir = folder("assess-epss-refused");
    std::fs::write(dir.join("report.txt"), REPORT).expect("written");
    std::fs::write(dir.join("page.html"), "<html>").expect("written");
    std::fs::write(dir.join("cut.gz"), &packed(ROWS.as_bytes())[..20]).expect("written");
    // A file of two hundred kilobytes that would be one of two hundred megabytes.
    std::fs::write(dir.join("bomb.gz"), packed(&vec![b'#'; 200 << 20])).expect("written");
    let cases = [
        ("none.csv", 66, "epss.unreadable"),
        ("page.html", 65, "epss.invalid"),
        ("cut.gz", 65, "epss.invalid"),
        ("bomb.gz", 65, "epss.invalid"),
    ];
    for (file, exit, code) in cases {
        let output =
            bartizan(&dir).args(["analyze", "report.txt", "--epss", file]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(exit), "{file}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(code), "{file}");
    }
}

#[test]
fn grades_of_the_admiralty_code() {
    let dir = folder("assess-grades");
    std::fs::write(dir.join("profile.toml"), "reliability = \"D\"\ncredibility = 3\n").expect("written");
    let none = factors(&dir, &[]).0;
    assert_eq!((value(&none, "reliability"), value(&none, "credibility")), ((0.2, 1.0), (0.2, 1.0)));
    let usual = ["--profile", "profile.toml"];
    let found = factors(&dir, &usual).0;
    assert_eq!((value(&found, "reliability"), value(&found, "credibility")), ((0.4, 0.4), (0.6, 0.6)));
    let own = [&usual[..], &["--reliability", "b", "--credibility", "6"]].concat();
    let found = factors(&dir, &own).0;
    assert_eq!((value(&found, "reliability"), value(&found, "credibility")), ((0.8, 0.8), (0.2, 1.0)));
    for wrong in [["--reliability", "G"], ["--credibility", "7"]] {
        let output = bartizan(&dir).args(["analyze", "report.txt"]).args(wrong).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2));
    }
}
