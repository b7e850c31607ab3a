//! What a place in the report is: a list of indicators, the references, the contact lines, or the story.

use super::needles::Needles;
use crate::{BlockKind, Document, Region};

/// What a part of the report is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    /// The story.
    Body,
    /// Lists of indicators.
    Indicators,
    /// Citations, further reading, contact lines, "about us".
    References,
    /// Detection rules and signatures.
    Rules,
    /// Files and addresses that took part and are harmless themselves.
    Harmless,
    /// What the malware looks for, stops or steals from: programs, services, sites of others.
    Targets,
}

/// The parts of one document, by where they start.
#[derive(Debug, Default)]
pub(super) struct Sections {
    starts: Vec<(usize, Section)>,
}

/// Level of a line that is a heading by its words alone.
const WEAK: u8 = 9;
/// Longest line that can be a heading.
const HEADING_MAX: usize = 120;
/// Longest line that introduces a list.
const INTRODUCTION_MAX: usize = 240;

impl Sections {
    pub fn of(document: &Document) -> Self {
        let mut out = Self { starts: vec![(0, Section::Body)] };
        // (level, section) of the headings that are open.
        let mut open: Vec<(u8, Section)> = Vec::new();
        for block in &document.blocks {
            let text = block.span.of(&document.text);
            match block.kind {
                BlockKind::Heading(level) => {
                    out.heading(&mut open, level, text, block.span.start as usize);
                }
                BlockKind::Paragraph | BlockKind::Code | BlockKind::Quote | BlockKind::ListItem(_) => {
                    let mut at = block.span.start as usize;
                    let mut lines = text.split('\n').peekable();
                    while let Some(line) = lines.next() {
                        let next = lines.peek().copied().unwrap_or("");
                        if let Some((level, title)) = line_heading(line, next) {
                            out.heading(&mut open, level, title, at);
                        }
                        at += line.len() + 1;
                    }
                }
                BlockKind::TableCell { header: true, .. }
                | BlockKind::Caption
                | BlockKind::TableCell { .. } => {}
            }
        }
        out.targets(document);
        out
    }

    /// Lists of what the malware acts upon end with the list: the section around them goes on behind it.
    fn targets(&mut self, document: &Document) {
        // Start of the list that is open.
        let mut open: Option<usize> = None;
        let mut lists: Vec<(usize, usize)> = Vec::new();
        for block in &document.blocks {
            let mut at = block.span.start as usize;
            for line in block.span.of(&document.text).split('\n') {
                let introduces = line.len() <= INTRODUCTION_MAX && line.trim_end().ends_with(':') && {
                    let line = line.to_ascii_lowercase();
                    TARGETS.any_in(&line)
                };
                if let Some(start) = open
                    && (introduces || !is_item(line, block.kind))
                {
                    lists.push((start, at));
                    open = None;
                }
                if introduces {
                    open = Some(at + line.len());
                }
                at += line.len() + 1;
            }
        }
        lists.extend(open.map(|start| (start, document.text.len())));
        for (start, end) in lists {
            let after = self.at(end);
            self.starts.retain(|(at, _)| !(start..end).contains(at));
            self.starts.extend([(start, Section::Targets), (end, after)]);
        }
        self.starts.sort_by_key(|(at, _)| *at);
    }

    fn heading(&mut self, open: &mut Vec<(u8, Section)>, level: u8, title: &str, at: usize) {
        while open.last().is_some_and(|(l, _)| *l >= level) {
            open.pop();
        }
        let inherited = open.last().map_or(Section::Body, |(_, s)| *s);
        let section = match (classify(title), inherited) {
            // `SHA256 hash: …` in a list of harmless files is no list of indicators.
            (Some(Section::Indicators), Section::Harmless) if level >= WEAK => Section::Harmless,
            (Some(section), _) => section,
            (None, inherited) => inherited,
        };
        open.push((level, section));
        if self.starts.last().is_some_and(|(_, s)| *s != section) {
            self.starts.push((at, section));
        }
    }

    /// The part `at` lies in.
    pub fn at(&self, at: usize) -> Section {
        let i = self.starts.partition_point(|(start, _)| *start <= at);
        i.checked_sub(1).and_then(|i| self.starts.get(i)).map_or(Section::Body, |(_, s)| *s)
    }
}

/// Whether a line goes on with a list: an item, a few words, or names between commas.
fn is_item(line: &str, kind: BlockKind) -> bool {
    let line = line.trim();
    matches!(kind, BlockKind::ListItem(_) | BlockKind::Code | BlockKind::TableCell { .. })
        || line.starts_with(['-', '*', '+', '\u{2022}', '|'])
        || line.is_empty()
        || (line.split_whitespace().count() <= 4 && !line.ends_with(':'))
        || line.bytes().filter(|b| *b == b',').count() >= 3
}

/// A line that is a heading by its form: its level and words.
fn line_heading<'l>(line: &'l str, next: &str) -> Option<(u8, &'l str)> {
    let trimmed = line.trim();
    if trimmed.is_empty() || trimmed.len() > HEADING_MAX || trimmed.starts_with('|') {
        return None;
    }
    for mark in ['#', '='] {
        let depth = trimmed.bytes().take_while(|b| *b == mark as u8).count();
        if (1..=6).contains(&depth) && trimmed[depth..].starts_with(' ') {
            return Some((depth as u8, trimmed[depth..].trim()));
        }
    }
    let under = next.trim();
    if under.len() >= 3 && (under.bytes().all(|b| b == b'=') || under.bytes().all(|b| b == b'-')) {
        return Some((if under.starts_with('=') { 1 } else { 2 }, trimmed));
    }
    let bold = trimmed.strip_prefix("**").and_then(|t| t.trim_end_matches(':').strip_suffix("**"));
    if let Some(title) = bold.filter(|t| !t.contains("**")) {
        return Some((7, title));
    }
    // A line of capitals, or one that ends in a colon and has no sentence in it.
    let letters = trimmed.bytes().filter(u8::is_ascii_alphabetic).count();
    let upper = trimmed.bytes().filter(u8::is_ascii_uppercase).count();
    let words = trimmed.split_whitespace().count();
    if letters >= 4 && upper == letters && words <= 12 && !trimmed.contains("[.]") && !trimmed.contains('\\')
    {
        return Some((7, trimmed));
    }
    if trimmed.ends_with(':')
        && words <= 10
        && !trimmed.contains(". ")
        && !trimmed.contains("[.]")
        && !trimmed.starts_with(['-', '*', '+'])
    {
        return Some((8, trimmed.trim_end_matches(':')));
    }
    // A short line that is nothing but well-known words.
    (words <= 5
        && trimmed.starts_with(|c: char| c.is_ascii_uppercase())
        && !trimmed.ends_with(['.', ','])
        && classify(trimmed).is_some())
    .then_some((WEAK, trimmed))
}

/// Words of headings, by what they say about the part below.
static REFERENCES: Needles = Needles::new(&[
    "reference",
    "further reading",
    "bibliography",
    "see also",
    "related ",
    "about us",
    "about the author",
    "contact",
    "acknowledg",
    "external links",
    "sources",
    "learn more",
    "more information",
    "original tweet",
]);
static HARMLESS: Needles = Needles::new(&[
    "non-malicious",
    "nonmalicious",
    "not malicious",
    "not inherently malicious",
    "legitimate file",
    "legitimate binar",
    "benign file",
    "clean files",
]);
/// What introduces a list of things the malware acts upon.
static TARGETS: Needles = Needles::new(&[
    "tries to delete",
    "attempts to delete",
    "tries to kill",
    "attempts to kill",
    "tries to terminate",
    "attempts to terminate",
    "tries to stop",
    "attempts to stop",
    "kills the following",
    "kill the following",
    "terminates the following",
    "terminate the following",
    "stops the following",
    "stop the following",
    "disables the following",
    "checks for the following",
    "check for the following",
    "checks if the following",
    "checks whether the following",
    "looks for the following",
    "look for the following",
    "searches for the following",
    "scans for the following",
    "targets the following",
    "targeting the following",
    "steals from the following",
    "data from the following",
    "credentials from the following",
    "skips the following",
    "avoids the following",
    "excludes the following",
    "does not encrypt the following",
    "if any of the following",
    "if one of the following",
]);
static RULES: Needles =
    Needles::new(&["yara", "snort", "sigma", "detection rule", "signatures", "hunting quer"]);
static INDICATORS: Needles = Needles::new(&[
    "indicator",
    "ioc",
    "hashes",
    "observable",
    "artifact",
    "artefact",
    "sha-256",
    "sha256",
    "sha-1",
    "sha1",
    "md5",
    "c2",
    "c&c",
    "cnc",
    "command and control",
    "command-and-control",
    "command & control",
    "ip address",
    "ips",
    "domains",
    "urls",
    "infrastructure",
    "samples",
    "malicious",
    "network traffic",
    "malware hash",
    "files",
    "file name",
    "filename",
    "payload",
    "appendix",
    "traffic",
    "compromised",
    "phishing",
    "servers",
    "hosts",
    "registry",
    "mutex",
    "wallet",
    "ransom note",
    "infection chain",
    "dropped",
]);
static BODY: Needles = Needles::new(&[
    "introduction",
    "summary",
    "conclusion",
    "analysis",
    "overview",
    "background",
    "mitigation",
    "recommendation",
    "attribution",
    "victim",
    "techniques",
    "mitre",
]);

/// What a heading says about the part below it.
fn classify(title: &str) -> Option<Section> {
    let title = title.to_ascii_lowercase();
    if REFERENCES.any_in(&title) || title == "links" {
        return Some(Section::References);
    }
    if HARMLESS.any_in(&title) {
        return Some(Section::Harmless);
    }
    if RULES.any_in(&title) {
        return Some(Section::Rules);
    }
    if INDICATORS.any_in(&title) {
        return Some(Section::Indicators);
    }
    BODY.any_in(&title).then_some(Section::Body)
}

/// Whether the block around `at` is outside the main text.
pub(super) fn region(document: &Document, at: usize) -> Region {
    let i = document.blocks.partition_point(|b| b.span.end as usize <= at);
    document.blocks.get(i).map_or(Region::Main, |b| b.region)
}
