//! A window to try things in: a lab whose model is tested, an institute that runs the programme, a firm that tests.

use std::sync::{Arc, OnceLock};

use bartizan_programme::agreement::{Agreement, PublicKey, Signature};
use bartizan_programme::determination::{Proposal, Standing, SuiteResult};
use bartizan_programme::finding::{Finding, Kind, Reproduced, Reproduction, ThirdParty};
use bartizan_programme::grant::{Terms, Usage};
use bartizan_programme::plan::{Catalogue, Plan};
use bartizan_programme::rules::{Act, Endpoint, Level, Programme, THIRTY_DAY};
use bartizan_programme::run::{End, Judgement, Outcome};
use bartizan_programme::time::{DAY, HOUR};
use bartizan_programme::window::{
    Action, Actor, CheckResult, Checkpoint, Contact, Event, Part, Safeguards, Submission, Window,
};
use bartizan_programme::{Code, Digest, Error, Id, Line, Name, Words};
use ed25519_dalek::{Signer, SigningKey};

/// 2026-12-01T00:00:00Z.
pub const T: i64 = 1_796_083_200_000_000;

/// Who is who: person, organisation, role.
pub const PARTS: &[(&str, &str, &str)] = &[
    ("lin", "lab", "developer-liaison"),
    ("ove", "lab", "developer-officer"),
    ("mo", "institute", "programme-manager"),
    ("pat", "institute", "programme-officer"),
    ("eva", "institute", "evaluation-lead"),
    ("tess", "firm", "tester"),
    ("toni", "firm", "test-lead"),
    ("aud", "court", "auditor"),
];

pub fn id(text: &str) -> Id {
    text.parse().expect(text)
}

pub fn name(text: &str) -> Name {
    text.parse().expect(text)
}

pub fn line(text: &str) -> Line {
    text.parse().expect(text)
}

pub fn words(text: &str) -> Words {
    text.parse().expect(text)
}

pub fn part((person, organisation, role): (&str, &str, &str)) -> Part {
    Part { person: name(person), organisation: name(organisation), role: id(role) }
}

pub fn actor(person: &str) -> Actor {
    let found = PARTS.iter().find(|part| part.0 == person).map_or("tester", |part| part.2);
    Actor { person: name(person), role: id(found) }
}

pub fn programme() -> Arc<Programme> {
    static ONE: OnceLock<Arc<Programme>> = OnceLock::new();
    let read = || Arc::new(Programme::parse(THIRTY_DAY.as_bytes()).expect("the example"));
    Arc::clone(ONE.get_or_init(read))
}

/// The example, changed.
pub fn changed(from: &str, to: &str) -> Arc<Programme> {
    assert!(THIRTY_DAY.contains(from), "{from}");
    Arc::new(Programme::parse(THIRTY_DAY.replace(from, to).as_bytes()).expect("the changed example"))
}

pub fn checkpoint(byte: u8, safeguards: Safeguards) -> Checkpoint {
    Checkpoint { digest: Digest::of(&[byte]), safeguards, words: None }
}

pub fn submission() -> Submission {
    Submission {
        model: line("Falcon"),
        checkpoints: [
            (name("falcon-7"), checkpoint(7, Safeguards::On)),
            (name("falcon-7-bare"), checkpoint(8, Safeguards::Off)),
        ]
        .into(),
        release: Some("2027-03-01".parse().expect("a day")),
        contacts: vec![Contact {
            name: line("Lin"),
            address: line("lin@lab.example"),
            purpose: line("technical"),
        }],
        words: None,
    }
}

pub fn submit(programme: &Programme, submission: Submission) -> Action {
    Action::Submit {
        rules: programme.digest.clone(),
        developer: name("lab"),
        runs: name("institute"),
        submission,
        parts: PARTS.iter().copied().map(part).collect(),
    }
}

pub fn key(organisation: &str) -> SigningKey {
    let digest = Digest::of(organisation.as_bytes());
    SigningKey::from_bytes(digest.as_str().as_bytes()[..32].try_into().expect("32"))
}

pub fn public(key: &SigningKey) -> PublicKey {
    let hex: String = key.verifying_key().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    hex.parse().expect("a key")
}

/// A raw signature over the statement.
pub fn signature(key: &SigningKey, agreement: &Agreement) -> Signature {
    let bytes = key.sign(agreement.statement().as_bytes()).to_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.parse().expect("a signature")
}

/// Kinds that AL1 needs, and who signs them.
pub const AL1: &[(&str, &[&str])] = &[
    ("confidentiality", &["lab", "firm"]),
    ("intellectual-property", &["lab", "firm"]),
    ("use-limits", &["lab", "firm"]),
    ("retention", &["lab", "firm"]),
    ("insider-risk", &["firm", "institute"]),
];

pub fn agreement(kind: &str, parties: &[&str]) -> Agreement {
    let people = if kind == "insider-risk" { vec![name("tess"), name("toni")] } else { Vec::new() };
    Agreement {
        kind: id(kind),
        document: Digest::of(kind.as_bytes()),
        parties: parties.iter().copied().map(name).collect(),
        people: people.into_iter().collect(),
        from: T,
        until: T + 80 * DAY,
    }
}

pub fn terms() -> Terms {
    Terms {
        holder: name("tess"),
        endpoints: [Endpoint::Chat].into(),
        checkpoint: name("falcon-7"),
        level: Level::Al1,
        internals: [].into(),
        sources: ["192.0.2.0/28".parse().expect("a network")].into(),
        budget: Usage { calls: 100, tokens: 100_000, money_micros: 1_000_000 },
        credential: Digest::of(b"credential"),
        begins: T + DAY,
        ends: T + 20 * DAY,
    }
}

pub fn plan(of: &str) -> Plan {
    static ONE: OnceLock<Catalogue> = OnceLock::new();
    ONE.get_or_init(|| Catalogue::embedded().expect("the catalogue")).plan(&id(of)).expect(of).clone()
}

pub fn finding(kind: Kind) -> Finding {
    let third = ThirdParty {
        software: line("libexample"),
        purl: Some(line("pkg:generic/libexample")),
        versions: [line("1.2.3")].into(),
        weakness: Some(line("CWE-787")),
        description: words("An index that is not checked lets a header write behind its table."),
        reproduction: words("Open the attached file with any version named."),
        finders: vec![line("Tess of the firm")],
    };
    Finding {
        kind,
        title: line("A title"),
        summary: words("What was found."),
        severity: id("high"),
        runs: [name("run-1")].into(),
        checkpoint: name("falcon-7"),
        atlas: ["AML.T0051.000".parse().expect("an id")].into(),
        attack: ["T1059.001".parse().expect("an id")].into(),
        reproduction: Reproduction { reproduced: Reproduced::Always, steps: words("Run it again.") },
        third_party: (kind == Kind::ThirdPartyVulnerability).then_some(third),
    }
}

pub fn results(standing: Standing, runs: &[(&str, &str, u32)]) -> Proposal {
    let result = |(suite, run, samples): &(&str, &str, u32)| SuiteResult {
        suite: id(suite),
        standing,
        samples: *samples,
        runs: [name(run)].into(),
        words: words("As measured."),
    };
    Proposal { results: runs.iter().map(result).collect(), words: words("All of it.") }
}

/// A window under way, its log, and what time it is.
#[derive(Clone)]
pub struct Room {
    pub programme: Arc<Programme>,
    pub window: Window,
    pub log: Vec<Event>,
    pub now: i64,
}

impl Room {
    /// A model was handed in.
    pub fn of(programme: Arc<Programme>) -> Self {
        let action = submit(&programme, submission());
        let first = Event { number: 1, at: T, by: actor("lin"), action };
        let window = Window::open(&programme, &first).expect("opened");
        Self { programme, window, log: vec![first], now: T }
    }

    pub fn submitted() -> Self {
        Self::of(programme())
    }

    /// Says something; the state stays as it was if it is refused.
    pub fn try_say(&mut self, person: &str, action: Action) -> Result<u64, Error> {
        self.try_as(actor(person), action)
    }

    pub fn try_as(&mut self, by: Actor, action: Action) -> Result<u64, Error> {
        let number = self.window.events + 1;
        let event = Event { number, at: self.now, by, action };
        let before = self.window.clone();
        match self.window.apply(&event) {
            Ok(()) => {
                self.log.push(event);
                Ok(number)
            }
            Err(error) => {
                assert_eq!(before, self.window, "a refusal changes nothing");
                Err(error)
            }
        }
    }

    /// The code it is refused with.
    pub fn refused(&mut self, person: &str, action: Action) -> Option<Code> {
        self.try_say(person, action).err().map(|error| error.code())
    }

    /// Says something that is taken, by two people if it must be.
    pub fn say(&mut self, person: &str, action: Action) -> u64 {
        let act = action.act();
        let number = self.try_say(person, action).unwrap_or_else(|error| panic!("{act:?}: {error}"));
        let rule = self.programme.act(act.unwrap_or(Act::Submit)).clone();
        if rule.second.is_empty() || act.is_none() {
            return number;
        }
        let second = PARTS.iter().find(|part| part.0 != person && rule.second.contains(&id(part.2)));
        let second = second.expect("somebody who may agree").0;
        self.try_say(second, Action::Second { proposal: number })
            .unwrap_or_else(|error| panic!("{act:?}: {error}"))
    }

    pub fn wait(&mut self, time: i64) {
        self.now += time;
    }

    /// Checks were made and it was accepted; T0 is a day away.
    pub fn accepted() -> Self {
        let mut room = Self::submitted();
        room.accept();
        room
    }

    pub fn accept(&mut self) {
        for check in self.programme.checks.clone() {
            let action =
                Action::Check { check: check.id, result: CheckResult::Passed, words: words("Looked at.") };
            self.say("pat", action);
        }
        self.say("pat", Action::Accept { begins: self.now + DAY, words: words("Welcome.") });
    }

    /// Keys were registered, the agreements of AL1 signed.
    pub fn agreed() -> Self {
        let mut room = Self::accepted();
        room.agree();
        room
    }

    pub fn agree(&mut self) {
        for organisation in ["lab", "firm", "institute"] {
            let signer = name(&format!("head-of-{organisation}"));
            let key = public(&key(organisation));
            self.say("pat", Action::RegisterKey { party: name(organisation), signer, key });
        }
        for (kind, parties) in AL1 {
            let terms = agreement(kind, parties);
            self.say("pat", Action::Agree { agreement: name(kind), terms: terms.clone() });
            for party in *parties {
                let signature = signature(&key(party), &terms);
                self.say("pat", Action::Sign { agreement: name(kind), party: name(party), signature });
            }
        }
    }

    /// Tess has a grant, and the window runs.
    pub fn running() -> Self {
        let mut room = Self::agreed();
        room.say("pat", Action::Grant { grant: name("grant-1"), terms: terms() });
        room.wait(DAY);
        room
    }

    /// A run of a plan of the catalogue, ended and judged valid.
    pub fn run(&mut self, run: &str, plan_id: &str) {
        let plan_name = name(&format!("plan-{plan_id}"));
        if !self.window.plans.contains_key(&plan_name) {
            self.say("toni", Action::Plan { plan: plan_name.clone(), body: plan(plan_id) });
        }
        let samples = self.window.plans[&plan_name].expected();
        let environment = Digest::of(b"environment");
        self.say(
            "tess",
            Action::BeginRun { run: name(run), plan: plan_name, grant: name("grant-1"), environment },
        );
        self.wait(HOUR);
        self.say("tess", Action::EndRun { run: name(run), end: end(run, samples) });
        self.judge(run, Judgement::Valid);
    }

    pub fn judge(&mut self, run: &str, judgement: Judgement) {
        let action = Action::JudgeRun {
            run: name(run),
            judgement,
            anomalies: vec![],
            words: words("Looked through."),
        };
        self.say("toni", action);
    }

    /// Three suites were run and the time is over.
    pub fn ended() -> Self {
        let mut room = Self::running();
        for (run, plan) in RUNS {
            room.run(run, plan);
        }
        room.wait(40 * DAY);
        room
    }

    /// It was determined.
    pub fn determined() -> Self {
        let mut room = Self::ended();
        let determination = results(Standing::Below, DECIDED);
        room.say("eva", Action::Determine { determination });
        room
    }
}

/// Runs of [`Room::ended`] and their plans.
pub const RUNS: [(&str, &str); 3] =
    [("run-1", "smoke-knowledge"), ("run-2", "smoke-reading"), ("run-3", "smoke-mapping")];
/// Results of these.
pub const DECIDED: &[(&str, &str, u32)] =
    &[("smoke-knowledge", "run-1", 12), ("smoke-reading", "run-2", 10), ("smoke-mapping", "run-3", 10)];

pub fn end(run: &str, samples: u64) -> End {
    End { outcome: Outcome::Finished, log: Some(Digest::of(run.as_bytes())), egress: None, samples }
}
