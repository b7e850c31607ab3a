//! Cases: the log is what counts; what is derived from it follows it; nobody overwrites anybody.

use std::collections::BTreeSet;

use bartizan_clearinghouse::access::{Admission, OrganisationId, PersonId};
use bartizan_clearinghouse::case::*;
use bartizan_stix::Tlp;
use bartizan_store::{
    CaseEntry, CaseHead, CaseQuestion, KeptEvent, NewCase, NewEvent, NewParty, PartyEntry, Store,
};

use crate::harness::{Fixture, NOW, both, by, fixture, uuid};

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn words(text: &str) -> Words {
    text.parse().expect("words")
}

fn event(case: Option<&Case>, at: i64, by: &str, action: Action) -> Event {
    Event { number: case.map_or(1, |case| case.events + 1), at, by: name(by), action }
}

fn opening() -> Event {
    let (roles, products) = (BTreeSet::new(), BTreeSet::new());
    event(None, NOW, "first", Action::Open { roles, products, tooling: Tooling::Private })
}

async fn open(store: &Store, of: OrganisationId) -> (String, Case) {
    let first = opening();
    let case = Case::open(&first).expect("opens");
    let uuid = uuid();
    let new = NewCase {
        uuid: &uuid,
        runs: of,
        title: "Overflow in the parser",
        summary: "",
        marking: Tlp::AmberStrict,
        cves: &["CVE-2026-0001".to_owned()],
        reports: &[],
    };
    let events = [NewEvent { event: &first, person: None, party: None, message: None }];
    store.open_case(&by(), &new, &events, &case).await.expect("opened");
    (uuid, case)
}

struct Whole {
    entry: CaseEntry,
    parties: Vec<PartyEntry>,
    read_in: Vec<PersonId>,
    log: Vec<KeptEvent>,
}

struct World<'a> {
    store: &'a Store,
    fixture: &'a Fixture,
    uuid: String,
    case: Case,
}

impl World<'_> {
    async fn add(
        &mut self,
        at: i64,
        who: &str,
        action: Action,
        organisation: Option<OrganisationId>,
    ) -> bool {
        let before = self.case.clone();
        let event = event(Some(&before), at, who, action);
        let mut after = before.clone();
        after.apply(&event).expect("taken");
        let party = match &event.action {
            Action::Add { participant, .. } => Some((
                participant,
                NewParty { organisation, title: "Second", zone: "Asia/Tokyo", contact: "" },
            )),
            _ => None,
        };
        let log = self.read(self.fixture.first, self.fixture.ada, at).await.expect("there");
        let new = [NewEvent { event: &event, person: Some(self.fixture.ada), party, message: None }];
        let done = self.store.add_to_case(&by(), (log.entry.id, &self.uuid), &new, &before, &after).await;
        let done = done.expect("added");
        if done {
            self.case = after;
        }
        done
    }

    async fn read(&self, own: OrganisationId, person: PersonId, now: i64) -> Option<Whole> {
        let CaseHead { entry, parties, read_in } =
            self.store.case(&self.uuid, own, person, now).await.expect("asked")?;
        let (log, _) = self.store.case_events(entry.id, 0, entry.events as u64).await.expect("a log");
        Some(Whole { entry, parties, read_in, log })
    }
}

async fn listed(store: &Store, own: OrganisationId, person: PersonId, now: i64) -> Vec<CaseEntry> {
    let asked = CaseQuestion {
        own,
        person,
        now,
        runs: true,
        takes_part: true,
        closed: None,
        embargo: None,
        before: None,
    };
    store.cases(&asked, 10).await.expect("listed")
}

#[test]
fn what_is_derived_follows_the_log() {
    both(async |store: Store| {
        let fixture = fixture(&store).await;
        let Fixture { first, second, ada, ben, .. } = fixture;
        let (uuid, case) = open(&store, first).await;
        let mut world = World { store: &store, fixture: &fixture, uuid, case };
        let vendor = |who: &str| Action::Add {
            participant: name(who),
            roles: [Role::Vendor].into(),
            products: [name("box")].into(),
        };
        assert!(world.add(NOW, "first", vendor("second"), Some(second)).await);
        // It is in the case, and was told nothing.
        assert_eq!(listed(&store, second, ben, NOW).await, []);
        let step = |step| Action::Report { participant: name("first"), step };
        world.add(NOW, "first", step(ReportStep::Validate), None).await;
        world.add(NOW, "first", step(ReportStep::Accept), None).await;
        let until = NOW + 20 * DAY;
        world.add(NOW, "first", Action::Propose { proposal: name("e1"), until, reason: None }, None).await;
        let seen = &listed(&store, second, ben, NOW).await[0];
        assert_eq!(seen.admission, Admission { asked: true, content: false });
        assert_eq!(
            (seen.embargo.as_str(), seen.embargo_until, seen.report.as_str()),
            ("proposed", None, "accepted")
        );
        let answer =
            |who: &str| Action::Answer { participant: name(who), proposal: Some(name("e1")), accept: true };
        world.add(NOW, "second", answer("second"), None).await;
        world.add(NOW, "first", answer("first"), None).await;
        world
            .add(
                NOW,
                "first",
                Action::Report { participant: name("second"), step: ReportStep::Receive },
                None,
            )
            .await;
        let seen = &listed(&store, second, ben, NOW).await[0];
        assert_eq!(seen.admission, Admission { asked: true, content: true });
        assert_eq!((seen.embargo.as_str(), seen.embargo_until), ("active", Some(until)));
        assert!(!seen.read_in);

        // Three gates, then the person is read in for as long as it says.
        let entry = store.directory();
        let person = name(&entry.people[&ben].uuid);
        let gate = |finding| Action::Gate {
            person: person.clone(),
            judge: name("lead"),
            finding,
            words: words("x"),
        };
        let identity = Finding::Identity { confirmed: true, sponsored: true, no_objection: true };
        world.add(NOW, "first", gate(Finding::NeedToKnow { ground: Ground::Task }), None).await;
        world.add(NOW, "first", gate(Finding::Capacity { contribution: Contribution::Patch }), None).await;
        world.add(NOW, "first", gate(identity), None).await;
        let prerequisites = Prerequisites { hardware_key: true, agreements: true };
        let read_in = Action::ReadIn {
            person: person.clone(),
            participant: name("second"),
            until: NOW + DAY,
            prerequisites,
            emergency: false,
        };
        world.add(NOW, "first", read_in, None).await;
        assert!(listed(&store, second, ben, NOW).await[0].read_in);
        assert!(!listed(&store, second, ben, NOW + DAY).await[0].read_in);
        let whole = world.read(second, ben, NOW).await.expect("there");
        assert_eq!(whole.read_in, [ben]);
        let out = Action::ReadOut { person, reason: words("left") };
        world.add(NOW + HOUR, "first", out, None).await;
        assert!(!listed(&store, second, ben, NOW + HOUR).await[0].read_in);
        assert!(listed(&store, second, ben, NOW + HOUR - 1).await[0].read_in);

        // The fold of what is kept is the case; parties, people and marking are as they were given.
        let whole = world.read(first, ada, NOW).await.expect("there");
        let log: Vec<Event> = whole.log.iter().map(|kept| kept.event.clone()).collect();
        assert_eq!(Case::fold(&log).expect("folds"), world.case);
        assert_eq!(whole.parties[0].zone, "Asia/Tokyo");
        assert_eq!(
            (whole.entry.marking, whole.entry.cves),
            (Tlp::AmberStrict, vec!["CVE-2026-0001".to_owned()])
        );
        assert_eq!(whole.log.last().expect("an event").person, Some(ada));
        assert!(store.verify_audit().await.expect("verified").broken.is_none());
    });
}

#[test]
fn nobody_adds_to_a_state_that_is_gone() {
    both(async |store: Store| {
        let fixture = fixture(&store).await;
        let (uuid, case) = open(&store, fixture.first).await;
        let mut world = World { store: &store, fixture: &fixture, uuid, case };
        let stale = world.case.clone();
        let limit = |limit: &str| Action::Limit {
            limit: name(limit),
            source: Source::Commitment,
            until: NOW + DAY,
            words: words("a talk"),
        };
        assert!(world.add(NOW, "first", limit("talk"), None).await);
        let now = std::mem::replace(&mut world.case, stale);
        assert!(!world.add(NOW, "first", limit("release"), None).await);
        world.case = now;
        let whole = world.read(fixture.first, fixture.ada, NOW).await.expect("there");
        assert_eq!(whole.log.len(), 2);
        let (later, bytes) = store.case_events(whole.entry.id, 1, 2).await.expect("read");
        assert_eq!((later.len(), &later[0].event), (1, &whole.log[1].event));
        assert!(bytes > 60, "{bytes}");
        // Described by two at once: one of them is late; and by whom it has to be as it was, if anything was said since.
        let (cves, marking) = (&whole.entry.cves, whole.entry.marking);
        let describe = async |before: &CaseEntry, exactly, title: &str| {
            store.describe_case(&by(), (before, exactly), title, "", marking, cves).await.expect("asked")
        };
        assert!(describe(&whole.entry, true, "One").await);
        assert!(!describe(&whole.entry, false, "Two").await);
        let before = world.read(fixture.first, fixture.ada, NOW).await.expect("there").entry;
        assert_eq!((before.title.as_str(), before.revision), ("One", 1));
        assert!(world.add(NOW, "first", limit("release"), None).await);
        assert!(!describe(&before, true, "Three").await);
        assert!(describe(&before, false, "Three").await, "what was said beside it does not matter");
        // Who has nothing to do with it has no place in it; the rule of access says the rest.
        let other = world.read(fixture.second, fixture.ben, NOW).await.expect("there");
        assert_eq!((other.entry.admission, other.entry.read_in), (Admission::default(), false));
        assert_eq!(listed(&store, fixture.second, fixture.ben, NOW).await, []);
    });
}
