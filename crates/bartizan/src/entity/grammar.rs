//! Subject, verb and object in one clause, active and passive.

use super::prose::{Line, Prose, Words, words};
use super::relations::{Class, Node};
use super::verbs::{
    CONTACT, CONTACT_FILL, DEVELOP, EXPLOIT, FILL, NO_SUBJECT, PUT, SEEN, STOP, TARGET, USE, VICTIM_FILL,
};
use crate::RelationKind;

pub(super) fn is_verb(prose: &Prose<'_>, i: usize) -> bool {
    [USE, PUT, EXPLOIT, TARGET, CONTACT].iter().any(|list| prose.is(i, list))
        || (prose.is(i, DEVELOP) && prose.is(i + 1, words!("by")))
}

pub(super) fn only(prose: &Prose<'_>, mut range: std::ops::Range<usize>, lists: &[&Words]) -> bool {
    range.all(|i| lists.iter().any(|l| prose.is(i, l)))
}

/// `A [has] VERB [the …] B`
pub(super) fn active(
    prose: &Prose<'_>,
    line: &Line,
    a: &Node,
    b: &Node,
    verb: usize,
) -> Option<RelationKind> {
    governs(prose, line, a, verb).then(|| object(prose, a, b, verb)).flatten()
}

/// `A compromised X and [later] VERBed B`: two verbs of one form share their subject.
pub(super) fn coordinated(
    prose: &Prose<'_>,
    line: &Line,
    a: &Node,
    b: &Node,
    verbs: &[usize],
) -> Option<RelationKind> {
    let (&first, &last) = (verbs.first()?, verbs.last()?);
    if first == last || !matches!(a.class, Class::Actor | Class::Campaign) {
        return None;
    }
    let mut k = last.checked_sub(1)?;
    while k > first && prose.is(k, words!("then later also subsequently has have")) {
        k -= 1;
    }
    let end = |i: usize| {
        let word = prose.word(i);
        if word.ends_with("ed") { 2 } else { u8::from(word.ends_with('s')) }
    };
    let one_form = end(first) == end(last) && end(first) > 0;
    // A word that could begin another clause, or take the second verb for itself.
    let open = (first + 1..k).any(|i| {
        prose
            .is(i, words!("which that who it they he she we whose where when while but as if because and or"))
    });
    if !prose.is(k, words!("and")) || !one_form || open || !governs(prose, line, a, first) {
        return None;
    }
    object(prose, a, b, last)
}

/// The first word after an apposition or a bracket that follows the name: `X, a Chinese group, …`, `X (aka Y) …`.
fn after_aside(prose: &Prose<'_>, a: &Node, verb: usize) -> usize {
    let gap = prose.gap(a.to.saturating_sub(1));
    if gap == " (" || gap == ", (" {
        let close = (a.to..verb.min(a.to + 14)).find(|k| prose.gap(*k).starts_with(')'));
        return close.map_or(a.to, |k| k + 1);
    }
    let apposition = gap == ", " && prose.is(a.to, words!("a an the also aka formerly"));
    if apposition {
        let close = (a.to..verb.min(a.to + 16)).find(|k| prose.gap(*k) == ", ");
        let wordy =
            |k: usize| (a.to..k).any(|i| prose.is(i, words!("which that who where when while is was has")));
        if let Some(k) = close.filter(|k| *k < verb && !wordy(*k)) {
            return k + 1;
        }
    }
    a.to
}

/// Whether `a` is the subject of the verb.
fn governs(prose: &Prose<'_>, line: &Line, a: &Node, verb: usize) -> bool {
    if !a.class.acts() || !is_subject(prose, line, a) {
        return false;
    }
    let start = after_aside(prose, a, verb);
    let aside = start > a.to;
    let plain = |i: usize| matches!(prose.gap(i), " " | "-" | "\u{a0}" | " “" | " \"" | "’" | "'" | ", ");
    let after_a = start..verb;
    // Between subject and verb: auxiliaries, adverbs, a head noun, or `, which`.
    let relative = prose.is(start, words!("which that who"));
    let subject_ok = after_a.clone().all(|i| {
        prose.is(i, FILL)
            || prose.is(i, SEEN)
            || prose.is(i, words!("which that who s began started continues continued to"))
    });
    let first = if aside { start } else { a.to.saturating_sub(1) };
    if !subject_ok || (first..verb).any(|i| !plain(i)) {
        return false;
    }
    // `X malware used in attacks`: a participle after a noun is passive in sense.
    let comma = (first..verb).any(|i| prose.gap(i).contains(','));
    let participle =
        prose.word(verb).to_ascii_lowercase().ends_with("ed") || prose.is(verb, words!("spread hit run"));
    let auxiliary = after_a.clone().any(|i| prose.is(i, words!("has have had")));
    let be = after_a.clone().any(|i| prose.is(i, words!("is are was were been being be")));
    let ing = prose.word(verb).to_ascii_lowercase().ends_with("ing");
    if (be && !ing) || (comma && !relative && !ing) {
        return false;
    }
    // Operators of a malware are not the malware.
    if a.class == Class::Malware
        && after_a.clone().any(|i| prose.is(i, words!("operators affiliates actors group gang actor")))
    {
        return false;
    }
    let reduced = participle
        && !auxiliary
        && a.class == Class::Malware
        && prose.is(verb + 1, words!("by in to for as with during against"));
    !reduced && !prose.is(verb + 1, words!("by"))
}

/// Whether the words are those of one noun phrase before its head: no preposition, no other clause, no gerund.
fn noun_phrase(prose: &Prose<'_>, range: std::ops::Range<usize>, extra: &Words, capitals: bool) -> bool {
    range.len() <= 10
        && range.clone().all(|i| {
            prose.is(i, FILL)
                || prose.is(i, extra)
                || (!prose.is(i, STOP)
                    && (capitals || !prose.capital(i))
                    && !prose.word(i).ends_with("ing")
                    && prose.gap(i) != ", ")
        })
}

/// What the verb says of the object that follows it.
fn object(prose: &Prose<'_>, a: &Node, b: &Node, verb: usize) -> Option<RelationKind> {
    let rest = verb + 1..b.from;
    let near = (verb..b.from).all(|i| {
        matches!(
            prose.gap(i),
            " " | "-" | "\u{a0}" | " “" | " \"" | ", " | " (" | "/" | " ‘" | "’" | "'" | "&" | " & "
        )
    });
    if !near || is_modifier(prose, b) {
        return None;
    }
    let object = noun_phrase(prose, rest.clone(), words!(""), false);
    let kind = if prose.is(verb, EXPLOIT) {
        (noun_phrase(prose, rest.clone(), words!("in of the as"), true) && b.class == Class::Vulnerability)
            .then_some(RelationKind::Exploits)
    } else if prose.is(verb, TARGET) {
        let victim = matches!(b.class, Class::Country | Class::Sector | Class::Organization)
            && noun_phrase(prose, rest.clone(), VICTIM_FILL, false)
            && !vendor_of_product(prose, b);
        victim.then_some(RelationKind::Targets)
    } else if prose.is(verb, CONTACT) {
        (matches!(b.class, Class::Address | Class::Host)
            && a.class == Class::Malware
            && only(prose, rest.clone(), &[FILL, CONTACT_FILL]))
        .then_some(RelationKind::CommunicatesWith)
    } else if prose.is(verb, PUT) {
        match (a.class, b.class) {
            (Class::Malware, Class::Malware | Class::Tool | Class::File)
                if object
                    && prose.is(
                        verb,
                        words!(
                            "drop drops dropped dropping download downloads downloaded downloading deliver
                             delivers delivered delivering install installs installed installing deploy
                             deploys deployed deploying"
                        ),
                    ) =>
            {
                Some(RelationKind::Drops)
            }
            (Class::Actor | Class::Campaign, Class::Malware | Class::Tool) if object => {
                Some(RelationKind::Uses)
            }
            _ => None,
        }
    } else if prose.is(verb, USE) {
        match (a.class, b.class) {
            (Class::Actor | Class::Campaign, Class::Malware | Class::Tool) if object => {
                Some(RelationKind::Uses)
            }
            (Class::Malware, Class::Tool) if object => Some(RelationKind::Uses),
            (_, Class::Vulnerability) if object => Some(RelationKind::Exploits),
            _ => None,
        }
    } else {
        None
    }?;
    // `uses X's site`, `uses the X logo`: the object must be the thing itself.
    (!is_genitive(prose, b)).then_some(kind)
}

/// `X infrastructure`, `X-like`: the name only says which, and the thing is another.
pub(super) fn is_modifier(prose: &Prose<'_>, b: &Node) -> bool {
    let gap = prose.gap(b.to.saturating_sub(1));
    // `the use of X, or of what X stole`; `government contractors` are no government.
    let hedged = gap == ", " && prose.is(b.to, words!("or"));
    let contractors =
        b.class == Class::Sector && gap == " " && prose.is(b.to, words!("contractors contractor"));
    // `experts in Korean affairs` live anywhere.
    let topic = b.class == Class::Country
        && gap == " "
        && prose
            .is(b.to, words!("affairs issues policy policies studies politics relations matters speaking"));
    hedged
        || topic
        || contractors
        || (gap == "-" && prose.is(b.to, words!("like derived related based style linked themed inspired type esque")))
        || (gap == " "
            && prose.is(
                b.to,
                words!(
                    "infrastructure victims users logs server servers domain domains signatures rules decryptor
                     source code name names logo branding brand theme themes lure lures domain website sites site
                     account accounts documents style leaks leak extension note notes logs c2 traffic clone"
                ),
            )
            && b.class != Class::Country
            && b.class != Class::Sector)
}

/// `B [was] VERBed by [the …] A`: written as first node `a` and doer `b`.
pub(super) fn passive(prose: &Prose<'_>, a: &Node, b: &Node, verb: usize) -> Option<RelationKind> {
    if !b.class.acts() || !prose.is(verb + 1, words!("by")) || !only(prose, verb + 2..b.from, &[FILL]) {
        return None;
    }
    let lead = a.to..verb;
    let adverbs: &Words = words!("widely commonly exclusively first reportedly");
    if !only(prose, lead.clone(), &[FILL, adverbs, words!("which that")])
        || lead.clone().any(|i| prose.is(i, words!("reportedly")))
    {
        return None;
    }
    if (a.to.saturating_sub(1)..b.from)
        .any(|i| !matches!(prose.gap(i), " " | ", " | "-" | "\u{a0}" | ") " | " “" | " ("))
    {
        return None;
    }
    match (a.class, b.class) {
        (Class::Vulnerability, Class::Actor | Class::Malware | Class::Campaign)
            if prose.is(verb, EXPLOIT) || prose.is(verb, USE) =>
        {
            Some(RelationKind::Exploits)
        }
        (Class::Malware | Class::Tool, Class::Actor | Class::Campaign)
            if prose.is(verb, USE)
                || prose.is(
                    verb,
                    words!("deployed delivered distributed dropped installed spread executed pushed"),
                ) =>
        {
            Some(RelationKind::Uses)
        }
        (Class::Malware | Class::File, Class::Malware)
            if prose.is(verb, words!("dropped delivered downloaded installed deployed"))
                && !prose.is(b.to, words!("operators affiliates actors gang group")) =>
        {
            Some(RelationKind::Drops)
        }
        (
            Class::Country | Class::Sector | Class::Organization,
            Class::Actor | Class::Malware | Class::Campaign,
        ) if prose.is(verb, words!("targeted attacked hit compromised breached infected"))
            && lead.clone().all(|i| prose.is(i, FILL) || prose.is(i, VICTIM_FILL)) =>
        {
            Some(RelationKind::Targets)
        }
        _ => None,
    }
}

pub(super) fn find_word(prose: &Prose<'_>, from: usize, to: usize, list: &Words) -> Option<usize> {
    (from..to).find(|i| prose.is(*i, list))
}

/// Nothing before the node takes it out of the subject's place.
pub(super) fn is_subject(prose: &Prose<'_>, line: &Line, a: &Node) -> bool {
    let mut k = a.from;
    for _ in 0..4 {
        if k == line.from {
            return true;
        }
        let gap = prose.gap(k - 1);
        if gap.contains(',') {
            // `In 2023, X used`: a comma resets, unless X is a member of a list.
            return !prose.is(k - 1, words!("and or"));
        }
        if prose.is(k - 1, NO_SUBJECT) {
            return false;
        }
        if !(prose.is(k - 1, FILL) || prose.capital(k - 1)) {
            return !gap.contains(['(', ')']);
        }
        k -= 1;
    }
    true
}

pub(super) fn is_genitive(prose: &Prose<'_>, node: &Node) -> bool {
    matches!(prose.gap(node.to.saturating_sub(1)), "'" | "’") && prose.is(node.to, words!("s"))
}

/// `targets Microsoft Exchange`: the product, not the firm.
pub(super) fn vendor_of_product(prose: &Prose<'_>, node: &Node) -> bool {
    prose.gap(node.to.saturating_sub(1)) == " "
        && (prose.capital(node.to)
            || prose.is(
                node.to,
                words!(
                    "accounts credentials users customers products devices servers software account login
                     email vulnerabilities systems"
                ),
            ))
}
