//! Who has which role.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Actor, Part};
use super::fold::{MOST_EACH, Window};
use crate::fault::{Code, Error, Fault, need};
use crate::rules::{Act, Side};
use crate::word::{Id, Name};

/// A person in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their organisation.
    pub organisation: Name,
    /// Their roles now.
    pub roles: BTreeSet<Id>,
    /// Every role they ever had: separation of duties looks at these.
    pub held: BTreeSet<Id>,
}

impl Window {
    /// The organisation of a person who has a role of a tester now.
    pub fn tester(&self, person: &Name) -> Option<&Name> {
        let found = self.people.get(person)?;
        let tests = |role: &Id| self.programme.side(role) == Some(Side::Tester);
        found.roles.iter().any(tests).then_some(&found.organisation)
    }

    /// Who has which part now, in order.
    pub fn parts(&self) -> impl Iterator<Item = Part> + '_ {
        self.people.iter().flat_map(|(person, found)| {
            let part = |role: &Id| Part {
                person: person.clone(),
                organisation: found.organisation.clone(),
                role: role.clone(),
            };
            found.roles.iter().map(part)
        })
    }

    /// Whether somebody has a role now.
    pub(super) fn has(&self, who: &Actor) -> bool {
        self.people.get(&who.person).is_some_and(|person| person.roles.contains(&who.role))
    }

    /// Whether somebody may do an act at a time, or propose it if the rules want a second person.
    ///
    /// # Errors
    /// [`Code::NoRole`], [`Code::NotAllowed`], [`Code::WrongState`].
    pub fn may(&self, who: &Actor, act: Act, now: i64) -> Result<(), Error> {
        need(self.has(who), Code::NoRole)?;
        if !self.programme.act(act).by.contains(&who.role) {
            return Err(Error::of(Code::NotAllowed, &format!("{act}, as `{}`", who.role)));
        }
        self.placed(act, now)
    }

    /// Whether an act has its place at a time.
    pub(super) fn placed(&self, act: Act, now: i64) -> Result<(), Error> {
        let state = self.state(now);
        if state.allows(act) {
            Ok(())
        } else {
            Err(Error::of(Code::WrongState, &format!("{act}; the window is {state}")))
        }
    }

    /// What a person may do or propose at a time, and in which roles.
    pub fn allowed(&self, person: &Name, now: i64) -> BTreeMap<Act, BTreeSet<Id>> {
        let state = self.state(now);
        let Some(found) = self.people.get(person) else { return BTreeMap::new() };
        let roles = |act: Act| found.roles.intersection(&self.programme.act(act).by).cloned().collect();
        let acts = Act::ALL.iter().copied().filter(|act| state.allows(*act));
        acts.map(|act| (act, roles(act))).filter(|(_, roles): &(_, BTreeSet<Id>)| !roles.is_empty()).collect()
    }

    /// Gives a role, if nothing stands against it.
    pub(super) fn assign(&mut self, part: &Part) -> Result<(), Error> {
        let Part { person, organisation, role } = part;
        let side = self.programme.side(role).ok_or_else(|| Error::of(Code::UnknownRole, role.as_str()))?;
        let fits = match side {
            Side::Developer => *organisation == self.developer,
            Side::Programme => *organisation == self.runs,
            Side::Tester | Side::Oversight => *organisation != self.developer,
        };
        if !fits {
            return Err(Error::of(Code::WrongSide, &format!("`{role}` and {organisation}")));
        }
        if let Some(found) = self.people.get(person) {
            if found.organisation != *organisation {
                return Err(Error::of(
                    Code::OtherOrganisation,
                    &format!("`{person}` is of {}", found.organisation),
                ));
            }
            need(!found.roles.contains(role), Code::HasRole)?;
            let broken = found.held.iter().filter_map(|held| self.programme.separation(held, role));
            let broken: Vec<Fault> = broken
                .map(|pair| {
                    let (one, other) = &pair.roles;
                    Fault::new(
                        Code::Separation,
                        format!("`{one}` and `{other}` are two people: {}", pair.why),
                    )
                })
                .collect();
            if !broken.is_empty() {
                return Err(Error::all(broken));
            }
        }
        need(self.people.len() < MOST_EACH, Code::TooMany)?;
        let new =
            || Person { organisation: organisation.clone(), roles: BTreeSet::new(), held: BTreeSet::new() };
        let found = self.people.entry(person.clone()).or_insert_with(new);
        found.roles.insert(role.clone());
        found.held.insert(role.clone());
        Ok(())
    }

    /// Takes a role; not the last one that can give roles.
    pub(super) fn relieve(&mut self, person: &Name, role: &Id) -> Result<(), Error> {
        let who = Actor { person: person.clone(), role: role.clone() };
        need(self.has(&who), Code::NoRole)?;
        let assigns = self.programme.act(Act::Assign).by.clone();
        let others = self.people.iter().any(|(other, found)| {
            found.roles.iter().any(|one| assigns.contains(one) && (other != person || one != role))
        });
        need(others, Code::NobodyAssigns)?;
        if let Some(found) = self.people.get_mut(person) {
            found.roles.remove(role);
        }
        Ok(())
    }
}
