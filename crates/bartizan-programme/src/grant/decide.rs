//! The one decision about a call.

use std::net::IpAddr;

use super::issue::{in_force, required};
use super::{Grant, Usage};
use crate::agreement::Register;
use crate::fault::{Code, Error, Fault};
use crate::rules::{Endpoint, Internal};
use crate::time::text;
use crate::window::{State, Window};
use crate::word::Name;

/// A call that somebody wants to make, or that is under way.
#[derive(Clone, Copy, Debug)]
pub struct Call<'c> {
    /// What is called.
    pub endpoint: Endpoint,
    /// What of the inside it asks for.
    pub internals: &'c [Internal],
    /// The checkpoint that is asked for.
    pub checkpoint: &'c Name,
    /// From where it comes; `None` if that is not known.
    pub source: Option<IpAddr>,
    /// What is used and reserved of the budget, without this call.
    pub used: Usage,
    /// What the call may use at most.
    pub wants: Usage,
}

/// Whether a call may be made, or go on, at a time. Pure: nothing is remembered between two questions, so that whoever asks again learns
/// of what has changed.
///
/// # Errors
/// Every reason against it, the first the one that is told.
pub fn may_call(
    window: &Window,
    agreements: &Register,
    grant: &Grant,
    call: &Call<'_>,
    now: i64,
) -> Result<(), Error> {
    let mut faults = against(window, agreements, grant, now);
    let mut fault = |code: Code, message: String| faults.push(Fault::new(code, message));
    let terms = &grant.terms;
    if !terms.endpoints.contains(&call.endpoint) {
        fault(Code::CallEndpoint, format!("the grant does not permit `{}`", call.endpoint));
    }
    for internal in call.internals.iter().filter(|internal| !terms.internals.contains(internal)) {
        fault(Code::CallInternal, format!("the grant does not permit `{internal}`"));
    }
    if terms.checkpoint != *call.checkpoint {
        fault(Code::CallCheckpoint, format!("the grant is for `{}`", terms.checkpoint));
    }
    let inside = |address: IpAddr| terms.sources.iter().any(|network| network.contains(address));
    if !terms.sources.is_empty() && !call.source.is_some_and(inside) {
        fault(Code::CallSource, "the address is none of the grant's".into());
    }
    if call.wants.calls == 0 || !call.used.leaves(call.wants, terms.budget) {
        let left = terms.budget.minus(call.used);
        let Usage { calls, tokens, money_micros } = left;
        fault(
            Code::CallBudget,
            format!("{calls} calls, {tokens} tokens and {money_micros} millionths are left"),
        );
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::all(faults)) }
}

/// Whether a grant may be used at a time, whatever is called: what [`may_call`] asks first.
///
/// # Errors
/// Every reason against it.
pub fn in_use(window: &Window, agreements: &Register, grant: &Grant, now: i64) -> Result<(), Error> {
    let faults = against(window, agreements, grant, now);
    if faults.is_empty() { Ok(()) } else { Err(Error::all(faults)) }
}

/// What stands against using a grant: revocation, its time, the window, its holder, agreements.
fn against(window: &Window, agreements: &Register, grant: &Grant, now: i64) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |code: Code, message: String| faults.push(Fault::new(code, message));
    let terms = &grant.terms;
    if let Some(revoked) = grant.revoked.as_ref().filter(|revoked| revoked.at <= now) {
        fault(Code::CallRevoked, format!("the grant was revoked on {}", text(revoked.at)));
    }
    if now < terms.begins {
        fault(Code::CallEarly, format!("the grant begins on {}", text(terms.begins)));
    }
    if now >= terms.ends {
        fault(Code::CallLate, format!("the grant ended on {}", text(terms.ends)));
    }
    let state = window.state(now);
    if state != State::Running {
        fault(Code::CallWindow, format!("the window is {state}"));
    }
    if window.tester(&terms.holder) != Some(&grant.organisation) {
        let message = format!("`{}` is no longer a tester of {}", terms.holder, grant.organisation);
        fault(Code::CallHolder, message);
    }
    for requirement in required(&window.programme, terms.level) {
        let held = in_force(window, agreements, requirement, &terms.holder, &grant.organisation, now);
        if let Err(message) = held {
            fault(Code::CallAgreement, message);
        }
    }
    faults
}
