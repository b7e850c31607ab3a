//! Relations that one sentence states or entails.
//!
//! A small grammar over recognised nodes: subject, verb of a closed list, object, in one clause; active, passive
//! and a few fixed phrases. Whatever the grammar does not understand between two nodes blocks the relation, and so
//! does a negation, a doubt or a comparison. Precision before recall.

use super::prose::{Line, Prose, Words, words};
use super::verbs::{
    CONTACT, CONTACT_FILL, DEVELOP, EXPLOIT, FILL, NO_SUBJECT, PUT, TARGET, USE, VICTIM_FILL,
};
use super::words;
use crate::{
    BlockKind, Confidence, EntityKind, Evidence, NodeRef, ObservableKind, Provenance, Relation, RelationKind,
    Span,
};
use std::collections::BTreeMap;

/// What a node is, as far as relations care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Actor,
    Malware,
    Tool,
    Campaign,
    Vulnerability,
    Country,
    Sector,
    Organization,
    Address,
    Host,
    File,
    Hash,
    Technique,
    Other,
}

/// One place of one node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub node: NodeRef,
    pub class: Class,
    pub span: Span,
    /// Words covered.
    pub from: usize,
    pub to: usize,
    pub line: usize,
}

impl Class {
    pub fn of_entity(kind: EntityKind) -> Self {
        match kind {
            EntityKind::Actor => Self::Actor,
            EntityKind::Malware => Self::Malware,
            EntityKind::Tool => Self::Tool,
            EntityKind::Campaign => Self::Campaign,
            EntityKind::Vulnerability => Self::Vulnerability,
            EntityKind::Country => Self::Country,
            EntityKind::Sector => Self::Sector,
            EntityKind::Organization => Self::Organization,
            _ => Self::Other,
        }
    }

    pub fn of_observable(kind: ObservableKind) -> Self {
        match kind {
            ObservableKind::Ipv4 | ObservableKind::Ipv6 => Self::Address,
            ObservableKind::Domain | ObservableKind::Url | ObservableKind::Onion => Self::Host,
            ObservableKind::FileName | ObservableKind::FilePath => Self::File,
            ObservableKind::Md5 | ObservableKind::Sha1 | ObservableKind::Sha256 | ObservableKind::Sha512 => {
                Self::Hash
            }
            _ => Self::Other,
        }
    }

    /// May be the subject of a claim.
    fn acts(self) -> bool {
        matches!(self, Self::Actor | Self::Malware | Self::Campaign)
    }
}

/// All relations, ordered by where they are first stated. `nodes` are in text order.
pub(super) fn find(prose: &Prose<'_>, nodes: &[Node]) -> Vec<Relation> {
    let mut book = Book::default();
    let mut start = 0;
    while let Some(first) = nodes.get(start) {
        let count = nodes.iter().skip(start).take_while(|n| n.line == first.line).count();
        let here = nodes.get(start..start + count).unwrap_or_default();
        // A sentence with more nodes than this is a list, not a statement.
        if let Some(line) = prose.lines.get(first.line)
            && count <= 48
        {
            sentence(prose, line, here, &mut book);
        }
        start += count;
    }
    rows(prose, nodes, &mut book);
    book.relations()
}

#[derive(Default)]
struct Book {
    order: Vec<Relation>,
    known: BTreeMap<(NodeRef, NodeRef, RelationKind), usize>,
}

impl Book {
    fn add(
        &mut self,
        source: NodeRef,
        target: NodeRef,
        kind: RelationKind,
        p: f32,
        how: Provenance,
        evidence: Evidence,
    ) {
        if source == target {
            return;
        }
        match self.known.get(&(source, target, kind)).and_then(|i| self.order.get_mut(*i)) {
            Some(r) => {
                if !r.evidence.contains(&evidence) {
                    r.evidence.push(evidence);
                }
                r.provenance = r.provenance.min(how);
                if p > r.confidence.get() {
                    r.confidence = Confidence::new(p);
                }
            }
            None => {
                self.known.insert((source, target, kind), self.order.len());
                self.order.push(Relation {
                    source,
                    target,
                    kind,
                    confidence: Confidence::new(p),
                    provenance: how,
                    evidence: vec![evidence],
                });
            }
        }
    }

    fn relations(self) -> Vec<Relation> {
        self.order
    }
}

/// Furthest apart, in words, that two nodes may stand.
const REACH: usize = 24;

fn sentence(prose: &Prose<'_>, line: &Line, nodes: &[Node], book: &mut Book) {
    if prose.title_case(line) && line.to - line.from > 3 && matches!(prose.kind(line), BlockKind::Heading(_))
    {
        return;
    }
    let mut stated: Vec<(usize, usize, RelationKind)> = Vec::new();
    for (i, a) in nodes.iter().enumerate() {
        for (j, b) in nodes.iter().enumerate().skip(i + 1).take(8) {
            if b.from < a.to || b.from - a.to > REACH {
                continue;
            }
            if let Some((from_first, kind, p, how)) = pair(prose, line, a, b, nodes) {
                let (s, t) = if from_first { (i, j) } else { (j, i) };
                stated.push((s, t, kind));
                let span = Span { start: a.span.start, end: b.span.end };
                let (Some(source), Some(target)) = (nodes.get(s), nodes.get(t)) else { continue };
                book.add(source.node, target.node, kind, p, how, Evidence { span, sentence: line.span });
            }
        }
    }
    lists(prose, line, nodes, &stated, book);
}

/// `uses X, Y and Z`: what holds of one member of a list of like things holds of the next.
fn lists(
    prose: &Prose<'_>,
    line: &Line,
    nodes: &[Node],
    stated: &[(usize, usize, RelationKind)],
    book: &mut Book,
) {
    for &(s, t, kind) in stated {
        if s >= t
            || matches!(
                kind,
                RelationKind::AliasOf | RelationKind::OriginatesFrom | RelationKind::AttributedTo
            )
        {
            continue;
        }
        let Some(source) = nodes.get(s) else { continue };
        let mut last = t;
        while let (Some(a), Some(b)) = (nodes.get(last), nodes.get(last + 1)) {
            let same = a.class == b.class
                || (matches!(a.class, Class::Malware | Class::Tool)
                    && matches!(b.class, Class::Malware | Class::Tool));
            if !same || !joined(prose, a.to, b.from) {
                break;
            }
            let span = Span { start: source.span.start, end: b.span.end };
            book.add(
                source.node,
                b.node,
                kind,
                0.8,
                Provenance::Named,
                Evidence { span, sentence: line.span },
            );
            last += 1;
        }
    }
}

/// Whether only commas, a conjunction and fillers join two members of a list.
fn joined(prose: &Prose<'_>, end: usize, start: usize) -> bool {
    let Some(between) = start.checked_sub(end) else { return false };
    if between > 3 {
        return false;
    }
    let mut comma = false;
    for i in end..=start {
        let gap = prose.gap(i.saturating_sub(1));
        if !matches!(gap, " " | ", " | " (" | ")" | ") " | "), " | "\u{a0}" | "/" | " & ") {
            return false;
        }
        comma |= gap.contains(',') || gap == "/" || gap.contains('&');
        if i < start {
            if prose.is(i, words!("and or")) {
                comma = true;
            } else if !prose.is(i, words!("the a an malware ransomware rat trojan backdoor loader stealer")) {
                return false;
            }
        }
    }
    comma
}

/// What the words between two nodes say: whether the first is the source, the kind, how sure, how.
fn pair(
    prose: &Prose<'_>,
    line: &Line,
    a: &Node,
    b: &Node,
    nodes: &[Node],
) -> Option<(bool, RelationKind, f32, Provenance)> {
    let between = a.to..b.from;
    let gaps_ok = (a.to.saturating_sub(1)..b.from).all(|i| {
        let gap = prose.gap(i);
        !gap.contains([';', '!', '?', '\n', '|', '→']) && !gap.contains(". ") && !gap.contains(": ")
    });
    if !gaps_ok
        || words::doubtful(prose, a.to, b.from)
        || words::doubtful(prose, a.from.saturating_sub(4).max(line.from), a.from)
        || (line.from..a.from)
            .any(|i| prose.is(i, words!("if whether hypothesis hypothetically hypothetical likely unlikely")))
    {
        return None;
    }
    if let Some(found) = fixed(prose, line, a, b) {
        return Some(found);
    }
    // Nodes in between must belong to a list with one of the two; anything else may be the true partner.
    let foreign = nodes.iter().any(|n| n.from >= a.to && n.to <= b.from && n.class.acts());
    if foreign {
        return None;
    }
    let verbs: Vec<usize> = between.clone().filter(|i| is_verb(prose, *i)).collect();
    let &[verb] = verbs.as_slice() else { return None };
    active(prose, line, a, b, verb)
        .map(|k| (true, k, 0.85, Provenance::Named))
        .or_else(|| passive(prose, a, b, verb).map(|k| (false, k, 0.85, Provenance::Named)))
}

fn is_verb(prose: &Prose<'_>, i: usize) -> bool {
    [USE, PUT, EXPLOIT, TARGET, CONTACT].iter().any(|list| prose.is(i, list))
        || (prose.is(i, DEVELOP) && prose.is(i + 1, words!("by")))
}

fn only(prose: &Prose<'_>, mut range: std::ops::Range<usize>, lists: &[&Words]) -> bool {
    range.all(|i| lists.iter().any(|l| prose.is(i, l)))
}

/// `A [has] VERB [the …] B`
fn active(prose: &Prose<'_>, line: &Line, a: &Node, b: &Node, verb: usize) -> Option<RelationKind> {
    if !a.class.acts() || !is_subject(prose, line, a) {
        return None;
    }
    // `A (also known as …) has used B` is rarer than `A, B and C used`: brackets block.
    let plain = |i: usize| matches!(prose.gap(i), " " | "-" | "\u{a0}" | " “" | " \"" | "’" | "'" | ", ");
    let after_a = a.to..verb;
    // Between subject and verb: auxiliaries, adverbs, a head noun, or `, which`.
    let relative = prose.is(a.to, words!("which that who"));
    let subject_ok = after_a.clone().all(|i| {
        prose.is(i, FILL) || prose.is(i, words!("which that who s began started continues continued to"))
    });
    if !subject_ok || (a.to.saturating_sub(1)..verb).any(|i| !plain(i)) {
        return None;
    }
    // `X malware used in attacks`: a participle after a noun is passive in sense.
    let comma = (a.to.saturating_sub(1)..verb).any(|i| prose.gap(i).contains(','));
    let participle =
        prose.word(verb).to_ascii_lowercase().ends_with("ed") || prose.is(verb, words!("spread hit run"));
    let auxiliary = after_a.clone().any(|i| prose.is(i, words!("has have had")));
    let be = after_a.clone().any(|i| prose.is(i, words!("is are was were been being be")));
    let ing = prose.word(verb).to_ascii_lowercase().ends_with("ing");
    if be && !ing {
        return None;
    }
    if comma && !relative && !ing {
        return None;
    }
    // Operators of a malware are not the malware.
    if a.class == Class::Malware
        && after_a.clone().any(|i| prose.is(i, words!("operators affiliates actors group gang actor")))
    {
        return None;
    }
    if participle
        && !auxiliary
        && a.class == Class::Malware
        && prose.is(verb + 1, words!("by in to for as with during against"))
    {
        return None;
    }
    if prose.is(verb + 1, words!("by")) {
        return None;
    }
    let rest = verb + 1..b.from;
    let near = (verb..b.from).all(|i| {
        matches!(
            prose.gap(i),
            " " | "-" | "\u{a0}" | " “" | " \"" | ", " | " (" | "/" | " ‘" | "’" | "'" | "&" | " & "
        )
    });
    if !near {
        return None;
    }
    let object = only(prose, rest.clone(), &[FILL]) && rest.len() <= 9;
    let kind = if prose.is(verb, EXPLOIT) {
        (object && b.class == Class::Vulnerability).then_some(RelationKind::Exploits)
    } else if prose.is(verb, TARGET) {
        let victim = matches!(b.class, Class::Country | Class::Sector | Class::Organization)
            && only(prose, rest.clone(), &[FILL, VICTIM_FILL])
            && rest.len() <= 10
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

/// `B [was] VERBed by [the …] A`: written as first node `a` and doer `b`.
fn passive(prose: &Prose<'_>, a: &Node, b: &Node, verb: usize) -> Option<RelationKind> {
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
        .any(|i| !matches!(prose.gap(i), " " | ", " | "-" | "\u{a0}" | ") " | " “"))
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

/// Phrases that are no verb between subject and object.
fn fixed(
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

fn find_word(prose: &Prose<'_>, from: usize, to: usize, list: &Words) -> Option<usize> {
    (from..to).find(|i| prose.is(*i, list))
}

/// Nothing before the node takes it out of the subject's place.
fn is_subject(prose: &Prose<'_>, line: &Line, a: &Node) -> bool {
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

fn is_genitive(prose: &Prose<'_>, node: &Node) -> bool {
    matches!(prose.gap(node.to.saturating_sub(1)), "'" | "’") && prose.is(node.to, words!("s"))
}

/// `targets Microsoft Exchange`: the product, not the firm.
fn vendor_of_product(prose: &Prose<'_>, node: &Node) -> bool {
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

/// A row of a table that holds a hash and one malware name says what the hash is a sample of.
fn rows(prose: &Prose<'_>, nodes: &[Node], book: &mut Book) {
    let mut rows: BTreeMap<(u16, u32), Vec<&Node>> = BTreeMap::new();
    for node in nodes {
        let Some(line) = prose.lines.get(node.line) else { continue };
        if let BlockKind::TableCell { table, row, header: false, .. } = prose.kind(line) {
            rows.entry((table, row)).or_default().push(node);
        }
    }
    for row in rows.values() {
        let mut malware: Vec<&&Node> = row.iter().filter(|n| n.class == Class::Malware).collect();
        malware.dedup_by_key(|n| n.node);
        let [one] = malware.as_slice() else { continue };
        let Some(cell) = prose.lines.get(one.line) else { continue };
        // The cell must be the name, not a story that mentions it.
        if cell.to - cell.from > (one.to - one.from) + 3 {
            continue;
        }
        for hash in row.iter().filter(|n| n.class == Class::Hash) {
            let sentence = prose.lines.get(hash.line).map_or(hash.span, |l| l.span);
            book.add(
                hash.node,
                one.node,
                RelationKind::SampleOf,
                0.9,
                Provenance::Stated,
                Evidence { span: hash.span, sentence },
            );
        }
    }
}
