//! Which rules an event may match at all: most rules ask for a text that most events do not hold.
//!
//! For each rule the cheapest set of clues is kept of which one must be there for the rule to match: a whole value, a
//! part of a value, a field. One pass over each value finds the clues of all rules at once.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{
    event::lower,
    matcher::{Ask, Kind, Test},
    names::View,
};
use crate::rule::Part;

/// Rules by their clues.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Rules that may match any event.
    always: Vec<usize>,
    fields: Vec<Clues>,
    /// Clues in any field.
    anywhere: Parts,
    words: usize,
}

/// The clues of one field.
#[derive(Debug, Default)]
struct Clues {
    /// By the whole value, lower-cased.
    whole: HashMap<String, Vec<usize>>,
    parts: Parts,
    /// Rules that ask only that the field is there.
    there: Vec<usize>,
}

/// Parts of values, lower-cased, and the rules of each.
#[derive(Debug, Default)]
struct Parts {
    rules: Vec<Vec<usize>>,
    finder: Option<AhoCorasick>,
}

/// What must be there: one of these.
struct Need {
    clues: Vec<Clue>,
    /// About how often an event has one of them.
    cost: f64,
}

#[derive(Clone)]
enum Clue {
    Whole(usize, String),
    Part(Option<usize>, String),
    There(usize),
}

impl Index {
    pub(super) fn new<'t>(fields: usize, rules: impl Iterator<Item = &'t [Test]>) -> Self {
        let mut builder: Vec<HashMap<String, Vec<usize>>> = vec![HashMap::new(); fields + 1];
        let mut index = Self::default();
        index.fields.resize_with(fields, Clues::default);
        let mut count = 0;
        for (rule, tests) in rules.enumerate() {
            count = rule + 1;
            let Some(need) = any(tests.iter().map(of_test)) else {
                index.always.push(rule);
                continue;
            };
            for clue in need.clues {
                match clue {
                    Clue::Whole(field, text) => {
                        if let Some(clues) = index.fields.get_mut(field) {
                            clues.whole.entry(text).or_default().push(rule);
                        }
                    }
                    Clue::There(field) => {
                        if let Some(clues) = index.fields.get_mut(field) {
                            clues.there.push(rule);
                        }
                    }
                    Clue::Part(field, text) => {
                        if let Some(parts) = builder.get_mut(field.unwrap_or(fields)) {
                            parts.entry(text).or_default().push(rule);
                        }
                    }
                }
            }
        }
        let mut built = builder.into_iter().map(|parts| index_parts(parts, &mut index.always));
        for clues in &mut index.fields {
            clues.parts = built.next().unwrap_or_default();
        }
        index.anywhere = built.next().unwrap_or_default();
        drop(built);
        index.words = count.div_ceil(64);
        index
    }

    /// The rules that the event may match, in order.
    pub(super) fn candidates(&self, event: &View<'_>) -> Vec<usize> {
        let mut marks = vec![0_u64; self.words];
        mark(&mut marks, &self.always);
        for number in event.present() {
            let (Some(clues), Some(field)) = (self.fields.get(*number), event.get(*number)) else { continue };
            mark(&mut marks, &clues.there);
            if clues.whole.is_empty() && clues.parts.finder.is_none() {
                continue;
            }
            for text in field.lower() {
                if let Some(rules) = clues.whole.get(text) {
                    mark(&mut marks, rules);
                }
                clues.parts.find(text, &mut marks);
            }
        }
        if self.anywhere.finder.is_some() {
            for text in event.all().iter().flat_map(|field| field.lower()) {
                self.anywhere.find(text, &mut marks);
            }
        }
        let mut out = Vec::new();
        for (word, bits) in marks.into_iter().enumerate() {
            let mut bits = bits;
            while bits != 0 {
                out.push(word * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
        out
    }
}

impl Parts {
    fn find(&self, text: &str, marks: &mut [u64]) {
        let Some(finder) = &self.finder else { return };
        for found in finder.find_overlapping_iter(text) {
            if let Some(rules) = self.rules.get(found.pattern().as_usize()) {
                mark(marks, rules);
            }
        }
    }
}

fn mark(marks: &mut [u64], rules: &[usize]) {
    for rule in rules {
        if let Some(word) = marks.get_mut(rule / 64) {
            *word |= 1 << (rule % 64);
        }
    }
}

/// The finder of all parts; a rule whose part cannot be looked for is asked always.
fn index_parts(parts: HashMap<String, Vec<usize>>, always: &mut Vec<usize>) -> Parts {
    let mut parts: Vec<(String, Vec<usize>)> = parts.into_iter().collect();
    if parts.is_empty() {
        return Parts::default();
    }
    parts.sort();
    let finder =
        AhoCorasick::builder().match_kind(MatchKind::Standard).build(parts.iter().map(|(text, _)| text));
    let rules: Vec<Vec<usize>> = parts.into_iter().map(|(_, rules)| rules).collect();
    match finder {
        Ok(finder) => Parts { rules, finder: Some(finder) },
        Err(_) => {
            always.extend(rules.into_iter().flatten());
            Parts::default()
        }
    }
}

/// All parts must hold: the need that costs least.
fn all(needs: impl Iterator<Item = Option<Need>>) -> Option<Need> {
    needs.flatten().min_by(|a, b| a.cost.total_cmp(&b.cost))
}

/// One part must hold: every need together.
fn any(needs: impl Iterator<Item = Option<Need>>) -> Option<Need> {
    let mut out = Need { clues: Vec::new(), cost: 0.0 };
    for need in needs {
        let need = need?;
        out.cost += need.cost;
        out.clues.extend(need.clues);
    }
    Some(out)
}

fn of_test(test: &Test) -> Option<Need> {
    match test {
        Test::And(parts) => all(parts.iter().map(of_test)),
        Test::Or(parts) => any(parts.iter().map(of_test)),
        Test::Not(_) => None,
        Test::Field { field, ask } => of_ask(Some(*field), ask),
        Test::Keyword(ask) => of_ask(None, ask),
    }
}

fn of_ask(field: Option<usize>, ask: &Ask) -> Option<Need> {
    let there = || field.map(|field| Need { clues: vec![Clue::There(field)], cost: 0.6 });
    match ask {
        Ask::AnyOf(asks) => any(asks.iter().map(|ask| of_ask(field, ask))),
        Ask::Null | Ask::Exists(false) => None,
        Ask::Text(pattern) => {
            let (text, whole) = match &pattern.kind {
                Kind::Whole(text) => (text.as_str(), true),
                Kind::Starts(text) | Kind::Ends(text) | Kind::Contains(text) => (text.as_str(), false),
                Kind::Wild(parts) => (longest(parts), false),
            };
            let text = lower(text);
            match field {
                Some(field) if whole => Some(Need { cost: 0.02, clues: vec![Clue::Whole(field, text)] }),
                _ if text.is_empty() => there(),
                _ => {
                    // Each character more makes it rarer.
                    let cost = 0.6_f64.powi(text.len().min(20) as i32);
                    Some(Need { cost, clues: vec![Clue::Part(field, text)] })
                }
            }
        }
        Ask::Exists(true)
        | Ask::Regex(_)
        | Ask::Cidr(_)
        | Ask::Compare(..)
        | Ask::FieldRef { .. }
        | Ask::Time(..) => there(),
    }
}

fn longest(parts: &[Part]) -> &str {
    let runs = parts.iter().filter_map(|part| match part {
        Part::Plain(run) => Some(run.as_str()),
        _ => None,
    });
    runs.max_by_key(|run| run.len()).unwrap_or_default()
}
