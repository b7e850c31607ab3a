//! Wazuh: the rules of "Rules syntax" and "Custom rules".

use bartizan_sigma::{
    Conversion, convert, settle, settles,
    target::{Job, Query},
};

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

/// The ids of a text, of rules and of parents.
fn ids(text: &str) -> (Vec<u32>, Vec<u32>) {
    let of = |mark: &str| -> Vec<u32> {
        let found = text.split(mark).skip(1).filter_map(|rest| rest.split(['"', '<']).next());
        found.flat_map(|ids| ids.split(", ").filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
    };
    (of("<rule id=\""), of("<if_sid>"))
}

#[test]
fn no_two_rules_of_a_set_have_one_id() {
    let job = Job::new("wazuh", &[], None).unwrap_or_else(|e| panic!("{e}"));
    assert!(settles(&job));
    let detection = "  s:\n    - Image: a\n    - CommandLine: b\n  f:\n    Image: c\n    ParentImage: d\n  condition: s and not f\n";
    let made = |number: u32| {
        let mut rule = rule(detection);
        // Five hundred rules for three hundred ids each wants at most once: many collide, some are the same.
        rule.id = Some(format!("rule-{}", number % 450));
        rule.title = format!("t{number}");
        convert(&rule, &job).unwrap_or_else(|e| panic!("{e}"))
    };
    let settled = |order: &mut dyn Iterator<Item = u32>| {
        let mut set: Vec<Conversion> = order.map(made).collect();
        assert_eq!(settle(&job, &mut set.iter_mut().collect::<Vec<_>>()), []);
        let mut texts: Vec<String> = set
            .iter()
            .map(|conversion| match conversion.queries.as_slice() {
                [Query::Text(text)] => text.clone(),
                other => panic!("one text, not {other:?}"),
            })
            .collect();
        texts.sort();
        texts
    };
    let texts = settled(&mut (0..500));
    let mut all = Vec::new();
    for text in &texts {
        let (rules, parents) = ids(text);
        // Two alternatives, and one exclusion below both.
        assert_eq!((rules.len(), parents.as_slice()), (3, &rules[..2]), "{text}");
        all.extend(rules);
    }
    assert!(all.iter().all(|id| (100_000..=120_000).contains(id)));
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "every id once");
    assert_eq!(settled(&mut (0..500).rev()), texts, "the order of the set is of no matter");
}

#[test]
fn a_set_that_is_too_large_is_refused_in_part() {
    let job = Job::new("wazuh", &[], None).unwrap_or_else(|e| panic!("{e}"));
    let one = convert(&rule("  s:\n    Image: a\n  condition: s\n"), &job).unwrap_or_else(|e| panic!("{e}"));
    let mut set = vec![one; 20_003];
    let left = settle(&job, &mut set.iter_mut().collect::<Vec<_>>());
    assert_eq!(left.len(), 2);
    assert!(left.iter().all(|(_, failure)| failure.reason.code() == "expression"));
}
