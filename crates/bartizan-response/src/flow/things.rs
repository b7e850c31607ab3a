//! What an act was done to, on what condition, and which acts go together: only where the sentence of the act says so.

use super::acts::Mention;
use super::sides::{Side, side};
use super::{Asset, AssetKind, Condition, Edge, Join, Operator};
use bartizan::{Analysis, Evidence, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Things named in a report that are listed.
const MOST: usize = 40;
/// Conditions and joins that are listed.
const MOST_TIES: usize = 40;
/// Places kept of one asset.
const MOST_PLACES: usize = 6;
/// The longest clause that is still a condition, in characters.
const LONGEST: usize = 160;

/// Systems that reports name as what something is done to. General words ("system", "machine", "victim") name none.
const ASSETS: [(&str, AssetKind); 63] = [
    ("Active Directory", AssetKind::Service),
    ("admin account", AssetKind::Account),
    ("administrator account", AssetKind::Account),
    ("application server", AssetKind::Host),
    ("ATM", AssetKind::Host),
    ("Azure AD", AssetKind::Service),
    ("backup server", AssetKind::Host),
    ("certificate authority", AssetKind::Service),
    ("container", AssetKind::Host),
    ("database server", AssetKind::Host),
    ("domain account", AssetKind::Account),
    ("domain admin account", AssetKind::Account),
    ("domain administrator account", AssetKind::Account),
    ("domain controller", AssetKind::Host),
    ("email account", AssetKind::Account),
    ("email server", AssetKind::Host),
    ("Entra ID", AssetKind::Service),
    ("ESXi host", AssetKind::Host),
    ("ESXi server", AssetKind::Host),
    ("Excel document", AssetKind::Document),
    ("Excel file", AssetKind::Document),
    ("Excel spreadsheet", AssetKind::Document),
    ("Exchange server", AssetKind::Host),
    ("file server", AssetKind::Host),
    ("FTP server", AssetKind::Host),
    ("Google Drive", AssetKind::Service),
    ("hypervisor", AssetKind::Host),
    ("IIS server", AssetKind::Host),
    ("jump host", AssetKind::Host),
    ("Kubernetes cluster", AssetKind::Host),
    ("local account", AssetKind::Account),
    ("local administrator account", AssetKind::Account),
    ("mail server", AssetKind::Host),
    ("Microsoft 365", AssetKind::Service),
    ("mailbox", AssetKind::Account),
    ("NAS device", AssetKind::Host),
    ("Office 365", AssetKind::Service),
    ("Office document", AssetKind::Document),
    ("OneDrive", AssetKind::Service),
    ("PDF document", AssetKind::Document),
    ("PDF file", AssetKind::Document),
    ("PowerPoint document", AssetKind::Document),
    ("print server", AssetKind::Host),
    ("removable drive", AssetKind::Device),
    ("router", AssetKind::Device),
    ("RTF document", AssetKind::Document),
    ("S3 bucket", AssetKind::Service),
    ("service account", AssetKind::Account),
    ("SharePoint server", AssetKind::Host),
    ("SharePoint site", AssetKind::Service),
    ("SQL server", AssetKind::Host),
    ("SSH server", AssetKind::Host),
    ("USB device", AssetKind::Device),
    ("USB drive", AssetKind::Device),
    ("user account", AssetKind::Account),
    ("virtual machine", AssetKind::Host),
    ("VPN appliance", AssetKind::Device),
    ("VPN gateway", AssetKind::Device),
    ("web server", AssetKind::Host),
    ("Windows server", AssetKind::Host),
    ("Word document", AssetKind::Document),
    ("WordPress site", AssetKind::Host),
    ("workstation", AssetKind::Host),
];
/// Words that make what they begin a condition.
const CONDITIONS: [&str; 6] = ["if ", "unless ", "provided that ", "only if ", "only when ", "in case "];
/// Words that make one if it speaks of what the person at the keyboard or the system must do first.
const OCCASIONS: [&str; 3] = ["once ", "when ", "as soon as "];
const PERSONS: [&str; 9] =
    ["user", "users", "victim", "victims", "target", "recipient", "recipients", "macros", "employee"];
/// Among so many words after it.
const SUBJECT: usize = 3;
/// Beginnings of clauses that condition nothing.
const IDLE: [&str; 14] = [
    "if you",
    "if we",
    "if your",
    "if any",
    "if not",
    "if so",
    "if possible",
    "if necessary",
    "if needed",
    "if applicable",
    "if this is",
    "if there are any",
    "when you",
    "once you",
];

/// The assets in the sentences of acts, in text order of their first place.
pub(super) fn assets(analysis: &Analysis, mentions: &[Mention]) -> Vec<Asset> {
    let text = &analysis.document.text;
    let mut found: BTreeMap<&str, Asset> = BTreeMap::new();
    for m in mentions {
        let sentence = m.evidence.sentence;
        let low = sentence.of(text).to_ascii_lowercase();
        for (name, at) in named(&low) {
            let Some((_, kind)) = ASSETS.iter().find(|(n, _)| *n == name) else { continue };
            let start = sentence.start as usize;
            let evidence = Evidence { span: Span::new(start + at.start, start + at.end), sentence };
            let new = Asset { name: name.to_owned(), kind: *kind, evidence: Vec::new(), acts: Vec::new() };
            let asset = found.entry(name).or_insert(new);
            if asset.evidence.len() < MOST_PLACES && !asset.evidence.contains(&evidence) {
                asset.evidence.push(evidence);
            }
            if !asset.acts.contains(&(m.act as u32)) {
                asset.acts.push(m.act as u32);
            }
        }
    }
    let mut out: Vec<Asset> = found.into_values().collect();
    out.iter_mut().for_each(|a| a.acts.sort_unstable());
    out.sort_by_key(|a| a.evidence.first().map(|e| (e.span.start, e.span.end)));
    out.truncate(MOST);
    out
}

/// Names of assets in a sentence in lower case; the longest at each place.
fn named(low: &str) -> Vec<(&'static str, std::ops::Range<usize>)> {
    let mut out: Vec<(&str, std::ops::Range<usize>)> = Vec::new();
    for (name, _) in ASSETS {
        for (at, _) in low.match_indices(&name.to_ascii_lowercase()) {
            let plural = usize::from(low[at + name.len()..].starts_with('s'));
            let range = at..at + name.len() + plural;
            if is_whole(low, &range) {
                out.push((name, range));
            }
        }
    }
    out.sort_by_key(|(_, r)| (r.start, std::cmp::Reverse(r.end)));
    let mut kept: Vec<(&str, std::ops::Range<usize>)> = Vec::new();
    for (name, range) in out {
        if kept.last().is_none_or(|(_, k)| range.start >= k.end) {
            kept.push((name, range));
        }
    }
    kept
}

fn is_whole(low: &str, at: &std::ops::Range<usize>) -> bool {
    let edge = |c: Option<&u8>| {
        c.is_none_or(|c| !c.is_ascii_alphanumeric() && !matches!(c, b'-' | b'_' | b'.' | b'/'))
    };
    let bytes = low.as_bytes();
    let end = bytes.get(at.end);
    edge(at.start.checked_sub(1).and_then(|i| bytes.get(i))) && (edge(end) || end == Some(&b'.'))
}

/// Conditions that the sentences of acts state; one that would make a circle of the order is left out.
pub(super) fn conditions(analysis: &Analysis, mentions: &[Mention], edges: &[Edge]) -> Vec<Condition> {
    let text = &analysis.document.text;
    let mut out: Vec<Condition> = Vec::new();
    for here in mentions.chunk_by(|a, b| a.evidence.sentence == b.evidence.sentence) {
        let Some(sentence) = here.first().map(|m| m.evidence.sentence) else { continue };
        let Some(clause) = clause(sentence.of(text)) else { continue };
        // What the clause itself tells is no consequence of it.
        let outside = |m: &&Mention| match side(analysis, m, &clause) {
            Side::Left => clause.start > 0,
            Side::Right => true,
            Side::Unclear => here.len() == 1,
        };
        let mut acts: Vec<u32> = here.iter().filter(outside).map(|m| m.act as u32).collect();
        acts.sort_unstable();
        acts.dedup();
        if !acts.is_empty() {
            let start = sentence.start as usize;
            let span = Span::new(start + clause.start, start + clause.end);
            out.push(Condition { evidence: Evidence { span, sentence }, acts });
            if out.len() > MOST_TIES || has_circle(edges, &out) {
                out.pop();
            }
        }
    }
    out
}

/// Whether acts with the conditions before them lead back to themselves.
fn has_circle(edges: &[Edge], conditions: &[Condition]) -> bool {
    // Acts are even, conditions odd.
    let mut arcs: BTreeSet<(usize, usize)> = BTreeSet::new();
    let of = |act: u32| conditions.iter().enumerate().filter(move |(_, c)| c.acts.contains(&act));
    for e in edges {
        let before = e.before as usize * 2;
        arcs.extend(of(e.after).map(|(i, _)| (before, i * 2 + 1)));
        if of(e.after).next().is_none() {
            arcs.insert((before, e.after as usize * 2));
        }
    }
    for (i, c) in conditions.iter().enumerate() {
        arcs.extend(c.acts.iter().map(|a| (i * 2 + 1, *a as usize * 2)));
    }
    // What nothing leads to is taken away until nothing is left, or a circle.
    while !arcs.is_empty() {
        let led: BTreeSet<usize> = arcs.iter().map(|a| a.1).collect();
        let left = arcs.len();
        arcs.retain(|a| led.contains(&a.0));
        if arcs.len() == left {
            return true;
        }
    }
    false
}

/// The clause of a sentence that states a condition: at its beginning up to the comma, or at its end.
fn clause(sentence: &str) -> Option<std::ops::Range<usize>> {
    let low = sentence.to_ascii_lowercase();
    let states = |at: usize| {
        let rest = low.get(at..)?;
        let plain = CONDITIONS.iter().any(|w| rest.starts_with(w));
        let occasion = OCCASIONS.iter().any(|w| rest.starts_with(w));
        if !(plain || occasion) || IDLE.iter().any(|w| rest.starts_with(w)) {
            return None;
        }
        let stop =
            rest.find([',', ';', ':', '(']).unwrap_or_else(|| rest.trim_end_matches(['.', '!', ' ']).len());
        let clause = rest.get(..stop)?;
        let clause = clause.trim_end();
        let stop = clause.len();
        let mut subject = clause.split_whitespace().skip(1).take(SUBJECT);
        let told = plain || subject.any(|w| PERSONS.contains(&w));
        (told && clause.split_whitespace().count() >= 3 && clause.chars().count() <= LONGEST)
            .then_some(at..at + stop)
    };
    let first = low.len() - low.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    states(first).or_else(|| {
        // "As if", "even if" and "what if" state none.
        let turned = |at: usize| {
            ["as", "even", "what", "see", "check", "checks", "determine"]
                .iter()
                .any(|w| low[..at].trim_end().ends_with(w))
        };
        low.match_indices(' ').map(|(at, _)| at + 1).find_map(|at| states(at).filter(|_| !turned(at)))
    })
}

/// Words between two acts of a sentence that make them alternatives, or one effect.
const EITHER: [&str; 4] = [" or ", " or alternatively ", ", alternatively ", " as an alternative to "];
const BOTH: [&str; 3] = [" in combination with ", " combined with ", " together with "];

/// Acts that a sentence gives as alternatives or as needed together.
pub(super) fn joins(analysis: &Analysis, mentions: &[Mention], edges: &[Edge]) -> Vec<Join> {
    let text = &analysis.document.text;
    let mut out: Vec<Join> = Vec::new();
    for here in mentions.chunk_by(|a, b| a.evidence.sentence == b.evidence.sentence) {
        let Some(sentence) = here.first().map(|m| m.evidence.sentence).filter(|_| here.len() > 1) else {
            continue;
        };
        let low = sentence.of(text).to_ascii_lowercase();
        let either = EITHER.iter().map(|w| (w, Operator::Or));
        for (word, operator) in either.chain(BOTH.iter().map(|w| (w, Operator::And))) {
            // One such word: in an enumeration nobody can say what it joins.
            let mut places = low.match_indices(*word);
            let (Some((at, _)), None) = (places.next(), places.next()) else { continue };
            let of = |wanted: Side| {
                let mut acts = here.iter().filter(|m| side(analysis, m, &(at..at + word.len())) == wanted);
                acts.next().filter(|_| acts.next().is_none()).map(|m| m.act as u32)
            };
            let (Some(a), Some(b)) = (of(Side::Left), of(Side::Right)) else { continue };
            let ordered = |x: u32, y: u32| edges.iter().any(|e| e.before == x && e.after == y);
            let mut acts = vec![a, b];
            acts.sort_unstable();
            if a == b || ordered(a, b) || ordered(b, a) || out.iter().any(|j| j.acts == acts) {
                continue;
            }
            // Alternatives serve one purpose; "mails with a macro or a link" has none.
            if operator == Operator::Or && !share_tactic(analysis, here, a, b) {
                continue;
            }
            // What is needed together is needed for something: without it there is nothing to join.
            let effect = edges.iter().any(|e| e.before == a && ordered(b, e.after));
            if operator == Operator::And && !effect {
                continue;
            }
            let start = sentence.start as usize;
            let skip = word.len() - word.trim_start_matches([' ', ',']).len();
            let span = Span::new(start + at + skip, start + at + word.trim_end().len());
            out.push(Join { operator, evidence: Evidence { span, sentence }, acts });
        }
    }
    out.truncate(MOST_TIES);
    out
}

/// Whether the techniques of two acts serve a common tactic.
fn share_tactic(analysis: &Analysis, here: &[Mention], a: u32, b: u32) -> bool {
    let tactics = |act: u32| {
        let mention = here.iter().find(|m| m.act as u32 == act);
        let technique = mention.and_then(|m| analysis.techniques.get(m.technique as usize));
        technique.map(|t| t.tactics.as_slice()).unwrap_or_default()
    };
    tactics(a).iter().any(|t| tactics(b).contains(t))
}
