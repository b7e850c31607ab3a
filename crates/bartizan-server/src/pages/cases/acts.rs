//! Which forms a reader is offered: what the protocol would let them say now.

use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::case::*;
use bartizan_clearinghouse::priority::BuiltIn;
use bartizan_store::Directory;
use bartizan_workbench::{ActForm, Acts, Choice, Field, FieldKind};

use crate::cases::Room;

/// Makes forms of one case.
pub(super) struct Maker<'a> {
    pub(super) room: &'a Room,
    pub(super) directory: &'a Directory,
    /// Whether the reader may do this with the case.
    pub(super) may: &'a dyn Fn(Verb) -> bool,
}

pub(super) fn field(name: &'static str, label: &str, kind: FieldKind) -> Field {
    Field {
        name,
        label: label.to_owned(),
        hint: String::new(),
        kind,
        choices: Vec::new(),
        value: String::new(),
        required: false,
    }
}

pub(super) fn needed(name: &'static str, label: &str, kind: FieldKind) -> Field {
    Field { required: true, ..field(name, label, kind) }
}

pub(super) fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen: false }
}

/// A choice among words that are their own names.
fn words(name: &'static str, label: &str, all: &[&str]) -> Field {
    let choices = all.iter().map(|word| choice(word, &word.replace(['-', '_'], " "))).collect();
    Field { choices, ..field(name, label, FieldKind::Choice) }
}

fn hint(field: Field, hint: &str) -> Field {
    Field { hint: hint.to_owned(), ..field }
}

impl Maker<'_> {
    fn act(&self, id: &str, title: &str, word: &str, fields: Vec<Field>, button: &str) -> ActForm {
        ActForm {
            id: id.to_owned(),
            title: title.to_owned(),
            action: format!("/cases/{}/act", self.room.entry.uuid),
            hidden: vec![("do", word.to_owned())],
            fields,
            button: button.to_owned(),
        }
    }

    fn with(mut act: ActForm, name: &'static str, value: impl ToString) -> ActForm {
        act.hidden.push((name, value.to_string()));
        act
    }

    fn participants(&self) -> Vec<Choice> {
        let all = self.room.case.participants.keys();
        all.map(|name| choice(name.as_str(), &self.room.title(self.directory, name))).collect()
    }

    /// Everything but what belongs to one proposal, incident, participant or report.
    pub(super) fn all(&self) -> Acts {
        let (case, may) = (&self.room.case, self.may);
        let mut acts = Acts::default();
        if case.closed() {
            return acts;
        }
        let (runs, content) = (may(Verb::Manage), may(Verb::Read));
        if may(Verb::Review) {
            acts.embargo.push(self.propose());
        }
        if content && may(Verb::Add) {
            acts.validation.push(self.attempt());
        }
        if content && may(Verb::Review) && case.incidents.len() < MOST_TERMS {
            acts.embargo.push(self.broke());
        }
        if runs {
            acts.members.push(self.add());
            acts.members.push(self.thread());
            acts.embargo.extend(self.terms());
            acts.priority.push(self.say());
            acts.people.extend(self.people());
            acts.world.extend(self.world());
            acts.case.push(self.describe());
            acts.advisories.push(self.advise());
        }
        acts
    }

    fn propose(&self) -> ActForm {
        let name = format!("e{}", self.room.case.proposed.len() + 1);
        let fields = vec![
            Field { value: name, ..needed("proposal", "Name of the terms", FieldKind::Line) },
            needed("until", "The embargo ends", FieldKind::Time),
            hint(field("reason", "Why so long", FieldKind::Line), "Needed beyond thirty days."),
        ];
        self.act("propose", "Propose terms", "propose", fields, "Propose")
    }

    fn attempt(&self) -> ActForm {
        let results: Vec<&str> = Tried::ALL.iter().map(|t| t.as_str()).collect();
        let fields = vec![
            words("result", "What came of it", &results),
            hint(
                needed("environment", "Digest of the environment", FieldKind::Line),
                "For example sha256: of the image.",
            ),
            hint(
                field("evidence", "Digests of what shows it", FieldKind::Line),
                "Needed where it was reproduced; one blank between two.",
            ),
            needed("words", "How it was done and what was seen", FieldKind::Text),
        ];
        self.act("attempt", "Record an attempt to reproduce it", "attempt", fields, "Record")
    }

    fn broke(&self) -> ActForm {
        let exposures: Vec<&str> = Exposure::ALL.iter().map(|e| e.as_str()).collect();
        let origins: Vec<&str> = Origin::ALL.iter().map(|o| o.as_str()).collect();
        let name = format!("break-{}", self.room.case.incidents.len() + 1);
        let fields = vec![
            Field { value: name, ..needed("incident", "Name", FieldKind::Line) },
            words("exposure", "How much is out", &exposures),
            words("origin", "How it got out", &origins),
            needed("words", "What is known, and where it was seen", FieldKind::Text),
        ];
        self.act("break", "Something got out", "break", fields, "Record")
    }

    fn add(&self) -> ActForm {
        let roles = Role::ALL.iter().map(|role| choice(role.as_str(), role.as_str())).collect();
        let known = &self.room.case.participants;
        let mut organisations: Vec<Choice> = vec![choice("", "none of this server")];
        let here = self.directory.organisations.values().filter(|o| !o.closed);
        let new = here.filter(|o| !known.keys().any(|name| name.as_str() == o.uuid));
        organisations.extend(new.map(|o| choice(&o.uuid, &o.name)));
        let fields = vec![
            Field {
                choices: organisations,
                ..field("here", "Organisation of this server", FieldKind::Choice)
            },
            hint(
                field("participant", "or a short name of another", FieldKind::Line),
                "Letters, digits and signs without blanks, for example acme-psirt.",
            ),
            field("title", "What the other is called", FieldKind::Line),
            Field { choices: roles, ..field("roles", "What it is", FieldKind::Choices) },
            hint(
                field("products", "Its products in this case", FieldKind::Text),
                "For a vendor: package URLs or names without blanks, one on a line.",
            ),
            hint(field("zone", "Its time zone", FieldKind::Line), "For example Europe/Brussels."),
            field("contact", "Where it is reached", FieldKind::Line),
        ];
        self.act("add", "Add a participant", "add", fields, "Add")
    }

    fn thread(&self) -> ActForm {
        let others =
            self.participants().into_iter().filter(|c| c.value != self.room.case.coordinator.as_str());
        let fields = vec![
            needed("thread", "Name of the thread", FieldKind::Line),
            Field {
                choices: others.collect(),
                ..field("participants", "Who is in it, besides you", FieldKind::Choices)
            },
        ];
        let act = self.act("thread", "Open a thread of several", "thread", fields, "Open");
        let mut act = act;
        act.fields[1].hint = "They see each other in it, and what each writes there.".to_owned();
        act
    }

    fn terms(&self) -> Vec<ActForm> {
        let case = &self.room.case;
        let sources: Vec<&str> = Source::ALL.iter().map(|s| s.as_str()).collect();
        let limit = vec![
            needed("limit", "Name", FieldKind::Line),
            words("source", "Whose rule", &sources),
            needed("until", "Not after", FieldKind::Time),
            needed("words", "Where that is written", FieldKind::Line),
        ];
        let mut acts = vec![self.act("limit", "Name a limit", "limit", limit, "Name it")];
        if case.embargo.binds() || case.embargo == EmbargoState::Proposed {
            let who =
                Field { choices: self.participants(), ..field("participant", "Whom", FieldKind::Choice) };
            let by = hint(
                field("answer_by", "To answer by", FieldKind::Time),
                "Seven days if nothing is said, 72 hours at least.",
            );
            acts.push(self.act("invite", "Ask for consent again", "invite", vec![who.clone(), by], "Ask"));
            acts.push(self.act("time-out", "Count silence as a refusal", "time-out", vec![who], "Count it"));
        }
        if case.embargo.binds() {
            let ends: Vec<&str> = [
                ExitReason::Ended,
                ExitReason::FixesReady,
                ExitReason::AttacksObserved,
                ExitReason::Broken,
                ExitReason::Other,
            ]
            .map(ExitReason::as_str)
            .to_vec();
            let fields = vec![
                words("reason", "Why", &ends),
                hint(field("words", "In words", FieldKind::Line), "Needed unless its time is over."),
            ];
            acts.push(self.act("exit", "End the embargo", "exit", fields, "End it"));
        }
        acts
    }

    fn say(&self) -> ActForm {
        let mut points: Vec<(String, String)> = Vec::new();
        for table in
            [BuiltIn::Bod2604, BuiltIn::CoordinatorTriage, BuiltIn::CisaCoordinator, BuiltIn::Supplier]
        {
            for point in &table.table().points {
                let values: Vec<String> =
                    point.values.iter().map(|v| format!("{} {}", v.key, v.name)).collect();
                points.push((point.id.clone(), format!("{}: {}", point.name, values.join(", "))));
            }
        }
        points.sort();
        points.dedup();
        let choices = points.iter().map(|(id, label)| choice(id, label)).collect();
        let fields = vec![
            Field { choices, ..field("point", "What is asked, and what can be answered", FieldKind::Choice) },
            hint(
                needed("keys", "Keys of what is possible", FieldKind::Line),
                "As above; several where it is one of them.",
            ),
            needed("source", "Who or what says so", FieldKind::Line),
            needed("date", "Of when that is", FieldKind::Time),
            needed("words", "In words", FieldKind::Line),
        ];
        self.act("say", "Say something that decides", "say", fields, "Say it")
    }

    fn people(&self) -> Vec<ActForm> {
        let directory = self.directory;
        let here = directory.people.values().filter(|p| !p.closed);
        let inside = here.filter(|p| {
            let organisation = directory.organisations.get(&p.member.organisation);
            organisation.is_some_and(|o| self.room.case.participants.keys().any(|n| n.as_str() == o.uuid))
        });
        let people: Vec<Choice> = inside.map(|p| choice(&p.uuid, &p.shown)).collect();
        let who = Field { choices: people, ..field("person", "Who", FieldKind::Choice) };
        let gates = ["need-to-know", "capacity", "identity", "failed"];
        let grounds: Vec<&str> = Ground::ALL.iter().map(|g| g.as_str()).collect();
        let contributions: Vec<&str> = Contribution::ALL.iter().map(|c| c.as_str()).collect();
        let which: Vec<&str> = Gate::ALL.iter().map(|g| g.as_str()).collect();
        let gate = vec![
            who.clone(),
            words("finding.gate", "Which gate passed, or that one failed", &gates),
            words("ground", "Need to know: why", &grounds),
            words("contribution", "Capacity: what they do", &contributions),
            field("confirmed", "Identity: a named person, affiliation confirmed", FieldKind::Flag),
            field("sponsored", "Identity: an organisation answers for them", FieldKind::Flag),
            field("no_objection", "Identity: asked around, and nothing against them", FieldKind::Flag),
            words("which", "Failed: which gate", &which),
            needed("words", "On what that is based", FieldKind::Line),
        ];
        let of = Field {
            choices: self.participants(),
            ..field("participant", "Of which participant", FieldKind::Choice)
        };
        let read_in = vec![
            who.clone(),
            of,
            hint(needed("until", "Until", FieldKind::Time), "90 days at most; 72 hours in an emergency."),
            field("agreements", "They signed the agreements", FieldKind::Flag),
            field("emergency", "An emergency: without key and agreements", FieldKind::Flag),
        ];
        let out = vec![who, needed("reason", "Why", FieldKind::Line)];
        vec![
            self.act("gate", "Judge a gate", "gate", gate, "Keep"),
            self.act("read-in", "Read somebody in", "read-in", read_in, "Read in"),
            self.act("read-out", "Read somebody out", "read-out", out, "Read out"),
        ]
    }

    fn world(&self) -> Vec<ActForm> {
        let case = &self.room.case;
        let left: Vec<&str> = Happening::ALL
            .iter()
            .filter(|what| !case.happened.contains_key(what))
            .map(|what| what.as_str())
            .collect();
        let mut acts = Vec::new();
        if !left.is_empty() {
            let fields = vec![
                words("what", "What became true", &left),
                hint(
                    field("keep", "Why the embargo is kept though attacks were seen", FieldKind::Line),
                    "Nothing else keeps it.",
                ),
            ];
            acts.push(self.act("happen", "Something became true", "happen", fields, "Say it"));
        }
        let tools: Vec<&str> =
            Tooling::ALL.iter().filter(|t| **t > case.tooling).map(|t| t.as_str()).collect();
        if !tools.is_empty() {
            let fields = vec![words("tooling", "What the report was made with", &tools)];
            acts.push(self.act("tooling", "Say more of the tools", "say-tooling", fields, "Say it"));
        }
        acts
    }

    fn describe(&self) -> ActForm {
        let entry = &self.room.entry;
        let markings = bartizan_stix::Tlp::ALL
            .iter()
            .map(|t| Choice { chosen: *t == entry.marking, ..choice(t.as_str(), t.as_str()) })
            .collect();
        let fields = vec![
            Field { value: entry.title.clone(), ..needed("title", "What it is called", FieldKind::Line) },
            Field { value: entry.summary.clone(), ..field("summary", "What it is about", FieldKind::Text) },
            Field { choices: markings, ..field("marking", "How far it goes", FieldKind::Choice) },
            Field { value: entry.cves.join(" "), ..field("cves", "CVE identifiers", FieldKind::Line) },
        ];
        let act = self.act("describe", "Describe the case", "describe", fields, "Keep");
        ActForm { action: format!("/cases/{}/describe", entry.uuid), hidden: Vec::new(), ..act }
    }

    fn advise(&self) -> ActForm {
        let fields = vec![hint(
            needed("id", "Its id", FieldKind::Line),
            "For example CERT-2026-0042. What vendors said of their products, and whom to thank, stand in it; it is a draft.",
        )];
        let act = self.act("advise", "Begin an advisory", "advise", fields, "Begin");
        ActForm { action: format!("/cases/{}/advisory", self.room.entry.uuid), hidden: Vec::new(), ..act }
    }

    /// Answers to proposed terms.
    pub(super) fn answers(&self, proposal: &Name) -> Vec<ActForm> {
        if !(self.may)(Verb::Review) || self.room.case.closed() {
            return Vec::new();
        }
        let make = |accept: bool| {
            let (title, id) = if accept { ("Agree", "agree") } else { ("Refuse", "refuse") };
            let who = if self.room.runs() {
                let mut choices = self.participants();
                choices.iter_mut().for_each(|c| c.chosen = c.value == self.room.me.as_str());
                vec![Field { choices, ..field("participant", "For whom", FieldKind::Choice) }]
            } else {
                Vec::new()
            };
            let act = self.act(&format!("{id}-{proposal}"), title, "answer", who, title);
            let act = Self::with(Self::with(act, "proposal", proposal), "accept", accept);
            if self.room.runs() { act } else { Self::with(act, "participant", &self.room.me) }
        };
        let mut acts = vec![make(true), make(false)];
        if self.room.case.proposals.get(proposal).is_some_and(|terms| terms.by == self.room.me) {
            let act =
                self.act(&format!("withdraw-{proposal}"), "Take back", "withdraw", Vec::new(), "Take back");
            acts.push(Self::with(act, "proposal", proposal));
        }
        acts
    }

    /// Deciding about what got out.
    pub(super) fn decide(&self, incident: &Name) -> Vec<ActForm> {
        if !(self.may)(Verb::Manage) || self.room.case.closed() {
            return Vec::new();
        }
        let courses: Vec<&str> = Course::ALL.iter().map(|c| c.as_str()).collect();
        let fields = vec![
            words("course", "What happens to the planned disclosure", &courses),
            hint(field("reason", "Why", FieldKind::Line), "Needed where it is not what the matrix says."),
        ];
        vec![Self::with(
            self.act(&format!("decide-{incident}"), "Decide", "decide", fields, "Decide"),
            "incident",
            incident,
        )]
    }

    /// What may be said of a participant: by itself, and by the coordinator for it.
    pub(super) fn participant(&self, name: &Name) -> Vec<ActForm> {
        let room = self.room;
        let Some(p) = room.case.participants.get(name) else { return Vec::new() };
        let own = *name == room.me || room.runs();
        if !own || !(self.may)(Verb::Review) || room.case.closed() {
            return Vec::new();
        }
        let of = |act| Self::with(act, "participant", name);
        let mut acts = Vec::new();
        if *name != room.case.coordinator && room.case.terms.is_some() && room.case.embargo.binds() {
            let yes = Field {
                choices: vec![choice("true", "agree"), choice("false", "refuse")],
                ..field("accept", "To the terms in force", FieldKind::Choice)
            };
            acts.push(of(self.act(
                "answer-terms",
                "Answer the terms in force",
                "answer",
                vec![yes],
                "Answer",
            )));
        }
        if !(self.may)(Verb::Read) {
            return acts;
        }
        let steps: Vec<&str> =
            ReportStep::ALL.iter().filter(|s| p.report.after(**s).is_some()).map(|s| s.as_str()).collect();
        if !steps.is_empty() {
            let fields = vec![words("step", "What becomes of the report", &steps)];
            acts.push(of(self.act("report", "The report", "report", fields, "Say it")));
        }
        let fixes: Vec<&str> = FixStep::ALL.iter().map(|s| s.as_str()).collect();
        if p.fix.is_some() {
            acts.push(of(self.act(
                "fix",
                "The fix",
                "fix",
                vec![words("step", "What is so", &fixes)],
                "Say it",
            )));
        }
        if !p.products.is_empty() {
            acts.push(of(self.statement(p)));
        }
        acts
    }

    fn statement(&self, p: &Participant) -> ActForm {
        let products = p.products.keys().map(|name| choice(name.as_str(), name.as_str())).collect();
        let stands: Vec<&str> = Stand::ALL.iter().map(|s| s.as_str()).collect();
        let mut why = words(
            "justification",
            "Why it is not affected",
            &Justification::ALL.iter().map(|j| j.as_str()).collect::<Vec<_>>(),
        );
        why.choices.insert(0, choice("", "does not apply"));
        let fields = vec![
            Field { choices: products, ..field("product", "Which product", FieldKind::Choice) },
            words("stand", "What is said of it", &stands),
            why,
            needed("words", "In words, with versions", FieldKind::Text),
        ];
        self.act("state", "Say whether a product is affected", "state", fields, "Say it")
    }

    /// Taking a report out of the case again.
    pub(super) fn split(&self, report: &str) -> Vec<ActForm> {
        if !(self.may)(Verb::Manage) {
            return Vec::new();
        }
        let fields = vec![needed("because", "Why it is not the same after all", FieldKind::Line)];
        let act = self.act(&format!("split-{report}"), "Take out again", "split", fields, "Take out");
        let action = format!("/cases/{}/reports/{report}/split", self.room.entry.uuid);
        vec![ActForm { action, hidden: Vec::new(), ..act }]
    }
}
