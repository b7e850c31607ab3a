//! One participant of a case.

use std::collections::{BTreeMap, BTreeSet};

use super::consent::{ConsentState, ConsentStep};
use super::event::Role;
use super::name::Name;
use super::report::ReportState;
use super::space::Part;
use super::statement::Statement;
use super::status::FixState;
use super::terms::ANSWER_WITHIN;

/// Where a participant stands with the embargo, and until when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The state.
    pub state: ConsentState,
    /// By when it is to answer, in microseconds since 1970; none if nothing was asked.
    pub answer_by: Option<i64>,
    /// Whether `declined` was silence and no answer.
    pub timed_out: bool,
}

impl Consent {
    /// Nothing was asked.
    pub const NONE: Self = Self { state: ConsentState::NoEmbargo, answer_by: None, timed_out: false };

    /// Takes a step at a time, if the state allows it. What asks for an answer gives the usual time for it.
    pub(super) fn step(&mut self, step: ConsentStep, at: i64) -> bool {
        let Some(state) = self.state.after(step) else { return false };
        self.state = state;
        self.answer_by = matches!(step, ConsentStep::Invite | ConsentStep::Revise)
            .then_some(at.saturating_add(ANSWER_WITHIN));
        self.timed_out = step == ConsentStep::TimeOut;
        true
    }
}

/// A participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// What it is.
    pub roles: BTreeSet<Role>,
    /// Its products in the case. None where it said nothing: unknown.
    pub products: BTreeMap<Name, Option<Statement>>,
    /// Where the report stands with it.
    pub report: ReportState,
    /// How far its fix is; none if it has no part in fixes.
    pub fix: Option<FixState>,
    /// Where it stands with the embargo.
    pub consent: Consent,
    /// When it was added, in microseconds since 1970.
    pub added: i64,
}

impl Participant {
    pub(super) fn new(roles: &BTreeSet<Role>, products: &BTreeSet<Name>, public: bool, at: i64) -> Self {
        let vendor = roles.contains(&Role::Vendor);
        // The finder of a case is known to it only once it decided to report ("Finder-Reporters").
        let report = if roles.contains(&Role::Finder) { ReportState::Accepted } else { ReportState::Start };
        let aware = vendor && (public || report != ReportState::Start);
        let fix = match (vendor, roles.contains(&Role::Deployer)) {
            (true, _) if aware => Some(FixState::Aware),
            (true, _) | (_, true) => Some(FixState::Unaware),
            _ => None,
        };
        Self {
            roles: roles.clone(),
            products: products.iter().map(|product| (product.clone(), None)).collect(),
            report,
            fix,
            consent: Consent::NONE,
            added: at,
        }
    }

    /// Whether it makes a product of the case.
    pub fn vendor(&self) -> bool {
        self.roles.contains(&Role::Vendor)
    }

    /// What it can do about a fix.
    pub fn part(&self) -> Part {
        let has = |role| self.roles.contains(&role);
        match (has(Role::Vendor), has(Role::Deployer)) {
            (true, true) => Part::VendorDeployer,
            (true, false) => Part::Vendor,
            (false, true) => Part::Deployer,
            (false, false) if has(Role::Finder) => Part::Reporter,
            (false, false) => Part::Other,
        }
    }

    /// The vendor learns of it.
    pub(super) fn become_aware(&mut self) {
        if self.vendor() && self.fix == Some(FixState::Unaware) {
            self.fix = Some(FixState::Aware);
        }
    }
}
