//! A window as its page has it: the head, what waits, and the parts of one tab.

use bartizan_clearinghouse::access::Matter;
use bartizan_programme::grant::in_use;
use bartizan_programme::window::{Action, Window};
use bartizan_programme::{Id, Name};
use bartizan_store::{Directory, TestFile};
use bartizan_workbench::{
    ActForm, Moment, TestCell, TestClock, TestGrid, TestPart, TestTab, TestUpload, TestWait, TestWindow,
};
use serde_json::Value;

use super::acts::{Maker, choice, needed};
use crate::app::App;
use crate::programmes::{self, Room, files, grants};
use crate::sharing::{Acting, Wrong};

/// Parts of a window: what its address has, and what the reader sees.
pub(super) const TABS: [(&str, &str); 8] = [
    ("", "Overview"),
    ("agreements", "Agreements"),
    ("access", "Access"),
    ("runs", "Runs"),
    ("findings", "Findings"),
    ("editions", "Determination and editions"),
    ("custody", "Custody"),
    ("history", "History"),
];

pub(super) fn text(text: impl ToString) -> TestCell {
    TestCell { text: text.to_string(), ..TestCell::default() }
}

fn mono(text: impl ToString) -> TestCell {
    TestCell { text: text.to_string(), mono: true, ..TestCell::default() }
}

fn link(text: impl ToString, href: String) -> TestCell {
    TestCell { text: text.to_string(), href, mono: true, ..TestCell::default() }
}

fn more(cell: TestCell, lines: impl IntoIterator<Item = String>) -> TestCell {
    TestCell { more: lines.into_iter().filter(|line| !line.is_empty()).collect(), ..cell }
}

fn when(at: i64) -> String {
    format!("{} UTC", Moment(at).words())
}

fn words<'i>(ids: impl IntoIterator<Item = &'i Id>) -> String {
    ids.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// How a window stands.
pub(super) fn clock(window: &Window, now: i64) -> TestClock {
    const DAY: i64 = 86_400_000_000;
    let standing = window.standing(now);
    let runs = standing.begins.zip(standing.end).filter(|_| window.closed.is_none() && window.left.is_none());
    let left = standing.remaining.filter(|left| *left > 0 && runs.is_some());
    let whole = runs.map_or(1, |(begins, end)| (end - begins).max(1));
    let over = runs.map_or(0, |(begins, _)| {
        ((now - begins).max(0) / 1_000).saturating_mul(100) / (whole / 1_000).max(1)
    });
    let days = |span: i64| format!("{:.1} days", span as f64 / DAY as f64);
    let mut notes = Vec::new();
    if standing.stopped > 0 {
        notes.push(format!("pauses moved the end by {}", days(standing.stopped)));
    }
    if standing.extended > 0 {
        notes.push(format!("extended by {}", days(standing.extended)));
    }
    if let Some(release) = window.submission.release {
        notes.push(format!("release planned for {release}"));
    }
    if let Some(kept) = window.kept_until() {
        notes.push(format!("evidence is kept until {}", when(kept)));
    }
    TestClock {
        state: standing.state.as_str().to_owned(),
        begins: standing.begins.map(Moment),
        ends: standing.end.map(Moment),
        left: left.map(|left| format!("{} left", days(left))).unwrap_or_default(),
        over: u64::try_from(over.clamp(0, 100)).unwrap_or(0),
        notes,
    }
}

/// Who makes a page: everything that its parts are made of.
pub(super) struct Page<'a> {
    pub(super) app: &'a App,
    pub(super) acting: &'a Acting<'a>,
    pub(super) room: &'a Room,
    pub(super) make: Maker<'a>,
    pub(super) files: &'a [TestFile],
}

impl Page<'_> {
    fn directory(&self) -> &Directory {
        self.acting.directory
    }

    fn title(&self, name: &Name) -> String {
        programmes::title(self.directory(), name)
    }

    fn place(&self, tail: &str) -> String {
        self.make.place(tail)
    }

    /// The whole page but what stands around it.
    pub(super) async fn window(
        &self,
        tab: &str,
        shell: bartizan_workbench::Shell,
    ) -> Result<TestWindow, Wrong> {
        let (entry, window) = (&self.room.entry, &self.room.window);
        let of = |id| self.directory().organisations.get(&id).map(|one| one.name.clone()).unwrap_or_default();
        let rules = &window.programme;
        let parts = match tab {
            "agreements" => self.agreements(),
            "access" => self.access().await?,
            "runs" => self.runs(),
            "findings" => self.findings(),
            "editions" => self.editions().await?,
            "custody" => self.custody(),
            "history" => vec![self.history()],
            _ => self.overview(),
        };
        let tabs = TABS.map(|(part, label)| TestTab {
            href: if part.is_empty() { self.place("") } else { self.place(&format!("/{part}")) },
            label,
            here: part == tab,
        });
        Ok(TestWindow {
            shell,
            uuid: entry.uuid.clone(),
            title: entry.title.clone(),
            whose: (of(entry.developer), of(entry.runs), format!("{} {}", rules.title, rules.version)),
            roles: words(&self.room.my_roles()),
            clock: clock(window, self.acting.now),
            waits: self.waits(),
            tabs: tabs.into(),
            parts,
            secret: None,
        })
    }

    fn waits(&self) -> Vec<TestWait> {
        let room = self.room;
        let (mine, shown) = (room.my_roles(), room.shown());
        let one = |(number, proposed): (u64, &bartizan_programme::window::Proposed)| {
            let (told, _) = shown.iter().find(|(_, event)| event.number == number)?;
            let act = proposed.action.act()?;
            let own = proposed.by.person == room.me;
            let may = mine.intersection(&room.window.programme.act(act).second).next().filter(|_| !own);
            let answer = |id: &str, word: &str, title: &str, role: &Id, why: bool| ActForm {
                id: format!("{id}-{told}"),
                title: title.to_owned(),
                action: self.place("/act"),
                hidden: vec![
                    ("do", word.to_owned()),
                    ("proposal", told.to_string()),
                    ("role", role.to_string()),
                ],
                fields: if why {
                    vec![needed("words", "Why", bartizan_workbench::FieldKind::Text)]
                } else {
                    vec![]
                },
                button: title.to_owned(),
            };
            let mut acts = Vec::new();
            if let Some(role) = may {
                acts.push(answer("second", "second", "Agree: it is done", role, false));
                acts.push(answer("refuse", "refuse", "Refuse", role, true));
            }
            if own {
                acts.push(answer("retract", "retract", "Take it back", &proposed.by.role, false));
            }
            Some(TestWait {
                title: act.to_string().replace('-', " "),
                by: format!("{}, as {}", self.title(&proposed.by.person), proposed.by.role),
                lapses: Moment(proposed.lapses),
                facts: facts(&serde_json::to_value(&proposed.action).unwrap_or_default(), self.directory()),
                acts,
            })
        };
        room.window.waiting(self.acting.now).filter_map(one).collect()
    }

    fn overview(&self) -> Vec<TestPart> {
        let window = &self.room.window;
        let checkpoints = window.submission.checkpoints.iter().map(|(name, one)| {
            vec![mono(name), text(format!("safeguards {}", one.safeguards)), mono(&one.digest)]
        });
        let contacts = window.submission.contacts.iter();
        let facts =
            contacts.map(|one| (one.purpose.to_string(), format!("{}, {}", one.name, one.address))).collect();
        let checks = window.programme.checks.iter().map(|check| {
            let made = window.checked.get(&check.id);
            let result = made.map_or_else(|| "not made".to_owned(), |made| made.result.to_string());
            let by = made.map(|made| format!("{}, {}: {}", self.title(&made.by), when(made.at), made.words));
            let name = if check.required {
                check.title.to_string()
            } else {
                format!("{} (not required)", check.title)
            };
            vec![text(name), more(TestCell { strong: made.is_none(), ..text(result) }, by)]
        });
        let people =
            window.people.iter().filter(|(_, person)| !person.roles.is_empty()).map(|(name, person)| {
                vec![
                    text(self.title(name)),
                    text(self.title(&person.organisation)),
                    text(words(&person.roles)),
                ]
            });
        vec![
            TestPart {
                id: "submission".into(),
                title: "What was handed in".into(),
                note: window.submission.words.as_ref().map(ToString::to_string).unwrap_or_default(),
                facts,
                grid: TestGrid { head: vec!["Checkpoint", "As", "SHA-256"], rows: checkpoints.collect() },
                acts: self.make.clock(),
                ..TestPart::default()
            },
            TestPart {
                id: "checks".into(),
                title: "Intake checks".into(),
                grid: TestGrid { head: vec!["Check", "Result"], rows: checks.collect() },
                ..TestPart::default()
            },
            TestPart {
                id: "people".into(),
                title: "Who has which role".into(),
                grid: TestGrid { head: vec!["Person", "Of", "Roles"], rows: people.collect() },
                acts: self.make.parts(),
                ..TestPart::default()
            },
        ]
    }

    fn agreements(&self) -> Vec<TestPart> {
        let (room, window) = (self.room, &self.room.window);
        let register = &window.agreements;
        let reads = |party: &Name| room.reads(Matter::Agreement, Some(party));
        let mut parts = Vec::new();
        for (name, held) in
            register.agreements().iter().filter(|(_, held)| held.agreement.parties.iter().any(reads))
        {
            let agreement = &held.agreement;
            let lacks: Vec<String> = register
                .lacks(held, self.acting.now)
                .iter()
                .map(|lack| programmes::lack(self.directory(), lack))
                .collect();
            let signed = held.signed.iter().map(|(party, one)| {
                vec![
                    text(self.title(party)),
                    text(self.title(&one.signer)),
                    mono(&one.key),
                    text(when(one.at)),
                ]
            });
            let parties: Vec<String> = agreement.parties.iter().map(|one| self.title(one)).collect();
            let mut facts = vec![
                ("Kind".to_owned(), agreement.kind.to_string()),
                ("Parties".to_owned(), parties.join(", ")),
                ("Holds".to_owned(), format!("{} to {}", when(agreement.from), when(agreement.until))),
                ("Document, SHA-256".to_owned(), agreement.document.to_string()),
                (
                    "In force".to_owned(),
                    if lacks.is_empty() {
                        "yes".to_owned()
                    } else {
                        format!("no: it lacks {}", lacks.join(", "))
                    },
                ),
            ];
            if !agreement.people.is_empty() {
                let people: Vec<String> = agreement.people.iter().map(|one| self.title(one)).collect();
                facts.push(("Names".to_owned(), people.join(", ")));
            }
            parts.push(TestPart {
                id: format!("agreement-{}", parts.len()),
                title: name.to_string(),
                facts,
                grid: TestGrid { head: vec!["Signed for", "By", "Key", "When"], rows: signed.collect() },
                texts: vec![(
                    "The statement that its parties sign, byte for byte".into(),
                    agreement.statement(),
                )],
                ..TestPart::default()
            });
        }
        let missing = window.programme.agreements.iter().map(|rule| {
            let levels: Vec<&str> = rule.levels.iter().map(|level| level.as_str()).collect();
            let sides: Vec<String> = rule.signed_by.iter().map(ToString::to_string).collect();
            vec![text(rule.title.as_str()), text(levels.join(", ")), text(sides.join(" and "))]
        });
        let keys =
            register.keys().iter().filter(|(_, record)| reads(&record.party)).map(|(print, record)| {
                let state = record
                    .withdrawn
                    .as_ref()
                    .map_or("in use".to_owned(), |(at, _)| format!("withdrawn {}", when(*at)));
                vec![
                    mono(print),
                    text(self.title(&record.party)),
                    text(self.title(&record.signer)),
                    text(state),
                ]
            });
        let note = "A grant needs these, signed over their statement: ssh-keygen -Y sign -n bartizan-agreement -f KEY statement.txt".to_owned();
        parts.insert(
            0,
            TestPart {
                id: "needed".into(),
                title: "What access needs".into(),
                note,
                grid: TestGrid { head: vec!["Agreement", "Levels", "Signed by"], rows: missing.collect() },
                acts: self.make.agreements(),
                ..TestPart::default()
            },
        );
        parts.push(TestPart {
            id: "keys".into(),
            title: "Keys".into(),
            empty: "No key is registered: without one nobody's signature can be looked at.".into(),
            grid: TestGrid { head: vec!["Key", "Signs for", "Held by", "State"], rows: keys.collect() },
            ..TestPart::default()
        });
        parts
    }

    async fn access(&self) -> Result<Vec<TestPart>, Wrong> {
        let (room, window) = (self.room, &self.room.window);
        let mut rows = Vec::new();
        let mut acts = self.make.grants();
        let own = |name: &&Name| room.reads(Matter::Grant, programmes::grant_of(window, name).as_ref());
        for name in window.grants.keys().filter(own) {
            let grant = grants::held(room, name)?;
            let standing = grants::standing(self.app, room, name).await?;
            let against = in_use(window, &window.agreements, grant, self.acting.now).err();
            let why =
                against.as_ref().and_then(|error| error.faults().first()).map(|fault| fault.message.clone());
            let terms = &grant.terms;
            if standing.waits && terms.holder == room.me && grant.revoked.is_none() {
                acts.push(self.make.collect(name.as_str()));
            }
            let sources: Vec<String> = terms.sources.iter().map(ToString::to_string).collect();
            rows.push(vec![
                more(mono(name), [format!("{} of {}", terms.checkpoint, terms.level)]),
                more(text(self.title(&terms.holder)), [self.title(&grant.organisation)]),
                more(
                    TestCell {
                        strong: against.is_some(),
                        ..text(if against.is_none() { "calls may be made" } else { "no calls" })
                    },
                    why,
                ),
                more(
                    text(format!("{} of {} calls", standing.used.0, terms.budget.calls)),
                    [format!("{} of {} tokens", standing.used.1, terms.budget.tokens)],
                ),
                more(text(when(terms.begins)), [format!("to {}", when(terms.ends)), sources.join(", ")]),
                text(grant.revoked.as_ref().map_or_else(
                    || "no".to_owned(),
                    |one| format!("by {}: {}", self.title(&one.by), one.words),
                )),
            ]);
        }
        let reached = grants::endpoints(self.app, room).await?.into_iter().map(|(checkpoint, host, at)| {
            vec![
                mono(checkpoint),
                mono(host.unwrap_or_else(|| "told to the developer's people".into())),
                text(when(at)),
            ]
        });
        Ok(vec![
            TestPart {
                id: "grants".into(),
                title: "Grants".into(),
                note: "A tester never holds the developer's key: calls go through this node, which looks at window, agreements, grant, address and budget each time. Its record: bartizan window calls.".into(),
                empty: "Nobody has access.".into(),
                grid: TestGrid { head: vec!["Grant", "Holder", "Now", "Used", "Time and networks", "Revoked"], rows },
                acts,
                ..TestPart::default()
            },
            TestPart {
                id: "endpoints".into(),
                title: "Where checkpoints are reached".into(),
                empty: "The developer has not said it: no grant can be given.".into(),
                grid: TestGrid { head: vec!["Checkpoint", "Host", "Said"], rows: reached.collect() },
                ..TestPart::default()
            },
        ])
    }

    fn runs(&self) -> Vec<TestPart> {
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

    fn findings(&self) -> Vec<TestPart> {
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

    async fn editions(&self) -> Result<Vec<TestPart>, Wrong> {
        let (room, window) = (self.room, &self.room.window);
        let mut parts = Vec::new();
        let last = window.determinations.last().filter(|_| room.reads(Matter::Determination, None));
        let facts = last.map(|last| {
            let mut facts = vec![
                ("Overall".to_owned(), last.overall.to_string().replace('-', " ")),
                ("Reasons".to_owned(), last.proposal.words.to_string()),
                (
                    "Signed off by".to_owned(),
                    format!(
                        "{} as {}, {} as {}",
                        self.title(&last.by.0),
                        last.by.1,
                        self.title(&last.second.0),
                        last.second.1
                    ),
                ),
                (
                    "Stands".to_owned(),
                    if window.determination_stands() {
                        "yes".into()
                    } else {
                        "no: a run that it stands on is not valid any more".into()
                    },
                ),
            ];
            facts.extend(last.proposal.results.iter().map(|one| {
                (one.suite.to_string(), format!("{}, {} samples. {}", one.standing, one.samples, one.words))
            }));
            facts
        });
        let draft = self.make.to(
            bartizan_programme::rules::Act::Determine,
            "/determine",
            &[],
            ("Determine what the valid runs give", "draft"),
            vec![],
        );
        parts.push(TestPart {
            id: "determination".into(),
            title: "Determination".into(),
            empty: "It was not determined where the model stands: that takes runs that are judged valid, and two roles.".into(),
            facts: facts.unwrap_or_default(),
            acts: draft.into_iter().collect(),
            ..TestPart::default()
        });
        if room.reads(Matter::Whole, None) {
            let source = programmes::editions::source(self.app, room, None).await?;
            let version = source.as_ref().map_or(0, |source| source.number);
            let body = source
                .map(|source| source.body)
                .unwrap_or_else(|| "---\ntitle: \nunmarked: classified\n---\n\n".to_owned());
            let write = self.make.role(bartizan_programme::rules::Act::Publish).map(|_| ActForm {
                id: "source".into(),
                title: "Write the next version".into(),
                action: self.place("/source"),
                hidden: vec![("before", version.to_string())],
                fields: vec![bartizan_workbench::Field {
                    value: body.clone(),
                    ..needed("body", "Source", bartizan_workbench::FieldKind::Text)
                }],
                button: "Keep it".into(),
            });
            let audiences = window.programme.editions.iter().map(|one| {
                vec![
                    link(&one.id, self.place(&format!("/editions/{}", one.id))),
                    text(one.title.as_str()),
                    text(one.marking.as_str()),
                ]
            });
            let left = programmes::editions::of_room(self.app, room).await?.into_iter().map(|one| {
                let state = one.withdrawn.map_or("there".to_owned(), |at| format!("withdrawn {}", when(at)));
                vec![
                    link(&one.audience, format!("/editions/{}", one.uuid)),
                    text(&one.title),
                    text(&one.marking),
                    text(when(one.at)),
                    text(state),
                ]
            });
            parts.push(TestPart {
                id: "source-of".into(),
                title: "Source of the editions".into(),
                note: "[[label: words => what others read]] in a line, ::: label … ::: around blocks; what no mark covers has the label under `unmarked`.".into(),
                texts: if version > 0 { vec![(format!("Version {version}"), body)] } else { vec![] },
                empty: "There is no source yet.".into(),
                grid: TestGrid { head: vec!["Preview for", "Who that is", "Marking"], rows: audiences.collect() },
                acts: write.into_iter().collect(),
                ..TestPart::default()
            });
            parts.push(TestPart {
                id: "left".into(),
                title: "Editions that left".into(),
                empty: "None yet.".into(),
                grid: TestGrid {
                    head: vec!["Audience", "Title", "Marking", "Published", "State"],
                    rows: left.collect(),
                },
                ..TestPart::default()
            });
        }
        Ok(parts)
    }

    fn custody(&self) -> Vec<TestPart> {
        let (room, window) = (self.room, &self.room.window);
        let rows = self.files.iter().map(|file| {
            vec![
                link(&file.name, self.place(&format!("/files/{}", file.name))),
                text(&file.kind),
                text(file.bytes),
                mono(&file.digest),
                text(when(file.added)),
            ]
        });
        let kinds = files::KINDS.map(|kind| choice(kind, kind)).into();
        let certified =
            window.certificates.iter().filter(|(of, _)| room.reads(Matter::Agreement, Some(of))).map(
                |(of, one)| {
                    vec![
                        text(self.title(of)),
                        text(one.words.to_string()),
                        more(text(self.title(&one.by)), [when(one.at)]),
                    ]
                },
            );
        let mut note = "Files are kept sealed and never change.".to_owned();
        if room.reads(Matter::Whole, None) {
            note.push_str(" The archive has everything under one signed manifest; check it with: bartizan-custody verify window.tar --key KEY");
        }
        let archive = if room.reads(Matter::Whole, None) {
            vec![vec![
                link("window.tar", self.place("/archive")),
                text("archive"),
                text(""),
                mono(""),
                text(""),
            ]]
        } else {
            vec![]
        };
        let upload = TestUpload {
            id: "put".into(),
            title: "Put a file into custody".into(),
            action: self.place("/files"),
            kinds,
            hint: "At most 64 MiB. Names have letters, digits, points, lines.".into(),
            ..TestUpload::default()
        };
        vec![
            TestPart {
                id: "files".into(),
                title: "Files".into(),
                note,
                empty: "Nothing is in custody that you may read.".into(),
                grid: TestGrid {
                    head: vec!["File", "Kind", "Bytes", "SHA-256", "Added"],
                    rows: archive.into_iter().chain(rows).collect(),
                },
                uploads: if room.my_roles().is_empty() { vec![] } else { vec![upload] },
                ..TestPart::default()
            },
            TestPart {
                id: "certificates".into(),
                title: "Certificates of destruction".into(),
                empty: "Nobody has certified that what they were given is destroyed.".into(),
                grid: TestGrid { head: vec!["Organisation", "What", "By"], rows: certified.collect() },
                acts: self.make.certify().into_iter().collect(),
                ..TestPart::default()
            },
        ]
    }

    fn history(&self) -> TestPart {
        let rows = self.room.shown().into_iter().rev().take(500).map(|(number, event)| {
            let value = serde_json::to_value(&event.action).unwrap_or_default();
            let act = value.get("do").and_then(Value::as_str).unwrap_or_default().replace('-', " ");
            let said = facts(&value, self.directory())
                .into_iter()
                .take(4)
                .map(|(name, value)| format!("{name}: {value}"));
            vec![
                text(number),
                more(TestCell { strong: true, ..text(act) }, said),
                more(text(self.title(&event.by.person)), [event.by.role.to_string()]),
                text(when(event.at)),
            ]
        });
        TestPart {
            id: "history".into(),
            title: "What happened, the newest first".into(),
            grid: TestGrid { head: vec!["Number", "What", "By", "When"], rows: rows.collect() },
            ..TestPart::default()
        }
    }
}

/// What an action says, for people: its plain members and those one level below; people and organisations by what they are called.
fn facts(action: &Value, directory: &Directory) -> Vec<(String, String)> {
    const LONGEST: usize = 300;
    let mut all = Vec::new();
    let mut plain = |name: &str, value: &Value| {
        let text = match value {
            Value::String(text) => {
                text.parse::<Name>().map_or_else(|_| text.clone(), |name| programmes::title(directory, &name))
            }
            Value::Number(number) if matches!(name, "begins" | "ends" | "from" | "until") => {
                number.as_i64().map(when).unwrap_or_default()
            }
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => return,
        };
        let cut: String = text.chars().take(LONGEST).collect();
        if !matches!(name, "do" | "credential" | "signature") && !cut.is_empty() {
            all.push((name.replace('_', " "), cut));
        }
    };
    for (name, value) in action.as_object().into_iter().flatten() {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| plain(name, value)),
            other => plain(name, other),
        }
    }
    all
}
