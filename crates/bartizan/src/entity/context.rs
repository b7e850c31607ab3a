//! What the words around a hit say of it.

use super::prose::{Prose, Shape, Words, words};
use super::words;
use bartizan_knowledge::NameKind;

/// What stands around a hit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context {
    pub malware: u8,
    pub actor: u8,
    pub tool: u8,
    /// A cue strong enough for an ordinary word.
    pub strong: bool,
    /// `X gang`: whoever is called so here is a gang, whatever else the name means.
    pub gang: bool,
    /// `X interpreter`, `written in X`: a language or a program, not a threat.
    pub product: bool,
}

/// Reads the words around `from..to` within the sentence `first..end`.
pub(super) fn context(prose: &Prose<'_>, first: usize, from: usize, to: usize, end: usize) -> Context {
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
        let service = prose.is(i + 1, words!("as"))
            && prose.is(i + 2, words!("a"))
            && prose.is(i + 3, words!("service"));
        if service {
            c.strong = true;
            break;
        }
        if prose.is(i, words!("raas maas")) {
            // A service is run by the gang and sells the malware: a name, but of either.
            c.strong = true;
        } else if prose.is(i, words::MALWARE) {
            head = Some((NameKind::Malware, true));
        } else if prose.is(i, words::ACTOR) {
            // `TrickBot group tag`, `backdoor group: t1`
            if prose.is(i + 1, words!("tag tags id ids policy")) || prose.gap(i).starts_with(':') {
                break;
            }
            c.gang |= prose.is(i, words!("gang group crew cartel syndicate collective"));
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
                    && prose.is(before - 1, words!("known tracked dubbed identified named")));
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
    c.strong |= strong;
    let company = company(prose, first, from, to, end);
    c.actor += company;
    // `groups like X`, `X was not the only gang` name a gang whatever the word means elsewhere.
    c.strong |= company >= 2;
    c.product = words::as_product(prose, first, from, to, end);
    c
}

/// What says that whoever bears the name acts or is one of several gangs.
fn company(prose: &Prose<'_>, first: usize, from: usize, to: usize, end: usize) -> u8 {
    let at = |n: usize, list: &Words| from >= first + n && prose.is(from - n, list);
    let plural = words!("groups gangs actors crews adversaries apts operators affiliates cartels");
    // `gangs such as X`, `groups like X`
    let among = (at(2, words!("such")) && at(1, words!("as")) && at(3, plural))
        || (at(1, words!("like including")) && at(2, plural));
    let possessive = matches!(prose.gap(to.saturating_sub(1)), "'" | "’")
        && prose.is(to, words!("s"))
        && to + 1 < end
        && prose.is(
            to + 1,
            words!("operators operator affiliates members leak blog representative members site"),
        );
    // `X was not the only group`
    let copula = to < end && prose.is(to, words!("is was are were")) && {
        (to + 1..end.min(to + 8)).any(|k| prose.is(k, words!("group gang actor crew cartel")))
    };
    2 * (u8::from(among) + u8::from(copula)) + u8::from(possessive)
}
