//! The plan as a playbook: *CACAO Security Playbooks Version 2.0*, OASIS Committee Specification 01, 27 November 2023.
//!
//! Every command is `manual`: nothing runs by itself. Identifiers come from the report and the step (`Id::derived`): the
//! specification wants UUIDv4 for steps (section 10.10), so the version digits say 4 and the other bits are those of a UUIDv5.

use std::collections::{BTreeMap, BTreeSet};

use bartizan::{Analysis, exchange};
use bartizan_stix::Id;
use serde_json::{Map, Value, json};

use super::{BlockList, Phase, Plan, Step, order, words};

/// Values written into a variable; the rest is in the block list.
const MOST_VALUES: usize = 1_000;

/// `response/playbook.cacao.json`.
pub(crate) fn playbook(plan: &Plan, analysis: &Analysis) -> Value {
    Writer { plan, analysis, workflow: Map::new(), parallel: false }.write()
}

struct Writer<'a> {
    plan: &'a Plan,
    analysis: &'a Analysis,
    workflow: Map<String, Value>,
    parallel: bool,
}

impl Writer<'_> {
    fn id(&self, kind: &str, what: &str) -> String {
        Id::derived(kind, &[&self.analysis.document.sha256, what]).as_str().to_owned()
    }

    fn write(mut self) -> Value {
        let [before, affected, after] = order::parts(&self.plan.steps);
        let end = self.end("end");
        let next = self.chain(&after, &end);
        let next = if affected.is_empty() { next } else { self.decision(&affected, &next) };
        let first = self.chain(&before, &next);
        let start = self.id("start", "start");
        self.workflow
            .insert(start.clone(), json!({ "type": "start", "name": "Start", "on_completion": first }));
        self.document(&start, !affected.is_empty())
    }

    fn document(mut self, start: &str, decides: bool) -> Value {
        let (plan, analysis) = (self.plan, self.analysis);
        let time = exchange::timestamp(analysis.now);
        let author = Id::derived("identity", &["Bartizan"]).as_str().to_owned();
        let marking = exchange::marking(analysis).as_str();
        let marking_id = Id::derived("marking-tlp", &[marking]).as_str().to_owned();
        let title = words::title(analysis);
        let mut out = json!({
            "type": "playbook",
            "spec_version": "cacao-2.0",
            "id": self.id("playbook", "playbook"),
            "name": format!("Response to “{title}”"),
            "description": format!(
                "Steps of response that the report “{title}” asks for, each with its reason. All are manual. {}. {marking}.",
                analysis.pack
            ),
            "playbook_types": types(plan),
            "playbook_activities": activities(plan),
            "playbook_processing_summary": {
                "manual_playbook": true,
                "external_playbooks": false,
                "parallel_processing": self.parallel,
                "if_logic": decides,
                "while_logic": false,
                "switch_logic": false,
                "temporal_logic": false,
                "data_markings": true,
                "digital_signatures": false,
                "countersigned_signatures": false,
                "extensions": false,
            },
            "created_by": author,
            "created": time,
            "modified": time,
            "markings": [marking_id],
            "workflow_start": start,
            "workflow": std::mem::take(&mut self.workflow),
            "agent_definitions": self.agents(),
            "data_marking_definitions": {
                marking_id.clone(): {
                    "type": "marking-tlp", "id": marking_id, "created_by": author, "created": time, "tlpv2_level": marking,
                },
            },
        });
        let Some(map) = out.as_object_mut() else { return out };
        let variables = self.variables(decides);
        if !variables.is_empty() {
            map.insert("playbook_variables".to_owned(), Value::Object(variables));
        }
        let references: BTreeMap<String, Value> =
            plan.steps.iter().flat_map(|step| references(step, analysis)).collect();
        if !references.is_empty() {
            let all: Vec<Value> = references.into_values().collect();
            map.insert("external_references".to_owned(), Value::Array(all));
        }
        let targets = self.targets();
        if !targets.is_empty() {
            map.insert("target_definitions".to_owned(), Value::Object(targets));
        }
        out
    }

    fn end(&mut self, name: &str) -> String {
        let id = self.id("end", name);
        self.workflow.insert(id.clone(), json!({ "type": "end", "name": "End" }));
        id
    }

    /// Writes the layers so that the last leads to `next`; the id of the first.
    fn chain(&mut self, layers: &[Vec<usize>], next: &str) -> String {
        let mut next = next.to_owned();
        for layer in layers.iter().rev() {
            next = match layer.as_slice() {
                [] => next,
                [one] => self.action(*one, &next).unwrap_or(next),
                many => self.together(many, &next),
            };
        }
        next
    }

    fn together(&mut self, steps: &[usize], next: &str) -> String {
        self.parallel = true;
        let name = steps.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
        let end = self.end(&format!("end of {name}"));
        let branches: Vec<String> = steps.iter().filter_map(|i| self.action(*i, &end)).collect();
        let id = self.id("parallel", &name);
        let phase = steps.first().and_then(|i| self.plan.steps.get(*i)).map_or("", |s| s.phase.words());
        let step =
            json!({ "type": "parallel", "name": phase, "next_steps": branches, "on_completion": next });
        self.workflow.insert(id.clone(), step);
        id
    }

    fn decision(&mut self, layers: &[Vec<usize>], next: &str) -> String {
        let end = self.end("end of affected");
        let first = self.chain(layers, &end);
        let id = self.id("if-condition", "affected");
        let step = json!({
            "type": "if-condition",
            "name": "Was anything found?",
            "description": "True once a hunt has a hit that was judged true.",
            "condition": "__affected__:value = 'true'",
            "on_true": first,
            "on_completion": next,
        });
        self.workflow.insert(id.clone(), step);
        id
    }

    fn action(&mut self, index: usize, next: &str) -> Option<String> {
        let step = self.plan.steps.get(index)?;
        let id = self.id("action", &step.id);
        let mut out = json!({
            "type": "action",
            "name": step.title,
            "description": format!("Why: {}.", words::why(step, self.analysis)),
            "commands": [{
                "type": "manual",
                "command": format!(
                    "{} Needs: {}. Gives: {}. Done when: {}",
                    words::whole(step), step.inputs.join(", "), step.outputs.join(", "), step.done
                ),
                "playbook_activity": activity(step),
            }],
            "agent": self.agent(&step.owner),
            "on_completion": next,
        });
        let map = out.as_object_mut()?;
        if let Some(category) = category(&step.owner) {
            map.insert("targets".to_owned(), json!([self.target(category)]));
        }
        let arguments: Vec<String> =
            if step.listed { self.lists_of(step).map(variable).collect() } else { Vec::new() };
        if !arguments.is_empty() {
            map.insert("in_args".to_owned(), json!(arguments));
        }
        if step.id == "decide.brief" {
            map.insert("out_args".to_owned(), json!(["__affected__"]));
        }
        let references: Vec<Value> = references(step, self.analysis).map(|(_, value)| value).collect();
        if !references.is_empty() {
            map.insert("external_references".to_owned(), Value::Array(references));
        }
        self.workflow.insert(id.clone(), out);
        Some(id)
    }

    fn lists_of<'s>(&'s self, step: &'s Step) -> impl Iterator<Item = &'s BlockList> {
        let has =
            |list: &BlockList| list.items.iter().any(|of| step.items.iter().any(|item| item.node == of.node));
        self.plan.lists.iter().filter(move |list| has(list))
    }

    fn agent(&self, role: &str) -> String {
        Id::derived("group", &["role", role]).as_str().to_owned()
    }

    fn agents(&self) -> Map<String, Value> {
        let roles: BTreeSet<&str> = self.plan.steps.iter().map(|step| step.owner.as_str()).collect();
        roles.into_iter().map(|role| (self.agent(role), json!({ "type": "group", "name": role }))).collect()
    }

    fn target(&self, category: &str) -> String {
        Id::derived("security-category", &[category]).as_str().to_owned()
    }

    fn targets(&self) -> Map<String, Value> {
        let categories: BTreeSet<&str> =
            self.plan.steps.iter().filter_map(|step| category(&step.owner)).collect();
        let one =
            |category: &str| json!({ "type": "security-category", "name": category, "category": [category] });
        categories.into_iter().map(|category| (self.target(category), one(category))).collect()
    }

    fn variables(&self, decides: bool) -> Map<String, Value> {
        let used: BTreeSet<String> = self
            .plan
            .steps
            .iter()
            .filter(|step| step.listed)
            .flat_map(|step| self.lists_of(step).map(variable).collect::<Vec<_>>())
            .collect();
        let lists = self.plan.lists.iter().filter(|list| used.contains(&variable(list)));
        let mut out: Map<String, Value> = lists.map(|list| (variable(list), value(list))).collect();
        if decides {
            out.insert(
                "__affected__".to_owned(),
                json!({
                    "type": "bool", "value": "false", "constant": false, "external": true,
                    "description": "Whether a hunt had a hit that was judged true. Set by the incident manager.",
                }),
            );
        }
        out
    }
}

fn variable(list: &BlockList) -> String {
    format!("__block_{}__", list.kind.as_str())
}

fn value(list: &BlockList) -> Value {
    let values: Vec<&str> = list
        .items
        .iter()
        .filter(|item| item.caution.is_empty())
        .take(MOST_VALUES)
        .map(|item| item.value.as_str())
        .collect();
    json!({
        "type": "string",
        "description": format!(
            "{} values of the report to block, one a line; all {} are in response/blocklists/{}.txt. What stands on a list of \
             common names is left out.",
            list.kind.as_str(), list.items.len(), list.kind.as_str()
        ),
        "value": values.join("\n"),
        "constant": true,
        "external": false,
    })
}

/// Section 3.1.1, playbook-type-ov.
fn types(plan: &Plan) -> Vec<&'static str> {
    let of = |phase: Phase| match phase {
        Phase::Triage | Phase::Decide | Phase::Evidence => "investigation",
        Phase::Protect | Phase::Harden => "prevention",
        Phase::Hunt => "detection",
        Phase::Contain => "mitigation",
        Phase::Communicate => "notification",
        Phase::Eradicate | Phase::Recover | Phase::Lessons => "remediation",
    };
    let all: BTreeSet<&str> = plan.steps.iter().map(|step| of(step.phase)).collect();
    all.into_iter().collect()
}

fn activities(plan: &Plan) -> Vec<&'static str> {
    let all: BTreeSet<&str> = plan.steps.iter().map(activity).collect();
    all.into_iter().collect()
}

/// Section 3.1.2, playbook-activity-type-ov.
fn activity(step: &Step) -> &'static str {
    match step.phase {
        Phase::Triage if step.id.contains("exposure") => "scan-vulnerabilities",
        Phase::Triage => "identify-audience",
        Phase::Protect if step.id.contains(".block") => "restrict-access",
        Phase::Protect | Phase::Harden => "configure-systems",
        Phase::Hunt if step.rules.is_empty() && !step.items.is_empty() => "match-indicator",
        Phase::Hunt => "analyze-collected-data",
        Phase::Decide => "identify-steps",
        Phase::Evidence => "analyze-collected-data",
        Phase::Contain if step.id == "contain.isolate" => "disconnect-system",
        Phase::Contain => "restrict-access",
        Phase::Communicate => "deliver-content",
        Phase::Eradicate => "eliminate-risk",
        Phase::Recover if step.id == "recover.data" => "restore-data",
        Phase::Recover => "restore-capabilities",
        Phase::Lessons => "compose-content",
    }
}

/// What a role works on, of security-category-type-ov (section 7.12).
fn category(owner: &str) -> Option<&'static str> {
    Some(match owner {
        "network engineer" => "firewall",
        "mail administrator" => "content-gateway",
        "endpoint administrator" | "incident responder" => "endpoint",
        "identity administrator" | "cloud administrator" => "aaa",
        "threat hunter" | "detection engineer" => "siem",
        "backup administrator" | "system owner" => "server",
        "mobile device administrator" => "handset",
        "intelligence analyst" => "tip",
        _ => return None,
    })
}

/// External references, by what tells them apart.
fn references<'s>(step: &'s Step, analysis: &'s Analysis) -> impl Iterator<Item = (String, Value)> + 's {
    let techniques = step.techniques.iter().filter_map(|i| analysis.techniques.get(*i)).map(|t| {
        let source = if t.domain == "atlas" { "mitre-atlas" } else { "mitre-attack" };
        (source.to_owned(), t.id.clone(), Some(format!("{} {}", t.id, t.name)))
    });
    let others = words::references(step).into_iter().map(|(source, id)| (source, id, None));
    techniques.chain(others).map(|(source, id, name)| {
        let mut out =
            json!({ "name": name.unwrap_or_else(|| id.clone()), "source": source, "external_id": id });
        let of = if source == "mitre-atlas" { "mitre-attack" } else { source.as_str() };
        if let (Some(map), Some(url)) = (out.as_object_mut(), words::url(of, &id)) {
            map.insert("url".to_owned(), Value::String(url));
        }
        (format!("{source} {id}"), out)
    })
}
