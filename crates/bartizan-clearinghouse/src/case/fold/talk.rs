//! Statements, threads and receipts.

use std::collections::BTreeSet;

use super::{Case, MOST_MESSAGES, MOST_THREADS, Message, Thread};
use crate::case::event::Event;
use crate::case::fault::{Code, Refusal, need};
use crate::case::name::{Name, Words};
use crate::case::statement::{Justification, Stand, Statement};

impl Case {
    pub(super) fn state_product(
        &mut self,
        event: &Event,
        (participant, product): (&Name, &Name),
        stand: Stand,
        justification: Option<Justification>,
        words: &Words,
    ) -> Result<(), Refusal> {
        self.speaks_for(&event.by, participant)?;
        need((stand == Stand::NotAffected) == justification.is_some(), Code::JustificationNeeded)?;
        let (at, number) = (event.at, event.number);
        let products = &mut self.participant_mut(participant)?.products;
        let place = products.get_mut(product).ok_or(Code::UnknownProduct)?;
        *place = Some(Statement { stand, justification, words: words.clone(), at, event: number });
        Ok(())
    }

    pub(super) fn unstate(&mut self, by: &Name, participant: &Name, product: &Name) -> Result<(), Refusal> {
        self.speaks_for(by, participant)?;
        let products = &mut self.participant_mut(participant)?.products;
        let place = products.get_mut(product).ok_or(Code::UnknownProduct)?;
        need(place.take().is_some(), Code::NoStatement)
    }

    /// What every vendor says of every product: none where nothing was said, which means unknown and nothing else.
    pub fn statements(&self) -> impl Iterator<Item = (&Name, &Name, Option<&Statement>)> {
        self.participants.iter().flat_map(|(name, participant)| {
            participant.products.iter().map(move |(product, said)| (name, product, said.as_ref()))
        })
    }

    pub(super) fn thread(
        &mut self,
        by: &Name,
        name: &Name,
        participants: &BTreeSet<Name>,
    ) -> Result<(), Refusal> {
        self.coordinates(by)?;
        need(!participants.is_empty(), Code::UnknownParticipant)?;
        for participant in participants {
            self.participant(participant)?;
        }
        let taken = self.threads.contains_key(name) || self.participants.contains_key(name);
        need(!taken, Code::NameTaken)?;
        let opened = self.threads.keys().filter(|name| !self.participants.contains_key(*name)).count();
        need(opened < MOST_THREADS, Code::TooMany)?;
        let participants = participants.clone();
        self.threads.insert(name.clone(), Thread { participants, ..Thread::default() });
        Ok(())
    }

    /// Whether a participant is in a thread: its own, one it was put into, and for the coordinator all there are.
    pub fn in_thread(&self, participant: &Name, thread: &Name) -> bool {
        let named = self.threads.get(thread);
        let own = thread == participant && self.participants.contains_key(participant);
        let put = named.is_some_and(|thread| thread.participants.contains(participant));
        let all = named.is_some() || self.participants.contains_key(thread);
        own || put || (all && *participant == self.coordinator)
    }

    pub(super) fn write(&mut self, by: &Name, at: i64, name: &Name, body: &Name) -> Result<(), Refusal> {
        need(self.in_thread(by, name), Code::UnknownThread)?;
        need(self.threads.get(name).is_none_or(|t| t.messages.len() < MOST_MESSAGES), Code::TooMany)?;
        let own = self.participants.contains_key(name).then(|| name.clone());
        let new = || Thread { participants: own.into_iter().collect(), ..Thread::default() };
        let thread = self.threads.entry(name.clone()).or_insert_with(new);
        thread.messages.push(Message { by: by.clone(), at, body: body.clone() });
        Ok(())
    }

    pub(super) fn read(&mut self, by: &Name, name: &Name, up_to: u32) -> Result<(), Refusal> {
        need(self.in_thread(by, name), Code::UnknownThread)?;
        let thread = self.threads.get_mut(name).ok_or(Code::UnknownMessage)?;
        need(up_to as usize <= thread.messages.len(), Code::UnknownMessage)?;
        let before = thread.read.get(by).copied().unwrap_or(0);
        need(up_to > before, Code::NothingNew)?;
        thread.read.insert(by.clone(), up_to);
        Ok(())
    }

    /// How many messages of others in its threads a participant has not read.
    pub fn unread(&self, participant: &Name) -> usize {
        let mine = self.threads.iter().filter(|(name, _)| self.in_thread(participant, name));
        mine.map(|(_, thread)| {
            let read = thread.read.get(participant).copied().unwrap_or(0) as usize;
            thread.messages.iter().skip(read).filter(|message| message.by != *participant).count()
        })
        .sum()
    }
}
