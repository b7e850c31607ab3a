//! Rules in the languages of other products, and together in files.

use std::io::{Cursor, Write};

use bartizan_sigma::rule::{Document, parse};
use bartizan_sigma::target::{Job, Label, Query, label, labels, target};
use bartizan_stix::Tlp;
use bartizan_store::KeptRule;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A rule of the library, and how far it may go.
pub(crate) type Marked = (KeptRule, Tlp);

/// What a rule is in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Converted {
    /// The query.
    Query(String),
    /// Why there is none: a code of `bartizan sigma convert`, and words.
    Refused(&'static str, String),
}

/// The targets that rules can be written for: label and the product in words.
pub(crate) fn targets() -> impl Iterator<Item = (&'static str, String)> {
    labels().map(|label| (label.name, about(label)))
}

/// `Splunk, savedsearches`: the product, and the format where there are several.
fn about(label: &Label) -> String {
    match target(label.target) {
        Some(target) if label.format != "default" => format!("{}, {}", target.about, label.format),
        Some(target) => target.about.to_owned(),
        None => label.target.to_owned(),
    }
}

/// A rule for the target of this label; none if there is no such label.
pub(crate) fn convert(body: &str, name: &str) -> Option<Converted> {
    let job = Job::of_label(label(name)?).ok()?;
    let documents = match parse(body) {
        Ok(documents) => documents,
        Err(e) => return Some(Converted::Refused("rule", e.to_string())),
    };
    let Some(Document::Rule(rule)) = documents.first() else {
        return Some(Converted::Refused("rule", "The text holds no rule.".to_owned()));
    };
    Some(match bartizan_sigma::convert(rule, &job) {
        Ok(conversion) => {
            let queries = conversion.queries.iter().map(|query| match query {
                Query::Text(text) => text.clone(),
                Query::Json(value) => format!("{value:#}"),
            });
            Converted::Query(queries.collect::<Vec<_>>().join("\n"))
        }
        Err(failure) => Converted::Refused(failure.reason.code(), failure.message),
    })
}

/// Rules one after the other, as one file of YAML documents.
pub(crate) fn documents(rules: &[Marked]) -> Vec<u8> {
    let mut out = String::new();
    for (rule, marking) in rules {
        if !out.is_empty() {
            out += "---\n";
        }
        out += &format!("# {}\n{}", marking.as_str(), rule.body);
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
    out.into_bytes()
}

/// Rules for a target, an object of JSON a line, as `bartizan sigma convert` writes them.
pub(crate) fn lines(rules: &[Marked], name: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for (rule, marking) in rules {
        let mut line = json!({ "rule_id": rule.id, "title": rule.title, "level": rule.level,
            "marking": marking.as_str(), "target": name });
        match convert(&rule.body, name)? {
            Converted::Query(query) => line["query"] = query.into(),
            Converted::Refused(code, message) => line["error"] = json!({ "code": code, "message": message }),
        }
        out.extend_from_slice(line.to_string().as_bytes());
        out.push(b'\n');
    }
    Some(out)
}

/// Rules as files of a ZIP that depends on them alone, with their verdicts beside.
pub(crate) fn archive(rules: &[Marked]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644);
    let mut verdicts = Vec::with_capacity(rules.len());
    for ((rule, marking), number) in rules.iter().zip(1..) {
        // The number keeps apart what is called alike; a title is anybody's text and no name of a file.
        let file = format!("sigma/{number:03}-{}.yml", plain(&rule.title));
        archive.start_file(file.as_str(), options)?;
        archive.write_all(rule.body.as_bytes()).map_err(zip::result::ZipError::Io)?;
        verdicts.push(json!({ "id": rule.id, "title": rule.title, "file": file, "level": rule.level,
            "holds": rule.proven, "verdict": rule.verdict, "techniques": rule.techniques,
            "marking": marking.as_str() }));
    }
    archive.start_file("verdicts.json", options)?;
    let verdicts = serde_json::to_vec_pretty(&verdicts).unwrap_or_default();
    archive.write_all(&verdicts).map_err(zip::result::ZipError::Io)?;
    Ok(archive.finish()?.into_inner())
}

/// A short name of small letters and digits.
pub(crate) fn plain(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut out = String::new();
    for word in words {
        if out.len() + word.len() > 60 {
            break;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out += &word.to_ascii_lowercase();
    }
    if out.is_empty() { "rule".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    const RULE: &str = "title: A task\nlogsource:\n  product: windows\n  category: process_creation\n\
        detection:\n  selection:\n    Image|endswith: '\\schtasks.exe'\n  condition: selection\n";

    fn rule(title: &str, body: &str) -> Marked {
        (
            KeptRule { id: title.into(), title: title.into(), body: body.into(), ..KeptRule::default() },
            Tlp::Green,
        )
    }

    #[test]
    fn every_target_gives_a_query_or_a_coded_reason() {
        let mut queries = 0;
        for (name, about) in targets() {
            assert!(!about.is_empty(), "{name}");
            match convert(RULE, name).expect("a target") {
                Converted::Query(query) => {
                    queries += 1;
                    assert!(query.contains("schtasks"), "{name}: {query}");
                }
                Converted::Refused(code, message) => {
                    assert!(!code.is_empty() && !message.is_empty(), "{name}")
                }
            }
        }
        assert!(queries > 20, "{queries} targets say it");
        assert_eq!(convert(RULE, "no-such-target"), None);
        let (name, _) = targets().next().expect("a target");
        assert!(matches!(convert("title: [", name), Some(Converted::Refused("rule", _))));
        assert!(matches!(convert("", name), Some(Converted::Refused("rule", _))));
    }

    #[test]
    fn titles_are_no_names_of_files() {
        let rules = [rule("../../etc/passwd", RULE), rule("../../etc/passwd", RULE), rule("שלום", "x")];
        let bytes = archive(&rules).expect("an archive");
        let mut read = zip::ZipArchive::new(Cursor::new(bytes.as_slice())).expect("a ZIP");
        let names: Vec<String> = read.file_names().map(|name| name.expect("a name").into_owned()).collect();
        assert_eq!(
            names,
            ["sigma/001-etc-passwd.yml", "sigma/002-etc-passwd.yml", "sigma/003-rule.yml", "verdicts.json"]
        );
        let mut text = String::new();
        read.by_name("verdicts.json").expect("verdicts").read_to_string(&mut text).expect("text");
        let verdicts: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            (verdicts[1]["file"].as_str(), verdicts[1]["marking"].as_str()),
            (Some(names[1].as_str()), Some("TLP:GREEN"))
        );
        assert_eq!(bytes, archive(&rules).expect("an archive"), "the same rules, the same bytes");
        let yaml = String::from_utf8(documents(&rules)).expect("text");
        assert_eq!(yaml.matches("\n---\n# TLP:GREEN\n").count(), 2);
    }
}
