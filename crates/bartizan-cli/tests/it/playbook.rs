//! `bartizan playbook lint`, and the plan in a package.

use std::fs;

use crate::{bartizan, folder, json, sample, stdout};

#[test]
fn the_playbook_of_a_package_is_clean_and_a_spoiled_one_is_not() {
    let dir = folder("playbook");
    let mut analyze = bartizan(&dir);
    let output =
        analyze.arg("analyze").arg(sample("ransomware-intrusion.html")).args(["-o", "p"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let path = dir.join("p/response/playbook.cacao.json");
    let output =
        bartizan(&dir).args(["playbook", "lint", "p/response/playbook.cacao.json"]).output().unwrap();
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), ""));
    let text = fs::read_to_string(&path).unwrap().replace("\"cacao-2.0\"", "\"cacao-1.1\"");
    fs::write(&path, text).unwrap();
    let mut command = bartizan(&dir);
    let output =
        command.args(["--json", "playbook", "lint", "p/response/playbook.cacao.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let found = json(&output);
    assert_eq!(found["findings"][0]["code"], "type");
    assert_eq!(found["findings"][0]["path"], "/spec_version");
}

#[test]
fn a_file_that_is_not_there_is_no_input() {
    let dir = folder("playbook-none");
    let output = bartizan(&dir).args(["playbook", "lint", "none.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(66));
}
