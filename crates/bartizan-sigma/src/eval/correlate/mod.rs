//! Correlations over a stream of events: what belongs together in a window of time.
//!
//! Source: Sigma Correlation Rules Specification 2.1. Where it leaves a choice:
//! - What only grows with more events (`gte` of a count) is judged at each event over the window that ends there, both
//!   ends included; a hit uses its events up. What more events could undo (`lt`, `eq`, an average) is judged over a
//!   window that begins with the first event of a group, when that window is over.
//! - An event without one of the `group-by` fields shares no value with others and does not count; a diagnostic says so.
//! - Events may come out of order as far as those that wait reach; later ones are left out, and a diagnostic says so.

mod group;
mod judge;
mod node;

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, HashMap},
    sync::Arc,
};

use super::{Event, Hit, time};
use crate::{
    collection::{Collection, Member},
    error::{Failure, Note},
};
use group::{Closed, Entry};
pub(crate) use judge::{every, negates};
use node::{Key, Node};

/// How correlations are evaluated.
#[derive(Clone, Debug)]
pub struct CorrelateOptions {
    /// The field with an event's time; none asks the usual ones.
    pub time_field: Option<String>,
    /// How many events wait for earlier ones that come later.
    pub most_waiting: usize,
    /// The memory of windows, in bytes, about. Past it the windows that would end first are given up.
    pub most_bytes: usize,
}

impl Default for CorrelateOptions {
    fn default() -> Self {
        Self { time_field: None, most_waiting: 100_000, most_bytes: 256 << 20 }
    }
}

/// A correlation that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correlated {
    /// Its place in [`Collection::correlations`].
    pub correlation: usize,
    /// Fields or aliases of `group-by` with the value that the events share.
    pub group: Vec<(String, String)>,
    /// The events that took part, by the numbers they were given, in order of time.
    pub events: Vec<u64>,
    /// The times of the first and last of them, in microseconds since 1970.
    pub span: (i64, i64),
}

/// An event that one of the rules matched, and that waits for its turn.
#[derive(Debug)]
struct Seen {
    time: i64,
    number: u64,
    rules: Vec<usize>,
    fields: Arc<[Option<String>]>,
}

impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Seen {}
impl PartialOrd for Seen {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Seen {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.time, self.number).cmp(&(other.time, other.number))
    }
}

/// What was left out, by reason.
#[derive(Clone, Copy, Debug, Default)]
struct LeftOut {
    no_time: u64,
    late: u64,
    no_group: u64,
    no_value: u64,
    given_up: u64,
}

/// The correlations of a collection at work.
#[derive(Debug, Default)]
pub struct Correlator {
    options: CorrelateOptions,
    /// One for each correlation; none where it cannot be evaluated.
    nodes: Vec<Option<Node>>,
    /// Which correlations, and which of their members, a match is for.
    users: HashMap<Member, Vec<(usize, usize)>>,
    /// The evaluator's numbers of rules and their places in the collection.
    rules: HashMap<usize, usize>,
    /// The fields that correlations ask for.
    fields: Vec<String>,
    alone: Vec<bool>,
    waiting: BinaryHeap<Reverse<Seen>>,
    /// When windows end: each group stands here once.
    ends: BinaryHeap<Reverse<(i64, usize, Key)>>,
    now: Option<i64>,
    /// How many events had their turn.
    order: u64,
    bytes: usize,
    left_out: LeftOut,
}

impl Correlator {
    /// Makes the correlations ready. `rules` has the number of each rule of the collection in the
    /// [`Evaluator`](super::Evaluator), none where it could not be added. Gives the correlations too that cannot be
    /// evaluated.
    pub fn new(
        collection: &Collection,
        rules: &[Option<usize>],
        options: CorrelateOptions,
    ) -> (Self, Vec<(usize, Failure)>) {
        let mut this = Self { options, ..Self::default() };
        for (place, number) in rules.iter().enumerate() {
            if let Some(number) = number {
                this.rules.insert(*number, place);
            }
        }
        let known = |member: &Member| match member {
            Member::Rule(at) => rules.get(*at).is_some_and(Option::is_some),
            Member::Correlation(_) => true,
        };
        let mut failures = Vec::new();
        for (at, correlation) in collection.correlations.iter().enumerate() {
            let members = collection.members(at);
            let made = match members.iter().all(known) {
                true => Node::new(correlation, &mut this.fields),
                false => Err(Failure::expression("one of its rules cannot be evaluated")),
            };
            match &made {
                Err(failure) => failures.push((at, failure.clone())),
                Ok(_) => {
                    for (index, member) in members.iter().enumerate() {
                        this.users.entry(*member).or_default().push((at, index));
                    }
                }
            }
            this.nodes.push(made.ok());
            this.alone.push(collection.stands_alone(Member::Correlation(at)));
        }
        this.without_base(collection, &mut failures);
        (this, failures)
    }

    /// Takes the correlations out that stand on one that cannot be evaluated.
    fn without_base(&mut self, collection: &Collection, failures: &mut Vec<(usize, Failure)>) {
        let mut at = 0;
        while let Some((broken, _)) = failures.get(at).cloned() {
            at += 1;
            for user in 0..self.nodes.len() {
                let over = collection.members(user).contains(&Member::Correlation(broken));
                if over && let Some(node) = self.nodes.get_mut(user).filter(|node| node.is_some()) {
                    *node = None;
                    failures
                        .push((user, Failure::expression("a correlation that it names cannot be evaluated")));
                }
            }
        }
    }

    /// Takes an event with the rules that matched it, and a number that tells it from others and grows. Gives the
    /// correlations that are now complete.
    pub fn take(&mut self, event: &Event, number: u64, hits: &[Hit]) -> Vec<Correlated> {
        let mut rules: Vec<usize> =
            hits.iter().filter_map(|hit| self.rules.get(&hit.rule).copied()).collect();
        rules.retain(|rule| self.users.contains_key(&Member::Rule(*rule)));
        let mut found = Vec::new();
        if rules.is_empty() {
            return found;
        }
        let Some(time) = time::of(event, self.options.time_field.as_deref()) else {
            self.left_out.no_time += 1;
            return found;
        };
        if self.now.is_some_and(|now| time < now) {
            self.left_out.late += 1;
            return found;
        }
        let fields = self.fields.iter().map(|name| event.text(name)).collect();
        self.waiting.push(Reverse(Seen { time, number, rules, fields }));
        while self.waiting.len() > self.options.most_waiting {
            self.next(&mut found);
        }
        found
    }

    /// Gives what the events that still wait complete, at the end of a stream.
    pub fn finish(&mut self) -> Vec<Correlated> {
        let mut found = Vec::new();
        while !self.waiting.is_empty() {
            self.next(&mut found);
        }
        self.end_until(i64::MAX, &mut found);
        found
    }

    /// About the memory that windows take now, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What was left out so far, with a stable code each.
    pub fn diagnostics(&self) -> Vec<Note> {
        let LeftOut { no_time, late, no_group, no_value, given_up } = self.left_out;
        [
            ("correlation.no-time", no_time, "events do not say when they happened"),
            ("correlation.late", late, "events came too late to be put in order"),
            ("correlation.no-group", no_group, "events lack a field that `group-by` names"),
            ("correlation.no-value", no_value, "events lack the value that is measured"),
            ("correlation.limit", given_up, "events were given up because the windows take too much memory"),
        ]
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(code, count, what)| Note { code, message: format!("{count} {what}") })
        .collect()
    }

    /// The next event in order of time.
    fn next(&mut self, found: &mut Vec<Correlated>) {
        let Some(Reverse(seen)) = self.waiting.pop() else { return };
        self.now = Some(seen.time);
        self.order += 1;
        self.end_until(seen.time, found);
        let mut entry = Entry {
            time: seen.time,
            first: seen.time,
            order: self.order,
            events: [seen.number].into(),
            fields: seen.fields,
            member: 0,
        };
        let mut uses: Vec<(usize, usize)> = Vec::new();
        for rule in &seen.rules {
            uses.extend(self.users.get(&Member::Rule(*rule)).into_iter().flatten());
        }
        // The last steps of an order first: an event is not two of them.
        uses.sort_by_key(|(node, member)| (*node, Reverse(*member)));
        // An event that two rules of one count match counts once.
        let counts = |at: usize| self.nodes.get(at).and_then(Option::as_ref).is_some_and(Node::counts);
        uses.dedup_by(|next, kept| next.0 == kept.0 && counts(kept.0));
        let mut complete = Vec::new();
        for (node, member) in uses {
            entry.member = member;
            complete.extend(self.add(node, entry.clone()));
        }
        for (node, closed) in complete {
            self.complete(node, closed, found);
        }
        self.within_limit();
    }

    /// Gives an entry to a correlation.
    fn add(&mut self, at: usize, entry: Entry) -> Option<(usize, Closed)> {
        let node = self.nodes.get_mut(at)?.as_mut()?;
        let Some(key) = node.key(&entry) else {
            self.left_out.no_group += 1;
            return None;
        };
        let added = node.add(key, entry);
        self.left_out.no_value += u64::from(added.no_value);
        self.bytes = (self.bytes + added.more).saturating_sub(added.less);
        if let Some((end, key)) = added.opened {
            self.ends.push(Reverse((end, at, key)));
        }
        added.complete.map(|closed| (at, closed))
    }

    /// A correlation matched: it is told, and given to those over it.
    fn complete(&mut self, at: usize, closed: Closed, found: &mut Vec<Correlated>) {
        let Some(node) = self.nodes.get(at).and_then(Option::as_ref) else { return };
        if self.alone.get(at).copied().unwrap_or(true) {
            found.push(node.correlated(at, &closed));
        }
        let Some(users) = self.users.get(&Member::Correlation(at)).cloned() else { return };
        let entry = node.entry(closed);
        for (user, member) in users {
            let entry = Entry { member, ..entry.clone() };
            // Correlations over each other are at most so deep as a collection lets them be.
            if let Some((node, closed)) = self.add(user, entry) {
                self.complete(node, closed, found);
            }
        }
    }

    /// Ends the windows that are over at this time.
    fn end_until(&mut self, now: i64, found: &mut Vec<Correlated>) {
        while let Some(Reverse((end, at, key))) = self.ends.pop() {
            if end > now {
                self.ends.push(Reverse((end, at, key)));
                return;
            }
            let Some(node) = self.nodes.get_mut(at).and_then(Option::as_mut) else { continue };
            match node.end(&key, end) {
                Err(later) => self.ends.push(Reverse((later, at, key))),
                Ok(ended) => {
                    self.bytes = self.bytes.saturating_sub(ended.less);
                    if let Some(closed) = ended.complete {
                        self.complete(at, closed, found);
                    }
                }
            }
        }
    }

    /// Gives windows up until the others fit into the memory allowed.
    fn within_limit(&mut self) {
        while self.bytes > self.options.most_bytes {
            let Some(Reverse((_, at, key))) = self.ends.pop() else { return };
            if let Some(node) = self.nodes.get_mut(at).and_then(Option::as_mut) {
                let (events, less) = node.give_up(&key);
                self.left_out.given_up += events;
                self.bytes = self.bytes.saturating_sub(less);
            }
        }
    }
}
