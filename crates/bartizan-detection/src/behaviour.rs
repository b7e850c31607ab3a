//! Our library of behaviours: what a technique leaves in logs, one rule each, with events it must match and must not.
//!
//! The data are ours (`data/behaviours/`), reviewed like code. A behaviour is used where the report claims its technique
//! and, if it names cues, where a sentence of that claim has one of them: never on a technique's name alone.

use std::borrow::Cow;
use std::sync::OnceLock;

use bartizan::{Analysis, Evidence};
use bartizan_knowledge::{Pack, Resolution};
use bartizan_sigma::eval::{Evaluator, Event};
use bartizan_sigma::rule::{self, Document};
use bartizan_sigma::yaml::{self, Kind as Shape, Node, Scalar};
use serde_json::{Map, Value};

use crate::draft::{Draft, Kind, Level, LogSource, Sample};
use crate::{platforms, write};

static FILES: &[(&str, &str)] = &[
    ("windows.yml", include_str!("../data/behaviours/windows.yml")),
    ("linux.yml", include_str!("../data/behaviours/linux.yml")),
    ("macos.yml", include_str!("../data/behaviours/macos.yml")),
    ("cloud.yml", include_str!("../data/behaviours/cloud.yml")),
    ("network.yml", include_str!("../data/behaviours/network.yml")),
];

/// A behaviour of the library.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// The techniques it belongs to, ids of ATT&CK as they were when it was written.
    pub techniques: Vec<String>,
    /// The title of its rules.
    pub title: String,
    /// What it detects, a sentence.
    pub about: String,
    /// Words one of which a sentence of the claim must have; lower case. None: the claim is enough.
    pub cues: Vec<String>,
    /// Its log source.
    pub log_source: LogSource,
    /// Its level.
    pub level: Level,
    /// What else may look like it.
    pub false_positives: Vec<String>,
    /// Events it must match.
    pub fires: Vec<Value>,
    /// Events it must not match.
    pub quiet: Vec<Value>,
    body: String,
}

/// The library, in order of its files.
///
/// A document that cannot be read is left out: a test reads all of them.
pub fn library() -> &'static [Behaviour] {
    static LIBRARY: OnceLock<Vec<Behaviour>> = OnceLock::new();
    LIBRARY.get_or_init(|| FILES.iter().flat_map(|(_, text)| read(text)).filter_map(Result::ok).collect())
}

/// The documents of a file of behaviours.
fn read(text: &str) -> Vec<Result<Behaviour, String>> {
    let documents = text.split("\n---\n").map(str::trim).filter(|d| !d.is_empty());
    documents.map(|document| one(document).ok_or_else(|| document.lines().take(3).collect())).collect()
}

fn one(document: &str) -> Option<Behaviour> {
    let nodes = yaml::parse(document).ok()?;
    let node = nodes.first()?;
    let text = |key: &str| node.get(key)?.text().map(str::to_owned);
    let texts = |key: &str| node.get(key).map(Node::texts).unwrap_or_default();
    let events = |key: &str| -> Vec<Value> {
        node.get(key).and_then(Node::list).unwrap_or_default().iter().map(json).collect()
    };
    let source = node.get("logsource")?;
    let of = |key: &str| source.get(key).and_then(Node::text).map(|t| Cow::Owned(t.to_owned()));
    Some(Behaviour {
        techniques: texts("techniques"),
        title: text("title")?,
        about: text("about")?,
        cues: texts("cues"),
        log_source: LogSource { category: of("category"), product: of("product"), service: of("service") },
        level: Level::parse(&text("level")?)?,
        false_positives: texts("falsepositives"),
        fires: events("fires"),
        quiet: events("quiet"),
        body: body(document)?,
    })
}

/// `logsource` and `detection` as they stand.
fn body(document: &str) -> Option<String> {
    let mut out = String::new();
    let mut inside = false;
    for line in document.lines() {
        if !line.starts_with([' ', '#']) {
            inside = line.starts_with("logsource:") || line.starts_with("detection:");
        }
        if inside {
            out.push_str(line);
            out.push('\n');
        }
    }
    (out.contains("logsource:") && out.contains("detection:")).then_some(out)
}

fn json(node: &Node) -> Value {
    match &node.kind {
        Shape::List(items) => items.iter().map(json).collect(),
        Shape::Map(entries) => {
            let pairs = entries.iter().filter_map(|(k, v)| Some((k.text()?.to_owned(), json(v))));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        Shape::Scalar { text, .. } => match node.scalar() {
            Some(Scalar::Null) => Value::Null,
            Some(Scalar::Bool(yes)) => Value::Bool(yes),
            Some(Scalar::Number(_)) => {
                text.parse::<i64>().map_or_else(|_| Value::from(text.clone()), Value::from)
            }
            _ => Value::from(text.clone()),
        },
    }
}

/// The most urgent behaviour of the library that an event of this log source shows.
pub(crate) fn shown_by(event: &Value, source: &LogSource) -> Option<&'static Behaviour> {
    static READY: OnceLock<(Evaluator, Vec<usize>)> = OnceLock::new();
    let (evaluator, numbers) = READY.get_or_init(|| {
        let (mut evaluator, mut numbers) = (Evaluator::default(), Vec::new());
        for (index, behaviour) in library().iter().enumerate() {
            for document in rule::parse(&behaviour.rule()).unwrap_or_default() {
                if let Document::Rule(rule) = document
                    && evaluator.add(&rule).is_ok()
                {
                    numbers.push(index);
                }
            }
        }
        (evaluator, numbers)
    });
    let hits = evaluator.run(&Event::new(event.clone()), false);
    let shown = hits.iter().filter_map(|hit| library().get(*numbers.get(hit.rule)?));
    shown.filter(|b| b.log_source == *source).max_by_key(|b| b.level)
}

/// The behaviours that the claims of an analysis call for.
pub(crate) fn drafts(analysis: &Analysis, pack: &Pack, out: &mut Vec<Draft>) {
    let platforms = platforms::of(&analysis.document.text);
    for behaviour in library() {
        if behaviour.log_source.product.as_deref().is_some_and(|product| !platforms.contains(product)) {
            continue;
        }
        let mut evidence: Vec<Evidence> = Vec::new();
        let mut techniques = Vec::new();
        for (index, technique) in analysis.techniques.iter().enumerate() {
            if !behaviour.techniques.iter().any(|id| current(pack, id) == technique.id) {
                continue;
            }
            let said: Vec<Evidence> =
                technique.evidence.iter().copied().filter(|e| behaviour.cued(analysis, *e)).collect();
            if !said.is_empty() {
                techniques.push(index);
                evidence.extend(said);
            }
        }
        if techniques.is_empty() {
            continue;
        }
        evidence.sort_by_key(|e| (e.span.start, e.span.end));
        evidence.dedup();
        out.push(behaviour.draft(techniques, evidence));
    }
}

/// The id in the pack in use.
fn current<'i>(pack: &Pack, id: &'i str) -> &'i str
where
    'static: 'i,
{
    match pack.resolve(id) {
        Resolution::Replaced(now) => now,
        _ => id,
    }
}

impl Behaviour {
    /// Id of every rule that is made of it.
    pub fn id(&self) -> String {
        write::id(&self.body)
    }

    /// It as a rule that can be run, without a report.
    pub fn rule(&self) -> String {
        let level = self.level.as_str();
        format!("title: {}\nid: {}\n{}level: {level}\n", self.title, self.id(), self.body)
    }

    pub(crate) fn level_reason(&self) -> &'static str {
        match self.level {
            Level::Low => "common in ordinary use too: for hunting and correlation",
            Level::Medium => "administrators and their tools do it too",
            Level::High | Level::Critical => "seldom in ordinary use",
        }
    }

    fn cued(&self, analysis: &Analysis, evidence: Evidence) -> bool {
        let sentence = evidence.sentence.of(&analysis.document.text).to_lowercase();
        self.cues.is_empty() || self.cues.iter().any(|cue| sentence.contains(cue.as_str()))
    }

    fn draft(&self, techniques: Vec<usize>, evidence: Vec<Evidence>) -> Draft {
        let samples = |events: &[Value], what: &str| -> Vec<Sample> {
            let numbered = events.iter().enumerate();
            numbered.map(|(n, e)| Sample::new(format!("{what} {}", n + 1), e.clone())).collect()
        };
        Draft {
            kind: Kind::Behaviour,
            log_source: self.log_source.clone(),
            body: self.body.clone(),
            title: self.title.clone(),
            about: self.about.clone(),
            level: self.level,
            level_reason: self.level_reason().to_owned(),
            false_positives: self.false_positives.clone(),
            techniques,
            evidence,
            observables: Vec::new(),
            positives: samples(&self.fires, "the behaviour, case"),
            negatives: samples(&self.quiet, "ordinary use, case"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::Trial;

    /// Every behaviour is whole, fires on its own events and is quiet on the others.
    #[test]
    fn the_library_keeps_its_word() {
        let pack = Pack::built_in();
        let mut titles = std::collections::BTreeSet::new();
        let mut wrong = Vec::new();
        for (name, text) in FILES {
            for behaviour in read(text) {
                let behaviour = behaviour.unwrap_or_else(|lines| panic!("{name}: not read: {lines}"));
                let title = &behaviour.title;
                assert!(titles.insert(title.clone()), "{name}: {title}: stands twice");
                assert!(!behaviour.techniques.is_empty(), "{name}: {title}: no technique");
                for id in &behaviour.techniques {
                    assert!(
                        pack.technique(current(pack, id)).is_some(),
                        "{name}: {title}: {id} is no technique"
                    );
                }
                assert!(!behaviour.false_positives.is_empty(), "{name}: {title}: no false positive is named");
                assert!(
                    !behaviour.fires.is_empty() && !behaviour.quiet.is_empty(),
                    "{name}: {title}: no events"
                );
                assert!(
                    behaviour.cues.iter().all(|c| *c == c.to_lowercase()),
                    "{name}: {title}: cues are lower case"
                );
                let rule = format!("title: {title}\n{}level: low\n", behaviour.body);
                let trial = Trial::new(&rule).unwrap_or_else(|e| panic!("{name}: {title}: {e}"));
                for event in &behaviour.fires {
                    if !trial.matches(event) {
                        wrong.push(format!("{name}: {title}: misses {event}"));
                    }
                }
                for event in &behaviour.quiet {
                    if trial.matches(event) {
                        wrong.push(format!("{name}: {title}: matches {event}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
