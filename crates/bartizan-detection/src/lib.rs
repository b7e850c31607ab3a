//! Detections from a finished [`Analysis`]: generated from its evidence, proven on events before they ship, written as
//! Sigma rules, and accounted for.
//!
//! The way of the data: generators (`command`, `tree`, `behaviour`, `operation`, `host`, `atomic`) make drafts; `write` makes rules of them; `prove`
//! reads each rule back and runs it; what fails its own test is not shipped; `account` says for every technique and every
//! indicator where it ended. No file, network, clock or random number is used here.

mod account;
mod atomic;
mod behaviour;
mod command;
mod draft;
mod estimate;
mod fragments;
mod host;
mod link;
pub mod lists;
pub mod noise;
mod operation;
pub mod package;
mod platform;
mod platforms;
mod program;
mod prove;
pub mod report;
pub mod select;
pub mod suricata;
mod tree;
mod words;
mod write;
pub mod yara;

pub use account::{Account, Undetectable};
pub use behaviour::{Behaviour, library};
pub use draft::{Field, Kind, Level, LogSource, Refused, Sample, Selection};
pub use estimate::{Basis, Noise, keys as noise_keys};
pub use platform::{Converted, PLATFORMS, Platform, Queries, USUAL, by_name as platform};
pub use prove::Proof;

use std::collections::BTreeMap;

use bartizan::{Analysis, EntityKind, Evidence};
use bartizan_knowledge::Pack;
use draft::Draft;

/// What the caller says about the rules.
#[derive(Clone, Debug)]
pub struct Options {
    /// `author` of the rules.
    pub author: String,
    /// `date` of the rules, `YYYY-MM-DD`.
    pub date: String,
}

/// A rule that passed its own test.
#[derive(Clone, Debug)]
pub struct Detection {
    /// From its content: the same for the same detection.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it detects, with the sentence of the report.
    pub description: String,
    /// Behaviour or indicators.
    pub kind: Kind,
    /// Where it looks.
    pub log_source: LogSource,
    /// How urgent a match is.
    pub level: Level,
    /// Why so.
    pub level_reason: String,
    /// Indexes into the analysis' techniques, by shared sentences.
    pub techniques: Vec<usize>,
    /// Indexes into the analysis' observables.
    pub observables: Vec<usize>,
    /// Where the report says it.
    pub evidence: Vec<Evidence>,
    /// What it was tried on.
    pub proof: Proof,
    /// How loud it will be.
    pub noise: Noise,
    /// The rule.
    pub yaml: String,
}

impl Detection {
    /// The rule's file name in SigmaHQ's convention, as `proc_creation_win_vssadmin_execution_with_shadows_1a2b3c4d.yml`.
    pub fn file_name(&self) -> String {
        write::file_name(&self.log_source, &self.title, &self.id)
    }
}

/// Everything that came of an analysis.
#[derive(Clone, Debug, Default)]
pub struct Detections {
    /// Rules that passed, behaviour first.
    pub rules: Vec<Detection>,
    /// Candidates that became no rule, with the reason.
    pub refused: Vec<Refused>,
    /// Every technique of the analysis, in its order.
    pub techniques: Vec<Account>,
    /// Indicators that no rule matches.
    pub undetectable: Vec<Undetectable>,
}

/// Generates, proves and accounts.
pub fn detect(analysis: &Analysis, pack: &Pack, options: &Options) -> Detections {
    let (mut drafts, mut refused) = (Vec::new(), Vec::new());
    command::drafts(analysis, &mut drafts, &mut refused);
    tree::drafts(analysis, &mut drafts);
    behaviour::drafts(analysis, pack, &mut drafts);
    operation::drafts(analysis, &mut drafts);
    host::drafts(analysis, &mut drafts, &mut refused);
    atomic::drafts(analysis, &mut drafts);
    let report = Report::of(analysis);
    let mut rules: Vec<Detection> = Vec::new();
    let mut titles = BTreeMap::new();
    for draft in merged(drafts) {
        let observables = draft.observables.clone();
        match finish(draft, &report, analysis, options, &mut titles) {
            Ok(rule) => rules.push(rule),
            Err(reason) => refused.push(Refused { code: "own-test", reason, observables }),
        }
    }
    let techniques = account::techniques(analysis, &rules);
    let undetectable = account::indicators(analysis, &rules, &refused);
    Detections { rules, refused, techniques, undetectable }
}

/// Drafts that detect the same become one.
fn merged(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut out: Vec<(String, Draft)> = Vec::new();
    for draft in drafts {
        let id = write::id(&draft.body);
        match out.iter_mut().find(|(other, _)| *other == id) {
            None => out.push((id, draft)),
            Some((_, first)) => {
                first.observables.extend(draft.observables);
                first.evidence.extend(draft.evidence);
                first.positives.extend(draft.positives);
                first.techniques.extend(draft.techniques);
                first.techniques.sort_unstable();
                first.techniques.dedup();
            }
        }
    }
    out.into_iter().map(|(_, draft)| draft).collect()
}

fn finish(
    draft: Draft,
    report: &Report,
    analysis: &Analysis,
    options: &Options,
    titles: &mut BTreeMap<String, usize>,
) -> Result<Detection, String> {
    let id = write::id(&draft.body);
    let title = report.title(&draft.title, titles);
    let description = report.description(&draft, analysis);
    let tags = tags(&draft, analysis);
    let noise = estimate::of(&id, draft.kind, draft.level, &draft.log_source);
    let verdicts = [
        ("kind", draft.kind.as_str().to_owned()),
        ("level_reason", draft.level_reason.clone()),
        (
            "tested",
            format!(
                "{} events that must match, {} that must not",
                draft.positives.len(),
                draft.negatives.len()
            ),
        ),
        ("noise", noise.words()),
    ];
    let head = write::Head {
        title: &title,
        id: &id,
        description: &description,
        references: &report.references,
        author: &options.author,
        date: &options.date,
        tags: &tags,
        false_positives: &draft.false_positives,
        level: draft.level.as_str(),
        verdicts: &verdicts,
    };
    let yaml = write::rule(&head, &draft.body);
    let proof = prove::Trial::new(&yaml)?.prove(draft.positives, draft.negatives);
    if !proof.holds() {
        return Err(fault(&proof));
    }
    Ok(Detection {
        id,
        title,
        description,
        kind: draft.kind,
        log_source: draft.log_source,
        level: draft.level,
        level_reason: draft.level_reason,
        techniques: draft.techniques,
        observables: draft.observables,
        evidence: draft.evidence,
        proof,
        noise,
        yaml,
    })
}

fn fault(proof: &Proof) -> String {
    let first = |samples: &[Sample], at: &[usize]| {
        at.first().and_then(|i| samples.get(*i)).map(|s| s.what.clone()).unwrap_or_default()
    };
    match (proof.missed.is_empty(), proof.false_alarms.is_empty()) {
        (false, _) => format!("misses the event \u{201C}{}\u{201D}", first(&proof.positives, &proof.missed)),
        (_, false) => {
            format!("also matches the event \u{201C}{}\u{201D}", first(&proof.negatives, &proof.false_alarms))
        }
        _ => "there is no event to try it on".to_owned(),
    }
}

/// `attack.` tags of techniques and their tactics, in the order of the analysis.
fn tags(draft: &Draft, analysis: &Analysis) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let techniques = draft.techniques.iter().filter_map(|i| analysis.techniques.get(*i));
    for technique in techniques.filter(|t| t.id.starts_with('T')) {
        let tactics = technique.tactics.iter().map(|t| format!("attack.{t}"));
        for tag in tactics.chain([format!("attack.{}", technique.id.to_lowercase())]) {
            if !out.contains(&tag) {
                out.push(tag);
            }
        }
    }
    out
}

/// What the rules say of the report they come from.
struct Report {
    subject: String,
    name: String,
    references: Vec<String>,
}

impl Report {
    fn of(analysis: &Analysis) -> Self {
        let document = &analysis.document;
        let name = document.metadata.title.clone().unwrap_or_else(|| document.name.clone());
        let name = words::cut(&clean(&name), 80);
        let headline = name.to_lowercase();
        // Who stands in the headline is what the report is about, else who is spoken of most; malware before actors.
        let about =
            analysis.entities.iter().filter(|e| matches!(e.kind, EntityKind::Malware | EntityKind::Actor));
        let subject = about.max_by_key(|e| {
            let headlined = headline.contains(&e.name.to_lowercase());
            let malware = e.kind == EntityKind::Malware;
            (headlined, malware, e.evidence.len(), std::cmp::Reverse(e.name.clone()))
        });
        let subject = subject.map_or_else(|| name.clone(), |e| e.name.clone());
        let subject = words::cut(&clean(&subject), 50);
        let subject = subject.split(' ').map(words::title).collect::<Vec<_>>().join(" ");
        Self { subject, name, references: document.metadata.source_url.iter().cloned().collect() }
    }

    /// The draft's title with the report's subject; a number tells apart what would be the same.
    fn title(&self, title: &str, titles: &mut BTreeMap<String, usize>) -> String {
        let title =
            if self.subject.is_empty() { title.to_owned() } else { format!("{title} - {}", self.subject) };
        let count = titles.entry(title.clone()).or_default();
        *count += 1;
        if *count == 1 { title } else { format!("{title} ({count})") }
    }

    fn description(&self, draft: &Draft, analysis: &Analysis) -> String {
        let sentence =
            draft.evidence.first().map(|e| e.sentence.of(&analysis.document.text)).unwrap_or_default();
        let sentence = words::cut(&clean(sentence), 300);
        format!("{} Reported in \u{201C}{}\u{201D}: \u{201C}{sentence}\u{201D}", draft.about, self.name)
    }
}

/// On one line, without control characters and addresses that open.
fn clean(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("http://", "hxxp://").replace("https://", "hxxps://")
}
