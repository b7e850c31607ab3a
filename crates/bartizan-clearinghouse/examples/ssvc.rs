//! Writes the decision tables of this crate from those that CERT/CC publishes:
//! `cargo run -p bartizan-clearinghouse --example ssvc -- SSVC/data/json/decision_tables crates/bartizan-clearinghouse/data/ssvc`.
//! Kept are identifiers, names, keys and rows; not the definitions.
#![allow(clippy::disallowed_methods)]

use std::fs;
use std::path::{Path, PathBuf};

use bartizan_clearinghouse::priority::{BuiltIn, Table};
use serde_json::Value;

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (from, to) = (arguments.next().expect("a folder"), arguments.next().expect("a folder"));
    for table in BuiltIn::ALL {
        let name = table.file();
        let found = ["cisa", "ssvc", "cvss"].iter().map(|set| from.join(set).join(format!("{name}.json")));
        let found = found.into_iter().find(|path| path.exists()).expect("the table");
        let text = written(&found);
        Table::parse(&text).expect("a table");
        fs::write(to.join(format!("{name}.tsv")), text).expect("written");
    }
}

fn written(path: &Path) -> String {
    let json: Value = serde_json::from_slice(&fs::read(path).expect("read")).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let outcome = text(&json["outcome"]);
    let points = json["decision_points"].as_object().expect("points");
    let rows = json["mapping"].as_array().expect("rows");
    let id = |value: &Value| {
        format!("{}:{}:{}", text(&value["namespace"]), text(&value["key"]), text(&value["version"]))
    };
    let mut out = format!("table\t{}\t{}\n", id(&json), text(&json["name"]));
    // Points in the order of their ids, the outcome last.
    let order: Vec<&String> = points.keys().filter(|&key| *key != outcome).collect();
    for (kind, key) in order.iter().map(|key| ("point", *key)).chain([("outcome", &outcome)]) {
        let point = &points[key];
        out += &format!("{kind}\t{key}\t{}", text(&point["name"]));
        for value in point["values"].as_array().expect("values") {
            out += &format!("\t{}={}", text(&value["key"]), text(&value["name"]));
        }
        out.push('\n');
    }
    for row in rows {
        out += "row";
        for key in order.iter().copied().chain([&outcome]) {
            out += &format!("\t{}", text(&row[key]));
        }
        out.push('\n');
    }
    out
}
