//! `response/xsoar-playbook.yml`: the plan in the form that Cortex XSOAR imports, all tasks manual.
//!
//! Source of the form: the playbook schema that demisto-sdk publishes (`commands/common/schemas/playbook.yml`, version 1.39).
//! Strings are written as JSON, which YAML 1.2 reads as double-quoted scalars (section 7.3.1).

use std::fmt::Write;

use bartizan::{Analysis, exchange};
use bartizan_stix::Id;

use super::{Plan, Step, order, words};

/// Height of one row and width of one column of the drawing.
const ROW: usize = 200;
const COLUMN: usize = 420;

pub(crate) fn playbook(plan: &Plan, analysis: &Analysis) -> String {
    let title = words::title(analysis);
    let id = Id::derived("playbook", &[&analysis.document.sha256, "xsoar"]);
    let mut out = String::new();
    let name = format!("Response to {title}");
    let about = format!(
        "Steps of response that the report asks for. {}. {}.",
        exchange::marking(analysis).as_str(),
        analysis.pack
    );
    let _ = write!(
        out,
        "id: {}\nversion: -1\nname: {}\ndescription: {}\nfromversion: 6.10.0\nstarttaskid: \"0\"\nview: {}\ninputs: []\noutputs: []\ntests:\n- No tests (auto formatted)\ntasks:\n",
        quoted(id.as_str()),
        quoted(&name),
        quoted(&about),
        quoted(
            "{\"linkLabelsPosition\":{},\"paper\":{\"dimensions\":{\"height\":1000,\"width\":1000,\"x\":0,\"y\":0}}}"
        )
    );
    let tasks = Tasks::of(plan);
    for (number, task) in tasks.all.iter().enumerate() {
        write_task(&mut out, number, task, plan, analysis);
    }
    out
}

/// What a task is.
enum Kind {
    Start,
    /// The question whether anything was found.
    Decision,
    Step(usize),
    End,
}

struct Task {
    kind: Kind,
    /// Labels and numbers of the tasks that follow.
    next: Vec<(&'static str, Vec<usize>)>,
    place: (usize, usize),
}

struct Tasks {
    all: Vec<Task>,
}

impl Tasks {
    /// Start, layers before the decision, the decision, layers of both sides, end.
    fn of(plan: &Plan) -> Self {
        let [before, affected, after] = order::parts(&plan.steps);
        let mut tasks = Self { all: Vec::new() };
        let mut row = 0;
        let start = tasks.push(Kind::Start, (0, row));
        let last = tasks.layers(&before, vec![(start, "#none#")], &mut row);
        let mut open = last;
        if !affected.is_empty() {
            row += 1;
            let decision = tasks.push(Kind::Decision, (0, row));
            tasks.join(&open, &[decision]);
            open = tasks.layers(&affected, vec![(decision, "yes")], &mut row);
            open.push((decision, "no"));
        }
        let open = tasks.layers(&after, open, &mut row);
        let end = tasks.push(Kind::End, (0, row + 1));
        tasks.join(&open, &[end]);
        tasks
    }

    fn push(&mut self, kind: Kind, place: (usize, usize)) -> usize {
        self.all.push(Task { kind, next: Vec::new(), place });
        self.all.len() - 1
    }

    /// Writes layers after the open ends; the ends of the last.
    fn layers(
        &mut self,
        layers: &[Vec<usize>],
        mut open: Vec<(usize, &'static str)>,
        row: &mut usize,
    ) -> Vec<(usize, &'static str)> {
        for layer in layers.iter().filter(|layer| !layer.is_empty()) {
            *row += 1;
            let new: Vec<usize> = layer
                .iter()
                .enumerate()
                .map(|(column, step)| self.push(Kind::Step(*step), (column, *row)))
                .collect();
            self.join(&open, &new);
            open = new.into_iter().map(|task| (task, "#none#")).collect();
        }
        open
    }

    fn join(&mut self, open: &[(usize, &'static str)], to: &[usize]) {
        for (from, label) in open {
            let Some(task) = self.all.get_mut(*from) else { continue };
            match task.next.iter_mut().find(|(l, _)| l == label) {
                Some((_, all)) => all.extend(to),
                None => task.next.push((label, to.to_vec())),
            }
        }
    }
}

fn write_task(out: &mut String, number: usize, task: &Task, plan: &Plan, analysis: &Analysis) {
    let (kind, name, about) = match &task.kind {
        Kind::Start => ("start", String::new(), String::new()),
        Kind::Decision => (
            "condition",
            "Was anything found?".to_owned(),
            "Yes once a hunt has a hit that was judged true.".to_owned(),
        ),
        Kind::End => ("title", "Done".to_owned(), String::new()),
        Kind::Step(step) => match plan.steps.get(*step) {
            Some(step) => ("regular", step.title.clone(), about(step, analysis)),
            None => ("title", String::new(), String::new()),
        },
    };
    let id = Id::derived("task", &[&analysis.document.sha256, &number.to_string()]);
    let id = quoted(id.as_str().trim_start_matches("task--"));
    let _ = write!(
        out,
        "  \"{number}\":\n    id: \"{number}\"\n    taskid: {id}\n    type: {kind}\n    task:\n      id: {id}\n      version: -1\n      \
         name: {}\n      description: {}\n      type: {kind}\n      iscommand: false\n      brand: \"\"\n",
        quoted(&name),
        quoted(&about)
    );
    if !task.next.is_empty() {
        out.push_str("    nexttasks:\n");
        for (label, numbers) in &task.next {
            let _ = writeln!(out, "      '{label}':");
            for number in numbers {
                let _ = writeln!(out, "      - \"{number}\"");
            }
        }
    }
    let (column, row) = task.place;
    let view = format!("{{\"position\":{{\"x\":{},\"y\":{}}}}}", column * COLUMN, row * ROW);
    let _ = write!(
        out,
        "    separatecontext: false\n    continueonerror: false\n    view: {}\n    note: false\n    ignoreworker: false\n    \
         skipunavailable: false\n    quietmode: 0\n    isoversize: false\n    isautoswitchedtoquietmode: false\n",
        quoted(&view)
    );
}

fn about(step: &Step, analysis: &Analysis) -> String {
    let references: Vec<String> = words::references(step).into_iter().map(|(_, id)| id).collect();
    format!(
        "{}\n\nWhy: {}.\nWho: {}. When: {}.\nDone when: {}\n{}",
        words::whole(step),
        words::why(step, analysis),
        step.owner,
        step.urgency.words(),
        step.done,
        references.join(", ")
    )
}

/// A string as JSON writes it; U+2028 and U+2029 end lines in YAML 1.1 and are escaped.
fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned());
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}') {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}
