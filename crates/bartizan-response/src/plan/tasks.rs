//! `response/tasks.json`: the steps as tickets, for TheHive, Jira and the like. docs/response.md maps the members.

use bartizan::{Analysis, exchange};
use serde::Serialize;

use super::{Plan, Urgency, words};

/// `format` of the file; a change that a reader must know of makes it `2`.
const FORMAT: &str = "bartizan.tasks/1";

#[derive(Serialize)]
pub(crate) struct Tasks {
    format: &'static str,
    case: Case,
    tasks: Vec<Task>,
}

/// Members are named as TheHive 5 names those of a case.
#[derive(Serialize)]
struct Case {
    title: String,
    description: String,
    /// 1 low to 4 critical, as TheHive; 2 until somebody judges.
    severity: u8,
    /// 0 clear, 1 green, 2 amber, 3 amber+strict, 4 red, as TheHive.
    tlp: u8,
    marking: &'static str,
    tags: Vec<String>,
}

/// Members are named as TheHive 5 names those of a task; `summary`, `labels`, `priority` and `blocked_by` are Jira's.
#[derive(Serialize)]
struct Task {
    key: String,
    order: usize,
    group: &'static str,
    title: String,
    summary: String,
    description: String,
    mandatory: bool,
    only_if_affected: bool,
    destructive: bool,
    assignee_role: String,
    priority: &'static str,
    /// Hours from the start of the case; none where there is no hurry.
    due_in_hours: Option<u32>,
    blocked_by: Vec<String>,
    labels: Vec<String>,
    techniques: Vec<String>,
    references: Vec<Reference>,
    values: Vec<String>,
    rules: Vec<String>,
    inputs: Vec<String>,
    outputs: Vec<String>,
    done_when: String,
    why: String,
}

#[derive(Serialize)]
struct Reference {
    source: String,
    id: String,
}

pub(crate) fn tasks(plan: &Plan, analysis: &Analysis) -> Tasks {
    let marking = exchange::marking(analysis).as_str();
    let id = |i: &usize| plan.steps.get(*i).map(|step| step.id.clone());
    let technique = |i: &usize| analysis.techniques.get(*i).map(|t| t.id.clone());
    let tasks = plan.steps.iter().enumerate().map(|(order, step)| {
        let techniques: Vec<String> = step.techniques.iter().filter_map(technique).collect();
        let why = words::why(step, analysis);
        Task {
            key: step.id.clone(),
            order: order + 1,
            group: step.phase.as_str(),
            title: step.title.clone(),
            summary: format!("{}. {}", order + 1, step.title),
            description: format!("{}\n\nWhy: {why}.\n\nDone when: {}", words::whole(step), step.done),
            mandatory: step.urgency == Urgency::Now,
            only_if_affected: step.affected,
            destructive: step.destructive,
            assignee_role: step.owner.clone(),
            priority: match step.urgency {
                Urgency::Now => "Highest",
                Urgency::Day => "High",
                Urgency::Week => "Medium",
                Urgency::Later => "Low",
            },
            due_in_hours: match step.urgency {
                Urgency::Now => Some(1),
                Urgency::Day => Some(24),
                Urgency::Week => Some(168),
                Urgency::Later => None,
            },
            blocked_by: step.after.iter().filter_map(id).collect(),
            labels: ["bartizan", step.phase.as_str()]
                .into_iter()
                .map(str::to_owned)
                .chain(techniques.iter().cloned())
                .collect(),
            techniques,
            references: words::references(step)
                .into_iter()
                .map(|(source, id)| Reference { source, id })
                .collect(),
            values: step.items.iter().map(|item| item.shown.clone()).collect(),
            rules: step.rules.iter().map(|rule| rule.id.clone()).collect(),
            inputs: step.inputs.clone(),
            outputs: step.outputs.clone(),
            done_when: step.done.clone(),
            why,
        }
    });
    let tlp = match marking {
        "TLP:CLEAR" => 0,
        "TLP:GREEN" => 1,
        "TLP:AMBER" => 2,
        "TLP:AMBER+STRICT" => 3,
        _ => 4,
    };
    let title = words::title(analysis);
    Tasks {
        format: FORMAT,
        case: Case {
            description: format!("Response to the report “{title}”. {marking}. {}", analysis.pack),
            title,
            severity: 2,
            tlp,
            marking,
            tags: vec!["bartizan".to_owned()],
        },
        tasks: tasks.collect(),
    }
}
