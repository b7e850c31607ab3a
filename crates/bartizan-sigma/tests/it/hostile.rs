//! Text of a rule never leaves its literal, whatever stands in it.

use bartizan_sigma::rule::{Detection, Rule, Value};
use proptest::prelude::*;
use quick_xml::{Reader, events::Event};

use crate::{rule, written};

const MARK: &str = "PWNED";

/// A rule with this text as title, description, reference and every kind of value.
fn with(text: &str) -> Rule {
    let mut rule = rule("  s:\n    Image: x\n  condition: s\n");
    rule.title = format!("{text}{MARK}");
    rule.description = Some(format!("{text}{MARK}"));
    rule.references = vec![format!("http://{text}{MARK}")];
    rule.false_positives = vec![format!("{text}{MARK}")];
    let plain = |field: &str, value: &str| Detection::item(field, vec![Value::plain(value)]);
    let marked = format!("{text}{MARK}");
    let wild = Value::text(&format!("*{}", marked.replace(['*', '?'], "")));
    let parts = vec![
        plain("Image", &marked),
        Detection::item("CommandLine", vec![wild, Value::plain(&marked)]),
        Detection::item("ParentImage", vec![Value::plain("a"), Value::plain(&marked)]),
    ];
    rule.selections = vec![("s".into(), Detection::all(parts))];
    rule
}

/// What stands outside of the literals, if all of them are closed.
fn outside(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut open: Option<char> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (open, c) {
            (Some(_), '\\') => {
                chars.next()?;
            }
            (Some(_), '\n') => return None,
            (Some(end), c) if c == end => open = None,
            (Some(_), _) => {}
            (None, '"' | '/') => open = Some(c),
            (None, c) => out.push(c),
        }
    }
    open.is_none().then_some(out)
}

/// Elements of a document, if it is well formed.
fn elements(xml: &str) -> Option<Vec<String>> {
    let mut reader = Reader::from_str(xml);
    let mut names = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) => {
                names.push(start.name().as_ref().to_owned());
            }
            Ok(Event::Eof) => return Some(names),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let rule = with(text);
    let literals =
        [("secops", Some("yara_l")), ("secops", None), ("graylog", None), ("fortisiem", Some("filter"))];
    for (target, format) in literals {
        let pipelines: &[&str] = if target == "secops" { &["secops_udm"] } else { &[] };
        let Ok(query) = written(target, pipelines, format, &rule) else { continue };
        let outside = outside(&query);
        prop_assert!(outside.as_ref().is_some_and(|o| !o.contains(MARK)), "{}: {}", target, query);
    }
    for target in ["wazuh", "fortisiem"] {
        let Ok(query) = written(target, &[], None, &rule) else { continue };
        let names = elements(&query);
        prop_assert!(names.is_some(), "{}: {}", target, query);
        let names = names.unwrap_or_default();
        let known = [
            "group",
            "rule",
            "if_group",
            "field",
            "description",
            "info",
            "options",
            "Rule",
            "Name",
            "Description",
            "CustomerScope",
            "Include",
            "Exclude",
            "IncidentDef",
            "ArgList",
            "PatternClause",
            "SubPattern",
            "SingleEvtConstr",
            "GroupByAttr",
            "GroupEvtConstr",
        ];
        prop_assert!(names.iter().all(|name| known.contains(&name.as_str())), "{}: {:?}", target, names);
    }
    Ok(())
}

/// The check is no check where every target refuses the rule.
#[test]
fn harmless_text_is_written_by_every_target() {
    let rule = with("x");
    for (target, format) in [
        ("secops", Some("yara_l")),
        ("secops", None),
        ("graylog", None),
        ("fortisiem", None),
        ("fortisiem", Some("filter")),
        ("wazuh", None),
    ] {
        let pipelines: &[&str] = if target == "secops" { &["secops_udm"] } else { &[] };
        assert!(written(target, pipelines, format, &rule).is_ok(), "{target}");
    }
}

#[test]
fn well_known_tricks() {
    for text in [
        "\" or true or \"",
        "/ or /",
        "\\",
        "\\\"",
        "\\/",
        "</field></rule><rule id=\"1\" level=\"15\">",
        "]]>",
        "$(user)",
        "&amp;",
        "<!--",
        "\n",
        "\r\n\t",
        "\u{0}",
        "`",
        "'",
        "\u{2028}",
        "(?i)",
        ")(",
        "}{",
        " AND NOT (",
        "%x%",
    ] {
        if let Err(error) = check(text) {
            panic!("{text:?}: {error}");
        }
    }
}

proptest! {
    #[test]
    fn any_text(text in "\\PC{0,12}|[\"/\\\\<>&$'`\\n\\r]{1,8}") {
        check(&text)?;
    }
}
