//! What `bartizan knowledge show` prints as text.

use serde_json::{Value, json};

use crate::terminal;

/// Rows printed of each list; `--json` has them all.
const SHOWN: usize = 12;

pub(super) fn of(value: &Value) -> String {
    let style = terminal::Style::stdout();
    let word = |key: &str| value[key].as_str().unwrap_or_default();
    let mut text = format!("{}  {}  {}\n", style.bold(word("id")), word("name"), style.dim(word("kind")));
    if let Some(note) = value["note"].as_str() {
        text += &format!("  note: {note}\n");
    }
    for (key, title) in [
        ("domain", "domain"),
        ("parent", "part of"),
        ("framework", "framework"),
        ("version", "version"),
        ("tactic", "tactic"),
        ("country", "country"),
        ("added", "added"),
    ] {
        if let Some(word) = value[key].as_str() {
            text += &format!("  {title}: {word}\n");
        }
    }
    if value["ransomware"] == json!(true) {
        text += "  used in ransomware campaigns\n";
    }
    for (key, title) in [
        ("tactics", "tactics"),
        ("platforms", "platforms"),
        ("aliases", "also called"),
        ("names_of_other_sources", "elsewhere"),
    ] {
        let list: Vec<&str> = value[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !list.is_empty() {
            for (i, line) in
                terminal::wrap(&list.join(", "), terminal::width().saturating_sub(16)).iter().enumerate()
            {
                let title = if i == 0 { format!("{title}:") } else { String::new() };
                text += &format!("  {title:<13} {line}\n");
            }
        }
    }
    for warning in value["warnings"].as_array().into_iter().flatten() {
        let part = |key: &str| warning[key].as_str().unwrap_or_default();
        text += &format!("  {:<16} {:<28} {}\n", part("class"), part("list"), part("title"));
    }
    rows(&mut text, "sub-techniques", &value["sub_techniques"]);
    rows(&mut text, "techniques", &value["techniques"]);
    rows(&mut text, "mitigations", &value["mitigations"]);
    paths(&mut text, "countermeasures", &value["countermeasures"]);
    for framework in value["controls"].as_array().into_iter().flatten() {
        let part = |key: &str| framework[key].as_str().unwrap_or_default();
        let title = format!("controls of {} {}", part("framework"), part("version"));
        rows(&mut text, &title, &framework["controls"]);
    }
    paths(&mut text, "answers", &value["answers"]);
    for (kind, list) in value["relations"].as_object().into_iter().flatten() {
        if !told(value, kind) {
            rows(&mut text, kind, list);
        }
    }
    for other in value["also"].as_array().into_iter().flatten() {
        text += &format!("also:\n{}", of(other));
    }
    text
}

fn rows(text: &mut String, title: &str, list: &Value) {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    if list.is_empty() {
        return;
    }
    *text += &format!("  {title} ({})\n", list.len());
    for item in list.iter().take(SHOWN) {
        let part = |key: &str| item[key].as_str().unwrap_or_default();
        *text += &format!("    {:<11} {}\n", part("id"), part("name"));
    }
    more(text, list.len());
}

/// Whether a relation stands in a list of its own, with more about it.
fn told(value: &Value, kind: &str) -> bool {
    match kind {
        "mitigated by" => value["mitigations"].is_array(),
        "countered by" | "perhaps countered by" => value["countermeasures"].is_array(),
        "counters" | "counters-family" => value["answers"].is_array(),
        _ => false,
    }
}

/// As [`rows`], each with how it is reached or answered.
fn paths(text: &mut String, title: &str, list: &Value) {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    if list.is_empty() {
        return;
    }
    *text += &format!("  {title} ({})\n", list.len());
    for item in list.iter().take(SHOWN) {
        let part = |key: &str| item[key].as_str().unwrap_or_default();
        // That it mitigates is what the list says.
        let how = Some(part("how")).filter(|how| *how != "mitigates").unwrap_or_default();
        let how = item["paths"][0]["words"].as_str().unwrap_or(how);
        let family = if item["inherited"] == json!(true) { "parent or sub-technique: " } else { "" };
        *text += &format!("    {:<11} {}\n", part("id"), part("name"));
        if !how.is_empty() {
            *text += &format!("    {:<11} {family}{how}\n", "");
        }
    }
    more(text, list.len());
}

fn more(text: &mut String, length: usize) {
    if length > SHOWN {
        *text += &format!("    … and {} more (--json has all)\n", length - SHOWN);
    }
}
