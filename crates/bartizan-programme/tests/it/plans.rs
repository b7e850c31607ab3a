//! Plans and catalogues.

use bartizan_programme::plan::{CATALOGUE, Catalogue, MOST_BYTES, Plan};
use bartizan_programme::suite::builtin;
use bartizan_programme::window::Action;
use bartizan_programme::{Code, Digest};

use crate::world::*;

#[test]
fn the_catalogue_is_over_the_suites_that_the_program_carries() {
    let catalogue = Catalogue::embedded().expect("it is read");
    assert_eq!(catalogue.digest, Digest::of(CATALOGUE.as_bytes()));
    assert!(catalogue.plans.len() >= 4);
    let suites = builtin();
    for plan in &catalogue.plans {
        let suite = suites.iter().find(|suite| suite.name == plan.suite.as_str()).expect("a suite of ours");
        assert_eq!(suite.questions.len(), usize::try_from(plan.samples).expect("few"), "{}", plan.id);
        assert_eq!(suite.version, plan.suite_version);
        assert_eq!(plan.parameters[&id("scoring")].as_str(), suite.scoring.as_str());
        plan.fits(&programme()).expect("the example measures it");
        assert_eq!(
            plan.expected(),
            u64::from(plan.samples * plan.epochs) * u64::try_from(plan.seeds.len()).expect("few")
        );
    }
    assert_eq!(plan("smoke-knowledge-elicited").expected(), 72);
}

/// The canonical form, written by hand from its description: keys in order, no blanks, whole numbers.
#[test]
fn the_canonical_form_is_what_the_page_says() {
    let plan = plan("smoke-reading");
    let expected = format!(
        concat!(
            r#"{{"catalogue":{{"digest":"{}","id":"bartizan","version":"1.0"}},"#,
            r#""elicitation":{{"attempts":1,"effort":"default","max_messages":8,"max_tokens":1024,"temperature_milli":0,"tools":[]}},"#,
            r#""epochs":1,"hosts":[],"id":"smoke-reading","level":"AL1","parameters":{{"scoring":"last-line"}},"samples":10,"#,
            r#""sandbox":{{"cpus":0,"kind":"none","memory_mib":0,"seconds":120}},"seeds":[1],"suite":"smoke-reading","#,
            r#""suite_version":1,"task":"inspect_task.py@suite","title":"Reading indicators out of sentences"}}"#
        ),
        Digest::of(CATALOGUE.as_bytes())
    );
    assert_eq!(plan.canonical(), expected);
    assert_eq!(plan.digest(), Digest::of(expected.as_bytes()));
    let read: Plan = serde_json::from_str(&expected).expect("read again");
    assert_eq!(read, plan);
    // Whatever is changed, the digest is another.
    let changed: &[&dyn Fn(&mut Plan)] = &[
        &|plan| plan.epochs += 1,
        &|plan| plan.seeds = [2].into(),
        &|plan| plan.samples += 1,
        &|plan| plan.elicitation.temperature_milli = None,
        &|plan| plan.elicitation.system = Some(words("Be brief.")),
        &|plan| plan.sandbox.seconds += 1,
        &|plan| plan.hosts = [line("a.example")].into(),
        &|plan| plan.task = line("other.py@suite"),
        &|plan| plan.catalogue.version = name("1.1"),
    ];
    let mut digests = vec![plan.digest()];
    for change in changed {
        let mut other = plan.clone();
        change(&mut other);
        digests.push(other.digest());
    }
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), changed.len() + 1);
}

#[test]
fn a_plan_fits_the_programme_or_every_reason_is_told() {
    let codes = |change: &dyn Fn(&mut Plan)| -> Vec<Code> {
        let mut plan = plan("smoke-reading");
        change(&mut plan);
        plan.fits(&programme()).err().map_or(vec![], |e| e.faults().iter().map(|fault| fault.code).collect())
    };
    assert_eq!(codes(&|_| {}), []);
    assert_eq!(codes(&|plan| plan.suite = id("other")), [Code::PlanSuite]);
    assert_eq!(codes(&|plan| plan.suite_version = 2), [Code::PlanSuite]);
    assert_eq!(
        codes(&|plan| plan.hosts = [line("a.example"), line("b.example")].into()),
        [Code::PlanEgress; 2]
    );
    for change in [
        (&|plan: &mut Plan| plan.epochs = 0) as &dyn Fn(&mut Plan),
        &|plan| plan.epochs = u32::MAX,
        &|plan| plan.seeds = (0..65).collect(),
        &|plan| plan.elicitation.temperature_milli = Some(2_001),
        &|plan| plan.elicitation.max_tokens = 0,
        &|plan| plan.sandbox.cpus = 1,
        &|plan| plan.sandbox.kind = bartizan_programme::plan::SandboxKind::Container,
        &|plan| plan.elicitation.tools = (0..65).map(|n| id(&format!("t{n}"))).collect(),
    ] {
        assert_eq!(codes(change), [Code::PlanNumbers]);
    }
    let mut room = Room::running();
    let mut other = plan("smoke-reading");
    other.suite_version = 2;
    assert_eq!(room.refused("toni", Action::Plan { plan: name("p"), body: other }), Some(Code::PlanSuite));
}

#[test]
fn catalogues_are_read_strictly() {
    let parse = |text: &str| Catalogue::parse(text.as_bytes()).map_err(|e| (e.code(), e.faults()[0].place));
    let with = |from: &str, to: &str| {
        assert!(CATALOGUE.contains(from), "{from}");
        parse(&CATALOGUE.replacen(from, to, 1)).err()
    };
    assert_eq!(with("epochs = 1", "epochs = 0"), Some((Code::RulesValue, Some((17, 10)))));
    assert_eq!(with("epochs = 1", "epoch = 1").map(|e| e.0), Some(Code::RulesMissing));
    assert_eq!(with("temperature = 0.0", "temperature = 0.0005").map(|e| e.0), Some(Code::RulesValue));
    assert_eq!(with("temperature = 0.0", "temperature = nan").map(|e| e.0), Some(Code::RulesValue));
    assert_eq!(with("temperature = 0.0", "temperature = \"hot\"").map(|e| e.0), Some(Code::RulesType));
    assert_eq!(
        with("kind = \"none\", cpus = 0", "kind = \"none\", cpus = 1").map(|e| e.0),
        Some(Code::RulesValue)
    );
    assert_eq!(
        with("id = \"smoke-reading\"", "id = \"smoke-knowledge\"").map(|e| e.0),
        Some(Code::RulesTwice)
    );
    assert_eq!(with("seeds = [\"1\"]", "seeds = [\"1\", \"1\"]").map(|e| e.0), Some(Code::RulesTwice));
    assert_eq!(
        with("[\"scoring=choice\"]", "[\"scoring=a\", \"scoring=b\"]").map(|e| e.0),
        Some(Code::RulesTwice)
    );
    assert_eq!(
        parse("format = 1\nid = \"a\"\nversion = \"1\"\n").err().map(|e| e.0),
        Some(Code::RulesMissing)
    );
    assert_eq!(parse(&"#".repeat(MOST_BYTES + 1)).err().map(|e| e.0), Some(Code::RulesTooLong));
}
