//! `bartizan sigma convert` as users of sigma-cli type it: outputs, finalizers, patterns of names.

use std::fs;

use crate::{bartizan, folder, json, sigma::RULE, sigma::rules, stdout};

const QUERY: &str = "Image=\"*\\\\vssadmin.exe\" CommandLine=\"*delete*\" CommandLine=\"*shadows*\"";

fn with_pipeline(name: &str, pipeline: &str) -> std::path::PathBuf {
    let dir = folder(name);
    rules(&dir);
    fs::write(dir.join("rules/b.yml"), RULE.replace("vssadmin", "wmic").replace("2e8c1f0a", "3e8c1f0a"))
        .unwrap();
    fs::write(dir.join("p.yml"), pipeline).unwrap();
    dir
}

fn converted(dir: &std::path::Path, more: &[&str]) -> std::process::Output {
    bartizan(dir)
        .args(["sigma", "convert", "-t", "splunk", "-p", "p.yml", "rules"])
        .args(more)
        .output()
        .unwrap()
}

#[test]
fn one_file_or_a_folder_or_standard_output() {
    let dir = with_pipeline("sigma-out", "name: none\ntransformations: []\n");
    assert_eq!(converted(&dir, &["-o", "all.conf"]).status.code(), Some(0));
    let all = fs::read_to_string(dir.join("all.conf")).unwrap();
    assert_eq!(all.lines().count(), 2);
    assert_eq!(all.lines().next(), Some(QUERY));
    assert_eq!(stdout(&converted(&dir, &["-o", "-"])), all);
    assert_eq!(stdout(&converted(&dir, &["-P", "b*.yml"])).lines().count(), 1);
    assert_eq!(converted(&dir, &["-t", "splunk,lucene", "-o", "all.conf"]).status.code(), Some(2));
}

#[test]
fn finalizers_make_one_output() {
    let concat = "finalizers:\n  - {type: concat, separator: ' OR ', prefix: '(', suffix: ')'}\n";
    let dir = with_pipeline("sigma-finalizers", concat);
    let text = stdout(&converted(&dir, &[]));
    assert!(text.starts_with(&format!("({QUERY} OR Image=")) && text.ends_with(")\n"), "{text}");
    assert_eq!(converted(&dir, &["--jsonl"]).status.code(), Some(2));
    let found = json(&converted(&dir, &["--json"]));
    assert_eq!((&found["outputs"]["splunk"], &found["converted"]), (&text.into(), &2.into()));

    let of = |pipeline: &str| {
        fs::write(dir.join("p.yml"), pipeline).unwrap();
        let output = converted(&dir, &[]);
        (output.status.code(), stdout(&output), String::from_utf8(output.stderr).unwrap())
    };
    let (_, text, _) = of("finalizers:\n  - {type: json, indent: 4}\n");
    let queries: Vec<String> = serde_json::from_str(&text).unwrap();
    assert!(queries[0] == QUERY && text.starts_with("[\n    \""), "{text}");
    let (_, text, _) = of("finalizers:\n  - {type: json}\n");
    assert!(text.contains("\", \""), "{text}");
    let (_, text, _) = of("finalizers:\n  - {type: yaml}\n");
    assert!(text.starts_with("- Image="), "{text}");
    let (_, text, _) = of(
        "finalizers:\n  - {type: template, template: \"{% for q in queries %}<{{ q | length }}>{% endfor %}\"}\n",
    );
    assert_eq!(text, format!("<{}><{}>\n", QUERY.len(), QUERY.len() - 4));
    let nested = "finalizers:\n  - type: nested\n    finalizers:\n      - {type: concat, separator: '+'}\n      - {type: template, template: 'all: {{ queries[0] }}'}\n";
    assert!(of(nested).1.starts_with("all: Image="));
    // What is not there, and what does not end.
    let (code, _, notes) = of("finalizers:\n  - {type: template, template: '{{ nowhere }}'}\n");
    assert!(code == Some(65) && notes.contains("undefined"), "{notes}");
    let (code, _, _) = of(
        "finalizers:\n  - {type: template, template: '{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}'}\n",
    );
    assert_eq!(code, Some(65));
    assert_eq!(of("finalizers:\n  - {type: template, path: /etc/passwd}\n").0, Some(65));
}

#[test]
fn postprocessing_with_templates_and_conditions() {
    let pipeline = r#"
transformations:
  - {type: set_state, key: index, val: main}
postprocessing:
  - type: embed
    prefix: "x "
    rule_conditions:
      quiet: {type: rule_attribute, attribute: level, value: low}
      win: {type: logsource, product: windows}
    rule_cond_expr: win and not quiet
  - type: template
    template: "{{ rule.title | tojson }} {{ pipeline.state.index }} {{ query }}"
  - type: json
    json_template: '{"q": ["%QUERY%"]}'
"#;
    let dir = with_pipeline("sigma-post", pipeline);
    let text = stdout(&converted(&dir, &["-P", "a.yml"]));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["q"][0], format!("\"Shadow copies deleted\" main x {QUERY}"));
}

#[test]
fn a_pipeline_for_another_target_is_refused() {
    let dir = with_pipeline("sigma-check", "name: n\nallowed_backends: [lucene]\n");
    let output = converted(&dir, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(converted(&dir, &["--disable-pipeline-check"]).status.code(), Some(0));
}

#[test]
fn lists() {
    let dir = folder("sigma-list");
    let output = bartizan(&dir).args(["sigma", "list", "formats", "splunk"]).output().unwrap();
    assert!(stdout(&output).lines().any(|line| line == "savedsearches"), "{}", stdout(&output));
    assert_eq!(bartizan(&dir).args(["sigma", "list", "formats"]).output().unwrap().status.code(), Some(2));
    let found = json(&bartizan(&dir).args(["sigma", "list", "targets", "--json"]).output().unwrap());
    assert!(found.as_array().unwrap().iter().any(|t| t["name"] == "splunk"));
}

/// Ids that no two rules of Wazuh may share are given when all rules are known.
#[test]
fn ids_of_a_set() {
    let dir = folder("sigma-wazuh");
    rules(&dir);
    // The same id wanted twice: two rules without id and of one title.
    let rule = |image: &str| {
        format!(
            "title: t\nlogsource: {{product: windows, category: process_creation}}\ndetection:\n  s: {{Image: {image}}}\n  condition: s\n"
        )
    };
    fs::write(dir.join("rules/x.yml"), rule("x")).expect("a rule");
    fs::write(dir.join("rules/y.yml"), rule("y")).expect("a rule");
    let of = |files: &[&str]| {
        let output =
            bartizan(&dir).args(["sigma", "convert", "-t", "wazuh"]).args(files).output().expect("it runs");
        let text = stdout(&output);
        let ids: Vec<String> = text
            .split("<rule id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next().map(str::to_owned))
            .collect();
        ids
    };
    let (x, y) = (of(&["rules/x.yml"]), of(&["rules/y.yml"]));
    assert_eq!(x, y, "alone each has what it wants");
    let both = of(&["rules/x.yml", "rules/y.yml"]);
    assert!(both.len() == 2 && both[0] != both[1] && both.contains(&x[0]), "{both:?}");
    let turned: Vec<String> = of(&["rules/y.yml", "rules/x.yml"]).into_iter().rev().collect();
    assert_eq!(both, turned, "the order of files is of no matter");
}
