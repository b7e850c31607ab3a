//! The machines against the tables of the documentation; the rules of a case by hand.

mod codes;
mod embargoes;
mod evidence;
mod machines;
mod merged;
mod rooms;
mod world;

use super::*;
use std::collections::BTreeSet;

pub const START: i64 = 1_780_000_000_000_000;

pub fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

pub fn words(text: &str) -> Words {
    text.parse().expect("words")
}

pub fn names(all: &[&str]) -> BTreeSet<Name> {
    all.iter().map(|text| name(text)).collect()
}

/// A case that is talked to by whom, when, what.
pub struct Room {
    pub case: Case,
    pub log: Vec<Event>,
    pub now: i64,
}

impl Room {
    pub fn open(tooling: Tooling) -> Self {
        let action = Action::Open { roles: BTreeSet::new(), products: BTreeSet::new(), tooling };
        let first = Event { number: 1, at: START, by: name("cert"), action };
        Self { case: Case::open(&first).expect("opens"), log: vec![first], now: START }
    }

    /// With a finder, two vendors, a deployer and another; the coordinator has accepted, the vendors have the report.
    pub fn usual() -> Self {
        let mut room = Self::open(Tooling::Private);
        room.add("finder", &[Role::Finder], &[]);
        room.add("acme", &[Role::Vendor], &["acme/box"]);
        room.add("brix", &[Role::Vendor, Role::Deployer], &["brix/cloud", "brix/app"]);
        room.add("bank", &[Role::Deployer], &[]);
        room.add("press", &[Role::Other], &[]);
        room.report("cert", "cert", ReportStep::Validate);
        room.report("cert", "cert", ReportStep::Accept);
        for to in ["acme", "brix", "bank"] {
            room.report("cert", to, ReportStep::Receive);
        }
        room
    }

    pub fn say(&mut self, by: &str, action: Action) -> Result<(), Code> {
        let event = Event { number: self.case.events + 1, at: self.now, by: name(by), action };
        let before = self.case.clone();
        match self.case.apply(&event) {
            Ok(()) => self.log.push(event),
            Err(refusal) => {
                assert_eq!(self.case, before, "a refusal changes nothing");
                return Err(refusal.code);
            }
        }
        assert_eq!(Case::fold(&self.log).expect("folds"), self.case);
        Ok(())
    }

    pub fn add(&mut self, who: &str, roles: &[Role], products: &[&str]) {
        let roles = roles.iter().copied().collect();
        self.say("cert", Action::Add { participant: name(who), roles, products: names(products) })
            .expect("added");
    }

    pub fn report(&mut self, by: &str, who: &str, step: ReportStep) {
        self.say(by, Action::Report { participant: name(who), step }).expect("a step");
    }

    pub fn accept(&mut self, who: &str) {
        self.report(who, who, ReportStep::Validate);
        self.report(who, who, ReportStep::Accept);
    }

    pub fn propose(&mut self, by: &str, proposal: &str, days: i64) -> Result<(), Code> {
        let (until, reason) = (self.now + days * DAY, None);
        self.say(by, Action::Propose { proposal: name(proposal), until, reason })
    }

    pub fn answer(&mut self, who: &str, proposal: Option<&str>, accept: bool) -> Result<(), Code> {
        let (participant, proposal) = (name(who), proposal.map(name));
        self.say(who, Action::Answer { participant, proposal, accept })
    }

    pub fn happen(&mut self, what: Happening, keep: Option<&str>) -> Result<(), Code> {
        self.say("cert", Action::Happen { what, keep: keep.map(words) })
    }

    pub fn consent(&self, who: &str) -> ConsentState {
        self.case.participants[&name(who)].consent.state
    }

    pub fn fix(&self, who: &str) -> Option<FixState> {
        self.case.participants[&name(who)].fix
    }
}
