//! Rows of the detections: rules with what they rest on and what they were tried on, and where the rest ended.

use crate::claims::{Shape, label};
use crate::key::Key;
use crate::listing::{Listing, Writer};
use crate::safe::{Markup, clipped, shown};
use crate::source::{Quote, Source};
use crate::tables::{End, kind_words};
use bartizan::{Analysis, Evidence, NodeRef, Verdict, exchange};
use bartizan_detection::{Converted, Detection, Detections, Kind, Level, Queries, Sample, package};
use std::collections::{BTreeMap, BTreeSet};

/// Quotations shown at once; the rest can be unfolded.
const AT_ONCE: usize = 2;
/// Most quotations of one rule.
const MOST_QUOTES: usize = 12;
/// Most events shown of each side.
const MOST_SAMPLES: usize = 6;
/// Longest event, in characters.
const MOST_EVENT: usize = 700;
/// Most values shown for one reason.
const MOST_VALUES: usize = 24;
/// Most reasons of one table.
const MOST_REASONS: usize = 200;
/// Most techniques named with a rule.
const MOST_TECHNIQUES: usize = 8;

/// Everything of the tab.
#[derive(Debug)]
pub(crate) struct Section {
    pub rules: Vec<RuleRow>,
    /// Levels that occur, gravest first, with the number of rules.
    pub levels: Vec<(&'static str, usize)>,
    pub kinds: Vec<(&'static str, usize)>,
    pub accounts: Vec<AccountRow>,
    pub covered: usize,
    pub refused: Left,
    pub undetectable: Left,
    /// Indicators of the report.
    pub indicators: usize,
}

impl Section {
    /// Indicators that a rule matches.
    pub fn matched(&self) -> usize {
        self.indicators.saturating_sub(self.undetectable.count)
    }
}

/// One rule.
#[derive(Debug)]
pub(crate) struct RuleRow {
    pub key: Key,
    pub title: String,
    pub level: &'static str,
    pub reason: String,
    pub kind: &'static str,
    pub log_source: String,
    pub techniques: Vec<End>,
    pub quotes: Vec<Quote>,
    pub more: Vec<Quote>,
    /// Places that are not quoted.
    pub over: usize,
    pub must: Tried,
    pub must_not: Tried,
    pub sigma: Listing,
    pub queries: Vec<QueryRow>,
}

/// The events of one side.
#[derive(Debug)]
pub(crate) struct Tried {
    pub count: usize,
    /// How many did not go as they must.
    pub wrong: usize,
    pub samples: Vec<(String, Markup)>,
}

/// A rule in the language of a platform.
#[derive(Debug)]
pub(crate) struct QueryRow {
    pub platform: String,
    pub about: String,
    pub form: Result<Listing, (String, String)>,
}

/// Where a technique ended.
#[derive(Debug)]
pub(crate) struct AccountRow {
    pub technique: End,
    pub rules: Vec<(Key, String)>,
    pub log_sources: String,
}

/// Candidates that became no rule, or indicators that none matches, by reason.
#[derive(Debug, Default)]
pub(crate) struct Left {
    pub count: usize,
    pub rows: Vec<LeftRow>,
    /// Reasons beyond those in `rows`.
    pub more: usize,
}

#[derive(Debug)]
pub(crate) struct LeftRow {
    pub code: &'static str,
    pub reason: String,
    pub count: usize,
    pub values: Vec<(&'static str, String)>,
    pub more: usize,
}

/// The places that the page links for each rule: the text must have a mark there.
pub(crate) fn places(analysis: &Analysis, found: &Detections) -> Vec<(Key, Evidence)> {
    let rules = found.rules.iter().enumerate();
    let of =
        |(i, rule)| sentences(analysis, rule).into_iter().take(MOST_QUOTES).map(move |e| (Key::rule(i), e));
    rules.flat_map(of).collect()
}

/// The first evidence in each sentence.
fn sentences(analysis: &Analysis, rule: &Detection) -> Vec<Evidence> {
    let mut seen = BTreeSet::new();
    let words = |e: &&Evidence| !e.span.of(&analysis.document.text).trim().is_empty();
    rule.evidence.iter().filter(words).filter(|e| seen.insert(e.sentence.start)).copied().collect()
}

pub(crate) fn section(
    analysis: &Analysis,
    found: &Detections,
    queries: &[Queries],
    source: &Source<'_>,
) -> Section {
    let mut writer = Writer::new(analysis);
    let mut rules: Vec<RuleRow> =
        found.rules.iter().enumerate().map(|(i, rule)| row(i, rule, analysis, source, &mut writer)).collect();
    for query in queries {
        for (row, converted) in rules.iter_mut().zip(&query.converted) {
            row.queries.push(query_row(query, converted, &mut writer));
        }
    }
    // Behaviour before indicators, then the most urgent; the key keeps the place in the package.
    let order =
        |row: &RuleRow| found.rules.get(row.key.1 as usize).map(|r| (r.kind, std::cmp::Reverse(r.level)));
    rules.sort_by_key(order);
    let accounts = accounts(analysis, found);
    Section {
        levels: [Level::Critical, Level::High, Level::Medium, Level::Low]
            .into_iter()
            .map(|level| (level.as_str(), found.rules.iter().filter(|r| r.level == level).count()))
            .filter(|(_, n)| *n > 0)
            .collect(),
        kinds: [Kind::Behaviour, Kind::Indicators]
            .into_iter()
            .map(|kind| (kind.as_str(), found.rules.iter().filter(|r| r.kind == kind).count()))
            .filter(|(_, n)| *n > 0)
            .collect(),
        covered: accounts.iter().filter(|a| !a.rules.is_empty()).count(),
        accounts,
        refused: left(
            analysis,
            found.refused.iter().map(|r| (r.code, r.reason.as_str(), r.observables.as_slice())),
        ),
        undetectable: left(
            analysis,
            found.undetectable.iter().map(|u| ("", u.reason.as_str(), std::slice::from_ref(&u.observable))),
        ),
        indicators: analysis.observables.iter().filter(|o| o.verdict == Verdict::Indicator).count(),
        rules,
    }
}

fn row(
    index: usize,
    rule: &Detection,
    analysis: &Analysis,
    source: &Source<'_>,
    writer: &mut Writer,
) -> RuleRow {
    let places = sentences(analysis, rule);
    let mut quotes: Vec<Quote> = places.iter().take(MOST_QUOTES).map(|e| source.quote(e)).collect();
    let more = quotes.split_off(quotes.len().min(AT_ONCE));
    let file = format!("{}/sigma/{}", package::FOLDER, rule.file_name());
    RuleRow {
        key: Key::rule(index),
        title: clipped(&rule.title, 200),
        level: rule.level.as_str(),
        reason: clipped(&rule.level_reason, 300),
        kind: rule.kind.as_str(),
        log_source: clipped(&rule.log_source.name(), 80),
        techniques: rule
            .techniques
            .iter()
            .filter(|&&t| t < analysis.techniques.len())
            .take(MOST_TECHNIQUES)
            .map(|&t| technique(analysis, t))
            .collect(),
        over: places.len().saturating_sub(MOST_QUOTES),
        quotes,
        more,
        must: tried(&rule.proof.positives, rule.proof.missed.len(), writer),
        must_not: tried(&rule.proof.negatives, rule.proof.false_alarms.len(), writer),
        sigma: writer.yaml(&rule.yaml, &file),
        queries: Vec::new(),
    }
}

fn technique(analysis: &Analysis, index: usize) -> End {
    let node = NodeRef::Technique(index as u32);
    let shape: Shape = "technique";
    End { key: node.into(), shape, name: label(analysis, node) }
}

fn tried(samples: &[Sample], wrong: usize, writer: &mut Writer) -> Tried {
    let shown = if writer.is_full() { 0 } else { MOST_SAMPLES };
    Tried {
        count: samples.len(),
        wrong,
        samples: samples.iter().take(shown).map(|s| (clipped(&s.what, 160), event(s, writer))).collect(),
    }
}

/// An event, a field a line.
fn event(sample: &Sample, writer: &mut Writer) -> Markup {
    let mut out = Markup::default();
    let mut left = MOST_EVENT;
    for (name, value) in sample.event.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let value = clipped(&value, left);
        left = left.saturating_sub(value.chars().count());
        out.raw("<b>");
        out.text(name);
        out.raw("</b> ");
        writer.take(value.len());
        writer.write(&mut out, &value);
        out.raw("\n");
        if left == 0 {
            out.raw("…");
            break;
        }
    }
    out
}

fn query_row(queries: &Queries, converted: &Converted, writer: &mut Writer) -> QueryRow {
    let file = format!("{}/queries/{}.jsonl", package::FOLDER, clipped(&queries.platform, 40));
    QueryRow {
        platform: clipped(&queries.platform, 40),
        about: clipped(&queries.about, 60),
        form: match converted {
            Converted::Query(text) => Ok(writer.query(text, &file)),
            Converted::Refused(code, message) => Err((shown(code).into_owned(), clipped(message, 400))),
        },
    }
}

/// The rules that see a technique: key and short title.
pub(crate) fn of_technique(found: &Detections, technique: usize) -> Vec<(Key, String)> {
    let account = found.techniques.iter().find(|a| a.technique == technique);
    let rules = account.into_iter().flat_map(|a| &a.rules);
    rules.filter_map(|&i| Some((Key::rule(i), clipped(&short(found.rules.get(i)?), 100)))).collect()
}

fn accounts(analysis: &Analysis, found: &Detections) -> Vec<AccountRow> {
    let known = found.techniques.iter().filter(|a| a.technique < analysis.techniques.len());
    known
        .map(|account| AccountRow {
            technique: technique(analysis, account.technique),
            rules: of_technique(found, account.technique),
            log_sources: clipped(&account.log_sources.join(", "), 300),
        })
        .collect()
}

/// The title without the report's subject, which all titles of a report share; the number of a repeated one stays.
fn short(rule: &Detection) -> String {
    let Some((title, subject)) = rule.title.rsplit_once(" - ") else { return rule.title.clone() };
    let number = subject.rsplit_once(" (").map(|(_, rest)| rest);
    match number.filter(|rest| rest.trim_end_matches(')').parse::<u32>().is_ok()) {
        Some(rest) => format!("{title} ({rest}"),
        None => title.to_owned(),
    }
}

fn left<'a>(analysis: &Analysis, all: impl Iterator<Item = (&'static str, &'a str, &'a [usize])>) -> Left {
    let mut by: BTreeMap<(&'static str, &'a str), (usize, Vec<usize>)> = BTreeMap::new();
    let mut out = Left::default();
    for (code, reason, observables) in all {
        let (count, values) = by.entry((code, reason)).or_default();
        *count += 1;
        out.count += 1;
        values.extend(observables);
    }
    out.more = by.len().saturating_sub(MOST_REASONS);
    let mut rows: Vec<LeftRow> = by
        .into_iter()
        .map(|((code, reason), (count, mut values))| {
            values.sort_unstable();
            values.dedup();
            let values: Vec<_> = values.iter().filter_map(|&i| analysis.observables.get(i)).collect();
            LeftRow {
                code,
                reason: clipped(reason, 300),
                count,
                more: values.len().saturating_sub(MOST_VALUES),
                values: values
                    .into_iter()
                    .take(MOST_VALUES)
                    .map(|o| (kind_words(o.kind), clipped(&exchange::defang(o.kind, &o.value), 120)))
                    .collect(),
            }
        })
        .collect();
    rows.sort_by_key(|r| std::cmp::Reverse(r.count));
    rows.truncate(MOST_REASONS);
    out.rows = rows;
    out
}
