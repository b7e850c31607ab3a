//! Findings, what is said about them, and the end.

use bartizan_clearinghouse::access::Matter;
use bartizan_programme::rules::Act;
use bartizan_workbench::{ActForm, Field, FieldKind};

use super::{Maker, choice, field, hint, list, needed, of, several, words};
use crate::programmes;

impl Maker<'_> {
    /// A finding.
    pub(in super::super) fn find(&self) -> Option<ActForm> {
        let window = &self.room.window;
        let own = |name: &&bartizan_programme::Name| {
            self.room.reads(Matter::Testing, programmes::run_of(window, name).as_ref())
        };
        let runs =
            window.runs_made.keys().filter(own).map(|name| choice(name.as_str(), name.as_str())).collect();
        let severities = window
            .programme
            .severities
            .iter()
            .map(|one| choice(one.id.as_str(), one.title.as_str()))
            .collect();
        self.act(
            Act::Find,
            "find",
            "Record a finding",
            vec![
                needed("finding", "Name", FieldKind::Line),
                of(
                    "body.kind",
                    "Kind",
                    list(&[
                        "capability",
                        "safeguard-bypass",
                        "harness-incident",
                        "third-party-vulnerability",
                    ]),
                ),
                needed("body.title", "Title", FieldKind::Line),
                needed("body.summary", "What was found", FieldKind::Text),
                of("body.severity", "Severity", severities),
                several("body.runs", "Seen in", runs),
                of("body.checkpoint", "Checkpoint", self.checkpoints()),
                hint(field("body.atlas", "ATLAS techniques", FieldKind::Line), "Like AML.T0051.000"),
                hint(field("body.attack", "ATT&CK techniques", FieldKind::Line), "Like T1059.001"),
                of(
                    "body.reproduction.reproduced",
                    "Seen again",
                    list(&["always", "sometimes", "never", "not-tried"]),
                ),
                needed("body.reproduction.steps", "How it is seen again", FieldKind::Text),
                hint(
                    field("software", "Somebody else's software", FieldKind::Line),
                    "Only for a vulnerability in it: what follows goes to its vendor.",
                ),
                field("third.purl", "Its package URL", FieldKind::Line),
                field("third.versions", "Affected versions", FieldKind::Line),
                field("third.weakness", "Weakness, like CWE-787", FieldKind::Line),
                field("third.description", "What it is, in words for its vendor", FieldKind::Text),
                field("third.reproduction", "How its vendor sees it", FieldKind::Text),
                field("third.finders", "Whom to credit", FieldKind::Line),
            ],
        )
    }

    /// What may be said about a finding now.
    pub(in super::super) fn talk(&self, finding: &str, third: bool) -> Vec<ActForm> {
        let step = |act: Act, word: &'static str, title: &str, fields: Vec<Field>| {
            let hidden = [("do", "talk"), ("step.step", word), ("finding", finding)];
            let mut form = self.to(act, "/act", &hidden, (title, word), fields)?;
            form.id = format!(
                "{word}-{}",
                finding.bytes().filter(u8::is_ascii_alphanumeric).map(char::from).collect::<String>()
            );
            Some(form)
        };
        let say = |label: &str| needed("step.words", label, FieldKind::Text);
        let runs =
            self.room.window.runs_made.keys().map(|name| choice(name.as_str(), name.as_str())).collect();
        let mut all = Vec::new();
        if third {
            let desks = self.directory.desks.values().filter(|desk| !desk.closed).filter_map(|desk| {
                let of = self.directory.organisations.get(&desk.organisation)?;
                Some(choice(&desk.uuid, &of.name))
            });
            all.extend(self.to(
                Act::HandOver,
                "/hand-over",
                &[("finding", finding)],
                ("Hand it over to the clearinghouse", "over"),
                vec![of("desk", "Desk", desks.collect())],
            ));
        } else {
            all.extend(
                [
                    step(Act::SendFinding, "send", "Send it to the developer", vec![say("Words with it")]),
                    step(Act::AnswerFinding, "ask", "Ask something", vec![say("What")]),
                    step(Act::AnswerFinding, "accept", "Take it", vec![say("What you will do")]),
                    step(Act::AnswerFinding, "dispute", "Dispute it", vec![say("Why")]),
                    step(
                        Act::AnswerFinding,
                        "mend",
                        "Say that it is mended",
                        vec![of("step.checkpoint", "In", self.checkpoints()), say("How")],
                    ),
                    step(
                        Act::Retest,
                        "retest",
                        "Record a retest",
                        vec![
                            of("step.run", "Run", runs),
                            of("step.seen", "Seen", list(&["gone", "remains", "undecided"])),
                            say("More about it"),
                        ],
                    ),
                ]
                .into_iter()
                .flatten(),
            );
        }
        all.extend(step(Act::SendFinding, "close", "Close it", vec![say("Why")]));
        all
    }

    /// Certificates of destruction.
    pub(in super::super) fn certify(&self) -> Option<ActForm> {
        self.act(
            Act::Certify,
            "certify",
            "Certify destruction",
            vec![
                of("organisation", "Organisation", self.organisations()),
                hint(
                    of("certificate", "Certificate", self.documents("certificate")),
                    "Put the file into custody first.",
                ),
                words("What was destroyed, and what is kept on which ground"),
            ],
        )
    }
}
