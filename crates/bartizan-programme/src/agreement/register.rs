//! The register: keys of the parties, agreements, who signed, what has ended.

use std::collections::BTreeMap;

use super::{Agreement, PublicKey, Signature};
use crate::fault::{Code, Error, need};
use crate::rules::{Programme, Requirement};
use crate::time::{LAST_TIME, days, text};
use crate::word::{Id, Name, Words};

/// How many keys and agreements a window holds.
pub const MOST_KEYS: usize = 256;
/// See [`MOST_KEYS`].
pub const MOST_AGREEMENTS: usize = 512;
/// How many organisations are parties to one agreement, and how many people it names.
pub const MOST_PARTIES: usize = 32;
/// See [`MOST_PARTIES`].
pub const MOST_PEOPLE: usize = 500;

/// A registered key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// Whom it signs for.
    pub party: Name,
    /// Who holds it.
    pub signer: Name,
    /// The key.
    pub key: PublicKey,
    /// Since when it is registered, microseconds since 1970.
    pub since: i64,
    /// Since when it is withdrawn, and why.
    pub withdrawn: Option<(i64, Words)>,
}

/// A signature of a party that was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The fingerprint of the key.
    pub key: String,
    /// Who holds it.
    pub signer: Name,
    /// When it was handed in.
    pub at: i64,
    /// The signature.
    pub signature: Signature,
}

/// How an agreement ended before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: i64,
    /// Who ended it.
    pub by: Name,
    /// Why.
    pub words: Words,
}

/// An agreement in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What is agreed.
    pub agreement: Agreement,
    /// When it was registered.
    pub since: i64,
    /// Who signed, by party.
    pub signed: BTreeMap<Name, Signed>,
    /// Whether it ended before its time.
    pub ended: Option<Ended>,
}

/// What an agreement lacks at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lacks {
    /// A party's signature.
    Signature(Name),
    /// A party's key was withdrawn, and its signature with it.
    Key(Name),
    /// It does not hold yet.
    NotYet,
    /// It holds no longer.
    Over,
    /// It was ended.
    Ended,
}

/// Keys and agreements of a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    keys: BTreeMap<String, KeyRecord>,
    agreements: BTreeMap<Name, Held>,
}

impl Register {
    /// The keys, by fingerprint.
    pub fn keys(&self) -> &BTreeMap<String, KeyRecord> {
        &self.keys
    }

    /// The agreements, by name.
    pub fn agreements(&self) -> &BTreeMap<Name, Held> {
        &self.agreements
    }

    /// Registers a key for a party. A key is registered once: one key never speaks for two.
    ///
    /// # Errors
    /// [`Code::KeyTaken`], [`Code::TooMany`].
    pub fn add_key(&mut self, party: &Name, signer: &Name, key: PublicKey, at: i64) -> Result<(), Error> {
        let fingerprint = key.fingerprint();
        if self.keys.contains_key(&fingerprint) {
            return Err(Error::of(Code::KeyTaken, &fingerprint));
        }
        need(self.keys.len() < MOST_KEYS, Code::TooMany)?;
        let record =
            KeyRecord { party: party.clone(), signer: signer.clone(), key, since: at, withdrawn: None };
        self.keys.insert(fingerprint, record);
        Ok(())
    }

    /// Withdraws a key: from then on its signatures count no longer.
    ///
    /// # Errors
    /// [`Code::UnknownKey`] if there is none in use.
    pub fn withdraw_key(&mut self, fingerprint: &str, words: &Words, at: i64) -> Result<(), Error> {
        let record = self.keys.get_mut(fingerprint).filter(|record| record.withdrawn.is_none());
        let record = record.ok_or_else(|| Error::of(Code::UnknownKey, fingerprint))?;
        record.withdrawn = Some((at, words.clone()));
        Ok(())
    }

    /// Registers an agreement, which nobody has signed yet.
    ///
    /// # Errors
    /// [`Code::NameTaken`], [`Code::UnknownKind`], [`Code::AgreementTerms`] if it does not fit its kind, [`Code::TooMany`].
    pub fn add(
        &mut self,
        name: &Name,
        agreement: &Agreement,
        rules: &Programme,
        at: i64,
    ) -> Result<(), Error> {
        if self.agreements.contains_key(name) {
            return Err(Error::of(Code::NameTaken, name.as_str()));
        }
        need(self.agreements.len() < MOST_AGREEMENTS, Code::TooMany)?;
        let rule = rules.agreements.iter().find(|rule| rule.kind == agreement.kind);
        fits(agreement, rule.ok_or_else(|| Error::of(Code::UnknownKind, agreement.kind.as_str()))?)?;
        let held = Held { agreement: agreement.clone(), since: at, signed: BTreeMap::new(), ended: None };
        self.agreements.insert(name.clone(), held);
        Ok(())
    }

    /// Takes a party's signature, if it is good. A party may sign again, with another key.
    ///
    /// # Errors
    /// [`Code::UnknownAgreement`], [`Code::AgreementEnded`], [`Code::NotParty`], [`Code::UnknownKey`] if the party has no key (or not
    /// that key) in use, [`Code::BadSignature`] if none of them made it.
    pub fn sign(&mut self, name: &Name, party: &Name, signature: &Signature, at: i64) -> Result<(), Error> {
        let held =
            self.agreements.get(name).ok_or_else(|| Error::of(Code::UnknownAgreement, name.as_str()))?;
        need(held.ended.is_none(), Code::AgreementEnded)?;
        if !held.agreement.parties.contains(party) {
            return Err(Error::of(Code::NotParty, party.as_str()));
        }
        let statement = held.agreement.statement();
        let named = |record: &KeyRecord| signature.key().is_none_or(|key| key == record.key.bytes());
        let keys = || {
            self.keys
                .iter()
                .filter(|(_, record)| record.party == *party && record.withdrawn.is_none() && named(record))
        };
        if keys().next().is_none() {
            return Err(Error::of(Code::UnknownKey, party.as_str()));
        }
        let good = keys().find(|(_, record)| record.key.signs(statement.as_bytes(), signature));
        let (key, record) = good.ok_or_else(|| Error::of(Code::BadSignature, party.as_str()))?;
        let signed =
            Signed { key: key.clone(), signer: record.signer.clone(), at, signature: signature.clone() };
        if let Some(held) = self.agreements.get_mut(name) {
            held.signed.insert(party.clone(), signed);
        }
        Ok(())
    }

    /// Ends an agreement before its time.
    ///
    /// # Errors
    /// [`Code::UnknownAgreement`], [`Code::AgreementEnded`].
    pub fn end(&mut self, name: &Name, by: &Name, words: &Words, at: i64) -> Result<(), Error> {
        let held =
            self.agreements.get_mut(name).ok_or_else(|| Error::of(Code::UnknownAgreement, name.as_str()))?;
        need(held.ended.is_none(), Code::AgreementEnded)?;
        held.ended = Some(Ended { at, by: by.clone(), words: words.clone() });
        Ok(())
    }

    /// What an agreement lacks at a time; nothing: it is in force.
    pub fn lacks(&self, held: &Held, now: i64) -> Vec<Lacks> {
        let mut lacks = Vec::new();
        for party in &held.agreement.parties {
            match held.signed.get(party).map(|signed| self.keys.get(&signed.key)) {
                None => lacks.push(Lacks::Signature(party.clone())),
                Some(_) if held.signed.get(party).is_some_and(|signed| signed.at > now) => {
                    lacks.push(Lacks::Signature(party.clone()));
                }
                // What was withdrawn at a time is withdrawn from that time on.
                Some(key) if key.and_then(|key| key.withdrawn.as_ref()).is_some_and(|(at, _)| *at <= now) => {
                    lacks.push(Lacks::Key(party.clone()));
                }
                Some(_) => {}
            }
        }
        if now < held.agreement.from {
            lacks.push(Lacks::NotYet);
        }
        if now >= held.agreement.until {
            lacks.push(Lacks::Over);
        }
        if held.ended.as_ref().is_some_and(|ended| ended.at <= now) {
            lacks.push(Lacks::Ended);
        }
        lacks
    }

    /// The agreement of a kind that is in force between all of these parties, naming that person if it must; of several the one that
    /// holds longest.
    pub fn in_force(
        &self,
        kind: &Id,
        parties: &[&Name],
        person: Option<&Name>,
        now: i64,
    ) -> Option<(&Name, &Held)> {
        let fits = |held: &Held| {
            let agreement = &held.agreement;
            agreement.kind == *kind
                && parties.iter().all(|party| agreement.parties.contains(*party))
                && person.is_none_or(|person| agreement.people.contains(person))
                && self.lacks(held, now).is_empty()
        };
        self.agreements.iter().filter(|(_, held)| fits(held)).max_by_key(|(_, held)| held.agreement.until)
    }
}

/// An agreement of a kind is what the kind wants.
fn fits(agreement: &Agreement, rule: &Requirement) -> Result<(), Error> {
    let wrong = |message: String| Err(Error::of(Code::AgreementTerms, &message));
    let Agreement { parties, people, from, until, .. } = agreement;
    if !(0..=LAST_TIME).contains(from) || !(0..=LAST_TIME).contains(until) || from >= until {
        return wrong("it ends before it begins".into());
    }
    if *until - *from > days(rule.most_days) {
        return wrong(format!("{} to {} is more than {} days", text(*from), text(*until), rule.most_days));
    }
    // One organisation may be on two sides: who runs the programme may also test.
    if parties.is_empty() || parties.len() > MOST_PARTIES {
        return wrong(format!("{} parties; there are 1 to {MOST_PARTIES}", parties.len()));
    }
    if rule.names_people == people.is_empty() || people.len() > MOST_PEOPLE {
        return wrong(format!(
            "{} people named; its kind {}",
            people.len(),
            if rule.names_people { "names them" } else { "names none" }
        ));
    }
    Ok(())
}
