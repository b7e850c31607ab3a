//! Budgets: what may be used, what is, and what is reserved for calls that have not ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fault::{Code, Error, need};
use crate::word::Name;

/// Calls of one grant that may be open at once.
pub const MOST_OPEN: usize = 4096;

/// An amount: calls, tokens in and out together, millionths of the programme's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Calls.
    pub calls: u64,
    /// Tokens.
    pub tokens: u64,
    /// Money.
    pub money_micros: u64,
}

impl Usage {
    /// The sum; what a number cannot hold is the most it can.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.each(other, u64::saturating_add)
    }

    /// The difference; never below zero.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.each(other, u64::saturating_sub)
    }

    fn each(self, other: Self, op: fn(u64, u64) -> u64) -> Self {
        Self {
            calls: op(self.calls, other.calls),
            tokens: op(self.tokens, other.tokens),
            money_micros: op(self.money_micros, other.money_micros),
        }
    }

    /// Whether it is within a budget in every part.
    pub fn within(self, budget: Self) -> bool {
        self.calls <= budget.calls && self.tokens <= budget.tokens && self.money_micros <= budget.money_micros
    }

    /// Whether this and more are within a budget: a difference is compared, so that nothing can overflow.
    pub fn leaves(self, more: Self, budget: Self) -> bool {
        self.within(budget) && more.within(budget.minus(self))
    }
}

/// What a settlement did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What was reserved and not used.
    pub given_back: Usage,
    /// What was used beyond what was reserved: the endpoint did more than it was asked for.
    pub beyond: Usage,
}

/// What is used of a budget. At any time `used + reserved` is within the budget, unless an endpoint used more than was reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    budget: Usage,
    used: Usage,
    open: BTreeMap<Name, Usage>,
}

impl Meter {
    /// Nothing is used.
    pub fn new(budget: Usage) -> Self {
        Self { budget, used: Usage::default(), open: BTreeMap::new() }
    }

    /// What was used by calls that ended.
    pub fn used(&self) -> Usage {
        self.used
    }

    /// What is reserved for calls that have not.
    pub fn reserved(&self) -> Usage {
        self.open.values().fold(Usage::default(), |sum, one| sum.plus(*one))
    }

    /// Both together: what [`Call::used`](super::Call::used) is.
    pub fn taken(&self) -> Usage {
        self.used.plus(self.reserved())
    }

    /// What is left.
    pub fn left(&self) -> Usage {
        self.budget.minus(self.taken())
    }

    /// Reserves for a call what it may use at most.
    ///
    /// # Errors
    /// [`Code::CallBudget`] if that is more than is left, [`Code::NameTaken`] if the call is open, [`Code::TooMany`].
    pub fn reserve(&mut self, call: &Name, most: Usage) -> Result<(), Error> {
        if self.open.contains_key(call) {
            return Err(Error::of(Code::NameTaken, call.as_str()));
        }
        need(self.open.len() < MOST_OPEN, Code::TooMany)?;
        need(self.taken().leaves(most, self.budget), Code::CallBudget)?;
        self.open.insert(call.clone(), most);
        Ok(())
    }

    /// Ends a call with what it used; `None` if the endpoint does not tell: then it is held to have used all.
    ///
    /// # Errors
    /// [`Code::UnknownCall`] if no such call is open: a call is settled once.
    pub fn settle(&mut self, call: &Name, used: Option<Usage>) -> Result<Settled, Error> {
        let reserved = self.open.remove(call).ok_or_else(|| Error::of(Code::UnknownCall, call.as_str()))?;
        let used = used.unwrap_or(reserved);
        self.used = self.used.plus(used);
        Ok(Settled { given_back: reserved.minus(used), beyond: used.minus(reserved) })
    }
}
