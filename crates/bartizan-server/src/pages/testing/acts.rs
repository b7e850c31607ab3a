//! Which forms a reader of a window is offered: what the rules would let them do now, each as the first of their roles that may.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_programme::Id;
use bartizan_programme::plan::Catalogue;
use bartizan_programme::rules::{Act, Side};
use bartizan_store::{Directory, TestFile};
use bartizan_workbench::{ActForm, Choice, Field, FieldKind};

use crate::programmes::{self, Room};

/// Makes forms of one window.
pub(super) struct Maker<'a> {
    pub(super) room: &'a Room,
    pub(super) directory: &'a Directory,
    pub(super) allowed: &'a BTreeMap<Act, BTreeSet<Id>>,
    /// Files that the reader may name.
    pub(super) files: &'a [TestFile],
}

pub(super) fn field(name: &'static str, label: &str, kind: FieldKind) -> Field {
    let (label, hint, value) = (label.to_owned(), String::new(), String::new());
    Field { name, label, hint, kind, choices: Vec::new(), value, required: false }
}

pub(super) fn needed(name: &'static str, label: &str, kind: FieldKind) -> Field {
    Field { required: true, ..field(name, label, kind) }
}

pub(super) fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen: false }
}

pub(super) fn of(name: &'static str, label: &str, choices: Vec<Choice>) -> Field {
    Field { choices, ..field(name, label, FieldKind::Choice) }
}

fn several(name: &'static str, label: &str, choices: Vec<Choice>) -> Field {
    Field { choices, ..field(name, label, FieldKind::Choices) }
}

fn words(label: &str) -> Field {
    needed("words", label, FieldKind::Text)
}

fn list(words: &[&str]) -> Vec<Choice> {
    words.iter().map(|word| choice(word, &word.replace('-', " "))).collect()
}

fn hint(field: Field, hint: &str) -> Field {
    Field { hint: hint.to_owned(), ..field }
}

impl Maker<'_> {
    /// The role in which the reader may do an act now.
    pub(super) fn role(&self, act: Act) -> Option<String> {
        self.allowed.get(&act)?.first().map(ToString::to_string)
    }

    /// Where forms of this window go.
    pub(super) fn place(&self, tail: &str) -> String {
        format!("/testing/{}{tail}", self.room.entry.uuid)
    }

    /// The form of an act, if the reader may do it; `word` is what the act is called in the log.
    fn act(&self, act: Act, word: &str, title: &str, fields: Vec<Field>) -> Option<ActForm> {
        self.to(act, "/act", &[("do", word)], (title, ""), fields)
    }

    pub(super) fn to(
        &self,
        act: Act,
        tail: &str,
        hidden: &[(&'static str, &str)],
        (title, id): (&str, &str),
        fields: Vec<Field>,
    ) -> Option<ActForm> {
        let role = self.role(act)?;
        let second = !self.room.window.programme.act(act).second.is_empty();
        let mut sent: Vec<(&'static str, String)> =
            hidden.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
        sent.push(("role", role));
        Some(ActForm {
            id: if id.is_empty() { act.to_string() } else { id.to_owned() },
            title: title.to_owned(),
            action: self.place(tail),
            hidden: sent,
            fields,
            button: if second { "Propose it".to_owned() } else { "Do it".to_owned() },
        })
    }

    fn checkpoints(&self) -> Vec<Choice> {
        self.room
            .window
            .submission
            .checkpoints
            .keys()
            .map(|name| choice(name.as_str(), name.as_str()))
            .collect()
    }

    fn named<'n>(&self, names: impl IntoIterator<Item = &'n bartizan_programme::Name>) -> Vec<Choice> {
        names
            .into_iter()
            .map(|name| choice(name.as_str(), &programmes::title(self.directory, name)))
            .collect()
    }

    fn organisations(&self) -> Vec<Choice> {
        let all: BTreeSet<_> = self.room.window.people.values().map(|person| &person.organisation).collect();
        self.named(all)
    }

    fn people(&self) -> Vec<Choice> {
        self.named(self.room.window.people.keys())
    }

    /// Files of a kind, by their digest.
    fn documents(&self, kind: &str) -> Vec<Choice> {
        self.files
            .iter()
            .filter(|file| file.kind == kind)
            .map(|file| choice(&file.digest, &file.name))
            .collect()
    }

    fn everybody(&self) -> Vec<Choice> {
        let mut all: Vec<_> = self.directory.people.values().collect();
        all.sort_by(|one, other| one.shown.cmp(&other.shown));
        all.into_iter()
            .filter_map(|entry| {
                let of = self.directory.organisations.get(&entry.member.organisation)?;
                Some(choice(&format!("{} {}", entry.uuid, of.uuid), &format!("{}, {}", entry.shown, of.name)))
            })
            .collect()
    }

    fn roles(&self) -> Vec<Choice> {
        let rules = &self.room.window.programme.roles;
        rules.iter().map(|(id, role)| choice(id.as_str(), role.title.as_str())).collect()
    }

    /// Submission, clock, people.
    pub(super) fn clock(&self) -> Vec<ActForm> {
        let rules = &self.room.window.programme;
        let checks = rules.checks.iter().map(|one| choice(one.id.as_str(), one.title.as_str())).collect();
        let reasons =
            rules.window.pauses.iter().map(|one| choice(one.id.as_str(), one.title.as_str())).collect();
        let results = list(&["passed", "failed", "not-applicable"]);
        [
            self.act(
                Act::Check,
                "check",
                "Record an intake check",
                vec![of("check", "Check", checks), of("result", "Result", results), words("What was seen")],
            ),
            self.act(
                Act::Accept,
                "accept",
                "Accept the submission",
                vec![needed("begins", "T0", FieldKind::Time), words("Words with it")],
            ),
            self.act(Act::Decline, "decline", "Decline the submission", vec![words("Why")]),
            self.act(
                Act::Pause,
                "pause",
                "Pause the window",
                vec![of("reason", "Reason", reasons), words("More about it")],
            ),
            self.act(Act::Resume, "resume", "Go on after the pause", vec![words("Why the reason is gone")]),
            self.act(
                Act::Extend,
                "extend",
                "Extend the window",
                vec![needed("days", "Days of 24 hours", FieldKind::Line), words("Why")],
            ),
            self.act(
                Act::AddCheckpoint,
                "add-checkpoint",
                "Add a checkpoint",
                vec![
                    needed("name", "Name", FieldKind::Line),
                    needed("checkpoint.digest", "SHA-256", FieldKind::Line),
                    of("checkpoint.safeguards", "Safeguards", list(&["on", "off"])),
                ],
            ),
            self.act(
                Act::ChangeRelease,
                "change-release",
                "Change the planned day of release",
                vec![
                    hint(
                        field("release", "Day", FieldKind::Line),
                        "Like 2027-03-01; empty: none is planned.",
                    ),
                    words("Why"),
                ],
            ),
            self.act(Act::End, "end", "End the window before its time", vec![words("Why")]),
            self.act(Act::Withdraw, "withdraw", "Withdraw the model", vec![words("Why")]),
            self.act(Act::Close, "close", "Close the window", vec![words("Words with it")]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// People and their roles.
    pub(super) fn parts(&self) -> Vec<ActForm> {
        let held = self.room.window.parts().map(|part| {
            let label = format!("{}, {}", programmes::title(self.directory, &part.person), part.role);
            choice(&format!("{} {}", part.person, part.role), &label)
        });
        [
            self.act(
                Act::Assign,
                "assign",
                "Give a role",
                vec![of("who", "Person", self.everybody()), of("part.role", "Role", self.roles())],
            ),
            self.act(
                Act::Relieve,
                "relieve",
                "Take a role",
                vec![of("who", "Whose", held.collect()), words("Why")],
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Keys and agreements.
    pub(super) fn agreements(&self) -> Vec<ActForm> {
        let window = &self.room.window;
        let kinds = window
            .programme
            .agreements
            .iter()
            .map(|one| choice(one.kind.as_str(), one.title.as_str()))
            .collect();
        let names: Vec<Choice> =
            window.agreements.agreements().keys().map(|name| choice(name.as_str(), name.as_str())).collect();
        let keys = window.agreements.keys().keys().map(|key| choice(key, key)).collect();
        [
            self.act(Act::RegisterKey, "register-key", "Register a key", vec![
                of("party", "Signs for", self.organisations()),
                of("signer", "Held by", self.people()),
                hint(needed("key", "Key", FieldKind::Line), "ssh-ed25519 AAAA…"),
            ]),
            self.act(Act::WithdrawKey, "withdraw-key", "Withdraw a key", vec![of("key", "Key", keys), words("Why")]),
            self.act(Act::Agree, "agree", "Register an agreement", vec![
                needed("agreement", "Name", FieldKind::Line),
                of("terms.kind", "Kind", kinds),
                hint(of("terms.document", "Document", self.documents("agreement")), "Put the file into custody first."),
                several("terms.parties", "Parties", self.organisations()),
                several("terms.people", "People it names, where its kind wants that", self.people()),
                needed("terms.from", "From", FieldKind::Time),
                needed("terms.until", "Until", FieldKind::Time),
            ]),
            self.act(Act::Sign, "sign", "Add a signature", vec![
                of("agreement", "Agreement", names.clone()),
                of("party", "Party", self.organisations()),
                hint(needed("signature", "Signature", FieldKind::Text), "The whole file that ssh-keygen -Y sign -n bartizan-agreement wrote over the statement."),
            ]),
            self.act(Act::EndAgreement, "end-agreement", "End an agreement", vec![of("agreement", "Agreement", names), words("Why")]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Grants.
    pub(super) fn grants(&self) -> Vec<ActForm> {
        let window = &self.room.window;
        let rules = &window.programme;
        let testers: Vec<_> = window.people.keys().filter(|person| window.tester(person).is_some()).collect();
        let levels = rules
            .levels
            .iter()
            .map(|(level, rule)| choice(level.as_str(), &format!("{level}: {}", rule.title)))
            .collect();
        let given: Vec<Choice> = window
            .grants
            .iter()
            .filter(|(_, grant)| grant.revoked.is_none())
            .map(|(name, _)| choice(name.as_str(), name.as_str()))
            .collect();
        let developer = window
            .people
            .get(&self.room.me)
            .is_some_and(|me| me.roles.iter().any(|role| rules.side(role) == Some(Side::Developer)));
        let reached = developer.then(|| ActForm {
            id: "endpoint".into(),
            title: "Say where a checkpoint is reached".into(),
            action: self.place("/endpoint"),
            hidden: vec![],
            fields: vec![
                of("checkpoint", "Checkpoint", self.checkpoints()),
                hint(needed("url", "Base", FieldKind::Line), "Like https://models.example/v1"),
                hint(
                    needed("key", "Key", FieldKind::Line),
                    "Kept sealed, sent to that host alone, never shown again.",
                ),
                needed("model", "What the endpoint calls the checkpoint", FieldKind::Line),
            ],
            button: "Keep it".into(),
        });
        let give = self.to(
            Act::Grant,
            "/grants",
            &[],
            ("Give a grant", "give"),
            vec![
                needed("grant", "Name", FieldKind::Line),
                of("holder", "Who may call", self.named(testers)),
                of("checkpoint", "Checkpoint", self.checkpoints()),
                of("level", "Level", levels),
                several(
                    "endpoints",
                    "What may be called",
                    list(&["chat", "completions", "responses", "embeddings"]),
                ),
                several(
                    "internals",
                    "What of the inside may be seen",
                    list(&[
                        "log-probabilities",
                        "reasoning",
                        "safeguard-traces",
                        "fine-tuning",
                        "activations",
                        "weights",
                    ]),
                ),
                hint(
                    field("sources", "Networks that calls come from", FieldKind::Line),
                    "Like 192.0.2.0/28, with commas between.",
                ),
                needed("calls", "Calls", FieldKind::Line),
                needed("tokens", "Tokens", FieldKind::Line),
                field("money", "Millionths of the currency", FieldKind::Line),
                needed("begins", "From", FieldKind::Time),
                needed("ends", "Until", FieldKind::Time),
            ],
        );
        let revoke = (!given.is_empty()).then(|| {
            self.act(Act::Revoke, "revoke", "Revoke a grant", vec![of("grant", "Grant", given), words("Why")])
        });
        [reached, give, revoke.flatten()].into_iter().flatten().collect()
    }

    /// The form with which its holder collects a credential.
    pub(super) fn collect(&self, grant: &str) -> ActForm {
        ActForm {
            id: format!(
                "collect-{}",
                grant.bytes().filter(u8::is_ascii_alphanumeric).map(char::from).collect::<String>()
            ),
            title: format!("Collect the credential of {grant}"),
            action: self.place("/credential"),
            hidden: vec![("grant", grant.to_owned())],
            fields: vec![],
            button: "Show it once".into(),
        }
    }

    /// Plans and runs.
    pub(super) fn runs(&self) -> Vec<ActForm> {
        let window = &self.room.window;
        let catalogue = Catalogue::embedded().map(|all| all.plans).unwrap_or_default();
        let fit = catalogue.iter().filter(|plan| plan.fits(&window.programme).is_ok());
        let fit = fit.map(|plan| choice(plan.id.as_str(), &format!("{}: {}", plan.id, plan.title))).collect();
        let plans = window.plans.keys().map(|name| choice(name.as_str(), name.as_str())).collect();
        let own = |name: &&bartizan_programme::Name| {
            self.room.reads(
                bartizan_clearinghouse::access::Matter::Grant,
                programmes::grant_of(window, name).as_ref(),
            )
        };
        let grants =
            window.grants.keys().filter(own).map(|name| choice(name.as_str(), name.as_str())).collect();
        let plan = self.to(
            Act::Plan,
            "/plan",
            &[],
            ("Register a plan of the catalogue", "plan"),
            vec![of("plan", "Plan", fit)],
        );
        let begin = self.act(
            Act::BeginRun,
            "begin-run",
            "Begin a run",
            vec![
                needed("run", "Name", FieldKind::Line),
                of("plan", "Plan", plans),
                of("grant", "Grant", grants),
                hint(
                    of("environment", "Environment", self.documents("environment")),
                    "What describes it: a file in custody.",
                ),
            ],
        );
        [plan, begin].into_iter().flatten().collect()
    }

    /// What people hold of a run.
    pub(super) fn judge(&self, run: &str) -> Option<ActForm> {
        self.to(
            Act::JudgeRun,
            "/act",
            &[("do", "judge-run"), ("run", run)],
            ("Judge the run", "judge"),
            vec![
                of("judgement", "It is", list(&["valid", "suspect", "invalidated"])),
                hint(field("anomalies", "Codes of anomalies", FieldKind::Line), "With commas between."),
                words("Why"),
            ],
        )
    }

    /// A finding.
    pub(super) fn find(&self) -> Option<ActForm> {
        let window = &self.room.window;
        let own = |name: &&bartizan_programme::Name| {
            self.room.reads(
                bartizan_clearinghouse::access::Matter::Testing,
                programmes::run_of(window, name).as_ref(),
            )
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
    pub(super) fn talk(&self, finding: &str, third: bool) -> Vec<ActForm> {
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
    pub(super) fn certify(&self) -> Option<ActForm> {
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
