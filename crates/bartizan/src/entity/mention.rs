//! Names in context: which hits of the index are meant, and as what.

use super::context::{Context, context};
use super::names::{NameIndex, Sense, stem};
use super::phrases::{Writing, normal, writing};
use super::prose::{Line, Prose, Shape, Words, words};
use super::{proof, words};
use crate::{EntityKind, Provenance, Span};
use bartizan_knowledge::{Entry, NameKind};
use std::collections::{BTreeMap, BTreeSet};

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

struct Hit<'i> {
    from: usize,
    to: usize,
    line: usize,
    senses: &'i [Sense],
    /// The name without `group` or `ransomware`: what mentions of one bearer share.
    key: String,
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
    keep_company(prose, &mut hits);
    settle(prose, &mut hits);
    let favourite = favourites(prose, &hits);
    let mut mentions = Vec::new();
    for hit in &hits {
        let Some(confidence) = hit.accepted else { continue };
        let Some(sense) = choose(hit, &favourite, entries) else { continue };
        let Some(entry) = entries.get(sense.entry as usize) else { continue };
        // A gang called after its malware, which the lists know as malware only.
        let leaning = favourite.get(&hit.key).copied().unwrap_or_default();
        let gang = entry.kind == NameKind::Malware
            && !hit.exe
            && (hit.context.gang || (entry.id.is_none() && leaning[1] >= 4 && leaning[1] > leaning[0]));
        let kind = match entry.kind {
            _ if gang => EntityKind::Actor,
            NameKind::Actor => EntityKind::Actor,
            NameKind::Malware => EntityKind::Malware,
            NameKind::Tool => EntityKind::Tool,
            NameKind::Campaign => EntityKind::Campaign,
            NameKind::Vendor | NameKind::Sector | NameKind::Country => continue,
        };
        let to = if gang && hit.context.gang { with_gang(prose, hit) } else { widen(prose, hit, kind) };
        let mut span = prose.span(hit.from, to);
        if hit.exe {
            span.end = prose.span(hit.from, to + 1).end;
        }
        mentions.push(Mention {
            kind,
            name: entry.name.to_owned(),
            id: entry.id.filter(|_| !gang).map(str::to_owned),
            role: None,
            confidence: if gang { confidence.min(proof::GANG) } else { confidence },
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
                // `Win32.Backdoor.Royal`, `flowbits:isset,ZS.njrat`
                let joined = i > line.from && prose.gap(i - 1).ends_with(['.', '_', '$', '%', '#', '@', '=']);
                let inside = joined && !prose.gap(i - 1).contains(' ') && !prose.capital(i);
                let member = (joined && ambiguous) || inside || in_detection(prose, line, i);
                // `/blog/emotet-and-trickbot-return`: part of an address that lost its head.
                let slug = prose.shape(i) == Shape::Lower
                    && ((i > line.from && matches!(prose.gap(i - 1), "-" | "/"))
                        || (to + 1 < line.to && prose.gap(to - 1) == "-" && prose.gap(to) == "-"));
                let member = member || slug;
                let listed_lower = best == Writing::Exact && !prose.capital(i);
                let accepted = if exe {
                    Some(proof::PROGRAM)
                } else if member {
                    None
                } else if !ambiguous || shouted {
                    Some(if best == Writing::Exact { proof::LISTED } else { proof::RESPELT })
                } else if listed_lower {
                    // `at`, `net`, `reg`: only as a program.
                    None
                } else if context.strong && (inner || prose.shape(i) != Shape::Title) {
                    Some(proof::CUED)
                } else {
                    None
                };
                if accepted.is_none() && (listed_lower || member || best == Writing::Lower) {
                    continue;
                }
                // A language or a program of that name: not the threat.
                let other = context.product || (ambiguous && words::owns_product(prose, to, line.to));
                let accepted = accepted.filter(|_| !other || context.strong);
                let key = key(prose, i, to);
                hits.push(Hit { from: i, to, line: l, senses, key, context, inner, title, accepted, exe });
                next = to;
                break;
            }
            i = next;
        }
    }
    hits
}

/// Whether the name at `i` ends a detection's name (`Win32.Backdoor.Royal`), which is none of the report's own
/// words; in a table it says what a file is.
pub(super) fn in_detection(prose: &Prose<'_>, line: &Line, i: usize) -> bool {
    i > line.from
        && prose.gap(i - 1) == "."
        && !matches!(prose.kind(line), crate::BlockKind::TableCell { .. })
        && prose.is(
        i - 1,
        words!(
            "win32 win64 win trojan backdoor downloader dropper pws ransom worm spyware coinminer android linux
             loader infostealer hacktool msil vbs js banker exploit malware"
        ),
    )
}

/// Whether `.exe` follows.
fn is_program(prose: &Prose<'_>, to: usize, end: usize) -> bool {
    // `cmd.exe` runs whatever is run: naming it says nothing.
    to < end && prose.gap(to - 1) == "." && prose.is(to, words!("exe")) && !prose.is(to - 1, words!("cmd"))
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

/// Second look at ambiguous hits, knowing the whole document.
fn settle(prose: &Prose<'_>, hits: &mut [Hit<'_>]) {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for hit in hits.iter() {
        if hit.accepted.is_some() && !hit.exe && !known.contains(&hit.key) {
            known.insert(hit.key.clone());
        }
    }
    let mut entries: BTreeSet<u32> = BTreeSet::new();
    for hit in hits.iter().filter(|h| h.accepted.is_some() && !h.exe) {
        entries.extend(hit.senses.iter().map(|s| s.entry));
    }
    let is_known =
        |hit: &Hit<'_>| known.contains(&hit.key) || hit.senses.iter().any(|s| entries.contains(&s.entry));
    let ends: Vec<(usize, usize, bool)> = hits
        .iter()
        .map(|h| (h.from, h.to, h.accepted.is_some() && h.senses.iter().any(|s| !s.ambiguous)))
        .collect();
    for (i, hit) in hits.iter_mut().enumerate() {
        if hit.accepted.is_some() || hit.context.product {
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
            if hit.context.strong && is_known(hit) {
                hit.accepted = Some(proof::TITLED);
            }
            continue;
        }
        if is_known(hit) {
            hit.accepted = Some(proof::KNOWN);
            continue;
        }
        // A list with clear names: `Emotet, TrickBot and Royal`.
        let left = i.checked_sub(1).and_then(|k| ends.get(k));
        let right = ends.get(i + 1);
        let listed = left.is_some_and(|l| l.2 && in_list(prose, l.1, hit.from))
            || right.is_some_and(|r| r.2 && in_list(prose, hit.to, r.0));
        if listed && hit.inner {
            hit.accepted = Some(proof::LISTMATE);
        }
    }
}

/// Whether only a comma or a conjunction stands between two names.
pub(super) fn in_list(prose: &Prose<'_>, end: usize, start: usize) -> bool {
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

/// What mentions of one bearer share: the words without their head noun.
fn key(prose: &Prose<'_>, from: usize, to: usize) -> String {
    let form = normal(prose.span(from, to).of(prose.text));
    stem(&form).to_owned()
}

/// Members of a list are of one kind: `APT33 and Gorgon` are actors.
fn keep_company(prose: &Prose<'_>, hits: &mut [Hit<'_>]) {
    let sure = |h: &Hit<'_>| {
        let first = h.senses.first()?.kind;
        let one = h.senses.iter().all(|s| s.kind == first) && h.senses.iter().any(|s| !s.ambiguous);
        (one && (first == NameKind::Actor || h.senses.len() == 1) && !h.exe).then_some(first)
    };
    for i in 1..hits.len() {
        let Some((left, right)) = hits.split_at_mut_checked(i) else { return };
        let (Some(a), Some(b)) = (left.last_mut(), right.first_mut()) else { return };
        if a.line != b.line || !in_list(prose, a.to, b.from) {
            continue;
        }
        // Only an actor's name pulls: malware and gangs are listed together too often.
        if sure(a) == Some(NameKind::Actor) && b.context.malware == 0 {
            b.context.actor += 2;
        } else if sure(b) == Some(NameKind::Actor) && a.context.malware == 0 {
            a.context.actor += 2;
        }
    }
}

/// Kind that the mentions of a bearer prefer, by key.
fn favourites(prose: &Prose<'_>, hits: &[Hit<'_>]) -> BTreeMap<String, [u32; 3]> {
    let mut votes: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    for hit in hits {
        let [malware, actor, tool] = votes.entry(hit.key.clone()).or_default();
        *malware += u32::from(hit.context.malware);
        *actor += u32::from(hit.context.actor);
        *tool += u32::from(hit.context.tool);
        // `Winnti Group`, listed whole, says what `Winnti` is.
        let last = hit.to - 1;
        if last > hit.from && prose.is(last, words!("group gang team crew")) {
            *actor += 3;
        }
    }
    votes
}

/// One sense out of several.
fn choose<'i>(
    hit: &Hit<'i>,
    favourite: &BTreeMap<String, [u32; 3]>,
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
    let there = favourite.get(&hit.key).copied().unwrap_or_default();
    senses.iter().max_by_key(|s| {
        let here = of(s.kind, here);
        // One weak sign here does not outweigh what the document as a whole says.
        (
            if here >= 2 { here } else { 0 },
            of(s.kind, there),
            !s.variant,
            // `iodine` of our own list of programs is what most reports mean.
            s.kind == NameKind::Tool && own(s, entries),
            weight(s, entries),
            s.kind == NameKind::Actor,
            std::cmp::Reverse(s.entry),
        )
    })
}

/// Whether a sense comes from our own list of programs, which gives no other names.
fn own(sense: &Sense, entries: &[Entry<'static>]) -> bool {
    entries
        .get(sense.entry as usize)
        .is_some_and(|e| e.id.is_none() && e.name == sense.listed && e.country.is_none())
}

fn weight(sense: &Sense, entries: &[Entry<'static>]) -> u8 {
    let entry = entries.get(sense.entry as usize);
    // `X-Agent` is not `X-Agent for Android` unless the text says so.
    let narrower = entry.is_some_and(|e| e.name.contains(" for ") && !sense.listed.contains(" for "));
    u8::from(entry.is_some_and(|e| e.id.is_some())) * 4
        + u8::from(entry.is_some_and(|e| e.name == sense.listed)) * 2
        + u8::from(!narrower)
}

/// Takes in the noun: without it the name is that of the malware.
fn with_gang(prose: &Prose<'_>, hit: &Hit<'_>) -> usize {
    let end = prose.lines.get(hit.line).map_or(hit.to, |l| l.to);
    (hit.to..end.min(hit.to + 3))
        .find(|k| prose.is(*k, words!("gang group crew cartel syndicate collective")))
        .map_or(hit.to, |k| k + 1)
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
