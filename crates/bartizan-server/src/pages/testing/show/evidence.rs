//! Plans, runs, findings.

use bartizan_clearinghouse::access::Matter;
use bartizan_programme::Name;
use bartizan_programme::window::Action;
use bartizan_workbench::{TestCell, TestGrid, TestPart, TestUpload};
use serde_json::Value;

use super::{Page, link, mono, more, text, when};
use crate::programmes;

impl Page<'_> {
    pub(super) fn runs(&self) -> Vec<TestPart> {
        let (room, window) = (self.room, &self.room.window);
        let own = |name: &Name| room.reads(Matter::Testing, programmes::run_of(window, name).as_ref());
        let mut uploads = Vec::new();
        let rows = window.runs_made.iter().filter(|(name, _)| own(name)).map(|(name, run)| {
            if run.ended.is_none() && self.make.role(bartizan_programme::rules::Act::EndRun).is_some() {
                uploads.push(TestUpload {
                    id: format!("end-{}", uploads.len()),
                    title: format!("End {name} with its log"),
                    action: self.place("/end"),
                    hidden: vec![("run", name.to_string())],
                    hint: "The .eval or .json file that Inspect wrote, at most 64 MiB.".into(),
                    ..TestUpload::default()
                });
            }
            let ended = run
                .ended
                .as_ref()
                .map_or("runs".to_owned(), |end| format!("{}, {} samples", end.outcome, end.samples));
            let judged = run.judgement().map_or("not judged".to_owned(), |judgement| judgement.to_string());
            vec![
                link(name, self.place(&format!("/runs/{name}"))),
                more(mono(&run.suite), [format!("plan {}", run.plan)]),
                more(mono(&run.checkpoint), [format!("under {}", run.grant)]),
                more(text(ended), [format!("begun {}", when(run.begun))]),
                TestCell { strong: run.judgement().is_none(), ..text(judged) },
            ]
        });
        let rows: Vec<_> = rows.collect();
        let shown = room.shown();
        let plans = shown.iter().filter_map(|(_, event)| match &event.action {
            Action::Plan { plan, body } => Some(vec![
                mono(plan),
                more(text(body.title.as_str()), [format!("suite {}", body.suite)]),
                mono(body.digest()),
            ]),
            _ => None,
        });
        let plans: Vec<_> = plans.collect();
        let empty = if room.reads(Matter::Whole, None) || !room.my_roles().is_empty() {
            "None yet, or none that is yours to see."
        } else {
            ""
        };
        vec![
            TestPart {
                id: "runs".into(),
                title: "Runs".into(),
                empty: empty.into(),
                grid: TestGrid { head: vec!["Run", "Suite", "Checkpoint", "Ended", "Judged"], rows },
                acts: self.make.runs(),
                uploads,
                ..TestPart::default()
            },
            TestPart {
                id: "plans".into(),
                title: "Plans".into(),
                empty: empty.into(),
                grid: TestGrid { head: vec!["Plan", "What", "SHA-256"], rows: plans },
                ..TestPart::default()
            },
        ]
    }

    pub(super) fn findings(&self) -> Vec<TestPart> {
        let window = &self.room.window;
        let mut parts: Vec<TestPart> = Vec::new();
        for (name, recorded) in
            window.findings.iter().filter(|(name, _)| programmes::reads_finding(self.room, name))
        {
            let finding = &recorded.finding;
            let severity = window.programme.severities.iter().find(|one| one.id == finding.severity);
            let answer = severity.and_then(|severity| recorded.talk.answer_by(severity.answer_days));
            let techniques: Vec<String> = finding
                .atlas
                .iter()
                .map(ToString::to_string)
                .chain(finding.attack.iter().map(ToString::to_string))
                .collect();
            let mut facts = vec![
                ("Kind".to_owned(), finding.kind.to_string().replace('-', " ")),
                ("Severity".to_owned(), finding.severity.to_string()),
                ("Stands".to_owned(), recorded.talk.state.to_string()),
                ("Found".to_owned(), finding.summary.to_string()),
                (
                    "Seen again".to_owned(),
                    format!("{}: {}", finding.reproduction.reproduced, finding.reproduction.steps),
                ),
                ("Techniques".to_owned(), techniques.join(", ")),
            ];
            facts.extend(answer.map(|at| ("Answer is due".to_owned(), when(at))));
            facts.extend(
                recorded
                    .handed_over
                    .as_ref()
                    .map(|(report, _)| ("Handed over as".to_owned(), report.to_string())),
            );
            facts.retain(|(_, value)| !value.is_empty());
            let rounds = recorded.talk.steps.iter().map(|round| {
                let step = serde_json::to_value(&round.step).unwrap_or_default();
                let word = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                vec![
                    text(round.round),
                    text(word("step")),
                    more(text(word("words")), [word("checkpoint"), word("seen")]),
                    more(text(self.title(&round.by)), [when(round.at)]),
                ]
            });
            parts.push(TestPart {
                id: format!("finding-{}", parts.len()),
                title: format!("{name}: {}", finding.title),
                facts,
                grid: TestGrid { head: vec!["Round", "Step", "Words", "By"], rows: rounds.collect() },
                acts: self.make.talk(name.as_str(), finding.third_party.is_some()),
                ..TestPart::default()
            });
        }
        let empty = if parts.is_empty() {
            "No finding is yours to see. Testers record them; the developer sees those that were sent."
        } else {
            ""
        };
        parts.insert(
            0,
            TestPart {
                id: "find".into(),
                title: "Findings".into(),
                empty: empty.into(),
                acts: self.make.find().into_iter().collect(),
                ..TestPart::default()
            },
        );
        parts
    }
}
