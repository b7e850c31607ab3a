//! Plans from outside: what reports ask for, and the written forms.

use bartizan::{Analysis, Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use bartizan_response::{Assessment, plan::lint, profile};
use serde_json::Value;

const INTRUSION: &[u8] = include_bytes!("../../../../samples/ransomware-intrusion.html");

pub fn analysis(name: &str, bytes: &[u8]) -> Analysis {
    let options = Options { now: 1_795_000_000, ..Options::default() };
    Analyzer::new(Pack::built_in()).analyze(&Input::new(name, bytes), &options).expect("readable")
}

pub fn assessed(analysis: &Analysis, options: &bartizan_response::Options) -> Assessment {
    let date = "2026-11-23".to_owned();
    let with = bartizan_detection::Options { author: "test".to_owned(), date };
    let found = bartizan_detection::detect(analysis, Pack::built_in(), &with);
    bartizan_response::assess(analysis, Pack::built_in(), Some(&found), options)
}

/// The file of the package, as text.
pub fn file(analysis: &Analysis, assessment: &Assessment, path: &str) -> String {
    let files = bartizan_response::package::files(analysis, Pack::built_in(), assessment);
    let (_, bytes) = files.into_iter().find(|(name, _)| name == path).unwrap_or_else(|| panic!("no {path}"));
    String::from_utf8(bytes).expect("UTF-8")
}

pub fn intrusion() -> (Analysis, Assessment) {
    let analysis = analysis("ransomware-intrusion.html", INTRUSION);
    let assessment = assessed(&analysis, &bartizan_response::Options::default());
    (analysis, assessment)
}

/// Title of a step with its values.
fn check(text: &str, id: &str, values: &[&str]) {
    let analysis = analysis("note.txt", text.as_bytes());
    let assessment = assessed(&analysis, &bartizan_response::Options::default());
    let step = assessment.plan.steps.iter().find(|step| step.id == id);
    let shown: Vec<&str> = step.iter().flat_map(|s| &s.items).map(|item| item.shown.as_str()).collect();
    assert_eq!(shown, values, "{id} of: {text}");
}

#[test]
fn what_the_intruder_left_is_named_in_the_step_that_removes_it() {
    let (_, assessment) = intrusion();
    for (id, value) in [
        ("eradicate.tasks", "\\Microsoft\\Windows\\EdgeUpdateCheck"),
        ("eradicate.services", "EdgeElevationSvc"),
        ("eradicate.autostart", "\\CurrentVersion\\Run\\EdgeUpd"),
        ("contain.exfiltration", "Rclone"),
        ("protect.block-network", "static-assets-relay[.]net"),
    ] {
        let step = assessment.plan.steps.iter().find(|s| s.id == id).unwrap_or_else(|| panic!("no {id}"));
        assert!(step.items.iter().any(|item| item.shown.contains(value)), "{id}: {:?}", step.items);
    }
}

#[test]
fn steps_stand_in_order_and_have_their_reasons() {
    let (analysis, assessment) = intrusion();
    let steps = &assessment.plan.steps;
    assert!(steps.len() > 30);
    for (number, step) in steps.iter().enumerate() {
        assert!(step.after.iter().all(|before| *before < number), "{}", step.id);
        assert!(!step.evidence.is_empty(), "{}", step.id);
        for e in &step.evidence {
            assert!(!e.span.of(&analysis.document.text).is_empty(), "{}", step.id);
        }
        let removes = step.id.starts_with("eradicate") || step.id.starts_with("contain");
        assert_eq!(
            step.destructive,
            removes || step.id.starts_with("recover.rebuild") || step.id == "recover.data",
            "{}",
            step.id
        );
    }
    let place = |id: &str| steps.iter().position(|s| s.id == id).unwrap_or_else(|| panic!("no {id}"));
    assert!(place("evidence.preserve") < place("contain.isolate"));
    assert!(place("contain.isolate") < place("eradicate.tasks"));
    assert!(place("hunt.tasks") < place("eradicate.tasks"));
}

#[test]
fn a_service_that_is_stopped_is_not_to_be_removed() {
    check(
        "Before encryption the ransomware stops the service named WinDefend with net stop WinDefend.",
        "eradicate.services",
        &[],
    );
    check("The malware disables the Windows service WinDefend.", "eradicate.services", &[]);
}

#[test]
fn nothing_is_asked_for_without_a_word_of_the_report() {
    let analysis =
        analysis("note.txt", b"The cafeteria closes at noon on Friday. Please bring your own cup.");
    let assessment = assessed(&analysis, &bartizan_response::Options::default());
    assert!(assessment.plan.steps.is_empty(), "{:?}", assessment.plan.steps);
    assert!(
        bartizan_response::package::files(&analysis, Pack::built_in(), &assessment)
            .iter()
            .all(|(p, _)| !p.starts_with("response/"))
    );
}

#[test]
fn duties_of_the_profile_become_steps_and_without_them_there_is_a_question() {
    let analysis = analysis("ransomware-intrusion.html", INTRUSION);
    let duty = profile::Duty {
        to: "the supervisor".to_owned(),
        when: "awareness of a significant incident".to_owned(),
        hours: 24,
        basis: "NIS 2, article 23(4)(a)".to_owned(),
    };
    let profile = profile::Profile { duties: vec![duty], ..profile::Profile::default() };
    let with = bartizan_response::Options { profile: Some(profile), ..Default::default() };
    let titles = |options: &bartizan_response::Options| -> Vec<String> {
        let plan = assessed(&analysis, options).plan;
        plan.steps.into_iter().filter(|s| s.id.starts_with("communicate.dut")).map(|s| s.title).collect()
    };
    assert_eq!(titles(&with), ["Tell the supervisor"]);
    assert_eq!(titles(&bartizan_response::Options::default()), ["Find out whom we must tell, and by when"]);
}

#[test]
fn the_playbook_of_each_sample_is_without_findings() {
    for (name, bytes) in [
        ("ransomware-intrusion.html", INTRUSION),
        ("package-stealer.md", include_bytes!("../../../../samples/package-stealer.md").as_slice()),
        ("gateway-advisory.pdf", include_bytes!("../../../../samples/gateway-advisory.pdf").as_slice()),
    ] {
        let analysis = analysis(name, bytes);
        let assessment = assessed(&analysis, &bartizan_response::Options::default());
        let text = file(&analysis, &assessment, "response/playbook.cacao.json");
        assert_eq!(lint::check_text(&text), [], "{name}");
        let playbook: Value = serde_json::from_str(&text).expect("JSON");
        let steps = playbook["workflow"].as_object().expect("workflow");
        let actions: Vec<&Value> = steps.values().filter(|s| s["type"] == "action").collect();
        assert_eq!(actions.len(), assessment.plan.steps.len(), "{name}: every step is in the playbook once");
        let commands = actions.iter().flat_map(|s| s["commands"].as_array().expect("commands"));
        assert!(commands.clone().all(|c| c["type"] == "manual"), "{name}: nothing runs by itself");
    }
}

#[test]
fn block_lists_hold_indicators_raw_with_the_marking_on_top() {
    let (analysis, assessment) = intrusion();
    let text = file(&analysis, &assessment, "response/blocklists/domain.txt");
    let mut lines = text.lines();
    let marking = bartizan::exchange::marking(&analysis).as_str();
    assert_eq!(lines.next(), Some(format!("# {marking}").as_str()));
    let values: Vec<&str> = lines.filter(|l| !l.starts_with('#')).collect();
    assert!(values.contains(&"static-assets-relay.net"), "{values:?}");
    let indicators: Vec<&str> = analysis
        .observables
        .iter()
        .filter(|o| o.verdict == bartizan::Verdict::Indicator)
        .map(|o| o.value.as_str())
        .collect();
    assert!(values.iter().all(|v| indicators.contains(v)));
    let csv = file(&analysis, &assessment, "response/blocklists/domain.csv");
    assert!(csv.starts_with(&format!("# {marking}\r\nvalue,type,confidence,caution,report\r\n")));
}

#[test]
fn a_hostile_report_stays_text() {
    let text = "# <script>alert(1)</script> `x` =cmd()\n\nThe group \"=HYPERLINK(1)\" runs schtasks /create /tn \"<img src=x>\" /tr \
                a.exe as a scheduled task and contacts evil[.]top, |x| and http://a.b/__affected__:value`.\n";
    let analysis = analysis("h.md", text.as_bytes());
    let assessment = assessed(&analysis, &bartizan_response::Options::default());
    let list = file(&analysis, &assessment, "response/checklist.md");
    assert!(!list.contains("<script>") && !list.contains("<img"), "{list}");
    let playbook = file(&analysis, &assessment, "response/playbook.cacao.json");
    let wrong: Vec<_> = lint::check_text(&playbook);
    assert_eq!(wrong, []);
    let yaml = file(&analysis, &assessment, "response/xsoar-playbook.yml");
    assert!(yaml.lines().all(|l| !l.starts_with("<") && !l.contains('\u{7f}')));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let all = || {
        let (analysis, assessment) = intrusion();
        bartizan_response::package::files(&analysis, Pack::built_in(), &assessment)
    };
    assert_eq!(all(), all());
}
