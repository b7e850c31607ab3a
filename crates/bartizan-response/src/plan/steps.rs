//! From conditions that hold to steps.

use std::collections::{BTreeMap, BTreeSet};

use bartizan::{Analysis, EventKind};
use bartizan_knowledge::ObjectKind;

use super::facts::{Facts, is_under};
use super::library::{Template, Term, react, templates};
use super::{Counter, Phase, React, Rule, Rules, Step, Urgency, words};
use crate::Options;

/// Obligations of a text that become steps.
const MOST_DUTIES: usize = 40;

/// The steps of a report about attacks or vulnerabilities; `after` are indexes into the result.
pub(crate) fn of_report(facts: &Facts<'_>, options: &Options) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let found: Vec<(&Template, Step)> =
        templates().iter().filter_map(|t| Some((t, step(facts, t)?))).collect();
    for (i, (template, step)) in found.iter().enumerate() {
        places.insert(template.id, i);
        steps.push(step.clone());
    }
    for (step, (template, _)) in steps.iter_mut().zip(&found) {
        step.after = template.after.iter().filter_map(|id| places.get(id).copied()).collect();
    }
    if steps.iter().any(|s| s.affected) {
        steps.extend(reporting(options, &steps));
    }
    steps
}

fn step(facts: &Facts<'_>, t: &Template) -> Option<Step> {
    let mut reason = facts.holds(&t.conditions)?;
    let items = facts.values(&t.values);
    let rules = rules(facts, t, &mut reason.techniques);
    let log_sources = match t.rules {
        Rules::Sources => sources(facts),
        _ => Vec::new(),
    };
    let evidence = facts.evidence(&reason.techniques, &reason.items, &reason.evidence);
    // A reason without a place in the text is none.
    if evidence.is_empty() {
        return None;
    }
    let action = match (items.is_empty(), t.without) {
        (true, without) if !without.is_empty() => format!("{} {without}", t.action),
        _ => t.action.to_owned(),
    };
    let techniques: Vec<usize> = reason.techniques.into_iter().collect();
    Some(Step {
        id: t.id.to_owned(),
        title: t.title.to_owned(),
        phase: t.phase,
        affected: t.affected,
        urgency: t.urgency,
        csf: owned(&t.csf),
        action,
        label: t.label.to_owned(),
        listed: t.list && !items.is_empty(),
        items,
        rules,
        log_sources,
        counters: counters(facts, &t.d3fend, &techniques),
        techniques,
        react: t
            .react
            .iter()
            .filter_map(|id| react(id).map(|(name, stage)| React { id, name, stage }))
            .collect(),
        owner: t.owner.to_owned(),
        inputs: owned(&t.inputs),
        outputs: owned(&t.outputs),
        done: t.done.to_owned(),
        destructive: t.destructive,
        evidence,
        ..Step::default()
    })
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The rules that the step links; of a step for techniques only those that look for one of them.
fn rules(facts: &Facts<'_>, t: &Template, techniques: &mut BTreeSet<usize>) -> Vec<Rule> {
    let Some(found) = facts.detections else { return Vec::new() };
    let asked: Vec<&str> = t
        .conditions
        .iter()
        .flatten()
        .filter_map(|term| if let Term::Technique(ids) = term { Some(ids.iter().copied()) } else { None })
        .flatten()
        .collect();
    let of = |i: usize| facts.analysis.techniques.get(i);
    let wanted = |techniques_of_rule: &[usize]| match t.rules {
        Rules::All => true,
        Rules::Technique => techniques_of_rule.iter().any(|i| {
            techniques.contains(i) && of(*i).is_some_and(|x| asked.iter().any(|id| is_under(&x.id, id)))
        }),
        Rules::None | Rules::Sources => false,
    };
    let rules = found.rules.iter().enumerate().filter(|(_, rule)| wanted(&rule.techniques));
    rules
        .map(|(index, rule)| Rule {
            index,
            id: rule.id.clone(),
            title: words::line(&rule.title),
            log_source: rule.log_source.name(),
        })
        .collect()
}

fn sources(facts: &Facts<'_>) -> Vec<String> {
    let rules = facts.detections.iter().flat_map(|found| &found.rules);
    let names: BTreeSet<String> = rules.map(|rule| rule.log_source.name()).collect();
    names.into_iter().collect()
}

/// Countermeasures that the pack knows, each with those of the techniques that D3FEND says it counters.
fn counters(facts: &Facts<'_>, ids: &[&str], techniques: &[usize]) -> Vec<Counter> {
    let object = |id: &&str| facts.pack.object(id).filter(|o| o.kind == ObjectKind::Countermeasure);
    ids.iter()
        .filter_map(object)
        .map(|o| {
            let answered: BTreeSet<&str> = facts
                .pack
                .links_from(o.id)
                .iter()
                .filter(|link| link.kind.starts_with("counters"))
                .map(|link| link.target)
                .collect();
            let is_answered = |i: &usize| {
                facts.analysis.techniques.get(*i).is_some_and(|t| answered.contains(t.id.as_str()))
            };
            Counter {
                id: o.id.to_owned(),
                name: o.name.to_owned(),
                techniques: techniques.iter().copied().filter(is_answered).collect(),
            }
        })
        .collect()
}

/// Duties to tell somebody: those of the profile, or the question which there are.
fn reporting(options: &Options, steps: &[Step]) -> Vec<Step> {
    let evidence: Vec<_> =
        steps.iter().filter(|s| s.affected).flat_map(|s| s.evidence.first()).take(1).copied().collect();
    let scope = steps.iter().position(|s| s.id == "evidence.scope");
    let base = Step {
        id: "communicate.duties".to_owned(),
        title: "Find out whom we must tell, and by when".to_owned(),
        phase: Phase::Communicate,
        affected: true,
        urgency: Urgency::Now,
        csf: owned(&["RS.CO-02", "GV.OC-03"]),
        action: "Which duties to report hold for us: authorities for data protection and for network security, supervisors, \
                 insurers, customers by contract? Write each down with the moment its clock starts and its hours; the profile \
                 keeps them for the next report."
            .to_owned(),
        react: react("RA4001").map(|(name, stage)| React { id: "RA4001", name, stage }).into_iter().collect(),
        owner: "legal counsel".to_owned(),
        inputs: owned(&["list of systems and data touched", "contracts; law"]),
        outputs: owned(&["list of duties with times"]),
        done: "Each duty has a name and a time, or counsel has written that there is none.".to_owned(),
        after: scope.into_iter().collect(),
        basis: "no duties are set in a profile".to_owned(),
        evidence,
        ..Step::default()
    };
    let duties = options.profile.iter().flat_map(|profile| &profile.duties).take(MOST_DUTIES);
    let told: Vec<Step> = duties
        .enumerate()
        .map(|(i, duty)| {
            let to = words::clipped(&duty.to, 120);
            let when = words::clipped(&duty.when, 200);
            Step {
                id: format!("communicate.duty-{}", i + 1),
                title: format!("Tell {to}"),
                action: format!(
                    "Decide whether the duty holds; if so, report within {} hours from: {when}. Say what is known, what is not, \
                     and when more follows.",
                    duty.hours
                ),
                done: "The report is sent and its receipt is kept, or it is written down why there is no duty.".to_owned(),
                outputs: owned(&["sent report with receipt"]),
                basis: format!("duty in the profile: {}", words::clipped(&duty.basis, 200)),
                ..base.clone()
            }
        })
        .collect();
    if told.is_empty() { vec![base] } else { told }
}

/// The duties a law, order or guidance makes, to be kept track of. Nothing else follows from such a text.
pub(crate) fn duties_of_text(analysis: &Analysis) -> Vec<Step> {
    let duties = analysis.events.iter().filter(|e| e.kind == EventKind::Obligation && !e.evidence.is_empty());
    duties
        .take(MOST_DUTIES)
        .enumerate()
        .map(|(i, duty)| {
            let when = words::clipped(&duty.when.text, 80);
            let day = duty.when.latest.as_deref().map(|day| format!(", at the latest on {day}")).unwrap_or_default();
            Step {
                id: format!("identify.duty-{}", i + 1),
                title: format!("Keep track: {}", words::clipped(&duty.summary, 110)),
                phase: Phase::Triage,
                urgency: Urgency::Week,
                csf: owned(&["GV.OC-03"]),
                action: format!("Decide whether the duty concerns us; if so, give it an owner. Time in the text: {when}{day}."),
                owner: "legal counsel".to_owned(),
                inputs: owned(&["the text"]),
                outputs: owned(&["decision, owner and date"]),
                done: "It is written down whether it concerns us; if so, it has an owner and a date.".to_owned(),
                evidence: duty.evidence.iter().take(3).copied().collect(),
                ..Step::default()
            }
        })
        .collect()
}
