//! Wazuh: the rules of "Rules syntax" and "Custom rules".

use crate::{rule, written};

fn wazuh(detection: &str) -> Result<String, String> {
    written("wazuh", &[], None, &rule(detection))
}

#[test]
fn fields_and_groups() {
    let text = wazuh(
        "  s:\n    Image|endswith: ['\\a.exe', '\\b.exe']\n    CommandLine|contains: '<x>'\n  condition: s\n",
    );
    let text = text.unwrap_or_else(|e| panic!("{e}"));
    assert!(text.starts_with("<group name=\"sigma,\">\n  <rule id=\"1"), "{text}");
    assert!(text.contains("    <if_group>sysmon_event1</if_group>\n"), "{text}");
    assert!(
        text.contains("    <field name=\"win.eventdata.image\" type=\"pcre2\">(?is)\\\\+a\\.exe$|\\\\+b\\.exe$</field>\n"),
        "{text}"
    );
    assert!(text.contains("type=\"pcre2\">(?is)\\x{3c}x\\x{3e}</field>"), "{text}");
}

#[test]
fn one_comparison_is_negated_in_place() {
    let text = wazuh("  s:\n    Image: a\n  f:\n    CommandLine: [b, c]\n  condition: s and not f\n");
    assert!(
        text.as_ref().is_ok_and(|t| t.contains("type=\"pcre2\" negate=\"yes\">(?is)^b$|^c$</field>")
            && t.matches("<rule ").count() == 1),
        "{text:?}"
    );
}

#[test]
fn what_is_excluded_together_becomes_a_child_of_level_0() {
    let text =
        wazuh("  s:\n    Image: a\n  f:\n    CommandLine: b\n    ParentImage: c\n  condition: s and not f\n")
            .unwrap_or_else(|e| panic!("{e}"));
    let id = text.split("id=\"").nth(1).and_then(|t| t.split('"').next()).unwrap_or_default().to_owned();
    assert_eq!(text.matches("<rule ").count(), 2, "{text}");
    assert!(text.contains(&format!("level=\"0\">\n    <if_sid>{id}</if_sid>\n")), "{text}");
}

#[test]
fn alternatives_of_different_fields_become_rules() {
    let text = wazuh("  s:\n    - Image: a\n    - CommandLine: b\n  condition: s\n")
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(text.matches("<rule ").count(), 2, "{text}");
    // The same ids each time, in the user's range.
    assert_eq!(wazuh("  s:\n    - Image: a\n    - CommandLine: b\n  condition: s\n").as_ref(), Ok(&text));
    for id in text.split("<rule id=\"").skip(1) {
        let id: u32 = id.split('"').next().and_then(|id| id.parse().ok()).unwrap_or_default();
        assert!((100_000..=120_000).contains(&id));
    }
}

#[test]
fn absence_and_endless_forms_are_refused() {
    assert!(wazuh("  s:\n    Image: null\n  condition: s\n").is_err());
    assert!(wazuh("  s:\n    Image: a\n  f:\n    CommandLine: null\n  condition: s and not f\n").is_ok());
    let pairs: String = (0..6).map(|i| format!("  s{i}:\n    - A{i}: x\n    - B{i}: y\n")).collect();
    assert!(wazuh(&format!("{pairs}  condition: all of s*\n")).is_err_and(|e| e.contains("32")));
}
