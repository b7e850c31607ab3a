//! Names in context: which hits of the index are meant, and as what.

use super::names::{NameIndex, Sense};
use super::phrases::{Writing, writing};
use super::prose::{Prose, Shape, Words, words};
use super::words;
use crate::{EntityKind, Provenance, Span};
use bartizan_knowledge::{Entry, NameKind};
use std::collections::BTreeMap;

/// One place where the text names a thing.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    pub kind: EntityKind,
    /// Preferred name.
    pub name: String,
    pub id: Option<String>,
    pub role: Option<&'static str>,
    pub confidence: f32,
    pub provenance: Provenance,
    pub span: Span,
    /// Words covered.
    pub from: usize,
    pub to: usize,
    /// Index into [`Prose::lines`].
    pub line: usize,
}

/// What stands around a hit.
#[derive(Clone, Copy, Debug, Default)]
struct Context {
    malware: u8,
    actor: u8,
    tool: u8,
    /// A cue strong enough for an ordinary word.
    strong: bool,
}

struct Hit<'i> {
    from: usize,
    to: usize,
    line: usize,
    senses: &'i [Sense],
    context: Context,
    /// Capitals mean something here: not the first word, not a title.
    inner: bool,
    title: bool,
    accepted: Option<f32>,
    /// As a command: `net.exe`.
    exe: bool,
}

/// All names of the pack that the text uses, by entry, in text order.
pub(super) fn find(prose: &Prose<'_>, index: &NameIndex, entries: &[Entry<'static>]) -> Vec<Mention> {
    let mut hits = hits(prose, index);
    settle(prose, &mut hits);
    let favourite = favourites(&hits);
    let mut mentions = Vec::new();
    for hit in &hits {
        let Some(confidence) = hit.accepted else { continue };
        let Some(sense) = choose(hit, &favourite, entries) else { continue };
        let Some(entry) = entries.get(sense.entry as usize) else { continue };
        // A gang called after its malware, which the lists know as malware only.
        let gang = entry.kind == NameKind::Malware
            && entry.id.is_none()
            && favourite
                .get(&hit.senses.first().map_or(0, |s| s.entry))
                .is_some_and(|[malware, actor, _]| *actor >= 9 && *actor > *malware);
        let kind = match entry.kind {
            _ if gang => EntityKind::Actor,
            NameKind::Actor => EntityKind::Actor,
            NameKind::Malware => EntityKind::Malware,
            NameKind::Tool => EntityKind::Tool,
            NameKind::Campaign => EntityKind::Campaign,
            NameKind::Vendor | NameKind::Sector | NameKind::Country => continue,
        };
        let to = widen(prose, hit, kind);
        let mut span = prose.span(hit.from, to);
        if hit.exe {
            span.end = prose.span(hit.from, to + 1).end;
        }
        mentions.push(Mention {
            kind,
            name: entry.name.to_owned(),
            id: entry.id.filter(|_| !gang).map(str::to_owned),
            role: None,
            confidence: if gang { confidence.min(0.7) } else { confidence },
            provenance: Provenance::Named,
            span,
            from: hit.from,
            to: if hit.exe { to + 1 } else { to },
            line: hit.line,
        });
    }
    mentions
}

fn hits<'i>(prose: &'i Prose<'_>, index: &'i NameIndex) -> Vec<Hit<'i>> {
    let mut hits = Vec::new();
    for (l, line) in prose.lines.iter().enumerate() {
        let mut title = None;
        let mut i = line.from;
        while i < line.to {
            let mut next = i + 1;
            for (words, senses) in index.at(prose, i, line.to) {
                let to = i + words;
                // In `Play ransomware group` the group is named, though a list has `Play ransomware`.
                if words > 1
                    && to < line.to
                    && prose.shape(to - 1) == Shape::Lower
                    && prose.is(to - 1, words::MALWARE)
                    && prose.is(to, words!("group gang operators affiliates actors actor cartel"))
                {
                    continue;
                }
                let exe = is_program(prose, to, line.to) && senses.iter().any(|s| s.kind == NameKind::Tool);
                if (i..to).any(|w| prose.words.get(w).is_some_and(|w| w.masked)) && !exe {
                    continue;
                }
                let best =
                    senses.iter().map(|s| writing(prose, i, to, s.listed)).max().unwrap_or(Writing::Lower);
                let ambiguous = senses.iter().all(|s| s.ambiguous);
                // `a USB stealer` is no `USBStealer`: a spelling of ours needs its capitals throughout.
                let made = senses.iter().all(|s| s.variant);
                if made && words > 1 && (i..to).any(|k| prose.shape(k) == Shape::Lower) {
                    continue;
                }
                if best == Writing::Lower && !exe && !lower_is_fine(prose, i, to, senses) {
                    continue;
                }
                let title = *title.get_or_insert_with(|| prose.title_case(line));
                let context = context(prose, line.from, i, to, line.to);
                let inner = i > line.from && !title;
                // `BARIUM` in a sentence of small letters is no metal.
                let shouted = best == Writing::Exact
                    && inner
                    && is_shouted(prose, i, to)
                    && to - i + 3 < line.to - line.from;
                let member = i > line.from
                    && prose.gap(i - 1).ends_with(['.', '_', '$', '%', '#', '@', '='])
                    && ambiguous;
                let listed_lower = best == Writing::Exact && !prose.capital(i);
                let accepted = if exe {
                    Some(0.9)
                } else if member {
                    None
                } else if !ambiguous || shouted {
                    Some(if best == Writing::Exact { 0.95 } else { 0.9 })
                } else if listed_lower {
                    // `at`, `net`, `reg`: only as a program.
                    None
                } else if context.strong && (inner || prose.shape(i) != Shape::Title) {
                    Some(0.8)
                } else {
                    None
                };
                if accepted.is_none() && (listed_lower || member || best == Writing::Lower) {
                    continue;
                }
                hits.push(Hit { from: i, to, line: l, senses, context, inner, title, accepted, exe });
                next = to;
                break;
            }
            i = next;
        }
    }
    hits
}

/// Whether `.exe` follows.
fn is_program(prose: &Prose<'_>, to: usize, end: usize) -> bool {
    to < end && prose.gap(to - 1) == "." && prose.is(to, words!("exe"))
}

/// Five capitals or more.
fn is_shouted(prose: &Prose<'_>, from: usize, to: usize) -> bool {
    to - from == 1 && prose.shape(from) == Shape::Upper && prose.word(from).len() >= 5
}

/// Lower-case spellings are taken for one long, unambiguous word only, or where the list has it so.
fn lower_is_fine(prose: &Prose<'_>, from: usize, to: usize, senses: &[Sense]) -> bool {
    let shouted = |name: &str| !name.bytes().any(|b| b.is_ascii_lowercase());
    let unambiguous = senses.iter().any(|s| !s.ambiguous && !s.variant && !shouted(s.listed));
    unambiguous && to - from == 1 && prose.word(from).len() >= 5
}

/// Reads the words around `from..to` within the sentence `first..end`.
fn context(prose: &Prose<'_>, first: usize, from: usize, to: usize, end: usize) -> Context {
    let mut c = Context::default();
    // After: `X ransomware`, `X ransomware group`, `X banking trojan`; the last head decides.
    let mut i = to;
    let plain = |gap: &str| matches!(gap, " " | "-" | "\u{a0}" | "\n" | "’" | "'" | "” " | "\" ");
    if prose.is(i, words!("s")) && matches!(prose.gap(i - 1), "'" | "’") {
        i += 1;
    }
    let mut head = None;
    for _ in 0..3 {
        if i >= end || !plain(prose.gap(i - 1)) {
            break;
        }
        if prose.is(i, words::MALWARE) {
            head = Some((NameKind::Malware, true));
        } else if prose.is(i, words::ACTOR) {
            head = Some((NameKind::Actor, !prose.is(i, words!("threat members intrusion operator hacker"))));
        } else if prose.is(i, words::TOOL) {
            head = Some((NameKind::Tool, prose.is(i, words!("framework toolkit c2 utility"))));
        } else if prose.is(i, words::MALWARE_WEAK) {
            head = head.or(Some((NameKind::Malware, false)));
        } else if head.is_some() || prose.shape(i) == Shape::Title {
            break;
        }
        i += 1;
    }
    // `X is a ransomware group`
    if head.is_none()
        && prose.is(to, words!("is was"))
        && prose.is(to + 1, words!("a an the"))
        && prose.gap(to - 1) == " "
    {
        for k in to + 2..(to + 8).min(end) {
            if prose.is(k, words::MALWARE) {
                head = Some((NameKind::Malware, true));
            } else if prose.is(k, words::ACTOR) {
                head = Some((NameKind::Actor, true));
            } else if prose.is(k, words::TOOL) {
                head = Some((NameKind::Tool, true));
            }
            if k + 1 < end && prose.gap(k) != " " && prose.gap(k) != "-" {
                break;
            }
        }
    }
    let mut vote = |kind: NameKind, weight: u8| match kind {
        NameKind::Malware => c.malware += weight,
        NameKind::Actor => c.actor += weight,
        _ => c.tool += weight,
    };
    let mut strong = false;
    if let Some((kind, is_strong)) = head {
        vote(kind, if is_strong { 3 } else { 2 });
        strong |= is_strong;
    }
    // Before: `the ransomware X`, `a backdoor dubbed X`, `tracked as X`.
    if from > first {
        let gap = prose.gap(from - 1);
        let near = matches!(gap, " " | " “" | " \"" | " ‘" | " '" | "\u{a0}" | " (" | " *" | " **");
        if near {
            let before = from - 1;
            if prose.is(before, words::MALWARE) {
                vote(NameKind::Malware, 2);
                strong = true;
            } else if prose.is(before, words::ACTOR) && !prose.is(before, words!("threat members")) {
                vote(NameKind::Actor, 2);
                strong = true;
            } else if prose.is(before, words!("framework tool toolkit utility")) {
                vote(NameKind::Tool, 2);
                strong = true;
            } else if prose.is(before, words::PUT_VERBS) {
                vote(NameKind::Malware, 1);
            } else if prose.is(before, words!("by")) {
                vote(NameKind::Actor, 1);
            }
            let naming = prose.is(before, words::NAMING)
                || (prose.is(before, words!("as"))
                    && before > first
                    && prose.is(before - 1, words!("known tracked dubbed identified")));
            if naming {
                strong = true;
                for k in (before.saturating_sub(8).max(first)..before).rev() {
                    if prose.is(k, words::MALWARE) {
                        vote(NameKind::Malware, 2);
                        break;
                    } else if prose.is(k, words::ACTOR) {
                        vote(NameKind::Actor, 2);
                        break;
                    } else if prose.is(k, words::TOOL) {
                        vote(NameKind::Tool, 2);
                        break;
                    }
                }
            }
        }
    }
    if to < end && prose.gap(to - 1) == " " {
        let k = if prose.is(to, words!("has have had")) { to + 1 } else { to };
        if k < end && prose.is(k, words::ACTOR_VERBS) {
            vote(NameKind::Actor, 1);
        }
    }
    c.strong = strong;
    c
}

/// Second look at ambiguous hits, knowing the whole document.
fn settle(prose: &Prose<'_>, hits: &mut [Hit<'_>]) {
    let mut known: BTreeMap<u32, u32> = BTreeMap::new();
    for hit in hits.iter() {
        if hit.accepted.is_some() && !hit.exe {
            for s in hit.senses {
                *known.entry(s.entry).or_default() += 1;
            }
        }
    }
    let ends: Vec<(usize, usize, bool)> = hits
        .iter()
        .map(|h| (h.from, h.to, h.accepted.is_some() && h.senses.iter().any(|s| !s.ambiguous)))
        .collect();
    for (i, hit) in hits.iter_mut().enumerate() {
        if hit.accepted.is_some() {
            continue;
        }
        let line_to = prose.lines.get(hit.line).map_or(hit.to, |l| l.to);
        // `Royal has encrypted`: a verb after it shows that the capital is a name's, even at the start.
        let verb = hit.to < line_to
            && prose.gap(hit.to - 1) == " "
            && (prose.is(hit.to, words::ACTOR_VERBS) || prose.is(hit.to, words!("is was has have had can")));
        let meant = hit.inner || (verb && !hit.title) || (hit.context.strong && !hit.title);
        if !meant {
            // In a title, its own head is enough once the text itself has settled the name.
            if hit.context.strong && hit.senses.iter().any(|s| known.contains_key(&s.entry)) {
                hit.accepted = Some(0.75);
            }
            continue;
        }
        if hit.senses.iter().any(|s| known.contains_key(&s.entry)) {
            hit.accepted = Some(0.75);
            continue;
        }
        // A list with clear names: `Emotet, TrickBot and Royal`.
        let left = i.checked_sub(1).and_then(|k| ends.get(k));
        let right = ends.get(i + 1);
        let listed = left.is_some_and(|l| l.2 && in_list(prose, l.1, hit.from))
            || right.is_some_and(|r| r.2 && in_list(prose, hit.to, r.0));
        if listed && hit.inner {
            hit.accepted = Some(0.7);
        }
    }
}

/// Whether only a comma or a conjunction stands between two names.
fn in_list(prose: &Prose<'_>, end: usize, start: usize) -> bool {
    match start.checked_sub(end) {
        Some(0) => matches!(prose.gap(end - 1), ", " | "/" | " / " | "; "),
        Some(1) => {
            prose.is(end, words!("and or"))
                && matches!(prose.gap(end - 1), " " | ", ")
                && prose.gap(end) == " "
        }
        _ => false,
    }
}

/// Kind that the clear mentions of a first word prefer, by pattern.
fn favourites(hits: &[Hit<'_>]) -> BTreeMap<u32, [u32; 3]> {
    let mut votes: BTreeMap<u32, [u32; 3]> = BTreeMap::new();
    for hit in hits {
        let Some(first) = hit.senses.first() else { continue };
        let v = votes.entry(first.entry).or_default();
        let [malware, actor, tool] = v;
        *malware += u32::from(hit.context.malware);
        *actor += u32::from(hit.context.actor);
        *tool += u32::from(hit.context.tool);
    }
    votes
}

/// One sense out of several.
fn choose<'i>(
    hit: &Hit<'i>,
    favourite: &BTreeMap<u32, [u32; 3]>,
    entries: &[Entry<'static>],
) -> Option<&'i Sense> {
    let senses = hit.senses;
    let first = senses.first()?;
    if hit.exe {
        return senses.iter().find(|s| s.kind == NameKind::Tool);
    }
    if senses.iter().all(|s| s.kind == first.kind) {
        return senses.iter().max_by_key(|s| (weight(s, entries), std::cmp::Reverse(s.entry)));
    }
    let of = |k: NameKind, v: [u32; 3]| match k {
        NameKind::Malware => v[0],
        NameKind::Actor => v[1],
        NameKind::Tool => v[2],
        _ => 0,
    };
    let here = [hit.context.malware, hit.context.actor, hit.context.tool].map(u32::from);
    let there = favourite.get(&first.entry).copied().unwrap_or_default();
    senses.iter().max_by_key(|s| {
        let here = of(s.kind, here);
        // One weak sign here does not outweigh what the document as a whole says.
        (
            if here >= 2 { here } else { 0 },
            of(s.kind, there),
            weight(s, entries),
            s.kind == NameKind::Actor,
            std::cmp::Reverse(s.entry),
        )
    })
}

fn weight(sense: &Sense, entries: &[Entry<'static>]) -> u8 {
    let entry = entries.get(sense.entry as usize);
    u8::from(entry.is_some_and(|e| e.id.is_some())) * 2
        + u8::from(entry.is_some_and(|e| e.name == sense.listed))
}

/// Takes in a capitalised `RAT`, `Group`, `Gang` or `Stealer` that belongs to the name.
fn widen(prose: &Prose<'_>, hit: &Hit<'_>, kind: EntityKind) -> usize {
    let end = prose.lines.get(hit.line).map_or(hit.to, |l| l.to);
    // `Dharma ransomware` may be listed whole; in lower case the noun is no part of the name.
    let last = hit.to - 1;
    if last > hit.from
        && prose.shape(last) == Shape::Lower
        && prose.is(last, words!("ransomware malware group gang trojan backdoor botnet"))
    {
        return last;
    }
    let list: &Words = match kind {
        EntityKind::Actor => words!("group gang team crew"),
        _ => return hit.to,
    };
    let already = prose.is(hit.to - 1, list);
    if hit.to < end
        && !already
        && !hit.title
        && prose.gap(hit.to - 1) == " "
        && prose.is(hit.to, list)
        && prose.capital(hit.to)
    {
        hit.to + 1
    } else {
        hit.to
    }
}
