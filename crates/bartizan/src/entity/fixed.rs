//! Phrases that state a relation without a verb between subject and object.

use super::grammar::{find_word, is_modifier, is_subject, only};
use super::prose::{Line, Prose, words};
use super::relations::{Class, Node};
use super::verbs::{DEVELOP, FILL, USE, VICTIM_FILL};
use crate::{Provenance, RelationKind};

/// Phrases that are no verb between subject and object.
pub(super) fn fixed(
    prose: &Prose<'_>,
    line: &Line,
    a: &Node,
    b: &Node,
) -> Option<(bool, RelationKind, f32, Provenance)> {
    let words = b.from - a.to;
    let gap_a = prose.gap(a.to.saturating_sub(1));
    // `X (aka Y)`, `X, also known as Y`
    if a.class == b.class
        && a.class.acts()
        && (1..=4).contains(&words)
        && matches!(gap_a, " (" | ", " | " " | ", (")
    {
        let known = prose.is(b.from - 1, words!("aka"))
            || (words >= 2
                && prose.is(b.from - 1, words!("as"))
                && prose.is(b.from - 2, words!("known tracked referred identified")));
        let also = (a.to..b.from).all(|i| {
            prose.is(
                i,
                words!(
                    "aka also known tracked as otherwise previously formerly commonly a k is was referred to
                     identified"
                ),
            )
        });
        let akas = words >= 3
            && prose.is(b.from - 3, words!("a"))
            && prose.is(b.from - 2, words!("k"))
            && prose.is(b.from - 1, words!("a"));
        if (known || akas) && also {
            return Some((true, RelationKind::AliasOf, 0.9, Provenance::Stated));
        }
    }
    // `X, attributed to Y`, `X is operated by Y`, `X, developed by Y`
    if matches!(a.class, Class::Malware | Class::Campaign) && b.class == Class::Actor && words <= 10 {
        let attributed = find_word(prose, a.to, b.from, words!("attributed")).filter(|i| {
            prose.is(i + 1, words!("to"))
                && only(prose, i + 2..b.from, &[FILL])
                && only(prose, a.to..*i, &[FILL, words!("which that we widely publicly")])
        });
        let developed = find_word(prose, a.to, b.from, DEVELOP).filter(|i| {
            prose.is(i + 1, words!("by"))
                && only(prose, i + 2..b.from, &[FILL])
                && only(prose, a.to..*i, &[FILL, words!("which that")])
        });
        if attributed.is_some() {
            return Some((true, RelationKind::AttributedTo, 0.9, Provenance::Stated));
        }
        if developed.is_some() {
            return Some((true, RelationKind::AttributedTo, 0.85, Provenance::Named));
        }
    }
    // `Turla's Kazuar backdoor`
    if a.class == Class::Actor
        && matches!(b.class, Class::Malware | Class::Tool)
        && (1..=3).contains(&words)
        && matches!(gap_a, "'" | "’")
        && prose.is(a.to, words!("s"))
        && only(prose, a.to + 1..b.from, &[FILL])
        && !prose.is(a.to + 1, words!("use used"))
    {
        return Some((true, RelationKind::Uses, 0.8, Provenance::Named));
    }
    if let Some(kind) = nominal(prose, line, a, b) {
        return Some(kind);
    }
    // `the Chinese actor X`, `Russia-linked X`, `North Korean group X`
    if a.class == Class::Country
        && b.class == Class::Actor
        && words <= 6
        && (a.to.saturating_sub(1)..b.from)
            .all(|i| matches!(prose.gap(i), " " | "-" | " “" | " \"" | ", " | "\u{a0}"))
        && super::gazette::is_origin(prose, line, a.from, a.to, true)
        && (a.to..b.from).all(|i| {
            prose.is(i, FILL)
                || prose.is(
                    i,
                    words!(
                        "nexus linked aligned backed sponsored affiliated based state government nation
                         hacking espionage cyber apt cyberespionage advanced persistent hackers military
                         intelligence cybercrime speaking cybercriminal hacktivist ransomware"
                    ),
                )
        })
        && !prose.is(a.to, words!("speaking"))
    {
        return Some((false, RelationKind::OriginatesFrom, 0.85, Provenance::Named));
    }
    if a.class == Class::Actor
        && b.class == Class::Country
        && words <= 9
        && super::gazette::is_origin(prose, line, b.from, b.to, false)
        && is_subject(prose, line, a)
    {
        let based =
            (a.to..b.from).any(|i| prose.is(i, words!("based operating operates originating originates")));
        if based
            && only(
                prose,
                a.to..b.from,
                &[
                    FILL,
                    words!(
                        "based operating operates originating originates in from out of which that located"
                    ),
                ],
            )
        {
            return Some((true, RelationKind::OriginatesFrom, 0.85, Provenance::Named));
        }
        // `X is a Chinese state-sponsored group`
        let copula = prose.is(a.to, words!("is")) && (a.to + 1..b.from).all(|i| prose.is(i, FILL));
        if copula && super::gazette::is_origin(prose, line, b.from, b.to, true) {
            return Some((true, RelationKind::OriginatesFrom, 0.85, Provenance::Named));
        }
    }
    if a.class == Class::Actor
        && b.class == Class::Country
        && words <= 5
        && prose.is(a.to, words!("is"))
        && only(prose, a.to + 1..b.from, &[FILL])
        && super::gazette::is_origin(prose, line, b.from, b.to, true)
    {
        return Some((true, RelationKind::OriginatesFrom, 0.85, Provenance::Named));
    }
    // `host resolves to address`
    if a.class == Class::Host
        && b.class == Class::Address
        && (2..=5).contains(&words)
        && prose.is(
            a.to + usize::from(prose.is(a.to, words!("which that domain"))),
            words!("resolves resolved resolving"),
        )
        && (a.to + 1..b.from)
            .all(|i| prose.is(i, words!("resolves resolved to the ip address resolving domain")))
    {
        return Some((true, RelationKind::ResolvesTo, 0.9, Provenance::Stated));
    }
    // `X sample (hash)`
    if a.class == Class::Malware
        && b.class == Class::Hash
        && words <= 4
        && prose.is(a.to, words!("sample payload binary dll executable loader samples"))
        && (a.to + 1..b.from).all(|i| prose.is(i, words!("sha256 md5 sha1 hash sha 256 1 with the")))
    {
        return Some((false, RelationKind::SampleOf, 0.85, Provenance::Named));
    }
    if a.class == Class::Hash && b.class == Class::Malware && (1..=6).contains(&words) {
        let says = (a.to..b.from)
            .all(|i| prose.is(i, words!("is was a an the sample of identified as variant detected")))
            && prose.is(a.to, words!("is was"));
        if says {
            return Some((true, RelationKind::SampleOf, 0.85, Provenance::Named));
        }
    }
    // `C2 server of X at address` is written in too many ways; `X C2: address` is the common one.
    technique(prose, line, a, b)
}

/// `X attacks against Y`, `X's use of Y`, `the use of Y by X`, `exploitation of Y by X`
fn nominal(
    prose: &Prose<'_>,
    line: &Line,
    a: &Node,
    b: &Node,
) -> Option<(bool, RelationKind, f32, Provenance)> {
    let gap = prose.gap(a.to.saturating_sub(1));
    let own = matches!(gap, "'" | "’") && prose.is(a.to, words!("s"));
    let start = a.to + usize::from(own);
    let plain = (start..b.from).all(|i| matches!(prose.gap(i), " " | "-" | "\u{a0}"));
    if !plain || !(own || gap == " ") || is_modifier(prose, b) {
        return None;
    }
    if matches!(a.class, Class::Actor | Class::Malware | Class::Campaign)
        && matches!(b.class, Class::Country | Class::Sector | Class::Organization)
    {
        let noun = (start..b.from.min(start + 4)).find(|i| {
            prose.is(
                *i,
                words!("attack attacks campaign campaigns operation operations intrusions infections"),
            )
        })?;
        // Something of its own must be said to happen: `no X attacks against Y` is caught by the doubt before it.
        let aimed = prose.is(noun + 1, words!("against on targeting hitting"));
        let clean = only(
            prose,
            start..noun,
            &[FILL, words!("phishing spear email malware espionage spam ransomware")],
        ) && only(prose, noun + 2..b.from, &[FILL, VICTIM_FILL]);
        let like = a.from > line.from && prose.is(a.from - 1, words!("like to unlike than resembling"));
        return (aimed && clean && !like).then_some((true, RelationKind::Targets, 0.8, Provenance::Named));
    }
    let thing = |c: Class| matches!(c, Class::Malware | Class::Tool);
    if a.class == Class::Actor && thing(b.class) && own {
        let of = prose.is(start, words!("use deployment usage distribution"))
            && prose.is(start + 1, words!("of"))
            && only(prose, start + 2..b.from, &[FILL]);
        return of.then_some((true, RelationKind::Uses, 0.85, Provenance::Named));
    }
    if b.class == Class::Actor && (thing(a.class) || a.class == Class::Vulnerability) {
        let by = (start..b.from).find(|i| prose.is(*i, words!("by")))?;
        let clean = only(prose, start..by, &[FILL]) && only(prose, by + 1..b.from, &[FILL]);
        let low = a.from.saturating_sub(6).max(line.from);
        let noun = (low..a.from).rev().find(|i| prose.is(*i, words!("of")) && *i > line.from)?;
        let filled = only(prose, noun + 1..a.from, &[FILL]);
        let use_of = prose.is(noun - 1, words!("use deployment usage distribution"));
        let exploitation = prose.is(noun - 1, words!("exploitation use abuse"));
        let kind = if a.class == Class::Vulnerability {
            exploitation.then_some(RelationKind::Exploits)?
        } else {
            use_of.then_some(RelationKind::Uses)?
        };
        return (clean && filled).then_some((false, kind, 0.85, Provenance::Named));
    }
    None
}

/// Subject of the sentence's first verb, technique in what follows it.
fn technique(
    prose: &Prose<'_>,
    line: &Line,
    a: &Node,
    b: &Node,
) -> Option<(bool, RelationKind, f32, Provenance)> {
    if b.class != Class::Technique || !matches!(a.class, Class::Actor | Class::Malware | Class::Campaign) {
        return None;
    }
    if a.from.saturating_sub(line.from) > 3 || !is_subject(prose, line, a) || b.from - a.to > 12 {
        return None;
    }
    let k = if prose.is(a.to, words!("has have also can")) { a.to + 1 } else { a.to };
    let plain =
        matches!(prose.gap(a.to.saturating_sub(1)), " ") && matches!(prose.gap(k.saturating_sub(1)), " ");
    let verb = prose.is(k, USE)
        || prose.is(
            k,
            words!(
                "performs performed conducts conducted establishes established abuses relies implements
                 employs"
            ),
        );
    let clean = (a.to.saturating_sub(1)..b.from)
        .all(|i| matches!(prose.gap(i), " " | "-" | ", " | "/" | " (" | ") " | "\u{a0}" | " “" | "” "));
    let one_clause =
        !(k + 1..b.from).any(|i| prose.is(i, words!("which that who while but because after before when")));
    (plain && verb && clean && one_clause).then_some((true, RelationKind::Uses, 0.8, Provenance::Named))
}
