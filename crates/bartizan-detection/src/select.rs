//! Selection from a corpus of Sigma rules that the user points to: which of its rules fit a report, and why.
//!
//! A rule fits by its techniques (its tags, followed to the pack), by firing on an event that the report's own
//! observables make, by literals it shares with them, by its words standing in the sentences of the claim, and by
//! vulnerabilities and names. A rule of a platform that the report does not speak of is left out; so is one whose title is
//! about a program that the report only uses as a word; and what a title says of the way ("from a download", "in an
//! uncommon location") must be said of the claim. The weights were set by
//! hand on 10 reports and judged on others (`tests/labels/selection.tsv`).

mod report;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use bartizan::{Analysis, ObservableKind, Verdict};
use bartizan_knowledge::{Pack, Resolution};
use bartizan_sigma::{
    eval::Evaluator,
    rule::{LogSource, Part, Rule, Value},
};

use crate::Detections;
use report::Report;
use words::{GENERIC, programs, stands_in, stems, way, words};

/// A rule of the corpus, as far as selection and account speak of it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// File name, as the caller gave it.
    pub file: String,
    /// `id` of the rule, or nothing.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its level, or nothing.
    pub level: String,
    /// Its status, or nothing.
    pub status: String,
    /// Its log source.
    pub log_source: LogSource,
    /// Its techniques in the pack in use.
    pub techniques: BTreeSet<String>,
    cves: BTreeSet<String>,
    /// Stems of its title.
    words: BTreeSet<String>,
    /// Stems of what its title says of the way, after "from", "via" and the like.
    way: BTreeSet<String>,
    /// Programs that its title is about, lower case without ending.
    programs: BTreeSet<String>,
    /// Its values' plain runs, lower case.
    literals: BTreeSet<String>,
    /// Number of its evaluator, if it can be run.
    test: Option<usize>,
}

/// A corpus made ready: read once, asked for every report.
#[derive(Debug, Default)]
pub struct Corpus {
    rules: Vec<Listed>,
    evaluators: Vec<Evaluator>,
    /// In the titles of how many rules a stem stands.
    stems: BTreeMap<String, u32>,
    /// In the literals of how many rules a word stands.
    spread: BTreeMap<String, u32>,
    /// The longest word of a literal, and the rules and literals that have it.
    by_word: BTreeMap<String, Vec<(usize, String)>>,
}

/// How many are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most for each technique.
    pub per_technique: usize,
    /// Most of these that nothing but the technique and words speak for: more of them is more of the same.
    pub by_words: usize,
    /// Most for a report.
    pub overall: usize,
    /// Least score.
    pub least: f32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_technique: 4, by_words: 1, overall: 50, least: 6.0 }
    }
}

/// A rule that fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    /// Index into [`Corpus::rules`].
    pub rule: usize,
    /// Its score; higher fits better.
    pub score: f32,
    /// Why, in words, the weightiest first.
    pub reasons: Vec<String>,
    /// Indexes into the analysis' techniques that it belongs to, the nearest first.
    pub techniques: Vec<usize>,
    /// Whether an observable or vulnerability of the report speaks for it, beyond technique and words.
    pub supported: bool,
    /// Indexes into the analysis' observables that it shares something with.
    pub observables: Vec<usize>,
}

/// What a way costs that the report does not give: as much as the least that words of a title can bring.
const WAY: f32 = 1.5;

/// A literal in more than one of so many rules says nothing.
const RARE: f32 = 4.0;

impl Corpus {
    /// Reads a corpus into an index. Withdrawn rules are left out.
    pub fn new(rules: impl IntoIterator<Item = (String, Rule)>, pack: &Pack) -> Self {
        let mut corpus = Self::default();
        let live = |rule: &Rule| !matches!(rule.status.as_deref(), Some("deprecated" | "unsupported"));
        for (file, rule) in rules.into_iter().filter(|(_, rule)| live(rule)) {
            corpus.add(file, &rule, pack);
        }
        corpus
    }

    /// Its rules, in the order they were given.
    pub fn rules(&self) -> &[Listed] {
        &self.rules
    }

    fn add(&mut self, file: String, rule: &Rule, pack: &Pack) {
        let mut evaluator = Evaluator::default();
        let test = evaluator.add(rule).ok().map(|_| self.evaluators.len());
        if test.is_some() {
            self.evaluators.push(evaluator);
        }
        let literals = literals(rule);
        let listed = Listed {
            file,
            id: rule.id.clone().unwrap_or_default(),
            title: rule.title.clone(),
            level: rule.level.clone().unwrap_or_default(),
            status: rule.status.clone().unwrap_or_default(),
            log_source: rule.log_source.clone(),
            techniques: rule.tags.iter().filter_map(|tag| technique(tag, pack)).collect(),
            cves: cves(rule),
            words: stems(&rule.title).collect(),
            way: way(&rule.title),
            programs: programs(&rule.title, &literals),
            literals,
            test,
        };
        let index = self.rules.len();
        for word in &listed.words {
            *self.stems.entry(word.clone()).or_default() += 1;
        }
        let spread: BTreeSet<&str> = listed.literals.iter().flat_map(|literal| words(literal)).collect();
        for word in spread {
            *self.spread.entry(word.to_owned()).or_default() += 1;
        }
        for literal in &listed.literals {
            if let Some(word) = words(literal).max_by_key(|w| w.len()) {
                self.by_word.entry(word.to_owned()).or_default().push((index, literal.clone()));
            }
        }
        self.rules.push(listed);
    }

    /// How much something in `count` rules says.
    fn rarity(&self, count: u32) -> f32 {
        ((self.rules.len() as f32 + 1.0) / (count.max(1) as f32)).ln()
    }

    /// The rules that fit an analysis, best first; `detections` are what was generated from the same.
    pub fn select(&self, analysis: &Analysis, detections: &Detections, limits: Limits) -> Vec<Selected> {
        let report = Report::of(analysis, detections);
        let shared = self.shared(analysis);
        let none = BTreeMap::new();
        let judged = self.rules.iter().enumerate().filter_map(|(index, listed)| {
            self.judge(index, listed, &report, shared.get(&index).unwrap_or(&none))
        });
        let mut all: Vec<Selected> = judged.filter(|s| s.score >= limits.least).collect();
        all.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then_with(|| self.rules[a.rule].id.cmp(&self.rules[b.rule].id))
        });
        limited(all, limits)
    }

    /// For every rule the literals that stand in an observable, and in which.
    fn shared(&self, analysis: &Analysis) -> BTreeMap<usize, BTreeMap<&str, usize>> {
        let mut out: BTreeMap<usize, BTreeMap<&str, usize>> = BTreeMap::new();
        for (number, observable) in analysis.observables.iter().enumerate() {
            if !tells(observable.kind) || observable.verdict == Verdict::Reference {
                continue;
            }
            let value = observable.value.to_lowercase();
            for word in words(&value).collect::<BTreeSet<_>>() {
                for (rule, literal) in self.by_word.get(word).into_iter().flatten() {
                    if stands_in(literal, &value) {
                        out.entry(*rule).or_default().entry(literal).or_insert(number);
                    }
                }
            }
        }
        out
    }

    fn judge(
        &self,
        index: usize,
        listed: &Listed,
        report: &Report<'_>,
        shared: &BTreeMap<&str, usize>,
    ) -> Option<Selected> {
        let mut points: Vec<(f32, String)> = Vec::new();
        let techniques = report.technique(listed, &mut points);
        let mut observables: BTreeSet<usize> = shared
            .iter()
            .filter(|(literal, _)| self.weight(literal) >= RARE)
            .map(|(_, observable)| *observable)
            .collect();
        let fires = (!shared.is_empty()).then(|| self.fires(listed, report)).flatten();
        if let Some((what, of)) = fires {
            points.push((5.0, format!("it fires on the event \u{201C}{what}\u{201D}")));
            observables.extend(of);
        }
        if let Some(cve) = listed.cves.intersection(&report.cves).next() {
            points.push((5.0, format!("both are about {}", cve.to_uppercase())));
        } else if !listed.cves.is_empty() {
            return None;
        }
        let strong = points.iter().any(|(weight, _)| *weight >= 5.0);
        if techniques.is_empty() && !strong || !report.speaks_of(&listed.log_source) {
            return None;
        }
        if !strong && listed.programs.iter().any(|name| !report.runs(name, &techniques)) {
            return None;
        }
        self.literals_shared(shared, &mut points);
        self.words_shared(listed, report, &techniques, &mut points);
        if !strong && !report.goes(&listed.way, &techniques) {
            points.push((-WAY, String::new()));
        }
        let worth = match listed.level.as_str() {
            "critical" => 0.4,
            "high" => 0.3,
            "medium" => 0.2,
            _ => 0.0,
        } + if listed.status == "stable" { 0.1 } else { 0.0 };
        points.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let supported = strong || !observables.is_empty();
        if !supported && report.strays(&listed.log_source, &techniques) {
            return None;
        }
        Some(Selected {
            rule: index,
            score: points.iter().map(|(weight, _)| weight).sum::<f32>() + worth,
            reasons: points.into_iter().filter(|(weight, _)| *weight > 0.0).map(|(_, why)| why).collect(),
            techniques,
            supported,
            observables: observables.into_iter().collect(),
        })
    }

    /// How much a literal says: as little as its rarest word.
    fn weight(&self, literal: &str) -> f32 {
        let rules = words(literal).filter_map(|word| self.spread.get(word).copied()).min();
        self.rarity(rules.unwrap_or(u32::MAX))
    }

    fn literals_shared(&self, shared: &BTreeMap<&str, usize>, points: &mut Vec<(f32, String)>) {
        let mut telling: Vec<(f32, &str)> = shared
            .keys()
            .map(|literal| (self.weight(literal), *literal))
            .filter(|(weight, _)| *weight >= RARE)
            .collect();
        telling.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let sum: f32 = telling.iter().map(|(weight, _)| weight * 0.25).sum();
        if telling.is_empty() {
            return;
        }
        let shown: Vec<String> = telling.iter().take(3).map(|(_, l)| format!("`{}`", l.trim())).collect();
        points.push((sum.min(3.0), format!("{} stands in the report's observables", shown.join(", "))));
    }

    /// How much of the rule's title stands in the sentences of its techniques, and in the report.
    fn words_shared(
        &self,
        listed: &Listed,
        report: &Report<'_>,
        techniques: &[usize],
        points: &mut Vec<(f32, String)>,
    ) {
        let (mut whole, mut in_text, mut gap) = (0.0, 0.0, 0.0_f32);
        let mut shown: Vec<(f32, &str)> = Vec::new();
        for word in listed.words.iter().filter(|w| !GENERIC.contains(&w.as_str())) {
            let weight = self.rarity(self.stems.get(word).copied().unwrap_or(1));
            whole += weight;
            if report.words.contains(word) {
                in_text += weight;
                shown.push((weight, word));
            } else {
                gap = gap.max(weight);
            }
        }
        // What stands in one sentence belongs together; what is gathered from many may not.
        let in_sentence = |said: &BTreeSet<String>| {
            shown.iter().filter(|(_, word)| said.contains(*word)).map(|(weight, _)| weight).sum::<f32>()
        };
        let in_claim = report.said(techniques).map(in_sentence).fold(0.0, f32::max);
        if whole <= 0.0 {
            return;
        }
        shown.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let shown: Vec<&str> = shown.into_iter().take(3).map(|(_, w)| w).collect();
        // Half a title said is much less than half of it meant: squared.
        let said = in_claim / whole;
        let worth = 0.5 * in_text / whole + 3.0 * said * said;
        if worth > 0.3 {
            points.push((worth, format!("words of its title stand in the report: {}", shown.join(", "))));
        }
        // A rare word that the report lacks is a product, tool or way that it is not about.
        let missing = 2.0 * (1.0 - in_text / whole) + if gap > 5.5 { (gap - 5.0).min(2.5) } else { 0.0 };
        points.push((-missing, String::new()));
    }

    /// The first event of the report's own observables that the rule matches.
    fn fires<'r>(&self, listed: &Listed, report: &'r Report<'_>) -> Option<(&'r str, &'r [usize])> {
        let evaluator = self.evaluators.get(listed.test?)?;
        let found = report.events.iter().find(|e| {
            listed.log_source.category.as_deref() == e.category
                && (e.product.is_none() || listed.log_source.product.as_deref() == e.product)
                && !evaluator.run(&e.event, false).is_empty()
        })?;
        Some((&found.what, found.observables))
    }
}

/// At most so many for a technique and in all.
fn limited(all: Vec<Selected>, limits: Limits) -> Vec<Selected> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut by_words: BTreeMap<usize, usize> = BTreeMap::new();
    let mut out = Vec::new();
    for selected in all {
        if let (false, Some(nearest)) = (selected.supported, selected.techniques.first()) {
            let count = by_words.entry(*nearest).or_default();
            *count += 1;
            if *count > limits.by_words {
                continue;
            }
        }
        let full =
            |technique: &usize| counts.get(technique).is_some_and(|count| *count >= limits.per_technique);
        if !selected.techniques.is_empty() && selected.techniques.iter().all(full) {
            continue;
        }
        for technique in &selected.techniques {
            *counts.entry(*technique).or_default() += 1;
        }
        out.push(selected);
        if out.len() == limits.overall {
            break;
        }
    }
    out
}

/// The technique of a tag, followed to the pack.
fn technique(tag: &str, pack: &Pack) -> Option<String> {
    let id = tag.strip_prefix("attack.t")?;
    let id = format!("T{id}");
    match pack.resolve(&id) {
        Resolution::Replaced(now) => Some(now.to_owned()),
        Resolution::Current => Some(id),
        Resolution::Deprecated | Resolution::Unknown => None,
    }
}

/// Vulnerabilities that a rule is about, by its tags and title.
fn cves(rule: &Rule) -> BTreeSet<String> {
    let tags = rule.tags.iter().filter_map(|t| t.strip_prefix("cve.")).map(|id| {
        let id = id.trim_start_matches("cve-").replace('.', "-");
        format!("cve-{id}")
    });
    let title = rule.title.to_lowercase();
    let named = title.split([' ', ',', '(', ')', '/']).filter(|w| w.starts_with("cve-") && w.len() > 11);
    tags.chain(named.map(str::to_owned)).collect()
}

/// Kinds whose values rules hold.
fn tells(kind: ObservableKind) -> bool {
    use ObservableKind as K;
    matches!(
        kind,
        K::CommandLine
            | K::FileName
            | K::FilePath
            | K::Registry
            | K::Pipe
            | K::Service
            | K::Task
            | K::UserAgent
            | K::Domain
            | K::Url
            | K::Ipv4
            | K::Md5
            | K::Sha1
            | K::Sha256
            | K::Imphash
            | K::Ja3
    )
}

/// Plain runs of a rule's values, lower case, that are long enough to say something.
fn literals(rule: &Rule) -> BTreeSet<String> {
    let items = rule
        .selections
        .iter()
        .filter(|(name, _)| !name.starts_with("filter"))
        .flat_map(|(_, detection)| detection.items());
    let mut out = BTreeSet::new();
    for item in items {
        item.values.iter().for_each(|value| plain(value, &mut out));
    }
    out
}

fn plain(value: &Value, out: &mut BTreeSet<String>) {
    match value {
        Value::Text { text, .. } => {
            for part in text.parts() {
                if let Part::Plain(run) = part {
                    let run = run.to_lowercase();
                    if run.chars().filter(|c| c.is_alphanumeric()).count() >= 4 {
                        out.insert(run);
                    }
                }
            }
        }
        Value::AnyOf(values) => values.iter().for_each(|value| plain(value, out)),
        _ => {}
    }
}
